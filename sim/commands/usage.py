"""Mistakes on the command line, in both languages; click itself speaks English only."""

from __future__ import annotations

import rich_click as click

from sim.names import near_to
from sim.text import Text


def usage_message(error: click.ClickException) -> Text:
    """What is wrong, and where to look."""
    said = error.format_message()
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "shixian"
    rule = _rule(error, said)
    return Text(
        f"{rule.zh}\n  改法: 用法见 {command} --help --lang zh",
        f"{rule.en}\n  cure: see {command} --help --lang en",
    )


def _rule(error: click.ClickException, said: str) -> Text:
    match error:
        case click.NoSuchOption():
            near = near_to(error.option_name, error.possibilities or [])
            hint = Text(f",是否指 {near}?", f"; did you mean {near}?") if near else Text("", "")
            return Text(f"没有选项 {error.option_name}{hint.zh}", f"no such option {error.option_name}{hint.en}")
        case click.MissingParameter():
            name = _name(error)
            return Text(f"缺少参数 {name}", f"missing {name}")
        case click.BadParameter():
            name = _name(error)
            return Text(f"{name} 的取值不对:{error.message}", f"wrong value of {name}: {error.message}")
        case click.FileError():
            return Text(f"打不开文件 {error.ui_filename}", f"cannot open {error.ui_filename}")
        case click.UsageError() if "No such command" in said:
            return Text(f"没有这个命令:{said.split(chr(39))[1]}", said)
        case _:
            return Text(f"命令行有误:{said}", said)


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return ""
    return error.param.opts[0] if error.param.param_type_name == "option" else error.param.make_metavar(error.ctx)  # type: ignore[arg-type]
