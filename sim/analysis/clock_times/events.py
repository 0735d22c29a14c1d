"""The instants at which a clock starts and stops (rule 17)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.family import FamilyRows
from sim.eventlog import NAT, OUTCOMES, EventLog, Ints, Kind
from sim.model.clocks import Event, names_step

_DONE = OUTCOMES.index("done")
_LATEST = int(np.iinfo(np.int64).max)


class Occurred(NamedTuple):
    """When an event happened to each case, NAT where it has not; ``may_change``: a step that is open may move it."""

    instant: Ints
    may_change: NDArray[np.bool_]


def occurred(log: EventLog, event: Event, cases: Ints, family: FamilyRows) -> Occurred:
    """The first or last occurrence among the rows of the case and of the cases that it spawned.

    A step that a withdrawn case left in the queue has neither started nor ended.
    """
    never = np.zeros(cases.size, dtype=np.bool_)
    if event.at == "accepted":
        return Occurred(log.cases.accepted[cases], never)
    if event.at == "closed":
        return Occurred(own_end(log, cases, family, "closed"), never)
    named = [code for code, name in enumerate(log.step.names) if names_step(str(event.step), name)]
    rows = np.isin(log.step.codes, named) & (log.is_kind("mark") == (event.at == "mark"))
    times = {"ready": log.ready, "start": log.start, "end": log.end, "mark": log.ready}[event.at]
    happened = rows & (times != NAT) & ((event.at != "end") | (log.outcome == _DONE))
    pending = rows & (times == NAT) & (log.outcome == OUTCOMES.index("open"))
    place, row = family
    may_change = never.copy()
    may_change[place[pending[row]]] = event.takes_last
    place, instant = place[happened[row]], times[row][happened[row]]
    if event.takes_last:
        found = np.full(cases.size, NAT, dtype=np.int64)
        np.maximum.at(found, place, instant)
        return Occurred(found, may_change)
    found = np.full(cases.size, _LATEST, dtype=np.int64)
    np.minimum.at(found, place, instant)
    return Occurred(np.where(found == _LATEST, NAT, found), may_change)


def own_end(log: EventLog, cases: Ints, family: FamilyRows, kind: Kind) -> Ints:
    """The instant at which each case was closed (or withdrawn) itself; NAT where it was not."""
    found = np.full(cases.size, NAT, dtype=np.int64)
    over = log.is_kind(kind)[family.row] & (log.case[family.row] == cases[family.place])
    found[family.place[over]] = log.ready[family.row[over]]
    return found


def all_over(log: EventLog, cases: Ints, family: FamilyRows) -> NDArray[np.bool_]:
    """Whether the case and all that it spawned are closed or withdrawn, so that nothing more can happen to it."""
    begun, over = log.is_kind("accepted")[family.row], log.is_kind("closed", "withdrawn")[family.row]
    still_open = np.bincount(family.place, weights=begun.astype(np.int64) - over, minlength=cases.size)
    return still_open == 0
