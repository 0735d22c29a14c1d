"""Mistakes on the command line: one clear error in the reader's language, exit code 2 (the machine's failures: 3)."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import run
from sim.errors import reason
from sim.model import folders
from sim.text import Text

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = str(ROOT / "scenarios/example")
RUN = ["run", EXAMPLE, "today"]
SWEEP = ["sweep", EXAMPLE, "today", "--over", "pools/reviewers/servers=3,4"]


def told(capsys: pytest.CaptureFixture[str], arguments: list[str], lang: str) -> tuple[int, str]:
    code = run(["--lang", lang, *arguments])
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            [*RUN, "--seed", "x"],
            Text("--seed: 须为 0 至 18446744073709551615 的整数\n  取值: x", "whole number from 0 to"),
        ),
        ([*RUN, "--replications", "0"], Text("须为 1 至 1048575 的整数\n  取值: 0", "whole number from 1 to 1048575")),
        ([*RUN, "--workers", "1e9"], Text("须为 1 至 256 的整数\n  取值: 1e9", "value: 1e9")),
        ([*RUN, "--workers", ""], Text("须为 1 至 256 的整数", "whole number from 1 to 256")),
        (
            [*RUN, "--fail-on", "not-mett"],
            Text("没有这个取值\n  取值: not-mett\n  改法: 是否想写 not-met?", "no such value"),
        ),
        (["check", EXAMPLE, "--lang", "fr"], Text("--lang: 没有这个取值\n  取值: fr", "there are: zh, en")),
        ([*RUN, "--fail-on", "NOT-MET"], Text("改法: 是否想写 not-met?", "did you mean not-met?")),
        (["trace", EXAMPLE, "today"], Text("shixian trace: 缺少 --case", "--case is missing")),
        (["trace", *RUN[1:], "--case", "1", "--replication", "-1"], Text("取值: -1", "from 0 to 1048575")),
        (["check"], Text("缺少 目录", "DIR is missing")),
        (["compare", EXAMPLE, "today"], Text("缺少 改革后", "AFTER... is missing")),
        ([*RUN, "more-staff"], Text("参数多了\n  取值: more-staff", "too many arguments\n  value: more-staff")),
        (["check", EXAMPLE, "a", "b"], Text("参数多了\n  取值: a b", "too many arguments\n  value: a b")),
        (["check", EXAMPLE, "--sett", "a=1"], Text("取值: --sett\n  改法: 是否想写 --set?", "did you mean --set?")),
        (["check", EXAMPLE, "-x"], Text("没有这个选项\n  取值: -x", "there is no such option")),
        (["checc", EXAMPLE], Text("没有这个命令\n  取值: checc\n  改法: 是否想写 check?", "did you mean check?")),
        (["forecast", EXAMPLE], Text("没有这个命令\n  取值: forecast", "there is no such command")),
        ([], Text("缺少命令", "a command is missing")),
        (["--version=3"], Text("选项 --version 不带取值", "option --version takes no value")),
    ],
)
def test_a_mistake_is_told_in_the_readers_language_alone(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: Text
) -> None:
    code, said = told(capsys, arguments, "zh")
    assert code == 2 and expected.zh in said and "改法: " in said
    own = re.sub(r"(?<![\w/-])[\w/.…-]*(shixian|--?[a-z]+)( \w+)?|取值: .*|是否想写 .*\?|可用的有: .*", "", said)
    assert not re.search(r"[A-Za-z]{3,}", own.replace("zh", ""))
    code, said = told(capsys, arguments, "en")
    assert code == 2 and expected.en in said and "cure: " in said
    assert not re.search(r"[一-鿿]", said)


def test_an_option_without_its_value_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RUN, "--seed"]) == 2
    assert "选项 --seed 须带取值" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "path", "expected"),
    [
        ("--json", "", Text("这不是路径", "this is no path")),
        ("--json", ".", Text("这是文件夹,须为文件", "this is a folder, not a file")),
        ("--out", "file", Text("这是文件,须为文件夹", "this is a file, not a folder")),
        ("--out", "file/x", Text("路径中有一段是文件", "a part of the path is a file")),
        ("--json", "file/x/y.json", Text("路径中有一段是文件", "a part of the path is a file")),
        ("--json", "long" * 100, Text("名称太长", "the name is too long")),
    ],
)
@pytest.mark.parametrize("command", [RUN, SWEEP])
def test_a_path_that_cannot_be_written_is_refused_before_any_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str], option: str, path: str, expected: Text
) -> None:
    (tmp_path / "file").write_text("")
    written = str(tmp_path / path) if path else ""
    for lang, rule in expected._asdict().items():
        code, said = told(capsys, [*command, "--replications", "1000000", option, written], lang)
        assert code == 2 and f"{option}: {rule}" in said
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nowhere", Text("没有这个文件夹", "there is no such folder")),
        ("file", Text("这是一个文件,不是文件夹", "this is a file, not a folder")),
        ("empty", Text("文件夹中没有情景文件", "the folder has no scenario files")),
        ("long" * 100, Text("无法读取:名称太长", "this cannot be read: the name is too long")),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, path: str, expected: Text
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for lang, rule in expected._asdict().items():
        code, said = told(capsys, ["check", str(tmp_path / path)], lang)
        assert code == 2 and rule in said


def test_rights_that_are_missing_are_told_in_both_languages(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: object, onerror: object) -> None:
        onerror(PermissionError(errno.EACCES, "Permission denied", str(path)))  # type: ignore[operator]

    monkeypatch.setattr(folders.os, "walk", denied)
    assert told(capsys, ["check", EXAMPLE], "zh") == (
        2,
        f"{EXAMPLE}: 无法读取:没有权限\n  改法: 检查路径和权限\n",
    )
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, said = told(capsys, [*RUN, "--out", str(tmp_path / "out")], "zh")
    assert code == 3 and "无法写入:没有权限" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_the_environments_failure_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, ["check", EXAMPLE, "--json", "/dev/full"], "zh") == (
        3,
        "/dev/full: 无法写入:磁盘已满\n  改法: 检查磁盘空间和文件夹权限\n",
    )
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "sim", "check", EXAMPLE, "--lang", "en"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "reading or writing failed: the disk is full")


def test_a_rare_reason_keeps_its_number() -> None:
    said = reason(OSError(errno.ENOTTY, "Inappropriate ioctl for device"))
    assert said == (f"系统错误 {errno.ENOTTY}", f"system error {errno.ENOTTY}: Inappropriate ioctl for device")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_pages_are_in_the_readers_language_alone(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    for command in ([], ["run"], ["check"], ["schema"]):
        assert run([*command, "--lang", lang, "--help"]) == 0
        page = capsys.readouterr().out
        if lang == "zh":
            assert "用法:" in page and "选项" in page
            assert not re.search(r"\b(Usage|Options|Commands|Show|INTEGER|DIR|FILE)\b", page)
        else:
            assert "Usage:" in page and not re.search(r"[一-鿿]", page)


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "命令" in capsys.readouterr().out
