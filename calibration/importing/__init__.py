"""Exports as they are: any file to rows of text, rows of text to an event log, nothing silently."""
