"""Two header rows: names of groups over names of columns, both in merged cells, under a title."""

from __future__ import annotations

from pathlib import Path

from tests.exports import workbook, written
from tests.spoilt.clean import CUSTOMERS, HEADER, MILESTONES, Spoilt, clean, plain

TITLE = "包头市高压用户报装情况表"


def groups() -> list[str]:
    """The upper header row; a group's name stands over the first of its columns."""
    names = ["" if name in MILESTONES else name for name in HEADER]
    for place, name in enumerate(HEADER):
        if name in MILESTONES:
            is_first = HEADER[place - 1] not in MILESTONES or (HEADER[place - 1] in CUSTOMERS) != (name in CUSTOMERS)
            names[place] = ("用户环节" if name in CUSTOMERS else "供电企业环节") if is_first else ""
    return names


def lower() -> list[str]:
    """The lower header row."""
    return [name if name in MILESTONES else "" for name in HEADER]


def areas(first: int) -> list[str]:
    """What is merged in a header whose first row this is."""
    letters = [chr(ord("A") + place) for place in range(len(HEADER))]
    upper = groups()
    down = [f"{letter}{first}:{letter}{first + 1}" for letter, name in zip(letters, lower(), strict=True) if not name]
    starts = [place for place, name in enumerate(upper) if name]
    ends = [*(start - 1 for start in starts[1:]), len(upper) - 1]
    return down + [f"{letters[a]}{first}:{letters[b]}{first}" for a, b in zip(starts, ends, strict=True) if a < b]


def spoil(folder: Path) -> Spoilt:
    rows = [[TITLE], groups(), lower(), *(case.cells(plain) for case in clean())]
    content = workbook(rows, f"A1:{chr(ord('A') + len(HEADER) - 1)}1", *areas(2))
    return Spoilt(written(folder / "报装.xlsx", content), clean(), {"title-line": 1, "second-header": 1})
