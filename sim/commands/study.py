"""What ``run`` and ``compare`` share: simulate scenarios, print the table, write the results."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options, output
from sim.commands.output import JsonTarget
from sim.errors import InputError
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.analysis.results import KeptLogs


@dataclass(frozen=True)
class Job:
    """A run as it was asked for on the command line."""

    folder: Path
    scenarios: Sequence[str]
    seed: int | None
    replications: int | None
    workers: int | None
    settings: Mapping[str, str]
    lang: Language
    out: Path | None
    json_file: JsonTarget | None
    fail_on: str | None
    logs: KeptLogs | None
    by_month: tuple[str, ...]

    def command(self, seed: int, replications: int) -> str:
        """The command that gives the same again."""
        verb = "run" if len(self.scenarios) == 1 else "compare"
        parts = ["shixian", verb, self.folder.as_posix(), *self.scenarios]
        parts += ["--seed", str(seed), "--replications", str(replications)]
        for path, value in self.settings.items():
            parts += ["--set", f"{path}={value}"]
        parts += ["--logs", self.logs] if self.logs not in (None, "all") else []
        return shlex.join(parts)


_BY_MONTH = Text(
    "另列这项承诺各受理月份、各口径的结果,可重复",
    "list this commitment by month of acceptance and by reading, too; may be repeated",
)


def study_options(say: options.Say) -> options.Decorator:
    return options.together(
        options.workers(say),
        options.out(say),
        options.logs(say),
        options.fail_on(say),
        click.option("--by-month", "by_month", multiple=True, metavar="ID", help=say(_BY_MONTH)),
        options.common(say),
    )


def carry_out(job: Job) -> int:
    """Simulate, print, write; the exit code."""
    from sim import document, study
    from sim.model import files
    from sim.report import pages, table
    from sim.report.edition import Edition
    from sim.report.month_table import month_table

    options.with_study(job.settings, job.seed, job.replications)  # refused where they contradict each other
    folder = files.load(job.folder, job.settings, only=job.scenarios)
    for limit in job.by_month:
        find(folder.limits, limit, Text("承诺", "commitment"))
    if job.out is not None:
        _refuse_the_models_folder(job.folder, job.out)
    elif job.logs not in (None, "none"):
        raise InputError(
            Text("没有 --out,事件日志无处可存", "without --out there is nowhere to keep event logs"),
            Text("写上 --out 目录,或删去 --logs", "add --out DIR, or take --logs out"),
            where="--logs",
            value=job.logs,
        )
    seed = folder.study.seed if job.seed is None else job.seed
    replications = job.replications or folder.study.replications
    workers = job.workers or os.cpu_count() or 1
    with Progress(job.lang) as progress:
        result = study.run_study(
            folder,
            job.scenarios,
            name=job.folder.as_posix(),
            seed=seed,
            replications=replications,
            out=job.out,
            workers=workers,
            logs=job.logs or "all",
            progress=progress.show,
            command=job.command(seed, replications),
        )
    click.echo(table.verdict_table(result, folder, job.lang))
    for limit in job.by_month:
        click.echo(f"\n{month_table(Edition(result, folder, job.lang), limit)}")
    output.write(job.json_file, document.written(result, folder))
    if job.out is not None:
        document.write(result, folder, job.out / "verdicts.json")
        pages.write_report(result, folder, job.out, job.lang)
        click.echo(Text(f"已写出 {job.out / 'report.html'}", f"wrote {job.out / 'report.html'}").in_(job.lang))
    not_met = any(verdict.value == "not-met" for scenario in result.scenarios for verdict in scenario.verdicts)
    return 1 if job.fail_on and not_met else 0


def _refuse_the_models_folder(folder: Path, out: Path) -> None:
    """Results are not put among the files that describe the model, nor the other way round."""
    model, results = Path(os.path.realpath(folder)), Path(os.path.realpath(out))
    if _lies_in(results, model) or _lies_in(model, results):
        raise InputError(
            Text(
                "结果不能写入情景目录,也不能写入包含它的目录",
                "results go neither into the scenario folder nor into a folder that contains it",
            ),
            Text("换一个目录,例如 --out results/first", "give another folder, for example --out results/first"),
            where="--out",
            value=str(out),
        )


def _lies_in(inner: Path, outer: Path) -> bool:
    """The same folder or below it, whatever the file system makes of letters' cases."""
    return outer.exists() and any(path.exists() and path.samefile(outer) for path in (inner, *inner.parents))


class Progress:
    """One line on the error channel; silent where that is no terminal, but for every tenth."""

    def __init__(self, lang: Language) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        self._words = Text("模拟", "simulating").in_(lang)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task(self._words, total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: int, of: int) -> None:
        self._bar.update(self._task, completed=done, total=of)
        if not self._console.is_terminal and done and (done == of or done * 10 // of > (done - 1) * 10 // of):
            click.echo(f"{self._words} {done}/{of}", err=True)
