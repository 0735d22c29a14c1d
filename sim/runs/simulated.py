"""Scenarios simulated, replication by replication: each one's samples, on any executor, from what a run has kept."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sim.analysis.samples import Sample
from sim.analysis.sampling import sample
from sim.engine.engines import ENGINE, EngineName, ready, simulate
from sim.engine.replicate import Progress, executor_for, replicate
from sim.logfiles import content_of
from sim.model.scenario import Scenario
from sim.runs.cost import AT_A_TIME, affordable
from sim.runs.unfinished import Unfinished
from sim.runs.units import Place, keep


def some_at_a_time(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: int,
    *,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    run: Unfinished | None = None,
    before: Mapping[str, list[Sample]] | None = None,
) -> Iterator[tuple[Scenario, list[Sample]]]:
    """Each scenario with its samples, of which those of a few scenarios are in memory together.

    Samples are in the order of the replications; those that ``run`` keeps are not done again, nor those of ``before``,
    the first ones of each scenario by its id. Errors: InputError where it is too much
    (:func:`sim.runs.cost.affordable`).
    """
    engine = ready(engine)
    if run is None or not run.finished():
        affordable(scenarios, replications, engine=engine, workers=workers)
    for at in range(0, len(scenarios), AT_A_TIME):
        some = scenarios[at : at + AT_A_TIME]
        told = progress and _after(at * replications, len(scenarios) * replications, progress)
        its = _samples_of(some, seed, replications, engine, workers, told, run, before or {})
        yield from zip(some, its, strict=True)


def _samples_of(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: int,
    engine: EngineName,
    workers: int,
    progress: Progress | None,
    run: Unfinished | None,
    before: Mapping[str, list[Sample]],
) -> list[list[Sample]]:
    all_ = [
        _Unit(described, seed, replication, engine, run.place(scenario.id, replication) if run else None)
        for scenario in scenarios
        for described in [pickle.dumps(scenario)]
        for replication in range(replications)
    ]
    known = [sample for scenario in scenarios for sample in _first(before.get(scenario.id, ()), replications)]
    there = [
        run.kept(unit.place) if its is None and run and unit.place else its
        for its, unit in zip(known, all_, strict=True)
    ]
    left = [unit for unit, its in zip(all_, there, strict=True) if its is None]
    told = progress and _after(len(all_) - len(left), len(all_), progress)
    with executor_for(engine, min(workers, len(left))) as executor:
        new = iter(replicate(_carry_out, left, executor, told, workers=workers))
    found = [next(new) if its is None else its for its in there]
    return [found[i : i + replications] for i in range(0, len(found), replications)]


def _first(samples: Sequence[Sample], replications: int) -> list[Sample | None]:
    """So many places, with the samples that are there."""
    return [*samples[:replications], *[None] * (replications - len(samples))]


def _after(before: int, all_: int, progress: Progress) -> Progress:
    """The progress of a part of a run of which some units were finished before."""
    return lambda done, of: progress(before + done, all_)


class _Unit(NamedTuple):
    """One replication of a scenario, which is pickled once, so that a worker knows it again."""

    scenario: bytes
    seed: int
    replication: int
    engine: EngineName
    place: Place | None


def _carry_out(unit: _Unit) -> Sample:
    scenario = _scenario(unit.scenario)
    whole = unit.place is not None and unit.place.log is not None
    log = simulate(scenario, unit.seed, unit.replication, engine=unit.engine, lean=not whole)
    its = sample(log, scenario.model)
    if unit.place is not None:
        keep(unit.place, its, content_of(log) if whole else None)
    return its


@lru_cache(maxsize=8)
def _scenario(described: bytes) -> Scenario:
    """The same object for all replications of a worker: what engines prepare, they prepare once."""
    scenario: Scenario = pickle.loads(described)
    return scenario
