"""How busy the pools are, and how long their work waits (rules 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.family import Families
from sim.analysis.results import PoolLoad
from sim.analysis.samples import PoolSample
from sim.analysis.statistics import t_interval
from sim.eventlog import KINDS, NAT, Coded, EventLog, Grouped, expanded
from sim.model.pools import Pool
from sim.model.quantities import HOUR_US
from sim.text import Text

BUSY = 0.9
"""A pool that is busy for less of its open time can do more than comes, unless its work does not fit together."""

GROWTH = 0.05
NEVER_OPEN = Text("统计期内从不开放", "never open in the window")


def pool_samples(log: EventLog, window: tuple[int, int]) -> dict[str, PoolSample]:
    """Every pool of the log in [first, last).

    An entry waits in the queue of every pool it needs; a server is busy while its calendar is open during a stint.
    """
    first, last = max(window[0], log.begin), min(window[1], log.end_of_run)
    busy = _busy_us(log, first, last)
    by_then = slice(np.searchsorted(log.ready, last, side="right"))  # rows stand in the order of ready
    works = np.flatnonzero((log.kind[by_then] == KINDS.index("work")) & (log.needs[by_then] >= 0))
    ready = log.ready[works]
    given_up = (log.start[works] == NAT) & (log.end[works] != NAT)
    begun = np.where(log.start[works] == NAT, log.end[works], log.start[works])
    begun = np.where(begun == NAT, log.end_of_run, begun)
    joined = (first <= ready) & (ready < last)
    needs, kinds = log.needs[works], len(log.needs_names)
    waited = np.zeros(kinds, dtype=np.int64)
    np.add.at(waited, needs[joined], (begun - ready)[joined])
    gone = given_up & (first <= begun) & (begun < last)
    waits_first, waits_last = ((ready <= instant) & (instant < begun) for instant in (first, last))
    entries, left, queue_first, queue_last = (
        np.bincount(needs[which], minlength=kinds) for which in (joined, gone, waits_first, waits_last)
    )
    found = {}
    for pool, groups in log.pools.items():
        asks = _asks_for(log, pool)
        found[pool] = PoolSample(
            busy_us=busy.get(pool, 0),
            open_us=sum(group.servers * log.calendars[group.calendar].open_time(first, last) for group in groups),
            entries=int(entries[asks].sum()),
            wait_us=int(waited[asks].sum()),
            queue_first=int(queue_first[asks].sum()),
            queue_last=int(queue_last[asks].sum()),
            left=int(left[asks].sum()),
        )
    return found


def pools_asked(log: EventLog, family: Families) -> frozenset[str]:
    """The pools that the rows of these cases need."""
    asked = np.flatnonzero(family.occurring(log.needs, len(log.needs_names)))
    return frozenset(need.pool for code in asked for need in log.needs_names[code])


def _asks_for(log: EventLog, pool: str) -> NDArray[np.bool_]:
    """Which of the log's needs are of this pool, too."""
    return np.array([any(need.pool == pool for need in needs) for needs in log.needs_names], dtype=np.bool_)


def _busy_us(log: EventLog, first: int, last: int) -> dict[str, int]:
    stints = log.stints
    within = np.flatnonzero((stints.start < last) & ((stints.stop > first) | (stints.stop == NAT)))
    index, held = expanded(stints.server_first[within], stints.server_first[within + 1])
    stint, servers = within[index], stints.servers[held]
    stop = np.where(stints.stop == NAT, log.end_of_run, stints.stop)[stint]
    start, stop = np.clip(stints.start[stint], first, last), np.clip(stop, first, last)
    calendars = Coded.of([log.pools[server.pool][server.group].calendar for server in log.servers])
    spent = np.zeros(stint.size, dtype=np.int64)
    for code, its in Grouped.by(calendars.codes[servers], len(calendars.names)).places():
        spent[its] = log.calendars[calendars.names[code]].open_times(start[its], stop[its])
    found: dict[str, int] = {}
    for server, us in enumerate(np.bincount(servers, spent, len(log.servers)).tolist()):
        pool = log.servers[server].pool
        found[pool] = found.get(pool, 0) + round(us)
    return found


def pool_loads(pools: Mapping[str, Pool], samples: Sequence[Mapping[str, PoolSample]]) -> tuple[PoolLoad, ...]:
    """The load of every pool over replications, Student's t."""
    return tuple(_load(id_, pool.servers, [sample[id_] for sample in samples]) for id_, pool in pools.items())


def growing_pools(samples: Sequence[Mapping[str, PoolSample]], *, same_season: bool) -> tuple[str, ...]:
    """The pools whose queue grows without end, in the order of the pools.

    The work that comes is at least what the pool could do (offered load λ E[S] / c >= 1), the pool is busy, and more
    is added to its queue than gives up: where work leaves by its patience, a full pool's queue has an end.

    Work that must not be split, or that needs several pools at once, can fill a pool that is not busy all the time.
    So where no pool is full and the window begins and ends in the ``same_season`` of a run that has warmed up, a queue
    grows too that surely (95%) grew by more than ``GROWTH`` of what joined it.
    """
    pools = {id_: [sample[id_] for sample in samples] for id_ in (samples[0] if samples else ())}
    full = tuple(id_ for id_, its in pools.items() if _is_full(its))
    if full or not same_season:
        return full
    return tuple(id_ for id_, its in pools.items() if _surely_grows(its))


def _load(id_: str, servers: int, samples: Sequence[PoolSample]) -> PoolLoad:
    entries = _total(samples, "entries")
    load = t_interval([s.busy_us / s.open_us for s in samples if s.open_us], unit="share", n=entries)
    if load.value is None:
        load = replace(load, reason=NEVER_OPEN)
    if load.low is not None and load.high is not None:
        load = replace(load, low=max(load.low, 0.0), high=min(load.high, 1.0))
    return PoolLoad(id_, servers, load, _total(samples, "wait_us") / entries / HOUR_US if entries else None)


def _is_full(samples: Sequence[PoolSample]) -> bool:
    load = _total(samples, "busy_us") / max(_total(samples, "open_us"), 1)
    growth, left = _growth(samples), _total(samples, "left")
    stayed = _total(samples, "entries") - left
    # offered load: the work begun, busy time for each start, times all that came and stayed
    return load >= BUSY and growth > left and load * stayed >= stayed - growth


def _surely_grows(samples: Sequence[PoolSample]) -> bool:
    growth = t_interval([_growth([sample]) - sample.left for sample in samples], unit="entries")
    return growth.low is not None and growth.low > GROWTH * _total(samples, "entries") / len(samples)


def _growth(samples: Sequence[PoolSample]) -> int:
    return _total(samples, "queue_last") - _total(samples, "queue_first")


def _total(samples: Sequence[PoolSample], what: str) -> int:
    return sum(getattr(sample, what) for sample in samples)
