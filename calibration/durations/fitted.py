"""A law fitted to observations: what it is, how sure, what else was tried, and how a scenario file writes it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from calibration.durations import empirical, intervals, written
from calibration.durations.blends import Blend, in_cells
from calibration.durations.goodness import TESTS, Goodness
from calibration.durations.likelihood import Likelihood
from calibration.durations.observations import Floats, Observations
from sim.analysis.statistics.estimate import CONFIDENCE, Estimate
from sim.model.law_forms import LawForm
from sim.model.quantities import Unit
from sim.text import Text

_DRAWS = 200
_CELLS, _FINE = 512, 1024
SUPPORTED = 7.0
"""A law whose criterion is worse than the best by so much has hardly any support (Burnham and Anderson, Model selection
and multimodel inference, section 2.6)."""
PROFILE = Text("剖面似然，按 AICc 权重平均", "profile likelihood, averaged over the laws by AICc")
BOOTSTRAP = Text("自助法(分位数法)", "bootstrap, percentiles")


class Candidate(NamedTuple):
    """A law that was tried; ``goodness`` is None where the criterion leaves it without support."""

    name: str
    blend: Blend
    log_likelihood: float
    parameters: int
    aicc: float
    hessian: Floats
    goodness: Goodness | None = None
    refused: bool = False

    @property
    def words(self) -> Text:
        """``lognormal: AICc 812.3, p 0.41``."""
        if self.goodness is None:
            return Text(f"{self.name}: AICc {self.aicc:.1f}", f"{self.name}: AICc {self.aicc:.1f}")
        test = TESTS[self.goodness.test]
        return Text(
            f"{self.name}: AICc {self.aicc:.1f}, p {self.goodness.p:.2g} ({test.zh})",
            f"{self.name}: AICc {self.aicc:.1f}, p {self.goodness.p:.2g} ({test.en})",
        )


@dataclass(frozen=True, eq=False)
class FittedLaw:
    """The law of ``observations`` (above zero), and a share ``zero`` of durations of no length at all.

    ``kind``: the name of the chosen candidate, ``quantiles`` (empirical; ``levels`` and ``points`` in microseconds),
    or ``fixed``. ``beyond``: the share of an empirical law that lies behind everything observed, and is guesswork.
    Durations are in microseconds; ``law`` and ``interval`` carry units.
    """

    kind: str
    observations: Observations
    zeros: float
    zero: float
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    levels: Floats
    points: Floats
    beyond: float
    scale: float
    unit: Unit

    @property
    def n(self) -> float:
        """All observations by weight, zeros included."""
        return self.observations.n + self.zeros

    @property
    def mean_us(self) -> float:
        """Of the whole law, zeros included."""
        return self._moments(self)[0]

    @property
    def cv(self) -> float:
        """Of the whole law, zeros included."""
        return self._moments(self)[1]

    @staticmethod
    def _moments(fitted: FittedLaw) -> tuple[float, float]:
        if fitted.chosen is not None:
            mean, cv = fitted.chosen.blend.moments
            mean *= fitted.scale
        else:
            width, low, high = np.diff(fitted.levels), fitted.points[:-1], fitted.points[1:]
            mean = float(width @ (low + high)) / 2
            second = float(width @ (low * low + low * high + high * high)) / 3
            cv = math.sqrt(max(second - mean**2, 0.0)) / mean if mean > 0 else 0.0
        left = 1 - fitted.zero
        return mean * left, math.sqrt(max((1 + cv**2) / left - 1, 0.0)) if left > 0 else 0.0

    @cached_property
    def _draws(self) -> list[FittedLaw]:
        return self._redrawn(_DRAWS, np.random.default_rng(0))

    def estimate(self, of: Callable[[FittedLaw], float], unit: str = "", confidence: float = CONFIDENCE) -> Estimate:
        """Any number of the law with its bootstrap interval: ``fitted.estimate(lambda f: f.cv)``."""
        value = of(self)
        tails = (1 - confidence) / 2, (1 + confidence) / 2
        low, high = np.quantile([of(draw) for draw in self._draws], tails)
        return self._estimate(value, (float(low), float(high)), unit, confidence, BOOTSTRAP)

    @cached_property
    def mean_interval(self) -> Estimate:
        """The mean of the whole law in ``unit``, with its 95% interval."""
        return self._main(0, lambda f: f.mean_us / written.US[self.unit], 1 / written.US[self.unit], self.unit)

    @cached_property
    def cv_interval(self) -> Estimate:
        """The coefficient of variation of the whole law, with its 95% interval."""
        return self._main(1, lambda f: f.cv, 1 / self.scale, "")

    @cached_property
    def plausible(self) -> tuple[tuple[float, Candidate], ...]:
        """The laws of the chosen one's rung that its test does not refuse, with their Akaike weights (sum 1): which
        of them is right the data do not say, and intervals and bootstrap are over all."""
        if self.chosen is None:
            return ()
        k = self.chosen.blend.shares.size
        rung = [one for one in self.candidates if one.blend.shares.size == k and one.goodness and not one.refused]
        rung = [one for one in rung if one.aicc - self.chosen.aicc < SUPPORTED]
        weights = np.exp([(self.chosen.aicc - one.aicc) / 2 for one in rung])
        return tuple(zip((weights / weights.sum()).tolist(), rung, strict=True))

    def _main(self, parameter: int, of: Callable[[FittedLaw], float], factor: float, unit: str) -> Estimate:
        if self.chosen is None or self.chosen.blend.shares.size > 1 or self.zero:
            return self.estimate(of, unit)
        likelihood = Likelihood(in_cells(self.observations, _FINE), self.scale)
        bounds = []
        for _, candidate in self.plausible:
            value = math.exp(candidate.blend.reported[0, parameter]) if parameter < candidate.parameters else 1.0
            low, high = value, value
            if parameter < candidate.parameters:
                low, high = intervals.profile(likelihood, candidate.blend, parameter)
            bounds.append((value, low, high))
        low, high = intervals.averaged([weight for weight, _ in self.plausible], bounds)
        low, high = low * self.scale * factor, high * self.scale * factor
        return self._estimate(of(self), (low, high), unit, CONFIDENCE, PROFILE)

    def _estimate(self, value: float, bounds: written.Bounds, unit: str, confidence: float, method: Text) -> Estimate:
        return Estimate(
            value=value,
            low=min(bounds[0], value),
            high=max(bounds[1], value),
            confidence=confidence,
            n=round(self.n),
            replications=1,
            unit=unit,
            method=method,
            open=round(self.observations.open),
        )

    @cached_property
    def law(self) -> LawForm:
        """As scenario files write it, with evidence ``log``: the interval of its mean, or of each part's mean."""
        return self.as_law(with_evidence=True)

    def as_law(self, *, with_evidence: bool, source: str | None = None) -> LawForm:
        """The law of a scenario file; the bare numbers, or with their intervals and the text behind them."""
        if self.chosen is None:
            log = None
            if with_evidence and self.points.size:
                left = max(1 - self.zero, 1e-12) / written.US[self.unit]
                means = [replace(draw, zero=0.0).mean_us for draw in self._draws]
                log = (float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))) if left else None
            return written.quantile_law(self.levels, self.points, self.zero, self.unit, log, source)
        blend = self._in_us(self.chosen.blend)
        return written.blend_law(blend, self.zero, self.unit, self._part_means() if with_evidence else None, source)

    def _part_means(self) -> list[written.Bounds | None]:
        assert self.chosen is not None
        if self.chosen.blend.shares.size == 1:
            alone = replace(self, zero=0.0, zeros=0.0)
            estimate = alone.mean_interval
            factor = written.US[self.unit]
            return [(factor * (estimate.low or 0.0), factor * (estimate.high or 0.0))]
        alone = replace(self, candidates=(self.chosen,))
        means = [np.exp(draw.chosen.blend.reported[:, 0]) * self.scale for draw in alone._draws if draw.chosen]
        low, high = np.quantile(means, (0.025, 0.975), axis=0)
        return list(zip(low.tolist(), high.tolist(), strict=True))

    def _in_us(self, blend: Blend) -> Blend:
        natural = blend.natural.copy()
        natural[:, 0] += math.log(self.scale)
        return Blend(blend.family, blend.shares, natural)

    def written(self, source: str | None = None) -> dict[str, Any]:
        """The law as the mapping that stands in a YAML file; durations and shares as text."""
        law = self.as_law(with_evidence=True, source=source)
        found: dict[str, Any] = law.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        return written.with_percent(found)

    def figures_row(self, path: str, source: str = "", by: str = "") -> dict[str, str]:
        """The row of ``figures.csv`` that puts the law at a path (a step's ``effort``, a wait's ``takes``)."""
        law = self.written()
        low, high = law.pop("log", ("", ""))
        evidence = "log" if low else ""
        row = {"path": path, "value": json.dumps(law), "low": low, "high": high, "unit": "", "evidence": evidence}
        return row | {"source": source, "by": by}

    def bootstrap(self, n: int, rng: np.random.Generator) -> tuple[LawForm, ...]:
        """n laws that the data might have given as well: what verdicts take as doubt about this input.

        One of the plausible laws by its weight, its parameters from the normal law of their estimates on the scale on
        which they were fitted (logarithms), the share of zeros by Beta; an empirical law from the data weighted anew
        (Bayesian bootstrap, Rubin, Annals of Statistics 9 (1981) 130-134).
        """
        return tuple(draw.as_law(with_evidence=False) for draw in self._redrawn(n, rng))

    def _redrawn(self, n: int, rng: np.random.Generator) -> list[FittedLaw]:
        if self.zeros and self.zero < 1:
            others = self.zeros * (1 - self.zero) / self.zero
            zero = rng.beta(self.zeros + 0.5, others + 0.5, n)
        else:
            zero = np.full(n, self.zero)
        if self.chosen is None:
            return [
                replace(self, zero=z, points=points) for z, points in zip(zero, self._resampled(n, rng), strict=True)
            ]
        which = rng.choice(len(self.plausible), n, p=[weight for weight, _ in self.plausible])
        found: list[FittedLaw | None] = [None] * n
        for i, (_, candidate) in enumerate(self.plausible):
            rows = np.flatnonzero(which == i)
            spread = intervals.covariance(candidate.hessian)
            thetas = rng.multivariate_normal(candidate.blend.theta, spread, rows.size, method="eigh")
            for row, theta in zip(rows.tolist(), thetas, strict=True):
                drawn = candidate._replace(blend=candidate.blend.at(theta))
                found[row] = replace(self, zero=float(zero[row]), chosen=drawn)
        return [one for one in found if one is not None]

    def _resampled(self, n: int, rng: np.random.Generator) -> list[Floats]:
        o = in_cells(self.observations, _CELLS)
        if self.kind == "fixed" or not len(o):
            return [self.points] * n
        found = []
        for _ in range(n):
            weight = rng.standard_gamma(np.maximum(o.weight, 1e-9))
            again = empirical.distribution(o.reweighted(weight * (o.n / weight.sum())), roughly=True)
            levels, points = empirical.quantile_points(again, o.n)
            found.append(np.interp(self.levels, levels, points))
        return found
