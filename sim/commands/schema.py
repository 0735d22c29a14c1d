"""``shixian schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json

import rich_click as click

from sim.commands import options
from sim.text import Text

_HELP = Text("输出情景文件的 JSON Schema,供编辑器使用。", "Print the JSON Schema of scenario files, for editors.")


def command(say: options.Say) -> click.Command:
    @click.command("schema", help=say(_HELP))
    @options.language(say)
    def schema(lang: str) -> None:
        from sim.model.schema import schema as described

        click.echo(json.dumps(described(), ensure_ascii=False, indent=2))

    return schema
