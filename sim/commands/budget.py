"""``shixian budget DIR --limit E4 --share 95%``: an allowance for each step that together keep a limit (时限倒排)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.decide.budget import LimitBudget
    from sim.engine.engines import EngineName
    from sim.report.budgets import Row

_HELP = Text(
    "时限倒排:把一项时限分解为各步骤、各承办单位的限额,并列出目前用时。",
    "Part a limit among steps and offices: allowances that together keep it, beside what they take now.",
)
_LIMIT = Text("承诺事项,如 E4", "the commitment, such as E4")
_SHARE = Text("多大比例的件须守住时限,如 95%", "the share of cases that must keep the limit, such as 95%")
_SCENARIO = Text("以哪个情景为准(默认第一个)", "in this scenario (the first by default)")


def command(say: options.Say) -> click.Command:
    @click.command("budget", help=say(_HELP))
    @options.folder(say)
    @click.option("--limit", "limit_id", required=True, help=say(_LIMIT))
    @click.option("--share", default="95%", show_default=True, callback=_share, help=say(_SHARE))
    @click.option("--scenario", "scenario_id", help=say(_SCENARIO))
    @options.engine(say)
    @options.workers(say)
    @options.common(say)
    def budget(
        folder: Path,
        limit_id: str,
        share: float,
        scenario_id: str | None,
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
        from sim.decide.budget import limit_budget, parted
        from sim.engine.engines import ready
        from sim.model import files

        loaded = files.load(folder, options.with_study(settings, seed, replications), only=[scenario_id])
        scenario = loaded.scenario(scenario_id or next(iter(loaded.scenarios)))
        study = loaded.study
        parted(scenario, limit_id)
        engine = ready(engine, tell(lang))
        with Progress(lang) as progress:
            found = limit_budget(
                scenario,
                limit_id,
                share,
                seed=study.seed,
                replications=study.replications,
                engine=engine,
                workers=workers or os.cpu_count() or 1,
                progress=progress.show,
            )
        for line in _page(found, lang):
            click.echo(line)
        write_json(json_file, _content(found))

    return budget


def _share(_: click.Context, __: click.Parameter, given: str) -> float:
    number, percent = (given[:-1], 100) if given.endswith(("%", "％")) else (given, 1)
    try:
        if 0 < (share := float(number) / percent) < 1:
            return share
    except ValueError:
        pass
    raise InputError(
        Text("比例须大于 0、小于 100%,写成 95% 或 0.95", "a share lies between 0 and 100%, and is written 95% or 0.95"),
        Text("例如 --share 95%", "for example --share 95%"),
        where="--share",
        value=given,
    )


def _page(found: LimitBudget, lang: Language) -> Iterator[str]:
    from sim.model.figure_paths import assumptions_of
    from sim.report import wording
    from sim.report.budgets import budget_table, sentences
    from sim.report.verdict_words import ASSUMED

    limit, model = found.limit, found.scenario.model
    if assumptions_of(model, found.limit_id):
        yield f"*** {ASSUMED.in_(lang)} ***"
    promised = f"{found.limit_id} {limit.name.in_(lang)}  {wording.describe_limit(limit).in_(lang)}"
    yield f"{found.scenario.name.in_(lang)}  {promised}"
    yield wording.describe_clock(found.reading.clock or limit.clock, found.reading, model, limit.classes).in_(lang)
    yield ""
    yield budget_table(found.found, list(_rows(found, lang)), lang)
    yield ""
    yield from sentences(found.found, wording.after_number(found.reading), lang)


def _rows(found: LimitBudget, lang: Language) -> Iterator[Row]:
    from sim.report.budgets import Row

    order = {path: i for i, path in enumerate(found.places)}
    stages = found.scenario.model.stages
    for allowance in sorted(found.found.allowances, key=lambda a: order[a.step]):
        stage = found.stage(allowance.step)
        words = stages[stage].name.in_(lang) if stage in stages else "-"
        yield Row(words, found.step(allowance.step).in_(lang), found.office(allowance.step).in_(lang), allowance)


def _content(found: LimitBudget) -> dict[str, object]:
    its = found.found
    return {
        "scenario": found.scenario.id,
        "limit": found.limit_id,
        "reading": found.reading.id,
        "limit_value": its.limit,
        "share": its.share,
        "seed": found.seed,
        "replications": found.replications,
        "engine": found.engine,
        "cases": its.cases,
        "within": round(its.within, 6),
        "factor": round(its.factor, 6),
        "level": round(its.level, 6),
        "all_steps_keep_their_own": round(its.alone, 6),
        "sum_of_quantiles": round(its.sum_of_quantiles, 4),
        "allowances": [
            {
                "step": a.step,
                "stage": found.stage(a.step),
                "cases": a.cases,
                "mean": round(a.mean, 4),
                "quantile": round(a.quantile, 4),
                "allowed": round(a.allowed, 4),
                "kept": round(a.kept, 6),
                "compressible": a.compressible,
            }
            for a in its.allowances
        ],
    }
