"""The stretches of time along what released each row, case by case, in compiled code (rule 16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.staffing import OpenSteps
from sim.eventlog import KINDS, NAT, NO_ROW, Ints
from sim.jit import compiled, fetch_ahead, inner, types
from sim.model.quantities import DAY_US

Array = NDArray[Any]

_ACCEPTED, _IS_WORK, _IS_WAIT, _IS_SESSION = (KINDS.index(k) for k in ("accepted", "work", "wait", "session"))
WORK, OFF, STAFF, HOURS, FOR_SESSION, SESSION, WAIT, BEFORE = range(8)
"""The kinds of time, as ``TIME_KINDS`` lists them."""
_CASE, _ROW, _KIND, _START, _STOP = range(5)
_AHEAD = 8
"""So many rows before its stints are read memory is asked for them, and for the row as many before that."""


def _read(kind: Any) -> Any:
    return types.Array(kind, 1, "C", readonly=True)


_i64, _i32, _i8, _flags, _f64 = map(_read, (types.int64, types.int32, types.int8, types.bool_, types.float64))
_found = types.int64[:, ::1]
_STEPS = (_i64, _i64, types.int64, types.int64, _i64, _i64, _i64, _i64, _f64)


class StepTable(NamedTuple):
    """Several :class:`OpenSteps`, one after another: those of table t begin at the places with its number.

    ``at_midnight``: for each table the step (counted through all tables) at every midnight from ``midnight`` on,
    ``days`` of them.
    """

    edges: Ints
    at_midnight: Ints
    midnight: int
    days: int
    first_step: Ints
    first_close: Ints
    closes: Ints
    first_speed: Ints
    speeds: NDArray[np.float64]

    @classmethod
    def of(cls, tables: Sequence[OpenSteps], begin: int, end: int) -> StepTable:
        """Put them together, in this order; the run lasts from ``begin`` to ``end``."""
        midnights = np.arange(begin // DAY_US, end // DAY_US + 1) * DAY_US
        columns: dict[str, tuple[Ints, Array]] = {}
        for name, dtype in (("edges", np.int64), ("closes", np.int64), ("speeds", np.float64)):
            parts = [getattr(table, name).ravel() for table in tables]
            first = np.cumsum([0, *(part.size for part in parts)])
            columns[name] = first, np.concatenate([np.empty(0, dtype), *parts])
        first_edge, edges = columns["edges"]
        at = [
            np.searchsorted(t.edges, midnights, side="right") - 1 + f for t, f in zip(tables, first_edge, strict=False)
        ]
        at_midnight = np.concatenate([np.empty(0, np.int64), *at])
        midnight = int(midnights[0])
        return cls(edges, at_midnight, midnight, midnights.size, first_edge, *columns["closes"], *columns["speeds"])


@compiled(types.UniTuple(types.int64[::1], 2)(_i64, _i32, _i8, _i32))
def chains(last: Array, case: Array, kind: Array, released_by: Array) -> Any:
    """The rows that led to each of these last rows, the earliest first: (where each case's begin, rows).

    A case whose first row nothing released, though it is not its acceptance, was open when the run began (rule 14).
    """
    first = np.zeros(last.size + 1, np.int64)
    for i in range(last.size):
        row, n = last[i], 1
        while not (kind[row] == _ACCEPTED and case[row] == case[last[i]]) and released_by[row] != NO_ROW:
            row, n = released_by[row], n + 1
        first[i + 1] = first[i] + n
    rows = np.empty(first[last.size], np.int64)
    for i in range(last.size):
        row = last[i]
        for at in range(first[i + 1] - 1, first[i] - 1, -1):
            rows[at] = row
            row = released_by[row]
    return first, rows


@inner
def _add(found: Array, n: int, row: int, kind: int, start: int, stop: int) -> int:
    """One more stretch, if it lasts; neighbours of one row and kind are one. Where there is no room it is counted."""
    if start >= stop:
        return n
    if n < found.shape[1]:
        if n > 0 and found[_ROW, n - 1] == row and found[_KIND, n - 1] == kind and found[_STOP, n - 1] == start:
            found[_STOP, n - 1] = stop
            return n
        found[_ROW, n], found[_KIND, n], found[_START, n], found[_STOP, n] = row, kind, start, stop
    return n + 1


@inner
def _part(
    found: Array,
    n: int,
    row: int,
    start: int,
    stop: int,
    begin: int,
    needed: int,
    possible: int,
    otherwise: int,
    table: int,
    edges: Array,
    at_midnight: Array,
    midnight: int,
    days: int,
    first_step: Array,
    first_close: Array,
    closes: Array,
    first_speed: Array,
    speeds: Array,
) -> int:
    """[start, stop) parted by whether all that is asked for is open, and long enough for unsplittable work.

    ``table`` says when it is; what asks for nothing has none, -1. Calendars say nothing about the time before the
    ``begin`` of the run (rule 14).
    """
    if start >= stop:
        return n
    from_ = min(max(begin, start), stop)
    n = _add(found, n, row, BEFORE, start, from_)
    if table < 0 or from_ == stop:
        return _add(found, n, row, possible, from_, stop)
    base, one, end = first_step[table], first_speed[table], first_speed[table + 1]
    step = at_midnight[table * days + min((from_ - midnight) // DAY_US, days - 1)]
    while edges[step + 1] <= from_:
        step += 1
    while from_ < stop:
        high, until = min(stop, edges[step + 1]), NAT
        for k in range(one, end):
            close = closes[first_close[table] + (step - base) * (end - one) + k - one]
            if close != NAT:
                until = max(until, close - np.int64(np.rint(needed / speeds[k])))
        turn = min(max(until, from_), high)
        n = _add(found, n, row, possible, from_, turn)
        n = _add(found, n, row, otherwise, turn, high)
        from_, step = high, step + 1
    return n


@inner
def _fetch(
    rows: Array,
    at: int,
    kind: Array,
    ready: Array,
    start: Array,
    end: Array,
    needs: Array,
    unsplittable: Array,
    first_stint: Array,
    stint_start: Array,
    stint_stop: Array,
    held: Array,
) -> None:
    """The rows of a chain lie far apart in the log, and so do their stints: ask for them before they are read."""
    if at + 2 * _AHEAD >= rows.size:
        return
    later, stint = rows[at + 2 * _AHEAD], first_stint[rows[at + _AHEAD]]
    fetch_ahead(kind, later)
    fetch_ahead(ready, later)
    fetch_ahead(start, later)
    fetch_ahead(end, later)
    fetch_ahead(needs, later)
    fetch_ahead(unsplittable, later)
    fetch_ahead(first_stint, later)
    fetch_ahead(stint_start, stint)
    fetch_ahead(stint_stop, stint)
    fetch_ahead(held, stint)


@compiled(
    types.int64(
        *(_i64, _i64, types.int64, _i32, _i8, _i64, _i64, _i64, _i32, _flags, _i64, _i64),
        *(_i64, _i64, _i64, _i64, *_STEPS, *_STEPS, _found),
    )
)
def along(
    first: Array,
    rows: Array,
    begin: int,
    case: Array,
    kind: Array,
    ready: Array,
    start: Array,
    end: Array,
    needs: Array,
    unsplittable: Array,
    duration: Array,
    accepted: Array,
    first_stint: Array,
    stint_start: Array,
    stint_stop: Array,
    held: Array,
    edges: Array,
    at_midnight: Array,
    midnight: int,
    days: int,
    first_step: Array,
    first_close: Array,
    closes: Array,
    first_speed: Array,
    speeds: Array,
    held_edges: Array,
    held_at_midnight: Array,
    held_midnight: int,
    held_days: int,
    held_first_step: Array,
    held_first_close: Array,
    held_closes: Array,
    held_first_speed: Array,
    held_speeds: Array,
    found: Array,
) -> int:
    """Fill in the stretches along these chains, (case, row, kind, start, stop) of each in a column; how many they are.

    Where they are more than there is room for, or nearly so, it is an upper bound, and what was found is not all.
    Two tables of steps: when what a row ``needs`` is open, and when what a stint ``held`` is.
    """
    n = 0
    for i in range(first.size - 1):
        its, before = case[rows[first[i + 1] - 1]], n
        row = rows[first[i]]
        if not (kind[row] == _ACCEPTED and case[row] == its):
            if n < found.shape[1]:
                found[_ROW, n], found[_KIND, n] = NO_ROW, BEFORE
                found[_START, n], found[_STOP, n] = accepted[its], ready[row]
            n += 1
        for at in range(first[i], first[i + 1]):
            _fetch(rows, at, kind, ready, start, end, needs, unsplittable, first_stint, stint_start, stint_stop, held)
            row = rows[at]
            if kind[row] == _IS_WAIT:
                n = _add(found, n, row, WAIT, ready[row], end[row])
            elif kind[row] == _IS_SESSION:
                begun = end[row] if start[row] == NAT else start[row]
                n = _add(found, n, row, FOR_SESSION, ready[row], begun)
                n = _add(found, n, row, SESSION, begun, end[row])
            elif kind[row] == _IS_WORK:
                waits, needed = ready[row], duration[row] if unsplittable[row] else 0
                for stint in range(first_stint[row], first_stint[row + 1] + 1):
                    last = stint == first_stint[row + 1]
                    n = _part(
                        found, n, row, waits, end[row] if last else stint_start[stint], begin, needed, STAFF, HOURS,
                        needs[row], edges, at_midnight, midnight, days, first_step, first_close, closes, first_speed,
                        speeds,
                    )  # fmt: skip
                    if not last:
                        n = _part(
                            found, n, row, stint_start[stint], stint_stop[stint], begin, 0, WORK, OFF, held[stint],
                            held_edges, held_at_midnight, held_midnight, held_days, held_first_step, held_first_close,
                            held_closes, held_first_speed, held_speeds,
                        )  # fmt: skip
                        waits = stint_stop[stint]
        found[_CASE, before : min(n, found.shape[1])] = its
    return n


@compiled(
    types.Tuple((types.int64[::1], types.bool_[::1]))(
        *(_i64, _i64, _i8, _i64, _i64, _i64, _i64), *(types.int64, types.int64, types.int64)
    )
)
def added_up(
    case: Array,
    sort: Array,
    kind: Array,
    start: Array,
    stop: Array,
    class_: Array,
    owner: Array,
    classes: int,
    kinds: int,
    owners: int,
) -> Any:
    """Microseconds by class of the case, kind of time and owner of the sort (0: none), and which of them occur."""
    total, occurs = np.zeros(classes * kinds * owners, np.int64), np.zeros(classes * kinds * owners, np.bool_)
    for i in range(case.size):
        at = (class_[case[i]] * kinds + kind[i]) * owners + (0 if sort[i] < 0 else owner[sort[i]])
        total[at] += stop[i] - start[i]
        occurs[at] = True
    return total, occurs
