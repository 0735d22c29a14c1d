"""What a run will cost is known before it begins, and what is too much is refused (BAD_INPUT 46)."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest

from sim.cli import run
from sim.commands import study as commands
from sim.engine.engines import simulate
from sim.errors import InputError
from sim.model.files import load
from sim.runs import cost
from tests.conftest import ROOT
from tests.studies import folder
from tests.tiny import scenario, tiny

EXAMPLE = str(ROOT / "scenarios/example")
WAIT: dict[str, Any] = {"wait": "w", "owner": "customer", "takes": "1 h"}


def rows(flow: list[Any], **sections: Any) -> float:
    model = tiny(flow, **sections)
    return cost._Rows(model).of_case("p") - 2  # accepted, closed


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ([WAIT, {"mark": "m"}], 2),
        ([WAIT | {"rework": {"share": 0.5}}], 2),  # 1 + 1/2 + 1/4 + ...
        ([WAIT | {"rework": {"share": 1, "at_most": 3}}], 4),
        ([WAIT | {"rework": {"share": [0.5, 0], "first": [WAIT | {"wait": "f"}]}}], 2),
        ([{"mark": "m"}, WAIT | {"rework": {"share": [0.5, 0], "back_to": "m"}}], 3),
        ([{"parallel": [[WAIT], [WAIT | {"wait": "v"}]]}], 2),
        ([{"choice": "c", "branches": [{"share": 0.25, "flow": [WAIT]}, {"share": 0.75}]}], 0.25),
        ([{"optional": "o", "share": 0.1, "flow": [WAIT]}], 0.1),
        ([{"call": "q"}], 3),
        ([{"spawn": "s", "cases": [{"process": "q", "n": 10}]}], 50),
    ],
)
def test_rows_of_a_case_are_what_its_blocks_come_to_on_average(flow: list[Any], expected: float) -> None:
    other = {"q": {"name": "q", "flow": [WAIT | {"wait": name} for name in ("a", "b", "c")]}}
    assert rows(flow, processes=other) == pytest.approx(expected)


def test_the_estimate_of_cases_and_rows_is_near_what_a_run_comes_to() -> None:
    its = load(EXAMPLE).scenario("today")
    log = simulate(its, 1)
    assert cost.cost([its], 1).cases == pytest.approx(len(log.cases.label), rel=0.2)
    assert cost.cost([its], 1).rows == pytest.approx(len(log), rel=0.2)
    listed = scenario(tiny([WAIT], ("2021-06-01 09:00", "2021-06-02 09:00")))
    assert cost.cost([listed], 10)[:2] == (20, 60)


def test_of_many_scenarios_the_samples_of_a_few_are_in_memory_and_those_of_the_first_and_the_ranked_stay() -> None:
    its = load(EXAMPLE).scenario("today")
    few = cost.AT_A_TIME + 2
    memory = [cost.cost([its] * n, 50).bytes for n in (1, few, few + 1)]
    assert memory[0] < memory[1] == memory[2]


RUN, TRACE = ["run", EXAMPLE, "today"], ["trace", EXAMPLE, "today", "--case", "1"]
TOO_MUCH = [
    (RUN, ["--replications", "1000000"], "hours"),
    (RUN, ["--set", "pools/clerks/servers=1000000000"], "GB"),
    (RUN, ["--set", "sources/applications/per_year=1000000000000"], "hours"),
    (TRACE, ["--set", "sources/applications/per_year=1000000000000"], "hours"),
]


@pytest.mark.parametrize(("command", "more", "beyond"), TOO_MUCH)
def test_what_is_beyond_the_cap_is_refused_at_once_with_what_it_would_cost_and_the_cure(
    command: list[str],
    more: list[str],
    beyond: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cost, "_memory_gb", lambda: 64.0)
    monkeypatch.setattr(cost, "_ROW_S", {"kernel": 1e-4})
    began = time.monotonic()
    assert run([*command, *more, "--lang", "en"]) == 2
    assert time.monotonic() - began < 10
    said = capsys.readouterr().err
    assert "about" in said and "cases" in said and "of memory" in said and beyond in said
    assert ("SHIXIAN_MAX_HOURS=" if beyond == "hours" else "SHIXIAN_MAX_GB=") in said


def test_the_caps_are_the_users_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    its = [folder().scenario("plan")]
    cost.affordable(its, 10)
    monkeypatch.setenv(cost.MOST_HOURS, "1e-9")
    with pytest.raises(InputError, match="hours"):
        cost.affordable(its, 10)
    monkeypatch.setenv(cost.MOST_HOURS, "1e9")
    cost.affordable(its, 1_000_000)
    monkeypatch.setenv(cost.MOST_GB, "lots")
    with pytest.raises(InputError, match="a number"):
        cost.affordable(its, 1)


def test_a_million_servers_are_no_obstacle() -> None:
    many = load(EXAMPLE, {"pools/clerks/servers": "1000000", "pools/reviewers/servers": "5000"}).scenario("today")
    log = simulate(many, 1)
    assert np.array_equal(log.start[log.is_kind("work")], log.ready[log.is_kind("work")])  # nobody waits for staff


def test_a_long_run_is_told_before_it_begins_and_its_progress_says_what_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "_WORTH_A_WORD_S", 1e-9)
    assert run(["run", EXAMPLE, "today", "--replications", "3", "--workers", "1", "--lang", "en"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"about 0 s and 0.42 GB of memory \(1,\d{3} cases, 7,\d{3} steps; roughly\)", said[0])
    assert re.fullmatch(r"simulating 1/3, about \d+ s to go", said[1]) and said[3] == "simulating 3/3"
    assert [cost.time_in_words(seconds).en for seconds in (59, 600, 86400, 864000)] == [
        "59 s",
        "10 min",
        "24 h",
        "10 days",
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--replications", "1000000000"], "from 1 to 1048575"),
        (["--set", "study/to=12021-01-01"], "YYYY-MM-DD"),
        (["--set", "study/to=2199-12-31"], "longer than 100 years"),
    ],
)
def test_replications_and_horizons_without_end_are_refused_by_their_bounds(
    more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", EXAMPLE, "today", *more, "--lang", "en"]) == 2
    assert told in capsys.readouterr().err
