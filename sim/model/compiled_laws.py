"""A law in the form that both engines draw from: a kind and a flat table, with its mean, spread and bounds."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model import law_tables
from sim.model.law_kinds import (
    CONSTANT,
    EXPONENTIAL,
    LINEAR,
    LOGNORMAL,
    PIECES,
    TRIANGULAR,
    UNIFORM,
    VALUES,
    WEIBULL,
)

Array = NDArray[np.float64]

_Z_90 = 1.2815515655446004
_SMALLEST_CV = 1e-7
"""A law that spreads less is constant within the error that rule 3 allows."""
_SMALLEST_SIGMA = 1e-9
_PANELS, _POINTS = 48, 8
_DRAWN_ON_GRID = (EXPONENTIAL, WEIBULL, LOGNORMAL, PIECES)


@dataclass(frozen=True, eq=False)
class CompiledLaw:
    """A law of duration in microseconds.

    ``kind`` and ``table`` are what :func:`sim.model.quantiles.quantile` takes (layout: :mod:`sim.model.law_kinds`);
    draws are clipped at ``at_most`` (infinite where there is none). ``mean``, ``sd``, ``lowest``, ``longest``,
    ``cdf`` and ``quantile`` are of the clipped law at factor 1.
    """

    kind: int
    table: Array
    mean: float
    sd: float
    lowest: float
    longest: float
    at_most: float = math.inf

    def __post_init__(self) -> None:
        self.table.setflags(write=False)

    @functools.cached_property
    def grid(self) -> Array:
        """What draws are read off, see :func:`sim.model.quantiles.draw_grid`; empty where that would not be faster."""
        from sim.model.quantiles import draw_grid

        return draw_grid(self.kind, self.table) if self.kind in _DRAWN_ON_GRID else np.empty(0)

    def quantile(self, share: ArrayLike) -> Array:
        """The durations that these shares of the cases do not exceed; same shape as ``share``."""
        from sim.model.quantiles import quantile

        raw = _each(lambda u: quantile(self.kind, self.table, u), share)
        return np.minimum(raw, self.at_most)

    def cdf(self, duration_us: ArrayLike) -> Array:
        """The shares of the cases that take at most these durations; same shape."""
        from sim.model.quantiles import shares

        return _each(lambda x: 1.0 if x >= self.at_most else shares(self.kind, self.table, x)[0], duration_us)

    def draw_us(self, share: float, scale: float = 1.0, rework: float = 1.0, case_class: float = 1.0,
                slowest: float = 1.0) -> int:  # fmt: skip
        """One draw in whole microseconds (rule 3); the factors in the order in which they are multiplied."""
        from sim.model.quantiles import draw_us

        return draw_us(self.kind, self.table, self.grid, self.at_most, share, scale, rework, case_class, slowest)

    def residual_us(self, share: float, elapsed: int, scale: float = 1.0, rework: float = 1.0, case_class: float = 1.0,
                    slowest: float = 1.0) -> int:  # fmt: skip
        """How much longer work lasts that has been open for ``elapsed`` microseconds (rule 14)."""
        from sim.model.quantiles import residual_us

        factors = (scale, rework, case_class, slowest)
        return residual_us(self.kind, self.table, self.at_most, share, elapsed, *factors)


def _each(function: Callable[[float], float], numbers: ArrayLike) -> Array:
    array = np.asarray(numbers, dtype=np.float64)
    return np.array([function(number) for number in array.ravel()]).reshape(array.shape)


def _row(*numbers: float) -> Array:
    return np.array(numbers, dtype=np.float64)


def constant(value: float) -> CompiledLaw:
    return CompiledLaw(CONSTANT, _row(value), value, 0.0, value, value)


def uniform(low: float, high: float) -> CompiledLaw:
    if low == high:
        return constant(low)
    return CompiledLaw(UNIFORM, _row(low, high), (low + high) / 2, (high - low) / math.sqrt(12), low, high)


def triangular(low: float, usual: float, high: float) -> CompiledLaw:
    """Johnson and Kotz, Continuous univariate distributions, vol. 2."""
    if low == high:
        return constant(low)
    variance = ((high - low) ** 2 - (usual - low) * (high - usual)) / 18
    mean = (low + usual + high) / 3
    return CompiledLaw(TRIANGULAR, _row(low, usual, high), mean, math.sqrt(variance), low, high)


def pert(low: float, usual: float, high: float) -> CompiledLaw:
    """Beta on [low, high] with weight 4 on the usual value (Malcolm et al. 1959; Vose, Risk analysis)."""
    if low == high:
        return constant(low)
    span = high - low
    unit = law_tables.beta(1 + 4 * (usual - low) / span, 1 + 4 * (high - usual) / span)
    mean = (low + 4 * usual + high) / 6
    sd = math.sqrt((mean - low) * (high - mean) / 7)
    return CompiledLaw(PIECES, law_tables.scaled(unit, low, span), mean, sd, low, high)


def exponential(mean: float) -> CompiledLaw:
    return CompiledLaw(EXPONENTIAL, _row(mean), mean, mean, 0.0, math.inf)


def lognormal(mean: float, cv: float) -> CompiledLaw:
    """sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2 (Johnson, Kotz and Balakrishnan, vol. 1, ch. 14)."""
    if cv < _SMALLEST_CV:
        return constant(mean)
    variance = math.log1p(cv**2)
    sigma = math.sqrt(variance)
    return CompiledLaw(LOGNORMAL, _row(math.log(mean) - variance / 2, sigma, sigma), mean, mean * cv, 0.0, math.inf)


def percentiles(p10: float, p50: float, p90: float) -> CompiledLaw:
    """ln q(u) = ln p50 + z(u) * sigma, with one sigma below the median and one above it: exact at the three points."""
    if p10 == p90:
        return constant(p50)
    low, high = (max(math.log(ratio) / _Z_90, _SMALLEST_SIGMA) for ratio in (p50 / p10, p90 / p50))
    mean = p50 * (_half_lognormal(-low) + _half_lognormal(high))
    square = p50**2 * (_half_lognormal(-2 * low) + _half_lognormal(2 * high))
    sd = math.sqrt(max(square - mean**2, 0.0))
    return CompiledLaw(LOGNORMAL, _row(math.log(p50), low, high), mean, sd, 0.0, math.inf)


def _half_lognormal(sigma: float) -> float:
    """The integral of exp(|sigma| z) over the half of the normal law on the side of sigma's sign; infinite if huge."""
    try:
        return math.exp(sigma**2 / 2) * math.erfc(-sigma / math.sqrt(2)) / 2
    except OverflowError:
        return math.inf


def gamma(mean: float, cv: float) -> CompiledLaw:
    if cv < _SMALLEST_CV:
        return constant(mean)
    return CompiledLaw(PIECES, law_tables.scaled(law_tables.gamma(cv), 0.0, mean), mean, mean * cv, 0.0, math.inf)


def weibull(mean: float, cv: float) -> CompiledLaw:
    if cv < _SMALLEST_CV:
        return constant(mean)
    shape = weibull_shape(cv)
    scale = mean / math.gamma(1 + 1 / shape)
    return CompiledLaw(WEIBULL, _row(scale, shape), mean, mean * cv, 0.0, math.inf)


def weibull_shape(cv: float) -> float:
    """The shape k with cv^2 + 1 = G(1 + 2/k) / G(1 + 1/k)^2, by bisection of its logarithm."""
    low, high = math.log(0.05), math.log(1e8)
    for _ in range(80):
        shape = math.exp((low + high) / 2)
        squared = math.expm1(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape))
        low, high = (low, (low + high) / 2) if squared < cv**2 else ((low + high) / 2, high)
    return math.exp((low + high) / 2)


def values(durations: Sequence[float]) -> CompiledLaw:
    ascending = np.sort(np.asarray(durations, dtype=np.float64))
    mean, sd = float(ascending.mean()), float(ascending.std())
    return CompiledLaw(VALUES, ascending, mean, sd, float(ascending[0]), float(ascending[-1]))


def linear(points: Sequence[tuple[float, float]]) -> CompiledLaw:
    """The quantile function through (share, duration), straight between them, from share 0 to 1."""
    mean = sum((u - t) * (low + high) / 2 for (t, low), (u, high) in pairwise(points))
    variance = sum(
        (u - t) * ((low - mean) ** 2 + (low - mean) * (high - mean) + (high - mean) ** 2) / 3
        for (t, low), (u, high) in pairwise(points)
    )
    table = _row(len(points), *(u for u, _ in points), *(x for _, x in points))
    return CompiledLaw(LINEAR, table, mean, math.sqrt(variance), points[0][1], points[-1][1])


def mixture(parts: Sequence[tuple[float, CompiledLaw]]) -> CompiledLaw:
    """Each case follows one of these laws; the shares are brought to a sum of exactly 1."""
    total = sum(share for share, _ in parts)
    weighted = [(share / total, law) for share, law in parts if share > 0]
    if len(weighted) == 1:
        return weighted[0][1]
    table = _mixture_table(tuple((w, law.kind, law.table.tobytes(), law.at_most) for w, law in weighted))
    mean = sum(w * law.mean for w, law in weighted)
    variance = sum(w * (law.sd**2 + (law.mean - mean) ** 2) for w, law in weighted)
    lowest, longest = min(law.lowest for _, law in weighted), max(law.longest for _, law in weighted)
    return CompiledLaw(PIECES, table, mean, math.sqrt(variance), lowest, longest)


@functools.lru_cache(maxsize=256)
def _mixture_table(parts: tuple[tuple[float, int, bytes, float], ...]) -> Array:
    from sim.model import mixtures  # numba comes late

    return mixtures.mixture_table(
        [mixtures.Part(weight, kind, np.frombuffer(table), at_most) for weight, kind, table, at_most in parts]
    )


def clipped(law: CompiledLaw, at_most: float | None) -> CompiledLaw:
    """The law with every draw above ``at_most`` made ``at_most``."""
    if at_most is None or at_most >= law.longest:
        most = law.at_most if at_most is None else min(law.at_most, at_most)
        return CompiledLaw(law.kind, law.table, law.mean, law.sd, law.lowest, law.longest, most)
    mean, sd = _clipped_moments(law, at_most)
    return CompiledLaw(law.kind, law.table, mean, sd, min(law.lowest, at_most), at_most, at_most)


def _clipped_moments(law: CompiledLaw, at_most: float) -> tuple[float, float]:
    """Mean and sd of min(X, at_most): Gauss and Legendre's rule over the normal deviate, piece by piece of the law."""
    if law.kind == VALUES:
        clipped_values = np.minimum(law.table, at_most)
        return float(clipped_values.mean()), float(clipped_values.std())
    from scipy import special

    reached = float(law.cdf(at_most))
    knots = np.unique(np.append(np.minimum(_knots(law), reached), [0.0, reached]))
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    edges = np.linspace(law_tables.Z_LOWEST, law_tables.Z_HIGHEST, _PANELS + 1)
    half = (edges[1] - edges[0]) / 2
    z = (edges[:-1, None] + half * (1 + nodes)).ravel()
    density = np.tile(weights * half, _PANELS) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    share = np.concatenate([low + (high - low) * special.ndtr(z) for low, high in pairwise(knots)] or [[]])
    mass = np.concatenate([(high - low) * density for low, high in pairwise(knots)] or [[]])
    x = np.append(np.minimum(law.quantile(share), at_most), at_most)
    mass = np.append(mass, 1.0 - reached)
    mean = float(x @ mass)
    return mean, math.sqrt(float((x - mean) ** 2 @ mass))


def _knots(law: CompiledLaw) -> Array:
    """The shares between which the quantile function is smooth."""
    if law.kind == LOGNORMAL:
        return np.array([0.5])
    if law.kind == TRIANGULAR:
        low, usual, high = law.table
        return np.array([(usual - low) / (high - low)])
    if law.kind in (LINEAR, PIECES):
        n = int(law.table[0]) + (law.kind == PIECES)
        return law.table[1 : 1 + n]
    return np.array([])
