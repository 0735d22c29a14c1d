"""The rows of cases together with those of the cases that they spawned, at any depth."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import EventLog, Ints
from sim.jit import compiled, types

Flags = NDArray[np.bool_]
_i64, _i32, _flags = (types.Array(kind, 1, "C", readonly=True) for kind in (types.int64, types.int32, types.bool_))


class FamilyRows(NamedTuple):
    """Pairs of a case, by its place among those asked for, and a row of its own or of a case that it spawned.

    Ordered by place; rows of one member of a family stand together, in the log's order. ``sort``: see ``log.sorts``.
    """

    place: Ints
    row: Ints
    sort: Ints

    def where(self, which: Flags) -> FamilyRows:
        """Those chosen by flags."""
        chosen = np.flatnonzero(which)
        return FamilyRows(self.place[chosen], self.row[chosen], self.sort[chosen])


class Families(NamedTuple):
    """The rows of cases and of all that descend from them: those of the case at place i, and their sorts, stand at
    first[i] to stop[i] - 1. A city's have millions, of which most clocks look at few.
    """

    first: Ints
    stop: Ints
    row: NDArray[np.int32]
    sort: NDArray[np.int32]

    def rows(self, sorts: Flags) -> FamilyRows:
        """Those of the chosen sorts, one by one."""
        return FamilyRows(*_pairs(*self, sorts))

    def have(self, sorts: Flags) -> Flags:
        """Which cases have a row of one of the chosen sorts."""
        return _have(self.first, self.stop, self.sort, sorts)

    def occurring(self, codes: NDArray[np.int32], n: int) -> Flags:
        """Which of the codes 0 to n - 1, one for each row of the log or -1, some row has."""
        return _occurring(self.first, self.stop, self.row, codes, n)

    def of(self, which: Flags) -> Families:
        """Those of the chosen cases."""
        return self._replace(first=self.first[which], stop=self.stop[which])


def families(log: EventLog, cases: Ints) -> Families:
    """The rows of these distinct cases and of all that descend from them."""
    place, member = family_cases(log, cases)
    first, row, sort = _gathered(place, member, cases.size, *log.by_case, log.sorts.codes)
    return Families(first[:-1], first[1:], row, sort)


def family_rows(log: EventLog, cases: Ints) -> FamilyRows:
    """All rows of :func:`families`, one by one."""
    return families(log, cases).rows(np.ones(len(log.sorts.words), dtype=np.bool_))


def family_cases(log: EventLog, cases: Ints) -> tuple[Ints, Ints]:
    """These distinct cases and all that descend from them: (place of the ancestor among these, case), by place."""
    place, member = np.arange(cases.size), cases
    found = [(place, member)]
    while member.size:
        index, child = log.cases.by_parent.of(member + 1)
        place, member = place[index], child
        found.append((place, member))
    place, member = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(place, kind="stable")
    return place[order], member[order]


def stage_counts(
    log: EventLog, cases: Ints, customer_facing: Collection[str] | None = None, its: Families | None = None
) -> Ints:
    """环节数: how many distinct stages each case has gone through so far, of those that the customer meets.

    Stages of the cases that it spawned are among them. ``customer_facing``: the ids that count; all when left out.
    ``its``: the cases' rows, where they have been found before.
    """
    stages = [stage for _, stage, _ in log.sorts.words]
    facing = [stage is not None and (customer_facing is None or stage in customer_facing) for stage in stages]
    pairs = zip(stages, facing, strict=True)
    code = np.array([log.stage.code(stage or "") if counts else -1 for stage, counts in pairs], dtype=np.int64)
    its = families(log, cases) if its is None else its
    found: Ints = _distinct(its.first, its.stop, its.sort, code, len(log.stage.names))
    return found


@compiled(types.Tuple((types.int64[::1], types.int32[::1], types.int32[::1]))(_i64, _i64, types.int64, *[_i64] * 3))
def _gathered(place: Any, member: Any, n: int, first: Any, members: Any, sorts: Any) -> Any:
    """Where the rows of each begin, the rows and their sorts, from the members of each and the rows by case."""
    begin = np.zeros(n + 1, np.int64)
    for i in range(place.size):
        begin[place[i] + 1] += first[member[i] + 1] - first[member[i]]
    for i in range(n):
        begin[i + 1] += begin[i]
    row, sort, at = np.empty(begin[n], np.int32), np.empty(begin[n], np.int32), 0
    for i in range(place.size):
        for k in range(first[member[i]], first[member[i] + 1]):
            row[at] = members[k]
            sort[at] = sorts[members[k]]
            at += 1
    return begin, row, sort


@compiled(types.UniTuple(types.int64[::1], 3)(_i64, _i64, _i32, _i32, _flags))
def _pairs(first: Any, stop: Any, rows: Any, sorts: Any, chosen: Any) -> Any:
    """The columns of :class:`FamilyRows`."""
    n = 0
    for i in range(first.size):
        for k in range(first[i], stop[i]):
            n += chosen[sorts[k]]
    place, row, its = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    at = 0
    for i in range(first.size):
        for k in range(first[i], stop[i]):
            if chosen[sorts[k]]:
                place[at], row[at], its[at] = i, rows[k], sorts[k]
                at += 1
    return place, row, its


@compiled(types.bool_[::1](_i64, _i64, _i32, _flags))
def _have(first: Any, stop: Any, sorts: Any, chosen: Any) -> Any:
    found = np.zeros(first.size, np.bool_)
    for i in range(found.size):
        for k in range(first[i], stop[i]):
            found[i] |= chosen[sorts[k]]
    return found


@compiled(types.bool_[::1](_i64, _i64, _i32, _i32, types.int64))
def _occurring(first: Any, stop: Any, rows: Any, codes: Any, n: int) -> Any:
    found = np.zeros(n, np.bool_)
    for i in range(first.size):
        for k in range(first[i], stop[i]):
            if codes[rows[k]] >= 0:
                found[codes[rows[k]]] = True
    return found


@compiled(types.int64[::1](_i64, _i64, _i32, _i64, types.int64))
def _distinct(first: Any, stop: Any, sorts: Any, code: Any, codes: int) -> Any:
    """How many codes from 0 on the rows of each case have."""
    found, last = np.zeros(first.size, np.int64), np.full(codes, -1, np.int64)
    for i in range(found.size):
        for k in range(first[i], stop[i]):
            its = code[sorts[k]]
            if its >= 0 and last[its] != i:
                last[its] = i
                found[i] += 1
    return found
