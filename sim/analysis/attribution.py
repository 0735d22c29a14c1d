"""Where the time of a case went: every instant belongs to one row and is one kind of time (rule 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.analysis.segments import StepTable, added_up, along, chains
from sim.analysis.staffing import Asked, asked_of_pools, open_steps
from sim.errors import InputError
from sim.eventlog import NO_ROW, EventLog, GroupInfo, Ints, combinations, expanded
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

Split = dict[tuple[str, str | None], int]
"""Microseconds by kind of time and owner."""


class Segments(NamedTuple):
    """Stretches [start, stop) of the lives of cases, ordered by case and time, without gap or overlap.

    ``case`` is the place in the log's cases, ``row`` the row that the stretch belongs to (NO_ROW before the log),
    whose owner, stage and step are the stretch's; ``sort`` is that of the row (``log.sorts``), -1 before the log;
    ``kind`` codes into TIME_KINDS.
    """

    case: Ints
    row: Ints
    sort: Ints
    kind: NDArray[np.int8]
    start: Ints
    stop: Ints


@dataclass(frozen=True)
class TimeSplit:
    """Microseconds by (kind, owner) over ``cases`` cases, in the order of TIME_KINDS and of the owners' bytes."""

    cases: int
    total_us: Split

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
    last = _last_rows(log, cases)
    last = last[np.argsort(log.case[last], kind="stable")]
    first, rows = chains(last, log.case, log.kind, log.released_by)
    stints, (held, of_held) = log.stints, _held(log)
    asked = (
        *(first, rows, log.begin, log.case, log.kind, log.ready, log.start, log.end, log.needs),
        *(log.unsplittable, log.duration_us, log.cases.accepted),
        *(stints.first.astype(np.int64), stints.start, stints.stop),
        *(held, *_asked(log), *of_held),
    )
    found = np.empty((5, 2 * rows.size), np.int64)
    n = along(*asked, found)
    if n > found.shape[1]:
        found = np.empty((5, n), np.int64)
        n = along(*asked, found)
    case, row, kind, start, stop = found[:, :n]
    sort = np.where(row == NO_ROW, -1, log.sorts.codes[row])
    return _in_order(Segments(case, row, sort, kind.astype(np.int8), start, stop))


def time_split(log: EventLog, cases: Ints | None = None) -> TimeSplit:
    """The time of these cases, or of all, by kind and owner; open ones are left out (see ``attribute``)."""
    return TimeSplit(_last_rows(log, cases).size, by_owner(log, attribute(log, cases)))


def by_owner(log: EventLog, segments: Segments) -> Split:
    """Microseconds by kind of time and owner; what lies before the log has none."""
    return in_all(split_by_class(log, segments).values())


def split_by_class(log: EventLog, segments: Segments) -> dict[str | None, Split]:
    """The same of the cases of each class."""
    owners, classes = (None, *log.owner.names), (None, *log.cases.case_class.names)
    owner = np.array([0 if name is None else 1 + log.owner.code(name) for name, _, _ in log.sorts.words], np.int64)
    class_ = log.cases.case_class.codes.astype(np.int64) + 1
    shape = (len(classes), len(TIME_KINDS), len(owners))
    case, _, sort, kind, start, stop = segments
    total, occurs = added_up(case, sort, kind, start, stop, class_, owner, *shape)
    found: dict[str | None, Split] = {}
    for c, k, o in zip(*(places.tolist() for places in np.unravel_index(np.flatnonzero(occurs), shape)), strict=True):
        found.setdefault(classes[c], {})[TIME_KINDS[k], owners[o]] = int(total.reshape(shape)[c, k, o])
    return found


def in_all(splits: Iterable[Split]) -> Split:
    """Several added up, in the order of kinds and of the owners' bytes."""
    total: Split = {}
    for split in splits:
        for key, us in split.items():
            total[key] = total.get(key, 0) + us
    return {
        key: total[key] for key in sorted(total, key=lambda key: (TIME_KINDS.index(key[0]), (key[1] or "").encode()))
    }


def _last_rows(log: EventLog, cases: Ints | None) -> Ints:
    """The closed or withdrawn rows of these cases, those that have one."""
    rows = np.flatnonzero(log.is_kind("closed", "withdrawn"))
    if cases is None:
        return rows
    asked = np.zeros(len(log.cases), dtype=np.bool_)
    asked[cases] = True
    return rows[asked[log.case[rows]]]


def _asked(log: EventLog) -> StepTable:
    """When what the rows of each of the log's needs ask for is open."""
    return StepTable.of(
        [open_steps(asked_of_pools(needs, log.pools), log.calendars) for needs in log.needs_names],
        log.begin,
        log.end_of_run,
    )


def _held(log: EventLog) -> tuple[Ints, StepTable]:
    """For each stint a number of its servers' calendars together, and when they are open by that number (rule 5)."""
    names = sorted({group.calendar for groups in log.pools.values() for group in groups}, key=str.encode)
    of_server = [names.index(log.pools[server.pool][server.group].calendar) for server in log.servers]
    calendar = np.array(of_server, dtype=np.int64)[log.stints.servers]
    codes = calendar[log.stints.server_first[:-1]]
    several = np.flatnonzero(np.diff(log.stints.server_first) > 1)
    together: list[tuple[int, ...]] = [(i,) for i in range(len(names))]
    if several.size:
        of_stint, server = expanded(log.stints.server_first[several], log.stints.server_first[several + 1])
        held = np.zeros((several.size, len(names)), dtype=np.bool_)
        held[of_stint, calendar[server]] = True
        its, found = combinations([(bits, 256) for bits in np.packbits(held, axis=1).T])
        codes[several] = len(together) + its
        together += [tuple(np.flatnonzero(np.unpackbits(np.array(bits, dtype=np.uint8))).tolist()) for bits in found]
    asked = ([Asked((GroupInfo(1, names[c], 1.0, False),), 1) for c in calendars] for calendars in together)
    return codes, StepTable.of([open_steps(each, log.calendars) for each in asked], log.begin, log.end_of_run)


def _in_order(segments: Segments) -> Segments:
    """By case and start, as they come where every row began when the row before it ended (rule 15)."""
    case, start = segments.case, segments.start
    if np.all((case[1:] != case[:-1]) | (start[1:] >= start[:-1])):
        return segments
    return _taken(segments, np.lexsort((start, case)))


def _taken(segments: Segments, which: NDArray[np.int64] | NDArray[np.bool_]) -> Segments:
    return Segments._make(column[which] for column in segments)
