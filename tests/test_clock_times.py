"""Rule 17: what a clock counts, from where to where, and whether it has stopped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.analysis.clock_times import STATES, Intervals, clock_times, counted_time, intersection, stage_counts
from sim.analysis.clock_times.intervals import united
from sim.errors import InputError
from sim.eventlog import NAT, EventLog
from sim.model.clocks import Clock
from tests.clock_logs import LEGAL, UNITS, days_of, from_to, steps
from tests.handmade import Handmade, at, clock

# --- rule 17: what counts


def parallel_permit() -> EventLog:
    """Design 06-01 to 06-04, a permit beside it from 06-02 to 06-08, works until 06-10; the 5th and 6th a weekend."""
    return steps(
        ("utility", "design", "06-01 09:00", "06-04 09:00"),
        ("office", "permit", "06-02 09:00", "06-08 09:00"),
        ("utility", "works", "06-08 09:00", "06-10 09:00"),
        over="06-10 09:00",
    )


def test_an_excluded_step_is_taken_off_only_where_nothing_counted_runs_beside_it() -> None:
    log = parallel_permit()
    assert days_of(log, "hours") == 9
    assert days_of(log, "hours", **{"except": {"owners": "office"}}) == 5
    assert days_of(log, "hours", **{"except": {"stages": "permit"}}, excluded_wins=True) == 3


def test_counting_an_owner_and_leaving_out_all_others_agree_where_no_time_is_without_a_row() -> None:
    log = parallel_permit()
    for unit in UNITS:
        assert days_of(log, unit, count={"owners": "utility"}) == days_of(log, unit, **{"except": {"owners": "office"}})


def test_time_without_a_row_counts_unless_owners_are_counted() -> None:
    gap = (("utility", None, "06-01 09:00", "06-02 09:00"), ("office", None, "06-04 09:00", "06-05 09:00"))
    log = steps(*gap, over="06-07 09:00")
    assert days_of(log, "hours", **{"except": {"owners": "office"}}) == 5
    assert days_of(log, "hours", count={"owners": "utility"}) == 1


def test_intervals_of_one_owner_are_never_counted_twice() -> None:
    twice = [("utility", None, "06-01 09:00", "06-03 09:00"), ("utility", None, "06-02 09:00", "06-04 09:00")]
    assert days_of(steps(*twice, over="06-04 09:00"), "hours", count={"owners": "utility"}) == 3


def test_whole_days_of_several_stretches_are_distinct_and_less_one_once() -> None:
    log = steps(
        ("utility", "a", "06-01 09:00", "06-01 10:00"),
        ("customer", "x", "06-01 10:00", "06-03 09:00"),
        ("utility", "a", "06-03 09:00", "06-03 10:00"),
        ("customer", "x", "06-03 10:00", "06-03 15:00"),
        ("utility", "b", "06-03 15:00", "06-04 15:00"),
        over="06-04 15:00",
    )
    assert days_of(log, count={"owners": "utility"}) == 2  # the 1st, 3rd and 4th
    assert days_of(log, per="stage", count={"owners": "utility"}) == 2  # a: 1st and 3rd; b: 3rd and 4th
    assert days_of(log, per="step", count={"owners": "utility"}) == 1  # p/a and p/c are of one day each


def test_stages_that_end_on_the_day_they_began_read_nothing_on_their_own() -> None:
    """DOMAIN 1.4, item 2: five same-day stages can hide five days."""
    rows = [("utility", f"stage-{i}", f"06-0{i} 09:00", f"06-0{i} 17:00") for i in (1, 2, 3, 4)]
    log = steps(*rows, over="06-04 17:00")
    assert days_of(log, per="stage", count={"owners": "utility"}) == 0
    assert days_of(log, count={"owners": "utility"}) == 3


def test_parallel_stages_are_summed_in_a_reading_per_stage_and_united_in_one_of_the_case() -> None:
    both = [("utility", "a", "06-01 09:00", "06-03 09:00"), ("utility", "b", "06-01 09:00", "06-04 09:00")]
    log = steps(*both, over="06-04 09:00")
    assert days_of(log, "hours", per="stage") == 5
    assert days_of(log, "hours") == 3


def test_a_suspension_never_counts_unless_it_is_named() -> None:
    rows = [("utility", "a", "06-01 09:00", "06-02 09:00"), ("suspended", "a", "06-02 09:00", "06-04 09:00")]
    log = steps(*rows, over="06-04 09:00")
    assert days_of(log, "hours") == 1
    assert days_of(log, "hours", count={"stages": "a"}) == 1
    assert days_of(log, "hours", count={"owners": ["utility", "suspended"]}) == 3
    assert days_of(log, "hours", count={"owners": "suspended"}) == 2


def test_a_step_that_takes_no_time_touches_its_day() -> None:
    log = steps(
        ("utility", "a", "06-01 09:00", "06-01 10:00"),
        ("customer", "x", "06-01 10:00", "06-02 10:00"),
        ("utility", "a", "06-02 10:00", "06-02 10:00"),
        ("customer", "x", "06-02 10:00", "06-04 10:00"),
        over="06-04 10:00",
    )
    assert days_of(log, count={"owners": "utility"}) == 1
    assert days_of(log, **{"except": {"owners": "customer"}}) == 1
    assert days_of(log, **{"except": {"owners": "customer"}}, excluded_wins=True) == 0


def test_a_step_that_ends_as_the_clock_starts_has_no_part_in_it() -> None:
    log = steps(
        ("utility", None, "06-01 09:00", "06-02 10:00"),
        ("customer", None, "06-02 10:00", "06-04 10:00"),
        ("utility", None, "06-04 10:00", "06-07 10:00"),
        over="06-07 10:00",
    )
    assert days_of(log, start={"ready": "b"}, count={"owners": "utility"}) == 1  # Friday and Monday, not Wednesday


def test_queueing_is_the_owners_time_unless_the_clock_counts_from_start() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    done = h.work(1, "p/a", "06-01 09:00", "06-02 09:00", "06-02 15:00", came, owner="utility")
    h.instant("closed", 1, "06-02 15:00", done)
    assert days_of(h.log(), "hours", count={"owners": "utility"}) == 1.25
    assert days_of(h.log(), "hours", count={"owners": "utility"}, from_start=True) == 0.25


def test_the_permit_of_a_spawned_case_counts_for_the_case_that_waits_for_it() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    permit = h.case(2, "06-01 09:00", parent=1, by=came)
    handled = h.wait(2, "permits/handle", "06-01 09:00", "06-03 09:00", permit, owner="office", stage="permit")
    issued = h.instant("closed", 2, "06-03 09:00", handled)
    done = h.wait(1, "p/connect", "06-03 09:00", "06-04 09:00", issued, owner="utility", stage="works")
    h.instant("closed", 1, "06-04 09:00", done)
    log = h.log()
    assert days_of(log, "hours", count={"owners": "office"}) == 2
    assert days_of(log, "hours", **{"except": {"owners": "office"}}) == 1
    assert days_of(log, "hours", stop={"end": "handle"}) == 2
    assert stage_counts(log, np.array([0, 1])).tolist() == [2, 1]
    assert stage_counts(log, np.array([1, 0]), {"works", "nowhere"}).tolist() == [0, 1]


def test_cases_are_read_in_the_order_in_which_they_are_asked_for() -> None:
    h = Handmade()
    for case, hour in ((1, "10"), (2, "11"), (3, "12")):
        done = h.wait(case, "p/a", "06-01 09:00", f"06-01 {hour}:00", h.case(case, "06-01 09:00"))
        h.instant("closed", case, f"06-01 {hour}:00", done)
    times = clock_times(h.log(), Clock(), "hours", LEGAL, np.array([2, 0]))
    assert (times.case.tolist(), (times.days * 24).tolist()) == ([2, 0], [3, 1])


# --- where a clock starts and stops, and whether it has


def reworked() -> Handmade:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    for visit, (ready, end) in enumerate((("06-01 09:00", "06-02 09:00"), ("06-02 09:00", "06-03 09:00"))):
        came = h.wait(1, "p/sub/a", ready, end, came, visit=visit)
        came = h.instant("mark", 1, end, came, "p/power-on", visit=visit)
    return h


@pytest.mark.parametrize(
    ("stop", "days"),
    [
        ({"mark": "power-on"}, 1),
        ({"mark": "power-on", "which": "last"}, 2),
        ({"end": "a"}, 2),
        ({"end": "a", "which": "first"}, 1),
        ({"ready": "a"}, 0),
        ({"start": "a", "which": "last"}, 1),
    ],
)
def test_of_several_executions_the_first_or_the_last_stops_the_clock(stop: dict[str, str], days: int) -> None:
    assert days_of(reworked().log(), "hours", stop=stop) == days


def state_of(log: EventLog, **described: Any) -> tuple[str, float]:
    times = clock_times(log, Clock.model_validate(described), "hours", LEGAL)
    return STATES[times.state[0]], float(times.days[0])


def test_a_case_without_an_end_is_open_and_has_taken_so_far_what_it_has() -> None:
    log = reworked().log(end="06-05 09:00")
    assert state_of(log) == ("open", 4)
    times = clock_times(log, Clock(), "hours", LEGAL)
    assert [bool(times.late(limit)[0]) for limit in (3.9, 4)] == [True, False]
    assert times.stop.tolist() == [NAT]


def test_a_step_that_runs_again_keeps_the_clock_open_when_its_last_end_is_meant() -> None:
    h = reworked()
    h.wait(1, "p/sub/a", "06-03 09:00", None, (1, "p/power-on", 1, "mark"), visit=2)
    log = h.log(end="06-05 09:00")
    assert state_of(log, stop={"end": "a"}) == ("open", 4)
    assert state_of(log, stop={"end": "a", "which": "first"}) == ("finished", 1)


def test_a_clock_whose_start_has_not_come_has_not_started_and_never_does_once_the_case_is_over() -> None:
    h = reworked()
    assert state_of(h.log(), start={"start": "b"})[0] == "not-started"
    h.instant("closed", 1, "06-03 09:00", (1, "p/power-on", 1, "mark"))
    for described in ({"start": {"start": "b"}}, {"stop": {"mark": "b"}}):
        state, days = state_of(h.log(), **described)
        assert state == "never"
        assert np.isnan(days)


def test_a_withdrawn_case_is_neither_finished_nor_open_unless_its_clock_had_stopped() -> None:
    h = reworked()
    h.instant("withdrawn", 1, "06-03 09:00", (1, "p/power-on", 1, "mark"))
    log = h.log()
    assert state_of(log) == ("withdrawn", 2)
    assert not clock_times(log, Clock(), "hours", LEGAL).late(0)[0]
    assert state_of(log, stop={"mark": "power-on"}) == ("finished", 1)
    assert state_of(log, stop={"end": "a"}) == ("finished", 2)  # the step at which it withdrew has ended


def test_what_touches_is_one_interval() -> None:
    found = united(Intervals(np.array([0, 0, 1, 0]), np.array([5, 1, 7, 7]), np.array([7, 3, 9, 8])))
    assert [column.tolist() for column in found] == [[0, 0, 1], [1, 5, 7], [3, 8, 9]]


def test_these_intervals_are_cut_to_those_of_their_group() -> None:
    these = Intervals(np.array([1, 0, 0]), np.array([0, 4, 8]), np.array([9, 6, 8]))
    those = Intervals(np.array([0, 1, 1, 0]), np.array([3, 2, 6, 5]), np.array([5, 4, 99, 9]))
    index, cut = intersection(these, those)
    assert index.tolist() == [0, 0, 1]
    assert [column.tolist() for column in cut] == [[1, 1, 0], [2, 6, 4], [4, 9, 6]]


def test_work_that_finishes_after_the_withdrawal_does_not_stop_the_clock() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    given_up = h.row("wait", 1, "p/a", "06-01 09:00", "06-01 09:00", "06-02 09:00", came, outcome="withdrawn")
    h.wait(1, "p/b", "06-01 09:00", "06-03 09:00", came)
    h.instant("withdrawn", 1, "06-02 09:00", given_up)
    assert state_of(h.log(), stop={"end": "b"}) == ("withdrawn", 1)
    assert state_of(h.log(), stop={"end": "a"}) == ("withdrawn", 1)


def test_a_case_whose_stop_came_before_its_start_has_no_reading() -> None:
    h = reworked()
    for case_is_over in (False, True):
        if case_is_over:
            h.instant("closed", 1, "06-03 09:00", (1, "p/power-on", 1, "mark"))
        times = clock_times(
            h.log(), Clock.model_validate({"start": {"end": "a"}, "stop": {"ready": "a"}}), "hours", LEGAL
        )
        assert times.is_in("never").all() and np.isnan(times.days).all()
        assert times.stop.tolist() == [NAT] and not times.late(0).any()


def test_a_case_past_its_first_stop_is_not_waited_for_though_its_clock_has_not_started() -> None:
    state, days = state_of(reworked().log(), start={"ready": "b"}, stop={"ready": "a"})
    assert state == "never" and np.isnan(days)


def test_a_stop_before_the_start_that_may_come_again_leaves_the_case_open_until_it_is_over() -> None:
    """Two ends of a, then b: the last end of a could still come after b's."""
    h = reworked()
    done = h.wait(1, "p/b", "06-03 09:00", "06-04 09:00", (1, "p/power-on", 1, "mark"))
    clock = {"start": {"end": "b"}, "stop": {"end": "a"}}
    assert state_of(h.log(end="06-05 09:00"), **clock) == ("open", 1)
    h.instant("closed", 1, "06-04 09:00", done)
    assert state_of(h.log(), **clock)[0] == "never"


def test_a_stop_at_the_instant_of_the_start_takes_no_time() -> None:
    assert state_of(reworked().log(), start={"end": "a", "which": "first"}, stop={"mark": "power-on"}) == (
        "finished",
        0,
    )


def test_the_counted_intervals_of_a_case_can_be_seen() -> None:
    found = counted_time(parallel_permit(), Clock.model_validate({"count": {"owners": "utility"}}), np.array([0]))
    assert [(clock(a), clock(b)) for a, b in zip(found.start.tolist(), found.stop.tolist(), strict=True)] == [
        ("06-01 09:00", "06-04 09:00"),
        ("06-08 09:00", "06-10 09:00"),
    ]


def test_a_reading_is_withheld_where_a_real_log_lacks_what_it_asks_for() -> None:
    h = Handmade()
    h.case(1, "06-01 09:00")
    log = h.log(missing=("owner", "time-of-day"))
    with pytest.raises(InputError) as caught:
        days_of(log, "fraction", count={"owners": "utility"})
    assert caught.value.value == "owner, time-of-day"
    assert days_of(log, "whole-days", stop="accepted") == 0


def test_a_log_without_cases_reads_nothing() -> None:
    for unit in UNITS:
        assert clock_times(Handmade().log(), Clock(), unit, LEGAL).days.size == 0


def test_instants_are_microseconds_of_civil_time() -> None:
    times = clock_times(from_to("06-01 09:00", "06-02 09:00"), Clock(), "hours", LEGAL)
    assert (times.start[0], times.stop[0]) == (at("06-01 09:00"), at("06-02 09:00"))
