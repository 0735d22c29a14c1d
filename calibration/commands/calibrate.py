"""``shixian calibrate``: a scenario's process fitted to a log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.values import Whole, Writable
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.fit import Fit
    from sim.eventlog import EventLog

_HELP = Text(
    "用日志拟合情景中的一个流程:时长、走向、来量、人数,写成新的情景目录(figures.csv,依据为日志,带区间),并写出 "
    "calibration.html 和 calibration.json。拟合不出的数据项保留原值,列明原因。",
    "Fit one process of a scenario to a log: durations, routing, arrivals, staff. Writes a new scenario folder "
    "(figures.csv, evidence log with intervals) with calibration.html and calibration.json. What cannot be fitted "
    "keeps its figure, and the reason is listed.",
)
_SCENARIO = Text("情景目录", "scenario folder")
_PROCESS = Text("拟合哪一个流程(标识)", "the process to fit, by its id")
_OUT = Text("写入新情景的目录", "folder for the calibrated scenario")
_INTO = Text(
    "直接改这个情景目录中的这一流程,其余不动", "change this process of a scenario folder, and nothing else of it"
)
_MAPPING = Text(
    "导出数据的映射(默认取当前目录或导出文件旁的 文件名.mapping.yaml)",
    "mapping of the export (by default NAME.mapping.yaml in this folder or beside the export)",
)
_CALENDARS = Text("换用日志中的工作时间(默认只提示)", "put in the opening hours of the log (only told by default)")
_AGGREGATES = Text(
    "没有日志时:汇总数表(limit,statistic,value:各承诺的平均天数或按时办结率),以一个系数缩放时长",
    "without a log: a table of aggregates (limit,statistic,value: means or shares on time); scales durations as one",
)
_ANEW = Text("覆盖上一次的拟合", "replace an earlier calibration")
_DRAWS = Text("calibration.json 中自助法抽取的组数", "sets of figures drawn for calibration.json (bootstrap)")


def command(say: options.Say) -> click.Command:
    @click.command("calibrate", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), required=False, type=click.Path(path_type=Path, readable=False))
    @click.option("--scenario", metavar=say(options.FOLDER), help=say(_SCENARIO),
                  type=click.Path(path_type=Path, readable=False))  # fmt: skip
    @click.option("--process", required=True, metavar="ID", help=say(_PROCESS))
    @click.option("--out", metavar=say(options.FOLDER), help=say(_OUT), type=Writable(folder=True))
    @click.option("--into", metavar=say(options.FOLDER), help=say(_INTO), type=Writable(folder=True))
    @click.option("--mapping", metavar=say(options.FILE), help=say(_MAPPING), type=click.Path(path_type=Path))
    @click.option("--aggregates", metavar=say(options.FILE), help=say(_AGGREGATES), type=click.Path(path_type=Path))
    @click.option("--calendars", is_flag=True, help=say(_CALENDARS))
    @click.option("--anew", is_flag=True, help=say(_ANEW))
    @click.option("--draws", default=100, show_default=True, type=Whole(1, 10_000), help=say(_DRAWS))
    @options.language(say)
    def calibrate(
        file: Path | None,
        scenario: Path | None,
        process: str,
        out: Path | None,
        into: Path | None,
        mapping: Path | None,
        aggregates: Path | None,
        calendars: bool,
        anew: bool,
        draws: int,
        lang: Language,
    ) -> None:
        from calibration.fit import fit_process
        from calibration.fit.folders import refuse_to_overwrite
        from sim.model import files
        from sim.names import find

        folder = _folder(scenario, out, into)
        model = files.load(folder).base()
        find(model.processes, process, Text("流程", "process"))
        if out is not None:
            refuse_to_overwrite(out, folder, anew)
        if (file is None) == (aggregates is None):
            raise InputError(
                Text("须写日志文件或 --aggregates,二者取一", "give a log, or --aggregates, one of the two"),
                Text("shixian calibrate 导出.csv ...", "shixian calibrate export.csv ..."),
            )
        if file is None:
            assert aggregates is not None
            _scale(aggregates, folder, process, out, anew, lang)
            return
        fit = fit_process(_log(file, mapping, lang), model, process, file=file.name, calendars=calendars)
        _write(fit, folder, out, draws, anew, lang)
        _tell(fit, out or folder, process if out is None else None, lang)

    return calibrate


def _scale(aggregates: Path, folder: Path, process: str, out: Path | None, anew: bool, lang: Language) -> None:
    """From aggregates alone: one factor on the durations."""
    from calibration.fit.aggregates import LIMITS, read_aggregates, scale_to
    from calibration.fit.folders import DOCUMENT, PAGE
    from calibration.fit.scaled_page import scaled_document, scaled_page

    its = scale_to(folder, process, read_aggregates(aggregates), aggregates.name)
    contents = {
        PAGE: scaled_page(its, process, aggregates.name, lang).encode(),
        DOCUMENT: scaled_document(its, process, aggregates.name).encode(),
    }
    _put(contents, list(its.rows), folder, process, out, anew)
    for each, value in its.reached:
        click.echo(f"{each.limit} {each.statistic}: {each.value:g} -> {value:.4g}")
    words = Text("时长系数 {factor}", "factor on durations {factor}")
    click.echo(words.in_(lang).format(factor=f"{its.factor:.3f} [{its.low:.3f}, {its.high:.3f}]"))
    for note in LIMITS:
        tell(lang)(note)


def _put(
    contents: dict[str, bytes], rows: list[dict[str, str]], folder: Path, process: str, out: Path | None, anew: bool
) -> None:
    """The result with its table of figures, into a folder of its own or into the scenario."""
    from calibration.fit import merged
    from calibration.fit.folders import own_files, put_folder, put_into, table_of
    from sim.model.files import gather
    from sim.model.folders import FIGURES

    contents = contents | {FIGURES: merged(gather(folder), table_of(folder), rows).encode()}
    if out is None:
        put_into(folder, process, contents, anew)
    else:
        put_folder(out, own_files(folder) | contents)


def _folder(scenario: Path | None, out: Path | None, into: Path | None) -> Path:
    """The scenario that is fitted; exactly one of ``--out`` and ``--into`` says where the result goes."""
    if (out is None) == (into is None):
        raise InputError(
            Text("须写 --out 或 --into,二者取一", "one of --out and --into says where the result goes"),
            Text("--out 新目录,或 --into 原情景目录", "--out NEW, or --into the scenario folder itself"),
        )
    folder = scenario if scenario is not None else into
    if folder is None:
        raise InputError(
            Text("缺少 --scenario", "--scenario is missing"), Text("写明情景目录", "name the scenario folder")
        )
    if into is not None and into.resolve() != folder.resolve():
        raise InputError(
            Text("--into 与 --scenario 须是同一目录", "--into and --scenario are one folder"),
            Text("去掉 --scenario", "leave out --scenario"),
            value=str(folder),
        )
    return folder


def _log(file: Path, mapping: Path | None, lang: Language) -> EventLog:
    """An export by its mapping; a log of Shixian itself needs none."""
    from calibration.commands.mappings import mapping_of
    from calibration.importing.event_log import import_log
    from calibration.importing.reading import read
    from sim.logfiles import is_log, read_log

    if mapping is None and file.exists() and is_log(file):
        return read_log(file)
    _, known = mapping_of(file, mapping, lang)
    return import_log(read(file, known.file), known).log


def _write(fit: Fit, folder: Path, out: Path | None, draws: int, anew: bool, lang: Language) -> None:
    from calibration.fit.document import written
    from calibration.fit.folders import DOCUMENT, PAGE
    from calibration.fit.page import page

    contents = {PAGE: page(fit, lang).encode(), DOCUMENT: written(fit, draws).encode()}
    _put(contents, fit.rows(), folder, fit.process, out, anew)


def _tell(fit: Fit, folder: Path, process: str | None, lang: Language) -> None:
    from calibration.fit.folders import PAGE

    for figure in fit.figures:
        between = f" [{figure.low}, {figure.high}]" if figure.low else ""
        click.echo(f"{figure.path} = {figure.value}{figure.unit}{between} (n {figure.n})")
    if fit.kept:
        n = len(fit.kept)
        click.echo(Text(f"保留原值 {n} 项,原因见页面", f"{n} figures stay as they were; the page says why").in_(lang))
    for note in fit.notes:
        tell(lang)(note)
    name = PAGE if process is None else PAGE.replace("calibration.", f"calibration-{process}.")
    tell(lang)(Text("已写出 {path}", "wrote {path}").format(path=folder / name))
