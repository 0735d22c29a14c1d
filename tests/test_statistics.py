"""Estimates, means and the decisions of rule 20: known answers, and what no estimate may do."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.statistics import (
    Estimate,
    bounds_with_open,
    census_mean,
    clopper_pearson,
    judge_census,
    judge_mean,
    judge_share,
    kaplan_meier,
    longest,
    mean_over_replications,
    paired_difference,
    quantile_over_replications,
    ratio_mean,
    share,
    t_interval,
    wilson,
)
from sim.errors import InputError
from sim.text import Text

times = st.floats(0, 1000, allow_nan=False)
replications = st.lists(st.lists(times, max_size=12), min_size=1, max_size=8)


def known(shared: Path, identity: str) -> dict:
    answers = json.loads((shared / "verify" / "known_answers.json").read_text(encoding="utf-8"))
    return next(answer for answer in answers if answer["id"] == identity)


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_s01_ten_replication_means_have_the_interval_of_law(shared: Path) -> None:
    case = known(shared, "S01")
    data = case["parameters"]["data"]
    mean, _, half = case["exact"]
    estimate = t_interval(data, unit="wd")
    assert estimate.value == pytest.approx(mean, rel=1e-12)
    assert estimate.half_width == pytest.approx(half, rel=1e-10)
    assert (estimate.n, estimate.replications, estimate.unit) == (10, 10, "wd")


def test_s02_paired_and_welch_stand_side_by_side(shared: Path) -> None:
    case = known(shared, "S02")
    mean, paired_half, welch_half, freedom = case["exact"]
    before, after = case["parameters"]["before"], case["parameters"]["after"]
    result = paired_difference(before, after, unit="d")
    assert result.difference.value == pytest.approx(mean, rel=1e-12)
    assert t_interval(np.subtract(before, after), unit="d").half_width == pytest.approx(paired_half, rel=1e-10)
    below, above = mean - bounds(result.difference)[0], bounds(result.difference)[1] - mean
    assert below == pytest.approx(paired_half, rel=1e-10) and above > below  # the differences are skewed upward
    assert result.welch.half_width == pytest.approx(welch_half, rel=1e-10)
    assert result.welch_degrees_of_freedom == pytest.approx(freedom, rel=1e-10)


def test_s03_clopper_pearson(shared: Path) -> None:
    case = known(shared, "S03")
    assert bounds(clopper_pearson(93, 100)) == pytest.approx(case["exact"], rel=1e-10)


def test_s04_wilson(shared: Path) -> None:
    case = known(shared, "S04")
    assert bounds(wilson(93, 100)) == pytest.approx(case["exact"], rel=1e-10)


def test_s07_kaplan_meier_with_open_cases(shared: Path) -> None:
    case = known(shared, "S07")
    curve = kaplan_meier(case["parameters"]["times"], case["parameters"]["observed"], unit="week")
    found = [*map(curve.survival_at, (6, 10, 23)), curve.standard_error_at(10), curve.quantile(0.5).value]
    assert found == pytest.approx(case["exact"], rel=1e-10)


def test_s09_nothing_is_lost_to_cancellation(shared: Path) -> None:
    case = known(shared, "S09")
    data = [10000000.2] + [10000000.1, 10000000.3] * 500
    mean, sd = case["exact"]
    estimate = t_interval(data, unit="d")
    half = estimate.half_width
    assert half is not None
    assert estimate.value == pytest.approx(mean, rel=1e-15)
    # the doubles nearest to the data are themselves off by 1e-9, a hundred-millionth of the deviation
    assert half / t_interval([-1.0, 1.0] * 500 + [0.0], unit="d").half_width == pytest.approx(sd, rel=2e-8)
    assert ratio_mean([data[:400], data[400:]], unit="d").value == pytest.approx(mean, rel=1e-15)
    assert census_mean(data, unit="d").value == pytest.approx(mean, rel=1e-15)


def test_no_cases_is_neither_zero_days_nor_nan() -> None:
    for estimate in (
        mean_over_replications([[], []], unit="d"),
        ratio_mean([], unit="d"),
        census_mean([], unit="d"),
        share([0, 0], [0, 0]),
        clopper_pearson(0, 0),
        wilson(0, 0),
        bounds_with_open(0, 0, 0, 0),
        quantile_over_replications([[], []], 0.9, unit="d"),
        longest([[]], unit="d"),
        kaplan_meier([], [], unit="d").quantile(0.5),
        paired_difference([], [], unit="d").ratio,
    ):
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)
        assert estimate.reason == Text("没有办件", "no cases")
        assert judge_mean(estimate, 10) == "undecided"


def test_one_replication_has_a_value_and_no_interval() -> None:
    for estimate in (
        mean_over_replications([[1.0, 3.0]], unit="d"),
        ratio_mean([[1.0, 3.0], []], unit="d"),
        share([1], [10]),
        quantile_over_replications([[1.0, 3.0]], 0.9, unit="d"),
        longest([[1.0, 3.0]], unit="d"),
        paired_difference([3.0], [2.0], unit="d").ratio,
        paired_difference([3.0], [2.0], unit="d").welch,
    ):
        assert estimate.value is not None
        assert (estimate.low, estimate.high, estimate.half_width) == (None, None, None)
        assert estimate.reason is not None
        assert judge_mean(estimate, 1000) == "undecided"


def test_an_estimate_out_of_order_or_without_its_reason_cannot_be_made() -> None:
    method = Text("试", "test")
    with pytest.raises(ValueError, match="not an estimate"):
        Estimate(value=1, low=2, high=3, confidence=0.95, n=1, replications=1, unit="d", method=method)
    with pytest.raises(ValueError, match="not an estimate"):
        Estimate(value=math.nan, low=None, high=None, confidence=0.95, n=1, replications=1, unit="d", method=method)
    with pytest.raises(ValueError, match="reason"):
        Estimate(value=1, low=None, high=None, confidence=0.95, n=1, replications=1, unit="d", method=method)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: t_interval([1.0, math.nan], unit="d"),
        lambda: t_interval([1.0, 2.0], unit="d", confidence=95),
        lambda: ratio_mean([[1.0], [2.0]], unit="d", open_elapsed=[[1.0]]),
        lambda: quantile_over_replications([[1.0]], 90, unit="d"),
        lambda: kaplan_meier([1.0], [1], unit="d").quantile(0),
        lambda: clopper_pearson(3, 2),
        lambda: share([3], [2]),
        lambda: share([0.5], [2]),
        lambda: share([2, 0], [2, 2], undecided=[1, 0]),
        lambda: bounds_with_open(3, 2, 0, 0),
        lambda: paired_difference([1.0], [1.0, 2.0], unit="d"),
        lambda: kaplan_meier([1.0, 2.0], [True], unit="d"),
        lambda: judge_share(clopper_pearson(0, 1), 1.5),
        lambda: judge_census(-1, 0, 0),
    ],
)
def test_what_cannot_be_meant_is_refused_with_rule_and_cure(refused) -> None:
    with pytest.raises(InputError) as caught:
        refused()
    assert caught.value.has_value
    for text in (caught.value.rule, caught.value.cure):
        assert text.zh
        assert text.en


@given(st.lists(st.lists(times, min_size=3, max_size=3), min_size=2, max_size=8))
def test_with_equally_many_cases_the_two_means_and_their_intervals_are_one(groups: list[list[float]]) -> None:
    by_year, by_case = mean_over_replications(groups, unit="d"), ratio_mean(groups, unit="d")
    assert by_case.value == pytest.approx(by_year.value, abs=1e-9)
    assert bounds(by_case) == pytest.approx(bounds(by_year), abs=1e-7)


@given(replications)
def test_each_case_weighs_the_same_in_the_mean_of_all_cases(groups: list[list[float]]) -> None:
    pooled = [x for group in groups for x in group]
    estimate = ratio_mean(groups, unit="d")
    assert estimate.n == len(pooled)
    assert estimate.replications == sum(map(bool, groups))
    if pooled:
        assert estimate.value == pytest.approx(math.fsum(pooled) / len(pooled), abs=1e-9)


@given(replications, st.permutations(range(8)))
def test_neither_the_order_of_replications_nor_empty_ones_matter(groups: list[list[float]], order: list[int]) -> None:
    shuffled = [groups[i] for i in order if i < len(groups)] + [[]]
    for function in (ratio_mean, mean_over_replications, longest):
        one, other = function(groups, unit="d"), function(shuffled, unit="d")
        assert (one.n, one.replications, one.reason) == (other.n, other.replications, other.reason)
        for a, b in ((one.value, other.value), (one.low, other.low), (one.high, other.high)):
            assert a == pytest.approx(b, abs=1e-6)


@given(replications, replications, st.lists(times, min_size=100, max_size=100))
def test_an_open_case_makes_the_mean_a_lower_bound(
    closed: list[list[float]], waiting: list[list[float]], more: list[float]
) -> None:
    closed, waiting = closed[: len(waiting)], waiting[: len(closed)]
    estimate = ratio_mean(closed, unit="d", open_elapsed=waiting)
    ends = iter(more * 2)
    finished = [a + [elapsed + next(ends) for elapsed in b] for a, b in zip(closed, waiting, strict=True)]
    final = ratio_mean(finished, unit="d")
    assert estimate.n == final.n
    assert estimate.open == sum(map(len, waiting))
    if estimate.value is not None and final.value is not None:
        assert estimate.value <= final.value + 1e-9
    if estimate.open:
        assert estimate.high is None
        assert estimate.reason is not None
        assert judge_mean(estimate, 1e9) == "undecided"


def test_a_mean_with_open_cases_can_already_be_above_the_limit() -> None:
    late = ratio_mean([[20.0, 21.0], [20.5]], unit="wd", open_elapsed=[[30.0], [25.0]])
    assert late.value == pytest.approx((20 + 21 + 30 + 20.5 + 25) / 5)
    assert judge_mean(late, 10) == "not-met"
    assert judge_mean(late, 100) == "undecided"


def between(low: float | None, value: float, high: float | None) -> Estimate:
    why = Text("试", "test")
    return Estimate(
        value=value, low=low, high=high, confidence=0.95, n=9, replications=9, unit="share", method=why, reason=why
    )


@pytest.mark.parametrize(
    ("low", "value", "high", "decision"),
    [
        (0.001, 0.005, 0.01, "met"),  # the upper bound is at most the tolerance
        (0.001, 0.005, 0.010001, "undecided"),
        (0.01, 0.02, 0.03, "undecided"),  # the lower bound is not above it
        (0.010001, 0.02, 0.03, "not-met"),
        (None, 0.5, None, "undecided"),
    ],
)
def test_a_share_is_judged_by_its_bounds(low: float | None, value: float, high: float | None, decision: str) -> None:
    assert judge_share(between(low, value, high), 0.01) == decision


def test_tolerance_zero_is_disproved_by_one_late_case_and_proved_by_no_number_of_runs() -> None:
    assert judge_share(share([0] * 1000, [10**6] * 1000), 0) == "undecided"
    assert judge_share(share([0, 1], [500, 500]), 0) == "not-met"
    assert judge_share(share([1], [500]), 0) == "not-met"
    assert judge_share(share([], []), 0) == "undecided"


def test_a_mean_is_judged_by_its_whole_interval() -> None:
    assert judge_mean(between(9.0, 9.5, 10.0), 10) == "met"
    assert judge_mean(between(9.0, 9.5, 10.1), 10) == "undecided"
    assert judge_mean(between(10.1, 10.2, 10.3), 10) == "not-met"
    assert judge_mean(between(10.1, 10.2, None), 10) == "not-met"
    assert judge_mean(census_mean([9.0, 11.0], unit="wd"), 10) == "met"


@pytest.mark.parametrize(
    ("late", "closed", "waiting", "decision"),
    [(1, 50, 0, "not-met"), (1, 50, 3, "not-met"), (0, 50, 0, "met"), (0, 50, 1, "undecided"), (0, 0, 0, "undecided")],
)
def test_a_census_is_judged_by_what_it_holds(late: int, closed: int, waiting: int, decision: str) -> None:
    assert judge_census(late, closed, waiting) == decision


def test_importing_statistics_does_not_import_scipy() -> None:
    code = "import sys, sim.analysis.statistics; sys.exit(any(m.split('.')[0] == 'scipy' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=False).returncode == 0
