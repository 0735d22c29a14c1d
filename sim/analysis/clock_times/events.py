"""The instants at which a clock starts and stops (rule 17)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.family import Families, Flags, family_cases
from sim.eventlog import NAT, OUTCOMES, EventLog, Ints
from sim.model.clocks import Event, names_step

Words = tuple[tuple[str | None, str | None, str | None], ...]
"""(owner, stage, step) of sorts of rows."""

_DONE = OUTCOMES.index("done")
_LATEST = int(np.iinfo(np.int64).max)


class Occurred(NamedTuple):
    """When an event happened to each case, NAT where it has not; ``may_change``: a step that is open may move it."""

    instant: Ints
    may_change: NDArray[np.bool_]


def occurred(log: EventLog, event: Event, cases: Ints, family: Families) -> Occurred:
    """The first or last occurrence among the rows of the case and of the cases that it spawned.

    A step that a withdrawn case left in the queue has neither started nor ended.
    """
    may_change = np.zeros(cases.size, dtype=np.bool_)
    if event.at == "accepted":
        return Occurred(log.cases.accepted[cases], may_change)
    if event.at == "closed":
        return Occurred(log.closed[cases], may_change)
    named = family.rows(_named(str(event.step), log.sorts.words))
    place, row, _ = named.where(log.is_kind("mark", rows=named.row) == (event.at == "mark"))
    instant = {"ready": log.ready, "start": log.start, "end": log.end, "mark": log.ready}[event.at][row]
    happened = (instant != NAT) & ((event.at != "end") | (log.outcome[row] == _DONE))
    pending = (instant == NAT) & (log.outcome[row] == OUTCOMES.index("open"))
    may_change[place[pending]] = event.takes_last
    place, instant = place[happened], instant[happened]
    if event.takes_last:
        found = np.full(cases.size, NAT, dtype=np.int64)
        np.maximum.at(found, place, instant)
        return Occurred(found, may_change)
    found = np.full(cases.size, _LATEST, dtype=np.int64)
    np.minimum.at(found, place, instant)
    return Occurred(np.where(found == _LATEST, NAT, found), may_change)


@lru_cache(maxsize=256)
def _named(name: str, words: Words) -> Flags:
    """Which sorts of rows are of the step that a limit calls so."""
    return np.array([step is not None and names_step(name, step) for _, _, step in words], dtype=np.bool_)


def all_over(log: EventLog, cases: Ints) -> NDArray[np.bool_]:
    """Whether the case and all that it spawned are closed or withdrawn, so that nothing more can happen to it."""
    place, member = family_cases(log, cases)
    return np.bincount(place, weights=log.to_end[member], minlength=cases.size) == 0
