"""``shixian sweep DIR SCENARIO --over PATH=a,b,c``: a commitment's figures over one or two varied figures."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands import options
from sim.commands.values import Writable
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.decide.sweep import Axis, Sweep
    from sim.engine.engines import EngineName

_HELP = Text(
    "变动一两个数据项,看承诺事项的结果怎样随之变化(表和图)。",
    "Vary one or two figures and see, as a table and a chart, what that does to a commitment.",
)
_OVER = Text(
    "要变动的数据项和取值,最多写两次,如 sessions/joint-review/capacity=10,20,30",
    "the figure to vary and its values, at most twice, as in sessions/joint-review/capacity=10,20,30",
)
_LIMIT = Text("只看这项承诺,可重复(默认全部有数字的承诺)", "this commitment only, may be repeated (all with a number)")
_OUT = Text("写出图表和 sweep.json 的目录", "folder for the charts and sweep.json")


def command(say: options.Say) -> click.Command:
    @click.command("sweep", help=say(_HELP))
    @options.folder(say)
    @click.argument("scenario", metavar=say(options.SCENARIO))
    @click.option("--over", "axes", multiple=True, required=True, metavar="PATH=A,B,C", callback=_axes, help=say(_OVER))
    @click.option("--limit", "limits", multiple=True, help=say(_LIMIT))
    @click.option("--out", type=Writable(folder=True), metavar=say(options.FOLDER), help=say(_OUT))
    @options.engine(say)
    @options.workers(say)
    @options.common(say)
    def sweep(
        folder: Path,
        scenario: str,
        axes: tuple[Axis, ...],
        limits: tuple[str, ...],
        out: Path | None,
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
        from sim.decide.sweep import asked, run_sweep
        from sim.engine.engines import ready
        from sim.runs.cost import affordable

        given = options.with_study(settings, seed, replications)
        points = asked(folder, scenario, axes, given)
        promised, study = points.folders[0].scenario(scenario).model.limits, points.folders[0].study
        options.measured(promised, limits, "--limit")
        engine, at_once = ready(engine, tell(lang)), workers or os.cpu_count() or 1
        its = [loaded.scenario(scenario) for loaded in points.folders]
        tell_cost(affordable(its, study.replications, engine=engine, workers=at_once), lang)
        with Progress(lang) as progress:
            found = run_sweep(
                points,
                name=folder.as_posix(),
                seed=study.seed,
                replications=study.replications,
                engine=engine,
                workers=at_once,
                progress=progress.show,
                command=_again(folder, scenario, axes, given, engine),
            )
        chosen = limits or tuple(id_ for id_, limit in promised.items() if limit.value is not None)
        _show(found, chosen, lang, out)
        content = _content(found, chosen)
        write_json(json_file, content)
        write_json(out and out / "sweep.json", content)

    return sweep


def _axes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[Axis, ...]:
    from sim.decide.sweep import Axis

    axes = []
    for one in given:
        path, _equals, values = one.partition("=")
        listed = tuple(value.strip() for value in values.replace("，", ",").split(","))
        if not path.strip() or not all(listed):
            raise InputError(
                Text("--over 须写成 路径=取值,取值", "--over takes PATH=VALUE,VALUE"),
                Text("例如 --over pools/survey/servers=3,4,5", "for example --over pools/survey/servers=3,4,5"),
                where="--over",
                value=one,
            )
        axes.append(Axis(path.strip(), listed))
    return tuple(axes)


def _again(folder: Path, scenario: str, axes: tuple[Axis, ...], settings: Mapping[str, str], engine: EngineName) -> str:
    parts = ["shixian", "sweep", folder.as_posix(), scenario]
    parts += [part for axis in axes for part in ("--over", f"{axis.path}={','.join(axis.values)}")]
    parts += [part for path, value in settings.items() for part in ("--set", f"{path}={value}")]
    parts += ["--engine", engine] if engine != "kernel" else []
    return shlex.join(parts)


def _show(found: Sweep, limits: tuple[str, ...], lang: Language, out: Path | None) -> None:
    from sim.report.charts.sweep import sweep
    from sim.report.edition import Edition
    from sim.report.sweeps import Point, sweep_table
    from sim.whole_files import write_whole

    points = [Point(point.values, Edition(point.result, point.folder, lang)) for point in found.points]
    names = [axis.path for axis in found.axes]
    if stamp := points[0].edition.stamp:
        click.echo(f"*** {stamp} ***")
    for limit in limits:
        click.echo()
        click.echo(sweep_table(points, names, limit))
        picture = sweep(points, names, limit) if out is not None else None
        if out is not None and picture is not None:
            for suffix, content in (("png", picture.png), ("svg", picture.svg)):
                write_whole(out / f"sweep-{limit}.{suffix}", content)


def _content(found: Sweep, limits: tuple[str, ...]) -> dict[str, object]:
    from sim import document

    first = found.points[0].result
    return {
        "scenario": found.scenario,
        "over": [{"path": axis.path, "values": list(axis.values)} for axis in found.axes],
        "seed": first.seed,
        "replications": first.replications,
        "engine": first.engine,
        "command": first.command,
        "points": [
            {
                "values": dict(zip([axis.path for axis in found.axes], point.values, strict=True)),
                "verdicts": [
                    verdict.model_dump(mode="json", by_alias=True)
                    for verdict in document.document(point.result, point.folder).verdicts
                    if verdict.limit in limits
                ],
            }
            for point in found.points
        ],
    }
