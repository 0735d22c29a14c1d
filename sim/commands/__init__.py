"""The commands, one a module: ``command(say)`` builds it in the reader's language. Heavy imports stay inside."""
