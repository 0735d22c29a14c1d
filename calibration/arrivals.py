"""Arrivals fitted to the instants at which cases were accepted: how many a year, in which rhythm, in which batches."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calibration.levels import FEW, REAL, Days, Levels, Profile, fit_levels
from calibration.loglinear import Floats, Scatter, Test
from calibration.resolution import resolution_of
from calibration.rhythm import Rhythm, Sampler, hour_of, weekday_of
from sim.analysis.statistics.estimate import Estimate, student
from sim.analysis.statistics.shares import wilson
from sim.errors import InputError
from sim.eventlog import NAT, EventLog, Ints
from sim.model.calendars import CalendarSpec
from sim.model.demand import Source
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from sim.model.sessions import WEEKDAYS
from sim.model.statutory import NO_OWN_TABLE, StatutoryTable
from sim.text import Text

TIES_BY_CHANCE = 0.001
CONFIDENCE = 0.95
_METHOD = Text("泊松或过度离散的对数线性模型", "log-linear model, Poisson or overdispersed")
_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Batches:
    """Cases accepted at one instant: ``sizes`` is number to share of the batches. ``tied`` pairs of cases, where
    chance would bring ``by_chance``."""

    sizes: dict[int, float]
    mean: Estimate
    tied: int
    by_chance: float


@dataclass(frozen=True)
class FittedArrivals:
    """Demand as a scenario file writes it (``source``), as something to draw from (``sampler``), and its evidence.

    ``per_year``: cases in a calendar year at the mean level of the log; ``recent`` at that of its last quarter.
    ``trend``: by what factor the level changes in a year, and its test; where that is real the source has the recent
    level. ``scatter``: variance of the counts over that of Poisson. ``days_only``: the acceptances are dates.
    """

    source: Source
    sampler: Sampler
    per_year: Estimate
    recent: Estimate
    trend: Estimate
    trend_test: Test | None
    months: Profile
    weekdays: Profile
    hours: Profile
    batches: Batches | None
    scatter: Scatter
    n: int
    first: int
    last: int
    days_only: bool


def accepted_by_class(log: EventLog) -> dict[str, Ints]:
    """The instants of acceptance of each class, ascending; cases that another case brought are left out."""
    own = log.cases.parent < 0
    codes, names = log.cases.case_class.codes, log.cases.case_class.names
    found = {name: np.sort(log.cases.accepted[own & (codes == code)]) for code, name in enumerate(names)}
    if (own & (codes < 0)).any():
        found[""] = np.sort(log.cases.accepted[own & (codes < 0)])
    return {name: instants for name, instants in found.items() if instants.size}


def fit_arrivals(
    instants: Ints,
    *,
    process: str,
    case_class: str | None = None,
    name: Text | None = None,
    first: int | None = None,
    last: int | None = None,
    calendar: CalendarSpec | None = None,
    calendar_id: str | None = None,
    own_table: StatutoryTable = NO_OWN_TABLE,
) -> FittedArrivals:
    """Fit the arrivals of one class (microseconds, NAT left out) in the window [first, last).

    The window is that of the dates of the instants where left out. ``calendar``: when cases can arrive (one written
    out, without ``same_as``; ``calendar_id`` is its name in the scenario); around the clock for None, the profiles
    then tell the nights and Sundays. Errors: InputError without any arrival in the window.
    """
    instants = np.sort(instants[instants != NAT])
    if instants.size:
        first = int(instants[0] // DAY_US) * DAY_US if first is None else first
        last = int(instants[-1] // DAY_US + 1) * DAY_US if last is None else last
        instants = instants[(instants >= first) & (instants < last)]
    if not instants.size or first is None or last is None:
        raise InputError(
            Text("该时段没有受理的办件", "no case was accepted in this stretch of time"),
            Text("检查受理时间和起止日期", "look at the acceptances and at the dates"),
        )
    found = resolution_of(instants)
    batches = None if found.days_only else _batches(instants)
    moments = instants if batches is None else np.unique(instants)
    flat = Rhythm(np.ones(12), np.ones(7), np.ones(24), calendar, own_table)
    years = (last - first) / DAY_US / _YEAR_DAYS
    level_by_day = fit_levels(Days.of(flat, moments, first, last), years).on(flat)
    hours = _hours(level_by_day, moments, first, last, found.days_only)
    shaped = replace(flat, hours=np.array(hours.value)) if hours.real else flat
    levels = fit_levels(Days.of(shaped, moments, first, last), years)
    rhythm = levels.on(shaped)
    per_year = _per_year(rhythm, levels, instants, moments, first, last)
    quarter = last - (last - first) // 4
    recent = _per_year(rhythm, levels, instants[instants >= quarter], moments[moments >= quarter], quarter, last)
    level = recent if levels.trend_real and recent.value else per_year
    sizes = batches.sizes if batches is not None else {1: 1.0}
    sampler = Sampler(rhythm, float(level.value or 0.0), sizes, levels.scatter.of_days(REAL))
    source = _source(name, process, case_class, calendar_id, level, levels, hours, batches)
    trend = _trend(levels)
    return FittedArrivals(
        source, sampler, per_year, recent, trend, levels.trend_test, levels.months, levels.weekdays, hours, batches,
        levels.scatter, int(instants.size), first, last, found.days_only,
    )  # fmt: skip


def _batches(instants: Ints) -> Batches | None:
    """Cases at one instant, where there are more than chance brings at the fineness of the clock."""
    tick = next((unit for unit in (MINUTE_US, SECOND_US) if not (instants % unit).any()), 1)
    _, sizes = np.unique(instants, return_counts=True)
    tied = int((sizes * (sizes - 1) // 2).sum())
    cell = weekday_of(instants) * 24 + hour_of(instants)
    weeks = max((instants[-1] - instants[0]) / (7 * DAY_US), 1.0)
    chance = float((np.bincount(cell).astype(np.float64) ** 2).sum()) / 2 * tick / (weeks * HOUR_US)
    from scipy.special import pdtrc

    if tied < 2 or pdtrc(tied - 1, chance) > TIES_BY_CHANCE:
        return None
    number, count = np.unique(sizes, return_counts=True)
    shares = {int(n): float(k) / sizes.size for n, k in zip(number, count, strict=True)}
    mean, spread = float(sizes.mean()), float(sizes.std(ddof=1)) / math.sqrt(sizes.size)
    t = student(0.975, sizes.size - 1)
    its = Estimate(
        value=mean, low=max(mean - t * spread, 1.0), high=mean + t * spread, confidence=CONFIDENCE, n=int(sizes.size),
        replications=1, unit="cases", method=Text("t 区间", "Student's t"),
    )  # fmt: skip
    return Batches(shares, its, tied, chance)


def _hours(days: Rhythm, moments: Ints, first: int, last: int, days_only: bool) -> Profile:
    """Multipliers of the hours over open time, each day weighted by its level."""
    start, stop, times = days.pieces(first, last)
    exposure = np.bincount(hour_of(start), (stop - start) * times, 24).astype(np.float64)
    count: Floats = np.bincount(hour_of(moments), minlength=24).astype(np.float64)
    count[exposure == 0] = 0
    if days_only:
        return replace(profile_of(count, exposure, True), real=True)
    return profile_of(count, exposure, moments.size >= FEW)


def profile_of(count: Floats, exposure: Floats, enough: bool) -> Profile:
    """Multipliers of independent counts over their exposures, with the likelihood ratio test that all are 1.

    Intervals: that of a share on the log scale; above an entry without any, the count that is missed with 2.5%.
    """
    from scipy.special import chdtrc

    n, usual = count.sum(), exposure / exposure.sum()
    seen = exposure > 0
    value, low, high = np.ones(count.size), np.zeros(count.size), np.full(count.size, np.inf)
    value[seen] = count[seen] / (n * usual[seen])
    some = seen & (count > 0)
    spread = 1.96 * np.sqrt(np.maximum(1 / np.maximum(count, 1) - 1 / n, 0))
    low[some], high[some] = (value * np.exp(-spread))[some], (value * np.exp(spread))[some]
    none = seen & (count == 0)
    high[none] = -math.log(0.025) / (n * usual[none])
    low[~seen], high[~seen] = 1, 1
    df = int(seen.sum()) - 1
    ratio = float(2 * (count[some] * np.log(value[some])).sum())
    test = Test(ratio, (df, math.inf), float(chdtrc(df, ratio))) if df > 0 else None
    keep = test is not None and enough and test.p < REAL
    reason = None if enough else Text("办件太少", "too few cases")
    return Profile(tuple(value.tolist()), tuple(low.tolist()), tuple(high.tolist()), test, keep, reason)


def _per_year(rhythm: Rhythm, levels: Levels, instants: Ints, moments: Ints, first: int, last: int) -> Estimate:
    """Cases over the part of a year's weight that the window has; the interval is Garwood's for the number of
    batches, widened by the scatter, by the doubt in the profiles and by the sizes of batches."""
    from scipy.special import chdtri

    years, n, k = rhythm.years(first, last), instants.size, moments.size
    if not years:
        reason = Text("该时段没有开放时间", "no open time in this stretch")
        return Estimate(
            value=None, low=None, high=None, confidence=CONFIDENCE, n=n, replications=1, unit="cases a year",
            method=_METHOD, reason=reason,
        )  # fmt: skip
    value = n / years
    if k == 0:
        high = float(chdtri(2, 0.025)) / 2 / years
        return Estimate(
            value=0.0, low=0.0, high=high, confidence=CONFIDENCE, n=0, replications=1, unit="cases a year",
            method=_METHOD,
        )  # fmt: skip
    sizes = np.bincount(np.searchsorted(moments, instants), minlength=k)
    of_sizes = float(sizes.var() / sizes.mean() ** 2)
    wider = math.sqrt(levels.inflation * levels.scatter.factor + of_sizes) * levels.scatter.quantile / 1.959964
    below, above = float(chdtri(2 * k, 0.975)) / 2 / k, float(chdtri(2 * k + 2, 0.025)) / 2 / k
    low, high = value * below**wider, value * float(np.float64(above) ** wider)
    return Estimate(
        value=value, low=low, high=high, confidence=CONFIDENCE, n=n, replications=1, unit="cases a year",
        method=_METHOD,
    )  # fmt: skip


def _trend(levels: Levels) -> Estimate:
    value, low, high = levels.trend
    reason = (
        None
        if value is not None
        else Text("时段太短、办件太少或与季节分不开", "too short, too few cases, or not to be told from the season")
    )
    return Estimate(
        value=value, low=low, high=high, confidence=CONFIDENCE, n=levels.n, replications=1, unit="times a year",
        method=_METHOD, reason=reason,
    )  # fmt: skip


def _source(
    name: Text | None,
    process: str,
    case_class: str | None,
    calendar_id: str | None,
    level: Estimate,
    levels: Levels,
    hours: Profile,
    batches: Batches | None,
) -> Source:
    described: dict[str, Any] = {
        "name": name or Text(case_class or process, case_class or process),
        "process": process,
        "per_year": {"value": level.value or 0.0, "log": [level.low or 0.0, level.high or level.value or 0.0]},
    }
    if case_class is not None:
        described["class"] = case_class
    if calendar_id is not None:
        described["calendar"] = calendar_id
    if levels.months.real:
        described["months"] = {"value": _written(levels.months), "log": True}
    if levels.weekdays.real:
        described["weekdays"] = {"value": dict(zip(WEEKDAYS, _written(levels.weekdays), strict=True)), "log": True}
    if hours.real:
        described["hours"] = {"value": dict(enumerate(_written(hours))), "log": True}
    if batches is not None:
        described["batch"] = {size: _share(share, batches.mean.n) for size, share in batches.sizes.items()}
    return Source.model_validate(described)


def _written(profile: Profile) -> list[float]:
    return [float(f"{value:.4g}") for value in profile.value]


def _share(share: float, n: int) -> dict[str, Any]:
    its = wilson(round(share * n), n)
    return {"value": share, "log": [min(its.low or 0.0, share), max(its.high or 1.0, share)]}
