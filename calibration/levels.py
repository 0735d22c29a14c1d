"""The level of arrivals day by day: days of the week, months of the year, trend, and which of them are real."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from calibration.loglinear import Floats, LogLinear, Scatter, Test, adds, fit, scatter
from calibration.rhythm import Rhythm, month_of, weekday_of
from sim.eventlog import Ints
from sim.model.quantities import DAY_US, HOUR_US
from sim.text import Text

REAL = 0.01
"""A season, a week, a trend and a pattern of hours are part of the demand below this p-value."""
FEW = 30
"""Of fewer arrivals only their number is fitted."""
_OF_A_LEVEL = 10
"""A term needs so many arrivals a level: with fewer the intervals on the log scale are too short."""
_DAYS_OF_A_MONTH = 10
"""A month of the year is known from so many open days of it."""
_EXPECTED = 5.0
"""A day of the week, or month, in which so many would be expected and none came has none."""
_LONG_ENOUGH = 60 / 365.25
_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Profile:
    """Multipliers of the rate, mean 1 over the open time of the log, with intervals of 95% each; the test of whether
    they differ at all; ``real`` says whether the demand has them. An entry without open time has the multiplier 1,
    one with open time and no arrivals 0.
    """

    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    test: Test | None
    real: bool
    reason: Text | None = None


@dataclass(frozen=True)
class Days:
    """Dates with open time: number (days since 1970), arrivals, and open hours times their multipliers."""

    number: Ints
    count: Floats
    exposure: Floats

    @classmethod
    def of(cls, rhythm: Rhythm, moments: Ints, first: int, last: int) -> Self:
        """The dates of [first, last); arrivals on a date without open time are in none."""
        start, stop, times = rhythm.pieces(first, last)
        number, place = np.unique(start // DAY_US, return_inverse=True)
        exposure = np.bincount(place, times * (stop - start), number.size) / HOUR_US
        kept = exposure > 0
        number, exposure = number[kept], exposure[kept]
        day = moments // DAY_US
        index = np.searchsorted(number, day)
        there = (index < number.size) & (number[np.minimum(index, number.size - 1)] == day) if number.size else day < 0
        return cls(number, np.bincount(index[there], minlength=number.size).astype(np.float64), exposure)

    def where(self, which: NDArray[np.bool_]) -> Self:
        """Some of the dates."""
        return replace(self, number=self.number[which], count=self.count[which], exposure=self.exposure[which])

    def codes(self, name: str) -> Ints:
        """The level of each date in a term, "weekdays" or "months"."""
        return self.weekday if name == "weekdays" else self.month

    @property
    def weekday(self) -> Ints:
        return weekday_of(self.number * DAY_US)

    @property
    def month(self) -> Ints:
        return month_of(self.number * DAY_US)


@dataclass(frozen=True)
class Levels:
    """What the daily counts tell. ``trend``: the factor of the level a year, low, high; None where it cannot be told.
    ``inflation``: the variance of the log of a year's number, in units of that of a Poisson count of the window."""

    months: Profile
    weekdays: Profile
    trend: tuple[float | None, float | None, float | None]
    trend_test: Test | None
    trend_real: bool
    scatter: Scatter
    inflation: float
    n: int

    def on(self, rhythm: Rhythm) -> Rhythm:
        """The rhythm with the months and days of the week that are real."""
        months, weekdays = (np.array(its.value) for its in (self.months, self.weekdays))
        if self.months.real:
            rhythm = replace(rhythm, months=months)
        return replace(rhythm, weekdays=weekdays) if self.weekdays.real else rhythm


@dataclass(frozen=True)
class _Term:
    """Dummies of the levels of a factor beside the first that has arrivals; ``empty`` levels have none for certain,
    and the multiplier is told that would be missed with 2.5%."""

    levels: tuple[int, ...]
    empty: dict[int, float]
    size: int

    @classmethod
    def of(cls, codes: Ints, days: Days, size: int) -> Self | None:
        count = np.bincount(codes, days.count, size)
        expected = np.bincount(codes, days.exposure, size) * days.count.sum() / days.exposure.sum()
        empty = np.flatnonzero((count == 0) & (expected >= _EXPECTED))
        levels = np.flatnonzero(count > 0)
        lacking = ((count == 0) & (expected > 0) & (expected < _EXPECTED)).any()
        if levels.size + empty.size < 2 or lacking or count.sum() < _OF_A_LEVEL * levels.size:
            return None
        most = {int(level): -math.log(0.025) / float(expected[level]) for level in empty}
        return cls(tuple(levels.tolist()), most, size)

    def columns(self, codes: Ints) -> Floats:
        return (codes[:, None] == np.array(self.levels[1:], np.int64)).astype(np.float64)


@dataclass(frozen=True)
class _Fit:
    """A model with the places of its terms' coefficients."""

    model: LogLinear
    place: dict[str, slice]
    columns: dict[str, Floats]

    @classmethod
    def of(cls, days: Days, columns: dict[str, Floats]) -> Self:
        place, at = {}, 1
        for name, column in columns.items():
            place[name] = slice(at, at + column.shape[1])
            at += column.shape[1]
        x = np.concatenate([np.ones((days.count.size, 1)), *columns.values()], axis=1)
        return cls(fit(x, days.count, days.exposure), place, columns)

    def test(self, days: Days, name: str, its: Scatter) -> Test:
        """Whether a term adds to all others."""
        without = type(self).of(days, {other: column for other, column in self.columns.items() if other != name})
        return adds(without.model, self.model, its)


def fit_levels(days: Days, years: float) -> Levels:
    """The log-linear model of the daily counts, term by term; ``years`` is the length of the window.

    The season needs all twelve months; in less than two years trend and season are not told apart, and there is a
    trend only where there is no season. A term is real below p = 0.01 against the model with all others.
    """
    n = int(days.count.sum())
    terms = _terms(days) if n >= FEW else {"weekdays": None, "months": None}
    for name, term in terms.items():
        if term is not None:
            days = days.where(~np.isin(days.codes(name), list(term.empty)))
    columns = {name: term.columns(days.codes(name)) for name, term in terms.items() if term is not None}
    since = (days.number - np.average(days.number, weights=days.count))[:, None] / _YEAR_DAYS if n else None
    timed = {"trend": since} if since is not None and n >= FEW and years >= _LONG_ENOUGH else {}
    apart = "months" not in columns or years >= 2
    full = _Fit.of(days, columns | (timed if apart else {}))
    its = scatter(full.model)
    tests = {name: full.test(days, name, its) for name in full.columns}
    profiles = {name: _profile(term, days, name, full, its, tests.get(name)) for name, term in terms.items()}
    months = profiles["months"]
    trending = full
    if timed and not apart:
        trending = _Fit.of(days, {name: column for name, column in columns.items() if name != "months"} | timed)
    trend_test = trending.test(days, "trend", its) if timed else None
    final = _Fit.of(days, {name: column for name, column in full.columns.items() if tests[name].p < REAL})
    its = scatter(final.model)
    return Levels(
        months=months,
        weekdays=profiles["weekdays"],
        trend=_trend(trending, its) if apart or not months.real else (None, None, None),
        trend_test=trend_test,
        trend_real=trend_test is not None and trend_test.p < REAL and (apart or not months.real),
        scatter=its,
        inflation=_inflation(final.model, days),
        n=n,
    )


def _terms(days: Days) -> dict[str, _Term | None]:
    whole_year = (np.bincount(days.month, minlength=12) >= _DAYS_OF_A_MONTH).all()
    months = _Term.of(days.month, days, 12) if whole_year else None
    return {"weekdays": _Term.of(days.weekday, days, 7), "months": months}


def _profile(term: _Term | None, days: Days, name: str, full: _Fit, its: Scatter, test: Test | None) -> Profile:
    """Multipliers with mean 1 over the days of the model, by the delta method on the log scale."""
    size = 12 if name == "months" else 7
    if term is None:
        reason = Text("数据不足一年或办件太少", "not all levels were seen often enough")
        return Profile((1.0,) * size, (0.0,) * size, (math.inf,) * size, None, False, reason)
    place, at = full.place[name], list(term.levels)
    effect = np.concatenate([[0.0], full.model.beta[place]])
    mean = np.bincount(days.codes(name), full.model.mean, size)[at]
    share = mean / np.exp(effect)
    scale = float(mean.sum() / share.sum())
    contrast = np.eye(effect.size) - mean / mean.sum()
    covariance = np.zeros((effect.size, effect.size))
    covariance[1:, 1:] = full.model.covariance[place, place]
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", contrast, covariance, contrast), 0) * its.factor)
    wide = np.exp(its.quantile * spread)
    value, low, high = (np.ones(size) for _ in range(3))
    value[at] = np.exp(effect) / scale
    low[at], high[at] = value[at] / wide, value[at] * wide
    for level, most in term.empty.items():
        value[level], low[level], high[level] = 0.0, 0.0, most
    real = test is not None and (test.p < REAL or bool(term.empty))
    return Profile(tuple(value.tolist()), tuple(low.tolist()), tuple(high.tolist()), test, real)


def _trend(fitted: _Fit, its: Scatter) -> tuple[float | None, float | None, float | None]:
    if "trend" not in fitted.place:
        return None, None, None
    at = fitted.place["trend"].start
    slope, spread = float(fitted.model.beta[at]), math.sqrt(float(fitted.model.covariance[at, at]) * its.factor)
    low, high = slope - its.quantile * spread, slope + its.quantile * spread
    return math.exp(slope), math.exp(low), math.exp(min(high, 700))


def _inflation(model: LogLinear, days: Days) -> float:
    """The days of a whole year are wanted, and those of the window were seen: the variance of the log of their number
    over that of a Poisson count of the window. Months that were not seen count as the others do."""
    if model.x.shape[1] == 1:
        return 1.0
    seen, mean = np.bincount(days.month, minlength=12), np.bincount(days.month, model.mean, 12)
    weight = np.divide(1.0, seen, out=np.zeros(12), where=seen > 0)[days.month] * model.mean
    gradient = (weight[:, None] * model.x).sum(axis=0) / weight.sum()
    return max(float(gradient @ model.covariance @ gradient) * float(mean.sum()), 1.0)
