"""``shixian rank DIR BEFORE AFTER``: which reforms matter for each commitment, one by one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.analysis.results import StudyResult
    from sim.engine.engines import EngineName
    from sim.model.scenario import Folder

_HELP = Text(
    "逐项举措排序:单独实行时起多大作用,从全部举措中撤去又损失多少。",
    "Rank the reforms: what each does alone (first in), and what is lost without it (last out).",
)
_LIMIT = Text("只看这项承诺,可重复(默认全部)", "this commitment only, may be repeated (all by default)")
_NOT_APART = Text("以下举措不能单独增减:", "These reforms cannot be added or taken out alone:")


def command(say: options.Say) -> click.Command:
    @click.command("rank", help=say(_HELP))
    @options.folder(say)
    @click.argument("before", metavar=say(Text("改革前", "BEFORE")))
    @click.argument("after", metavar=say(Text("改革后", "AFTER")))
    @click.option("--limit", "limits", multiple=True, help=say(_LIMIT))
    @options.engine(say)
    @options.workers(say)
    @options.common(say)
    def rank(
        folder: Path,
        before: str,
        after: str,
        limits: tuple[str, ...],
        engine: EngineName,
        workers: int | None,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: Path | None,
        lang: Language,
    ) -> None:
        from sim import study
        from sim.commands.output import tell, write_json
        from sim.commands.study import Progress
        from sim.decide.ranking import apart
        from sim.document import ranking_document
        from sim.engine.engines import ready
        from sim.model import files

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[before, after])
        options.measured(loaded.limits, limits, "--limit")
        scenarios = study.chosen(loaded, [before, after])
        beside = apart(loaded, before, after, scenarios)
        engine = ready(engine, tell(lang))
        with Progress(lang) as progress:
            result = study.carried_out(
                loaded,
                scenarios,
                study.Told(folder.as_posix(), loaded.study.seed, loaded.study.replications, engine),
                workers=workers or os.cpu_count() or 1,
                progress=progress.show,
                apart=beside,
            )
        shown = limits or tuple(v.limit for v in result.scenarios[1].verdicts if v.default is not None)
        _show(result, loaded, shown, lang)
        write_json(json_file, ranking_document(result, shown))

    return rank


def _show(result: StudyResult, folder: Folder, limits: tuple[str, ...], lang: Language) -> None:
    from sim.report.edition import Edition
    from sim.report.rankings import how, lacking, ranking_table

    edition, ranking = Edition(result, folder, lang), result.ranking
    assert ranking is not None
    if edition.stamp:
        click.echo(f"*** {edition.stamp} ***")
    for limit in limits:
        click.echo()
        click.echo(ranking_table(edition, ranking, limit))
    click.echo(f"\n{how(edition, ranking)}")
    if ranking.lacking:
        click.echo()
        click.echo(_NOT_APART.in_(lang))
        for words in lacking(edition, ranking):
            click.echo(f"  {words}")
