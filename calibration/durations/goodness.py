"""Whether observations could come from a law that was fitted to them.

Exact durations under a single law: Anderson and Darling's statistic, its distribution by parametric bootstrap with a
fit each time. Everything else (dates, open cases, cases seen late, mixtures): Neyman's smooth test as an efficient
score test. The law's density is multiplied by 1 + sum of b_j h_j(F(t)), h_j the Legendre polynomials on (0, 1), and
b = 0 is tested; the score of an observation that is known in part is the mean of h_j over the part, and what the
fitted parameters take up is projected out (Rayner and Best, Smooth tests of goodness of fit, 2nd ed., ch. 6;
Kraus, Lifetime Data Anal. 13 (2007) 471-487, for open cases). With indicators instead of polynomials it would be
Pearson's test; polynomials notice smooth departures sooner, and need no choice of classes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import special, stats

from calibration.durations.blends import Blend, derivatives
from calibration.durations.likelihood import Likelihood
from calibration.durations.observations import Floats
from sim.model.law_forms import Family as FamilyName
from sim.text import Text

Test = Literal["anderson-darling", "smooth", "none"]
TESTS: dict[Test, Text] = {
    "anderson-darling": Text("Anderson-Darling 检验(参数自助法)", "Anderson-Darling, parametric bootstrap"),
    "smooth": Text("Neyman 光滑检验(得分检验)", "Neyman's smooth test, efficient score"),
    "none": Text("未检验", "not tested"),
}

_MORE, _MOST = 3, 9
"""The polynomials go so far beyond the number of parameters, and up to this degree."""
_FREE = 0.2
"""A direction of which the parameters take up more than the rest is not tested: at n = 100 its variance is too badly
known, and a true law was refused in a quarter of the trials."""
_HOPELESS = 1e-6
"""Below this p of the smooth test there is no bootstrap."""
_REPLICATES = 2000
_LONGEST = 200
"""The distribution of the statistic at n above this is that at this n: it differs by less than 1%."""
_TOO_FEW = 8.0


class Goodness(NamedTuple):
    """``p`` is the chance of a worse fit if the law were right; 1 where there is too little to test."""

    test: Test
    statistic: float
    p: float


def goodness(likelihood: Likelihood, blend: Blend) -> Goodness:
    """How well observations go with the law that was fitted to them."""
    seen = likelihood.observations
    finished = seen.n - seen.open
    if finished < _TOO_FEW:
        return Goodness("none", 0.0, 1.0)
    smooth = _smooth(likelihood, blend)
    whole = bool((seen.weight == np.round(seen.weight)).all())
    if not (seen.plain and whole and blend.shares.size == 1) or smooth.p < _HOPELESS:
        return smooth
    share = np.sort(_share(blend, np.repeat(likelihood.y_exact, seen.weight.astype(np.int64))))
    statistic = float(anderson_darling(share[None])[0])
    shape = round(4 * float(blend.natural[0, 1])) / 4 if blend.family.name == "gamma" else 0.0
    null = _null(blend.family.name, _bucket(share.size), float(np.clip(shape, -2.0, 5.0)))
    return Goodness("anderson-darling", statistic, float((null >= statistic).sum() + 1) / (null.size + 1))


def _share(blend: Blend, y: Floats) -> Floats:
    return -np.expm1(blend.log_survival(y))


def _smooth(likelihood: Likelihood, blend: Blend) -> Goodness:
    _, own = derivatives(likelihood, blend)
    scores = _departures(likelihood, blend, min(own.shape[1] + _MORE, _MOST))
    weight = likelihood.weight[:, None]
    total = (weight * scores).sum(axis=0)
    cross, inner = scores.T @ (weight * own), own.T @ (weight * own)
    variance = scores.T @ (weight * scores) - cross @ np.linalg.pinv(inner, rcond=1e-10) @ cross.T
    size, axes = np.linalg.eigh(variance)
    kept = size > _FREE * likelihood.weight.sum()
    if not kept.any():
        return Goodness("none", 0.0, 1.0)
    statistic = float((((axes.T @ total)[kept]) ** 2 / size[kept]).sum())
    k, finished = int(kept.sum()), likelihood.observations.n - likelihood.observations.open
    freedom = max(finished - k - own.shape[1], 1.0)  # the variance is estimated: F, as for Hotelling's statistic
    return Goodness("smooth", statistic, float(stats.f.sf(statistic / k, k, freedom)))


def _departures(likelihood: Likelihood, blend: Blend, degree: int) -> Floats:
    """(n, degree) scores of the observations in b, at b = 0."""
    scores = np.empty((likelihood.weight.size, degree))
    scores[likelihood.exact] = _legendre(_share(blend, likelihood.y_exact), degree)
    scores[likelihood.between] = _mean_legendre(
        _share(blend, likelihood.y_low), _share(blend, likelihood.y_high), degree
    )
    scores[likelihood.open] = _mean_legendre(_share(blend, likelihood.y_open), np.ones(likelihood.open.size), degree)
    scores[likelihood.late] -= _mean_legendre(_share(blend, likelihood.y_late), np.ones(likelihood.late.size), degree)
    if likelihood.blurred.size:
        scores[likelihood.blurred] = _over_starts(
            _share_of(blend, likelihood.blurred_low), _share_of(blend, likelihood.blurred_high), degree
        ) - _over_starts(_share_of(blend, likelihood.blurred_late), np.ones(likelihood.blurred_late.shape), degree)
    return scores


def _share_of(blend: Blend, y: Floats) -> Floats:
    out = np.ones(y.shape)
    finite = y < np.inf
    out[finite] = _share(blend, y[finite])
    return out


def _over_starts(low: Floats, high: Floats, degree: int) -> Floats:
    """The mean over starts, each weighted by its chance; (n, nodes) to (n, degree)."""
    chance = np.maximum(high - low, 1e-300) * np.polynomial.legendre.leggauss(low.shape[1])[1]
    chance /= chance.sum(axis=1, keepdims=True)
    means = _mean_legendre(low.ravel(), high.ravel(), degree).reshape(*low.shape, degree)
    return np.einsum("ij,ijk->ik", chance, means)


def _legendre(u: Floats, degree: int) -> Floats:
    """(n, degree) the orthonormal Legendre polynomials of degree 1 and above on (0, 1)."""
    x = 2 * u - 1
    return np.stack([math.sqrt(2 * j + 1) * special.eval_legendre(j, x) for j in range(1, degree + 1)], axis=1)


def _mean_legendre(a: Floats, b: Floats, degree: int) -> Floats:
    """Their means over [a, b], by their primitives (P_{j+1} - P_{j-1}) / (2j + 1)."""
    out = _legendre((a + b) / 2, degree)
    wide = b - a > 1e-6
    ends = np.stack([2 * a[wide] - 1, 2 * b[wide] - 1])
    for j in range(1, degree + 1):
        primitive = special.eval_legendre(j + 1, ends) - special.eval_legendre(j - 1, ends)
        primitive = primitive / (2 * math.sqrt(2 * j + 1))
        out[wide, j - 1] = (primitive[1] - primitive[0]) / (b[wide] - a[wide])
    return out


def anderson_darling(shares: Floats) -> Floats:
    """(B,) the statistic of B samples; ``shares`` (B, n) are F of each sample, ascending."""
    n = shares.shape[1]
    u = np.clip(shares, 1e-300, 1 - 1e-16)
    odd = 2 * np.arange(1, n + 1) - 1
    return -n - (np.log(u) + np.log1p(-u[:, ::-1])) @ odd / n


def _bucket(n: int) -> int:
    return min((b for b in (*range(8, 20), 20, 25, 32, 40, 50, 64, 80, 100, 130, 160) if b >= n), default=_LONGEST)


@lru_cache(maxsize=512)
def _null(family: FamilyName, n: int, shape: float) -> Floats:
    """The statistic of samples from the family, fitted as the data were. Only the gamma's depends on a parameter."""
    rng = np.random.default_rng([n, round(4 * shape) + 100])
    size = (_REPLICATES, n)
    if family == "lognormal":
        y = np.sort(rng.standard_normal(size), axis=1)
        u = special.ndtr((y - y.mean(1, keepdims=True)) / y.std(1, keepdims=True))
    elif family == "exponential":
        t = np.sort(rng.standard_exponential(size), axis=1)
        u = -np.expm1(-t / t.mean(1, keepdims=True))
    elif family == "weibull":
        y = np.sort(np.log(rng.standard_exponential(size)), axis=1)
        k = _weibull_shapes(y)[:, None]
        u = -np.expm1(-np.exp(k * y) / np.exp(k * y).mean(1, keepdims=True))
    else:
        # small shapes: log of a gamma variate by that of shape + 1, so that none is 0
        y = np.log(rng.standard_gamma(math.exp(shape) + 1, size)) - rng.standard_exponential(size) / math.exp(shape)
        y = np.sort(y, axis=1)
        t = np.exp(y - y.max(1, keepdims=True))
        k = _gamma_shapes(np.log(t.mean(1)) - (y - y.max(1, keepdims=True)).mean(1))[:, None]
        u = special.gammainc(k, k * t / t.mean(1, keepdims=True))
    return np.sort(anderson_darling(u))


def _weibull_shapes(y: Floats) -> Floats:
    """(B,) the likeliest shapes of samples of log times (B, n), by Newton."""
    k = 1.28 / y.std(1)
    for _ in range(12):
        powers = np.exp(k[:, None] * (y - y.max(1, keepdims=True)))
        sums = powers.sum(1)
        first, second = (powers * y).sum(1) / sums, (powers * y * y).sum(1) / sums
        k = np.maximum(k - (first - 1 / k - y.mean(1)) / (second - first**2 + 1 / k**2), k / 3)
    return k


def _gamma_shapes(gap: Floats) -> Floats:
    """(B,) the likeliest shapes from log mean - mean log (Minka, Estimating a gamma distribution, 2002)."""
    k = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
    for _ in range(6):
        k = 1 / (1 / k + (np.log(k) - special.digamma(k) - gap) / (k * k * (1 / k - special.polygamma(1, k))))
    return k
