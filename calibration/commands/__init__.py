"""Commands about real logs; each module has one, ``command(say)``."""
