"""Whole columns of the log, in compiled code; Python makes the arrays, since numpy asks for large pages."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sim.jit import compiled, inner, types

Array = NDArray[Any]

_i64, _i32, _i8, _flags = types.int64[::1], types.int32[::1], types.int8[::1], types.bool_[::1]


@compiled(types.void(_i32, types.int32[:, ::1], _i8, _i32, _flags))
def look_up(node: Array, of_node: Array, kind: Array, needs: Array, unsplittable: Array) -> None:
    """Fill the columns that the node of each row tells; ``of_node`` has a row for each node, with these in order."""
    for row in range(node.size):
        i = node[row]
        kind[row], needs[row], unsplittable[row] = of_node[i, 0], of_node[i, 1], of_node[i, 2] != 0


@compiled(types.void(_i32, _flags))
def mark(numbers: Array, met: Array) -> None:
    """Mark the numbers that occur."""
    for row in range(numbers.size):
        met[numbers[row]] = True


@compiled(types.void(_i32, _i32, _i32))
def spell_out(numbers: Array, of_number: Array, told: Array) -> None:
    """Fill a column that another one tells."""
    for row in range(numbers.size):
        told[row] = of_number[numbers[row]]


@compiled(types.void(_i32, _i32))
def replace(numbers: Array, by: Array) -> None:
    """Every number becomes the one at its place."""
    for row in range(numbers.size):
        numbers[row] = by[numbers[row]]


@inner
def _goes_before(one: int, other: int, ready: Array, case: Array, node: Array, visit: Array, of_node: Array) -> bool:
    """Whether a row stands before another in the log: by (ready, case, step, visit, kind)."""
    if ready[one] != ready[other]:
        return ready[one] < ready[other]
    if case[one] != case[other]:
        return case[one] < case[other]
    step, another = of_node[node[one], 0], of_node[node[other], 0]
    if step != another:
        return step < another
    if visit[one] != visit[other]:
        return visit[one] < visit[other]
    return of_node[node[one], 1] < of_node[node[other], 1]


@inner
def _stop_of_run(first: int, unsorted: int, ready: Array) -> int:
    """Where the rows end that may have to change places with the first: those of its instant, or all that are before a
    row which is ready earlier than one of them."""
    stop, latest = first + 1, ready[first]
    while stop < ready.size and (stop <= unsorted or ready[stop] <= latest):
        latest = max(latest, ready[stop])
        stop += 1
    return stop


@inner
def _sort(order: Array, first: int, ready: Array, case: Array, node: Array, visit: Array, of_node: Array) -> None:
    """Shell's sort of the rows from the first on."""
    gap = 1
    while gap < order.size // 3:
        gap = 3 * gap + 1
    for k in range(order.size):
        order[k] = first + k
    while gap > 0:
        for k in range(gap, order.size):
            row, at = order[k], k
            while at >= gap and _goes_before(row, order[at - gap], ready, case, node, visit, of_node):
                order[at] = order[at - gap]
                at -= gap
            order[at] = row
        gap //= 3


@compiled(types.int64(_i64, _i32, _i32, _i32, types.int32[:, ::1], _i32, _i32))
def order_rows(ready: Array, case: Array, node: Array, visit: Array, of_node: Array, order: Array, place: Array) -> int:
    """Find the order of the log, and the place of each row in it; how many rows are not at their place.

    ``of_node``: the step and the kind of each node. Rows that are not in their order come first in ``order``, run by
    run; a run's rows keep the run's places.
    """
    n, unsorted, found, told = ready.size, 0, 0, 0
    for row in range(1, n):
        if ready[row] < ready[row - 1]:
            unsorted = row
    first = 0
    while first < n:
        stop = _stop_of_run(first, unsorted, ready)
        fine = True
        for row in range(first + 1, stop):
            fine &= not _goes_before(row, row - 1, ready, case, node, visit, of_node)
        if found > 0 or not fine:  # mostly a log is in order, and nobody asks for the places
            for row in range(told, stop):
                place[row] = row
            told = stop
        if not fine:
            _sort(order[found : found + stop - first], first, ready, case, node, visit, of_node)
            for k in range(stop - first):
                place[order[found + k]] = first + k
            found += stop - first
        first = stop
    return found


@inner
def _move(column: Array, order: Array, place: Array, spare: Array) -> None:
    for k in range(order.size):
        spare[k] = column[order[k]]
    for k in range(order.size):
        column[place[order[k]]] = spare[k]


@compiled(types.void(_i64, _i32, _i32, _i64))
def move_long(column: Array, order: Array, place: Array, spare: Array) -> None:
    """Put what stands at ``order`` at its place."""
    _move(column, order, place, spare)


@compiled(types.void(_i32, _i32, _i32, _i32))
def move_short(column: Array, order: Array, place: Array, spare: Array) -> None:
    """The same for short numbers."""
    _move(column, order, place, spare)


@compiled(types.void(_i32, _i32))
def replace_rows(rows: Array, by: Array) -> None:
    """Every row becomes the one at its place; no row stays none."""
    for k in range(rows.size):
        if rows[k] >= 0:
            rows[k] = by[rows[k]]


@compiled(types.UniTuple(types.int64, 2)(_i32, _i64, _i32, _i32, _i32, _flags))
def count_stints(
    server: Array, servers: Array, n_servers: Array, following: Array, stint_servers: Array, at_work: Array
) -> tuple[int, int]:
    """How many stretches of work there are, and how many servers in them; who worked is marked."""
    n, m = 0, 0
    for row in range(server.size):
        if server[row] >= 0:
            n, m = n + 1, m + 1
            at_work[server[row]] = True
        stint = -2 - server[row]
        while stint >= 0:
            for k in range(servers[stint], servers[stint] + n_servers[stint]):
                at_work[stint_servers[k]] = True
            n, m = n + 1, m + n_servers[stint]
            stint = following[stint]
    return n, m


@compiled(types.void(_i32, _i64, _i64, _i64, _i64, _i64, _i32, _i32, _i32, _i32, _i32, _i64, _i64, _i32, _i32))
def flatten_stints(
    server: Array,
    row_start: Array,
    row_end: Array,
    start: Array,
    stop: Array,
    servers: Array,
    n_servers: Array,
    following: Array,
    stint_servers: Array,
    place: Array,
    first: Array,
    starts: Array,
    stops: Array,
    server_first: Array,
    every: Array,
) -> None:
    """Fill the stretches of work, row by row: a row's one server, or a chain of stints from -2 downward.

    ``place`` is where the log has each server.
    """
    n, m = 0, 0
    first[0], server_first[0] = 0, 0
    for row in range(server.size):
        if server[row] >= 0:
            starts[n], stops[n], every[m] = row_start[row], row_end[row], place[server[row]]
            n, m = n + 1, m + 1
            server_first[n] = m
        stint = -2 - server[row]
        while stint >= 0:
            starts[n], stops[n] = start[stint], stop[stint]
            for k in range(servers[stint], servers[stint] + n_servers[stint]):
                every[m] = place[stint_servers[k]]
                m += 1
            n += 1
            server_first[n] = m
            stint = following[stint]
        first[row + 1] = n
