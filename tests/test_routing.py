"""Routing from the order of steps: pairs by hand, counts equal to what the engine did, open cases as they are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from calibration.observing.known_by import known_by
from calibration.routes import END, START, WITHDRAWN, Outcome, route_of
from calibration.routing import FittedRouting, fit_routing
from sim.eventlog import OUTCOMES, EventLog
from sim.model.base import Model
from sim.model.quantities import DAY_US
from tests.recovery import YEAR
from tests.tiny import scenario, tiny

WAITS: dict[str, Any] = {"owner": "utility"}


def wait(name: str, **more: Any) -> dict[str, Any]:
    return {"wait": name, "owner": "utility", "takes": {"mean": "2 d", "cv": 0.5}} | more


def model_of(flow: list[Any], per_year: int = 2000) -> Model:
    sources = {"s": {"name": "s", "process": "p", "per_year": per_year}}
    return tiny(flow, study=YEAR | {"run_out": "400 d"}, sources=sources)


def log_of(model: Model, seed: int = 1) -> EventLog:
    return sim.simulate(scenario(model), seed=seed, replication=0)


def routing(model: Model, log: EventLog, *names: str) -> FittedRouting:
    return fit_routing(log, model, "p", {name: f"p/{name}" for name in names})


def test_pairs_tell_what_was_decided_between_them() -> None:
    """accept may go back after a supplement; then a survey for some; then one of two ways, of which one is empty."""
    flow = [
        wait("accept", rework={"share": "20%", "first": [wait("supplement")]}, withdraw="5%"),
        {"optional": "site", "share": "30%", "flow": [wait("survey")]},
        {"choice": "way", "branches": [{"share": "60%", "flow": [wait("build")]}, {"share": "40%", "flow": []}]},
    ]
    names = {name: f"p/{name}" for name in ("accept", "supplement", "survey", "build")}
    pairs = route_of(model_of(flow), "p", names).pairs()
    on, stays = Outcome("rework", "accept", 1), Outcome("withdraw", "accept", 1)
    assert {pair: told.sure for pair, told in pairs.items()} == {
        (START, "p/accept"): frozenset(),
        ("p/accept", WITHDRAWN): {Outcome("withdraw", "accept", 0)},
        ("p/accept", "p/supplement"): {Outcome("rework", "accept", 0), stays},
        ("p/supplement", "p/accept"): frozenset(),
        ("p/accept", "p/survey"): {stays, on, Outcome("optional", "site", 0)},
        ("p/accept", "p/build"): {stays, on, Outcome("optional", "site", 1), Outcome("choice", "way", 0)},
        ("p/accept", END): {stays, on, Outcome("optional", "site", 1), Outcome("choice", "way", 1)},
        ("p/survey", "p/build"): {Outcome("choice", "way", 0)},
        ("p/survey", END): {Outcome("choice", "way", 1)},
        ("p/build", END): frozenset(),
    }
    assert not any(told.unsure for told in pairs.values())


def test_what_the_log_does_not_show_is_left_open() -> None:
    """Without the survey in the log nothing tells who had one; the way behind it is told all the same."""
    flow = [
        wait("accept"),
        {"optional": "site", "share": "30%", "flow": [wait("survey")]},
        wait("build"),
    ]
    pairs = route_of(model_of(flow), "p", {"accept": "p/accept", "build": "p/build"}).pairs()
    assert pairs["p/accept", "p/build"].unsure == {("optional", "site")}
    model = model_of(flow)
    [found] = routing(model, log_of(model), "accept", "build").of("optional", "site") or [None]
    assert found is None


def test_counts_are_those_of_the_engine() -> None:
    """Every decision of a closed log is counted once: as many as the rows say, in parallel branches too."""
    flow = [
        wait("a", rework={"share": ["30%", "10%"], "at_most": 3}, withdraw="4%"),
        {"parallel": [
            [wait("b"), {"choice": "c", "branches": [{"share": "25%", "flow": [wait("c1")]},
                                                     {"share": "75%", "flow": [wait("c2")]}]}],
            [{"optional": "o", "share": "35%", "flow": [wait("d")]}],
        ]},
        wait("e"),
    ]  # fmt: skip
    model = model_of(flow)
    log = log_of(model)
    found = routing(model, log, "a", "b", "c1", "c2", "d", "e")
    assert found.strange == 0

    def count(step: str, visit: int | None = None) -> int:
        its = log.step.isin([f"p/{step}"]) & (log.outcome == OUTCOMES.index("done"))
        return int((its if visit is None else its & (log.visit == visit)).sum())

    def came_to(step: str, visit: int | None = None) -> int:
        its = log.step.isin([f"p/{step}"])
        return int((its if visit is None else its & (log.visit == visit)).sum())

    first, later = found.of("rework", "a")[1:]
    assert first.n == count("a", 0) - _withdrawn(log, 0)
    assert later.n == count("a", 1) + count("a", 2) - _withdrawn(log, 1) - _withdrawn(log, 2)
    assert first.shares[0].value == pytest.approx(came_to("a", 1) / first.n)
    assert later.shares[0].value == pytest.approx((came_to("a", 2) + came_to("a", 3)) / later.n)
    [gone] = found.of("withdraw", "a")
    assert gone.n == count("a")
    assert gone.shares[0].value == pytest.approx(log.is_kind("withdrawn").sum() / count("a"))
    [way] = found.of("choice", "c")
    assert (way.n, way.shares[0].value) == (count("b"), pytest.approx(came_to("c1") / count("b")))
    [some] = found.of("optional", "o")
    entered = came_to("b")
    passed = int(np.isin(log.case, log.case[log.step.isin(["p/e"])])[log.step.isin(["p/b"])].sum())
    without = passed - int(np.isin(log.case, log.case[log.step.isin(["p/e"])])[log.step.isin(["p/d"])].sum())
    assert some.n == came_to("d") + without
    assert some.n + some.open == entered


def _withdrawn(log: EventLog, visit: int) -> int:
    """Cases that withdrew at the end of this visit of a."""
    gone = np.isin(log.case, log.case[log.is_kind("withdrawn")]) & log.step.isin(["p/a"])
    most = np.zeros(len(log.cases), np.int64)
    np.maximum.at(most, log.case[gone], log.visit[gone])
    return int((gone & (log.visit == visit) & (most[log.case] == visit)).sum())


def test_what_shows_late_is_not_missed_more_often_in_open_cases() -> None:
    """Half go on at once, half after thirty days in which nothing shows; of cases of five weeks most that go on late
    are not seen yet. Their plain share would be far below one half."""
    late = {"wait": "out-of-sight", "owner": "customer", "takes": "30 d"}
    flow = [
        wait("a", takes="1 h"),
        {"choice": "c", "branches": [{"share": "50%", "flow": f} for f in ([wait("b")], [late, wait("d")])]},
    ]
    model = model_of(flow, per_year=40_000)
    log = log_of(model)
    early = known_by(log, log.begin + 36 * DAY_US)
    [found] = routing(model, early, "a", "b", "d").of("choice", "c")
    plain = int(early.step.isin(["p/d"]).sum()) / int(early.step.isin(["p/b", "p/d"]).sum())
    assert plain < 0.2
    assert found.shares[0].low is not None and found.shares[0].high is not None
    assert found.shares[0].low < 0.5 < found.shares[0].high
    assert found.worth < found.n
    assert found.open > 1000


def test_a_decision_that_depends_on_an_attribute_says_so() -> None:
    flow = [
        {"choice": "by-kind", "by": "kind", "branches": [
            {"when": "old", "flow": [wait("a"), {"optional": "o", "share": "80%", "flow": [wait("b")]}]},
            {"otherwise": True, "flow": [wait("c")]},
        ]},
        {"optional": "any", "share": "40%", "flow": [wait("d")]},
        wait("e"),
    ]  # fmt: skip
    model = model_of(flow)
    source = model.sources["s"].model_copy(
        update={"attributes": type(model.sources["s"]).model_validate(
            {"name": "s", "process": "p", "per_year": 1, "attributes": {"kind": {"old": "50%", "new": "50%"}}}
        ).attributes}
    )  # fmt: skip
    model = model.model_copy(update={"sources": {"s": source}})
    found = routing(model, log_of(model), "a", "b", "c", "d", "e")
    [independent] = found.of("optional", "any")
    assert independent.depends == ()
    together = tiny(
        [wait("x"), {"optional": "o", "share": "40%", "flow": [wait("b")]}, wait("e")],
        sources={"s": {"name": "s", "process": "p", "per_year": 10}},
    )
    log = log_of(model)
    its = fit_routing(log, together, "p", {"b": "p/b", "e": "p/e"}).of("optional", "o")
    assert [each.attribute for each in its[0].depends] == ["kind"]
