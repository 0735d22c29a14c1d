"""The days of one case as a calendar: what went on each day, what the clock counted, and why not the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.analysis.clock_times import STATES, Intervals, State, clock_times, counted_time
from sim.analysis.clock_times.family import family_rows
from sim.analysis.clock_times.units import in_days
from sim.eventlog import NAT, EventLog, Ints
from sim.model.clocks import Clock, Unit
from sim.model.open_time import Calendar, DayView, date_of
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays


@dataclass(frozen=True)
class StepThatDay:
    """A step under way on a day: its row in the log, and whether the clock counts its time."""

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
    counted_us: int
    """Counted time within legal hours."""
    legal_us: int
    """Legal hours of the day while the clock was on."""

    @property
    def day(self) -> dt.date:
        return self.view.day


@dataclass(frozen=True)
class CaseCalendar:
    """A case from its acceptance to the clock's stop, or as far as it has come."""

    state: State
    start: int
    stop: int
    value: float
    days: tuple[CaseDay, ...]


def case_calendar(log: EventLog, case: int, clock: Clock, unit: Unit, legal: Calendar) -> CaseCalendar:
    """The days of one case (a place in the log's cases) under a clock and a unit (rules 17 and 18)."""
    cases = np.array([case], dtype=np.int64)
    working = WorkingDays(legal)
    times = clock_times(log, clock, unit, working, cases, moved=False)
    counted = counted_time(log, clock, cases)
    rows = np.sort(family_rows(log, cases).row)
    rows = rows[log.is_kind("work", "wait", "session")[rows]]
    begin, start = int(log.cases.accepted[case]), int(times.start[0])
    stop = int(times.stop[0]) if times.stop[0] != NAT else int(max(log.end_of_run, begin))
    days = tuple(_days(log, rows, clock, unit, legal, working, counted, (begin, start, stop)))
    return CaseCalendar(STATES[times.state[0]], start, stop, float(times.days[0]), days)


def _days(
    log: EventLog,
    rows: Ints,
    clock: Clock,
    unit: Unit,
    legal: Calendar,
    working: WorkingDays,
    counted: Intervals,
    span: tuple[int, int, int],
) -> Iterator[CaseDay]:
    begin, start, stop = span
    before = 0.0
    for day in range(begin // DAY_US, stop // DAY_US + 1):
        first, last = day * DAY_US, min((day + 1) * DAY_US - 1, stop)  # midnight belongs to the next date
        so_far = _until(counted, last)
        total = float(in_days(so_far, 1, unit, working)[0])
        here = _since(so_far, first)
        on = (first if start == NAT else max(start, first), last)
        yield CaseDay(
            legal.day_view(date_of(first)),
            tuple(_steps(log, rows, clock, first, min((day + 1) * DAY_US, stop))),
            total - before,
            total,
            int(legal.open_times(here.start, here.stop).sum()),
            legal.open_time(*on) if start != NAT and on[0] < on[1] else 0,
        )
        before = total


def _until(intervals: Intervals, instant: int) -> Intervals:
    """The part of the intervals up to an instant."""
    some = intervals.where(intervals.start <= instant)
    return some._replace(stop=np.minimum(some.stop, instant))


def _since(intervals: Intervals, instant: int) -> Intervals:
    some = intervals.where(intervals.stop > instant)
    return some._replace(start=np.maximum(some.start, instant))


def _steps(log: EventLog, rows: Ints, clock: Clock, first: int, last: int) -> Iterator[StepThatDay]:
    for row in rows.tolist():
        end = log.end[row] if log.end[row] != NAT else last
        if log.ready[row] < last and end >= first and (end > first or log.ready[row] == end):
            yield StepThatDay(row, clock.counts(log.owner[row], log.stage[row], log.step[row] or ""))
