"""One or two figures of a scenario varied, everything else and every random number kept."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.analysis.assess import assess, study_result
from sim.analysis.results import StudyResult
from sim.engine.engines import ENGINE, EngineName, ready
from sim.engine.replicate import Progress
from sim.errors import InputError, InputErrors
from sim.model import files
from sim.model.scenario import Folder, Scenario
from sim.runs.simulated import some_at_a_time
from sim.text import Text

MOST_AXES, MOST_POINTS = 2, 200
_OF_CHANCE = ("study/seed", "study/replications")


class Axis(NamedTuple):
    """A figure by its path, and the values that it is given, as they are written."""

    path: str
    values: tuple[str, ...]


class Point(NamedTuple):
    """The values of the figures, one for each axis, the folder that has them, and what the scenario comes to."""

    values: tuple[str, ...]
    folder: Folder
    result: StudyResult


class Sweep(NamedTuple):
    """The points in the order of the axes' values, the last axis fastest."""

    scenario: str
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]


class Asked(NamedTuple):
    """A sweep that has been checked: the values of each point, and the folder that has them."""

    scenario: str
    axes: tuple[Axis, ...]
    values: tuple[tuple[str, ...], ...]
    folders: tuple[Folder, ...]


def asked(folder: Path, scenario: str, axes: Sequence[Axis], settings: Mapping[str, str]) -> Asked:
    """The points of a sweep.

    Errors: InputError for more than two axes, a figure varied twice or also set, more points than can be read, a value
    that the folder refuses, and a figure that changes nothing in this scenario, since a reform of it replaces that
    figure.
    """
    _check(axes, settings)
    values = tuple(itertools.product(*(axis.values for axis in axes)))
    folders = tuple(_with(folder, scenario, settings, axes, each) for each in values)
    _refuse_idle(axes, values, [loaded.scenario(scenario) for loaded in folders])
    return Asked(scenario, tuple(axes), values, folders)


def run_sweep(
    sweep: Asked,
    *,
    name: str,
    seed: int,
    replications: int,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    command: str = "",
) -> Sweep:
    """Simulate the scenario at every combination of the values; ``name`` is what the results call the folder.

    All points have the same seed, so that by rule 11 they differ by what is varied alone.
    """
    scenarios = [loaded.scenario(sweep.scenario) for loaded in sweep.folders]
    engine = ready(engine)
    each = some_at_a_time(scenarios, seed, replications, engine=engine, workers=workers, progress=progress)
    points = [
        Point(
            values,
            loaded,
            study_result(
                loaded.study,
                [assess(built, its)],
                name=name,
                seed=seed,
                replications=replications,
                engine=engine,
                command=command,
            ),
        )
        for values, loaded, (built, its) in zip(sweep.values, sweep.folders, each, strict=True)
    ]
    return Sweep(sweep.scenario, sweep.axes, tuple(points))


def _with(
    folder: Path, scenario: str, settings: Mapping[str, str], axes: Sequence[Axis], values: Sequence[str]
) -> Folder:
    """The folder with these values; what they break is told at ``--over``."""
    varied = {axis.path: value for axis, value in zip(axes, values, strict=True)}
    places = {f"--set {path}": f"--over {path}" for path in varied}
    try:
        return files.load(folder, {**settings, **varied}, only=[scenario])
    except InputErrors as several:
        raise InputErrors([e.at(places[e.where]) if e.where in places else e for e in several.errors]) from None
    except InputError as error:
        raise error.at(places.get(error.where, error.where)) from None


def _check(axes: Sequence[Axis], settings: Mapping[str, str]) -> None:
    points = 1
    for axis in axes:
        points *= len(axis.values)
    if len(axes) > MOST_AXES:
        rule = Text("最多同时变动两个数据项", "at most two figures are varied together")
        raise InputError(rule, Text("分几次运行", "run it several times"), where="--over", value=len(axes))
    if len({axis.path for axis in axes}) < len(axes):
        rule = Text("同一个数据项写了两次", "the same figure is varied twice")
        cure = Text("把取值写在一起:路径=1,2,3", "write its values together: PATH=1,2,3")
        raise InputError(rule, cure, where="--over", value=axes[0].path)
    for axis in axes:
        if axis.path in settings:
            rule = Text("同一数据项既给定又变动", "one figure is both set and varied")
            cure = Text("删去 --set 或 --over", "take out --set or --over")
            raise InputError(rule, cure, where=f"--over {axis.path}", value=settings[axis.path])
        if axis.path in _OF_CHANCE:
            rule = Text("随机种子和模拟次数不是模型的数据", "the seed and the number of replications are no figures")
            cure = Text("写 --seed 或 --replications", "give --seed or --replications")
            raise InputError(rule, cure, where="--over", value=axis.path)
        if len(set(axis.values)) < len(axis.values):
            rule = Text("同一个取值写了两次", "the same value stands twice")
            raise InputError(rule, Text("删去一个", "take one out"), where=f"--over {axis.path}", value=axis.values)
    if points > MOST_POINTS:
        rule = Text(f"组合数超过 {MOST_POINTS}", f"there are more than {MOST_POINTS} combinations")
        raise InputError(rule, Text("减少取值", "give fewer values"), where="--over", value=points)


def _refuse_idle(axes: Sequence[Axis], points: Sequence[tuple[str, ...]], scenarios: Sequence[Scenario]) -> None:
    """A figure that a reform of the scenario replaces would draw a flat line that looks like an answer."""
    for i, axis in enumerate(axes):
        rest = points[0][:i], points[0][i + 1 :]
        along = [s.hash for values, s in zip(points, scenarios, strict=True) if (values[:i], values[i + 1 :]) == rest]
        if len(along) > 1 and len(set(along)) == 1:
            raise InputError(
                Text("这个数据项在该情景中不起作用", "this figure has no effect in this scenario"),
                _idle_cure(scenarios[0]),
                where="--over",
                value=axis.path,
            )


def _idle_cure(scenario: Scenario) -> Text:
    reforms = ", ".join(id_ for id_, _ in scenario.reforms)
    return Text(
        f"情景中有举措另行设定了它,可改动举措中的数值(reforms/...):{reforms or '-'}",
        f"a reform of the scenario sets it; vary the figure of the reform (reforms/...): {reforms or '-'}",
    )
