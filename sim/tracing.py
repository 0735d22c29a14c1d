"""One case of a scenario, simulated, and its days as a calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from sim.analysis.case_days import CaseCalendar, CaseDay, Why, case_calendar
from sim.engine.replicate import simulate
from sim.errors import InputError
from sim.eventlog import EventLog
from sim.model.base import LEGAL, Model
from sim.model.limits import Limit, Reading
from sim.model.paths import names_of, steps_of
from sim.model.scenario import Scenario
from sim.text import Text

__all__ = ["CaseDay", "TracedCase", "Why", "trace_case"]


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


def trace_case(scenario: Scenario, name: str, limit_id: str | None, *, seed: int, replication: int) -> TracedCase:
    """Simulate, and find the case by its label (its number may be short) or by its number in the window.

    Errors: :class:`InputError` for a case or a limit that is not there.
    """
    model = scenario.model
    log = simulate(scenario, seed, replication)
    case = _find(log, model, name, None if limit_id is None else model.limits[limit_id])
    limit_id, limit, reading = _clock_of(log, case, model, limit_id)
    clock, beside = reading.clock or limit.clock, _beside(model, log.cases.process[case] or "")
    days = case_calendar(log, case, clock, reading, log.calendars[LEGAL], beside)
    columns = sorted(log.cases.attributes.items())
    attributes = {name: value for name, column in columns if (value := column[case]) is not None}
    return TracedCase(log.cases.label[case], limit_id, limit, reading, days, log, model, attributes, beside)


def _beside(model: Model, process: str) -> frozenset[str]:
    """The steps for which a case of a process does not wait."""
    if process not in model.processes:
        return frozenset()
    paths: dict[bool, set[str]] = {True: set(), False: set()}
    for at in steps_of(model, process):
        paths[at.apart].add(at.path)
    return frozenset(paths[True] - paths[False])


def _find(log: EventLog, model: Model, name: str, limit: Limit | None) -> int:
    labels = log.cases.label
    if name.isdigit():
        first, last = model.study.window
        inside = [
            (int(accepted), i)
            for i, accepted in enumerate(log.cases.accepted)
            if first <= accepted < last and (limit is None or log.cases.case_class[i] in limit.classes)
        ]
        if 1 <= int(name) <= len(inside):
            return sorted(inside)[int(name) - 1][1]
        raise InputError(
            Text("没有这样多的办件", "there are not so many cases"),
            Text(f"写 1 至 {len(inside)}", f"give 1 to {len(inside)}"),
            where="--case",
            value=name,
        )
    padded = re.sub(r"-(\d+)$", lambda match: f"-{int(match[1]):06d}", name)
    if padded in labels:
        return labels.index(padded)
    some = [label for label in labels if "/" not in label][:3]
    raise InputError(
        Text("本次模拟没有这个办件", "this replication has no such case"),
        Text(f"例如 {'、'.join(some)}", f"for example {', '.join(some)}"),
        where="--case",
        value=name,
    )


def _clock_of(log: EventLog, case: int, model: Model, limit_id: str | None) -> tuple[str, Limit, Reading]:
    """The limit that was asked for, or the first of the case's class; it has a reading."""
    case_class = log.cases.case_class[case]
    fitting = {
        id_: (limit, reading)
        for id_, limit in model.limits.items()
        if case_class in limit.classes and (reading := limit.default_reading()) is not None
    }
    chosen = limit_id or next(iter(fitting), None)
    if chosen not in fitting:
        raise InputError(
            Text("该办件所属类别没有这项计时", "the case's class has no such clock"),
            Text(f"可用的承诺: {'、'.join(fitting) or '无'}", f"its commitments: {', '.join(fitting) or 'none'}"),
            where="--limit" if limit_id else "--case",
            value=limit_id or log.cases.label[case],
        )
    return (chosen, *fitting[chosen])
