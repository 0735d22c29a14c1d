"""``shixian diff DIR A B``: what changes between two scenarios, process and clock apart (rule 19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.commands.output import JsonTarget, write_json
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.model.reforms.reform import Reform
    from sim.model.scenario import Side

_HELP = Text(
    "用文字说明两个情景的差别,流程的改动与计时口径的改动分开列。",
    "What changes between two scenarios, in words; changes of the process and of the clock apart.",
)
_SIDES = (
    ("process", Text("流程的改动", "Changes of the process")),
    ("clock", Text("计时口径的改动(不改变办理本身)", "Changes of the clock (the work itself stays)")),
)
_COUNTS = Text(
    "{title}:{reforms} 项举措,{changes} 处改动,{effects} 处结果",
    "{title}: reforms {reforms}, changes {changes}, effects {effects}",
)
_EFFECTS = Text("以上举措合起来的结果", "What comes of all of them")
_NO_EFFECTS = Text("无", "none")
_GONE = Text("不再实行:", "No longer: ")
_CLAUSE = Text("依据 {item}:{clause}", "clause {item}: {clause}")
_CAUTION = Text("须注意:{caution}", "bear in mind: {caution}")
_COSTS = Text("代价:{costs}", "at the cost of: {costs}")


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
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.model import files
        from sim.model.scenario import difference

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[a, b])
        found = difference(loaded.scenario(a), loaded.scenario(b))
        sides = [(title.in_(lang), getattr(found, side)) for side, title in _SIDES]
        click.echo(f"{a} → {b}")
        for title, side in sides:
            click.echo("  " + _counts(title, side).in_(lang))
        for title, side in sides:
            click.echo("")
            click.echo(title)
            for line in _lines(side, lang):
                click.echo(f"  {line}")
        write_json(json_file, {"a": a, "b": b, **{side: _content(getattr(found, side)) for side, _ in _SIDES}})

    return diff


def _counts(title: str, side: Side) -> Text:
    changes = sum(len(told.changes) for told in side.reforms)
    return _COUNTS.format(title=title, reforms=len(side.reforms), changes=changes, effects=len(side.effects))


def _lines(side: Side, lang: Language) -> Iterator[str]:
    for told in side.reforms:
        reform = told.reform
        yield (_GONE.in_(lang) if told.gone else "") + reform.name.in_(lang)
        yield f"  {_basis(reform).in_(lang)}"
        if reform.caution is not None:
            yield f"  {_CAUTION.in_(lang).format(caution=reform.caution.in_(lang))}"
        if reform.side_effects is not None:
            yield f"  {_COSTS.in_(lang).format(costs=reform.side_effects.in_(lang))}"
        yield from (f"  - {change.in_(lang)}" for change in told.changes)
    if not side.effects:
        yield _NO_EFFECTS.in_(lang)
        return
    yield _EFFECTS.in_(lang)
    for about, facts in groupby(side.effects, lambda fact: fact.about):
        yield f"  {about.in_(lang)}"
        yield from (f"    - {fact.what.in_(lang)}" for fact in facts)


def _basis(reform: Reform) -> Text:
    """``依据 (六)11:…``; what is only explored, or called for by no clause, says so."""
    clause, basis = _CLAUSE.format(item=reform.item, clause=reform.clause), reform.basis_name
    if reform.basis == "called-for":
        return clause
    return Text(f"{basis.zh};{clause.zh}", f"{basis.en}; {clause.en}") if reform.clause else basis


def _content(side: Side) -> dict[str, object]:
    return {
        "reforms": [
            {
                "id": told.id,
                "name": told.reform.name._asdict(),
                "basis": told.reform.basis,
                "item": told.reform.item,
                "clause": told.reform.clause,
                "caution": None if told.reform.caution is None else told.reform.caution._asdict(),
                "gone": told.gone,
                "changes": [change._asdict() for change in told.changes],
            }
            for told in side.reforms
        ],
        "effects": [{"about": fact.about._asdict(), "what": fact.what._asdict()} for fact in side.effects],
    }
