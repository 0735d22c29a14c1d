"""Excel workbooks: which sheet, its merged cells, and its numbers and dates as text."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawTable, Source
from calibration.importing.reading.layout import SAMPLE_ROWS, Layout, Merged, layout_of
from calibration.importing.reading.opening import Content, problem
from calibration.importing.reading.pages import Page, parts_of
from calibration.importing.reading.tables import table_of
from calibration.importing.reading.xlsx_marks import counts_from_1904, errors_of
from calibration.importing.reading.xlsx_size import check_size
from sim.text import Text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_DIGITS = 15
"""As many digits of a number as Excel keeps; those of a longer one are lost, and it is shown with an exponent."""
_FULL = {1_048_576, 65_536}
_TYPED_ROWS = 1_000
_ENCRYPTED = re.compile(
    "EncryptedPackage".encode("utf-16-le") + rb"|\x09\x08\x10\x00[\s\S]{16}(?:\x86\x00\x00\x00)?\x2f\x00"
)
"""The part of a protected xlsx, or the record FILEPASS that follows the first one of an xls."""
Kind = Literal["number", "date"]


def read_workbook(content: Content, form: FileForm, format: Literal["xlsx", "xls"]) -> RawTable:
    """A sheet of a workbook: the one that ``form`` names, else the biggest that is visible.

    Errors: InputError for a protected or damaged workbook, one that would fill the memory, several sheets of like
    size, and where the optional package is missing.
    """
    findings = Findings()
    data = _data(content, format)
    book = _opened(data, content)
    sheet = _sheet(book, content, form.sheet, findings)
    left = sheet.start[1] - 1 if sheet.start else 0  # rows come without the empty columns before the table
    areas = sheet.merged_cell_ranges or ()
    merged = [Merged(r0 + 1, c0 - left, r1 + 1, c1 - left) for (r0, c0), (r1, c1) in areas if c0 > left]
    first = [[text_of(value) for value in row] for row in islice(sheet.iter_rows(), SAMPLE_ROWS)]
    layout = layout_of(first, findings, content.path, form.header_rows, merged)
    height = sheet.end[0] + 1 if sheet.end else 0
    if height in _FULL:
        findings.add("full-sheet", "warned", 1, [Example(height)], sheet=sheet.name)
    if format == "xlsx":
        _tell_errors(data, sheet.name, layout, left, findings)
    page = Page(layout, [area for area in merged if area.first_row >= layout.first])
    since_1904 = format == "xlsx" and counts_from_1904(data)
    source = Source(content.name, format, "", "", sheet.name, layout.header_rows, since_1904)
    typed = _typed(sheet, layout.first, layout.columns)

    def rows() -> Iterator[list[str]]:
        return ([text_of(value) for value in row] for row in sheet.iter_rows())

    return table_of(source, layout.columns, typed, findings, lambda: parts_of(page, rows()))


def _tell_errors(data: bytes, sheet: str, layout: Layout, left: int, findings: Findings) -> None:
    """Cells below the header whose formula failed; they are read as empty."""
    for failed in errors_of(data, sheet):
        column = failed.column - left - 2
        if failed.row >= layout.first and 0 <= column < len(layout.columns):
            findings.add("cell-error", "missing", 1, [Example(failed.row, layout.columns[column], failed.error)])


def text_of(value: Any) -> str:
    """A cell as text: a date ``2021-06-04 14:30:00``, a number as short as can be, beyond 15 digits as Excel shows it
    (``1.50202199001011E+17``), so that an id that was spoilt can be told."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        if whole and abs(value) < 10**_DIGITS:
            return str(int(value))
        return f"{value:.{_DIGITS}G}" if whole else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
    if isinstance(value, dt.date):
        return f"{value.isoformat()} 00:00:00"
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return value.isoformat("milliseconds" if value.microsecond else "seconds") if value is not None else ""


def _library(content: Content) -> ModuleType:
    try:
        import python_calamine
    except ImportError as error:
        raise problem(
            Text("读 Excel 文件需要另装一个组件", "reading Excel files needs an optional package"),
            Text('安装 "shixian[logs]";或把文件另存为 CSV', 'install "shixian[logs]", or save the file as CSV'),
            content.path,
        ) from error
    return python_calamine


def _data(content: Content, format: Literal["xlsx", "xls"]) -> bytes:
    """The whole file, which can be opened without filling the memory."""
    data = content.whole()
    if format == "xlsx":
        check_size(data, content)
    elif _ENCRYPTED.search(data):
        raise problem(
            Text("工作簿有密码", "the workbook is protected by a password"),
            Text("在 Excel 中打开,去掉密码后另存", "open it in Excel and save it without the password"),
            content.path,
        )
    return data


def _opened(data: bytes, content: Content) -> CalamineWorkbook:
    library = _library(content)
    with _told(content, library):
        return library.CalamineWorkbook.from_filelike(io.BytesIO(data))


@contextmanager
def _told(content: Content, library: ModuleType) -> Iterator[None]:
    """What the library cannot read, told as an error about the file."""
    try:
        yield
    except BaseException as error:
        # A panic inside the library derives from BaseException, so that it is not caught by chance.
        if not isinstance(error, library.CalamineError) and type(error).__name__ != "PanicException":
            raise
        raise problem(
            Text("读不出这个工作簿:文件已损坏,或不是 Excel 表格", "the workbook is damaged, or no Excel workbook"),
            Text("在 Excel 或 WPS 中打开,另存为 xlsx 或 CSV", "open it in Excel or WPS and save it as xlsx or CSV"),
            content.path,
            value=str(error),
        ) from error


def _sheet(book: CalamineWorkbook, content: Content, wanted: str | None, findings: Findings) -> CalamineSheet:
    library = _library(content)
    with _told(content, library):
        sheets = [m for m in book.sheets_metadata if m.typ == library.SheetTypeEnum.WorkSheet]
        hidden = [m.name for m in sheets if m.visible != library.SheetVisibleEnum.Visible]
        findings.add("hidden-sheet", "told", len(hidden), [Example(0, "", name) for name in hidden])
        names = [m.name for m in sheets]
        if wanted is not None:
            if wanted not in names:
                raise problem(
                    Text("没有这个工作表", "there is no such sheet"),
                    Text(f"工作表有:{'、'.join(names)}", f"the sheets are: {', '.join(names)}"),
                    content.path,
                    value=wanted,
                )
            return book.get_sheet_by_name(wanted)
        best, rivals = None, dict[str, int]()
        for name in (name for name in names if name not in hidden):
            sheet = book.get_sheet_by_name(name)
            rivals[name] = sheet.height * sheet.width
            if best is None or rivals[name] > rivals[best.name]:
                best = sheet
    if best is None or not rivals[best.name]:
        raise problem(
            Text("看得见的工作表都是空的", "the sheets that are visible are empty"),
            Text("检查导出;要读隐藏的工作表,用 --sheet 写明", "check the export, or name a hidden sheet with --sheet"),
            content.path,
            value=", ".join(hidden),
        )
    alike = [name for name, size in rivals.items() if size * 2 >= rivals[best.name]]
    if len(alike) > 1:
        raise problem(
            Text("有几个大小相近的工作表,不知道读哪一个", "several sheets are of like size"),
            Text("用 --sheet 写明读哪一个,或把它们合并成一个", "name one with --sheet, or join them in one sheet"),
            content.path,
            value=", ".join(alike),
        )
    findings.add("chosen-sheet", "told", len(names) > 1, [Example(0, "", best.name)])
    return best


def _typed(sheet: CalamineSheet, first: int, columns: tuple[str, ...]) -> dict[str, Kind]:
    """The columns most of whose first cells are numbers or dates."""
    counts: list[Counter[Kind | None]] = [Counter() for _ in columns]
    for row in islice(sheet.iter_rows(), first - 1, first - 1 + _TYPED_ROWS):
        for column, value in enumerate(row[: len(columns)]):
            if value not in ("", None):
                counts[column][_kind(value)] += 1
    typed: dict[str, Kind] = {}
    for name, count in zip(columns, counts, strict=True):
        kind = max(count, key=count.__getitem__, default=None)
        if kind is not None:
            typed[name] = kind
    return typed


def _kind(value: Any) -> Kind | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return "date" if isinstance(value, dt.date) else None
