"""Who did what in a log, and since when it could have been done: the rows that calibration counts staff by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import NAT, Coded, EventLog, Ints
from sim.model.clocks import SUSPENDED

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Activity:
    """Executions that have ended, in the log's order; all columns of one length, times in microseconds.

    ``start`` is NAT where the log knows only ends. ``ready`` is that of the log, or else the end of the row of the
    same case that ended last before it (the acceptance for the first): ``ready_told`` says which.
    """

    row: Ints
    case: Ints
    step: Coded
    who: Coded
    ready: Ints
    start: Ints
    end: Ints
    ready_told: bool

    def __len__(self) -> int:
        return self.row.size

    def where(self, which: Flags | Ints) -> Self:
        """Some of them."""
        columns = {name: getattr(self, name)[which] for name in ("row", "case", "ready", "start", "end")}
        step, who = (Coded(each.codes[which], each.names) for each in (self.step, self.who))
        return replace(self, step=step, who=who, **columns)

    @property
    def begins(self) -> Ints:
        """When each began: its start, its end where that is not known."""
        return np.where(self.start == NAT, self.end, self.start)

    @property
    def instants(self) -> Ints:
        """Every instant at which somebody did something: what opening hours are fitted to."""
        return np.concatenate([self.start[self.start != NAT], self.end])


def activity_of(log: EventLog) -> Activity:
    """The work of a log that has ended; where only ends are known, the waits that these end. Suspensions are left out,
    and so are sessions and the waits of a log that tells work."""
    only_ends = not log.is_kind("work").any()
    rows = np.flatnonzero(
        log.is_kind("wait" if only_ends else "work") & (log.end != NAT) & ~log.owner.isin([SUSPENDED])
    )
    start = np.full(rows.size, NAT, np.int64) if only_ends else log.start[rows]
    told = "ready" not in log.missing
    ready = log.ready[rows] if told else _released(log, rows, start)
    step = Coded(log.step.codes[rows], log.step.names)
    return Activity(rows, log.case[rows].astype(np.int64), step, _staff(log, rows), ready, start, log.end[rows], told)


def _staff(log: EventLog, rows: Ints) -> Coded:
    """Who did each row: as told, else the first server of its last stint."""
    if log.who is not None:
        return Coded(log.who.codes[rows], log.who.names)
    codes = np.full(rows.size, -1, np.int32)
    names = tuple(f"{server.pool}/{server.group}/{server.index}" for server in log.servers)
    last = log.stints.first[rows + 1] - 1
    some = last >= log.stints.first[rows]
    if some.any():
        first = log.stints.server_first[last[some]]
        held = log.stints.server_first[last[some] + 1] > first
        codes[np.flatnonzero(some)[held]] = log.stints.servers[first[held]]
    return Coded(codes, names)


def _released(log: EventLog, rows: Ints, start: Ints) -> Ints:
    """The latest end of another row of the case at or before the start of each, the acceptance where there is none."""
    case, end = log.case[rows].astype(np.int64), log.end[rows]
    low, high = int(min(start.min(), log.cases.accepted.min())), int(end.max())
    width = high - low + 2
    keys = np.sort(case * width + (end - low))
    place = np.searchsorted(keys, case * width + (start - low), side="right") - 1
    found = np.where(place >= 0, keys[np.maximum(place, 0)], -1)
    own = (found // width == case) & (place >= 0)
    # a row that took no time ends at its own start and releases nobody but the next
    instant = end == start
    before = np.searchsorted(keys, case * width + (start - low), side="left") - 1
    earlier = np.where(before >= 0, keys[np.maximum(before, 0)], -1)
    found, own = np.where(instant, earlier, found), np.where(instant, (earlier // width == case) & (before >= 0), own)
    return np.where(own, found % width + low, np.minimum(log.cases.accepted[case], start))
