"""Fitted numbers as scenario files write laws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.durations.blends import Blend
from calibration.durations.observations import Floats
from sim.model.law_forms import Fixed, LawForm, MeanSpread, Quantiles
from sim.model.laws import Mixture, MixturePart
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Quantity, Unit

US: dict[Unit, int] = {"s": SECOND_US, "min": MINUTE_US, "h": HOUR_US, "d": DAY_US}
_DIGITS = 5
_LARGEST_CV = 20.0
_SMALLEST_US, _LONGEST_US = 1.0, 36_500.0 * DAY_US

Bounds = tuple[float, float]


def unit_for(mean_us: float) -> Unit:
    """Seconds below two minutes, minutes below two hours, else hours: a day of open time is no calendar day."""
    return "s" if mean_us < 2 * MINUTE_US else "min" if mean_us < 2 * HOUR_US else "h"


def quantity(us: float, unit: Unit) -> Quantity:
    """A duration to five digits, not negative, and no longer than the 100 years that a file may say."""
    return Quantity(rounded(min(max(us, 0.0), _LONGEST_US) / US[unit]), unit)


def rounded(number: float) -> float:
    """To five significant digits, keeping the order of numbers."""
    return 0.0 if number == 0 else round(float(number), _DIGITS - 1 - math.floor(math.log10(abs(number))))


def blend_law(
    blend: Blend, zero: float, unit: Unit, log: Sequence[Bounds | None] | None = None, source: str | None = None
) -> LawForm:
    """A blend in microseconds, with a share of zeros, and the intervals of the parts' means where there are any."""
    parts: list[LawForm] = []
    for i, reported in enumerate(blend.reported):
        mean = max(math.exp(reported[0]), _SMALLEST_US)
        bounds = log[i] if log is not None else None
        evidence = _evidence(bounds, quantity(mean, unit), source)
        if reported.size == 1:
            parts.append(MeanSpread(mean=quantity(mean, unit), law="exponential", **evidence))
        else:
            cv = min(rounded(math.exp(reported[1])), _LARGEST_CV)
            parts.append(MeanSpread(mean=quantity(mean, unit), cv=cv, law=blend.family.name, **evidence))
    return mixed(parts, blend.shares, zero, unit)


def quantile_law(levels: Floats, points: Floats, zero: float, unit: Unit, log: Bounds | None = None,
                 source: str | None = None) -> LawForm:  # fmt: skip
    """Points of the quantile function, durations in microseconds."""
    if points[0] == points[-1]:
        law: LawForm = Fixed(fixed=quantity(points[0], unit), **_evidence(log, quantity(points[0], unit), source))
    else:
        table = {round(float(u), 9): quantity(float(x), unit) for u, x in zip(levels, points, strict=True)}
        bare = Quantiles(quantiles=table)
        law = Quantiles(quantiles=table, **_evidence(log, bare.leading, source))
    return mixed([law], np.ones(1), zero, unit)


def mixed(parts: Sequence[LawForm], shares: Floats, zero: float, unit: Unit) -> LawForm:
    """The parts by their shares, and zeros before them; one part alone is no mixture."""
    if zero >= 1:
        nothing = Quantity(0.0, unit)
        return Fixed(fixed=nothing, log=(nothing, nothing))
    if len(parts) == 1 and zero <= 0:
        return parts[0]
    weights = [round(float(share) * (1 - zero), 6) for share in shares]
    if zero > 0:
        parts, weights = [Fixed(fixed=Quantity(0.0, unit)), *parts], [round(zero, 6), *weights]
    largest = int(np.argmax(weights))
    weights[largest] = round(1 - sum(w for i, w in enumerate(weights) if i != largest), 6)
    return Mixture(mixture=tuple(MixturePart(share=w, of=law) for w, law in zip(weights, parts, strict=True)))


def _evidence(bounds: Bounds | None, leading: Quantity, source: str | None) -> dict[str, object]:
    """The range of a leading number, which holds it after rounding too."""
    if bounds is None:
        return {}
    low, high = (
        _around(quantity(bound, leading.unit), leading, side) for bound, side in zip(bounds, (-1, 1), strict=True)
    )
    return {"log": (low, high)} | ({"source": source} if source else {})


def _around(bound: Quantity, leading: Quantity, side: int) -> Quantity:
    """The bound, or what is just outside the number where the bound is on its other side."""
    if side * (bound.amount - leading.amount) > 1e-9 * leading.amount or rounded(leading.amount) == leading.amount:
        return bound if side * (bound.amount - leading.amount) > 0 else leading
    return Quantity(rounded(leading.amount * (1 + side * 1e-4)), leading.unit)


def with_percent(law: dict[str, Any]) -> dict[str, Any]:
    """A law's mapping with its shares as people write them: ``12.5%``."""
    found = dict(law)
    if "mixture" in law:
        found["mixture"] = [
            {"share": _percent(part["share"]), "of": with_percent(part["of"])} for part in law["mixture"]
        ]
    if "quantiles" in law:
        found["quantiles"] = {_percent(share): time for share, time in law["quantiles"].items()}
    return found


def _percent(share: float | str) -> str:
    return f"{round(100 * float(share), 7):.10g}%"
