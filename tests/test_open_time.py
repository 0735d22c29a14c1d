"""Rule 2's arithmetic against slow oracles that go through a run quarter of an hour by quarter of an hour."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from sim.model.calendars import BEYOND, Calendar, CalendarSpec, intersection

SLOT = 15 * 60 * 1_000_000
SLOTS_A_DAY = 96
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY = dt.date(2021, 7, 5)
DAYS = 9


class Case(NamedTuple):
    """A calendar, its run, and slot by slot from the Monday's midnight whether it is open."""

    calendar: Calendar
    begin: int
    end: int
    slots: list[bool]

    def open_at(self, t: int) -> bool:
        return self.slots[t // SLOT - origin() // SLOT]


def origin() -> int:
    return (MONDAY - dt.date(1970, 1, 1)).days * SLOTS_A_DAY * SLOT


@st.composite
def weeks(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Disjoint stretches of a week, in slots from Monday's midnight, none as long as a day; they may touch."""
    cuts = draw(st.lists(st.integers(0, 7 * SLOTS_A_DAY), max_size=30).map(sorted))
    return [(a, min(b, a + SLOTS_A_DAY - 1)) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]


@st.composite
def cases(draw: st.DrawFn, count: int = 1) -> list[Case]:
    begin = origin() + draw(st.integers(0, 3 * SLOTS_A_DAY)) * SLOT
    end = begin + draw(st.integers(1, (DAYS - 3) * SLOTS_A_DAY - 1)) * SLOT
    return [draw(one_case(begin, end)) for _ in range(count)]


@st.composite
def one_case(draw: st.DrawFn, begin: int, end: int) -> Case:
    week = draw(weeks().filter(bool))
    closed = draw(st.sets(st.integers(-1, DAYS - 1), max_size=3))
    hours: dict[str, list[str]] = {}
    for a, b in week:
        hours.setdefault(WEEK[a // SLOTS_A_DAY], []).append(f"{clock(a)}-{clock(b)}")
    spec = CalendarSpec.model_validate(
        {
            "name": "random",
            "statutory": False,
            "hours": hours,
            "closures": [
                {"id": f"closed-{n}", "name": "closed", "date": MONDAY + dt.timedelta(day)}
                for n, day in enumerate(closed)
            ],
        }
    )
    last_day = (end - 1 - origin()) // SLOT // SLOTS_A_DAY
    shifts = [
        (day * SLOTS_A_DAY + a % SLOTS_A_DAY, day * SLOTS_A_DAY + a % SLOTS_A_DAY + b - a)
        for day in range(-1, last_day + 1)
        if day not in closed
        for a, b in week
        if a // SLOTS_A_DAY == day % 7
    ]
    slots = [any(a <= slot < b for a, b in shifts) for slot in range((last_day + 1) * SLOTS_A_DAY)]
    return Case(spec.compile(begin, end), begin, end, [*slots, slots[-1]])


def clock(slot: int) -> str:
    return "{:02d}:{:02d}".format(*divmod(slot % SLOTS_A_DAY * 15, 60))


def instants(case: Case) -> st.SearchStrategy[int]:
    """Any microsecond of the run, or the edge of a slot."""
    edges = st.integers(case.begin // SLOT, case.end // SLOT).map(lambda slot: slot * SLOT)
    return st.integers(case.begin, case.end) | edges


def slow_open_time(case: Case, a: int, b: int) -> int:
    total, t = 0, a
    while t < b:
        step = min(b, (t // SLOT + 1) * SLOT)
        total += (step - t) * case.open_at(t)
        t = step
    return total


def slow_after(case: Case, a: int, d: int) -> int:
    t = a
    while d > 0:
        if t >= case.end:
            return BEYOND
        step = (t // SLOT + 1) * SLOT
        if case.open_at(t):
            if d <= step - t:
                return t + d if t + d <= case.end else BEYOND
            d -= step - t
        t = step
    return t


def slow_next(case: Case, t: int, *, is_open: bool, until: int) -> int:
    while t < until:
        if case.open_at(t) == is_open:
            return t
        t = (t // SLOT + 1) * SLOT
    return BEYOND


@given(st.data())
def test_open_time_agrees_with_adding_up_slot_by_slot(data: st.DataObject) -> None:
    (case,) = data.draw(cases())
    pairs = [sorted((data.draw(instants(case)), data.draw(instants(case)))) for _ in range(5)]
    expected = [slow_open_time(case, a, b) for a, b in pairs]
    assert [case.calendar.open_time(a, b) for a, b in pairs] == expected
    assert case.calendar.open_times(*zip(*pairs, strict=True)).tolist() == expected


@given(st.data())
def test_after_agrees_with_walking_slot_by_slot_and_is_the_inverse_of_open_time(data: st.DataObject) -> None:
    (case,) = data.draw(cases())
    calendar = case.calendar
    for _ in range(5):
        a = data.draw(instants(case))
        d = data.draw(st.integers(0, 40).map(lambda slots: slots * SLOT) | st.integers(0, 200 * SLOT))
        t = calendar.after(a, d)
        assert t == slow_after(case, a, d)
        if t == BEYOND:
            assert calendar.open_time(a, case.end) < d
        elif d > 0:
            assert calendar.open_time(a, t) == d
            assert calendar.open_time(a, t - 1) == d - 1
        else:
            assert t == a


@given(st.data())
def test_openings_and_closings_agree_with_looking_slot_by_slot(data: st.DataObject) -> None:
    (case,) = data.draw(cases())
    calendar = case.calendar
    for _ in range(5):
        t = data.draw(instants(case))
        assert calendar.is_open(t) == case.open_at(t)
        opening = slow_next(case, t, is_open=True, until=case.end + 1)
        assert calendar.next_opening(t) == opening
        assert calendar.empty_after(t) == (opening == BEYOND)
        days_end = origin() + (len(case.slots) - 1) * SLOT
        if opening != BEYOND:
            assert calendar.next_closing(t) == slow_next(case, opening, is_open=False, until=days_end)


@given(st.data())
def test_intervals_are_sorted_apart_and_cumulated(data: st.DataObject) -> None:
    (case,) = data.draw(cases())
    calendar = case.calendar
    assert (calendar.opens < calendar.closes).all()
    assert (calendar.closes[:-1] < calendar.opens[1:]).all()
    lengths = calendar.closes[:-1] - calendar.opens[:-1]
    assert calendar.cumulative.tolist() == [lengths[:i].sum() for i in range(calendar.opens.size)]
    assert calendar.open_share == slow_open_time(case, case.begin, case.end) / (case.end - case.begin)


@given(st.data())
def test_an_intersection_is_open_where_every_calendar_is(data: st.DataObject) -> None:
    found = data.draw(cases(3))
    both = [all(slots) for slots in zip(*(case.slots for case in found), strict=True)]
    joint = Case(intersection(*(case.calendar for case in found)), found[0].begin, found[0].end, both)
    for _ in range(5):
        a, b = sorted((data.draw(instants(joint)), data.draw(instants(joint))))
        assert joint.calendar.open_time(a, b) == slow_open_time(joint, a, b)
        assert joint.calendar.is_open(a) == joint.open_at(a)
        assert joint.calendar.after(a, 3 * SLOT) == slow_after(joint, a, 3 * SLOT)
