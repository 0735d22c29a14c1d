"""A rhythm of arrivals: a yearly number, spread over open time by months, days of the week and hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.loglinear import Floats
from sim.eventlog import Ints
from sim.model.calendars import CalendarSpec
from sim.model.open_time import date_of, midnight
from sim.model.quantities import DAY_US, HOUR_US
from sim.model.statutory import NO_OWN_TABLE, StatutoryTable

_EPOCH_WEEKDAY = 3
_MONTHS, _WEEK, _DAY = 12, 7, 24


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Multipliers of the rate by month (12), day of the week from Monday (7) and hour (24), on a calendar or around
    the clock. As rule 12 has it, each calendar year brings the same number, whatever its open time.
    """

    months: Floats
    weekdays: Floats
    hours: Floats
    calendar: CalendarSpec | None = None
    own_table: StatutoryTable = NO_OWN_TABLE

    def pieces(self, begin: int, end: int) -> tuple[Ints, Ints, Floats]:
        """Open time of [begin, end) cut at full hours: start, stop, and the multiplier of each piece.

        Errors: InputError for a year without statutory data.
        """
        hours = np.arange(begin // HOUR_US * HOUR_US, end + HOUR_US, HOUR_US, dtype=np.int64)
        edges = np.unique(np.clip(hours, begin, end))
        start, stop = edges[:-1], edges[1:]
        if self.calendar is not None and end > begin:
            its = self.calendar.compile(begin, end, statutory=self.own_table)
            edges = np.unique(np.clip(np.concatenate([edges, its.opens, its.closes]), begin, end))
            opened, closed = (np.searchsorted(times, edges[:-1], side="right") for times in (its.opens, its.closes))
            start, stop = edges[:-1][opened > closed], edges[1:][opened > closed]
        return start, stop, self.months[month_of(start)] * self.weekdays[weekday_of(start)] * self.hours[hour_of(start)]

    def weight(self, begin: int, end: int) -> float:
        """Open time of [begin, end) times its multipliers, in hours."""
        start, stop, times = self.pieces(begin, end)
        return float((times * (stop - start)).sum()) / HOUR_US

    def years(self, begin: int, end: int) -> float:
        """How many yearly numbers [begin, end) brings: the sum over calendar years of its part of each one's weight."""
        total = 0.0
        for year in range(date_of(begin).year, date_of(end - 1).year + 1):
            first, last = (midnight(dt.date(y, 1, 1)) for y in (year, year + 1))
            inside = self.weight(max(first, begin), min(last, end))
            total += inside / whole if (whole := self.weight(first, last)) else 0.0
        return total


@dataclass(frozen=True, eq=False)
class Sampler:
    """What draws arrivals like those of the log: ``per_year`` cases on the rhythm, in batches (size to share), with
    ``clumping`` times the variance of a Poisson count: above 1 a gamma factor of each day, below 1 gamma intervals
    between arrivals in units of what is expected (0.02: nearly regular)."""

    rhythm: Rhythm
    per_year: float
    batch: dict[int, float]
    clumping: float

    def draw(self, rng: np.random.Generator, begin: int, end: int) -> Ints:
        """Instants in [begin, end), ascending, one for each case."""
        start, stop, per_us = self._rate(begin, end)
        expected = per_us * (stop - start)
        if self.clumping < 1:
            cumulated = np.cumsum(expected)
            reached = _renewals(rng, float(cumulated[-1]) if cumulated.size else 0.0, self.clumping)
            piece = np.searchsorted(cumulated, reached)
            into = (reached - cumulated[piece] + expected[piece]) / expected[piece]
        else:
            number, of_day = np.unique(start // DAY_US, return_inverse=True)
            factor = np.ones(number.size)
            if self.clumping > 1:
                shape = np.maximum(np.bincount(of_day, expected, number.size), 1e-9) / (self.clumping - 1)
                factor = rng.gamma(shape) / shape
            piece = np.repeat(np.arange(start.size), rng.poisson(expected * factor[of_day]))
            into = rng.random(piece.size)
        instants = start[piece] + (into * (stop - start)[piece]).astype(np.int64)
        sizes = rng.choice(list(self.batch), instants.size, p=list(self.batch.values()))
        return np.sort(np.repeat(instants, sizes))

    def expected(self, begin: int, end: int) -> float:
        """How many cases [begin, end) brings on average."""
        return self.per_year * self.rhythm.years(begin, end)

    def _rate(self, begin: int, end: int) -> tuple[Ints, Ints, Floats]:
        start, stop, times = self.rhythm.pieces(begin, end)
        batches = self.per_year / sum(size * share for size, share in self.batch.items())
        year = start.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
        per_us = np.zeros(start.size)
        for its in np.unique(year).tolist():
            whole = self.rhythm.weight(midnight(dt.date(its, 1, 1)), midnight(dt.date(its + 1, 1, 1))) * HOUR_US
            per_us[year == its] = times[year == its] * batches / whole
        return start, stop, per_us


def _renewals(rng: np.random.Generator, until: float, variance: float) -> Floats:
    """Points below ``until`` at intervals of mean 1 and this variance, from anywhere in the first."""
    most = int(until + 10 * (until * variance + 1) ** 0.5 + 10)
    intervals = rng.gamma(1 / variance, variance, most)
    intervals[0] *= rng.random()
    points: Floats = np.cumsum(intervals)
    return points[points < until]


def month_of(instant: Ints) -> NDArray[np.int64]:
    """0 for January."""
    return instant.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % _MONTHS


def weekday_of(instant: Ints) -> NDArray[np.int64]:
    """0 for Monday."""
    return (instant // DAY_US + _EPOCH_WEEKDAY) % _WEEK


def hour_of(instant: Ints) -> NDArray[np.int64]:
    """Hour of the day."""
    return instant % DAY_US // HOUR_US
