"""``shixian run DIR SCENARIO``: simulate one scenario and judge its commitments."""

from __future__ import annotations

from typing import Any

import rich_click as click

from sim.commands import options
from sim.commands.study import Job, carry_out, study_options
from sim.text import Text

_HELP = Text("模拟一个情景,逐项给出承诺事项的结论。", "Simulate one scenario and judge its commitments.")


def command(say: options.Say) -> click.Command:
    @click.command("run", help=say(_HELP))
    @options.folder(say)
    @click.argument("scenario", metavar=say(options.SCENARIO))
    @study_options(say)
    @click.pass_context
    def run(context: click.RichContext, /, scenario: str, **asked: Any) -> None:
        context.exit(carry_out(Job(scenarios=(scenario,), **asked)))

    return run
