"""Random networks in this engine, in Ciw and in plain SimPy: the means agree, and would not with a fault.

Seeds are fixed, so a test passes always or never. For each network, the mean cycle time of each kind of case and the
mean wait of each kind at each station are compared with both engines: by Welch's interval for the difference of two
means of replications, at ``LEVEL`` over all comparisons of a network together (Bonferroni): right engines disagree on
one network in a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from tests.other_engines import Kind, Measured, Network, Service, by_ciw, by_shixian, by_simpy, network

LEVEL = 1e-3
CASES, REPLICATIONS = 800, 12
MANY_CASES, MANY_REPLICATIONS = 3000, 20
OTHERS: dict[str, Callable[[Network, int], list[Measured]]] = {"ciw": by_ciw, "simpy": by_simpy}


@cache
def elsewhere(engine: str, described: Network, replications: int) -> list[Measured]:
    return OTHERS[engine](described, replications)


def differing(here: list[Measured], there: list[Measured], level: float) -> list[str]:
    """The numbers whose difference has an interval without zero."""
    found = []
    names = sorted({name for one in (*here, *there) for name in one})
    for name in names:
        a, b = (np.array([one[name] for one in some if name in one]) for some in (here, there))
        if a.size < 2 or b.size < 2:
            found.append(f"{name}: {a.size} and {b.size} replications have it")
            continue
        interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(1 - level / len(names))
        if not interval.low <= 0 <= interval.high:
            found.append(f"{name}: {a.mean():.4f} and {b.mean():.4f}")
    return found


def compared(here: Network, there: Network, replications: int) -> dict[str, list[str]]:
    ours = by_shixian(here, replications)
    theirs = {engine: elsewhere(engine, there, replications) for engine in OTHERS}
    return {engine: found for engine, its in theirs.items() if (found := differing(ours, its, LEVEL / len(OTHERS)))}


def one_server_fewer(described: Network) -> Network:
    return replace(described, servers=(described.servers[0] - 1, *described.servers[1:]))


def priorities_turned_round(described: Network) -> Network:
    last = max(kind.priority for kind in described.kinds)
    return with_kinds(described, lambda kind: replace(kind, priority=last - kind.priority))


def one_at_a_time(described: Network) -> Network:
    """As many cases, without batches."""
    return with_kinds(described, lambda kind: replace(kind, rate=kind.cases_an_hour, batch=(1.0,)))


def no_spread(described: Network) -> Network:
    """Services as long in the mean, and all the same."""
    return with_kinds(
        described, lambda kind: replace(kind, services=tuple(Service("fixed", its.mean) for its in kind.services))
    )


def a_route_left_out(described: Network) -> Network:
    """Who should go from the first station to the last leaves instead."""
    return with_kinds(described, lambda kind: replace(kind, routes=((*kind.routes[0][:-1], 0.0), *kind.routes[1:])))


def with_kinds(described: Network, changed: Callable[[Kind], Kind]) -> Network:
    return replace(described, kinds=tuple(map(changed, described.kinds)))


@pytest.mark.parametrize("seed", [1, 5])
def test_ciw_and_simpy_come_to_the_same_means_on_random_networks(seed: int) -> None:
    described = network(seed, CASES)
    assert not compared(described, described, REPLICATIONS)


def test_a_fault_in_one_network_is_noticed_by_both_other_engines() -> None:
    described = network(0, MANY_CASES)
    assert not compared(described, described, REPLICATIONS)
    for fault in (one_server_fewer, priorities_turned_round, one_at_a_time, no_spread, a_route_left_out):
        noticed = compared(fault(described), described, REPLICATIONS)
        assert noticed.keys() == OTHERS.keys(), fault.__name__


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 125))
def test_ciw_and_simpy_come_to_the_same_means_on_many_random_networks(seed: int) -> None:
    described = network(seed, MANY_CASES)
    assert not compared(described, described, MANY_REPLICATIONS)
