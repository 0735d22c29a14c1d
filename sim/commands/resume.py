"""``shixian resume DIR``: go on with a run that was stopped, to the same bytes."""

from __future__ import annotations

import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.study import Job, simulated, told_apart
from sim.commands.values import STDOUT
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.model.scenario import Folder
    from sim.runs.unfinished import Unfinished

_HELP = Text(
    "接着算 --out 目录中未完成的运行(断电、中断、磁盘已满之后),结果与未中断时逐字节相同。",
    "Go on with the unfinished run of an --out folder (after a power cut, an interrupt, a full disk): its results are "
    "those of a run that nothing disturbed, byte for byte.",
)


def command(say: options.Say) -> click.Command:
    @click.command("resume", help=say(_HELP))
    @click.argument("out", metavar=say(options.FOLDER), type=click.Path(path_type=Path, readable=False))
    @options.workers(say)
    @options.language(say)
    @click.pass_context
    def resume(context: click.RichContext, /, out: Path, workers: int | None, lang: Language) -> None:
        context.exit(_go_on(out, workers, lang))

    return resume


def _go_on(out: Path, workers: int | None, lang: Language) -> int:
    from sim import study
    from sim.runs import unfinished

    with unfinished.resumed(out, tell=tell(lang)) as run, ExitStack() as until_done:
        if run is None:
            return _nothing_to_do(out, lang)
        its = run.asked.job
        json_file: Any = its["json_file"] and Path(its["json_file"])
        if json_file == STDOUT:
            json_file = sys.stdout
            until_done.enter_context(redirect_stdout(sys.stderr))
        given = {name: value for name, value in its.items() if name not in ("folder", "folder_at", "json_file")}
        job = Job(folder=Path(its["folder"]), out=out, json_file=json_file, workers=workers, **given)
        _refuse_another_engine(job)
        folder = _as_it_was(run, Path(its["folder_at"]), job)
        done, of = run.finished(), run.asked.units()
        run.tell(Text(f"接着算:已有 {done}/{of} 次模拟", f"going on: {done} of {of} replications are there"))
        scenarios = study.chosen(folder, job.scenarios)
        return simulated(job, folder, scenarios, run, told_apart(job, folder, scenarios))


def _refuse_another_engine(job: Job) -> None:
    """Results say which engine made all of them."""
    from sim.engine.engines import ready
    from sim.runs.unfinished import ANEW

    if ready(job.engine, tell(job.lang)) != job.engine:
        rule = Text("这次运行所用的引擎在本机已不能运行", "the engine that the run began with cannot run here any more")
        raise InputError(rule, ANEW, value=job.engine)


def _as_it_was(run: Unfinished, at: Path, job: Job) -> Folder:
    """The scenario folder, which must still describe what the run began with."""
    from sim.model import files
    from sim.model.scenario import content_hash
    from sim.runs.unfinished import ANEW

    folder = files.load(at, job.settings, only=job.scenarios)
    if content_hash(folder) != run.asked.folder:
        raise InputError(
            Text("情景目录在运行开始后有改动,不能接着算", "the scenario folder is no longer what the run began with"),
            Text(f"撤销改动;或{ANEW.zh}", f"undo the change, or {ANEW.en}"),
            where=str(at),
        )
    return folder


def _nothing_to_do(out: Path, lang: Language) -> int:
    """A run that has ended is no mistake: whoever starts it again after every stop need not know when it was done."""
    from sim.runs.unfinished import ANEW, HOME

    if (out / HOME).is_dir():
        rule = Text("未完成的运行已损坏,不能接着算", "the unfinished run is damaged, and cannot be gone on with")
        raise InputError(rule, ANEW, where=str(out / HOME))
    if not (out / "verdicts.json").is_file():
        raise InputError(
            Text("这个目录中没有未完成的运行", "there is no unfinished run in this folder"),
            Text("给出 run 或 compare 的 --out 目录", "give the --out folder of a `run` or a `compare`"),
            where=str(out),
        )
    tell(lang)(Text("这个目录中的运行已完成", "the run of this folder is complete"))
    return 0
