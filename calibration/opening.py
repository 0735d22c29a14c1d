"""From when to when there is activity on days of one kind: shifts, each edge at the likeliest round time of day."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Floats, blocks
from sim.eventlog import Ints
from sim.model.hours import Shift
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US

_STEP_US = 5 * MINUTE_US
_ROUND = {60: 0.50, 30: 0.35, 15: 0.10 / 2, 5: 0.05 / 8}
"""Before any data: opening hours are at full hours, half hours, a quarter to or past, else at 5 minutes."""
_NEAR = 20
"""The density at an edge is that of so many instants next to it."""
_ROUNDED = 0.95
"""With so many instants on the edges of bins the clock goes no finer: the last instant's bin is open to its end."""
_UNSEEN = -math.log(0.05)
"""With a chance of 5% nothing happens for so many expected instants."""
_HARDLY = -math.log(0.001)
_THINNING = 15 * MINUTE_US
"""So near an edge activity may thin out before it stops."""
_STOPS = 0.2
"""It has stopped where it is so many times thinner than just before."""


class Hour(NamedTuple):
    """A shift with what speaks for it: how many instants lie in it, and between which times of day it opens and
    closes with 95% certainty each (microseconds after midnight)."""

    shift: Shift
    n: int
    opens: tuple[int, int]
    closes: tuple[int, int]


class DayShape(NamedTuple):
    """How the activity of a kind of day is spread: per bin the instants, each burst counted once, and how many days
    of this kind there were."""

    weight: Floats
    of_day: Ints
    days: int

    @property
    def width(self) -> int:
        """Of a bin, in microseconds."""
        return DAY_US // self.weight.size

    def __add__(self, other: DayShape) -> DayShape:  # type: ignore[override]
        return DayShape(
            self.weight + other.weight, np.sort(np.concatenate([self.of_day, other.of_day])), self.days + other.days
        )


def shape_of(of_day: Ints, day: Ints, days: int, minutes: int) -> DayShape:
    """The instants of one kind of day: time since its begin, number of the day; in bins of so many minutes.

    An instant on the edge of two bins belongs to the busier one: work ends at closing, and begins at opening.
    """
    width = minutes * MINUTE_US
    bins = DAY_US // width
    place = of_day // width
    on_edge = of_day % width == 0
    if 0 < on_edge.sum() < 0.5 * of_day.size:
        inner = np.bincount(place[~on_edge], minlength=bins)
        left = on_edge & (inner[place - 1] > inner[place])
        place = np.where(left, (place - 1) % bins, place)
    cells, capped = counted_once(day * bins + place)
    return DayShape(np.bincount(cells % bins, capped, bins).astype(np.float64), np.sort(of_day), days)


def counted_once(cell: Ints) -> tuple[Ints, Floats]:
    """The cells of time in which something happened, and how many independent instants: as many as there are over
    what a cell has on average, a burst as two such averages."""
    cells, count = np.unique(cell, return_counts=True)
    size = count.mean() if count.size else 1.0
    return cells, np.minimum(count, math.ceil(2 * size)) / size


def together(shapes: list[DayShape]) -> list[list[int]]:
    """Which kinds of day have the same hours: merged as long as one shape fits two kinds no worse than two do."""
    parts: dict[tuple[int, ...], Floats] = {(i,): shape.weight for i, shape in enumerate(shapes)}
    fits = {part: blocks(weight)[1] for part, weight in parts.items()}
    while len(parts) > 1:
        pairs = [(one, two) for one in parts for two in parts if one < two]
        for one, two in pairs:
            if one + two not in fits:
                fits[one + two] = blocks(parts[one] + parts[two])[1]
        one, two = max(pairs, key=lambda pair: fits[pair[0] + pair[1]] - fits[pair[0]] - fits[pair[1]])
        if fits[one + two] <= fits[one] + fits[two]:
            break
        parts[one + two] = parts.pop(one) + parts.pop(two)
    return [sorted(part) for part in parts]


def density(shape: DayShape) -> Floats:
    """Instants a bin and day, bin by bin, constant on each block."""
    edges, _ = blocks(shape.weight)
    inside = np.add.reduceat(shape.weight, edges[:-1]) / np.diff(edges) / max(shape.days, 1)
    return np.repeat(inside, np.diff(edges))


def hours_of(shape: DayShape, is_open: NDArray[np.bool_]) -> list[Hour]:
    """The shifts of the open bins, in the time that the shape counts from its begin."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(np.int8)))
    found = []
    bounds = steps.reshape(-1, 2) * shape.width
    for i, (low, high) in enumerate(bounds.tolist()):
        before = int(bounds[i - 1][1]) if i else 0
        after = int(bounds[i + 1][0]) if i + 1 < len(bounds) else DAY_US
        low = max(low - _thinned(low - shape.of_day, -low), before)
        high = min(high + _thinned(shape.of_day - high, high), after)
        inside = shape.of_day[(shape.of_day >= low) & (shape.of_day <= high)]
        if not inside.size or (inside % shape.width == 0).mean() > _ROUNDED:
            opens, closes = (low, (low, low)), (high, (high, high))
        else:
            clumps = max(float(shape.weight.sum()), 1.0) / max(shape.of_day.size, 1)
            opens = (0, (0, 0)) if low == 0 else _edge(inside, before, clumps, -1)
            closes = (DAY_US, (DAY_US,) * 2) if high == DAY_US else _edge(-inside[::-1], -after, clumps, 1)
        found.append(Hour(Shift(opens[0], closes[0]), int(inside.size), opens[1], closes[1]))
    return found


def _thinned(beyond: Ints, edge: int) -> int:
    """How far beyond an edge activity goes on, thinner than a shift's, until it stops at a rounder time; 0 if it does
    not within a quarter of an hour. ``beyond``: how far each instant lies beyond it, negative on this side."""
    for reach in range(_STEP_US, _THINNING + 1, _STEP_US):
        inner = int(((beyond > 0) & (beyond <= reach)).sum())
        outer = int(((beyond > reach) & (beyond <= reach + _THINNING)).sum())
        if _roundness(edge + reach) > _roundness(edge) and inner >= 3 and outer / _THINNING <= _STOPS * inner / reach:
            return reach
    return 0


def _roundness(mark: int) -> float:
    """How likely a time is as an edge, before any data."""
    return next((share for each, share in _ROUND.items() if mark % (each * MINUTE_US) == 0), 0.0)


def _edge(inside: Ints, bound: int, clumps: float, sign: int) -> tuple[int, tuple[int, int]]:
    """The likeliest round time at or before the first of ascending instants, and its 95% interval.

    Closings are told as the negative of their times (``sign`` 1), so that the last instant comes first.
    """
    first = int(inside[0])
    near = inside[: max(2, min(_NEAR, inside.size // 4 + 1))]
    length = max(int(near[-1]) - first, MINUTE_US)
    rate = max(near.size - 1, 1) * clumps / length
    low, lowest = (max(first - round(min(unseen / rate, HOUR_US)), bound) for unseen in (_UNSEEN, _HARDLY))
    nearest = first // _STEP_US * _STEP_US
    marks = np.arange(nearest, min(lowest, nearest) - 1, -_STEP_US)
    prior = [_roundness(mark) for mark in marks.tolist()]
    best = int(marks[int(np.argmax(np.log(prior) - rate * (first - marks)))])
    if sign < 0:
        return best, (min(low, best), first)
    return -best, (-first, max(-low, -best))
