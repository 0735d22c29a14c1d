"""Which time counts: the intervals of a case between start and stop that a clock selects (rule 17)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.family import FamilyRows
from sim.analysis.clock_times.intervals import Intervals, minus, together, united
from sim.eventlog import NAT, EventLog, Ints, expanded
from sim.model.clocks import Clock

Flags = NDArray[np.bool_]


def counted(
    log: EventLog, clock: Clock, family: FamilyRows, start: Ints, stop: Ints, part: Ints | None = None
) -> Intervals:
    """The counted intervals, apart and in order; ``start`` and ``stop`` by case, NAT for none.

    The group is the place of the case or, with ``part`` (a number for each row of the log, from 0), the place times
    the number of parts plus the part: every part of a case on its own.
    """
    if part is None and clock.count is None:
        return _all_that_is_not_left_out(log, clock, family, start, stop)
    selected = np.logical_or(*_of_sorts(log, clock, family.sort))
    rows, each = _intervals_of_steps(log, clock, family.where(selected), start, stop)
    chosen, excluded = chosen_and_excluded(log, clock, rows)
    if part is not None:
        parts = int(part.max(initial=0)) + 1
        these = each.where(chosen)._replace(group=each.group[chosen] * parts + part[rows[chosen]])
        if not clock.excluded_wins:
            return united(these)
        return minus(these, _for_every_part(united(each.where(excluded)), these, parts))
    these = each.where(chosen)
    return minus(these, each.where(excluded)) if clock.excluded_wins else united(these)


def _all_that_is_not_left_out(log: EventLog, clock: Clock, family: FamilyRows, start: Ints, stop: Ints) -> Intervals:
    """Time without a row included; only where something may be left out need the steps be looked at."""
    known = np.flatnonzero((start != NAT) & (stop != NAT) & (start <= stop))
    these = Intervals(known, start[known], stop[known])
    less = np.zeros(start.size, dtype=np.bool_)
    less[family.place[_of_sorts(log, clock, family.sort)[1]]] = True
    if not less.any():
        return these
    whole, these = these.where(~less[known]), these.where(less[known])
    rows, each = _intervals_of_steps(log, clock, family.where(less[family.place]), start, stop)
    chosen, excluded = chosen_and_excluded(log, clock, rows)
    left_out, instants = each.where(excluded), each.where(chosen & (each.start == each.stop))
    if clock.excluded_wins:
        return united(together(whole, minus(together(these, instants), left_out)))
    return united(together(whole, together(minus(these, minus(left_out, each.where(chosen))), instants)))


def _intervals_of_steps(
    log: EventLog, clock: Clock, family: FamilyRows, start: Ints, stop: Ints
) -> tuple[Ints, Intervals]:
    """The rows of steps, and what of each lies between the clock's start and stop; the group is the case."""
    family = family.where(log.is_kind("work", "wait", "session", rows=family.row))
    begin = (log.start if clock.from_start else log.ready)[family.row]
    known = (begin != NAT) & (start != NAT)[family.place] & (stop != NAT)[family.place]
    (place, row, _), begin = family.where(known), begin[known]
    end = log.end[row]
    end[end == NAT] = log.end_of_run
    low, high = np.maximum(begin, start[place]), np.minimum(end, stop[place])
    inside = (low < high) | ((begin == end) & (low == high))  # a step that only touches the clock has no part in it
    return row[inside], Intervals(place[inside], low[inside], high[inside])


def chosen_and_excluded(log: EventLog, clock: Clock, rows: Ints) -> tuple[Flags, Flags]:
    """Which rows count, and which are left out by name."""
    return _of_sorts(log, clock, log.sorts.codes[rows])


def _of_sorts(log: EventLog, clock: Clock, sort: Ints) -> tuple[Flags, Flags]:
    chosen, excluded = np.zeros((2, len(log.sorts.words)), dtype=np.bool_)
    for i in np.flatnonzero(np.bincount(sort)):
        owner, stage, step = log.sorts.words[i]
        chosen[i], excluded[i] = clock.counts(owner, stage, step or ""), clock.excludes(owner, stage, step or "")
    return chosen[sort], excluded[sort]


def _for_every_part(those: Intervals, these: Intervals, parts: int) -> Intervals:
    """The same intervals of a case once for each part of it that these have."""
    groups = np.unique(these.group)
    case = groups // parts
    index, place = expanded(np.searchsorted(those.group, case), np.searchsorted(those.group, case, side="right"))
    return Intervals(groups[index], those.start[place], those.stop[place])
