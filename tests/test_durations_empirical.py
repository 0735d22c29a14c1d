"""Laws without a family: Kaplan-Meier, Turnbull, and their tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.durations import Observations, fit
from calibration.durations.empirical import distribution, quantile_points
from tests.test_durations import HOUR, SIX_MP_TIMES, six_mp

INF = np.inf
RADIOTHERAPY = [
    (0, 7), (0, 8), (0, 5), (4, 11), (5, 12), (5, 11), (6, 10), (7, 16), (7, 14), (11, 15), (11, 18), (17, 25),
    (17, 25), (19, 35), (18, 26), (25, 37), (26, 40), (27, 34), (36, 44), (36, 48), (37, 44),
    *((t, INF) for t in (15, 17, 18, 22, 24, 24, 32, 33, 34, 36, 36, 37, 37, 37, 38, 40, 45, *[46] * 8)),
]  # fmt: skip
"""Months until breast retraction after radiotherapy (Beadle et al. 1984; Klein and Moeschberger, section 1.18)."""


def test_the_product_limit_is_the_published_one() -> None:
    """Klein and Moeschberger, 2nd ed., table 4.1B; the last five are open, 0.448 is left."""
    found = distribution(six_mp())
    assert found.first.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert 1 - np.cumsum(found.mass) == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=6e-4)
    assert found.beyond == pytest.approx(0.448, abs=6e-4)


def test_turnbulls_estimate_is_the_published_one() -> None:
    """The masses of R's ``icfit`` (Fay and Shaw, J. Stat. Software 36(2), 2010); the survival of table 5.3 of Klein
    and Moeschberger agrees to 0.002, where their iteration stopped."""
    low, high = np.array(RADIOTHERAPY, dtype=np.float64).T
    found = distribution(Observations.of(low, high))
    used = found.mass > 1e-4
    intervals = list(zip(found.first[used].tolist(), found.last[used].tolist(), strict=True))
    assert intervals == [(4, 5), (6, 7), (7, 8), (11, 12), (24, 25), (33, 34), (38, 40), (46, 48)]
    published = [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
    assert found.mass[used] == pytest.approx(published, abs=1e-4)
    table = [0.954, 0.920, 0.832, 0.761, 0.668, 0.586, 0.467, 0.0]
    assert 1 - np.cumsum(found.mass[used]) == pytest.approx(table, abs=2e-3)


def test_those_seen_late_are_at_risk_from_their_entry() -> None:
    """By hand: at 3 two of the three are there (the third enters at 4), at 5 two, at 6 one."""
    found = distribution(Observations.of([3.0, 5.0, 6.0], entered=[0.0, 0.0, 4.0]))
    assert 1 - np.cumsum(found.mass) == pytest.approx([1 / 2, 1 / 4, 0])


def test_intervals_without_width_are_the_product_limit() -> None:
    """Turnbull's way and the product limit agree where both apply."""
    o = six_mp()
    narrow = Observations.of(np.where(np.isinf(o.high), o.low, o.low - 1e-6), o.high)
    one, two = distribution(o), distribution(narrow)
    assert two.mass[two.mass > 1e-6] == pytest.approx(one.mass, abs=1e-5)


def test_late_entries_in_intervals_are_the_product_limit_too() -> None:
    rng = np.random.default_rng(2)
    entered = np.where(rng.random(300) < 0.4, rng.uniform(1, 4, 300), 0.0)
    times = np.maximum(rng.gamma(3.0, 2.0, 300), entered + 0.01)
    one = distribution(Observations.of(times, entered=entered))
    two = distribution(Observations.of(np.maximum(times - 1e-6, 0), times, entered=entered))
    at = np.quantile(times, [0.2, 0.5, 0.8])
    assert [two.mass[two.last <= t].sum() for t in at] == pytest.approx(
        [one.mass[one.last <= t].sum() for t in at], abs=2e-3
    )


@pytest.mark.parametrize("n", [30, 300, 5000])
def test_the_table_keeps_the_mean_and_the_spread(n: int) -> None:
    times = np.random.default_rng(n).lognormal(0, 1.2, n)
    levels, points = quantile_points(distribution(Observations.of(times)), n)
    assert (levels[0], levels[-1], len(levels) < 60) == (0, 1, True)
    mean = (np.diff(levels) * (points[1:] + points[:-1]) / 2).sum()
    assert mean == pytest.approx(times.mean(), rel=0.02)
    assert np.interp([0.25, 0.5, 0.75], levels, points) == pytest.approx(np.quantile(times, [0.25, 0.5, 0.75]), rel=0.1)


def test_the_tail_beyond_the_data_is_told_and_goes_on() -> None:
    """The last are open: 44.8% of the law lies behind the last end, and no quantile stops at what was seen."""
    found = fit(six_mp(), families=[], parts=1)
    assert found.kind == "quantiles"
    assert found.beyond == pytest.approx(0.448, abs=6e-4)
    assert found.points[-1] > max(SIX_MP_TIMES)
    assert np.all(np.diff(found.points) >= 0)


def test_an_exponential_tail_is_taken_up() -> None:
    """Half of 4,000 exponential durations are open: the mean of the table is within 8% of the truth."""
    rng = np.random.default_rng(6)
    times, seen_for = rng.exponential(10, 4000), rng.uniform(0, 16, 4000)
    found = fit(
        Observations.of(np.minimum(times, seen_for), np.where(times > seen_for, INF, times)), families=[], parts=1
    )
    assert found.beyond > 0.1
    assert found.mean_us == pytest.approx(10, rel=0.08)


def test_the_mean_of_a_table_has_a_bootstrap_interval() -> None:
    """Close to Student's t for the mean of 400 uniform durations."""
    times = np.random.default_rng(7).uniform(1, 3, 400) * HOUR
    found = fit(Observations.of(times), families=[], parts=1)
    low, high = stats.t.interval(0.95, 399, times.mean() / HOUR, times.std(ddof=1) / HOUR / 20)
    assert (found.mean_interval.low, found.mean_interval.high) == pytest.approx((low, high), abs=0.02)
