"""The figures of a model, each with the path by which ``figures.csv`` and ``--set`` reach it (DESIGN part 5).

Hours, rhythms and profiles are among them: their evidence is told as that of a number is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.errors import Path
from sim.model.base import LEGAL, Model
from sim.model.figures import EVIDENCE_KINDS, Evidence, EvidenceKind, ShareForm
from sim.model.law_forms import MeanSpread, Percentiles, ThreePoint
from sim.model.patterns import Pattern
from sim.model.process import Element, Process, SessionStep, WaitStep, WorkStep, element_kind
from sim.model.quantities import Quantity

_LEADING: dict[type, str] = {MeanSpread: "mean", Percentiles: "p50", ThreePoint: "usual"}


class Figure(NamedTuple):
    """A number, its unit and its evidence, and where it stands.

    ``value``, ``low`` and ``high`` are in ``unit``: a unit of time, ``%``, or none for counts and rates. A law counts
    as the number that its range is about; where it has none (observed values, say) as its mean. What is no single
    number, such as hours or a day of the year, has no ``value``, and its range stands in ``evidence`` alone.
    """

    path: str
    value: float | None
    unit: str
    kind: EvidenceKind
    low: float | None
    high: float | None
    evidence: Evidence[Any]
    where: Path
    """The path in the model, as errors have it."""

    @property
    def given(self) -> bool:
        """Whether it says at all where it comes from."""
        return any(getattr(self.evidence, kind) is not None for kind in EVIDENCE_KINDS)


def figures(model: Model) -> Iterator[Figure]:
    """Every number that the description gives with evidence, or could; what is left to its default is none."""
    known = {id_: _names(process) for id_, process in model.processes.items()}
    for name in type(model).model_fields:
        for where, evidence in _evidence(getattr(model, name), (name,)):
            if evidence.leading is not None:
                yield _figure(model, known, where, evidence)


def assumptions(model: Model) -> tuple[Figure, ...]:
    """Every assumption that the description makes."""
    return tuple(figure for figure in figures(model) if figure.kind == "assumption")


def assumptions_of(model: Model, limit: str, among: Sequence[Figure] | None = None) -> tuple[Figure, ...]:
    """Every assumption that a limit's verdict rests on, as long as no analysis says which of them matter.

    ``among``: all of the model, where they are known.
    """
    used = parts_of(model, limit)
    return tuple(figure for figure in among or assumptions(model) if figure.where[:2] in used)


def parts_of(model: Model, limit: str) -> set[tuple[str, str]]:
    """What a limit's time rests on, such as ``("pools", "line-crews")``: the section of the folder, and the id there.

    The processes of its classes, those that these call or spawn, their pools and sessions, the sources that bring the
    cases, and the calendars of all of them and of the law.
    """
    promised = model.limits[limit]
    classes = {*promised.classes, *(c for reading in promised.readings for c in reading.classes or ())}
    handling = {s.process for s in model.sources.values() if s.class_() in classes}
    handling |= {id_ for id_ in model.processes if id_ in classes}
    processes = model.reached(handling, spawned=True)
    elements = [element for id_ in processes for element in model.processes[id_].elements()]
    pools = {need.pool for e in elements if isinstance(e, WorkStep) for need in e.by if need.pool}
    used = {("processes", id_) for id_ in processes} | {("pools", id_) for id_ in pools}
    used |= {("sessions", e.at) for e in elements if isinstance(e, SessionStep)}
    brought = {id_: model.reached([source.process], spawned=True) for id_, source in model.sources.items()}
    used |= {("sources", id_) for id_, reached in brought.items() if handling.intersection(reached)}
    return used | {("calendars", id_) for id_ in _calendars(model, used, elements)}


def _calendars(model: Model, used: Collection[tuple[str, str]], elements: Iterable[Element]) -> set[str]:
    """The calendars that parts of a model and steps run on, and those that they are the same as."""
    named: list[str | None] = [LEGAL] if used else []
    for element in elements:
        named += [element.calendar] if isinstance(element, WaitStep) else []
        if isinstance(element, WorkStep | WaitStep | SessionStep):
            named += [by.calendar for by in (element.patience, element.due) if by is not None]
    for section, id_ in used:
        part = getattr(model, section)[id_]
        groups = part.groups if section == "pools" else [part] if section in ("sessions", "sources") else []
        named += [group.calendar for group in groups]
    found: set[str] = set()
    while named:
        calendar = named.pop()
        if calendar in model.calendars and calendar not in found:
            found.add(calendar)
            named.append(model.calendars[calendar].same_as)
    return found


def _evidence(value: Any, path: Path) -> Iterator[tuple[Path, Evidence[Any]]]:
    if isinstance(value, BaseModel):
        if isinstance(value, Evidence):
            yield path, value
        for name, field in type(value).model_fields.items():
            if name in value.model_fields_set:
                yield from _evidence(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _evidence(one, (*path, key))
    elif isinstance(value, tuple):
        for i, one in enumerate(value):
            yield from _evidence(one, (*path, i))


def _figure(model: Model, known: Mapping[str, frozenset[str]], where: Path, evidence: Evidence[Any]) -> Figure:
    leading, bounds = evidence.leading, evidence.range or (None, None)
    unit = leading.unit if isinstance(leading, Quantity) else "%" if isinstance(evidence, ShareForm) else ""
    value, low, high = (_in_unit(number, unit) for number in (leading, *bounds))
    value = None if isinstance(evidence, Pattern) else value
    path = _short(model, known, where)
    if type(evidence) in _LEADING:
        path = (*path, _LEADING[type(evidence)])
    return Figure("/".join(map(str, path)), value, unit, evidence.kind, low, high, evidence, where)


def _in_unit(number: Any, unit: str) -> float | None:
    if isinstance(number, Quantity):
        return number.amount if number.unit == unit else number.size / Quantity(1.0, unit).size  # type: ignore[arg-type]
    if not isinstance(number, int | float):
        return None
    return round(100 * number, 12) if unit == "%" else float(number)


def _names(process: Process) -> frozenset[str]:
    """The elements of a process that a path can name: those whose name stands there once, and is no key."""
    times = Counter(element.id for element in process.elements())
    return frozenset(id_ for id_, n in times.items() if id_ and n == 1 and id_ not in Process.model_fields)


def _short(model: Model, known: Mapping[str, frozenset[str]], where: Path) -> Path:
    """The path as people write it: an element by its name, an only group or share without its number."""
    node: Any = model
    found: Path = ()
    for part in where:
        above, node = node, _step(node, part)
        if isinstance(above, tuple) and len(above) == 1 and isinstance(node, Evidence):
            continue
        if isinstance(above, tuple) and getattr(node, "id", None) and element_kind(node) is None:
            part = node.id
        found = (*found, part)
        if where[0] == "processes" and element_kind(node) is not None and node.id in known[str(where[1])]:
            found = (*where[:2], node.id)
    if found[0] == "pools" and found[2] == "groups" and len(model.pools[str(found[1])].groups) == 1:
        return (*found[:2], *found[4:])
    return found


def _step(node: Any, part: str | int) -> Any:
    if isinstance(node, BaseModel):
        name = next(name for name, field in type(node).model_fields.items() if (field.alias or name) == part)
        return getattr(node, name)
    return node[part]
