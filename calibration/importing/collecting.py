"""The columns that a mapping names, gathered over all batches of a file: times read, words coded, rows numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import Words
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping
from calibration.importing.raw import RawBatch, RawTable
from calibration.importing.times import TimeColumn
from sim.errors import InputError, InputErrors
from sim.eventlog import Coded, Ints
from sim.names import nearest
from sim.text import Text

TOO_MANY = 0.1
"""Above this share of wrong rows the file or the mapping is wrong, not the rows (BAD_INPUT 31)."""
FEW = 10

_EXPONENT = r"^[+-]?\d(\.\d+)?[eE]\+\d{2,3}$"


@dataclass
class RejectedRows:
    """Rows that are in no case of the log: their numbers in the file, and the kind of finding that says why."""

    row: list[Ints] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, kind: str, rows: Ints) -> None:
        """Some more."""
        if rows.size:
            self.row.append(rows)
            self.kind.append(kind)

    def listed(self) -> tuple[Ints, Coded]:
        """Each row once, ascending, with the first reason given."""
        if not self.row:
            return np.zeros(0, np.int64), Coded(np.zeros(0, np.int32), ())
        names = tuple(sorted(set(self.kind)))
        codes = np.concatenate(
            [np.full(rows.size, names.index(kind), np.int32) for rows, kind in zip(self.row, self.kind, strict=True)]
        )
        row, first = np.unique(np.concatenate(self.row), return_index=True)
        return row, Coded(codes[first], names)


@dataclass(frozen=True)
class Columns:
    """What a file has of the mapping: by column, one entry a row that could be read.

    ``row`` is the number in the file, ``case`` codes into ``ids``, which are in the order of their bytes.
    ``spoilt``: cases of which a row could not be read; they are in no figure, since a part of them would be missing.
    """

    row: Ints
    case: NDArray[np.int32]
    ids: tuple[str, ...]
    times: dict[str, Ints]
    words: dict[str, Coded]
    rejected: RejectedRows
    rows_read: int
    spoilt: NDArray[np.bool_]

    def where(self, which: NDArray[np.bool_] | Ints) -> Columns:
        """The same with fewer rows, or in another order."""
        return replace(
            self,
            row=self.row[which],
            case=self.case[which],
            times={name: column[which] for name, column in self.times.items()},
            words={name: Coded(column.codes[which], column.names) for name, column in self.words.items()},
        )


def collect(table: RawTable, mapping: Mapping, findings: Findings, advance: Callable[[int], None] | None) -> Columns:
    """Read the file once. Errors: InputError for a column that it lacks, and as its parts tell."""
    times = _times_of(mapping)
    words = [name for name in _words_of(mapping) if name != mapping.case]
    _check_columns(table, [mapping.case, *times, *words])
    clocks = {name: TimeColumn(name, Findings(), mapping.dates, mapping.zone) for name in times}
    coded = {name: Words(name) for name in words}
    ids = Words(mapping.case, exact=True)
    rejected, numbers = RejectedRows(), []
    unread, n = [], 0
    for batch, of_clocks in _read(table, clocks, [ids, *coded.values()]):
        for each in batch.rejected:
            rejected.add(each.kind, np.array([each.row]))
        n += len(batch) + len(batch.rejected)
        wrong = np.zeros(len(batch), np.bool_)
        for name, its in of_clocks.items():
            if its.any():
                cells = batch.columns[name]
                shown = [Example(int(batch.row[i]), name, cells[int(i)].as_py()) for i in np.flatnonzero(its)[:5]]
                findings.add("unreadable-time", "rejected", int(its.sum()), shown)
                wrong |= its
        rejected.add("unreadable-time", batch.row[wrong])
        numbers.append(batch.row)
        unread.append(wrong)
        if advance is not None:
            advance(len(batch))
    row = np.concatenate(numbers) if numbers else np.zeros(0, np.int64)
    bad = np.concatenate(unread) if unread else np.zeros(0, np.bool_)
    _refuse_too_many("unreadable-time", int(bad.sum()), row.size, findings)
    found_times = {name: clock.settled() for name, clock in clocks.items()}
    for clock in clocks.values():
        findings.merge(clock.findings)
    found_words = {name: Coded(*column.coded(row, findings)) for name, column in coded.items()}
    codes, names = ids.coded(row, findings)
    _check_ids(names, codes, row, mapping.case, findings)
    spoilt_cases = np.zeros(len(names) + 1, np.bool_)
    spoilt_cases[codes[bad]] = True
    nameless = codes < 0
    if nameless.any():
        lost = row[nameless]
        findings.add("no-case", "rejected", lost.size, [Example(int(r), mapping.case) for r in lost[:5]])
        rejected.add("no-case", lost)
    keep = ~nameless & ~bad
    if not keep.any():
        raise InputError(  # BAD_INPUT 30
            Text("文件里没有一行可用的数据", "the file has no row that can be used"),
            Text("检查文件和映射", "look at the file and the mapping"),
            where=table.source.name,
        )
    columns = Columns(row, codes, names, found_times, found_words, rejected, n, spoilt_cases[:-1])
    return columns if keep.all() else columns.where(keep)


def _read(
    table: RawTable, clocks: dict[str, TimeColumn], words: Sequence[Words]
) -> Iterator[tuple[RawBatch, dict[str, NDArray[np.bool_]]]]:
    """Each batch when all its columns have been read, a column in a thread; with the cells that are no times."""
    with ThreadPoolExecutor(2) as threads:
        for batch in table.batches():
            coded = [threads.submit(column.add, batch.columns[column.column]) for column in words]
            wrong = {name: threads.submit(clock.read, batch.columns[name], batch.row) for name, clock in clocks.items()}
            for done in coded:
                done.result()
            yield batch, {name: done.result() for name, done in wrong.items()}


def _times_of(mapping: Mapping) -> list[str]:
    long = mapping.long
    named: list[str | None] = [mapping.accepted, mapping.closed, mapping.due]
    named += [long.ready, long.start, long.end] if long is not None and mapping.form == "long" else []
    named += list(mapping.milestones) if mapping.form == "wide" else []
    named += [name for pair in mapping.suspensions for name in (pair.start, pair.end)]
    return list(dict.fromkeys(name for name in named if name is not None))


def _words_of(mapping: Mapping) -> list[str]:
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


def _refuse_too_many(kind: str, n: int, of: int, findings: Findings) -> None:
    if n > FEW and n > TOO_MANY * of:
        example = findings[kind].examples[0]
        raise InputError(
            Text(f"{of} 行中有 {n} 行的时间读不出", f"in {n} of {of} rows a time cannot be read"),
            Text("检查映射里的时间列是不是选错了", "see whether the mapping takes another column for a time"),
            where=f"{example.column}, row {example.row}",
            value=example.value,
        )


def _check_ids(ids: Sequence[str], codes: NDArray[np.int32], row: Ints, column: str, findings: Findings) -> None:
    """Ids that a spreadsheet has spoilt: in exponent form, cut after 15 digits, without their leading zeros."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(ids, pa.string())
    spoilt = np.flatnonzero(pc.match_substring_regex(texts, _EXPONENT).to_numpy(zero_copy_only=False))
    if spoilt.size:
        first = int(np.flatnonzero(codes == spoilt[0])[0])
        raise InputError(
            Text(
                "办件编号被表格软件改成了科学计数,原来的数字已经丢失",
                "a spreadsheet turned case ids into exponents: their digits are lost",
            ),
            Text("从系统重新导出,编号列设为文本", "export again, with that column as text"),
            where=f"{column}, row {int(row[first])}",
            value=ids[int(spoilt[0])],
        )
    digits = texts.filter(pc.match_substring_regex(texts, r"^[0-9]+$"))
    if len(digits) < max(FEW, len(ids) // 2):
        return
    length = pc.binary_length(digits).to_numpy()
    if length.min() > 15 and not pc.any(pc.match_substring_regex(digits, "^.{15}0*[1-9]")).as_py():
        findings.add("digits-lost", "warned", len(digits), [Example(0, column, digits[0].as_py())])
    usual = int(np.bincount(length).argmax())
    short = (length < usual) & (length > usual - 4)
    if usual >= 8 and short.any() and short.mean() < 0.2 and not (length > usual).any():
        shown = [Example(0, column, digits[int(i)].as_py()) for i in np.flatnonzero(short)[:5]]
        findings.add("leading-zeros", "warned", int(short.sum()), shown)
