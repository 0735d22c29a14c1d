"""Random numbers as a function of what they are for (rule 11): no state, no order, no generator.

Philox 4x32-10 of Random123 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11).
The 64-bit seed is the key, low word first. A case identity is two 32-bit words (CRC-32 of its source, ordinal),
held as one unsigned 64-bit number with the source in the high word, so that rule 9 orders cases by source, then
ordinal. The counter is (source, ordinal, CRC-32 of the stream's name, replication * 2**12 + visit).
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from sim.bounds import REPLICATIONS, VISITS
from sim.errors import InputError, RunError
from sim.jit import compiled, types
from sim.text import Text

# Compiled code mixes uint64 with plain integers as float64, so every constant is a uint64.
_LOW: Any = np.uint64(0xFFFFFFFF)
_WORD: Any = np.uint64(32)
_MULTIPLIER_0: Any = np.uint64(0xD2511F53)
_MULTIPLIER_1: Any = np.uint64(0xCD9E8D57)
_WEYL_0: Any = np.uint64(0x9E3779B9)
_WEYL_1: Any = np.uint64(0xBB67AE85)
_VISITS: Any = np.uint64(VISITS)
_DROPPED_BITS: Any = np.uint64(11)
_STEP = 2.0**-53
_LARGEST = 1.0 - _STEP
_ZERO: Any = np.uint64(0)

_words = types.UniTuple(types.uint64, 4)
_u64 = types.uint64


@compiled(_words(_u64, _u64, _u64, _u64, _u64, _u64))
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox 4x32-10 of four counter words under two key words; all are 32-bit numbers held in 64 bits."""
    for _ in range(10):
        left, right = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (right >> _WORD) ^ c1 ^ k0, right & _LOW, (left >> _WORD) ^ c3 ^ k1, left & _LOW
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@compiled(types.float64(_u64, _u64, _u64, _u64, _u64))
def uniform(seed: int, replication: int, stream: int, case: int, visit: int) -> float:
    """The uniform number of one purpose: 0 < u < 1, a multiple of 2**-54 (of 2**-53 from one half on).

    ``stream`` is :func:`stream_id` of its name, ``case`` a :func:`case_identity`. The caller sees to the limits
    ``REPLICATIONS`` and ``VISITS``. Above one half the middle of a cell is not a double and is rounded to even;
    the one value that this would make 1 is the double below 1 instead.
    """
    w0, w1, _, _ = philox(case >> _WORD, case & _LOW, stream, replication * _VISITS + visit, seed & _LOW, seed >> _WORD)
    cell = ((w0 << _WORD) | w1) >> _DROPPED_BITS
    return min((np.float64(cell) + 0.5) * _STEP, _LARGEST)


@compiled(_u64(_u64, _u64))
def case_identity(source: int, ordinal: int) -> int:
    """The identity of a source's case: the source's :func:`stream_id` and the case's ordinal, from 1."""
    return (source << _WORD) | ordinal


@compiled(_u64(_u64, _u64, _u64, _u64))
def child_identity(parent: int, spawn: int, visit: int, ordinal: int) -> int:
    """The identity of a spawned case; ``spawn`` is :func:`stream_id` of the spawn's name."""
    first, second, _, _ = philox(spawn, visit, ordinal, _ZERO, parent >> _WORD, parent & _LOW)
    return (first << _WORD) | second


def stream_id(name: str) -> int:
    """CRC-32 of the name in UTF-8: of a stream (``hv-single/survey/duration``), a source, or a spawn.

    >>> hex(stream_id("123456789"))
    '0xcbf43926'
    """
    return zlib.crc32(name.encode())


def check_replication(replication: int) -> None:
    """Refuse a replication that the counter cannot tell from another; they are numbered from 0."""
    if not 0 <= replication < REPLICATIONS:
        raise InputError(
            Text("模拟次数不得超过 {n}", "there are at most {n} replications").format(n=REPLICATIONS),
            Text("减少模拟次数,或换一个种子另做一次", "ask for fewer, or run again with another seed"),
            value=replication,
        )


def check_visit(visit: int, name: str) -> None:
    """Stop when a case comes back to one step, choice, rework or spawn more often than the counter can tell apart."""
    if visit >= VISITS:
        raise RunError(
            Text("一个办件同一步骤至多执行 {n} 次", "a case executes one step at most {n} times").format(n=VISITS),
            Text("降低返工比例,或限定返工次数", "lower the share of rework, or limit how often it happens"),
            value=name,
        )
