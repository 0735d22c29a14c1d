"""Sets of small numbers as bits of 64-bit words: the lowest of them is found without a look at the others."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from sim.engine.program.layout import NONE
from sim.jit import inner


@inner
def put(words: Any, first: int, number: int) -> None:
    """Into the set whose words begin at ``first``."""
    words[first + (number >> 6)] |= 1 << (number & 63)


@inner
def drop(words: Any, first: int, number: int) -> None:
    words[first + (number >> 6)] &= ~(1 << (number & 63))


@inner
def has(words: Any, first: int, number: int) -> bool:
    return (words[first + (number >> 6)] >> (number & 63)) & 1 != 0


@inner
def next_in(words: Any, first: int, n: int, number: int) -> int:
    """The lowest from ``number`` on in a set of so many words; NONE when there is none."""
    word = number >> 6
    if word >= n:
        return NONE
    bits = words[first + word] & (-1 << (number & 63))
    while bits == 0:
        word += 1
        if word == n:
            return NONE
        bits = words[first + word]
    return (word << 6) + _lowest(bits)


def _lowest_bit(_: Any, bits: Any) -> Any:
    """The place of the lowest bit that is set, of a word that has one."""

    def generate(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
        is_never_zero = context.get_constant(types.boolean, True)
        return builder.cttz(arguments[0], is_never_zero)

    return types.int64(types.int64), generate


_lowest: Any = intrinsic(_lowest_bit)
