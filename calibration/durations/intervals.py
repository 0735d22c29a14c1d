"""Between what the mean and the cv of a fitted law lie: by profile likelihood, which open cases make lopsided."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, special

from calibration.durations.blends import Blend
from calibration.durations.likelihood import Likelihood, climb, differences
from calibration.durations.observations import Floats
from calibration.durations.written import Bounds

_WIDEST = 6.0
"""No further than this from the estimate, in logarithms: data that bound it no better say next to nothing."""
_CV_FROM, _CV_TO = math.log(2e-3), math.log(60.0)


def covariance(hessian: Floats) -> Floats:
    """Of the parameters, from the observed information; directions without information are cut at a variance of 4."""
    size, axes = np.linalg.eigh(-hessian)
    return (axes / np.maximum(size, 0.25)) @ axes.T


def profile(likelihood: Likelihood, blend: Blend, value: float, parameter: int, confidence: float = 0.95) -> Bounds:
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

    curved = differences(of, at)
    spread = math.sqrt(max(float(covariance(curved.hessian)[parameter, parameter]), 1e-12))
    z = float(special.ndtri((1 + confidence) / 2))
    other = at.copy()

    def depth_at(x: float) -> float:
        nonlocal other
        point = other.copy()
        point[parameter] = x
        if point.size == 1:
            return value - of(point) - depth
        free = 1 - parameter

        def along(theta: Floats) -> float:
            whole = point.copy()
            whole[free] = theta[0]
            return of(whole)

        best = climb(along, point[[free]])
        other[free] = best.at[0]
        return value - best.value - depth

    bounds = []
    for side in (-1, 1):
        other = at.copy()
        inner, outer = float(at[parameter]), float(at[parameter]) + side * z * spread
        while depth_at(outer) < 0 and abs(outer - at[parameter]) < _WIDEST:
            inner, outer = outer, outer + side * z * spread / 2
        if depth_at(outer) < 0:
            bounds.append(outer)
            continue
        bounds.append(optimize.brentq(depth_at, inner, outer, xtol=1e-3 * spread))
    return math.exp(bounds[0]), math.exp(bounds[1])
