"""Who waits in which order (rule 9): a chain of links for each queue, in order of its discipline.

An entry has a link in the queue of every pool that it needs: link k of an execution is that of its k-th pool.
"""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.bits import put
from sim.engine.kernel.memory import World
from sim.engine.program.layout import EARLIEST_DUE, FIRST_COME, NONE, SESSION
from sim.jit import inner


@inner
def _goes_before(world: World, one: Any, other: Any, discipline: int) -> bool:
    """Handed-over entries first, then by (priority, due, ready, case, step, visit)."""
    if one.handed_over != other.handed_over:
        return one.handed_over
    if discipline != FIRST_COME and one.priority != other.priority:
        return one.priority < other.priority
    cases = memory.cases(world)
    case, another = cases[one.case], cases[other.case]
    if discipline == EARLIEST_DUE and case.due != another.due:
        return case.due < another.due
    if one.ready != other.ready:
        return one.ready < other.ready
    if case.identity != another.identity:
        return case.identity < another.identity
    nodes = memory.nodes(world)
    name, another_name = nodes[one.node].name, nodes[other.node].name
    return name < another_name or (name == another_name and one.visit < other.visit)


@inner
def _put(world: World, queue_number: int, link: int, number: int) -> None:
    """Into its place, which is mostly the last."""
    queue, links, executions = memory.queues(world)[queue_number], memory.links(world), memory.executions(world)
    entry = executions[number]
    before = queue.last
    while before != NONE and _goes_before(world, entry, executions[links[before].execution], queue.discipline):
        before = links[before].before
    after = queue.first if before == NONE else links[before].after
    links[link].before, links[link].after, links[link].execution = before, after, number
    if before == NONE:
        queue.first = link
    else:
        links[before].after = link
    if after == NONE:
        queue.last = link
    else:
        links[after].before = link
    queue.n += 1


@inner
def _remove(world: World, queue_number: int, link: int) -> None:
    queue, links = memory.queues(world)[queue_number], memory.links(world)
    before, after = links[link].before, links[link].after
    if before == NONE:
        queue.first = after
    else:
        links[before].after = after
    if after == NONE:
        queue.last = before
    else:
        links[after].before = before
    queue.n -= 1


@inner
def _look_at(world: World, pool_number: int) -> None:
    """In phase d the pool is looked at: somebody may start who could not before."""
    put(memory.changed(world), 0, pool_number)


@inner
def changed(world: World, pool_number: int) -> None:
    """Somebody may start who could not: the pool is to be looked at, and those asked together with it (rule 10d)."""
    pools, linked = memory.pools(world), memory.linked(world)
    first = pools[pool_number].linked
    for k in range(first, first + pools[pool_number].n_linked):
        _look_at(world, linked[k])


@inner
def enqueue(world: World, number: int) -> None:
    """Let an entry wait in the queue of every pool it needs, or for a session."""
    run, executions = memory.run(world)[0], memory.executions(world)
    entry = executions[number]
    node, case = memory.nodes(world)[entry.node], memory.cases(world)[entry.case]
    entry.waiting, entry.before, entry.after = True, NONE, case.waiting
    if case.waiting != NONE:
        executions[case.waiting].before = number
    case.waiting = number
    if node.kind == SESSION:
        _put(world, run.pools + node.session, number * run.most_pools, number)
        return
    step_pools = memory.step_pools(world)
    for k in range(node.n_pools):
        pool = step_pools[node.pools + k]
        _put(world, pool, number * run.most_pools + k, number)
        _look_at(world, pool)


@inner
def leave(world: World, number: int) -> None:
    """An entry waits no longer."""
    run, executions = memory.run(world)[0], memory.executions(world)
    entry = executions[number]
    node = memory.nodes(world)[entry.node]
    entry.waiting = False
    if entry.before == NONE:
        memory.cases(world)[entry.case].waiting = entry.after
    else:
        executions[entry.before].after = entry.after
    if entry.after != NONE:
        executions[entry.after].before = entry.before
    if node.kind == SESSION:
        _remove(world, run.pools + node.session, number * run.most_pools)
        return
    step_pools, pools = memory.step_pools(world), memory.pools(world)
    for k in range(node.n_pools):
        pool = step_pools[node.pools + k]
        _remove(world, pool, number * run.most_pools + k)
        if pools[pool].strict:
            changed(world, pool)


@inner
def reorder(world: World, case: Any) -> None:
    """The case's due has changed: its entries take their new places (rule 9).

    All leave before the first comes back: one that still stood in its old place would show it a wrong way.
    """
    for back in (False, True):
        number = case.waiting
        while number != NONE:
            _move(world, number, back)
            number = memory.executions(world)[number].after


@inner
def _move(world: World, number: int, back: bool) -> None:
    """An entry leaves the queues whose order its due decides, or comes back to them."""
    run, queues, step_pools = memory.run(world)[0], memory.queues(world), memory.step_pools(world)
    node = memory.nodes(world)[memory.executions(world)[number].node]
    for k in range(max(node.n_pools, 1)):
        queue = run.pools + node.session if node.kind == SESSION else step_pools[node.pools + k]
        if queues[queue].discipline != EARLIEST_DUE:
            continue
        link = number * run.most_pools + k
        if not back:
            _remove(world, queue, link)
            continue
        _put(world, queue, link, number)
        if queue < run.pools:
            changed(world, queue)
