"""The table of problems and reactions in calibration/importing/README.md names kinds and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

from calibration.importing.words import WORDS

ROOT = Path(__file__).resolve().parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "calibration/importing/README.md")
    .read_text("utf-8")
    .partition("| problem | reaction")[2]
    .partition("\n\n")[0]
    .splitlines()[2:]
]


def test_every_problem_has_a_reaction_and_a_test_that_is_there() -> None:
    tests = set(
        re.findall(r"^def (test_\w+)", "".join(p.read_text("utf-8") for p in ROOT.glob("tests/*.py")), re.MULTILINE)
    )
    assert len(ROWS) > 50
    for problem, reaction, _, test in ROWS:
        assert problem and reaction
        assert test.strip("`") in tests, test


def test_every_kind_of_the_table_is_a_finding_with_words() -> None:
    kinds = {kind for _, _, cell, _ in ROWS for kind in re.findall(r"`([a-z-]+)`", cell)}
    assert kinds <= WORDS.keys(), kinds - WORDS.keys()


def test_every_kind_is_in_the_table_or_only_says_how_a_file_was_read() -> None:
    """What is left is of rows that are no table, or tells how an ordinary file was taken."""
    kinds = {kind for _, _, cell, _ in ROWS for kind in re.findall(r"`([a-z-]+)`", cell)}
    assert WORDS.keys() - kinds == {
        "accepted-by-first-event", "after-closing", "all-taken-as-closed", "attribute-varies", "begun-after-closing",
        "case-without-event", "cells-without-name", "closed-by-last-event", "complete-without-start",
        "duplicate-column", "ended-before-acceptance", "event-without-case", "full-sheet", "late-attribute",
        "nested-column", "no-case", "no-state", "no-step", "no-time", "not-accepted", "open-quote", "other-format",
        "ragged-row", "resume-before-stop", "state-against-closing", "step-left-out", "stop-after-end",
        "surplus-cells", "unmatched-start", "unnamed-column", "zero-byte",
    }  # fmt: skip
