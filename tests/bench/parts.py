"""What is measured, one function a part of ``bench.json``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import fmean, median, stdev
from typing import Literal

import sim
from sim.engine.program import compile_program
from sim.engine.replicate import replicate
from tests.bench.clocks import alternating, cpu, in_turn, python, wall
from tests.bench.document import (
    City,
    Command,
    Export,
    Growth,
    Mean,
    Memory,
    Program,
    Starting,
    Times,
    Workers,
    Workload,
)
from tests.bench.simpy_models import MODELS
from tests.bench.workloads import SEED, Found, days, found, most_cases, scenario, simulated

Name = Literal["w1", "w1c", "w2"]
NAMES: tuple[Name, ...] = ("w1", "w1c", "w2")
ONE = ("-m", "tests.bench.one")


def workload(name: Name, cases: int, runs: int) -> Workload:
    """Both programs on one workload, in turn; the first replication of Shixian, which warms it, is not counted."""
    simulated(scenario(name, 100), 0)  # imports are measured apart
    read_s, described = cpu(lambda: scenario(name, cases))
    compile_s, _ = cpu(lambda: compile_program(described))
    simulated(described, runs)
    hours = 24.0 * days(name, cases)

    def shixian(replication: int) -> tuple[float, Found]:
        spent, log = cpu(lambda: simulated(described, replication))
        return spent, found(log, described)

    def simpy(seed: int) -> tuple[float, Found]:
        spent, times = cpu(lambda: MODELS[name](hours, seed))
        return spent, Found(len(times), 0, 0, fmean(times))

    warm = alternating(runs, shixian, simpy)
    whole = alternating(
        runs,
        lambda i: python(*ONE, "shixian", name, str(cases), str(i)).cpu_s,
        lambda i: python(*ONE, "simpy", name, str(hours), str(i)).cpu_s,
    )
    ours, theirs = (_program(*its) for its in zip(warm, whole, strict=True))
    events, spent = sum(f.events for _, f in warm[0]), sum(s for s, _ in warm[0])
    return Workload(
        times_simpy=round(_a_case(theirs, theirs.warm_s) / _a_case(ours, ours.warm_s), 2),
        process_times_simpy=round(_a_case(theirs, theirs.process_s) / _a_case(ours, ours.process_s), 2),
        shixian=ours,
        simpy=theirs,
        rows=sum(f.rows for _, f in warm[0]),
        events=events,
        events_per_s=round(events / spent),
        prepare_s=round(read_s + compile_s, 4),
    )


def _program(warm: list[tuple[float, Found]], whole: list[float]) -> Program:
    means = [f.mean_h for _, f in warm]
    se = stdev(means) / len(means) ** 0.5 if len(means) > 1 else None
    return Program(
        warm_s=Times.of([spent for spent, _ in warm]),
        process_s=Times.of(whole),
        cases=sum(f.cases for _, f in warm),
        mean_h=Mean(value=round(fmean(means), 3), se=se if se is None else round(se, 3)),
    )


def _a_case(program: Program, its: Times) -> float:
    return its.median / program.cases


def growth(sizes: Sequence[int], runs: int) -> dict[str, Growth]:
    """Cost of an event at each size; a size's first run, which makes its program, is not counted.

    Where so many cases take too long for one run, the largest size is what a run can hold.
    """
    result = {}
    for name in NAMES:
        costs = []
        possible = [min(size, most_cases(name)) for size in sizes]
        for size in possible:
            described = scenario(name, size)
            measured = []
            for replication in range(runs + 1):
                spent, log = cpu(lambda s=described, r=replication: simulated(s, r))  # type: ignore[misc]
                measured.append(spent / found(log, described).events * 1e9)
                del log
            costs.append(round(median(measured[1:]), 1))
        result[name] = Growth(cases=possible, ns_per_event=costs, ratio=round(costs[-1] / costs[0], 3))
    return result


def memory(cases: int) -> Memory:
    before, peak, n = map(int, python(*ONE, "memory", "w1", str(cases), "0").output.split())
    imports_mb, peak_mb = round(before / 1024, 1), round(peak / 1024, 1)
    return Memory(cases=n, imports_mb=imports_mb, peak_mb=peak_mb, above_imports_mb=round(peak_mb - imports_mb, 1))


def starting(runs: int, compiling: bool) -> Starting:
    programs = {"python": "pass", "simpy": "import simpy", "shixian": "import sim.engine.kernel"}
    imports = in_turn([*programs], runs, lambda name: python("-c", programs[name]).cpu_s)
    help_ = [python("-m", "sim", "--help") for _ in range(runs)]
    compile_s = None
    if compiling:
        with tempfile.TemporaryDirectory() as empty:
            compile_s = python("-c", programs["shixian"], env={"NUMBA_CACHE_DIR": empty}).cpu_s
    return Starting(
        python_s=Times.of(imports["python"]),
        import_simpy_s=Times.of(imports["simpy"]),
        import_shixian_s=Times.of(imports["shixian"]),
        help_s=Times.of([its.cpu_s for its in help_]),
        help_wall_s=Times.of([its.wall_s for its in help_]),
        compile_s=compile_s if compile_s is None else round(compile_s, 1),
    )


def workers(cases: int, replications: int, runs: int) -> Workers:
    """The same replications by one thread and by two, in turn; every thread has simulated before."""
    described = scenario("w1", cases)

    def rows(replication: int) -> int:
        return len(sim.simulate(described, SEED, replication))

    def by(executor: ThreadPoolExecutor, n: int) -> float:
        return wall(lambda: replicate(rows, range(replications), executor, workers=n))

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        by(two, 2)
        ones, twos = alternating(runs, lambda _: by(one, 1), lambda _: by(two, 2))
    times = Times.of(ones), Times.of(twos)
    return Workers(
        cases=cases,
        replications=replications,
        one_wall_s=times[0],
        two_wall_s=times[1],
        ratio=round(times[0].median / times[1].median, 2),
    )


def city(study: Sequence[str], few: tuple[int, int], full: bool) -> City:
    """Two runs of few replications, from which 100 are worked out; or these really."""
    n_workers = 2
    runs = [_compare(study, n, "--workers", str(n_workers)) for n in ((100,) if full else few)]
    wall_s, cpu_s = (_at_100([(run.replications, s) for run, s in zip(runs, its, strict=True)]) for its in (
        [run.wall_s for run in runs], [run.cpu_s for run in runs]))  # fmt: skip
    return City(workers=n_workers, runs=runs, wall_100_s=wall_s, cpu_100_s=cpu_s, worked_out=not full)


def report(study: Sequence[str], replications: int) -> Command:
    """What ``make report`` does, into an empty folder."""
    with tempfile.TemporaryDirectory() as out:
        return _compare(study, replications, "--out", out, "--logs", "first")


def export(sizes: tuple[int, int]) -> Export:
    """Two sizes; the speed is that of the larger."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for rows in sizes:
            path = f"{folder}/{rows}.csv"
            python("-m", "tests.bench.exports", "make", path, str(rows))
            found.append(json.loads(python("-m", "tests.bench.exports", "read", path).output))
        python("-m", "tests.bench.exports", "gb18030", path)
        other = json.loads(python("-m", "tests.bench.exports", "read", path).output)
    rows, peak = [its["rows"] for its in found], [its["peak_mb"] for its in found]
    return Export(
        rows=rows,
        wall_s=[round(its["wall_s"], 2) for its in found],
        cpu_s=[round(its["cpu_s"], 2) for its in found],
        gb18030_wall_s=round(other["wall_s"], 2),
        peak_mb=[round(mb, 1) for mb in peak],
        rows_per_s=round(rows[1] / found[1]["wall_s"]),
        mb_at_50_million=round(peak[1] + (50_000_000 - rows[1]) * (peak[1] - peak[0]) / (rows[1] - rows[0])),
    )


def _compare(study: Sequence[str], replications: int, *options: str) -> Command:
    done = python("-m", "sim", "compare", *study, "--replications", str(replications), *options)
    return Command(replications=replications, wall_s=round(done.wall_s, 2), cpu_s=round(done.cpu_s, 2))


def _at_100(runs: list[tuple[int, float]]) -> float:
    (n, first), (m, last) = runs[0], runs[-1]
    each = (last - first) / (m - n) if m > n else 0.0
    return round(last + (100 - m) * each, 1)
