"""What the activity of each date says of the date: is it a public holiday that is kept, a closure, an extra opening?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Floats
from sim.errors import InputError
from sim.eventlog import Ints
from sim.model.open_time import date_of
from sim.model.quantities import DAY_US
from sim.model.statutory import NO_OWN_TABLE, StatutoryTable, day_kind

Kept = Literal["kept", "not kept", "undecided"]
_AROUND = 21
"""The level of a date is that of so many days before and after it."""
_ENOUGH = 5.0
"""So many independent instants must be expected before their absence says something."""
_HALF = 0.5
_MARGIN = 0.01
_WORKED = 0.2
_NEXT_TO_NOTHING = 0.05
_BY_CHANCE = 0.01
_OPEN = 0.1
"""A day of the week of less than this share of the busiest ones is closed."""
_EPOCH_MONDAY = 3
_OF_LAW = {"make-up": 7, "holiday": 8}


@dataclass(frozen=True)
class Dates:
    """The dates of a log from its first to its last: ``number`` counts days since 1970, ``count`` instants.

    ``kind`` is 0 to 6 for Monday to Sunday, 7 for a make-up working day, 8 for a public holiday.
    """

    number: Ints
    count: Floats
    kind: Ints

    @property
    def weekday(self) -> Ints:
        return (self.number + _EPOCH_MONDAY) % 7

    def expected(self, kind: Ints) -> Floats:
        """How many instants each date would have, were it of such a kind: the kind's mean times the level around."""
        regular = self.kind < 7
        mean = np.array([_mean(self.count[self.kind == i]) for i in range(7)] + [0.0, 0.0])
        mean[7] = np.mean(mean[:5])
        own = np.where(regular, mean[self.kind], 0.0)
        seen, usual = _around(np.where(regular, self.count, 0.0)), _around(own)
        level = np.divide(seen, usual, out=np.ones(seen.size), where=usual > 0)
        return mean[kind] * level

    def clumping(self) -> float:
        """How many instants come together: the squared shortfall of the days that fall short, closed ones left aside,
        over what is expected of them. (Single days of a rush say nothing about how quiet an open day can be.)"""
        expected = self.expected(self.kind)
        short = (self.count < expected) & (self.count > _NEXT_TO_NOTHING * expected) & (self.kind < 7)
        if not short.any():
            return 1.0
        return max(float(((self.count - expected)[short] ** 2 / expected[short]).mean()), 1.0)


def _around(column: Floats) -> Floats:
    """The sums over the days around each, as far as there are any."""
    found: Floats = np.convolve(column, np.ones(2 * _AROUND + 1))[_AROUND : _AROUND + column.size]
    return found


def _mean(count: Floats) -> float:
    return float(count.mean()) if count.size else 0.0


def kinds_of(number: Ints, statutory: StatutoryTable | None) -> Ints:
    """The kinds of dates; by the week alone without a table. Errors: InputError for a year that no table knows."""
    kind = (number + _EPOCH_MONDAY) % 7
    if statutory is not None:
        for place, date in enumerate(number.tolist()):
            kind[place] = _OF_LAW.get(day_kind(date_of(date * DAY_US), statutory).kind, kind[place])
    return kind


@dataclass(frozen=True)
class HolidaysKept:
    """Whether public holidays are days off, and make-up days working days, by what happened on them.

    ``holidays`` and ``makeup``: instants on them, and how many there would be on days of their kind that are not.
    """

    holidays: tuple[float, float]
    makeup: tuple[float, float]
    verdict: Kept
    makeup_worked: bool


def holidays_kept(number: Ints, count: Floats, own: StatutoryTable = NO_OWN_TABLE) -> HolidaysKept:
    """Compare the holidays of the State Council's tables with ordinary days of the same weeks; ``number`` and
    ``count`` as in :class:`Dates`.

    Kept: less than half of what would be expected, where at least 5 independent instants would be; not kept: half or
    more; undecided where the log has too few such days, or years that no table knows.
    """
    try:
        dates = Dates(number, count, kinds_of(number, own))
    except InputError:
        return HolidaysKept((0, 0), (0, 0), "undecided", True)
    clumping = dates.clumping()
    off, makeup = dates.kind == 8, dates.kind == 7
    usual = float(dates.expected(dates.weekday)[off].sum())
    working = float(dates.expected(dates.kind)[makeup].sum())
    seen, worked = float(dates.count[off].sum()), float(dates.count[makeup].sum())
    verdict: Kept = "undecided"
    if usual / clumping >= _ENOUGH:
        verdict = "kept" if seen < _HALF * usual else "not kept"
    worked_at_all = not (working / clumping >= _ENOUGH and worked < _OPEN * working)
    return HolidaysKept((seen, usual), (worked, working), verdict, worked_at_all)


@dataclass(frozen=True)
class Stretch:
    """Dates from ``first`` to ``last`` on which ``seen`` instants fell where ``expected`` would have."""

    first: dt.date
    last: dt.date
    seen: int
    expected: float


def closed_dates(dates: Dates, open_kinds: NDArray[np.bool_]) -> list[Stretch]:
    """Stretches of open days with next to no activity, too long to be chance (1% over all dates together).

    What lies before the first and after the last hundredth of the instants is none: there the log begins and ends.
    A day may have 5% of what would be expected. The chance of none at all is that of a negative binomial count with
    the clumping of the other days.
    """
    expected = np.where(open_kinds[dates.kind], dates.expected(dates.kind), 0.0)
    clumping = dates.clumping()
    per_instant = math.log(clumping) / (clumping - 1) if clumping > 1 + 1e-9 else 1.0
    needed = math.log(dates.number.size / _BY_CHANCE) / per_instant
    idle = (expected > 0) & (dates.count <= _NEXT_TO_NOTHING * expected)
    reached = np.cumsum(dates.count)
    idle &= (reached > _MARGIN * reached[-1]) & (reached < (1 - _MARGIN) * reached[-1])
    found = []
    for places in _runs(idle, expected > 0):
        its = places[idle[places]]
        if expected[its].sum() >= needed:
            found.append(_stretch(dates, expected, its))
    return found


def opened_dates(dates: Dates, open_kinds: NDArray[np.bool_]) -> list[Stretch]:
    """Days of a closed kind with at least a fifth of the activity of a working day, and not few instants."""
    working = np.flatnonzero(open_kinds[:5])
    if not working.size:
        return []
    usual = np.mean([dates.expected(np.full(dates.kind.size, kind)) for kind in working], axis=0)
    busy = ~open_kinds[dates.kind] & (dates.count >= _WORKED * usual) & (dates.count / dates.clumping() >= _ENOUGH)
    return [_stretch(dates, usual, places) for places in _runs(busy, np.ones(busy.size, np.bool_))]


def _runs(chosen: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Iterator[Ints]:
    """Stretches of chosen dates, from which dates that do not count part none."""
    counts = np.flatnonzero(counted)
    breaks = np.flatnonzero(np.diff(chosen[counts].astype(np.int8))) + 1
    for places in np.split(counts, breaks):
        if places.size and chosen[places[0]]:
            yield places


def _stretch(dates: Dates, expected: Floats, places: Ints) -> Stretch:
    first, last = (date_of(int(dates.number[place]) * DAY_US) for place in (places[0], places[-1]))
    return Stretch(first, last, int(dates.count[places].sum()), float(expected[places].sum()))


def open_weekdays(dates: Dates) -> NDArray[np.bool_]:
    """Which kinds of day have a tenth of the activity of the busiest three days of the week; the make-up day is one
    of them, the holiday is not."""
    mean = np.array([_mean(dates.count[dates.kind == i]) for i in range(7)])
    return np.append(mean >= _OPEN * np.sort(mean)[-3:].mean(), [True, False])
