"""Sessions known by their rhythm: many cases at one instant, again and again on the same days at the same hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics.estimate import Estimate
from sim.analysis.statistics.shares import wilson
from sim.eventlog import NAT, EventLog, Ints
from sim.model.clocks import SUSPENDED
from sim.model.quantities import DAY_US, MINUTE_US
from sim.model.sessions import WEEKDAYS, Session
from sim.text import Text

TOGETHER = 0.5
"""So large a share of a step's executions ends together with another case's."""
FEWEST = 6
"""Of fewer meetings no rhythm is told."""
REGULAR = 0.9
"""So many of the meetings keep the rhythm."""
FULL = 3
"""A number is a capacity when so many meetings reached it, and at least half of these left somebody waiting."""
_WEEKS = (4, 3, 2)
_EPOCH_MONDAY = 4


@dataclass(frozen=True)
class FoundSession:
    """A step that is done at meetings. ``together``: the share of executions that end with another case's at one
    instant. ``regular``: the share of meetings on these days at this hour. ``phase``: which of the weeks since
    1970-01-05 (modulo ``every_weeks``); scenario files know phase 0. ``chance``: of such days by chance, if meetings
    fell where the log's activity falls."""

    step: str
    weekdays: tuple[str, ...]
    days_of_month: tuple[int, ...]
    every_weeks: int
    phase: int
    at_minutes: int
    length_us: int
    capacity: int | None
    meetings: int
    together: Estimate
    regular: Estimate
    chance: float

    def described(self, calendar: str, name: Text | None = None) -> Session:
        """As a scenario file writes it, on a calendar."""
        at = "{:02d}:{:02d}".format(*divmod(self.at_minutes, 60))
        its: dict[str, Any] = {
            "name": name or Text(f"{self.step} 集中办理", f"{self.step} meeting"),
            "calendar": calendar,
        }
        its |= {"at": {"value": at, "log": True}, "length": f"{max(self.length_us // MINUTE_US, 1)} min"}
        if self.days_of_month:
            its["days"] = {"value": list(self.days_of_month), "log": True}
        else:
            its |= {"on": {"value": list(self.weekdays), "log": True}, "every_weeks": self.every_weeks}
        if self.capacity is not None:
            its["capacity"] = self.capacity
        return Session.model_validate(its)


def find_sessions(log: EventLog) -> tuple[FoundSession, ...]:
    """The steps of a log that are done at meetings of a regular rhythm."""
    rows = np.flatnonzero(log.is_kind("work", "wait", "session") & (log.end != NAT) & ~log.owner.isin([SUSPENDED]))
    weekday = _weekday(log.end[rows])
    usual = np.bincount(weekday, minlength=7) / max(rows.size, 1)
    found = []
    for code, name in enumerate(log.step.names):
        its = rows[log.step.codes[rows] == code]
        if its.size >= 2 * FEWEST and (session := _of_step(log, its, name, usual)) is not None:
            found.append(session)
    return tuple(found)


def _of_step(log: EventLog, rows: Ints, name: str, usual: NDArray[np.float64]) -> FoundSession | None:
    end = log.end[rows]
    instants, place, size = np.unique(end, return_inverse=True, return_counts=True)
    together = size[place] > 1
    met = np.flatnonzero(size > 1)
    if together.mean() < TOGETHER or met.size < FEWEST:
        return None
    start = np.array([np.median(log.start[rows[place == i]]) for i in met], np.int64)
    begun = (start != NAT) & (start > instants[met] - DAY_US) & log.is_kind("work", "session", rows=rows).all()
    at = np.where(begun, start, instants[met])
    minute = at % DAY_US // MINUTE_US
    hour = int(np.bincount(minute).argmax())
    for weekdays, month_days in _rhythms(at):
        on = np.isin(_weekday(at), [WEEKDAYS.index(day) for day in weekdays]) if weekdays else _in_month(at, month_days)
        kept = on & (minute == hour)
        if kept.mean() >= REGULAR:
            every, phase = _weeks(at[kept]) if weekdays else (1, 0)
            length = int(np.median((instants[met] - at)[kept]))
            chance = _chance(at, weekdays, month_days, usual)
            capacity = _capacity(log, rows, instants[met], size[met], at)
            return FoundSession(
                name, weekdays, month_days, every, phase, hour, length, capacity, int(met.size),
                wilson(int(together.sum()), rows.size), wilson(int(kept.sum()), int(met.size)), chance,
            )  # fmt: skip
    return None


def _rhythms(at: Ints) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """The days of the week, then those of the month, that hold nearly all meetings, if they are few."""
    count = np.bincount(_weekday(at), minlength=7)
    if (days := _few(count, 3)) is not None:
        yield tuple(WEEKDAYS[day] for day in days), ()
    count = np.bincount(_day_of_month(at), minlength=32)
    if (days := _few(count, 4)) is not None:
        yield (), tuple(days)


def _few(count: Ints, most: int) -> list[int] | None:
    """At most so many places that hold nearly all; the fewest that do."""
    order = np.argsort(-count, kind="stable")
    share = np.cumsum(count[order]) / count.sum()
    needed = int(np.searchsorted(share, REGULAR)) + 1
    return sorted(order[:needed].tolist()) if needed <= most else None


def _weeks(at: Ints) -> tuple[int, int]:
    week = (at // DAY_US - _EPOCH_MONDAY) // 7
    for every in _WEEKS:
        share = np.bincount(week % every, minlength=every) / week.size
        if share.max() >= REGULAR and np.unique(week).size >= FEWEST:
            return every, int(share.argmax())
    return 1, 0


def _capacity(log: EventLog, rows: Ints, instants: Ints, size: Ints, at: Ints) -> int | None:
    """The largest meeting, where several were as large and most of these left cases that were ready."""
    most = int(size.max())
    full = np.flatnonzero(size == most)
    if full.size < FULL or "ready" in log.missing:
        return most if full.size >= max(FULL, 0.2 * size.size) else None
    ready, end = log.ready[rows], log.end[rows]
    left = [bool(((ready < at[i]) & (end > instants[i])).any()) for i in full]
    return most if np.mean(left) >= TOGETHER else None


def _chance(at: Ints, weekdays: tuple[str, ...], days: tuple[int, ...], usual: NDArray[np.float64]) -> float:
    share = sum(float(usual[WEEKDAYS.index(day)]) for day in weekdays) if weekdays else len(days) * 12 / 365.25
    return float(share ** np.unique(at // DAY_US).size)


def _weekday(instant: Ints) -> Ints:
    return (instant // DAY_US + 3) % 7


def _day_of_month(instant: Ints) -> Ints:
    day = instant.astype("datetime64[us]").astype("datetime64[D]")
    return (day - day.astype("datetime64[M]")).astype(np.int64) + 1


def _in_month(instant: Ints, days: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(_day_of_month(instant), days)
