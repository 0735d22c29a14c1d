"""The open cases that a run begins with, as deeds to be done in their order (rule 14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.program import layout
from sim.engine.program.flow import Block, ProcessWriter
from sim.engine.program.layout import NONE
from sim.engine.program.tables import Tables
from sim.engine.streams import case_identity, stream_id
from sim.eventlog import NAT
from sim.model.demand import OpenCase, Position
from sim.model.open_time import BEYOND, instant_of
from sim.model.process import Choice, Optional, Parallel, SessionStep, Spawn, WaitStep, Walk, WorkStep

SOURCE = "initial"


class Opening:
    """Where every open case stands; ``cases`` by the byte order of their labels."""

    def __init__(self, tables: Tables, writers: Mapping[str, ProcessWriter]) -> None:
        self.tables = tables
        self.described = sorted(tables.model.initial, key=lambda case: case.case.encode())
        self.places = {case.case: place for place, case in enumerate(self.described)}
        self.servers: list[int] = []
        self._children: dict[tuple[str, str], list[int]] = {}
        for place, case in enumerate(self.described):
            if case.parent is not None and case.spawned_by is not None:
                self._children.setdefault((case.parent, case.spawned_by), []).append(place)
        self._awaited: dict[int, int] = {}
        self._ways: dict[str, dict[str, Way]] = {}
        later = [deed for place, case in enumerate(self.described) for deed in self._deeds(place, case, writers)]
        self.deeds = _records(layout.DEED, [*self._create(), *later])
        self.cases = _records(layout.OPEN_CASE, [self._case(place, case) for place, case in enumerate(self.described)])

    def _create(self) -> Iterator[dict[str, Any]]:
        return ({"what": layout.CREATE, "case": place} for place in range(len(self.described)))

    def _case(self, place: int, case: OpenCase) -> dict[str, Any]:
        tables = self.tables
        parent = case.parent if case.spawned_by is not None else None
        siblings = [] if parent is None else self._children[parent, str(case.spawned_by)]
        return {
            "identity": case_identity(stream_id(SOURCE), place + 1), "accepted": instant_of(case.accepted),
            "due": BEYOND if case.due is None else instant_of(case.due), "priority": case.priority,
            "process": tables.processes[case.process],
            "class_code": tables.values_of("class").index(case.case_class or case.process),
            "parent": NONE if parent is None else self.places[parent],
            "spawn": self._awaited.get(place, NONE), "awaited": place in self._awaited,
            "ordinal": siblings.index(place) if siblings else 0,
        }  # fmt: skip

    def _deeds(self, place: int, case: OpenCase, writers: Mapping[str, ProcessWriter]) -> Iterator[dict[str, Any]]:
        writer = writers[case.process]
        visits = dict(case.visits)
        for position in case.positions:
            visits[position.step] = max(visits.get(position.step, 0), position.visit + 1)
        for name, n in visits.items():
            if name in writer.visits:
                yield {"what": layout.VISITED, "case": place, "slot": writer.visits[name], "value": n}
        children = {name: some for (parent, name), some in self._children.items() if parent == case.case}
        if case.process not in self._ways:
            self._ways[case.process] = dict(_ways(writer.blocks, ()))
        stands = _Stands({position.step: position for position in case.positions}, children, self._ways[case.process])
        for what, node, more in stands.in_sequence(writer.blocks):
            if what == layout.STANDS:
                yield {"what": what, "case": place, "node": node} | self._position(more)
            elif what == layout.AWAITS:
                self._awaited |= dict.fromkeys(more, node)
                yield {"what": what, "case": place, "node": node, "value": len(more)}
            else:
                yield {"what": what, "case": place, "node": node}

    def _position(self, position: Position) -> dict[str, Any]:
        first = len(self.servers)
        for name in position.servers:
            pool, group, index = name.split("/")
            self.servers.append(self.tables.first_server[pool, int(group)] + int(index))
        return {
            "value": position.visit, "ready": instant_of(position.ready),
            "start": NAT if position.start is None else instant_of(position.start),
            "servers": first, "n_servers": len(self.servers) - first,
        }  # fmt: skip


Way = tuple[tuple[list[Block], int], ...]
"""The sequences around a block, from the outermost to its own, and the places in them that lead to it."""


def _ways(blocks: list[Block], around: Way) -> Iterator[tuple[str, Way]]:
    """The way to every block, by its name."""
    for place, block in enumerate(blocks):
        way = (*around, (blocks, place))
        yield _name(block), way
        for inner in (*block.inside, block.first):
            yield from _ways(inner, way)


def _name(block: Block) -> str:
    return f"{block.path}/{getattr(block.element, 'id', None)}"


class _Stands:
    """Walks the blocks of a process to the places where a case stands."""

    def __init__(
        self, positions: Mapping[str, Position], children: Mapping[str, list[int]], ways: Mapping[str, Way]
    ) -> None:
        self.positions, self.children = positions, children
        self._first: dict[int, int] = {}
        self._inside: dict[int, list[Block]] = {}
        for way in (ways[name] for name in (*positions, *children) if name in ways):
            for blocks, place in way:
                self._first[id(blocks)] = min(self._first.get(id(blocks), place), place)
            for (blocks, place), (inner, _) in pairwise(way):
                self._inside[id(blocks[place])] = inner

    def among(self, blocks: list[Block]) -> bool:
        """Whether the case stands in one of these blocks or anywhere inside."""
        return id(blocks) in self._first

    def in_sequence(self, blocks: list[Block]) -> Iterator[tuple[int, int, Any]]:
        return self.at(blocks[self._first[id(blocks)]])

    def at(self, block: Block) -> Iterator[tuple[int, int, Any]]:
        name = _name(block)
        match block.element:
            case WorkStep() | WaitStep() | SessionStep():
                if name in self.positions:
                    yield layout.STANDS, block.entry, self.positions[name]
                else:  # it stands in what happens before going back
                    yield from self.in_sequence(block.first)
            case Spawn():
                if block.element.wait and self.children[name]:
                    yield layout.AWAITS, block.entry, self.children[name]
                else:
                    yield layout.ENTERS, block.then, None
            case Parallel():
                yield layout.FORKED, block.entry, None
                for blocks, join in zip(block.inside, block.joins, strict=True):
                    if self.among(blocks):
                        yield from self.in_sequence(blocks)
                    else:  # branches that it does not stand in are over
                        yield layout.ENTERS, join, None
            case Choice() | Optional() | Walk():
                yield from self.in_sequence(self._inside[id(block)])
            case _:
                yield from self.in_sequence(block.inside[0])


def _records(dtype: np.dtype[Any], rows: list[dict[str, Any]]) -> NDArray[Any]:
    array = np.zeros(len(rows), dtype=dtype)
    for i, row in enumerate(rows):
        for name, value in row.items():
            array[name][i] = value
    return array
