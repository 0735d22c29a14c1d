"""The event calendar: ends of work and waits, and patience that runs out, the earliest first.

A 4-ary heap over instants alone: within phase a no order counts (rule 10).
"""

from __future__ import annotations

from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.jit import inner
from sim.model.open_time import BEYOND


@inner
def schedule(world: World, instant: int, execution: int, row: int) -> None:
    """Let something happen at an instant; never, when it lies beyond the run."""
    if instant == BEYOND:
        return
    run, events = memory.run(world)[0], memory.events(world)
    place = run.events
    run.events += 1
    while place > 0:
        above = (place - 1) >> 2
        if events[above].instant <= instant:
            break
        events[place] = events[above]
        place = above
    event = events[place]
    event.instant, event.execution, event.row = instant, execution, row


@inner
def drop_first(world: World) -> None:
    """Take the earliest event out: the last one sinks from its place."""
    run, events = memory.run(world)[0], memory.events(world)
    run.events -= 1
    n = run.events
    instant = events[n].instant
    place = 0
    while True:
        child = 4 * place + 1
        if child >= n:
            break
        least = child
        for other in range(child + 1, min(child + 4, n)):
            if events[other].instant < events[least].instant:
                least = other
        if events[least].instant >= instant:
            break
        events[place] = events[least]
        place = least
    events[place] = events[n]
