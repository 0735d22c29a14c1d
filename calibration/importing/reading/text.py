"""Delimited text: its delimiter and header are found in the first rows, the rest streams through pyarrow."""

from __future__ import annotations

import codecs
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawBatch, RawTable, Rejected, Source
from calibration.importing.reading.encodings import as_utf8, encoding_of, wrong_bytes
from calibration.importing.reading.layout import SAMPLE_ROWS, Layout, layout_of
from calibration.importing.reading.opening import Content, problem
from calibration.importing.reading.records import (
    MANY,
    Block,
    blocks_of,
    cells_of,
    end_of_rows,
    first_rows,
    row_at,
    too_many_rejected,
)
from calibration.importing.reading.sweeping import kind_of_row, swept
from calibration.importing.reading.tables import Part, table_of
from sim.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

_DELIMITERS = b",\t;|"
_BLOCK = 8 << 20
_SAMPLE = 1 << 18
_AHEAD = 3
_LOST = "\ufffd".encode()
"""What a program leaves of a character that it could not read."""


class _Shape(NamedTuple):
    """What every block is read with."""

    content: Content
    encoding: str
    delimiter: bytes
    layout: Layout
    width: int
    """Cells of a row: at times more than there are columns, the surplus empty."""


def read_text(content: Content, form: FileForm) -> RawTable:
    """A table of delimited text. Errors: InputError as its parts tell."""
    findings = Findings()
    encoding = encoding_of(content, form.encoding)
    sample = _sample(content, encoding)
    delimiter = _delimiter(sample, content, form.delimiter)
    rows = first_rows(sample, delimiter, SAMPLE_ROWS)
    hinted = rows[0][0].lower().startswith("sep=")  # a word to Excel, no row of the table
    layout = layout_of([[""], *rows[1:]] if hinted else rows, findings, content.path, form.header_rows)
    body = Counter(len(cells) for cells in rows[layout.first - 1 :] if any(cells))
    width = max(body.most_common(1)[0][0] if body else 0, len(layout.columns))
    shape = _Shape(content, encoding, delimiter, layout, width)
    source = Source(content.name, "csv", encoding, delimiter.decode(), "", layout.header_rows)
    return table_of(source, layout.columns, {}, findings, lambda: _parts(shape))


def _sample(content: Content, encoding: str) -> bytes:
    """The first rows in UTF-8, to the end of a line."""
    first = next(as_utf8(content, encoding, _SAMPLE), b"")
    sample = first[: first.rfind(b"\n") + 1] or first
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as error:
        raise wrong_bytes(content.path, encoding, error, 1 + sample.count(b"\n", 0, error.start)) from error
    return sample if len(first) * 4 > _SAMPLE else first


def _delimiter(sample: bytes, content: Content, wanted: str | None) -> bytes:
    """The one that cuts most rows into the same number of cells, and of equals the one that cuts most."""
    if wanted is not None:
        if len(wanted) != 1 or not wanted.isascii() or wanted in '"\r\n':
            raise problem(
                Text("分隔符应当是一个半角字符", "a delimiter is one ASCII character"),
                Text("例如 , 或 ; 或制表符", "such as , or ; or a tab"),
                content.path,
                value=wanted,
            )
        return wanted.encode()
    hint = re.match(rb"sep=([\x01-\x7f])\r?\n", sample, re.IGNORECASE)
    if hint:
        return hint[1]
    scores: dict[bytes, tuple[float, int]] = {}
    for code in _DELIMITERS:
        delimiter = bytes([code])
        counts = Counter(len(cells) for cells in first_rows(sample, delimiter, SAMPLE_ROWS) if any(cells))
        width, rows = max(counts.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        if width > 1:
            scores[delimiter] = (round(rows / counts.total(), 1), width)
    return max(scores, key=lambda d: scores[d], default=b",")


def _parts(shape: _Shape) -> Iterator[Part]:
    """Blocks are cut here and parsed ahead in threads, which need no lock of the interpreter for most of it."""
    text = as_utf8(shape.content, shape.encoding, _BLOCK)
    blocks = blocks_of(text, shape.delimiter, shape.content.path)
    rejected = 0
    with ThreadPoolExecutor(2) as threads:
        for part in _in_order(threads, (_without_header(block, shape) for block in blocks), shape):
            rejected += len(part.batch.rejected)
            if part.batch.rejected and rejected > MANY and rejected * 10 > part.batch.rejected[-1].row:
                raise too_many_rejected(shape.content.path, part.batch.rejected, rejected)
            yield part


def _in_order(threads: Executor, blocks: Iterator[Block], shape: _Shape) -> Iterator[Part]:
    pending: deque[Future[Part]] = deque()
    try:
        for block in blocks:
            pending.append(threads.submit(_parsed, block, shape))
            if len(pending) > _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def _without_header(block: Block, shape: _Shape) -> Block:
    """The block from the first row of data on."""
    skip = int(np.searchsorted(block.row, shape.layout.first))
    if not skip:
        return block
    start = end_of_rows(block.data, shape.delimiter, skip)
    rejected = tuple(r for r in block.rejected if r.row >= shape.layout.first)
    return block._replace(data=block.data[start:], row=block.row[skip:], rejected=rejected)


def _parsed(block: Block, shape: _Shape) -> Part:
    found = Findings()
    found.add("text-mark", "repaired", block.unwrapped)
    lines: list[tuple[int, str]] = []
    columns = _columns(block, shape, lambda number, text: lines.append((number, text)))
    odd = np.array([number for number, _ in lines], np.int64)
    rows = np.delete(block.row, odd)
    rejected, short = list(block.rejected), []
    for index, text in lines:
        number = int(block.row[index])
        cells = cells_of(text.encode(), shape.delimiter)
        surplus = cells[shape.width :]
        kind = kind_of_row(cells if surplus else cells + [""] * (shape.width - len(cells)))
        if kind:
            found.add(kind, "dropped", 1, [Example(number, "", text)])
        elif surplus and not any(cell.strip() for cell in surplus):
            short.append((number, cells[: shape.width]))
        else:
            rejected.append(Rejected(number, "ragged-row", text))
    for refused in rejected:
        found.add(refused.kind, "rejected", 1, [Example(refused.row, "", refused.text)])
    columns, rows = _with_rows(columns, rows, short)
    found.add("surplus-cells", "repaired", len(short), [Example(number, "", "") for number, _ in short])
    names = shape.layout.columns
    for surplus_column in columns[len(names) :]:
        beyond = np.flatnonzero(np.asarray(surplus_column.is_valid()))
        examples = [Example(int(rows[i]), "", surplus_column[int(i)].as_py()) for i in beyond[:5]]
        found.add("cells-without-name", "dropped", beyond.size, examples)
    rejected.sort()
    if _LOST[:1] in block.data and _LOST in block.data:
        _tell_lost(columns[: len(names)], names, rows, found)
    batch = RawBatch(dict(zip(names, columns, strict=False)), rows, tuple(rejected))
    return Part(swept(batch, found, marks=b"'" in block.data or b"\t" in block.data), found)


def _tell_lost(columns: list[pa.Array], names: tuple[str, ...], rows: NDArray[np.int64], found: Findings) -> None:
    import pyarrow.compute as pc

    for name, column in zip(names, columns, strict=True):
        lost = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring(column, _LOST.decode()), False)))
        examples = [Example(int(rows[i]), name, column[int(i)].as_py()) for i in lost[:5]]
        found.add("lost-characters", "warned", lost.size, examples)


def _columns(block: Block, shape: _Shape, odd: Callable[[int, str], None]) -> list[pa.Array]:
    """The cells by column; rows of another length are left out and given to ``odd`` with their index and text."""
    import pyarrow as pa
    from pyarrow import csv

    names = [str(column) for column in range(shape.width)]
    if not block.data:
        return [pa.array([], pa.string()) for _ in names]

    def of_other_length(row: csv.InvalidRow) -> str:
        odd(row.number - 1, row.text)
        return "skip"

    data = pa.py_buffer(block.data)
    _check_utf8(data, block, shape)
    table = csv.read_csv(
        data,
        csv.ReadOptions(use_threads=False, column_names=names, block_size=data.size + 1),
        csv.ParseOptions(
            delimiter=shape.delimiter.decode(),
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=of_other_length,
        ),
        csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    return [column.combine_chunks() for column in table.columns]


def _check_utf8(data: pa.Buffer, block: Block, shape: _Shape) -> None:
    """All bytes of the block at once. Errors: InputError at the row of the first that is wrong."""
    import pyarrow as pa

    whole = np.array([0, data.size], np.int64)
    try:
        pa.LargeStringArray.from_buffers(1, pa.py_buffer(whole), data).validate(full=True)
    except pa.ArrowInvalid:
        try:
            block.data.decode("utf-8")
        except UnicodeDecodeError as error:
            row = row_at(block, shape.delimiter, error.start)
            raise wrong_bytes(shape.content.path, shape.encoding, error, row) from error
        raise


def _with_rows(
    columns: list[pa.Array], rows: NDArray[np.int64], more: list[tuple[int, list[str]]]
) -> tuple[list[pa.Array], NDArray[np.int64]]:
    """The columns with some more rows put in where their numbers belong."""
    if not more:
        return columns, rows
    import pyarrow as pa

    rows = np.concatenate([rows, np.array([number for number, _ in more], np.int64)])
    order = np.argsort(rows, kind="stable")
    added = [pa.array([cells[k] or None for _, cells in more], pa.string()) for k in range(len(columns))]
    joined = [pa.concat_arrays([column, new]).take(pa.array(order)) for column, new in zip(columns, added, strict=True)]
    return joined, rows[order]
