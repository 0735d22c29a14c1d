"""Long readings say how far they are, and can be stopped at any moment with nothing half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.commands import progress
from calibration.commands.progress import watched
from calibration.importing.raw import RawBatch, RawTable
from calibration.importing.reading import read
from sim.cli import run
from tests.bench.exports import make
from tests.exports import rows_of, written
from tests.test_found_mappings import LIMITS, export

ROOT = Path(__file__).resolve().parent.parent


def test_a_watched_table_is_the_same_table_and_tells_of_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 1000)
    path = written(tmp_path / "e.csv", "a,b\n" + "1,2\n" * 2500)
    with watched(read(path), "zh") as table:
        assert rows_of(table) == rows_of(read(path))
    assert capsys.readouterr().err == "正在读取 e.csv:2,500 行\n"


@pytest.mark.parametrize("command", ["inspect", "observe", "anonymise"])
def test_an_interrupt_while_a_file_is_read_is_130_and_leaves_nothing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = export(tmp_path / "2021.csv", 2021)
    if command != "inspect":
        assert run(["inspect", str(path), "--out", str(tmp_path / "2021.mapping.yaml")]) == 0
    more = {"inspect": [], "observe": ["--limits", str(LIMITS)], "anonymise": ["--out", "others.csv"]}[command]

    def interrupted(table: RawTable, lang: str) -> object:
        def batches() -> Iterator[RawBatch]:
            yield from table.batches()
            raise KeyboardInterrupt

        return watched(replace(table, batches=batches), lang)  # type: ignore[arg-type]

    monkeypatch.setattr(progress, "watched", interrupted)
    capsys.readouterr()
    assert run([command, str(path), *more]) == 130
    assert "已中断" in capsys.readouterr().err
    assert not list((tmp_path / "here").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [2.0, 4.0, 8.0])
def test_control_c_ends_a_long_reading_soon(tmp_path: Path, after_s: float) -> None:
    make(tmp_path / "big.csv", 3_000_000)
    (tmp_path / "here").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "inspect", str(tmp_path / "big.csv")],
        cwd=tmp_path / "here", env={"PYTHONPATH": str(ROOT), "PATH": ""}, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(after_s)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert time.monotonic() - begin < 5  # 1.2 s on a machine that is not busy
    assert not list((tmp_path / "here").iterdir())
