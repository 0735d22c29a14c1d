"""``shixian rank DIR BEFORE AFTER``: which reforms matter for each commitment, one by one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.decide.ranking import Ranking
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
        from sim.commands.output import tell, write_json
        from sim.commands.study import Progress
        from sim.decide import ranking
        from sim.engine.engines import ready
        from sim.model import files

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[before, after])
        for limit in limits:
            find(loaded.limits, limit, Text("承诺", "commitment"))
        engine = ready(engine, tell(lang))
        with Progress(lang) as progress:
            found = ranking.rank(
                loaded,
                before,
                after,
                seed=loaded.study.seed,
                replications=loaded.study.replications,
                engine=engine,
                workers=workers or os.cpu_count() or 1,
                progress=progress.show,
            )
        shown = limits or tuple(v.limit for v in found.results[1].verdicts if v.default is not None)
        _show(found, loaded, folder, shown, lang)
        write_json(json_file, ranking.document(found, shown))

    return rank


def _show(found: Ranking, folder: Folder, path: Path, limits: tuple[str, ...], lang: Language) -> None:
    from sim.analysis.assess import study_result
    from sim.report.edition import Edition
    from sim.report.rankings import Row, ranking_table

    result = study_result(
        folder.study,
        found.results,
        name=path.as_posix(),
        seed=found.seed,
        replications=found.replications,
        engine=found.engine,
        command="",
    )
    edition = Edition(result, folder, lang)
    whole = {change.limit: change for change in found.whole}
    if edition.stamp:
        click.echo(f"*** {edition.stamp} ***")
    for limit in limits:
        rows = [
            Row(edition.say(folder.reforms[r.reform].name), r.first_in, r.last_out, r.grows_alone, r.grows_without)
            for r in found.reforms
            if r.limit == limit
        ]
        click.echo()
        click.echo(ranking_table(edition, limit, rows, whole.get(limit)))
    if found.lacking:
        click.echo()
        click.echo(_NOT_APART.in_(lang))
        for reform, why in found.lacking.items():
            click.echo(f"  {edition.say(folder.reforms[reform].name)}: {why.in_(lang)}")
