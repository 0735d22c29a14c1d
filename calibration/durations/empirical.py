"""The law that says no more than the data: Kaplan and Meier's or Turnbull's estimate as points of a quantile function.

Exact and open durations, also such as were seen late: the product-limit estimate, n at risk from their entry on
(Klein and Moeschberger, Survival analysis, 2nd ed., sections 4.2 and 4.6). With intervals: Turnbull's self-consistent
estimate (JRSS B 38 (1976) 290-295), straight inside its intervals. Where a start is a date, the middle start is taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.durations.observations import Floats, Observations

_LEVELS = np.arange(0, 41) / 40
_HEAP = 0.01
"""A value with so large a share is a point of the law and not smeared over its neighbours."""
_EXACTLY, _ROUGHLY = (2000, 1e-6), (40, 1e-3)
"""Steps of Turnbull's iteration, and the change at which it ends; roughly: within what another sample would change."""
_LATE_PART = 0.25
_ENOUGH = 10.0
_TAIL_POINTS = 8


class Distribution(NamedTuple):
    """F rises by ``mass`` (m,) between ``first`` and ``last`` (m,), at once where these are equal. What the masses
    lack to 1, ``beyond``, lies behind everything that was seen; ``at_risk``: mean time that those last there."""

    first: Floats
    last: Floats
    mass: Floats
    beyond: float
    at_risk: float


def distribution(observations: Observations, *, roughly: bool = False) -> Distribution:
    """The estimate without a family. Observations that are open from the start, or weigh nothing, say nothing."""
    half = observations.start_within / 2
    low = np.maximum(observations.low + half, 0.0)
    high = np.maximum(observations.high - half, low)
    high = np.where(np.isinf(observations.high), np.inf, high)
    weight, entered = observations.weight, np.minimum(observations.entered, low)
    if ((low == high) | np.isinf(high)).all():
        found = _product_limit(low, np.isfinite(high), weight, entered)
        if found is None:  # those seen late die out before the others begin
            whole = entered == 0
            found = _product_limit(low[whole], np.isfinite(high[whole]), weight[whole], entered[whole])
        first, mass = found if found is not None else (np.empty(0), np.empty(0))
        last = first
    else:
        first, last, mass = _turnbull(low, high, weight, entered, *(_ROUGHLY if roughly else _EXACTLY))
    beyond = max(1.0 - float(mass.sum()), 0.0)
    return Distribution(first, last, mass, beyond if beyond > 1e-9 else 0.0, _late_mean(low, high, weight, entered))


def _product_limit(
    time: Floats, over: NDArray[np.bool_], weight: Floats, entered: Floats
) -> tuple[Floats, Floats] | None:
    """Times and masses; None where nobody is left before the last time."""
    if not over.any():
        return None
    times, place = np.unique(time[over], return_inverse=True)
    ended = np.bincount(place, weight[over])
    risk = _at_least(time, weight, times) - _at_least(entered, np.where(entered > 0, weight, 0.0), times)
    factor = np.clip(1 - ended / np.maximum(risk, ended), 0.0, 1.0)
    factor[factor < 1e-12] = 0.0
    survival = np.cumprod(factor)
    if (survival[:-1] == 0).any():
        return None
    return times, -np.diff(survival, prepend=1.0)


def _at_least(values: Floats, weight: Floats, marks: Floats) -> Floats:
    """The weight of values at or above each mark."""
    order = np.argsort(values, kind="stable")
    total = np.append(0.0, np.cumsum(weight[order]))
    return total[-1] - total[np.searchsorted(values[order], marks, side="left")]


def _turnbull(
    low: Floats, high: Floats, weight: Floats, entered: Floats, steps: int, close: float
) -> tuple[Floats, Floats, Floats]:
    """Innermost intervals and their masses; every endpoint b_j has the place 2j, what lies behind it 2j + 1."""
    ends = np.unique(np.concatenate([low, high[np.isfinite(high)]]))
    exact = low == high
    left = 2 * np.searchsorted(ends, low) + ~exact
    right = np.where(np.isinf(high), 2 * ends.size - 1, 2 * np.searchsorted(ends, high))
    places = np.concatenate([2 * left, 2 * right + 1])
    order = np.argsort(places, kind="stable")
    is_left = (places[order] % 2) == 0
    inner = np.flatnonzero(is_left[:-1] & ~is_left[1:])
    q, p = places[order][inner] // 2, places[order][inner + 1] // 2
    from_piece, to_piece = np.searchsorted(q, left), np.searchsorted(p, right, side="right")
    after = np.searchsorted(q, 2 * np.searchsorted(ends, entered))
    after[entered <= 0] = 0
    used = to_piece > from_piece
    mass = _self_consistent(from_piece[used], to_piece[used], after[used], weight[used], q.size, steps, close)
    first = ends[q // 2]
    last = ends[np.minimum((p + 1) // 2, ends.size - 1)]
    inside = p < 2 * ends.size - 1
    return first[inside], last[inside], mass[inside]


def _self_consistent(
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    after: NDArray[np.int64],
    weight: Floats,
    pieces: int,
    steps: int,
    close: float,
) -> Floats:
    mass = np.full(pieces, 1.0 / pieces)
    late = after > 0
    for _ in range(steps):
        below = np.append(0.0, np.cumsum(mass))
        rate = np.zeros(pieces + 1)
        chance = weight / np.maximum(below[end] - below[begin], 1e-300)
        np.add.at(rate, begin, chance)
        np.subtract.at(rate, end, chance)
        expected = mass * np.cumsum(rate)[:-1]
        if late.any():
            ghosts = np.zeros(pieces + 1)
            np.add.at(ghosts, after[late], weight[late] / np.maximum(1 - below[after[late]], 1e-300))
            expected += mass * (ghosts.sum() - np.cumsum(ghosts)[:-1])
        new = np.maximum(expected, 0.0) / expected.sum()
        if np.abs(np.cumsum(new - mass)).max() < close:
            return new
        mass = new
    return mass


def _late_mean(low: Floats, high: Floats, weight: Floats, entered: Floats) -> float:
    """How much longer things last that have lasted long: time observed over ends, in the last quarter."""
    over = np.isfinite(high)
    seen_to = np.where(over, (low + np.where(over, high, low)) / 2, low)
    ends = np.sort(seen_to[over])
    if not ends.size:
        return float(seen_to.max(initial=0.0))
    mark = float(ends[max(min(int((1 - _LATE_PART) * ends.size), ends.size - int(_ENOUGH)), 0)])
    mark = mark if ends.size > _ENOUGH else 0.0
    exposure = float(weight @ np.maximum(seen_to - np.maximum(entered, mark), 0.0))
    return exposure / max(float(weight[over & (seen_to >= mark)].sum()), 1.0)


def quantile_points(found: Distribution, n: float) -> tuple[Floats, Floats]:
    """Shares from 0 to 1 and durations, straight between them: every 2.5%, heaps as they are, and the tail halved as
    often as n allows. What lies beyond the data ends as things did that lasted long (exponentially)."""
    before = np.cumsum(found.mass) - found.mass
    heap = found.mass >= max(_HEAP, 2.5 / max(n, 1.0))
    wide = (found.last > found.first) | heap
    share = np.where(wide, np.stack([before, before + found.mass]), before + found.mass / 2)
    shares, times = share.T.ravel(), np.stack([found.first, found.last], axis=1).ravel()
    halves = 1 - 0.025 * 0.5 ** np.arange(1, max(int(np.log2(max(n, 1) * 0.025)), 0) + 1)
    heaps = share[:, heap].ravel()
    levels = np.unique(np.round(np.concatenate([_LEVELS, halves, heaps]), 6))
    reached = 1 - found.beyond
    levels = levels[levels < reached - 1e-9] if found.beyond else levels
    points = np.interp(levels, shares, times) if times.size else np.zeros(levels.size)
    if found.beyond:
        last = float(times[-1]) if times.size else 0.0
        k = np.arange(_TAIL_POINTS)
        tail = last + found.at_risk * np.append(k * np.log(2), (_TAIL_POINTS - 1) * np.log(2) + 2)
        tail_levels = np.append(1 - found.beyond * 0.5**k, 1.0)
        levels, points = np.concatenate([levels, tail_levels]), np.concatenate([points, tail])
    points = np.maximum.accumulate(points)
    middle = points[:-2] + (points[2:] - points[:-2]) * (levels[1:-1] - levels[:-2]) / (levels[2:] - levels[:-2])
    kept = np.concatenate([[True], np.abs(points[1:-1] - middle) > 1e-9 * points[-1], [True]])
    return levels[kept], points[kept]
