"""``shixian check DIR``: every error of a scenario folder, with file, line and column."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import rich_click as click

from sim.commands import options
from sim.commands.output import JsonTarget, write_json
from sim.errors import ShixianError, shown
from sim.text import Language, Text

_HELP = Text(
    "检查情景目录:逐条列出错误(文件:行:列、取值、规则、改法)。",
    "Check a scenario folder: every error with file:line:column, value, rule and cure.",
)


def command(say: options.Say) -> click.Command:
    @click.command("check", help=say(_HELP))
    @options.together(options.folder(say), options.common(say))
    def check(
        folder: Path,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.model import files

        try:
            loaded, notes = files.load_with_notes(folder, options.with_study(settings, seed, replications))
        except ShixianError as error:
            write_json(
                json_file, {"errors": [_content(one) for one in getattr(error, "errors", (error,))], "notes": []}
            )
            raise
        for note in notes:
            click.echo(note.in_(lang))
        parts = (
            (Text("流程", "processes"), loaded.processes),
            (Text("班组", "pools"), loaded.pools),
            (Text("承诺事项", "commitments"), loaded.limits),
            (Text("改革举措", "reforms"), loaded.reforms),
            (Text("情景", "scenarios"), loaded.scenarios),
        )
        counts = Text("、", ", ").in_(lang).join(f"{len(some)} {name.in_(lang)}" for name, some in parts)
        click.echo(Text(f"{folder}:没有错误({counts})", f"{folder}: no errors ({counts})").in_(lang))
        write_json(json_file, {"errors": [], "notes": [note._asdict() for note in notes]})

    return check


def _content(error: ShixianError) -> dict[str, object]:
    return {
        "where": error.where,
        "path": "/".join(map(str, error.path)),
        "value": shown(error.value) if error.has_value else None,
        "rule": error.rule._asdict(),
        "cure": error.cure._asdict(),
    }
