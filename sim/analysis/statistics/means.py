"""Means: over replications, over all cases, and of a census."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.analysis.statistics.estimate import (
    CENSUS,
    CONFIDENCE,
    NO_CASES,
    ONE_REPLICATION,
    OPEN_CASES,
    Estimate,
    Floats,
    by_replication,
    nothing,
    numbers,
    student,
    tail,
)
from sim.analysis.statistics.skewness import reaches
from sim.text import Text

T_INTERVAL = Text("各次模拟之间的 t 区间", "Student's t over replications")
SKEWED = Text(
    "各次模拟之间的 t 区间，按偏度加长（Hall）", "Student's t over replications, longer where they are skewed (Hall)"
)
RATIO = Text(
    "全部办件的平均，按模拟聚类的 t 区间，按偏度加长（Hall）",
    "mean of all cases, Student's t with replications as clusters, longer where they are skewed (Hall)",
)


def t_interval(values: npt.ArrayLike, *, unit: str, confidence: float = CONFIDENCE, n: int | None = None) -> Estimate:
    """Mean of independent numbers, one for each replication, with Student's interval.

    mean ± t(R-1, (1 + confidence)/2) s/√R. Exact for normal numbers, approximate otherwise; the mean of many
    cases is nearly normal, a longest case is not. ``values``: (R,). ``n``: cases behind them, R if not given.
    Law, Simulation Modeling and Analysis, 5th ed. 2015, sec. 9.4.1.

    >>> e = t_interval([12.1, 9.8, 11.4, 10.7, 13.0, 9.5, 10.9, 12.6, 11.8, 10.2], unit="wd")
    >>> round(e.value, 3), round(e.half_width, 3)
    (11.2, 0.846)
    """
    array = numbers(values)
    count = array.size if n is None else n
    probability = tail(confidence)
    if array.size == 0:
        return nothing(NO_CASES, confidence=confidence, n=count, replications=0, unit=unit, method=T_INTERVAL)
    mean = _mean(array)
    half = None
    if array.size > 1:
        half = student(probability, array.size - 1) * float(np.std(array - mean, ddof=1)) / array.size**0.5
    return Estimate(
        value=mean,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
        confidence=confidence,
        n=count,
        replications=array.size,
        unit=unit,
        method=T_INTERVAL,
        reason=ONE_REPLICATION if half is None else None,
    )


def mean_interval(
    values: npt.ArrayLike, *, unit: str, confidence: float = CONFIDENCE, n: int | None = None
) -> Estimate:
    """Mean of independent numbers, one for each replication, which may be skewed: see :func:`~.skewness.reaches`.

    Never shorter than :func:`t_interval` on either side, and the same where the numbers are symmetric.
    """
    array, estimate = numbers(values), t_interval(values, unit=unit, confidence=confidence, n=n)
    if estimate.value is None or array.size < 2:
        return replace(estimate, method=SKEWED)
    error = float(np.std(array - estimate.value, ddof=1)) / array.size**0.5
    below, above = reaches(array, confidence)
    return replace(estimate, low=estimate.value - below * error, high=estimate.value + above * error, method=SKEWED)


def mean_over_replications(
    values_by_replication: Sequence[npt.ArrayLike], *, unit: str, confidence: float = CONFIDENCE
) -> Estimate:
    """Mean of the replications' means, each replication weighing the same (rule 20).

    ``values_by_replication``: R arrays of the finished cases' values. It answers "the average year"; for "the
    average case", and where cases are open, see :func:`ratio_mean`. The two agree when all have equally many cases.
    """
    groups = [closed for closed, _ in by_replication(values_by_replication, None)]
    means = [_mean(group) for group in groups]
    return mean_interval(means, unit=unit, confidence=confidence, n=sum(group.size for group in groups))


def ratio_mean(
    values_by_replication: Sequence[npt.ArrayLike],
    *,
    unit: str,
    open_elapsed: Sequence[npt.ArrayLike] | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Mean over all cases of all replications, each case weighing the same, clustering respected.

    m = Σ S_r / Σ n_r with S_r the sum and n_r the number of cases of replication r, and
    m ± t(R-1) √( R/(R-1) Σ (S_r - m n_r)² ) / Σ n_r: the ratio estimator of cluster sampling (Cochran, Sampling
    Techniques, 3rd ed. 1977, ch. 6; Law 2015 sec. 9.5.3), with t made longer where the S_r - m n_r are skewed
    (:func:`~.skewness.reaches`). This is the mean to print and to judge: it equals the sum of its parts, and years
    with many cases weigh more.

    ``values_by_replication``: R arrays of finished cases. ``open_elapsed``: R arrays with the time that cases still
    open have taken so far. Dropping those would make times look short, so they count with it; the value is then a
    lower bound, ``low`` is a valid lower bound still, and ``high`` is None.
    """
    groups = by_replication(values_by_replication, open_elapsed)
    tail(confidence)
    cases = np.array([closed.size + waiting.size for closed, waiting in groups], dtype=np.float64)
    count, still_open, replications = int(cases.sum()), sum(waiting.size for _, waiting in groups), len(groups)
    if not groups:
        return nothing(NO_CASES, confidence=confidence, n=0, replications=0, unit=unit, method=RATIO)
    # sums are taken around one of the values: nothing is lost to cancellation (NIST NumAcc4)
    first = float(np.concatenate(groups[0])[0])
    sums = np.array([float(np.sum(closed - first) + np.sum(waiting - first)) for closed, waiting in groups])
    shifted = float(sums.sum()) / count
    mean, low, high = first + shifted, None, None
    if replications > 1:
        apart = sums - shifted * cases
        error = (float(np.sum(apart**2)) * replications / (replications - 1)) ** 0.5 / count
        below, above = reaches(apart, confidence)
        low, high = mean - below * error, None if still_open else mean + above * error
    return Estimate(
        value=mean,
        low=low,
        high=high,
        confidence=confidence,
        n=count,
        replications=replications,
        unit=unit,
        method=RATIO,
        reason=OPEN_CASES if still_open else ONE_REPLICATION if low is None else None,
        open=still_open,
    )


def census_mean(values: npt.ArrayLike, *, unit: str) -> Estimate:
    """Mean of everything that closed in a measured log: a fact about the period, so its interval is the point itself.

    What it says about the future is another estimate (rule 20): :func:`ratio_mean` over months, for example.
    """
    array = numbers(values)
    if array.size == 0:
        return nothing(NO_CASES, confidence=1.0, n=0, replications=0, unit=unit, method=CENSUS)
    mean = _mean(array)
    return Estimate(
        value=mean, low=mean, high=mean, confidence=1.0, n=array.size, replications=1, unit=unit, method=CENSUS
    )


def _mean(array: Floats) -> float:
    return float(array[0] + np.mean(array - array[0]))
