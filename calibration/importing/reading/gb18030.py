"""GB18030 as UTF-8, compiled: the codec of Python decodes 120 MB a second and lets no other thread run meanwhile.

Characters of one and of two bytes are taken from a table that the codec itself has filled. Whatever is not of these,
four bytes for a rare character or a byte that is wrong, is left to the codec.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import compiled, types, why_not

_LEADS, _TRAILS = 126, 191  # 0x81 to 0xFE, 0x40 to 0xFE
_bytes, _codes = types.Array(types.uint8, 1, "C", readonly=True), types.Array(types.int32, 1, "C", readonly=True)


def utf8_of(text: bytes) -> bytes | None:
    """The text in UTF-8; None where it has anything but characters of one and two bytes, or nothing is compiled."""
    if why_not():
        return None
    given = np.frombuffer(text, np.uint8)
    found = np.empty(given.size * 3 // 2 + 1, np.uint8)
    size = _convert(given, _table(), found)
    return None if size < 0 else found[:size].tobytes()


@compiled(types.int64(_bytes, _codes, types.Array(types.uint8, 1, "C")))
def _convert(text: Any, table: Any, found: Any) -> Any:
    """How many bytes were written to ``found``; -1 at the first character that the table does not have."""
    at, out, n = 0, 0, text.size
    while at < n:
        byte = np.int64(text[at])
        if byte < 0x80:
            found[out] = byte
            at, out = at + 1, out + 1
            continue
        if byte == 0x80 or byte == 0xFF or at + 1 == n or text[at + 1] < 0x40 or text[at + 1] == 0xFF:
            return -1
        code = np.int64(table[(byte - 0x81) * 191 + np.int64(text[at + 1]) - 0x40])
        if code < 0x80:
            return -1
        if code < 0x800:
            found[out] = 0xC0 | (code >> 6)
            found[out + 1] = 0x80 | (code & 0x3F)
            out += 2
        else:
            found[out] = 0xE0 | (code >> 12)
            found[out + 1] = 0x80 | ((code >> 6) & 0x3F)
            found[out + 2] = 0x80 | (code & 0x3F)
            out += 3
        at += 2
    return out


@cache
def _table() -> NDArray[np.int32]:
    """The code point of each pair of bytes; 0 where it is no character, or one beyond the basic plane."""
    table = np.zeros(_LEADS * _TRAILS, np.int32)
    for place in range(table.size):
        pair = bytes((0x81 + place // _TRAILS, 0x40 + place % _TRAILS))
        letters = pair.decode("gb18030", "ignore")
        table[place] = ord(letters) if len(letters) == 1 and "\x80" <= letters <= "\uffff" else 0
    return table
