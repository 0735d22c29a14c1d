"""Replications on any ``concurrent.futures.Executor`` (DESIGN part 7).

The kernel runs in threads: it gives the GIL away, and what analyses a log is for four fifths numpy, which gives it
away, too. Two threads with the city wait for each other for a fifth of their time, need 2.4 GB where two processes
need 3.2, start at once, and share what was compiled where nothing can be kept. The reference engine is Python, so it
needs processes.

An interrupt ends both within two seconds. Units that come to their end in the first third of a second count, and are
kept where a run keeps them. After that threads are given a KeyboardInterrupt of their own, which they see between two
calls of compiled code (the kernel comes back five times a second), so that no file is being written when this process
clears up; processes are killed.
"""

from __future__ import annotations

import concurrent.futures as futures
import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING, Any, TypeVar

from sim.engine.engines import ENGINE, EngineName
from sim.errors import EnvironmentFailure
from sim.model.scenario import Scenario
from sim.text import Text

if TYPE_CHECKING:
    from sim.engine.arrivals import Arrival

Unit = TypeVar("Unit")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Called with the number of units done and of all."""

_AHEAD, _GRACE_S = 2, 0.3
_INTERRUPTS = {signal.SIGINT}


def arrivals(scenario: Scenario, seed: int, replication: int) -> Sequence[Arrival]:
    """The cases that its sources bring to a replication, by their instants: known before anything is simulated."""
    from sim.engine.prepared import prepare

    return prepare(scenario).arrivals(seed, replication)


def expected_cases(scenario: Scenario) -> dict[str, float]:
    """How many cases each source brings on average, from the run's begin to the window's end."""
    from sim.engine.prepared import prepare

    return prepare(scenario).expected_cases()


def replicate(
    run: Callable[[Unit], Result],
    units: Sequence[Unit],
    executor: futures.Executor | None = None,
    progress: Progress | None = None,
    *,
    workers: int = 1,
) -> list[Result]:
    """``run`` of every unit, in the order of ``units``, whoever finishes first.

    Only so many units are under way as the executor has ``workers``, and two more: memory does not grow with their
    number. Without an executor they run here, one after another. Errors: those of ``run``;
    :class:`sim.errors.EnvironmentFailure` when a worker dies.
    """
    report = progress or (lambda done, of: None)
    report(0, len(units))
    done: dict[int, Result] = {}
    if executor is None:
        for place, unit in enumerate(units):
            done[place] = run(unit)
            report(len(done), len(units))
        return list(done.values())
    waiting = iter(enumerate(units))
    under_way: dict[futures.Future[Result], int] = {}
    try:
        while len(done) < len(units):
            while len(under_way) < workers + _AHEAD and (following := next(waiting, None)) is not None:
                with _interrupts_kept_back():  # from processes that start here, for all their life
                    under_way[executor.submit(run, following[1])] = following[0]
            for future in futures.wait(under_way, return_when=futures.FIRST_COMPLETED).done:
                done[under_way.pop(future)] = future.result()
                report(len(done), len(units))
    except KeyboardInterrupt:  # what is nearly done may still be kept; a second interrupt waits for nothing
        futures.wait(under_way, _GRACE_S)
        raise
    except futures.BrokenExecutor as broken:
        raise EnvironmentFailure(
            Text("一个工作进程中途退出", "a worker process died"),
            Text("检查内存是否足够,再运行一次", "see that there is enough memory, and run again"),
        ) from broken
    return [done[place] for place in range(len(units))]


@contextmanager
def executor_for(engine: EngineName, workers: int) -> Iterator[futures.Executor | None]:
    """Threads for the kernel, processes for the reference engine, none for a single worker.

    When it is left in disorder nothing goes on: no thread, no process.
    """
    if workers <= 1:
        yield None
        return
    with threads(workers) if engine == "kernel" else processes(workers) as executor:
        yield executor


class _Threads(futures.ThreadPoolExecutor):
    """Threads that can be interrupted as the main one can."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self._busy: set[int] = set()
        self._changing = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        return super().submit(self._carry_out, fn, *args, **kwargs)

    def _carry_out(self, run: Callable[..., Any], *given: Any, **named: Any) -> Any:
        thread = threading.get_ident()
        self._busy.add(thread)
        try:
            return run(*given, **named)
        finally:
            with self._changing:
                self._busy.discard(thread)

    def interrupt(self) -> None:
        """Every unit under way ends in a KeyboardInterrupt, which it may clear up after; come back when it has."""
        self.shutdown(wait=False, cancel_futures=True)
        with self._changing:
            for thread in self._busy:
                raised = ctypes.py_object(KeyboardInterrupt)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
        self.shutdown()


@contextmanager
def threads(workers: int) -> Iterator[futures.Executor]:
    """Threads that end with what they are for, also where that is interrupted."""
    executor = _Threads(workers)
    try:
        yield executor
    except BaseException:
        executor.interrupt()
        raise
    executor.shutdown()


@contextmanager
def processes(workers: int) -> Iterator[futures.Executor | None]:
    """Processes that end with this one, even where it is killed; none where they can share no semaphore.

    Ctrl-C reaches them too, and is this process's alone to answer.
    """
    try:
        executor = futures.ProcessPoolExecutor(workers, get_context("spawn"), initializer=_end_with_the_parent)
    except OSError:
        yield None
        return
    try:
        yield executor
        executor.shutdown()
    except BaseException:
        for process in list((executor._processes or {}).values()):
            process.kill()
            process.join()
        executor.shutdown(wait=False)  # a future that were cancelled here would trip the pool's own thread
        raise


def _end_with_the_parent() -> None:
    """A pool's process waits for work for ever; one whose parent is gone ends."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            connection.wait([parent.sentinel])
            os._exit(EnvironmentFailure.exit_code)

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """What starts here never sees them; they reach this thread afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


__all__ = [
    "ENGINE",
    "EngineName",
    "Progress",
    "arrivals",
    "executor_for",
    "expected_cases",
    "processes",
    "replicate",
    "threads",
]
