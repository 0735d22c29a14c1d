"""Rules 4, 5 and 9 on tiny models, with traces worked by hand.

Office hours are 09-12 and 13-17; 1 June 2021 is a Tuesday.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.eventlog import EventLog
from tests.tiny import clock, run, trace

A = {"step": "a", "by": "clerks", "effort": "2 h"}
HAND_OVER = {"clerks": {"servers": 1, "calendar": "office", "hand_over": True}}
TWO_GROUPS = {
    "clerks": {
        "groups": [
            {"servers": 1, "calendar": "office", "speed": 0.5},
            {"servers": 1, "calendar": "office"},
        ]
    }
}


def test_work_waits_for_its_server_over_the_night_and_goes_on_in_the_morning():
    log = run([A], ("2021-06-01 16:00", "2021-06-01 16:30"))
    assert trace(log) == ["1 a 06-01 16:00 | 06-01 16:00 | 06-02 10:00", "2 a 06-01 16:30 | 06-02 10:00 | 06-02 12:00"]


def test_work_may_end_exactly_at_closing_and_frees_its_server_then():
    log = run([A], ("2021-06-01 15:00", "2021-06-01 15:30"))
    assert trace(log) == ["1 a 06-01 15:00 | 06-01 15:00 | 06-01 17:00", "2 a 06-01 15:30 | 06-02 09:00 | 06-02 11:00"]


def test_a_request_outside_opening_hours_starts_at_the_opening():
    assert trace(run([A], ("2021-06-01 12:30",))) == ["1 a 06-01 12:30 | 06-01 13:00 | 06-01 15:00"]


def test_zero_length_work_still_needs_an_available_server():
    log = run([A | {"effort": "0 h"}], ("2021-06-01 08:00",))
    assert trace(log) == ["1 a 06-01 08:00 | 06-01 09:00 | 06-01 09:00"]


def test_unsplittable_work_starts_only_with_its_whole_duration_left_and_may_be_overtaken():
    flow = [
        {
            "choice": "size",
            "by": "size",
            "branches": [
                {"when": "long", "flow": [A | {"unsplittable": True}]},
                {"otherwise": True, "flow": [{"step": "b", "by": "clerks", "effort": "30 min"}]},
            ],
        }
    ]
    listed = [
        {"accepted": "2021-06-01 11:00", "attributes": {"size": "long"}},
        {"accepted": "2021-06-01 11:10", "attributes": {"size": "short"}},
    ]
    log = run(flow, sources={"s": {"name": "s", "process": "p", "listed": listed}})
    assert trace(log) == ["1 a 06-01 11:00 | 06-01 13:00 | 06-01 15:00", "2 b 06-01 11:10 | 06-01 11:10 | 06-01 11:40"]


def test_unsplittable_work_that_would_end_exactly_at_closing_starts():
    log = run([A | {"unsplittable": True}], ("2021-06-01 15:00",))
    assert trace(log) == ["1 a 06-01 15:00 | 06-01 15:00 | 06-01 17:00"]


def test_unsplittable_work_leaves_out_a_slow_group_that_could_not_end_before_closing():
    log = run([A | {"unsplittable": True}], ("2021-06-01 14:00",), pools=TWO_GROUPS)
    assert trace(log) == ["1 a 06-01 14:00 | 06-01 14:00 | 06-01 16:00"]  # 4 h in the slow group would end at 18:00
    assert [log.servers[i].group for i in log.stints.servers] == [1]


def test_the_first_group_in_its_order_works_first_at_its_own_speed():
    log = run([A], ("2021-06-01 09:00", "2021-06-01 09:00"), pools=TWO_GROUPS)
    assert trace(log) == ["1 a 06-01 09:00 | 06-01 09:00 | 06-01 14:00", "2 a 06-01 09:00 | 06-01 09:00 | 06-01 11:00"]


def test_a_closing_group_hands_its_work_over_ahead_of_those_who_wait():
    log = run([A], ("2021-06-01 11:30", "2021-06-01 11:00"), pools=HAND_OVER)
    assert trace(log) == ["1 a 06-01 11:00 | 06-01 11:00 | 06-01 14:00", "2 a 06-01 11:30 | 06-01 14:00 | 06-01 16:00"]
    stints = zip(log.stints.start.tolist(), log.stints.stop.tolist(), strict=True)
    assert [(clock(a), clock(b)) for a, b in sorted(stints)] == [
        ("06-01 11:00", "06-01 12:00"),
        ("06-01 13:00", "06-01 14:00"),
        ("06-01 14:00", "06-01 16:00"),
    ]


def test_work_that_ends_when_its_group_closes_is_not_handed_over():
    log = run([A | {"effort": "1 h"}], ("2021-06-01 11:00",), pools=HAND_OVER)
    assert trace(log) == ["1 a 06-01 11:00 | 06-01 11:00 | 06-01 12:00"]
    assert log.stints.start.size == 1


def test_a_remainder_that_is_handed_over_is_not_scaled_by_the_speed_of_who_goes_on():
    late = {"name": "late", "hours": {"workdays": ["12:00-20:00"]}}
    early = {"name": "early", "hours": {"workdays": ["09:00-12:00"]}}
    pools = {
        "clerks": {
            "groups": [
                {"servers": 1, "calendar": "early", "hand_over": True},
                {"servers": 1, "calendar": "late", "speed": 0.5},
            ]
        }
    }
    log = run([A], ("2021-06-01 11:00",), pools=pools, calendars={"early": early, "late": late})
    assert trace(log) == ["1 a 06-01 11:00 | 06-01 11:00 | 06-01 13:00"]


def test_work_of_several_pools_starts_when_all_are_available_and_runs_while_all_are_open():
    calendars = {"morning": {"name": "morning", "hours": {"workdays": ["10:00-12:00"]}}}
    pools = {"crews": {"servers": 1, "calendar": "morning"}}
    log = run(
        [A | {"by": ["clerks", "crews"], "effort": "3 h"}], ("2021-06-01 09:00",), pools=pools, calendars=calendars
    )
    assert trace(log) == ["1 a 06-01 09:00 | 06-01 10:00 | 06-02 11:00"]


def test_a_later_entry_may_start_before_one_that_needs_a_busy_pool_but_not_in_a_strict_pool():
    flow = [
        {
            "choice": "kind",
            "by": "kind",
            "branches": [
                {"when": "both", "flow": [A | {"by": ["clerks", "crews"]}]},
                {"when": "crew", "flow": [{"step": "c", "by": "crews", "effort": "4 h"}]},
                {"otherwise": True, "flow": [{"step": "b", "by": "clerks", "effort": "1 h"}]},
            ],
        }
    ]
    listed = [
        {"accepted": "2021-06-01 09:00", "attributes": {"kind": "crew"}},
        {"accepted": "2021-06-01 09:10", "attributes": {"kind": "both"}},
        {"accepted": "2021-06-01 09:20", "attributes": {"kind": "clerk"}},
    ]
    source = {"s": {"name": "s", "process": "p", "listed": listed}}
    crews = {"crews": {"servers": 1, "calendar": "office"}}
    free = trace(run(flow, sources=source, pools=crews))
    assert "3 b 06-01 09:20 | 06-01 09:20 | 06-01 10:20" in free
    strict = trace(
        run(flow, sources=source, pools=crews | {"clerks": {"servers": 1, "calendar": "office", "strict": True}})
    )
    assert "2 a 06-01 09:10 | 06-01 14:00 | 06-01 16:00" in strict
    assert "3 b 06-01 09:20 | 06-01 16:00 | 06-01 17:00" in strict


def test_a_case_keeps_its_server_and_waits_for_it():
    flow = [
        {"step": "a", "by": "clerks", "effort": "1 h"},
        {"wait": "w", "takes": "10 min"},
        {"step": "b", "by": {"same_server_as": "a"}, "effort": "1 h"},
    ]
    pools = {"clerks": {"servers": 2, "calendar": "office"}}
    log = run(flow, ("2021-06-01 09:00", "2021-06-01 09:30", "2021-06-01 10:05"), pools=pools)
    assert trace(log, "work") == [
        "1 a 06-01 09:00 | 06-01 09:00 | 06-01 10:00",
        "2 a 06-01 09:30 | 06-01 09:30 | 06-01 10:30",
        "3 a 06-01 10:05 | 06-01 10:05 | 06-01 11:05",  # server 0, so case 1 waits for it
        "1 b 06-01 10:10 | 06-01 11:05 | 06-01 13:05",
        "2 b 06-01 10:40 | 06-01 10:40 | 06-01 11:40",
        "3 b 06-01 11:15 | 06-01 13:05 | 06-01 14:05",
    ]


def servers(log: EventLog) -> list[list[int]]:
    """The numbers of those who did each stretch of work, in order."""
    stints = log.stints
    return [
        [log.servers[server].index for server in stints.servers[low:high]]
        for low, high in pairwise(stints.server_first)
    ]


def test_of_the_servers_of_a_group_the_lowest_number_works_whoever_became_free_last():
    arrivals = ("2021-06-01 09:00", "2021-06-01 09:10", "2021-06-01 13:00")
    log = run([A], arrivals, pools={"clerks": {"servers": 2, "calendar": "office"}})
    assert servers(log) == [[0], [1], [0]]


def test_of_several_servers_of_a_step_the_first_is_kept():
    flow = [
        {"step": "a", "by": {"pool": "clerks", "n": 2}, "effort": "1 h"},
        {"step": "b", "by": {"same_server_as": "a"}, "effort": "1 h"},
    ]
    log = run(flow, pools={"clerks": {"servers": 2, "calendar": "office"}})
    assert servers(log) == [[0, 1], [0]]


def by_attribute(yes: list[object], no: list[object], *listed: tuple[str, str], **more: object) -> list[str]:
    """A history of cases, each accepted at an hour of 1 June, that go the one way or the other."""
    branches = [{"when": "yes", "flow": yes}, {"otherwise": True, "flow": no}]
    cases = [{"accepted": f"2021-06-01 {at}", "attributes": {"k": value}} for at, value in listed]
    source = {"s": {"name": "s", "process": "p", "listed": cases}}
    return trace(run([{"choice": "c", "by": "k", "branches": branches}], sources=source, **more))


def test_what_was_handed_over_goes_before_an_entry_of_higher_priority():
    pools = {"clerks": HAND_OVER["clerks"] | {"discipline": "priority"}}
    found = by_attribute([A | {"priority": -1}], [A | {"step": "b"}], ("16:00", "no"), ("16:30", "yes"), pools=pools)
    assert found == ["1 b 06-01 16:00 | 06-01 16:00 | 06-02 10:00", "2 a 06-01 16:30 | 06-02 10:00 | 06-02 12:00"]


def test_who_is_ready_first_goes_first_though_the_other_case_came_earlier():
    later = [{"wait": "w", "takes": "1 h"}, A | {"step": "b"}]
    found = by_attribute(later, [A], ("09:00", "no"), ("09:10", "yes"), ("09:20", "no"))
    assert found[-2:] == ["3 a 06-01 09:20 | 06-01 11:00 | 06-01 14:00", "2 b 06-01 10:10 | 06-01 14:00 | 06-01 16:00"]


def test_who_becomes_ready_at_an_instant_by_whatever_way_is_ready_before_anybody_starts():
    long_way = [*({"wait": f"w{i}", "takes": "0 h"} for i in range(3)), A | {"step": "b", "priority": -1}]
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "priority"}}
    found = by_attribute(long_way, [A], ("09:00", "no"), ("09:00", "yes"), pools=pools)
    assert "2 b 06-01 09:00 | 06-01 09:00 | 06-01 11:00" in found


def test_pools_are_looked_at_in_the_order_of_their_ids_not_of_the_file():
    both = [A | {"by": ["x", "y"]}]
    pools = {id_: {"servers": 1, "calendar": "office", "discipline": "priority"} for id_ in ("y", "x")}
    found = by_attribute(
        [A | {"step": "b", "by": "y", "priority": -1}], both, ("09:00", "no"), ("09:00", "yes"), pools=pools
    )
    assert "1 a 06-01 09:00 | 06-01 09:00 | 06-01 11:00" in found  # x comes first, where nobody is before case 1


def test_what_was_handed_over_has_started_so_its_patience_is_over():
    log = run([A | {"patience": {"after": "10 h"}}], ("2021-06-01 16:00",), pools=HAND_OVER)
    assert trace(log) == ["1 a 06-01 16:00 | 06-01 16:00 | 06-02 10:00"]


PRIORITIES = [
    {"accepted": "2021-06-01 09:00"},
    {"accepted": "2021-06-01 09:10", "attributes": {"urgent": "no"}},
    {"accepted": "2021-06-01 09:20", "attributes": {"urgent": "yes"}},
]


def _by_urgency(discipline: str) -> list[str]:
    flow = [
        {
            "choice": "u",
            "by": "urgent",
            "branches": [
                {"when": "yes", "flow": [{"step": "y", "by": "clerks", "effort": "1 h", "priority": -1}]},
                {"otherwise": True, "flow": [{"step": "n", "by": "clerks", "effort": "1 h"}]},
            ],
        }
    ]
    source = {"s": {"name": "s", "process": "p", "listed": PRIORITIES}}
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": discipline}}
    return [line.split("|")[1].strip() for line in trace(run(flow, sources=source, pools=pools))]


def test_priority_counts_under_the_priority_discipline_and_is_ignored_by_first_come():
    assert _by_urgency("priority") == ["06-01 09:00", "06-01 11:00", "06-01 10:00"]
    assert _by_urgency("first-come") == ["06-01 09:00", "06-01 10:00", "06-01 11:00"]


def test_under_earliest_due_the_case_that_is_due_first_goes_first_and_a_named_step_extends_its_due():
    def started(extends: bool) -> list[str]:
        flow = [
            {
                "choice": "k",
                "by": "kind",
                "branches": [
                    {
                        "when": "slow",
                        "flow": [{"wait": "w", "takes": "1 h", "due": {"after": "4 h"}, "extends_due": extends}],
                    },
                    {"otherwise": True, "flow": [{"wait": "v", "takes": "30 min", "due": {"after": "4 h"}}]},
                ],
            },
            {"step": "a", "by": "clerks", "effort": "2 h"},
        ]
        listed = [
            {"accepted": "2021-06-01 09:00", "attributes": {"kind": "first"}},
            {"accepted": "2021-06-01 09:10", "attributes": {"kind": "slow"}},  # due 13:10, or 14:10 when extended
            {"accepted": "2021-06-01 09:20", "attributes": {"kind": "other"}},  # due 13:20
        ]
        source = {"s": {"name": "s", "process": "p", "listed": listed}}
        pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "earliest-due"}}
        return [
            line.split()[0]
            for line in sorted(trace(run(flow, sources=source, pools=pools), "work"), key=lambda x: x.split("|")[1])
        ]

    assert started(False) == ["1", "2", "3"]
    assert started(True) == ["1", "3", "2"]


def test_at_equal_readiness_the_lower_case_identity_goes_first():
    log = run([A], ("2021-06-01 09:00", "2021-06-01 09:00"))
    assert trace(log) == ["1 a 06-01 09:00 | 06-01 09:00 | 06-01 11:00", "2 a 06-01 09:00 | 06-01 11:00 | 06-01 14:00"]


@pytest.mark.parametrize("listed_first", [0, 1])
def test_of_several_dues_set_at_one_instant_the_earliest_stands_and_none_is_extended(listed_first: int):
    branches = [
        [{"wait": "u", "takes": "1 h"}, {"wait": "v", "takes": "9 h", "due": {"after": "20 h"}}],
        [{"wait": "w", "takes": "1 h", "extends_due": True}, {"wait": "x", "takes": "9 h", "due": {"after": "4 h"}}],
    ]
    branches = [*branches[:: 1 - 2 * listed_first], [{"wait": "y", "takes": "2 h"}, A]]
    one = [{"wait": "o", "takes": "0 h", "due": {"after": "9 h"}}, {"parallel": branches}]  # at 10:00 due 14:00
    other = [{"wait": "z", "takes": "2 h", "due": {"after": "5.5 h"}}, A]  # due 14:30
    processes = {"p": {"name": "p", "flow": one}, "q": {"name": "q", "flow": other}}
    sources = {"t": {"name": "t", "process": "q", "listed": [{"accepted": "2021-06-01 09:00"}]}}
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "earliest-due"}}
    log = run(None, processes=processes, sources=sources, pools=pools)
    started = {str(log.step[i]): clock(int(log.start[i])) for i in np.flatnonzero(log.is_kind("work"))}
    assert started == {"p/a": "06-01 11:00", "q/a": "06-01 14:00"}


@pytest.mark.parametrize("listed_first", [0, 1])
def test_a_due_is_not_extended_by_a_step_that_ends_as_it_is_set(listed_first: int):
    branches = [
        [{"wait": "u", "takes": "1 h"}, {"wait": "v", "takes": "9 h", "due": {"after": "4 h"}}],
        [{"wait": "w", "takes": "1 h", "extends_due": True}],
    ]
    branches = [*branches[:: 1 - 2 * listed_first], [{"wait": "y", "takes": "2 h"}, A]]
    one = [{"wait": "o", "takes": "0 h", "due": {"after": "9 h"}}, {"parallel": branches}]  # at 10:00 due 14:00
    other = [{"wait": "z", "takes": "2 h", "due": {"after": "5.5 h"}}, A]  # due 14:30
    processes = {"p": {"name": "p", "flow": one}, "q": {"name": "q", "flow": other}}
    sources = {"t": {"name": "t", "process": "q", "listed": [{"accepted": "2021-06-01 09:00"}]}}
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "earliest-due"}}
    log = run(None, processes=processes, sources=sources, pools=pools)
    started = {str(log.step[i]): clock(int(log.start[i])) for i in np.flatnonzero(log.is_kind("work"))}
    assert started == {"p/a": "06-01 11:00", "q/a": "06-01 14:00"}


@pytest.mark.parametrize("listed_first", [0, 1])
def test_the_server_of_a_step_that_ends_at_this_instant_in_another_branch_is_kept(listed_first: int):
    branches = [
        [{"step": "a", "by": "clerks", "effort": "1 h"}],
        [{"wait": "w", "takes": "1 h"}, {"step": "b", "by": {"same_server_as": "a"}, "effort": "1 h"}],
    ]
    flow = [{"parallel": branches[:: 1 - 2 * listed_first]}]
    log = run(flow, pools={"clerks": {"servers": 2, "calendar": "office"}})
    kept = [need.kept for i in np.flatnonzero(log.is_kind("work")) for need in log.needs_names[log.needs[i]]]
    assert kept == [None, ("clerks", 0, 0)]


def test_a_draw_is_multiplied_by_repeat_class_and_the_slowest_server():
    flow = [
        A
        | {
            "on_repeat": [0.5],
            "factor": {"attribute": "kind", "values": {"dual": 2}},
            "rework": {"share": "100%", "at_most": 1},
        }
    ]
    listed = [{"accepted": "2021-06-01 09:00", "attributes": {"kind": "dual"}}]
    log = run(flow, sources={"s": {"name": "s", "process": "p", "listed": listed}})
    assert trace(log) == [
        "1 a 06-01 09:00 | 06-01 09:00 | 06-01 14:00",
        "1 a#1 06-01 14:00 | 06-01 14:00 | 06-01 16:00",
    ]
