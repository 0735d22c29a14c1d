"""What the library that reads the cells of an xlsx does not tell: errors of formulas (#N/A), and days since 1904."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from posixpath import join, normpath
from typing import NamedTuple

_CHUNK = 1 << 22
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?P<attributes>[^>]*\bt=[\"']e[\"'][^>]*)>"
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>(?P<value>[^<]*)<",
    re.DOTALL,
)
_SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")


class Failed(NamedTuple):
    """A cell with an error; row and column from 1."""

    row: int
    column: int
    error: str


def errors_of(data: bytes, sheet: str) -> Iterator[Failed]:
    """The cells of a sheet that hold an error, row by row. The file has been opened before, and is sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return
        tail = b""
        with archive.open(part) as stream:
            while piece := stream.read(_CHUNK):
                whole = tail + piece
                end = whole.rfind(b"<", 0, max(whole.rfind(b"row>"), 0)) + 1 or len(whole)
                tail = whole[end:]
                for found in _CELL.finditer(whole, 0, end) if b"#" in whole else ():
                    place = _PLACE.search(found["attributes"])
                    if place is not None:
                        error = unescape(found["value"].decode("utf-8", "replace"))
                        yield Failed(int(place[2]), _number(place[1]), error)


def counts_from_1904(data: bytes) -> bool:
    """Whether the workbook counts days from 1904, as those of old Macs do."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        named = "xl/workbook.xml" in archive.namelist()
        return named and _SINCE_1904.search(archive.read("xl/workbook.xml")) is not None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file inside the workbook that holds a sheet of this name."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    tags = _SHEET.findall(archive.read("xl/workbook.xml"))
    sheets = {_attribute(tag, b"name"): _attribute(tag, b"id") for tag in tags}
    relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {_attribute(tag, b"Id"): _attribute(tag, b"Target") for tag in relations}
    target = targets.get(sheets.get(sheet, ""), "")
    path = normpath(target.lstrip("/") if target.startswith("/") else join("xl", target))
    return path if path in names else None


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"[\s:]" + name + rb"=[\"']([^\"']*)[\"']", tag)
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
