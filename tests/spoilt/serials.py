"""Dates as a spreadsheet's serial numbers: some cells of each column lost their format, some are text behind a '."""

from __future__ import annotations

from pathlib import Path

from tests.exports import delimited, workbook, written
from tests.spoilt.clean import HEADER, Spoilt, Time, clean, plain

_ZERO = Time(1899, 12, 30)


def serial(time: Time) -> float:
    days = time - _ZERO
    return days.days + days.seconds / 86_400


def spoil(folder: Path) -> Spoilt:
    """A workbook: dates as dates, as numbers without a format, as text."""
    cases, rows, lost = clean(), [list[object](HEADER)], 0
    for number, case in enumerate(cases):
        row: list[object] = [*case.cells(plain)]
        for place, time in enumerate(case.times, HEADER.index("受理时间")):
            row[place] = (time, serial(time), plain(time))[(number + place) % 3]
            lost += (number + place) % 3 == 1
        rows.append(row)
    return Spoilt(written(folder / "报装.xlsx", workbook(rows)), cases, {"excel-serial": lost})


def as_text(folder: Path) -> Spoilt:
    """Saved from a spreadsheet as CSV: numbers of ten digits, each behind an apostrophe."""
    rows = [HEADER, *(case.cells(lambda time: f"'{serial(time):.8f}") for case in clean())]
    cells = sum(len(case.times) for case in clean())
    found = {"excel-serial": cells, "text-mark": cells}
    return Spoilt(written(folder / "报装.csv", delimited(rows)), clean(), found)
