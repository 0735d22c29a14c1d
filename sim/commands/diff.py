"""``shixian diff DIR A B``: what changes between two scenarios, process and clock apart (rule 19)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import rich_click as click

from sim.commands import options
from sim.text import Language, Text

_HELP = Text(
    "用文字说明两个情景的差别,流程的改动与计时口径的改动分开列。",
    "What changes between two scenarios, in words; changes of the process and of the clock apart.",
)
_PARTS = (
    ("process", Text("流程的改动", "Changes of the process")),
    ("clock", Text("计时口径的改动(不改变办理本身)", "Changes of the clock (the work itself stays)")),
)
_NONE = Text("无", "none")


def command(say: options.Say) -> click.Command:
    @click.command("diff", help=say(_HELP))
    @options.folder(say)
    @click.argument("a", metavar=say(Text("情景一", "A")))
    @click.argument("b", metavar=say(Text("情景二", "B")))
    @options.common(say)
    def diff(
        folder: Path,
        a: str,
        b: str,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: Path | None,
        lang: Language,
    ) -> None:
        from sim.commands.output import write_json
        from sim.model import files
        from sim.model.scenario import difference

        loaded = files.load(folder, options.with_study(settings, seed, replications))
        found = difference(loaded.scenario(a), loaded.scenario(b))
        for part, title in _PARTS:
            click.echo(title.in_(lang))
            for line in getattr(found, part) or (_NONE,):
                click.echo(f"  - {line.in_(lang)}")
        content = {part: [line._asdict() for line in getattr(found, part)] for part, _ in _PARTS}
        write_json(json_file, {"a": a, "b": b, **content})

    return diff
