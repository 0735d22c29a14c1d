"""What stands around the table on its page is found, left out and counted; what is data stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from calibration.importing.mapping import FileForm
from calibration.importing.reading import read
from sim.errors import InputError
from tests.exports import cells_of, delimited, findings_of, rows_of, workbook, written

Cells = Sequence[object]
HEADER = ["序号", "申请编号", "用户类别", "受理时间", "送电时间", "备注"]
BODY = [[str(n), f"00210{n:04d}", "高压单电源", "2021-06-04", "2021-06-21", ""] for n in range(1, 9)]
BLANK = [""] * 6


def _csv(path: Path, rows: Sequence[Cells]) -> Path:
    return written(path / "台账.csv", delimited([[str(cell) for cell in row] for row in rows]), "gb18030")


def _xlsx(path: Path, rows: Sequence[Cells]) -> Path:
    pytest.importorskip("python_calamine")
    return written(path / "台账.xlsx", workbook([[cell or None for cell in row] for row in rows]))


def _html(path: Path, rows: Sequence[Cells]) -> Path:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return written(path / "台账.xls", f"<html><body><table>{lines}</table></body></html>", "gb18030")


FORMS = pytest.mark.parametrize("write", [_csv, _xlsx, _html], ids=["csv", "xlsx", "html"])
Write = Callable[[Path, Sequence[Cells]], Path]


@FORMS
def test_titles_totals_remarks_and_blank_rows_are_dropped_and_counted(write: Write, tmp_path: Path) -> None:
    page = [
        ["包头供电局高压业扩报装明细表", *BLANK[1:]],
        ["统计期间:2021年1月至6月", "", "", "", "单位:件", ""],
        HEADER,
        *BODY[:4],
        ["", "小 计", "", "4", "", ""],
        HEADER,
        *BODY[4:],
        ["合计", "", "", "8", "", ""],
        BLANK,
        ["填表人：张三", "", "审核人：李四", "", "填表日期：2021-07-01", ""],
        ["备注：以上数据由营销系统导出", *BLANK[1:]],
        ["数据截至六月三十日", *BLANK[1:]],
    ]
    table = read(write(tmp_path, page))
    rows = rows_of(table)
    assert table.columns == tuple(HEADER)
    assert table.source.header_rows == (3,)
    assert [[row[0], row[2]] for row in rows] == [[n + (4 if n <= 4 else 6) - 1, f"00210{n:04d}"] for n in range(1, 9)]
    counts = {"title-line": 2, "total-row": 2, "repeated-header": 1, "blank-row": 1, "remark-row": 3}
    assert {
        kind: count for kind, count in table.findings.counts().items() if kind not in ("other-format", "encoding")
    } == counts


@FORMS
def test_two_header_rows_become_names_of_group_and_column(write: Write, tmp_path: Path) -> None:
    page = [
        ["高压业扩报装明细表", "", "", "", "", "单位:件"],
        ["申请编号", "现场勘查", "", "竣工检验", "", "备注"],
        ["", "开始时间", "结束时间", "开始时间", "结束时间", ""],
        ["0021", "2021-06-04", "2021-06-05", "2021-06-21", "2021-06-22", ""],
        ["0022", "2021-06-04", "2021-06-05", "", "", ""],
    ]
    table = read(write(tmp_path, page))
    assert table.columns == (
        "申请编号",
        "现场勘查/开始时间",
        "现场勘查/结束时间",
        "竣工检验/开始时间",
        "竣工检验/结束时间",
        "备注",
    )
    assert [row[0] for row in rows_of(table)] == [4, 5]
    assert table.source.header_rows == (2, 3)
    assert table.findings["second-header"].count == 1


@FORMS
def test_a_title_of_two_cells_over_a_full_header_is_no_group(write: Write, tmp_path: Path) -> None:
    table = read(write(tmp_path, [["报装台账", "", "", "", "单位:件", ""], HEADER, *BODY]))
    assert table.columns == tuple(HEADER)
    assert cells_of(table) == BODY


@FORMS
def test_equal_names_are_made_different_and_a_column_without_name_is_told(write: Write, tmp_path: Path) -> None:
    rows = [["1", "a", "b", "2021-06-04", "x"], ["2", "c", "d", "2021-06-05", "y"]]
    table = read(write(tmp_path, [["编号", "名称", "名称", "时间", ""], *rows]))
    assert table.columns == ("编号", "名称", "名称 (2)", "时间", "第5列")
    assert cells_of(table) == rows
    counts = table.findings.counts()
    assert (counts["duplicate-column"], counts["unnamed-column"]) == (1, 1)


@FORMS
def test_trailing_empty_columns_are_no_columns(write: Write, tmp_path: Path) -> None:
    table = read(write(tmp_path, [[*HEADER, "", ""], *([*row, "", ""] for row in BODY)]))
    assert table.columns == tuple(HEADER)
    assert cells_of(table) == BODY


@FORMS
def test_a_table_without_a_header_is_refused_and_a_header_row_can_be_named(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, BODY)
    with pytest.raises(InputError, match="no row names the columns"):
        read(path)
    path = write(tmp_path, [["2020", "2021", "2022"], ["1", "2", "3"]])
    assert read(path, FileForm(header_rows=(1,))).columns == ("2020", "2021", "2022")
    with pytest.raises(InputError, match="no such header rows"):
        read(path, FileForm(header_rows=(7,)))


@FORMS
def test_a_header_alone_is_a_table_without_rows(write: Write, tmp_path: Path) -> None:
    table = read(write(tmp_path, [HEADER]))
    assert (table.columns, rows_of(table)) == (tuple(HEADER), [])


def test_a_case_whose_first_cell_begins_like_a_total_or_a_remark_is_kept(tmp_path: Path) -> None:
    rows = [
        ["合计通讯有限公司一期扩容工程三号配电室", "2021-06-04", "2021-06-05", "受理"],
        ["填报单位直供用户", "2021-06-04", "2021-06-05", "受理"],
        ["备注栏", "2021-06-04", "", "受理"],
    ]
    assert cells_of(read(_csv(tmp_path, [["用户", "受理时间", "送电时间", "环节"], *rows]))) == rows


def test_a_short_total_or_remark_under_a_csv_is_no_ragged_row(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", delimited([HEADER, *BODY]) + "合计,8\r\n制表人：王五\r\n以上\r\n")
    assert findings_of(path) == {"total-row": 1, "remark-row": 2}
