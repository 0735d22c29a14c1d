"""How busy pools are and how long work waits: hand-worked, by Little's law, and when a queue has no end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.analysis.clock_times.family import families
from sim.analysis.loads import growing_pools, pool_loads, pool_samples, pools_asked
from sim.analysis.samples import PoolSample
from sim.eventlog import NAT, EventLog
from sim.model.quantities import HOUR_US
from tests.handmade import at
from tests.tiny import run, tiny

JUNE = at("06-01 00:00"), at("07-01 00:00")
WORKING_DAYS = 21  # of June 2021; the office is open 7 h a day
WORK = {"step": "a", "by": "clerks", "effort": "2 h"}


def clerks(log: EventLog, window: tuple[int, int] = JUNE) -> PoolSample:
    return pool_samples(log, window)["clerks"]


def test_one_clerk_works_one_case_while_the_other_waits():
    sample = clerks(run([WORK], ("2021-06-01 09:00", "2021-06-01 09:00")))
    assert sample.busy_us == 4 * HOUR_US
    assert sample.open_us == WORKING_DAYS * 7 * HOUR_US
    # from 09:00 to 11:00; the lunch hour comes later
    assert (sample.entries, sample.wait_us) == (2, 2 * HOUR_US)
    assert (sample.queue_first, sample.queue_last, sample.left) == (0, 0, 0)


def test_a_night_and_a_lunch_in_the_middle_of_work_are_not_busy():
    log = run([WORK | {"effort": "10 h"}], ("2021-06-01 16:00",))  # to 06-03 11:00
    assert clerks(log).busy_us == 10 * HOUR_US
    assert clerks(log, (at("06-02 00:00"), at("06-03 00:00"))).busy_us == 7 * HOUR_US


def test_work_of_two_servers_is_busy_time_of_both():
    log = run([WORK | {"by": [{"pool": "clerks", "n": 2}]}], pools={"clerks": {"servers": 3, "calendar": "office"}})
    assert clerks(log).busy_us == 4 * HOUR_US
    assert clerks(log).open_us == 3 * WORKING_DAYS * 7 * HOUR_US


def test_the_queue_is_counted_where_the_window_begins_and_ends():
    log = run([WORK | {"effort": "7 h"}], ("2021-06-01 09:00",) * 3)  # starts on 1, 2 and 3 June
    sample = clerks(log, (at("06-01 12:00"), at("06-02 12:00")))
    assert (sample.queue_first, sample.queue_last, sample.entries) == (2, 1, 0)


def test_who_gives_up_has_waited_and_left():
    patient = WORK | {"effort": "7 h", "patience": {"after": "3 h"}}
    sample = clerks(run([patient], ("2021-06-01 09:00", "2021-06-01 10:00")))
    assert (sample.entries, sample.wait_us, sample.left) == (2, 3 * HOUR_US, 1)


def test_an_entry_waits_in_the_queue_of_every_pool_it_needs():
    pools = {"crews": {"servers": 1, "calendar": "office"}}
    log = run([WORK | {"by": ["clerks", "crews"]}], ("2021-06-01 09:00", "2021-06-01 09:00"), pools=pools)
    found = pool_samples(log, JUNE)
    assert found["clerks"].wait_us == found["crews"].wait_us == 2 * HOUR_US
    assert pools_asked(log, families(log, np.array([0]))) == {"clerks", "crews"}


@pytest.mark.parametrize("seed", [1, 2])
def test_littles_law_holds_exactly_for_every_pool(seed: int):
    """L = λW (Little, Operations Research 9 (1961) 383-387): what still waits at the end has waited until then,
    and it is an identity."""
    flow = [
        WORK | {"effort": {"mean": "2 h", "cv": 1}},
        {"step": "b", "by": ["clerks", "crews"], "effort": {"mean": "1 h", "cv": 1}, "patience": {"after": "2 d"}},
    ]
    source = {"s": {"name": "s", "process": "p", "every": "3 h", "calendar": "office"}}
    pools = {"crews": {"servers": 2, "calendar": "office"}}
    log = run(flow, sources=source, pools=pools, seed=seed)
    whole = log.begin, log.end_of_run + 1
    for pool, sample in pool_samples(log, whole).items():
        asks = [i for i, needs in enumerate(log.needs_names) if pool in {need.pool for need in needs}]
        rows = np.flatnonzero(np.isin(log.needs, asks))
        joins = log.ready[rows].tolist()
        leaves = np.where(log.start[rows] == NAT, log.end[rows], log.start[rows])
        leaves = np.where(leaves == NAT, log.end_of_run, leaves).tolist()
        steps = sorted([(t, 1) for t in joins] + [(t, -1) for t in leaves])
        waiting = np.cumsum([change for _, change in steps])
        area = sum((b - a) * int(n) for (a, b), n in zip(pairwise([t for t, _ in steps]), waiting[:-1], strict=True))
        assert sample.entries > 30 and waiting[-1] == 0
        assert sample.wait_us == area > 0


# --- loads over replications


def sample(load: float = 0.5, growth: int = 0, left: int = 0, entries: int = 100) -> PoolSample:
    return PoolSample(round(load * 1000), 1000, entries, entries * HOUR_US, 5, 5 + growth, left)


def test_a_load_comes_with_its_interval_and_its_wait():
    (load,) = pool_loads(tiny([WORK]).pools, [{"clerks": sample(0.4)}, {"clerks": sample(0.6)}])
    assert load.load.value == pytest.approx(0.5) and load.load.low == 0.0 and load.load.high == 1.0
    assert (load.servers, load.mean_wait_h) == (1, 1.0)


def test_a_pool_that_never_opens_or_has_no_work_has_no_figures():
    (load,) = pool_loads(tiny([WORK]).pools, [{"clerks": PoolSample(0, 0, 0, 0, 0, 0, 0)}])
    assert load.load.value is None and load.load.reason is not None and "never open" in load.load.reason.en
    assert load.mean_wait_h is None


@pytest.mark.parametrize(
    ("samples", "same_season", "growing"),
    [
        ([sample(1.0, growth=9), sample(1.0, growth=11)], False, True),
        ([sample(0.95, growth=9), sample(0.95, growth=11)], False, True),
        ([sample(0.95, growth=3), sample(0.95, growth=4)], False, False),
        ([sample(0.5, growth=60), sample(0.5, growth=60)], False, False),
        ([sample(1.0, growth=-3), sample(1.0, growth=2)], False, False),
        ([sample(1.0, growth=4, left=30), sample(1.0, growth=1, left=25)], True, False),
        ([sample(0.6, growth=20), sample(0.6, growth=22)], True, True),
        ([sample(0.6, growth=20), sample(0.6, growth=22)], False, False),
        ([sample(0.6, growth=1), sample(0.6, growth=20)], True, False),
    ],
    ids=[
        "full",
        "offered-1.06",
        "offered-0.98",
        "not-busy",
        "full-and-shrinking",
        "full-and-given-up",
        "unsplittable",
        "other-season",
        "by-chance",
    ],
)
def test_a_queue_grows_without_end_where_its_pool_is_full_or_it_surely_grew_from_one_season_to_the_same(
    samples: list[PoolSample], same_season: bool, growing: bool
):
    found = growing_pools([{"clerks": each} for each in samples], same_season=same_season)
    assert found == (("clerks",) if growing else ())


def test_a_saturated_pool_is_named_and_not_those_whose_queues_it_fills():
    one = {"behind": sample(0.5, growth=30), "clerks": sample(1.0, growth=30)}
    assert growing_pools([one, one], same_season=True) == ("clerks",)


def test_more_work_than_capacity_is_seen_in_a_simulation():
    def grows(every: str, **more: Any) -> tuple[str, ...]:
        source = {"s": {"name": "s", "process": "p", "every": every, "calendar": "office"}}
        logs = [run([WORK | more], sources=source, replication=r, study={"run_out": "20 d"}) for r in range(3)]
        return growing_pools([pool_samples(log, JUNE) for log in logs], same_season=False)

    assert grows("90 min") == ("clerks",)
    assert grows("4 h") == ()
    assert grows("90 min", patience={"after": "4 h"}) == ()
