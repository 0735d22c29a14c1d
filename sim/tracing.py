"""One case of a scenario, simulated, and its days as a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sim.analysis.case_days import CaseCalendar, CaseDay, Why, case_calendar
from sim.engine.engines import ENGINE, EngineName, simulate
from sim.engine.replicate import arrivals
from sim.errors import InputError
from sim.eventlog import EventLog
from sim.model.base import LEGAL, Model
from sim.model.limits import Limit, Reading
from sim.model.open_time import instant_of
from sim.model.paths import names_of, steps_of
from sim.model.process import Spawn
from sim.model.scenario import Scenario
from sim.runs.cost import affordable
from sim.text import Text

__all__ = ["CaseDay", "TracedCase", "Why", "named_case", "trace_case"]


@dataclass(frozen=True)
class TracedCase:
    """A case with the limit whose clock was read, under its default reading."""

    label: str
    limit_id: str
    limit: Limit
    reading: Reading
    calendar: CaseCalendar
    log: EventLog
    model: Model
    attributes: dict[str, str]
    beside: frozenset[str]
    """The steps that it does not wait for."""

    def of_what_kind(self) -> list[tuple[Text, Text]]:
        """The case's attributes and their values by their names."""
        return [(self.model.attribute_name(a), self.model.value_name(a, value)) for a, value in self.attributes.items()]

    def step(self, row: int) -> tuple[str, Text, str, Text]:
        """Path, name, owner and owner's name of an execution."""
        path, owner = self.log.step[row] or "", self.log.owner[row] or ""
        return path, self._names[path], owner, self.model.owner_names().get(owner, Text(owner, owner))

    @cached_property
    def _names(self) -> dict[str, Text]:
        return names_of(self.model)


def named_case(scenario: Scenario, name: str, limit_id: str | None, *, seed: int, replication: int) -> str:
    """The label of the case that is meant, as far as it can be known before the case is simulated.

    ``name`` is a label, whose number may be short, or a number: of the cases accepted in the window whose class has a
    commitment (those of the limit's classes, if one is given), in the order of acceptance. Where other cases bring
    cases of such a class, the number itself is returned.

    Errors: :class:`InputError` for a case that will not be there, or that the limit is not about.
    """
    model = scenario.model
    classes = _classes(model, limit_id)
    known = {case.case: (instant_of(case.accepted), case.case_class or case.process) for case in model.initial}
    affordable([scenario], 1)
    for arrival in arrivals(scenario, seed, replication):
        known[arrival.label] = (arrival.instant, model.sources[arrival.source].class_())
    cohort = _cohort(model, classes, ((accepted, label, class_) for label, (accepted, class_) in known.items()))
    if name.isdecimal():
        if _spawned(model).isdisjoint(classes):
            return _numbered(cohort, name, classes)
        return name
    label = _padded(name)
    if label.partition("/")[0] not in known:
        raise _no_such_case(name, cohort)
    if label in known and known[label][1] not in classes:
        raise _no_clock(model, label, known[label][1], limit_id)
    return label


def trace_case(
    scenario: Scenario,
    name: str,
    limit_id: str | None,
    *,
    seed: int,
    replication: int,
    engine: EngineName = ENGINE,
) -> TracedCase:
    """Simulate, and find the case as :func:`named_case` names it. Errors: as there."""
    model = scenario.model
    log = simulate(scenario, seed, replication, engine=engine)
    case = _find(log, model, name, _classes(model, limit_id))
    limit_id, limit, reading = _clock_of(log, case, model, limit_id)
    clock, beside = reading.clock or limit.clock, _beside(model, log.cases.process[case] or "")
    days = case_calendar(log, case, clock, reading, log.calendars[LEGAL], beside)
    columns = sorted(log.cases.attributes.items())
    attributes = {name: value for name, column in columns if (value := column[case]) is not None}
    return TracedCase(log.cases.label[case], limit_id, limit, reading, days, log, model, attributes, beside)


def _clocks(model: Model) -> dict[str, tuple[Limit, Reading]]:
    """The limits that can be read, each with its default reading."""
    found = ((id_, limit, limit.default_reading()) for id_, limit in model.limits.items())
    return {id_: (limit, reading) for id_, limit, reading in found if reading is not None}


def _classes(model: Model, limit_id: str | None) -> tuple[str, ...]:
    """The classes that have a commitment, or those of one. Errors: InputError where it has no clock, or none has."""
    clocks = _clocks(model)
    if not clocks:
        raise InputError(
            Text(
                "没有一项承诺有计时口径,无从逐日计时",
                "no commitment has a reading of a clock, so no day can be counted",
            ),
            Text("给一项承诺写 classes 和 default 口径", "give a commitment its classes and a default reading"),
            where="--case" if limit_id is None else "--limit",
        )
    if limit_id is not None and limit_id not in clocks:
        raise InputError(
            Text("这项承诺没有计时口径", "this commitment has no reading of a clock"),
            Text("可用的有: {ids}", "there are: {ids}").format(ids=", ".join(clocks)),
            where="--limit",
            value=limit_id,
        )
    asked = clocks.values() if limit_id is None else [clocks[limit_id]]
    return tuple(dict.fromkeys(c for limit, reading in asked for c in reading.classes or limit.classes))


def _cohort(model: Model, classes: tuple[str, ...], cases: Iterable[tuple[int, str, str]]) -> list[str]:
    """Labels of the cases (accepted, label, class) of these classes in the window, in the order of acceptance."""
    first, last = model.study.window
    return [label for accepted, label, class_ in sorted(cases) if first <= accepted < last and class_ in classes]


def _numbered(cohort: list[str], number: str, classes: tuple[str, ...]) -> str:
    if 1 <= int(number) <= len(cohort):
        return cohort[int(number) - 1]
    rule = Text("统计期内没有这样的第几件", "the window has no case of this number")
    if not cohort:
        cure = Text("统计期内没有受理过 {classes} 类办件", "no cases of {classes} were accepted in it")
    else:
        cure = Text(
            "写 1 至 {n}:统计期内受理的 {classes} 类办件,按受理先后",
            "give 1 to {n}: the cases of {classes} accepted in it, in the order of acceptance",
        )
    raise InputError(rule, cure.format(n=len(cohort), classes=", ".join(classes)), where="--case", value=number)


def _spawned(model: Model) -> set[str]:
    """The classes of cases that other cases bring."""
    elements = (element for process in model.processes.values() for element in process.elements())
    return {child.process for element in elements if isinstance(element, Spawn) for child in element.cases}


def _padded(name: str) -> str:
    """``hv-single-120`` means ``hv-single-000120``."""
    root, slash, spawned = name.partition("/")
    return re.sub(r"-(\d+)$", lambda match: f"-{int(match[1]):06d}", root) + slash + spawned


def _beside(model: Model, process: str) -> frozenset[str]:
    """The steps for which a case of a process does not wait."""
    if process not in model.processes:
        return frozenset()
    paths: dict[bool, set[str]] = {True: set(), False: set()}
    for at in steps_of(model, process):
        paths[at.apart].add(at.path)
    return frozenset(paths[True] - paths[False])


def _find(log: EventLog, model: Model, name: str, classes: tuple[str, ...]) -> int:
    accepted, class_ = log.cases.accepted, log.cases.case_class
    cases = ((int(accepted[i]), label, class_[i] or "") for i, label in enumerate(log.cases.label))
    cohort = _cohort(model, classes, cases)
    label = _numbered(cohort, name, classes) if name.isdecimal() else name
    if label not in log.cases.label:
        raise _no_such_case(name, cohort)
    return log.cases.label.index(label)


def _no_such_case(name: str, cohort: list[str]) -> InputError:
    cure = Text("例如 {some},或写统计期内的第几件", "for example {some}, or its number in the window")
    if not cohort:
        cure = Text("统计期内没有受理过有承诺的办件", "no case that has a commitment was accepted in the window")
    return InputError(
        Text("本次模拟没有这个办件", "this replication has no such case"),
        cure.format(some=", ".join(cohort[:3])),
        where="--case",
        value=name,
    )


def _no_clock(model: Model, label: str, class_: str, limit_id: str | None) -> InputError:
    fitting = [id_ for id_, (limit, reading) in _clocks(model).items() if class_ in (reading.classes or limit.classes)]
    none = Text("无", "none")
    return InputError(
        Text("{c} 类办件没有这项计时", "cases of {c} have no such clock").format(c=class_),
        Text(f"该类办件的承诺: {', '.join(fitting) or none.zh}", f"their commitments: {', '.join(fitting) or none.en}"),
        where="--limit" if limit_id else "--case",
        value=limit_id or label,
    )


def _clock_of(log: EventLog, case: int, model: Model, limit_id: str | None) -> tuple[str, Limit, Reading]:
    """The limit that was asked for, or the first of the case's class; it has a reading."""
    class_ = log.cases.case_class[case] or ""
    for id_, (limit, reading) in _clocks(model).items():
        if limit_id in (None, id_) and class_ in (reading.classes or limit.classes):
            return id_, limit, reading
    raise _no_clock(model, log.cases.label[case], class_, limit_id)
