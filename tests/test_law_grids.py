"""Draws are read off a grid of cubics where that is faster (rule 3): within 1e-7 of the quantile, never decreasing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model import compiled_laws as laws
from sim.model.law_kinds import EXPONENTIAL, LOGNORMAL, PIECES, WEIBULL
from tests.test_laws import CASES, compiled

WITHIN = 1e-7
"""Relative to the quantile; a hundredth of a microsecond does not count."""
ROUNDED_US = 0.5 + 0.01
FINEST, CELLS = 2.0**-7, 16
"""Nearer to 0 or 1 there is no grid; so many cells has every halving of the distance."""

WIDTHS = np.concatenate([2.0**-k * (1 + np.arange(CELLS) / CELLS) for k in range(2, 10)])
EDGES = np.unique(np.concatenate([WIDTHS, 1 - WIDTHS, [0.5]]))
INSIDE = np.sort(np.random.default_rng(3).random(4000))
BESIDE = np.unique(np.concatenate([np.nextafter(EDGES, 0), EDGES, np.nextafter(EDGES, 1)]))
"""Where one cell ends and the next begins."""
SHARES = np.unique(np.concatenate([BESIDE, INSIDE]))


def drawn(written: Any, shares: np.ndarray) -> np.ndarray:
    one = compiled(written)
    return np.array([one.draw_us(share) for share in shares])


@pytest.mark.parametrize("written", CASES, ids=str)
def test_a_draw_is_the_quantile_within_a_ten_millionth(written: Any) -> None:
    exact = compiled(written).quantile(SHARES)
    assert np.all(np.abs(drawn(written, SHARES) - exact) <= WITHIN * exact + ROUNDED_US)


@pytest.mark.parametrize("written", CASES, ids=str)
def test_a_greater_share_never_draws_less(written: Any) -> None:
    found = drawn(written, SHARES)
    # Both engines read the same grid; the last digits of a cubic are rounding.
    assert np.all(np.diff(found) >= -1e-12 * found[1:])


@settings(max_examples=300)
@given(st.floats(0.01, 6), st.sampled_from(["lognormal", "gamma", "weibull"]), st.floats(2.0**-12, 1 - 2.0**-12))
def test_whatever_its_spread_a_law_draws_its_quantile(cv: float, family: str, share: float) -> None:
    one = compiled({"mean": "20 d", "cv": cv, "law": family})
    exact = float(one.quantile(share))
    assert abs(one.draw_us(share) - exact) <= WITHIN * exact + ROUNDED_US


@pytest.mark.parametrize("written", CASES, ids=str)
def test_only_laws_that_cost_more_than_a_cubic_have_a_grid(written: Any) -> None:
    one = compiled(written)
    assert bool(one.grid.size) == (one.kind in (EXPONENTIAL, LOGNORMAL, WEIBULL, PIECES))


def test_near_its_ends_and_where_it_jumps_a_law_is_drawn_exactly() -> None:
    tails = 2.0 ** -np.arange(8, 50)
    for written in ({"mean": "20 d", "cv": 0.8}, {"mean": "20 d", "cv": 0.8, "law": "gamma"}):
        one = compiled(written)
        for share in np.concatenate([tails, 1 - tails]):
            assert one.draw_us(share) == np.rint(float(one.quantile(share)))
    jumping = compiled({"mixture": [{"share": "40%", "of": "1 d"}, {"share": "60%", "of": {"mean": "9 d", "cv": 0.1}}]})
    assert np.isnan(jumping.grid[::4]).any()
    beside = np.nextafter(0.4, [0, 1])
    assert [jumping.draw_us(share) for share in beside] == np.rint(jumping.quantile(beside)).tolist()


def test_a_law_without_a_grid_draws_its_quantile() -> None:
    fixed = laws.constant(7.0)
    assert not fixed.grid.size
    assert fixed.draw_us(0.3) == 7
