"""Laws fitted to durations: known answers, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.durations import Observations, fit
from calibration.durations.families import FAMILIES, Exponential, Gamma, Lognormal, Weibull
from sim.errors import InputError

HOUR = 3_600_000_000
SIX_MP_TIMES = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def six_mp() -> Observations:
    """Remission of leukemia under 6-MP, weeks (Freireich et al. 1963; Klein and Moeschberger, table 1.3)."""
    times = np.array(SIX_MP_TIMES, dtype=np.float64)
    return Observations.of(times, np.where(np.array(SIX_MP_ENDED) == 1, times, np.inf))


def test_the_exponential_mean_is_time_over_ends() -> None:
    """359 weeks observed, 9 ends (Klein and Moeschberger, 2nd ed., section 3.5): mean 39.89 weeks."""
    assert fit(six_mp(), families=[Exponential]).mean_us == pytest.approx(359 / 9, rel=1e-6)


@pytest.mark.parametrize(
    ("family", "theirs"),
    [(Lognormal, stats.lognorm), (Gamma, stats.gamma), (Weibull, stats.weibull_min)],
)
def test_open_cases_count_as_in_scipy(family: type, theirs: stats.rv_continuous) -> None:
    times, ended = np.array(SIX_MP_TIMES, dtype=np.float64), np.array(SIX_MP_ENDED, dtype=bool)
    shape, _, scale = theirs.fit(stats.CensoredData.right_censored(times, ~ended), floc=0)
    found = fit(six_mp(), families=[family])
    value = theirs.logpdf(times[ended], shape, 0, scale).sum() + theirs.logsf(times[~ended], shape, 0, scale).sum()
    assert found.chosen is not None
    assert found.chosen.log_likelihood - 9 * np.log(found.scale) == pytest.approx(value, abs=1e-5)
    assert found.mean_us == pytest.approx(theirs.mean(shape, 0, scale), rel=1e-3)


def test_nothing_finished_is_refused() -> None:
    with pytest.raises(InputError, match="no duration is finished"):
        fit(Observations.of([1.0, 2.0], np.inf))


def test_every_family_is_tried() -> None:
    found = fit(Observations.of(np.random.default_rng(1).gamma(2.0, HOUR, 200)))
    assert {candidate.name for candidate in found.candidates} == {family.name for family in FAMILIES}
