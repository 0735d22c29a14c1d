"""The event log from the arrays of a finished run: its columns are the kernel's own, or looked up by node (rule 15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel.cases_of_log import case_table
from sim.engine.kernel.columns import flattened_stints, out_of_order
from sim.engine.kernel.world import World
from sim.engine.program import Program, layout
from sim.eventlog import KINDS, NO_ROW, Coded, EventLog, Kind, NeedRow, Server, Stints
from sim.logbuilder import needs_order

Array = NDArray[Any]

_KIND_OF_NODE: dict[int, Kind] = {
    layout.ACCEPTED: "accepted", layout.WORK: "work", layout.WAIT: "wait", layout.SESSION: "session",
    layout.MARK: "mark", layout.CLOSE: "closed", layout.WITHDRAWN: "withdrawn",
}  # fmt: skip


def log_of(world: World) -> EventLog:
    """The log of a run that is over. Errors: RunError where two cases have one identity."""
    program, run = world.program, world.run
    table, rank = case_table(world)
    rows = {name: world.arrays[name][: run["rows"]] for name in world.arrays if name.startswith("row_")}
    nodes = program.arrays["nodes"]
    kinds = np.array([KINDS.index(_KIND_OF_NODE.get(kind, "work")) for kind in nodes["kind"]], np.int8)
    case = rows.pop("row_case") if rank is None else rank[rows.pop("row_case")]
    rows["case"] = case.astype(np.int64)
    kept = world.arrays["kept_rows"]["row"][: run["kept_rows"]]
    kept = _in_order(rows, nodes["name"], kinds, kept)
    node = rows["row_node"]
    used = np.flatnonzero(np.bincount(node, minlength=nodes.size))
    needs, needs_names = _needs(world, node, used, kept)
    stints, servers = _stints(world, rows, needs_names)
    tables = program.tables

    def words(of_node: Sequence[str | None]) -> Coded:
        return coded_by_node(node, used, of_node)

    sessions = list(tables.sessions)
    return EventLog(
        kind=kinds[node],
        case=rows["case"],
        step=words(tables.names),
        stage=words([tables.stages.get(i) for i in range(nodes.size)]),
        owner=words([tables.owners.get(i) for i in range(nodes.size)]),
        visit=rows["row_visit"],
        ready=rows["row_ready"],
        start=rows["row_start"],
        end=rows["row_end"],
        outcome=rows["row_outcome"],
        session=words([sessions[s] if s >= 0 else None for s in nodes["session"]]),
        needs=needs,
        released_by=rows["row_released_by"],
        unsplittable=nodes["unsplittable"][node],
        duration_us=rows["row_duration"],
        stints=stints,
        needs_names=needs_names,
        servers=servers,
        cases=table,
        begin=program.prepared.begin,
        end_of_run=int(run["now"]),
        pools=dict(program.prepared.groups),
        calendars=dict(program.prepared.calendars),
    )


def coded_by_node(node: Array, used: Array, of_node: Sequence[str | None]) -> Coded:
    """A column of words that the row's node decides; names that no row has are none."""
    names = sorted({word for i in used if (word := of_node[i]) is not None}, key=str.encode)
    place = {name: i for i, name in enumerate(names)} | {None: -1}
    codes = np.array([place.get(word, -1) for word in of_node], np.int32)
    return Coded(codes[node], tuple(names))


def _in_order(rows: dict[str, Array], names: Array, kinds: Array, kept: Array) -> Array:
    """Bring rows of one instant into the order (case, step, visit, kind); where the kept rows are then.

    The kernel makes rows in the order of their ready instants, but for those of the initial state.
    """
    node = rows["row_node"]
    places = out_of_order(rows["row_ready"], rows["case"], names[node], rows["row_visit"], kinds[node])
    if not places.size:
        return kept
    some = node[places]
    keys = (kinds[some], rows["row_visit"][places], names[some], rows["case"][places], rows["row_ready"][places])
    order = places[np.lexsort(keys)]
    rank = np.arange(node.size)
    rank[order] = places
    for name in rows:
        rows[name][places] = rows[name][order]
    released_by = rows["row_released_by"]
    rows["row_released_by"] = np.where(released_by == NO_ROW, NO_ROW, rank[released_by])
    return rank[kept]


def _needs(world: World, node: Array, used: Array, kept: Array) -> tuple[Array, tuple[tuple[NeedRow, ...], ...]]:
    """What each row asked of the pools: its node tells, but for rows that asked for a server of an earlier step."""
    program = world.program
    nodes = program.arrays["nodes"]
    of_node = [_asked(program, i, None) if nodes["kind"][i] == layout.WORK else () for i in range(nodes.size)]
    servers = world.arrays["kept_servers"]
    firsts = world.arrays["kept_rows"]["servers"][: kept.size]
    counts = nodes["n_needs"][node[kept]]
    found: dict[tuple[int, ...], tuple[NeedRow, ...]] = {}
    special = []
    for row, first, n in zip(node[kept].tolist(), firsts.tolist(), counts.tolist(), strict=True):
        key = (row, *servers[first : first + n].tolist())
        if key not in found:
            found[key] = _asked(program, row, key[1:])
        special.append(found[key])
    plain = {of_node[i] for i in used if of_node[i] and nodes["n_kept"][i] == 0}
    names = sorted(plain | set(special), key=needs_order)
    code: dict[tuple[NeedRow, ...], int] = {needs: i for i, needs in enumerate(names)}
    codes = np.array([code.get(needs, -1) for needs in of_node], np.int32)[node]
    codes[kept] = [code[needs] for needs in special]
    return codes, tuple(names)


def _asked(program: Program, node: int, kept: Sequence[int] | None) -> tuple[NeedRow, ...]:
    record, pools = program.arrays["nodes"][node], list(program.tables.pools)
    needs = program.arrays["needs"][record["needs"] : record["needs"] + record["n_needs"]].tolist()
    return tuple(
        NeedRow(pools[pool], n, None if kept is None or kept[k] < 0 else program.server(kept[k]))
        for k, (pool, n, _) in enumerate(needs)
    )


def _stints(
    world: World, rows: dict[str, Array], needs_names: tuple[tuple[NeedRow, ...], ...]
) -> tuple[Stints, tuple[Server, ...]]:
    """Stretches of work row by row, and the servers of the log."""
    program, run, server = world.program, world.run, rows["row_server"]
    if (server < -1).any():
        known = world.arrays["stints"][: run["stints"]]
        start, stop, servers, n, following = (
            np.ascontiguousarray(known[name]) for name in ("start", "stop", "servers", "n", "next")
        )
        first, start, stop, server_first, servers = flattened_stints(
            server, rows["row_start"], rows["row_end"], start, stop, servers, n, following,
            world.arrays["stint_servers"],
        )  # fmt: skip
    else:
        begun = server >= 0
        first = np.concatenate([[0], np.cumsum(begun)])
        start, stop, servers = rows["row_start"][begun], rows["row_end"][begun], server[begun]
        server_first = np.arange(servers.size + 1)
    at_work = np.zeros(max(int(run["servers"]), 1), np.bool_)
    at_work[servers] = True
    for kept in (need.kept for needs in needs_names for need in needs):
        if kept is not None:
            at_work[program.number_of(kept)] = True
    places = (np.cumsum(at_work) - 1).astype(np.int32)
    names = tuple(program.server(number) for number in np.flatnonzero(at_work).tolist())
    return Stints(first, start, stop, server_first, places[servers]), names
