"""All faults in one workbook, as a table that many hands have kept for a year."""

from __future__ import annotations

import io
from itertools import groupby
from pathlib import Path

from tests.exports import written
from tests.spoilt.clean import HEADER, MILESTONES, PAUSES, Case, Spoilt, Time, clean
from tests.spoilt.date_styles import STYLES
from tests.spoilt.full_width import full, spaced
from tests.spoilt.sentinels import DATES, WORDS
from tests.spoilt.serials import serial
from tests.spoilt.two_headers import TITLE, areas, groups, lower

_FIRST = HEADER.index(MILESTONES[0])
_WRITE = (*STYLES, full, spaced, lambda time: time, serial)


def spoil(folder: Path) -> Spoilt:
    """A hidden sheet, a title, two header rows, merged classes, subtotals, each row twice now and then, remarks; times
    in every style, as text, dates and numbers; words and dates for nothing; suspended and cancelled cases."""
    import openpyxl

    cases = sorted(clean(paused=True), key=lambda case: (case.district, case.source))
    book = openpyxl.Workbook()
    sheet = book.active
    book.create_sheet("底稿").append(["旧数据"])
    book["底稿"].sheet_state = "hidden"
    rows: list[list[object]] = [[TITLE], [*groups(), "特别程序", ""], [*lower(), *PAUSES]]
    merged = [*areas(2), "N2:O2"]
    again = totals = 0
    for (district, _), its in groupby(enumerate(cases), key=lambda pair: (pair[1].district, pair[1].source)):
        first = len(rows) + 1
        for number, case in its:
            rows += [_row(case, number)] * (2 if number % 11 == 5 else 1)
            again += number % 11 == 5
        merged += [f"{letter}{first}:{letter}{len(rows)}" for letter in "CD" if len(rows) > first]
        rows.append([f"{district}小计" if totals % 2 else "小计", f"{len(rows) + 1 - first}件"])
        totals += 1
    rows += [["合计", f"{len(cases)}件"], [], ["备注:含挂起件"], ["制表人:示例一"]]
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    found = {
        "hidden-sheet": 1, "title-line": 1, "second-header": 1, "total-row": totals + 1, "remark-row": 2,
        "duplicate-row": again, "withdrawn": sum(case.state == "终止" for case in cases),
    }  # fmt: skip
    return Spoilt(written(folder / "报装.xlsx", stream.getvalue()), cases, found)


def _row(case: Case, number: int) -> list[object]:
    def style(place: int, time: Time) -> object:
        return _WRITE[(number + place) % len(_WRITE)](time)

    row: list[object] = [*case.cells(str)]
    for place in range(len(MILESTONES)):
        known = place < len(case.times)
        nothing = (*WORDS, *DATES)[(number + place) % (len(WORDS) + len(DATES))]
        row[_FIRST + place] = style(place, case.times[place]) if known else nothing
    pause = case.pause or (None, None)
    return row + ["" if time is None else style(place, time) for place, time in enumerate(pause)]
