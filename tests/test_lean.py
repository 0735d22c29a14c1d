"""A log without the cases of which the reporting window has nothing: the same verdicts, to the byte."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim.runs.simulated
from sim import document
from sim.analysis.sampling import sample
from sim.engine import kernel
from sim.engine.engines import simulate
from sim.logcheck import check_log
from sim.model.base import Study
from sim.model.calendars import CalendarSpec
from sim.model.files import load
from sim.model.limits import Limit
from sim.model.quantities import DAY_US
from sim.model.scenario import Scenario
from tests.conftest import ROOT
from tests.random_models import scenarios
from tests.studies import LIMIT, folder, study
from tests.tiny import OFFICE, scenario, tiny

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
READINGS: list[dict[str, Any]] = [
    {"id": "fractions", "name": "f", "role": "default", "unit": "fraction"},
    {"id": "days", "name": "d", "role": "beside", "unit": "calendar-days"},
    {"id": "stages", "name": "s", "role": "plausible", "unit": "whole-days", "per": "stage"},
]


class Narrow(Study):
    """A window of some days in the midst of a run; they are its seed, so that the scenario's hash knows them."""

    @property
    def window(self) -> tuple[int, int]:
        first, last = super().window
        return min(first + self.seed // 100 * DAY_US, last), min(first + self.seed % 100 * DAY_US, last)


def judged(some: Scenario, days: tuple[int, int]) -> Scenario:
    """With a limit for all of its cases, and a window of these days."""
    model = some.model
    classes = {*model.processes, *(source.class_() for source in model.sources.values())}
    limit = Limit.model_validate(LIMIT | {"classes": sorted(classes), "readings": READINGS})
    narrow = Narrow.model_validate(model.study.model_dump(by_alias=True) | {"seed": 100 * days[0] + days[1]})
    legal = CalendarSpec.model_validate(OFFICE)
    calendars = {"legal": legal} | model.calendars
    return replace(
        some, model=model.model_copy(update={"study": narrow, "limits": {"L": limit}, "calendars": calendars})
    )


def differs(one: Any, other: Any) -> bool:
    """Whether two samples differ in any number, to the last bit."""
    if isinstance(one, np.ndarray):
        return bool(one.dtype != other.dtype or one.tobytes() != other.tobytes())
    if is_dataclass(one):
        return any(differs(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, dict):
        return list(one) != list(other) or any(differs(one[key], other[key]) for key in one)
    return bool(one != other)


@QUICK
@given(scenarios(), st.integers(0, 2**64 - 1), st.integers(0, 9), st.integers(1, 9))
def test_a_lean_log_comes_to_the_same_sample(some: Scenario, seed: int, first: int, length: int) -> None:
    its = judged(some, (first, first + length))
    lean = kernel.simulate(its, seed, lean=True)
    check_log(lean)
    whole = kernel.simulate(its, seed)
    assert len(lean) <= len(whole)
    assert not differs(sample(whole, its.model), sample(lean, its.model))


def test_cases_that_are_over_before_the_window_or_come_after_it_are_left_out() -> None:
    flow = [{"wait": "w", "takes": "30 h"}, {"spawn": "s", "cases": [{"process": "q"}], "wait": False}]
    arrivals = ("06-01 00:00", "06-02 00:00", "06-03 00:00", "06-04 00:00", "06-05 00:00", "06-05 01:00")
    child = {"q": {"name": "q", "flow": [{"wait": "v", "takes": "3 h"}]}}
    model = tiny(
        None,
        processes={"p": {"name": "p", "flow": flow}} | child,
        sources={"s": {"name": "s", "process": "p", "listed": [{"accepted": f"2021-{at}"} for at in arrivals]}},
    )
    some = judged(scenario(model), (2, 4))  # of 3 and 4 June; a family takes 33 hours
    whole, lean = (
        [label[-1] for label in kernel.simulate(some, 1, lean=lean).cases.label if "/" not in label]
        for lean in (False, True)
    )
    assert (whole, lean) == (list("123456"), list("2345"))


def test_a_run_that_keeps_no_log_is_lean_and_writes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    its = folder(study={"from": "2021-06-08", "to": "2021-06-20", "warm_up_years": 1})
    lean = document.written(study(its), its)
    asked: list[bool] = []

    def whole(*given: Any, lean: bool, **how: Any) -> Any:
        asked.append(lean)
        return simulate(*given, **how)

    monkeypatch.setattr(sim.runs.simulated, "simulate", whole)
    assert document.written(study(its), its) == lean and asked == 6 * [True]


def test_logs_that_are_kept_are_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    asked: list[bool] = []

    def seen(*given: Any, lean: bool, **how: Any) -> Any:
        asked.append(lean)
        return simulate(*given, lean=lean, **how)

    monkeypatch.setattr(sim.runs.simulated, "simulate", seen)
    study(out=tmp_path, replications=2, logs="first")
    assert asked == [False, True, False, True]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["before", "plan"])
def test_a_lean_year_of_the_city_comes_to_the_same_sample(name: str) -> None:
    its = load(ROOT / "scenarios/baotou").scenario(name)
    lean = sample(kernel.simulate(its, 2021, lean=True), its.model)
    assert not differs(sample(kernel.simulate(its, 2021), its.model), lean)
