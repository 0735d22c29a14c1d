"""How often the intervals of means, differences and ratios of a queue's years miss the truth."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.statistics import Estimate, mean_interval, paired_difference, ratio_mean, t_interval

EXPERIMENTS = 2000
TWO_ERRORS = 2 * (0.05 * 0.95 / EXPERIMENTS) ** 0.5


def misses(estimate: Estimate, truth: float) -> bool:
    return not (estimate.low is None or estimate.low <= truth) or not (estimate.high is None or truth <= estimate.high)


def years(chains: int, cases: int, load: float, rng: np.random.Generator) -> np.ndarray:
    """(chains,) mean waits of stationary M/M/1 years (Lindley); the truth is load / (1 - load)."""
    wait = rng.exponential(1 / (1 - load), chains) * (rng.random(chains) < load)
    total = np.zeros(chains)
    for _ in range(cases):
        total += wait
        wait = np.maximum(0, wait + rng.exponential(1, chains) - rng.exponential(1 / load, chains))
    return total / cases


def pairs(chains: int, cases: int, before: float, after: float, rng: np.random.Generator) -> np.ndarray:
    """(2, chains) mean waits of the same customers, with servers that are faster after; 200 customers warm it up."""
    waits, total = np.zeros((2, chains)), np.zeros((2, chains))
    speeds = np.array([[1.0], [after / before]])
    for customer in range(cases + 200):
        total += waits if customer >= 200 else 0
        service, gap = rng.exponential(1, chains), rng.exponential(1 / before, chains)
        waits = np.maximum(0, waits + service * speeds - gap)
    return total / cases


def test_the_mean_of_a_queues_years_is_covered_where_students_t_is_not() -> None:
    """400 experiments of ten years of fifty cases; two standard errors are 2.2 points."""
    found = years(4000, 50, 0.5, np.random.default_rng(31)).reshape(400, 10)
    ours = np.mean([misses(mean_interval(sample, unit="d"), 1.0) for sample in found])
    students = np.mean([misses(t_interval(sample, unit="d"), 1.0) for sample in found])
    assert ours <= 0.07 + 0.022
    assert students >= ours + 0.02


@pytest.mark.slow
@pytest.mark.parametrize("replications", [10, 20, 50])
@pytest.mark.parametrize(("load", "cases"), [(0.5, 50), (0.8, 50), (0.5, 500), (0.8, 500)])
def test_means_of_a_queue_are_covered_in_two_thousand_experiments(load: float, cases: int, replications: int) -> None:
    found = years(EXPERIMENTS * replications, cases, load, np.random.default_rng(32)).reshape(EXPERIMENTS, -1)
    missed = np.mean([misses(mean_interval(sample, unit="d"), load / (1 - load)) for sample in found])
    assert 0.03 - TWO_ERRORS <= missed <= 0.07 + TWO_ERRORS


@pytest.mark.slow
@pytest.mark.parametrize("replications", [5, 10, 50])
def test_symmetric_years_cost_little_excess_width(replications: int) -> None:
    """Normal means, for which Student's t is exact: covered at least as often, a tenth wider at most from ten on."""
    found = np.random.default_rng(33).normal(10, 1, (EXPERIMENTS, replications))
    ours = [mean_interval(sample, unit="d") for sample in found]
    students = [t_interval(sample, unit="d").half_width or 0 for sample in found]
    assert np.mean([misses(estimate, 10) for estimate in ours]) >= (0.02 if replications == 5 else 0.03) - TWO_ERRORS
    assert np.median([estimate.half_width or 0 for estimate in ours]) <= (
        1.6 if replications < 10 else 1.2
    ) * np.median(students)


@pytest.mark.slow
@pytest.mark.parametrize("replications", [10, 20, 50])
def test_means_of_years_of_unequal_size_are_covered(replications: int) -> None:
    """Cases weigh the same: the truth is E[sum] / E[cases] with 20 or 80 cases a year, the full years slower.

    Ten such years fall two points short of 95 - 2: 91.4%.
    """
    rng, missed = np.random.default_rng(34), 0
    for _ in range(EXPERIMENTS):
        sizes = rng.choice([20, 80], replications)
        values = [rng.gamma(2, 2 if n == 20 else 4) + rng.exponential(1, n) for n in sizes]
        missed += misses(ratio_mean(values, unit="d"), (20 * 4 + 80 * 8) / 100 + 1)
    assert 0.03 - TWO_ERRORS <= missed / EXPERIMENTS <= (0.09 if replications == 10 else 0.07) + TWO_ERRORS


@pytest.mark.slow
@pytest.mark.parametrize("replications", [10, 20, 50])
@pytest.mark.parametrize(("before", "after", "cases"), [(0.7, 0.6, 300), (0.6, 0.4, 300), (0.8, 0.6, 500)])
def test_differences_and_ratios_of_queues_are_covered(
    before: float, after: float, cases: int, replications: int
) -> None:
    """The truth from all 2,000 experiments together. Ratios come out conservative from twenty replications on."""
    both = pairs(EXPERIMENTS * replications, cases, before, after, np.random.default_rng(35))
    mean_before, mean_after = both.mean(axis=1)
    found = [
        paired_difference(b, a, unit="d") for b, a in zip(*both.reshape(2, EXPERIMENTS, replications), strict=True)
    ]
    difference = np.mean([misses(its.difference, mean_before - mean_after) for its in found])
    ratio = np.mean([misses(its.ratio, mean_after / mean_before) for its in found])
    assert 0.03 - TWO_ERRORS <= difference <= 0.07 + TWO_ERRORS
    assert ratio <= 0.07 + TWO_ERRORS
