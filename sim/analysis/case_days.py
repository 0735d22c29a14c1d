"""The days of one case as a calendar: what went on each day, what the clock counted, and why not the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from sim.analysis.clock_times import STATES, Intervals, State, clock_times, counted_time
from sim.analysis.clock_times.family import family_rows
from sim.analysis.clock_times.intervals import united
from sim.analysis.clock_times.units import in_days
from sim.eventlog import NAT, EventLog, Ints
from sim.model.clocks import Clock
from sim.model.limits import Reading
from sim.model.open_time import Calendar, DayView, date_of
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays

Mark = Literal["whole", "part", "none"]
Why = Literal[
    "counted", "partly", "no-reading", "not-started", "closed", "first-day", "outside-hours", "left-out", "no-time"
]
"""Why a day counts as it does. ``no-reading``: the clock of this case never ran (rule 17); ``closed``: no working day;
``first-day``: counting begins the day (half day) after (rule 18); ``outside-hours``: what counts lies outside legal
hours; ``left-out``: so are the steps under way; ``no-time``: what counts took none."""


@dataclass(frozen=True)
class StepThatDay:
    """A step under way on a day: its row in the log, and whether any of its time that day counts."""

    row: int
    counts: bool


@dataclass(frozen=True)
class CaseDay:
    """One date of a case: the legal calendar's view of it, the steps, and the reading by the end of the day."""

    view: DayView
    steps: tuple[StepThatDay, ...]
    added: float
    """What the day added to the reading, in days of its unit."""
    total: float
    mark: Mark
    """Whether the day, a part of it or nothing was added; only where something was, steps count."""
    why: Why
    starts: int | None
    """When the clock started, where it did on this day; ``stops`` likewise."""
    stops: int | None
    counted_us: int
    """Counted time of the day, of legal hours where the unit is of working days."""
    running_us: int
    """The same of all the time during which the clock ran."""

    @property
    def day(self) -> dt.date:
        return self.view.day


@dataclass(frozen=True)
class CaseCalendar:
    """A case from its acceptance to the clock's stop, or as far as it has come.

    ``value`` is nan without a reading; ``to_compare`` is less where the last day of a limit moves (rule 18 d).
    """

    state: State
    start: int
    stop: int
    value: float
    to_compare: float
    days: tuple[CaseDay, ...]


class _Asked(NamedTuple):
    """What stays the same from day to day; ``counted`` by part of the case (rule 18), and all of it together."""

    log: EventLog
    rows: Ints
    clock: Clock
    reading: Reading
    beside: Collection[str]
    legal: Calendar
    working: WorkingDays
    counted: Intervals
    together: Intervals
    state: State
    start: int

    @property
    def of_working_days(self) -> bool:
        return self.reading.unit not in ("calendar-days", "hours")

    def time(self, start: int, stop: int) -> int:
        """What the unit sees of the time between two instants: legal hours, or all of it."""
        return self.legal.open_time(start, stop) if self.of_working_days else stop - start

    def time_of(self, intervals: Intervals) -> int:
        return sum(map(self.time, intervals.start.tolist(), intervals.stop.tolist()))

    def until(self, instant: int) -> float:
        """The reading by an instant."""
        parts = int(self.counted.group.max(initial=0)) + 1
        return float(in_days(_cut(self.counted, 0, instant), parts, self.reading.unit, self.working).sum())


def case_calendar(
    log: EventLog, case: int, clock: Clock, reading: Reading, legal: Calendar, beside: Collection[str] = ()
) -> CaseCalendar:
    """The days of one case (a place in the log's cases) under a reading of a clock (rules 17 and 18).

    ``beside``: steps of spawned cases that this one does not wait for; they count only where the clock names them.
    """
    cases = np.array([case], dtype=np.int64)
    working = WorkingDays(legal)
    times = clock_times(log, clock, reading.unit, working, cases, per=reading.per, moved=reading.moved)
    counted = counted_time(log, clock, cases, reading.per)
    together = united(counted._replace(group=np.zeros_like(counted.group)))
    rows = np.sort(family_rows(log, cases).row)
    rows = rows[log.is_kind("work", "wait", "session")[rows]]
    state, start = STATES[times.state[0]], int(times.start[0])
    asked = _Asked(log, rows, clock, reading, beside, legal, working, counted, together, state, start)
    begin, stop = int(log.cases.accepted[case]), int(times.stop[0])
    end = _end(log, case, state) if stop == NAT else stop
    days = tuple(_days(asked, begin, max(begin, end), stop))
    return CaseCalendar(state, start, stop, float(times.days[0]), float(times.to_compare[0]), days)


def _end(log: EventLog, case: int, state: State) -> int:
    """Where a case without a stop ends: where it was closed or withdrawn, or where the run does."""
    over = log.ready[(log.case == case) & log.is_kind("closed", "withdrawn")]
    return int(over[0]) if over.size and state in ("withdrawn", "never") else log.end_of_run


def _days(asked: _Asked, begin: int, end: int, stop: int) -> Iterator[CaseDay]:
    before = 0.0
    for day in range(begin // DAY_US, end // DAY_US + 1):
        first, last = day * DAY_US, min((day + 1) * DAY_US - 1, end)  # midnight belongs to the next date
        view = asked.legal.day_view(date_of(first))
        total = asked.until(end if last == end else _by_then(asked, last))
        here = _cut(asked.together, first, last)
        runs = NAT < asked.start <= last
        counted_us = asked.time_of(here)
        mark = _mark(asked, view, total - before, counted_us)
        yield CaseDay(
            view,
            tuple(_steps(asked, first, min((day + 1) * DAY_US, end), here, counts=mark != "none")),
            total - before,
            total,
            mark,
            _why(asked, view, mark, here, last),
            asked.start if runs and asked.start >= first else None,
            stop if first <= stop <= last else None,
            counted_us,
            asked.time(max(asked.start, first), last) if runs else 0,
        )
        before = total


def _by_then(asked: _Asked, last: int) -> int:
    """A case that goes on overnight has not yet touched the next half day."""
    if asked.reading.unit != "half-days":
        return last
    closes = asked.legal.closes[asked.legal.closes <= last + 1]
    return int(closes[-1]) if closes.size else 0


def _mark(asked: _Asked, view: DayView, added: float, counted_us: int) -> Mark:
    if added <= 0:
        return "none"
    if asked.reading.unit == "fraction":
        return "whole" if counted_us >= sum(closes - opens for opens, closes in view.open) - 1 else "part"
    return "whole" if added >= 1 - 1e-6 else "part"  # a day is cut a microsecond before midnight


def _why(asked: _Asked, view: DayView, mark: Mark, here: Intervals, last: int) -> Why:
    if mark != "none":
        return "counted" if mark == "whole" else "partly"
    if asked.state == "never":
        return "no-reading"
    if not NAT < asked.start <= last:
        return "not-started"
    if asked.of_working_days and not view.open:
        return "closed"
    if not here.group.size:
        return "left-out"
    if asked.reading.unit in ("fraction", "hours"):
        return "outside-hours" if (here.stop > here.start).any() else "no-time"
    begun = asked.working.opening(here.start) <= here.stop if asked.of_working_days else here.start <= here.stop
    return "first-day" if begun.any() else "outside-hours"


def _cut(intervals: Intervals, first: int, last: int) -> Intervals:
    """The part of the intervals from one instant to another."""
    some = intervals.where((intervals.start <= last) & ((intervals.stop > first) | (intervals.start >= first)))
    return some._replace(start=np.maximum(some.start, first), stop=np.minimum(some.stop, last))


def _steps(asked: _Asked, first: int, last: int, here: Intervals, *, counts: bool) -> Iterator[StepThatDay]:
    log, rows = asked.log, []
    for row in asked.rows.tolist():
        end = log.end[row] if log.end[row] != NAT else last
        if log.ready[row] < last and end >= first and (end > first or log.ready[row] == end):
            rows.append(row)
    counting = _counting(asked, rows, here) if counts else ()
    yield from (StepThatDay(row, row in counting) for row in rows)


def _counting(asked: _Asked, rows: list[int], here: Intervals) -> set[int]:
    """The steps to which the counted time of a day belongs; where that is an instant, those that touch it."""
    log, clock = asked.log, asked.clock
    of_some, touching = set[int](), set[int]()
    for row in rows:
        name = log.step[row] or ""
        begin = int(log.start[row] if clock.from_start else log.ready[row])
        end = int(log.end[row] if log.end[row] != NAT else log.end_of_run)
        beside = name in asked.beside and clock.count is None
        if begin != NAT and not beside and clock.counts(log.owner[row], log.stage[row], name):
            its = _cut(here, begin, end)
            if its.group.size:
                touching.add(row)
            if asked.time_of(its) > 0 or (begin == end and its.group.size):
                of_some.add(row)
    return of_some or touching
