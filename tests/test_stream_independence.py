"""Keyed streams (rule 11) are uniform, and independent across case, visit, stream and replication.

The seeds are fixed, so a test passes always or never. Each p-value must exceed ``LEVEL``: a sound generator misses
one of these 42 once in 240 choices of the seed.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.engine.streams import case_identity, child_identity, stream_id, uniform

LEVEL = 1e-4
N = 20_000
VISITS = 4096
SEED = 20_211_001
AXES = ("case", "visit", "stream", "replication")
Floats = NDArray[np.float64]


def along(axis: str, n: int = N, **fixed: int) -> Floats:
    """Numbers of which only one part of the key differs; beyond the last visit the cases go on."""
    key = {
        "case": case_identity(stream_id("source"), 7),
        "visit": 0,
        "stream": stream_id("a"),
        "replication": 3,
    } | fixed
    found = []
    for i in range(n):
        own = dict(key)
        if axis == "visit":
            own["visit"], own["case"] = i % VISITS, key["case"] + i // VISITS
        elif axis == "stream":
            own["stream"] = stream_id(f"process/step-{i}/duration")
        else:
            own[axis] = key[axis] + i
        found.append(uniform(SEED, own["replication"], own["stream"], own["case"], own["visit"]))
    return np.array(found)


@pytest.mark.parametrize("axis", AXES)
def test_numbers_along_an_axis_are_uniform(axis: str) -> None:
    """Kolmogorov-Smirnov, and chi-square over 256 equal cells."""
    u = along(axis)
    assert stats.kstest(u, "uniform").pvalue > LEVEL
    assert stats.chisquare(np.histogram(u, 256, (0, 1))[0]).pvalue > LEVEL


@pytest.mark.parametrize("axis", AXES)
def test_pairs_of_neighbours_fill_the_square(axis: str) -> None:
    """Serial test (Knuth, vol. 2, 3.3.2 B): pairs without overlap over 16 x 16 cells, at lags 1, 2 and 16."""
    u = along(axis)
    for lag in (1, 2, 16):
        blocks = u[: u.size // (2 * lag) * 2 * lag].reshape(-1, 2, lag)
        cells = np.histogram2d(blocks[:, 0].ravel(), blocks[:, 1].ravel(), 16, [[0, 1], [0, 1]])[0]
        assert stats.chisquare(cells.ravel()).pvalue > LEVEL


@pytest.mark.parametrize("axis", AXES)
def test_numbers_along_an_axis_have_no_serial_correlation(axis: str) -> None:
    """Ljung-Box over the first 20 lags: n (n + 2) sum r_k^2 / (n - k) is chi-square with 20 degrees of freedom."""
    u = along(axis) - 0.5
    r = np.array([(u[k:] * u[:-k]).sum() / (u * u).sum() for k in range(1, 21)])
    q = N * (N + 2) * float((r**2 / (N - np.arange(1, 21))).sum())
    assert stats.chi2.sf(q, 20) > LEVEL


@pytest.mark.parametrize("axis", AXES)
def test_runs_up_and_down_are_as_long_as_they_should_be(axis: str) -> None:
    """The number of runs up and down is normal with mean (2 n - 1) / 3, variance (16 n - 29) / 90 (Knuth 3.3.2 G)."""
    rises = np.diff(along(axis)) > 0
    runs = 1 + int((rises[1:] != rises[:-1]).sum())
    z = (runs - (2 * N - 1) / 3) / np.sqrt((16 * N - 29) / 90)
    assert 2 * stats.norm.sf(abs(z)) > LEVEL


@pytest.mark.parametrize(("one", "other"), [*combinations(AXES, 2)])
def test_two_values_of_one_part_of_the_key_give_independent_numbers_along_another(one: str, other: str) -> None:
    """Correlation, and chi-square of independence over 12 x 12 cells, of numbers whose keys differ by one part only."""
    value = {"case": 1 << 32, "visit": 1, "stream": stream_id("b"), "replication": 4}[one]
    u, v = along(other), along(other, **{one: value})
    assert stats.pearsonr(u, v).pvalue > LEVEL
    cells = np.histogram2d(u, v, 12, [[0, 1], [0, 1]])[0]
    assert stats.chi2_contingency(cells).pvalue > LEVEL


def test_children_and_their_parent_draw_independently() -> None:
    parents = [case_identity(stream_id("source"), ordinal) for ordinal in range(N)]
    children = [child_identity(parent, stream_id("spawn"), 0, 0) for parent in parents]
    u, v = (np.array([uniform(SEED, 0, stream_id("a"), case, 0) for case in cases]) for cases in (parents, children))
    assert stats.kstest(v, "uniform").pvalue > LEVEL
    assert stats.pearsonr(u, v).pvalue > LEVEL


def test_no_two_keys_of_a_grid_of_keys_give_the_same_number() -> None:
    """40,000 numbers of 53 bits: two alike once in ten million choices of the seed."""
    found = [
        uniform(SEED, replication, stream_id(f"s{stream}"), case, visit)
        for replication in range(10)
        for stream in range(10)
        for case in range(20)
        for visit in range(20)
    ]
    assert len(set(found)) == len(found)
