"""Real logs, read by a mapping: the same cases whatever the form (the shared data, skipped where they are not)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.importing.event_log import Imported, import_log
from calibration.importing.mapping import LongColumns, Mapping, Means
from calibration.importing.raw import RawTable
from calibration.importing.reading import read
from sim.eventlog import NAT
from sim.logcheck import check_log, first_difference
from sim.logfiles import read_log, write_log

LOCAL = "Europe/Amsterdam"


def steps_of(table: RawTable, column: str) -> dict[str, Means]:
    """Every name of the column as a step of its own."""
    names = sorted({name for batch in table.batches() for name in batch.columns[column].unique().to_pylist()})
    return {name: Means(step=f"step-{i}", stage="permit", owner="utility") for i, name in enumerate(names)}


def receipt(path: Path, **more: object) -> Imported:
    table = read(path)
    mapping = Mapping(
        form="long",
        case="case:concept:name",
        long=LongColumns(step="concept:name", end="time:timestamp", lifecycle="lifecycle:transition"),
        steps=steps_of(table, "concept:name"),
        accepted="case:startdate",
        zone=LOCAL,
        attributes=("case:channel",),
    ).model_copy(update=more)
    return import_log(table, mapping)


def test_both_forms_of_the_permit_log_give_the_same_cases(shared: Path) -> None:
    of_csv, of_xes = (receipt(shared / "data" / name) for name in ("receipt.csv.gz", "receipt.xes.gz"))
    check_log(of_csv.log)
    assert first_difference(of_csv.log, of_xes.log) is None
    assert (of_csv.rows_read, of_csv.cases_read, len(of_csv.log.cases)) == (8577, 1434, 1432)
    assert of_csv.findings["before-acceptance"].count == 2  # two cases were confirmed before they were received
    assert of_csv.findings["ends-only"].count == int(of_csv.log.is_kind("wait").sum())
    assert {"start", "released_by"} <= set(of_csv.missing)


def test_a_case_without_an_end_date_is_open_and_not_closed_at_its_last_event(shared: Path) -> None:
    found = receipt(shared / "data" / "receipt.csv.gz", closed="case:enddate")
    closed = int((found.log.closed != NAT).sum())
    assert (closed, len(found.log.cases)) == (1325, 1430)
    assert found.findings["still-open"].count == 1430 - 1325
    assert found.findings["closed-before-acceptance"].count == 2


@pytest.mark.parametrize(("name", "rows", "cases"), [("T_BPIC15_1", 27409, 1199), ("T_BPIC15_2", 25344, 832)])
def test_building_permits_count_a_row_that_is_there_twice_once(shared: Path, name: str, rows: int, cases: int) -> None:
    table = read(shared / "data" / f"{name}.csv.gz")
    mapping = Mapping(
        form="long",
        case="case_id",
        long=LongColumns(step="activity", start="start_time", end="end_time"),
        steps=steps_of(table, "activity"),
        who="resource",
        zone=LOCAL,
    )
    found = import_log(table, mapping)
    check_log(found.log)
    lines = [
        row for batch in table.batches() for row in zip(*(c.to_pylist() for c in batch.columns.values()), strict=True)
    ]
    again = len(lines) - len(set(lines))
    assert (found.rows_read, found.cases_read, len(found.log.cases)) == (rows, cases, cases)
    assert found.findings["duplicate-row"].count == again > 0
    assert int(found.log.is_kind("work").sum()) == rows - again
    assert "time-of-day" in found.missing  # four in ten events are at midnight


@pytest.mark.parametrize(("name", "rows", "cases"), [("pre-drift", 89817, 10022), ("post-drift", 80092, 7758)])
def test_work_orders_keep_their_times_to_the_microsecond(shared: Path, name: str, rows: int, cases: int) -> None:
    table = read(shared / "data" / f"work_orders_{name}_short.csv.gz")
    mapping = Mapping(
        form="long",
        case="case_id",
        long=LongColumns(step="activity", start="start_time", end="end_time"),
        steps=steps_of(table, "activity"),
        who="resource",
        zone="UTC",
        attributes=("Work_Order_Priority",),
    )
    found = import_log(table, mapping)
    check_log(found.log)
    assert (found.rows_read, found.cases_read, len(found.log.cases)) == (rows, cases, cases)
    told = [
        str(np.datetime64(text.removesuffix("Z"), "us"))
        for batch in table.batches()
        for text in batch.columns["end_time"].to_pylist()
    ]
    work = found.log.is_kind("work")
    again = found.findings.counts().get("duplicate-row", 0)
    assert int(work.sum()) == rows - again
    kept = np.array(sorted(set(told)), "datetime64[us]").astype(np.int64)
    assert (np.unique(found.log.end[work]) == kept).all()
    priority = found.log.cases.attributes["Work_Order_Priority"]
    assert set(priority.names) == {"Critical", "High", "Low", "Medium"}


def test_who_did_a_step_stands_beside_it_under_a_pseudonym(shared: Path, tmp_path: Path) -> None:
    found = receipt(shared / "data" / "receipt.csv.gz", who="org:resource")
    who = found.log.who
    assert who is not None
    assert len(who.names) == 48
    assert not any("Resource" in name for name in who.names)
    steps = found.log.is_kind("wait")
    assert (who.codes[steps] >= 0).all() and (who.codes[~steps] < 0).all()
    busiest = np.sort(np.bincount(who.codes[steps]))[::-1]
    assert busiest[:3].tolist() == [1228, 580, 552]  # as counted in the file, its two contradictory cases left out
    write_log(found.log, tmp_path / "log.parquet")
    assert first_difference(found.log, read_log(tmp_path / "log.parquet")) is None
