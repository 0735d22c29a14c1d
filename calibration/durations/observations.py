"""What a log says about how long something took: exactly, between two bounds, at least so long, or only in part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError
from sim.eventlog import NAT
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US
from sim.text import Text

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """n durations in microseconds of open time, as arrays (n,).

    ``low == high``: the duration itself. ``low < high``: it lies in (low, high] (dates instead of times of day).
    ``high`` infinite: still open after ``low``. ``weight``: how often it was seen.
    ``entered``: it is known only because it exceeded this (a case that was open already when the data begin); 0 where
    every case would have been seen. ``start_within``: the start is known up to so much open time, and as likely
    anywhere in it (a date without a time of day); ``low``, ``high`` and ``entered`` then count from its end: a start
    u before that end makes them u longer, but ``high`` is given for the earliest start. 0 where the start is known.
    Made by :meth:`of`, which checks.
    """

    low: Floats
    high: Floats
    weight: Floats
    entered: Floats
    start_within: Floats

    @classmethod
    def of(
        cls,
        low: ArrayLike,
        high: ArrayLike | None = None,
        *,
        weight: ArrayLike = 1.0,
        entered: ArrayLike = 0.0,
        start_within: ArrayLike = 0.0,
    ) -> Observations:
        """From numbers that broadcast together; without ``high`` all are exact.

        Errors: :class:`InputError` for what cannot be (negative, high below low, over before it could be seen).

        >>> Observations.of([1.0, 2.0, 3.0], [1.0, 4.0, np.inf]).open
        1.0
        """
        columns = (low, low if high is None else high, weight, entered, start_within)
        arrays = [np.array(a, dtype=np.float64) for a in np.broadcast_arrays(*map(np.atleast_1d, columns))]
        found = cls(*(a.ravel() for a in arrays))
        found._check()
        return found

    @classmethod
    def of_instants(
        cls,
        calendar: Calendar,
        start: ArrayLike,
        end: ArrayLike,
        until: int,
        *,
        seen_from: ArrayLike | None = None,
        start_dated: ArrayLike = False,
        end_dated: ArrayLike = False,
    ) -> Observations:
        """From instants of a log (int64 microseconds); an ``end`` that is missing (``NAT``) or after ``until`` is open.

        ``seen_from``: whatever ended before is not in the log, and so what started before is there only because it
        lasted. ``start_dated``, ``end_dated``: which instants are midnight standing for their day.
        """
        begin, stop, dated, ends_dated = (
            np.array(a) for a in np.broadcast_arrays(*map(np.atleast_1d, (start, end, start_dated, end_dated)))
        )
        is_open = (stop > until) | (stop == NAT)
        begin_last = np.minimum(np.where(dated, begin + DAY_US, begin), until)
        stop_first = np.where(is_open, until, stop)
        stop_last = np.where(ends_dated & ~is_open, np.minimum(stop + DAY_US, until), stop_first)
        within = calendar.open_times(begin, begin_last).astype(np.float64)
        low = np.maximum(_signed(calendar, begin_last, stop_first), -within)
        high = np.where(is_open, np.inf, _signed(calendar, begin, stop_last))
        entered = np.zeros(begin.size)
        if seen_from is not None:
            entered = np.maximum(_signed(calendar, begin_last, np.broadcast_to(seen_from, begin.shape)), 0.0)
        return cls.of(low, high, entered=entered, start_within=within)

    def __len__(self) -> int:
        return self.low.size

    @property
    def n(self) -> float:
        """All of them, by weight."""
        return float(self.weight.sum())

    @property
    def open(self) -> float:
        """Those that are not over, by weight."""
        return float(self.weight[np.isinf(self.high)].sum())

    @property
    def is_exact(self) -> NDArray[np.bool_]:
        return self.low == self.high

    @property
    def plain(self) -> bool:
        """Whether every one is exact, and none is there only because it lasted."""
        return bool(self.is_exact.all() and not self.entered.any())

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Observations:
        return Observations(*(getattr(self, name)[rows] for name in self.__slots__))

    def reweighted(self, weight: Floats) -> Observations:
        return Observations(self.low, self.high, weight, self.entered, self.start_within)

    def merged(self) -> Observations:
        """Equal ones as one with their weights together, so that a log of dates is small."""
        if np.unique(self.low).size > len(self) / 2:
            return self
        rows = np.stack([self.low, self.high, self.entered, self.start_within], axis=1)
        rows, place = np.unique(rows, axis=0, return_inverse=True)
        low, high, entered, within = rows.T
        return Observations(low, high, np.bincount(place.ravel(), self.weight).astype(np.float64), entered, within)

    def _check(self) -> None:
        exact = self.is_exact
        earliest = self.low + self.start_within
        for wrong, rule, cure in (
            (
                ~np.isfinite(self.low) | np.isnan(self.high) | ~np.isfinite(self.entered) | (self.entered < 0),
                Text("时长的下限与进入时的时长须为有限的数", "the low bound and the entry are finite numbers"),
                Text("未办结的写 high = 无穷大", "for what is open, give an infinite high"),
            ),
            (
                (earliest < 0) | (self.high < self.low),
                Text("须 0 ≤ low ≤ high", "0 <= low <= high"),
                Text("改正这条时长", "correct this duration"),
            ),
            (
                ~np.isfinite(self.weight) | (self.weight < 0) | ~np.isfinite(self.start_within),
                Text("权重须为不小于零的有限数", "a weight is a finite number, zero or more"),
                Text("改正权重", "correct the weight"),
            ),
            (
                np.where(exact, self.high < self.entered, self.high <= self.entered),
                Text("办结早于数据起点的办件不应在数据中", "what ended before the data begin is not among them"),
                Text("去掉它, 或改正 entered", "leave it out, or correct `entered`"),
            ),
            (
                exact & (self.start_within > 0),
                Text("开始只知日期的, 时长不是精确值", "a duration whose start is a date is not exact"),
                Text("给出 low < high", "give low < high"),
            ),
        ):
            if wrong.any():
                row = int(np.argmax(wrong))
                raise InputError(rule, cure, value=tuple(float(getattr(self, name)[row]) for name in self.__slots__))


def _signed(calendar: Calendar, a: NDArray[np.int64], b: NDArray[np.int64]) -> Floats:
    """Open time from a to b, negative where b is before a."""
    return np.sign(b - a) * calendar.open_times(np.minimum(a, b), np.maximum(a, b)).astype(np.float64)
