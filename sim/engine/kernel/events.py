"""The event calendar: ends of work and waits, and patience that runs out, the earliest first.

A 4-ary heap over instants alone: within phase a no order counts (rule 10). When the first event has been taken out
its place stays vacant for a while, since what follows from an event is mostly another one: that sinks from there.
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
    if run.vacant:
        run.vacant = 0
        place = _sunk(world, instant)
    else:
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
def _sunk(world: World, instant: int) -> int:
    """The place that an event of this instant finds from the vacant first one downward."""
    events, n = memory.events(world), memory.run(world)[0].events
    place = 0
    while True:
        child = 4 * place + 1
        if child >= n:
            return place
        if child + 3 < n:  # of four without a branch, which the processor could not foresee
            left = child + (events[child + 1].instant < events[child].instant)
            right = child + 2 + (events[child + 3].instant < events[child + 2].instant)
            least = right if events[right].instant < events[left].instant else left
        else:
            least = child
            for other in range(child + 1, n):
                if events[other].instant < events[least].instant:
                    least = other
        if events[least].instant >= instant:
            return place
        events[place] = events[least]
        place = least


@inner
def happens_now(world: World) -> bool:
    """Whether the first event is due now."""
    run, events = memory.run(world)[0], memory.events(world)
    if run.vacant:
        for child in range(1, min(5, run.events)):
            if events[child].instant == run.now:
                _fill(world)
                return True
        return False
    return run.events > 0 and events[0].instant == run.now


@inner
def fetch_next(world: World) -> None:
    """Ask memory for what the next events will read: they are near the top, while that is vacant."""
    events, executions, n = memory.events(world), memory.executions(world), memory.run(world)[0].events
    if n < 5:
        return
    for place in range(1, 5):
        memory.ahead(executions, events[place].execution)
    left = 1 + (events[2].instant < events[1].instant)
    right = 3 + (events[4].instant < events[3].instant)
    following = executions[events[right if events[right].instant < events[left].instant else left].execution]
    memory.ahead(memory.cases(world), following.case)
    memory.ahead(memory.row_end(world), following.row)


@inner
def next_event(world: World) -> int:
    """The instant of the first event, or BEYOND."""
    _fill(world)
    return memory.events(world)[0].instant if memory.run(world)[0].events > 0 else BEYOND


@inner
def _fill(world: World) -> None:
    """The last event takes the vacant first place, and sinks."""
    run, events = memory.run(world)[0], memory.events(world)
    if run.vacant:
        run.vacant = 0
        run.events -= 1
        if run.events > 0:
            last = run.events
            events[_sunk(world, events[last].instant)] = events[last]
