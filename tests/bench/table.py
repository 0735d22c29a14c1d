"""The measurements in words: two tables, beside what is to be reached."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from sim.text import Language, Text
from tests.bench.document import Bench, Export, Mean, Times

GOALS = {"w1": 60, "w1c": 50, "w2": 50}
"""Times SimPy, in a warm process."""
_WHERE = Text(
    "{processor},{n} 核,{gb} GB,{platform};测前一分钟平均 {load} 个进程在运行;版本 {commit}",
    "{processor}, {n} cores, {gb} GB, {platform}; {load} processes running in the minute before; commit {commit}",
)
_SPEED = Text(
    "同一模型,CPU 秒({cases} 件,{runs} 次的中位数)", "The same model, CPU seconds ({cases} cases, medians of {runs})"
)
_COLUMNS = [
    Text("负载", "workload"), Text("时限", "Shixian"), Text("SimPy", "SimPy"), Text("倍数", "times SimPy"),
    Text("目标", "to reach"), Text("百万事件/秒", "M events/s"), Text("整个进程", "whole process"),
    Text("SimPy", "SimPy"), Text("倍数", "times SimPy"), Text("平均历时(时限)", "mean h, Shixian"),
    Text("平均历时(SimPy)", "mean h, SimPy"),
]  # fmt: skip
_OTHERS = [Text("其他", "Otherwise"), Text("实测", "measured"), Text("目标", "to reach")]


def show(bench: Bench, lang: Language, console: Console) -> None:
    machine = bench.machine
    console.print(
        _WHERE.in_(lang).format(
            processor=machine.processor,
            n=machine.processors,
            gb=round(machine.memory_mb / 1024),
            platform=machine.platform,
            load=machine.load_before,
            commit=bench.commit,
        )
    )
    speed = Table(title=_SPEED.in_(lang).format(cases=f"{bench.cases:,}", runs=bench.runs), box=box.SIMPLE)
    for i, column in enumerate(_COLUMNS):
        speed.add_column(column.in_(lang), justify="right" if i else "left")
    for row in _speed(bench):
        speed.add_row(*row)
    others = Table(box=box.SIMPLE)
    for column in _OTHERS:
        others.add_column(column.in_(lang))
    for what, measured, goal in _others(bench):
        others.add_row(what.in_(lang), measured, goal)
    for table in (speed, others):
        if table.row_count:
            console.print(table)


def _speed(bench: Bench) -> Iterator[list[str]]:
    for name, goal in GOALS.items():
        its = getattr(bench, name)
        if its is None:
            continue
        ours, theirs = its.shixian, its.simpy
        yield [
            name.replace("w", "W"), _s(ours.warm_s), _s(theirs.warm_s), f"{its.times_simpy:.1f}", f"{goal}",
            f"{its.events_per_s / 1e6:.2f}", _s(ours.process_s), _s(theirs.process_s),
            f"{its.process_times_simpy:.1f}", _mean(ours.mean_h), _mean(theirs.mean_h),
        ]  # fmt: skip


def _others(bench: Bench) -> Iterator[tuple[Text, str, str]]:
    for name in GOALS:
        if (its := getattr(bench, name)) is not None:
            word = name.replace("w", "W")
            yield (
                Text(f"{word}:读入情景并编成程序", f"{word}: reading the folder, making its program"),
                f"{its.prepare_s:.2f} s",
                "",
            )
    for name, growth in (bench.growth or {}).items():
        sizes, word = " / ".join(f"{n:,}" for n in growth.cases), name.replace("w", "W")
        costs = " / ".join(f"{cost:.0f}" for cost in growth.ns_per_event)
        yield (
            Text(f"{word}:{sizes} 件时每事件纳秒,首末之比", f"{word}: ns an event at {sizes} cases, last to first"),
            f"{costs}; {growth.ratio:.2f}",
            "<= 1.3",
        )
    if its := bench.memory:
        yield (
            Text(
                f"{its.cases:,} 件及完整日志的内存峰值,除去导入",
                f"peak memory of {its.cases:,} cases with full log, above imports",
            ),
            f"{its.peak_mb:.0f} - {its.imports_mb:.0f} = {its.above_imports_mb:.0f} MB",
            "<= 150 MB",
        )
    if its := bench.workers:
        yield (
            Text(
                f"两个线程({its.replications} 次模拟,实际时间)",
                f"two threads ({its.replications} replications, wall clock)",
            ),
            f"{its.one_wall_s.median:.2f} / {its.two_wall_s.median:.2f} s = {its.ratio:.2f}",
            ">= 1.8",
        )
    if its := bench.starting:
        yield Text("启动 Python", "starting Python"), f"{its.python_s.median:.2f} s", ""
        yield Text("启动并导入 SimPy", "starting, importing SimPy"), f"{its.import_simpy_s.median:.2f} s", ""
        yield (
            Text("启动并导入时限引擎", "starting, importing Shixian's engine"),
            f"{its.import_shixian_s.median:.2f} s",
            "",
        )
        if its.compile_s is not None:
            yield (
                Text("首次编译(本机本版本一次)", "first compilation, once a machine and version"),
                f"{its.compile_s:.0f} s",
                "",
            )
        yield (
            Text("shixian --help(实际时间)", "shixian --help (wall clock)"),
            f"{its.help_wall_s.median:.2f} s",
            "0.3 s",
        )
    if its := bench.city:
        yield (
            Text(
                f"全市前后各 100 次模拟,{its.workers} 个线程",
                f"the city before and plan, 100 replications, {its.workers} threads",
            ),
            _worked_out(bench),
            "60 s",
        )
    if its := bench.report:
        yield (
            Text(f"make report,{its.replications} 次模拟", f"make report, {its.replications} replications"),
            f"{its.wall_s:.0f} s (CPU {its.cpu_s:.0f} s)",
            "30 s",
        )
    if bench.export:
        yield from _of_export(bench.export)


def _of_export(its: Export) -> Iterator[tuple[Text, str, str]]:
    n, seconds, peak = its.rows[-1], its.wall_s[-1], its.peak_mb[-1]
    yield (
        Text(f"读入并整理 {n:,} 行导出数据(实际时间)", f"an export of {n:,} rows, read and imported (wall clock)"),
        f"{seconds:.1f} s = {its.rows_per_s / 1e6:.2f} M/s (CPU {its.cpu_s[-1]:.1f} s)",
        ">= 1 M/s",
    )
    yield (
        Text("同样的数据,GB18030 编码", "the same in GB18030"),
        f"{its.gb18030_wall_s:.1f} s = {n / its.gb18030_wall_s / 1e6:.2f} M/s",
        ">= 1 M/s",
    )
    yield (
        Text("其内存峰值;五千万行推算", "its peak memory; worked out for 50 million rows"),
        f"{peak / 1024:.1f} GB; {its.mb_at_50_million / 1024:.0f} GB",
        "<= 24 GB",
    )


def _worked_out(bench: Bench) -> str:
    """The arithmetic of the 100 replications."""
    city = bench.city
    if city is None:
        return ""
    if not city.worked_out:
        return f"{city.wall_100_s:.0f} s (CPU {city.cpu_100_s:.0f} s)"
    few, more = city.runs
    return (
        f"{more.wall_s:.1f} + {100 - more.replications} x ({more.wall_s:.1f} - {few.wall_s:.1f}) / "
        f"{more.replications - few.replications} = {city.wall_100_s:.0f} s (CPU {city.cpu_100_s:.0f} s)"
    )


def _s(times: Times) -> str:
    return f"{times.median:.3f}"


def _mean(mean: Mean) -> str:
    return f"{mean.value:.2f}" if mean.se is None else f"{mean.value:.2f} ± {mean.se:.2f}"
