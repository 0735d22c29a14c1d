"""The tests of fit: their level when the law is right, their power when it is not, and published critical values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from calibration.durations import Observations, fit
from calibration.durations.blends import fit_one
from calibration.durations.families import Exponential, Family, Gamma, Lognormal, Weibull
from calibration.durations.goodness import _null, goodness
from calibration.durations.likelihood import Likelihood

Made = Callable[[np.random.Generator], Observations]


def refused(make: Made, family: type[Family], trials: int, seed: int) -> int:
    """How often the test of fit refuses the family at 5%."""
    rng, found = np.random.default_rng(seed), 0
    for _ in range(trials):
        likelihood = Likelihood(make(rng), 1.0)
        found += goodness(likelihood, fit_one(likelihood, family)[0]).p < 0.05
    return found


def partly_open(times: np.ndarray, mean: float, rng: np.random.Generator) -> Observations:
    seen_for = rng.exponential(mean, times.size)
    return Observations.of(np.minimum(times, seen_for), np.where(times > seen_for, np.inf, times))


def by_day(times: np.ndarray) -> Observations:
    return Observations.of(np.floor(times / 0.7) * 0.7, (np.floor(times / 0.7) + 1) * 0.7)


RIGHT: dict[str, tuple[type[Family], Callable[[int], Made]]] = {
    "exact lognormal": (Lognormal, lambda n: lambda rng: Observations.of(rng.lognormal(0, 0.8, n))),
    "exact gamma": (Gamma, lambda n: lambda rng: Observations.of(rng.gamma(2, 1, n))),
    "exact Weibull": (Weibull, lambda n: lambda rng: Observations.of(rng.weibull(1.5, n))),
    "exact exponential": (Exponential, lambda n: lambda rng: Observations.of(rng.exponential(1, n))),
    "open gamma": (Gamma, lambda n: lambda rng: partly_open(rng.gamma(2, 1, n), 2.5, rng)),
    "open lognormal": (Lognormal, lambda n: lambda rng: partly_open(rng.lognormal(0, 0.8, n), 1.5, rng)),
    "lognormal by day": (Lognormal, lambda n: lambda rng: by_day(rng.lognormal(0, 0.8, n))),
}


@pytest.mark.parametrize(
    ("family", "points"),
    [
        ("lognormal", {0.05: 0.752, 0.01: 1.035}),
        ("weibull", {0.05: 0.757, 0.01: 1.038}),
        ("exponential", {0.05: 1.321, 0.01: 1.959}),
    ],
)
def test_the_bootstrap_has_the_published_critical_points(family: str, points: dict[float, float]) -> None:
    """D'Agostino and Stephens, Goodness-of-fit techniques (1986), tables 4.7, 4.17 and 4.14, n large; the share above
    each, of 2,000 at n = 200, is within four standard errors of it."""
    null = _null(family, 200, 0.0)  # type: ignore[arg-type]
    for level, point in points.items():
        assert abs((null > point).mean() - level) < 4 * np.sqrt(level * (1 - level) / null.size)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_law_is_rarely_refused(name: str) -> None:
    """60 trials at 5%: more than 9 refusals happen by chance once in 1,000."""
    family, make = RIGHT[name]
    assert refused(make(100), family, 60, 1) <= stats.binom.ppf(0.999, 60, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 100, 1000])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_law_is_refused_as_often_as_said(name: str, n: int) -> None:
    """1,000 trials at 5%, within 7%; the score test is asymptotic, and is allowed 9% at n = 30."""
    family, make = RIGHT[name]
    share = refused(make(n), family, 1000, n) / 1000
    print(f"{name:20} n {n:5}: refused {share:.1%} at 5%")
    assert share <= (0.07 if name.startswith("exact") or n > 30 else 0.09)


@pytest.mark.parametrize(
    ("make", "family"),
    [
        (lambda rng: Observations.of(rng.weibull(1.5, 300)), Lognormal),
        (lambda rng: Observations.of(rng.lognormal(0, 0.8, 400)), Gamma),
        (lambda rng: partly_open(rng.lognormal(0, 0.8, 800), 2.5, rng), Weibull),
        (lambda rng: by_day(rng.uniform(1, 9, 300)), Exponential),
    ],
)
def test_a_wrong_law_is_mostly_refused(make: Made, family: type[Family]) -> None:
    """At least 18 of 20."""
    assert refused(make, family, 20, 2) >= 18


def test_what_no_family_fits_becomes_a_table() -> None:
    found = fit(Observations.of(np.random.default_rng(3).uniform(1, 2, 2000)))
    assert found.kind == "quantiles"
    assert all(one.refused for one in found.candidates if one.goodness is not None)


def test_the_right_family_is_chosen_where_it_can_be_told() -> None:
    """Weibull, lognormal and gamma of cv 1 or so, n = 1,000: right in at least 27 of 30."""
    rng = np.random.default_rng(4)
    makers = {
        "weibull": lambda: rng.weibull(0.7, 1000),
        "lognormal": lambda: rng.lognormal(0, 0.8, 1000),
        "gamma": lambda: rng.gamma(3, 1, 1000),
    }
    right = sum(fit(Observations.of(make()), parts=1).kind == name for name, make in makers.items() for _ in range(10))
    assert right >= 27
