"""When a commitment runs out for an application accepted on a day, under each of its readings, and which days count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from math import ceil
from typing import NamedTuple

import numpy as np

from sim.analysis.clock_times.due import due_day, last_in_time
from sim.analysis.verdicts import statistic_of
from sim.model.base import LEGAL, Model
from sim.model.calendars import PREDEFINED
from sim.model.limits import Limit, Reading
from sim.model.open_time import Calendar, date_of, instant_of, midnight
from sim.model.quantities import DAY_US
from sim.model.statutory import day_kind
from sim.model.working_days import WorkingDays
from sim.text import Text

_WHOLE = ("whole-days", "calendar-days")
"""Units that do not ask for the hour of the acceptance."""
_MINUTE = 60_000_000
_CALENDAR_DAY = Text("自然日", "calendar day")
_COUNTS_AS_ACCEPTED = Text("视为受理日", "the day on which it counts as accepted")


class Stretch(NamedTuple):
    """Days in a row that are alike: whether they count, and what they are (working days, a holiday by its name).

    ``named``: what they are does not go without saying, as of a make-up working day or a holiday.
    """

    first: dt.date
    last: dt.date
    counts: bool
    words: Text
    named: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class Due(NamedTuple):
    """The last day in time, when all the time from the acceptance on counts.

    ``at``: its last minute, where the unit knows hours; ``unmoved``: the day on which a limit would run out whose last
    day moved on; ``of_each``: whether every case is to keep it, or (a mean, a share) this only shows its length.
    """

    reading: Reading
    accepted: dt.datetime
    day: dt.date
    at: dt.datetime | None
    unmoved: dt.date | None
    of_each: bool
    stretches: tuple[Stretch, ...]


def due_days(model: Model, limit: Limit, accepted: dt.date) -> Iterator[Due]:
    """The readings of a limit that have a last day, in their order, for an acceptance on a date or at a datetime.

    Of a mere date there is one for each opening of the day where hours matter. What comes outside legal hours counts
    from the next opening on. Errors: InputError for a year whose holidays nobody knows.
    """
    day_kind(accepted.date() if isinstance(accepted, dt.datetime) else accepted, model.statutory)
    for reading in limit.readings:
        if reading.by is not None:
            yield _by(reading, _noon(accepted))
        elif limit.value_of(reading) is not None:
            for moment in _moments(model, reading, accepted):
                yield _due(model, limit, reading, moment)


def _noon(day: dt.date) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time(12))


def _moments(model: Model, reading: Reading, accepted: dt.date) -> list[dt.datetime]:
    if isinstance(accepted, dt.datetime) or reading.unit in _WHOLE:
        return [_noon(accepted)]
    view = _legal(model, accepted, 1).day_view(accepted)
    return [_moment(opens) for opens, _ in view.open] or [_noon(accepted)]


def _moment(instant: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(minutes=instant // _MINUTE)


def _within_hours(legal: Calendar, instant: int) -> int:
    """The closing before it, where an instant lies outside the hours or in the minute of an opening."""
    minute = instant - instant % _MINUTE
    return min(minute, int(legal.closes[np.searchsorted(legal.opens, minute) - 1]))


def _legal(model: Model, first: dt.date, days: int) -> Calendar:
    begin = midnight(first)
    return model.calendars[LEGAL].compile(
        begin, begin + days * DAY_US - 1, statutory=model.statutory, calendars={**PREDEFINED, **model.calendars}
    )


def _of_each(limit: Limit, reading: Reading) -> bool:
    statistic = statistic_of(limit, reading)
    return statistic is not None and statistic.kind == "every-case"


def _by(reading: Reading, accepted: dt.datetime) -> Due:
    """The first such day of a year on or after the acceptance."""
    first = accepted.date()
    goals = [dt.date.fromisoformat(f"{year}-{reading.by}") for year in (first.year, first.year + 1)]
    goal = next(day for day in goals if day >= first)
    some = (Stretch(first + dt.timedelta(1), goal, True, _CALENDAR_DAY, False),) if goal > first else ()
    return Due(reading, accepted, goal, None, None, True, some)


def _due(model: Model, limit: Limit, reading: Reading, accepted: dt.datetime) -> Due:
    value = limit.value_of(reading)
    assert value is not None
    amount, first, instant = value.amount, accepted.date(), instant_of(accepted)
    days = ceil(amount) + 4
    while True:  # until the limit has run out and a working day has come after it
        legal = _legal(model, first, days)
        working, until = WorkingDays(legal), midnight(first) + days * DAY_US - 1
        ends = last_in_time(instant, amount, reading.unit, working, until, moved=reading.moved)
        if ends < until:
            break
        days += 7
    day = due_day(instant, amount, reading.unit, working, until, moved=reading.moved)
    calendar = reading.unit == "calendar-days"
    unmoved = first + dt.timedelta(round(amount)) if calendar else day
    at = None
    if reading.unit not in _WHOLE:
        at = _moment(ends if reading.unit == "hours" else _within_hours(legal, ends))
        day = unmoved = at.date()
    counted_as = date_of(int(working.opening(instant)))
    return Due(
        reading,
        accepted,
        day,
        at,
        unmoved if unmoved != day else None,
        _of_each(limit, reading),
        tuple(_stretches(legal, reading, counted_as, first, day, unmoved)),
    )


def _stretches(
    legal: Calendar, reading: Reading, counted_as: dt.date, first: dt.date, last: dt.date, unmoved: dt.date
) -> Iterator[Stretch]:
    """The days after the acceptance up to the last one; its own day, too, where parts of days count."""

    def seen(day: dt.date) -> tuple[bool, Text, bool]:
        if reading.unit in ("calendar-days", "hours") and day <= unmoved:
            return True, _CALENDAR_DAY, False
        if reading.unit == "whole-days" and day == counted_as:
            return False, _COUNTS_AS_ACCEPTED, True
        view = legal.day_view(day)
        reasons = [reason.text for reason in view.reasons]
        if view.open or not view.kind.working or not reasons:
            return bool(view.open) and day <= unmoved, view.kind.text, view.kind.kind != "working-day"
        return False, Text("、".join(r.zh for r in reasons), ", ".join(r.en for r in reasons)), True

    begin = first + dt.timedelta(reading.unit in _WHOLE)
    dates = [begin + dt.timedelta(i) for i in range((last - begin).days + 1)]
    for (counts, words, named), some in groupby(dates, seen):
        days = list(some)
        yield Stretch(days[0], days[-1], counts, words, named)
