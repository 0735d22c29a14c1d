"""Open time: the arithmetic of a calendar's half-open intervals over one run (rule 2)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model.quantities import DAY_US
from sim.model.statutory import DayKind
from sim.text import Text

BEYOND = int(np.iinfo(np.int64).max)
"""An instant past the end of the run."""

Instants = NDArray[np.int64]
_EPOCH = dt.date(1970, 1, 1).toordinal()


def date_of(instant: int) -> dt.date:
    """The civil date of an instant."""
    return dt.date.fromordinal(instant // DAY_US + _EPOCH)


def midnight(day: dt.date) -> int:
    """The instant at which a date begins."""
    return (day.toordinal() - _EPOCH) * DAY_US


def instant_of(moment: dt.datetime) -> int:
    """The instant of a civil date and hour."""
    return midnight(moment.date()) + (moment - dt.datetime.combine(moment, dt.time())) // dt.timedelta(microseconds=1)


def moment_of(instant: int) -> dt.datetime:
    """The civil date and hour of an instant."""
    return dt.datetime.combine(date_of(instant), dt.time()) + dt.timedelta(microseconds=instant % DAY_US)


class Reason(NamedTuple):
    """Why a calendar is closed: the week, a holiday or closure by name, or the hour of the day."""

    kind: Literal["weekend", "holiday", "closure", "day-off", "hours"]
    text: Text
    id: str = ""


class DayRule(NamedTuple):
    """What a calendar's description says of one date: its kind, its shifts and, when it has none, why.

    A shift is (opens, closes) in microseconds after that date's midnight; one that runs into the next day closes
    later than 24 h.
    """

    kind: DayKind
    shifts: tuple[tuple[int, int], ...]
    reasons: tuple[Reason, ...]


class DayRules(Protocol):
    """Whoever knows what a calendar does on each date."""

    def on(self, day: dt.date) -> DayRule: ...


class DayView(NamedTuple):
    """One date as a reader of a case's history sees it: what it is, when it was open, else why it was not."""

    day: dt.date
    kind: DayKind
    open: tuple[tuple[int, int], ...]
    reasons: tuple[Reason, ...]


class Calendar:
    """A calendar over one run: half-open intervals [open, close), sorted and apart, in microseconds (rule 2).

    ``opens``, ``closes`` and ``cumulative`` are int64 arrays of one length; ``cumulative[i]`` is the open time before
    interval i. The run is [``first_us``, ``last_us``], and answers past its end are BEYOND; so is the closing of
    an interval that reaches the midnight after the run's last day. Instants outside the run raise ValueError.

    The scalar methods are the SimPy engine's and stay in Python's integers; ``open_times`` is the same on arrays.
    """

    def __init__(
        self,
        intervals: Sequence[tuple[int, int]],
        first_us: int,
        last_us: int,
        *,
        rules: DayRules | None = None,
        parts: tuple[Calendar, ...] = (),
    ) -> None:
        self.first_us, self.last_us = first_us, last_us
        self.rules, self.parts = rules, parts
        self._opens = [opens for opens, _ in intervals]
        self._closes = [closes for _, closes in intervals]
        self._before = [0] * len(intervals)
        for i, (opens, closes) in enumerate(intervals[:-1]):
            self._before[i + 1] = self._before[i] + closes - opens
        self.opens = np.array(self._opens, dtype=np.int64)
        self.closes = np.array(self._closes, dtype=np.int64)
        self.cumulative = np.array(self._before, dtype=np.int64)
        for array in (self.opens, self.closes, self.cumulative):
            array.flags.writeable = False

    def open_time(self, a: int, b: int) -> int:
        """The open time between two instants of the run, a <= b."""
        if not self.first_us <= a <= b <= self.last_us:
            raise self._outside(a, b)
        return self._until(b) - self._until(a)

    def after(self, a: int, d: int) -> int:
        """The smallest t > a with open_time(a, t) = d; a itself for d = 0, even when closed; else BEYOND (rule 2)."""
        if d == 0:
            return a
        if a > self.last_us:
            return BEYOND
        if d < 0 or a < self.first_us:
            raise self._outside(a, d)
        target = self._until(a) + d
        i = bisect_left(self._before, target) - 1
        if i < 0:
            return BEYOND
        t = self._opens[i] + target - self._before[i]
        return t if t <= self._closes[i] and t <= self.last_us else BEYOND

    def is_open(self, t: int) -> bool:
        """Whether the calendar is open at an instant; it is not at the instant of closing."""
        i = bisect_right(self._opens, t) - 1
        return i >= 0 and t < self._closes[i]

    def next_opening(self, t: int) -> int:
        """The first instant at or after t at which the calendar is open, or BEYOND."""
        i = bisect_right(self._closes, t)
        found = BEYOND if i == len(self._opens) else max(t, self._opens[i])
        return found if found <= self.last_us else BEYOND

    def next_closing(self, t: int) -> int:
        """The closing of the interval that contains t or, when closed, of the next one; BEYOND when there is none."""
        i = bisect_right(self._closes, t)
        return BEYOND if i == len(self._closes) else self._closes[i]

    def empty_after(self, t: int) -> bool:
        """Whether the calendar does not open any more at or after t, as far as the run goes."""
        return self.next_opening(t) == BEYOND

    def open_times(self, a: ArrayLike, b: ArrayLike) -> Instants:
        """``open_time`` for arrays of instants that broadcast together."""
        a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
        if np.any(a < self.first_us) or np.any(b < a) or np.any(b > self.last_us):
            raise self._outside(a.min(initial=self.last_us), b.max(initial=self.first_us))
        return self.open_until(b) - self.open_until(a)

    def open_until(self, t: Instants) -> Instants:
        """The open time from the run's begin to each instant; an instant before it has none."""
        if not self._opens:
            return np.zeros(np.shape(t), dtype=np.int64)
        i = np.searchsorted(self.opens, t, side="right") - 1
        until = self.cumulative[i] + np.minimum(t, self.closes[i]) - self.opens[i]
        return np.where(i < 0, 0, until)

    @property
    def open_share(self) -> float:
        """The mean share of the run's time that is open; nan for a run without length."""
        length = self.last_us - self.first_us
        return self.open_time(self.first_us, self.last_us) / length if length else float("nan")

    @property
    def longest_us(self) -> int:
        """The longest stretch without a closing within the run's days; 0 when the calendar never opens."""
        end = midnight(date_of(self.last_us - 1)) + DAY_US
        return max((min(c, end) - o for o, c in zip(self._opens, self._closes, strict=True)), default=0)

    def why_closed(self, t: int) -> tuple[Reason, ...]:
        """The reasons, of every calendar that has a say, for being closed at an instant; none when open."""
        if self.parts:
            return tuple(dict.fromkeys(reason for part in self.parts for reason in part.why_closed(t)))
        if self.is_open(t) or self.rules is None:
            return ()
        off_hours = Reason("hours", Text("非开放时间", "outside opening hours"))
        return self.rules.on(date_of(t)).reasons or (off_hours,)

    def day_view(self, day: dt.date) -> DayView:
        """One date of a described calendar: its kind in law, its open intervals within the date, why it has none."""
        kind, reasons = self._described(day)
        begin, end = midnight(day), midnight(day) + DAY_US
        first, last = bisect_right(self._closes, begin), bisect_left(self._opens, end)
        pairs = zip(self._opens[first:last], self._closes[first:last], strict=True)
        return DayView(day, kind, tuple((max(o, begin), min(c, end)) for o, c in pairs), reasons)

    def _described(self, day: dt.date) -> tuple[DayKind, tuple[Reason, ...]]:
        if self.parts:
            kinds, reasons = zip(*(part._described(day) for part in self.parts), strict=True)
            return kinds[0], tuple(dict.fromkeys(reason for some in reasons for reason in some))
        if self.rules is None:
            raise ValueError("this calendar was not compiled from a description")
        rule = self.rules.on(day)
        return rule.kind, rule.reasons

    def _until(self, t: int) -> int:
        i = bisect_right(self._opens, t) - 1
        if i < 0:
            return 0
        closes = self._closes[i]
        return self._before[i] + (t if t < closes else closes) - self._opens[i]

    def _outside(self, a: object, b: object) -> ValueError:
        return ValueError(f"{a}, {b}: instants run forward, within {self.first_us} to {self.last_us}; amounts are >= 0")


def united(intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted and apart: intervals that overlap or touch are one (rule 2)."""
    result: list[tuple[int, int]] = []
    for opens, closes in sorted(intervals):
        if result and opens <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], closes))
        else:
            result.append((opens, closes))
    return result


def intersection(*calendars: Calendar) -> Calendar:
    """The calendar that is open when all of these are; they are of one run (rule 5)."""
    if len({(calendar.first_us, calendar.last_us) for calendar in calendars}) != 1:
        raise ValueError("an intersection needs calendars of one run")
    result, *others = calendars
    for other in others:
        result = _both(result, other)
    return result


def _both(a: Calendar, b: Calendar) -> Calendar:
    found = []
    i = j = 0
    while i < len(a._opens) and j < len(b._opens):
        opens, closes = max(a._opens[i], b._opens[j]), min(a._closes[i], b._closes[j])
        if opens < closes:
            found.append((opens, closes))
        if a._closes[i] <= closes:
            i += 1
        else:
            j += 1
    parts = tuple(dict.fromkeys((a.parts or (a,)) + (b.parts or (b,))))
    return Calendar(found, a.first_us, a.last_us, parts=parts)
