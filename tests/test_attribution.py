"""Rule 16: every instant of a case belongs to one row and one kind of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from sim.analysis.attribution import TIME_KINDS, attribute, time_split
from sim.errors import InputError
from sim.eventlog import NO_ROW, EventLog, GroupInfo, NeedRow, Server
from sim.model.quantities import DAY_US
from tests.attribution_oracle import History, histories, ticks_of
from tests.handmade import OFFICE, Handmade, calendar, clock

CLERK = Server("clerks", 0, 0)


def told(log: EventLog, case: int = 0) -> list[str]:
    """The segments of a case as ``step kind from to``."""
    found = attribute(log, np.array([case]))
    return [
        f"{'-' if row == NO_ROW else log.step[row]} {TIME_KINDS[kind]} {clock(start)} {clock(stop)}"
        for row, kind, start, stop in zip(found.row, found.kind, found.start.tolist(), found.stop.tolist(), strict=True)
    ]


def test_work_that_waits_for_a_free_clerk_over_lunch_and_a_night_is_told_apart_by_opening_hours() -> None:
    h = Handmade()
    came = h.case(1, "06-01 11:00")
    done = h.work(1, "p/a", "06-01 11:00", "06-02 10:00", "06-02 14:00", came, owner="utility")
    h.instant("closed", 1, "06-02 14:00", done)
    assert told(h.log()) == [
        "p/a waiting-for-staff 06-01 11:00 06-01 12:00",
        "p/a waiting-for-opening-hours 06-01 12:00 06-01 13:00",
        "p/a waiting-for-staff 06-01 13:00 06-01 17:00",
        "p/a waiting-for-opening-hours 06-01 17:00 06-02 09:00",
        "p/a waiting-for-staff 06-02 09:00 06-02 10:00",
        "p/a work 06-02 10:00 06-02 12:00",
        "p/a off-hours 06-02 12:00 06-02 13:00",
        "p/a work 06-02 13:00 06-02 14:00",
    ]


def test_unsplittable_work_waits_for_opening_hours_once_too_little_is_left_before_closing() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    hours = {"unsplittable": True, "duration_us": DAY_US // 12, "owner": "utility"}  # 2 h
    done = h.work(1, "p/a", "06-01 09:00", "06-01 13:00", "06-01 15:00", came, **hours)
    h.instant("closed", 1, "06-01 15:00", done)
    assert told(h.log()) == [
        "p/a waiting-for-staff 06-01 09:00 06-01 10:00",
        "p/a waiting-for-opening-hours 06-01 10:00 06-01 13:00",
        "p/a work 06-01 13:00 06-01 15:00",
    ]


def test_a_faster_group_has_enough_time_left_for_longer() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    done = h.work(
        1, "p/a", "06-01 09:00", "06-01 13:00", "06-01 15:00", came, unsplittable=True, duration_us=DAY_US // 12
    )
    h.instant("closed", 1, "06-01 15:00", done)
    groups = (GroupInfo(1, "office", 1.0, False), GroupInfo(1, "office", 2.0, False))
    assert told(h.log({"clerks": groups}))[:2] == [
        "p/a waiting-for-staff 06-01 09:00 06-01 11:00",
        "p/a waiting-for-opening-hours 06-01 11:00 06-01 13:00",
    ]


def test_two_pools_are_waited_for_until_both_are_open_and_work_runs_while_both_are() -> None:
    h = Handmade()
    came = h.case(1, "06-01 08:00")
    servers = (CLERK, Server("crews", 0, 0), Server("crews", 1, 0))
    both = {"needs": (NeedRow("clerks", 1), NeedRow("crews", 2)), "stints": [("06-01 11:30", "06-01 13:30", servers)]}
    done = h.work(1, "p/a", "06-01 08:00", "06-01 11:30", "06-01 13:30", came, **both)
    h.instant("closed", 1, "06-01 13:30", done)
    pools = {
        "clerks": (GroupInfo(1, "office", 1.0, False),),
        "crews": (GroupInfo(1, "early", 1.0, False), GroupInfo(1, "late", 1.0, False)),
    }
    hours = {"office": OFFICE, "early": calendar("08:00-16:00"), "late": calendar("10:00-18:00")}
    assert told(h.log(pools, hours)) == [
        "p/a waiting-for-opening-hours 06-01 08:00 06-01 10:00",
        "p/a waiting-for-staff 06-01 10:00 06-01 11:30",
        "p/a work 06-01 11:30 06-01 12:00",
        "p/a off-hours 06-01 12:00 06-01 13:00",
        "p/a work 06-01 13:00 06-01 13:30",
    ]


def test_the_kept_server_is_waited_for_alone() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    late = Server("clerks", 1, 0)
    kept = {"needs": (NeedRow("clerks", 1, late),), "stints": [("06-01 11:00", "06-01 11:30", [late])]}
    done = h.work(1, "p/a", "06-01 09:00", "06-01 11:00", "06-01 11:30", came, **kept)
    h.instant("closed", 1, "06-01 11:30", done)
    pools = {"clerks": (GroupInfo(5, "office", 1.0, False), GroupInfo(1, "late", 1.0, False))}
    assert told(h.log(pools, {"office": OFFICE, "late": calendar("10:00-18:00")})) == [
        "p/a waiting-for-opening-hours 06-01 09:00 06-01 10:00",
        "p/a waiting-for-staff 06-01 10:00 06-01 11:00",
        "p/a work 06-01 11:00 06-01 11:30",
    ]


def test_work_handed_over_waits_again_between_its_stints() -> None:
    h = Handmade()
    came = h.case(1, "06-01 16:00")
    stints = [("06-01 16:00", "06-01 17:00", [CLERK]), ("06-02 10:00", "06-02 11:00", [CLERK])]
    done = h.work(1, "p/a", "06-01 16:00", "06-01 16:00", "06-02 11:00", came, stints=stints)
    h.instant("closed", 1, "06-02 11:00", done)
    assert told(h.log()) == [
        "p/a work 06-01 16:00 06-01 17:00",
        "p/a waiting-for-opening-hours 06-01 17:00 06-02 09:00",
        "p/a waiting-for-staff 06-02 09:00 06-02 10:00",
        "p/a work 06-02 10:00 06-02 11:00",
    ]


def test_a_withdrawn_case_ends_with_the_entry_whose_patience_ran_out() -> None:
    h = Handmade()
    came = h.case(1, "06-01 11:00")
    other = h.row("session", 1, "p/meeting", "06-01 11:00", None, "06-01 12:30", came, outcome="withdrawn", session="m")
    cause = h.work(1, "p/a", "06-01 11:00", None, "06-01 12:30", came, outcome="withdrawn")
    h.instant("withdrawn", 1, "06-01 12:30", cause)
    assert told(h.log()) == [
        "p/a waiting-for-staff 06-01 11:00 06-01 12:00",
        "p/a waiting-for-opening-hours 06-01 12:00 06-01 12:30",
    ]
    assert other[1] == "p/meeting"


def test_a_session_is_waited_for_and_then_held() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    met = h.row("session", 1, "p/meeting", "06-01 09:00", "06-03 14:00", "06-03 16:00", came, session="m", owner="city")
    h.instant("closed", 1, "06-03 16:00", met)
    log = h.log()
    assert told(log) == [
        "p/meeting waiting-for-session 06-01 09:00 06-03 14:00",
        "p/meeting in-session 06-03 14:00 06-03 16:00",
    ]
    assert time_split(log).total_us == {
        ("waiting-for-session", "city"): 53 * DAY_US // 24,
        ("in-session", "city"): DAY_US // 12,
    }


def joined_children() -> Handmade:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    survey = h.wait(1, "p/survey", "06-01 09:00", "06-02 09:00", came, owner="utility")
    for child, end in ((2, "06-03 09:00"), (3, "06-05 09:00")):
        permit = h.case(child, "06-02 09:00", parent=1, by=survey)
        handled = h.wait(child, "q/handle", "06-02 09:00", end, permit, owner="office")
        last = h.instant("closed", child, end, handled)
    connect = h.wait(1, "p/connect", "06-05 09:00", "06-06 09:00", last, owner="utility")
    h.instant("closed", 1, "06-06 09:00", connect)
    return h


def test_the_walk_goes_through_the_spawned_case_that_was_waited_for() -> None:
    log = joined_children().log()
    assert told(log) == [
        "p/survey wait 06-01 09:00 06-02 09:00",
        "q/handle wait 06-02 09:00 06-05 09:00",
        "p/connect wait 06-05 09:00 06-06 09:00",
    ]
    assert time_split(log, np.array([0])).mean_days() == {("wait", "office"): 3.0, ("wait", "utility"): 2.0}


def test_the_walk_of_a_spawned_case_ends_at_its_own_acceptance() -> None:
    assert told(joined_children().log(), 1) == ["q/handle wait 06-02 09:00 06-03 09:00"]


def test_what_a_case_did_before_the_run_began_is_told_as_unknown() -> None:
    h = Handmade()
    h.case(1, "05-20 09:00")
    done = h.work(1, "p/b", "05-30 10:00", "05-31 10:00", "06-01 10:00", None)
    h.instant("closed", 1, "06-01 10:00", done)
    assert told(h.log(begin="06-01 00:00")) == [
        "- before-log 05-20 09:00 05-30 10:00",
        "p/b before-log 05-30 10:00 06-01 00:00",
        "p/b off-hours 06-01 00:00 06-01 09:00",
        "p/b work 06-01 09:00 06-01 10:00",
    ]


def test_open_cases_are_left_out_and_counted_as_such() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    h.wait(1, "p/a", "06-01 09:00", None, came)
    split = time_split(h.log())
    assert (split.cases, split.total_us, split.elapsed_us) == (0, {}, 0)


def test_a_log_that_does_not_say_who_released_whom_is_refused_by_name() -> None:
    h = Handmade()
    h.case(1, "06-01 09:00")
    log = h.log(missing=("stints", "released_by", "owner"))
    with pytest.raises(InputError) as caught:
        attribute(log)
    assert caught.value.value == "released_by, stints"


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_instant_has_the_kind_that_a_slow_look_at_it_alone_gives(history: History) -> None:
    log = history.log()
    found = attribute(log)
    for case in range(len(log.cases)):
        mine = found.case == case
        ticks = [
            (t, log.step[row], TIME_KINDS[kind])
            for row, kind, start, stop in zip(
                found.row[mine], found.kind[mine], found.start[mine].tolist(), found.stop[mine].tolist(), strict=True
            )
            for t in range(start, stop)
        ]
        assert ticks == ticks_of(history, int(log.cases.id[case]))


@settings(max_examples=50, deadline=None)
@given(histories())
def test_the_parts_sum_to_the_whole_to_the_microsecond(history: History) -> None:
    log = history.log()
    over = log.is_kind("closed", "withdrawn")
    elapsed = (log.end[over] - log.cases.accepted[log.case[over]]).sum()
    split = time_split(log)
    assert split.elapsed_us == elapsed
    assert split.cases == over.sum()
