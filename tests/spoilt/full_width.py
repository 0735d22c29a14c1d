"""Full-width digits, colons and hyphens, ideographic and no-break spaces, in times, classes and states."""

from __future__ import annotations

from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, Case, Spoilt, Time, clean, plain

WIDE = str.maketrans("0123456789-: ", "０１２３４５６７８９－：　")


def full(time: Time) -> str:
    return plain(time).translate(WIDE)


def spaced(time: Time) -> str:
    return f" {plain(time).replace(' ', chr(0xA0) * 2)}　"


def spoil(folder: Path) -> Spoilt:
    cases = clean()
    rows = [HEADER, *(_row(case, number) for number, case in enumerate(cases))]
    odd = sum(len(case.times) for number, case in enumerate(cases) if number % 3) + 2 * (len(cases) // 2)
    return Spoilt(written(folder / "报装.csv", delimited(rows)), cases, {"full-width": odd})


def _row(case: Case, number: int) -> list[str]:
    cells = case.cells((plain, full, spaced)[number % 3])
    if number % 2:
        cells[3], cells[-1] = f"{case.source}　", f"\u00a0{case.state}"
    return cells
