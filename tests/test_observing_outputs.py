"""What ``shixian observe`` writes is there together, or the earlier result is; and what its lines say."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sim.cli import run
from sim.commands.values import Day
from sim.errors import InputError
from tests.conftest import ROOT

EXAMPLE = ROOT / "scenarios" / "example-limits"


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    mapping = tmp_path / "export.mapping.yaml"
    assert run(["inspect", str(EXAMPLE / "export.csv"), "--out", str(mapping)]) == 0
    options = ["--limits", str(EXAMPLE), "--mapping", str(mapping), "--out", str(tmp_path / "out")]
    return ["observe", str(EXAMPLE / "export.csv"), *options]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_the_same_export_gives_the_same_bytes_and_a_clean_one_takes_rejected_rows_away(
    tmp_path: Path, asked: list[str]
) -> None:
    assert run(asked) == 0
    first = files(tmp_path / "out")
    assert {"report.html", "observed.xlsx", "verdicts.json"} <= first.keys()
    (tmp_path / "out" / "rejected-before.csv").write_bytes(b"of an earlier comparison")
    assert run(asked) == 0 and files(tmp_path / "out") == first


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (OSError(errno.ENOSPC, "full"), 3)])
def test_what_cannot_be_written_whole_leaves_the_earlier_result(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def failing(handle: int) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        assert run(asked) == code and files(tmp_path / "out") == {}
    assert run(asked) == 0
    earlier = files(tmp_path / "out")
    monkeypatch.setattr(os, "fsync", failing)
    assert run([*asked, "--lang", "en"]) == code and files(tmp_path / "out") == earlier


def test_an_interrupt_while_it_computes_writes_nothing(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("calibration.observing.observed.assess_census", interrupted)
    assert run(asked) == 130 and not (tmp_path / "out").exists()


def test_a_comparison_says_on_the_screen_why_it_is_none(
    tmp_path: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*asked, "--before", str(EXAMPLE / "export.csv")]) == 0
    assert "改革前后不宜直接比较,不一致的:两份数据都办结的同一编号" in capsys.readouterr().out


def test_a_day_is_taken_as_people_write_it_and_must_be_in_the_calendar() -> None:
    day = Day()
    assert {str(day.convert(word, None, None)) for word in ("2021-09-09", "2021/9/9", "2021.9.9", "20210909")} == {
        "2021-09-09"
    }
    for word in ("2021-02-30", "昨天", "210909", "2021-9/9", "2021-09-09 14:30"):
        with pytest.raises(InputError, match="date of the calendar"):
            day.convert(word, None, None)
