"""How often the intervals miss the truth, where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.statistics import Estimate, quantile_over_replications, share, slowest_tenth


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def beta_binomial_misses(share_late: float, size: int, years: int, rho: float, experiments: int) -> tuple[float, float]:
    """How often the bounds lie above and below the true share, cases of a year correlated by rho."""
    rng = np.random.default_rng(20)
    a, b = share_late * (1 / rho - 1), (1 - share_late) * (1 / rho - 1)
    counts = rng.binomial(size, rng.beta(a, b, (experiments, years)))
    found = np.array([bounds(share(k, [size] * years)) for k in counts])
    return float(np.mean(found[:, 0] > share_late)), float(np.mean(found[:, 1] < share_late))


def waiting_times(chains: int, cases: int, load: float, rng: np.random.Generator) -> np.ndarray:
    """(chains, cases) stationary waits of M/M/1 by Lindley's recursion: P(W > x) = load exp(-(1 - load) x)."""
    wait = rng.exponential(1 / (1 - load), chains) * (rng.random(chains) < load)
    waits = np.empty((cases, chains))
    for i in range(cases):
        waits[i] = wait
        wait = np.maximum(0, wait + rng.exponential(1, chains) - rng.exponential(1 / load, chains))
    return waits.T


def queue_misses(load: float, size: int, years: int, share_late: float, experiments: int) -> tuple[float, float]:
    waits = waiting_times(experiments * years, size, load, np.random.default_rng(21)).reshape(experiments, years, size)
    limit = math.log(load / share_late) / (1 - load)
    found = np.array(
        [
            bounds(share((years_waits > limit).sum(1), [size] * years, slow=slowest_tenth(list(years_waits))))
            for years_waits in waits
        ]
    )
    return float(np.mean(found[:, 0] > share_late)), float(np.mean(found[:, 1] < share_late))


def test_the_bounds_of_a_clustered_share_cover_it() -> None:
    """500 experiments: 4 standard errors of a 2.5% miss are 2.8 points."""
    assert max(beta_binomial_misses(0.05, 500, 10, 0.01, 500)) <= 0.025 + 0.028


def test_the_bound_of_a_rare_lateness_in_a_queue_holds() -> None:
    """0.2% late in droves: the textbook bound misses one time in three here."""
    assert max(queue_misses(0.8, 300, 10, 0.002, 300)) <= 0.025 + 4 * (0.025 * 0.975 / 300) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.001, 0.01])
@pytest.mark.parametrize(("size", "years"), [(50, 10), (500, 10), (500, 50)])
@pytest.mark.parametrize("share_late", [0.05, 0.3])
def test_clustered_shares_cover_in_two_thousand_experiments(
    share_late: float, size: int, years: int, rho: float
) -> None:
    assert sum(beta_binomial_misses(share_late, size, years, rho, 2000)) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize(("load", "size", "years"), [(0.5, 300, 10), (0.5, 300, 50), (0.8, 300, 10), (0.8, 300, 50)])
@pytest.mark.parametrize("share_late", [0.0005, 0.002, 0.01, 0.05])
def test_rare_lateness_in_queues_is_covered_in_two_thousand_experiments(
    load: float, size: int, years: int, share_late: float
) -> None:
    """Nominally 5%; 7% allowed, as everywhere, plus two standard errors."""
    assert sum(queue_misses(load, size, years, share_late, 2000)) <= 0.07 + 2 * (0.07 * 0.93 / 2000) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("size", "years"), [(50, 20), (500, 10), (500, 50)])
@pytest.mark.parametrize("q", [0.7, 0.9])
def test_quantiles_of_a_queue_are_covered_in_two_thousand_experiments(size: int, years: int, q: float) -> None:
    load, rng = 0.5, np.random.default_rng(22)
    true = math.log(load / (1 - q)) / (1 - load)
    waits = waiting_times(2000 * years, size, load, rng).reshape(2000, years, size)
    found = [quantile_over_replications(list(w), q, unit="d") for w in waits]
    missed = sum((e.low is not None and e.low > true) or (e.high is not None and e.high < true) for e in found)
    assert missed / 2000 <= 0.07 + 2 * (0.07 * 0.93 / 2000) ** 0.5
