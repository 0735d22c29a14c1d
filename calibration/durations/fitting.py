"""Which law durations follow: the likeliest of the families, tested; else a mixture; else the data as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.durations import empirical
from calibration.durations.blends import fit_one, fit_several, in_cells
from calibration.durations.families import FAMILIES, Family, Gamma, Lognormal
from calibration.durations.fitted import SUPPORTED, Candidate, FittedLaw
from calibration.durations.goodness import goodness
from calibration.durations.likelihood import Likelihood, Optimum
from calibration.durations.observations import Floats, Observations
from calibration.durations.written import unit_for
from sim.errors import InputError
from sim.model.quantities import Unit
from sim.text import Text

LEVEL = 0.01
"""A law is given up when so bad a fit would be so rare: what replaces it has more numbers, and each costs precision."""
_MOST_PARTS = 3
_ENOUGH_FOR_PARTS = 30.0
_HEAP, _HEAPED = 0.01, 0.2
"""Exact values that so large a share has are a heap; with so many in heaps the data are rounded."""
_BEYOND_HOPE = 1e-12
_SURELY_FIXED = 3.0
_NO_TIME = 1e-6
_CELLS = 1024


def fit(
    observations: Observations,
    *,
    families: Sequence[type[Family]] = FAMILIES,
    parts: int = _MOST_PARTS,
    level: float = LEVEL,
    unit: Unit | None = None,
) -> FittedLaw:
    """The law of durations that are known exactly, between bounds, or to be still open.

    1. One law: of the families, by AICc, the first that the test of fit does not refuse at ``level``.
    2. Else mixtures of two, then three lognormals or gammas (``parts`` 1: none).
    3. Else the empirical law.

    AICc compares laws of one rung only, of nearly equal numbers of parameters, where it predicts better than BIC;
    from rung to rung only the test of fit leads, since neither criterion is valid for the number of parts.
    Durations of exactly zero are a share of their own. Errors: :class:`InputError` where none is finished.
    """
    says_nothing = np.isinf(observations.high) & (observations.low + observations.start_within <= 0)
    used = observations.take((observations.weight > 0) & ~says_nothing)
    at_zero = used.high < _NO_TIME
    zeros = float(used.weight[at_zero].sum())
    above = used.take(~at_zero).merged()
    if zeros + above.n - above.open <= 0:
        raise InputError(
            Text("没有一条已结束的时长", "no duration is finished"),
            Text("延长取数时段, 或改为假设数值", "take a longer period, or make it an assumption"),
            value=round(observations.n),
        )
    knows_zeros = above.entered <= 0
    zero = zeros / (zeros + float(above.weight[knows_zeros].sum())) if zeros else 0.0
    scale = _scale(above)
    alone = _without_family(above)
    found: list[Candidate] = []
    if alone is None:
        levels, points, beyond = np.empty(0), np.empty(0), 0.0
        chosen = _first_that_fits(above, scale, families, level, found)
        for k in range(2, parts + 1):
            if chosen is not None or not _worth_parts(above, found):
                break
            chosen = _first_that_fits(above, scale, (Lognormal, Gamma), level, found, k)
        if chosen is None:
            estimate = empirical.distribution(above)
            levels, points = empirical.quantile_points(estimate, above.n)
            beyond = estimate.beyond
        kind = chosen.name if chosen else "quantiles"
    else:
        (levels, points), beyond, chosen = alone, 0.0, None
        kind = "fixed" if points[0] == points[-1] else "quantiles"
    fitted = FittedLaw(kind, above, zeros, zero, chosen, tuple(found), levels, points, beyond, scale, unit or "h")
    return fitted if unit else _with_unit(fitted)


def _with_unit(fitted: FittedLaw) -> FittedLaw:
    left = max(1 - fitted.zero, 1e-12)
    return replace(fitted, unit=unit_for(fitted.mean_us / left))


def _worth_parts(o: Observations, found: Sequence[Candidate]) -> bool:
    """Whether (more) parts may help: enough data, no heaps of rounded values, not beyond all hope with two parts."""
    tied = float(o.weight[o.is_exact & (o.weight >= max(2.5, _HEAP * o.n))].sum())
    refused = [one.goodness.p for one in found if one.blend.shares.size > 1 and one.goodness is not None]
    return o.n - o.open >= _ENOUGH_FOR_PARTS and tied < _HEAPED * o.n and max(refused, default=1.0) > _BEYOND_HOPE


def _scale(o: Observations) -> float:
    """The geometric mean of what was seen, so that fitting in other units is the same fit."""
    longest = np.where(np.isfinite(o.high), o.high, o.low)
    middle = (np.maximum(o.low, 0.0) + longest) / 2
    positive = middle > 0
    return float(np.exp(np.average(np.log(middle[positive]), weights=o.weight[positive]))) if positive.any() else 1.0


def _without_family(o: Observations) -> tuple[Floats, Floats] | None:
    """Nothing above zero; always the same; or all within one interval, about which nothing more is known."""
    if not len(o):
        return np.array([0.0, 1.0]), np.zeros(2)
    half = o.start_within / 2
    low, high = float(np.maximum(o.low + half, 0.0).max()), float((o.high - half).min())
    exact = o.is_exact
    if not math.isfinite(high) or low > high or (low == high and not exact.any()):
        return None
    if not exact.any():
        return np.array([0.0, 1.0]), np.array([low, high])
    return (np.array([0.0, 1.0]), np.full(2, high)) if float(o.weight[exact].sum()) >= _SURELY_FIXED else None


def _first_that_fits(
    o: Observations,
    scale: float,
    families: Sequence[type[Family]],
    level: float,
    found: list[Candidate],
    parts: int = 1,
) -> Candidate | None:
    coarse = Likelihood(in_cells(o, _CELLS), scale)
    tried = [_candidate(coarse, o, family, parts) for family in families]
    ranked = sorted((one for one in tried if one is not None), key=lambda one: one.aicc)
    chosen = None
    whole = Likelihood(o, scale)
    for candidate in ranked:
        if candidate.aicc - ranked[0].aicc < SUPPORTED:
            tested = goodness(whole, candidate.blend)
            candidate = candidate._replace(goodness=tested, refused=tested.p < level)
            chosen = chosen or (None if candidate.refused else candidate)
        found.append(candidate)
    return chosen


def _candidate(likelihood: Likelihood, o: Observations, family: type[Family], parts: int) -> Candidate | None:
    blend, best = fit_one(likelihood, family) if parts == 1 else fit_several(likelihood, family, parts)
    if not (best.converged and np.isfinite(best.value) and blend.sensible):
        return None
    name = family.name if parts == 1 else f"{parts} x {family.name}"
    p = best.at.size
    return Candidate(name, blend, best.value, p, _aicc(best, p, o.n - o.open), best.hessian)


def _aicc(best: Optimum, parameters: int, n: float) -> float:
    """Akaike's criterion with Hurvich and Tsai's correction; n the finished ones."""
    left = n - parameters - 1
    if left <= 0:
        return 1e6 + parameters - 2 * best.value if parameters > 1 else -2 * best.value + 4.0
    return 2 * parameters - 2 * best.value + 2 * parameters * (parameters + 1) / left
