"""A process found in a log that has no model, and its simulation."""
