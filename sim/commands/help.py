"""Help pages in the reader's language; click's own words are English."""

from __future__ import annotations

import rich_click as click
from rich_click.rich_help_formatter import RichHelpFormatter

from sim.commands.options import Say
from sim.text import Text

_USAGE = Text("用法:", "Usage:")
_HELP = Text("显示本页", "show this page")
_OPTIONS = Text("选项", "Options")
_COMMANDS = Text("命令", "Commands")
_ANY_OPTIONS = Text("[选项]", "[OPTIONS]")
_ANY_COMMAND = Text("命令 [参数]...", "COMMAND [ARGS]...")


def speak(group: click.Group, say: Say) -> None:
    """Have the group and its commands show their help in the reader's language."""

    class Formatter(RichHelpFormatter):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say(_USAGE))

    class Context(click.RichContext):
        formatter_class = Formatter

    titles = {"options_panel_title": say(_OPTIONS), "commands_panel_title": say(_COMMANDS)}
    group.context_settings["rich_help_config"] = titles
    group.subcommand_metavar = say(_ANY_COMMAND)
    for command in (group, *group.commands.values()):
        command.context_class = Context
        command.options_metavar = say(_ANY_OPTIONS)
        click.help_option("--help", "-h", help=say(_HELP))(command)
