"""A clock as a patient clerk reads it: three years as a row of minutes, one date after another.

Nothing of the project is used. A minute is counted from 2021-01-01 00:00; the days off and the make-up days are copied
from the State Council's notices for 2021, 2022 and 2023.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FIRST = dt.date(2021, 1, 1)
DATES = 3 * 365
DAY = 1440
OFF = """2021-01-01/03 2021-02-11/17 2021-04-03/05 2021-05-01/05 2021-06-12/14 2021-09-19/21 2021-10-01/07
2022-01-01/03 2022-01-31/31 2022-02-01/06 2022-04-03/05 2022-04-30/30 2022-05-01/04 2022-06-03/05 2022-09-10/12
2022-10-01/07 2022-12-31/31 2023-01-01/02 2023-01-21/27 2023-04-05/05 2023-04-29/30 2023-05-01/03 2023-06-22/24
2023-09-29/30 2023-10-01/06"""
MADE_UP = """2021-02-07 2021-02-20 2021-04-25 2021-05-08 2021-09-18 2021-09-26 2021-10-09 2022-01-29 2022-01-30
2022-04-02 2022-04-24 2022-05-07 2022-10-08 2022-10-09 2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07
2023-10-08"""
Minutes = NDArray[np.bool_]
Shifts = list[tuple[int, int]]


def works_on(date: dt.date) -> bool:
    for span in OFF.split():
        first, last = span.split("/")
        if first <= date.isoformat() <= first[:8] + last:
            return False
    return date.isoformat() in MADE_UP.split() or date.weekday() < 5


@dataclass
class Step:
    """A stretch of a case; ``None``: not yet."""

    owner: str
    ready: int
    start: int | None = None
    end: int | None = None


@dataclass
class Case:
    accepted: int
    closed: int | None = None
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """Which owners count (``None``: all), which do not, whether those win, and whether queueing is left out."""

    count: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] = ()
    excluded_wins: bool = False
    from_start: bool = False

    def counts(self, owner: str) -> bool:
        return not self.is_out(owner) and (self.count is None or owner in self.count)

    def is_out(self, owner: str) -> bool:
        suspended = owner == "suspended" and (self.count is None or owner not in self.count)
        return owner in self.leave_out or suspended


class Years:
    """The office's two shifts, in minutes of the day, on every working day."""

    def __init__(self, shifts: Shifts) -> None:
        self.shifts = shifts
        self.works = [works_on(FIRST + dt.timedelta(n)) for n in range(DATES)]
        self.open = np.zeros(DATES * DAY, dtype=bool)
        for day in range(DATES):
            if self.works[day]:
                for a, b in shifts:
                    self.open[day * DAY + a : day * DAY + b] = True

    def days(self, unit: str, case: Case, reading: Reading, now: int) -> float:
        counted, points = self._counted(case, reading, now)
        stretches = _stretches(counted) + sorted(points)
        if unit == "hours":
            return int(counted.sum()) / DAY
        if unit == "fraction":
            return sum(self._part(day, counted) for day in range(now // DAY + 1) if self.works[day])
        if unit == "calendar-days":
            return max(len(_dates(stretches)) - 1, 0)
        if unit == "whole-days":
            touched = {
                d for a, b in stretches if self._opens(a, b) >= 0 for d in self._dates_open(self._opens(a, b), b)
            }
            return max(len(touched) - 1, 0)
        blocks = {n for a, b in stretches if self._opens(a, b) >= 0 for n in self._blocks(self._opens(a, b), b)}
        return max(len(blocks) - 1, 0) / 2

    def least_limit(self, case: Case, reading: Reading, now: int) -> int:
        """The smallest limit in calendar days that was kept, where a last day that is none of work moves on."""
        counted, points = self._counted(case, reading, now)
        dates = _dates(_stretches(counted) + sorted(points))
        for limit, last_day in enumerate(dates):
            while last_day < dates[-1] and not self.works[last_day]:
                last_day += 1
            if last_day >= dates[-1]:
                return limit
        return 0

    def _counted(self, case: Case, reading: Reading, now: int) -> tuple[Minutes, set[tuple[int, int]]]:
        """Minutes that count, and counted stretches of no length outside of them."""
        until = now if case.closed is None else case.closed
        inside, named, out = (np.zeros((now // DAY + 2) * DAY, dtype=bool) for _ in range(3))
        inside[case.accepted : until] = True
        points = {case.accepted} if case.accepted == until and reading.count is None else set()
        for step in case.steps:
            begin = step.start if reading.from_start else step.ready
            if begin is None:
                continue
            end = now if step.end is None else step.end
            if reading.is_out(step.owner):
                out[begin:end] = True
            elif reading.counts(step.owner):
                named[begin:end] = True
        for step in case.steps:
            begin = step.start if reading.from_start else step.ready
            end = now if step.end is None else step.end
            if begin is not None and begin == end and begin <= until and reading.counts(step.owner):
                hidden = reading.excluded_wins and out[begin] and out[begin - 1]
                points |= set() if hidden else {begin}
        if reading.count is not None:
            found = inside & named & ~out if reading.excluded_wins else inside & named
        else:
            found = inside & ~out if reading.excluded_wins else inside & (named | ~out)
        return found, {(p, p) for p in points if not found[p] and not found[p - 1]}

    def _part(self, day: int, counted: Minutes) -> float:
        its = slice(day * DAY, (day + 1) * DAY)
        return int((counted[its] & self.open[its]).sum()) / int(self.open[its].sum())

    def _opens(self, a: int, b: int) -> int:
        """The first open minute from a to b, b included; -1 if there is none."""
        return next((t for t in range(a, b + 1) if self.open[t]), -1)

    def _dates_open(self, a: int, b: int) -> list[int]:
        return [day for day in range(a // DAY, b // DAY + 1) if self.works[day]]

    def _blocks(self, a: int, b: int) -> list[int]:
        """Halves of working days, counted one by one; a half reaches from the end of the one before to its own."""
        found, before, number = [], -1, 0
        for day in range(DATES):
            for _, close in self.shifts if self.works[day] else []:
                end = day * DAY + close
                if a < end and (b > before or a >= before):
                    found.append(number)
                before, number = end, number + 1
        return found


def _stretches(counted: Minutes) -> list[tuple[int, int]]:
    """Maximal runs of counted minutes, with the minute at which they end."""
    changes = np.flatnonzero(np.diff(counted.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(changes[::2], changes[1::2], strict=True))


def _dates(stretches: list[tuple[int, int]]) -> list[int]:
    return sorted({day for a, b in stretches for day in range(a // DAY, b // DAY + 1)})
