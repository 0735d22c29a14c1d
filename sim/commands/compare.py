"""``shixian compare DIR BEFORE AFTER...``: the main job, scenarios side by side under the same random numbers."""

from __future__ import annotations

from typing import Any

import rich_click as click

from sim.commands import options
from sim.commands.study import Job, carry_out, study_options
from sim.text import Text

_HELP = Text(
    "比较情景:改革前与一个或多个改革后的情景,逐项给出结论、报告和图表。",
    "Compare scenarios: before, and one or more after, with verdicts, a report and charts.",
)


def command(say: options.Say) -> click.Command:
    @click.command("compare", help=say(_HELP))
    @options.folder(say)
    @click.argument("before", metavar=say(Text("改革前", "BEFORE")))
    @click.argument("after", metavar=say(Text("改革后...", "AFTER...")), nargs=-1, required=True)
    @study_options(say)
    @click.pass_context
    def compare(context: click.RichContext, /, before: str, after: tuple[str, ...], **asked: Any) -> None:
        context.exit(carry_out(Job(scenarios=(before, *after), **asked)))

    return compare
