"""Arguments and options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sim.bounds import REPLICATIONS, SEEDS
from sim.commands.output import JsonTarget
from sim.commands.values import STDOUT, HalfWidths, OneOf, Whole, WholeOrAuto, Writable
from sim.errors import InputError
from sim.names import find
from sim.text import LANGUAGES, Text

if TYPE_CHECKING:
    from sim.model.limits import Limit

Say = Callable[[Text], str]
"""Chooses the reader's language."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

FOLDER = Text("目录", "DIR")
FILE = Text("文件", "FILE")
SCENARIO = Text("情景", "SCENARIO")
SETTING = Text("路径=取值", "PATH=VALUE")


def folder(say: Say) -> Decorator:
    return click.argument("folder", metavar=say(FOLDER), type=click.Path(path_type=Path, readable=False))


def language(say: Say) -> Decorator:
    words = Text(
        "显示与报告的语言(默认取自环境变量 SHIXIAN_LANG,未设则为中文)",
        "language of messages and reports (by default that of SHIXIAN_LANG, else Chinese)",
    )
    return click.option("--lang", "lang", type=OneOf(LANGUAGES), default=say(Text("zh", "en")), help=say(words))


def settings(say: Say) -> Decorator:
    words = Text(
        "只在本次改动一个数据项,可重复,如 pools/survey/servers=5",
        "change one figure for this run, may be repeated, as in pools/survey/servers=5",
    )
    return click.option("--set", "settings", multiple=True, metavar=say(SETTING), callback=_settings, help=say(words))


def _settings(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in given:
        path, _equals, value = (part.strip() for part in one.partition("="))
        if not (path and value):
            raise InputError(
                Text("--set 须写成 路径=取值", "--set takes PATH=VALUE"),
                Text("例如 --set pools/survey/servers=5", "for example --set pools/survey/servers=5"),
                where="--set",
                value=one,
            )
        if path in found:
            raise _twice(f"--set {path}", found[path], value)
        found[path] = value
    return found


def _twice(where: str, one: str, other: str) -> InputError:
    rule = Text("同一数据项给了两次", "one figure is given twice")
    return InputError(rule, Text("只保留一个", "keep one of the two"), where=where, value=f"{one}, {other}")


def measured(limits: Mapping[str, Limit], asked: Sequence[str], option: str) -> None:
    """Refuses a commitment that is not there, has no reading and so no figures, or is asked for twice."""
    for i, id_ in enumerate(asked):
        try:
            limit = find(limits, id_, Text("承诺", "commitment"))
        except InputError as error:
            raise error.at(option) from None
        if id_ in asked[:i]:
            rule = Text("同一承诺写了两次", "one commitment is asked for twice")
            raise InputError(rule, Text("只保留一个", "keep one of the two"), where=option, value=id_)
        if limit.default_reading() is None:
            rule = Text("这项承诺没有口径,无从计时", "this commitment has no reading, so that nothing is timed of it")
            raise InputError(
                rule,
                Text(f"在 limits/{id_}/readings 写一个口径", f"give it a reading in limits/{id_}/readings"),
                where=option,
                value=id_,
            )


def seed(say: Say) -> Decorator:
    words = Text("随机种子(默认取自目录)", "seed of the random numbers (the folder's by default)")
    return click.option("--seed", type=Whole(0, SEEDS - 1), help=say(words))


def replications(say: Say) -> Decorator:
    words = Text("模拟次数(默认取自目录)", "number of replications (the folder's by default)")
    return click.option("--replications", type=Whole(1, REPLICATIONS - 1), help=say(words))


def replications_or_auto(say: Say) -> Decorator:
    words = Text(
        "模拟次数(默认取自目录);auto 由程序决定:每逢 20、40、80……次检查,各项结论均已确定或足够精确即停",
        "number of replications (the folder's by default); auto: looked at after 20, 40, 80, ..., until every verdict "
        "is decided or precise enough",
    )
    return click.option("--replications", type=WholeOrAuto(1, REPLICATIONS - 1), help=say(words))


def precision(say: Say) -> Decorator:
    words = Text(
        "--replications auto 的精度:天数与比例的区间半宽,默认 0.1,1%",
        "for --replications auto: half-widths in days and of shares that are precise enough; 0.1,1% by default",
    )
    return click.option("--precision", type=HalfWidths(), help=say(words))


def most(say: Say) -> Decorator:
    words = Text(
        "--replications auto 的模拟次数上限,默认 320", "for --replications auto: replications at most, 320 by default"
    )
    kind = Whole(2, REPLICATIONS - 1)
    return click.option("--max-replications", "--cap", "most", type=kind, help=say(words))


def json_file(say: Say) -> Decorator:
    words = Text(
        "把结果另写为 JSON 文件;“-”为标准输出,其余文字改走标准错误",
        "write the result to a JSON file as well; `-` is standard output, and words go to standard error then",
    )
    kind = Writable(folder=False)
    return click.option("--json", "json_file", type=kind, metavar=say(FILE), callback=_json_target, help=say(words))


def _json_target(context: click.Context, _: click.Parameter, path: Path | None) -> JsonTarget | None:
    if path != STDOUT:
        return path
    output = sys.stdout
    context.with_resource(redirect_stdout(sys.stderr))
    return output


def common(say: Say, *, auto: bool = False) -> Decorator:
    """What every command that reads a folder takes; ``auto``: it can choose the number of replications."""
    number = replications_or_auto if auto else replications
    return together(seed(say), number(say), settings(say), json_file(say), language(say))


def with_study(settings: Mapping[str, str], seed: int | None, replications: int | str | None) -> dict[str, str]:
    """The settings, with a seed and a number of replications that were asked for; they must not contradict them."""
    asked = {"seed": seed, "replications": replications}
    merged = dict(settings)
    for name, number in ((name, str(number)) for name, number in asked.items() if number is not None):
        if (other := merged.setdefault(f"study/{name}", number)) != number:
            raise _twice(f"--{name}, --set study/{name}", number, other)
    return merged


def out(say: Say) -> Decorator:
    words = Text("写出报告、图表、结论和事件日志的目录", "folder for the report, charts, verdicts and event logs")
    return click.option("--out", type=Writable(folder=True), metavar=say(FOLDER), help=say(words))


def logs(say: Say) -> Decorator:
    words = Text(
        "--out 中保留哪些事件日志:all 每次模拟(默认;全市每次约 200 MB),first 各情景第一次,none 不保留",
        "event logs kept in --out: all replications (the default; about 200 MB each for the city), the first of each "
        "scenario, or none",
    )
    return click.option("--logs", type=OneOf(["all", "first", "none"]), help=say(words))


def engine(say: Say) -> Decorator:
    words = Text(
        "模拟引擎:kernel 编译引擎(默认),reference 参考引擎(慢得多),both 两者都运行,遇到第一处不同即停",
        "what simulates: the compiled kernel (the default), the reference engine (much slower), or both, which stops "
        "where they first differ",
    )
    return click.option("--engine", type=OneOf(["kernel", "reference", "both"]), default="kernel", help=say(words))


def workers(say: Say) -> Decorator:
    words = Text("同时模拟几次(默认等于处理器数)", "simulations at the same time (as many as processors by default)")
    return click.option("--workers", type=Whole(1, 256), help=say(words))


def fail_on(say: Say) -> Decorator:
    words = Text(
        "有承诺未达标(含假设下不可达)时以 1 退出",
        "exit with 1 when a commitment is not met (or not reachable under the assumptions)",
    )
    return click.option("--fail-on", type=OneOf(["not-met"]), help=say(words))


def together(*decorators: Decorator) -> Decorator:
    """Several of them, in this order of the help text."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate
