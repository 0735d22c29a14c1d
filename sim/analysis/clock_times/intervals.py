"""Sets of intervals, one set for each group (a case, or a stage of a case), united and subtracted all at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Ints, expanded
from sim.jit import compiled, types

_i64 = types.Array(types.int64, 1, "C", readonly=True)


class Intervals(NamedTuple):
    """Intervals from ``start`` to ``stop`` of groups 0, 1, ...; equal ends are an instant."""

    group: Ints
    start: Ints
    stop: Ints

    def where(self, which: Ints | NDArray[np.bool_]) -> Intervals:
        """Those chosen by places or flags."""
        return Intervals(self.group[which], self.start[which], self.stop[which])

    def total(self, groups: int) -> Ints:
        """The lengths, added up by group."""
        total = np.zeros(groups, dtype=np.int64)
        np.add.at(total, self.group, self.stop - self.start)
        return total


def united(intervals: Intervals) -> Intervals:
    """Within each group apart and in order: what overlaps or touches is one."""
    if not intervals.group.size:
        return intervals
    group, start, stop = _in_order(intervals)
    latest = _latest_so_far(group, stop)
    new = (group[1:] != group[:-1]) | (start[1:] > latest[:-1])
    first, last = np.append(True, new), np.append(new, True)
    return Intervals(group[first], start[first], latest[last])


def _in_order(intervals: Intervals) -> Intervals:
    """By group and start; most come so, and sorting takes far longer than looking."""
    group, start = intervals.group, intervals.start
    if np.all((group[1:] > group[:-1]) | ((group[1:] == group[:-1]) & (start[1:] >= start[:-1]))):
        return intervals
    return intervals.where(np.lexsort((start, group)))


def _latest_so_far(group: Ints, stop: Ints) -> Ints:
    """The latest stop within the group up to each interval."""
    if np.all((group[1:] != group[:-1]) | (stop[1:] >= stop[:-1])):
        return stop
    # ranks of stops, lifted by group so that no group reaches into the next
    stops, rank = np.unique(stop, return_inverse=True)
    lift = group * stops.size
    return stops[np.maximum.accumulate(lift + rank) - lift]


def minus(these: Intervals, those: Intervals) -> Intervals:
    """What lies in these and not in those, group by group; instants stay unless they lie strictly inside of those."""
    a, b = united(these), united(those)
    group = np.concatenate([a.group, a.group, b.group, b.group])
    at = np.concatenate([a.start, a.stop, b.start, b.stop])
    order = np.lexsort((at, group))
    group, at = group[order], at[order]
    within = [np.cumsum(_steps(a.group.size, b.group.size, which)[order]) > 0 for which in (0, 1)]
    some = np.flatnonzero(within[0][:-1] & ~within[1][:-1] & (at[:-1] < at[1:]))
    instants = these.where(these.start == these.stop)
    index, other = expanded(*_places(b, instants.group))
    inside = (b.start[other] < instants.start[index]) & (instants.start[index] < b.stop[other])
    instants = instants.where(np.bincount(index[inside], minlength=instants.group.size) == 0)
    return united(together(Intervals(group[some], at[some], at[some + 1]), instants))


def together(these: Intervals, those: Intervals) -> Intervals:
    """Both, one after the other."""
    return Intervals(*(np.concatenate(columns) for columns in zip(these, those, strict=True)))


def intersection(these: Intervals, those: Intervals) -> tuple[Ints, Intervals]:
    """Each of these cut to the united others of its group: (index into these, what is left), in order; no instants."""
    b = united(those)
    low, high = _places(b, these.group)
    index, *left = _cut(*these, low, high, b.start, b.stop)
    return index, Intervals(*left)


@compiled(types.UniTuple(types.int64[::1], 4)(*[_i64] * 7))
def _cut(group: Any, start: Any, stop: Any, low: Any, high: Any, starts: Any, stops: Any) -> Any:
    """Each interval cut to those from ``low`` to ``high`` of the others: (its index, group, start, stop)."""
    n = 0
    for i in range(group.size):
        for k in range(low[i], high[i]):
            n += max(start[i], starts[k]) < min(stop[i], stops[k])
    index, groups, froms, tos = (
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
    )
    at = 0
    for i in range(group.size):
        for k in range(low[i], high[i]):
            from_, to = max(start[i], starts[k]), min(stop[i], stops[k])
            if from_ < to:
                index[at], groups[at], froms[at], tos[at] = i, group[i], from_, to
                at += 1
    return index, groups, froms, tos


def _steps(a: int, b: int, which: int) -> Ints:
    """Up at each start and down at each stop of the first set (0) or the second (1), as ``minus`` lists them."""
    up = np.repeat([1 - which, which], [2 * a, 2 * b])
    return up * np.repeat([1, -1, 1, -1], [a, a, b, b])


def _places(intervals: Intervals, groups: Ints) -> tuple[Ints, Ints]:
    """Where the intervals of each group begin and end among united ones."""
    count = np.bincount(intervals.group, minlength=int(groups.max(initial=-1)) + 1)
    first = np.append(0, np.cumsum(count))
    return first[groups], first[groups + 1]
