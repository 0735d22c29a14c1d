"""Kaplan-Meier: a log in which some cases are still open."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.statistics import Estimate, kaplan_meier

SIX_MP_TIMES = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def product_limit(horizon: int) -> tuple[Fraction, Fraction]:
    """Restricted mean of the 6-MP data and its Greenwood variance, in whole numbers, week by week."""
    alive, survival, weeks = len(SIX_MP_TIMES), Fraction(1), []
    terms = {}
    for week in range(horizon):
        ended = sum(e for t, e in zip(SIX_MP_TIMES, SIX_MP_ENDED, strict=True) if t == week)
        if ended:
            survival *= 1 - Fraction(ended, alive)
            terms[week] = Fraction(ended, alive * (alive - ended))
        alive -= SIX_MP_TIMES.count(week)
        weeks.append(survival)
    variance = sum((sum(weeks[week:]) ** 2 * term for week, term in terms.items()), Fraction(0))
    return sum(weeks, Fraction(0)), variance


@pytest.mark.parametrize("horizon", [10, 23, 35])
def test_the_restricted_mean_is_the_area_under_the_curve(horizon: int) -> None:
    mean, variance = product_limit(horizon)
    estimate = kaplan_meier(SIX_MP_TIMES, SIX_MP_ENDED, unit="week").restricted_mean(horizon)
    assert estimate.value == pytest.approx(float(mean), rel=1e-12)
    assert estimate.half_width == pytest.approx(1.959963984540054 * float(variance) ** 0.5, rel=1e-9)


def test_the_log_log_band_is_that_of_scipy() -> None:
    from scipy import stats

    curve = kaplan_meier(SIX_MP_TIMES, SIX_MP_ENDED, unit="week")
    theirs = stats.ecdf(stats.CensoredData.right_censored(SIX_MP_TIMES, ~np.array(SIX_MP_ENDED, dtype=bool)))
    band = theirs.sf.confidence_interval(method="log-log")
    for week in (6, 10, 22, 30):
        low, high = band.low.evaluate(week), band.high.evaluate(week)
        assert bounds(curve.share_within(week)) == pytest.approx((1 - high, 1 - low), rel=1e-9)
    median = curve.quantile(0.5)
    assert (median.low, median.value, median.high, median.open) == (13.0, 23.0, None, 12)
    assert band.low.evaluate(13) <= 0.5 < band.low.evaluate(12)
    assert band.high.evaluate(35) > 0.5


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30), st.integers(1, 9))
def test_without_open_cases_the_curve_is_the_share_not_yet_done(values: list[int], tenths: int) -> None:
    curve = kaplan_meier(values, [True] * len(values), unit="d")
    for time in (0, 7, 30):
        assert curve.survival_at(time) == pytest.approx(sum(v > time for v in values) / len(values))
    assert curve.restricted_mean(30).value == pytest.approx(sum(values) / len(values))
    expected = sorted(values)[math.ceil(Fraction(tenths, 10) * len(values)) - 1]
    assert curve.quantile(tenths / 10).value == expected


def test_beyond_the_logs_reach_there_is_no_number() -> None:
    curve = kaplan_meier([3, 4, 5], [True, False, False], unit="d")
    for estimate in (curve.share_within(9), curve.restricted_mean(9), curve.quantile(0.5)):
        assert estimate.value is None
        assert estimate.open == 2
        assert "too few" in estimate.reason.en
    assert curve.share_within(2).value == 0
    everything = kaplan_meier([3, 4], [True, True], unit="d")
    assert everything.share_within(9).value == 1
    assert everything.standard_error_at(4) == 0
    assert everything.restricted_mean(9).value == 3.5
