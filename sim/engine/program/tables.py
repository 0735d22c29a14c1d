"""The flat tables while they are written: things of the model become numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.prepared import Prepared
from sim.engine.program import layout
from sim.engine.program.layout import NONE
from sim.model.base import Model
from sim.model.compiled_laws import CompiledLaw
from sim.model.law_forms import LawForm

CLASS = "class"
"""The attribute that every case has."""


class Table(list[Any]):
    """A flat table that grows by runs of values; what refers to a run knows its first place and its length."""

    def add(self, values: Sequence[Any]) -> int:
        first = len(self)
        self.extend(values)
        return first


class Tables:
    """All that nodes refer to."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared, self.model = prepared, prepared.model
        self.nodes: list[dict[str, Any]] = []
        self.names: list[str | None] = []
        """The step or mark of each node."""
        self.paths: list[str] = []
        """The names of all that has visits."""
        self.stages: dict[int, str | None] = {}
        self.owners: dict[int, str | None] = {}
        self.spawn_names: dict[int, str] = {}
        self.targets, self.cumulated, self.repeats, self.factors, self.reworks = (Table() for _ in range(5))
        self.needs, self.step_pools, self.speeds, self.keeps, self.children = (Table() for _ in range(5))
        self.laws: list[CompiledLaw] = []
        self._law_numbers: dict[int, int] = {}
        self.pools = numbers(sorted(self.model.pools, key=str.encode))
        self.sessions = numbers(sorted(self.model.sessions, key=str.encode))
        self.calendars = numbers(prepared.calendars)
        self.processes = numbers(self.model.processes)
        self.first_server = _first_servers(self.model, self.pools)
        self._values = _values(self.model)
        self.attributes = numbers(name for name in self._values if name != CLASS)

    def node(self, kind: int, then: int = NONE, name: str | None = None, **fields: Any) -> int:
        self.nodes.append({"kind": kind, "then": then, **fields})
        self.names.append(name)
        return len(self.nodes) - 1

    def calendar(self, name: str | None) -> int:
        return NONE if name is None else self.calendars[name]

    def law(self, form: LawForm, calendar: str | None) -> int:
        law = self.prepared.law(form, calendar)
        if id(law) not in self._law_numbers:
            self._law_numbers[id(law)] = len(self.laws)
            self.laws.append(law)
        return self._law_numbers[id(law)]

    def values_of(self, attribute: str) -> tuple[str | None, ...]:
        """The values that cases have of an attribute, by their numbers; 0 is that of a case without it."""
        return self._values.get(attribute, (None,))

    def attribute(self, name: str) -> int:
        """The number of an attribute; NONE for one that no case has."""
        return layout.CLASS_OF_CASE if name == CLASS else self.attributes.get(name, NONE)

    def node_array(self) -> NDArray[Any]:
        """The nodes; a place that says nothing is NONE, a count, share, flag or stream 0."""
        array = np.zeros(len(self.nodes), dtype=layout.NODE)
        for name in layout.NODE.names or ():
            if array.dtype[name] == np.int32 and not name.startswith("n_"):
                array[name] = NONE
        for i, fields in enumerate(self.nodes):
            for name, value in fields.items():
                array[name][i] = value
        names = sorted({name for name in self.names if name is not None}, key=str.encode)
        code = {name: i for i, name in enumerate(names)} | {None: NONE}
        array["name"] = [code[name] for name in self.names]
        return array


def numbers(names: Iterable[str]) -> dict[str, int]:
    """Names by their numbers, in order."""
    return {name: i for i, name in enumerate(names)}


def _values(model: Model) -> dict[str, tuple[str | None, ...]]:
    """All values of all attributes; the first is None, for cases that lack it."""
    found: dict[str, dict[str | None, None]] = {CLASS: {None: None}}

    def met(attributes: Mapping[str, Iterable[str]]) -> None:
        for name, values in attributes.items():
            found.setdefault(name, {None: None}).update(dict.fromkeys(values))

    for source in model.sources.values():
        met({name: [value] if isinstance(value, str) else value for name, value in source.attributes.items()})
        for listed in source.listed or ():
            met({name: [value] for name, value in listed.attributes.items()})
        met({CLASS: [source.class_()]})
    for case in model.initial:
        met({name: [value] for name, value in case.attributes.items()})
        met({CLASS: [case.case_class or case.process]})
    met({CLASS: model.processes})
    return {name: tuple(values) for name, values in found.items()}


def _first_servers(model: Model, pools: Iterable[str]) -> dict[tuple[str, int], int]:
    """The number of the first server of each group; servers are numbered through all pools."""
    found, n = {}, 0
    for pool in pools:
        for place, group in enumerate(model.pools[pool].groups):
            found[pool, place] = n
            n += group.servers.value
    return found
