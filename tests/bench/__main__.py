"""``python -m tests.bench``: measure, print the tables, write ``results/bench/bench.json``."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.cli import language
from sim.text import Text
from sim.whole_files import write_whole
from tests.bench import parts
from tests.bench.document import Bench, Machine
from tests.bench.table import show
from tests.bench.workloads import ROOT

PACKAGES = ("shixian", "simpy", "numba", "llvmlite", "numpy", "scipy")
PARTS = ("starting", *parts.NAMES, "growth", "memory", "workers", "city", "report", "export")
CITY = ("scenarios/baotou", "before", "plan")
_ABOUT = Text(
    "与 SimPy 比较速度,并测量用户等待的时间;写出 results/bench/bench.json",
    "Compare the speed with SimPy, and measure what users wait for; writes results/bench/bench.json",
)
_CASES = Text("每个负载的件数", "cases of each workload")
_RUNS = Text("每项测量的次数,取中位数", "how often each thing is measured; medians are taken")
_PARTS = Text("只测这些部分,以逗号分隔", "these parts only, with commas between")
_FULL = Text("真正运行 100 次全市模拟,而不是推算", "really run the city's 100 replications instead of working them out")
_COMPILE = Text("不测首次编译", "leave out the first compilation")
_OUT = Text("写出结果的文件", "the file of the results")
_UNKNOWN = Text("没有这个部分", "there is no such part")


def main(arguments: Sequence[str], study: Sequence[str] = CITY) -> Bench:
    lang = language(arguments)
    asked = _parser(lambda text: text.in_(lang)).parse_args(arguments)
    names = asked.parts.split(",")
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"{_UNKNOWN.in_(lang)}: {', '.join(sorted(unknown))} ({', '.join(PARTS)})")
    console = Console(width=None if sys.stdout.isatty() else 180)
    few = max(asked.cases // 10, 100)
    measure: dict[str, Callable[[], Any]] = {
        "starting": lambda: parts.starting(asked.runs, compiling=not asked.no_compile),
        **{name: lambda name=name: parts.workload(name, asked.cases, asked.runs) for name in parts.NAMES},
        "growth": lambda: parts.growth([few, asked.cases, asked.cases * 10], min(asked.runs, 3)),
        "memory": lambda: parts.memory(asked.cases),
        "workers": lambda: parts.workers(asked.cases, 8, asked.runs),
        "city": lambda: parts.city(study, (2, 6), asked.full),
        "report": lambda: parts.report(study, 10),
        "export": lambda: parts.export((asked.cases * 10, asked.cases * 50)),
    }
    bench = Bench(
        commit=_commit(),
        machine=_machine(),
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        cases=asked.cases,
        runs=asked.runs,
    )
    for name in (part for part in PARTS if part in names):
        print(f"{name} ...", file=sys.stderr, flush=True)
        bench = bench.model_copy(update={name: measure[name]()})
        write_whole(asked.out, (bench.model_dump_json(indent=1) + "\n").encode())
    show(bench, lang, console)
    return bench


def _parser(say: Callable[[Text], str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench", description=say(_ABOUT))
    parser.add_argument("--cases", type=int, default=100_000, help=f"{say(_CASES)} (100000)")
    parser.add_argument("--runs", type=int, default=5, help=f"{say(_RUNS)} (5)")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"{say(_PARTS)}: {', '.join(PARTS)}")
    parser.add_argument("--full", action="store_true", help=say(_FULL))
    parser.add_argument("--no-compile", action="store_true", help=say(_COMPILE))
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "bench" / "bench.json", help=say(_OUT))
    parser.add_argument("--lang", choices=["zh", "en"], help="zh | en")
    return parser


def _machine() -> Machine:
    return Machine(
        processor=_processor(),
        processors=os.cpu_count() or 1,
        memory_mb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        platform=f"{platform.system()} {platform.machine()}",
        load_before=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    """What the system calls the processor."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _commit() -> str:
    """The checkout's commit, with a ``+`` where files differ from it; empty outside a checkout."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
