"""The compiled kernel makes the same histories as the reference engine, row for row, to the microsecond."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine import kernel, reference
from sim.errors import InputError, RunError
from sim.logcheck import check_log, first_difference
from sim.model.files import load
from sim.model.scenario import Scenario
from tests.conftest import ROOT
from tests.random_models import scenarios
from tests.tiny import scenario, tiny

QUICK = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))


def difference(some: Scenario, seed: int = 1, replication: int = 0) -> str | None:
    log = kernel.simulate(some, seed, replication)
    check_log(log)
    return first_difference(reference.simulate(some, seed, replication), log)


@QUICK
@given(scenarios(), st.integers(0, 2**64 - 1), st.integers(0, 2**20 - 1))
def test_both_engines_make_the_same_history(some: Scenario, seed: int, replication: int) -> None:
    assert difference(some, seed, replication) is None


@pytest.mark.slow
@LONG
@given(scenarios(), st.integers(0, 2**64 - 1))
def test_both_engines_make_the_same_history_many_times(some: Scenario, seed: int) -> None:
    assert difference(some, seed) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["before", "plan"])
def test_both_engines_make_the_same_year_of_the_city(name: str) -> None:
    assert difference(load(ROOT / "scenarios/baotou").scenario(name), seed=2021) is None


def test_many_cases_at_one_instant_are_served_in_the_order_of_rule_9() -> None:
    flow = [{"step": "b", "by": "clerks", "effort": "1 h"}, {"step": "a", "by": "clerks", "effort": "2 h"}]
    clerks = {"servers": 3, "calendar": "office", "discipline": "priority"}
    model = tiny(flow, 300 * ("2021-06-01 09:00",), pools={"clerks": clerks})
    assert difference(scenario(model)) is None


@pytest.mark.parametrize("turned", [1, -1])
def test_entries_of_one_case_find_their_places_together_when_its_due_changes(turned: int) -> None:
    hours = {"by": "clerks", "effort": "1 h"}
    waiting = [[{"step": name, **hours}] for name in "ab"][::turned]
    late = [{"wait": "w", "takes": "1 h"}, {"wait": "v", "takes": "9 h", "due": {"after": "2 h"}}]
    other = [{"wait": "z", "takes": "0 h", "due": {"after": "5 h"}}, {"step": "a", **hours}]
    processes = {
        "p": {"name": "p", "flow": [{"parallel": [*waiting, late]}]},
        "q": {"name": "q", "flow": other},
        "first": {"name": "first", "flow": [{"step": "a", "by": "clerks", "effort": "3 h", "due": {"after": "1 h"}}]},
    }
    listed = [{"accepted": "2021-06-01 09:00"}]
    sources = {
        name: {"name": name, "process": process, "listed": listed} for name, process in (("t", "q"), ("u", "first"))
    }
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "earliest-due"}}
    some = scenario(tiny(None, processes=processes, sources=sources, pools=pools))
    assert difference(some) is None
    log = kernel.simulate(some, 1)
    started = sorted((int(log.start[i]), str(log.step[i])) for i in np.flatnonzero(log.is_kind("work")))
    assert [step for _, step in started] == ["first/a", "p/a", "p/b", "q/a"]


@pytest.mark.parametrize("turned", [1, -1])
def test_a_due_is_not_extended_by_a_step_that_ends_as_it_is_set(turned: int) -> None:
    branches: list[Any] = [
        [{"wait": "u", "takes": "1 h"}, {"wait": "v", "takes": "9 h", "due": {"after": "4 h"}}],
        [{"wait": "w", "takes": "1 h", "extends_due": True}],
    ][::turned]
    work = {"step": "a", "by": "clerks", "effort": "2 h"}
    one = [{"parallel": [*branches, [{"wait": "y", "takes": "2 h"}, work]]}]  # at 10:00 due 14:00
    other = [{"wait": "z", "takes": "2 h", "due": {"after": "5.5 h"}}, work]  # due 14:30
    processes = {"p": {"name": "p", "flow": one}, "q": {"name": "q", "flow": other}}
    sources = {"t": {"name": "t", "process": "q", "listed": [{"accepted": "2021-06-01 09:00"}]}}
    pools = {"clerks": {"servers": 1, "calendar": "office", "discipline": "earliest-due"}}
    assert difference(scenario(tiny(None, processes=processes, sources=sources, pools=pools))) is None


def test_arrays_grow_while_the_run_goes_on() -> None:
    flow: list[Any] = [{"parallel": [[{"wait": f"w{i}", "takes": "9 d"}] for i in range(40)]}]
    model = tiny(flow, 2500 * ("2021-06-01 09:00",))
    assert difference(scenario(model)) is None


def test_a_model_without_any_pool_has_a_history() -> None:
    alone = tiny([{"wait": "w", "takes": "9 h"}]).model_copy(update={"pools": {}})
    assert difference(scenario(alone), 1, 0) is None


def test_servers_of_three_calendars_work_when_all_are_open() -> None:
    hours = {"a": "08:00-16:00", "b": "10:00-18:00", "c": "06:00-15:00"}
    calendars = {name: {"name": name, "hours": {"workdays": [shift]}} for name, shift in hours.items()}
    pools = {name: {"servers": 2, "calendar": name, "hand_over": name == "b"} for name in hours}
    needs = [{"pool": "c"}, {"pool": "a", "n": 2}, {"pool": "b"}]
    model = tiny([{"step": "s", "by": needs, "effort": "11 h"}], calendars=calendars, pools=pools)
    assert difference(scenario(model)) is None


def test_a_step_written_in_python_is_refused_and_the_reference_engine_offered() -> None:
    model = tiny([{"wait": "w", "takes": "1 h"}])
    with pytest.raises(InputError) as refused:
        kernel.simulate(scenario(model), 1, behaviours={"p/w": lambda engine, case: iter(())})
    assert "--engine reference" in refused.value.cure.en


@pytest.mark.parametrize(
    "flow",
    [
        [{"step": "a", "by": "clerks", "effort": "0 h", "rework": {"share": 0.9999}}],
        [{"wait": "a", "takes": "0 h", "rework": {"share": 1, "at_most": 5000}}],
        [{"step": "a", "by": "clerks", "effort": "0 h", "rework": {"share": 1, "at_most": 20_000}}],
    ],
)
def test_what_stops_one_engine_stops_the_other_in_the_same_words(flow: list[Any]) -> None:
    told = []
    for engine in (reference, kernel):
        with pytest.raises(RunError) as stopped:
            engine.simulate(scenario(tiny(flow)), 1)
        told.append((stopped.value.rule, stopped.value.cure, stopped.value.value, stopped.value.path))
    assert told[0] == told[1]


def test_replications_in_threads_are_those_made_one_after_another() -> None:
    hours = {"a": "08:00-16:00", "b": "10:00-18:00"}
    calendars = {name: {"name": name, "hours": {"workdays": [shift]}} for name, shift in hours.items()}
    flow = [{"step": "s", "by": ["a", "b"], "effort": {"mean": "3 h", "cv": 1}, "rework": {"share": 0.3}}]
    pools = {name: {"servers": 2, "calendar": name} for name in hours}
    some = scenario(tiny(flow, 200 * ("2021-06-01 09:00",), calendars=calendars, pools=pools))
    with ThreadPoolExecutor(4) as executor:
        together = list(executor.map(lambda replication: kernel.simulate(some, 1, replication), range(12)))
    alone = [kernel.simulate(some, 1, replication) for replication in range(12)]
    assert [first_difference(a, b) for a, b in zip(together, alone, strict=True)] == [None] * 12
