"""Delimited text cut into whole records: where a row ends when cells may contain line breaks and quotes may be stray.

A cell is quoted when it *begins* with a quote; a quote inside an unquoted cell (``DN 5"``) is text. Between the
closing quote of a cell of several lines and the next delimiter there is nothing; where there is, or where the quote is
never closed, its line alone is a rejected row, and reading goes on with the next line: a quote never swallows rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.importing.raw import Rejected
from calibration.importing.reading.opening import problem
from sim.errors import InputError
from sim.text import Text

LONGEST = 4 << 20
"""Bytes of one record, beyond which the file is no table."""
_LONGEST_CELL = 1 << 20
_QUOTE, _LINE_END = ord('"'), ord("\n")
MANY = 100
"""Rejected rows, beyond which a file of which they are a tenth is refused."""


class Block(NamedTuple):
    """Whole records in UTF-8, the number of each, how many cells were freed of ``="..."``, and what was rejected."""

    data: bytes
    row: NDArray[np.int64]
    unwrapped: int = 0
    rejected: tuple[Rejected, ...] = ()


class _Patterns(NamedTuple):
    record: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    wrapped: re.Pattern[bytes]


@cache
def _patterns(delimiter: bytes) -> _Patterns:
    d = re.escape(delimiter)
    quoted = rb'"[^"\n]*+(?:""[^"\n]*+)*+"[^"\r\n%b]*+' % d
    long = rb'"[^"]*+(?:""[^"]*+)*+"(?=[%b\r\n])' % d
    plain = rb'(?!")[^\r\n%b]*+' % d
    cell = rb"(?:%b|%b|%b)" % (quoted, long, plain)
    return _Patterns(
        re.compile(rb"%b(?:%b%b)*+\r?\n" % (cell, d, cell)),
        re.compile(rb"(?:^|%b)(%b)" % (d, cell)),
        re.compile(rb'(?:(?<=[%b\n])|\A)="([^"\r\n%b]*)"(?=[%b\r\n])' % (d, d, d)),
    )


def cells_of(record: bytes, delimiter: bytes) -> list[str]:
    """The cells of one record as text; the slow route, for headers and single rows."""
    cells = []
    for match in _patterns(delimiter).cell.finditer(record.rstrip(b"\r\n")):
        cell = match[1]
        if cell.startswith(b'"'):
            inside, _, rest = cell[1:].rpartition(b'"')
            cell = inside.replace(b'""', b'"') + rest
        cells.append(cell.decode("utf-8", "replace"))
    return cells


def first_rows(sample: bytes, delimiter: bytes, most: int) -> list[list[str]]:
    """The cells of the first rows, cut as all are cut; a row that cannot be read is one empty cell."""
    patterns = _patterns(delimiter)
    sample = patterns.wrapped.sub(rb"\1", _unix_ends(sample, last=True))
    rows: list[list[str]] = []
    start = 0
    while start < len(sample) and len(rows) < most:
        found = patterns.record.match(sample, start)
        rows.append(cells_of(found[0], delimiter) if found else [""])
        start = found.end() if found else sample.index(b"\n", start) + 1
    return rows


def end_of_rows(data: bytes, delimiter: bytes, rows: int) -> int:
    """Where the first so many records end in data of whole records."""
    start = 0
    for _ in range(rows):
        found = _patterns(delimiter).record.match(data, start)
        start = found.end() if found else len(data)
    return start


def row_at(block: Block, delimiter: bytes, place: int) -> int:
    """The number of the record in which a byte of the block's data lies."""
    records = (found.end() for found in _patterns(delimiter).record.finditer(block.data))
    return int(block.row[sum(1 for end in records if end <= place)])


def blocks_of(text: Iterable[bytes], delimiter: bytes, path: Path) -> Iterator[Block]:
    """Whole records, block by block, the first of which is row 1.

    Errors: InputError where a row is longer than 4 MB, or a tenth of the rows cannot be read.
    """
    row, refused, carry = 1, 0, b""
    for piece, last in _with_last(text):
        data = _unix_ends(carry + piece, last)
        unwrapped = 0
        if b'"' in data and b'="' in data:  # to look for one byte is far quicker, and most files have no quote
            data, unwrapped = _patterns(delimiter).wrapped.subn(rb"\1", data)
        end, ends = _cut(data, delimiter)
        if end == 0 and not last and len(data) <= LONGEST:
            carry = data
            continue
        if ends < 0 or end == 0 or (last and end < len(data)) or b"\0" in data:
            block, end = _one_by_one(data, delimiter, last, row, path)
        else:
            block = Block(data[:end], np.arange(row, row + ends, dtype=np.int64))
        carry = data[end:]
        row += len(block.row) + len(block.rejected)
        refused += len(block.rejected)
        if block.rejected and refused > MANY and refused * 10 > row:
            raise too_many_rejected(path, block.rejected, refused)
        if block.row.size or block.rejected:
            yield block._replace(unwrapped=unwrapped)


def too_many_rejected(path: Path, rejected: Sequence[Rejected], count: int) -> InputError:
    """The refusal of a file too many of whose rows cannot be read."""
    rows = rejected[-1].row
    return problem(
        Text(f"{rows} 行中有 {count} 行读不出来", f"{count} of {rows} rows cannot be read"),
        Text(
            "检查分隔符(--delimiter)和引号;或从原系统重新导出为 xlsx",
            "check the delimiter (--delimiter) and the quotes, or export it again as xlsx",
        ),
        path,
        rejected[0].row,
        value=rejected[0].text,
    )


def _cut(data: bytes, delimiter: bytes) -> tuple[int, int]:
    """Where the last whole record ends, and how many there are; -1: some quote is not where quotes belong."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1, data.count(b"\n")
    buffer = np.frombuffer(data, np.uint8)
    quote, line_end = np.flatnonzero(buffer == _QUOTE), np.flatnonzero(buffer == _LINE_END)
    before = np.searchsorted(quote, line_end)  # quotes before each line end: an odd number means that one is open
    outside = line_end[before % 2 == 0]
    if not outside.size:
        return 0, 0
    end = int(outside[-1]) + 1
    quote = quote[: before[np.searchsorted(line_end, end - 1)]]
    beside = np.zeros(256, bool)
    beside[[*delimiter, *b'"\r\n']] = True
    opens, closes = quote[0::2], quote[1::2]
    right = beside[buffer[opens[opens > 0] - 1]].all() and beside[buffer[closes + 1]].all()
    return end, outside.size if right else -1


def _one_by_one(data: bytes, delimiter: bytes, last: bool, row: int, path: Path) -> tuple[Block, int]:
    """The slow route through a block with a stray or unclosed quote, a zero byte or an endless line."""
    pattern = _patterns(delimiter).record
    good: list[bytes] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    start = 0
    while start < len(data):
        found = pattern.match(data, start)
        end = found.end() if found else data.find(b"\n", start) + 1
        rest = len(data) - start
        if not found and not last and rest <= (_LONGEST_CELL if end else LONGEST):
            break  # the rest of it may be in the next block
        record = data[start:end]
        if not end or len(record) > LONGEST:
            raise problem(
                Text("一行超过 4 MB:不是表格,或引号没有配对", "a row of more than 4 MB: no table, or a quote is open"),
                Text("重新导出;或检查这一行的引号", "export it again, or look at the quotes of this row"),
                path,
                row,
                value=data[start : start + 80].decode("utf-8", "replace"),
            )
        if found and b"\0" not in record:
            good.append(record)
            numbers.append(row)
        else:
            kind = "zero-byte" if found else "open-quote"
            rejected.append(Rejected(row, kind, record.decode("utf-8", "replace").rstrip("\r\n")))
            if len(rejected) > MANY and len(rejected) > len(good):
                raise too_many_rejected(path, rejected, len(rejected))
        row += 1
        start = end
    return Block(b"".join(good), np.array(numbers, np.int64), 0, tuple(rejected)), start


def _unix_ends(data: bytes, last: bool) -> bytes:
    """The last line gets its end; a carriage return that stands alone ends a line as well, as old Macs wrote it."""
    if last and data and not data.endswith(b"\n"):
        data += b"\n"
    if b"\r" not in data or data.count(b"\r") == data.count(b"\r\n") + data.endswith(b"\r"):
        return data
    kept = b"\r" if data.endswith(b"\r") else b""  # its line feed may be in the next block
    return data[: len(data) - len(kept)].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + kept


def _with_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    yield before or b"", True
