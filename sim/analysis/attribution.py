"""Where the time of a case went: every instant belongs to one row and is one kind of time (rule 16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.analysis.staffing import Asked, OpenSteps, asked_of_pools, open_steps
from sim.errors import InputError
from sim.eventlog import (
    KINDS,
    NAT,
    NO_ROW,
    Coded,
    EventLog,
    Grouped,
    GroupInfo,
    Ints,
    combinations,
    counting_order,
    expanded,
)  # fmt: skip
from sim.model.quantities import DAY_US
from sim.text import Text

TimeKind = Literal[
    "work", "off-hours", "waiting-for-staff", "waiting-for-opening-hours", "waiting-for-session", "in-session", "wait",
    "before-log",
]  # fmt: skip
TIME_KINDS: tuple[TimeKind, ...] = get_args(TimeKind)
"""``before-log``: a case was open when the run began (rule 14), and the log does not tell what it did until then."""

NEEDED = ("ready", "start", "end", "released_by", "needs", "stints", "pools", "calendars")
"""What a real log must bring; without one of them the attribution is withheld (rule 15)."""

_WORK, _OFF, _STAFF, _HOURS, _FOR_SESSION, _SESSION, _WAIT, _BEFORE = range(len(TIME_KINDS))
_ACCEPTED = KINDS.index("accepted")
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


class Segments(NamedTuple):
    """Stretches [start, stop) of the lives of cases, ordered by case and time, without gap or overlap.

    ``case`` is the place in the log's cases, ``row`` the row that the stretch belongs to (NO_ROW before the log),
    whose owner, stage and step are the stretch's; ``kind`` codes into TIME_KINDS.
    """

    case: Ints
    row: Ints
    kind: NDArray[np.int8]
    start: Ints
    stop: Ints


@dataclass(frozen=True)
class TimeSplit:
    """Microseconds by (kind, owner) over ``cases`` cases, in the order of TIME_KINDS and of the owners' bytes."""

    cases: int
    total_us: dict[tuple[str, str | None], int]

    @property
    def elapsed_us(self) -> int:
        """The elapsed time of all cases together: exactly the sum of the parts."""
        return sum(self.total_us.values())

    def mean_days(self) -> dict[tuple[str, str | None], float]:
        """Mean calendar days of a case by (kind, owner)."""
        return {key: us / self.cases / DAY_US for key, us in self.total_us.items()}


def attribute(log: EventLog, cases: Ints | None = None) -> Segments:
    """The time of these cases, or of all, from acceptance to closing or withdrawal, along what released each row.

    Cases that are still open have no last row, and are left out. Waiting for staff and waiting for opening hours
    are told apart by calendars alone: whether enough servers would be there, were all of them free.
    Errors: InputError where a real log lacks one of ``NEEDED``.
    """
    if lacking := [column for column in NEEDED if column in log.missing]:
        raise InputError(
            Text(
                "日志缺少这些列,无法说明时间用在哪里",
                "the log lacks columns without which it cannot tell where time went",
            ),
            Text("在导出中补上", "export these, too"),
            value=", ".join(lacking),
        )
    case, row, before = _chains(log, cases)
    asked = np.zeros(len(log), dtype=np.bool_)
    asked[row] = True
    pieces = _segments_of(log, np.flatnonzero(asked))
    first = np.append(0, np.cumsum(np.bincount(pieces.row, minlength=len(log))))
    index, place = expanded(first[row], first[row + 1])
    if not before.case.size:
        order = _in_order(case[index], pieces.start[place])
        return _taken(pieces, place[order])._replace(case=case[index[order]])
    along = _taken(pieces, place)._replace(case=case[index])
    found = Segments._make(np.append(before[i], along[i]) for i in range(len(before)))
    return _taken(found, _in_order(found.case, found.start))


def of_cases(segments: Segments, cases: Ints) -> Segments:
    """The segments of these cases alone, which ascend."""
    first, stop = (np.searchsorted(segments.case, cases, side=side) for side in _SIDES)
    return _taken(segments, expanded(first, stop)[1])


def time_split(log: EventLog, cases: Ints | None = None) -> TimeSplit:
    """The time of these cases, or of all, by kind and owner; open ones are left out (see ``attribute``)."""
    return TimeSplit(_last_rows(log, cases).size, by_owner(log, attribute(log, cases)))


def by_owner(log: EventLog, segments: Segments) -> dict[tuple[str, str | None], int]:
    """Microseconds by kind of time and owner; what lies before the log has none."""
    return added_up(segments.kind, log.owner, segments.row, segments.stop - segments.start)


def added_up(
    kind: NDArray[np.int8], column: Coded, row: Ints, amounts: NDArray[Any]
) -> dict[tuple[str, str | None], Any]:
    """Amounts summed by kind of time and by the word that a column has in their rows, in the order of both."""
    names = (None, *column.names)
    code = np.where(row == NO_ROW, 0, column.codes[row] + 1)
    codes, found = combinations([(kind, len(TIME_KINDS)), (code, len(names))])
    total = np.zeros(len(found), dtype=amounts.dtype)
    np.add.at(total, codes, amounts)
    return {(TIME_KINDS[k], names[n]): amount for (k, n), amount in zip(found, total.tolist(), strict=True)}


def _last_rows(log: EventLog, cases: Ints | None) -> Ints:
    """The closed or withdrawn rows of these cases, those that have one."""
    rows = np.flatnonzero(log.is_kind("closed", "withdrawn"))
    if cases is None:
        return rows
    asked = np.zeros(len(log.cases), dtype=np.bool_)
    asked[cases] = True
    return rows[asked[log.case[rows]]]


def _chains(log: EventLog, cases: Ints | None) -> tuple[Ints, Ints, Segments]:
    """The rows that led to the end of each case, as (case, row) pairs; and what lies before the first of them."""
    row = _last_rows(log, cases)
    row = row[np.argsort(log.case[row], kind="stable")]
    case = log.case[row].astype(np.int64)
    found, first = [(case, row)], [(case[:0], row[:0])]
    while row.size:
        by = log.released_by[row]
        over = (log.kind[row] == _ACCEPTED) & (log.case[row] == case)
        unknown = ~over & (by == NO_ROW)  # rule 14: the run began with this row
        first.append((case[unknown], row[unknown]))
        case, row = case[~over & ~unknown], by[~over & ~unknown]
        found.append((case, row))
    begun, began = (np.concatenate(part) for part in zip(*first, strict=True))
    none = np.full(begun.size, NO_ROW)
    before = Segments(
        begun, none, np.full(begun.size, _BEFORE, dtype=np.int8), log.cases.accepted[begun], log.ready[began]
    )
    case, row = (np.concatenate(part) for part in zip(*reversed(found), strict=True))
    return case, row, before


def _segments_of(log: EventLog, rows: Ints) -> Segments:
    """The segments of each row on its own, ordered by row and time; equal neighbours are one."""
    kind = log.kind[rows]
    waits, sessions, works = (rows[kind == KINDS.index(k)] for k in ("wait", "session", "work"))
    begun = np.where(log.start[sessions] == NAT, log.end[sessions], log.start[sessions])
    parts = [
        (waits, _WAIT, log.ready[waits], log.end[waits]),
        (sessions, _FOR_SESSION, log.ready[sessions], begun),
        (sessions, _SESSION, begun, log.end[sessions]),
        *_of_waiting(log, works),
        *_of_stints(log, works),
    ]
    parts = [_lasting(part) for part in parts]
    row = np.concatenate([rows for rows, *_ in parts])
    start = np.concatenate([start for _, _, start, _ in parts])
    order = _in_order(row, start)
    codes = np.concatenate([np.full(rows.size, kind, dtype=np.int8) for rows, kind, *_ in parts])
    stop = np.concatenate([stop for *_, stop in parts])
    row = row[order]
    return _joined(Segments(row, row, codes[order], start[order], stop[order]))


def _lasting(part: _Part) -> _Part:
    """Without what begins where it ends."""
    rows, kind, start, stop = part
    some = np.flatnonzero(start < stop)
    return (rows, kind, start, stop) if some.size == rows.size else (rows[some], kind, start[some], stop[some])


def _in_order(group: Ints, start: Ints) -> Ints:
    """The order by group and start. They come nearly so: groups in a few runs, most of them in order of time."""
    order = counting_order(group, int(group.max(initial=-1)) + 1)
    group, start = group[order], start[order]
    wrong = np.flatnonzero((group[1:] == group[:-1]) & (start[1:] < start[:-1]))
    if wrong.size:
        groups = group[wrong[np.append(True, group[wrong[1:]] != group[wrong[:-1]])]]
        first, stop = (np.searchsorted(group, groups, side=side) for side in _SIDES)
        those = expanded(first, stop)[1]
        order[those] = order[those[np.lexsort((start[those], group[those]))]]
    return order


_Part = tuple[Ints, int, Ints, Ints]
"""Rows, their kind of time, from and to."""


def _of_waiting(log: EventLog, works: Ints) -> list[_Part]:
    """From ready to the first stint, between stints, and after the last one to the end."""
    stints = log.stints
    low, high = stints.first[works], stints.first[works + 1]
    stint = expanded(low, high)[1]
    last = np.cumsum(high - low + 1) - 1
    start, stop = np.empty((2, works.size + stint.size), dtype=np.int64)
    is_last = np.zeros(start.size, dtype=np.bool_)
    is_last[last] = True
    is_first = np.roll(is_last, 1)
    start[is_first], start[~is_first] = log.ready[works], stints.stop[stint]
    stop[is_last], stop[~is_last] = log.end[works], stints.start[stint]
    row, _, start, stop = _lasting((np.repeat(works, high - low + 1), _STAFF, start, stop))
    needed = np.where(log.unsplittable[row], log.duration_us[row], 0)
    found: list[_Part] = []
    for needs, those in Grouped.by(log.needs[row], len(log.needs_names)).places():
        steps = open_steps(asked_of_pools(log.needs_names[needs], log.pools), log.calendars)
        found += _parted(log, steps, row[those], start[those], stop[those], needed[those], (_STAFF, _HOURS))
    return found


def _of_stints(log: EventLog, works: Ints) -> list[_Part]:
    """Work while all its servers' calendars are open, off hours while one of them is closed (rule 5)."""
    names = sorted({group.calendar for groups in log.pools.values() for group in groups}, key=str.encode)
    of_server = [names.index(log.pools[server.pool][server.group].calendar) for server in log.servers]
    index, stint = expanded(log.stints.first[works], log.stints.first[works + 1])
    of_stint, server = expanded(log.stints.server_first[stint], log.stints.server_first[stint + 1])
    if not stint.size:
        return []
    held = np.zeros((stint.size, len(names)), dtype=np.bool_)
    held[of_stint, np.array(of_server, dtype=np.int64)[log.stints.servers[server]]] = True
    codes, together = combinations([(bits, 256) for bits in np.packbits(held, axis=1).T])
    row, start, stop = works[index], log.stints.start[stint], log.stints.stop[stint]
    found: list[_Part] = []
    for i, those in Grouped.by(codes, len(together)).places():
        calendars = np.flatnonzero(np.unpackbits(np.array(together[i], dtype=np.uint8)))
        asked = [Asked((GroupInfo(1, names[c], 1.0, False),), 1) for c in calendars]
        zero = np.zeros(those.size, dtype=np.int64)
        steps = open_steps(asked, log.calendars)
        found += _parted(log, steps, row[those], start[those], stop[those], zero, (_WORK, _OFF))
    return found


def _parted(
    log: EventLog, steps: OpenSteps, row: Ints, start: Ints, stop: Ints, needed: Ints, kinds: tuple[int, int]
) -> list[_Part]:
    """Intervals parted by calendars into two kinds; calendars say nothing about the time before the run."""
    begin = np.clip(log.begin, start, stop)
    pieces = steps.split(begin, stop, needed)
    at, others = pieces.possible, ~pieces.possible
    return [
        (row, _BEFORE, start, begin),
        (row[pieces.of[at]], kinds[0], pieces.start[at], pieces.stop[at]),
        (row[pieces.of[others]], kinds[1], pieces.start[others], pieces.stop[others]),
    ]


def _joined(segments: Segments) -> Segments:
    """Neighbours of one row and kind are one."""
    row, kind, start, stop = segments[1:]
    new = (row[1:] != row[:-1]) | (kind[1:] != kind[:-1]) | (start[1:] != stop[:-1])
    first = np.append(True, new)[: row.size]
    last = np.append(new, True)[: row.size]
    return _taken(segments, first)._replace(stop=stop[last])


def _taken(segments: Segments, which: NDArray[np.int64] | NDArray[np.bool_]) -> Segments:
    return Segments._make(column[which] for column in segments)
