"""Quantiles of the time of a case, and the longest case."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.analysis.statistics.estimate import (
    CONFIDENCE,
    NO_CASES,
    ONE_REPLICATION,
    OPEN_CASES,
    Estimate,
    Floats,
    by_replication,
    nothing,
    require_level,
    tail,
)
from sim.analysis.statistics.means import mean_interval
from sim.analysis.statistics.shares import beta_high, beta_low, design_effect, effective_size
from sim.text import Text

WOODRUFF = Text(
    "合并分位数，Woodruff 区间（按模拟聚类的有效样本量）",
    "pooled quantile, Woodruff interval at the effective sample size, replications as clusters",
)
TOO_FEW = Text(
    "办件或模拟次数太少，界限落在最短或最长的办件之外",
    "too few cases or replications: a bound lies beyond the shortest or the longest case",
)
LONGEST = Text(
    "各次模拟最长用时的平均，t 区间，按偏度加长（Hall）",
    "mean of the replications' longest cases, Student's t, longer where skewed (Hall)",
)


def quantile_over_replications(
    values_by_replication: Sequence[npt.ArrayLike],
    q: float,
    *,
    unit: str,
    open_elapsed: Sequence[npt.ArrayLike] | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The time within which a share ``q`` of all cases is done (0.9 for the 90th percentile), with its interval.

    The value is the smallest time that at least q of the pooled cases do not exceed, so it is some case's own time.
    The interval holds the times x at which q lies inside the clustering-aware interval of the share of cases up to
    x: Woodruff, JASA 47 (1952) 635-646, with the bounds of Korn & Graubard (see :func:`~.shares.share`). Exact order
    statistics when cases are independent. Chosen over sectioning (Nakayama, ACM TOMACS 24 (2014) 19) because times in
    whole working days are full of ties, where sectioning returns an interval of length 0, and because it misses half as
    often with fifty cases a year. Beyond q = 0.9 the design effect is at least that at 0.9.

    ``values_by_replication``: R arrays of finished cases; ``open_elapsed``: R arrays of the time that open cases have
    taken so far. The value and the lower bound count them with that, the upper bound as without end: open cases
    matter only when they reach down to the quantile.
    """
    require_level(q)
    groups = by_replication(values_by_replication, open_elapsed)
    probability = tail(confidence)
    if not groups:
        return nothing(NO_CASES, confidence=confidence, n=0, replications=0, unit=unit, method=WOODRUFF)
    merged = [np.concatenate(pair) for pair in groups]
    known = np.sort(np.concatenate(merged))
    at_most = np.sort(np.concatenate([np.r_[closed, np.full(waiting.size, np.inf)] for closed, waiting in groups]))
    value = float(np.quantile(known, q, method="inverted_cdf"))
    still_open = sum(waiting.size for _, waiting in groups)
    low, high = None, None
    reason: Text | None = ONE_REPLICATION
    if len(groups) > 1:
        below, above = _ranks(merged, known, q, probability)
        low = float(known[below - 1]) if below > 0 else None
        high = float(at_most[above]) if above < known.size else None
        reason = TOO_FEW if low is None or high is None else None
        if high == np.inf:
            high, reason = None, OPEN_CASES
    return Estimate(
        value=value,
        low=low,
        high=high,
        confidence=confidence,
        n=known.size,
        replications=len(groups),
        unit=unit,
        method=WOODRUFF,
        reason=reason,
        open=still_open,
    )


def longest(
    values_by_replication: Sequence[npt.ArrayLike],
    *,
    unit: str,
    open_elapsed: Sequence[npt.ArrayLike] | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The longest case that one replication (one year, say) is expected to bring.

    Longest cases are skewed: the interval is that of :func:`~.means.mean_interval`. With open cases, which
    count with the time they have taken so far, the value is a lower bound. The shapes are those of
    :func:`quantile_over_replications`.
    """
    groups = by_replication(values_by_replication, open_elapsed)
    merged = [np.concatenate(pair) for pair in groups]
    still_open = sum(waiting.size for _, waiting in groups)
    estimate = mean_interval(
        [group.max() for group in merged], unit=unit, confidence=confidence, n=sum(group.size for group in merged)
    )
    if still_open:
        estimate = replace(estimate, high=None, reason=OPEN_CASES, open=still_open)
    return replace(estimate, method=LONGEST)


def _ranks(groups: list[Floats], pooled: Floats, q: float, probability: float) -> tuple[int, int]:
    """How many cases lie at most at the lower bound, and how many below the upper one."""
    n = np.array([group.size for group in groups], dtype=np.float64)
    deff = max(_design_effect_at(groups, n, pooled, level) for level in {q, min(q, 0.9)})
    total = pooled.size
    size = effective_size(n, deff, probability)
    below = bisect_left(range(total), q, key=lambda i: beta_high(i * size / total, size, probability))
    above = bisect_right(range(total + 1), q, key=lambda i: beta_low(i * size / total, size, probability)) - 1
    return below, above


def _design_effect_at(groups: list[Floats], n: Floats, pooled: Floats, level: float) -> float:
    border = np.quantile(pooled, level, method="inverted_cdf")
    return design_effect([np.count_nonzero(group <= border) for group in groups], n)
