"""Suspended and cancelled cases: stops with and without a resume, a resume alone, states of every wording."""

from __future__ import annotations

from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, PAUSES, Case, Spoilt, clean, plain

_WORDS = {"终止": ("终止", "作废", "退件", "撤回"), "归档": ("归档", "办结", "已归档"), "在办": ("在办", "办理中")}


def spoil(folder: Path) -> Spoilt:
    """A pair of columns; every tenth case without a suspension has a resume alone, which is ignored."""
    cases = clean(paused=True)
    rows = [[*HEADER, *PAUSES], *(_row(case, number) for number, case in enumerate(cases))]
    orphans = sum(case.pause is None and number % 10 == 1 for number, case in enumerate(cases))
    unmatched = sum(c.pause is not None and c.pause[1] is None and c.state != "在办" for c in cases)
    found = {
        "orphan-resume": orphans,
        "unmatched-suspension": unmatched,
        "withdrawn": sum(case.state == "终止" for case in cases),
        "still-open": sum(case.state == "在办" for case in cases),
    }
    return Spoilt(written(folder / "报装.csv", delimited(rows)), cases, found)


def _row(case: Case, number: int) -> list[str]:
    words = _WORDS[case.state]
    cells = [*case.cells(plain)[:-1], words[number % len(words)], *case.pause_cells(plain)]
    if case.pause is None and number % 10 == 1:
        cells[-1] = plain(case.times[-1])
    return cells
