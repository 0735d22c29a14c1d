"""Replications on executors: the same results whoever finishes first, bounded memory, and one signal that ends all."""

from __future__ import annotations

import concurrent.futures as futures
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from sim import document
from sim.engine.engines import simulate
from sim.engine.replicate import executor_for, processes, replicate, threads
from sim.errors import EnvironmentFailure, InputError
from sim.logfiles import content_of
from sim.text import Text
from tests.conftest import ROOT
from tests.studies import folder, study

EXAMPLE = str(ROOT / "scenarios/example")
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes of Linux")


class Shuffled(futures.Executor):
    """Carries units out in an order of its own, and knows how many it had to choose from."""

    def __init__(self, seed: int) -> None:
        self._random, self._waiting, self._changing = random.Random(seed), list[Any](), threading.Condition()
        self.most, self.order = 0, list[Any]()
        threading.Thread(target=self._carry_out, daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> futures.Future[Any]:
        future: futures.Future[Any] = futures.Future()
        with self._changing:
            self._waiting.append((future, fn, args))
            self.most = max(self.most, len(self._waiting))
            self._changing.notify()
        return future

    def _carry_out(self) -> None:
        while True:
            time.sleep(0.001)
            with self._changing:
                self._changing.wait_for(lambda: self._waiting)
                future, fn, args = self._waiting.pop(self._random.randrange(len(self._waiting)))
            self.order.append(args[0])
            future.set_result(fn(*args))


def square(n: int) -> int:
    return n * n


@cache
def results(workers: int) -> str:
    its = folder()
    return document.written(study(its, replications=4, workers=workers), its)


@pytest.mark.parametrize("seed", range(3))
def test_results_are_in_the_order_of_the_units_whoever_finishes_first(seed: int) -> None:
    executor = Shuffled(seed)
    assert replicate(square, range(30), executor, workers=4) == [n * n for n in range(30)]
    assert executor.order != sorted(executor.order)


def test_only_so_many_units_are_under_way_as_there_are_workers_and_two_more() -> None:
    executor = Shuffled(1)
    replicate(square, range(50), executor, workers=3)
    assert executor.most <= 3 + 2


@pytest.mark.parametrize("workers", [2, 7, 64])
def test_any_number_of_workers_comes_to_the_same_bytes(workers: int) -> None:
    assert results(workers) == results(1)


def test_any_order_of_completion_comes_to_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = results(1)
    monkeypatch.setattr("sim.engine.replicate._Threads", Threaded)
    results.cache_clear()
    assert results(3) == expected


class Threaded(Shuffled):
    def __init__(self, workers: int) -> None:
        super().__init__(workers)


def history(replication: int) -> bytes:
    return content_of(simulate(folder().scenario("plan"), 1, replication))


@linux
@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_that_are_forked_or_spawned_come_to_the_same_bytes(method: str) -> None:
    with futures.ProcessPoolExecutor(2, get_context(method)) as executor:
        assert replicate(history, range(4), executor, workers=2) == [history(replication) for replication in range(4)]


@pytest.mark.parametrize("engine", ["kernel", pytest.param("reference", marks=pytest.mark.slow)])
def test_the_order_of_python_s_sets_changes_no_byte(engine: str, tmp_path: Path) -> None:
    written = []
    for seed in ("0", "1"):
        target = tmp_path / seed
        command = ["run", EXAMPLE, "today", "--replications", "2", "--workers", "2", "--engine", engine, "--json"]
        started(*command, str(target), PYTHONHASHSEED=seed).wait()
        written.append(target.read_bytes())
    assert written[0] == written[1]


# --- what ends, and how


def fail(n: int) -> int:
    raise InputError(Text("错", "wrong"), Text("改", "mend"), value=n)


def die(_: int) -> None:
    os._exit(9)


def count_for_ever(_: int) -> None:
    n = 0
    while True:
        n += 1


def test_an_error_of_a_unit_is_the_error_of_the_run_and_the_others_end() -> None:
    before = threading.active_count()
    with pytest.raises(InputError, match="wrong"), executor_for("kernel", 3) as executor:
        replicate(lambda n: count_for_ever(n) if n else fail(n), range(10), executor, workers=3)
    assert threading.active_count() == before


def test_a_worker_that_dies_is_a_failure_of_the_environment() -> None:
    with pytest.raises(EnvironmentFailure, match="worker process died"), executor_for("reference", 2) as executor:
        replicate(die, range(4), executor, workers=2)


def count_once(n: int) -> None:
    if n:
        count_for_ever(n)


def test_where_processes_can_share_no_semaphore_units_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(futures, "ProcessPoolExecutor", refuse)
    with executor_for("reference", 2) as executor:
        assert replicate(square, range(3), executor, workers=2) == [0, 1, 4]


def stop_when_one_is_done(done: int, of: int) -> None:
    if done:
        raise KeyboardInterrupt


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("kind", [threads, processes])
def test_an_interrupt_ends_the_units_under_way_and_nothing_goes_on(kind: Any) -> None:
    before = threading.active_count()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), kind(2) as executor:
        replicate(count_once, range(5), executor, stop_when_one_is_done, workers=2)
    assert time.monotonic() - began < 30
    wait_until(lambda: threading.active_count() <= before)


# --- the command


def started(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *arguments],
        cwd=ROOT, env=dict(os.environ, **environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )  # fmt: skip


def _heed_interrupts() -> None:
    """Also where the tests run in a shell's background, which has its processes ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def members(group: int) -> list[int]:
    """The processes of a group that are still there."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(pgrp) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


@linux
@pytest.mark.parametrize(
    ("which", "engine", "workers"),
    [
        (signal.SIGINT, "kernel", 2),
        (signal.SIGTERM, "reference", 2),
        *(
            pytest.param(which, engine, workers, marks=pytest.mark.slow)
            for which, engine, workers in [
                (signal.SIGTERM, "kernel", 2), (signal.SIGTERM, "kernel", 1), (signal.SIGINT, "kernel", 1),
                (signal.SIGINT, "reference", 2), (signal.SIGINT, "reference", 1), (signal.SIGTERM, "reference", 1),
            ]
        ),
    ],
)  # fmt: skip
def test_one_signal_ends_a_command_at_once_and_leaves_no_process_and_no_file(
    which: signal.Signals, engine: str, workers: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ["run", EXAMPLE, "today", "--replications", "100000", "--workers", str(workers), "--engine", engine]
    process = started(*command, "--json", str(out / "a.json"), "--lang", "en")
    pools = 1 if engine == "kernel" or workers == 1 else 1 + workers
    wait_until(lambda: len(members(process.pid)) >= pools)
    time.sleep(4)  # it has begun to simulate, or is about to
    began = time.monotonic()
    process.send_signal(which)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 5  # two seconds on a machine that does nothing else
    assert (process.returncode, said.decode().strip().splitlines()[-1]) == (130, "interrupted")
    wait_until(lambda: not members(process.pid), seconds=5)
    assert not out.exists()


@linux
@pytest.mark.slow
def test_workers_do_not_outlive_a_process_that_is_killed() -> None:
    process = started("run", EXAMPLE, "today", "--replications", "100000", "--workers", "2", "--engine", "reference")
    wait_until(lambda: len(members(process.pid)) >= 4)
    time.sleep(3)
    process.kill()
    process.communicate(timeout=10)
    wait_until(lambda: not members(process.pid), seconds=5)
