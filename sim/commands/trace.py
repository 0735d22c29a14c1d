"""``shixian trace DIR SCENARIO --case N``: the days of one simulated case, which counted, which did not and why."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.bounds import REPLICATIONS
from sim.commands import options, values
from sim.commands.output import JsonTarget, tell, write_json
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.engine.engines import EngineName
    from sim.model.limits import Reading
    from sim.tracing import CaseDay, TracedCase, Why

_HELP = Text(
    "逐日列出一个模拟办件:每天在办什么、计入多少、不计的原因。",
    "The days of one simulated case: what went on, what counted, and why the rest did not.",
)
_CASE = Text(
    "办件编号(如 hv-single-000120),或统计期内受理的第几件(只数有承诺的类别;写了 --limit 时只数该承诺的类别)",
    "the case's label (as hv-single-000120), or its number among those accepted in the window whose class has a "
    "commitment (with --limit: this one)",
)
_LIMIT = Text("按哪项承诺计时(默认该类办件的第一项)", "by which commitment's clock (the first of its class by default)")
_REPLICATION = Text("第几次模拟,从 0 起", "which replication, from 0")
_LEGEND = Text("● 计入  ◐ 当日部分计入  ○ 不计", "● counts  ◐ a part of the day counts  ○ does not count")
_MARKS = {"whole": "●", "part": "◐", "none": "○"}
_COLUMNS = (
    Text("日期", "date"),
    Text("当日", "day"),
    Text("计入", "counts"),
    Text("累计", "total"),
    Text("说明", "why"),
    Text("在办步骤", "steps under way"),
)
_STATES = {
    "finished": Text("已办结", "finished"),
    "open": Text("在办", "open"),
    "not-started": Text("计时尚未开始", "the clock has not started"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "never": Text("本件没有计时结果:终点没有在起点之后出现", "no reading: the clock did not stop after a start"),
}
_APART = Text("(另行办理,不等待)", " (runs apart, not waited for)")
_REASONS: dict[Why, Text] = {
    "no-reading": Text("不计:本件没有计时结果", "not counted: the case has no reading"),
    "not-started": Text("不计:计时尚未开始", "not counted: the clock has not started"),
    "outside-hours": Text("不计:在工作时间之外", "not counted: outside working hours"),
    "left-out": Text("不计:在办步骤不在计时口径内", "not counted: the clock leaves these steps out"),
    "no-time": Text("不计:没有占用时间", "not counted: it took no time"),
}


def command(say: options.Say) -> click.Command:
    @click.command("trace", help=say(_HELP))
    @options.folder(say)
    @click.argument("scenario", metavar=say(options.SCENARIO))
    @click.option("--case", "case_name", required=True, help=say(_CASE))
    @click.option("--limit", "limit_id", help=say(_LIMIT))
    @click.option("--replication", type=values.Whole(0, REPLICATIONS - 1), default=0, help=say(_REPLICATION))
    @options.engine(say)
    @options.common(say)
    def trace(
        folder: Path,
        scenario: str,
        case_name: str,
        limit_id: str | None,
        replication: int,
        engine: EngineName,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.engine.engines import ready
        from sim.model import files
        from sim.tracing import named_case, trace_case

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[scenario]).scenario(
            scenario
        )
        if limit_id is not None:
            find(loaded.model.limits, limit_id, Text("承诺", "commitment"))
        seed = loaded.model.study.seed
        label = named_case(loaded, case_name, limit_id, seed=seed, replication=replication)
        engine = ready(engine, tell(lang))
        click.echo(Text("模拟中……", "simulating ...").in_(lang), err=True)
        traced = trace_case(loaded, label, limit_id, seed=seed, replication=replication, engine=engine)
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
    click.echo(_LEGEND.in_(lang))
    table = Table(box=None, pad_edge=False)
    for i, name in enumerate(_COLUMNS):
        table.add_column(name.in_(lang), no_wrap=i in (0, 2, 3), overflow="fold")
    for day in traced.calendar.days:
        date = f"{day.day.isoformat()} {WEEKDAY_NAMES[WEEKDAYS[day.day.weekday()]].in_(lang)}"
        added = "" if day.mark == "none" else " <0.01" if day.added < 0.005 else f" +{day.added:.2f}"
        steps = "\n".join(_step(traced, step.row, step.counts, lang) for step in day.steps)
        why = _why(day, reading).in_(lang)
        cells = (date, day.view.kind.text.in_(lang), _MARKS[day.mark] + added, f"{day.total:.2f}", why, steps)
        table.add_row(*map(Plain, cells))
    Console(width=max(140, Console().width), highlight=False).print(table)
    click.echo(_outcome(traced).in_(lang))


def _outcome(traced: TracedCase) -> Text:
    from sim.report import wording

    calendar, unit = traced.calendar, wording.short_unit(traced.reading)
    state = _STATES[calendar.state]
    if isnan(calendar.value):
        return state
    found = Text(f"{state.zh}: {calendar.value:.2f} {unit.zh}", f"{state.en}: {calendar.value:.2f} {unit.en}")
    if calendar.to_compare < calendar.value:
        compared = f"{calendar.to_compare:g}"
        return Text(
            f"{found.zh}(末日遇休息日顺延,按 {compared} 与时限比较)",
            f"{found.en} (a last day that is no working day moves on: {compared} is compared with the limit)",
        )
    return found


def _step(traced: TracedCase, row: int, counts: bool, lang: Language) -> str:
    path, name, _, owner = traced.step(row)
    apart = _APART.in_(lang) if path in traced.beside else ""
    return f"{'●' if counts else '○'} {name.in_(lang)} - {owner.in_(lang)}{apart}"


def _why(day: CaseDay, reading: Reading) -> Text:
    """Why a day counts, in part or not at all; when the clock started or stopped, where it did on this day."""
    said = []
    if day.starts is not None:
        at = _time_of_day(day.starts)
        said.append(Text(f"{at} 起计时", f"the clock starts at {at}"))
    said.append(_reason(day, reading))
    if day.stops is not None:
        at = _time_of_day(day.stops)
        said.append(Text(f"{at} 计时终止", f"it stops at {at}"))
    return Text(",".join(text.zh for text in said), ", ".join(text.en for text in said))


def _reason(day: CaseDay, reading: Reading) -> Text:
    from sim.model.quantities import HOUR_US

    if day.why in _REASONS:
        return _REASONS[day.why]
    if day.why == "closed":
        kind = day.view.kind.text if not day.view.kind.working else Text("不办公", "closed")
        return Text(f"不计:{kind.zh}", f"not counted: {kind.en}")
    if day.why == "first-day":
        if reading.unit == "half-days":
            return Text("不计:自下一个半日起算", "not counted: counting begins with the next half day")
        return Text("不计:当日不算,自次日起算", "not counted: counting begins the day after")
    if day.why == "counted":
        if reading.unit in ("calendar-days", "hours") and not day.view.kind.working:
            return Text("计入:自然日,休息日照计", "counted: calendar days, days off as well")
        return Text("计入", "counted")
    if reading.unit == "half-days":
        return Text("计入半日", "half a day counted")
    left_out = (day.running_us - day.counted_us) / HOUR_US
    if left_out < 0.05:
        return Text("部分计入", "a part counted")
    return Text(f"其中 {left_out:.1f} 小时不在口径内", f"{left_out:.1f} h of it left out")


def _time_of_day(instant: int) -> str:
    from sim.model.quantities import DAY_US, MINUTE_US

    minutes = instant % DAY_US // MINUTE_US
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _content(traced: TracedCase, scenario: str) -> dict[str, object]:
    def step(row: int, counts: bool) -> dict[str, object]:
        path, _, owner, _ = traced.step(row)
        return {"step": path, "owner": owner, "counts": counts, "apart": path in traced.beside}

    return {
        "case": traced.label,
        "scenario": scenario,
        "attributes": traced.attributes,
        "limit": traced.limit_id,
        "reading": traced.reading.id,
        "state": traced.calendar.state,
        "value": None if isnan(traced.calendar.value) else round(traced.calendar.value, 6),
        "days": [
            {
                "date": day.day.isoformat(),
                "kind": day.view.kind.kind,
                "name": day.view.kind.text._asdict(),
                "working": day.view.kind.working,
                "counts": day.mark,
                "added": round(day.added, 6),
                "total": round(day.total, 6),
                "why": day.why,
                "reason": _why(day, traced.reading)._asdict(),
                "steps": [step(one.row, one.counts) for one in day.steps],
            }
            for day in traced.calendar.days
        ],
    }
