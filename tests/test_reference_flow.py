"""Rules 6, 7, 8 and 13 on tiny models, with traces worked by hand."""

from __future__ import annotations

import pytest

from sim.engine.reference import simulate
from sim.errors import RunError
from sim.model.scenario import Scenario
from sim.text import Text
from tests.tiny import run, tiny, trace


def wait(id_: str, takes: str = "1 h", **more: object) -> dict[str, object]:
    return {"wait": id_, "takes": takes, **more}


def work(id_: str, effort: str = "1 h", **more: object) -> dict[str, object]:
    return {"step": id_, "by": "clerks", "effort": effort, **more}


# --- rule 6: waits


def test_a_wait_without_a_calendar_runs_through_the_night_and_one_on_a_calendar_does_not():
    log = run([wait("w", "2 d"), wait("v", "2 h", calendar="office")], ("2021-06-04 16:00",))  # a Friday
    assert trace(log) == ["1 w 06-04 16:00 | 06-04 16:00 | 06-06 16:00", "1 v 06-06 16:00 | 06-06 16:00 | 06-07 11:00"]


def test_a_wait_in_working_days_is_that_many_days_of_its_calendar():
    log = run([wait("w", "1 wd", calendar="office")], ("2021-06-11 16:00",))  # before Dragon Boat, 12-14 June off
    assert trace(log) == ["1 w 06-11 16:00 | 06-11 16:00 | 06-15 16:00"]


# --- rule 7: sessions

TUESDAYS = {"name": "review", "calendar": "office", "on": ["tue"], "at": "14:00", "length": "1 h"}
AT_REVIEW = [{"session": "r", "at": "review"}]


def test_a_session_takes_those_who_are_in_time_in_queue_order_up_to_its_capacity():
    arrivals = ("2021-06-01 09:00", "2021-06-04 09:00", "2021-06-08 10:00")
    log = run(AT_REVIEW, arrivals, sessions={"review": TUESDAYS | {"capacity": 1, "cut_off": "1 wd"}})
    assert trace(log) == [
        "1 r 06-01 09:00 | 06-08 14:00 | 06-08 15:00",  # 1 June: 4 h before, not the 7 h of a working day
        "2 r 06-04 09:00 | 06-15 14:00 | 06-15 15:00",
        "3 r 06-08 10:00 | 06-22 14:00 | 06-22 15:00",
    ]


def test_a_cut_off_that_is_met_exactly_is_in_time():
    log = run(AT_REVIEW, ("2021-06-01 09:00",), sessions={"review": TUESDAYS | {"cut_off": "4 h"}})
    assert trace(log) == ["1 r 06-01 09:00 | 06-01 14:00 | 06-01 15:00"]


def test_a_cut_off_counts_open_time_and_not_the_night_before():
    log = run(AT_REVIEW, ("2021-06-07 16:30",), sessions={"review": TUESDAYS | {"cut_off": "5 h"}})
    assert trace(log) == ["1 r 06-07 16:30 | 06-15 14:00 | 06-15 15:00"]  # 4.5 h open before 8 June 14:00


def test_a_session_that_is_not_over_at_closing_goes_on_in_the_morning():
    log = run(AT_REVIEW, sessions={"review": TUESDAYS | {"at": "16:30"}})
    assert trace(log) == ["1 r 06-01 09:00 | 06-01 16:30 | 06-02 09:30"]


def test_who_becomes_ready_at_the_instant_of_a_session_takes_part():
    assert trace(run(AT_REVIEW, ("2021-06-01 14:00",), sessions={"review": TUESDAYS})) == [
        "1 r 06-01 14:00 | 06-01 14:00 | 06-01 15:00"
    ]


@pytest.mark.parametrize(("rule", "start"), [("lost", "06-21 14:00"), ("moved", "06-15 09:00")])
def test_a_session_on_a_holiday_is_lost_or_moved_to_the_next_opening(rule: str, start: str):
    mondays = TUESDAYS | {"on": ["mon"], "when_closed": rule}  # Monday 14 June 2021 is Dragon Boat
    log = run(AT_REVIEW, ("2021-06-10 09:00",), sessions={"review": mondays})
    assert trace(log)[0].split(" | ")[1] == start


def test_a_moved_session_that_meets_a_regular_one_is_held_once():
    days = TUESDAYS | {"on": (), "days": [14, 15], "at": "09:00", "when_closed": "moved", "capacity": 1}
    log = run(AT_REVIEW, ("2021-06-10 09:00", "2021-06-10 10:00"), sessions={"review": days})
    assert [line.split(" | ")[1] for line in trace(log)] == ["06-15 09:00", "07-14 09:00"]


def test_every_other_week_is_counted_from_the_first_monday_of_1970():
    fortnight = TUESDAYS | {"every_weeks": 2}
    log = run(AT_REVIEW, ("2021-06-01 09:00",), sessions={"review": fortnight})
    assert trace(log)[0].split(" | ")[1] == "06-01 14:00"  # 2682 weeks after 1970-01-05


# --- rule 8: blocks


def test_a_parallel_ends_with_its_last_branch_which_releases_what_follows():
    log = run([{"parallel": [[wait("x")], [wait("y", "2 h")], []]}, {"mark": "m"}])
    assert trace(log, "mark") == ["1 m 06-01 11:00 | 06-01 11:00 | 06-01 11:00"]
    mark = log.step.codes.tolist().index(log.step.code("p/m"))
    assert log.step[int(log.released_by[mark])] == "p/y"


def test_at_a_tie_the_last_branch_listed_releases_what_follows():
    log = run([{"parallel": [[wait("y")], [wait("x")]]}, {"mark": "m"}])
    mark = log.step.codes.tolist().index(log.step.code("p/m"))
    assert log.step[int(log.released_by[mark])] == "p/x"


def test_a_rework_goes_back_at_most_n_times_and_its_first_flow_happens_before():
    log = run([work("a", rework={"share": "100%", "at_most": 2, "first": [wait("s", "30 min")]})])
    assert trace(log) == [
        "1 a 06-01 09:00 | 06-01 09:00 | 06-01 10:00",
        "1 s 06-01 10:00 | 06-01 10:00 | 06-01 10:30",
        "1 a#1 06-01 10:30 | 06-01 10:30 | 06-01 11:30",
        "1 s#1 06-01 11:30 | 06-01 11:30 | 06-01 12:00",
        "1 a#2 06-01 12:00 | 06-01 13:00 | 06-01 14:00",
    ]


def test_a_rework_returns_to_an_earlier_sibling_of_the_sequence_around_its_choice():
    inner = {
        "optional": "o",
        "share": "100%",
        "flow": [wait("c", rework={"share": "100%", "at_most": 1, "back_to": "a"})],
    }
    steps = [line.split()[1] for line in trace(run([wait("a"), wait("b"), inner]))]
    assert steps == ["a", "b", "c", "a#1", "b#1", "c#1"]


def test_at_most_counts_for_each_entry_into_the_sequence():
    inner = [wait("b"), wait("c", rework={"share": "100%", "at_most": 1, "back_to": "b"})]
    flow = [
        wait("a"),
        {"optional": "o", "share": "100%", "flow": inner},
        wait("d", rework={"share": "100%", "at_most": 1, "back_to": "a"}),
    ]
    steps = [line.split()[1].split("#")[0] for line in trace(run(flow))]
    assert steps == ["a", "b", "c", "b", "c", "d", "a", "b", "c", "b", "c", "d"]


def test_the_share_of_a_rework_may_depend_on_the_visit():
    log = run([wait("a", rework={"share": ["100%", "100%", "0%"]})])
    assert [line.split()[1] for line in trace(log)] == ["a", "a#1", "a#2"]


def test_a_choice_by_attribute_has_a_default():
    flow = [
        {
            "choice": "c",
            "by": "kind",
            "branches": [{"when": ["x", "y"], "flow": [wait("a")]}, {"otherwise": True, "flow": [wait("b")]}],
        }
    ]
    listed = [{"accepted": f"2021-06-01 0{i}:00", "attributes": {"kind": k} if k else {}} for i, k in enumerate("xyz")]
    listed.append({"accepted": "2021-06-01 05:00"})
    log = run(flow, sources={"s": {"name": "s", "process": "p", "listed": listed}})
    assert [line.split()[1] for line in trace(log)] == ["a", "a", "b", "b"]


def test_a_called_process_names_its_steps_through_the_call():
    log = run([{"call": "one", "process": "q"}, {"call": "q"}], processes={"q": {"name": "q", "flow": [wait("w")]}})
    assert [line.split()[1] for line in trace(log)] == ["one/w", "q/w"]


def test_a_case_that_spawns_waits_for_all_its_children_and_the_last_of_them_releases_it():
    log = run(
        [{"spawn": "sp", "cases": {"process": "q", "n": 2}}, wait("z")],
        processes={"q": {"name": "q", "flow": [work("k")]}},
    )
    assert trace(log, "work", "wait") == [
        "2 q/k 06-01 09:00 | 06-01 09:00 | 06-01 10:00",
        "3 q/k 06-01 09:00 | 06-01 10:00 | 06-01 11:00",
        "1 z 06-01 11:00 | 06-01 11:00 | 06-01 12:00",
    ]
    z = log.step.codes.tolist().index(log.step.code("p/z"))
    assert int(log.end[log.released_by[z]]) == int(log.ready[z])
    assert int(log.cases.parent[log.case[log.released_by[z]]]) == int(log.case[z])


def test_of_children_that_end_together_the_last_releases_the_case():
    processes = {"q": {"name": "q", "flow": [wait("k")]}}
    log = run([{"spawn": "sp", "cases": {"process": "q", "n": 2}}, wait("z")], processes=processes)
    row = next(row for row in range(len(log)) if log.step[row] == "p/z")
    assert log.cases.label[log.case[log.released_by[row]]].endswith("sp-1-2")


def test_a_case_that_does_not_wait_goes_on_at_once():
    log = run(
        [{"spawn": "sp", "cases": "q", "wait": False}, wait("z")], processes={"q": {"name": "q", "flow": [work("k")]}}
    )
    assert "1 z 06-01 09:00 | 06-01 09:00 | 06-01 10:00" in trace(log, "wait")


def test_a_walk_follows_its_table_of_the_last_two_steps_to_the_end():
    table = {"": {"a": 1}, "a": {"b": 1}, "a b": {"a": 1}, "b a": {"c": 1}, "a c": {"end": 1}}
    log = run([{"walk": "w", "order": 2, "steps": [wait("a"), wait("b"), wait("c")], "table": table}])
    assert [line.split()[1] for line in trace(log)] == ["a", "b", "a#1", "c"]


def test_an_endless_loop_at_one_instant_is_an_error_that_names_it():
    model = tiny([work(f"b{i}", "0 h", rework={"share": "100%", "at_most": 4000}) for i in range(3)])
    with pytest.raises(RunError, match="endless loop") as error:
        simulate(Scenario("x", Text("x", "x"), model), 1)
    assert error.value.path[:1] == ("p",) and error.value.path[1].startswith("b")


# --- rule 13: withdrawals


def test_a_case_whose_patience_runs_out_while_it_waits_is_withdrawn():
    log = run([work("a", "3 h", patience={"after": "1 h"})], ("2021-06-01 09:00", "2021-06-01 09:30"))
    assert trace(log) == [
        "1 a 06-01 09:00 | 06-01 09:00 | 06-01 12:00",
        "2 a 06-01 09:30 | - | 06-01 10:30 withdrawn",
        "2 withdrawn 06-01 10:30 | 06-01 10:30 | 06-01 10:30",
    ]


def test_a_patience_that_ends_when_a_server_becomes_free_withdraws_first():
    log = run([work("a", "1 h", patience={"after": "30 min"})], ("2021-06-01 09:00", "2021-06-01 09:30"))
    assert trace(log)[1] == "2 a 06-01 09:30 | - | 06-01 10:00 withdrawn"  # rule 10: b before d


def test_patience_counts_on_its_calendar_and_ends_with_the_first_start():
    log = run(
        [work("a", "3 h", patience={"after": "2 h", "calendar": "office"})], ("2021-06-01 16:30", "2021-06-01 16:40")
    )
    assert trace(log)[1] == "2 a 06-01 16:40 | - | 06-02 10:40 withdrawn"
    assert trace(log)[0] == "1 a 06-01 16:30 | 06-01 16:30 | 06-02 11:30"


def test_approval_by_silence_lets_the_case_go_on_without_a_server():
    log = run(
        [work("a", "3 h", patience={"after": "1 h", "then": "proceed"}), wait("n")],
        ("2021-06-01 09:00", "2021-06-01 09:30"),
    )
    assert trace(log)[1:3] == ["2 a 06-01 09:30 | - | 06-01 10:30", "2 n 06-01 10:30 | 06-01 10:30 | 06-01 11:30"]


def test_work_in_progress_of_a_withdrawn_case_finishes_and_nothing_follows():
    log = run([{"parallel": [[work("a", withdraw="100%")], [wait("y", "2 h"), wait("n")]]}, {"mark": "m"}])
    assert trace(log, "work", "wait", "mark", "closed", "withdrawn") == [
        "1 a 06-01 09:00 | 06-01 09:00 | 06-01 10:00",
        "1 y 06-01 09:00 | 06-01 09:00 | 06-01 11:00",
        "1 withdrawn 06-01 10:00 | 06-01 10:00 | 06-01 10:00",
    ]


def test_other_waiting_entries_of_a_withdrawn_case_leave_their_queues_and_spawned_cases_go_on():
    flow = [
        {"spawn": "sp", "cases": "q", "wait": False},
        {"parallel": [[wait("a", withdraw="100%")], [work("b")]]},
    ]
    calendars = {"late": {"name": "late", "hours": {"workdays": ["18:00-20:00"]}}}
    pools = {"clerks": {"servers": 1, "calendar": "late"}, "others": {"servers": 1, "calendar": "office"}}
    child = {"q": {"name": "q", "flow": [work("k", "2 h", by="others")]}}
    log = run(flow, ("2021-06-01 16:30",), processes=child, calendars=calendars, pools=pools)
    assert trace(log) == [
        "1 a 06-01 16:30 | 06-01 16:30 | 06-01 17:30",
        "1 b 06-01 16:30 | - | 06-01 17:30 withdrawn",
        "2 q/k 06-01 16:30 | 06-01 16:30 | 06-02 10:30",
        "1 withdrawn 06-01 17:30 | 06-01 17:30 | 06-01 17:30",
    ]


def test_with_several_causes_at_one_instant_the_lowest_step_is_the_cause():
    log = run([{"parallel": [[wait("b", withdraw="100%")], [wait("a", withdraw="100%")]]}])
    row = [line.split()[1] for line in trace(log, "wait", "withdrawn")].index("withdrawn")
    withdrawn = log.is_kind("withdrawn").nonzero()[0][0]
    assert row == 2 and log.step[int(log.released_by[withdrawn])] == "p/a"


def test_work_of_a_withdrawn_case_is_not_handed_over_it_finishes_with_its_servers():
    pools = {"clerks": {"servers": 1, "calendar": "office", "hand_over": True}}
    flow = [{"parallel": [[work("a", "2 h")], [wait("w", "30 min", withdraw="100%")]]}]
    log = run(flow, ("2021-06-01 11:00", "2021-06-01 13:00"), pools=pools)
    work_rows = trace(log, "work")
    assert work_rows[0] == "1 a 06-01 11:00 | 06-01 11:00 | 06-01 14:00"
    assert work_rows[1] == "2 a 06-01 13:00 | - | 06-01 13:30 withdrawn"
    assert log.stints.start.size == 1
