"""The main job: scenarios simulated over replications, judged and compared."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.assess import assess, years_of
from sim.analysis.compare import changes
from sim.analysis.results import Change, KeptLogs, ScenarioResult, StudyResult
from sim.analysis.samples import Sample
from sim.analysis.sampling import sample
from sim.cost import affordable
from sim.engine.engines import ENGINE, EngineName, ready, simulate
from sim.engine.replicate import Progress, executor_for, replicate
from sim.errors import InputError
from sim.logfiles import content_of
from sim.model.base import Study
from sim.model.open_time import date_of
from sim.model.scenario import Folder, Scenario, content_hash
from sim.text import Text
from sim.unfinished import PACKAGES, Asked, Unfinished, passing, program
from sim.units import Place, keep
from sim.whole_files import write_whole

_AT_A_TIME = 6
"""Scenarios whose samples are in memory together: of a city they take 20 MB for each replication."""


def run_study(
    folder: Folder,
    scenario_ids: Sequence[str],
    *,
    name: str,
    seed: int,
    replications: int,
    engine: EngineName = ENGINE,
    out: Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    logs: KeptLogs = "all",
    command: str = "",
) -> StudyResult:
    """Simulate and judge; the first scenario is the one that the others are compared with.

    ``name``: the folder as it was given. ``engine``: the one that simulates, if it can run here
    (:func:`sim.engine.engines.ready`). With ``out``, the event logs (``logs/SCENARIO/NNNN.parquet``; ``logs`` says
    which) and ``run.json`` with facts of this machine and hour are put there when all is done: a run that is
    interrupted leaves what was there before. Logs of an earlier run that this one does not replace go.

    The result is the same for any number of workers. Errors: InputError for a scenario that is unknown or named twice,
    those of the run, EnvironmentFailure where ``out`` cannot be written or a worker dies.
    """
    told = Told(name, seed, replications, ready(engine), command)
    scenarios = chosen(folder, scenario_ids)
    if out is None:
        return carried_out(folder, scenarios, told, workers=workers, progress=progress)
    with passing(out, asked_for(folder, scenarios, told, logs)) as run:
        result = carried_out(folder, scenarios, told, workers=workers, progress=progress, run=run)
        run.put()
    return result


class Told(NamedTuple):
    """What a run is called and how often it simulates: the facts that every table and page prints."""

    name: str
    seed: int
    replications: int
    engine: EngineName
    command: str = ""


def asked_for(
    folder: Folder, scenarios: Sequence[Scenario], told: Told, logs: KeptLogs, job: Mapping[str, Any] | None = None
) -> Asked:
    """What a run is, for whoever goes on with it; ``job``: how it was asked for."""
    hashes = {scenario.id: scenario.hash for scenario in scenarios}
    return Asked(hashes, told.seed, told.replications, told.engine, logs, content_hash(folder), job or {}, program())


def carried_out(
    folder: Folder,
    scenarios: Sequence[Scenario],
    told: Told,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    run: Unfinished | None = None,
) -> StudyResult:
    """As :func:`run_study`; ``run`` keeps what is finished, takes the logs and the facts, and puts nothing yet."""
    began, clock = time.time(), time.monotonic()
    results: list[ScenarioResult] = []
    compared: list[Change] = []
    first: list[Sample] = []
    for scenario, its in some_at_a_time(
        scenarios, told.seed, told.replications, engine=told.engine, workers=workers, progress=progress, run=run
    ):
        results.append(assess(scenario, its, first or None))
        compared += changes(results[0], first, results[-1], its) if first else ()
        first = first or its
    if run is not None:
        write_whole(run.results / "run.json", _facts(began, time.monotonic() - clock, workers))
    result = study_result(folder.study, results, tuple(compared), **told._asdict())
    return result if run is None else replace(result, logs=run.asked.logs)


def some_at_a_time(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: int,
    *,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    run: Unfinished | None = None,
) -> Iterator[tuple[Scenario, list[Sample]]]:
    """Each scenario with its samples, of which those of a few scenarios are in memory together."""
    if run is None or not run.finished():
        affordable(scenarios, replications, engine=engine, workers=workers)
    for at in range(0, len(scenarios), _AT_A_TIME):
        some = scenarios[at : at + _AT_A_TIME]
        told = progress and _after(at * replications, len(scenarios) * replications, progress)
        its = samples_of(some, seed, replications, engine=engine, workers=workers, progress=told, run=run)
        yield from zip(some, its, strict=True)


def samples_of(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: int,
    *,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    run: Unfinished | None = None,
) -> list[list[Sample]]:
    """Each scenario's samples, in the order of the replications; those that ``run`` keeps are not done again."""
    engine = ready(engine)
    if run is None or not run.finished():
        affordable(scenarios, replications, engine=engine, workers=workers)
    all_ = [
        _Unit(described, seed, replication, engine, run.place(scenario.id, replication) if run else None)
        for scenario in scenarios
        for described in [pickle.dumps(scenario)]
        for replication in range(replications)
    ]
    there = [run.kept(unit.place) if run and unit.place else None for unit in all_]
    left = [unit for unit, its in zip(all_, there, strict=True) if its is None]
    told = progress and _after(len(all_) - len(left), len(all_), progress)
    with executor_for(engine, min(workers, len(left))) as executor:
        new = iter(replicate(_carry_out, left, executor, told, workers=workers))
    found = [next(new) if its is None else its for its in there]
    return [found[i : i + replications] for i in range(0, len(found), replications)]


def _after(before: int, all_: int, progress: Progress) -> Progress:
    """The progress of a part of a run of which some units were finished before."""
    return lambda done, of: progress(before + done, all_)


def study_result(
    study: Study,
    results: Sequence[ScenarioResult],
    compared: tuple[Change, ...] = (),
    *,
    name: str,
    seed: int,
    replications: int,
    engine: EngineName,
    command: str,
) -> StudyResult:
    """What was found, with the facts of the run that every table and page prints."""
    return StudyResult(
        folder=name,
        seed=seed,
        replications=replications,
        engine=engine,
        window=(study.from_.isoformat(), study.to.isoformat()),
        begin=date_of(study.begin).isoformat(),
        years=years_of(study),
        scenarios=tuple(results),
        changes=compared,
        command=command,
        logs="none",
    )


def chosen(folder: Folder, scenario_ids: Sequence[str]) -> list[Scenario]:
    """The scenarios. Errors: InputError for one that is unknown, or stands twice: it would be compared with itself."""
    twice = next((id_ for i, id_ in enumerate(scenario_ids) if id_ in scenario_ids[:i]), None)
    if twice is None:
        return [folder.scenario(id_) for id_ in scenario_ids]
    rule = Text("同一情景写了两次,没有可比较的", "a scenario stands twice: there is nothing to compare")
    raise InputError(rule, Text("写两个不同的情景", "name different scenarios"), value=twice)


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


def _facts(began: float, seconds: float, workers: int) -> bytes:
    """What is true of this run only, and must not be in the results: the hour, the machine, the versions."""
    facts = {
        "began": dt.datetime.fromtimestamp(began).astimezone().isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "workers": workers,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: version(name) for name in ("shixian", *PACKAGES)},
    }
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
