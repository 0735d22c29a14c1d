"""Event logs go into Parquet and come back, whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from sim.errors import EnvironmentFailure, InputError
from sim.eventlog import EventLog, GroupInfo, NeedRow, Server
from sim.logbuilder import LogBuilder
from sim.logcheck import first_difference
from sim.logfiles import read_log, write_log
from sim.model.calendars import CalendarSpec
from sim.whole_files import write_whole
from tests.attribution_oracle import History, histories
from tests.handmade import OFFICE, Handmade, at, calendar


def example() -> EventLog:
    """A case that spawns another; a kept server, two pools, a stint that still runs."""
    h = Handmade()
    came = h.case(2**64 - 1, "06-01 09:00", label="甲-1", attributes={"class": "c", "district": "昆都仑"})
    kept = Server("clerks", 0, 1)
    both = (NeedRow("clerks", 1, kept), NeedRow("crews", 2))
    servers = (kept, Server("crews", 0, 0), Server("crews", 1, 0))
    stints = [("06-01 10:00", "06-01 11:00", servers), ("06-01 11:30", None, servers)]
    h.work(2**64 - 1, "p/施工", "06-01 09:00", "06-01 10:00", None, came, needs=both, stints=stints, owner="utility")
    came = h.case(3, "06-01 09:00", parent=2**64 - 1, by=came)
    h.row("session", 3, "q/m", "06-01 09:00", "06-01 10:00", "06-01 11:00", came, session="joint", stage="review")
    pools = {
        "clerks": (GroupInfo(2, "office", 1.0, True),),
        "crews": (GroupInfo(1, "night", 1.5, False), GroupInfo(1, "always", 1.0, False)),
    }
    always = CalendarSpec.model_validate(
        {"name": "a", "statutory": False, "hours": dict.fromkeys(_WEEK, "00:00-24:00")}
    )
    calendars = {
        "office": OFFICE,
        "night": calendar("20:00-06:00"),
        "always": always.compile(at("06-01 00:00"), at("06-30 12:00")),
    }
    return h.log(pools, calendars, missing=("owner",))


_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_a_log_comes_back_as_it_was(tmp_path: Path) -> None:
    log, path = example(), tmp_path / "new" / "0000.parquet"
    write_log(log, path)
    assert first_difference(log, read_log(path)) is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_log_comes_back_as_it_was(tmp_path: Path, history: History) -> None:
    log, path = history.log(), tmp_path / "log.parquet"
    write_log(log, path)
    assert first_difference(log, read_log(path)) is None


def test_an_empty_log_comes_back_as_it_was(tmp_path: Path) -> None:
    log, path = LogBuilder().build(0, 1), tmp_path / "log.parquet"
    write_log(log, path)
    assert first_difference(log, read_log(path)) is None


def test_the_same_log_gives_the_same_bytes_and_so_does_a_log_that_was_read(tmp_path: Path) -> None:
    one, two, three = (tmp_path / f"{n}.parquet" for n in "123")
    write_log(example(), one)
    write_log(replace(example(), pools=dict(reversed(example().pools.items()))), two)
    write_log(read_log(one), three)
    assert one.read_bytes() == two.read_bytes() == three.read_bytes()


def test_other_tools_read_the_columns_under_their_names(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    write_log(example(), path)
    columns = 'kind, "case", step, "start", "case:district", stints[1].servers, needs'
    found = duckdb.execute(f"select {columns} from read_parquet(?) where kind = 'work'", [str(path)]).fetchall()
    kind, case, step, start, district, servers, needs = found[0]
    assert (kind, case, step, str(start), district) == ("work", 2**64 - 1, "p/施工", "2021-06-01 10:00:00", "昆都仑")
    assert servers == ["clerks/0/1", "crews/0/0", "crews/1/0"]
    assert json.loads(needs) == [{"pool": "clerks", "n": 1, "kept": "clerks/0/1"}, {"pool": "crews", "n": 2}]
    assert pq.read_schema(path).names[:10] == [
        "kind", "case", "label", "class", "process", "parent", "accepted", "step", "stage", "visit",
    ]  # fmt: skip


def test_files_that_are_no_logs_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    with pytest.raises(InputError, match="no such file") as caught:
        read_log(path)
    assert str(path) in caught.value.where
    path.write_text("not parquet")
    with pytest.raises(InputError, match="damaged"):
        read_log(path)
    duckdb.execute(f"copy (select 1 as kind) to '{path}' (format parquet)")
    with pytest.raises(InputError, match="not the file of an event log"):
        read_log(path)


def test_a_file_with_one_byte_changed_or_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    write_log(example(), path)
    content = path.read_bytes()
    for damaged in (content[:-20], bytes([*content[:300], content[300] ^ 1, *content[301:]])):
        path.write_bytes(damaged)
        with pytest.raises(InputError):
            read_log(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.parquet"
    monkeypatch.setattr("sim.logfiles.VERSION", 99)
    write_log(example(), path)
    monkeypatch.undo()
    with pytest.raises(InputError, match="another version"):
        read_log(path)


def test_a_log_that_breaks_its_rules_is_refused_when_read(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    log = example()
    write_log(replace(log, ready=log.ready[::-1] + 1), path)
    with pytest.raises(InputError) as caught:
        read_log(path)
    assert caught.value.where == str(path)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.parquet"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match="the disk is full") as caught:
        write_log(example(), path)
    assert caught.value.where == str(path)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("log.parquet", b"old")]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentFailure):
        write_whole(tmp_path / "file" / "inside", b"")
