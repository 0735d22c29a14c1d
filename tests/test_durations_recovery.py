"""Durations simulated from known laws and fitted give their numbers back, in intervals that hold them as often as told.

The table of 1,000 repetitions of 200 cases is printed by the slow tests (``-m slow -s``) and stands in
calibration/durations/README.md. Each cell is tested against 95% at 5% over the whole table (Bonferroni).
"""

from __future__ import annotations

import pytest
from scipy import stats

from calibration.durations.families import Exponential, Family, Gamma, Lognormal
from tests.durations_recovery import TRUE, recover

OPEN = (0.0, 0.2, 0.5)
CELLS = [(family, share, dated) for family in TRUE for dated in (False, True) for share in OPEN]
NUMBERS = sum(1 if family is Exponential else 2 for family, _, _ in CELLS)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "share_open", "dated"), CELLS)
def test_intervals_hold_the_truth_as_often_as_they_say(family: type[Family], share_open: float, dated: bool) -> None:
    """The family is known; 0, 20 and 50% are open, with exact instants and with dates for start and end."""
    row = recover(family, share_open, dated, 200, 1000)
    print(row)
    for name, covered in row.covered.items():
        assert stats.binomtest(covered, row.repetitions, 0.95).pvalue > 0.05 / NUMBERS, (name, str(row))
        assert abs(row.bias[name]) < 0.03, (name, str(row))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "share_open", "dated"), CELLS)
def test_intervals_hold_the_truth_where_the_family_is_chosen_too(
    family: type[Family], share_open: float, dated: bool
) -> None:
    """All of `fit`, 300 repetitions. Nothing is promised to be 95% here: half of the mean of a law of which half is
    never seen comes from its family. At least 85% hold the truth."""
    row = recover(family, share_open, dated, 200, 300, chosen=True)
    print(row)
    assert min(row.covered.values()) >= 0.85 * row.repetitions - 3 * (0.85 * 0.15 * row.repetitions) ** 0.5, str(row)


@pytest.mark.parametrize(
    ("family", "share_open", "dated"), [(Lognormal, 0.5, False), (Gamma, 0.2, True), (Exponential, 0.5, True)]
)
def test_the_truth_comes_back_in_a_few_repetitions(family: type[Family], share_open: float, dated: bool) -> None:
    """40 repetitions of 100 cases: so few intervals that hold the truth are chance once in 10,000; the mean of the
    estimates within 10% (four standard errors and more)."""
    row = recover(family, share_open, dated, 100, 40)
    for name, covered in row.covered.items():
        assert covered >= stats.binom.ppf(1e-4, row.repetitions, 0.95), (name, str(row))
        assert abs(row.bias[name]) < 0.10, (name, str(row))


def test_dates_taken_as_simple_intervals_would_mislead() -> None:
    """What `start_within` is for: without it 4 h on average, told by dates, come out a fifth too short."""
    import numpy as np

    from calibration.durations import Observations, fit
    from tests.durations_recovery import MEAN, as_logged, durations

    rng = np.random.default_rng(5)
    told = as_logged(durations(Gamma, 4000, rng) / 5, None, True, rng)
    untold = Observations.of(np.maximum(told.low, 0.0), told.high)
    one, two = (fit(o, families=[Gamma], parts=1, level=0.0) for o in (told, untold))
    assert one.mean_us == pytest.approx(MEAN / 5, rel=0.05)
    assert two.mean_us < 0.8 * MEAN / 5
