"""``shixian data-request``: one page to hand to a system's administrator."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sim.commands import options
from sim.commands.output import write
from sim.commands.values import OneOf, Writable
from sim.text import Language, Text

SERVICES = ("electricity", "gas", "water", "heating", "property", "permits")
_HELP = Text(
    "输出一页数据需求单,交给系统管理员:要哪些字段、哪些是最低要求、为什么、示例。",
    "Print one page for a system's administrator: which fields, which are the minimum, why, an example.",
)
_OUT = Text("写入文件(Markdown),默认显示在屏幕上", "file to write (Markdown) instead of the screen")


def command(say: options.Say) -> click.Command:
    @click.command("data-request", help=say(_HELP))
    @click.argument("service", metavar="|".join(SERVICES), type=OneOf(SERVICES))
    @click.option("--out", type=Writable(folder=False), metavar=say(options.FILE), help=say(_OUT))
    @options.language(say)
    def data_request(service: str, out: Path | None, lang: Language) -> None:
        from calibration.importing.data_request import page

        text = page(service, lang)
        if out is None:
            click.echo(text, nl=False)
        else:
            write(out, text)

    return data_request
