"""``shixian observe`` against an oracle that shares nothing with it: plain csv and datetime (rule 18 b and d)."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from calibration.importing.mapping import ClassRule
from calibration.importing.mapping_files import write_mapping
from calibration.importing.proposal import propose
from calibration.importing.reading import read
from tests.test_observing_real import EIGHT_WEEKS, observed
from tests.test_samples import limit

OPEN, CLOSE, DAY = dt.time(9), dt.time(17), dt.timedelta(days=1)
LIMITS = {"calendar-days": 182, "whole-days": 60}


def lives(path: Path) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """First and last instant of each case, as clocks in China show them."""
    found: dict[str, list[dt.datetime]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for column in ("start_time", "end_time"):
                instant = dt.datetime.fromisoformat(row[column]).astimezone(dt.timezone(dt.timedelta(hours=8)))
                found.setdefault(row["case_id"], []).append(instant.replace(tzinfo=None))
    return {case: (min(instants), max(instants)) for case, instants in found.items()}


def calendar_days(first: dt.datetime, last: dt.datetime) -> int:
    return (last.date() - first.date()).days


def working_days(first: dt.datetime, last: dt.datetime) -> int:
    """The dates from Monday to Friday from the acceptance, which counts at the next opening, to the end; less one."""
    day = first.date() if first.time() < CLOSE else first.date() + DAY
    while day.weekday() > 4:
        day += DAY
    if last < max(first, dt.datetime.combine(day, OPEN)):
        return 0
    return sum((day + n * DAY).weekday() < 5 for n in range((last.date() - day).days + 1)) - 1


@pytest.mark.parametrize("name", ["T_BPIC15_1", "T_BPIC15_2"])
def test_permits_of_a_municipality_are_late_as_an_independent_count_says(
    shared: Path, tmp_path: Path, name: str
) -> None:
    path = shared / "data" / f"{name}.csv.gz"
    everything = {"classes": (ClassRule.model_validate({"class": "all"}),), "zone": "Asia/Shanghai"}
    write_mapping(tmp_path / "mapping.yaml", propose(read(path)).mapping.model_copy(update=everything))
    (tmp_path / "limits").mkdir()
    write_limits(tmp_path / "limits")
    found = observed(tmp_path, path, "--limits", tmp_path / "limits", "--mapping", tmp_path / "mapping.yaml")
    known = lives(path)
    for its, (unit, count) in zip(
        found["limits"], (("calendar-days", calendar_days), ("whole-days", working_days)), strict=True
    ):
        most = LIMITS[unit]
        late = {case: count(*life) - most for case, life in known.items() if count(*life) > most}
        [reading] = its["readings"]
        assert (reading["closed"], reading["late"], reading["open_late"]) == (len(known), len(late), 0)
        assert reading["late_share"]["value"] == pytest.approx(len(late) / len(known), abs=5e-7)
        assert {case["label"]: case["over"] for case in its["facts"]["late_cases"]} == late
        assert sum(group["late"] for group in its["facts"]["by"]["month"]) == len(late)


def write_limits(folder: Path) -> None:
    hours = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    limits = {
        f"L{i}": limit()
        | {"value": f"{most} {'d' if unit == 'calendar-days' else 'wd'}", "classes": ["all"]}
        | {"readings": [EIGHT_WEEKS | {"unit": unit}]}
        for i, (unit, most) in enumerate(LIMITS.items())
    }
    legal = {"name": "office", "statutory": False, "hours": hours}
    text = json.dumps({"shixian": 1, "name": "n", "calendars": {"legal": legal}, "limits": limits})
    (folder / "limits.yaml").write_text(text, encoding="utf-8")
