"""``shixian staff DIR SCENARIO --limit E5``: the fewest people with which a limit is kept."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sim.commands import options
from sim.commands.values import Positive, Whole
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.analysis.fewest_people import Staffing, Tried
    from sim.engine.engines import EngineName

_HELP = Text(
    "守住一项时限最少需要多少人:各班组人数、负荷、费用,以及人数与按时比例的对照。",
    "The fewest people per pool that keep a limit: how busy they are, what they cost, and what fewer or more bring.",
)
_LIMIT = Text("承诺事项,如 E5", "the commitment, such as E5")
_POOL = Text(
    "只调整这个班组,可重复(默认计入这项承诺的全部班组)",
    "vary this pool only, may be repeated (all that count by default)",
)
_COST = Text("班组每人(组)的费用,默认 1,可重复,如 --cost survey=1.5", "cost of one person of a pool, 1 by default")
_BUDGET = Text("费用上限:另列不超过它的最好配置", "what may be spent: the best within it is told, too")
_MOST = Text("最多模拟几种配置", "staffings that are simulated at most")
_POINTS = 10
"""Staffings that a search typically tries, for the estimate of what it takes."""


def command(say: options.Say) -> click.Command:
    @click.command("staff", help=say(_HELP))
    @options.folder(say)
    @click.argument("scenario", metavar=say(options.SCENARIO))
    @click.option("--limit", "limit_id", required=True, help=say(_LIMIT))
    @click.option("--pool", "pools", multiple=True, help=say(_POOL))
    @click.option("--cost", "costs", multiple=True, metavar="POOL=1.5", callback=_costs, help=say(_COST))
    @click.option("--budget", type=Positive(), help=say(_BUDGET))
    @click.option("--most", type=Whole(2, 1000), default=60, show_default=True, help=say(_MOST))
    @options.engine(say)
    @options.workers(say)
    @options.common(say)
    def staff(
        folder: Path,
        scenario: str,
        limit_id: str,
        pools: tuple[str, ...],
        costs: Mapping[str, float],
        budget: float | None,
        most: int,
        engine: EngineName,
        workers: int | None,
        seed: int | None,
        replications: int | None,
        settings: Mapping[str, str],
        json_file: Path | None,
        lang: Language,
    ) -> None:
        from sim.commands.output import tell, write_json
        from sim.commands.study import Progress, tell_cost
        from sim.decide.staff import connected, fewest
        from sim.engine.engines import ready
        from sim.model import files
        from sim.names import find
        from sim.runs.cost import affordable

        given = options.with_study(settings, seed, replications)
        loaded = files.load(folder, given, only=[scenario])
        built, study = loaded.scenario(scenario), loaded.study
        options.measured(built.model.limits, [limit_id], "--limit")
        for pool in (*pools, *costs):
            find(built.model.pools, pool, Text("班组", "pool"))
        engine, at_once = ready(engine, tell(lang)), workers or os.cpu_count() or 1
        one = [connected(built, limit_id)]
        affordable(one, most * study.replications, engine=engine, workers=at_once)
        tell_cost(affordable(one, _POINTS * study.replications, engine=engine, workers=at_once), lang)
        with Progress(lang, tenths=False) as progress:
            found = fewest(
                built,
                limit_id,
                seed=study.seed,
                replications=study.replications,
                pools=pools,
                costs=costs,
                most=most,
                engine=engine,
                workers=at_once,
                progress=progress.show,
                told=lambda tried: tell(lang)(_tried(tried)),
            )
        again = _again(folder, scenario, limit_id, pools, costs, budget, most, given, engine)
        _show(found, budget, again, lang)
        write_json(json_file, _content(found, again))

    return staff


def _costs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for one in given:
        pool, _equals, cost = (part.strip() for part in one.partition("="))
        try:
            number = float(cost)
        except ValueError:
            number = -1.0
        if not pool or not 0 < number < 1e12:
            raise InputError(
                Text("--cost 须写成 班组=正数", "--cost takes POOL=NUMBER, above zero"),
                Text("例如 --cost inspection-teams=3", "for example --cost inspection-teams=3"),
                where="--cost",
                value=one,
            )
        if pool in found:
            rule = Text("同一班组的费用写了两次", "the cost of one pool is given twice")
            raise InputError(rule, Text("只保留一个", "keep one of the two"), where="--cost", value=one)
        found[pool] = number
    return found


def _tried(tried: Tried) -> Text:
    from sim.report.staffings import outcome, people
    from sim.report.verdict_words import verdict_words

    words = verdict_words(tried.verdict)
    return Text(
        f"  {people(tried)}:{outcome(tried, 'zh')},{words.zh}", f"  {people(tried)}: {outcome(tried, 'en')}, {words.en}"
    )


def _again(
    folder: Path,
    scenario: str,
    limit: str,
    pools: tuple[str, ...],
    costs: Mapping[str, float],
    budget: float | None,
    most: int,
    settings: Mapping[str, str],
    engine: EngineName,
) -> str:
    parts = ["shixian", "staff", folder.as_posix(), scenario, "--limit", limit]
    parts += [part for pool in pools for part in ("--pool", pool)]
    parts += [part for pool, cost in costs.items() for part in ("--cost", f"{pool}={cost:g}")]
    parts += ["--budget", f"{budget:g}"] if budget is not None else []
    parts += ["--most", str(most)]
    parts += [part for path, value in settings.items() for part in ("--set", f"{path}={value}")]
    parts += ["--engine", engine] if engine != "kernel" else []
    return shlex.join(parts)


def _show(found: Staffing, budget: float | None, again: str, lang: Language) -> None:
    from sim.report import staffings
    from sim.report.verdict_words import ASSUMED

    if found.now.verdict.assumed:
        click.echo(f"*** {ASSUMED.in_(lang)} ***")
    click.echo(staffings.title(found, lang))
    click.echo(f"\n{staffings.pools_table(found, lang)}\n")
    for sentence in staffings.sentences(found, budget, lang):
        click.echo(sentence)
    click.echo(f"\n{staffings.frontier_table(found, lang)}")
    click.echo(f"\n{Text('复现:', 'to reproduce: ').in_(lang)}{again}")


def _content(found: Staffing, again: str) -> dict[str, object]:
    return {
        "scenario": found.scenario.id,
        "limit": found.limit,
        "seed": found.seed,
        "replications": found.replications,
        "engine": found.engine,
        "command": again,
        "assumed": found.now.verdict.assumed,
        "pools": [
            {"pool": pool, "cost_each": cost, "now": now, "work_needs": least}
            for pool, cost, now, least in zip(found.pools, found.costs, found.now.people, found.floor, strict=True)
        ],
        "fewest": None if found.fewest is None else _entry(found.fewest),
        "ceiling": _entry(found.ceiling),
        "proven": found.proven,
        "frontier": [_entry(one) for one in found.frontier],
        "tried": [_entry(one) for one in found.tried],
        "no_effort_known": {step: round(days, 4) for step, days in found.beyond.items()},
        "no_longer_kept": list(found.spoiled),
    }


def _entry(tried: Tried) -> dict[str, Any]:
    default = tried.verdict.default
    assert default is not None
    estimates = {"share_within": default.share_within, "mean": default.mean}
    return {
        "people": list(tried.people),
        "cost": tried.cost,
        "decision": default.decision,
        "verdict": tried.verdict.value,
        "growing": list(tried.verdict.growing),
        "busy": [None if load.load.value is None else round(load.load.value, 6) for load in tried.loads],
        "mean_wait_h": [None if load.mean_wait_h is None else round(load.mean_wait_h, 2) for load in tried.loads],
    } | {
        name: {side: None if (x := getattr(its, side)) is None else round(x, 6) for side in ("value", "low", "high")}
        for name, its in estimates.items()
    }
