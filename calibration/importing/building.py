"""Executions and lives of cases as an event log in the order of rule 15, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.importing.executions import PROCESS, Executions, Flags, visits
from calibration.importing.life import Lives
from sim.eventlog import (
    KINDS,
    NAT,
    NO_ROW,
    OUTCOMES,
    CaseTable,
    Coded,
    EventLog,
    Ints,
    LookedUp,
    Stints,
)
from sim.model.clocks import SUSPENDED
from sim.model.quantities import DAY_US

NEVER_TOLD = ("released_by", "needs", "stints", "pools", "calendars")
"""What no export that is read here tells: who released a step, which staff it took and when they are in."""
WITHOUT_TIME_OF_DAY = 0.01
"""Above this share of instants at midnight, hours and half days are not decidable."""

_DONE, _OPEN = (np.int8(OUTCOMES.index(outcome)) for outcome in ("done", "open"))


def built(
    its: Executions,
    lives: Lives,
    ids: Sequence[str],
    case_class: Coded,
    attributes: dict[str, Coded],
    *,
    who: Coded | None,
    lacks_ready: bool,
    until: int | None,
) -> EventLog:
    """The log; ``its`` are ordered by case, and in a case as their visits count; ``who`` is by row of the file."""
    its, n = its.compact(), len(ids)
    visit = visits(its)
    ends = [np.flatnonzero(column != NAT).astype(np.int32) for column in (lives.closed, lives.withdrawn)]
    kinds = ("accepted", "closed", "withdrawn")
    of_case = (np.arange(n, dtype=np.int32), *ends)
    instants = (lives.accepted, lives.closed[ends[0]], lives.withdrawn[ends[1]])
    edge = np.concatenate([np.full(c.size, KINDS.index(kind), np.int8) for c, kind in zip(of_case, kinds, strict=True)])
    moments = np.concatenate(instants)
    more = moments.size
    kind, ready, start = _kinds(its)
    step, stage, owner = _names(its)
    every = [moments, its.end[its.end != NAT], its.start[its.start != NAT]]
    missing = _missing(its, kind, every, lacks_ready)
    latest = max(int(column.max(initial=NAT)) for column in every)
    case = np.concatenate([*of_case, its.case])
    by = _case_by_case(of_case, its.case, n)
    case = case[by]
    place = np.concatenate([np.full(more, len(its.table), np.int32), its.means])[by]
    visit = np.concatenate([np.zeros(more, np.int32), visit])[by]
    kind = np.concatenate([edge, kind])[by]
    ready = np.concatenate([moments, ready])[by]
    order = _order(ready, case, step[0][place], visit, kind)
    by = by[order]
    columns = (
        *((column, order) for column in (kind, case, place, visit, ready)),
        *((np.concatenate([moments, column]), by) for column in (start, its.end)),
    )
    with ThreadPoolExecutor(2) as threads:
        kind, case, place, visit, ready, start, end = threads.map(_taken, columns)
    rows = case.size
    staff = None
    if who is not None:
        staff = Coded(np.concatenate([np.full(more, -1, np.int32), who.codes[its.row]])[by], who.names)
    return EventLog(
        kind=kind,
        case=case,
        step=LookedUp(place, *step),
        stage=LookedUp(place, *stage),
        owner=LookedUp(place, *owner),
        visit=visit,
        ready=ready,
        start=start,
        end=end,
        outcome=np.where(end == NAT, _OPEN, _DONE),
        session=Coded(_same(-1, rows, np.int32), ()),
        needs=_same(-1, rows, np.int32),
        released_by=_same(NO_ROW, rows, np.int32),
        unsplittable=_same(False, rows, np.bool_),
        duration_us=_same(0, rows, np.int64),
        stints=_no_stints(rows),
        needs_names=(),
        servers=(),
        cases=CaseTable(
            id=np.arange(n, dtype=np.uint64),
            label=tuple(ids),
            case_class=case_class,
            process=Coded(np.zeros(n, np.int32), (PROCESS,)),
            parent=np.full(n, -1, np.int64),
            accepted=lives.accepted,
            attributes=attributes,
        ),
        begin=int(lives.accepted.min()),
        end_of_run=latest if until is None else until,
        missing=missing,
        who=staff,
    )


def _kinds(its: Executions) -> tuple[NDArray[np.int8], Ints, Ints]:
    """Kind, ready and start of each execution: work where its start is known or still to come, else a wait.

    A suspension is a wait; so is a stretch of which only the end is known.
    """
    is_suspension = its.of([means.owner == SUSPENDED for means in its.table])
    in_queue = (its.start == NAT) & (its.end == NAT) & bool((its.start != NAT).any())
    works = ((its.start != NAT) | in_queue) & ~is_suspension
    marks = its.marks
    kind = np.where(marks, KINDS.index("mark"), np.where(works, KINDS.index("work"), KINDS.index("wait"))).astype(
        np.int8
    )
    ready = np.where(marks, its.end, np.where(its.ready != NAT, its.ready, its.start))
    start = np.where(marks, its.end, np.where(works, its.start, ready))
    return kind, ready, start


def _names(its: Executions) -> tuple[tuple[NDArray[np.int32], tuple[str, ...]], ...]:
    """Codes by place in the table, and one place more for acceptance and end; and the names, for step, stage, owner."""
    steps = [f"{PROCESS}/{means.step or means.mark}" for means in its.table]
    stages = [means.stage if means.mark is None else None for means in its.table]
    owners = [means.owner if means.mark is None else None for means in its.table]
    coded = [Coded.of([*words, None]) for words in (steps, stages, owners)]
    return tuple((column.codes, column.names) for column in coded)


def _case_by_case(edges: Sequence[NDArray[np.int32]], steps: NDArray[np.int32], n: int) -> Ints:
    """The order that puts the acceptance and the end of each case before its steps; all columns are by case."""
    count = sum(np.bincount(column, minlength=n) for column in edges)
    edges_up_to = np.cumsum(count)
    steps_before = np.append(0, np.cumsum(np.bincount(steps, minlength=n)))
    next_place = edges_up_to - count + steps_before[:-1]
    more = sum(column.size for column in edges)
    order = np.empty(more + steps.size, np.int64)
    first = 0
    for column in edges:
        order[next_place[column]] = np.arange(first, first + column.size)
        next_place[column] += 1
        first += column.size
    order[np.arange(steps.size) + edges_up_to[steps]] = np.arange(more, more + steps.size)
    return order


def _order(
    ready: Ints, case: NDArray[np.int32], step: NDArray[np.int32], visit: NDArray[np.int32], kind: NDArray[np.int8]
) -> Ints:
    """By (ready, case, step, visit, kind). Given by case but for the order of the steps of a case that are ready at one
    instant, they are sorted by time alone, and then those steps."""
    order = _by_time(ready)
    at, its = ready[order], case[order]
    pairs = np.flatnonzero((at[1:] == at[:-1]) & (its[1:] == its[:-1]))
    one, two = order[pairs], order[pairs + 1]
    wrong = np.zeros(pairs.size, np.bool_)
    for column in (kind, visit, step):  # the last one weighs most
        wrong = (column[one] > column[two]) | (column[one] == column[two]) & wrong
    if wrong.any():
        run = np.cumsum(np.append(True, np.diff(pairs) > 1)) - 1  # pairs that follow one another are one run
        disordered = np.zeros(int(run[-1]) + 1, np.bool_)
        disordered[run[wrong]] = True
        of_runs = pairs[disordered[run]]
        tied = np.unique(np.concatenate([of_runs, of_runs + 1]))
        rows = order[tied]
        order[tied] = rows[np.lexsort((kind[rows], visit[rows], step[rows], case[rows], ready[rows]))]
    return order


def _by_time(ready: Ints) -> Ints:
    """The stable order by time: of the earlier and the later half at once."""
    middle = np.median(ready[:: max(ready.size // 1000, 1)]) if ready.size else 0
    early = ready < middle
    halves = [np.flatnonzero(early), np.flatnonzero(~early)]
    with ThreadPoolExecutor(2) as threads:
        return np.concatenate(list(threads.map(lambda rows: rows[np.argsort(ready[rows], kind="stable")], halves)))


def _taken(column_and_order: tuple[Any, Ints]) -> Any:
    column, order = column_and_order
    return column[order]


def _missing(its: Executions, kind: NDArray[np.int8], instants: Sequence[Ints], lacks_ready: bool) -> tuple[str, ...]:
    """What the log does not tell of all of its steps."""
    steps = [means for means in its.table if means.mark is None]
    known = ~its.marks & ~its.of([means.owner == SUSPENDED for means in its.table])
    waits = known & (kind == KINDS.index("wait"))
    lacking = {
        "ready": lacks_ready,
        "start": bool(waits.any()),
        "owner": any(means.owner is None for means in steps),
        "stage": any(means.stage is None for means in steps if means.owner != SUSPENDED),
        "time-of-day": share_at_midnight(instants) > WITHOUT_TIME_OF_DAY,
    }
    return (*(name for name, lacks in lacking.items() if lacks), *NEVER_TOLD)


def share_at_midnight(instants: Sequence[Ints]) -> float:
    """The share of instants without a time of day; 00:00:00 is how systems write that none is known."""
    n = sum(column.size for column in instants)
    return sum(at_midnight(column).size for column in instants) / n if n else 0.0


def at_midnight(instants: Ints) -> Ints:
    """The places of the instants at midnight. A day has 2^13 times an odd number of microseconds, so that a look at the
    last bits spares most of the divisions."""
    places = np.flatnonzero(instants & (2**13 - 1) == 0)
    return places[instants[places] % DAY_US == 0]


def _same(value: int, n: int, kind: type[np.generic]) -> NDArray[Any]:
    """A column that says the same in every row, and takes the room of one."""
    return np.broadcast_to(np.array(value, kind), n)


def _no_stints(rows: int) -> Stints:
    nothing = np.zeros(0, np.int64)
    return Stints(_same(0, rows + 1, np.int32), nothing, nothing, np.zeros(1, np.int32), np.zeros(0, np.int32))


def of_cases(column: Coded, kept: Flags) -> Coded:
    """An attribute of fewer cases, with the words that are left."""
    codes = column.codes[kept]
    used = np.unique(codes[codes >= 0])
    place = np.full(len(column.names) + 1, -1, np.int32)
    place[used] = np.arange(used.size)
    return Coded(place[codes], tuple(column.names[i] for i in used.tolist()))
