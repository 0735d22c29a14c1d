"""The workloads as Shixian runs them: ordinary scenario folders, at the volume that is asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import sim
from sim.eventlog import Coded
from sim.model.scenario import Scenario

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ROOT / "scenarios" / "bench"
SEED = 2021
CASES_AN_HOUR = {"w1": 2.0, "w1c": 2.0 * 40 / 168, "w2": 2.0 * 40 / 168}
_BEGIN = dt.date(2018, 1, 1)
_HOUR_US = 3_600_000_000


def days(name: str, cases: int) -> int:
    """The days in which so many cases arrive, on average."""
    return max(1, round(cases / CASES_AN_HOUR[name] / 24))


def most_cases(name: str) -> int:
    """So many arrive in 99 years: a run may last a hundred."""
    return round(CASES_AN_HOUR[name] * 24 * 365 * 99)


def scenario(name: str, cases: int) -> Scenario:
    last = _BEGIN + dt.timedelta(days=days(name, cases) - 1)
    return sim.load(FOLDERS / name, {"study/to": last.isoformat()}).scenario("all")


def simulated(described: Scenario, replication: int) -> sim.EventLog:
    """One replication with its full log: every column is read, since words and labels are spelt out when they are."""
    log = sim.simulate(described, SEED, replication)
    for table in (log, log.cases):
        for column in map(partial(getattr, table), (its.name for its in fields(table))):
            if isinstance(column, Coded):
                assert column.codes is not None
    return log


class Found(NamedTuple):
    """What one replication was."""

    cases: int
    rows: int
    events: int
    mean_h: float


def found(log: sim.EventLog, scenario: Scenario) -> Found:
    """Counts of the log, and the mean cycle time of the connections that arrived in the window."""
    connections = log.cases.process.codes == log.cases.process.code("connection")
    inside = connections & (log.cases.accepted < scenario.model.study.window[1])
    closed = log.is_kind("closed") & inside[log.case]
    times = log.end[closed] - log.cases.accepted[log.case[closed]]
    executed = int(log.is_kind("work", "wait", "session").sum())
    return Found(int(connections.sum()), len(log), 2 * executed, float(np.mean(times)) / _HOUR_US)
