"""An xlsx file before it is opened: whether its sheets fit into memory, which a few bytes may claim to fill."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from calibration.importing.reading.opening import DAMAGES, Content, problem
from sim.text import Text

_MOST_CELLS = 100_000_000
"""Of the rectangle from the first to the last cell: the library lays all of it out, at 32 bytes a cell."""
_MOST_XML = 4 << 30
_LAST_ROW = 1_048_576
_SMALL = 64 << 20
_HIGHEST_RATIO = 200
_CHUNK = 1 << 22
_OVERLAP = 64
_FAR_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{2,})\d")
_FAR_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Z]*(\d{7,})")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"'](\d+)")


def check_size(data: bytes, content: Content) -> None:
    """Errors: InputError for a workbook whose parts unpack to more than 4 GB, or whose cells lie so far apart that
    the rectangle around them has more than 100 million."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [part for part in archive.infolist() if part.filename.endswith(".xml")]
            unpacked = sum(part.file_size for part in parts)
            if unpacked > _MOST_XML or unpacked > max(_SMALL, _HIGHEST_RATIO * len(data)):
                raise _too_large(content, f"{len(data):,} -> {unpacked:,} bytes")
            for part in parts:  # each is read to its end, where its size proves true or not
                _check_part(archive, part, content)
    except (*DAMAGES, OSError) as error:
        raise problem(
            Text("工作簿已损坏或不完整", "the workbook is damaged or cut short"),
            Text("重新导出或重新传送", "export or transfer it again"),
            content.path,
            value=str(error),
        ) from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, content: Content) -> None:
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    is_sheet = part.filename.startswith("xl/worksheets/")
    for chunk in _chunks(archive, part):
        if is_sheet:
            columns.update(_FAR_COLUMN.findall(chunk))
            rows.update(_FAR_ROW.findall(chunk)[-1:])
            if any(len(letters) > 3 for letters in columns) or any(int(number[:9]) > _LAST_ROW for number in rows):
                raise _too_large(content, part.filename)
    if not columns:  # at most 26 columns of a million rows
        return
    width = max(map(_column, columns))
    ends = (_ROW.findall(chunk)[-1:] for chunk in _chunks(archive, part))
    height = max((int(number) for found in ends for number in found), default=1)
    if width * height > _MOST_CELLS:
        raise _too_large(content, f"{part.filename}: {height:,} x {width:,}")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The XML in pieces that overlap, so that no reference is cut in two."""
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large(content: Content, value: str) -> Exception:
    return problem(
        Text("工作表太大或有单元格远在表格之外", "the sheet is too large, or some cells lie far outside of the table"),
        Text("删去表格之外的内容,或另存为 CSV", "delete what lies outside of the table, or save it as CSV"),
        content.path,
        value=value,
    )
