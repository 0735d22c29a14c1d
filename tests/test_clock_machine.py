"""Clocks started, paused, resumed and ended over three years of the statutory calendar, against a day-by-day oracle."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from sim.analysis.clock_times import clock_times
from sim.eventlog import EventLog
from sim.model.calendars import CalendarSpec
from sim.model.clocks import Clock, Unit
from sim.model.working_days import WorkingDays
from tests.clock_logs import UNITS
from tests.day_by_day import DATES, DAY, FIRST, Case, Reading, Step, Years
from tests.handmade import Handmade, at

HOURS = (("08:30-12:00", "14:30-17:30"), ("09:00-12:00", "13:00-17:00"), ("06:00-13:00", "14:00-21:00"))
OWNERS = ("utility", "customer")
READINGS = (
    Reading(),
    Reading(from_start=True),
    Reading(count=("utility",)),
    Reading(count=("utility",), from_start=True),
    Reading(count=("utility", "suspended")),
    Reading(leave_out=("customer",)),
    Reading(leave_out=("customer",), excluded_wins=True),
    Reading(count=("utility",), leave_out=("customer",), excluded_wins=True, from_start=True),
)


@cache
def years(hours: tuple[str, str]) -> Years:
    return Years([(minute(a), minute(b)) for a, b in (shift.split("-") for shift in hours)])


def minute(text: str) -> int:
    return 60 * int(text[:2]) + int(text[3:])


@cache
def legal(hours: tuple[str, str]) -> WorkingDays:
    spec = CalendarSpec.model_validate({"name": "legal", "hours": {"workdays": list(hours)}})
    return WorkingDays(spec.compile(at(told(0)), at(told(DATES * DAY))))


def told(t: int) -> str:
    return str(np.datetime64(FIRST, "m") + t).replace("T", " ")


class ClockMachine(RuleBasedStateMachine):
    """Time goes on by minutes, to the next opening or closing, to midnight, or by weeks."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 60
        self.cases: list[Case] = []
        self.hours = HOURS[0]

    @rule(hours=st.sampled_from(HOURS))
    def choose_hours(self, hours: tuple[str, str]) -> None:
        self.hours = hours

    @rule(minutes=st.one_of(st.integers(1, 600), st.integers(1, 40).map(lambda days: days * DAY)))
    def go_on(self, minutes: int) -> None:
        self.now = min(self.now + minutes, (DATES - 30) * DAY)

    @rule(on=st.integers(-1, 1))
    def go_on_to_the_next_opening_or_closing(self, on: int) -> None:
        its = years(self.hours).open
        changes = np.flatnonzero(its[self.now : self.now + 20 * DAY] != its[self.now + 1 : self.now + 1 + 20 * DAY])
        self.go_on(max(int(changes[0]) + 1 + on, 0))

    @rule()
    def go_on_to_midnight(self) -> None:
        self.go_on(DAY - self.now % DAY)

    @rule(dates=st.integers(0, 2))
    def go_on_to_the_day_before_a_holiday_or_a_make_up_day(self, dates: int) -> None:
        its, today = years(self.hours).works, self.now // DAY
        for day in range(today + 1, DATES - 30):
            if its[day] != ((FIRST.weekday() + day) % 7 < 5):
                self.go_on(max(day + dates - 1 - today, 0) * DAY)
                break

    @precondition(lambda self: len(self.cases) < 3)
    @rule(on=st.sampled_from((None, -1, 0, 1)))
    def accept(self, on: int | None) -> None:
        """Now, or about the next opening or closing."""
        if on is not None:
            self.go_on_to_the_next_opening_or_closing(on)
        self.cases.append(Case(self.now))

    def some_case(self, data: st.DataObject) -> Case | None:
        cases = [case for case in self.cases if case.closed is None]
        return data.draw(st.sampled_from(cases)) if cases else None

    @precondition(lambda self: any(case.closed is None for case in self.cases))
    @rule(data=st.data(), owner=st.sampled_from(OWNERS), at_once=st.booleans())
    def start_a_step(self, data: st.DataObject, owner: str, at_once: bool) -> None:
        if case := self.some_case(data):
            case.steps.append(Step(owner, self.now, self.now if at_once else None))

    @precondition(lambda self: any(case.closed is None for case in self.cases))
    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        if case := self.some_case(data):
            case.steps.append(Step("suspended", self.now, self.now))

    @precondition(lambda self: any(step.end is None for case in self.cases for step in case.steps))
    @rule(data=st.data())
    def begin_end_or_resume(self, data: st.DataObject) -> None:
        unfinished = [step for case in self.cases if case.closed is None for step in case.steps if step.end is None]
        if unfinished:
            step = data.draw(st.sampled_from(unfinished))
            step.end = None if step.start is None else self.now
            step.start = self.now if step.start is None else step.start

    @precondition(lambda self: any(case.closed is None for case in self.cases))
    @rule(data=st.data(), on=st.sampled_from((None, -1, 0, 1)))
    def close(self, data: st.DataObject, on: int | None) -> None:
        """Now, or about the next opening or closing."""
        if on is not None:
            self.go_on_to_the_next_opening_or_closing(on)
        if case := self.some_case(data):
            for step in case.steps:
                step.start = self.now if step.start is None else step.start
                step.end = self.now if step.end is None else step.end
            case.closed = self.now

    def log(self) -> EventLog:
        h = Handmade()
        for number, case in enumerate(self.cases, 1):
            last = h.case(number, told(case.accepted))
            for visit, step in enumerate(case.steps):
                start, end = (None if t is None else told(t) for t in (step.start, step.end))
                last = h.row("wait", number, "p/a", told(step.ready), start, end, None, visit, owner=step.owner)
            if case.closed is not None:
                h.instant("closed", number, told(case.closed), last)
        return h.log(begin=told(0), end=told(self.now), missing=("released_by",))

    @precondition(lambda self: bool(self.cases))
    @rule(unit=st.sampled_from(UNITS), reading=st.sampled_from(READINGS))
    def read(self, unit: Unit, reading: Reading) -> None:
        described: dict[str, Any] = {"from_start": reading.from_start, "excluded_wins": reading.excluded_wins}
        described |= {"count": {"owners": reading.count}} if reading.count is not None else {}
        described |= {"except": {"owners": reading.leave_out}} if reading.leave_out else {}
        found = clock_times(self.log(), Clock.model_validate(described), unit, legal(self.hours))
        for place, case in enumerate(self.cases):
            expected = years(self.hours).days(unit, case, reading, self.now)
            assert found.days[place] == pytest.approx(expected, rel=0, abs=1e-8), (unit, reading, case, self.now)
            if unit == "calendar-days":
                assert found.to_compare[place] == years(self.hours).least_limit(case, reading, self.now)

    def teardown(self) -> None:
        if self.cases:
            for unit in UNITS:
                self.read(unit, Reading())


QUICK = settings(max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


def test_a_clock_over_three_years_reads_what_a_clerk_reads_day_by_day() -> None:
    run_state_machine_as_test(ClockMachine, settings=QUICK)


@pytest.mark.slow
def test_clocks_over_three_years_read_what_a_clerk_reads_day_by_day() -> None:
    run_state_machine_as_test(ClockMachine, settings=settings(QUICK, max_examples=500, stateful_step_count=50))
