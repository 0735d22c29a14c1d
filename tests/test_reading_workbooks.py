"""Excel workbooks, xlsx and xls: the right sheet, merged cells, numbers and dates as text, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from pathlib import Path

import pytest

from calibration.importing.findings import Example
from calibration.importing.mapping import FileForm
from calibration.importing.reading import read
from sim.errors import InputError
from tests.exports import HEADER, ROWS, cells_of, rows_of, workbook, written

pytest.importorskip("python_calamine")


def _book(path: Path, **sheets: list[list[object]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.removeprefix("hidden_"))
        sheet.sheet_state = "hidden" if name.startswith("hidden_") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _xls(path: Path, rows: list[list[object]], merged: tuple[int, int, int, int] | None = None) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if merged and merged[:4:2] == (number, column):
                sheet.write_merge(merged[0], merged[1], merged[2], merged[3], cell)
            elif cell is not None:
                sheet.write(number, column, cell, date) if isinstance(cell, dt.date) else sheet.write(
                    number, column, cell
                )
    book.save(path)
    return path


TYPED: list[list[object]] = [
    ["申请编号", "受理时间", "容量", "流水号", "序列"],
    ["00123", dt.datetime(2021, 6, 4, 14, 30), 315, 20210604143000, 44351.6],
    ["00124", dt.date(2021, 6, 5), 0.5, 150202199001011234, 44352],
]
AS_TEXT = [
    ["00123", "2021-06-04 14:30:00", "315", "20210604143000", "44351.6"],
    ["00124", "2021-06-05 00:00:00", "0.5", "1.50202199001011E+17", "44352"],
]


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_numbers_are_as_short_as_can_be_dates_whole_and_a_spoilt_id_keeps_its_exponent(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"明细.{suffix}"
    table = read(_xls(path, TYPED) if suffix == "xls" else written(path, workbook(TYPED)))
    assert table.source[:2] == (path.name, suffix)
    assert table.typed == {"受理时间": "date", "容量": "number", "流水号": "number", "序列": "number"}
    assert cells_of(table) == AS_TEXT


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_a_merged_cell_is_filled_down_and_counted_and_an_empty_one_is_not(tmp_path: Path, suffix: str) -> None:
    rows = [["报装编号", "环节", "时间"], ["A1", "受理", "6月4日"], [None, "勘查", "6月5日"], [None, "送电", "6月6日"]]
    path = tmp_path / f"明细.{suffix}"
    if suffix == "xls":
        _xls(path, [*rows, ["A2", "受理", "6月7日"], [None, "勘查", "6月8日"]], (1, 3, 0, 0))
    else:
        written(path, workbook([*rows, ["A2", "受理", "6月7日"], [None, "勘查", "6月8日"]], "A2:A4"))
    table = read(path)
    assert [cells[0] for cells in cells_of(table)] == ["A1", "A1", "A1", "A2", ""]
    assert table.findings.counts() == {"merged-cells": 2}
    assert [example.row for example in table.findings["merged-cells"].examples] == [3, 4]


def test_header_cells_merged_over_rows_and_columns_make_one_header(tmp_path: Path) -> None:
    page = [
        ["业扩报装明细", None, None, None],
        ["申请编号", "竣工检验", None, "备注"],
        [None, "申请", "完成", None],
        ["001", "6月4日", "6月5日", None],
    ]
    table = read(written(tmp_path / "a.xlsx", workbook(page, "A1:D1", "A2:A3", "B2:C2", "D2:D3")))
    assert table.columns == ("申请编号", "竣工检验/申请", "竣工检验/完成", "备注")
    assert rows_of(table) == [[4, "001", "6月4日", "6月5日", None]]


def test_the_biggest_visible_sheet_is_chosen_hidden_ones_are_told_and_equals_are_asked_about(tmp_path: Path) -> None:
    note = [["填表说明"], ["一行一个环节"]]
    path = _book(tmp_path / "a.xlsx", 说明=note, 明细=[HEADER, *ROWS], hidden_旧表=[HEADER, *ROWS * 50])
    table = read(path)
    assert (table.source.sheet, cells_of(table)) == ("明细", ROWS)
    assert table.findings.counts() == {"hidden-sheet": 1, "chosen-sheet": 1}
    assert len(cells_of(read(path, FileForm(sheet="旧表")))) == 150
    with pytest.raises(InputError, match="no such sheet"):
        read(path, FileForm(sheet="明 细"))
    with pytest.raises(InputError, match="--sheet") as refused:
        read(_book(tmp_path / "b.xlsx", 一月=[HEADER, *ROWS], 二月=[HEADER, *ROWS]))
    assert refused.value.value == "一月, 二月"
    with pytest.raises(InputError, match="empty"):
        read(_book(tmp_path / "c.xlsx", 空=[], hidden_明细=[HEADER, *ROWS]))


def test_rows_above_and_columns_before_the_table_do_not_shift_it(tmp_path: Path) -> None:
    rows = [[], [], [None, *HEADER], *([None, *row] for row in ROWS), [None, None, "送电"]]
    table = read(written(tmp_path / "a.xlsx", workbook(rows, "B6:B7")))
    assert table.source.header_rows == (3,)
    assert [row[0] for row in rows_of(table)] == [4, 5, 6, 7]
    assert cells_of(table) == [*ROWS, ["0021000002", "送电", "", "", "", ""]]


def test_a_sheet_that_is_full_to_its_last_row_is_warned_about(tmp_path: Path) -> None:
    table = read(_xls(tmp_path / "a.xls", [["编号", "时间"], *([str(n), "6月4日"] for n in range(65_535))]))
    assert table.findings.counts() == {"full-sheet": 1}
    assert sum(map(len, table.batches())) == 65_535


def test_without_the_optional_package_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r"shixian\[logs\]"):
        read(written(tmp_path / "a.xlsx", workbook([HEADER, *ROWS])))


def _sheet_xml(cells: str) -> bytes:
    """A workbook whose sheet is the given XML."""
    whole = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["a"]]))) as old,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                head, _, _ = data.decode().partition("<sheetData>")
                data = f"{head}<sheetData>{cells}</sheetData></worksheet>".encode()
            new.writestr(part.filename, data)
    return whole.getvalue()


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="4000000000"><c r="A4000000000"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="999999"><c r="ZZ999999"><v>1</v></c></row>',
        "<row>" + " " * (100 << 20) + "</row>",
    ],
    ids=["last-cell", "beyond", "far", "bomb"],
)
def test_a_few_bytes_that_would_fill_the_memory_are_refused(tmp_path: Path, cells: str) -> None:
    path = written(tmp_path / "a.xlsx", _sheet_xml(cells))
    with pytest.raises(InputError, match="too large"):
        read(path)


def test_a_protected_workbook_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    whole = _xls(tmp_path / "a.xls", [list(HEADER), *map(list, ROWS)]).read_bytes()
    record = b"\xe1\x00\x02\x00\xb0\x04"
    protected = whole.replace(record, b"\x2f\x00\x02\x00\x00\x00", 1)
    with pytest.raises(InputError, match="password"):
        read(written(tmp_path / "b.xls", protected))
    office = whole[:512] + "EncryptedPackage".encode("utf-16-le") + whole[512:]
    with pytest.raises(InputError, match="password"):
        read(written(tmp_path / "b.xlsx", office))
    with pytest.raises(InputError, match="damaged, or no Excel"):
        read(written(tmp_path / "c.xls", whole[:512] + b"\0" * 4096))


def test_errors_of_formulas_are_counted_with_their_place(tmp_path: Path) -> None:
    """The library reads them as empty; a sheet that another one precedes, and columns before the table."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "封面"
    sheet = book.create_sheet("明细")
    for row in (HEADER, *ROWS, ROWS[0]):
        sheet.append(["", *row])
    sheet["C3"], sheet["F4"] = "#N/A", "#VALUE!"
    sheet["B7"] = "#REF!"
    book.save(tmp_path / "e.xlsx")
    table = read(tmp_path / "e.xlsx")
    found = table.findings["cell-error"]
    assert found.examples[:2] == [Example(3, "环节名称", "#N/A"), Example(4, "处理人", "#VALUE!")]
    assert found.count == 3
    assert rows_of(table)[1][2] is None


def test_errors_of_formulas_in_text_are_counted(tmp_path: Path) -> None:
    """In a column of words, of times, of ids: a value nowhere, and an id least of all."""
    from calibration.importing.event_log import import_log
    from tests.test_importing_faults import WIDE

    rows = ["A,2021-06-04 09:00,#N/A,#DIV/0!,", "#N/A,2021-06-04 09:00,,,", "B,2021-06-04 09:00,,,#N/A"]
    path = written(tmp_path / "e.csv", "\n".join(["编号,受理,答复,送电,办结", *rows]))
    found = import_log(read(path), WIDE)
    assert found.log.cases.label == ("A", "B")
    assert found.findings.counts().items() >= {"cell-error": 4, "no-case": 1}.items()


def test_serial_numbers_of_a_workbook_that_counts_from_1904_are_refused_and_its_dates_are_not(tmp_path: Path) -> None:
    import openpyxl

    from calibration.importing.event_log import import_log
    from calibration.importing.mapping import Mapping

    mapping = Mapping.model_validate({"form": "wide", "case": "编号", "accepted": "受理", "closed": "办结"})
    for cell, right in ((dt.datetime(2021, 6, 4, 9), True), (42889.375, False)):
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        for row in (["编号", "受理", "办结"], ["A", cell, dt.datetime(2021, 6, 8, 9)]):
            book.active.append(row)
        book.save(tmp_path / "e.xlsx")
        if right:
            log = import_log(read(tmp_path / "e.xlsx"), mapping).log
            assert str(log.cases.accepted.astype("M8[us]")[0])[:13] == "2021-06-04T09"
        else:
            with pytest.raises(InputError, match="from 1904") as refused:
                import_log(read(tmp_path / "e.xlsx"), mapping)
            assert refused.value.where == "受理, row 2"
