"""Quantiles and the longest case, ties and open cases included."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.statistics import Estimate, design_effect, judge_mean, longest, quantile_over_replications


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=15), min_size=2, max_size=6), st.sampled_from([0.5, 0.9])
)
def test_the_quantile_interval_is_the_set_of_times_that_the_share_does_not_rule_out(
    groups: list[list[int]], q: float
) -> None:
    """Woodruff's definition by a slow scan over every rank, with scipy.stats for the beta quantiles."""
    from scipy import stats

    pooled = sorted(x for group in groups for x in group)
    n = len(pooled)
    value = pooled[math.ceil(q * n) - 1]
    deff = design_effect([sum(x <= value for x in group) for group in groups], [len(group) for group in groups])
    size = min(n, n / deff * (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, len(groups) - 1)) ** 2)
    kept = [
        i
        for i in range(n + 1)
        if (i == 0 or stats.beta.ppf(0.025, i * size / n, size - i * size / n + 1) <= q)
        and (i == n or stats.beta.ppf(0.975, i * size / n + 1, size - i * size / n) >= q)
    ]
    estimate = quantile_over_replications(groups, q, unit="d")
    assert estimate.value == value
    assert estimate.low == (pooled[kept[0] - 1] if kept[0] else None)
    assert estimate.high == (pooled[kept[-1]] if kept[-1] < n else None)


def test_times_in_whole_days_do_not_give_an_interval_of_no_length() -> None:
    """88% within 5 days in every year, the rest in 10: the years' own percentiles are all 10, yet 90% may well be 5."""
    estimate = quantile_over_replications([[5.0] * 44 + [10.0] * 6] * 10, 0.9, unit="wd")
    assert (estimate.low, estimate.value, estimate.high) == (5.0, 10.0, 10.0)


def test_open_cases_move_a_quantile_only_where_they_reach_down_to_it() -> None:
    years = [[float(x) for x in range(1, 101)] for _ in range(20)]
    young, old = [[3.0] * 15 for _ in years], [[200.0] for _ in years]
    plain = quantile_over_replications(years, 0.9, unit="d")
    with_old = quantile_over_replications(years, 0.9, unit="d", open_elapsed=old)
    assert plain.high is not None
    assert with_old.high is not None
    assert with_old.reason is None
    with_young = quantile_over_replications(years, 0.9, unit="d", open_elapsed=young)
    assert with_young.value is not None
    assert plain.value is not None
    assert with_young.value < plain.value
    assert (with_young.high, with_young.open) == (None, 300)
    assert judge_mean(with_young, 1000) == "undecided"


def test_too_few_cases_leave_a_high_quantile_without_upper_bound() -> None:
    estimate = quantile_over_replications([[1.0, 2.0, 3.0]] * 3, 0.99, unit="d")
    assert estimate.value == 3.0
    assert estimate.high is None
    assert "too few" in estimate.reason.en


def test_the_longest_case_is_that_of_an_average_replication() -> None:
    estimate = longest([[1.0, 9.0], [4.0], [], [11.0, 2.0, 3.0]], unit="d")
    assert (estimate.value, estimate.n, estimate.replications) == (8.0, 6, 3)
    still = longest([[1.0, 9.0], [4.0]], unit="d", open_elapsed=[[], [20.0]])
    assert (still.value, still.high, still.open) == (14.5, None, 1)
