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
    rows, each = _intervals_of_steps(log, clock, family, start, stop)
    chosen, excluded = chosen_and_excluded(log, clock, rows)
    if part is not None:
        parts = int(part.max(initial=0)) + 1
        these = each.where(chosen)._replace(group=each.group[chosen] * parts + part[rows[chosen]])
        if not clock.excluded_wins:
            return united(these)
        return minus(these, _for_every_part(united(each.where(excluded)), these, parts))
    if clock.count is None:  # everything counts that is not left out, time without a row included
        known = np.flatnonzero((start != NAT) & (stop != NAT) & (start <= stop))
        these, left_out = Intervals(known, start[known], stop[known]), each.where(excluded)
        instants = each.where(chosen & (each.start == each.stop))
        if clock.excluded_wins:
            return minus(together(these, instants), left_out)
        return united(together(minus(these, minus(left_out, each.where(chosen))), instants))
    these = each.where(chosen)
    return minus(these, each.where(excluded)) if clock.excluded_wins else united(these)


def _intervals_of_steps(
    log: EventLog, clock: Clock, family: FamilyRows, start: Ints, stop: Ints
) -> tuple[Ints, Intervals]:
    """The rows of steps, and what of each lies between the clock's start and stop; the group is the case."""
    begins = log.start if clock.from_start else log.ready
    steps = log.is_kind("work", "wait", "session") & (begins != NAT)
    steps = steps[family.row] & (start != NAT)[family.place] & (stop != NAT)[family.place]
    place, row = family.place[steps], family.row[steps]
    begin, end = begins[row], np.where(log.end[row] == NAT, log.end_of_run, log.end[row])
    low, high = np.maximum(begin, start[place]), np.minimum(end, stop[place])
    inside = (low < high) | ((begin == end) & (low == high))  # a step that only touches the clock has no part in it
    return row[inside], Intervals(place[inside], low[inside], high[inside])


def chosen_and_excluded(log: EventLog, clock: Clock, rows: Ints) -> tuple[Flags, Flags]:
    """Which rows count, and which are left out by name."""
    columns = (log.owner, log.stage, log.step)
    sizes = tuple(len(column.names) + 1 for column in columns)
    codes = tuple(column.codes[rows].astype(np.int64) + 1 for column in columns)
    kinds, inverse = np.unique(np.ravel_multi_index(codes, sizes), return_inverse=True)
    counts, excludes = np.zeros((2, kinds.size), dtype=np.bool_)
    for i, places in enumerate(zip(*np.unravel_index(kinds, sizes), strict=True)):
        owner, stage, step = ((None, *column.names)[place] for column, place in zip(columns, places, strict=True))
        counts[i], excludes[i] = clock.counts(owner, stage, step or ""), clock.excludes(owner, stage, step or "")
    return counts[inverse], excludes[inverse]


def _for_every_part(those: Intervals, these: Intervals, parts: int) -> Intervals:
    """The same intervals of a case once for each part of it that these have."""
    groups = np.unique(these.group)
    case = groups // parts
    index, place = expanded(np.searchsorted(those.group, case), np.searchsorted(those.group, case, side="right"))
    return Intervals(groups[index], those.start[place], those.stop[place])
