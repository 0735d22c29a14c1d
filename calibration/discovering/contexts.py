"""How far back a case's past matters for what comes next: a Markov chain of variable length.

The state after an execution is the longest run of latest activities that occurred often enough, so that frequent
pasts are told apart to the full order and rare ones share what is known of their latest steps (Rissanen, "A universal
data compression system", IEEE Trans. Inf. Theory 29, 1983; Bühlmann, Wyner, "Variable length Markov chains", Annals
of Statistics 27, 1999). Since a run occurs no oftener than what it begins with, the state after the next execution
is known from the state before it and the activity alone: an ordinary table of order 1 over states tells all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from calibration.histories import Flags
from sim.eventlog import Ints

BEGIN = -1
"""The state of a case before its first execution."""


LONGEST, OFTEN = 8, 5
"""At most so many latest activities tell what comes next, where they occurred together at least so often."""


@dataclass(frozen=True, eq=False)
class Contexts:
    """The states of a log's executions.

    ``state`` has the state after each execution, numbered from 0; ``of`` maps the runs of symbols that are states to
    their numbers, the latest symbol last, with ``BEGIN`` before the first where a run goes back to it.
    """

    state: Ints
    of: dict[tuple[int, ...], int]

    def __len__(self) -> int:
        return len(self.of)

    def after(self, past: Sequence[int]) -> int:
        """The state of a case that went through these; BEGIN where it went through none, or through nothing known."""
        whole = (BEGIN, *past)
        return self._longest(whole[-LONGEST:])

    def shorter(self, state: int) -> int:
        """The state that sees less far back; BEGIN, which is none, where there is none."""
        return self._longest(self._run[state][1:])

    @cached_property
    def _run(self) -> dict[int, tuple[int, ...]]:
        return {state: run for run, state in self.of.items()}

    def _longest(self, run: tuple[int, ...]) -> int:
        return next((self.of[run[i:]] for i in range(len(run)) if run[i:] in self.of), BEGIN)

    @classmethod
    def fit(cls, symbol: Ints, first: Ints, waiting: Flags) -> Self:
        """The contexts of sequences: those of case i are symbol[first[i]] to symbol[first[i + 1] - 1].

        ``waiting``: the cases that go on, so that what follows their last execution is not known.
        """
        told = np.ones(symbol.size, np.bool_)
        told[first[1:][waiting & (np.diff(first) > 0)] - 1] = False
        runs, reach = _runs(symbol, first)
        length = _lengths(runs, reach, told)
        of: dict[tuple[int, ...], int] = {}
        _, where, state = np.unique(_keys(runs, length), return_index=True, return_inverse=True)
        begins = np.repeat(first[:-1], np.diff(first))
        for number, at in enumerate(where.tolist()):
            back = at - int(length[at])
            past = tuple(symbol[max(back + 1, begins[at]) : at + 1].tolist())
            of[past if back + 1 >= begins[at] else (BEGIN, *past)] = number
        return cls(state, of)


def _runs(symbol: Ints, first: Ints) -> tuple[Ints, Ints]:
    """The run of k symbols that ends at each execution as a number, in row k, and how far the past reaches.

    A run that goes back to a case's begin has that as a symbol.
    """
    n = symbol.size
    size = np.diff(first)
    begins = np.zeros(n, np.bool_)
    begins[first[:-1][size > 0]] = True
    runs = np.zeros((LONGEST + 1, n), np.int64)
    runs[1] = np.unique(symbol, return_inverse=True)[1]
    for k in range(2, LONGEST + 1):
        before = np.append(0, runs[k - 1][:-1] + 1)
        before[begins] = 0
        _, runs[k] = np.unique(before * n + runs[1], return_inverse=True)
    return runs, np.arange(n) - np.repeat(first[:-1], size) + 2


def _lengths(runs: Ints, reach: Ints, seen: Flags) -> Ints:
    """How long the longest run is that ends at each execution and was seen often."""
    length = np.ones(reach.size, np.int64)
    for k in range(2, LONGEST + 1):
        enough = np.bincount(runs[k][seen], minlength=int(runs[k].max(initial=0)) + 1)[runs[k]] >= OFTEN
        length = np.where((length == k - 1) & enough & (reach >= k), k, length)
    return length


def _keys(runs: Ints, length: Ints) -> Ints:
    """A number for each run of its length."""
    return length * (int(runs.max(initial=0)) + 1) + runs[length, np.arange(length.size)]
