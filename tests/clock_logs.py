"""Small logs to read clocks from, and the reading of their first case."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from sim.analysis.clock_times import clock_times
from sim.eventlog import EventLog, Kind
from sim.model.clocks import Clock, Unit
from sim.model.working_days import WorkingDays
from tests.handmade import Handmade, calendar

LEGAL = WorkingDays(calendar("08:30-12:00", "14:30-17:30"))
UNITS: tuple[Unit, ...] = ("fraction", "whole-days", "half-days", "calendar-days", "hours")
LIMITS_OF_THE_PLAN = (
    ("06-11", 2, "06-16"),
    ("09-17", 5, "09-26"),
    ("09-29", 2, "10-08"),
    ("09-30", 1, "10-08"),
    ("09-24", 3, "09-28"),
    ("09-13", 18, "10-13"),
    ("09-06", 26, "10-18"),
    ("02-08", 18, "03-10"),
    ("04-23", 5, "04-29"),
    ("06-04", 10, "06-21"),
    ("10-09", 5, "10-15"),
)
"""Accepted, limit in working days, last day (DOMAIN 3.1, 2021)."""


def days_of(log: EventLog, unit: Unit = "whole-days", per: Any = "case", **described: Any) -> float:
    """The reading of the first case."""
    return float(clock_times(log, Clock.model_validate(described), unit, LEGAL, per=per).days[0])


def from_to(accepted: str, closed: str) -> EventLog:
    h = Handmade()
    came = h.case(1, accepted)
    done = h.wait(1, "p/a", accepted, closed, came, owner="utility")
    h.instant("closed", 1, closed, done)
    return h.log()


def steps(*rows: tuple[str, str | None, str, str | None], over: str | None = None, kind: Kind = "closed") -> EventLog:
    """A case of waits (owner, stage, from, to), accepted with the first; steps are p/a, p/b, ..."""
    h = Handmade()
    came = h.case(1, rows[0][2])
    for letter, (owner, stage, ready, end) in zip(ascii_lowercase, rows, strict=False):
        last = h.wait(1, f"p/{letter}", ready, end, came, owner=owner, stage=stage)
    if over is not None:
        h.instant(kind, 1, over, last)
    return h.log(missing=("released_by",))
