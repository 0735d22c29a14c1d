"""``shixian trace DIR SCENARIO --case N``: the days of one simulated case, which counted, which did not and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.bounds import REPLICATIONS
from sim.commands import options, values
from sim.commands.output import JsonTarget, write_json
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.tracing import CaseDay, TracedCase

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
    @click.option("--replication", type=values.Whole(0, REPLICATIONS - 1), default=0, help=say(_REPLICATION))
    @options.common(say)
    def trace(
        folder: Path,
        scenario: str,
        case_name: str,
        limit_id: str | None,
        replication: int,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.model import files
        from sim.tracing import trace_case

        loaded = files.load(folder, options.with_study(settings, seed, replications)).scenario(scenario)
        if limit_id is not None:
            find(loaded.model.limits, limit_id, Text("承诺", "commitment"))
        click.echo(Text("模拟中……", "simulating ...").in_(lang), err=True)
        traced = trace_case(loaded, case_name, limit_id, seed=loaded.model.study.seed, replication=replication)
        _show(traced, lang)
        write_json(json_file, _content(traced, scenario))

    return trace


def _show(traced: TracedCase, lang: Language) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    from sim.model.sessions import WEEKDAY_NAMES, WEEKDAYS
    from sim.report import wording

    limit, reading = traced.limit, traced.reading
    promised = f"{traced.limit_id} {limit.name.in_(lang)}  {wording.describe_limit(limit).in_(lang)}"
    click.echo(f"{traced.label}  {promised}")
    if kinds := [f"{name.in_(lang)}: {value.in_(lang)}" for name, value in traced.of_what_kind()]:
        click.echo("; ".join(kinds))
    click.echo(wording.describe_clock(reading.clock or limit.clock, reading, traced.model, limit.classes).in_(lang))
    table = Table(box=None, pad_edge=False)
    for i, name in enumerate(_COLUMNS):
        table.add_column(name.in_(lang), no_wrap=i in (0, 2, 3), overflow="fold", min_width=(14, 10, 6, 6, 40, 16)[i])
    for day in traced.calendar.days:
        date = f"{day.day.isoformat()} {WEEKDAY_NAMES[WEEKDAYS[day.day.weekday()]].in_(lang)}"
        steps = "\n".join(_step(traced, step.row, step.counts, lang) for step in day.steps)
        added = "-" if abs(day.added) < 0.005 else f"+{day.added:.2f}"
        cells = (date, day.view.kind.text.in_(lang), added, f"{day.total:.2f}", steps)
        table.add_row(*map(Plain, cells), Plain(_why_not(day).in_(lang)))
    Console(width=max(140, Console().width), highlight=False).print(table)
    state = _STATES[traced.calendar.state].in_(lang)
    click.echo(f"{state}: {traced.calendar.value:.2f} {wording.short_unit(reading).in_(lang)}")


def _step(traced: TracedCase, row: int, counts: bool, lang: Language) -> str:
    _, name, _, owner = traced.step(row)
    return f"{'●' if counts else '○'} {name.in_(lang)} - {owner.in_(lang)}"


def _why_not(day: CaseDay) -> Text:
    """Why a day, or a part of it, did not count."""
    if not day.view.kind.working:
        return Text(f"不计:{day.view.kind.text.zh}", f"not counted: {day.view.kind.text.en}")
    if day.legal_us == 0:
        return Text("不计:计时未在进行", "not counted: the clock is off")
    if day.counted_us == 0:
        return Text("不计:在办步骤不在计时口径内", "not counted: the clock leaves these steps out")
    if day.counted_us < day.legal_us:
        from sim.model.quantities import HOUR_US

        hours = (day.legal_us - day.counted_us) / HOUR_US
        return Text(f"其中 {hours:.1f} 小时不计", f"{hours:.1f} h of it not counted")
    return Text("", "")


def _content(traced: TracedCase, scenario: str) -> dict[str, object]:
    def step(row: int, counts: bool) -> dict[str, object]:
        path, _, owner, _ = traced.step(row)
        return {"step": path, "owner": owner, "counts": counts}

    return {
        "case": traced.label,
        "scenario": scenario,
        "attributes": traced.attributes,
        "limit": traced.limit_id,
        "reading": traced.reading.id,
        "state": traced.calendar.state,
        "value": round(traced.calendar.value, 6),
        "days": [
            {
                "date": day.day.isoformat(),
                "kind": day.view.kind.kind,
                "name": day.view.kind.text._asdict(),
                "working": day.view.kind.working,
                "added": round(day.added, 6),
                "total": round(day.total, 6),
                "steps": [step(one.row, one.counts) for one in day.steps],
            }
            for day in traced.calendar.days
        ],
    }
