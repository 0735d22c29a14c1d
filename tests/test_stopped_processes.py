"""The command as a process: killed, signalled, in poor surroundings; the report and all come to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import run
from sim.runs.unfinished import HOME
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")

EXAMPLE = str(ROOT / "scenarios/example")
ASKED = ["compare", EXAMPLE, "today", "more-staff", "--replications", "6", "--lang", "en", "--logs", "first"]
CACHE = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
AT_THE_SEVENTH = """
import os, sys, time
import sim.runs.simulated
from sim.cli import main
real, left = sim.runs.simulated.sample, [7]
def sample(*given):
    left[0] -= 1
    if not left[0]:
        {act}
    return real(*given)
sim.runs.simulated.sample = sample
main(sys.argv[1:])
"""
POOR = """
import os, socket, sys, tempfile
import matplotlib.font_manager
from sim.cli import main
def gone(*_, **__):
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = gone
tempfile._candidate_tempdir_list = lambda: ["/nowhere"]
os.path.expanduser = lambda path: path
matplotlib.font_manager.findSystemFonts = lambda *_, **__: []
main(sys.argv[1:])
"""


def started(program: str, out: Path, workers: int, **environment: str) -> subprocess.CompletedProcess[bytes]:
    limited = ["sh", "-c", 'ulimit -n 64; exec "$0" "$@"', sys.executable, "-c", program]
    return subprocess.run(
        [*limited, *ASKED, "--out", str(out), "--workers", str(workers)],
        cwd=ROOT, env=environment or None, capture_output=True, check=False,
    )  # fmt: skip


def files(out: Path) -> dict[str, bytes]:
    found = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name != "run.json")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    assert run([*ASKED, "--out", str(out), "--workers", "1"]) == 0
    found = files(out)
    assert {"report.html", "verdicts.json", "logs/today/0000.parquet", "charts/standing.png"} <= found.keys()
    return found


def test_a_run_that_is_killed_goes_on_to_the_same_bytes_and_its_lock_is_no_longer_there(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    killed = started(AT_THE_SEVENTH.format(act="os.kill(os.getpid(), 9)"), out, workers=2)
    assert killed.returncode == -signal.SIGKILL and [path.name for path in out.iterdir()] == [HOME]
    assert len(list(out.glob(f"{HOME}/units/*/*"))) >= 5
    assert run(["resume", str(out), "--lang", "en"]) == 0 and files(out) == undisturbed


@pytest.mark.parametrize("which", ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)])
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_that_is_signalled_once_or_twice_stops_and_goes_on_to_the_same_bytes(
    times: int, which: str, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    act = (
        f"[os.kill(os.getpid(), {getattr(signal, which):d}) or time.sleep(0.1) for _ in range({times})]; time.sleep(5)"
    )
    began = time.monotonic()
    stopped = started(AT_THE_SEVENTH.format(act=act), out, workers=2)
    said = stopped.stderr.decode().splitlines()
    assert stopped.returncode == 130 and said[-1] == "interrupted", said
    assert time.monotonic() - began < 60 and "Traceback" not in stopped.stderr.decode()
    assert len(list(out.glob(f"{HOME}/units/*/[0-9]*"))) >= 5
    assert run(["resume", str(out), "--lang", "en"]) == 0 and files(out) == undisturbed


def test_no_home_no_temporary_folder_no_fonts_no_network_few_files_and_locale_c_change_no_byte(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    poor = {"LC_ALL": "C", "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "XDG_CACHE_HOME": CACHE}
    known = {name: os.environ[name] for name in ("PATH", "NUMBA_CACHE_DIR") if name in os.environ}
    done = started(POOR, tmp_path / "out", 2, **known, **poor)
    assert done.returncode == 0, done.stderr.decode()
    assert files(tmp_path / "out") == undisturbed
