"""Inspect, then observe: the mapping that was written is found again, and which one was used is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration.commands.mappings import mapping_of
from calibration.importing.mapping import Mapping
from calibration.importing.mapping_files import write_mapping
from sim.cli import run
from sim.errors import InputError
from tests.exports import delimited, written

LIMITS = Path(__file__).resolve().parent.parent / "scenarios" / "example-limits"
HEADER = ["受理号", "是否外线工程", "受理时间", "通水时间"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def export(path: Path, year: int) -> Path:
    """Twenty cases of two days each."""
    rows = [[f"YS{i:03}", "否", f"{year}-06-{i + 1:02} 09:00", f"{year}-06-{i + 3:02} 09:00"] for i in range(20)]
    return written(path, delimited([HEADER, *rows]))


def mapping(case: str) -> Mapping:
    return Mapping.model_validate({"form": "wide", "case": case})


def test_inspect_then_observe_needs_no_mapping_to_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = export(here.parent / "data" / "2021.csv", 2021)
    assert run(["inspect", str(path)]) == 0
    assert run(["observe", str(path), "--limits", str(LIMITS)]) == 0
    told = capsys.readouterr()
    assert told.err.count("2021.mapping.yaml") == 2
    assert "按映射 2021.mapping.yaml 读取 2021.csv\n" in told.err
    assert "办结 20 件" in told.out


def test_the_mapping_here_goes_before_the_one_beside_the_export_and_one_that_is_named_before_both(here: Path) -> None:
    data = here.parent / "data"
    path = export(data / "2021.csv", 2021)
    write_mapping(data / "2021.mapping.yaml", mapping("beside"))
    assert mapping_of(path, None, "zh")[1].case == "beside"
    write_mapping(here / "2021.mapping.xlsx", mapping("here"))
    assert mapping_of(path, None, "zh")[1].case == "here"
    write_mapping(here / "named.yaml", mapping("named"))
    assert mapping_of(path, here / "named.yaml", "zh")[1].case == "named"


def test_the_export_of_before_has_its_own_mapping_or_that_of_the_other(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = (export(here / f"{year}.csv", year) for year in (2020, 2021))
    asked = ["observe", str(after), "--limits", str(LIMITS), "--before", str(before)]
    assert run(["inspect", str(after)]) == 0
    assert run(asked) == 0
    assert "按映射 2021.mapping.yaml 读取 2020.csv" in capsys.readouterr().err
    assert run(["inspect", str(before)]) == 0
    assert run(asked) == 0
    assert "按映射 2020.mapping.yaml 读取 2020.csv" in capsys.readouterr().err


def test_anonymise_finds_it_too(here: Path) -> None:
    path = export(here / "2021.csv", 2021)
    assert run(["inspect", str(path)]) == 0
    assert run(["anonymise", str(path), "--out", "others.csv"]) == 0
    assert (here / "others.csv").exists()


@pytest.mark.parametrize("command", ["observe", "anonymise"])
def test_without_a_mapping_inspect_is_named_with_the_file_that_it_writes(
    here: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(here / "2021.csv", 2021)
    more = ["--limits", str(LIMITS)] if command == "observe" else ["--out", "others.csv"]
    assert run([command, str(path), *more]) == 2
    assert f"shixian inspect {path},核对它写出的 2021.mapping.yaml" in capsys.readouterr().err
    assert [one.name for one in here.iterdir()] == ["2021.csv"]


def test_a_file_that_is_not_there_is_not_sent_to_inspect(here: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        mapping_of(here / "none.csv", None, "zh")


def test_mappings_beside_limits_are_no_part_of_them(tmp_path: Path) -> None:
    from calibration.observing.promises import load_promises

    (tmp_path / "limits.yaml").write_bytes((LIMITS / "limits.yaml").read_bytes())
    for name in ("2020", "2021"):
        write_mapping(tmp_path / f"{name}.mapping.yaml", mapping("case"))
    assert list(load_promises(tmp_path).limits) == ["simple", "outline"]


def test_a_case_that_both_exports_count_forbids_the_comparison(here: Path) -> None:
    """The same twenty ids were closed in both years' exports: one of the two repeats the other."""
    before, after = (export(here / f"{year}.csv", year) for year in (2020, 2021))
    assert run(["inspect", str(after)]) == 0
    assert run(["observe", str(after), "--limits", str(LIMITS), "--before", str(before), "--out", "out"]) == 0
    checks = json.loads((here / "out" / "verdicts.json").read_text("utf-8"))["change"]["checks"]
    [its] = [check for check in checks if check["what"]["zh"] == "两份数据都办结的同一编号"]
    assert (its["holds"], its["before"]["zh"]) == (False, "20")
