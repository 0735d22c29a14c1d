"""What the cases of a log went through: executions one after another, the form that distances and discovery read.

A log of the real world and a simulated one become the same histories, whatever their steps are called inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import NAT, NO_ROW, EventLog, Ints
from sim.model.open_time import Calendar

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Histories:
    """Executions that have ended, ordered by case, start and end; times in microseconds of civil local time.

    ``activity``, ``start`` and ``end`` have an entry for each execution; those of case i are first[i] to
    first[i + 1] - 1. ``accepted`` and ``over`` (closed or withdrawn, NAT while the case is open) have one for each
    case. ``names`` says what the activities are called.
    """

    names: tuple[str, ...]
    first: Ints
    activity: Codes
    start: Ints
    end: Ints
    accepted: Ints
    over: Ints

    def __len__(self) -> int:
        return self.accepted.size

    @property
    def case(self) -> Ints:
        """The case of each execution."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @property
    def begun(self) -> Ints:
        """The first start of each case, its acceptance where it has no execution."""
        found = self.accepted.copy()
        some = np.diff(self.first) > 0
        found[some] = self.start[self.first[:-1][some]]
        return found

    @property
    def last(self) -> Ints:
        """The latest end in each case, its acceptance where it has no execution."""
        found = self.accepted.copy()
        np.maximum.at(found, self.case, self.end)
        return found

    def gaps(self, calendar: Calendar) -> Ints:
        """The open time from the end before each execution, or the acceptance, to its start; 0 where they overlap."""
        before = np.append(0, self.end)[:-1]
        some = np.diff(self.first) > 0
        before[self.first[:-1][some]] = self.accepted[some]
        return calendar.open_times(np.minimum(before, self.start), self.start)

    def where(self, cases: Flags) -> Self:
        """Only these cases."""
        return self.rows(cases[self.case], cases)

    def rows(self, rows: Flags, cases: Flags | None = None) -> Self:
        """Only these executions; all cases stay unless some are named."""
        kept = np.ones(len(self), np.bool_) if cases is None else cases
        count = np.bincount(self.case[rows], minlength=len(self))[kept]
        return replace(
            self,
            first=np.append(0, np.cumsum(count)),
            activity=self.activity[rows],
            start=self.start[rows],
            end=self.end[rows],
            accepted=self.accepted[kept],
            over=self.over[kept],
        )

    def sequences(self) -> list[tuple[int, ...]]:
        """The activities of each case, one after another."""
        its = self.activity.tolist()
        return [tuple(its[a:b]) for a, b in zip(self.first[:-1].tolist(), self.first[1:].tolist(), strict=True)]


def histories_of(log: EventLog, activity_of: Callable[[str], str | None] = str) -> Histories:
    """The executions of a log that have ended, and whose step means an activity.

    ``activity_of``: what a step is called here, None for one that is no activity. Where a log has no starts
    an execution is the instant of its end.
    """
    called = [activity_of(name) for name in log.step.names]
    names = tuple(sorted({name for name in called if name is not None}))
    code = np.array([-1 if name is None else names.index(name) for name in called] + [-1], dtype=np.int32)
    activity = code[log.step.codes]
    rows = np.flatnonzero(log.is_kind("work", "wait", "session") & (activity >= 0) & (log.end != NAT))
    end = log.end[rows]
    start = end if "start" in log.missing else np.where(log.start[rows] == NAT, end, log.start[rows])
    case = log.case[rows].astype(np.int64)
    order = np.lexsort((_generation(log)[rows], end, start, case))
    rows = rows[order]
    n = len(log.cases)
    return Histories(
        names=names,
        first=np.append(0, np.cumsum(np.bincount(case, minlength=n))),
        activity=activity[rows],
        start=start[order],
        end=end[order],
        accepted=log.cases.accepted,
        over=np.where(log.closed != NAT, log.closed, log.withdrawn),
    )


def _generation(log: EventLog) -> Ints:
    """How many rows each one comes after, one released by the other: that of rows at one instant is their order."""
    if "released_by" in log.missing:
        return np.zeros(len(log), np.int64)
    by = log.released_by.astype(np.int64)
    found = (by != NO_ROW).astype(np.int64)
    while (some := np.flatnonzero(by != NO_ROW)).size:
        found[some] += found[by[some]]
        by[some] = by[by[some]]
    return found
