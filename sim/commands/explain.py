"""``shixian explain DIR LIMIT``: the clause, the clock drawn over the steps, the readings, and when they run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import due_page, options, values
from sim.commands.output import JsonTarget, write_json
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.model.base import Model
    from sim.model.limits import Limit
    from sim.model.paths import StepAt
    from sim.model.scenario import Scenario

_HELP = Text(
    "解释一项承诺:文件原文、计时从哪里到哪里、哪些步骤计入、各种口径。",
    "Explain a commitment: its clause, its clock drawn over the steps, its readings.",
)
_SCENARIO = Text("以哪个情景的流程为准(默认第一个)", "draw over the process of this scenario (the first by default)")
_ACCEPTED = Text(
    "某日(可带时刻)受理的办件,各口径下哪天到期、哪些天计入;如 2021-09-29",
    "the last day in time under each reading, and which days count, for an application accepted on this day, as in "
    "2021-09-29 (or with the hour)",
)
_COUNTED = {
    "counted": Text("● 计入", "● counted"),
    "left-out": Text("○ 不计", "○ left out"),
    "apart": Text("○ 另行办理,不等待", "○ runs apart, not waited for"),
    "before": Text("○ 起点前", "○ before the start"),
    "after": Text("○ 终点后", "○ after the stop"),
}
_LABELS = {
    "clause": Text("文件原文", "clause"),
    "responsible": Text("责任单位", "responsible units"),
    "deadline": Text("完成时限", "deadline"),
    "limit": Text("承诺时限", "limit"),
    "clock": Text("计时", "clock"),
    "readings": Text("口径", "readings"),
}


def command(say: options.Say) -> click.Command:
    @click.command("explain", help=say(_HELP))
    @options.folder(say)
    @click.argument("limit", metavar=say(Text("承诺", "LIMIT")))
    @click.option("--scenario", "scenario_id", help=say(_SCENARIO))
    @click.option("--accepted", type=values.Moment(), metavar=say(Text("日期", "DATE")), help=say(_ACCEPTED))
    @options.common(say)
    def explain(
        folder: Path,
        limit: str,
        scenario_id: str | None,
        accepted: dt.date | None,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.due import due_days
        from sim.model import files

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[scenario_id])
        scenario = loaded.scenario(scenario_id or next(iter(loaded.scenarios)))
        promised = find(scenario.model.limits, limit, Text("承诺", "commitment"))
        dues = [] if accepted is None else list(due_days(scenario.model, promised, accepted))
        for line in _page(scenario, limit, promised, lang):
            click.echo(line)
        content = _content(scenario, limit, promised)
        if accepted is not None:
            click.echo("\n" + "\n".join(due_page.page(promised, accepted, dues, lang)))
            content |= due_page.content(accepted, dues)
        write_json(json_file, content)

    return explain


def _page(scenario: Scenario, id_: str, limit: Limit, lang: Language) -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size

    from sim.model.paths import name_of
    from sim.report import wording

    model = scenario.model
    yield f"{id_} {limit.name.in_(lang)} ({limit.item})"
    rows = [("clause", limit.quote if lang == "zh" else f"{limit.quote}\n    {limit.english}")]
    rows += [("responsible", limit.responsible), ("deadline", limit.deadline)]
    rows += [("limit", wording.describe_limit(limit).in_(lang))]
    if reading := limit.default_reading():  # without one nothing is timed
        rows += [("clock", wording.describe_clock(limit.clock, reading, model, limit.classes).in_(lang))]
    for label, words in rows:
        yield f"  {_LABELS[label].in_(lang)}: {words}"
    for process, classes in _processes(model, limit).items():
        yield ""
        yield f"  {model.processes[process].name.in_(lang)} ({_listed(process, classes)})"
        widest = max(cell_len(words.in_(lang)) for words in _COUNTED.values())
        for at, counted in steps(scenario, limit, process):
            whose = model.owner_names().get(at.owner or "", Text("-", "-")).in_(lang)
            mark = set_cell_size(_COUNTED[counted].in_(lang), widest)
            yield f"    {mark}  {'  ' * at.depth}{name_of(at.step).in_(lang)} ({whose}) {at.path}"
    if limit.readings:
        yield ""
        yield f"  {_LABELS['readings'].in_(lang)}:"
    for reading in limit.readings:
        clock = wording.describe_clock(reading.clock or limit.clock, reading, model, reading.classes or limit.classes)
        yield f"    - {wording.describe_role(reading.role).in_(lang)} {reading.name.in_(lang)}: {clock.in_(lang)}"


def _processes(model: Model, limit: Limit) -> dict[str, list[str]]:
    """The processes that handle the cases of a limit, each with the classes that it handles."""
    known, found = model.classes(), dict[str, list[str]]()
    for class_ in limit.classes:
        for process in known.get(class_, ()):
            found.setdefault(process, []).append(class_)
    return found


def _listed(process: str, classes: list[str]) -> str:
    """``gas: gas-standard, gas-larger``; the class alone where it is called as its process is."""
    return process if classes == [process] else f"{process}: {', '.join(classes)}"


def steps(scenario: Scenario, limit: Limit, process: str) -> Iterator[tuple[StepAt, str]]:
    """Every step of a process, spawned and called processes included, and what the clock makes of its time."""
    from sim.model.clock_order import reach
    from sim.model.paths import steps_of

    where = reach(scenario.model, process, limit.clock)
    for at in steps_of(scenario.model, process):
        chosen = limit.clock.counts(at.owner, at.step.stage, at.path)
        counts = "counted" if chosen else "left-out"
        if at.apart and not (chosen and limit.clock.count):
            counts = "apart"  # where all time counts, what runs beside it adds nothing; a clock may count it by name
        yield at, counts if where(at) == "within" else where(at)


def _content(scenario: Scenario, id_: str, limit: Limit) -> dict[str, object]:
    return {
        "limit": id_,
        "scenario": scenario.id,
        "quote": limit.quote,
        "item": limit.item,
        "responsible": limit.responsible,
        "deadline": limit.deadline,
        "value": None if limit.value is None else str(limit.value),
        "readings": [{"id": r.id, "role": r.role, "unit": r.unit, "per": r.per} for r in limit.readings],
        "steps": [
            {"path": at.path, "owner": at.owner, "counted": counted == "counted", "clock": counted}
            for process in _processes(scenario.model, limit)
            for at, counted in steps(scenario, limit, process)
        ],
    }
