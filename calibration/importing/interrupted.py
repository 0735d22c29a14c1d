"""Steps cut where their case was suspended: an export tells when a step ended, not that it was interrupted (rule 17).

Rule 17 counts an instant of which a step and a suspension both tell. A step of an export runs from one event to the
next whatever happened between, so that no suspension would ever be left out of a clock that counts steps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.importing.executions import SUSPENSION, Executions, Flags, first_of_runs, joined
from calibration.importing.mapping import Means
from sim.eventlog import NAT, Ints, expanded

_NEVER = np.iinfo(np.int64).max


def interrupted(its: Executions, pauses: Executions) -> Executions:
    """The executions, each in the pieces that lie before, between and after the suspensions of its case.

    A piece has its step and so is another visit of it. Where a step begins or ends within a suspension, that piece
    belongs to the suspension, and no clock counts it; what lies between is left to the suspension's own row.
    """
    edges = _edges(pauses)
    begin = np.where(its.start != NAT, np.where(its.ready != NAT, its.ready, its.start), its.ready)
    may = np.isin(its.case, pauses.case) & ~its.marks & (begin != NAT)
    if not may.any():
        return its
    whole, these = its.where(~may), its.where(may)
    begin, end = begin[may], np.where(these.end == NAT, _NEVER, these.end)
    upto, before_begin, before_end = _counts(edges, these.case, begin, end)
    first, pieces = upto, np.maximum(before_end - upto, 0) + 1
    of, place = expanded(first, first + pieces)
    is_first, is_last = place == first[of], place == (first + pieces - 1)[of]
    times = np.append(edges[1], 0)
    low = np.where(is_first, begin[of], times[place - 1])
    high = np.where(is_last, end[of], times[np.minimum(place, times.size - 1)])
    within = place % 2 == 1  # an odd number of edges before it: a suspension has begun and not ended
    instant = begin[of] == end[of]
    within &= ~instant | (before_begin[of] == upto[of])  # what happens at the edge itself is not within
    keep = ~within | is_first | is_last
    of, low, high, within = of[keep], low[keep], high[keep], within[keep]
    cut = these.where(of)
    table, means = _suspended(cut, within)
    to_come = (cut.start == NAT) | (cut.start >= high) & ~is_last[keep]
    pieces_of_them = Executions(
        case=cut.case,
        means=means,
        ready=np.where((cut.ready != NAT) | ~is_first[keep], low, NAT),
        start=np.where(to_come, NAT, np.maximum(cut.start, low)),
        end=np.where(high == _NEVER, NAT, high),
        row=cut.row,
        table=table,
    )
    return joined([whole, pieces_of_them])


def _edges(pauses: Executions) -> tuple[Ints, Ints]:
    """Case and instant of each begin and end of the suspensions united, in order: begin, end, begin, end, ..."""
    end = np.where(pauses.end == NAT, _NEVER, pauses.end)
    order = np.lexsort((end, pauses.start, pauses.case))
    case, start, end = pauses.case[order], pauses.start[order], end[order]
    some = start < end
    case, start, end = case[some].astype(np.int64), start[some], end[some]
    fresh = first_of_runs(case)
    group = np.cumsum(fresh) - 1
    rank = np.unique(np.concatenate([start, end]), return_inverse=True)[1].reshape(2, -1)
    width = int(rank.max(initial=0)) + 1
    reach = np.maximum.accumulate(group * width + rank[1])  # the latest end so far of the same case
    begins = np.append(True, (group * width + rank[0])[1:] > reach[:-1]) if case.size else fresh
    last = np.append(np.flatnonzero(begins)[1:] - 1, case.size - 1) if case.size else np.zeros(0, np.int64)
    ends = np.unique(np.concatenate([start, end]))[reach[last] % width] if case.size else end
    times = np.stack([start[begins], ends], axis=1).ravel()
    return np.repeat(case[begins], 2), times


def _counts(edges: tuple[Ints, Ints], case: NDArray[np.int32], begin: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """How many edges, of all cases in order, stand up to the begin of each, before its begin, and before its end."""
    each, rank = np.unique(np.concatenate([edges[1], begin, end]), return_inverse=True)
    width = each.size
    at, low, high = np.split(rank, [edges[1].size, edges[1].size + begin.size])
    keys = edges[0] * width + at
    its = case.astype(np.int64) * width
    return (
        np.searchsorted(keys, its + low, side="right"),
        np.searchsorted(keys, its + low, side="left"),
        np.searchsorted(keys, its + high, side="left"),
    )


def _suspended(cut: Executions, within: Flags) -> tuple[tuple[Means, ...], NDArray[np.int32]]:
    """The table with each meaning a second time, owned by the suspension; and the places in it."""
    paused = tuple(means.model_copy(update={"owner": SUSPENSION.owner}) for means in cut.table)
    return (*cut.table, *paused), np.where(within, cut.means + len(cut.table), cut.means).astype(np.int32)
