"""Whether the stop of a clock can come after its start on a path of the process, and what ``check`` says where not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.analysis.clock_times import clock_times
from sim.model.clock_order import can_run, reach
from sim.model.clocks import Clock
from sim.model.paths import elements_of, steps_of
from sim.model.working_days import WorkingDays
from tests.tiny import run, tiny
from tests.tiny_folder import changed, read, refusals, refused


def wait(id_: str, **more: Any) -> dict[str, Any]:
    return {"wait": id_, "takes": "1 h", **more}


def again(id_: str, back_to: str | None = None, **more: Any) -> dict[str, Any]:
    return wait(id_, rework={"share": "50%", "at_most": 3, **({"back_to": back_to} if back_to else {}), **more})


def sometimes(*flow: dict[str, Any]) -> dict[str, Any]:
    return {"optional": "some", "share": "50%", "flow": list(flow)}


def either(*flows: list[dict[str, Any]]) -> dict[str, Any]:
    share = f"{100 / len(flows)}%"
    return {"choice": "one", "branches": [{"share": share, "flow": flow} for flow in flows]}


A, B, M = wait("a"), wait("b"), {"mark": "m"}
LOOP = [A, B, again("c", "a")]
FIRST, LAST = {"which": "first"}, {"which": "last"}
SPAWN = {"spawn": "s", "cases": "q"}
OTHER = {"q": {"name": "q", "flow": [wait("x"), wait("y")]}}
CASES: list[tuple[list[Any], Any, Any, bool]] = [
    # one after another
    ([A, B], {"ready": "a"}, {"end": "b"}, True),
    ([A, B], {"ready": "b"}, {"end": "a"}, False),
    ([A, M, B], {"mark": "m"}, {"ready": "a"}, False),
    ([A, M, B], {"end": "a"}, {"mark": "m"}, True),
    ([A, B], "accepted", {"ready": "a"}, True),
    ([A, B], {"end": "b"}, "closed", True),
    ([A, B], "closed", {"end": "b"}, False),
    ([A, B], {"ready": "a"}, "accepted", False),
    ([A], "accepted", "accepted", False),
    # of one step
    ([A], {"ready": "a"}, {"end": "a"}, True),
    ([A], {"end": "a"}, {"start": "a"}, False),
    ([A, M], {"mark": "m"}, {"mark": "m"}, False),
    ([again("a")], {"ready": "a"}, {"ready": "a", **LAST}, True),
    ([again("a")], {"ready": "a", **LAST}, {"ready": "a"}, False),
    ([again("a")], {"end": "a"}, {"ready": "a", **LAST}, False),
    # rework comes back to the stop, and its last end is meant
    (LOOP, {"ready": "b"}, {"end": "a"}, True),
    (LOOP, {"ready": "b"}, {"end": "a", **FIRST}, False),
    (LOOP, {"ready": "b", **LAST}, {"end": "a"}, False),
    ([A, again("b"), wait("c")], {"ready": "c"}, {"end": "a"}, False),
    ([A, sometimes(B), again("c", "a")], {"ready": "b", **LAST}, {"end": "a"}, True),
    ([sometimes(A), B, again("c", "some")], {"ready": "b"}, {"end": "a", **FIRST}, True),
    ([again("a", first=[B])], {"ready": "b"}, {"end": "a"}, True),
    # side by side, or one of them
    ([{"parallel": [[A], [B]]}], {"ready": "b"}, {"end": "a"}, True),
    ([either([A], [B])], {"ready": "b"}, {"end": "a"}, False),
    ([either([A], [B]), again("c", "one")], {"ready": "b"}, {"end": "a"}, True),
    ([either([A, B], [B, A])], {"ready": "b"}, {"end": "a"}, True),
    ([either([A, B], [A, wait("c"), B])], {"ready": "b"}, {"end": "a"}, False),
    # cases of their own
    ([SPAWN, B], {"ready": "b"}, {"end": "x"}, False),
    ([{"spawn": "s", "cases": "q", "wait": False}, B], {"ready": "b"}, {"end": "x"}, True),
    ([{"spawn": "s", "cases": "q", "wait": False}], "closed", {"end": "x"}, True),
    ([either([SPAWN, B], [B, SPAWN])], {"ready": "b"}, {"end": "x"}, True),
    ([{"call": "one", "process": "q"}], {"ready": "y"}, {"end": "x"}, False),
    ([A], {"ready": "a"}, {"end": "nowhere"}, True),  # another check's matter
]  # fmt: skip


@pytest.mark.parametrize(("flow", "start", "stop", "runs"), CASES)
def test_a_clock_can_run_where_its_stop_comes_after_its_start_on_some_path(
    flow: list[Any], start: Any, stop: Any, runs: bool
) -> None:
    model = tiny(flow, processes=OTHER)
    assert can_run([*elements_of(model, "p")], Clock.model_validate({"start": start, "stop": stop})) is runs


@pytest.mark.parametrize(("flow", "start", "stop", "runs"), CASES[:-1])
def test_a_clock_that_cannot_run_counts_nothing_in_any_simulated_case(
    flow: list[Any], start: Any, stop: Any, runs: bool
) -> None:
    log = run(flow, tuple(f"2021-06-{day:02} 09:00" for day in range(1, 29)), processes=OTHER)
    times = clock_times(
        log, Clock.model_validate({"start": start, "stop": stop}), "hours", WorkingDays(log.calendars["legal"]),
    )  # fmt: skip
    finished = times.is_in("finished") & log.cases.process.isin(["p"])
    assert finished.any() if runs else not (finished & (times.days > 0)).any()


def test_walks_go_in_any_order() -> None:
    table = {"": {"a": "50%", "b": "50%"}, "a": {"b": "50%", "end": "50%"}, "b": {"a": "50%", "end": "50%"}}
    model = tiny([{"walk": "w", "steps": [A, B], "table": table}])
    assert can_run([*elements_of(model, "p")], Clock.model_validate({"start": {"ready": "b"}, "stop": {"end": "a"}}))
    where = reach(model, "p", Clock.model_validate({"start": {"ready": "b"}, "stop": {"end": "b"}}))
    assert [where(at) for at in steps_of(model, "p")] == ["within", "within"]


def test_what_a_case_does_not_wait_for_may_run_while_a_later_clock_does() -> None:
    model = tiny([{"spawn": "s", "cases": "q", "wait": False}, A, M, B], processes=OTHER)
    where = reach(model, "p", Clock.model_validate({"start": {"mark": "m"}}))
    found = {at.path: where(at) for at in steps_of(model, "p")}
    assert found == {"q/x": "within", "q/y": "within", "p/a": "before", "p/b": "within"}


def test_a_process_that_two_branches_spawn_stands_in_both() -> None:
    flow = [either([SPAWN, M], [M, SPAWN])]
    model = tiny(flow, processes=OTHER)
    where = reach(model, "p", Clock.model_validate({"start": {"mark": "m"}}))
    assert [(at.path, where(at)) for at in steps_of(model, "p")] == [
        ("q/x", "before"), ("q/y", "before"), ("q/x", "within"), ("q/y", "within"),
    ]  # fmt: skip


# --- what the check says

STOP, BACKWARDS = "stop: {mark: power-on}", "start: {ready: connect}, stop: {end: accept}"


def test_12_a_clock_that_stops_before_it_starts_on_every_path_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, STOP, BACKWARDS, at="accept}, except")
    assert error.rule.en == (
        "on no path of cases of lv does the clock's stop come after its start, so it would never run"
    )
    assert error.cure.zh.startswith("对调起止点")
    assert error.value == "ready: connect -> end: accept"


def test_12_a_clock_without_a_step_at_its_stop_is_refused_there(tmp_path: Path) -> None:
    refused(tmp_path, STOP, "start: {mark: power-on}, stop: accepted", at="accepted, except")


def test_12_the_clock_of_a_reading_is_checked_too(tmp_path: Path) -> None:
    reading = f"unit: whole-days, clock: {{{BACKWARDS}}}}}"
    refused(tmp_path, "unit: whole-days}", reading, at="accept}}}")


def test_12_a_clock_that_runs_on_some_paths_only_is_accepted(tmp_path: Path) -> None:
    read(tmp_path, changed(STOP, "start: {ready: works}, stop: {end: sign}"))


def test_12_the_limits_clock_is_checked_for_the_classes_of_its_readings(tmp_path: Path) -> None:
    source = "  desk: {name: {zh: 窗口, en: Desk}, process: permit, per_year: 10}\nservices:"
    text = changed("unit: whole-days}", "unit: whole-days, classes: [permit]}", changed("services:", source))
    (error,) = refusals(tmp_path, text)
    assert (error.rule.en, error.value) == ("this never happens to cases of permit", "power-on")
