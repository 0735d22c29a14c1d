"""The last day on which a case is still in time, if all its time counts: what a reading means for one application."""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.analysis.clock_times.intervals import Intervals
from sim.analysis.clock_times.units import in_days, moved_days
from sim.eventlog import Ints
from sim.model.clocks import Unit
from sim.model.open_time import date_of
from sim.model.working_days import WorkingDays


def due_day(accepted: int, limit: float, unit: Unit, legal: WorkingDays, until: int, *, moved: bool = True) -> dt.date:
    """The day by the end of which (in parts of a day: on which) a limit in days of the unit runs out.

    Accepted on 2021-09-29, a week runs out with 2021-10-08 when its last day moves, and with 2021-10-06 when not.
    In working days it is a working day, though the days off that follow are in time, too.
    """
    day = date_of(last_in_time(accepted, limit, unit, legal, until, moved=moved))
    if unit in ("calendar-days", "hours"):
        return day
    number = int(legal.number(np.datetime64(day) + 1))
    worked = legal.nth(number - 1).astype("datetime64[us]").astype(np.int64)
    return max(date_of(int(worked)), date_of(accepted))


def last_in_time(accepted: int, limit: float, unit: Unit, legal: WorkingDays, until: int, *, moved: bool = True) -> int:
    """The last microsecond before ``until`` at which a limit in days of the unit is kept; ``until`` where it all is.

    The reading itself is asked, not a formula of its own: a reading never falls as time goes on, so the place where it
    first exceeds the limit is found by halving.
    """

    def in_time(t: int) -> bool:
        one: Ints = np.zeros(1, dtype=np.int64)
        counted = Intervals(one, one + accepted, one + t)
        days = in_days(counted, 1, unit, legal)
        if unit == "calendar-days" and moved:
            days = moved_days(counted, 1, legal)
        return bool(days[0] <= limit)

    low, high = accepted, until
    if in_time(high):
        return until
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if in_time(middle) else (low, middle)
    return low
