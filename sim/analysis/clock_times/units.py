"""Counted intervals as days, by the units of rule 18."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.intervals import Intervals, united
from sim.eventlog import Ints
from sim.model.clocks import Unit
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays

Days = NDArray[np.float64]
_DECIMALS = 9
"""Fractions of days are rounded to these, less than 0.1 ms, so that a third and two thirds are a whole day."""


def in_days(intervals: Intervals, groups: int, unit: Unit, days: WorkingDays) -> Days:
    """The reading of each group in days of the unit, its intervals being apart; 0 for a group without any.

    ``hours`` are given in days of 24 hours, half-day blocks as half days.
    """
    if unit == "fraction":
        parts = days.fraction_of_days(intervals.start, intervals.stop)
        return np.round(np.bincount(intervals.group, weights=parts, minlength=groups), _DECIMALS)
    if unit == "hours":
        return intervals.total(groups) / DAY_US
    less_one = np.maximum(_numbers(intervals, unit, days).total(groups) - 1, 0)
    return less_one / (2 if unit == "half-days" else 1)


def moved_days(intervals: Intervals, groups: int, days: WorkingDays) -> Days:
    """The least limit in calendar days that each group keeps when a last day that is no working day moves on.

    The counted days up to the working day before the last of them: accepted on 2021-09-29 and done on 2021-10-08
    keeps a limit of 2, since 10-01 moves to 10-08 (rule 18 d; Civil Code 203).
    """
    dates = _numbers(intervals, "calendar-days", days)
    last = np.zeros(groups, dtype=np.int64)
    np.maximum.at(last, dates.group, dates.stop - 1)
    last = last[dates.group]
    number = days.number(last.astype("datetime64[D]"))
    working_day = days.nth(np.maximum(number - 1, 0)).astype(np.int64)
    stop = np.where(number == 0, dates.start, np.clip(working_day + 1, dates.start, dates.stop))
    return dates._replace(stop=stop).total(groups).astype(np.float64)


def _numbers(intervals: Intervals, unit: Unit, days: WorkingDays) -> Intervals:
    """The numbers of the working days, half-day blocks or dates that each group touches, as half-open ranges.

    What begins outside legal hours counts at the next opening, but for calendar days; what ends before that has
    touched none.
    """
    start, stop = intervals.start, intervals.stop
    if unit == "calendar-days":
        low, high = start // DAY_US, stop // DAY_US + 1
    else:
        start = days.opening(start)
        if unit == "whole-days":
            low, high = days.touched(start, stop)
        else:
            low, high = _blocks(intervals, days)
        high = np.where(start <= stop, high, low)
    some = np.flatnonzero(low < high)
    return united(Intervals(intervals.group[some], low[some], high[some]))


def _blocks(intervals: Intervals, days: WorkingDays) -> tuple[Ints, Ints]:
    """The block in which the beginning counts, and the one by whose end the end has come."""
    first = days.block_of(intervals.start)
    return first, first + days.half_days(intervals.start, intervals.stop) + 1
