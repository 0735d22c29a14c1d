"""Pools fitted to logs of known scenarios: who does what, how many, in which order, at which meetings, how late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.activity import Activity, activity_of
from calibration.busy import at_work, idle_time, on_duty, overlap, united
from calibration.disciplines import fit_discipline
from calibration.gatherings import find_sessions
from calibration.pools import FittedPool, fit_pools
from sim.eventlog import NAT, Coded, EventLog
from sim.model.calendars import CalendarSpec
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US
from sim.model.sessions import Session
from tests.recovery import DESK, hours, simulated
from tests.test_importing_real import receipt

OFFICE = hours(workdays=["09:00-17:00"])


def per_year(load: float, servers: int, mean_minutes: float) -> dict[str, Any]:
    """Arrivals that keep so many servers of ``OFFICE`` busy to such a part."""
    open_minutes = 261 * 8 * 60
    return {"s": {"name": "s", "process": "p", "per_year": round(load * servers * open_minutes / mean_minutes)}}


def only(log: EventLog) -> FittedPool:
    [pool] = fit_pools(log).pools
    return pool


def activity(*rows: tuple[str, float, float, float]) -> Activity:
    """Of (who, ready, start, end) in hours after midnight of 1970-01-05."""
    who, *times = zip(*rows, strict=True)
    ready, start, end = ((np.array(column) * HOUR_US).astype(np.int64) + 4 * DAY_US for column in times)
    n = np.arange(len(rows))
    return Activity(n, n, Coded.of(["step"] * len(rows)), Coded.of(list(who)), ready, start, end, True)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (2, 0.8), (4, 0.6), (4, 0.9), (7, 0.8)])
def test_the_number_of_servers_comes_back(servers: int, load: float) -> None:
    pools = {"clerks": {"servers": servers, "calendar": "office"}}
    pool = only(simulated(calendars=OFFICE, pools=pools, sources=per_year(load, servers, 40)))
    assert pool.servers == servers
    assert len(pool.members) == servers
    assert pool.overlap == 0
    assert [group.servers for group in pool.groups] == [servers]
    assert pool.groups[0].days == ("mon", "tue", "wed", "thu", "fri")


def test_steps_of_the_same_people_are_one_pool_and_others_are_others() -> None:
    flow = [
        {"step": "accept", "by": "clerks", "effort": {"mean": "20 min", "cv": 1}},
        {"step": "review", "by": "reviewers", "effort": {"mean": "60 min", "cv": 1}},
        {"step": "issue", "by": "clerks", "effort": {"mean": "10 min", "cv": 1}},
        {"step": "survey", "by": "crews", "effort": {"mean": "90 min", "cv": 1}},
    ]
    numbers = {"clerks": 2, "reviewers": 3, "crews": 4}
    pools = {name: {"servers": n, "calendar": "office"} for name, n in numbers.items()}
    found = fit_pools(simulated(flow, calendars=OFFICE, pools=pools, sources=per_year(0.75, 3, 60)))
    assert {tuple(step.removeprefix("p/") for step in pool.steps): pool.servers for pool in found.pools} == {
        ("accept", "issue"): 2, ("review",): 3, ("survey",): 4,
    }  # fmt: skip
    assert found.nobody == ()
    assert found.of_step("p/review") is not None
    assert all(member.share == 1 for pool in found.pools for member in pool.members)


def test_those_who_work_on_some_days_only_are_a_group_of_their_own() -> None:
    calendars = {
        **OFFICE,
        "half": {"name": "half", "statutory": False, "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}},
    }
    pools = {"clerks": {"groups": [{"servers": 2, "calendar": "office"}, {"servers": 2, "calendar": "half"}]}}
    pool = only(simulated(calendars=calendars, pools=pools, sources=per_year(0.95, 2, 40)))
    assert {group.days: len(group.members) for group in pool.groups} == {
        ("mon", "tue", "wed", "thu", "fri"): 2, ("mon", "tue"): 2,
    }  # fmt: skip
    part_time = pool.groups[1].members
    days = np.unique((pool.instants(part_time) // DAY_US + 3) % 7)
    assert set(days.tolist()) <= {0, 1, 2}  # work begun on Tuesday ends next Monday, never on another day
    assert 2 not in days


TWO_CLASSES: dict[str, Any] = {
    name: {"name": name, "process": "p", "class": name, "priority": priority, "per_year": 1400}
    for name, priority in (("urgent", 0), ("usual", 1))
} | {"s": {"name": "s", "process": "p", "per_year": 0.001}}


@pytest.mark.parametrize("discipline", ["first-come", "priority"])
def test_the_order_of_a_queue_comes_back(discipline: str) -> None:
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": discipline}}
    found = only(simulated(calendars=OFFICE, pools=pools, sources=TWO_CLASSES)).discipline
    assert found is not None and found.told
    assert found.rule == found.described == discipline
    best = found.shares[found.rule]
    assert best.value == 1
    assert found.better < 1e-6
    if discipline == "priority":
        assert found.classes == ("urgent", "usual")
        assert found.shares["first-come"].value is not None and found.shares["first-come"].value < 0.9


def _served(its: Activity, choose: Callable[[list[int], Activity], int]) -> Activity:
    """One server, 170 minutes a case, who takes the one of those waiting that is chosen: for other rules than the
    engine's."""
    its = its.where(np.argsort(its.ready, kind="stable"))
    start = np.zeros_like(its.ready)
    waiting: list[int] = []
    now, i = int(its.ready[0]), 0
    while i < len(its) or waiting:
        while i < len(its) and its.ready[i] <= now:
            waiting.append(i)
            i += 1
        if waiting:
            taken = choose(waiting, its)
            waiting.remove(taken)
            start[taken] = now
            now += 170 * MINUTE_US
        else:
            now = int(its.ready[i])
    return replace(its, start=start, end=start + 170 * MINUTE_US)


def test_earliest_due_first_is_told_from_first_come() -> None:
    log = simulated(calendars=OFFICE, sources=TWO_CLASSES)
    due = log.cases.accepted + np.random.default_rng(1).integers(1, 20, len(log.cases)) * DAY_US
    its = _served(activity_of(log), lambda waiting, its: min(waiting, key=lambda i: int(due[its.case[i]])))
    found = fit_discipline(its, case_class=log.cases.case_class, due=due)
    assert found is not None
    assert found.rule == "earliest-due"
    assert found.shares["earliest-due"].value == 1


def test_last_come_and_no_order_at_all_are_known() -> None:
    its = activity_of(simulated(calendars=OFFICE, sources=TWO_CLASSES))
    rng = np.random.default_rng(2)
    last = fit_discipline(_served(its, lambda waiting, its: waiting[-1]))
    none = fit_discipline(_served(its, lambda waiting, its: int(rng.choice(waiting))))
    assert last is not None and none is not None
    assert (last.rule, none.rule) == ("last-come", "random")
    assert last.described == none.described == "first-come"


def test_no_choice_no_rule() -> None:
    assert fit_discipline(activity(("a", 9, 9, 10), ("a", 10, 10, 11), ("a", 11, 11, 12))) is None


def test_work_that_lies_while_somebody_is_idle_is_nobodys() -> None:
    """Open 9 to 17. b is idle from 9 to 12 and after 13; the second waits 10 to 12 without need, and the third from 12
    until 13 since both are busy then, and from 13 to 14 without need; the fourth waits for the morning."""
    its = activity(("a", 9, 9, 13), ("b", 10, 12, 13), ("a", 12, 14, 15), ("a", 18, 33, 34))
    calendar = CalendarSpec.model_validate({"name": "c", "statutory": False, "hours": {"workdays": ["09:00-17:00"]}})
    begin = 4 * DAY_US
    delays = idle_time(its, 2, calendar.compile(begin, begin + 3 * DAY_US))
    assert (delays / HOUR_US).tolist() == [0, 2, 1, 0]


def test_a_hand_over_of_two_hours_is_measured() -> None:
    """A wait of two open hours that the log does not show stands before a step with staff to spare."""
    flow = [
        {"step": "one", "by": "clerks", "effort": {"mean": "20 min", "cv": 1}},
        {"wait": "transfer", "takes": "2 h", "calendar": "office"},
        {"step": "two", "by": "others", "effort": {"mean": "20 min", "cv": 1}},
    ]
    pools = {name: {"servers": 9, "calendar": "office"} for name in ("clerks", "others")}
    log = simulated(flow, calendars=OFFICE, pools=pools, sources=per_year(0.4, 9, 60))
    told = replace(log, missing=("ready",))
    pool = next(pool for pool in fit_pools(told).pools if pool.steps == ("p/two",))
    calendar = log.calendars["office"]
    found = pool.hand_over(calendar)
    assert found is not None and found.late.value is not None and found.median_us is not None
    assert found.late.value > 0.95
    assert found.median_us == pytest.approx(2 * HOUR_US, rel=0.02)
    told_ready = next(pool for pool in fit_pools(log).pools if pool.steps == ("p/two",)).hand_over(calendar)
    assert told_ready is not None and told_ready.late.value == 0


MEETINGS: list[dict[str, Any]] = [
    {"on": ["tue"], "at": "14:00", "length": "2 h", "capacity": 12},
    {"on": ["tue", "fri"], "at": "09:30", "length": "1 h"},
    {"on": ["wed"], "every_weeks": 2, "at": "10:00", "length": "3 h"},
    {"days": [1, 15], "at": "15:00", "length": "2 h"},
]


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda its: f"{its.get('on', its.get('days'))} {its['at']}")
def test_sessions_are_known_by_their_rhythm(meeting: dict[str, Any]) -> None:
    office = hours(workdays=["09:00-17:00"], sat=["09:00-17:00"], sun=["09:00-17:00"])
    described = {"name": "review", "calendar": "office", **meeting}
    flow = [*DESK, {"session": "review", "at": "review"}]
    sources = {"s": {"name": "s", "process": "p", "per_year": 600}}
    log = simulated(flow, calendars=office, sessions={"review": described}, sources=sources)
    [found] = fit_pools(log).sessions
    true = Session.model_validate(described)
    again = found.described("office")
    assert found.step == "p/review"
    assert (again.days_of_week, again.days_of_month, again.every_weeks) == (
        true.days_of_week, true.days_of_month, true.every_weeks,
    )  # fmt: skip
    assert (again.at.value, again.length.value.size) == (true.at.value, true.length.value.size)
    assert found.capacity == meeting.get("capacity")
    assert found.chance < 1e-6


def test_busy_steps_are_no_sessions() -> None:
    assert find_sessions(simulated(calendars=OFFICE)) == ()


def test_people_at_work_and_on_duty_are_counted_once() -> None:
    its = activity(("a", 9, 9, 12), ("a", 9, 10, 11), ("b", 9, 10.5, 13), ("a", 14, 14, 15))
    hour = (np.array([9.5, 10.75, 12.5, 13.5, 14.5]) * HOUR_US).astype(np.int64) + 4 * DAY_US
    assert at_work(its).at(hour).tolist() == [1, 2, 1, 0, 1]
    assert on_duty(its).at(hour).tolist() == [1, 2, 2, 1, 1]
    assert overlap(its) == pytest.approx(1 / 7.5)
    who, start, end = united(its.who.codes, its.start, its.end)
    assert [its.who.names[i] for i in who] == ["a", "a", "b"]
    assert ((end - start) / HOUR_US).tolist() == [3, 1, 2.5]


def test_a_log_without_starts_counts_who_was_there(shared: Path) -> None:
    log = receipt(shared / "data" / "receipt.csv.gz", who="org:resource").log
    found = fit_pools(log)
    largest = found.pools[0]
    assert found.unknown.value == 0
    assert largest.discipline is None
    assert (largest.activity.start == NAT).all()
    assert largest.present.value is not None and 3.5 < largest.present.value < 5
    assert largest.servers == round(float(np.median(_a_day(largest.activity))))


def _a_day(its: Activity) -> np.ndarray:
    people = {(day, who) for day, who in zip((its.end // DAY_US).tolist(), its.who.codes.tolist(), strict=True)}
    return np.unique([day for day, _ in people], return_counts=True)[1]


def test_a_log_that_names_nobody_has_no_pools() -> None:
    log = simulated(calendars=OFFICE)
    n = np.full(len(log), -1, np.int32)
    found = fit_pools(replace(log, who=Coded(n, ())))
    assert found.pools == ()
    assert found.nobody == ("p/desk",)
    assert found.unknown.value == 1
