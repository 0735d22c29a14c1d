"""What every history keeps, on random models over the whole format; the checker shares no code with the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.analysis.attribution import attribute
from sim.engine.reference import simulate
from sim.eventlog import EventLog
from sim.logcheck import first_difference
from sim.logfiles import read_log, write_log
from sim.model.base import Model
from sim.model.scenario import Scenario
from tests.log_checker import wrong
from tests.random_models import scenario, scenarios

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(scenarios())
def test_a_history_keeps_rules_3_to_15(some: Scenario) -> None:
    assert not wrong(simulate(some, 1), some, 1)


@pytest.mark.slow
@LONG
@given(scenarios())
def test_many_histories_keep_rules_3_to_15(some: Scenario) -> None:
    assert not wrong(simulate(some, 1), some, 1)


@QUICK
@given(scenarios())
def test_the_parts_of_every_finished_case_sum_to_its_elapsed_time_exactly(some: Scenario) -> None:
    log = simulate(some, 1)
    segments = attribute(log)
    total = np.zeros(len(log.cases), dtype=np.int64)
    np.add.at(total, segments.case, segments.stop - segments.start)
    over = np.flatnonzero(log.is_kind("closed", "withdrawn"))
    case = log.case[over]
    assert (total[case] == log.end[over] - log.cases.accepted[case]).all()


@QUICK
@given(scenarios())
def test_the_order_of_pools_processes_sources_and_calendars_changes_nothing(some: Scenario) -> None:
    turned = {
        name: dict(reversed(getattr(some.model, name).items()))
        for name in ("pools", "processes", "sources", "calendars", "sessions")
    }
    other: Model = some.model.model_copy(update=turned)
    assert first_difference(simulate(some, 1), simulate(scenario(other), 1)) is None


@settings(QUICK, max_examples=10)
@given(scenarios())
def test_a_log_comes_back_from_its_file_as_it_was(tmp_path_factory: pytest.TempPathFactory, some: Scenario) -> None:
    file: Path = tmp_path_factory.mktemp("log") / "log.parquet"
    log: EventLog = simulate(some, 1)
    write_log(log, file)
    assert first_difference(log, read_log(file)) is None
