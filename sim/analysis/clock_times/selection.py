"""Which time counts: the intervals of a case between start and stop that a clock selects (rule 17)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.events import Words
from sim.analysis.clock_times.family import Families, FamilyRows
from sim.analysis.clock_times.intervals import Intervals, minus, together, united
from sim.eventlog import NAT, EventLog, Ints, expanded
from sim.model.clocks import Clock

Flags = NDArray[np.bool_]


def counted(
    log: EventLog, clock: Clock, family: Families, start: Ints, stop: Ints, part: Ints | None = None
) -> Intervals:
    """The counted intervals, apart and in order; ``start`` and ``stop`` by case, NAT for none.

    The group is the place of the case or, with ``part`` (a number for each row of the log, from 0), the place times
    the number of parts plus the part: every part of a case on its own.
    """
    if part is None and clock.count is None:
        return _all_that_is_not_left_out(log, clock, family, start, stop)
    selected = family.rows(np.logical_or(*_of_sorts(clock, log.sorts.words)))
    selected, each = _intervals_of_steps(log, clock, selected, start, stop)
    chosen, excluded = _chosen_and_excluded(log, clock, selected)
    if part is not None:
        parts = int(part.max(initial=0)) + 1
        these = each.where(chosen)._replace(group=each.group[chosen] * parts + part[selected.row[chosen]])
        if not clock.excluded_wins:
            return united(these)
        return minus(these, _for_every_part(united(each.where(excluded)), these, parts))
    these = each.where(chosen)
    return minus(these, each.where(excluded)) if clock.excluded_wins else united(these)


def _all_that_is_not_left_out(log: EventLog, clock: Clock, family: Families, start: Ints, stop: Ints) -> Intervals:
    """Time without a row included; only where something may be left out need the steps be looked at."""
    known = np.flatnonzero((start != NAT) & (stop != NAT) & (start <= stop))
    these = Intervals(known, start[known], stop[known])
    less = family.have(_of_sorts(clock, log.sorts.words)[1])
    if not less.any():
        return these
    whole, these = these.where(~less[known]), these.where(less[known])
    all_ = family.of(less).rows(np.ones(len(log.sorts.words), dtype=np.bool_))
    all_ = all_._replace(place=np.flatnonzero(less)[all_.place])
    all_, each = _intervals_of_steps(log, clock, all_, start, stop)
    chosen, excluded = _chosen_and_excluded(log, clock, all_)
    left_out, instants = each.where(excluded), each.where(chosen & (each.start == each.stop))
    if clock.excluded_wins:
        return united(together(whole, minus(together(these, instants), left_out)))
    return united(together(whole, together(minus(these, minus(left_out, each.where(chosen))), instants)))


def _intervals_of_steps(
    log: EventLog, clock: Clock, family: FamilyRows, start: Ints, stop: Ints
) -> tuple[FamilyRows, Intervals]:
    """The rows of steps, and what of each lies between the clock's start and stop; the group is the case."""
    family = family.where(log.is_kind("work", "wait", "session", rows=family.row))
    begin = (log.start if clock.from_start else log.ready)[family.row]
    known = (begin != NAT) & (start != NAT)[family.place] & (stop != NAT)[family.place]
    family, begin = family.where(known), begin[known]
    end = log.end[family.row]
    end[end == NAT] = log.end_of_run
    low, high = np.maximum(begin, start[family.place]), np.minimum(end, stop[family.place])
    inside = (low < high) | ((begin == end) & (low == high))  # a step that only touches the clock has no part in it
    family = family.where(inside)
    return family, Intervals(family.place, low[inside], high[inside])


def sorts_that_count(log: EventLog, clock: Clock) -> Flags:
    """Which of the log's sorts of rows count."""
    return _of_sorts(clock, log.sorts.words)[0]


def _chosen_and_excluded(log: EventLog, clock: Clock, rows: FamilyRows) -> tuple[Flags, Flags]:
    """Which rows count, and which are left out by name."""
    chosen, excluded = _of_sorts(clock, log.sorts.words)
    return chosen[rows.sort], excluded[rows.sort]


@lru_cache(maxsize=256)
def _of_sorts(clock: Clock, words: Words) -> tuple[Flags, Flags]:
    """Which sorts of rows count, and which are left out by name."""
    chosen = [clock.counts(owner, stage, step or "") for owner, stage, step in words]
    excluded = [clock.excludes(owner, stage, step or "") for owner, stage, step in words]
    return np.array(chosen, dtype=np.bool_), np.array(excluded, dtype=np.bool_)


def _for_every_part(those: Intervals, these: Intervals, parts: int) -> Intervals:
    """The same intervals of a case once for each part of it that these have."""
    groups = np.unique(these.group)
    case = groups // parts
    index, place = expanded(np.searchsorted(those.group, case), np.searchsorted(those.group, case, side="right"))
    return Intervals(groups[index], those.start[place], those.stop[place])
