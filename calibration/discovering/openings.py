"""Where the open cases of a log stand: nobody wrote down what comes next, so each place has its chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from calibration.discovering.contexts import BEGIN
from calibration.discovering.found import Found
from calibration.discovering.laws import Floats
from calibration.discovering.passages import END
from calibration.discovering.walk import PROCESS, closes_after, does, groups, waits_for
from calibration.histories import Histories
from sim.eventlog import NAT, Ints
from sim.model.demand import OpenCase, Position
from sim.model.open_time import moment_of

_FEW = 5
"""Of fewer that waited longer no chances are read; then less of the past is asked for."""


class Running(NamedTuple):
    """Executions that go on: their cases, activities and starts."""

    case: Ints
    activity: Ints
    start: Ints


class Place(NamedTuple):
    """An open case, since when it stands where it does, and the steps that this may be, with their chances."""

    case: int
    ready: int
    steps: tuple[str, ...]
    chances: Floats


@dataclass(frozen=True, eq=False)
class _Onward:
    """Passages from a state and all that see farther back from there, by the length of their waits."""

    gap: Ints
    state: Ints
    before: Ints
    weight: Floats

    @classmethod
    def of(cls, found: Found, rows: Ints) -> Self:
        its = found.passages
        order = rows[np.argsort(its.gap[rows], kind="stable")]
        return cls(its.gap[order], its.state[order], its.before[order], its.weight[order])


def places(found: Found, log: Histories, at: int, running: Running | None = None) -> list[Place]:
    """Where each open case may stand at an instant up to which the log is known.

    A case that waits has waited longer than some did: what came after those waits may come, in proportion. Where
    fewer than five are known that waited longer after the same past, less of the past is asked for.
    """
    runs = {} if running is None else {c: i for i, c in enumerate(running.case.tolist())}
    onward = _onward(found)
    symbol, last = found.symbols(log).tolist(), log.last
    open_ = np.flatnonzero(log.over == NAT)
    since = found.calendar.open_times(last[open_], np.full(open_.size, at))
    first = log.first.tolist()
    placed = []
    for case, waited in zip(open_.tolist(), since.tolist(), strict=True):
        past = symbol[first[case] : first[case + 1]]
        if running is not None and case in runs:
            activity, start = (int(column[runs[case]]) for column in (running.activity, running.start))
            slow = found.calendar.open_time(min(int(last[case]), start), start) > found.usual_us
            state = found.contexts.after([*past, 2 * activity + slow])
            if state != BEGIN:
                placed.append(Place(case, start, (f"{PROCESS}/{does(state)}",), np.ones(1)))
                continue
        placed.append(_waiting(found, onward, case, int(last[case]), found.contexts.after(past), waited))
    return placed


def drawn(placed: list[Place], log: Histories, rng: np.random.Generator) -> list[OpenCase]:
    """The open cases of one run: of each one of the places where it may stand."""
    found = []
    for place in placed:
        step = place.steps[int(np.searchsorted(np.cumsum(place.chances), rng.random() * place.chances.sum()))]
        found.append(
            OpenCase(
                case=f"open-{place.case:06d}",
                process=PROCESS,
                accepted=moment_of(int(log.accepted[place.case])),
                positions=(Position(step=step, ready=moment_of(place.ready)),),
            )
        )
    return found


def _waiting(found: Found, onward: dict[int, _Onward], case: int, ready: int, state: int, waited: int) -> Place:
    here = onward.get(state, onward[_ALL])
    beyond = int(np.searchsorted(here.gap, waited, "right"))
    while here.gap.size - beyond < _FEW and here is not onward[_ALL]:
        state = found.contexts.shorter(state) if state != BEGIN else _ALL
        here = onward[_ALL if state == BEGIN else state]
        beyond = int(np.searchsorted(here.gap, waited, "right"))
    beyond = min(beyond, here.gap.size - 1)
    to = np.where(here.state[beyond:] == END, END - 1 - here.before[beyond:], here.state[beyond:])
    steps, at = np.unique(to, return_inverse=True)
    names = [waits_for(i) if i >= 0 else closes_after(END - 1 - i) for i in steps.tolist()]
    return Place(
        case,
        ready,
        tuple(f"{PROCESS}/{name}" for name in names),
        np.bincount(at, here.weight[beyond:]).astype(np.float64),
    )


_ALL = -3


def _onward(found: Found) -> dict[int, _Onward]:
    """For each state the passages from it and from those that see farther back."""
    rows: dict[int, list[Ints]] = {}
    known = found.passages.gap > 0  # no wait at all is no place to stand in
    for here in filter(len, groups(np.where(known, found.passages.before - BEGIN + 1, 0))[1:]):
        state = int(found.passages.before[here[0]])
        rows.setdefault(_ALL, []).append(here)
        rows.setdefault(state, []).append(here)
        while state != BEGIN:
            state = found.contexts.shorter(state)
            if state != BEGIN:
                rows.setdefault(state, []).append(here)
    return {state: _Onward.of(found, np.concatenate(its)) for state, its in rows.items()}
