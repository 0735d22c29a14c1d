"""Between what the mean and the cv of a fitted law lie: by profile likelihood, which open cases make lopsided."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, special

from calibration.durations.blends import Blend
from calibration.durations.likelihood import Derivatives, Likelihood, climb, differences
from calibration.durations.observations import Floats
from calibration.durations.written import Bounds

_WIDEST = 6.0
"""No further than this from the estimate, in logarithms: data that bound it no better say next to nothing."""
_NEWTON_STEPS = 8
_EXACT, _NEVER = 1e-3, 1e9
_CV_FROM, _CV_TO = math.log(2e-3), math.log(60.0)


def covariance(hessian: Floats) -> Floats:
    """Of the parameters, from the observed information; directions without information are cut at a variance of 4."""
    size, axes = np.linalg.eigh(-hessian)
    return (axes / np.maximum(size, 0.25)) @ axes.T


def averaged(
    weights: Sequence[float], estimates: Sequence[tuple[float, float, float]], confidence: float = 0.95
) -> Bounds:
    """Bounds over several laws, from each one's (value, low, high), all above zero: the tail areas of all, by their
    weights, make up the tail (Turek and Fletcher, Comp. Stat. Data An. 56 (2012) 2809-2815). Each one's logarithm is
    taken as normal to either side of its value."""
    if len(estimates) == 1:
        return estimates[0][1], estimates[0][2]
    z = float(special.ndtri((1 + confidence) / 2))
    value, low, high = np.log(np.array(estimates)).T
    below, above = np.maximum((value - low) / z, 1e-9), np.maximum((high - value) / z, 1e-9)

    def share(x: float) -> float:
        return float(np.dot(weights, special.ndtr((x - value) / np.where(x < value, below, above))))

    ends = [
        optimize.brentq(lambda x, tail=tail: share(x) - tail, low.min() - 1e-6, high.max() + 1e-6)
        for tail in ((1 - confidence) / 2, (1 + confidence) / 2)
    ]
    return math.exp(ends[0]), math.exp(ends[1])


def profile(likelihood: Likelihood, blend: Blend, parameter: int, confidence: float = 0.95) -> Bounds:
    """Bounds of the mean (parameter 0) or the cv (1) of a single law, in the likelihood's units.

    Where the highest log likelihood at a value of the parameter has sunk by (n/2) ln(1 + t^2/f), t the quantile of
    Student's law with f = n + 1 - p degrees, n the finished ones: exact for the mean of a normal law, half the
    quantile of chi square as n grows (Venzon and Moolgavkar, Applied Statistics 37 (1988) 87-94).
    """
    family, at = blend.family, blend.reported[0]
    seen = likelihood.observations
    n = seen.n - seen.open
    freedom = max(n + 1 - at.size, 1.0)
    depth = n / 2 * math.log1p(float(special.stdtrit(freedom, (1 + confidence) / 2)) ** 2 / freedom)

    def of(reported: Floats) -> float:
        if reported.size > 1 and not _CV_FROM < reported[1] < _CV_TO:
            return -math.inf
        return likelihood.value(Blend(family, np.ones(1), family.natural(reported)[None]))

    top = differences(of, at)
    ends = [_straight_to(of, at, top, side, parameter, depth) for side in (-1, 1)]
    low, high = (end if end is not None else _searched(of, at, top, side, parameter, depth)
                 for side, end in zip((-1, 1), ends, strict=True))  # fmt: skip
    return math.exp(low), math.exp(high)


def _straight_to(
    of: Callable[[Floats], float], at: Floats, top: Derivatives, side: int, parameter: int, depth: float
) -> float | None:
    """Newton's way to where the likelihood has sunk by ``depth`` and the other parameter is at its best; None where
    it does not lead there."""
    step = covariance(top.hessian)[:, parameter]
    theta = at + side * step * math.sqrt(2 * depth / max(step[parameter], 1e-12))
    free = [i for i in range(at.size) if i != parameter]
    for _ in range(_NEWTON_STEPS):
        here = differences(of, theta)
        if not (np.isfinite(here.value) and np.isfinite(here.hessian).all()):
            return None
        wrong = np.append(here.value - top.value + depth, here.gradient[free])
        slope = np.vstack([here.gradient[None], here.hessian[free]])
        if abs(np.linalg.det(slope)) < 1e-12:
            return None
        move = np.linalg.solve(slope, -wrong)
        theta = theta + move * min(1.0, 0.5 / max(float(np.abs(move).max()), 1e-12))
        if abs(wrong[0]) < _EXACT * depth and np.abs(move).max() < 1e-2:
            beyond = (theta[parameter] - at[parameter]) * side
            best = not free or here.hessian[free[0], free[0]] < 0
            return float(theta[parameter]) if 0 < beyond < _WIDEST and best else None
    return None


def _searched(
    of: Callable[[Floats], float], at: Floats, top: Derivatives, side: int, parameter: int, depth: float
) -> float:
    """The same by bracketing; where the likelihood never sinks so far, as far as anybody looks."""
    other = at.copy()

    def lacks(x: float) -> float:
        point = other.copy()
        point[parameter] = x
        if point.size == 1:
            return top.value - of(point) - depth
        free = 1 - parameter

        def along(theta: Floats) -> float:
            whole = point.copy()
            whole[free] = theta[0]
            return of(whole)

        best = climb(along, point[[free]])
        if not math.isfinite(best.value):
            return _NEVER
        other[free] = best.at[0]
        return top.value - best.value - depth

    spread = math.sqrt(max(2 * depth * float(covariance(top.hessian)[parameter, parameter]), 1e-12))
    inner, outer = float(at[parameter]), float(at[parameter]) + side * spread
    while (left := lacks(outer)) < 0 and abs(outer - at[parameter]) < _WIDEST:
        inner, outer = outer, outer + side * spread / 2
    if left < 0 or lacks(inner) >= 0:
        return outer
    return float(optimize.brentq(lacks, inner, outer, xtol=1e-3 * spread))
