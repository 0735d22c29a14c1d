"""``shixian inspect``: what an export is seen to be, and the mapping proposed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.values import OneOf, Writable
from sim.errors import InputError, InputErrors
from sim.text import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calibration.importing.findings import Findings
    from calibration.importing.proposal import Proposal
    from calibration.importing.raw import RawTable
    from calibration.importing.sampled import Column

SERVICES = ("electricity", "gas", "heating", "permits", "property", "water")
_HELP = Text(
    "查看一份导出数据:格式、编码、各列和已发现的问题,并写出映射,供核对修改。",
    "Look at an export: its format, encoding, columns and problems; and write a mapping for you to confirm or edit.",
)
_OUT = Text(
    "写出映射的文件:.yaml,或带下拉选项的 .xlsx(默认为当前目录下的 文件名.mapping.yaml)",
    "file for the mapping: .yaml, or .xlsx with drop-downs (NAME.mapping.yaml in this folder by default)",
)
_SHEET = Text("工作簿中的工作表", "the sheet of a workbook")
_ENCODING = Text("文字编码(默认自动识别)", "encoding of the text (found by default)")
_SERVICE = Text("事项类别(默认按文字识别)", "the service (by the words in the file by default)")
_ANEW = Text("已有的映射文件也重写", "write the mapping anew where there is one already")
_KEPT = Text(
    "已有 {path},未改动;要重写请加 --anew", "{path} is there already and was left as it is; --anew writes it anew"
)
_RESOLUTIONS = {
    "day": Text("只到日", "days"),
    "minute": Text("到分", "to the minute"),
    "second": Text("到秒", "to the second"),
}
_SHOWN = 3


def command(say: options.Say) -> click.Command:
    @click.command("inspect", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), type=click.Path(path_type=Path, readable=False))
    @click.option("--out", type=Writable(folder=False), metavar=say(options.FILE), help=say(_OUT))
    @click.option("--sheet", help=say(_SHEET), metavar="NAME")
    @click.option("--encoding", help=say(_ENCODING), metavar="NAME")
    @click.option("--service", type=OneOf(SERVICES), help=say(_SERVICE))
    @click.option("--anew", is_flag=True, help=say(_ANEW))
    @options.language(say)
    def inspect(
        file: Path,
        out: Path | None,
        sheet: str | None,
        encoding: str | None,
        service: str | None,
        anew: bool,
        lang: Language,
    ) -> None:
        from calibration.commands.mappings import default_path
        from calibration.commands.memory import keep_freed_memory
        from calibration.commands.progress import watched
        from calibration.importing.mapping import FileForm
        from calibration.importing.mapping_files import write_mapping
        from calibration.importing.proposal import propose
        from calibration.importing.reading import read

        if out is not None and out.exists() and not anew:
            raise InputError(
                Text("已有这份映射,可能改过", "this mapping is there already, and may have been edited"),
                Text("换一个文件名,或加 --anew 重写", "give another name, or --anew to write it anew"),
                where="--out",
                value=str(out),
            )
        form = FileForm(encoding=encoding, sheet=sheet)
        keep_freed_memory()
        with watched(read(file, form), lang) as table:
            found = propose(table, form, service)
            lines = (*_source(table), *_columns(found), *_problems(table, found), *_asked(found))
        for line in lines:
            click.echo(line.in_(lang))
        path = out or default_path(file)
        if path.exists() and not anew:  # of a file named by --out this was refused before
            tell(lang)(_KEPT.format(path=path))
            return
        write_mapping(path, found.mapping, found.by_key(), table.columns)
        tell(lang)(Text("已写出 {path}", "wrote {path}").format(path=path))

    return inspect


def _source(table: RawTable) -> Iterator[Text]:
    source = table.source
    parts = [source.name, source.format, source.encoding, source.sheet]
    if source.delimiter:
        parts.append(repr(source.delimiter))
    yield _both(", ".join(part for part in parts if part))
    rows = ", ".join(map(str, source.header_rows))
    if rows:
        yield Text(f"表头在第 {rows} 行,{len(table.columns)} 列", f"header in row {rows}, {len(table.columns)} columns")


def _both(text: str) -> Text:
    return Text(text, text)


def _columns(found: Proposal) -> Iterator[Text]:
    from calibration.importing.known_steps import NAMES

    sample, mapping = found.sample, found.mapping
    layout = {
        "long": Text("每行一个环节(长表)", "a row a step (long)"),
        "wide": Text("每行一件(宽表)", "a row a case (wide)"),
    }
    service = NAMES[found.service] if found.service else Text("未识别", "not known")
    one = layout[mapping.form]
    yield Text(
        f"样本 {sample.rows} 行,{one.zh},事项 {service.zh}",
        f"{sample.rows} rows looked at, {one.en}, service {service.en}",
    )
    yield _both("")
    for column in sample.columns:
        use, shown = _use(found, column), _examples(column)
        yield Text(f"  {column.name}: {use.zh}  {shown.zh}".rstrip(), f"  {column.name}: {use.en}  {shown.en}".rstrip())


def _use(found: Proposal, column: Column) -> Text:
    from calibration.importing.personal import KINDS

    mapping = found.mapping
    if column.personal is not None:
        kind = KINDS[column.personal]
        return Text(f"个人信息({kind.zh}),不读入", f"personal data ({kind.en}), dropped")
    said = {
        "case": mapping.case, "accepted": mapping.accepted, "closed": mapping.closed, "due": mapping.due,
        "state": mapping.state, "who": mapping.who, "unit": mapping.unit, "district": mapping.district,
        "system": mapping.system,
    }  # fmt: skip
    uses = [key for key, name in said.items() if name == column.name]
    if mapping.long is not None:
        uses += [f"long.{key}" for key, name in mapping.long.model_dump().items() if name == column.name]
    if column.name in mapping.milestones:
        uses.append(f"milestones ({mapping.milestones[column.name].step})")
    if any(column.name in (pair.start, pair.end) for pair in mapping.suspensions):
        uses.append("suspensions")
    if column.name in mapping.attributes:
        uses.append("attributes")
    times = _RESOLUTIONS.get(column.resolution)
    if times is not None:
        uses.append("")
        joined = ", ".join(uses[:-1]) or "-"
        return Text(f"{joined};时间{times.zh}", f"{joined}; times {times.en}")
    return _both(", ".join(uses)) if uses else Text("未用", "not used")


def _examples(column: Column) -> Text:
    """A few cells; of what may be personal, nothing."""
    from calibration.importing.personal import MASK, is_like_a_name, masked
    from sim.errors import shown

    if not column.filled:
        return Text("(全空)", "(empty)")
    hidden = column.personal is not None or column.role in ("who", "remark")
    some = column.examples[:_SHOWN]
    if column.role is None and not column.is_time:  # of what nobody knows, what may be a person is not shown
        some = [MASK if is_like_a_name(cell) else cell for cell in some]
    cells = [MASK] if hidden else [shown(masked(cell)) for cell in some]
    more = "" if column.distinct <= _SHOWN or hidden else ", …"
    listed = ", ".join(cells) + more
    return Text(f"[{column.distinct} 种: {listed}]", f"[{column.distinct} different: {listed}]")


def _problems(table: RawTable, found: Proposal) -> Iterator[Text]:
    """Of the whole file, where the proposal is enough to read it; else of what was read so far."""
    from calibration.importing.event_log import import_log
    from calibration.importing.words import WORDS

    findings: Findings = table.findings
    yield _both("")
    try:
        imported = import_log(table, found.mapping)
        findings = imported.findings
        yield Text(
            f"照此映射读入 {len(imported.log.cases)} 件(文件中 {imported.cases_read} 件)",
            f"read by this mapping: {len(imported.log.cases)} of {imported.cases_read} cases",
        )
    except (InputError, InputErrors) as error:
        yield Text(f"照此映射还不能读入: {error.message('zh')}", f"not yet readable so: {error.message('en')}")
    for one in findings:
        what, cure = (text.format(**one.details) for text in WORDS[one.kind])
        yield Text(f"  {what.zh} ×{one.count}: {cure.zh}", f"  {what.en} ×{one.count}: {cure.en}")
    if found.mapping.personal:
        names = ", ".join(found.mapping.personal)
        yield Text(f"  个人信息列不读入: {names}", f"  personal data, not read in: {names}")


def _asked(found: Proposal) -> Iterator[Text]:
    if found.open:
        yield _both("")
        yield Text("请核对:", "please decide:")
        yield from (Text(f"  {one.zh}", f"  {one.en}") for one in found.open)
