"""Laws fitted to durations: known answers, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from calibration.durations import Observations, fit
from calibration.durations.families import FAMILIES, Exponential, Family, Gamma, Lognormal, Weibull
from sim.errors import InputError
from sim.eventlog import NAT
from sim.model.open_time import Calendar

HOUR, DAY = 3_600_000_000, 86_400_000_000
SIX_MP_TIMES = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
BALL_BEARINGS = [
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.40, 51.84, 51.96, 54.12, 55.56, 67.80,
    68.64, 68.64, 68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40,
]  # fmt: skip
"""Millions of turns until 23 bearings failed (Lieblein and Zelen 1956; Lawless, 2nd ed., example 3.3.1)."""


def six_mp() -> Observations:
    """Remission of leukemia under 6-MP, weeks (Freireich et al. 1963; Klein and Moeschberger, table 1.3)."""
    times = np.array(SIX_MP_TIMES, dtype=np.float64)
    return Observations.of(times, np.where(np.array(SIX_MP_ENDED) == 1, times, np.inf))


def only(observations: Observations, family: type[Family]):
    found = fit(observations, families=[family], parts=1, level=0.0)
    assert found.chosen is not None
    return found


def test_the_exponential_mean_is_time_over_ends() -> None:
    """359 weeks observed, 9 ends (Klein and Moeschberger, 2nd ed., section 3.5): mean 39.89 weeks."""
    assert only(six_mp(), Exponential).mean_us == pytest.approx(359 / 9, rel=1e-6)


def test_the_weibull_of_the_ball_bearings_is_the_published_one() -> None:
    """Shape 2.102 and scale 81.88 (Lawless, Statistical models and methods for lifetime data, 2nd ed., p. 197)."""
    found = only(Observations.of(BALL_BEARINGS), Weibull)
    scale, shape = np.exp(found.chosen.blend.natural[0])
    assert scale * found.scale == pytest.approx(81.88, abs=0.01)
    assert shape == pytest.approx(2.102, abs=0.001)


def test_the_lognormal_of_exact_durations_is_that_of_their_logarithms() -> None:
    y = np.log(BALL_BEARINGS)
    found = only(Observations.of(BALL_BEARINGS), Lognormal)
    assert found.mean_us == pytest.approx(np.exp(y.mean() + y.var() / 2), rel=1e-5)
    assert found.cv == pytest.approx(np.sqrt(np.expm1(y.var())), rel=1e-5)


@pytest.mark.parametrize(
    ("family", "theirs"),
    [(Lognormal, stats.lognorm), (Gamma, stats.gamma), (Weibull, stats.weibull_min)],
)
def test_open_cases_count_as_in_scipy(family: type, theirs: stats.rv_continuous) -> None:
    times, ended = np.array(SIX_MP_TIMES, dtype=np.float64), np.array(SIX_MP_ENDED, dtype=bool)
    shape, _, scale = theirs.fit(stats.CensoredData.right_censored(times, ~ended), floc=0)
    found = only(six_mp(), family)
    value = theirs.logpdf(times[ended], shape, 0, scale).sum() + theirs.logsf(times[~ended], shape, 0, scale).sum()
    assert found.chosen.log_likelihood - 9 * np.log(found.scale) == pytest.approx(value, abs=1e-5)
    assert found.mean_us == pytest.approx(theirs.mean(shape, 0, scale), rel=1e-3)


@pytest.mark.parametrize(
    ("family", "theirs"),
    [(Lognormal, stats.lognorm), (Gamma, stats.gamma), (Weibull, stats.weibull_min)],
)
def test_durations_between_bounds_count_as_in_scipy(family: type, theirs: stats.rv_continuous) -> None:
    low = np.floor(np.array(BALL_BEARINGS) / 20) * 20
    shape, _, scale = theirs.fit(stats.CensoredData(interval=np.stack([low, low + 20], axis=1)), floc=0)
    found = only(Observations.of(low, low + 20), family)
    value = np.log(theirs.cdf(low + 20, shape, 0, scale) - theirs.cdf(low, shape, 0, scale)).sum()
    assert found.chosen.log_likelihood == pytest.approx(value, abs=1e-4)
    assert found.mean_us == pytest.approx(theirs.mean(shape, 0, scale), rel=2e-3)


def test_cases_seen_late_count_from_their_entry() -> None:
    """Exponential: the mean is the time under observation over the ends, whenever it began."""
    times, entered = np.array([5.0, 8.0, 3.0, 9.0, 12.0]), np.array([2.0, 0.0, 1.0, 7.0, 4.0])
    high = np.where([True, True, False, True, True], times, np.inf)
    found = only(Observations.of(times, high, entered=entered), Exponential)
    assert found.mean_us == pytest.approx((times - entered).sum() / 4, rel=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_cases_seen_late_are_no_longer_than_the_others(family: type[Family]) -> None:
    """Of 4,000 durations those below their entry are not in the data; with the entry told, no bias is left."""
    rng = np.random.default_rng(3)
    true = Weibull if family is Exponential else family
    natural = true.natural(np.log([10.0, 1.0 if family is Exponential else 0.7]))
    uniform = rng.random(4000)
    grid = np.linspace(-6, 6, 20_001)
    times = np.exp(np.interp(uniform, -np.expm1(true.log_survival(grid, natural)), grid))
    entered = rng.uniform(0, 10, 4000)
    seen = times > entered
    told = only(Observations.of(times[seen], entered=entered[seen]), family).mean_us
    untold = only(Observations.of(times[seen]), family).mean_us
    assert told == pytest.approx(10, rel=0.05)
    assert untold > 11


def test_a_start_that_is_a_date_is_averaged_over_its_day() -> None:
    """The likelihood of D days between two dates is the triangular average of the law: checked by fine summation."""
    from calibration.durations.blends import Part
    from calibration.durations.likelihood import Likelihood

    law = Part(Lognormal, np.array([0.4, -0.3]))
    starts = (np.arange(20_000) + 0.5) / 20_000  # the part of the day that is left
    for days in (0, 1, 3):
        low, high = days - 1 + starts, days + starts
        survival = [np.where(t > 0, np.exp(law.log_survival(np.log(np.maximum(t, 1e-12)))), 1.0) for t in (low, high)]
        chance = np.log((survival[0] - survival[1]).mean())
        observed = Observations.of(days - 1.0, days + 1.0, start_within=1.0)
        assert Likelihood(observed, 1.0).value(law) == pytest.approx(chance, abs=2e-4)


def test_instants_of_a_log_become_open_time() -> None:
    """Open 9 to 17 each day: exact, by date at the end, by date at both ends, open, and there before the data begin."""
    calendar = Calendar([(d * DAY + 9 * HOUR, d * DAY + 17 * HOUR) for d in range(10)], 0, 10 * DAY)
    start = [9 * HOUR, 9 * HOUR, 0, 10 * HOUR, 9 * HOUR]
    end = [DAY + 10 * HOUR, DAY, DAY, NAT, 3 * DAY + 12 * HOUR]
    seen = Observations.of_instants(
        calendar,
        np.array(start),
        np.array(end),
        5 * DAY,
        seen_from=np.array([0, 0, 0, 0, 2 * DAY]),
        start_dated=[False, False, True, False, False],
        end_dated=[False, True, True, False, False],
    )
    assert (seen.low / HOUR).tolist() == [9, 8, 0, 39, 27]
    assert (seen.high / HOUR).tolist() == [9, 16, 16, np.inf, 27]
    assert (seen.start_within / HOUR).tolist() == [0, 0, 8, 0, 0]
    assert (seen.entered / HOUR).tolist() == [0, 0, 0, 0, 16]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 0.5, 60.0, 1e6]), st.booleans())
def test_other_units_are_the_same_fit(seed: int, factor: float, dated: bool) -> None:
    rng = np.random.default_rng(seed)
    times = rng.gamma(2.0, 3.0, 60) * HOUR
    low = np.floor(times / HOUR) * HOUR if dated else times
    high = low + HOUR if dated else np.where(rng.random(60) < 0.3, np.inf, times)
    one, two = fit(Observations.of(low, high)), fit(Observations.of(low * factor, high * factor))
    assert one.kind == two.kind
    assert two.mean_us == pytest.approx(factor * one.mean_us, rel=1e-4)
    assert two.cv == pytest.approx(one.cv, rel=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FAMILIES))
def test_a_weight_is_a_repetition(seed: int, family: type[Family]) -> None:
    rng = np.random.default_rng(seed)
    times, times_seen = rng.lognormal(1.0, 0.8, 40), rng.integers(1, 4, 40)
    high = np.where(rng.random(40) < 0.2, np.inf, times)
    weighted = only(Observations.of(times, high, weight=times_seen), family)
    repeated = only(Observations.of(np.repeat(times, times_seen), np.repeat(high, times_seen)), family)
    assert weighted.mean_us == pytest.approx(repeated.mean_us, rel=1e-5)
    assert weighted.chosen.aicc == pytest.approx(repeated.chosen.aicc, abs=1e-6)
    assert weighted.chosen.goodness.p == pytest.approx(repeated.chosen.goodness.p, rel=1e-4)
    assert weighted.mean_interval.low == pytest.approx(repeated.mean_interval.low, rel=1e-4)


def test_two_ways_of_working_become_a_mixture() -> None:
    rng = np.random.default_rng(4)
    quick = rng.random(1500) < 0.3
    times = np.where(quick, rng.lognormal(0, 0.4, 1500), rng.lognormal(2.5, 0.5, 1500))
    found = fit(Observations.of(times * HOUR))
    assert found.kind == "2 x lognormal"
    order = np.argsort(found.chosen.blend.natural[:, 0])
    assert found.chosen.blend.shares[order] == pytest.approx([0.3, 0.7], abs=0.04)
    means = np.exp(found.chosen.blend.reported[order, 0]) * found.scale / HOUR
    assert means == pytest.approx([np.exp(0.08), np.exp(2.625)], rel=0.08)


def test_rounded_values_are_told_as_they_are() -> None:
    """A third takes exactly 1 h, a third 2 h, a third 4 h: no law with a density, and the table keeps the heaps."""
    found = fit(Observations.of(np.repeat([1.0, 2.0, 4.0], 40) * HOUR))
    assert found.kind == "quantiles"
    assert found.law.compile().quantile([0.2, 0.5, 0.9]) == pytest.approx(np.array([1, 2, 4]) * HOUR, rel=1e-4)


def test_zeros_are_a_share_of_their_own() -> None:
    rng = np.random.default_rng(5)
    times = np.where(rng.random(800) < 0.25, 0.0, rng.gamma(2.0, HOUR, 800))
    found = fit(Observations.of(times))
    assert found.zero == pytest.approx((times == 0).mean())
    assert found.mean_us == pytest.approx(times.mean(), rel=0.02)
    assert found.law.compile().mean == pytest.approx(found.mean_us, rel=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "kind", "written"),
    [
        ([HOUR] * 3, [HOUR] * 3, "fixed", {"fixed": "60 min", "log": ["60 min", "60 min"]}),
        ([0.0] * 3, [0.0] * 3, "fixed", {"fixed": "0 s", "log": ["0 s", "0 s"]}),
        ([HOUR] * 2, [3 * HOUR] * 2, "quantiles", {"quantiles": {"0%": "1 h", "100%": "3 h"}}),
    ],
)
def test_durations_that_do_not_differ(low: list[float], high: list[float], kind: str, written: dict) -> None:
    found = fit(Observations.of(low, high))
    assert found.kind == kind
    assert written.items() <= found.written().items()


def test_one_duration_tells_little() -> None:
    """An exponential law whose interval spans more than a factor of fifty."""
    found = fit(Observations.of([HOUR]))
    assert found.kind == "exponential"
    assert found.mean_interval.high > 50 * found.mean_interval.low


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"low": [2.0], "high": [1.0]}, "low <= high"),
        ({"low": [-1.0]}, "0 <= low"),
        ({"low": [np.nan]}, "finite"),
        ({"low": [1.0], "entered": [2.0]}, "before the data begin"),
        ({"low": [1.0], "weight": [-1.0]}, "weight"),
        ({"low": [1.0], "start_within": [1.0]}, "not exact"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        Observations.of(**arguments)


def test_nothing_finished_is_refused() -> None:
    with pytest.raises(InputError, match="no duration is finished"):
        fit(Observations.of([1.0, 2.0], np.inf))


def test_every_family_is_tried() -> None:
    found = fit(Observations.of(np.random.default_rng(1).gamma(2.0, HOUR, 200)))
    assert {candidate.name for candidate in found.candidates} == {family.name for family in FAMILIES}
