"""Over 1,000 simulated logs the intervals of routing hold the truth in 95 of 100, open cases and dates included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

import sim
from calibration.observing.known_by import known_by
from calibration.observing.part_of import part_of
from calibration.routing import FittedRouting, fit_routing
from sim.eventlog import NAT, EventLog, Ints
from sim.model.base import Model
from sim.model.quantities import DAY_US
from tests.recovery import YEAR
from tests.test_routing import wait
from tests.tiny import scenario, tiny

REPETITIONS = 1_000
STUDY = YEAR | {"from": "2021-03-01", "to": "2021-04-30", "run_out": "400 d"}
SHARES = {("rework", "a"): 0.2, ("optional", "o"): 0.35, ("choice", "c"): 0.25, ("withdraw", "a"): 0.05}
OPEN = {"0% open": 0.0, "20% open": 0.2, "50% open": 0.5, "dates": 0.0, "dates, 20% open": 0.2}


def model() -> Model:
    flow = [
        wait("a", rework={"share": "20%", "first": [wait("again", takes={"mean": "6 d", "cv": 1})]}, withdraw="5%"),
        {"optional": "o", "share": "35%", "flow": [wait("b", takes={"mean": "9 d", "cv": 0.5})]},
        {"choice": "c", "branches": [
            {"share": "25%", "flow": [{"wait": "unseen", "owner": "utility", "takes": "5 d"}, wait("c1")]},
            {"share": "75%", "flow": [wait("c2")]},
        ]},
    ]  # fmt: skip
    return tiny(flow, study=STUDY, sources={"s": {"name": "s", "process": "p", "per_year": 2400}})


def cut(log: EventLog, still_open: float) -> EventLog:
    """The log as it stood when so large a share of the cases accepted by then was open."""
    if not still_open:
        return log
    over = np.where(log.closed == NAT, log.withdrawn, log.closed)
    days = np.arange(log.begin + 5 * DAY_US, log.end_of_run, DAY_US)
    accepted = np.searchsorted(np.sort(log.cases.accepted), days)
    ended = np.searchsorted(np.sort(over[over != NAT]), days)
    enough = np.flatnonzero(1 - ended / np.maximum(accepted, 1) <= still_open)
    return known_by(log, int(days[enough[0]]))


def dated(log: EventLog) -> EventLog:
    """With dates alone."""

    def day(column: Ints) -> Ints:
        return np.where(column == NAT, NAT, column // DAY_US * DAY_US)

    log = part_of(log, np.ones(len(log.cases), np.bool_))
    cases = replace(log.cases, accepted=day(log.cases.accepted))
    return replace(log, ready=day(log.ready), start=day(log.start), end=day(log.end), cases=cases)


def covered(fitted: FittedRouting) -> list[bool]:
    found = []
    for (kind, id_), truth in SHARES.items():
        share = fitted.of(kind, id_)[0].shares[0]  # type: ignore[arg-type]
        assert share.low is not None and share.high is not None
        found.append(share.low <= truth <= share.high)
    return found


@pytest.mark.slow
def test_intervals_of_routing_cover_the_truth() -> None:
    """Exact binomial test of each cell against 95%, at 5% over the whole table (Bonferroni)."""
    table = coverage(REPETITIONS)
    level = 0.05 / (len(OPEN) * len(SHARES))
    for condition, counts in table.items():
        for decision, k in zip(SHARES, counts.tolist(), strict=True):
            assert binom.cdf(k, REPETITIONS, 0.95) > level, (condition, decision, k)


def coverage(repetitions: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """By condition, in how many repetitions the interval of each decision held the truth."""
    its = model()
    names = {name: f"p/{name}" for name in ("a", "again", "b", "c1", "c2")}
    table = {condition: np.zeros(len(SHARES), np.int64) for condition in OPEN}
    for replication in range(repetitions):
        log = sim.simulate(scenario(its), seed=1, replication=replication)
        for condition, still_open in OPEN.items():
            seen = cut(log, still_open)
            seen = dated(seen) if condition.startswith("dates") else seen
            table[condition] += covered(fit_routing(seen, its, "p", names))
    return table
