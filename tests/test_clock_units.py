"""Rule 18: what counts, in days of each unit; and both rules at once against a clerk with a calendar in hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.clock_times import STATES, clock_times
from sim.model.clocks import Clock, Unit
from sim.model.working_days import WorkingDays
from tests.clock_logs import LEGAL, LIMITS_OF_THE_PLAN, UNITS, days_of, from_to, steps
from tests.clock_oracle import Cases, clocks, read, some_cases
from tests.handmade import calendar

# --- rule 18: the plan's vectors (DOMAIN 3.1)


@pytest.mark.parametrize(("accepted", "days", "due"), LIMITS_OF_THE_PLAN)
def test_what_is_done_on_the_last_day_of_a_limit_in_working_days_reads_as_the_limit(
    accepted: str, days: int, due: str
) -> None:
    for hour in ("08:30", "12:10", "17:29"):
        for done in ("08:30", "17:30"):
            assert days_of(from_to(f"{accepted} {hour}", f"{due} {done}")) == days


@pytest.mark.parametrize(
    ("accepted", "done", "late"),
    [
        ("09-29 10:00", "10-06 23:00", (False, False, False)),
        ("09-29 10:00", "10-07 01:00", (True, False, False)),
        ("09-29 10:00", "10-08 17:00", (True, False, False)),
        ("09-29 10:00", "10-09 08:30", (True, True, False)),
        ("09-29 10:00", "10-12 17:30", (True, True, False)),
        ("09-29 10:00", "10-13 08:30", (True, True, True)),
        ("09-14 10:00", "09-22 17:00", (True, False, False)),
        ("09-14 10:00", "09-23 08:30", (True, True, True)),
    ],
)
def test_one_week_over_a_holiday_by_its_three_readings(accepted: str, done: str, late: tuple[bool, ...]) -> None:
    """DOMAIN, hard question 10: calendar days unmoved, moved (Civil Code 203), and five working days."""
    log = from_to(accepted, done)
    found = (
        clock_times(log, Clock(), "calendar-days", LEGAL, moved=False).late(7),
        clock_times(log, Clock(), "calendar-days", LEGAL).late(7),
        clock_times(log, Clock(), "whole-days", LEGAL).late(5),
    )
    assert tuple(bool(each[0]) for each in found) == late


def test_the_mean_of_calendar_days_does_not_move_only_the_comparison_does() -> None:
    times = clock_times(from_to("09-29 10:00", "10-08 09:00"), Clock(), "calendar-days", LEGAL)
    assert (times.days[0], times.to_compare[0]) == (9, 2)


@pytest.mark.parametrize(
    ("accepted", "done", "days"),
    [
        ("06-01 09:00", "06-01 16:00", 0.5),  # 上午受理下午办结
        ("06-01 15:00", "06-02 11:00", 0.5),  # 下午受理次日上午办结
        ("06-01 09:00", "06-01 12:00", 0.0),
        ("06-01 12:00", "06-01 17:30", 0.0),  # at noon the morning is over: accepted in the afternoon
        ("06-01 11:59", "06-01 17:31", 1.0),  # after closing: the next morning's block
        ("06-01 09:00", "06-02 17:30", 1.5),
        ("06-05 10:00", "06-07 12:00", 0.0),  # a Saturday counts on Monday morning
        ("06-11 16:00", "06-15 09:00", 0.5),  # over the Dragon Boat Festival
    ],
)
def test_half_day_blocks_end_with_the_morning_and_the_afternoon(accepted: str, done: str, days: float) -> None:
    assert days_of(from_to(accepted, done), "half-days") == days


@pytest.mark.parametrize(
    ("accepted", "done", "days"),
    [
        ("06-01 08:30", "06-01 12:00", 3.5 / 6.5),
        ("06-01 10:15", "06-02 10:15", 1.0),
        ("06-01 18:00", "06-02 08:30", 0.0),
        ("06-05 10:00", "06-07 17:30", 1.0),
        ("09-30 17:00", "10-08 09:00", 1 / 6.5),
    ],
)
def test_fractions_are_open_time_over_that_days_open_hours(accepted: str, done: str, days: float) -> None:
    assert days_of(from_to(accepted, done), "fraction") == pytest.approx(days, abs=1e-9)


def test_a_day_that_is_open_for_more_than_eight_hours_is_still_one_day() -> None:
    """06:00 to 13:00 and 14:00 to 21:00: 14 hours a day, on 1 June from 10:00 on 10 of them, on 2 June 3.5."""
    long_days = WorkingDays(calendar("06:00-13:00", "14:00-21:00"))
    times = clock_times(from_to("06-01 10:00", "06-02 09:30"), Clock(), "fraction", long_days)
    assert times.days[0] == pytest.approx(10 / 14 + 3.5 / 14, abs=1e-9)


def test_fractions_that_sum_to_the_limit_are_not_late_by_a_rounding() -> None:
    """A tenth and two tenths of 6.5 hours; as floating-point numbers they are more than 0.3."""
    parts = [("utility", None, "06-01 08:30", "06-01 09:09"), ("utility", None, "06-02 08:30", "06-02 09:48")]
    log = steps(*parts, over="06-02 09:48")
    reading = Clock.model_validate({"count": {"owners": "utility"}})
    assert not clock_times(log, reading, "fraction", LEGAL).late(0.3)[0]


def test_a_case_done_on_the_day_it_came_reads_nothing_in_whole_and_calendar_days() -> None:
    log = from_to("06-01 09:00", "06-01 17:00")
    assert [days_of(log, unit) for unit in ("whole-days", "calendar-days")] == [0, 0]
    assert days_of(log, "hours") == 8 / 24


def test_an_acceptance_in_the_evening_counts_the_next_morning() -> None:
    log = from_to("06-01 20:00", "06-02 17:00")
    assert [days_of(log, unit) for unit in ("whole-days", "half-days", "calendar-days")] == [0, 0.5, 1]


# --- everything at once, against a slow look at each hour and each date


READINGS = st.tuples(
    clocks(), st.sampled_from(UNITS), st.sampled_from(["case", "case", "stage", "step"]), st.booleans()
)


def check_against_a_clerk(cases: Cases, reading: tuple[Clock, Unit, Any, bool]) -> None:
    (clock, unit, per, moved), log = reading, cases.log()
    times = clock_times(log, clock, unit, WorkingDays(cases.legal()), per=per, moved=moved)
    for place, case in enumerate(log.cases.id.tolist()):
        expected = read(cases, clock, unit, case, per, moved)
        assert STATES[times.state[place]] == expected.state
        # Fractions are rounded to nine decimals, and the clerk adds up to 192 hours one by one.
        for found, days in ((times.days[place], expected.days), (times.to_compare[place], expected.to_compare)):
            assert np.isnan(found) if days is None else found == pytest.approx(days, rel=0, abs=1e-8)


@settings(max_examples=120, deadline=None)
@given(some_cases(), READINGS)
def test_a_clerk_with_a_calendar_in_hand_reads_the_same(cases: Cases, reading: tuple[Clock, Unit, Any, bool]) -> None:
    check_against_a_clerk(cases, reading)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(some_cases(), READINGS)
def test_a_clerk_with_much_time_reads_the_same(cases: Cases, reading: tuple[Clock, Unit, Any, bool]) -> None:
    check_against_a_clerk(cases, reading)
