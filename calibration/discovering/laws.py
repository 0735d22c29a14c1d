"""Laws of duration read off what was observed, where some of it still goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Ints
from sim.model.quantities import SECOND_US, Quantity

Floats = NDArray[np.float64]
_POINTS = 40
Law = Quantity | dict[str, Any]
"""As the fields of a scenario file."""


def weights(time: Ints, weight: Floats, pending: Ints, pending_weight: Floats) -> Floats:
    """What each observed time stands for where some are known only to exceed ``pending``.

    They are the jumps of Kaplan and Meier's estimate, and by what follows those of Aalen and Johansen's: each pending
    one is shared out to all beyond it (Efron, "The two sample problem with censored data", 1967); behind the longest
    it counts as the longest.
    """
    every, mass = np.append(time, pending), np.append(weight, pending_weight)
    seen = np.arange(every.size) < time.size
    order = np.lexsort((~seen, every))
    ranked, its = mass[order], seen[order]
    at_risk = np.cumsum(ranked[::-1])[::-1]
    hazard = np.where(its, ranked / at_risk, 0.0)
    survival = np.cumprod(1 - hazard)
    share = np.append(1.0, survival[:-1]) * hazard * at_risk[0]
    share[np.flatnonzero(its)[-1]] += survival[-1] * at_risk[0]
    found = np.empty(time.size)
    found[order[its]] = share[its]
    return found


def law_of(time: Ints, weight: Floats) -> Law:
    """The empirical law of times in microseconds, straight between its points, with the interval of its mean."""
    order = np.argsort(time, kind="stable")
    share = weight[order] / weight.sum()
    seconds = np.rint(time[order] / SECOND_US)
    if seconds[0] == seconds[-1]:
        return Quantity(float(seconds[0]), "s")
    middle = np.cumsum(share) - share / 2
    points = np.linspace(0, 1, min(_POINTS, time.size) + 1).round(6)
    values = np.interp(points, middle, seconds).round()  # what is shared by many, such as no time at all, stays so
    mean = float(np.sum((values[1:] + values[:-1]) / 2 * np.diff(points)))
    reach = 1.96 * float(np.sqrt(np.sum(share * (seconds - mean) ** 2) * np.sum(share**2)))
    return {
        "quantiles": {at: Quantity(value, "s") for at, value in zip(points.tolist(), values.tolist(), strict=True)},
        "log": [Quantity(max(mean - reach, 0.0) // 1, "s"), Quantity(float(np.ceil(mean + reach)), "s")],
    }
