"""Counts of days as a log-linear model: its fit, how much the counts scatter beyond Poisson, and what its terms add."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics.estimate import student

Floats = NDArray[np.float64]
BLOCKS = (1, 7, 28)
"""Days that are looked at together: what goes on for weeks shows in sums, not in single days."""
_BLOCKS_AT_LEAST = 8
_REGULAR = 0.02
_NORMAL = 1.959964
_ROUNDS = 50
_CLOSE = 1e-10


@dataclass(frozen=True)
class Test:
    """A test with its statistic, degrees of freedom and p-value."""

    statistic: float
    df: tuple[float, float]
    p: float


@dataclass(frozen=True)
class LogLinear:
    """log E[y] = log(exposure) + X beta by maximum likelihood; ``covariance`` is that of a Poisson count.

    ``y`` and ``mean``: (n,); ``x``: (n, p). McCullagh and Nelder, Generalized Linear Models (1989), chapter 6.
    """

    x: Floats
    y: Floats
    mean: Floats
    beta: Floats
    covariance: Floats

    @property
    def deviance(self) -> float:
        logs = self.y * np.log(np.where(self.y > 0, self.y, 1) / self.mean)
        return float(2 * (logs - (self.y - self.mean)).sum())


def fit(x: Floats, y: Floats, exposure: Floats) -> LogLinear:
    """Iteratively reweighted least squares; exposures are above zero, and no column of ``x`` is without a count."""
    beta = np.zeros(x.shape[1])
    mean = exposure * max(y.sum(), 0.5) / exposure.sum()
    offset, before = np.log(exposure), math.inf
    for _ in range(_ROUNDS):
        eta = np.log(mean)
        weighted = x * mean[:, None]
        beta = np.linalg.lstsq(x.T @ weighted, weighted.T @ (eta - offset + (y - mean) / mean), rcond=None)[0]
        mean = exposure * np.exp(np.clip(x @ beta, -50, 50))
        likelihood = float((y * np.log(mean) - mean).sum())
        if abs(likelihood - before) < _CLOSE * (1 + abs(likelihood)):
            break
        before = likelihood
    return LogLinear(x, y, mean, beta, np.linalg.pinv(x.T @ (x * mean[:, None])))


@dataclass(frozen=True)
class Scatter:
    """By how many times the counts vary more, or less, than Poisson counts would; 1 where no test says so.

    ``tests`` has one for each length of block, one-sided to where it points. ``df``: the degrees of freedom behind
    the factor (infinite for 1).
    """

    factor: float
    df: float
    tests: dict[int, Test]

    @property
    def quantile(self) -> float:
        """By which a standard error is to be multiplied for a 95% interval."""
        return _NORMAL if math.isinf(self.df) else student(0.975, self.df)

    def of_days(self, level: float) -> float:
        """The factor of single days; 1 where their test says nothing at this level."""
        test = self.tests.get(1)
        return 1.0 if test is None or test.p >= level else test.statistic / test.df[0]


def scatter(model: LogLinear, level: float = 0.05) -> Scatter:
    """Pearson's statistic of the days, and of the sums over weeks and over four weeks, each against its mean and
    variance under Poisson (2 + 1/mean a block), at ``level`` over all three. Of those that are above it the largest
    counts. Counts are more regular than Poisson where the days say so, and weeks and months point the same way."""
    from scipy.special import ndtr

    n, used = model.y.size, model.x.shape[1]
    tests: dict[int, Test] = {}
    above: list[tuple[float, float]] = []
    below: list[tuple[float, float]] = []
    for length in BLOCKS:
        begins = np.arange(0, n - length + 1, length)
        if begins.size < _BLOCKS_AT_LEAST:
            continue
        stop = int(begins[-1]) + length
        mean = np.add.reduceat(model.mean[:stop], begins)
        square = float(((np.add.reduceat(model.y[:stop], begins) - mean) ** 2 / mean).sum())
        free = begins.size * (1 - used / n)
        z = (square - free) / math.sqrt((2 + 1 / mean).sum())
        tests[length] = Test(square, (free, math.inf), float(ndtr(-abs(z))))
        if z <= 0:
            below.append((max(square / free, _REGULAR), free))
        elif tests[length].p < level / len(BLOCKS):
            above.append((square / free, free))
    factor, df = 1.0, math.inf
    if above:
        factor, df = max(above)
    elif tests and len(below) == len(tests) and tests[1].p < level / len(BLOCKS):
        factor, df = max(below)
    return Scatter(factor, df, tests)


def adds(smaller: LogLinear, larger: LogLinear, its: Scatter) -> Test:
    """Likelihood ratio of two models, one within the other: over the scatter, an F test where that was estimated."""
    from scipy.special import chdtrc, fdtrc

    df = larger.x.shape[1] - smaller.x.shape[1]
    ratio = max(smaller.deviance - larger.deviance, 0.0) / its.factor
    p = chdtrc(df, ratio) if math.isinf(its.df) else fdtrc(df, its.df, ratio / df)
    return Test(ratio, (df, its.df), float(p))
