"""Before against after under common random numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.statistics import Estimate, paired_difference, t_interval
from sim.analysis.statistics.skewness import reaches, skewness


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_common_random_numbers_are_credited_with_the_variance_they_remove() -> None:
    noise = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0])
    paired = paired_difference(50 + noise, 40 + noise, unit="d")
    assert paired.difference.value == pytest.approx(10)
    assert paired.difference.half_width == pytest.approx(0, abs=1e-9)
    assert paired.variance_reduction == pytest.approx(1)
    opposite = paired_difference(50 + noise, 40 - noise, unit="d")
    assert opposite.variance_reduction == pytest.approx(-1)
    assert paired_difference([5.0, 5.0], [4.0, 4.0], unit="d").variance_reduction is None


pairs = st.lists(st.tuples(st.floats(50, 60), st.floats(20, 40)), min_size=3, max_size=12)


@given(pairs)
def test_at_fiellers_bounds_the_t_statistic_is_at_its_critical_value(data: list[tuple[float, float]]) -> None:
    b, a = np.array(data).T
    if np.ptp(a) < 0.1 or np.ptp(b) < 0.1:
        return
    ratio = paired_difference(b, a, unit="d").ratio
    critical = t_interval([-1.0, 1.0] + [0.0] * (len(b) - 2), unit="").half_width
    scale = np.std([-1.0, 1.0] + [0.0] * (len(b) - 2), ddof=1)
    skewed = max(abs(skewness(b)), abs(skewness(a)))
    reach = [x / len(b) ** 0.5 for x in reaches(a - a.mean() / b.mean() * b, 0.95, at_least=skewed)]
    assert min(reach) >= critical / scale * (1 - 1e-12)
    for rho, its, sign in zip(bounds(ratio), reach, (1, -1), strict=True):
        d = a - rho * b
        assert sign * d.mean() / d.std(ddof=1) == pytest.approx(its, rel=1e-5)
    assert ratio.value == pytest.approx(a.mean() / b.mean())


def test_a_ratio_over_something_that_may_be_zero_has_no_interval() -> None:
    ratio = paired_difference([-1.0, 1.0, 0.5], [3.0, 4.0, 5.0], unit="d").ratio
    assert ratio.value is not None
    assert (ratio.low, ratio.high) == (None, None)
    assert "unbounded" in ratio.reason.en
    assert paired_difference([0.0, 0.0], [1.0, 2.0], unit="d").ratio.value is None
