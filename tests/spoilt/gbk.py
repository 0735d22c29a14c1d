"""乱码: the text is GB18030, or UTF-16 as a spreadsheet saves "Unicode text"; no mark tells."""

from __future__ import annotations

from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, Spoilt, clean, plain


def spoil(folder: Path) -> Spoilt:
    rows = [HEADER, *(case.cells(plain) for case in clean())]
    return Spoilt(written(folder / "报装.csv", delimited(rows), "gb18030"), clean())


def utf16(folder: Path) -> Spoilt:
    rows = [HEADER, *(case.cells(plain) for case in clean())]
    return Spoilt(written(folder / "报装.txt", delimited(rows, "\t"), "utf-16"), clean())
