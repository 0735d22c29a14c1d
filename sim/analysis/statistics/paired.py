"""Before against after under common random numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.analysis.statistics.estimate import (
    CONFIDENCE,
    NO_CASES,
    ONE_REPLICATION,
    Estimate,
    Floats,
    numbers,
    require,
    student,
    tail,
)
from sim.analysis.statistics.means import mean_interval
from sim.analysis.statistics.skewness import reaches, skewness
from sim.text import Text

PAIRED = Text(
    "配对 t 区间（共同随机数），按偏度加长（Hall）", "paired t (common random numbers), longer where skewed (Hall)"
)
WELCH = Text("Welch 区间（两组独立）", "Welch, as if the two were independent")
FIELLER = Text(
    "两均值之比，配对 Fieller 区间，按偏度加长（Hall）", "ratio of means, paired Fieller, longer where skewed (Hall)"
)
ZERO_BEFORE = Text("改革前的均值为零，比值无定义", "the mean before is zero: no ratio")
UNBOUNDED = Text(
    "改革前的均值与零无法区分，比值的区间无界",
    "the mean before cannot be told from zero: the ratio's interval is unbounded",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two scenarios that were run with the same seeds.

    ``difference``: before minus after, paired by replication: positive where the reform saves time. The one to use.
    ``welch`` (and its degrees of freedom): the same as if runs were independent, for comparison and where they are.
    ``ratio``: after over before. ``variance_reduction``: 1 - Var(before - after) / (Var before + Var after), the share
    of the variance that common random numbers removed (Law 2015, sec. 11.2); 0 for independent runs, below 0 where
    they did harm, None for one replication or no variance at all.
    """

    difference: Estimate
    welch: Estimate
    welch_degrees_of_freedom: float | None
    ratio: Estimate
    variance_reduction: float | None


def paired_difference(
    before: npt.ArrayLike, after: npt.ArrayLike, *, unit: str, confidence: float = CONFIDENCE
) -> Comparison:
    """Compare two scenarios by one number (a mean, a share, a quantile) for each replication of both: (R,) and (R,).

    Difference: :func:`~.means.mean_interval` of the R differences; Welch: Satterthwaite's degrees of freedom (Law
    2015, sec. 10.2; Welch, Biometrika 34 (1947) 28-35). Ratio: the interval of Fieller, J. R. Statist. Soc. B 16
    (1954) 175-185, for paired means: all ρ with |ā - ρ b̄| <= t(R-1) s(a - ρ b)/√R, exact for normal pairs, while the
    usual delta method is not; unbounded, and said so, where b̄ itself cannot be told from zero. Yearly means of a queue
    are skewed, and what is left of a - ρ b tells less of it than a and b do: t is made longer
    (:func:`~.skewness.reaches`) by at least their skewness.

    >>> c = paired_difference([52.1, 48.9, 55.0, 50.2], [46.0, 44.1, 47.9, 45.2], unit="d")
    >>> round(c.difference.value, 2), round(c.ratio.value, 3), c.variance_reduction > 0.5
    (5.75, 0.888, True)
    """
    b, a = numbers(before), numbers(after)
    require(
        a.shape == b.shape,
        Text("改革前后的模拟次数须相同", "before and after have the same replications"),
        Text("用相同的种子与次数各运行一遍", "run both with the same seed and number of replications"),
        (b.size, a.size),
    )
    difference = replace(mean_interval(b - a, unit=unit, confidence=confidence), method=PAIRED)
    welch, freedom = _welch(b, a, difference)
    apart = float(np.var(b, ddof=1) + np.var(a, ddof=1)) if b.size > 1 else 0.0
    return Comparison(
        difference=difference,
        welch=welch,
        welch_degrees_of_freedom=freedom,
        ratio=_fieller(b, a, confidence),
        variance_reduction=1 - float(np.var(b - a, ddof=1)) / apart if apart > 0 else None,
    )


def _welch(b: Floats, a: Floats, difference: Estimate) -> tuple[Estimate, float | None]:
    welch = replace(difference, method=WELCH)
    if b.size < 2 or difference.value is None:
        return welch, None
    parts = np.array([np.var(b, ddof=1), np.var(a, ddof=1)]) / b.size
    if parts.sum() == 0:
        return welch, None
    freedom = float(parts.sum() ** 2 / np.sum(parts**2 / (b.size - 1)))
    half = student(tail(difference.confidence), freedom) * float(parts.sum()) ** 0.5
    return replace(welch, low=difference.value - half, high=difference.value + half), freedom


def _fieller(b: Floats, a: Floats, confidence: float) -> Estimate:
    size = b.size
    mean_b, mean_a = (float(np.mean(b)), float(np.mean(a))) if size else (0.0, 0.0)
    value = mean_a / mean_b if mean_b else None
    low = high = None
    reason: Text | None = NO_CASES if size == 0 else ZERO_BEFORE if value is None else ONE_REPLICATION
    if value is not None and size > 1:
        skewed = max(abs(skewness(b)), abs(skewness(a)))
        below, above = (
            _end(b, a, reach, up)
            for reach, up in zip(reaches(a - value * b, confidence, at_least=skewed), (False, True), strict=True)
        )
        low = None if below is None else min(value, below)
        high = None if above is None else max(value, above)
        reason = UNBOUNDED if low is None or high is None else None
    return Estimate(
        value=value,
        low=low,
        high=high,
        confidence=confidence,
        n=size,
        replications=size,
        unit="ratio",
        method=FIELLER,
        reason=reason,
    )


def _end(b: Floats, a: Floats, reach: float, upper: bool) -> float | None:
    """The ρ at which ā - ρ b̄ is ``reach`` standard errors from 0; None where there is no such end.

    A root of ρ²(b̄² - v_b) - 2ρ(āb̄ - v_ab) + (ā² - v_a) = 0, v the (co)variances of the means times reach².
    """
    (v_b, v_ab), (_, v_a) = np.cov(b, a) * reach**2 / b.size
    mean_b, mean_a = float(np.mean(b)), float(np.mean(a))
    square, middle, rest = mean_b**2 - v_b, mean_a * mean_b - v_ab, mean_a**2 - v_a
    if square <= 0:
        return None
    root = max(0.0, middle**2 - square * rest) ** 0.5
    return float((middle + (root if upper else -root)) / square)
