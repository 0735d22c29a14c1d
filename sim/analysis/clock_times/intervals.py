"""Sets of intervals, one set for each group (a case, or a stage of a case), united and subtracted all at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Ints, expanded


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
    group, start, stop = intervals.where(np.lexsort((intervals.start, intervals.group)))
    # The latest stop so far within the group: ranks of stops, lifted by group so that no group reaches into the next.
    stops, rank = np.unique(stop, return_inverse=True)
    lift = group * stops.size
    latest = stops[np.maximum.accumulate(lift + rank) - lift]
    new = (group[1:] != group[:-1]) | (start[1:] > latest[:-1])
    first, last = np.append(True, new), np.append(new, True)
    return Intervals(group[first], start[first], latest[last])


def minus(these: Intervals, those: Intervals) -> Intervals:
    """What lies in these and not in those, group by group; instants are lost."""
    a, b = united(these), united(those)
    group = np.concatenate([a.group, a.group, b.group, b.group])
    at = np.concatenate([a.start, a.stop, b.start, b.stop])
    one, none = (np.repeat([1, -1], part.group.size) for part in (a, b))
    in_a = np.concatenate([one, np.zeros_like(none)])
    in_b = np.concatenate([np.zeros_like(one), none])
    order = np.lexsort((at, group))
    group, at = group[order], at[order]
    wanted = (np.cumsum(in_a[order]) > 0) & (np.cumsum(in_b[order]) == 0)
    some = np.flatnonzero(wanted[:-1] & (at[:-1] < at[1:]))
    return united(Intervals(group[some], at[some], at[some + 1]))


def intersection(these: Intervals, those: Intervals) -> tuple[Ints, Intervals]:
    """Each of these cut to the united others of its group: (index into these, what is left), in order; no instants."""
    b = united(those)
    index, other = expanded(np.searchsorted(b.group, these.group), np.searchsorted(b.group, these.group, side="right"))
    start, stop = np.maximum(these.start[index], b.start[other]), np.minimum(these.stop[index], b.stop[other])
    some = np.flatnonzero(start < stop)
    return index[some], Intervals(these.group[index[some]], start[some], stop[some])
