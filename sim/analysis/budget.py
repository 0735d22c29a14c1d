"""时限倒排: an allowance for each step, which together keep a limit, beside what the steps take now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times import Intervals, clock_times, counted_time, intersection
from sim.analysis.clock_times.family import family_rows
from sim.analysis.clock_times.selection import sorts_that_count
from sim.analysis.verdicts import unit_of
from sim.eventlog import NAT, EventLog
from sim.model.base import LEGAL, Model
from sim.model.limits import Limit
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays

Floats = NDArray[np.float64]
_BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class StepDays:
    """Counted days of each finished case by step: (cases, steps), nan where a case did not do the step.

    The parts of a case sum to what the default reading gives it, whose unit they are in. Time in which two counted
    steps run side by side is shared between them in proportion.
    """

    steps: tuple[str, ...]
    days: Floats

    @property
    def total(self) -> Floats:
        """(cases,) what the reading gives each case."""
        total: Floats = np.nansum(self.days, axis=1)
        return total


@dataclass(frozen=True)
class Allowance:
    """One step: what it takes now, and what it may take. Days of the reading's unit, over the cases that do it."""

    step: str
    cases: int
    mean: float
    quantile: float
    """What it keeps now in the asked share of its cases."""
    allowed: float
    kept: float
    """The share of its cases that keep the allowance now."""
    compressible: bool = True
    """Whether it was cut; what cannot be is reserved as it is, at the common level."""


@dataclass(frozen=True)
class Budget:
    """Allowances that sum to the limit at most along every way that a case can take through the steps."""

    limit: float
    share: float
    cases: int
    within: float
    """Share of cases within the limit now."""
    factor: float
    """All compressible times cut to this part of themselves, the asked share of cases would keep the limit.

    1: they do; 0: they would not even if nothing but the incompressible were left.
    """
    level: float
    """The allowances are what each step, cut so, keeps in this share of its cases."""
    allowances: tuple[Allowance, ...]
    alone: float
    """Share of cases in which every step keeps its own quantile of the asked share: less than that share."""
    sum_of_quantiles: float
    """Sum of these quantiles along the longest way: as a rule more than what the asked share of cases takes."""


def step_days(log: EventLog, model: Model, limit: Limit) -> StepDays:
    """The counted time of the window's finished cases under the default reading, by step.

    A step is its owner's from ready to end (rule 17), visits added up. Whole days cannot be parted: a case's parts are
    measured in fractions of working days, or in calendar time, and scaled to the reading's total.
    """
    reading = limit.default_reading()
    assert reading is not None
    legal, clock = WorkingDays(log.calendars[LEGAL]), reading.clock or limit.clock
    first, last = model.study.window
    accepted = log.cases.accepted
    which = log.cases.case_class.isin(reading.classes or limit.classes) & (first <= accepted) & (accepted < last)
    cases = np.flatnonzero(which)
    times = clock_times(log, clock, reading.unit, legal, cases, per=reading.per, moved=reading.moved)
    finished = times.is_in("finished")
    cases, total = cases[finished], times.days[finished]

    family = family_rows(log, cases)
    counts = log.is_kind("work", "wait", "session")[family.row] & (log.end[family.row] != NAT)
    counts &= sorts_that_count(log, clock)[family.sort]
    place, row = family.place[counts], family.row[counts]
    index, cut = intersection(Intervals(place, log.ready[row], log.end[row]), counted_time(log, clock, cases))
    if unit_of(limit, reading) == "wd":
        days = legal.fraction_of_days(cut.start, cut.stop)
    else:
        days = (cut.stop - cut.start) / DAY_US
    codes, column = np.unique(log.step.codes[row], return_inverse=True)
    parts, done = np.zeros((2, cases.size, codes.size))
    np.add.at(parts, (place[index], column[index]), days)
    np.add.at(done, (place, column), 1)
    ever = parts.max(axis=0, initial=0) > 0  # a step outside the clock's run takes nothing from the limit
    codes, parts, done = codes[ever], parts[:, ever], done[:, ever]
    measured = parts.sum(axis=1)
    scale = np.divide(total, measured, out=np.zeros_like(total), where=measured > 0)
    scaled = np.where(done > 0, parts * scale[:, None], np.nan)
    return StepDays(tuple(log.step.names[code] for code in codes), scaled)


def together(samples: Iterable[StepDays]) -> StepDays:
    """The cases of several replications, steps in the order in which they are first met."""
    samples = list(samples)
    steps = tuple(dict.fromkeys(step for sample in samples for step in sample.steps))
    days = np.full((sum(len(sample.days) for sample in samples), len(steps)), np.nan)
    row = 0
    for sample in samples:
        columns = [steps.index(step) for step in sample.steps]
        days[row : row + len(sample.days), columns] = sample.days
        row += len(sample.days)
    return StepDays(steps, days)


def budget(found: StepDays, limit: float, share: float, incompressible: Collection[str] = ()) -> Budget:
    """Part a limit among the steps so that ``share`` of the cases keep it with the least cut, the same for all.

    First every compressible time is cut by one factor, down to where ``share`` of the cases keep the limit. Then each
    step is allowed what it, cut so, keeps at one common level, the highest at which the allowances still sum to the
    limit along every way that cases take; whoever keeps his allowance can make no case late.

    Errors: ValueError without cases.
    """
    if not found.days.size:
        raise ValueError("a budget needs cases that have finished")
    total = found.total
    cuts = ~np.isin(found.steps, list(incompressible))
    factor = _factor(np.nansum(found.days[:, ~cuts], axis=1), np.nansum(found.days[:, cuts], axis=1), limit, share)
    ways = np.unique(~np.isnan(found.days), axis=0)
    columns = [np.sort(column[~np.isnan(column)]) for column in found.days.T]
    scale = np.where(cuts, factor, 1.0)
    level = _level(columns, ways, limit, scale)
    allowed = scale * _at(columns, level)
    reserved, used = ways @ np.where(cuts, 0, allowed), ways @ np.where(cuts, allowed, 0)
    if used.any():
        allowed[cuts] *= max(0.0, float(((limit - reserved)[used > 0] / used[used > 0]).min()))
    own = _at(columns, share)
    keeps = np.isnan(found.days) | (found.days <= own)
    return Budget(
        limit=limit,
        share=share,
        cases=total.size,
        within=float(np.mean(total <= limit)),
        factor=factor,
        level=level,
        allowances=tuple(
            Allowance(
                step,
                column.size,
                float(column.mean()),
                float(quantile),
                float(each),
                float(np.mean(column <= each)),
                bool(cut),
            )
            for step, column, quantile, each, cut in zip(found.steps, columns, own, allowed, cuts, strict=True)
        ),
        alone=float(np.mean(keeps.all(axis=1))),
        sum_of_quantiles=float((ways @ own).max()),
    )


def _at(columns: Sequence[Floats], level: float) -> Floats:
    """What each step keeps in this share of its cases, interpolated so that it moves with the level."""
    return np.array([np.quantile(column, level) for column in columns])


def _factor(fixed: Floats, rest: Floats, limit: float, share: float) -> float:
    """The largest factor, 1 at most, with which ``share`` of the cases have ``fixed + factor * rest`` in the limit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        bearable = np.where(rest > 0, (limit - fixed) / rest, np.where(fixed <= limit, np.inf, -np.inf))
    needed = max(1, ceil(share * fixed.size - 1e-9))
    return float(np.clip(-np.partition(-bearable, needed - 1)[needed - 1], 0.0, 1.0))


def _level(columns: Sequence[Floats], ways: NDArray[np.bool_], limit: float, scale: Floats) -> float:
    """The highest common level at which the scaled steps' sums stay within the limit along every way."""
    low, high = 0.0, 1.0
    if float((ways @ (scale * _at(columns, high))).max()) <= limit:
        return high
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if float((ways @ (scale * _at(columns, middle))).max()) <= limit:
            low = middle
        else:
            high = middle
    return low
