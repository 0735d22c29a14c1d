"""``shixian validate``: whether a process found in a log may be believed, by the part that it did not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sim.commands import options
from sim.commands.output import JsonTarget, write_json
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.validating.held_out import Fidelity

_HELP = Text(
    "用一份数据的前八成还原流程,模拟后两成,与实际对照,说明模型能否用于结论。",
    "Find the process in the first four fifths of a log, simulate the last fifth, hold it against what happened, and "
    "tell whether the model may be used for verdicts.",
)
_MAPPING = Text("导出数据的映射", "mapping of the export")
_RUNS = Text("模拟次数", "simulated runs")
_NEEDED = Text(
    "五项距离中至少几项不超过参照值,才可用于结论", "of the five distances, so many must be within their marks"
)
_NAMES = {
    "NGD": Text("环节顺序(三元组)", "order of activities (3-grams)"),
    "AED": Text("办理时刻(小时)", "instants of activities (h)"),
    "CED": Text("一天中的时刻(小时)", "hours of the day (h)"),
    "RED": Text("受理后的时刻(小时)", "times since the case began (h)"),
    "CTD": Text("全程用时(小时)", "cycle times (h)"),
}
_HEAD = Text(
    "距离(越小越好)  模型(标准差)  整件重抽  噪声下限  参照值(取二者较大)",
    "distance (less is better)  model (sd)  cases drawn again  noise  mark (the larger of the two)",
)
_WITHIN = Text(
    "{days:.1f} 日历天内办结:预计 {predicted:.0%}({low:.0%} 至 {high:.0%}),实际 {observed:.0%}",
    "within {days:.1f} calendar days: predicted {predicted:.0%} ({low:.0%} to {high:.0%}), observed {observed:.0%}",
)
_MAY = Text(
    "五项中 {n} 项不超过参照值(要求 {needed} 项):该模型可用于结论",
    "{n} of five distances are within their marks ({needed} asked for): the model may be used for verdicts",
)
_MAY_NOT = Text(
    "五项中只有 {n} 项不超过参照值(要求 {needed} 项):该模型不宜用于结论",
    "only {n} of five distances are within their marks ({needed} asked for): do not use the model for verdicts",
)


def command(say: options.Say) -> click.Command:
    @click.command("validate", help=say(_HELP))
    @click.argument("file", metavar=say(options.FILE), type=click.Path(path_type=Path, readable=False))
    @click.option("--mapping", metavar=say(options.FILE), help=say(_MAPPING), type=click.Path(path_type=Path))
    @click.option("--runs", type=click.IntRange(2, 1000), default=10, show_default=True, help=say(_RUNS))
    @click.option("--needed", type=click.IntRange(1, 5), default=4, show_default=True, help=say(_NEEDED))
    @options.seed(say)
    @options.json_file(say)
    @options.language(say)
    def validate(
        file: Path,
        mapping: Path | None,
        runs: int,
        needed: int,
        seed: int | None,
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from calibration.commands.logs import histories
        from calibration.validating.held_out import SEED, fidelity

        found = fidelity(histories(file, mapping, lang), runs, SEED if seed is None else seed)
        for line in _lines(found, needed):
            click.echo(line.in_(lang))
        write_json(json_file, written(found, needed))

    return validate


def written(found: Fidelity, needed: int) -> dict[str, Any]:
    """As JSON: distances in hours, NGD without a unit."""
    return {
        "distances": found.distances,
        "sd": found.sd,
        "redrawn": found.redrawn,
        "floor": found.floor,
        "mark": found.mark,
        "within_mark": found.within_mark,
        "may_be_used": found.within_mark >= needed,
        "published_protocol": found.published,
        "published_protocol_sd": found.published_sd,
        "within_days": [one._asdict() for one in found.within],
        "cases": found.cases,
        "test_cases": found.test_cases,
    }


def _lines(found: Fidelity, needed: int) -> Iterator[Text]:
    yield _HEAD
    for name, mark in found.mark.items():
        figures = f"{found.distances[name]:.4g} ({found.sd[name]:.2g})  {found.redrawn[name]:.4g}"
        figures += f"  {found.floor[name]:.4g}  {mark:.4g}  {'✓' if found.distances[name] <= mark else '✗'}"
        yield Text(f"  {name} {_NAMES[name].zh}: {figures}", f"  {name} {_NAMES[name].en}: {figures}")
    for one in found.within:
        yield _WITHIN.format(**one._asdict())
    words = _MAY if found.within_mark >= needed else _MAY_NOT
    yield words.format(n=found.within_mark, needed=needed)
