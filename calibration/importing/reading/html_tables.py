"""Tables of HTML, as government systems export them under the name .xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from calibration.importing.findings import Findings
from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawTable, Source
from calibration.importing.reading.encodings import as_utf8, encoding_of
from calibration.importing.reading.layout import SAMPLE_ROWS, Merged, layout_of
from calibration.importing.reading.opening import Content, problem
from calibration.importing.reading.pages import Page, parts_of
from calibration.importing.reading.tables import table_of
from sim.errors import InputError
from sim.text import Text

_BLOCK = 1 << 20
_WIDEST, _TALLEST = 1_000, 65_534
"""Spans that HTML allows for; a row of more columns than the one is no row of cases."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def read_html(content: Content, form: FileForm) -> RawTable:
    """The biggest table of the page; a row's number is that of the ``tr`` within it.

    Errors: InputError for a page without a table, with several of like size, or with more than 1,000 columns.
    """
    encoding = _encoding(content, form)
    parser = _Tables()
    try:
        for block in as_utf8(content, encoding, _BLOCK):
            parser.feed(block.decode("utf-8", "replace"))
        parser.close()
    except _TooWide as error:
        raise problem(
            Text(f"网页表格超过 {_WIDEST} 列", f"a table of more than {_WIDEST:,} columns"),
            Text("在 Excel 或 WPS 中打开核对,另存为 xlsx", "open it in Excel or WPS to check, and save it as xlsx"),
            content.path,
        ) from error
    tables = sorted(parser.tables, key=lambda table: table.size, reverse=True)
    if not tables or not tables[0].size:
        raise problem(
            Text("网页里没有表格:可能是登录页或出错页", "the web page holds no table: it may be a login or error page"),
            Text("重新登录后再导出,在浏览器中打开核对", "log in and export it again; open it in a browser to check"),
            content.path,
        )
    alike = [table for table in tables if table.size * 2 >= tables[0].size]
    if len(alike) > 1:
        raise problem(
            Text("网页里有几个大小相近的表格,不知道读哪一个", "the web page holds several tables of like size"),
            Text("在 Excel 或 WPS 中打开,把要读的表另存为 xlsx", "open it in Excel or WPS and save the one as xlsx"),
            content.path,
            value=" / ".join(next((cell for row in table.rows for cell in row if cell), "") for table in alike),
        )
    findings = Findings()
    table = tables[0]
    layout = layout_of(table.rows[:SAMPLE_ROWS], findings, content.path, form.header_rows, table.merged)
    source = Source(content.name, "html", encoding, "", "", layout.header_rows)
    page = Page(layout, [area for area in table.merged if area.first_row >= layout.first])
    return table_of(source, layout.columns, {}, findings, lambda: parts_of(page, table.rows))


def _encoding(content: Content, form: FileForm) -> str:
    """By the content; where that cannot tell, as the page says."""
    try:
        return encoding_of(content, form.encoding)
    except InputError:
        said = _CHARSET.search(content.head)
        if form.encoding is not None or said is None:
            raise
        return encoding_of(content, said[1].decode())


class _TooWide(Exception):
    """Spans make a row of more columns than a table has; raised within the parser."""


class _Table:
    """A table while it is read: its rows, its merged areas, and the columns that cells from above still cover."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged: list[Merged] = []
        self._covered: dict[int, int] = {}
        self._below: dict[int, int] = {}
        self.text: list[str] | None = None
        self._spans = (1, 1)

    @property
    def size(self) -> int:
        return sum(map(len, self.rows))

    def begin_row(self) -> None:
        self.end_cell()
        self._covered = {column: rows - 1 for column, rows in self._covered.items() if rows > 1} | self._below
        self._below = {}
        self.rows.append([])
        self._skip_covered()

    def begin_cell(self, columns: int, rows: int) -> None:
        if not self.rows:
            self.begin_row()
        self.end_cell()
        self.text = []
        self._spans = (columns, rows)

    def end_cell(self) -> None:
        if self.text is None:
            return
        columns, tall = self._spans
        row = self.rows[-1]
        first = len(row) + 1
        lines = (" ".join(line.split()) for line in "".join(self.text).split("\n"))
        row += ["\n".join(line for line in lines if line), *[""] * (columns - 1)]
        if len(row) > _WIDEST:
            raise _TooWide
        if columns > 1 or tall > 1:
            number = len(self.rows)
            self.merged.append(Merged(number, first, number + tall - 1, len(row)))
            if tall > 1:
                self._below.update(dict.fromkeys(range(first - 1, len(row)), tall - 1))
        self.text = None
        self._skip_covered()

    def _skip_covered(self) -> None:
        row = self.rows[-1]
        while len(row) in self._covered:
            row.append("")


class _Tables(HTMLParser):
    """All tables of a page, those inside another's cells on their own."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].begin_row()
        elif tag in ("td", "th"):
            said = dict(attrs)
            self._open[-1].begin_cell(_span(said.get("colspan"), _WIDEST), _span(said.get("rowspan"), _TALLEST))
        elif tag in ("br", "p", "div") and self._open[-1].text is not None:
            self._open[-1].text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag in ("td", "th", "tr", "table"):
            self._open[-1].end_cell()
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].text is not None:
            self._open[-1].text.append(" ".join(data.split("\n")))


def _span(said: str | None, most: int) -> int:
    return min(max(int(said), 1), most) if said and said.strip().isascii() and said.strip().isdigit() else 1
