"""Memory for large arrays, taken again when nobody refers to it any longer.

Clearing fresh pages costs a third of the time of a run, so a process keeps some blocks for its next replications. An
array is a view of its block: while anybody has it, or a view of it, the block has a reference more than the one here.
"""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _memory() -> int:
    """Of the machine, in bytes; where it does not say, it may be a small one."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 4 << 30


_LIMIT = 2 << 30
MOST_KEPT = min(_LIMIT, _memory() // 12)
"""So many bytes are kept at most, in use or not: what a million cases take, and a small part of the machine."""
_PAGE = 2 << 20
"""Smaller arrays come from the usual place; blocks are multiples of it."""
_ONE_AT_A_TIME = Lock()
_kept: list[NDArray[np.uint8]] = []
"""Those that were asked for of late come last."""


def empty(n: int, dtype: Any) -> NDArray[Any]:
    """An array of n things, not filled, which is its user's as long as he has it."""
    size = n * np.dtype(dtype).itemsize
    if size < _PAGE:
        return np.empty(n, dtype)
    with _ONE_AT_A_TIME:
        return _taken(size)[:size].view(dtype)


def _taken(size: int) -> NDArray[np.uint8]:
    """The smallest idle block that is large enough and no waste, or a new one."""
    idle = [place for place, n in enumerate(_references(_kept)) if n == _IDLE]
    fitting = [place for place in idle if size <= _kept[place].size <= 2 * size]
    if fitting:
        _kept.append(_kept.pop(min(fitting, key=lambda place: _kept[place].size)))
        return _kept[-1]
    block = np.empty(-(-size // _PAGE) * _PAGE, np.uint8)
    if block.size <= MOST_KEPT:
        too_much = sum(one.size for one in _kept) + block.size - MOST_KEPT
        gone = 0  # of the idle ones so many, which have not been asked for for longest, make room
        while too_much > 0 and gone < len(idle):
            too_much -= _kept[idle[gone]].size
            gone += 1
        for place in reversed(idle[:gone]):
            del _kept[place]
        if too_much <= 0:
            _kept.append(block)
    return block


def _references(blocks: list[NDArray[np.uint8]]) -> list[int]:
    return [sys.getrefcount(block) for block in blocks]


_IDLE = _references([np.empty(0, np.uint8)])[0]
"""So many references has a block that nobody uses."""
