"""Whether an event log keeps rule 15, and where two logs differ first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.eventlog import KINDS, NAT, NO_ROW, OUTCOMES, Coded, EventLog
from sim.model.open_time import Calendar
from sim.text import Text

Flags = NDArray[np.bool_]
_PER_ROW = (
    *("kind", "case", "step", "stage", "owner", "visit", "ready", "start", "end", "outcome", "session", "needs"),
    *("released_by", "unsplittable", "duration_us"),
)


def check_log(log: EventLog) -> None:
    """Refuse a log that breaks rule 15: InputError with the number of the first offending row, counted from 0."""
    lengths = {name: _size(getattr(log, name)) for name in _PER_ROW}
    if set(lengths.values()) != {len(log)} or log.stints.first.size != len(log) + 1:
        raise InputError(
            Text("各列的长度不同", "the columns differ in length"),
            Text("重新导出日志", "export the log again"),
            value=lengths,
        )
    for rule, broken in _rules(log):
        rows = np.flatnonzero(broken)
        if rows.size:
            raise InputError(rule, Text("更正该行", "correct that row"), path=("row", int(rows[0])))


def first_difference(one: EventLog, other: EventLog) -> str | None:
    """Where two logs differ first, or None when they are equal to the last microsecond; missing columns included."""
    if len(one) != len(other):
        return f"{len(one)} rows, {len(other)} rows"
    return _difference(one, other)


def row_that_differs(one: EventLog, other: EventLog) -> int | None:
    """The first row in which the columns of two logs differ, or None where they differ in something else.

    Where one log is longer and begins as the other, its first row more.
    """
    n = min(len(one), len(other))
    differs = np.array(one.cases.label, object)[one.case[:n]] != np.array(other.cases.label, object)[other.case[:n]]
    for name in set(_PER_ROW) - {"case", "needs"}:
        differs |= _words(getattr(one, name))[:n] != _words(getattr(other, name))[:n]
    rows = np.flatnonzero(differs)
    if rows.size:
        return int(rows[0])
    return None if len(one) == len(other) else n


def row_in_words(log: EventLog, row: int) -> Text:
    """Case, kind, step, visit and times of a row; a row behind the last one is none."""
    if row >= len(log):
        return Text("没有这一行", "no such row")
    named = f"{log.cases.label[log.case[row]]} {log.step[row] or KINDS[log.kind[row]]} #{log.visit[row]}"
    ready, start, end = (_instant(column[row]) for column in (log.ready, log.start, log.end))
    outcome = OUTCOMES[log.outcome[row]]
    return Text(
        f"办件 {named}: 就绪 {ready} 开始 {start} 结束 {end} {outcome}",
        f"case {named}: ready {ready} start {start} end {end} {outcome}",
    )


def _words(column: Any) -> NDArray[Any]:
    """A column that can be compared with that of another log."""
    return np.array([*column.names, ""], object)[column.codes] if isinstance(column, Coded) else np.asarray(column)


def _instant(instant: int) -> str:
    return "-" if instant == NAT else str(np.datetime64(int(instant), "us")).replace("T", " ")


def _rules(log: EventLog) -> Iterator[tuple[Text, Flags]]:
    """Each rule with the rows that break it; a rule may rely on those before it."""
    n, cases = len(log), log.cases
    yield (
        Text("类型、办件、结果或引用超出范围", "a kind, case, outcome or reference is out of range"),
        (log.kind < 0) | (log.kind >= len(KINDS)) | (log.outcome < 0) | (log.outcome >= len(OUTCOMES))
        | (log.case < 0) | (log.case >= len(cases)) | (log.released_by < NO_ROW) | (log.released_by >= n)
        | (log.needs >= len(log.needs_names)),
    )  # fmt: skip
    yield Text("行的顺序不对或键重复", "rows out of order, or a key twice"), _misplaced(log)
    begun = np.where(log.start == NAT, log.ready, log.start)
    yield (
        Text("须 ready ≤ start ≤ end", "ready <= start <= end"),
        (begun < log.ready) | ((log.end != NAT) & (log.end < begun)),
    )
    yield (
        Text("没有结束的行须为 open,结束的不能是", "a row without an end is open, one with an end is not"),
        (log.end == NAT) != (log.outcome == OUTCOMES.index("open")),
    )
    instants = log.is_kind("accepted", "mark", "closed", "withdrawn")
    yield (
        Text("受理、标记、办结、撤回都是瞬间", "accepted, mark, closed and withdrawn rows are instants"),
        instants & ((log.start != log.ready) | (log.end != log.ready)),
    )
    yield (
        Text("只有步骤和标记有名称", "steps and marks have a name, the other rows have none"),
        (log.step.codes >= 0) == log.is_kind("accepted", "closed", "withdrawn"),
    )
    accepted = np.bincount(log.case[log.is_kind("accepted")], minlength=len(cases))
    over = np.bincount(log.case[log.is_kind("closed", "withdrawn")], minlength=len(cases))
    yield (
        Text("每个办件受理一次,至多办结或撤回一次", "a case is accepted once, and over at most once"),
        ((accepted != 1) | (over > 1))[log.case],
    )
    yield (
        Text("受理行与办件的受理时刻不符", "the accepted row is not at the case's acceptance"),
        log.is_kind("accepted") & (log.ready != cases.accepted[log.case]),
    )
    if "released_by" not in log.missing:
        yield (
            Text("released_by 须在本行就绪时结束", "released_by is a row that ends when this one is ready"),
            _unreleased(log),
        )
    yield Text("各段工作须依次落在该行之内", "stints are in order and within their row"), _loose_stints(log)
    if "needs" not in log.missing:
        yield (
            Text("工作须写明所需人员,其他行没有人员", "work says which servers it needs, and nothing else does"),
            (log.needs >= 0) != log.is_kind("work"),
        )


def _misplaced(log: EventLog) -> Flags:
    keys = (log.kind, log.visit, log.step.codes, log.case)
    broken = np.zeros(len(log), dtype=np.bool_)
    broken[np.lexsort((*keys, log.ready)) != np.arange(len(log))] = True
    order = np.lexsort(keys)
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    broken[order[1:][same]] = True
    return broken


def _unreleased(log: EventLog) -> Flags:
    """Rows that nothing released; first rows of a run that begins with open cases are excused (rule 14)."""
    by, case = log.released_by, log.case
    none = by == NO_ROW
    in_run = log.ready > log.begin
    root = log.is_kind("accepted") & (log.cases.parent[case] < 0)
    parent, by_parent = log.cases.parent[case], log.cases.parent[case[by]]
    related = (case[by] == case) | (parent == case[by]) | (by_parent == case) | ((parent == by_parent) & (parent >= 0))
    broken = np.where(none, ~root & in_run, root | (log.end[by] != log.ready) | ~related)
    return broken.astype(np.bool_)


def _loose_stints(log: EventLog) -> Flags:
    stints = log.stints
    row = np.repeat(np.arange(len(log)), np.diff(stints.first))
    end_of_row = np.where(log.end[row] == NAT, log.end_of_run, log.end[row])
    stop = np.where(stints.stop == NAT, end_of_row, stints.stop)
    loose = (stints.start < log.start[row]) | (stop < stints.start) | (stop > end_of_row) | ~log.is_kind("work")[row]
    loose[1:] |= (row[1:] == row[:-1]) & (stints.start[1:] < stop[:-1])
    return np.bincount(row[loose], minlength=len(log)) > 0


def _size(column: Any) -> int:
    return int(column.codes.size if hasattr(column, "codes") else column.size)


def _difference(a: Any, b: Any) -> str | None:
    """The place inside two values of one type where they differ first."""
    if isinstance(a, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f": {a.dtype}{a.shape}, {b.dtype}{b.shape}"
        places = np.flatnonzero(a != b)
        return f"[{places[0]}]: {a[places[0]]}, {b[places[0]]}" if places.size else None
    if isinstance(a, Calendar):
        parts, others = ({n: getattr(c, n) for n in ("first_us", "last_us", "opens", "closes")} for c in (a, b))
    elif is_dataclass(a):
        parts, others = ({field.name: getattr(each, field.name) for field in fields(each)} for each in (a, b))
    elif isinstance(a, Mapping):
        parts, others = dict(a), dict(b)
    elif isinstance(a, tuple):
        names = getattr(a, "_fields", range(max(len(a), len(b))))
        parts, others = (dict(zip(names, each, strict=False)) for each in (a, b))
    else:
        return None if a == b else f": {a!r}, {b!r}"
    if parts.keys() != others.keys():
        return f": {list(parts)}, {list(others)}"
    found = ((name, _difference(parts[name], others[name])) for name in parts)
    return next((f".{name}{place}" for name, place in found if place is not None), None)
