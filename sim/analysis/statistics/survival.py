"""Kaplan-Meier: what a log says about times when some of its cases are still open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.analysis.statistics.estimate import (
    CONFIDENCE,
    NO_CASES,
    Estimate,
    Floats,
    nothing,
    numbers,
    require,
    require_level,
    tail,
)
from sim.analysis.statistics.shares import SHARE
from sim.text import Text

PRODUCT_LIMIT = Text("Kaplan-Meier，log-log 区间（办件相互独立）", "Kaplan-Meier, log-log interval, independent cases")
RESTRICTED = Text("Kaplan-Meier 限定均值，Greenwood 方差", "Kaplan-Meier restricted mean, Greenwood's variance")
NOT_REACHED = Text("看到这么长用时的办件太少", "too few cases were followed for that long")
NO_SPREAD = Text("此处无一办结或全部办结，区间无定义", "none, or all, have ended here: no interval")


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """The share of cases not yet done by each time, with open (right-censored) cases counted while they were seen.

    ``times``: (m,) ascending, the distinct times of the log. ``survival``: (m,) S at and just after each.
    ``variance_sum``: (m,) Greenwood's Σ d/(n(n-d)), so that the standard error of S is S √(variance_sum).
    ``n`` cases of which ``open`` are open. Made by :func:`kaplan_meier`.
    """

    times: Floats
    survival: Floats
    variance_sum: Floats
    n: int
    open: int
    unit: str
    confidence: float

    def survival_at(self, time: float) -> float:
        """S(time): the share not yet done after that time. 1 before the first."""
        return float(np.r_[1.0, self.survival][self._index(time)])

    def standard_error_at(self, time: float) -> float:
        """Greenwood's standard error of S(time); 0 where nothing is left."""
        left = self.survival_at(time)
        return left * float(np.r_[0.0, self.variance_sum][self._index(time)]) ** 0.5 if left else 0.0

    def share_within(self, limit: float) -> Estimate:
        """Share of cases done within ``limit``, 1 - S(limit). None beyond the log's reach."""
        if not self._reaches(limit):
            return self._nothing(SHARE, PRODUCT_LIMIT)
        done = 1 - self.survival_at(limit)
        if done in (0.0, 1.0):
            return self._estimate(done, None, None, SHARE, PRODUCT_LIMIT, NO_SPREAD)
        low, high = (float(band[self._index(limit) - 1]) for band in self._bands())
        return self._estimate(done, 1 - high, 1 - low, SHARE, PRODUCT_LIMIT)

    def quantile(self, q: float) -> Estimate:
        """The smallest time with S <= 1 - q, and the times between which the log-log band crosses that level.

        Brookmeyer & Crowley, Biometrics 38 (1982) 29-41. None where the curve, or its band, does not come down so far.
        """
        require_level(q)
        low, high = (self._first(band, q) for band in self._bands())
        value = self._first(self.survival, q)
        if value is None:
            return self._nothing(self.unit, PRODUCT_LIMIT)
        reason = NOT_REACHED if low is None or high is None else None
        return self._estimate(value, low, high, self.unit, PRODUCT_LIMIT, reason)

    def restricted_mean(self, horizon: float) -> Estimate:
        """Mean of min(time, horizon): the area under S up to ``horizon``. A lower bound of the mean, and well defined.

        Variance Σ (area from t_i to the horizon)² d_i / (n_i (n_i - d_i)): Klein & Moeschberger, Survival Analysis,
        2nd ed. 2003, sec. 4.5. None beyond the log's reach.
        """
        if not self._reaches(horizon):
            return self._nothing(self.unit, RESTRICTED)
        from scipy.special import ndtri

        inside = self.times < horizon
        edges = np.r_[0.0, self.times[inside], horizon]
        areas = np.diff(edges) * np.r_[1.0, self.survival[inside]]
        beyond = np.cumsum(areas[::-1])[::-1][1:]
        steps = np.diff(np.r_[0.0, self.variance_sum[inside]])
        mean = float(areas.sum())
        # where the last case ends, nothing is left beyond, and Greenwood's term is 0 times infinity
        half = float(ndtri(tail(self.confidence)) * np.sum(beyond[beyond > 0] ** 2 * steps[beyond > 0]) ** 0.5)
        return self._estimate(mean, mean - half, mean + half, self.unit, RESTRICTED)

    def _index(self, time: float) -> int:
        return int(np.searchsorted(self.times, time, side="right"))

    def _reaches(self, time: float) -> bool:
        return bool(self.times.size) and (time <= self.times[-1] or self.survival[-1] == 0)

    def _first(self, curve: Floats, q: float) -> float | None:
        # the product of the steps may miss a round level in its last bits
        reached = np.flatnonzero(curve <= 1 - q + 1e-12)
        return float(self.times[reached[0]]) if reached.size else None

    def _bands(self) -> tuple[Floats, Floats]:
        """S^exp(±z √v / ln S), inside [0, 1] (Klein & Moeschberger 2003, sec. 4.3); not defined where S is 0 or 1."""
        from scipy.special import ndtri

        with np.errstate(divide="ignore", invalid="ignore"):
            reach = float(ndtri(tail(self.confidence))) * np.sqrt(self.variance_sum) / np.log(self.survival)
            inside = (self.survival > 0) & (self.survival < 1)
            low = np.where(inside, self.survival ** np.exp(-reach), self.survival)
            high = np.where(inside, self.survival ** np.exp(reach), 1.0)
        return low, high

    def _estimate(
        self,
        value: float,
        low: float | None,
        high: float | None,
        unit: str,
        method: Text,
        reason: Text | None = None,
    ) -> Estimate:
        return Estimate(
            value=value,
            low=low,
            high=high,
            confidence=self.confidence,
            n=self.n,
            replications=1,
            unit=unit,
            method=method,
            reason=reason,
            open=self.open,
        )

    def _nothing(self, unit: str, method: Text) -> Estimate:
        reason = NOT_REACHED if self.n else NO_CASES
        estimate = nothing(reason, confidence=self.confidence, n=self.n, replications=1, unit=unit, method=method)
        return replace(estimate, open=self.open)


def kaplan_meier(
    times: npt.ArrayLike, observed: npt.ArrayLike, *, unit: str, confidence: float = CONFIDENCE
) -> SurvivalCurve:
    """The product-limit curve of a log. Kaplan & Meier, JASA 53 (1958) 457-481.

    ``times``: (n,) the time of a closed case, or what an open one has taken so far; ``observed``: (n,) whether it
    closed. Cases are taken as independent, and those still open as no different from the others (withdrawn cases
    are different: leave them out). Dropping the open ones instead makes times look short.

    Six cases, two still open: half are done within 7 days, where the closed alone would say 6.

    >>> kaplan_meier([5, 6, 6, 7, 9, 12], [1, 1, 0, 1, 1, 0], unit="d").quantile(0.5).value
    7.0
    """
    t, closed = numbers(times), np.asarray(observed, dtype=bool).ravel()
    require(
        t.shape == closed.shape and bool(np.all(t >= 0)),
        Text("每件各有一个非负用时与是否办结", "each case has a time, not negative, and whether it closed"),
        Text("检查两列是否对应", "check that the two columns belong together"),
        (t.size, closed.size),
    )
    tail(confidence)
    empty = np.empty(0)
    if t.size == 0:
        return SurvivalCurve(empty, empty, empty, 0, 0, unit, confidence)
    from scipy.stats import CensoredData, ecdf

    curve = ecdf(CensoredData.right_censored(t, ~closed)).sf
    at = curve.quantiles
    ended, left = np.searchsorted(np.sort(t[closed]), at, side="right"), np.searchsorted(np.sort(t), at, side="left")
    d, n = np.diff(np.r_[0, ended]), t.size - left
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(d / (n * (n - d).astype(np.float64)))
    return SurvivalCurve(at, curve.probabilities, greenwood, t.size, int(np.sum(~closed)), unit, confidence)
