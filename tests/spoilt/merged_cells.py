"""Merged cells: class and district stand once, over all the rows that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.exports import workbook, written
from tests.spoilt.clean import HEADER, Spoilt, clean, plain

MERGED = ("区县", "供电电源数")


def spoil(folder: Path) -> Spoilt:
    cases = sorted(clean(), key=lambda case: (case.district, case.source))
    rows = [list(HEADER), *(case.cells(plain) for case in cases)]
    areas = list(areas_of(rows, 1))
    content = workbook(rows, *(f"{letter}{first}:{letter}{last}" for letter, first, last in areas))
    hidden = sum(last - first for _, first, last in areas)
    return Spoilt(written(folder / "报装.xlsx", content), cases, {"merged-cells": hidden})


def areas_of(rows: Sequence[Sequence[str]], header: int) -> Iterator[tuple[str, int, int]]:
    """Column, first and last row of the cells of ``MERGED`` that have the same value one below the other."""
    for name in MERGED:
        column = HEADER.index(name)
        row = header + 1
        for _, run in groupby(cells[column] for cells in rows[header:]):
            size = len(list(run))
            if size > 1:
                yield chr(ord("A") + column), row, row + size - 1
            row += size
