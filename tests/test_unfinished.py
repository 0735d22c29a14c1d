"""Runs that are stopped in every way, and go on to the bytes of a run that nothing disturbed (verify/FAULTS.md)."""

from __future__ import annotations

import errno
import json
import os
import pickle
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim.runs.simulated
from sim.cli import run
from sim.report import pages
from sim.runs import unfinished, units
from sim.whole_files import write_whole
from tests.conftest import ROOT

EXAMPLE = str(ROOT / "scenarios/example")
HOME = unfinished.HOME
SAMPLE = sim.runs.simulated.sample


def short_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report proper is seconds of drawing; the runs of tests/test_stopped_processes.py have it."""

    def write(result: Any, folder: Any, out: Path, lang: str, each: Any = None) -> None:
        write_whole(out / "charts/standing.png", lang.encode())
        write_whole(out / pages.PAGE, b'<meta name="shixian-charts" content="standing">' + repr(result).encode())

    monkeypatch.setattr(pages, "write_report", write)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    short_report(monkeypatch)


def go(out: Path, *more: str, folder: str = EXAMPLE) -> int:
    asked = [folder, "today", "more-staff", "--replications", "3", "--workers", "1", "--lang", "en"]
    return run(["compare", *asked, "--out", str(out), *more])


def resume(out: Path, *more: str) -> int:
    return run(["resume", str(out), "--workers", "1", "--lang", "en", *more])


def files(out: Path, but: tuple[str, ...] = ("run.json",)) -> dict[str, bytes]:
    """Everything in the folder, but the facts of machine and hour."""
    found = (path for path in sorted(out.rglob("*")) if path.is_file())
    named = {path.relative_to(out).as_posix(): path.read_bytes() for path in found}
    return {name: content for name, content in named.items() if name not in but and not name.startswith(but)}


def at_sample(monkeypatch: pytest.MonkeyPatch, n: int, act: Callable[[], None]) -> None:
    """Have something happen while the n-th replication is analysed."""
    left = [n]

    def sample(*given: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            act()
        return SAMPLE(*given)

    monkeypatch.setattr(sim.runs.simulated, "sample", sample)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        short_report(patch)
        assert go(out) == 0
    found = files(out)
    logs = [f"logs/{scenario}/{n:04d}.parquet" for scenario in ("more-staff", "today") for n in range(3)]
    assert list(found) == ["charts/standing.png", *logs, "report.html", "verdicts.json"]
    return found


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: object) -> Path:
    """A folder of results, and in it a run that was stopped in its fifth replication of six."""
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        at_sample(patch, 5, interrupt)
        assert go(out) == 130
    return out


def unit(out: Path, scenario: str = "today", replication: int = 1) -> Path:
    return out / HOME / "units" / scenario / f"{replication:04d}"


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many replications are analysed from now on."""
    done: list[int] = []

    def sample(*given: Any) -> Any:
        done.append(1)
        return SAMPLE(*given)

    monkeypatch.setattr(sim.runs.simulated, "sample", sample)
    return done


# --- to the same bytes


def test_a_stopped_run_goes_on_to_the_same_bytes_and_does_nothing_twice(
    stopped: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in stopped.iterdir()] == [HOME]
    done = counting(monkeypatch)
    assert resume(stopped) == 0
    assert len(done) == 2 and files(stopped) == undisturbed
    assert "going on: 4 of 6 replications are there" in capsys.readouterr().err
    assert resume(stopped) == 0 and "is complete" in capsys.readouterr().err


def test_it_goes_on_from_another_folder_with_other_workers_and_as_often_as_it_is_stopped(
    stopped: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stopped.parent)
    with monkeypatch.context() as patch:
        at_sample(patch, 2, interrupt)
        assert resume(Path("out")) == 130
    with monkeypatch.context() as patch:
        patch.setattr(pages, "remove_earlier", lambda *_: interrupt())
        assert resume(Path("out")) == 130
    assert files(stopped, but=(HOME,)) == {}
    assert resume(Path("out"), "--workers", "2") == 0 and files(stopped) == undisturbed


def test_a_run_that_is_stopped_while_results_are_put_in_their_places_goes_on(
    tmp_path: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = counting(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(unfinished.Unfinished, "_remove_earlier_logs", lambda *_: interrupt())
        assert go(tmp_path) == 130
    shutil.move(tmp_path / "report.html", tmp_path / HOME / "results")  # as if it had come to the last file but one
    assert resume(tmp_path) == 0 and files(tmp_path) == undisturbed
    assert len(done) == 6


def test_the_json_that_was_asked_for_is_written_where_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, where in (("file", str(tmp_path / "a.json")), ("stdout", "-")):
        with monkeypatch.context() as patch:
            at_sample(patch, 2, interrupt)
            assert go(tmp_path / name, "--json", where) == 130
        capsys.readouterr()
        assert resume(tmp_path / name) == 0
    assert capsys.readouterr().out == (tmp_path / "a.json").read_text("utf-8")


# --- torn and changed files


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def tear(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)


def change_one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("of", ["unit", "log"])
@pytest.mark.parametrize("damage", [cut, tear, change_one_byte, Path.unlink])
def test_a_file_that_is_torn_changed_or_gone_is_dropped_with_its_name_and_done_again(
    damage: Callable[[Path], None], of: str, stopped: Path, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    damage(unit(stopped) if of == "unit" else stopped / HOME / "results/logs/today/0001.parquet")
    done = counting(monkeypatch)
    assert resume(stopped) == 0
    assert len(done) == 3 and files(stopped) == undisturbed
    if (of, damage) != ("unit", Path.unlink):  # then nothing is there to be dropped
        told = "it is damaged" if of == "unit" else "its event log is missing or damaged"
        assert f"units/today/0001: {told}; it is dropped and done again" in capsys.readouterr().err


def test_a_file_whose_writing_was_cut_off_never_comes_among_the_results(
    stopped: Path, undisturbed: dict[str, bytes]
) -> None:
    for folder in ("units/today", "results", "results/logs/today"):
        (stopped / HOME / folder / ".0002.parquet.x7").write_bytes(b"half")
    assert resume(stopped) == 0 and files(stopped) == undisturbed


def test_a_replication_of_another_scenario_seed_or_version_is_refused(
    stopped: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(unit(stopped, "more-staff", 0), unit(stopped, "today", 0))
    shutil.copy(unit(stopped, "today", 2), unit(stopped, "today", 1))
    done = counting(monkeypatch)
    assert resume(stopped) == 0 and len(done) == 4 and files(stopped) == undisturbed
    assert capsys.readouterr().err.count("it is of another scenario, seed or version") == 2


def test_a_unit_from_elsewhere_cannot_have_code_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "evil"),)

    place = units.Place(tmp_path / "0000", "key", None, None)
    units.keep(place, Evil(), None)  # type: ignore[arg-type]
    with pytest.raises(units.Unusable, match="no replication's sample"):
        units.kept(place)
    assert not (tmp_path / "evil").exists()
    with pytest.raises(pickle.UnpicklingError):
        units._Reader(open(os.devnull, "rb")).find_class("sim.analysis.samples", "np.load")  # noqa: PTH123, SIM115


def test_a_program_or_a_scenario_folder_that_has_changed_is_refused_and_nothing_is_lost(
    tmp_path: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "model", tmp_path / "out"
    shutil.copytree(EXAMPLE, folder)
    with monkeypatch.context() as patch:
        at_sample(patch, 5, interrupt)
        assert go(out, folder=str(folder)) == 130
    before = files(out)
    with monkeypatch.context() as patch:
        patch.setattr(unfinished, "program", lambda: "another")
        assert resume(out) == 2 and "the program, or a package it uses" in capsys.readouterr().err
    described = (folder / "window.yaml").read_text("utf-8")
    (folder / "window.yaml").write_text(described.replace("[20 min, 45 min]", "[20 min, 50 min]"), "utf-8")
    assert resume(out) == 2 and "the scenario folder is no longer what" in capsys.readouterr().err
    assert files(out) == before
    (folder / "window.yaml").write_text("# a remark changes nothing\n" + described, "utf-8")
    assert resume(out) == 0
    assert {name for name, content in files(out).items() if undisturbed[name] != content} == {
        "verdicts.json", "report.html",
    }  # which name the folder  # fmt: skip


def test_a_description_of_the_run_that_was_changed_is_refused(
    stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = stopped / HOME / "asked.json"
    asked.write_text(asked.read_text("utf-8").replace('"seed": 2021', '"seed": 2022'), "utf-8")
    assert resume(stopped) == 2 and "is damaged" in capsys.readouterr().err


# --- a second run


def test_a_second_run_is_refused_while_replications_are_kept_and_anew_gives_them_up(
    stopped: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(stopped)
    assert go(stopped) == 2 and files(stopped) == before
    said = capsys.readouterr().err
    assert "with 4 of 6 replications" in said and f"shixian resume {stopped}" in said and "--anew" in said
    assert go(stopped, "--anew") == 0 and files(stopped) == undisturbed


def test_a_run_that_was_stopped_before_anything_was_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_sample(monkeypatch, 1, interrupt)
    assert go(tmp_path) == 130 and files(tmp_path) == {} and "resume" not in capsys.readouterr().err
    assert resume(tmp_path) == 2 and "there is no unfinished run" in capsys.readouterr().err


def test_of_two_runs_in_one_folder_the_second_is_refused(
    stopped: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: list[int] = []
    at_sample(monkeypatch, 1, lambda: codes.extend([go(stopped), go(stopped, "--anew"), resume(stopped)]))
    assert resume(stopped) == 0 and codes == [3, 3, 3] and files(stopped) == undisturbed
    assert "another run is writing into this folder" in capsys.readouterr().err


# --- the disk, the folder, the clock


@pytest.mark.parametrize(
    "when", ["units/more-staff/.0001.", ".0002.parquet.", ".verdicts.json.", ".standing.png.", ".report.html."]
)
def test_a_full_disk_is_a_clean_stop_that_leaves_earlier_results_whole(
    when: str, tmp_path: Path, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert go(tmp_path, "--seed", "7", "--replications", "2", "--anew") == 0
    before = files(tmp_path)
    real = os.fsync

    def full(handle: int) -> None:
        if when in os.readlink(f"/proc/self/fd/{handle}"):  # noqa: PTH115
            raise OSError(errno.ENOSPC, "")
        real(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs the names of open files")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert go(tmp_path) == 3
    said = capsys.readouterr().err
    assert "the disk is full" in said and f"shixian resume {tmp_path}" in said and "Traceback" not in said
    assert files(tmp_path, but=("run.json", HOME)) == before
    assert not [name for name in files(tmp_path) if "/." in name.removeprefix(HOME)]
    assert resume(tmp_path) == 0 and files(tmp_path) == undisturbed


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, "")

    done = counting(monkeypatch)
    monkeypatch.setattr(Path, "mkdir", read_only)
    assert go(tmp_path) == 3 and not done and files(tmp_path) == {}
    assert "the disk is read-only" in capsys.readouterr().err


def test_a_folder_that_is_removed_under_the_run_stops_it_and_is_not_silently_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    at_sample(monkeypatch, 3, lambda: shutil.rmtree(out))
    assert go(out) == 3 and not out.exists()
    assert "there is no such file or folder" in capsys.readouterr().err


def test_a_clock_that_jumps_and_a_zone_that_changes_during_the_run_have_no_effect(
    tmp_path: Path, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def jump() -> None:
        monkeypatch.setattr(time, "time", lambda: 86400.0)
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()

    at_sample(monkeypatch, 3, jump)
    try:
        assert go(tmp_path) == 0 and files(tmp_path) == undisturbed
    finally:
        monkeypatch.undo()
        time.tzset()
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["seconds"] >= 0
