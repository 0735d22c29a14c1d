"""A process found in the first part of a log, held against the second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log as ln
from typing import NamedTuple

import numpy as np

from calibration.discovering.found import Found, demand, find
from calibration.discovering.openings import drawn, places
from calibration.discovering.simulating import run, scenario_of
from calibration.distances import DISTANCES, MARKED, distances
from calibration.histories import Histories
from calibration.validating.split import Split, apart, behind, split
from calibration.validating.yardsticks import halves, redrawn
from sim.eventlog import NAT
from sim.model.demand import Source
from sim.model.quantities import DAY_US

RUNS, SEED = 10, 2021
_INNER_RUNS = 3
_CLEARLY = 5 * ln(1 / 0.7)
"""Open cases are taken in where the five distances are so much less, by the sum of their logarithms: by 30% each."""
_SHARES = (0.5, 0.8, 0.95)

Distances = dict[str, float]


class Within(NamedTuple):
    """The share of the second part's cases that take no longer than so many calendar days: predicted, with the range
    of 95% of the runs' shares at these numbers of cases, and observed."""

    days: float
    predicted: float
    low: float
    high: float
    observed: float


@dataclass(frozen=True)
class Fidelity:
    """How near a model comes to what really happened: NGD without a unit, the others in hours.

    ``sd``: over runs. ``redrawn`` and ``floor``: whole cases drawn again, and one half of the real ones against the
    other. ``published``: by the protocol of Kirchdorfer et al., or None where the second part has no whole cases.
    """

    distances: Distances
    sd: Distances
    redrawn: Distances
    floor: Distances
    published: Distances | None
    published_sd: Distances | None
    within: tuple[Within, ...]
    only_closed: bool
    cases: int
    test_cases: int
    seconds: float

    @property
    def mark(self) -> Distances:
        """What is not to be exceeded: the larger of the two yardsticks."""
        return {name: max(self.redrawn[name], self.floor[name]) for name in MARKED}

    @property
    def within_mark(self) -> int:
        return sum(self.distances[name] <= mark for name, mark in self.mark.items())


def fidelity(
    log: Histories, runs: int = RUNS, seed: int = SEED, tell: Callable[[int, int], None] | None = None
) -> Fidelity:
    """Fit on the first part, simulate the second, and compare; by both protocols.

    ``log``: all that is known. Errors: InputError for a log with too little in it.
    """
    begun = time.monotonic()
    parts = split(log)
    closed = only_closed(parts.known.where(parts.known.over != NAT), seed)
    found = fitted(parts, closed)
    logs = list(simulations(found, parts, runs, seed))
    simulated = [distances(parts.later, one) for one in logs]
    again = [distances(parts.later, redrawn(parts, np.random.default_rng([seed, i]))) for i in range(runs)]
    noise = [distances(*halves(parts.later, np.random.default_rng([seed, i]))) for i in range(runs)]
    published = by_published_protocol(log, runs, seed)
    return Fidelity(
        mean(simulated),
        _sd(simulated),
        mean(again),
        mean(noise),
        mean(published) if published else None,
        _sd(published) if published else None,
        tuple(shares_within(parts, logs)),
        closed,
        len(log),
        len(parts.later),
        time.monotonic() - begun,
    )


def fitted(parts: Split, closed: bool) -> Found:
    """The process of the first part; every case that arrived in it counts as an arrival."""
    log = parts.known.where(parts.known.over != NAT) if closed else parts.known
    return find(log, parts.cut, arrivals=demand(parts.known.accepted, parts.cut))


def simulations(found: Found, parts: Split, runs: int, seed: int) -> Iterable[Histories]:
    """What ends between the cut and the end, in each run: from the cases in progress on, with new arrivals."""
    scenario = scenario_of(found, parts.cut, parts.end)
    placed = places(found, parts.known, parts.cut, parts.running)
    for replication in range(runs):
        opening = drawn(placed, parts.known, np.random.default_rng([seed, replication]))
        yield behind(run(found, scenario, opening, seed, replication), parts.cut, parts.end)


def only_closed(log: Histories, seed: int = SEED) -> bool:
    """Whether the cases that were over foretell the last fifth of a log better than all of them, open ones censored.

    A log that tells which cases are open is taken whole. One that holds only cases that are over is an extract of
    them, and what it has to foretell are such cases, too.
    """
    parts = split(log)
    if parts.tells_open or not len(parts.later) or not (parts.known.over != NAT).any():
        return False
    apart_by = []
    for closed in (False, True):
        found = fitted(parts, closed)
        several = mean([distances(parts.later, one) for one in simulations(found, parts, _INNER_RUNS, seed)])
        apart_by.append(sum(float(np.log(max(several[name], 1e-9))) for name in MARKED))
    return apart_by[1] < apart_by[0] + _CLEARLY


def by_published_protocol(log: Histories, runs: int, seed: int) -> list[Distances]:
    """As many cases as began after the cut, from the first of them on, from empty, each to its end."""
    before, after = apart(log)
    if not len(before) or not len(after):
        return []
    until = int(before.last.max())
    found = find(before, until, arrivals=_undropped(before, until))
    begin = int(after.begun.min())
    a_day = len(before) / ((until - int(before.begun.min())) / DAY_US)
    days = 2 * len(after) / a_day + 30
    scenario = scenario_of(found, begin, begin + round(days * DAY_US), run_out_days=3 * 365)
    compared = []
    for replication in range(runs):
        simulated = run(found, scenario, (), seed, replication)
        order = np.argsort(simulated.accepted, kind="stable")
        taken = np.zeros(len(simulated), np.bool_)
        taken[order[: len(after)]] = True
        compared.append(distances(after, simulated.where(taken & (np.diff(simulated.first) > 0))))
    return compared


def _undropped(before: Histories, until: int) -> Source:
    """The arrivals up to when next to no case can have been dropped for crossing the cut."""
    seen = until - int(np.quantile(before.last - before.begun, 0.95))
    arrived = before.accepted[before.accepted < seen]
    return demand(arrived, seen) if arrived.size > len(before) // 2 else demand(before.accepted, until)


def shares_within(parts: Split, simulated: list[Histories]) -> Iterable[Within]:
    """At the times that half, four fifths and 95% of the first part's cases took."""
    took = (parts.known.last - parts.known.begun)[parts.known.over != NAT]
    for share in _SHARES:
        days = float(np.quantile(took, share)) / DAY_US
        shares = np.array([_share(log, days) for log in simulated])
        scatter = float(np.sqrt(shares.var(ddof=1) + shares.mean() * (1 - shares.mean()) / len(parts.later)))
        low, high = np.clip(shares.mean() + np.array([-1.96, 1.96]) * scatter, 0, 1).tolist()
        yield Within(days, float(shares.mean()), low, high, _share(parts.later, days))


def _share(log: Histories, days: float) -> float:
    return float(np.mean(log.last - log.begun <= days * DAY_US))


def mean(several: list[Distances]) -> Distances:
    """Of each distance."""
    return {name: float(np.mean([one[name] for one in several])) for name in DISTANCES}


def _sd(several: list[Distances]) -> Distances:
    return {name: float(np.std([one[name] for one in several], ddof=1)) for name in DISTANCES}
