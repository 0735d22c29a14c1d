"""Delimited text is found out and read back exactly: encodings, delimiters, quotes, line ends, row numbers."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.importing.mapping import FileForm
from calibration.importing.reading import read, text
from sim.errors import InputError
from tests.exports import HEADER, ROWS, cells_of, delimited, findings_of, rows_of, written

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
CELL = st.text(st.sampled_from('环节受理供电方案答复abc019 -:;,|"\n\t.'), max_size=8).map(lambda s: s.strip("\t\n "))
BODY = st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8)


@given(
    body=BODY, encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(",;\t|"), line_end=st.sampled_from("\n\r")
)
def test_a_table_reads_back_equal_whatever_it_was_written_in(
    body: list[list[str]], encoding: str, delimiter: str, line_end: str
) -> None:
    ends = "\r\n" if line_end == "\r" else "\n"
    wanted = [["0021-05", *row, "2021-06-04 14:30:00"] for row in body]
    table = delimited([["申请编号", "环节名称", "处理人", "说明文字", "结束时间"], *wanted], delimiter, ends)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "明细.csv", table, encoding)
        assert cells_of(read(path, FileForm(delimiter=delimiter))) == wanted


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_encoding_and_the_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = read(written(tmp_path / "明细.csv", delimited([HEADER, *ROWS], delimiter), encoding))
    wide = {"utf-16": "utf-16-le"}
    assert (table.source.encoding, table.source.delimiter) == (wide.get(encoding, encoding), delimiter)
    assert table.columns == tuple(HEADER)
    assert cells_of(table) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_blocks_that_end_within_a_character_a_quote_or_a_line_end_change_nothing(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"{n:05d}", '勘查"现场"', f"第一行\r\n第二行,{n}", "2021-06-04 14:30:00"] for n in range(40)]
    path = written(tmp_path / "明细.csv", delimited([HEADER[:4], *rows]), encoding)
    whole = rows_of(read(path))
    assert [row[1:] for row in whole] == rows
    for size in (61, 64, 127, 1000):
        monkeypatch.setattr(text, "_BLOCK", size)
        assert rows_of(read(path)) == whole


def test_a_row_is_numbered_as_a_spreadsheet_numbers_it(tmp_path: Path) -> None:
    content = '编号,时间,备注\n1,2021-06-04,"两\n行"\n\n2,2021-06-05,\n3,2021-06-06\n4,2021-06-07,末行'
    table = read(written(tmp_path / "a.csv", content))
    assert rows_of(table) == [
        [2, "1", "2021-06-04", "两\n行"],
        [4, "2", "2021-06-05", None],
        [6, "4", "2021-06-07", "末行"],
    ]
    assert table.findings.counts() == {"blank-row": 1, "ragged-row": 1}
    assert table.findings["ragged-row"].examples[0].row == 5


def test_a_quote_that_is_never_closed_rejects_its_line_and_swallows_no_other(tmp_path: Path) -> None:
    lines = ["编号,环节,时间"] + [f"{n},受理,2021-06-04" for n in range(2, 60)]
    lines[9] = '10,"受理,2021-06-04'
    lines[19] = '20,"受"理",2021-06-04'
    lines[29] = '30,DN 5",2021-06-04'
    path = written(tmp_path / "a.csv", "\n".join(lines))
    table = read(path)
    rows = rows_of(table)
    assert [row[0] for row in rows] == [n for n in range(2, 60) if n not in (10, 20)]
    assert rows[26] == [30, "30", 'DN 5"', "2021-06-04"]
    (batch,) = table.batches()
    assert [(r.row, r.kind, r.text) for r in batch.rejected] == [
        (10, "open-quote", lines[9]),
        (20, "open-quote", lines[19]),
    ]


def test_rows_of_too_few_or_too_many_cells_are_rejected_by_number_and_empty_surplus_is_cut(tmp_path: Path) -> None:
    lines = ["编号,环节,时间", "1,受理,2021-06-04", "2,受理", "3,受理,2021-06-04,多", "4,受理,2021-06-04,,", "5,,"]
    table = read(written(tmp_path / "a.csv", "\n".join(lines)))
    assert rows_of(table) == [[2, "1", "受理", "2021-06-04"], [5, "4", "受理", "2021-06-04"], [6, "5", None, None]]
    assert table.findings.counts() == {"ragged-row": 2, "surplus-cells": 1}
    assert [(r.row, r.text) for batch in table.batches() for r in batch.rejected] == [(3, lines[2]), (4, lines[3])]


def test_a_second_reading_counts_nothing_twice_and_a_first_that_was_broken_off_is_completed(tmp_path: Path) -> None:
    rows = [[f"{n}", "受理", "2021-06-04"] if n % 50 else ["", "", ""] for n in range(1, 400)]
    path = written(tmp_path / "a.csv", delimited([HEADER[:3], *rows]))
    table = read(path)
    next(table.batches())
    for _ in range(2):
        assert len(rows_of(table)) == 392
    assert table.findings.counts() == {"blank-row": 7}


def test_ids_are_text_exactly_and_marks_that_made_them_text_are_taken_off(tmp_path: Path) -> None:
    ids = ["00123", "1E5", "NA", "None", " 7 ", "null", "1.20E+15", "TRUE"]
    marked = ["\t2021000001", "2021000002\t", "'2021000003", '="00123"']
    content = "编号,时间\n" + "".join(f"{name},2021-06-04\n" for name in ids + marked) + "'s-Hertogenbosch,2021-06-04\n"
    table = read(written(tmp_path / "a.csv", content))
    bare = ["2021000001", "2021000002", "2021000003", "00123"]
    assert [cells[0] for cells in cells_of(table)] == [*ids, *bare, "'s-Hertogenbosch"]
    assert table.findings.counts() == {"text-mark": 4}


def test_old_line_ends_semicolons_with_decimal_commas_and_a_hint_of_the_delimiter_are_understood(
    tmp_path: Path,
) -> None:
    old = "编号;容量;时间\r1;3,5;2021-06-04\r2;4,5;2021-06-05\r"
    assert cells_of(read(written(tmp_path / "a.csv", old))) == [["1", "3,5", "2021-06-04"], ["2", "4,5", "2021-06-05"]]
    hinted = "sep=|\r\n编号|时间\r\n1|2021-06-04\r\n"
    table = read(written(tmp_path / "b.csv", hinted))
    assert (table.source.delimiter, table.source.header_rows, rows_of(table)) == ("|", (2,), [[3, "1", "2021-06-04"]])


@pytest.mark.parametrize(
    ("name", "content", "row", "value"),
    [
        (
            "mixed.csv",
            delimited([HEADER, *ROWS]).encode() + "0021,受理,".encode("gb18030") + b",,,\r\n",
            5,
            "CA DC C0 ED",
        ),
        ("late.csv", (delimited([HEADER, *ROWS * 9000]) + "1,受,").encode() + b"\xff,,,\r\n", 27002, "FF 2C 2C 2C"),
        ("broken.csv", delimited([HEADER, *ROWS * 2]).encode("gb18030") + b"1,\xb0,,,,\r\n", 8, "B0 2C"),
        ("half.csv", b"\xff\xfe" + delimited([HEADER, *ROWS]).encode("utf-16-le") + b"\x00\xd8\x31\x00", 5, "00 D8"),
    ],
)
def test_a_wrong_or_mixed_encoding_is_refused_with_its_first_row_and_bytes(
    tmp_path: Path, name: str, content: bytes, row: int, value: str
) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(InputError) as refused:
        rows_of(read(path))
    assert refused.value.where == f"{path}:{row}"
    assert str(refused.value.value).startswith(value)
    assert "--encoding" in refused.value.cure.en


def test_an_encoding_that_is_neither_utf_8_nor_chinese_is_asked_for_and_read_when_named(tmp_path: Path) -> None:
    russian = [["номер", "этап", "время"], *([str(n), "прием заявки", "2021-06-04"] for n in range(9))]
    path = written(tmp_path / "a.csv", delimited(russian), "cp1251")
    with pytest.raises(InputError, match="encoding"):
        read(path)
    assert cells_of(read(path, FileForm(encoding="cp1251"))) == russian[1:]
    with pytest.raises(InputError, match="no such encoding"):
        read(path, FileForm(encoding="klingon"))


def test_text_that_was_already_spoilt_is_refused_in_the_header_and_told_in_cells(tmp_path: Path) -> None:
    twice = delimited([HEADER, *ROWS]).encode().decode("gb18030", "replace")
    with pytest.raises(InputError, match="garbled"):
        read(written(tmp_path / "a.csv", twice))
    lost = delimited([HEADER, *ROWS]).replace("张三", "\ufffd\ufffd")
    assert findings_of(written(tmp_path / "b.csv", lost)) == {"lost-characters": 1}


def test_a_file_most_of_whose_rows_are_ragged_is_refused(tmp_path: Path) -> None:
    content = "编号,环节,时间\n" + "".join(f"{n},受理,2021-06-04\n{n},受,理,2021-06-04\n" for n in range(300))
    with pytest.raises(InputError, match="rows cannot be read"):
        rows_of(read(written(tmp_path / "a.csv", content)))


def test_the_permit_log_is_read_whole(shared: Path) -> None:
    table = read(shared / "data/receipt.csv.gz")
    with gzip.open(shared / "data/receipt.csv.gz", "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(",") for line in file]
    rows = rows_of(table)
    assert table.columns == tuple(lines[0])
    assert [[cell or "" for cell in cells] for _, *cells in rows] == lines[1:]
    assert [row[0] for row in rows] == list(range(2, 8579))
    assert not table.findings.counts()
