"""The law's counting: the plan's vectors (DOMAIN 3.1), half days by hand, and a slow oracle that goes day by day."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.calendars import BEYOND, CalendarSpec
from sim.model.open_time import midnight
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US
from sim.model.working_days import WorkingDays
from tests.clock_logs import LIMITS_OF_THE_PLAN
from tests.handmade import at

FIRST, LAST = dt.date(2021, 1, 1), dt.date(2021, 12, 31)
OFF = "01-01..01-03 02-11..02-17 04-03..04-05 05-01..05-05 06-12..06-14 09-19..09-21 10-01..10-07"
ON = "02-07 02-20 04-25 05-08 09-18 09-26 10-09"
DAYS = [FIRST + dt.timedelta(n) for n in range(365)]


def legal(hours: Any = ("08:30-12:00", "14:30-17:30"), **fields: Any) -> WorkingDays:
    spec = CalendarSpec.model_validate({"name": "legal", "hours": {"workdays": list(hours)}, **fields})
    return WorkingDays(spec.compile(midnight(FIRST), midnight(LAST) + DAY_US))


WINTER = {"from": "10-01", "to": "04-30", "hours": {"workdays": ["08:30-12:00", "14:00-16:00"]}}
LAW = legal()
SEASONAL = legal(seasons=[WINTER])


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(f"2021-{written}")


def works(date: dt.date) -> bool:
    """The notice of 2021, read without the project's code."""
    text = f"{date:%m-%d}"
    if text in ON.split():
        return True
    return date.weekday() < 5 and not any(a <= text <= b for a, b in (span.split("..") for span in OFF.split()))


# ---- (b) whole working days


def last_day(accepted: Any, n: Any) -> Any:
    """The last day of a limit of n working days, counted from the day after acceptance; by number, so for arrays."""
    return LAW.nth(LAW.number(accepted) + np.asarray(n))


@pytest.mark.parametrize(("accepted", "n", "due"), LIMITS_OF_THE_PLAN)
def test_a_limit_of_n_working_days_counts_from_the_day_after_acceptance(accepted: str, n: int, due: str) -> None:
    assert last_day(day(accepted), n) == np.datetime64(day(due))
    low, high = LAW.touched(at(f"{accepted} 10:00"), [at(f"{due} 23:59"), at(f"{due} 23:59") + MINUTE_US])
    next_works = works(day(due) + dt.timedelta(1))
    assert (high - low - 1).tolist() == [n, n + next_works]


def test_the_vectors_hold_for_arrays_of_cases() -> None:
    due = last_day([day("06-11"), day("09-17"), day("12-31")], [2, 5, 1])
    assert due.astype(str).tolist() == ["2021-06-16", "2021-09-26", "NaT"]


def test_the_year_has_250_working_days() -> None:
    assert LAW.number(LAST) - LAW.number(FIRST) + 1 == 250
    numbers = [int(LAW.number(date)) for date in DAYS]
    assert numbers == [sum(works(earlier) for earlier in DAYS[:place]) for place in range(365)]


def test_an_acceptance_outside_legal_hours_counts_at_the_next_opening() -> None:
    assert LAW.opening(at("09-30 17:29")) == at("09-30 17:29")
    assert LAW.opening(at("09-30 17:30")) == at("10-08 08:30")
    assert LAW.opening(at("09-30 12:30")) == at("09-30 14:30")
    assert LAW.opening([at("12-31 17:30")]).tolist() == [BEYOND]


def test_a_case_touches_the_working_days_on_which_it_lies_and_no_day_off() -> None:
    def touched(a: str, b: str) -> int:
        low, high = LAW.touched(at(a), at(b))
        return int(high - low)

    assert touched("09-29 10:00", "10-08 09:00") == 3
    assert touched("09-29 10:00", "09-29 10:00") == 1
    assert touched("09-30 18:00", "10-07 23:00") == 1
    assert touched("10-01 08:00", "10-07 23:00") == 0
    assert touched("10-01 08:00", "10-08 00:00") == 1


def test_the_days_touched_less_one_are_at_most_n_exactly_when_the_case_is_done_by_its_due_day() -> None:
    accepted = at("09-13 10:00")
    low, high = LAW.touched(accepted, [at("10-13 23:59"), at("10-14 00:00")])
    assert (high - low - 1).tolist() == [18, 19]


# ---- (a) fractions of working days


def test_a_night_and_a_holiday_pass_no_fraction_of_a_day() -> None:
    assert LAW.fraction_of_days(at("09-30 17:30"), at("10-08 08:30")) == 0
    assert LAW.fraction_of_days(at("09-30 12:00"), at("09-30 14:30")) == 0


def test_from_one_hour_to_the_same_hour_of_the_next_working_day_is_one_day_exactly() -> None:
    starts = np.array([at("09-30 08:30"), at("09-30 10:17"), at("09-30 17:01"), at("10-08 11:11")])
    ends = np.array([at("10-08 08:30"), at("10-08 10:17"), at("10-08 17:01"), at("10-09 11:11")])
    assert LAW.fraction_of_days(starts, ends).tolist() == [1, 1, 1, 1]


def test_each_days_own_hours_divide_its_open_time() -> None:
    # 09-30 has 6.5 h, 10-08 in winter 5.5 h: 3 h of the one and 3.5 h of the other
    days = SEASONAL.fraction_of_days(at("09-30 14:30"), at("10-08 12:00"))
    assert days == pytest.approx(3 / 6.5 + 3.5 / 5.5, rel=1e-15)


# ---- (c) half-day blocks


@pytest.mark.parametrize(
    ("accepted", "half_days", "due"),
    [
        ("09-29 09:00", 1, "09-29 17:30"),  # accepted in the morning, done in the afternoon
        ("09-29 15:00", 1, "09-30 12:00"),  # accepted in the afternoon, done the next morning
        ("09-29 12:00", 1, "09-30 12:00"),  # at the morning's closing: the afternoon
        ("09-29 13:00", 1, "09-30 12:00"),
        ("09-29 20:00", 1, "09-30 17:30"),  # at night: the next morning
        ("09-29 09:00", 3, "09-30 17:30"),  # 1.5 working days
        ("09-30 15:00", 3, "10-09 12:00"),  # over National Day, and the make-up Saturday counts
        ("10-02 15:00", 0, "10-08 12:00"),
    ],
)
def test_a_limit_in_half_days_is_due_by_the_end_of_a_block(accepted: str, half_days: int, due: str) -> None:
    assert LAW.half_days(at(accepted), [at(due), at(due) + 1]).tolist() == [half_days, half_days + 1]


def test_a_day_without_a_break_is_parted_at_noon_and_one_of_several_at_its_longest() -> None:
    def ends_of_a_block(law: WorkingDays, begin: str, end: str) -> bool:
        return law.half_days(at(begin), [at(end), at(end) + 1]).tolist() == [0, 1]

    through = legal(["09:00-17:00"])
    assert ends_of_a_block(through, "09-29 10:00", "09-29 12:00")
    assert ends_of_a_block(through, "09-29 12:00", "09-29 17:00")
    breaks = legal(["08:00-10:00", "10:15-12:30", "14:00-16:00", "16:10-18:00"])
    assert ends_of_a_block(breaks, "09-29 08:00", "09-29 12:30")
    mornings = legal(["09:00-12:00"])
    assert ends_of_a_block(mornings, "09-29 12:00", "09-30 12:00")


# ---- (d) calendar days


@pytest.mark.parametrize(("accepted", "plain", "moved"), [("09-29", "10-06", "10-08"), ("09-14", "09-21", "09-22")])
def test_a_week_whose_last_day_is_no_working_day_moves_to_the_next_one(accepted: str, plain: str, moved: str) -> None:
    after = [day(moved), day(moved) + dt.timedelta(1)]
    assert (LAW.calendar_days(day(accepted), after) <= 7).tolist() == [True, False]
    assert LAW.calendar_days(day(accepted), day(plain), moved=False) == 7


def test_the_same_day_is_no_calendar_day() -> None:
    for moved in (True, False):
        assert LAW.calendar_days(day("09-29"), day("09-29"), moved=moved) == 0
        assert LAW.calendar_days(day("10-03"), day("10-03"), moved=moved) == 0


# ---- by a slow oracle


@given(st.lists(st.tuples(st.integers(0, 340), st.integers(0, 24)), min_size=1, max_size=20))
def test_due_days_and_calendar_days_agree_with_going_day_by_day(cases: list[tuple[int, int]]) -> None:
    accepted = [DAYS[place] for place, _ in cases]
    n = [days for _, days in cases]

    def move(date: dt.date) -> dt.date:
        while not works(date):
            date += dt.timedelta(1)
        return date

    def whole(date: dt.date, days: int) -> dt.date:
        date = move(date)
        for _ in range(days):
            date = move(date + dt.timedelta(1))
        return date

    def least(date: dt.date, done: dt.date) -> int:
        return next(k for k in range(100) if move(date + dt.timedelta(k)) >= done)

    short = [min(days, 5) for days in n]  # so that no due day lies in the next year
    assert last_day(accepted, short).tolist() == [whole(a, days) for a, days in zip(accepted, short, strict=True)]
    plain = [a + dt.timedelta(days) for a, days in zip(accepted, n, strict=True)]
    kept = [p if p <= dt.date(2021, 12, 31) else dt.date(2021, 12, 31) for p in plain]
    spent = [(p - a).days for p, a in zip(kept, accepted, strict=True)]
    assert LAW.calendar_days(accepted, kept).tolist() == [least(a, p) for a, p in zip(accepted, kept, strict=True)]
    assert LAW.calendar_days(accepted, kept, moved=False).tolist() == spent


@given(st.integers(0, 364 * 24 * 60), st.integers(0, 40 * 24 * 60), st.sampled_from([LAW, SEASONAL]))
def test_fractions_days_and_blocks_agree_with_going_day_by_day(start: int, length: int, law: WorkingDays) -> None:
    end = min(start + length, 365 * 24 * 60)
    a, b = midnight(FIRST) + start * MINUTE_US, midnight(FIRST) + end * MINUTE_US
    fraction, days, ends = Fraction(0), 0, []
    for date in DAYS:
        if not works(date):
            continue
        winter = law is SEASONAL and not dt.date(2021, 5, 1) <= date < dt.date(2021, 10, 1)
        shifts = [(510, 720), (840, 960)] if winter else [(510, 720), (870, 1050)]
        zero = (date - FIRST).days * 1440
        inside = sum(max(0, min(end, zero + q) - max(start, zero + p)) for p, q in shifts)
        fraction += Fraction(inside, sum(q - p for p, q in shifts))
        days += start < zero + 1440 and end >= zero
        ends += [zero + q for _, q in shifts]
    assert float(law.fraction_of_days(a, b)) == pytest.approx(float(fraction), abs=1e-12)
    low, high = law.touched(a, b)
    assert max(high - low, 0) == days
    assert law.half_days(a, b) == max(0, sum(e < end for e in ends) - sum(e <= start for e in ends))


def test_days_and_instants_outside_the_calendar_are_an_error() -> None:
    for question in (
        lambda: LAW.number(dt.date(2020, 12, 31)),
        lambda: LAW.number(dt.date(2022, 1, 2)),
        lambda: LAW.fraction_of_days(at("01-04 00:00"), midnight(LAST) + 2 * DAY_US),
        lambda: LAW.block_of(midnight(FIRST) - HOUR_US),
    ):
        with pytest.raises(ValueError, match="outside"):
            question()
