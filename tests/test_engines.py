"""Which engine simulates: the kernel, the reference engine, or both and compared; and what happens without numba."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import document, jit
from sim.cli import run
from sim.engine import engines, kernel
from sim.engine.engines import EngineName, ready
from sim.errors import InputError, RunError
from sim.eventlog import KINDS, EventLog
from sim.logcheck import first_difference
from sim.text import Text
from tests.conftest import ROOT
from tests.studies import folder, study
from tests.tiny import scenario, tiny, trace

EXAMPLE = str(ROOT / "scenarios/example")
QUICK = ["--replications", "1", "--workers", "1", "--lang", "en"]


def test_all_engines_come_to_the_same_results_which_say_who_simulated() -> None:
    its = folder()
    written = {engine: document.written(study(its, engine=engine, replications=1), its)
               for engine in ("kernel", "reference", "both")}  # fmt: skip
    found = {engine: json.loads(text) for engine, text in written.items()}
    assert {engine: each.pop("engine") for engine, each in found.items()} == {e: e for e in written}
    assert found["kernel"] == found["reference"] == found["both"]


@pytest.mark.parametrize(
    "command",
    [
        ["run", EXAMPLE, "today"],
        ["compare", EXAMPLE, "today", "more-staff"],
        ["sweep", EXAMPLE, "today", "--over", "pools/clerks/servers=2,3"],
        ["rank", EXAMPLE, "today", "more-staff"],
        ["budget", EXAMPLE, "--limit", "L1"],
        ["trace", EXAMPLE, "today", "--case", "1"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_that_simulates_takes_an_engine(command: list[str], tmp_path: Path) -> None:
    quick = QUICK if command[0] != "trace" else QUICK[4:]
    answers = []
    for engine in ("reference", "kernel"):
        assert run([*command, *quick, "--engine", engine, "--json", str(tmp_path / engine)]) == 0
        found = json.loads((tmp_path / engine).read_text("utf-8"))
        assert found.pop("engine", engine) == engine
        command_again = found.pop("command", "")
        assert ("--engine reference" in command_again) == (engine == "reference" and command_again != "")
        answers.append(found)
    assert answers[0] == answers[1]


# --- both


@pytest.fixture
def a_wrong_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its third piece of work ends a second late."""
    right = kernel.simulate

    def simulate(*given: Any, **how: Any) -> EventLog:
        log = right(*given, **how)
        end = log.end.copy()
        end[(log.kind == KINDS.index("work")).nonzero()[0][2]] += 1_000_000
        return replace(log, end=end)

    monkeypatch.setattr(kernel, "simulate", simulate)


def test_both_engines_stop_at_the_first_difference_with_case_step_and_times(
    a_wrong_kernel: None, capsys: pytest.CaptureFixture[str]
) -> None:
    some = scenario(tiny([{"step": "a", "by": "clerks", "effort": "1 h"}], 5 * ("2021-06-01 09:00",)))
    with pytest.raises(RunError) as stopped:
        sim.simulate(some, 1, engine="both")
    for language, words in (("en", "the two engines differ"), ("zh", "两个引擎的结果不同")):
        one, other = stopped.value.message(language).splitlines()[1:3]
        assert words in stopped.value.message(language)
        assert "s-000003 p/a #0" in one and "2021-06-01 11:00:00" in one and "2021-06-01 12:00:00" in one
        assert other.replace("12:00:01", "12:00:00").partition(":")[2] == one.partition(":")[2]
    assert run(["run", EXAMPLE, "today", *QUICK, "--engine", "both"]) == 2
    said = capsys.readouterr().err
    assert "today, 0: the two engines differ" in said and "ready" in said and "start" in said


def test_two_histories_that_are_equal_have_no_row_that_differs_and_a_longer_one_has_its_first_row_more() -> None:
    from sim.logcheck import row_in_words, row_that_differs

    flow = [{"wait": "w", "takes": "1 h"}]
    one = sim.simulate(scenario(tiny(flow)), 1)
    more = sim.simulate(scenario(tiny(flow, ("2021-06-01 09:00", "2021-06-02 09:00"))), 1)
    assert row_that_differs(one, one) is None
    assert (row_that_differs(one, more), row_that_differs(more, one)) == (3, 3)
    assert row_in_words(one, 3).en == "no such row" and "s-000002" in row_in_words(more, 3).en


# --- steps written in Python


def test_a_step_written_in_python_runs_in_the_reference_engine_and_the_kernel_says_so() -> None:
    some = scenario(tiny([{"wait": "w", "takes": "1 h"}]))

    def two_hours(engine: Any, case: Any) -> Iterator[Any]:
        yield engine.env.timeout(2 * 3600 * 1_000_000)

    for engine in ("kernel", "both"):
        with pytest.raises(InputError) as refused:
            sim.simulate(some, 1, engine=engine, behaviours={"p/w": two_hours})
        assert 'engine="reference"' in refused.value.cure.en and refused.value.value == "p/w"
    log = sim.simulate(some, 1, engine="reference", behaviours={"p/w": two_hours})
    assert trace(log) == ["1 w 06-01 09:00 | 06-01 09:00 | 06-01 11:00"]


# --- without numba


def said_of(engine: EngineName) -> tuple[EngineName, list[Text]]:
    told: list[Text] = []
    return ready(engine, told.append), told


def test_where_the_kernel_cannot_be_imported_the_reference_engine_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sim.engine.kernel", None)
    for engine in ("kernel", "both"):
        chosen, (warning,) = said_of(engine)
        assert chosen == "reference" and "numba cannot run here" in warning.en and "参考引擎" in warning.zh
    assert said_of("reference") == ("reference", [])
    with pytest.warns(RuntimeWarning, match="numba cannot run here") as warned:
        result = study(replications=2, workers=1)
    assert result.engine == "reference" and len(warned) == 1


def without_numba(*arguments: str, at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    at.mkdir()
    (at / "numba.py").write_text("raise ImportError('numba does not go with this machine')")
    path = os.pathsep.join([str(at), str(ROOT)])
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments, "--lang", "en"],
        cwd=ROOT, env=known | {"PYTHONPATH": path} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_numba_everything_is_plain_python_and_the_same(tmp_path: Path) -> None:
    assert run(["run", EXAMPLE, "today", *QUICK, "--engine", "reference", "--json", str(tmp_path / "a.json")]) == 0
    missing = ["run", EXAMPLE, "today", "--replications", "1", "--workers", "2", "--json", str(tmp_path / "b.json")]
    done = without_numba(*missing, at=tmp_path / "n")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("numba cannot run here (numba does not go with this machine)") == 1
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_numba_may_be_switched_off(tmp_path: Path) -> None:
    code = "import sim.engine.streams as s; from sim import jit; print(jit.why_not(), s.uniform(1, 2, 3, 2**63, 4))"
    environment = dict(os.environ, NUMBA_DISABLE_JIT="1")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    from sim.engine.streams import uniform

    assert done.stdout.split() == ["NUMBA_DISABLE_JIT", str(uniform(1, 2, 3, 2**63, 4))], done.stderr


def test_a_function_that_cannot_be_compiled_stays_plain_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jit, "_troubles", [])

    @jit.compiled(jit.types.int64(jit.types.int64))
    def strange(n: int) -> int:
        return n + 2 if isinstance(object(), object) else n

    assert strange(3) == 5 and "Error" in jit.why_not()


def test_numba_runs_here() -> None:
    assert jit.why_not() == ""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [ready(engine) for engine in ("kernel", "reference", "both")] == ["kernel", "reference", "both"]


# --- the first compilation


@pytest.mark.parametrize("written", [True, False])
def test_the_first_compilation_is_told_before_with_its_seconds_after_and_only_once(
    written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(engines, "_KERNEL", "not imported yet")
    monkeypatch.setattr(jit, "is_kept", lambda name: bool(asked.append(name)) or (written and len(asked) > 1))
    _, (before, after) = said_of("kernel")
    assert before.zh.startswith("编译引擎(本机本版本仅一次)… 约 ") and "compiling the engine" in before.en
    assert after.en.startswith("compiled in 0 s") and ("cannot be written" in after.en) == (not written)
    assert said_of("kernel")[1] == [] or not written


def test_what_has_been_compiled_is_found_again() -> None:
    assert jit.is_kept("go_on") == bool(list(jit.engine_folder().rglob("*go_on*.nbc")))
    assert not jit.is_kept("no_such_function")


def test_the_fingerprint_of_the_engines_covers_every_file_of_theirs_that_is_compiled() -> None:
    covered = {path for pattern in jit._ENGINE_SOURCES for path in (ROOT / "sim").glob(pattern)}
    for path in (ROOT / "sim/engine").rglob("*.py"):
        imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
        assert path in covered or not any(node.module == "sim.jit" for node in imports), path


def test_the_kernel_and_the_reference_engine_have_one_name_each() -> None:
    some = scenario(tiny([{"step": "a", "by": "clerks", "effort": "1 h"}]))
    assert first_difference(sim.simulate(some, 1), sim.simulate(some, 1, engine="reference")) is None
