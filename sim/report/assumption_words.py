"""The figures that the verdicts rest on: path, value, range, source, and which commitments rest on each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sim.errors import Path
from sim.model.base import Model
from sim.model.figure_paths import Figure, figures
from sim.model.figures import ShareForm
from sim.model.law_forms import LawForm
from sim.model.needs import FactorBy
from sim.model.part import Part
from sim.model.patterns import Pattern
from sim.model.process import Branch, Choice, Optional, Spawn
from sim.model.quantities import Quantity
from sim.model.reforms import phrases, words
from sim.model.spans import Day
from sim.report import numbers
from sim.report.edition import Edition
from sim.text import Text

_FIELDS: dict[str, Text] = {
    "servers": Text("人（组）数", "servers"),
    "speed": Text("速度系数", "speed"),
    "effort": Text("办理工时", "effort"),
    "takes": Text("时长", "duration"),
    "share": Text("比例", "share"),
    "rework": Text("返工", "rework"),
    "first": Text("返工前", "before it"),
    "factor": Text("时长系数", "factor"),
    "on_repeat": Text("重办系数", "factor when repeated"),
    "per_year": Text("每年件数", "cases a year"),
    "attributes": Text("构成", "mix"),
    "batch": Text("批量", "batch"),
    "capacity": Text("每次件数", "cases each time"),
    "withdraw": Text("退出比例", "share that withdraw"),
    "patience": Text("等候期限", "patience"),
    "n": Text("件数", "number"),
    "every": Text("平均间隔", "mean time between cases"),
    "months": Text("一月至十二月系数", "multipliers, January to December"),
    "weekdays": Text("星期系数", "multipliers by day of the week"),
    "hours": Text("时段", "hours"),
    "from": Text("起", "from"),
    "to": Text("止", "to"),
    "date": Text("日期", "date"),
    "on": Text("每周日期", "days of the week"),
    "days": Text("每月日期", "days of the month"),
    "at": Text("时刻", "time"),
    "length": Text("每次时长", "length"),
    "cut_off": Text("截止提前量", "cut-off"),
}
_SECTIONS: dict[str, Text] = {
    "sources": Text("办件量", "Demand"),
    "pools": Text("人员", "Staff"),
    "sessions": Text("集中办理", "Sessions"),
    "calendars": Text("工作时间", "Hours"),
    "processes": Text("流程", "Processes"),
}


class AssumptionRow(NamedTuple):
    """One figure; where scenarios differ, the last that has it."""

    section: str
    path: str
    name: str
    value: str
    range: str
    source: str
    limits: str


def assumptions(edition: Edition) -> list[tuple[str, list[AssumptionRow]]]:
    """Every assumption that a verdict names, once, by section in the order of the description."""
    resting: dict[str, set[str]] = {}
    for verdict in edition.verdicts():
        for path in verdict.assumptions:
            resting.setdefault(path, set()).add(verdict.limit)
    order = list(edition.folder.limits)
    rows: dict[str, AssumptionRow] = {}
    for scenario in edition.scenarios.values():
        for figure in figures(scenario.model):
            if figure.path in resting:
                limits = " ".join(sorted(resting[figure.path], key=order.index))
                row = _row(edition, scenario.model, figure, limits)
                rows[figure.path] = _then(rows.get(figure.path, row), row)
    sections = [edition.say(words) for words in _SECTIONS.values()]
    ordered = sorted(rows.values(), key=lambda row: [*sections, row.section].index(row.section))
    return [(section, list(its)) for section, its in groupby(ordered, lambda row: row.section)]


def legend(edition: Edition) -> list[tuple[str, str]]:
    """What the words and marks in the sources mean, as the folder explains them."""
    return [(edition.exact(word), edition.prose(meaning)) for word, meaning in edition.folder.legend.items()]


def figure_name(edition: Edition, path: str) -> str:
    """What the figure at a path is called; the path itself where it names no figure."""
    for scenario in edition.scenarios.values():
        for figure in figures(scenario.model):
            if figure.path == path:
                return _name(edition, scenario.model, figure)
    return edition.exact(path)


def _then(first: AssumptionRow, last: AssumptionRow) -> AssumptionRow:
    """What differs between the scenarios, from the one to the other."""
    both = {
        name: f"{getattr(first, name)} → {getattr(last, name)}"
        for name in ("value", "range", "source")
        if getattr(first, name) != getattr(last, name)
    }
    return last._replace(**both)


def _row(edition: Edition, model: Model, figure: Figure, limits: str) -> AssumptionRow:
    section = _SECTIONS.get(str(figure.where[0]), Text(str(figure.where[0]), str(figure.where[0])))
    source = "; ".join(filter(None, (figure.evidence.source, figure.evidence.by)))
    return AssumptionRow(
        edition.say(section),
        figure.path,
        _name(edition, model, figure),
        _value(edition, model, figure),
        _range(edition, figure),
        edition.say(source),
        limits,
    )


def _name(edition: Edition, model: Model, figure: Figure) -> str:
    return edition.choose("：", ": ").join(edition.say(name) for name in _names(model, figure.where))


def _value(edition: Edition, model: Model, figure: Figure) -> str:
    evidence = figure.evidence
    if isinstance(evidence, LawForm):
        return edition.say(evidence.describe())
    if figure.value is None or isinstance(figure.evidence.leading, Quantity):
        return edition.prose(phrases.said(model, evidence, str(figure.where[-1])))
    return f"{figure.value:g}%" if isinstance(evidence, ShareForm) else f"{figure.value:,g}"


def _range(edition: Edition, figure: Figure) -> str:
    """Between what the authors believe it lies."""
    bounds: tuple[Any, Any] | None = figure.evidence.range
    if bounds is None:
        return edition.choose("未给范围", "no range") if not isinstance(figure.evidence, Pattern) else ""
    low, high = bounds
    to = numbers.TO.in_(edition.language)
    if isinstance(low, Quantity):
        shorter = f"{low.amount:g}" if low.unit == high.unit else edition.say(low.text)
        return f"{shorter}{to}{edition.say(high.text)}"
    if isinstance(low, Day):
        return to.join(edition.say(bound.text) for bound in (low, high))
    return to.join(f"{bound:,g}{figure.unit}" for bound in (figure.low, figure.high) if bound is not None)


def _names(model: Model, where: Path) -> Iterator[Text]:
    """The names of what stands along a path, the block whose share it is, the field at its end, and for which cases."""
    node: Any = model
    block, field, by = None, None, None
    for part in where:
        node = _inside(node, part)
        own = getattr(node, "name", None)
        if isinstance(own, Text):
            yield own
            block = None
        elif isinstance(node, (Choice, Optional, Spawn)):
            block = words.element_name(node, model)
        elif isinstance(node, Branch) and node.flow:
            block = words.element_name(node.flow[0], model)
        elif isinstance(node, FactorBy):
            by, field = node.attribute, _FIELDS["factor"]
        elif isinstance(part, str) and part in _FIELDS:
            field = _FIELDS[part]
    if block is not None:
        yield block
    if field is not None:
        yield field
    if where[2:3] == ("attributes",):
        by = str(where[3])
        yield model.attribute_name(by)
    if by is not None:
        yield model.value_name(by, str(where[-1]))


def _inside(node: Any, part: str | int) -> Any:
    if isinstance(node, Part):
        fields = type(node).model_fields.items()
        return getattr(node, next(name for name, field in fields if part in (name, field.alias)))
    return node[part]
