"""The last day of a limit for an application accepted on a day, against the plan's own vectors of 2021."""

from __future__ import annotations

import datetime as dt

import pytest

from sim.analysis.clock_times.due import due_day, last_in_time
from sim.model.open_time import midnight
from sim.model.quantities import DAY_US
from tests.clock_logs import LIMITS_OF_THE_PLAN
from tests.handmade import at
from tests.test_working_days import LAW, day

UNTIL = midnight(dt.date(2021, 12, 31))


@pytest.mark.parametrize(("accepted", "n", "due"), LIMITS_OF_THE_PLAN)
def test_whole_working_days_run_out_with_the_vectors_day(accepted, n, due):
    assert due_day(at(f"{accepted} 10:00"), n, "whole-days", LAW, UNTIL) == day(due)


@pytest.mark.parametrize(
    ("accepted", "moved", "due"),
    [("09-29", True, "10-08"), ("09-29", False, "10-06"), ("09-14", True, "09-22"), ("09-14", False, "09-21")],
)
def test_a_week_runs_out_on_its_last_day_or_on_the_working_day_to_which_that_moves(accepted, moved, due):
    """DOMAIN 3.1: one week from 09-29 is 10-06, moved to 10-08; from 09-14 it is 09-21, moved to 09-22."""
    assert due_day(at(f"{accepted} 10:00"), 7, "calendar-days", LAW, UNTIL, moved=moved) == day(due)


def test_half_a_day_accepted_in_the_morning_ends_with_the_afternoon_and_one_accepted_then_with_the_next_morning():
    """上午受理下午办结,下午受理次日上午办结."""
    assert last_in_time(at("06-01 09:00"), 0.5, "half-days", LAW, UNTIL) == at("06-01 17:30")
    assert last_in_time(at("06-01 15:00"), 0.5, "half-days", LAW, UNTIL) == at("06-02 12:00")


def test_a_limit_that_does_not_run_out_before_the_end_gives_the_end():
    assert last_in_time(at("12-30 10:00"), 10, "hours", LAW, at("12-30 10:00") + DAY_US) == at("12-31 10:00")
