"""The law's counting of working days, half days and calendar days (rule 18), vectorised over cases.

Instants are int64 microseconds, days datetime64[D]; both may be arrays or single values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.jit import compiled, types
from sim.model.open_time import BEYOND, Calendar, Instants, date_of
from sim.model.quantities import DAY_US

Dates = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
_i64 = types.Array(types.int64, 1, "C", readonly=True)
_NOON = DAY_US // 2


class WorkingDays:
    """The working days of a legal calendar over its run: the dates on which it opens.

    For a calendar that keeps the statutory days these are the working days in law. Days and instants outside
    the run's dates raise ValueError.
    """

    def __init__(self, legal: Calendar) -> None:
        self._legal = legal
        self._first = np.datetime64(date_of(legal.first_us), "D")
        self._end = np.datetime64(date_of(max(legal.first_us, legal.last_us - 1)), "D") + 1
        dates = np.arange(self._first, self._end)
        self._midnights = np.arange(self._first, self._end + 1).astype(np.int64) * DAY_US
        self._open_before = legal.open_until(self._midnights)
        self._hours = np.diff(self._open_before)
        self._days = dates[self._hours > 0]
        """The working days, in order."""
        self._before = np.append(0, np.cumsum(self._hours > 0))
        """How many working days lie before each date; one entry more than there are dates."""
        self._block_ends = _block_ends(legal, self._midnights[:-1][self._hours > 0])
        first_of_date = np.searchsorted(legal.opens, self._midnights, side="right") - 1
        self._opened = (legal.opens, legal.closes, legal.cumulative, first_of_date, self._open_before, self._hours,
                        self._before, int(self._midnights[0]))  # fmt: skip

    def number(self, day: ArrayLike) -> Numbers:
        """How many working days lie before a date: the number, from 0, of the first working day on or after it."""
        return self._before[self._place(day)]

    def nth(self, number: ArrayLike) -> Dates:
        """The date of a working day by its number; NaT past the last one."""
        number = np.asarray(number, dtype=np.int64)
        padded = np.append(self._days, np.datetime64("NaT"))
        return padded[np.minimum(number, self._days.size)]

    def opening(self, t: ArrayLike) -> Instants:
        """When an acceptance counts: at t, or outside legal hours at the next opening; BEYOND when there is none."""
        t = np.asarray(t, dtype=np.int64)
        i = np.searchsorted(self._legal.closes, t, side="right")
        return np.maximum(t, np.append(self._legal.opens, BEYOND)[i])

    def touched(self, a: ArrayLike, b: ArrayLike) -> tuple[Numbers, Numbers]:
        """The working days [low, high), by number, that [a, b] touches, both ends included; low >= high for none.

        Rule 18 b: the distinct days of a case are the union of these ranges over its intervals; its reading is their
        number less one, counted from the day after acceptance. An acceptance is first moved to its ``opening``.
        Source: Civil Code 201 and 203.
        """
        return self.number(np.minimum(_dates(a), self._end)), self.number(np.minimum(_dates(b) + 1, self._end))

    def fraction_of_days(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
        """Open time from a to b, each day's divided by that day's open hours, summed (rule 18 a).

        From 10:15 to 10:15 of the next working day is 1 exactly: whole days are counted in integers.
        """
        (days_a, part_a), (days_b, part_b) = self._passed(a), self._passed(b)
        return (days_b - days_a) + (part_b - part_a)

    def block_of(self, t: ArrayLike) -> Numbers:
        """The number of the half-day block in which an acceptance at t counts (rule 18 c)."""
        return np.searchsorted(self._block_ends, self._within(t), side="right")

    def half_days(self, a: ArrayLike, b: ArrayLike) -> Numbers:
        """The least h for which an acceptance at a is due at b or later: the reading in half days (rule 18 c)."""
        done = np.searchsorted(self._block_ends, self._within(b), side="left")
        return np.maximum(done - self.block_of(a), 0)

    def calendar_days(self, accepted: ArrayLike, done: ArrayLike, *, moved: bool = True) -> Numbers:
        """The least limit of n calendar days that runs out on the day done or later; the same day is 0 (rule 18 d).

        Unmoved this is the difference of the dates. ``moved``, a last day that is no working day moves on to the next
        one, so that the days off just before the day done do not count: accepted on 2021-09-29 and done on 2021-10-08
        is 2, since a limit of 2 days runs out on 10-01 and moves.
        """
        last = _as_dates(done)
        if moved:  # the day after the working day before
            last = np.append(self._first, self._days + 1)[self.number(last)]
        return np.maximum((last - _as_dates(accepted)).astype(np.int64), 0)

    def _passed(self, t: ArrayLike) -> tuple[Numbers, NDArray[np.float64]]:
        """Working days before the date of t, and the part of that date's open hours before t."""
        t = self._within(t)
        days, parts = _passed(np.ascontiguousarray(t).ravel(), *self._opened)
        return days.reshape(t.shape), parts.reshape(t.shape)

    def _place(self, day: ArrayLike) -> Numbers:
        place = (_as_dates(day) - self._first).astype(np.int64)
        if np.any(place < 0) or np.any(place > self._hours.size):
            raise ValueError(f"days outside {self._first} to {self._first + self._hours.size - 1}")
        return place

    def _within(self, t: ArrayLike) -> Instants:
        t = np.asarray(t, dtype=np.int64)
        if np.any(t < self._midnights[0]) or np.any(t > self._midnights[-1]):
            raise ValueError("instants outside the legal calendar's days")
        return t


@compiled(types.Tuple((types.int64[::1], types.float64[::1]))(*[_i64] * 8, types.int64))
def _passed(
    t: Any,
    opens: Any,
    closes: Any,
    cumulative: Any,
    first_of_date: Any,
    open_before: Any,
    hours: Any,
    before: Any,
    begin: int,
) -> Any:
    """Working days before the date of each instant, and the part of that date's open hours before it.

    ``first_of_date``: the last interval that has opened by each midnight from ``begin`` on, -1 for none.
    """
    days, parts = np.empty(t.size, np.int64), np.zeros(t.size)
    for i in range(t.size):
        date = min((t[i] - begin) // DAY_US, hours.size - 1)
        days[i] = before[date]
        if hours[date] > 0:
            at = first_of_date[date]
            while at + 1 < opens.size and opens[at + 1] <= t[i]:
                at += 1
            gone = cumulative[at] + min(t[i], closes[at]) - opens[at] if at >= 0 else 0
            parts[i] = (gone - open_before[date]) / hours[date]
    return days, parts


def _as_dates(day: ArrayLike) -> Dates:
    return np.asarray(day, dtype="datetime64[D]")


def _dates(t: ArrayLike) -> Dates:
    return (np.asarray(t, dtype=np.int64) // DAY_US).astype("datetime64[D]")


def _block_ends(legal: Calendar, midnights: Instants) -> Instants:
    """The ends of the working half-days: a working day is parted at its longest break, or without one at noon.

    A day whose one stretch does not contain noon is one half-day.
    """
    ends: list[int] = []
    for begin in midnights:
        i = np.searchsorted(legal.closes, begin, side="right")
        j = np.searchsorted(legal.opens, begin + DAY_US, side="left")
        opens, closes = np.maximum(legal.opens[i:j], begin), np.minimum(legal.closes[i:j], begin + DAY_US)
        if opens.size > 1:
            ends.append(closes[np.argmax(opens[1:] - closes[:-1])])
        elif opens[0] < begin + _NOON < closes[0]:
            ends.append(begin + _NOON)
        ends.append(closes[-1])
    return np.array(ends, dtype=np.int64)
