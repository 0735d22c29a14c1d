"""A limit parted among the steps and offices of a scenario, from its simulated cases (时限倒排)."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sim.analysis.budget import Budget, StepDays, budget, step_days, together
from sim.engine.engines import ENGINE, EngineName, ready, simulate
from sim.engine.replicate import Progress, executor_for, replicate
from sim.errors import InputError
from sim.model.base import PREDEFINED_OWNERS
from sim.model.limits import Limit, Reading
from sim.model.paths import StepAt, steps_of
from sim.model.process import WorkStep
from sim.model.scenario import Scenario
from sim.names import find
from sim.runs.cost import affordable
from sim.text import Text

LEAST_CASES = 20


@dataclass(frozen=True)
class LimitBudget:
    """The budget of one limit in one scenario, and the names that its steps have there."""

    scenario: Scenario
    limit_id: str
    limit: Limit
    reading: Reading
    seed: int
    replications: int
    engine: EngineName
    found: Budget
    places: dict[str, StepAt]

    def step(self, path: str) -> Text:
        """A step's name."""
        step = self.places[path].step
        return step.name or Text(step.id, step.id)

    def stage(self, path: str) -> str | None:
        return self.places[path].step.stage

    def office(self, path: str) -> Text:
        """Who does a step: its pools, or its owner where nobody in particular does."""
        at, model = self.places[path], self.scenario.model
        pools = [need.pool for need in at.step.by if need.pool] if isinstance(at.step, WorkStep) else []
        names = [model.pools[pool].name for pool in pools] or [model.owner_names()[at.owner]] if at.owner else []
        return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def limit_budget(
    scenario: Scenario,
    limit_id: str,
    share: float,
    *,
    seed: int,
    replications: int,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
) -> LimitBudget:
    """Simulate, and part the limit so that ``share`` of the cases keep it.

    ``share`` lies between 0 and 1. Errors: those of :func:`parted`, and InputError where too few cases finish.
    """
    limit, reading = parted(scenario, limit_id)
    engine, described = ready(engine), pickle.dumps(scenario)
    affordable([scenario], replications, engine=engine, workers=workers)
    units = [_Unit(described, limit_id, seed, replication, engine) for replication in range(replications)]
    with executor_for(engine, min(workers, len(units))) as executor:
        cases = together(replicate(_carry_out, units, executor, progress, workers=workers))
    if len(cases.days) < LEAST_CASES:
        raise InputError(
            Text(f"办结件不足 {LEAST_CASES} 件,无法倒排", f"fewer than {LEAST_CASES} cases finished: nothing to part"),
            Text("增加 --replications", "give more --replications"),
            where=limit_id,
            value=len(cases.days),
        )
    value = limit.value_of(reading)
    assert value is not None
    places = {at.path: at for at in _all_steps(scenario)}
    owners = PREDEFINED_OWNERS | scenario.model.owners
    fixed = {path for path, at in places.items() if at.owner in owners and not owners[at.owner].compressible}
    found = budget(cases, value.amount, share, fixed)
    return LimitBudget(scenario, limit_id, limit, reading, seed, replications, engine, found, places)


def parted(scenario: Scenario, id_: str) -> tuple[Limit, Reading]:
    """The limit and the reading that a budget parts.

    Errors: InputError for a limit that does not exist, has no number or is not kept case by case.
    """
    limit = find(scenario.model.limits, id_, Text("承诺", "commitment"))
    reading = limit.default_reading()
    statistic = None if reading is None else reading.statistic or limit.statistic
    if limit.value is None or reading is None or statistic is None:
        raise InputError(
            Text("文件未给这项承诺规定时限", "the plan sets no number for this commitment"),
            Text("选一项有数字的承诺", "choose one with a number"),
            where="--limit",
            value=id_,
        )
    if statistic.kind == "mean":
        raise InputError(
            Text("平均时限不逐件分解", "a limit on the mean is not parted case by case"),
            Text("选一项逐件计算的承诺", "choose one that every case, or a share of them, must keep"),
            where="--limit",
            value=id_,
        )
    return limit, reading


class _Unit(NamedTuple):
    scenario: bytes
    limit: str
    seed: int
    replication: int
    engine: EngineName


def _carry_out(unit: _Unit) -> StepDays:
    scenario: Scenario = pickle.loads(unit.scenario)
    log = simulate(scenario, unit.seed, unit.replication, engine=unit.engine, lean=True)
    return step_days(log, scenario.model, scenario.model.limits[unit.limit])


def _all_steps(scenario: Scenario) -> Iterator[StepAt]:
    for process in scenario.model.processes:
        yield from steps_of(scenario.model, process)
