"""Rows into a file as they come: CSV in UTF-8 with its mark, a workbook, or Parquet; there whole or not at all."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from calibration.importing.rejects import safe
from sim.errors import InputError
from sim.text import Text
from sim.whole_files import unwritable

MOST_ROWS = 1_048_575
_AT_ONCE = 100_000


def write_rows(path: Path, columns: Sequence[str], rows: Iterator[list[str]], count: int) -> None:
    """Write by the ending of the name. Cells that a spreadsheet would take for a formula are made text.

    Errors: InputError for more rows than a sheet holds; EnvironmentFailure where it cannot be written.
    """
    kinds: dict[str, Callable[[Path, Sequence[str], Iterator[list[str]]], None]] = {
        ".xlsx": _xlsx,
        ".parquet": _parquet,
    }
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and count > MOST_ROWS:
        raise InputError(
            Text(f"工作表最多 {MOST_ROWS} 行", f"a sheet holds {MOST_ROWS} rows"),
            Text("--out 改为 .csv", "let --out end in .csv"),
            where="--out",
            value=f"{count}",
        )
    neighbour: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=suffix, dir=path.parent)
        os.close(handle)
        neighbour = Path(name)
        kinds.get(suffix, _csv)(neighbour, columns, rows)
        neighbour.replace(path)
        neighbour = None
    except OSError as error:
        raise unwritable(error, path) from error
    finally:
        if neighbour is not None:
            neighbour.unlink(missing_ok=True)


def _csv(path: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(map(safe, columns))
        out.writerows(map(safe, row) for row in rows)


def _xlsx(path: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for at, name in enumerate(columns):
            sheet.write_string(0, at, name)
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, at, cell)


def _parquet(path: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(path, schema) as out:
        while some := list(islice(rows, _AT_ONCE)):
            cells = [[cell or None for cell in column] for column in zip(*some, strict=True)]
            out.write_table(pa.table([pa.array(column, pa.string()) for column in cells], schema=schema))
