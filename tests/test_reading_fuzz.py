"""Damaged files of every format: read, or refused with an error about the file; nothing else ever comes out."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.importing.reading import read
from sim.errors import InputError
from tests.exports import HEADER, ROWS, delimited, workbook

TABLE = [HEADER, *ROWS * 4]


def _xls() -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    for row, cells in enumerate(TABLE):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _parquet() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    times = pa.array([dt.datetime(2021, 6, 4, 14, 30)] * 3, pa.timestamp("us", "Asia/Shanghai"))
    stream = io.BytesIO()
    parquet.write_table(pa.table({"case": ["1", "2", None], "time": times, "n": [1.5, 2.0, None]}), stream)
    return stream.getvalue()


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("明细.csv", delimited(TABLE))
    return stream.getvalue()


XES = """<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/">
<trace><string key="concept:name" value="甲&amp;乙"/><event><string key="concept:name" value="受理"/>
<date key="time:timestamp" value="2021-06-04T14:30:00+08:00"/></event></trace></log>""".encode()
HTML = "<html><table>{}</table></html>".format(
    "".join("<tr>{}</tr>".format("".join(f"<td>{cell}</td>" for cell in row)) for row in TABLE)
).encode("gb18030")
WHOLE: dict[str, bytes | Callable[[], bytes]] = {
    "a.csv": delimited(TABLE).encode(),
    "gbk.csv": delimited(TABLE, ";").encode("gb18030"),
    "wide.csv": delimited(TABLE, "\t").encode("utf-16"),
    "a.csv.gz": gzip.compress(delimited(TABLE).encode(), mtime=0),
    "a.zip": _zip,
    "a.xlsx": lambda: workbook(TABLE, "A2:A3"),
    "a.xls": _xls,
    "h.xls": HTML,
    "a.parquet": _parquet,
    "a.xes": XES,
}


@cache
def _whole(name: str) -> bytes:
    made = WHOLE[name]
    return made if isinstance(made, bytes) else made()


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    whole = bytearray(_whole(name))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.sampled_from([1, 1, 2, 8, 64]))
        match data.draw(st.sampled_from(["overwrite", "cut", "insert", "truncate"])):
            case "overwrite":
                whole[start : start + length] = data.draw(st.binary(min_size=length, max_size=length))
            case "cut":
                del whole[start : start + length]
            case "insert":
                whole[start:start] = data.draw(st.sampled_from([b'"', b"\0", b"\n", b"\r", b",", b"\xff", b"<", b'="']))
            case "truncate":
                del whole[max(start, 1) :]
        if not whole:
            break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(whole)
        refused = None
        try:
            for batch in read(path).batches():
                assert all(len(column) == len(batch) for column in batch.columns.values())
                assert (batch.row[1:] > batch.row[:-1]).all()
        except InputError as error:
            refused = error
        assert refused is None or (refused.where.startswith(str(path)) and refused.message("zh"))
