"""The calendars of :mod:`sim.model.open_time` in compiled code (rule 2); mostly asked about the present instant."""

from __future__ import annotations

from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.engine.program.layout import NONE
from sim.jit import inner
from sim.model.open_time import BEYOND


@inner
def _present(world: World, calendar: int) -> int:
    """The first interval of a calendar that closes after now; it moves on with the run."""
    intervals, closes, now = memory.calendars(world)[calendar], memory.closes(world), memory.run(world)[0].now
    at = intervals.at
    while at < intervals.stop and closes[at] <= now:
        at += 1
    intervals.at = at
    return at


@inner
def _interval(world: World, calendar: int, instant: int) -> int:
    """The first interval of a calendar that closes after an instant."""
    if instant == memory.run(world)[0].now:
        return _present(world, calendar)
    closes = memory.closes(world)
    low, high = memory.calendars(world)[calendar].first, memory.calendars(world)[calendar].stop
    while low < high:
        middle = (low + high) // 2
        if closes[middle] > instant:
            high = middle
        else:
            low = middle + 1
    return low


@inner
def is_open(world: World, calendar: int) -> bool:
    """Whether a calendar is open now; it is not at the instant of closing."""
    at = _present(world, calendar)
    return at < memory.calendars(world)[calendar].stop and memory.opens(world)[at] <= memory.run(world)[0].now


@inner
def next_closing(world: World, calendar: int) -> int:
    """The closing of the present interval or, when closed, of the next one; BEYOND when there is none."""
    at = _present(world, calendar)
    return memory.closes(world)[at] if at < memory.calendars(world)[calendar].stop else BEYOND


@inner
def _open_until(world: World, calendar: int, instant: int) -> int:
    """The open time of a calendar from its first opening to an instant."""
    intervals = memory.calendars(world)[calendar]
    opens, cumulative = memory.opens(world), memory.cumulative(world)
    if intervals.first == intervals.stop:
        return 0
    at = _interval(world, calendar, instant)
    if at == intervals.stop:
        return cumulative[at - 1] + memory.closes(world)[at - 1] - opens[at - 1]
    return cumulative[at] + max(instant - opens[at], 0)


@inner
def open_time(world: World, calendar: int, a: int, b: int) -> int:
    """The time between two instants on a calendar, or on none."""
    if calendar == NONE:
        return b - a
    return _open_until(world, calendar, b) - _open_until(world, calendar, a)


@inner
def after(world: World, calendar: int, instant: int, duration: int) -> int:
    """When a duration ends that runs on a calendar, or on none; BEYOND past the end of the run."""
    end = memory.run(world)[0].end
    if calendar == NONE:
        return instant + duration if instant + duration <= end else BEYOND
    if duration == 0:
        return instant
    stop = memory.calendars(world)[calendar].stop
    opens, closes, cumulative = memory.opens(world), memory.closes(world), memory.cumulative(world)
    low = _interval(world, calendar, instant)
    if low == stop:
        return BEYOND
    begun = max(instant, opens[low])
    found = begun + duration
    if found > closes[low]:  # the last interval before which less than the target has been open
        target = cumulative[low] + begun - opens[low] + duration
        high = stop
        while high - low > 1:
            middle = (low + high) // 2
            if cumulative[middle] < target:
                low = middle
            else:
                high = middle
        found = opens[low] + target - cumulative[low]
        if found > closes[low]:
            return BEYOND
    return found if found <= end else BEYOND
