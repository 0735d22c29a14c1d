"""How many people are at work and on duty at each instant; and when work lay though somebody was idle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.activity import Activity
from sim.eventlog import Ints
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US, SECOND_US

_AT_ONCE_US = SECOND_US
"""Work that begins so soon after its person ended other work was waiting for that person."""


class Level(NamedTuple):
    """A number that holds from each edge to the next: ``number[i]`` throughout [edges[i], edges[i + 1]), 0 before."""

    edges: Ints
    number: Ints

    def at(self, instant: Ints) -> Ints:
        """The number at instants, that of an edge from the edge on."""
        place = np.searchsorted(self.edges, instant, side="right") - 1
        return np.where(place < 0, 0, self.number[np.maximum(place, 0)]) if self.edges.size else np.zeros_like(instant)


def united(who: NDArray[np.int32], start: Ints, end: Ints) -> tuple[NDArray[np.int32], Ints, Ints]:
    """Stretches in which each person has some work: those of one person that touch or overlap are one."""
    order = np.lexsort((start, who))
    who, start, end = who[order], start[order], end[order]
    if not who.size:
        return who, start, end
    base, width = int(start.min()), int(end.max()) - int(start.min()) + 1
    reach = np.maximum.accumulate(end - base + who.astype(np.int64) * width)  # a later person is beyond any earlier one
    new = np.append(True, (start - base + who.astype(np.int64) * width)[1:] > reach[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], who.size) - 1
    return who[first], start[first], reach[last] - who[first].astype(np.int64) * width + base


def level_of(start: Ints, end: Ints) -> Level:
    """How many stretches [start, end) hold each instant."""
    edges, place = np.unique(np.concatenate([start, end]), return_inverse=True)
    change = np.bincount(place, np.repeat([1, -1], [start.size, end.size]), edges.size)
    return Level(edges, np.cumsum(change).round().astype(np.int64))


def at_work(its: Activity) -> Level:
    """How many different people have work in hand."""
    _, start, end = united(its.who.codes, its.begins, its.end)
    return level_of(start, end)


def on_duty(its: Activity) -> Level:
    """How many different people are between the first and the last thing that they do on a date."""
    begins, ends = its.begins, its.end
    who = np.concatenate([its.who.codes, its.who.codes]).astype(np.int64)
    instant = np.concatenate([begins, ends])
    day = instant // DAY_US
    keys, place = np.unique(who * (int(day.max()) + 1) + day, return_inverse=True) if who.size else (who, who)
    first, last = np.full(keys.size, np.iinfo(np.int64).max), np.full(keys.size, np.iinfo(np.int64).min)
    np.minimum.at(first, place, instant)
    np.maximum.at(last, place, instant)
    return level_of(first, last + 1)  # also at the last instant


def overlap(its: Activity) -> float:
    """The share of their working time that people spend on two or more things at once."""
    begins = its.begins
    _, start, end = united(its.who.codes, begins, its.end)
    total = int((its.end - begins).sum())
    return 1 - int((end - start).sum()) / total if total else 0.0


def after_a_queue(its: Activity) -> NDArray[np.bool_]:
    """Which executions had been ready before their person ended other work, and began right then: at that instant
    everybody who is there has work."""
    begins = its.begins
    order = np.lexsort((its.end, its.who.codes))
    who, end = its.who.codes[order].astype(np.int64), its.end[order]
    if not who.size:
        return np.zeros(0, np.bool_)
    base, width = int(min(end.min(), begins.min())), int(its.end.max()) - int(min(end.min(), begins.min())) + 2
    keys = who * width + (end - base)
    place = np.searchsorted(keys, its.who.codes.astype(np.int64) * width + (begins - base), side="right") - 1
    before = np.where(place >= 0, keys[np.maximum(place, 0)], -1)
    own = (before // width == its.who.codes) & (place >= 0)
    freed = before % width + base
    return own & (begins - freed <= _AT_ONCE_US) & (its.ready < freed) & (its.end > begins)


def idle_time(its: Activity, servers: int, calendar: Calendar) -> Ints:
    """Of the time from ready to start of each execution, the open time in which fewer people than ``servers`` had
    work: a delay that is nobody's work. Instants lie within the calendar's run."""
    busy = at_work(its)
    edges = np.concatenate([[calendar.first_us], busy.edges, [calendar.last_us]])
    number = np.concatenate([[0], busy.number, [0]])
    opened = calendar.open_until(edges)
    idle = np.append(0, np.cumsum(np.diff(opened) * (number[:-1] < servers)))

    def until(instant: Ints) -> Ints:
        place = np.searchsorted(edges, instant, side="right") - 1
        return idle[place] + (calendar.open_until(instant) - opened[place]) * (number[place] < servers)

    found: Ints = until(its.begins) - until(np.minimum(its.ready, its.begins))
    return found
