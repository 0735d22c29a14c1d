"""Whole columns of the log, in compiled code; Python makes the arrays, since numpy asks for large pages."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import compiled, types

Array = NDArray[Any]

_i64, _i32, _i8, _flags = types.int64[::1], types.int32[::1], types.int8[::1], types.bool_[::1]


@compiled(types.void(_i32, types.int32[:, ::1], _i8, _i32, _flags))
def look_up(node: Array, of_node: Array, kind: Array, needs: Array, unsplittable: Array) -> None:
    """Fill the columns that the node of each row tells; ``of_node`` has a row for each node, with these in order."""
    for row in range(node.size):
        i = node[row]
        kind[row], needs[row], unsplittable[row] = of_node[i, 0], of_node[i, 1], of_node[i, 2] != 0


@compiled(types.void(_i32, _i32))
def replace(numbers: Array, by: Array) -> None:
    """Every number becomes the one at its place."""
    for row in range(numbers.size):
        numbers[row] = by[numbers[row]]


@compiled(_i64(_i64, _i32, _i32, _i32, _i8, _i32))
def out_of_order(ready: Array, case: Array, node: Array, visit: Array, kind: Array, step_of_node: Array) -> Array:
    """The rows of the instants whose rows are not in the order (case, step, visit, kind); all, if instants are not."""
    n = ready.size
    wrong = np.empty(n, np.int64)
    found, first, fine = 0, 0, True
    for i in range(1, n + 1):
        if i < n and ready[i] < ready[i - 1]:
            return np.arange(n)
        if i == n or ready[i] > ready[i - 1]:
            if not fine:
                for k in range(first, i):
                    wrong[found] = k
                    found += 1
            first, fine = i, True
        elif case[i] != case[i - 1]:
            fine &= case[i] > case[i - 1]
        elif step_of_node[node[i]] != step_of_node[node[i - 1]]:
            fine &= step_of_node[node[i]] > step_of_node[node[i - 1]]
        elif visit[i] != visit[i - 1]:
            fine &= visit[i] > visit[i - 1]
        else:
            fine &= kind[i] > kind[i - 1]
    return wrong[:found].copy()


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


@compiled(types.void(_i32, _i64, _i64, _i64, _i64, _i64, _i32, _i32, _i32, _i32, _i64, _i64, _i64, _i64, _i32))
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
