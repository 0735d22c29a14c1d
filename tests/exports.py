"""Small exports as Chinese systems write them, and a table read back as rows; shared by the tests of reading."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawTable
from calibration.importing.reading import read

HEADER = ["申请编号", "环节名称", "开始时间", "结束时间", "处理人", "备注"]
ROWS = [
    ["0021000001", "业务受理", "2021-06-04 14:30:00", "2021-06-04 15:00:00", "张三", ""],
    ["0021000001", "现场勘查", "2021-06-07 09:05:00", "2021-06-08 16:20:00", "李四", "用户要求改期"],
    ["0021000002", "业务受理", "2021-06-05 08:31:00", "2021-06-05 08:47:00", "王五", ""],
]


def rows_of(table: RawTable) -> list[list[str | None]]:
    """Every row as its number and its cells."""
    return [
        [int(number), *cells]
        for batch in table.batches()
        for number, *cells in zip(batch.row, *(c.to_pylist() for c in batch.columns.values()), strict=True)
    ]


def cells_of(table: RawTable) -> list[list[str]]:
    """Every row without its number, an empty cell as empty text."""
    return [[cell or "" for cell in cells] for _, *cells in rows_of(table)]


def written(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def delimited(rows: Sequence[Sequence[str]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    """As the standard says, quotes where they are needed."""
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + line_end for row in rows)


def workbook(rows: Sequence[Sequence[object]], *merged: str) -> bytes:
    """An xlsx of one sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for area in merged:
        book.active.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def findings_of(path: Path, form: FileForm | None = None) -> dict[str, int]:
    """What is counted once the whole file was read."""
    table = read(path, form)
    for _ in table.batches():
        pass
    return table.findings.counts()


def _quoted(cell: str, delimiter: str) -> str:
    if cell and any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell
