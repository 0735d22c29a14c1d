"""``shixian observe``: a utility's own export against the limits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import rich_click as click

from sim.commands import options
from sim.commands.output import tell
from sim.commands.values import Day, Writable
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.importing.event_log import Imported
    from calibration.importing.findings import Findings
    from calibration.importing.mapping import Mapping
    from calibration.importing.raw import RawTable
    from calibration.observing.change import Change
    from calibration.observing.observed import Observation
    from calibration.observing.promises import Promises
    from sim.eventlog import EventLog

_HELP = Text(
    "用单位自己导出的办件数据对照承诺时限:按时办结率、超期件清单、主要堵点、数据质量,写出 report.html、observed.xlsx、"
    "verdicts.json。只需时限,不需流程。",
    "Hold a utility's own export against the limits: share on time, late cases, where they stuck, quality of the data; "
    "writes report.html, observed.xlsx and verdicts.json. Needs the limits alone, no process.",
)
_LIMITS = Text("写有承诺时限的目录,情景目录也可", "folder with the limits; a scenario folder will do")
_MAPPING = Text(
    "导出数据的映射(默认取当前目录或导出文件旁的 文件名.mapping.yaml)",
    "mapping of the export (by default NAME.mapping.yaml in this folder or beside the export)",
)
_OUT = Text("写入结果的目录", "folder for the results")
_FROM = Text("统计期首日(默认取自数据)", "first day of the period (that of the data by default)")
_TO = Text("统计期末日", "last day of the period")
_BEFORE = Text("改革前的导出数据,与本文件比较", "an export from before the reform, to compare with")
_CHANGED = Text("改革实施日:同一文件按受理日分为前后", "day of the reform: one file, parted by the day of acceptance")
_DATE = Day()


class _Read(NamedTuple):
    """A log with what is known of the file that it came from; a Shixian log has no import."""

    log: EventLog
    name: str
    table: RawTable | None
    imported: Imported | None
    mapping: Mapping | None
    by: Path | None
    """The file of the mapping."""

    @property
    def lost(self) -> float:
        """The share of the file's cases that did not come through."""
        if self.imported is None or not self.imported.cases_read:
            return 0.0
        return 1 - len(self.log.cases) / self.imported.cases_read

    @property
    def findings(self) -> Findings | None:
        return None if self.imported is None else self.imported.findings

    def rejected(self, lang: Language) -> bytes | None:
        """The rows that are in no case of the log, None without any."""
        from calibration.importing.rejects import rejected_rows

        if self.table is None or self.imported is None or self.mapping is None:
            return None
        return rejected_rows(self.table, self.imported, self.mapping, lang)


def command(say: options.Say) -> click.Command:
    @click.command("observe", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), type=click.Path(path_type=Path, readable=False))
    @click.option("--limits", "limits", required=True, metavar=say(options.FOLDER), help=say(_LIMITS),
                  type=click.Path(path_type=Path, readable=False))  # fmt: skip
    @click.option("--mapping", metavar=say(options.FILE), help=say(_MAPPING), type=click.Path(path_type=Path))
    @click.option("--out", default=Path("results/observed"), show_default=True, metavar=say(options.FOLDER),
                  help=say(_OUT), type=Writable(folder=True))  # fmt: skip
    @click.option("--from", "first", type=_DATE, metavar="YYYY-MM-DD", help=say(_FROM))
    @click.option("--to", "last", type=_DATE, metavar="YYYY-MM-DD", help=say(_TO))
    @click.option("--before", metavar=say(options.FILE), help=say(_BEFORE), type=click.Path(path_type=Path))
    @click.option("--changed-on", "changed", type=_DATE, metavar="YYYY-MM-DD", help=say(_CHANGED))
    @options.language(say)
    def observe(
        file: Path,
        limits: Path,
        mapping: Path | None,
        out: Path,
        first: dt.date | None,
        last: dt.date | None,
        before: Path | None,
        changed: dt.date | None,
        lang: Language,
    ) -> None:
        from calibration.observing.change import compare
        from calibration.observing.document import written
        from calibration.observing.page import page
        from calibration.observing.promises import load_promises
        from calibration.observing.workbook import late_list, need_workbooks, workbook
        from sim.whole_files import write_together

        if before is not None and changed is not None:
            raise InputError(
                Text("--before 与 --changed-on 只能取一个", "--before and --changed-on exclude each other"),
                Text("两个文件用 --before,一个文件用 --changed-on", "two files: --before; one file: --changed-on"),
            )
        need_workbooks()
        promises = load_promises(limits)
        read, one = _read(file, mapping, lang), None
        period, earlier, lost = _period(read, first, last), None, (read.lost, read.lost)
        if changed is not None:
            earlier, observation = _parted(read, promises, period, changed)
        else:
            observation = _observed(read, read.log, promises, period)
        if before is not None:
            one = _read(before, mapping, lang, read.by)
            earlier, lost = _observed(one, one.log, promises, _period(one, None, None)), (one.lost, read.lost)
        change = None if earlier is None else compare(earlier, observation, lost)
        findings, found_before = read.findings, None if one is None else one.findings
        source = {"file": read.name, "limits": limits.name, "cases": len(read.log.cases)}
        source |= {} if one is None else {"before": one.name, "cases_before": len(one.log.cases)}
        contents = {
            "report.html": page(observation, findings, read.name, change, lang, found_before).encode(),
            "observed.xlsx": workbook(observation, findings, lang, change, found_before),
            "verdicts.json": written(observation, source, findings, change, found_before).encode(),
            "late.csv": late_list(observation, lang),
            "rejected.csv": read.rejected(lang),
            "rejected-before.csv": None if one is None else one.rejected(lang),
        }
        write_together(out, contents)
        _tell(observation, change, out, lang)

    return observe


def _read(file: Path, mapping: Path | None, lang: Language, other: Path | None = None) -> _Read:
    """An export by its mapping; ``other`` serves where it has none. A log of Shixian itself needs none."""
    from calibration.commands.mappings import mapping_of
    from calibration.commands.memory import keep_freed_memory
    from calibration.commands.progress import watched
    from calibration.importing.event_log import import_log
    from calibration.importing.reading import read
    from sim.logfiles import is_log, read_log

    if mapping is None and file.exists() and is_log(file):
        return _Read(read_log(file), file.name, None, None, None, None)
    by, known = mapping_of(file, mapping, lang, other)
    keep_freed_memory()
    with watched(read(file, known.file), lang) as table:
        imported = import_log(table, known)
    return _Read(imported.log, file.name, table, imported, known, by)


def _observed(read: _Read, log: EventLog, promises: Promises, period: tuple[int, int]) -> Observation:
    from calibration.observing.observed import observe

    return observe(log, promises, period, read.mapping)


def _period(read: _Read, first: dt.date | None, last: dt.date | None) -> tuple[int, int]:
    """That which was asked for, else that of the data."""
    from sim.model.open_time import date_of, midnight
    from sim.model.quantities import DAY_US

    log = read.log
    begin = min(log.begin, int(log.cases.accepted.min())) if len(log.cases) else log.begin
    begin, end = begin // DAY_US * DAY_US, (log.end_of_run // DAY_US + 1) * DAY_US
    period = (
        begin if first is None else midnight(first),
        end if last is None else midnight(last) + DAY_US,
    )
    if period[0] >= period[1]:
        raise InputError(
            Text("统计期的止日早于起日", "the period ends before it begins"),
            Text("对调 --from 与 --to", "exchange --from and --to"),
            where="--to",
        )
    if period[1] <= begin or end <= period[0]:
        raise InputError(
            Text("统计期不在数据期内", "the period lies outside the data"),
            Text("数据自 {first} 至 {last}", "the data are of {first} to {last}").format(
                first=date_of(begin), last=date_of(end - 1)
            ),
            where="--from",
        )
    return period


def _parted(
    read: _Read, promises: Promises, period: tuple[int, int], changed: dt.date
) -> tuple[Observation, Observation]:
    """One file before and after a day; what was accepted before it and ended after it belongs to neither."""
    from calibration.observing.part_of import part_of
    from sim.model.open_time import midnight

    day = midnight(changed)
    if not period[0] < day < period[1]:
        raise InputError(
            Text("改革实施日不在数据期内", "the day of the reform lies outside the data"),
            Text("写一个数据期内的日期", "name a day within them"),
            where="--changed-on",
            value=changed,
        )
    after = read.log.cases.accepted >= day
    return (
        _observed(read, part_of(read.log, ~after), promises, (period[0], day)),
        _observed(read, part_of(read.log, after), promises, (day, period[1])),
    )


def _tell(observation: Observation, change: Change | None, out: Path, lang: Language) -> None:
    from calibration.observing import words
    from calibration.observing.change_lines import lines
    from calibration.observing.tables import overview
    from sim.report import numbers

    rows = list(overview(observation, lang))
    if not rows:
        tell(lang)(words.NO_CASE.format(classes=", ".join(observation.promises.classes())))
    for row in rows:
        told = [] if row.finished is None else [Text("办结 {n} 件", "{n} finished").format(n=row.finished).in_(lang)]
        if row.on_time is not None:
            share = numbers.fine_share(row.on_time)
            told += [Text("超期 {n} 件", "{n} late").format(n=row.late).in_(lang)]
            if row.open_late:
                told += [Text("在办已超期 {n} 件", "{n} open and late").format(n=row.open_late).in_(lang)]
            told += [Text("按时 {share}", "{share} on time").format(share=share).in_(lang)]
        click.echo(f"{row.id} {row.name}: {', '.join([*told, row.conclusion])}")
    for line in () if change is None else lines(change):
        click.echo(line.in_(lang))
    tell(lang)(Text("已写出 {path}", "wrote {path}").format(path=out / "report.html"))
