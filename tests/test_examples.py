"""What is shown is run: the fenced blocks of every README, and the examples in docstrings.

In a README,

- ``python`` blocks are run in order, as one program; with ``>>>`` prompts their output is compared;
- ``console`` blocks hold ``$ shixian ...`` lines, each with the output that it is to have, if any is shown. ``...``
  stands for what is left out, ``> FILE`` keeps the output, and a failure is shown by a following ``$ echo $?``.
  ``$ make TARGET`` is not run, but its target must exist;
- the word ``slow`` after the language leaves a block to ``make test-slow``, with all blocks of its file;
- other languages (``sh``, ``yaml``, ``text``) are only shown.

Everything runs in a scratch folder that holds a copy of ``scenarios/``.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in (
        "README*.md",
        "*/README*.md",
        *(f"{top}/**/README*.md" for top in ("sim", "calibration", "scenarios")),
    )
    for path in set(ROOT.glob(pattern))
    if not path.relative_to(ROOT).as_posix().startswith(".")
)
DOCUMENTED = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for folder in ("sim", "calibration")
    for path in sorted(ROOT.glob(f"{folder}/**/*.py"))
    if ">>> " in path.read_text("utf-8")
]
FENCE = re.compile(r"^```(?P<language>\w+)(?P<words>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    """A fenced block: what it holds, the file, and the line on which its body begins."""

    language: str
    slow: bool
    body: str
    path: Path
    line: int


class Command(NamedTuple):
    """A line after a ``$`` prompt, and the output shown under it."""

    words: list[str]
    output: str
    place: str


def blocks(path: Path) -> list[Block]:
    text = path.read_text("utf-8")
    return [
        Block(m["language"], "slow" in m["words"].split(), m["body"], path, text.count("\n", 0, m.start("body")) + 1)
        for m in FENCE.finditer(text)
        if m["language"] in ("python", "console")
    ]


def commands(block: Block) -> Iterator[Command]:
    parts = re.split(r"^\$ ", block.body, flags=re.MULTILINE)
    assert not parts[0].strip(), f"{block.path}:{block.line}: a console block begins with a `$ ` line"
    for part in parts[1:]:
        line, _, output = part.replace("\\\n", " ").partition("\n")
        yield Command(shlex.split(line, comments=True), output, f"{block.path}:{block.line}: $ {line}")


def shixian(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run the command as a shell would; its exit code, and what it wrote to either stream."""
    from sim.cli import main

    monkeypatch.setattr(sys, "argv", ["shixian", *arguments])
    code: object = 0
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            code = main()
        except SystemExit as stop:
            code = stop.code
    return (code if isinstance(code, int) else int(code is not None)), out.getvalue(), err.getvalue()


def run_console(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    code = 0
    everything = list(commands(block))
    for (words, shown, place), following in zip(everything, [*everything[1:], None], strict=True):
        if words[:1] == ["shixian"]:
            end = words.index(">") if ">" in words else len(words)
            code, out, err = shixian(words[1:end], monkeypatch)
            assert code == 0 or (following and following.words == ["echo", "$?"]), f"{place}\nexit {code}\n{out}{err}"
            for file in words[end + 1 :]:
                Path(file).write_text(out, "utf-8")
            same(shown, out if code == 0 else out + err, place)
        elif words == ["echo", "$?"]:
            same(shown, f"{code}\n", place)
        else:
            assert words[:1] == ["make"], f"{place}\nneither shixian nor make: show it in an `sh` block"
            rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
            assert {word for word in words[1:] if "=" not in word} <= set(rules), place


def same(shown: str, got: str, place: str) -> None:
    if shown.strip():
        assert doctest.OutputChecker().check_output(shown, got, LOOSE), f"{place}\nshown:\n{shown}\ngot:\n{got}"


def run_python(block: Block, names: dict[str, Any]) -> None:
    if ">>> " in block.body:
        test = doctest.DocTestParser().get_doctest(block.body, names, block.path.name, str(block.path), block.line - 1)
        report = io.StringIO()
        failed, _ = doctest.DocTestRunner(optionflags=LOOSE).run(test, out=report.write, clear_globs=False)
        names.update(test.globs)
        assert not failed, report.getvalue()
    else:
        exec(compile("\n" * (block.line - 1) + block.body, str(block.path), "exec"), names)


def run_all(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, slow: bool) -> None:
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(path):
        if block.slow and not slow:
            continue
        if block.language == "python":
            run_python(block, names)
        else:
            run_console(block, monkeypatch)


@pytest.mark.parametrize("readme", READMES)
def test_the_examples_of_a_readme_run(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_all(ROOT / readme, tmp_path, monkeypatch, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("readme", [name for name in READMES if any(b.slow for b in blocks(ROOT / name))])
def test_the_slow_examples_of_a_readme_run(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_all(ROOT / readme, tmp_path, monkeypatch, slow=True)


@pytest.mark.parametrize("module", DOCUMENTED)
def test_the_examples_of_a_docstring_run(module: str) -> None:
    report = io.StringIO()
    with contextlib.redirect_stdout(report):
        failed, _ = doctest.testmod(importlib.import_module(module), optionflags=LOOSE)
    assert not failed, report.getvalue()


@pytest.mark.parametrize(
    "block",
    [
        "```python\nassert 1 + 1 == 3\n```\n",
        "```python\nx = 1\n```\n\n```python\n>>> x + 1\n3\n```\n",
        "```console\n$ shixian --help\nNo such line\n```\n",
        "```console\n$ shixian no-such-command\n```\n",
        "```console\n$ shixian no-such-command\n...\n$ echo $?\n0\n```\n",
        "```console\n$ make no-such-target\n```\n",
        "```console\n$ rm report.html\n```\n",
    ],
)
def test_an_example_that_does_not_hold_is_caught(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text(block, "utf-8")
    with pytest.raises(AssertionError):
        run_all(tmp_path / "README.md", tmp_path, monkeypatch, slow=False)
