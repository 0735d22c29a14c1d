"""Logs of known scenarios, simulated by the project's own engine, for what a calibration must give back."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim.eventlog import NAT, EventLog, Ints
from tests.tiny import scenario, tiny

YEAR: dict[str, Any] = {"from": "2021-01-01", "to": "2021-12-31", "warm_up_years": 0, "run_out": "1 d"}
DESK: list[Any] = [{"step": "desk", "by": "clerks", "effort": {"mean": "40 min", "cv": 1}}]


def simulated(flow: list[Any] | None = None, *, seed: int = 1, replication: int = 0, **sections: Any) -> EventLog:
    """A year of ``p`` at the desk, 6,000 cases around the clock unless said otherwise."""
    known: dict[str, Any] = {
        "study": YEAR,
        "sources": {"s": {"name": "s", "process": "p", "per_year": 6000}},
        "pools": {"clerks": {"servers": 4, "calendar": "office"}},
    }
    return sim.simulate(scenario(tiny(flow or DESK, **(known | sections))), seed=seed, replication=replication)


def hours(**its: Any) -> dict[str, Any]:
    """A calendar section in which ``office`` has these hours and keeps no public holidays, unless said otherwise."""
    return {"office": {"name": "office", "statutory": False, "hours": its}}


def worked(log: EventLog) -> Ints:
    """When work began and ended."""
    rows = log.is_kind("work")
    found = np.concatenate([log.start[rows], log.end[rows]])
    return found[found != NAT]
