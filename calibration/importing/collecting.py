"""The columns that a mapping names, gathered over all batches of a file: times read, words coded, rows numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import Words
from calibration.importing.columns import FEW, TOO_MANY, Columns, RejectedRows
from calibration.importing.findings import Example, Findings
from calibration.importing.ids import check_ids
from calibration.importing.mapping import Mapping
from calibration.importing.raw import RawBatch, RawTable
from calibration.importing.times import TimeColumn, refuse_mixed_zones
from sim.errors import InputError, InputErrors
from sim.eventlog import Coded, Ints
from sim.names import nearest
from sim.text import Text


def collect(table: RawTable, mapping: Mapping, findings: Findings, advance: Callable[[int], None] | None) -> Columns:
    """Read the file once. Errors: InputError for a column that it lacks, and as its parts tell."""
    times = times_of(mapping)
    words = [name for name in words_of(mapping) if name != mapping.case]
    _check_columns(table, [mapping.case, *times, *words])
    gathered = _Gathered(mapping, times, words, table.source.since_1904)
    with ThreadPoolExecutor(1) as beside:  # a batch is taken apart while the next one is read
        before: Future[None] | None = None
        for batch in table.batches():
            if before is not None:
                before.result()
            before = beside.submit(gathered.add, batch, findings)
            if advance is not None:
                advance(len(batch))
        if before is not None:
            before.result()
    columns = gathered.columns(findings)
    keep = (columns.case >= 0) & ~columns.unread
    if not keep.any():
        raise InputError(  # BAD_INPUT 30
            Text("文件里没有一行可用的数据", "the file has no row that can be used"),
            Text("检查文件和映射", "look at the file and the mapping"),
            where=table.source.name,
        )
    return columns if keep.all() else columns.where(keep)


class _Gathered:
    """What the batches had so far."""

    def __init__(self, mapping: Mapping, times: list[str], words: list[str], since_1904: bool) -> None:
        self._case, self._zone = mapping.case, mapping.zone
        self._clocks = {name: TimeColumn(name, mapping.dates, mapping.zone, since_1904=since_1904) for name in times}
        self._words = {name: Words(name, private=name == mapping.who) for name in words}
        self._ids = Words(mapping.case, exact=True)
        self._rejected = RejectedRows()
        self._rows: list[Ints] = []
        self._unread: list[NDArray[np.bool_]] = []
        self._n = 0

    def add(self, batch: RawBatch, findings: Findings) -> None:
        """One more batch; a row of which a time cannot be read is rejected."""
        for column in (self._ids, *self._words.values()):
            column.add(batch.columns[column.column])
        unread = np.zeros(len(batch), np.bool_)
        for name, clock in self._clocks.items():
            cells = batch.columns[name]
            places = np.flatnonzero(clock.read(cells, batch.row))
            if places.size:
                texts = [cells[int(i)].as_py() for i in places[:5]]
                shown = [Example(int(batch.row[i]), name, _shown(t)) for i, t in zip(places[:5], texts, strict=True)]
                findings.add("unreadable-time", "rejected", places.size, shown)
                unread[places] = True
        for lost in batch.rejected:
            self._rejected.add(lost.kind, np.array([lost.row]))
        self._rejected.add("unreadable-time", batch.row[unread])
        self._rows.append(batch.row)
        self._unread.append(unread)
        self._n += len(batch) + len(batch.rejected)

    def columns(self, findings: Findings) -> Columns:
        """All columns of all rows, read or not."""
        row = np.concatenate(self._rows) if self._rows else np.zeros(0, np.int64)
        unread = np.concatenate(self._unread) if self._unread else np.zeros(0, np.bool_)
        _refuse_too_many(int(unread.sum()), row.size, findings)
        with ThreadPoolExecutor(2) as threads:
            ids = threads.submit(self._ids.coded, row)
            words = {name: threads.submit(column.coded, row) for name, column in self._words.items()}
            times = {name: threads.submit(clock.settled) for name, clock in self._clocks.items()}
        refuse_mixed_zones(list(self._clocks.values()), self._zone)
        found_times = {name: done.result() for name, done in times.items()}
        found_words = {name: Coded(*done.result()) for name, done in words.items()}
        case, labels = ids.result()
        for own in (
            *(clock.findings for clock in self._clocks.values()),
            *(column.findings for column in (*self._words.values(), self._ids)),
        ):
            findings.merge(own)
        check_ids(labels, case, row, self._case, findings)
        nameless = row[case < 0]
        findings.add("no-case", "rejected", nameless.size, [Example(int(r), self._case) for r in nameless[:5]])
        self._rejected.add("no-case", nameless)
        spoilt = np.zeros(len(labels) + 1, np.bool_)
        spoilt[case[unread]] = True
        return Columns(row, case, labels, found_times, found_words, self._rejected, self._n, unread, spoilt[:-1])


def times_of(mapping: Mapping) -> list[str]:
    """The columns that a mapping reads as times."""
    long = mapping.long
    named: list[str | None] = [mapping.accepted, mapping.closed, mapping.due]
    named += [long.ready, long.start, long.end] if long is not None and mapping.form == "long" else []
    named += list(mapping.milestones) if mapping.form == "wide" else []
    named += [name for pair in mapping.suspensions for name in (pair.start, pair.end)]
    return list(dict.fromkeys(name for name in named if name is not None))


def words_of(mapping: Mapping) -> list[str]:
    """The columns that a mapping reads as words, without the case."""
    long = mapping.long
    named = [mapping.state, mapping.unit, mapping.district, mapping.system, mapping.who, *mapping.attributes]
    named += [long.step, long.lifecycle] if long is not None and mapping.form == "long" else []
    named += [name for rule in mapping.classes for name in rule.when]
    return [name for name in dict.fromkeys(named) if name is not None]


def _check_columns(table: RawTable, named: Iterable[str]) -> None:
    errors = [
        InputError(
            Text("文件里没有映射中的这一列", "the file has no column of that name"),
            nearest(name, table.columns),
            where=table.source.name,
            path=("column",),
            value=name,
        )
        for name in dict.fromkeys(named)
        if name not in table.columns
    ]
    if errors:
        raise InputErrors(errors) if len(errors) > 1 else errors[0]


def _shown(cell: str) -> str:
    """A cell that is no time as an example may show it: without a digit it could be a name (BAD_INPUT 42)."""
    return cell if any(letter.isdigit() for letter in cell) else "…"


def _refuse_too_many(n: int, of: int, findings: Findings) -> None:
    if n > FEW and n > TOO_MANY * of:
        example = findings["unreadable-time"].examples[0]
        raise InputError(
            Text(f"{of} 行中有 {n} 行的时间读不出", f"in {n} of {of} rows a time cannot be read"),
            Text("检查映射里的时间列是不是选错了", "see whether the mapping takes another column for a time"),
            where=f"{example.column}, row {example.row}",
            value=example.value,
        )
