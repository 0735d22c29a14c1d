"""Mistakes on the command line, in both languages; click itself speaks English only."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rich_click as click
from click.exceptions import NoSuchCommand

from sim.errors import InputError
from sim.names import near_to
from sim.text import Text


def refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    """A name in another encoding, such as a folder from a Chinese Windows of old, could be written in no result."""
    for one in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in one):
            raise InputError(
                Text("参数中有不是 UTF-8 的文字", "an argument is not UTF-8 text"),
                Text("把文件或文件夹改为 UTF-8 名称", "give the file or the folder a name in UTF-8"),
                value=one,
            )


def usage_error(error: click.ClickException) -> InputError:
    """What is wrong, and where to look."""
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "shixian"
    look = Text(f"用法见 {command} --help --lang zh", f"see {command} --help --lang en")
    match error:
        case click.NoSuchOption(option_name=name):
            rule = Text("没有这个选项", "there is no such option")
            return InputError(rule, _did_you_mean(name, error.possibilities, look), where=command, value=name)
        case NoSuchCommand(command_name=name):
            rule = Text("没有这个命令", "there is no such command")
            return InputError(rule, _did_you_mean(name, error.possibilities, look), where=command, value=name)
        case click.MissingParameter():
            name = _name(error)
            return InputError(Text(f"缺少 {name}", f"{name} is missing"), look, where=command)
        case click.BadOptionUsage(option_name=name):
            takes = Text(f"选项 {name} 须带取值", f"option {name} takes a value")
            takes_none = Text(f"选项 {name} 不带取值", f"option {name} takes no value")
            return InputError(takes_none if "does not take" in error.message else takes, look, where=command)
        case click.UsageError() if extra := re.search(r"extra arguments? \((.*)\)", error.message):
            return InputError(Text("参数多了", "too many arguments"), look, where=command, value=extra[1])
        case click.UsageError(message="Missing command."):
            return InputError(Text("缺少命令", "a command is missing"), look, where=command)
    return InputError(Text("命令行有误", "the command line cannot be read"), look, where=command, value=error.message)


def _did_you_mean(name: str, possibilities: list[str] | None, look: Text) -> Text:
    near = near_to(name, possibilities or [])
    return Text(f"是否想写 {near}?{look.zh}", f"did you mean {near}? {look.en}") if near else look


def _name(error: click.BadParameter) -> str:
    """As the usage line has it."""
    if error.param is None or error.ctx is None:
        return ""
    return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.make_metavar(error.ctx)
