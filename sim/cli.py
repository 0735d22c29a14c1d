"""The ``shixian`` command: its language, its errors and exit codes; each command is a module of ``sim.commands``.

Exit codes (DESIGN part 6): 0 done, 1 when ``--fail-on not-met`` asks for it, 2 bad input, 3 the environment failed,
130 interrupted. No traceback reaches a user.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points, version
from typing import NoReturn

import rich_click as click
from click.exceptions import NoArgsIsHelpError

from sim.commands.options import Say
from sim.commands.usage import usage_message
from sim.errors import EnvironmentFailure, ShixianError
from sim.text import LANGUAGES, Language, Text

COMMANDS = ("check", "run", "compare", "explain", "diff", "trace", "schema")
EXTENSIONS = "shixian.commands"
_ABOUT = Text(
    "时限:改革后的流程能否在承诺时限内办结,把握多大,卡在哪里。",
    "Shixian: does the changed process meet its time limit, how sure are we, and where does it stick?",
)
_VERSION = Text("显示版本", "show the version")


def language(arguments: Sequence[str]) -> Language:
    """``--lang`` wins, then the environment's SHIXIAN_LANG, then Chinese."""
    chosen = os.environ.get("SHIXIAN_LANG", "zh")
    for here, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if here == "--lang":
            chosen = following
        elif here.startswith("--lang="):
            chosen = here.removeprefix("--lang=")
    return next((known for known in LANGUAGES if known == chosen), "zh")


def build(say: Say) -> click.Group:
    """The command with its sub-commands, in the reader's language."""
    group = click.RichGroup(name="shixian", help=say(_ABOUT), context_settings={"help_option_names": ["-h", "--help"]})
    group.params.append(
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help=say(_VERSION)
        )
    )
    for name in COMMANDS:
        group.add_command(import_module(f"sim.commands.{name}").command(say))
    for extension in entry_points(group=EXTENSIONS):
        group.add_command(extension.load()(say))
    return group


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(version("shixian"))
        context.exit()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    chosen = language(arguments)

    def say(text: Text) -> str:
        return text.in_(chosen)

    try:
        return build(say).main(list(arguments), "shixian", standalone_mode=False) or 0
    except NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return 0
    except click.ClickException as error:
        message = usage_message(error)
        code = error.exit_code
    except ShixianError as error:
        message, code = Text(error.message("zh"), error.message("en")), error.exit_code
    except (KeyboardInterrupt, click.Abort):
        message, code = Text("已中断", "interrupted"), 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        failure = EnvironmentFailure(
            Text("读写文件失败", "a file could not be read or written"),
            Text("检查磁盘空间与权限", "check the disk's space and the permissions"),
            where=str(error.filename or ""),
            value=error.strerror or str(error),
        )
        message, code = Text(failure.message("zh"), failure.message("en")), failure.exit_code
    except Exception:  # the last resort: a defect of ours, told in one line
        message, code = _defect(traceback.format_exc()), EnvironmentFailure.exit_code
    click.echo(say(message), err=True)
    return code


def _defect(details: str) -> Text:
    with tempfile.NamedTemporaryFile("w", prefix="shixian-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(details)
    return Text(
        f"程序内部错误,结果未写出。详情见 {file.name},请附上它报告",
        f"a defect of the program; nothing was written. Please report it with {file.name}",
    )
