"""Days of the week that are closed, and on which somebody works now and then all the same."""

from __future__ import annotations

import numpy as np

from sim.eventlog import Ints
from sim.model.calendars import CalendarSpec
from sim.model.hours import WEEK, Hours, Shift
from sim.model.quantities import DAY_US, MINUTE_US


def with_odd_days(spec: CalendarSpec, instants: Ints) -> CalendarSpec:
    """Such a day opens for so short a while, around the middle of what happened on it, that as much will happen."""
    assert spec.hours is not None
    weekday, moment = (instants // DAY_US + 3) % 7, instants % DAY_US
    shifts = [spec.hours.of_weekday(day) for day in range(7)]
    open_us = sum(shift.closes - shift.opens for day in shifts for shift in day)
    within = np.isin(weekday, [day for day in range(7) if shifts[day]])
    added: dict[str, tuple[Shift, ...]] = {}
    for day in (day for day in range(7) if not shifts[day] and (weekday == day).any()):
        its = moment[weekday == day]
        length = max(round(its.size * open_us / max(int(within.sum()), 1) / MINUTE_US), 1) * MINUTE_US
        opens = min(int(np.median(its)) // MINUTE_US * MINUTE_US, DAY_US - length)
        added[WEEK[day]] = (Shift(opens, opens + length),)
    if not added:
        return spec
    return spec.model_copy(update={"hours": Hours.model_validate({**dict(spec.hours), **added})})
