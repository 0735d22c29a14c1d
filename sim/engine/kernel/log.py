"""The event log from the arrays of a finished run: its columns are the kernel's own, or looked up by node (rule 15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel import blocks
from sim.engine.kernel.cases_of_log import case_table
from sim.engine.kernel.columns import (
    count_stints,
    flatten_stints,
    look_up,
    mark,
    move_long,
    move_short,
    order_rows,
    replace,
    replace_rows,
    spell_out,
)
from sim.engine.kernel.world import World
from sim.engine.program import Program, layout
from sim.eventlog import KINDS, EventLog, Kind, LookedUp, NeedRow, Server, Stints
from sim.logbuilder import needs_order

Array = NDArray[Any]
Needs = tuple[NeedRow, ...]

_KIND_OF_NODE: dict[int, Kind] = {
    layout.ACCEPTED: "accepted", layout.WORK: "work", layout.WAIT: "wait", layout.SESSION: "session",
    layout.MARK: "mark", layout.CLOSE: "closed", layout.WITHDRAWN: "withdrawn",
}  # fmt: skip
_LOOKED_UP = {"kind": np.int8, "needs": np.int32, "unsplittable": np.bool_}
_OWN = ("node", "case", "visit", "ready", "start", "end", "outcome", "released_by", "duration", "server")
"""Columns that are the kernel's own."""


class _Words(LookedUp):
    """Spelt out in compiled code."""

    def spelt_out(self, place: Array, of_place: Array) -> Array:
        codes = blocks.empty(place.size, np.int32)
        spell_out(place, of_place, codes)
        return codes


def log_of(world: World) -> EventLog:
    """The log of a run that is over, which gives its columns away. Errors: RunError for two cases of one identity."""
    program, n = world.program, int(world.run["rows"])
    table, rank = case_table(world)
    columns = {name: world.arrays.pop(f"row_{name}")[:n] for name in _OWN}
    if rank is not None:
        replace(columns["case"], rank)
    node = columns["node"]
    of_node = _OfNodes(world, node)
    place = _bring_in_order(columns, of_node.order)
    columns |= {name: blocks.empty(n, dtype) for name, dtype in _LOOKED_UP.items()}
    look_up(node, of_node.table, *(columns[name] for name in _LOOKED_UP))
    kept = of_node.kept_rows if place is None else place[of_node.kept_rows]
    columns["needs"][kept] = of_node.kept_needs
    words = _words(node, of_node)
    stints, servers = _stints(world, columns, of_node.needs_names)
    return EventLog(
        kind=columns["kind"],
        case=columns["case"],
        step=words["step"],
        stage=words["stage"],
        owner=words["owner"],
        visit=columns["visit"],
        ready=columns["ready"],
        start=columns["start"],
        end=columns["end"],
        outcome=columns["outcome"],
        session=words["session"],
        needs=columns["needs"],
        released_by=columns["released_by"],
        unsplittable=columns["unsplittable"],
        duration_us=columns["duration"],
        stints=stints,
        needs_names=of_node.needs_names,
        servers=servers,
        cases=table,
        begin=program.prepared.begin,
        end_of_run=int(world.run["now"]),
        pools=dict(program.prepared.groups),
        calendars=dict(program.prepared.calendars),
    )


def _words(node: Array, of_node: _OfNodes) -> dict[str, _Words]:
    """The columns of words; those that say the same, such as nothing, are one."""
    known: dict[tuple[bytes, tuple[str, ...]], _Words] = {}
    return {
        column: known.setdefault((codes.tobytes(), names), _Words(node, codes, names))
        for column, (codes, names) in of_node.words.items()
    }


class _OfNodes:
    """What the node of a row tells; words that no row has are left out, so that equal logs have equal columns.

    What a row asked of the pools its node tells, too, but for rows that asked for a server of an earlier step.
    """

    def __init__(self, world: World, node: Array) -> None:
        program = world.program
        self.words: dict[str, tuple[Array, tuple[str, ...]]] = {}
        nodes, tables = program.arrays["nodes"], program.tables
        n = range(nodes.size)
        met = np.zeros(nodes.size, np.bool_)
        mark(node, met)
        self._used = np.flatnonzero(met).tolist()
        sessions = list(tables.sessions)
        self._add("step", tables.names)
        self._add("stage", [tables.stages.get(i) for i in n])
        self._add("owner", [tables.owners.get(i) for i in n])
        self._add("session", [sessions[s] if s >= 0 else None for s in nodes["session"].tolist()])
        self.table = np.empty((nodes.size, len(_LOOKED_UP)), np.int32)
        self.table[:, 0] = [KINDS.index(_KIND_OF_NODE.get(kind, "work")) for kind in nodes["kind"].tolist()]
        self.table[:, 2] = nodes["unsplittable"]
        self.order = np.column_stack([self.words["step"][0], self.table[:, 0]])
        kept = world.arrays["kept_rows"][: world.run["kept_rows"]]
        self.kept_rows = kept["row"].copy()
        special = _kept_needs(world, node[self.kept_rows], kept["servers"])
        plain = [_asked(program, i, None) if nodes["kind"][i] == layout.WORK else () for i in n]
        usual = {plain[i] for i in self._used if plain[i] and nodes["n_kept"][i] == 0}
        self.needs_names: tuple[Needs, ...] = tuple(sorted(usual | set(special), key=needs_order))
        code = {needs: i for i, needs in enumerate(self.needs_names)}
        self.table[:, 1] = [code.get(needs, -1) for needs in plain]
        self.kept_needs = [code[needs] for needs in special]

    def _add(self, column: str, words: Sequence[str | None]) -> None:
        names = sorted({word for i in self._used if (word := words[i]) is not None}, key=str.encode)
        place = {name: i for i, name in enumerate(names)}
        codes = [-1 if word is None else place.get(word, -1) for word in words]
        self.words[column] = np.array(codes, np.int32), tuple(names)


def _bring_in_order(columns: dict[str, Array], of_node: Array) -> Array | None:
    """Sort the rows by (ready, case, step, visit, kind), where they are not in that order; the place of each row then.

    The kernel makes rows in the order of their ready instants, but for those of the initial state.
    """
    n = columns["ready"].size
    order, place = blocks.empty(n, np.int32), blocks.empty(n, np.int32)
    ready, case, node, visit = (columns[name] for name in ("ready", "case", "node", "visit"))
    wrong = order_rows(ready, case, node, visit, of_node, order, place)
    if wrong == 0:
        return None
    order, spare = order[:wrong], {np.dtype(width): blocks.empty(wrong, width) for width in (np.int32, np.int64)}
    for column in columns.values():
        if column.dtype in spare:
            move = move_long if column.dtype == np.int64 else move_short
            move(column, order, place, spare[column.dtype])
        else:
            column[place[order]] = column[order]
    replace_rows(columns["released_by"], place)
    return place


def _kept_needs(world: World, node: Array, firsts: Array) -> list[Needs]:
    """What the rows asked that asked for a server of an earlier step."""
    servers = world.arrays["kept_servers"]
    counts = world.program.arrays["nodes"]["n_needs"][node]
    known: dict[tuple[int, ...], Needs] = {}
    found = []
    for i, first, n in zip(node.tolist(), firsts.tolist(), counts.tolist(), strict=True):
        key = (i, *servers[first : first + n].tolist())
        if key not in known:
            known[key] = _asked(world.program, i, key[1:])
        found.append(known[key])
    return found


def _asked(program: Program, node: int, kept: Sequence[int] | None) -> Needs:
    record, pools = program.arrays["nodes"][node], list(program.tables.pools)
    needs = program.arrays["needs"][record["needs"] : record["needs"] + record["n_needs"]].tolist()
    return tuple(
        NeedRow(pools[pool], n, None if kept is None or kept[k] < 0 else program.server(kept[k]))
        for k, (pool, n, _) in enumerate(needs)
    )


def _stints(
    world: World, columns: dict[str, Array], needs_names: tuple[Needs, ...]
) -> tuple[Stints, tuple[Server, ...]]:
    """Stretches of work row by row, and the servers of the log."""
    program, run = world.program, world.run
    known = world.arrays["stints"][: run["stints"]]
    fields = ("start", "stop", "servers", "n", "next")
    start, stop, servers, n, following = (np.ascontiguousarray(known[name]) for name in fields)
    stint_servers = world.arrays["stint_servers"]
    at_work = np.zeros(max(int(run["servers"]), 1), np.bool_)
    for kept in (need.kept for needs in needs_names for need in needs):
        if kept is not None:
            at_work[program.number_of(kept)] = True
    stints, at = count_stints(columns["server"], servers, n, following, stint_servers, at_work)
    place = (np.cumsum(at_work) - 1).astype(np.int32)
    names = tuple(program.server(number) for number in np.flatnonzero(at_work).tolist())
    starts, stops = blocks.empty(stints, np.int64), blocks.empty(stints, np.int64)
    lengths = columns["server"].size + 1, stints + 1, at
    first, server_first, each = (blocks.empty(length, np.int32) for length in lengths)
    found = Stints(first, starts, stops, server_first, each)
    rows = columns["server"], columns["start"], columns["end"]
    flatten_stints(*rows, start, stop, servers, n, following, stint_servers, place, *found)
    return found, names
