"""``shixian inspect``: it tells what a file is, hides what is personal, and never overwrites what was edited."""

from __future__ import annotations

import contextlib
import gzip
import io
from pathlib import Path

import pytest

from calibration.commands.inspect import command
from calibration.importing.mapping_files import read_mapping
from calibration.importing.words import WORDS
from sim.errors import InputError
from tests.exports import delimited, workbook, written

ROWS = [
    ["申请编号", "用户名称", "联系电话", "受理时间", "现场勘查时间", "装表接电时间", "流程状态", "客户经理", "备注"],
    [
        "0021001",
        "王小明",
        "13812345678",
        "2021-06-04 09:00",
        "2021-06-05 09:00",
        "2021-06-08 09:00",
        "归档",
        "张三丰",
        "急",
    ],
    ["0021002", "李大壮", "13912345678", "2021-06-05 09:00", "2021-06-06 09:00", "", "在办", "赵六六", "电13712345678"],
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands are given."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: object, english: bool = False) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        built = command(lambda text: text.en if english else text.zh)
        built.main([*map(str, arguments), "--lang", "en" if english else "zh"], standalone_mode=False)
    return out.getvalue()


def test_it_tells_format_encoding_columns_resolution_and_problems(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", delimited(ROWS), "gb18030")
    told = run(path)
    assert "e.csv, csv, gb18030" in told
    assert "受理时间: accepted, milestones (accept);时间到分" in told
    assert "照此映射读入 2 件" in told
    assert "在办的办件 ×1" in told
    assert "请核对" in told


def test_nothing_personal_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", delimited(ROWS))
    told = run(path) + run(path, english=True)
    for value in ("王小明", "李大壮", "13812345678", "13712345678", "张三丰", "赵六六"):
        assert value not in told


@pytest.mark.parametrize("suffix", ["yaml", "xlsx"])
def test_the_mapping_that_it_writes_is_read_back_and_never_overwritten(tmp_path: Path, suffix: str) -> None:
    path, out = written(tmp_path / "e.xlsx", workbook(ROWS)), tmp_path / f"m.{suffix}"
    run(path, "--out", out)
    first = read_mapping(out)
    assert (first.case, first.personal) == ("申请编号", ("用户名称", "联系电话", "备注"))
    with pytest.raises(InputError, match="--anew"):
        run(path, "--out", out)
    run(path, "--out", out, "--anew", "--service", "water")
    assert read_mapping(out) != first


def test_what_reading_finds_has_words(tmp_path: Path) -> None:
    rows = [["2021年业扩台账"], *ROWS, ["合计", "2"], ["注:数据截至6月"]]
    told = run(written(tmp_path / "e.xlsx", workbook(rows)))
    assert "表头上方的标题行 ×1" in told
    assert WORDS["total-row"][0].zh in told


def test_days_that_could_be_months_do_not_stop_it(tmp_path: Path) -> None:
    rows = [
        ["申请编号", "受理时间", "登簿时间"],
        ["a1", "03/04/2021", "05/04/2021"],
        ["a2", "03/05/2021", "05/06/2021"],
    ]
    told = run(written(tmp_path / "e.csv", delimited(rows)), english=True)
    assert "not yet readable so" in told
    assert "please decide" in told


def test_the_mapping_is_written_here_by_default_and_what_was_edited_is_kept(
    tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "2021.csv", delimited(ROWS))
    run(path)
    its = here / "2021.mapping.yaml"
    edited = its.read_text("utf-8").replace("utility", "power-company")
    its.write_text(edited, "utf-8")
    assert "受理时间" in run(path)
    assert its.read_text("utf-8") == edited
    assert "已有 2021.mapping.yaml,未改动" in capsys.readouterr().err
    run(path, "--anew")
    assert read_mapping(its).milestones["受理时间"].owner == "utility"
    assert [one.name for one in here.iterdir()] == ["2021.mapping.yaml"]


def test_a_packed_export_has_the_mapping_of_the_file_inside(tmp_path: Path, here: Path) -> None:
    run(written(tmp_path / "2021.csv.gz", gzip.compress(delimited(ROWS).encode())))
    assert (here / "2021.mapping.yaml").exists()
