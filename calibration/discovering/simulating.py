"""Runs of a process that was found, as histories that can be held against the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.discovering.found import Found
from calibration.discovering.walk import PROCESS
from calibration.histories import Histories, histories_of
from sim.engine.engines import simulate
from sim.model.base import Model
from sim.model.demand import OpenCase
from sim.model.open_time import date_of, moment_of
from sim.model.process import WaitStep, Walk
from sim.model.quantities import DAY_US
from sim.model.scenario import Scenario
from sim.text import Text


def scenario_of(found: Found, begin: int, end: int, run_out_days: int = 0) -> Scenario:
    """The process from ``begin`` on, with nothing in it yet; cases arrive to the end of the day of ``end``, and go on
    for so many days more."""
    study = {
        "from": date_of(begin).isoformat(),
        "to": date_of(end).isoformat(),
        "at": moment_of(begin),
        "warm_up_years": 0,
        "run_out": f"{run_out_days} d" if run_out_days else "1 s",
        "brief": {"sources": [PROCESS], "warm_up": "1 s", "run_out": "1 s"},
    }
    return Scenario(PROCESS, Text("还原", "found"), Model.model_validate({**found.sections, "study": study}))


def run(found: Found, scenario: Scenario, opening: Sequence[OpenCase], seed: int, replication: int) -> Histories:
    """One history from these open cases on, as the log would have recorded it: where it has dates, in dates."""
    log = simulate(scenario.opening_with(opening), seed, replication)
    (walk,) = scenario.model.processes[PROCESS].flow
    assert isinstance(walk, Walk)
    stages = {f"{PROCESS}/{step.id}": step.stage for step in walk.steps if isinstance(step, WaitStep)}
    called = histories_of(log, stages.get)
    code = np.array([int(name[1:]) for name in called.names], dtype=np.int32)
    activity = code[called.activity]
    start, end = (
        np.where(dates[activity], instant // DAY_US * DAY_US, instant)
        for dates, instant in zip(found.by_day, (called.start, called.end), strict=True)
    )
    return replace(called, names=found.names, activity=activity, start=np.minimum(start, end), end=end)
