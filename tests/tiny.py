"""Tiny models for tests: a flow, a few pools, cases at known instants, and the history as readable lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.reference import simulate
from sim.eventlog import KINDS, NAT, OUTCOMES, EventLog
from sim.model.base import Model
from sim.model.scenario import Scenario
from sim.text import Text

OFFICE = {"name": "office", "hours": {"workdays": ["09:00-12:00", "13:00-17:00"], "published": "at the door"}}
JUNE = {"from": "2021-06-01", "to": "2021-06-30", "warm_up_years": 0, "run_out": "60 d"}


def tiny(flow: list[Any] | None = None, arrivals: tuple[str, ...] = ("2021-06-01 09:00",), **sections: Any) -> Model:
    """A model of one process ``p`` and one source ``s``; times are 2021, 1 June is a Tuesday."""
    pools = {"clerks": {"servers": 1, "calendar": "office"}} | sections.pop("pools", {})
    described: dict[str, Any] = {
        "shixian": 1,
        "name": "tiny",
        "study": JUNE | sections.pop("study", {}),
        "calendars": {"legal": OFFICE, "office": OFFICE} | sections.pop("calendars", {}),
        "pools": {id_: {"name": id_, "owner": "utility"} | pool for id_, pool in pools.items()},
        "processes": {"p": {"name": "p", "flow": flow}} | sections.pop("processes", {})
        if flow
        else sections.pop("processes"),
        "sources": {"s": {"name": "s", "process": "p", "listed": [{"accepted": at} for at in arrivals]}}
        | sections.pop("sources", {}),
    }
    return Model.model_validate(described | sections)


def scenario(model: Model) -> Scenario:
    return Scenario("tiny", Text("小", "tiny"), model)


def run(flow: list[Any] | None = None, *args: Any, seed: int = 1, replication: int = 0, **sections: Any) -> EventLog:
    """Simulate a tiny model."""
    return simulate(scenario(tiny(flow, *args, **sections)), seed, replication)


def clock(instant: int) -> str:
    """``06-01 09:00``; seconds only where there are any."""
    if instant == NAT:
        return "-"
    text = str(np.datetime64(instant, "us")).replace("T", " ")[5:]
    return text[:11] if text.endswith(":00.000000") else text.rstrip("0").rstrip(".")


def trace(log: EventLog, *kinds: str) -> list[str]:
    """The rows as ``case step#visit ready start end outcome``; the case is its number in order of acceptance."""
    number = {case: i + 1 for i, case in enumerate(np.lexsort((log.cases.id, log.cases.accepted)).tolist())}
    lines = []
    for row in range(len(log)):
        kind = KINDS[log.kind[row]]
        if kind in (kinds or ("work", "wait", "session", "withdrawn")):
            step = (log.step[row] or kind).removeprefix("p/")
            visit = f"#{log.visit[row]}" if log.visit[row] else ""
            outcome = OUTCOMES[log.outcome[row]]
            times = " | ".join(clock(int(column[row])) for column in (log.ready, log.start, log.end))
            lines.append(
                f"{number[int(log.case[row])]} {step}{visit} {times}" + ("" if outcome == "done" else f" {outcome}")
            )
    return lines
