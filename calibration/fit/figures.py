"""Figures that a calibration puts into a scenario: what each was, what it is now, and the lines of ``figures.csv``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sim.errors import InputError, Path
from sim.model import overrides
from sim.model.base import Model
from sim.model.checks import Whole
from sim.model.figure_paths import figures
from sim.model.figures_csv import COLUMNS
from sim.model.places import Document
from sim.model.process import Process
from sim.text import Text

Group = Literal["duration", "routing", "demand", "staff", "hours"]
Draw = Callable[[int, np.random.Generator], list[Any]]
BY = "shixian calibrate"


@dataclass(frozen=True)
class FittedFigure:
    """A figure from the log, as a line of ``figures.csv`` has it; ``where`` is its path in the model.

    ``value`` is written as files write it, ``low`` and ``high`` are empty where what it is has no range of its own
    (its parts carry theirs). ``n``: what it rests on, ``open`` of them not over. ``draw``: values that the data might
    have given as well, for the doubt about this input; None where nothing of the kind is known.
    """

    group: Group
    name: Text
    where: Path
    path: str
    value: str
    low: str
    high: str
    unit: str
    before: Text
    n: int
    open: int
    words: Text
    plain: bool = False
    """Its evidence is written inside the value, or it carries none."""
    draw: Draw | None = None

    def row(self, source: str) -> dict[str, str]:
        """The line; ``source`` is the name of the file that the log came from."""
        found = dict.fromkeys(COLUMNS, "") | {"path": self.path, "value": self.value, "unit": self.unit}
        if self.plain:
            return found
        told = source_of(source, self.n, self.open)
        return found | {"low": self.low, "high": self.high, "evidence": "log", "source": told, "by": BY}


@dataclass(frozen=True)
class KeptFigure:
    """A figure that stays as it was, its evidence with it, and why."""

    name: Text
    path: str
    before: Text
    reason: Text


def source_of(file: str, n: int, still_open: int) -> str:
    """What stands under ``source``: the file, and how many observations."""
    return f"{file}, n={n}" + (f" (open {still_open})" if still_open else "")


def element_path(model: Model, where: Path) -> str:
    """An element of a process as ``figures.csv`` names it: by its name where that stands there once."""
    process = model.processes[str(where[1])]
    node: Any = process
    for part in where[2:]:
        node = getattr(node, part) if isinstance(part, str) else node[part]
    same = [element for element in process.elements() if element.id == node.id]
    if len(same) == 1 and node.id not in Process.model_fields:
        return f"processes/{where[1]}/{node.id}"
    return "/".join(map(str, where))


def own_elements(model: Model, process: str) -> list[tuple[Path, Any]]:
    """The elements of a process with their paths in the model; those of processes that it calls are theirs."""
    return [(site.path, site.element) for site in Whole(model).sites if site.process == process]


def flow_text(value: Any) -> str:
    """A value as one cell has it, in the flow style of YAML.

    >>> print(flow_text({"mean": "2 h", "cv": 0.5}))
    {mean: 2 h, cv: 0.5}
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {flow_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow_text(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:.10g}"
    text = str(value)
    plain = text and not set(text) & set(",[]{}#&*!|>'\"%@`:\n") and text == text.strip()
    return text if plain or text.rstrip("%").replace(".", "", 1).isdigit() else json.dumps(text, ensure_ascii=False)


def before_of(model: Model, where: Path) -> Text:
    """A figure as it was: its number and what stands behind it."""
    for figure in figures(model):
        if figure.where == where:
            return shown(figure)
    return Text("-", "-")


_KINDS = {
    "plan": Text("方案", "plan"), "published": Text("公开资料", "published"), "log": Text("日志", "log"),
    "assumption": Text("假设", "assumption"),
}  # fmt: skip


def shown(figure: Any) -> Text:
    """``2 h [1, 3], assumption``."""
    unit = "" if not figure.unit else figure.unit if figure.unit == "%" else f" {figure.unit}"
    number = "" if figure.value is None else f"{figure.value:.5g}{unit} "
    between = "" if figure.low is None else f"[{figure.low:.5g}, {figure.high:.5g}] "
    kind = _KINDS[figure.kind]
    return Text(f"{number}{between}{kind.zh}", f"{number}{between}{kind.en}")


def merged(document: Document, old: str | None, rows: Sequence[dict[str, str]]) -> str:
    """``figures.csv`` with these lines, in the stead of those about the same figures or parts of them.

    ``document``: the folder's files without the table, in which paths are looked up. Other lines stay as they are.
    """
    new = [_places(document, row["path"]) for row in rows]
    kept = []
    for row in _read(old):
        place = _places(document, row["path"])
        if not any(place[: len(path)] == path or path[: len(place)] == place for path in new):
            kept.append(row)
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows([*kept, *rows])
    return text.getvalue()


def _read(text: str | None) -> list[dict[str, str]]:
    if text is None:
        return []
    table = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(table, [])]
    lines = (cells for cells in table if any(cell.strip() for cell in cells))
    return [dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=False)) for cells in lines]


def _places(document: Document, written: str) -> Path:
    """A path looked up; one that is not there yet as it is written."""
    try:
        return overrides.find(document, written)
    except InputError:
        return tuple(written.strip().split("/"))


def rest(model: Model, sections: Iterable[Path], fitted: Sequence[FittedFigure], reasons: dict[Path, Text],
         left: Text) -> list[KeptFigure]:  # fmt: skip
    """Every figure of these sections that is not fitted, each with the reason of the nearest place that has one."""
    covered, wanted = [figure.where for figure in fitted], list(sections)
    found = []
    for figure in figures(model):
        where = figure.where
        if not any(where[: len(path)] == path for path in wanted):
            continue
        if any(where[: len(path)] == path for path in covered):
            continue
        near = [path for path in reasons if where[: len(path)] == path]
        reason = reasons[max(near, key=len)] if near else left
        found.append(KeptFigure(Text(figure.path, figure.path), figure.path, shown(figure), reason))
    return found
