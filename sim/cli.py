"""The ``shixian`` command: its language, its errors and exit codes; each command is a module of ``sim.commands``.

Exit codes (DESIGN part 6): 0 done, 1 when ``--fail-on not-met`` asks for it, 2 bad input, 3 the environment failed,
130 interrupted. No traceback reaches a user.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from importlib.metadata import entry_points, version
from itertools import pairwise
from typing import NoReturn, TextIO, cast

import rich_click as click
from click.exceptions import Exit, NoArgsIsHelpError

from sim.commands import help, interrupts, options
from sim.commands.output import Unbroken
from sim.commands.usage import refuse_what_is_no_text, usage_error
from sim.errors import EnvironmentFailure, ShixianError, reason
from sim.text import LANGUAGES, Language, Text

COMMANDS = (
    "check", "run", "compare", "resume", "sweep", "rank", "staff", "budget", "explain", "diff", "trace", "verify",
    "schema",
)  # fmt: skip
EXTENSIONS = "shixian.commands"
_ABOUT = Text(
    "时限:改革后的流程能否在承诺时限内办结,把握多大,卡在哪里。",
    "Shixian: does the changed process meet its time limit, how sure are we, and where does it stick?",
)
_INTERRUPTED = Text("已中断", "interrupted")
_VERSION = Text("显示版本", "show the version")


def language(arguments: Sequence[str]) -> Language:
    """``--lang`` wins, then the environment's SHIXIAN_LANG, then Chinese; what is no language decides nothing."""
    asked = [os.environ.get("SHIXIAN_LANG")]
    asked += [following for here, following in pairwise(arguments) if here == "--lang"]
    asked += [here.removeprefix("--lang=") for here in arguments if here.startswith("--lang=")]
    return next((known for one in reversed(asked) for known in LANGUAGES if known == one), "zh")


def build(say: options.Say) -> click.Group:
    """The command with its sub-commands, in the reader's language."""

    @click.group("shixian", help=say(_ABOUT))
    @click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=say(_VERSION))
    @options.language(say)
    def group(lang: Language) -> None:
        """``--lang`` may stand before the command as well; :func:`language` has read it."""

    for name in COMMANDS:
        group.add_command(import_module(f"sim.commands.{name}").command(say))
    for extension in entry_points(group=EXTENSIONS):
        group.add_command(extension.load()(say))
    help.speak(group, say)
    return group


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(version("shixian"))
        context.exit()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    interrupts.answer(_INTERRUPTED.in_(language(given)))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese is no reason to stop
    code = run(given)
    if code == interrupts.INTERRUPTED:
        interrupts.end()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    out, err = (cast(TextIO, Unbroken(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        return _told(arguments, language(arguments))


def _told(arguments: Sequence[str], chosen: Language) -> int:
    """Whatever goes wrong is told, and is an exit code."""
    try:
        return _run(list(arguments), lambda text: text.in_(chosen))
    except ShixianError as error:
        message, code = Text(error.message("zh"), error.message("en")), error.exit_code
    except (KeyboardInterrupt, click.Abort):
        message, code = _INTERRUPTED, interrupts.INTERRUPTED
    except Exception:  # the last resort: a defect of ours, told in one line
        details = traceback.format_exc()
        if "KeyboardInterrupt" in details:  # which pydantic takes for a failure of its own while it is imported
            message, code = _INTERRUPTED, interrupts.INTERRUPTED
        else:
            message, code = _defect(details), EnvironmentFailure.exit_code
    click.echo(message.in_(chosen), err=True)
    return code


def _run(arguments: list[str], say: options.Say) -> int:
    refuse_what_is_no_text(arguments)
    try:
        with build(say).make_context("shixian", arguments) as context:
            return context.command.invoke(context) or 0
    except Exit as done:
        return done.exit_code
    except NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return 0
    except click.ClickException as error:
        raise usage_error(error) from None
    except OSError as error:
        raise EnvironmentFailure(
            Text(f"读写失败:{reason(error).zh}", f"reading or writing failed: {reason(error).en}"),
            Text("检查磁盘空间与权限", "check the disk's space and the permissions"),
            where=str(error.filename or ""),
        ) from None


def _defect(details: str) -> Text:
    try:
        with tempfile.NamedTemporaryFile("w", prefix="shixian-", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write(details)
            kept = file.name
    except OSError:  # nowhere to write: the last line says most
        kept = details.splitlines()[-1]
    return Text(
        f"程序内部错误,结果未写出。请附上详情报告:{kept}",
        f"a defect of the program; nothing was written. Please report it with {kept}",
    )
