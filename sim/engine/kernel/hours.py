"""The calendars of :mod:`sim.model.open_time` in compiled code (rule 2); mostly asked about the present instant."""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.engine.program.layout import NONE
from sim.jit import inner
from sim.model.open_time import BEYOND


@inner
def _present(world: World, calendar: int) -> int:
    """The first interval of a calendar that closes after now; it moves on with the run."""
    intervals = memory.calendars(world)[calendar]
    if intervals.closes <= memory.run(world)[0].now:
        _move_on(world, intervals)
    return intervals.at


@inner
def _move_on(world: World, intervals: Any) -> None:
    now, closes = memory.run(world)[0].now, memory.closes(world)
    at = intervals.at
    while at < intervals.stop and closes[at] <= now:
        at += 1
    intervals.at = at
    intervals.opens = memory.opens(world)[at] if at < intervals.stop else BEYOND
    intervals.closes = closes[at] if at < intervals.stop else BEYOND


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
    _present(world, calendar)
    return memory.calendars(world)[calendar].opens <= memory.run(world)[0].now


@inner
def next_closing(world: World, calendar: int) -> int:
    """The closing of the present interval or, when closed, of the next one; BEYOND when there is none."""
    _present(world, calendar)
    return memory.calendars(world)[calendar].closes


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
        step = 1
        while low + step < stop and cumulative[low + step] < target:  # mostly it is one of the next
            low += step
            step *= 2
        high = min(low + step, stop)
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
