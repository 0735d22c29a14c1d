"""Known answers, simulated and judged.

A case passes when every one of its answers does: over independent replications the simulated number lies within
``STANDARD_ERRORS`` of the exact one, the standard error is small enough that an error of a few per cent would fail,
and no case that has not ended was left out. A law passes when this holds at each of its points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.engine.engines import EngineName, ready, simulate
from sim.engine.replicate import Progress, executor_for, replicate
from sim.errors import InputError
from sim.model import files
from sim.model.scenario import Scenario
from sim.names import find
from sim.text import Text
from sim.verification.expected import EXPECTED, Answer, KnownCase
from sim.verification.measures import Floats, Measured, measure

STANDARD_ERRORS = 4.0
_SAME = 1e-9
"""Numbers without chance agree but for the rounding of times to microseconds."""


@dataclass(frozen=True)
class Finding:
    """One answer: the exact number, the simulated one with its standard error, and how many of these it is away.

    Of a law the simulated number is the largest gap between the two, with the standard error at that point, and the
    distance is the largest at any point.
    """

    answer: Answer
    exact: float
    simulated: float
    standard_error: float
    distance: float
    unfinished: int
    precise: bool
    """Whether the standard error is small enough for the answer to fail where it should."""

    @property
    def passed(self) -> bool:
        return abs(self.distance) <= STANDARD_ERRORS and self.precise and not self.unfinished


@dataclass(frozen=True)
class Verified:
    """One case: what it is called, its scenario's hash, and its answers."""

    case: KnownCase
    name: Text
    hash: str
    replications: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)


class _Unit(NamedTuple):
    folder: Path
    scenario: Scenario
    answers: tuple[Answer, ...]
    seed: int
    replication: int
    engine: EngineName


def verify(
    cases: Sequence[KnownCase],
    *,
    seed: int | None = None,
    workers: int = 1,
    engine: EngineName = "kernel",
    progress: Progress | None = None,
) -> list[Verified]:
    """Simulate the only scenario of each folder as often as the folder says, and compare."""
    engine = ready(engine)
    folders = [files.load(case.folder) for case in cases]
    scenarios = [folder.scenario(next(iter(folder.scenarios), "")) for folder in folders]
    for case, scenario in zip(cases, scenarios, strict=True):
        _check_names(case, scenario)
    units = [
        _Unit(
            case.folder,
            scenario,
            case.expected.answers,
            folder.study.seed if seed is None else seed,
            replication,
            engine,
        )
        for case, folder, scenario in zip(cases, folders, scenarios, strict=True)
        for replication in range(folder.study.replications)
    ]
    with executor_for(engine, workers) as executor:
        measured = iter(replicate(_measured, units, executor, progress, workers=workers))
    found = []
    for case, folder, scenario in zip(cases, folders, scenarios, strict=True):
        its = [next(measured) for _ in range(folder.study.replications)]
        findings = tuple(judged(a, [one[i] for one in its]) for i, a in enumerate(case.expected.answers))
        found.append(Verified(case, folder.name, scenario.hash, folder.study.replications, findings))
    return found


def _measured(unit: _Unit) -> list[Measured]:
    log = simulate(unit.scenario, unit.seed, unit.replication, engine=unit.engine)
    found = []
    for i, answer in enumerate(unit.answers):
        try:
            found.append(measure(log, unit.scenario.model.study.window, answer))
        except InputError as error:
            raise _placed(unit.folder, i, error) from None
    return found


def judged(answer: Answer, measured: Sequence[Measured]) -> Finding:
    """The numbers of all replications against the exact ones."""
    exact = np.array([p for _, p in answer.law] if answer.law else [answer.exact])
    values = np.stack([one.values for one in measured])
    mean = values.mean(axis=0)
    error = values.std(axis=0, ddof=1) / len(measured) ** 0.5 if len(measured) > 1 else np.zeros(exact.size)
    distance = _distance(mean - exact, error, np.abs(exact))
    at = int(np.argmax(np.abs(mean - exact)))
    return Finding(
        answer,
        exact=0.0 if answer.law else float(exact[0]),
        simulated=float(np.abs(mean - exact)[at] if answer.law else mean[0]),
        standard_error=float(error[at]),
        distance=float(distance[np.argmax(np.abs(distance))]),
        unfinished=sum(one.unfinished for one in measured),
        precise=bool(np.all(error <= answer.precision * (np.ones(exact.size) if answer.law else np.abs(exact)))),
    )


def _distance(gap: Floats, error: Floats, size: Floats) -> Floats:
    """Standard errors between the two; none where they are the same but for rounding, endless where nothing varies."""
    same = np.abs(gap) <= _SAME * np.maximum(size, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(same, 0.0, np.nan_to_num(gap / error, nan=np.inf))


def _check_names(case: KnownCase, scenario: Scenario) -> None:
    """What the answers name is there."""
    model = scenario.model
    for i, answer in enumerate(case.expected.answers):
        try:
            if answer.pool is not None:
                find(model.pools, answer.pool, Text("班组", "pool"))
            if answer.case_class is not None:
                find(model.classes(), answer.case_class, Text("一类办件", "class of cases"))
        except InputError as error:
            raise _placed(case.folder, i, error) from None


def _placed(folder: Path, answer: int, error: InputError) -> InputError:
    where = (folder / EXPECTED).as_posix()
    return InputError(error.rule, error.cure, where=where, path=("answers", answer), value=error.value)
