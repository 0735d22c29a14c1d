"""The event log: the narrow waist where the simulated and the real world meet (rule 15).

One row for each execution of a step, in flat columns; beside the rows the cases with their attributes, the pools and
the calendars in use. Nothing downstream knows whether an engine or a utility's export filled it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.model.calendars import Calendar

Kind = Literal["accepted", "work", "wait", "session", "mark", "closed", "withdrawn"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Outcome = Literal["done", "withdrawn", "open"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NAT = int(np.iinfo(np.int64).min)
"""No time (yet): an open row has no end, a waiting one no start."""
NO_ROW = -1

Ints = NDArray[np.int64]

_LISTED = 2**20
"""Up to so many combinations are looked at all together."""


class Server(NamedTuple):
    """One of a pool's servers: its group's place in the pool, its number in the group."""

    pool: str
    group: int
    index: int  # type: ignore[assignment]


class NeedRow(NamedTuple):
    """What an execution asked of a pool: n servers, or the one ``kept`` from an earlier step."""

    pool: str
    n: int
    kept: Server | None = None


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of words: ``names[codes[i]]`` is the word of row i, code -1 is no word."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    def __getitem__(self, row: int) -> str | None:
        code = self.codes[row]
        return None if code < 0 else self.names[code]

    def code(self, name: str) -> int:
        """The code of a word, -1 where no row has it."""
        return self.names.index(name) if name in self.names else -1

    def isin(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Which rows have one of these words."""
        wanted = np.zeros(len(self.names) + 1, dtype=np.bool_)  # the last one for "no word"
        wanted[[code for code in map(self.code, names) if code >= 0]] = True
        return wanted[self.codes]

    @classmethod
    def of(cls, words: Sequence[str | None]) -> Coded:
        """Codes in the order of the words' UTF-8 bytes, so that equal logs have equal columns."""
        names = tuple(sorted({w for w in words if w is not None}, key=lambda w: w.encode()))
        code = {name: i for i, name in enumerate(names)} | {None: -1}
        return cls(np.array([code[w] for w in words], dtype=np.int32), names)


class LookedUp(Coded):
    """A column that another one tells: row i has the code ``of_place[place[i]]``. It is spelt out when it is asked for,
    since a log of a million rows has many such columns and most readers need few.
    """

    def __init__(self, place: NDArray[np.int32], of_place: NDArray[np.int32], names: tuple[str, ...]) -> None:
        self.__dict__.update(place=place, of_place=of_place, names=names)

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        place: NDArray[np.int32] = self.__dict__["place"]
        of_place: NDArray[np.int32] = self.__dict__["of_place"]
        return self.spelt_out(place, of_place)

    def spelt_out(self, place: NDArray[np.int32], of_place: NDArray[np.int32]) -> NDArray[np.int32]:
        return of_place[place]


class Grouped(NamedTuple):
    """The places of a column by the number that stands there: those of number g, in order, are
    members[first[g]] to members[first[g + 1] - 1].
    """

    first: Ints
    members: Ints

    def of(self, numbers: Ints) -> tuple[Ints, Ints]:
        """All members of these numbers, one number after another: (which of the numbers, member)."""
        index, at = expanded(self.first[numbers], self.first[numbers + 1])
        return index, self.members[at]

    def places(self) -> Iterator[tuple[int, Ints]]:
        """Every number that occurs, with its members."""
        for number in np.flatnonzero(np.diff(self.first)).tolist():
            yield number, self.members[self.first[number] : self.first[number + 1]]

    @classmethod
    def by(cls, column: NDArray[Any], numbers: int) -> Grouped:
        """Group a column of numbers from 0 up to, but not including, ``numbers``."""
        first = np.append(0, np.cumsum(np.bincount(column, minlength=numbers)))
        return cls(first, counting_order(column, numbers))


class Sorts(NamedTuple):
    """The sorts of rows that there are, each of one owner, stage and step; ``codes`` has the sort of each row."""

    codes: Ints
    words: tuple[tuple[str | None, str | None, str | None], ...]
    """(owner, stage, step) of each sort."""


class Stints(NamedTuple):
    """Stretches of work, row by row: those of row i are first[i] to first[i + 1].

    ``stop`` is NAT while the stretch runs. ``servers`` has the indexes into the log's ``servers`` of every stretch;
    those of stretch s are server_first[s] to server_first[s + 1].
    """

    first: NDArray[np.int32]
    start: Ints
    stop: Ints
    server_first: NDArray[np.int32]
    servers: NDArray[np.int32]


class GroupInfo(NamedTuple):
    """What the log tells of a group of a pool: its number of servers, its calendar, its speed."""

    servers: int
    calendar: str
    speed: float
    hand_over: bool


@dataclass(frozen=True, eq=False)
class CaseTable:
    """The cases of a log, in the order of their identities; ``parent`` is the place of the spawning case, or -1."""

    id: NDArray[np.uint64]
    label: tuple[str, ...]
    case_class: Coded
    process: Coded
    parent: NDArray[np.int64]
    accepted: Ints
    attributes: dict[str, Coded]

    def __len__(self) -> int:
        return self.id.size

    def labels_of(self, cases: Sequence[int]) -> list[str]:
        """The labels of a few of them."""
        return [self.label[case] for case in cases]

    @cached_property
    def by_parent(self) -> Grouped:
        """Grouped by the spawning case, 0 for none and the place of a case after it."""
        return Grouped.by(self.parent + 1, len(self) + 1)


@dataclass(frozen=True, eq=False)
class EventLog:
    """The columns, all of the same length n unless said otherwise; times in microseconds of civil local time.

    Rows are ordered by (ready, case, step, visit, kind); (case, step, visit, kind) is the key. ``case`` is the place
    in ``cases``; ``step`` is the name of the step by its path through calls (empty for accepted, closed and
    withdrawn rows); ``needs`` codes into ``needs_names``; ``released_by`` is the row whose end made this one ready;
    ``duration_us`` is what a server of speed 1 needs, in open time, or how long a wait or a session lasts.
    """

    kind: NDArray[np.int8]
    case: NDArray[np.int32]
    step: Coded
    stage: Coded
    owner: Coded
    visit: NDArray[np.int32]
    ready: Ints
    start: Ints
    end: Ints
    outcome: NDArray[np.int8]
    session: Coded
    needs: NDArray[np.int32]
    released_by: NDArray[np.int32]
    unsplittable: NDArray[np.bool_]
    duration_us: Ints
    stints: Stints
    needs_names: tuple[tuple[NeedRow, ...], ...]
    servers: tuple[Server, ...]
    cases: CaseTable
    begin: int
    end_of_run: int
    pools: Mapping[str, tuple[GroupInfo, ...]] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Columns that a real log lacks; what cannot be computed without them is withheld and named."""
    who: Coded | None = None
    """Who did it, where a real log tells: a pseudonym, also of a row of which only the end is known. A simulated log
    tells it by its stints."""

    def __len__(self) -> int:
        return self.kind.size

    def rows_of(self, case: int) -> NDArray[np.int64]:
        """The rows of one case, in order."""
        return np.flatnonzero(self.case == case)

    def is_kind(self, *kinds: Kind, rows: Ints | None = None) -> NDArray[np.bool_]:
        """Which rows, of all or of these, are of these kinds."""
        column = self.kind if rows is None else self.kind[rows]
        found = np.zeros(column.size, dtype=np.bool_)
        for kind in kinds:
            found |= column == KINDS.index(kind)
        return found

    @cached_property
    def by_case(self) -> Grouped:
        """The rows of each case, found once however often they are asked for."""
        return Grouped.by(self.case, len(self.cases))

    @cached_property
    def closed(self) -> Ints:
        """When each case was closed, NAT where it was not."""
        return self._instants("closed")

    @cached_property
    def withdrawn(self) -> Ints:
        """When each case was withdrawn, NAT where it was not."""
        return self._instants("withdrawn")

    @cached_property
    def to_end(self) -> Ints:
        """How many ends each case still lacks: 1 while it is open, 0 when it is closed or withdrawn."""
        n = len(self.cases)
        begun, over = (self.case[self.is_kind(*kinds)] for kinds in (("accepted",), ("closed", "withdrawn")))
        return np.bincount(begun, minlength=n) - np.bincount(over, minlength=n)

    @cached_property
    def sorts(self) -> Sorts:
        """The rows sorted out by owner, stage and step."""
        columns = (self.owner, self.stage, self.step)
        codes, found = combinations([(column.codes + 1, len(column.names) + 1) for column in columns])
        names = [(None, *column.names) for column in columns]
        words = ((names[0][owner], names[1][stage], names[2][step]) for owner, stage, step in found)
        return Sorts(codes, tuple(words))

    def _instants(self, kind: Kind) -> Ints:
        rows = np.flatnonzero(self.is_kind(kind))
        found = np.full(len(self.cases), NAT, dtype=np.int64)
        found[self.case[rows]] = self.ready[rows]
        return found


def expanded(first: NDArray[Any], stop: NDArray[Any]) -> tuple[Ints, Ints]:
    """The places first[i] to stop[i] - 1 of every i, one after another, as (i of each place, place).

    >>> [column.tolist() for column in expanded(np.array([5, 8]), np.array([7, 9]))]
    [[0, 0, 1], [5, 6, 8]]
    """
    count = stop - first
    index = np.repeat(np.arange(count.size), count)
    return index, np.arange(index.size) + np.repeat(first - np.cumsum(count) + count, count)


def combinations(columns: Sequence[tuple[NDArray[Any], int]]) -> tuple[Ints, list[tuple[int, ...]]]:
    """Number the combinations of numbers that occur in columns, given with how many numbers each may hold.

    >>> codes, found = combinations([(np.array([1, 0, 1]), 2), (np.array([3, 3, 3]), 4)])
    >>> codes.tolist(), found
    ([1, 0, 1], [(0, 3), (1, 3)])
    """
    widths = [width for _, width in columns]
    if prod(widths) <= _LISTED:
        key = columns[0][0].astype(np.int64)
        for column, width in columns[1:]:
            key *= width
            key += column
        occurs = np.zeros(prod(widths), dtype=np.bool_)
        occurs[key] = True
        each = np.unravel_index(np.flatnonzero(occurs), widths)
        return (np.cumsum(occurs) - 1)[key], list(zip(*(numbers.tolist() for numbers in each), strict=True))
    codes = np.zeros(columns[0][0].size, dtype=np.int64)
    found: list[tuple[int, ...]] = [()]
    for column, width in columns:
        key = codes * width + column
        occurs = np.zeros(len(found) * width, dtype=np.bool_)
        occurs[key] = True
        codes = (np.cumsum(occurs) - 1)[key]
        found = [(*found[i // width], i % width) for i in np.flatnonzero(occurs).tolist()]
    return codes, found


def counting_order(column: NDArray[Any], numbers: int) -> Ints:
    """The stable order of numbers from 0 up to, but not including, ``numbers``, found by counting.

    >>> counting_order(np.array([1, 0, 1]), 2).tolist()
    [1, 0, 2]
    """
    if numbers <= np.iinfo(np.int16).max:  # numpy sorts so short integers in linear time, and longer ones not
        return np.argsort(column.astype(np.int16), kind="stable")
    from scipy.sparse import coo_array

    place = np.arange(column.size)
    counted = coo_array((np.ones(column.size, dtype=np.bool_), (column, place)), shape=(numbers, column.size))
    return counted.tocsr().indices.astype(np.int64)
