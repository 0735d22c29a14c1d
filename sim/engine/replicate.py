"""Replications on any ``concurrent.futures.Executor`` (DESIGN part 7), and the engine that simulates them."""

from __future__ import annotations

import concurrent.futures as futures
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from sim.errors import EnvironmentFailure
from sim.eventlog import EventLog
from sim.model.scenario import Scenario
from sim.text import Text

if TYPE_CHECKING:
    from sim.engine.arrivals import Arrival

ENGINE = "kernel"
"""The engine that users get: the compiled one, whose logs are those of the reference engine row for row."""

Unit = TypeVar("Unit")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Called with the number of units done and of all."""


def simulate(scenario: Scenario, seed: int, replication: int) -> EventLog:
    """One simulated history."""
    from sim.engine import kernel  # compiled where it is first asked for, once a machine and version

    return kernel.simulate(scenario, seed, replication)


def make_ready() -> None:
    """Compile the engine here, before workers are there who would each do the same."""
    import sim.engine.kernel  # noqa: F401


def arrivals(scenario: Scenario, seed: int, replication: int) -> Sequence[Arrival]:
    """The cases that its sources bring to a replication, by their instants: known before anything is simulated."""
    from sim.engine.prepared import prepare

    return prepare(scenario).arrivals(seed, replication)


def replicate(
    run: Callable[[Unit], Result],
    units: Sequence[Unit],
    executor: futures.Executor | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """``run`` of every unit, in the order of ``units``, whoever finishes first; at most a few are under way.

    Without an executor the units run here, one after another. Errors: those of ``run``;
    :class:`sim.errors.EnvironmentFailure` when a worker dies.
    """
    report = progress or (lambda done, of: None)
    report(0, len(units))
    if executor is None:
        results = []
        for unit in units:
            results.append(run(unit))
            report(len(results), len(units))
        return results
    with _interrupts_ignored():  # by the processes that start here, from their first instruction on
        pending = {executor.submit(run, unit): place for place, unit in enumerate(units)}
    done: dict[int, Result] = {}
    try:
        for future in futures.as_completed(pending):
            done[pending[future]] = future.result()
            report(len(done), len(units))
    except futures.BrokenExecutor as broken:
        raise EnvironmentFailure(
            Text("一个工作进程中途退出", "a worker process died"),
            Text("检查内存是否足够,再运行一次", "see that there is enough memory, and run again"),
        ) from broken
    return [done[place] for place in range(len(units))]


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is interrupted, and only it may say so
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def worker_processes(workers: int) -> Iterator[futures.Executor | None]:
    """Processes for the reference engine, which is Python; none for a single worker.

    Ctrl-C reaches them too, and is this process's alone to answer: an interrupted run does not wait for them to
    finish, and when it is over, so are they.
    """
    if workers <= 1:
        yield None
        return
    executor = futures.ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield executor
        executor.shutdown()
    except BaseException:
        for process in list((executor._processes or {}).values()):
            process.terminate()
            process.join()
        executor.shutdown(wait=False)  # a future that were cancelled here would trip the pool's own thread
        raise
