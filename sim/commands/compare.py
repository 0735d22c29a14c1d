"""``shixian compare DIR BEFORE AFTER...``: the main job, scenarios side by side under the same random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from sim.commands import options
from sim.commands.study import Job, carry_out, study_options
from sim.errors import InputError
from sim.text import Text

_HELP = Text(
    "比较情景:改革前与一个或多个改革后的情景,逐项给出结论、报告和图表。",
    "Compare scenarios: before, and one or more after, with verdicts, a report and charts.",
)
_ALL = Text("与目录中其余所有情景比较,报告为总览", "with all other scenarios of the folder; the report is an overview")
_RANK = Text(
    "报告另列这个情景的举措逐项贡献:单独实行与从全部中撤去,每项举措另模拟至多两个情景",
    "the report has what each reform of this scenario brings, alone and left out of all; simulates up to two more "
    "scenarios a reform",
)
_BOTH = Text("改革后的情景与 --all 不能同时写", "compare takes AFTER... or --all, not both")
_NEITHER = Text("缺少 改革后...", "AFTER... is missing")
_NAME_THEM = Text("写出要比较的情景,或写 --all", "name the scenarios to compare with, or write `--all`")


def _others(folder: Path, before: str) -> tuple[str, ...]:
    """The scenarios of a folder without one; those of most reforms stand first."""
    from sim.model import files

    its = files.load(folder).scenarios
    return tuple(sorted((id_ for id_ in its if id_ != before), key=lambda id_: -len(its[id_].reforms)))


def command(say: options.Say) -> click.Command:
    @click.command("compare", help=say(_HELP))
    @options.folder(say)
    @click.argument("before", metavar=say(Text("改革前", "BEFORE")))
    @click.argument("after", metavar=say(Text("改革后...", "AFTER...")), nargs=-1)
    @click.option("--all", "every", is_flag=True, help=say(_ALL))
    @click.option("--rank", metavar=say(options.SCENARIO), help=say(_RANK))
    @study_options(say)
    @click.pass_context
    def compare(context: click.RichContext, /, before: str, after: tuple[str, ...], every: bool, **asked: Any) -> None:
        if every == bool(after):
            raise InputError(_BOTH if every else _NEITHER, _NAME_THEM, where=context.command_path)
        scenarios = _others(asked["folder"], before) if every else after
        context.exit(carry_out(Job(scenarios=(before, *scenarios), **asked)))

    return compare
