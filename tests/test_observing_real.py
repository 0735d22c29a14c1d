"""``shixian observe`` on real logs (the shared data, skipped where they are not): the same facts in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from calibration.commands.observe import command
from calibration.importing.mapping import ClassRule, LongColumns, Mapping
from calibration.importing.mapping_files import write_mapping
from calibration.importing.reading import read
from tests.test_importing_real import LOCAL, steps_of
from tests.test_samples import limit

HOURS = {
    "name": "office",
    "statutory": False,
    "hours": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
}
EIGHT_WEEKS = {"id": "as-written", "name": "calendar days", "role": "default", "unit": "calendar-days", "moved": False}


def folder(path: Path, **more: Any) -> Path:
    """Limits alone: eight weeks for every case."""
    path.mkdir()
    its = limit() | {"value": "56 d", "readings": [EIGHT_WEEKS], "classes": ["all"]} | more
    (path / "limits.yaml").write_text(
        json.dumps({"shixian": 1, "name": "n", "calendars": {"legal": HOURS}, "limits": {"L": its}}), encoding="utf-8"
    )
    return path


def observed(tmp_path: Path, *arguments: object) -> dict[str, Any]:
    """What the command writes as ``verdicts.json``."""
    out = tmp_path / "out"
    done = CliRunner().invoke(
        command(lambda text: text.en), [*map(str, arguments), "--out", str(out), "--lang", "en"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert {"report.html", "observed.xlsx", "verdicts.json"} <= {path.name for path in out.iterdir()}
    found: dict[str, Any] = json.loads((out / "verdicts.json").read_text("utf-8"))
    return found


def permits(tmp_path: Path, path: Path) -> Path:
    mapping = Mapping(
        form="long",
        case="case:concept:name",
        long=LongColumns(step="concept:name", end="time:timestamp", lifecycle="lifecycle:transition"),
        steps=steps_of(read(path), "concept:name"),
        accepted="case:startdate",
        closed="case:enddate",
        who="org:resource",
        zone=LOCAL,
        classes=(ClassRule.model_validate({"class": "all"}),),
    )
    write_mapping(tmp_path / "mapping.yaml", mapping)
    return tmp_path / "mapping.yaml"


@pytest.mark.parametrize("name", ["receipt.csv.gz", "receipt.xes.gz"])
def test_the_permit_log_says_the_same_in_both_its_forms(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "data" / name
    found = observed(tmp_path, path, "--limits", folder(tmp_path / "limits"), "--mapping", permits(tmp_path, path))
    [its] = found["limits"]
    [reading] = its["readings"]
    assert (reading["closed"], reading["late"], its["cases"]) == (1325, 479, 1430)
    assert (reading["open_late"], reading["open_undecided"]) == (57, 48)
    assert its["verdict"] == "not-met"
    assert len(its["facts"]["late_cases"]) == 479 + 57
    assert "Resource21" not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_work_orders_before_and_after_a_change_of_the_process_are_not_compared_directly(
    shared: Path, tmp_path: Path
) -> None:
    """The one file is of October to December, the other of December to February: other months, another season."""
    before, after = (shared / "data" / f"work_orders_{name}-drift_short.csv.gz" for name in ("pre", "post"))
    steps = steps_of(read(before), "activity") | steps_of(read(after), "activity")
    mapping = Mapping(
        form="long",
        case="case_id",
        long=LongColumns(step="activity", start="start_time", end="end_time"),
        steps=steps,
        who="resource",
        zone="UTC",
        classes=(ClassRule.model_validate({"class": "all"}),),
    )
    write_mapping(tmp_path / "mapping.yaml", mapping)
    week = EIGHT_WEEKS | {"value": "7 d"}
    found = observed(
        tmp_path, after, "--before", before, "--mapping", tmp_path / "mapping.yaml",
        "--limits", folder(tmp_path / "limits", value="7 d", readings=[week]),
    )  # fmt: skip
    change = found["change"]
    assert not change["comparable"]
    assert "the same months of the year" in [check["what"]["en"] for check in change["checks"] if not check["holds"]]
    assert not any("change" in its for its in change["limits"])
    assert "not to be compared directly" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_one_file_is_parted_by_a_day(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "receipt.csv.gz"
    found = observed(
        tmp_path, path, "--limits", folder(tmp_path / "limits"), "--mapping", permits(tmp_path, path),
        "--changed-on", "2011-06-01",
    )  # fmt: skip
    [its] = found["change"]["limits"]
    assert 0 < its["late_before"] < 1
    assert 0 < its["late_after"] < 1


def test_an_export_in_parquet_is_sent_to_inspect_and_a_file_that_is_not_there_is_not(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.errors import InputError

    limits = folder(tmp_path / "limits")
    pq.write_table(pa.table({"受理号": ["1"]}), tmp_path / "export.parquet")
    with pytest.raises(InputError, match="--mapping") as refused:
        observed(tmp_path, tmp_path / "export.parquet", "--limits", limits)
    assert "shixian inspect" in refused.value.cure.en
    with pytest.raises(InputError, match="no such file"):
        observed(tmp_path, tmp_path / "none.csv", "--limits", limits)


def test_a_file_without_a_mapping_and_a_wrong_day_are_refused(shared: Path, tmp_path: Path) -> None:
    from sim.errors import InputError

    path = shared / "data" / "receipt.csv.gz"
    limits = folder(tmp_path / "limits")
    with pytest.raises(InputError, match="--mapping"):
        observed(tmp_path, path, "--limits", limits)
    with pytest.raises(InputError, match="outside the data"):
        observed(tmp_path, path, "--limits", limits, "--mapping", permits(tmp_path, path), "--changed-on", "1999-06-01")
    assert not (tmp_path / "out").exists()
