"""The main job: scenarios simulated over replications, judged and compared."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import NamedTuple

from sim.analysis.assess import assess, years_of
from sim.analysis.compare import changes
from sim.analysis.results import Change, KeptLogs, ScenarioResult, StudyResult
from sim.analysis.samples import Sample
from sim.analysis.sampling import sample
from sim.engine.replicate import ENGINE, Progress, make_ready, replicate, simulate, worker_processes
from sim.errors import InputError
from sim.logfiles import write_log
from sim.model.base import Study
from sim.model.open_time import date_of
from sim.model.scenario import Folder, Scenario
from sim.text import Text
from sim.whole_files import unwritable, write_whole

LOGS = "logs"
_OURS = re.compile(r"[0-9]{4,7}\.parquet")
_KEPT: dict[KeptLogs, float] = {"all": inf, "first": 1, "none": 0}
"""Of how many replications of each scenario the log is kept."""
_PACKAGES = ("numpy", "scipy", "simpy", "numba", "pyarrow", "pydantic", "chinesecalendar")


def run_study(
    folder: Folder,
    scenario_ids: Sequence[str],
    *,
    name: str,
    seed: int,
    replications: int,
    out: Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    logs: KeptLogs = "all",
    command: str = "",
) -> StudyResult:
    """Simulate and judge; the first scenario is the one that the others are compared with.

    ``name``: the folder as it was given. With ``out``, the event logs (``logs/SCENARIO/NNNN.parquet``; ``logs`` says
    which) and ``run.json`` with facts of this machine and hour are put there when all is done: a run that is
    interrupted leaves what was there before. Logs of an earlier run that this one does not replace go.

    The result is the same for any number of workers. Errors: InputError for a scenario that is unknown or named twice,
    those of the run, EnvironmentFailure where ``out`` cannot be written or a worker dies.
    """
    began = time.time()
    scenarios = [folder.scenario(id_) for id_ in _once(scenario_ids)]
    with _staged(out) as stage:
        samples = samples_of(
            scenarios, seed, replications, workers=workers, progress=progress, logs=stage and stage / LOGS, keep=logs
        )
        results = [
            assess(scenario, its, samples[0] if i else None)
            for i, (scenario, its) in enumerate(zip(scenarios, samples, strict=True))
        ]
        if out is not None and stage is not None:
            _put(stage / LOGS, out / LOGS)
            write_whole(out / "run.json", _facts(began, workers))
    compared = tuple(
        change
        for after, its in zip(results[1:], samples[1:], strict=True)
        for change in changes(results[0], samples[0], after, its)
    )
    result = study_result(
        folder.study, results, compared, name=name, seed=seed, replications=replications, command=command
    )
    return replace(result, logs="none" if out is None else logs)


def samples_of(
    scenarios: Sequence[Scenario],
    seed: int,
    replications: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    logs: Path | None = None,
    keep: KeptLogs = "all",
) -> list[list[Sample]]:
    """Each scenario's samples, in the order of the replications; below ``logs``, if given, go the event logs kept."""
    kept = 0 if logs is None else _KEPT[keep]
    units = [
        _Unit(described, seed, replication, file if replication < kept else None)
        for scenario in scenarios
        for described in [pickle.dumps(scenario)]
        for replication in range(replications)
        for file in [Path(logs or "", scenario.id, f"{replication:04d}.parquet")]
    ]
    make_ready()
    with worker_processes(min(workers, len(units))) as executor:
        found = replicate(_carry_out, units, executor, progress)
    return [found[i : i + replications] for i in range(0, len(found), replications)]


def study_result(
    study: Study,
    results: Sequence[ScenarioResult],
    compared: tuple[Change, ...] = (),
    *,
    name: str,
    seed: int,
    replications: int,
    command: str,
) -> StudyResult:
    """What was found, with the facts of the run that every table and page prints."""
    return StudyResult(
        folder=name,
        seed=seed,
        replications=replications,
        engine=ENGINE,
        window=(study.from_.isoformat(), study.to.isoformat()),
        begin=date_of(study.begin).isoformat(),
        years=years_of(study),
        scenarios=tuple(results),
        changes=compared,
        command=command,
        logs="none",
    )


def _once(scenario_ids: Sequence[str]) -> Sequence[str]:
    """The ids as they are; one that stands twice would be compared with itself."""
    twice = next((id_ for i, id_ in enumerate(scenario_ids) if id_ in scenario_ids[:i]), None)
    if twice is None:
        return scenario_ids
    rule = Text("同一情景写了两次,没有可比较的", "a scenario stands twice: there is nothing to compare")
    raise InputError(rule, Text("写两个不同的情景", "name different scenarios"), value=twice)


class _Unit(NamedTuple):
    """One replication of a scenario, which is pickled once, so that a worker knows it again."""

    scenario: bytes
    seed: int
    replication: int
    log: Path | None


def _carry_out(unit: _Unit) -> Sample:
    scenario = _scenario(unit.scenario)
    log = simulate(scenario, unit.seed, unit.replication)
    if unit.log is not None:
        write_log(log, unit.log)
    return sample(log, scenario.model)


@lru_cache(maxsize=8)
def _scenario(described: bytes) -> Scenario:
    """The same object for all replications of a worker: what engines prepare, they prepare once."""
    scenario: Scenario = pickle.loads(described)
    return scenario


@contextmanager
def _staged(out: Path | None) -> Iterator[Path | None]:
    """A folder inside ``out`` to write into; it is gone afterwards, whatever happens."""
    if out is None:
        yield None
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".run-", dir=out))
    except OSError as error:
        raise unwritable(error, out) from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put(stage: Path, logs: Path) -> None:
    """Put the new logs in their places; remove those of an earlier run, with their folders, and nothing else."""
    names = [path.relative_to(stage) for path in sorted(stage.glob("*/*"))]
    try:
        for name in names:
            (logs / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).replace(logs / name)
        for path in logs.glob("*/*.parquet"):
            if _OURS.fullmatch(path.name) and path.relative_to(logs) not in names:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
    except OSError as error:
        raise unwritable(error, logs) from error


def _facts(began: float, workers: int) -> bytes:
    """What is true of this run only, and must not be in the results: the hour, the machine, the versions."""
    facts = {
        "began": dt.datetime.fromtimestamp(began).astimezone().isoformat(timespec="seconds"),
        "seconds": round(time.time() - began, 1),
        "workers": workers,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: version(name) for name in ("shixian", *_PACKAGES)},
    }
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
