"""``shixian trace DIR SCENARIO --case N``: the days of one simulated case, which counted, which did not and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.analysis.case_days import CaseCalendar, CaseDay
    from sim.eventlog import EventLog
    from sim.model.base import Model
    from sim.model.limits import Limit

_HELP = Text(
    "逐日列出一个模拟办件:每天在办什么、计入多少、不计的原因。",
    "The days of one simulated case: what went on, what counted, and why the rest did not.",
)
_CASE = Text(
    "办件编号(如 hv-single-000120),或统计期内第几件",
    "the case's label (as hv-single-000120), or its number in the window",
)
_LIMIT = Text("按哪项承诺计时(默认该类办件的第一项)", "by which commitment's clock (the first of its class by default)")
_REPLICATION = Text("第几次模拟,从 0 起", "which replication, from 0")
_WEEKDAYS = (Text("周一", "Mon"), Text("周二", "Tue"), Text("周三", "Wed"), Text("周四", "Thu"), Text("周五", "Fri"),
             Text("周六", "Sat"), Text("周日", "Sun"))  # fmt: skip
_COLUMNS = (
    Text("日期", "date"),
    Text("当日", "day"),
    Text("计入", "counts"),
    Text("累计", "total"),
    Text("在办步骤(● 计入,○ 不计)", "steps under way (● counted, ○ not)"),
    Text("说明", "why not"),
)
_STATES = {
    "finished": Text("已办结", "finished"),
    "open": Text("在办", "open"),
    "not-started": Text("计时尚未开始", "the clock has not started"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "never": Text("计时未停止", "the clock never stopped"),
}


def command(say: options.Say) -> click.Command:
    @click.command("trace", help=say(_HELP))
    @options.folder(say)
    @click.argument("scenario", metavar=say(Text("情景", "SCENARIO")))
    @click.option("--case", "case_name", required=True, help=say(_CASE))
    @click.option("--limit", "limit_id", help=say(_LIMIT))
    @click.option("--replication", type=click.IntRange(0, (1 << 20) - 1), default=0, help=say(_REPLICATION))
    @options.together(options.seed(say), options.settings(say), options.json_file(say), options.language(say))
    def trace(
        folder: Path,
        scenario: str,
        case_name: str,
        limit_id: str | None,
        replication: int,
        seed: int | None,
        settings: Mapping[str, str],
        json_file: Path | None,
        lang: Language,
    ) -> None:
        from sim.analysis.case_days import case_calendar
        from sim.commands.output import write_json
        from sim.engine.reference import simulate
        from sim.model import files
        from sim.model.base import LEGAL

        model = files.load(folder, settings).scenario(scenario)
        wanted = None if limit_id is None else options.known(model.model.limits, limit_id, Text("承诺", "commitment"))
        click.echo(Text("模拟中……", "simulating ...").in_(lang), err=True)
        log = simulate(model, model.model.study.seed if seed is None else seed, replication)
        case = _find(log, model.model, case_name, wanted)
        limit_id, limit = _limit_of(log, case, model.model, limit_id)
        reading = limit.default_reading()
        assert reading is not None
        days = case_calendar(log, case, reading.clock or limit.clock, reading.unit, log.calendars[LEGAL])
        _show(log, case, model.model, limit_id, limit, days, lang)
        write_json(json_file, _content(log, case, scenario, limit_id, days))

    return trace


def _find(log: EventLog, model: Model, name: str, limit: Limit | None) -> int:
    """A case by its label (the number may be short), or by its place among those accepted in the window."""
    labels = log.cases.label
    if name.isdigit():
        first, last = model.study.window
        inside = [
            (int(accepted), i)
            for i, accepted in enumerate(log.cases.accepted)
            if first <= accepted < last and (limit is None or log.cases.case_class[i] in limit.classes)
        ]
        if 1 <= int(name) <= len(inside):
            return sorted(inside)[int(name) - 1][1]
        raise InputError(
            Text("没有这样多的办件", "there are not so many cases"),
            Text(f"写 1 至 {len(inside)}", f"give 1 to {len(inside)}"),
            where="--case",
            value=name,
        )
    padded = re.sub(r"-(\d+)$", lambda match: f"-{int(match[1]):06d}", name)
    if padded in labels:
        return labels.index(padded)
    some = [label for label in labels if "/" not in label][:3]
    raise InputError(
        Text("本次模拟没有这个办件", "this replication has no such case"),
        Text(f"例如 {'、'.join(some)}", f"for example {', '.join(some)}"),
        where="--case",
        value=name,
    )


def _limit_of(log: EventLog, case: int, model: Model, limit_id: str | None) -> tuple[str, Limit]:
    case_class = log.cases.case_class[case]
    fitting = {
        id_: limit for id_, limit in model.limits.items() if case_class in limit.classes and limit.default_reading()
    }
    if not fitting or (limit_id is not None and limit_id not in fitting):
        raise InputError(
            Text("该办件所属类别没有这项计时", "the case's class has no such clock"),
            Text(f"可用的承诺: {'、'.join(fitting) or '无'}", f"its commitments: {', '.join(fitting) or 'none'}"),
            where="--limit" if limit_id else "--case",
            value=limit_id or log.cases.label[case],
        )
    id_ = limit_id or next(iter(fitting))
    return id_, fitting[id_]


def _show(
    log: EventLog, case: int, model: Model, limit_id: str, limit: Limit, days: CaseCalendar, lang: Language
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    from sim.model.paths import names_of
    from sim.report import wording

    reading = limit.default_reading()
    assert reading is not None
    title = f"{log.cases.label[case]}  {limit_id} {limit.name.in_(lang)}  {wording.describe_limit(limit).in_(lang)}"
    click.echo(title)
    click.echo(wording.describe_clock(limit.clock, reading, model, limit.classes).in_(lang))
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name.in_(lang), no_wrap=True)
    steps_names = names_of(model)
    owners = {id_: owner.in_(lang) for id_, owner in model.owner_names().items()}
    for day in days.days:
        date = f"{day.day.isoformat()} {_WEEKDAYS[day.day.weekday()].in_(lang)}"
        steps = [
            f"{'●' if step.counts else '○'} {steps_names[log.step[step.row] or ''].in_(lang)}"
            f" - {owners.get(log.owner[step.row] or '', '-')}"
            for step in day.steps
        ]
        cells = (date, day.view.kind.text.in_(lang), _number(day.added), f"{day.total:.2f}", "\n".join(steps))
        table.add_row(*map(Plain, cells), Plain(_why_not(day).in_(lang)))
    Console(width=max(140, Console().width), highlight=False).print(table)
    click.echo(f"{_STATES[days.state].in_(lang)}: {days.value:.2f} {wording.short_unit(reading).in_(lang)}")


def _number(added: float) -> str:
    return "-" if abs(added) < 0.005 else f"+{added:.2f}"


def _why_not(day: CaseDay) -> Text:
    """Why a day, or a part of it, did not count."""
    if not day.view.kind.working:
        return Text(f"不计:{day.view.kind.text.zh}", f"not counted: {day.view.kind.text.en}")
    if day.legal_us == 0:
        return Text("不计:计时未在进行", "not counted: the clock is off")
    if day.counted_us == 0:
        return Text("不计:在办步骤不在计时口径内", "not counted: the clock leaves these steps out")
    if day.counted_us < day.legal_us:
        hours = (day.legal_us - day.counted_us) / 3_600_000_000
        return Text(f"其中 {hours:.1f} 小时不计", f"{hours:.1f} h of it not counted")
    return Text("", "")


def _content(log: EventLog, case: int, scenario: str, limit_id: str, days: CaseCalendar) -> dict[str, object]:
    return {
        "case": log.cases.label[case],
        "scenario": scenario,
        "limit": limit_id,
        "state": days.state,
        "value": round(days.value, 6),
        "days": [
            {
                "date": day.day.isoformat(),
                "kind": day.view.kind.kind,
                "name": day.view.kind.text._asdict(),
                "working": day.view.kind.working,
                "added": round(day.added, 6),
                "total": round(day.total, 6),
                "steps": [
                    {"step": log.step[step.row], "owner": log.owner[step.row], "counts": step.counts}
                    for step in day.steps
                ],
            }
            for day in days.days
        ],
    }
