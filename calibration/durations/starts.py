"""When work began, where a log has ends only: when it was there and its person had finished what was before.

The start of a job is the later of its arrival at the step and the same person's previous completion, of whatever step;
the effort is the open time from there to the end (Chapela-Campa and Dumas, "Repairing activity start times to improve
business process simulation", arXiv 2208.12224). That is exact for people who do one job at a time, do nothing that the
log lacks, and begin at once. Otherwise the effort of a job is too long, never too short; ends alone do not show by how
much (README.md has what was measured).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.durations.observations import Floats, Observations
from sim.eventlog import NAT, Ints
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US
from sim.text import Text

QUEUED: Final = 0
IDLE: Final = 1
SHARED: Final = 2
FIRST: Final = 3
ABSENT: Final = 4
UNKNOWN: Final = 5
SITUATIONS: dict[int, Text] = {
    QUEUED: Text("前一件办完时已在等候", "it was waiting when its person finished the one before"),
    IDLE: Text("到达时其人空闲", "its person was free when it came"),
    SHARED: Text("与其他办件同时办结，时间均分", "it ended together with others, which share the time"),
    FIRST: Text("其人的第一件，只知上限", "its person's first one: at most so long"),
    ABSENT: Text("其间有整日无办结，只知上下限", "whole days without an end lie in between: between two bounds"),
    UNKNOWN: Text("不知何人、何时到达或何时办结", "its person, arrival or end is not known"),
}
CAVEAT = Text(
    "由办结时间推算的用时：其人若有日志之外的工作或未即时着手，则偏长",
    "effort worked out from ends: too long where people have work that the log lacks, or do not begin at once",
)
_USUALLY = 0.8
"""Who finishes something on so many of the open days was away on one without."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedStarts:
    """Of n jobs: ``start`` (int64, ``NAT`` where unknown), ``effort`` as n observations (weight 0 where unknown),
    ``situation`` (n,) one of `SITUATIONS`."""

    start: Ints
    effort: Observations
    situation: NDArray[np.int8]


def estimate_starts(
    ready: ArrayLike, end: ArrayLike, person: ArrayLike, calendars: Sequence[Calendar], which: ArrayLike = 0
) -> EstimatedStarts:
    """Starts and efforts of n jobs: arrival at the step, end (instants, ``NAT`` where unknown), person (-1: unknown).

    Give all jobs of a person, of all steps, and choose afterwards. ``which``: the calendar of each job. Jobs that end
    at one instant share the time since the end before (so do all of a day where ends are dates): right on average,
    not in their spread.
    """
    ready, end, person = (np.asarray(a, dtype=np.int64) for a in (ready, end, person))
    which = np.broadcast_to(np.asarray(which, dtype=np.int64), end.shape)
    known = np.flatnonzero((person >= 0) & (ready != NAT) & (end != NAT) & (ready <= end))
    order = known[np.lexsort((end[known], person[known]))]
    r, e, p, c = ready[order], end[order], person[order], which[order]
    batch_begins = np.append(True, (p[1:] != p[:-1]) | (e[1:] != e[:-1]))[: p.size]
    batch = np.cumsum(batch_begins) - 1
    first_row = np.flatnonzero(batch_begins)
    size = np.bincount(batch, minlength=first_row.size)
    arrival = np.minimum.reduceat(r, first_row) if p.size else r
    before = np.full(first_row.size, NAT)
    same = p[first_row[1:]] == p[first_row[:-1]]
    before[1:][same] = e[first_row[:-1]][same]
    started = np.maximum(arrival, before)[batch]
    gap = _open(calendars, c, started, e)

    situation = np.where(before[batch] >= r, QUEUED, IDLE)
    situation[size[batch] > 1] = SHARED
    high = gap / size[batch]
    low = high.copy()
    absent = _absences(calendars, c, p, started, e)
    situation[absent], situation[before[batch] == NAT] = ABSENT, FIRST
    today = np.maximum(started, e // DAY_US * DAY_US)
    low[absent] = np.minimum(_open(calendars, c, today, e) / size[batch], high)[absent]
    low[situation == FIRST] = 0.0

    n = end.size
    start, where, weight = np.full(n, NAT), np.full(n, UNKNOWN, np.int8), np.zeros(n)
    bounds = np.zeros((2, n))
    start[order], where[order], weight[order] = started, situation, 1.0
    bounds[:, order] = low, high
    return EstimatedStarts(start, Observations.of(*bounds, weight=weight), where)


def _open(calendars: Sequence[Calendar], which: Ints, a: Ints, b: Ints) -> Floats:
    out = np.zeros(a.size)
    for i, calendar in enumerate(calendars):
        rows = which == i
        out[rows] = calendar.open_times(a[rows], b[rows])
    return out


def _absences(calendars: Sequence[Calendar], which: Ints, person: Ints, start: Ints, end: Ints) -> NDArray[np.bool_]:
    """Between start and end lies a whole open day on which the person ended nothing, and that is rare for them."""
    from_day, to_day = (start // DAY_US + 1) * DAY_US, end // DAY_US * DAY_US
    over_days = to_day > from_day
    over_days[over_days] = _open(calendars, which[over_days], from_day[over_days], to_day[over_days]) > 0
    if not over_days.any():
        return over_days
    away = np.zeros(end.size, np.bool_)
    for one in np.unique(person[over_days]).tolist():
        rows = np.flatnonzero(person == one)
        days = np.unique(end[rows] // DAY_US)
        span = np.arange(days[0], days[-1] + 1) * DAY_US
        calendar = calendars[int(which[rows[0]])]
        span = span[(span >= calendar.first_us) & (span + DAY_US <= calendar.last_us)]
        open_days = int((calendar.open_times(span, span + DAY_US) > 0).sum())
        away[rows] = days.size >= _USUALLY * max(open_days, 1)
    return over_days & away
