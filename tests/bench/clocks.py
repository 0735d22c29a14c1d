"""How time is taken: seconds of the processor, alternating between those who are compared."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from tests.bench.workloads import ROOT

T = TypeVar("T")


class Process(NamedTuple):
    """A process that is over: seconds of the processor and of the wall's clock, and what it printed."""

    cpu_s: float
    wall_s: float
    output: str


def cpu(run: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the processor, without the garbage of what was before."""
    gc.collect()
    begin = time.process_time()
    result = run()
    return time.process_time() - begin, result


def wall(run: Callable[[], object]) -> float:
    gc.collect()
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def python(*arguments: str, env: dict[str, str] | None = None) -> Process:
    """Another Python, from its start to its end."""
    before, begin = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    wall_s, after = time.perf_counter() - begin, os.times()
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}\n{done.stderr}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Process(spent, wall_s, done.stdout)


def alternating(times: int, *runs: Callable[[int], T]) -> list[list[T]]:
    """Each of ``runs`` so many times, in turn, with the number of the time; what each gave."""
    results: list[list[T]] = [[] for _ in runs]
    for i in range(times):
        for run, its in zip(runs, results, strict=True):
            its.append(run(i))
    return results


def in_turn(names: Sequence[str], times: int, run: Callable[[str], T]) -> dict[str, list[T]]:
    """The same for names."""
    found = alternating(times, *[lambda _, name=name: run(name) for name in names])  # type: ignore[misc]
    return dict(zip(names, found, strict=True))
