"""Ids turned into 1.2E+15: their digits are lost, cases run into one, and no reading can be right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.exports import delimited, workbook, written
from tests.spoilt.clean import HEADER, Case, Spoilt, clean, plain


def _numbered() -> list[Case]:
    return [replace(case, id=f"15020220210604{number:04}") for number, case in enumerate(clean())]


def spoil(folder: Path) -> Spoilt:
    """Saved from a spreadsheet as CSV."""
    rows = [HEADER, *([f"{float(case.id):.5E}", *case.cells(plain)[1:]] for case in _numbered())]
    return Spoilt(written(folder / "报装.csv", delimited(rows)), (), {}, "科学计数")


def as_number(folder: Path) -> Spoilt:
    """The workbook itself, its ids in cells of numbers."""
    rows = [list[object](HEADER), *([float(case.id), *case.cells(plain)[1:]] for case in _numbered())]
    return Spoilt(written(folder / "报装.xlsx", workbook(rows)), (), {}, "科学计数")


def as_formula(folder: Path) -> Spoilt:
    """="..." as careful exports write them: text, and read to the digit."""
    rows = [",".join(HEADER), *(",".join([f'="{c.id}"', *c.cells(plain)[1:]]) for c in _numbered())]
    path = written(folder / "报装.csv", "\r\n".join(rows) + "\r\n")
    return Spoilt(path, _numbered(), {"text-mark": len(_numbered())})
