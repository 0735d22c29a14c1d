"""Which format a file has, found by its content, and what reads it."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path
from typing import NoReturn

from calibration.importing.findings import Example
from calibration.importing.mapping import FileForm
from calibration.importing.raw import Format, RawTable
from calibration.importing.reading.encodings import utf16_without_mark
from calibration.importing.reading.html_tables import read_html
from calibration.importing.reading.opening import MOST_UNPACKED, Content, opened, problem
from calibration.importing.reading.parquet import read_parquet
from calibration.importing.reading.text import read_text
from calibration.importing.reading.workbooks import read_workbook
from calibration.importing.reading.xes import read_xes
from sim.text import Text

_SAVE = Text("另存或导出为 xlsx 或 CSV 再读", "save or export it as xlsx or CSV")
_REFUSED = {
    b"%PDF": Text("这是 PDF 文件,不是表格", "this is a PDF file, not a table"),
    b"\x89PNG": Text("这是图片,不是表格", "this is a picture, not a table"),
    b"\xff\xd8\xff": Text("这是图片,不是表格", "this is a picture, not a table"),
    b"GIF8": Text("这是图片,不是表格", "this is a picture, not a table"),
    b"{\\rtf": Text("这是 Word 文档,不是表格", "this is a Word document, not a table"),
    b"SQLite format 3": Text("这是数据库文件", "this is a database file"),
}
_WEB_PAGE = Text("这是单文件网页(mht)", "this is a web page in one file (mht)")
_MAIL = re.compile(
    rb"\s*(?:[A-Z][\w-]*: [^\n]*\n(?:[ \t][^\n]*\n)*)*(?:MIME-Version: |Content-Type: multipart/)", re.IGNORECASE
)
"""The head of a page that a browser or a spreadsheet saved in one file, often under the name .xls."""
_UNPACK = Text("先解压,再读里面的文件", "unpack it and read the file inside")
_PACKED = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_IN_ZIP = {
    "xl/workbook.bin": Text("这是二进制工作簿(xlsb)", "this is a binary workbook (xlsb)"),
    "word/document.xml": Text("这是 Word 文档,不是表格", "this is a Word document, not a table"),
    "ppt/presentation.xml": Text("这是演示文稿,不是表格", "these are slides, not a table"),
    "content.xml": Text("这是 OpenDocument 文件", "this is an OpenDocument file"),
}
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".xes": "xes",
    ".parquet": "parquet", ".pq": "parquet", ".html": "html", ".htm": "html",
}  # fmt: skip
_HTML = re.compile(r"<(!doctype html|html|head|body|meta|style|table|div|font|tr|center)\b", re.IGNORECASE)
_XES = re.compile(r"<(\w+:)?log[\s>]")
_MANY_CONTROLS = 0.02


def read(path: Path | str, form: FileForm | None = None, *, most_unpacked: int = MOST_UNPACKED) -> RawTable:
    """An export as rows of text, streamed: CSV in any usual encoding, xlsx, xls, HTML, Parquet, XES; .gz and .zip too.

    What ``form`` leaves open is found in the file; what was found and how it was read is in the table's ``findings``.

    Errors: InputError for a file that is no table, is damaged, or says too little to be read without guessing.
    """
    content = opened(Path(path), most_unpacked)
    form = form or FileForm()
    format = format_of(content)
    match format:
        case "xlsx" | "xls":
            table = read_workbook(content, form, format)
        case "parquet":
            table = read_parquet(content)
        case "xes":
            table = read_xes(content, form)
        case "html":
            table = read_html(content, form)
        case "csv":
            table = read_text(content, form)
    if table.source.encoding not in ("", "utf-8"):
        table.findings.add("encoding", "told", 1, [Example(0, "", content.name)], encoding=table.source.encoding)
    name = Path(content.member) if content.member else content.path
    suffix = (name.with_suffix("") if content.packing == "gz" else name).suffix.lower()
    if _SUFFIXES.get(suffix, format) != format:
        table.findings.add("other-format", "told", 1, [Example(0, "", content.name)], format=format)
    return table


def format_of(content: Content) -> Format:
    """By the first bytes, whatever the file calls itself. Errors: InputError for what is no table."""
    head = content.head
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    for mark, rule in _REFUSED.items():
        if head.startswith(mark):
            _refuse(content, rule)
    if _MAIL.match(head):
        _refuse(content, _WEB_PAGE)
    if head.startswith(_PACKED):
        raise problem(Text("这种压缩格式读不了", "this kind of packed file is not read"), _UNPACK, content.path)
    start = _text(head)
    if start.startswith("<"):
        return _markup(content, start)
    if start.startswith(("{", "[{")):
        _refuse(content, Text("这是 JSON,不是表格", "this is JSON, not a table"))
    controls = sum(1 for c in start if c < " " and c not in "\t\n\r\f\0")
    if controls > _MANY_CONTROLS * len(start):
        _refuse(content, Text("这不是文本表格,也不是认得的格式", "this is neither a text table nor a known format"))
    return "csv"


def _in_zip(content: Content) -> Format:
    head = content.head if content.packing else b""
    names: set[str] = set()
    if not head:
        with zipfile.ZipFile(content.path) as archive:
            names = set(archive.namelist())
    for name, rule in _IN_ZIP.items():
        if name in names or name.encode() in head:
            _refuse(content, rule)
    return "xlsx"


def _markup(content: Content, start: str) -> Format:
    if "urn:schemas-microsoft-com:office:spreadsheet" in start and not _HTML.match(start):
        _refuse(content, Text("这是 XML 表格 2003", "this is an XML spreadsheet of 2003"))
    if not _XES.search(start) and not _HTML.search(start):
        _refuse(content, Text("这是 XML 或别的标记文件,不是 XES 日志", "this is XML or other markup, but no XES log"))
    return "xes" if _XES.search(start) else "html"


def _text(head: bytes) -> str:
    """The first characters as far as they can be told before the encoding is known."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(name, "replace").lstrip()
    return head.removeprefix(codecs.BOM_UTF8).decode(utf16_without_mark(head) or "utf-8", "replace").lstrip()


def _refuse(content: Content, rule: Text) -> NoReturn:
    raise problem(rule, _SAVE, content.path)
