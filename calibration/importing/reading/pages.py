"""Tables that come as rows of cells, of workbooks and of HTML: merged cells filled down, rows gathered into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from calibration.importing.findings import Example, Findings
from calibration.importing.raw import RawBatch
from calibration.importing.reading.layout import Layout, Merged
from calibration.importing.reading.sweeping import swept
from calibration.importing.reading.tables import Part

_ROWS = 20_000


class Page(NamedTuple):
    """Where the table is, and the areas of its body that are merged."""

    layout: Layout
    merged: Sequence[Merged]


def parts_of(page: Page, rows: Iterable[Sequence[str]]) -> Iterator[Part]:
    """All rows of the page, from the first one on, as batches of those below the header."""
    gathered: list[list[str]] = []
    numbers: list[int] = []
    found = Findings()
    width = len(page.layout.columns)
    for number, cells in _filled_down(rows, page, found):
        for column in range(width, len(cells)):
            if cells[column].strip():
                found.add("cells-without-name", "dropped", 1, [Example(number, "", cells[column])])
        gathered.append([*cells[:width], *[""] * (width - len(cells))])
        numbers.append(number)
        if len(gathered) == _ROWS:
            yield _part(page, gathered, numbers, found)
            gathered, numbers, found = [], [], Findings()
    yield _part(page, gathered, numbers, found)


def _filled_down(rows: Iterable[Sequence[str]], page: Page, found: Findings) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row below the header, a merged cell's value in every row that it covers; only where the page says merged."""
    coming = sorted((area for area in page.merged if area.last_row > area.first_row), reverse=True)
    covering: list[tuple[Merged, str]] = []
    for number, cells in enumerate(rows, 1):
        if number < page.layout.first:
            continue
        covering = [(area, value) for area, value in covering if area.last_row >= number]
        if covering:
            cells = list(cells)
            for area, value in covering:
                column = area.first_column - 1
                if value and column < len(cells) and not cells[column]:
                    cells[column] = value
                    found.add("merged-cells", "repaired", 1, [Example(number, _name(page, column), value)])
        while coming and coming[-1].first_row == number:
            area = coming.pop()
            value = cells[area.first_column - 1] if area.first_column <= len(cells) else ""
            covering.append((area, value))
        yield number, cells


def _name(page: Page, column: int) -> str:
    return page.layout.columns[column] if column < len(page.layout.columns) else ""


def _part(page: Page, gathered: list[list[str]], numbers: list[int], found: Findings) -> Part:
    import pyarrow as pa

    cells = zip(*gathered, strict=True) if gathered else [()] * len(page.layout.columns)
    columns = {
        name: pa.array([cell or None for cell in column], pa.string())
        for name, column in zip(page.layout.columns, cells, strict=True)
    }
    return Part(swept(RawBatch(columns, np.array(numbers, np.int64)), found), found)
