"""Whether what was learnt from a log may be believed: the part of it that was held out tells."""
