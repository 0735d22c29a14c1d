"""Memory that is freed stays with the process: an import takes and frees columns of its rows' size again and again.

To give each of them back to the system and to ask for it anew costs a third of the time of an import, most of all on
virtual machines, whose host hands pages out one fault at a time.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # mallopt(3)
_NEVER = 2**31 - 1


def keep_freed_memory() -> None:
    """From here on, in the process of a command; where the C library has no such switch, nothing changes."""
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt.argtypes, mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
        # one heap for all threads, never cut, so that what one frees the next one takes
        if all(mallopt(*one) for one in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_ARENA_MAX, 1))):
            import pyarrow as pa

            pa.set_memory_pool(pa.system_memory_pool())
