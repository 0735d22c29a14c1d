"""What ``run`` and ``compare`` share: simulate scenarios, print the table, write the results."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import rich_click as click

from sim.commands import options, output
from sim.commands.output import JsonTarget, tell
from sim.commands.values import AUTO, STDOUT
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.analysis.results import KeptLogs, StudyResult
    from sim.decide.ranking import Apart
    from sim.engine.engines import EngineName
    from sim.model.scenario import Folder, Scenario
    from sim.report.pictures import Each
    from sim.runs.cost import Cost
    from sim.runs.unfinished import Unfinished
    from sim.study import Told

_MANY = 10
"""Commitments from which on a report is drawn by several processes: each takes a second to start."""


@dataclass(frozen=True)
class Job:
    """A run as it was asked for on the command line."""

    folder: Path
    scenarios: Sequence[str]
    seed: int | None
    replications: int | Literal["auto"] | None
    engine: EngineName
    workers: int | None
    settings: Mapping[str, str]
    lang: Language
    out: Path | None
    json_file: JsonTarget | None
    fail_on: str | None
    logs: KeptLogs | None
    by_month: tuple[str, ...]
    rank: str | None = None
    anew: bool = False
    precision: Sequence[float] | None = None
    most: int | None = None

    def told(self, folder: Folder) -> Told:
        """What the results say of it; ``command`` gives the same again."""
        from sim.analysis.stopping import MOST, Precision
        from sim.study import Told

        seed = folder.study.seed if self.seed is None else self.seed
        until = Precision(*self.precision or ()) if self.replications == AUTO else None
        replications = self.most or MOST
        if not isinstance(self.replications, str):
            replications = self.replications or folder.study.replications
        verb = "run" if len(self.scenarios) == 1 else "compare"
        parts = ["shixian", verb, self.folder.as_posix(), *self.scenarios]
        parts += ["--seed", str(seed), "--replications", AUTO if until else str(replications)]
        if until:
            parts += ["--precision", f"{until.days:g},{until.share:.10g}", "--max-replications", str(replications)]
        for path, value in self.settings.items():
            parts += ["--set", f"{path}={value}"]
        parts += ["--engine", self.engine] if self.engine != "kernel" else []
        parts += ["--logs", self.logs] if self.logs not in (None, "all") else []
        parts += ["--rank", self.rank] if self.rank else []
        return Told(self.folder.as_posix(), seed, replications, self.engine, shlex.join(parts), until)

    def written(self) -> dict[str, Any]:
        """All that whoever goes on with it has to know, wherever he stands."""
        json_file = self.json_file.absolute() if isinstance(self.json_file, Path) else self.json_file and STDOUT
        told = {name: getattr(self, name) for name in _AS_GIVEN}
        places = {"folder": self.folder, "folder_at": self.folder.absolute(), "json_file": json_file}
        return told | {name: place and str(place) for name, place in places.items()}


_AS_GIVEN = (
    "scenarios", "seed", "replications", "engine", "settings", "lang", "fail_on", "logs", "by_month", "rank",
    "precision", "most",
)  # fmt: skip
_ANEW = Text(
    "放弃 --out 目录中未完成的运行,从头开始(接着算用 shixian resume)",
    "give up the unfinished run in --out and begin again (`shixian resume` goes on with it)",
)
_BY_MONTH = Text(
    "另列这项承诺各受理月份、各口径的结果,可重复",
    "list this commitment by month of acceptance and by reading, too; may be repeated",
)


def study_options(say: options.Say) -> options.Decorator:
    return options.together(
        options.engine(say),
        options.workers(say),
        options.out(say),
        options.logs(say),
        click.option("--anew", is_flag=True, help=say(_ANEW)),
        options.fail_on(say),
        click.option("--by-month", "by_month", multiple=True, metavar="ID", help=say(_BY_MONTH)),
        options.common(say, auto=True),
        options.precision(say),
        options.most(say),
    )


def carry_out(job: Job) -> int:
    """Simulate, print, write; the exit code."""
    from sim import study
    from sim.engine.engines import ready
    from sim.model import files
    from sim.runs import unfinished

    options.with_study(job.settings, job.seed, job.replications)  # refused where they contradict each other
    _refuse_what_is_not_chosen(job)
    folder = files.load(job.folder, job.settings, only=job.scenarios)
    options.measured(folder.limits, job.by_month, "--by-month")
    if job.out is not None:
        _refuse_the_models_folder(job.folder, job.out)
    elif job.logs not in (None, "none"):
        raise InputError(
            Text("没有 --out,事件日志无处可存", "without --out there is nowhere to keep event logs"),
            Text("写上 --out 目录,或删去 --logs", "add --out DIR, or take --logs out"),
            where="--logs",
            value=job.logs,
        )
    job = replace(job, engine=ready(job.engine, tell(job.lang)))
    scenarios = study.chosen(folder, job.scenarios)
    apart = told_apart(job, folder, scenarios)
    if job.out is None:
        return simulated(job, folder, scenarios, None, apart)
    asked = study.asked_for(folder, scenarios, job.told(folder), job.logs or "all", job.written(), apart)
    with unfinished.begun(job.out, asked, anew=job.anew, tell=tell(job.lang)) as run:
        return simulated(job, folder, scenarios, run, apart)


def told_apart(job: Job, folder: Folder, scenarios: Sequence[Scenario]) -> Apart | None:
    """What is to be simulated beside the scenarios so that the reforms of one of them can be ranked."""
    from sim.decide.ranking import apart

    if job.rank is None:
        return None
    if job.out is None and job.json_file is None:
        raise InputError(
            Text("没有 --out 或 --json,举措逐项贡献无处可写", "neither --out nor --json takes what reforms bring"),
            Text("写上 --out 目录,或用 shixian rank", "add --out DIR, or use `shixian rank`"),
            where="--rank",
            value=job.rank,
        )
    if job.rank not in job.scenarios[1:]:
        raise InputError(
            Text("这个情景不在改革后的情景之中", "this is none of the scenarios after the reform"),
            Text("写 改革后 的情景之一", "name one of AFTER"),
            where="--rank",
            value=job.rank,
        )
    return apart(folder, job.scenarios[0], job.rank, scenarios)


def tell_cost(its: Cost, lang: Language, *, at_most: bool = False) -> None:
    """How long it will take, where that is worth a word."""
    if its.seconds > _WORTH_A_WORD_S:
        words = its.words()
        tell(lang)(Text(f"至多{words.zh}", f"at most {words.en}") if at_most else words)


def _refuse_what_is_not_chosen(job: Job) -> None:
    """A precision and a most are for a run that chooses its number of replications."""
    for where, value in (("--precision", job.precision), ("--max-replications", job.most)):
        if value is not None and job.replications != AUTO:
            raise InputError(
                Text("模拟次数已定,此项不起作用", "the number of replications is fixed: this has no effect"),
                Text("加 --replications auto,或删去此项", "add --replications auto, or take it out"),
                where=where,
                value=value,
            )


def simulated(
    job: Job, folder: Folder, scenarios: Sequence[Scenario], run: Unfinished | None, apart: Apart | None
) -> int:
    """Simulate what a run does not keep yet, print, write; the exit code."""
    from sim import document, study
    from sim.report import pages, table
    from sim.report.edition import Edition
    from sim.report.month_table import month_table
    from sim.runs.cost import affordable

    told, workers = job.told(folder), job.workers or os.cpu_count() or 1
    if run is None or not run.finished():
        expected = affordable(study.in_order(scenarios, apart), told.replications, engine=told.engine, workers=workers)
        tell_cost(expected, job.lang, at_most=told.until is not None)
    with Progress(job.lang) as progress:
        result = study.carried_out(
            folder,
            scenarios,
            told,
            workers=workers,
            progress=progress.show,
            run=run,
            apart=apart,
        )
    click.echo(table.verdict_table(result, folder, job.lang))
    for limit in job.by_month:
        click.echo(f"\n{month_table(Edition(result, folder, job.lang), limit)}")
    output.write(job.json_file, document.written(result, folder))
    if run is not None:
        document.write(result, folder, run.results / "verdicts.json")
        with _drawing(result, workers) as each:
            pages.write_report(result, folder, run.results, job.lang, each)
        pages.remove_earlier(run.out, pages.pictures_of(run.results))
        run.of(result.replications).put()
        click.echo(Text(f"已写出 {run.out / pages.PAGE}", f"wrote {run.out / pages.PAGE}").in_(job.lang))
    not_met = any(verdict.value == "not-met" for scenario in result.scenarios for verdict in scenario.verdicts)
    return 1 if job.fail_on and not_met else 0


@contextmanager
def _drawing(result: StudyResult, workers: int) -> Iterator[Each | None]:
    """Processes that draw, where there is more to be drawn than they need to start."""
    from sim.engine.replicate import processes, replicate

    if workers == 1 or len(result.scenarios[0].verdicts) < _MANY:
        yield None
        return
    with processes(workers) as executor:
        yield lambda draw, asked: replicate(draw, asked, executor, workers=workers)


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


_WORTH_A_WORD_S = 60


class Progress:
    """One line on the error channel; silent where that is no terminal, but for every tenth, if that is wanted."""

    def __init__(self, lang: Language, *, tenths: bool = True) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console, self._lang, self._tenths = Console(stderr=True), lang, tenths
        self._began: tuple[float, int] | None = None
        self._words = Text("模拟", "simulating").in_(lang)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)
        self._task = self._bar.add_task(self._words, total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: int, of: int) -> None:
        self._bar.update(self._task, completed=done, total=of)
        now = time.monotonic()
        self._began = self._began or (now, done)
        if (
            self._tenths
            and not self._console.is_terminal
            and done
            and (done == of or done * 10 // of > (done - 1) * 10 // of)
        ):
            began, before = self._began
            left = (now - began) * (of - done) / max(done - before, 1)
            click.echo(f"{self._words} {done}/{of}{self._to_go(left)}", err=True)

    def _to_go(self, seconds: float) -> str:
        """How long it still takes, where that is worth a word."""
        from sim.runs.cost import time_in_words

        if seconds < _WORTH_A_WORD_S:
            return ""
        words = time_in_words(seconds)
        return Text(f",约还需 {words.zh}", f", about {words.en} to go").in_(self._lang)
