"""Ten families of faults, from ``inspect`` to the late list: each export is read right, to the case, or refused.

The figures are counted from the clean table, date by date (``tests/spoilt/clean.py``); the mapping is the one that
``inspect`` proposes, with the line that a person adds where it asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.cli import run
from tests.spoilt import (
    date_styles,
    exponents,
    full_width,
    gbk,
    merged_cells,
    sentinels,
    serials,
    suspended,
    totals,
    two_headers,
    ugly,
)
from tests.spoilt.clean import LIMITS, Case, Spoilt, Truth, clean, truth_of

FAMILIES = [
    gbk.spoil, gbk.utf16, merged_cells.spoil, two_headers.spoil, totals.spoil, full_width.spoil, serials.spoil,
    serials.as_text, sentinels.spoil, date_styles.spoil, date_styles.two_digits, exponents.spoil, exponents.as_number,
    exponents.as_formula, suspended.spoil, ugly.spoil,
]  # fmt: skip


def limits(folder: Path) -> Path:
    """The plan's 18 and 26 working days, the customer's time left out."""
    words = {
        "service": "electricity",
        "item": "(六)11",
        "quote": "q",
        "english": "e",
        "responsible": "r",
        "deadline": "d",
    }
    clock = {"start": {"mark": "accepted-complete"}, "stop": {"mark": "power-on"}, "except": {"owners": ["customer"]}}
    reading = {"id": "whole-days", "name": "whole days", "role": "default", "unit": "whole-days"}
    its = {
        limit: words
        | {"name": source, "classes": [f"hv-{limit}"], "value": f"{most} wd", "statistic": "every-case"}
        | {"clock": clock, "readings": [reading]}
        for source, (limit, most) in LIMITS.items()
    }
    hours = {"name": "legal", "hours": {"workdays": ["08:30-12:00", "14:30-17:30"]}}
    (folder / "limits").mkdir()
    content = {"shixian": 1, "name": "n", "calendars": {"legal": hours}, "limits": its}
    (folder / "limits" / "limits.yaml").write_text(json.dumps(content), "utf-8")
    return folder / "limits"


def told(document: dict[str, Any]) -> dict[str, Truth]:
    """What ``verdicts.json`` says, in the form in which the truth is."""
    found = {}
    for limit in document["limits"]:
        late = {case["label"]: case for case in limit["facts"]["late_cases"]}
        [reading] = limit["readings"]
        is_open = {label: case["stopped"] is None for label, case in late.items()}
        done, still = ({x: round(c["over"]) for x, c in late.items() if is_open[x] == o} for o in (False, True))
        assert (reading["late"], reading["open_late"]) == (len(done), len(still))
        found[limit["id"]] = Truth(reading["closed"], done, still)
    return found


@pytest.mark.parametrize("spoil", FAMILIES, ids=lambda f: f"{f.__module__.rpartition('.')[2]}-{f.__name__}")
def test_a_spoilt_export_is_read_to_the_case_or_refused(
    spoil: Callable[[Path], Spoilt],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    its = spoil(tmp_path)
    observe = ["observe", str(its.path), "--limits", str(limits(tmp_path))]
    assert run(["inspect", str(its.path)]) == 0
    if its.refused:
        assert run(observe) == 2
        assert its.refused in capsys.readouterr().err
        assert not (tmp_path / "results").exists()
    if its.refused and its.edit is None:
        return
    if its.edit is not None:
        mapping = its.path.with_suffix(".mapping.yaml")
        mapping.write_text(its.edit(mapping.read_text("utf-8")), "utf-8")
    assert run(observe) == 0, capsys.readouterr().err
    document = json.loads((tmp_path / "results/observed/verdicts.json").read_text("utf-8"))
    counts = {finding["kind"]: finding["count"] for finding in document["findings"]}
    assert {kind: counts.get(kind) for kind in its.found} == its.found
    assert told(document) == truth_of(its.cases)


@pytest.mark.parametrize("paused", [False, True])
def test_the_clean_table_can_tell_a_fault(paused: bool) -> None:
    """Every figure is there to be got wrong: late and in time, open and late, of both classes."""
    cases: Sequence[Case] = clean(paused)
    for truth in truth_of(cases).values():
        assert 0 < len(truth.late) < truth.done
        assert truth.open_late
    assert {case.state for case in cases} == {"归档", "在办", "终止"}
