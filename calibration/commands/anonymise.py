"""``shixian anonymise``: an export without personal data, that keeps what the analysis needs."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.values import Writable
from sim.errors import InputError
from sim.text import Language, Text

_HELP = Text(
    "写出一份可以带出单位的数据:只留分析要用的列,编号和经办人换成代号,其余个人信息和自由文字一律去掉。",
    "Write an export that may leave the house: the columns that the analysis needs, ids and staff as pseudonyms; all "
    "other personal data and free text are dropped.",
)
_MAPPING = Text(
    "核对过的映射(默认取 inspect 写出的 文件名.mapping.yaml)",
    "the mapping, as confirmed (by default the NAME.mapping.yaml that inspect writes)",
)
_OUT = Text(
    "写出的文件:.csv、.xlsx 或 .parquet;映射写在旁边", "file to write: .csv, .xlsx or .parquet; its mapping beside it"
)


def command(say: options.Say) -> click.Command:
    @click.command("anonymise", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), type=click.Path(path_type=Path, readable=False))
    @click.option("--mapping", metavar=say(options.FILE), help=say(_MAPPING),
                  type=click.Path(path_type=Path, readable=False))  # fmt: skip
    @click.option("--out", required=True, type=Writable(folder=False), metavar=say(options.FILE), help=say(_OUT))
    @options.language(say)
    def anonymise(file: Path, mapping: Path | None, out: Path, lang: Language) -> None:
        from calibration.commands.mappings import mapping_of
        from calibration.commands.progress import watched
        from calibration.importing.anonymising import Anonymous
        from calibration.importing.anonymous_files import write_rows
        from calibration.importing.mapping_files import write_mapping
        from calibration.importing.reading import read

        beside = out.with_name(f"{out.stem}.mapping.yaml")
        by, known = mapping_of(file, mapping, lang)
        if {out.resolve(), beside.resolve()} & {file.resolve(), by.resolve()}:
            raise InputError(
                Text("不能写在原文件上", "the file itself is not written over"),
                Text("--out 换一个文件名", "give --out another name"),
                where="--out",
                value=str(out),
            )
        with watched(read(file, known.file), lang) as table:
            found = Anonymous(table, known)
            write_rows(out, found.columns, found.rows(), found.told.rows)
        write_mapping(beside, found.mapping)
        told = found.told
        lines = [Text(f"保留: {', '.join(told.kept)}", f"kept: {', '.join(told.kept)}")]
        lines += [Text(f"去掉 {name}: {why.zh}", f"dropped {name}: {why.en}") for name, why in told.dropped.items()]
        counts = (
            (told.rows, Text("行已写出", "rows written")),
            (told.masked, Text("个单元格中的个人信息已抹去", "cells with something personal masked")),
            (told.unread, Text("个时间读不出,已留空", "times that cannot be read left empty")),
            (told.rejected, Text("行读不出,未写出", "rows that cannot be read left out")),
        )
        lines += [Text(f"{n} {what.zh}", f"{n} {what.en}") for n, what in counts if n]
        for line in lines:
            click.echo(line.in_(lang))
        tell(lang)(Text(f"已写出 {out}、{beside}", f"wrote {out} and {beside}"))

    return anonymise
