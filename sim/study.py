"""The main job: scenarios simulated over replications, judged and compared."""

from __future__ import annotations

import datetime as dt
import json
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.assess import assess, study_result
from sim.analysis.compare import changes
from sim.analysis.results import Change, KeptLogs, ScenarioResult, Stopped, StudyResult
from sim.analysis.samples import Sample
from sim.analysis.statistics import CONFIDENCE
from sim.analysis.statistics.sequential import confidence_of_each, looks
from sim.analysis.stopping import Precision, stopped
from sim.decide.ranking import Apart, Found, OneByOne
from sim.engine.engines import ENGINE, EngineName, ready
from sim.engine.replicate import Progress
from sim.errors import InputError
from sim.model.scenario import Folder, Scenario, content_hash
from sim.runs.simulated import some_at_a_time
from sim.runs.unfinished import PACKAGES, Asked, Unfinished, passing, program
from sim.text import Text
from sim.whole_files import write_whole


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
    until: Precision | None = None,
) -> StudyResult:
    """Simulate and judge; the first scenario is the one that the others are compared with.

    With ``until``, ``replications`` is their most, and the run chooses their number
    (:func:`sim.analysis.stopping.stopped`).

    ``name``: the folder as it was given. ``engine``: the one that simulates, if it can run here
    (:func:`sim.engine.engines.ready`). With ``out``, the event logs (``logs/SCENARIO/NNNN.parquet``; ``logs`` says
    which) and ``run.json`` with facts of this machine and hour are put there when all is done: a run that is
    interrupted leaves what was there before. Logs of an earlier run that this one does not replace go.

    The result is the same for any number of workers. Errors: InputError for a scenario that is unknown or named twice,
    those of the run, EnvironmentFailure where ``out`` cannot be written or a worker dies.
    """
    told = Told(name, seed, replications, ready(engine), command, until)
    scenarios = chosen(folder, scenario_ids)
    if out is None:
        return carried_out(folder, scenarios, told, workers=workers, progress=progress)
    with passing(out, asked_for(folder, scenarios, told, logs)) as run:
        result = carried_out(folder, scenarios, told, workers=workers, progress=progress, run=run)
        run.of(result.replications).put()
    return result


class Told(NamedTuple):
    """What a run is called and how often it simulates: the facts that every table and page prints.

    ``until``: ``replications`` is the most, and the run ends when its verdicts are decided or as precise as this.
    """

    name: str
    seed: int
    replications: int
    engine: EngineName
    command: str = ""
    until: Precision | None = None


def asked_for(
    folder: Folder,
    scenarios: Sequence[Scenario],
    told: Told,
    logs: KeptLogs,
    job: Mapping[str, Any] | None = None,
    apart: Apart | None = None,
) -> Asked:
    """What a run is, for whoever goes on with it; ``job``: how it was asked for."""
    hashes = {scenario.id: scenario.hash for scenario in scenarios}
    beside = {one.id: one.hash for one in in_order(scenarios, apart) if one.id not in hashes}
    described = content_hash(folder)
    return Asked(hashes, told.seed, told.replications, told.engine, logs, described, job or {}, program(), beside)


def in_order(scenarios: Sequence[Scenario], apart: Apart | None) -> list[Scenario]:
    """All that are simulated, each once: the first, the one whose reforms are told apart, then all others."""
    each = {one.id: one for one in [*scenarios, *(apart.scenarios() if apart else ())]}
    ids = [scenarios[0].id, *([apart.after] if apart else ())]
    return [*(each.pop(id_) for id_ in ids), *each.values()]


def carried_out(
    folder: Folder,
    scenarios: Sequence[Scenario],
    told: Told,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    run: Unfinished | None = None,
    apart: Apart | None = None,
) -> StudyResult:
    """As :func:`run_study`; ``run`` keeps what is finished, takes the logs and the facts, and puts nothing yet.

    ``apart``: the reforms that one of the scenarios has and the first has not, to be ranked.
    """
    began, clock = time.time(), time.monotonic()
    doing = partial(some_at_a_time, seed=told.seed, engine=told.engine, workers=workers, progress=progress, run=run)
    known, stop = _looked_at(scenarios, told, doing) if told.until else ({}, None)
    replications = stop.looks[-1] if stop else told.replications
    confidence = stop.confidence if stop else CONFIDENCE
    results: dict[str, ScenarioResult] = {}
    compared: dict[str, tuple[Change, ...]] = {}
    first: Found | None = None
    one_by_one: OneByOne | None = None
    for scenario, its in doing(in_order(scenarios, apart), replications=replications, before=known):
        found = Found(assess(scenario, its, first and first.samples, confidence=confidence), its)
        results[scenario.id] = found.result
        compared[scenario.id] = changes(*first, *found, confidence) if first else ()
        first = first or found
        if one_by_one:
            one_by_one.take(found)
        elif apart and scenario.id == apart.after:
            one_by_one = OneByOne(apart, first, found, confidence)
    if run is not None:
        write_whole(run.results / "run.json", _facts(began, time.monotonic() - clock, workers))
    ids = [scenario.id for scenario in scenarios]
    its_changes = tuple(change for id_ in ids for change in compared[id_])
    result = study_result(
        folder.study,
        [results[id_] for id_ in ids],
        its_changes,
        name=told.name,
        seed=told.seed,
        replications=replications,
        engine=told.engine,
        command=told.command,
    )
    kept: KeptLogs = "none" if run is None else run.asked.logs
    return replace(result, logs=kept, stopped=stop, ranking=one_by_one.ranking() if one_by_one else None)


def _looked_at(
    scenarios: Sequence[Scenario], told: Told, doing: Callable[..., Iterable[tuple[Scenario, list[Sample]]]]
) -> tuple[dict[str, list[Sample]], Stopped | None]:
    """The samples of a run that is looked at after 20, 40, 80, ... replications of all scenarios, and why it stopped.

    Only complete prefixes are looked at, so that nothing depends on which replication was finished first.
    """
    assert told.until is not None
    known: dict[str, list[Sample]] = {}
    stop: Stopped | None = None
    for look in looks(told.replications):
        known |= {scenario.id: its for scenario, its in doing(scenarios, replications=look, before=known)}
        before, confidence = known[scenarios[0].id], confidence_of_each(told.replications)
        results = [
            assess(each, known[each.id], before if each is not scenarios[0] else None, confidence=confidence)
            for each in scenarios
        ]
        if stop := stopped(results, look, told.replications, told.until):
            break
    return known, stop


def chosen(folder: Folder, scenario_ids: Sequence[str]) -> list[Scenario]:
    """The scenarios. Errors: InputError for one that is unknown, or stands twice: it would be compared with itself."""
    twice = next((id_ for i, id_ in enumerate(scenario_ids) if id_ in scenario_ids[:i]), None)
    if twice is None:
        return [folder.scenario(id_) for id_ in scenario_ids]
    rule = Text("同一情景写了两次,没有可比较的", "a scenario stands twice: there is nothing to compare")
    raise InputError(rule, Text("写两个不同的情景", "name different scenarios"), value=twice)


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
