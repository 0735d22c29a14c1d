"""The command line in odd surroundings: names, streams that close, encodings, where the JSON goes, Ctrl-C."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim import cli
from sim.cli import run
from sim.model import folders
from tests.conftest import ROOT

EXAMPLE = str(ROOT / "scenarios/example")
QUOTED = shlex.quote(EXAMPLE)  # for a shell: the checkout may lie behind a space
DIFF = ["diff", EXAMPLE, "today", "more-staff"]
QUICK = ["--replications", "1", "--workers", "1"]


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = line.replace("shixian", f"'{sys.executable}' -m sim")
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "PYTHONIO"))}
    return subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, env=known | environment, check=False)


def test_a_folder_may_have_a_space_and_chinese_characters_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, "工作 目录/我的 情景")
    assert run(["check", "工作 目录/我的 情景"]) == 0
    assert run(["run", "工作 目录/我的 情景", "today", *QUICK, "--json", "结 果/结论.json"]) == 0
    written = json.loads(Path("结 果/结论.json").read_text("utf-8"))
    assert written["command"].startswith("shixian run '工作 目录/我的 情景' today ")


def test_a_name_that_is_not_utf_8_is_refused_since_no_result_could_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    gbk = "情景".encode("gbk").decode("utf-8", "surrogateescape")
    assert run(["check", gbk, "--lang", "en"]) == 2
    assert "an argument is not UTF-8 text" in capsys.readouterr().err


def test_a_folder_of_very_many_files_is_refused_not_searched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_MOST_LOOKED_AT", 3)
    assert run(["check", str(ROOT), "--lang", "en"]) == 2
    assert "more than 3 files" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["check", EXAMPLE],
        DIFF,
        ["explain", EXAMPLE, "L1"],
        ["trace", EXAMPLE, "today", "--case", "1"],
        ["run", EXAMPLE, "today", *QUICK],
    ],
    ids=lambda command: command[0],
)
def test_json_to_standard_output_leaves_the_words_to_standard_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    assert run([*command, "--json", str(tmp_path / "a.json"), "--lang", "en"]) == 0
    words = capsys.readouterr()
    assert run([*command, "--json", "-", "--lang", "en"]) == 0
    both = capsys.readouterr()
    assert both.out == (tmp_path / "a.json").read_text("utf-8")
    assert sorted(both.err.splitlines()) == sorted((words.out + words.err).splitlines())


def test_a_folder_that_is_refused_has_its_errors_as_json_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", EXAMPLE, "--set", "pools/clerks/servers=-1", "--json", "-"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["errors"][0]["value"] == "-1" and "取值: -1" in captured.err


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{{ shixian diff {QUOTED} today more-staff; echo $? >&2; }} | true", 0),
        (f"{{ shixian trace {QUOTED} today --case 1 2>&1; echo $? >&3; }} 3>&2 2>&1 | true", 0),
        ("{ shixian check nowhere 2>&1; echo $? >&3; } 3>&2 2>&1 | true", 2),
        (f"shixian check {QUOTED} >&- 2>&-; echo $? >&2", 0),
    ],
)
def test_a_stream_that_nobody_reads_changes_no_exit_code_and_brings_no_traceback(line: str, code: int) -> None:
    said = shell(line).stderr.decode()
    assert said.rstrip().endswith(str(code)) and "Traceback" not in said and "Exception ignored" not in said


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
def test_files_are_written_although_nobody_reads_the_words(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    shell(f"shixian run {QUOTED} today --replications 1 --workers 1 --json '{file}' 2>/dev/null | true")
    assert json.loads(file.read_text("utf-8"))["replications"] == 1


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
@pytest.mark.parametrize(
    "environment",
    [{"LANG": "zh_CN.GBK"}, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}],
    ids=str,
)
def test_no_language_of_the_system_and_no_encoding_of_the_terminal_stops_a_command(environment: dict[str, str]) -> None:
    done = shell(f"shixian diff {QUOTED} today more-staff", SHIXIAN_LANG="zh", **environment)
    assert done.returncode == 0 and b"today" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_few_open_files_no_home_no_folder_for_temporary_files_and_the_c_locale_stop_no_run(
    engine: str, tmp_path: Path
) -> None:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "XDG_CACHE_HOME": cache, "TMPDIR": str(tmp_path / "none")}
    line = f"ulimit -n 64; shixian run {QUOTED} today --replications 2 --workers 2 --engine {engine} --out '{tmp_path}'"
    command = line.replace("shixian", f"'{sys.executable}' -m sim", 1)
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0 and (tmp_path / "report.html").exists(), done.stderr.decode()


@pytest.mark.slow
def test_where_the_cache_cannot_be_written_the_engine_is_compiled_for_the_run(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    known = {name: value for name, value in os.environ.items() if name not in ("HOME", "NUMBA_CACHE_DIR")}
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", EXAMPLE, "today", *QUICK[:2], "--workers", "2", "--lang", "en"],
        cwd=ROOT, env=known | {"XDG_CACHE_HOME": str(tmp_path / "a-file")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "compiling the engine" in done.stderr and "the cache cannot be written" in done.stderr


def test_an_interrupt_that_a_library_takes_for_its_own_error_is_an_interrupt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> int:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("no schema") from error

    monkeypatch.setattr(cli, "_run", interrupted)
    assert (run(["check"]), capsys.readouterr().err) == (130, "已中断\n")
