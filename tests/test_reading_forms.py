"""Parquet, XES and HTML give the same rows as text would; packed files are unpacked; what is no table is refused."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from calibration.importing.mapping import FileForm
from calibration.importing.reading import opening, read
from sim.errors import InputError
from tests.exports import HEADER, ROWS, cells_of, delimited, rows_of, written

CSV = delimited([HEADER, *ROWS])


def _zip(path: Path, flag: int = 0, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= flag
    return written(path, bytes(data))


def test_parquet_gives_numbers_as_short_as_can_be_and_times_with_their_zone(tmp_path: Path) -> None:
    noon = dt.datetime(2021, 6, 4, 12, 0, 0, 5000)
    columns = {
        "编号": ["0012", None],
        "时间": pa.array([noon, None], pa.timestamp("ns", "Asia/Shanghai")),
        "当地": pa.array([noon.replace(microsecond=0), None], pa.timestamp("us")),
        "日期": [dt.date(2021, 6, 4), None],
        "数": [20210604.0, 0.25],
        "长": [1e17, float("nan")],
        "整": [7, None],
        "是否": [True, None],
        "类": pa.array(["三零", ""]).dictionary_encode(),
        "表": [[1], []],
    }
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    assert rows_of(table) == [
        [1, "0012", "2021-06-04 20:00:00.005000+08:00", "2021-06-04 12:00:00", "2021-06-04 00:00:00", "20210604",
         "1e+17", "7", "TRUE", "三零"],
        [2, None, None, None, None, "0.25", None, None, None, None],
    ]  # fmt: skip
    assert table.findings.counts() == {"nested-column": 1}
    assert table.typed == dict.fromkeys(["时间", "当地", "日期"], "date") | dict.fromkeys(["数", "长", "整"], "number")


def test_xes_keeps_zones_and_nested_values_and_gives_each_event_its_case(tmp_path: Path) -> None:
    log = """<?xml version="1.0" encoding="UTF-8"?>
    <x:log xes.version="1.0" xmlns:x="http://www.xes-standard.org/">
      <x:global scope="event"><x:string key="concept:name" value="UNKNOWN"/></x:global>
      <x:string key="owner" value="nobody"><x:string key="nested" value="x"/></x:string>
      <x:trace>
        <x:string key="concept:name" value="甲&amp;乙"/>
        <x:event>
          <x:string key="concept:name" value="受理"><x:string key="代码" value="01"/></x:string>
          <x:date key="time:timestamp" value="2021-06-04T14:30:00.000+08:00"/>
          <x:list key="材料"><x:values><x:string key="项" value="a"/><x:string key="项" value="b"/></x:values></x:list>
        </x:event>
        <x:event><x:string key="concept:name" value=""/><x:int key="n" value="3"/></x:event>
        <x:string key="late" value="yes"/>
      </x:trace>
      <x:trace><x:string key="concept:name" value="empty"/></x:trace>
      <x:event><x:string key="concept:name" value="alone"/></x:event>
    </x:log>"""
    table = read(written(tmp_path / "a.xes", log))
    assert table.columns == (
        "case:concept:name", "case:late", "concept:name", "concept:name/代码", "time:timestamp", "材料/项", "n",
    )  # fmt: skip
    assert rows_of(table) == [
        [1, "甲&乙", "yes", "受理", "01", "2021-06-04T14:30:00.000+08:00", "a; b", None],
        [2, "甲&乙", "yes", None, None, None, None, "3"],
        [3, None, None, "alone", None, None, None, None],
    ]
    assert table.findings.counts() == {"case-without-event": 1, "event-without-case": 1}
    assert table.typed == {"time:timestamp": "date", "n": "number"}
    in_gbk = log.replace("UTF-8", "GBK")
    assert rows_of(read(written(tmp_path / "b.xes", in_gbk, "gbk"))) == rows_of(table)
    assert rows_of(read(written(tmp_path / "c.xes", log.replace("UTF-8", "UTF-16"), "utf-16"))) == rows_of(table)


@pytest.mark.parametrize(
    ("log", "line", "said"),
    [
        ('<!DOCTYPE log [<!ENTITY a "x">]>\n<log><trace/></log>', 1, "DOCTYPE"),
        ("<log>\n<trace>\n<event>", 3, "broken"),
        ("<log>\n<trace></log>", 2, "broken"),
        ("<log>\n" + '<trace><event>\n<string key="a" value="b">' * 60, None, "too deep"),
        ("<log><trace/></log>", None, "no event"),
        ("<?xml version='1.0'?><catalogue><log_x/></catalogue>", None, "no XES log"),
        ("<html><body><h1>登录</h1></body></html>", None, "no table"),
    ],
)
def test_xml_that_is_harmful_broken_or_no_log_is_refused_at_its_line(
    tmp_path: Path, log: str, line: int | None, said: str
) -> None:
    path = written(tmp_path / "a.xes", log)
    with pytest.raises(InputError, match=said) as refused:
        read(path)
    assert line is None or refused.value.where == f"{path}:{line}"


def test_an_html_table_that_calls_itself_xls_is_read_with_its_spans(tmp_path: Path) -> None:
    page = """<html><head><meta charset="gb2312"><style>td {color: red}</style></head><body><table><tr><td>菜单</table>
    <table><tr><td colspan=4>业扩报装明细<tr><th rowspan=2>编号<th colspan=2>勘查<th rowspan=2>备注
    <tr><th>开始<th>结束
    <tr><td>001&nbsp;</td><td>2021-06-04<br>14:30</td><td>2021-06-05</td><td>&lt;x&gt;</td></tr>
    <tr><td rowspan=2>002</td><td>2021-06-04</td><td>2021-06-05</td><td></td></tr>
    <tr><td>2021-06-07</td><td>2021-06-08</td><td>y</td></tr></table></body></html>"""
    table = read(written(tmp_path / "a.xls", page, "gb18030"))
    assert (table.source.format, table.source.encoding) == ("html", "gb18030")
    assert table.columns == ("编号", "勘查/开始", "勘查/结束", "备注")
    assert rows_of(table) == [
        [4, "001", "2021-06-04\n14:30", "2021-06-05", "<x>"],
        [5, "002", "2021-06-04", "2021-06-05", None],
        [6, "002", "2021-06-07", "2021-06-08", "y"],
    ]
    found = {"title-line": 1, "second-header": 1, "other-format": 1, "merged-cells": 1, "encoding": 1}
    assert table.findings.counts() == found
    with pytest.raises(InputError, match="several tables"):
        read(written(tmp_path / "b.xls", "<table><tr><td>a<td>b</table><table><tr><td>c<td>d</table>"))
    for spans in ("<tr><td>a" + "<td colspan=999>b" * 2, "<tr><td rowspan=9999 colspan=9>c" * 200):
        with pytest.raises(InputError, match="1,000 columns"):
            read(written(tmp_path / "c.xls", f"<table>{spans}</table>"))


def test_packed_files_read_as_what_is_inside(tmp_path: Path) -> None:
    inner = CSV.encode("gb18030")
    for path in (
        written(tmp_path / "a.csv.gz", gzip.compress(inner[:50]) + gzip.compress(inner[50:])),
        _zip(tmp_path / "a.zip", **{"目录/明细.csv": inner, "__MACOSX/._明细.csv": b"x", "目录/.DS_Store": b"y"}),
    ):
        assert cells_of(read(path)) == ROWS
    assert read(tmp_path / "a.zip").source.name == "a.zip/目录/明细.csv"
    parquet.write_table(pa.table({"编号": ["1"]}), tmp_path / "b.parquet")
    packed = written(tmp_path / "b.parquet.gz", gzip.compress((tmp_path / "b.parquet").read_bytes()))
    assert rows_of(read(packed)) == [[1, "1"]]


def test_a_packed_file_that_is_cut_endless_protected_or_of_several_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_SMALL", 1 << 20)
    zeros = b"0,0\n" * (1 << 20)
    refused = {
        "holds 2 files": _zip(tmp_path / "a.zip", **{"一.csv": b"a", "二.csv": b"b"}),
        "holds 0 files": _zip(tmp_path / "b.zip", **{"__MACOSX/x": b"a"}),
        "leads out": _zip(tmp_path / "c.zip", **{"../x.csv": CSV.encode()}),
        "password": _zip(tmp_path / "d.zip", flag=1, **{"x.csv": CSV.encode()}),
        "inside a packed": _zip(tmp_path / "e.zip", **{"x.zip": _zip(tmp_path / "f.zip", x=b"y").read_bytes()}),
        "cut short": written(tmp_path / "g.csv.gz", gzip.compress(CSV.encode())[:-20]),
        "unpacks to more": written(tmp_path / "h.csv.gz", gzip.compress(b"a,b\n" + zeros)),
    }
    for said, path in refused.items():
        with pytest.raises(InputError, match=said) as error:
            rows_of(read(path))
        assert error.value.where == str(path)
    assert refused["unpacks to more"].stat().st_size < 20_000
    with pytest.raises(InputError, match="unpacks to more"):
        rows_of(read(_zip(tmp_path / "i.zip", **{"x.csv": CSV.encode()}), most_unpacked=100))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n\r\n", "empty"),
        ("a.csv", b"%PDF-1.4\n", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.csv", b'[{"a": 1}]', "JSON"),
        ("a.csv", bytes(range(256)) * 20, "neither"),
        ("a.rar", b"Rar!\x1a\x07\x00", "packed"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
        (
            "a.xls",
            b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n<ss:Workbook xmlns:ss='
            b'"urn:schemas-microsoft-com:office:spreadsheet">',
            "2003",
        ),
        (
            "a.xls",
            b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related;\r\n",
            "in one file",
        ),
        (
            "a.xls",
            b"From: <Saved by a browser>\r\nSubject: =?utf-8?B?x?=\r\n x\r\nMIME-Version: 1.0\r\n",
            "in one file",
        ),
        ("a.parquet", b"PAR1 and no more", "damaged"),
        ("a.csv", "标题\n".encode() + b"\0" * (5 << 20), "4 MB"),
    ],
)
def test_what_is_no_table_is_refused_for_what_it_is(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(InputError, match=said) as refused:
        rows_of(read(path))
    assert refused.value.where.startswith(str(path))
    assert refused.value.cure.zh


def test_a_folder_a_missing_file_and_a_word_document_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "x.csv")
    with pytest.raises(InputError, match="Word"):
        read(_zip(tmp_path / "a.docx", **{"[Content_Types].xml": b"x", "word/document.xml": b"y"}))
    with pytest.raises(InputError, match="one ASCII character"):
        read(written(tmp_path / "a.csv", CSV), FileForm(delimiter="，"))


def test_both_forms_of_the_permit_log_hold_the_same_events(shared: Path) -> None:
    as_xes, as_csv = read(shared / "data/receipt.xes.gz"), read(shared / "data/receipt.csv.gz")
    assert set(as_csv.columns) == set(as_xes.columns)
    order = [as_xes.columns.index(name) for name in as_csv.columns]
    times = {index for index, name in enumerate(as_csv.columns) if as_xes.typed.get(name) == "date"}

    def event(cells: list[str]) -> tuple[object, ...]:
        return tuple(
            dt.datetime.fromisoformat(cell) if cell and index in times else cell for index, cell in enumerate(cells)
        )

    from_xes = [event([cells[index] for index in order]) for cells in cells_of(as_xes)]
    assert sorted(from_xes, key=repr) == sorted(map(event, cells_of(as_csv)), key=repr)
    assert len(from_xes) == 8577
