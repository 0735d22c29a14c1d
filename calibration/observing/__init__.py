"""What happened: a real event log against the limits. Facts first; what they say about the future is a second line."""
