"""Opening hours fitted to logs of known scenarios come back exactly; real logs show what their offices keep."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.calendars import FittedCalendar, fit_calendar
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.model.calendars import CalendarSpec
from sim.model.hours import WEEK
from sim.model.open_time import midnight
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US
from tests.recovery import hours, simulated, worked

WEEKS: list[dict[str, Any]] = [
    {"workdays": ["09:00-17:00"]},
    {"workdays": ["08:30-12:00", "14:30-17:30"]},
    {"workdays": ["09:00-12:00", "13:00-17:00"], "fri": ["09:00-12:00"]},
    {"workdays": ["08:15-17:45"], "sat": ["09:00-12:00"]},
    {"workdays": ["22:00-06:00"]},
    {"workdays": ["06:00-14:00", "15:30-22:00"], "sat": ["08:00-12:00"], "sun": ["08:00-12:00"]},
    {"workdays": ["00:00-24:00"], "sat": ["00:00-24:00"], "sun": ["00:00-24:00"]},
    {"workdays": ["10:00-19:00"], "wed": []},
]


def shifts(found: FittedCalendar | CalendarSpec) -> list[list[str]]:
    """The hours of Monday to Sunday."""
    its = (found.spec if isinstance(found, FittedCalendar) else found).hours
    assert its is not None
    return [[str(shift) for shift in its.of_weekday(day)] for day in range(7)]


def described(**its: Any) -> CalendarSpec:
    return CalendarSpec.model_validate({"name": "office", "statutory": False, "hours": its})


def at(day: str, times: np.ndarray) -> Ints:
    return np.datetime64(day, "us").astype(np.int64) + (times * HOUR_US).astype(np.int64)


@pytest.mark.parametrize("week", WEEKS, ids=lambda week: " ".join(map(str, week.values())))
def test_the_hours_of_a_week_come_back_from_a_simulated_year(week: dict[str, Any]) -> None:
    found = fit_calendar(worked(simulated(calendars=hours(**week))), seasons=True)
    assert found.spec.seasons == ()
    assert shifts(found) == shifts(described(**week))
    assert not found.spec.statutory
    assert found.closed == found.opened == ()
    assert found.outside.value == 0


def test_public_holidays_and_make_up_days_are_seen_to_be_kept() -> None:
    calendars = {"office": {"name": "office", "hours": {"workdays": ["09:00-17:00"]}}}
    found = fit_calendar(worked(simulated(calendars=calendars)))
    assert found.spec.statutory
    assert found.statutory.verdict == "kept"
    assert found.statutory.makeup_worked
    assert shifts(found) == shifts(described(workdays=["09:00-17:00"]))
    assert found.closed == found.opened == ()
    assert found.compile(midnight(dt.date(2021, 10, 1)), midnight(dt.date(2021, 10, 10))).open_share == 2 * 8 / 9 / 24


def test_summer_and_winter_hours_come_back_with_their_months() -> None:
    winter = {"name": "winter", "from": "10-01", "to": "04-30", "hours": {"workdays": ["08:30-12:00", "14:00-17:00"]}}
    office = {"name": "office", "hours": {"workdays": ["08:30-12:00", "14:30-17:30"]}, "seasons": [winter]}
    found = fit_calendar(worked(simulated(calendars={"office": office})), seasons=True).spec
    [summer] = found.seasons
    assert [str(day) for day in summer.ends] == ["05-01", "09-30"]
    assert [str(shift) for shift in summer.hours.workdays or ()] == ["08:30-12:00", "14:30-17:30"]
    assert shifts(found)[0] == ["08:30-12:00", "14:00-17:00"]
    assert found.statutory


def test_days_that_one_office_alone_has_closed_are_found() -> None:
    shut = [{"id": "move", "name": "moving", "from": "2021-08-09", "to": "2021-08-11"}]
    shut += [{"id": "party", "name": "party", "date": "2021-12-24"}]
    office = {"office": {"name": "office", "hours": {"workdays": ["09:00-17:00"]}, "closures": shut}}
    found = fit_calendar(worked(simulated(calendars=office)))
    assert [(s.first.isoformat(), s.last.isoformat()) for s in found.closed] == [
        ("2021-08-09", "2021-08-11"),
        ("2021-12-24", "2021-12-24"),
    ]
    assert len(found.spec.closures) == 2
    assert found.spec.statutory


def test_a_saturday_worked_in_full_is_an_extra_opening() -> None:
    more = [{"date": "2021-03-20", "hours": ["09:00-17:00"]}]
    office = {"office": {"name": "office", "hours": {"workdays": ["09:00-17:00"]}, "openings": more}}
    found = fit_calendar(worked(simulated(calendars=office)))
    assert [s.first.isoformat() for s in found.opened] == ["2021-03-20"]
    assert shifts(found)[5] == []


def test_a_few_instants_outside_do_not_open_the_night_and_their_share_is_told() -> None:
    instants = worked(simulated(calendars=hours(workdays=["09:00-12:00", "13:00-17:00"])))
    rng = np.random.default_rng(2)
    n = instants.size // 50
    stray = midnight(dt.date(2021, 1, 1)) + rng.integers(0, 365 * DAY_US, n)
    found = fit_calendar(np.concatenate([instants, stray]))
    assert shifts(found) == shifts(described(workdays=["09:00-12:00", "13:00-17:00"]))
    assert found.outside.value is not None
    assert 0.6 * n < found.outside.value * found.n < n  # 35 of 168 hours are open


def test_a_job_that_runs_every_night_is_no_shift() -> None:
    instants = worked(simulated(calendars=hours(workdays=["09:00-17:00"])))
    nights = midnight(dt.date(2021, 1, 1)) + np.arange(364) * DAY_US + 2 * HOUR_US
    found = fit_calendar(np.concatenate([instants, nights[np.arange(364) % 7 < 2]]))
    assert shifts(found) == shifts(described(workdays=["09:00-17:00"]))


def test_dates_without_a_time_give_whole_days() -> None:
    instants = worked(simulated(calendars=hours(workdays=["09:00-17:00"])))
    found = fit_calendar(instants // DAY_US * DAY_US)
    assert found.days_only
    assert shifts(found) == [["00:00-24:00"]] * 5 + [[]] * 2


@pytest.mark.parametrize("seed", range(8))
def test_a_thousand_instants_are_enough_for_a_week_with_a_lunch_break(seed: int) -> None:
    """Any opening from 7:00 to 9:30, break from 12:00 by 30 to 120 minutes, closing from 16:00 to 18:30, 3% of stray
    instants beside; of 40 such weeks each 40 came back."""
    rng = np.random.default_rng(seed)
    opens, closes = 7 * 60 + 30 * int(rng.integers(6)), 16 * 60 + 30 * int(rng.integers(6))
    again = 12 * 60 + int(rng.choice([30, 60, 90, 120]))
    written = ["{:02d}:{:02d}-12:00".format(*divmod(opens, 60)), "{:02d}:{:02d}".format(*divmod(again, 60))]
    written[1] += "-{:02d}:{:02d}".format(*divmod(closes, 60))
    true = described(workdays=written)
    begin = midnight(dt.date(2021, 1, 4))
    calendar = true.compile(begin, begin + 364 * DAY_US)
    into = rng.integers(0, calendar.open_time(begin, begin + 364 * DAY_US), 1000)
    place = np.searchsorted(calendar.cumulative, into, side="right") - 1
    instants = calendar.opens[place] + into - calendar.cumulative[place]
    found = fit_calendar(np.append(instants, begin + rng.integers(0, 364 * DAY_US, 30)), statutory=False)
    assert shifts(found) == shifts(true)


@pytest.mark.parametrize("midnight_us", [0, 1 * HOUR_US + 6 * MINUTE_US + 40_000_000])
def test_dates_among_times_of_day_say_nothing_of_the_hours(midnight_us: int) -> None:
    instants = worked(simulated(calendars=hours(workdays=["09:00-17:00"])))
    dated = np.arange(instants.size) % 3 == 0
    found = fit_calendar(np.where(dated, instants // DAY_US * DAY_US + midnight_us, instants))
    assert not found.days_only
    assert shifts(found) == shifts(described(workdays=["09:00-17:00"]))


@pytest.mark.parametrize("step", [1, 5, 30, 60])
def test_times_rounded_to_minutes_or_hours_give_the_same_hours(step: int) -> None:
    rng = np.random.default_rng(3)
    days = np.arange(0, 364)[np.arange(364) % 7 < 5]
    times = rng.integers(9 * 60 // step, 17 * 60 // step, (days.size, 40)) * step
    start = midnight(dt.date(2021, 1, 4)) + days * DAY_US
    found = fit_calendar((start[:, None] + times * MINUTE_US).ravel(), statutory=False)
    assert shifts(found) == [["09:00-17:00"]] * 5 + [[]] * 2


def test_too_little_activity_is_refused_with_the_cure() -> None:
    with pytest.raises(InputError, match="too little") as refused:
        fit_calendar(np.array([NAT, 1, 2], np.int64))
    assert "whole" in refused.value.cure.en


@settings(max_examples=15, deadline=None)
@given(
    opens=st.integers(0, 20), length=st.integers(8, 27), seed=st.integers(0, 1000),
    days=st.sets(st.integers(0, 6), min_size=1),
)  # fmt: skip
def test_one_shift_at_any_half_hour_on_any_days_comes_back(opens: int, length: int, seed: int, days: set[int]) -> None:
    """10 to 23.5 hours of 60 uniform instants on each of a year's days, 0:00 at the earliest, within the day."""
    first, last = opens / 2, min(opens + length, 47) / 2
    rng = np.random.default_rng(seed)
    dates = midnight(dt.date(2021, 1, 4)) + np.array([d for d in range(364) if d % 7 in days]) * DAY_US
    found = fit_calendar(
        (dates[:, None] + (rng.uniform(first, last, (dates.size, 60)) * HOUR_US).astype(np.int64)).ravel()
    )
    text = f"{int(first):02d}:{'30' if first % 1 else '00'}-{int(last):02d}:{'30' if last % 1 else '00'}"
    assert shifts(found) == [[text] if day in days else [] for day in range(7)]
    assert found.outside.value == 0
    assert all(name in WEEK for hour in found.hours for name in hour.days)
