"""Builds an EventLog from rows in any order: sorts them, codes the words, finds the releasing rows (rule 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.eventlog import (
    KINDS,
    NAT,
    NO_ROW,
    OUTCOMES,
    CaseTable,
    Coded,
    EventLog,
    GroupInfo,
    Ints,
    Kind,
    NeedRow,
    Outcome,
    Server,
    Stints,
)
from sim.model.calendars import Calendar
from sim.text import Text

Key = tuple[int, str, int, Kind]
"""What names a row: identity of the case, step (empty for accepted, closed, withdrawn), visit, kind."""
Stint = tuple[int, int, Sequence[Server]]
"""Start, stop (NAT while it runs) and servers of a stretch of work."""
Name = TypeVar("Name")


class _Case(NamedTuple):
    identity: int
    label: str
    case_class: str
    process: str
    parent: int | None
    accepted: int
    attributes: Mapping[str, str]


class _Row(NamedTuple):
    kind: Kind
    case: int
    step: str
    visit: int
    ready: int
    start: int
    end: int
    outcome: Outcome
    stage: str | None
    owner: str | None
    session: str | None
    needs: tuple[NeedRow, ...]
    stints: Sequence[Stint]
    released_by: Key | None
    unsplittable: bool
    duration_us: int


class LogBuilder:
    """Takes cases and rows as they come; :meth:`build` gives the same log for any order of the calls."""

    def __init__(self) -> None:
        self._cases: list[_Case] = []
        self._rows: list[_Row] = []

    def case(
        self,
        identity: int,
        case_class: str,
        process: str,
        accepted: int,
        *,
        label: str = "",
        parent: int | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """A case; ``parent`` is the identity of the case that spawned it."""
        self._cases.append(_Case(identity, label, case_class, process, parent, accepted, attributes or {}))

    def row(
        self,
        kind: Kind,
        case: int,
        step: str = "",
        visit: int = 0,
        *,
        ready: int,
        start: int = NAT,
        end: int = NAT,
        outcome: Outcome = "done",
        stage: str | None = None,
        owner: str | None = None,
        session: str | None = None,
        needs: tuple[NeedRow, ...] = (),
        stints: Sequence[Stint] = (),
        released_by: Key | None = None,
        unsplittable: bool = False,
        duration_us: int = 0,
    ) -> None:
        """One execution, or one instant of a case's life; ``case`` is an identity, times are microseconds."""
        what = kind, case, step, visit, ready, start, end, outcome, stage, owner, session, needs, stints
        self._rows.append(_Row(*what, released_by, unsplittable, duration_us))

    def build(
        self,
        begin: int,
        end_of_run: int,
        *,
        pools: Mapping[str, tuple[GroupInfo, ...]] | None = None,
        calendars: Mapping[str, Calendar] | None = None,
        missing: Sequence[str] = (),
    ) -> EventLog:
        """The log. Raises RunError where a key or an identity stands twice, or a reference leads nowhere."""
        cases, place = self._case_table()
        given: dict[str, list[Any]] = {name: [row[i] for row in self._rows] for i, name in enumerate(_Row._fields)}
        kind = _codes(given["kind"], KINDS)
        case = np.array([_found(place, identity) for identity in given["case"]], dtype=np.int32)
        step = Coded.of([word or None for word in given["step"]])
        visit = np.array(given["visit"], dtype=np.int32)
        ready = np.array(given["ready"], dtype=np.int64)
        order = np.lexsort((kind, visit, step.codes, case, ready))  # rule 15
        needs, needs_names = _coded_needs(given["needs"])
        stints, servers = _stints([given["stints"][i] for i in order.tolist()], needs_names)

        def words(column: Coded) -> Coded:
            return Coded(column.codes[order], column.names)

        return EventLog(
            kind=kind[order],
            case=case[order],
            step=words(step),
            stage=words(Coded.of(given["stage"])),
            owner=words(Coded.of(given["owner"])),
            visit=visit[order],
            ready=ready[order],
            start=np.array(given["start"], dtype=np.int64)[order],
            end=np.array(given["end"], dtype=np.int64)[order],
            outcome=_codes(given["outcome"], OUTCOMES)[order],
            session=words(Coded.of(given["session"])),
            needs=needs[order],
            released_by=_released_by(given, order),
            unsplittable=np.array(given["unsplittable"], dtype=np.bool_)[order],
            duration_us=np.array(given["duration_us"], dtype=np.int64)[order],
            stints=stints,
            needs_names=needs_names,
            servers=servers,
            cases=cases,
            begin=begin,
            end_of_run=end_of_run,
            pools=dict(pools or {}),
            calendars=dict(calendars or {}),
            missing=tuple(missing),
        )

    def _case_table(self) -> tuple[CaseTable, dict[int, int]]:
        cases = sorted(self._cases, key=lambda case: case.identity)
        place = {case.identity: i for i, case in enumerate(cases)}
        if len(place) < len(cases):
            twice = next(a.identity for a, b in pairwise(cases) if a.identity == b.identity)
            raise RunError(  # rule 11
                Text("两个办件的标识相同", "two cases have one identity"),
                Text("换一个随机种子或更改来源的名称", "take another seed, or rename a source"),
                value=twice,
            )
        names = sorted({name for case in cases for name in case.attributes}, key=str.encode)
        table = CaseTable(
            id=np.array([case.identity for case in cases], dtype=np.uint64),
            label=tuple(case.label for case in cases),
            case_class=Coded.of([case.case_class for case in cases]),
            process=Coded.of([case.process for case in cases]),
            parent=np.array(
                [-1 if case.parent is None else _found(place, case.parent) for case in cases], dtype=np.int64
            ),
            accepted=np.array([case.accepted for case in cases], dtype=np.int64),
            attributes={name: Coded.of([case.attributes.get(name) for case in cases]) for name in names},
        )
        return table, place


def _defect(rule: Text, value: object) -> RunError:
    return RunError(rule, Text("这是程序的缺陷,请报告", "a defect of the program, please report it"), value=value)


def _found(places: Mapping[Any, int], key: Any) -> int:
    try:
        return places[key]
    except KeyError:
        raise _defect(Text("记录引用了不存在的办件或行", "the log refers to a case or row not in it"), key) from None


def _codes(words: Sequence[str], names: Sequence[str]) -> NDArray[np.int8]:
    code = {name: i for i, name in enumerate(names)}
    return np.array([code[word] for word in words], dtype=np.int8)


def _released_by(given: Mapping[str, Sequence[Any]], order: Ints) -> NDArray[np.int32]:
    keys = list(zip(given["case"], given["step"], given["visit"], given["kind"], strict=True))
    places: dict[Any, int] = {key: i for i, key in enumerate(keys)}
    if len(places) < len(keys):
        twice = next(key for i, key in enumerate(keys) if places[key] != i)
        raise _defect(Text("两行的办件、步骤、次数和类型相同", "two rows have one case, step, visit and kind"), twice)
    places[None] = NO_ROW
    found = np.array([_found(places, key) for key in given["released_by"]], dtype=np.int64)
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order], rank[NO_ROW] = np.arange(len(order)), NO_ROW
    return rank[found][order]


def _coded_needs(needs: Sequence[tuple[NeedRow, ...]]) -> tuple[NDArray[np.int32], tuple[tuple[NeedRow, ...], ...]]:
    """Codes of what was asked of the pools; -1 for rows that need no server."""
    names = sorted(set(needs) - {()}, key=needs_order)
    code = {group: i for i, group in enumerate(names)} | {(): -1}
    return np.array([code[group] for group in needs], dtype=np.int32), tuple(names)


def _stints(
    rows: Sequence[Sequence[Stint]], needs_names: Iterable[tuple[NeedRow, ...]]
) -> tuple[Stints, tuple[Server, ...]]:
    every = list(chain.from_iterable(rows))
    kept = {need.kept for group in needs_names for need in group if need.kept is not None}
    servers = tuple(sorted({server for stint in every for server in stint[2]} | kept, key=server_order))
    place = {server: i for i, server in enumerate(servers)}
    return Stints(
        first=np.array([0, *accumulate(map(len, rows))], dtype=np.int32),
        start=np.array([stint[0] for stint in every], dtype=np.int64),
        stop=np.array([stint[1] for stint in every], dtype=np.int64),
        server_first=np.array([0, *accumulate(len(stint[2]) for stint in every)], dtype=np.int32),
        servers=np.array([place[server] for stint in every for server in stint[2]], dtype=np.int32),
    ), servers


def server_order(server: Server) -> tuple[bytes, int, int]:
    """The order of a log's servers."""
    return server.pool.encode(), server.group, server.index


def needs_order(needs: tuple[NeedRow, ...]) -> list[tuple[bytes, int, tuple[int, int]]]:
    """The order of a log's needs."""
    return [(need.pool.encode(), need.n, (-1, -1) if need.kept is None else need.kept[1:]) for need in needs]


def recoded(
    codes: NDArray[np.int32], names: Sequence[Name], order: Callable[[Name], Any]
) -> tuple[NDArray[np.int32], tuple[Name, ...]]:
    """The same column with no name twice or in vain, and the names in order, as :meth:`LogBuilder.build` has them."""
    used = sorted({names[code] for code in np.unique(codes) if code >= 0}, key=order)
    place = {name: i for i, name in enumerate(used)}
    return np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int32)[codes], tuple(used)
