"""Effort told apart from waiting where a log has ends only: exact where it can be, and how wrong where it cannot."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.durations import fit
from calibration.durations.starts import ABSENT, FIRST, IDLE, QUEUED, SHARED, UNKNOWN, estimate_starts
from sim.eventlog import NAT
from sim.model.open_time import Calendar

HOUR, DAY = 3_600_000_000, 86_400_000_000
DAYS = 3000
OPEN_DAYS = np.array([day for day in range(DAYS) if day % 7 < 5])
OFFICE = Calendar([(int(day) * DAY + 9 * HOUR, int(day) * DAY + 17 * HOUR) for day in OPEN_DAYS], 0, DAYS * DAY)


class Worked(NamedTuple):
    """Jobs of an office: arrival, start and end (hours of open time), person, effort in hours, whether logged."""

    ready: np.ndarray
    start: np.ndarray
    end: np.ndarray
    person: np.ndarray
    effort: np.ndarray
    logged: np.ndarray


def instant(hours: np.ndarray) -> np.ndarray:
    """The instant at which an office open 9 to 17 on five days a week has been open so long."""
    day = np.floor(hours / 8).astype(np.int64)
    return (OPEN_DAYS[day] * DAY + 9 * HOUR + np.rint((hours - 8 * day) * HOUR)).astype(np.int64)


def office(n: int, people: int, load: float, seed: int, unlogged: float = 0.0, late: float = 0.0) -> Worked:
    """First come, first served; gamma efforts of mean 1 h and cv 0.7. A share of the jobs is ``unlogged``; people begin
    an exponential time of mean ``late`` hours after they could."""
    rng = np.random.default_rng(seed)
    ready = np.cumsum(rng.exponential((1 + late) / (people * load), n))
    effort, logged = rng.gamma(2.0, 0.5, n), rng.random(n) >= unlogged
    free = [(0.0, person) for person in range(people)]
    start, end, who = np.empty(n), np.empty(n), np.empty(n, np.int64)
    for job in range(n):
        since, who[job] = heapq.heappop(free)
        start[job] = max(since, ready[job]) + (rng.exponential(late) if late else 0.0)
        end[job] = start[job] + effort[job]
        heapq.heappush(free, (end[job], int(who[job])))
    return Worked(ready, start, end, who, effort, logged)


def too_long(worked: Worked) -> float:
    """By how much the mean effort of the fitted law is above that of the logged jobs."""
    seen = worked.logged
    found = estimate_starts(instant(worked.ready[seen]), instant(worked.end[seen]), worked.person[seen], [OFFICE])
    return fit(found.effort, unit="h").mean_us / HOUR / float(worked.effort[seen].mean()) - 1


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6), st.sampled_from([0.4, 0.8, 0.95]))
def test_starts_are_exact_for_people_who_do_nothing_else(seed: int, people: int, load: float) -> None:
    """To the microsecond of the rounding, whether a job had waited or not; the first job of each is an upper bound."""
    worked = office(400, people, load, seed)
    found = estimate_starts(instant(worked.ready), instant(worked.end), worked.person, [OFFICE])
    known = found.situation != FIRST
    assert set(np.unique(found.situation[known])) <= {QUEUED, IDLE}
    assert found.effort.low[known] == pytest.approx(worked.effort[known] * HOUR, abs=3)
    assert (
        OFFICE.open_times(
            np.minimum(found.start, instant(worked.start)), np.maximum(found.start, instant(worked.start))
        )[known].max()
        <= 3
    )
    assert np.all(found.effort.high[~known] >= worked.effort[~known] * HOUR - 3)
    assert not found.effort.low[~known].any()


def test_the_law_of_the_effort_comes_out() -> None:
    """3,000 jobs at 85% load: mean and cv within two standard errors or so; elapsed time would be nearly twice it."""
    worked = office(3000, 3, 0.85, 1)
    found = estimate_starts(instant(worked.ready), instant(worked.end), worked.person, [OFFICE])
    fitted = fit(found.effort, unit="h")
    assert fitted.kind == "gamma"
    assert fitted.mean_us / HOUR == pytest.approx(1.0, abs=0.03)
    assert fitted.cv == pytest.approx(0.5**0.5, abs=0.025)
    assert (worked.end - worked.ready).mean() > 1.8


@pytest.mark.parametrize(
    ("unlogged", "late", "load", "bounds"),
    [
        (0.1, 0.0, 0.5, (-0.03, 0.04)),
        (0.1, 0.0, 0.9, (0.03, 0.11)),
        (0.3, 0.0, 0.5, (-0.02, 0.06)),
        (0.3, 0.0, 0.9, (0.13, 0.30)),
        (0.0, 0.3, 0.7, (0.26, 0.34)),
    ],
)
def test_work_that_the_log_lacks_makes_efforts_long(
    unlogged: float, late: float, load: float, bounds: tuple[float, float]
) -> None:
    """The error that README.md states: at most q / (1 - q) for a share q of unlogged work (11% and 43%), the less the
    more time people have; what they begin late is added whole."""
    low, high = bounds
    assert low < too_long(office(4000, 4, load, 2, unlogged, late)) < high


def one(ready: list[int], end: list[int], person: list[int]):
    return estimate_starts(np.array(ready), np.array(end), np.array(person), [OFFICE])


def test_jobs_that_end_together_share_the_time() -> None:
    """By hand: 9 to 12 for the first; then two until 16, two hours each."""
    found = one([9 * HOUR, 10 * HOUR, 11 * HOUR], [12 * HOUR, 16 * HOUR, 16 * HOUR], [0, 0, 0])
    assert found.situation.tolist() == [FIRST, SHARED, SHARED]
    assert (found.effort.low / HOUR).tolist() == [0, 2, 2]
    assert (found.effort.high / HOUR).tolist() == [3, 2, 2]


def test_a_night_is_no_work() -> None:
    """Ends at 16:00 and at 10:00 the next day: one hour in the afternoon and one in the morning."""
    found = one([9 * HOUR, 9 * HOUR], [16 * HOUR, DAY + 10 * HOUR], [0, 0])
    assert found.effort.low[1] == 2 * HOUR
    assert found.start[1] == 16 * HOUR


def test_a_day_away_is_told_from_a_long_job() -> None:
    """Somebody who ends one job a day, at 11:00, is not there on the tenth day: the job of the eleventh took between
    its 2 hours of that day and all 16 since the one before."""
    days = [day for day in OPEN_DAYS[:20].tolist() if day != OPEN_DAYS[9]]
    found = one([0] * 19, [day * DAY + 11 * HOUR for day in days], [0] * 19)
    assert found.situation.tolist() == [FIRST, *[QUEUED] * 8, ABSENT, *[QUEUED] * 9]
    assert (found.effort.low[9] / HOUR, found.effort.high[9] / HOUR) == (2, 16)
    assert set(found.effort.low[1:9]) == {8 * HOUR}


def test_long_jobs_are_no_absence() -> None:
    """A crew that ends something every fourth day was at it all the time."""
    found = one([0] * 5, [int(OPEN_DAYS[4 * i]) * DAY + 17 * HOUR for i in range(5)], [0] * 5)
    assert found.situation.tolist() == [FIRST, *[QUEUED] * 4]
    assert set(found.effort.low[1:]) == {32 * HOUR}


def test_what_is_not_known_weighs_nothing() -> None:
    found = one([9 * HOUR, NAT, 9 * HOUR, 9 * HOUR], [10 * HOUR, 11 * HOUR, NAT, 12 * HOUR], [0, 0, 0, -1])
    assert found.situation.tolist() == [FIRST, UNKNOWN, UNKNOWN, UNKNOWN]
    assert found.effort.weight.tolist() == [1, 0, 0, 0]
    assert found.start[1:].tolist() == [NAT] * 3


def test_no_jobs_at_all() -> None:
    assert one([], [], []).start.size == 0
