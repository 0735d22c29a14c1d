"""Shares of cases, independent and clustered, against slow second routes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.statistics import (
    Estimate,
    bounds_with_open,
    clopper_pearson,
    design_effect,
    share,
    slowest_tenth,
    wilson,
)


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def binomial_tail(k: int, n: int, p: Fraction) -> Fraction:
    """P(X >= k), summed exactly."""
    return sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


@pytest.mark.parametrize(("k", "n"), [(0, 5), (1, 5), (3, 12), (12, 12), (7, 30)])
def test_clopper_pearson_bounds_are_where_the_exact_binomial_tails_reach_their_share(k: int, n: int) -> None:
    low, high = bounds(clopper_pearson(k, n))
    if k > 0:
        assert float(binomial_tail(k, n, Fraction(low))) == pytest.approx(0.025, rel=1e-9)
    if k < n:
        assert float(1 - binomial_tail(k + 1, n, Fraction(high))) == pytest.approx(0.025, rel=1e-9)
    assert clopper_pearson(k, n, confidence=0.95, sides="upper").high == clopper_pearson(k, n, confidence=0.9).high


@given(st.integers(1, 99))
def test_clopper_pearson_covers_at_least_its_confidence_whatever_the_share(percent: int) -> None:
    n, p = 20, percent / 100
    covered = [k for k in range(n + 1) if bounds(clopper_pearson(k, n))[0] <= p <= bounds(clopper_pearson(k, n))[1]]
    assert sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in covered) >= 0.95


@given(st.integers(1, 500), st.data())
def test_wilson_bounds_solve_the_score_equation(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    z = 1.959963984540054
    for p in bounds(wilson(k, n)):
        assert (k / n - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n, abs=1e-12)


def jackknife_effect(k: Sequence[int], size: int) -> float:
    """The design effect by leaving one replication out at a time: the same number where sizes are equal."""
    r, total = len(k), sum(k)
    left_out = [(total - ki) / ((r - 1) * size) for ki in k]
    centre = sum(left_out) / r
    p = total / (r * size)
    return (r - 1) / r * sum((x - centre) ** 2 for x in left_out) / (p * (1 - p) / (r * size))


@given(st.lists(st.integers(0, 40), min_size=2, max_size=10))
def test_the_design_effect_is_that_of_the_jackknife(k: list[int]) -> None:
    if 0 < sum(k) < 40 * len(k):
        assert design_effect(k, [40] * len(k)) == pytest.approx(max(1, jackknife_effect(k, 40)), rel=1e-9)


def test_korn_and_graubard_step_by_step() -> None:
    """12 late in 4 replications of 100, by scipy.stats: deff, n*, k*, beta quantiles."""
    from scipy import stats

    k = [0, 9, 1, 2]
    deff = jackknife_effect(k, 100)
    assert deff > 1
    size = 400 / deff * (stats.t.ppf(0.975, 399) / stats.t.ppf(0.975, 3)) ** 2
    hits = size * 12 / 400
    expected = stats.beta.ppf(0.025, hits, size - hits + 1), stats.beta.ppf(0.975, hits + 1, size - hits)
    assert bounds(share(k, [100] * 4)) == pytest.approx(expected, rel=1e-9)


def test_ten_late_cases_in_one_year_weigh_as_one() -> None:
    """Clusters of s late cases, one in a year: the bounds are those of the number of clusters among n/s cases."""
    one_drove, lone = share([10] + [0] * 19, [1000] * 20), share([1] + [0] * 19, [100] * 20)
    assert design_effect([10] + [0] * 19, [1000] * 20) == pytest.approx(10, rel=0.001)
    assert bounds(one_drove) == pytest.approx(bounds(lone), rel=0.01)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_a_share_and_its_complement_mirror_each_other(pairs: list[tuple[int, int]], confidence: float) -> None:
    k, n = [a for a, _ in pairs], [a + b for a, b in pairs]
    late = share(k, n, confidence=confidence)
    in_time = share([b for _, b in pairs], n, confidence=confidence)
    if late.value is None or in_time.value is None:
        return
    assert late.value + in_time.value == pytest.approx(1)
    if late.low is not None:
        low, high = bounds(late)
        assert (1 - high, 1 - low) == pytest.approx(bounds(in_time), abs=1e-9)
        wider = bounds(share(k, n, confidence=0.995))
        assert wider[0] <= low <= late.value <= high <= wider[1]


def test_with_no_late_case_the_slowest_tenth_tells_how_late_ones_would_cluster() -> None:
    rng = np.random.default_rng(1)
    calm = [rng.exponential(1, 500) for _ in range(10)]
    waves = [rng.exponential(1, 500) * scale for scale in rng.gamma(4, 0.25, 10)]
    none, size = [0] * 10, [500] * 10
    textbook = share(none, size)
    assert textbook.low == 0
    assert share(none, size, slow=slowest_tenth(calm)).high < 2.5 * textbook.high
    assert share(none, size, slow=slowest_tenth(waves)).high > 5 * textbook.high


def test_the_slowest_tenth_counts_from_the_pooled_90th_percentile_on_ties_included() -> None:
    groups = [[1.0] * 8 + [5.0], [], [1.0] * 7 + [5.0, 5.0, 9.0]]
    assert slowest_tenth(groups).tolist() == [1, 0, 3]
    assert slowest_tenth([[1.0] * 9, [1.0]], [[], [7.0] * 10]).tolist() == [0, 10]
    assert slowest_tenth([[], []]).tolist() == [0, 0]


def test_open_cases_that_may_yet_be_late_count_both_ways() -> None:
    k, n, maybe = [1, 2, 0, 1], [50, 60, 55, 45], [0, 3, 1, 0]
    both = share(k, n, undecided=maybe)
    assert both.low == share(k, n).low
    assert both.high == share([1, 5, 1, 1], n).high
    assert (both.value, both.open) == (share(k, n).value, 4)
    assert both.reason is not None


def test_a_census_with_open_cases_has_a_best_and_a_worst_case() -> None:
    estimate = bounds_with_open(k_late=3, n_closed=90, n_open_late=2, n_open_undecided=5)
    assert (estimate.low, estimate.value, estimate.high) == (5 / 97, 5 / 97, 10 / 97)
    assert (estimate.n, estimate.open, estimate.confidence) == (97, 5, 1.0)
    decided = bounds_with_open(3, 90, 2, 0)
    assert (decided.low, decided.high, decided.reason) == (5 / 92, 5 / 92, None)
