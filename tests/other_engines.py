"""Random queueing networks, told to this project, to Ciw and to plain SimPy: none knows of another.

The unit is the hour. All begin empty and go on until the cases of the window are over: all estimate the same numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

import ciw
import numpy as np
import simpy

from sim.engine import kernel
from sim.eventlog import NAT, EventLog
from tests.random_models import scenario
from tests.tiny import tiny

Measured = dict[str, float]
"""Mean cycle times by kind, mean waits by kind and station, of the cases that came in the window."""
Draw = Callable[[Random], float]
HOUR_US = 3_600_000_000
RUN_OUT_DAYS = 25
"""Enough for a network that is right; a faulty one may take longer, here only."""
LONG_RUN_OUT = "900 d"
LAWS = ("exponential", "fixed", "uniform", "gamma", "lognormal")
CV = {"gamma": 0.5, "lognormal": 1.2}
SPREAD = 0.8
"""A uniform law reaches so far on both sides, as a part of its mean."""


class Service(NamedTuple):
    law: str
    mean: float


@dataclass(frozen=True)
class Kind:
    """Cases with a Poisson process of batches, a first station, services by station, and routes between stations."""

    rate: float
    batch: tuple[float, ...]
    """Shares of batches of 1, 2, ... cases."""
    priority: int
    first: int
    services: tuple[Service, ...]
    routes: tuple[tuple[float, ...], ...]
    """From each station to each; the rest leaves."""

    @property
    def cases_an_hour(self) -> float:
        return self.rate * sum(n * share for n, share in enumerate(self.batch, 1))


@dataclass(frozen=True)
class Network:
    servers: tuple[int, ...]
    kinds: tuple[Kind, ...]
    days: int


def network(seed: int, cases: int) -> Network:
    """Two to four stations with one to four servers, 55 to 80% busy; one to three kinds of cases; feedback.

    Where there are several priorities no case returns at once to the station that it leaves: Ciw gives the server to
    who waits before the one that leaves has joined any queue, here and in SimPy he that returns is asked too (rule 10).
    """
    random = Random(seed)
    n = random.randint(2, 4)
    servers = (random.randint(2, 4), *(random.randint(1, 4) for _ in range(n - 1)))
    priorities = random.choice(((0,), (0, 0), (0, 1), (0, 0, 1), (0, 1, 1), (0, 1, 2)))
    returns = len(set(priorities)) == 1
    raw = [_kind(random, n, priority, returns) for priority in priorities]
    offered = sum(np.array([s.mean for s in kind.services]) * kind.cases_an_hour * visits(kind) for kind in raw)
    longer = np.array([random.uniform(0.55, 0.8) * c for c in servers]) / offered
    kinds = [replace(kind, services=_times(kind.services, longer.tolist())) for kind in raw]
    return Network(servers, tuple(kinds), math.ceil(cases / sum(kind.cases_an_hour for kind in kinds) / 24))


def _kind(random: Random, n: int, priority: int, returns: bool) -> Kind:
    batch = random.choice(((1.0,), (1.0,), (0.5, 0.25, 0.25), (0.0, 1.0)))
    routes = []
    for i in range(n):
        weights = [random.choice((0.5, 1, 2)) if returns or i != j else 0.0 for j in range(n)]
        stays = random.uniform(0.4, 0.7)
        routes.append(tuple(round(100 * stays * weight / sum(weights)) / 100 for weight in weights))
    services = tuple(Service(random.choice(LAWS), random.uniform(0.5, 2)) for _ in range(n))
    return Kind(random.uniform(0.3, 1), batch, priority, random.randrange(n), services, tuple(routes))


def _times(services: tuple[Service, ...], longer: list[float]) -> tuple[Service, ...]:
    return tuple(Service(its.law, its.mean * x) for its, x in zip(services, longer, strict=True))


def visits(kind: Kind) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Mean visits of each station by a case: v = first + v P."""
    first = np.eye(len(kind.services))[kind.first]
    found: np.ndarray[Any, np.dtype[np.float64]] = np.linalg.solve(np.eye(first.size) - np.array(kind.routes).T, first)
    return found


# --- this project


def by_shixian(described: Network, replications: int) -> list[Measured]:
    pools = {
        f"s{i}": {"servers": c, "calendar": "always", "discipline": "priority"} for i, c in enumerate(described.servers)
    }
    named = {f"k{k}": kind for k, kind in enumerate(described.kinds)}
    first = np.datetime64("2021-01-01")
    model = tiny(
        study={"from": str(first), "to": str(first + described.days - 1), "run_out": LONG_RUN_OUT},
        pools=pools,
        processes={name: {"name": name, "flow": [_walk(kind)]} for name, kind in named.items()},
        sources={"s": {"name": "s", "process": "k0", "listed": []}} | {
            name: {
                "name": name, "process": name, "priority": kind.priority, "every": f"{1 / kind.cases_an_hour} h",
                "batch": {n: share for n, share in enumerate(kind.batch, 1) if share},
            } for name, kind in named.items()
        },
    )  # fmt: skip
    window_ends = int((first + described.days).astype("datetime64[us]").astype(np.int64))
    return [_of_log(kernel.simulate(scenario(model), 11, r), window_ends) for r in range(replications)]


def _walk(kind: Kind) -> dict[str, Any]:
    table: dict[str, dict[str, float]] = {"": {f"s{kind.first}": 1}}
    for i, row in enumerate(kind.routes):
        table[f"s{i}"] = {f"s{j}": share for j, share in enumerate(row) if share} | {"end": 1 - sum(row)}
    steps = [{"step": f"s{i}", "by": f"s{i}", "effort": _law(service)} for i, service in enumerate(kind.services)]
    return {"walk": "desk", "steps": steps, "table": table}


def _law(service: Service) -> Any:
    law, mean = service
    if law == "fixed":
        return f"{mean} h"
    if law == "uniform":
        return {"uniform": [f"{(1 - SPREAD) * mean} h", f"{(1 + SPREAD) * mean} h"]}
    return {"mean": f"{mean} h", "law": law} | ({"cv": CV[law]} if law in CV else {})


def _of_log(log: EventLog, window_ends: int) -> Measured:
    inside = log.cases.accepted < window_ends
    closed = np.flatnonzero(log.is_kind("closed") & inside[log.case])
    assert closed.size == inside.sum(), "a case of the window has not ended"
    found: dict[str, list[float]] = defaultdict(list)
    for row in closed.tolist():
        found[log.cases.process[log.case[row]]].append((log.end[row] - log.cases.accepted[log.case[row]]) / HOUR_US)
    for row in np.flatnonzero(log.is_kind("work") & inside[log.case] & (log.start != NAT)).tolist():
        kind, _, station = (log.step[row] or "").partition("/")
        found[f"{kind} {station.rpartition('/')[2]}"].append((log.start[row] - log.ready[row]) / HOUR_US)
    return means(found)


def means(found: dict[str, list[float]]) -> Measured:
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}


# --- Ciw


def by_ciw(described: Network, replications: int) -> list[Measured]:
    named = {f"k{k}": kind for k, kind in enumerate(described.kinds)}
    stations = range(len(described.servers))
    made = ciw.create_network(
        number_of_servers=list(described.servers),
        arrival_distributions={name: [_batches(kind, i) for i in stations] for name, kind in named.items()},
        batching_distributions={name: [_sizes(kind)] * len(stations) for name, kind in named.items()},
        service_distributions={name: [_distribution(its) for its in kind.services] for name, kind in named.items()},
        routing={name: [list(row) for row in kind.routes] for name, kind in named.items()},
        priority_classes={name: kind.priority for name, kind in named.items()},
    )
    return [_replicated(made, 24 * described.days, r) for r in range(replications)]


def _batches(kind: Kind, station: int) -> Any:
    return ciw.dists.Exponential(kind.rate) if station == kind.first else None


def _sizes(kind: Kind) -> Any:
    return ciw.dists.Pmf(list(range(1, len(kind.batch) + 1)), list(kind.batch))


def _distribution(service: Service) -> Any:
    law, mean = service
    if law == "gamma":
        return ciw.dists.Gamma(1 / CV[law] ** 2, mean * CV[law] ** 2)
    if law == "lognormal":
        return ciw.dists.Lognormal(*_of_logarithm(mean, CV[law]))
    if law == "uniform":
        return ciw.dists.Uniform((1 - SPREAD) * mean, (1 + SPREAD) * mean)
    return ciw.dists.Deterministic(mean) if law == "fixed" else ciw.dists.Exponential(1 / mean)


def _of_logarithm(mean: float, cv: float) -> tuple[float, float]:
    variance = math.log(1 + cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def _replicated(made: Any, hours: float, replication: int) -> Measured:
    """What has no record yet when the simulation stops is still in the network: none of it may be of the window."""
    ciw.seed(replication)
    simulation = ciw.Simulation(made)
    simulation.simulate_until_max_time(hours + 24 * RUN_OUT_DAYS)
    for node in simulation.transitive_nodes:
        for one in node.all_individuals:
            assert min(record.arrival_date for record in [*one.data_records, one]) >= hours, "one has not left"
    came: dict[int, float] = {}
    left: dict[int, tuple[str, float]] = {}
    found: dict[str, list[float]] = defaultdict(list)
    for record in sorted(simulation.get_all_records(), key=lambda record: record.arrival_date):
        came.setdefault(record.id_number, record.arrival_date)
        if came[record.id_number] < hours:
            found[f"{record.customer_class} s{record.node - 1}"].append(record.waiting_time)
            left[record.id_number] = record.customer_class, record.exit_date
    for case, (kind, exit_date) in left.items():
        found[kind].append(exit_date - came[case])
    return means(found)


# --- SimPy


def by_simpy(described: Network, replications: int) -> list[Measured]:
    return [_simpy(described, 24 * described.days, Random(100 + r)) for r in range(replications)]


def _simpy(described: Network, hours: float, random: Random) -> Measured:
    env = simpy.Environment()
    stations = [simpy.PriorityResource(env, c) for c in described.servers]
    found: dict[str, list[float]] = defaultdict(list)
    running: list[simpy.Process] = []

    def case(name: str, kind: Kind) -> Iterator[simpy.Event]:
        arrived, at = env.now, kind.first
        while at < len(stations):
            ready = env.now
            with stations[at].request(kind.priority) as request:
                yield request
                if arrived < hours:
                    found[f"{name} s{at}"].append(env.now - ready)
                yield env.timeout(_drawn(kind.services[at], random))
            at = _chosen((*kind.routes[at], 1.0), random)
        if arrived < hours:
            found[name].append(env.now - arrived)

    def source(name: str, kind: Kind) -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(random.expovariate(kind.rate))
            for _ in range(1 + _chosen(kind.batch, random)):
                started = env.process(case(name, kind))
                if env.now < hours:
                    running.append(started)

    for k, kind in enumerate(described.kinds):
        env.process(source(f"k{k}", kind))
    env.run(until=hours)
    env.run(until=env.all_of(running))
    return means(found)


def _chosen(shares: tuple[float, ...], random: Random) -> int:
    u = random.random()
    for i, share in enumerate(shares):
        u -= share
        if u < 0:
            return i
    return len(shares) - 1


def _drawn(service: Service, random: Random) -> float:
    law, mean = service
    if law == "gamma":
        return random.gammavariate(1 / CV[law] ** 2, mean * CV[law] ** 2)
    if law == "lognormal":
        return random.lognormvariate(*_of_logarithm(mean, CV[law]))
    if law == "uniform":
        return random.uniform((1 - SPREAD) * mean, (1 + SPREAD) * mean)
    return mean if law == "fixed" else random.expovariate(1 / mean)
