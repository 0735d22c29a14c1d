"""Durations of known laws as logs show them, and how often the fitted intervals hold the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from calibration.durations import FittedLaw, Observations, fit
from calibration.durations.families import Exponential, Family, Gamma, Lognormal, Weibull

HOUR = 3_600_000_000.0
DAY = 8 * HOUR
MEAN, CV = 20 * HOUR, 0.8
TRUE: tuple[type[Family], ...] = (Exponential, Lognormal, Gamma, Weibull)


def durations(family: type[Family], n: int, rng: np.random.Generator) -> np.ndarray:
    """n durations of mean 20 h and cv 0.8 (exponential: 1)."""
    if family is Exponential:
        return rng.exponential(MEAN, n)
    a, b = family.natural(np.log([MEAN, CV]))
    if family is Lognormal:
        return rng.lognormal(a, np.exp(b), n)
    if family is Gamma:
        return rng.gamma(np.exp(b), MEAN / np.exp(b), n)
    return np.exp(a) * rng.weibull(np.exp(b), n)


def longest_view(family: type[Family], share_open: float) -> float:
    """c such that a case that is watched for a time uniform on (0, c) is still open with this share."""
    times = np.sort(durations(family, 200_000, np.random.default_rng(1)))
    return float(optimize.brentq(lambda c: np.minimum(times, c).mean() / c - share_open, HOUR, 10_000 * HOUR))


def as_logged(times: np.ndarray, view: float | None, dated: bool, rng: np.random.Generator) -> Observations:
    """Begun at any moment of a working day of 8 h, watched for a time uniform on (0, ``view``)."""
    seen_for = np.full(times.size, np.inf) if view is None else rng.uniform(0, view, times.size)
    if not dated:
        over = times <= seen_for
        return Observations.of(np.minimum(times, seen_for), np.where(over, times, np.inf))
    into_day = rng.uniform(0, DAY, times.size)
    until = DAY + np.floor(seen_for / DAY) * DAY
    end = into_day + times
    over = end <= until
    day = np.floor(end / DAY)
    low = np.where(over, (day - 1) * DAY, until - DAY)
    return Observations.of(low, np.where(over, (day + 1) * DAY, np.inf), start_within=DAY)


@dataclass(frozen=True)
class Row:
    """A cell of the table: what was true, what was seen, and of mean and cv the relative bias and the coverage."""

    family: str
    share_open: float
    dated: bool
    chosen: bool
    n: int
    repetitions: int
    bias: dict[str, float]
    covered: dict[str, int]

    def __str__(self) -> str:
        told, dated = "any" if self.chosen else "known", "day" if self.dated else "-"
        seen = f"{self.family:12}{told:>6}{self.share_open:>6.0%}{dated:>5}"
        parts = [
            f"{name} {self.bias[name]:+7.2%} {self.covered[name] / self.repetitions:6.1%}" for name in self.covered
        ]
        return f"{seen} {self.n:>5} {self.repetitions:>5}  " + "   ".join(parts)


def recover(
    family: type[Family],
    share_open: float,
    dated: bool,
    n: int,
    repetitions: int,
    *,
    chosen: bool = False,
    seed: int = 0,
) -> Row:
    """Simulate, fit (the ``chosen`` law of all, or the known family), and count."""
    rng = np.random.default_rng([seed, TRUE.index(family), round(100 * share_open), dated, n])
    view = longest_view(family, share_open) if share_open else None
    truth = {"mean": MEAN} if family is Exponential else {"mean": MEAN, "cv": CV}
    values: dict[str, list[float]] = {name: [] for name in truth}
    covered = dict.fromkeys(truth, 0)
    for _ in range(repetitions):
        observed = as_logged(durations(family, n, rng), view, dated, rng)
        found = fit(observed, unit="h") if chosen else fit(observed, families=[family], parts=1, level=0.0, unit="h")
        for name, (value, low, high) in estimates(found, truth).items():
            values[name].append(value)
            covered[name] += low <= truth[name] <= high
    bias = {name: float(np.mean(values[name])) / truth[name] - 1 for name in truth}
    return Row(family.name, share_open, dated, chosen, n, repetitions, bias, covered)


def estimates(found: FittedLaw, names: Sequence[str] | dict[str, float]) -> dict[str, tuple[float, float, float]]:
    """Value, low and high of the mean (microseconds) and the cv."""
    out = {}
    for name in names:
        estimate = found.mean_interval if name == "mean" else found.cv_interval
        factor = HOUR if name == "mean" else 1.0
        out[name] = tuple(factor * (x or 0.0) for x in (estimate.value, estimate.low, estimate.high))
    return out  # type: ignore[return-value]
