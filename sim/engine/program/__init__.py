"""A scenario compiled to flat arrays, for the kernel: the same for all replications."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.arrivals import label_of
from sim.engine.prepared import Prepared, prepare
from sim.engine.program import layout, resources
from sim.engine.program.flow import ProcessWriter
from sim.engine.program.opening import Opening
from sim.engine.program.tables import Tables
from sim.engine.streams import stream_id
from sim.eventlog import Server
from sim.model.compiled_laws import CompiledLaw
from sim.model.open_time import Calendar, intersection
from sim.model.scenario import Scenario

_KEPT: dict[str, Program] = {}
_MOST_KEPT = 4
_ONE_AT_A_TIME = Lock()
"""Replications run in threads and share the program."""
PURPOSES = ("duration", "patience", "withdrawal", "rework", "choice", "walk", "")
"""What streams of the flow are for; a spawn is called by its name alone (rule 11)."""


@dataclass
class Program:
    """The arrays of a scenario by name, and the names that the event log gets back."""

    prepared: Prepared
    tables: Tables
    arrays: dict[str, NDArray[Any]]
    opening: Opening
    calendars: list[Calendar]
    """By their numbers; those of several calendars together come last, as they are met (rule 5)."""
    together: dict[tuple[int, int], int] = field(default_factory=dict)
    sets: dict[frozenset[int], int] = field(default_factory=dict)
    _labels: dict[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def most_per_deed(self) -> int:
        """How many things of one kind a single deed of the kernel makes at most."""
        nodes = self.arrays["nodes"]
        return int(4 + max(nodes["n_children"].max(), nodes["n_targets"].max(), self.most_servers))

    @cached_property
    def most_servers(self) -> int:
        """Of one piece of work."""
        needs, nodes = self.arrays["needs"], self.arrays["nodes"]
        work = nodes[nodes["n_needs"] > 0]
        runs = (needs["n"][first : first + n].sum() for first, n in zip(work["needs"], work["n_needs"], strict=True))
        return int(max(runs, default=1))

    def meet(self, one: int, other: int) -> int:
        """The calendar that is open when both are; rule 5 intersects those of the servers at work."""
        with _ONE_AT_A_TIME:
            if (one, other) not in self.together:
                ids = self._ids(one) | self._ids(other)
                if ids not in self.sets:
                    self.sets[ids] = len(self.calendars)
                    self.calendars.append(intersection(*(self.calendars[id_] for id_ in sorted(ids))))
                self.together[one, other] = self.sets[ids]
            return self.together[one, other]

    def met(self) -> tuple[list[Calendar], list[tuple[int, int, int]]]:
        """All calendars by their numbers, and of each two that met their numbers and that of the third."""
        with _ONE_AT_A_TIME:
            return list(self.calendars), [(*two, third) for two, third in self.together.items()]

    def server(self, number: int) -> Server:
        """A server by his number through all pools."""
        group = int(self.arrays["server_group"][number])
        info = self.arrays["groups"][group]
        pool = int(info["pool"])
        place = group - int(self.arrays["pools"][pool]["groups"])
        return Server(list(self.tables.pools)[pool], place, number - int(info["first"]))

    def number_of(self, server: Server) -> int:
        return self.tables.first_server[server.pool, server.group] + server.index

    def labels(self, source: str, n: int) -> NDArray[Any]:
        """The labels of at least the first n cases of a source; the same in all replications."""
        known = self._labels.get(source, np.empty(0, object))
        if known.size < n:
            more = range(known.size + 1, n + n // 16 + 2)  # another replication has a few cases more
            known = np.append(known, np.array([label_of(source, k) for k in more], object))
            self._labels[source] = known
        return known

    def stream_name(self, stream: int) -> str:
        """The name of a stream of the flow, or of a spawn, by its number."""
        named = [(name, purpose) for name in self.tables.paths for purpose in PURPOSES]
        names = (f"{name}/{purpose}" if purpose else name for name, purpose in named)
        return next((name for name in names if stream_id(name) == stream), "")

    def _ids(self, calendar: int) -> frozenset[int]:
        return next((ids for ids, number in self.sets.items() if number == calendar), frozenset({calendar}))


def compile_program(scenario: Scenario) -> Program:
    """The program of a scenario, kept for its next replications in this process."""
    with _ONE_AT_A_TIME:
        if scenario.hash not in _KEPT:
            while len(_KEPT) >= _MOST_KEPT:
                del _KEPT[next(iter(_KEPT))]
            _KEPT[scenario.hash] = _compiled(prepare(scenario))
        return _KEPT[scenario.hash]


def _compiled(prepared: Prepared) -> Program:
    tables = Tables(prepared)
    tables.node(layout.ACCEPTED)
    close = tables.node(layout.CLOSE)
    tables.node(layout.WITHDRAWN)
    writers = {name: ProcessWriter(tables, name, close) for name in tables.model.processes}
    tables.paths = sorted({name for writer in writers.values() for name in writer.visits})
    classes = tables.values_of("class")
    processes = [(w.entry, max(w.slots, 1), classes.index(name), layout.NONE) for name, w in writers.items()]
    pools, groups, linked = resources.pools(tables)
    opening = Opening(tables, writers)
    arrays = {
        "nodes": tables.node_array(),
        "targets": np.array(tables.targets, dtype=np.int32),
        "cumulated": np.array(tables.cumulated, dtype=np.float64),
        "needs": np.array(tables.needs, dtype=layout.NEED),
        "step_pools": np.array(tables.step_pools, dtype=np.int32),
        "speeds": np.array(tables.speeds, dtype=np.float64),
        "repeats": np.array(tables.repeats, dtype=np.float64),
        "factors": np.array(tables.factors, dtype=np.float64),
        "reworks": np.array(tables.reworks, dtype=np.float64),
        "keeps": np.array(tables.keeps, dtype=layout.KEEP),
        "children": np.array(tables.children, dtype=np.int32),
        "processes": np.array(processes, dtype=layout.PROCESS),
        "laws": np.array([_law(law) for law in tables.laws], dtype=layout.LAW),
        "pools": pools,
        "linked": np.array(linked, dtype=np.int32),
        "groups": groups,
        "server_group": np.repeat(np.arange(groups.size, dtype=np.int32), groups["servers"]),
        "sessions": resources.sessions(tables),
        "queues": resources.queues(tables),
        "sources": resources.sources(tables),
        "timetable": resources.timetable(tables),
        "opening": opening.deeds,
        "open_cases": opening.cases,
        "opening_servers": np.array(opening.servers, dtype=np.int32),
    }
    calendars = [prepared.calendars[name] for name in tables.calendars]
    return Program(prepared, tables, arrays, opening, calendars)


def _law(law: CompiledLaw) -> tuple[int, int, int, int, int, float]:
    return law.table.ctypes.data, law.table.size, law.grid.ctypes.data, law.grid.size, law.kind, law.at_most
