"""Where cases stick: the counted time of a clock by step and kind of time, along what released each row (rule 16)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.attribution import TIME_KINDS, Segments
from sim.analysis.clock_times import ClocksOf, Intervals, intersection
from sim.analysis.clock_times.selection import sorts_that_count
from sim.eventlog import NAT, EventLog
from sim.jit import compiled, types
from sim.model.clocks import Clock
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays

_i64, _f64, _i8, _flags = (
    types.Array(kind, 1, "C", readonly=True) for kind in (types.int64, types.float64, types.int8, types.bool_)
)


def sticking(
    log: EventLog, clock: Clock, segments: Segments, clocks: ClocksOf, legal: WorkingDays | None
) -> dict[tuple[str, str], float]:
    """Counted days of these cases by step and kind of time; of ``legal`` working days, or calendar days without it.

    ``segments``: ordered by case, theirs among them. Where a step that does not count runs beside one that does, the
    time is of neither.
    """
    steps = (None, *log.step.names)
    place_of = {step: place for place, step in enumerate(steps)}
    step = np.array([place_of[step or None] for _, _, step in log.sorts.words], dtype=np.int64)
    first = np.searchsorted(segments.case, clocks.cases)
    last = np.searchsorted(segments.case, clocks.cases, side="right")
    key, start, stop = _counted(
        *(first, last, segments.sort, segments.kind, segments.start, segments.stop),
        *(sorts_that_count(log, clock), step, len(steps), clock.count is None),
        *clocks.counted_time(clock),
    )
    days = (stop - start) / DAY_US if legal is None else legal.fraction_of_days(start, stop)
    total, occurs = _added(key, days, len(TIME_KINDS) * len(steps))
    return {
        (steps[each % len(steps)] or "", TIME_KINDS[each // len(steps)]): float(total[each])
        for each in np.flatnonzero(occurs).tolist()
    }


def stuck_at(log: EventLog, clock: Clock, clocks: ClocksOf, which: NDArray[np.bool_]) -> list[str]:
    """For each chosen case the step that counts in which most of its counted time lies; none without any."""
    place = np.cumsum(which) - 1
    rows = clocks.family.of(which).rows(sorts_that_count(log, clock))
    rows = rows.where(log.is_kind("work", "wait", "session", rows=rows.row))
    end = np.where(log.end[rows.row] == NAT, log.end_of_run, log.end[rows.row])
    time = clocks.counted_time(clock)
    time = time.where(which[time.group])
    index, counted = intersection(
        Intervals(rows.place, log.ready[rows.row], end), time._replace(group=place[time.group])
    )
    step, steps = log.step.codes[rows.row[index]], len(log.step.names)
    each, at = np.unique(counted.group * steps + step, return_inverse=True)
    spent = np.zeros(each.size, np.int64)
    np.add.at(spent, at, counted.stop - counted.start)
    found = [""] * int(np.count_nonzero(which))
    for case, its in zip(*divmod(each[np.lexsort((-each, spent))], steps), strict=True):  # the longest comes last
        found[case] = log.step.names[its]
    return found


@compiled(
    types.UniTuple(types.int64[::1], 3)(
        *(_i64, _i64, _i64, _i8, _i64, _i64, _flags, _i64, types.int64, types.bool_, _i64, _i64, _i64)
    )
)
def _counted(
    first: Any,
    last: Any,
    sort: Any,
    kind: Any,
    start: Any,
    stop: Any,
    counts: Any,
    step: Any,
    steps: int,
    without_row: bool,
    group: Any,
    froms: Any,
    tos: Any,
) -> Any:
    """The segments that count, cut to the counted intervals of their case: (kind and step, from, to) of each piece.

    Both are in the order of the cases and, within a case, of time.
    """
    most = (last - first).sum() + group.size  # each piece ends with a segment or with an interval
    key, low, high = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    n, k = 0, 0
    for place in range(first.size):
        for i in range(first[place], last[place]):
            its = sort[i]
            if not (without_row if its < 0 else counts[its]):
                continue
            while k < group.size and (group[k] < place or (group[k] == place and tos[k] <= start[i])):
                k += 1
            at = k
            while at < group.size and group[at] == place and froms[at] < stop[i]:
                low[n], high[n] = max(start[i], froms[at]), min(stop[i], tos[at])
                if low[n] < high[n]:
                    key[n] = kind[i] * steps + (0 if its < 0 else step[its])
                    n += 1
                at += 1
    return key[:n], low[:n], high[:n]


@compiled(types.Tuple((types.float64[::1], types.bool_[::1]))(_i64, _f64, types.int64))
def _added(key: Any, amount: Any, keys: int) -> Any:
    """The amounts of each key in their order, and whether it has any."""
    total, occurs = np.zeros(keys), np.zeros(keys, np.bool_)
    for i in range(key.size):
        total[key[i]] += amount[i]
        occurs[key[i]] = True
    return total, occurs
