"""Who does the work (rules 4 and 5): the servers of an entry are taken at one instant, or none of them.

The free servers of a group are a set (:mod:`sim.engine.kernel.bits`) of their numbers in it, in ``free``.
"""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.bits import drop, has, next_in, put
from sim.engine.kernel.draws import duration_us
from sim.engine.kernel.hours import is_open, next_closing
from sim.engine.kernel.memory import World
from sim.engine.kernel.queues import changed
from sim.engine.program.layout import NONE
from sim.jit import inner
from sim.model.open_time import BEYOND

ANY_LENGTH = -1


@inner
def has_available(world: World, pool_number: int) -> bool:
    """A server is available when free and his group's calendar is open (rule 4)."""
    groups, pool = memory.groups(world), memory.pools(world)[pool_number]
    for g in range(pool.groups, pool.groups + pool.n_groups):
        if groups[g].free > 0 and is_open(world, groups[g].calendar):
            return True
    return False


@inner
def remaining_us(world: World, execution: Any, node: Any, speed: float) -> int:
    """How long the work takes; a remainder is not scaled again (rule 5)."""
    if execution.remaining != NONE:
        return execution.remaining
    if speed == 1.0:
        return memory.row_duration(world)[execution.row]
    return duration_us(world, execution, node.law, speed)


@inner
def speed_of(world: World, number: int) -> float:
    """That of the slowest group among the servers of an execution."""
    first = number * memory.run(world)[0].most_servers
    held, groups, group_of = memory.held(world), memory.groups(world), memory.server_group(world)
    slowest = groups[group_of[held[first]]].speed
    for k in range(first + 1, first + memory.executions(world)[number].servers):
        slowest = min(slowest, groups[group_of[held[k]]].speed)
    return slowest


@inner
def _fits(world: World, group: Any, slowest: float, length: int) -> bool:
    """Open, and for unsplittable work fast enough and open for long enough (rule 5)."""
    if not is_open(world, group.calendar):
        return False
    if length == ANY_LENGTH:
        return True
    return group.speed >= slowest and next_closing(world, group.calendar) - memory.run(world)[0].now >= length


@inner
def _is_free(world: World, server: int) -> bool:
    group = memory.groups(world)[memory.server_group(world)[server]]
    return has(memory.free(world), group.words, server - group.first)


@inner
def _among(servers: Any, first: int, stop: int, server: int) -> bool:
    place = first
    while place < stop and servers[place] != server:
        place += 1
    return place < stop


@inner
def _pick(world: World, number: int, node: Any, slowest: float, length: int) -> int:
    """The first available servers: groups in their order, then lowest number; a kept server and no other.

    They stand in ``held``; how many, 0 when they cannot be had.
    """
    run, held, asked, needs = memory.run(world)[0], memory.held(world), memory.asked(world), memory.needs(world)
    groups, group_of = memory.groups(world), memory.server_group(world)
    first = number * run.most_servers
    stop = first
    for k in range(node.n_needs if node.n_kept > 0 else 0):
        server = asked[number * run.most_needs + k]
        if server == NONE or _among(held, first, stop, server):
            continue
        if not _is_free(world, server) or not _fits(world, groups[group_of[server]], slowest, length):
            return 0
        held[stop] = server
        stop += 1
    for k in range(node.n_needs):
        if node.n_kept > 0 and asked[number * run.most_needs + k] != NONE:
            continue
        need = needs[node.needs + k]
        found = _pick_any(world, need.pool, need.n, first, stop, slowest, length)
        if found < need.n:
            return 0
        stop += need.n
    return stop - first


@inner
def _pick_any(world: World, pool_number: int, n: int, first: int, stop: int, slowest: float, length: int) -> int:
    """n available servers of a pool who are not among those held from ``first``; put at ``stop``; how many."""
    groups, free, held = memory.groups(world), memory.free(world), memory.held(world)
    pool = memory.pools(world)[pool_number]
    found = 0
    for g in range(pool.groups, pool.groups + pool.n_groups):
        group = groups[g]
        if group.free == 0 or not _fits(world, group, slowest, length):
            continue
        server = next_in(free, group.words, group.n_words, 0)
        while server != NONE:
            if not _among(held, first, stop, group.first + server):
                held[stop + found] = group.first + server
                found += 1
                if found == n:
                    return found
            server = next_in(free, group.words, group.n_words, server + 1)
    return found


@inner
def _choose(world: World, number: int) -> int:
    """How many servers were found, in ``held``. The duration of unsplittable work depends on the slowest chosen:
    begin with the widest choice, leave out slower groups."""
    execution = memory.executions(world)[number]
    node = memory.nodes(world)[execution.node]
    if not node.unsplittable:
        return _pick(world, number, node, 0.0, ANY_LENGTH)
    speeds = memory.speeds(world)
    for k in range(node.speeds, node.speeds + node.n_speeds):
        found = _pick(world, number, node, speeds[k], remaining_us(world, execution, node, speeds[k]))
        if found > 0:
            return found
    return 0


@inner
def _take_one(world: World, number: int, node: Any) -> bool:
    """The same where one server is needed, whoever of a pool is available first."""
    groups, pool = memory.groups(world), memory.pools(world)[memory.needs(world)[node.needs].pool]
    for g in range(pool.groups, pool.groups + pool.n_groups):
        group = groups[g]
        if group.free > 0 and is_open(world, group.calendar):
            execution = memory.executions(world)[number]
            server = next_in(memory.free(world), group.words, group.n_words, 0)
            drop(memory.free(world), group.words, server)
            group.free -= 1
            memory.held(world)[number * memory.run(world)[0].most_servers] = group.first + server
            execution.servers = 1
            execution.remaining = remaining_us(world, execution, node, group.speed)
            return True
    return False


@inner
def try_to_take(world: World, number: int) -> bool:
    """Take the servers of an entry if it may start now: first in every strict pool, all servers available."""
    run, pools, queues = memory.run(world)[0], memory.pools(world), memory.queues(world)
    execution = memory.executions(world)[number]
    node, step_pools = memory.nodes(world)[execution.node], memory.step_pools(world)
    for k in range(node.n_pools):
        pool = step_pools[node.pools + k]
        if pools[pool].strict and queues[pool].first != number * run.most_pools + k:
            return False
    if node.is_simple:
        return _take_one(world, number, node)
    found = _choose(world, number)
    if found == 0:
        return False
    execution.servers = found
    claim(world, number)
    execution.remaining = remaining_us(world, execution, node, speed_of(world, number))
    return True


@inner
def claim(world: World, number: int) -> None:
    """The servers held by an execution are busy from now on."""
    held, free, groups = memory.held(world), memory.free(world), memory.groups(world)
    first = number * memory.run(world)[0].most_servers
    for k in range(first, first + memory.executions(world)[number].servers):
        group = groups[memory.server_group(world)[held[k]]]
        group.free -= 1
        drop(free, group.words, held[k] - group.first)


@inner
def release(world: World, number: int) -> None:
    """They are free again."""
    held, free, groups = memory.held(world), memory.free(world), memory.groups(world)
    first = number * memory.run(world)[0].most_servers
    for k in range(first, first + memory.executions(world)[number].servers):
        group = groups[memory.server_group(world)[held[k]]]
        put(free, group.words, held[k] - group.first)
        group.free += 1
        changed(world, group.pool)


@inner
def hand_over_at(world: World, number: int) -> int:
    """The first closing, after now, of a server whose group hands over; BEYOND when there is none."""
    held, groups, group_of = memory.held(world), memory.groups(world), memory.server_group(world)
    first, found = number * memory.run(world)[0].most_servers, BEYOND
    for k in range(first, first + memory.executions(world)[number].servers):
        group = groups[group_of[held[k]]]
        if group.hand_over:
            found = min(found, next_closing(world, group.calendar))
    return found
