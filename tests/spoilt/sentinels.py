"""9999-12-31 and its like, and words for "nothing", where a case has not come so far."""

from __future__ import annotations

from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, Spoilt, clean, plain

DATES = ("9999-12-31", "1900-01-01 00:00:00", "1970-01-01 08:00", "0001-01-01", "9999-12-31 23:59:59")
WORDS = ("-", "/", "无", "null", "——", "N/A", "#N/A", "#VALUE!", "待定")


def spoil(folder: Path) -> Spoilt:
    rows = [list(HEADER)]
    dates = words = 0
    for case in clean():
        row = case.cells(plain)
        for place, cell in enumerate(row):
            if not cell:
                kind = (DATES, WORDS)[(dates + words) % 2]
                row[place] = kind[(dates + words) // 2 % len(kind)]
                dates, words = dates + (kind is DATES), words + (kind is WORDS)
        rows.append(row)
    faults = sum(cell in ("#N/A", "#VALUE!") for row in rows for cell in row)
    found = {"sentinel-date": dates, "missing-word": words - faults, "cell-error": faults}
    return Spoilt(written(folder / "报装.csv", delimited(rows)), clean(), found)
