"""``shixian discover``: a process from a log that has no model, good enough to simulate."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.values import Writable
from sim.errors import InputError
from sim.text import Language, Text

_HELP = Text(
    "从办件数据还原一个可模拟的流程(不需要流程图),写成情景目录。",
    "Find a process in a log that has no model, good enough to simulate, and write it as a scenario folder.",
)
_OUT = Text("写入情景的目录", "folder for the scenario")
_MAPPING = Text("导出数据的映射", "mapping of the export")
_ANEW = Text("目录已存在时重写其中的 model.yaml、process.yaml", "write model.yaml and process.yaml of DIR anew")
_FOUND = Text(
    "{file}: {cases} 件,{events} 次办理,{activities} 个环节,还原出 {states} 个状态",
    "{file}: {cases} cases, {events} executions, {activities} activities; {states} states were found",
)
_WROTE = Text(
    "已写出 {out};用 shixian validate {file} 检验能否采信,用 shixian run {out} as-found 模拟",
    "wrote {out}; shixian validate {file} tells whether to believe it, shixian run {out} as-found simulates it",
)


def command(say: options.Say) -> click.Command:
    @click.command("discover", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), type=click.Path(path_type=Path, readable=False))
    @click.option("--out", required=True, metavar=say(options.FOLDER), type=Writable(folder=True), help=say(_OUT))
    @click.option("--mapping", metavar=say(options.FILE), help=say(_MAPPING), type=click.Path(path_type=Path))
    @click.option("--anew", is_flag=True, help=say(_ANEW))
    @options.language(say)
    def discover(file: Path, out: Path, mapping: Path | None, anew: bool, lang: Language) -> None:
        from calibration.commands.logs import histories
        from calibration.discovering.folder import files
        from calibration.discovering.found import find
        from sim.model.files import load
        from sim.whole_files import write_together

        if out.exists() and any(out.iterdir()) and not anew:
            raise InputError(
                Text("目录已有内容", "the folder is not empty"),
                Text("换一个目录,或加 --anew", "give another folder, or --anew"),
                where="--out",
                value=str(out),
            )
        log = histories(file, mapping, lang)
        found = find(log, int(log.end.max()))
        counts = {
            "cases": len(log),
            "events": log.end.size,
            "activities": len(log.names),
            "states": len(found.contexts),
        }
        name = {"zh": f"由 {file.name} 还原", "en": f"found in {file.name}"}
        write_together(out, files(found, name))
        load(out)
        tell(lang)(_FOUND.format(file=file.name, **counts))
        tell(lang)(_WROTE.format(file=file, out=out))

    return discover
