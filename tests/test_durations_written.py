"""What a fitted law hands on: a scenario file's law, a row of figures.csv, intervals, and draws of its doubt."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from calibration.durations import FittedLaw, Observations, fit
from calibration.durations.families import FAMILIES, Exponential, Gamma, Lognormal, Weibull
from calibration.durations.intervals import averaged
from sim.model.figures_csv import COLUMNS
from sim.model.law_forms import LawForm
from sim.model.laws import Law, Mixture
from tests.tiny_folder import read

HOUR = 3_600_000_000
LAW = TypeAdapter(Law)


def made(kind: str, n: int = 400) -> FittedLaw:
    rng = np.random.default_rng(11)
    lognormal = rng.lognormal(0, 0.5, n)
    times = {
        "single": lognormal,
        "exponential": rng.exponential(1, n),
        "parts": np.where(rng.random(n) < 0.4, lognormal, 20 * lognormal),
        "zeros": np.where(rng.random(n) < 0.3, 0, lognormal),
        "table": rng.choice([1.0, 1.5, 4.0], n),
        "table and zeros": rng.choice([0.0, 1.0, 1.5, 4.0], n),
        "fixed": np.ones(n),
    }[kind]
    return fit(Observations.of(HOUR * times))


def mean_hours(law: LawForm) -> float:
    if isinstance(law, Mixture):
        return sum(part.share * mean_hours(part.of) for part in law.mixture)
    return law.leading.size / HOUR


KINDS = ["single", "exponential", "parts", "zeros", "table", "table and zeros", "fixed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_scenario_file_reads_the_law_as_it_was_fitted(kind: str) -> None:
    """To the five digits that are written; it comes from a log, with an interval."""
    found = made(kind)
    law = LAW.validate_python(found.written())
    compiled, shares = law.compile(), np.linspace(0.005, 0.995, 100)
    assert compiled.quantile(shares) == pytest.approx(found.law.compile().quantile(shares), rel=1e-6)
    assert compiled.mean == pytest.approx(found.mean_us, rel=2e-4)
    assert compiled.sd == pytest.approx(found.mean_us * found.cv, rel=2e-3, abs=1)
    parts = [part.of for part in law.mixture if part.of.leading.size] if isinstance(law, Mixture) else [law]
    assert {part.kind for part in parts} == {"log"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_row_of_figures_csv_puts_the_law_into_a_scenario(kind: str, tmp_path: Path) -> None:
    found = made(kind)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerow(found.figures_row("processes/lv/connect/effort", source="export of May", by="A. Clerk"))
    model = read(tmp_path / "tiny", figures=text.getvalue()).base()
    [step] = [e for e in model.processes["lv"].elements() if e.id == "connect"]
    assert step.effort.compile().mean == pytest.approx(found.mean_us, rel=2e-4)
    assert step.effort.source == "export of May"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "fixed"])
def test_the_draws_spread_as_the_interval_of_the_mean_does(kind: str) -> None:
    """400 draws: their 2.5% and 97.5% points are within half of the interval's half width of its ends."""
    found = made(kind)
    draws = [mean_hours(law) for law in found.bootstrap(400, np.random.default_rng(1))]
    estimate = found.mean_interval
    unit = {"s": 3600.0, "min": 60.0, "h": 1.0}[found.unit]
    low, high = estimate.low / unit, estimate.high / unit
    assert np.quantile(draws, [0.025, 0.975]) == pytest.approx([low, high], abs=(high - low) / 4)


def test_draws_belong_to_their_generator() -> None:
    found = made("parts")
    one, two, other = (found.bootstrap(3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_where_the_family_is_not_clear_draws_are_of_several() -> None:
    found = fit(Observations.of(np.random.default_rng(12).gamma(1.2, HOUR, 60)))
    drawn = {law.law for law in found.bootstrap(200, np.random.default_rng(1))}
    assert drawn == {candidate.name for _, candidate in found.plausible}
    assert len(drawn) > 1


def test_the_exponential_interval_is_close_to_the_exact_one() -> None:
    """20 ends: 2nm/chi2, the exact interval of an exponential mean (Lawless, 2nd ed., section 4.1), within 3%."""
    from scipy import stats

    times = np.random.default_rng(13).exponential(HOUR, 20)
    found = fit(Observations.of(times), families=[Exponential], unit="h").mean_interval
    exact = 2 * times.sum() / HOUR / stats.chi2.ppf([0.975, 0.025], 40)
    assert (found.low, found.high) == pytest.approx(tuple(exact), rel=0.03)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FAMILIES))
def test_both_ways_to_a_profile_bound_lead_to_it(seed: int, family: type) -> None:
    """Newton's and bracketing's bounds agree to a thousandth."""
    from calibration.durations import intervals

    rng = np.random.default_rng(seed)
    times, seen_for = rng.gamma(2.0, HOUR, 80), rng.uniform(0, 5 * HOUR, 80)
    o = Observations.of(np.minimum(times, seen_for), np.where(times > seen_for, np.inf, times))
    fitted = fit(o, families=[family], parts=1, level=0.0)
    likelihood = intervals.Likelihood(fitted.observations, fitted.scale)
    straight = intervals.profile(likelihood, fitted.chosen.blend, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "_straight_to", lambda *_: None)
        searched = intervals.profile(likelihood, fitted.chosen.blend, 0)
    assert straight == pytest.approx(searched, rel=1e-3)


def test_an_average_over_equal_laws_is_their_interval() -> None:
    assert averaged([0.3, 0.7], [(2.0, 1.0, 5.0)] * 2) == pytest.approx((1.0, 5.0))
    low, high = averaged([0.5, 0.5], [(2.0, 1.0, 5.0), (3.0, 2.0, 9.0)])
    assert 1 < low < 2
    assert 5 < high < 9


@pytest.mark.parametrize("family", [Lognormal, Gamma, Weibull])
def test_a_law_that_no_scenario_file_can_say_is_none(family: type) -> None:
    """A cv of some 50 is more than a law of a file may have; the data are told as they are."""
    times = HOUR * np.exp(np.random.default_rng(14).normal(0, 4, 300))
    assert fit(Observations.of(times), families=[family], parts=1).kind == "quantiles"
