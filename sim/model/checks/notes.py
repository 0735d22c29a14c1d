"""What is allowed and yet worth a look: constant laws, ways that no case takes, numbers without evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sim.errors import Path
from sim.model.base import Model
from sim.model.checks.attributes import values_of, without_names
from sim.model.checks.whole import Whole
from sim.model.figure_paths import figures
from sim.model.law_forms import MeanSpread
from sim.model.process import Branch, Call, Choice, DurationPart, Optional, SessionStep, Spawn, WaitStep, WorkStep
from sim.model.scenario import Folder
from sim.text import Text

_SHOWN = 3
_MARK = re.compile(r"\[\w+\]|(?<![A-Za-z])[A-Z](?![A-Za-z0-9])")
"""``[16]``, and a capital letter alone."""
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEKMHOPCTXaeopcyxiABEZHIKMNOPTXo")
"""Cyrillic and Greek letters that look like Latin ones."""


class Note(NamedTuple):
    """A remark on a place of the model, that refuses nothing."""

    path: Path
    text: Text


def notes(whole: Whole) -> Iterator[Note]:
    """Every remark on a model that has passed the checks."""
    yield from _without_evidence(whole.model)
    yield from _constant(whole.model)
    yield from _ways_not_taken(whole)
    yield from _not_gone_on(whole)
    yield from _look_alikes(whole)
    yield from _without_use(whole)
    yield from _unexplained(whole.model)
    yield from _unnamed(whole.model)
    if not any(s.per_year is None or s.per_year.value > 0 for s in whole.model.sources.values()):
        yield Note(
            ("sources",), Text("没有办件到来,各项指标均为“无办件”", "no cases arrive: every figure will be `no cases`")
        )


def _without_evidence(model: Model) -> Iterator[Note]:
    silent = [figure for figure in figures(model) if not figure.given]
    if silent:
        some = ", ".join(figure.path for figure in silent[:_SHOWN]) + (", …" if len(silent) > _SHOWN else "")
        yield Note(
            silent[0].where,
            Text(
                "{n} 个数据项没有写依据,按无范围的假设处理: {some}",
                "{n} numbers say nothing of their evidence and count as assumptions without a range: {some}",
            ).format(n=len(silent), some=some),
        )


def _unexplained(model: Model) -> Iterator[Note]:
    """Marks in sources, such as ``A`` or ``[16]``, that a legend leaves out; a folder without a legend is not asked."""
    for figure in figures(model) if model.legend else ():
        for mark in _MARK.findall(figure.evidence.source or ""):
            if mark not in model.legend:
                yield Note(
                    figure.where,
                    Text(
                        "来源中的“{mark}”未在 legend 中说明", "the legend does not explain `{mark}` in the source"
                    ).format(mark=mark),
                )


def _unnamed(model: Model) -> Iterator[Note]:
    for name, values in without_names(model).items():
        place = next(
            (("sources", id_, "attributes", name) for id_, s in model.sources.items() if name in s.attributes), ()
        )
        some = ", ".join(sorted(values)[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")
        yield Note(
            place or ("attributes", name),
            Text(
                "属性 {name}({some})在 attributes 中没有名称,按标识显示",
                "`attributes` gives {name} ({some}) no name: it is shown by its id",
            ).format(name=name, some=some),
        )


def _constant(model: Model) -> Iterator[Note]:
    for figure in figures(model):
        if isinstance(figure.evidence, MeanSpread) and figure.evidence.spread == 0:
            yield Note(
                figure.where, Text("离散程度为零,时长固定不变", "without spread the duration is always the same")
            )


def _ways_not_taken(whole: Whole) -> Iterator[Note]:
    values = values_of(whole.model)
    for site in whole.sites:
        match site.element:
            case Choice():
                branches: Iterable[tuple[Path, Branch]] = (
                    ((*site.path, "branches", i), branch) for i, branch in enumerate(site.element.branches)
                )
            case Optional():
                branches = [(site.path, site.element.branches()[0])]
            case _:
                continue
        for path, branch in branches:
            if branch.share is not None and branch.share.value == 0:
                yield Note((*path, "share"), Text("比例为零,没有办件走这一分支", "with share 0 no case goes this way"))
            known = values.get(site.element.by or "")
            for value in branch.when or ():
                if known is not None and value not in known:
                    yield Note(
                        (*path, "when"),
                        Text("没有办件的 {by} 取值为“{value}”", "no case has `{value}` as its {by}").format(
                            by=site.element.by, value=value
                        ),
                    )


def _not_gone_on(whole: Whole) -> Iterator[Note]:
    for site in whole.sites:
        step = site.element
        if isinstance(step, WorkStep | WaitStep | SessionStep) and step.withdraw and step.withdraw.value == 1:
            yield Note(
                (*site.path, "withdraw"),
                Text(
                    "每个办件都在此撤回,其后的步骤无人办理", "every case withdraws here: none goes on to what follows"
                ),
            )


def _look_alikes(whole: Whole) -> Iterator[Note]:
    """BAD_INPUT 13: free keys that differ only in case, in composition or in letters that look alike."""
    model = whole.model
    free: list[tuple[Path, Iterable[str]]] = [(("limits",), model.limits)]
    for id_, source in model.sources.items():
        free += [(("sources", id_, "attributes", a), v) for a, v in source.attributes.items() if isinstance(v, dict)]
    free += [(("attributes", a, "values"), attribute.values) for a, attribute in model.attributes.items()]
    for site in whole.sites:
        if isinstance(site.element, DurationPart) and site.element.factor is not None:
            free.append(((*site.path, "factor", "values"), site.element.factor.values))
    for path, keys in free:
        seen: dict[str, str] = {}
        for key in keys:
            other = seen.setdefault(unicodedata.normalize("NFKC", key).translate(_LOOK_ALIKE).casefold(), key)
            if other != key:
                yield Note(
                    (*path, key),
                    Text("与 {other} 几乎一样: {key}", "{key} is nearly the same as {other}").format(
                        other=ascii(other), key=ascii(key)
                    ),
                )


def _without_use(whole: Whole) -> Iterator[Note]:
    model = whole.model
    used = {process for processes in whole.classes.values() for process in processes}
    for site in whole.sites:
        if isinstance(site.element, Call):
            used.add(site.element.target)
        elif isinstance(site.element, Spawn):
            used |= {child.process for child in site.element.cases}
    for id_ in model.processes:
        if id_ not in used:
            yield Note(("processes", id_), Text("没有办件进入这个流程", "no case comes into this process"))
    if isinstance(model, Folder):
        chosen = {reform for scenario in model.scenarios.values() for reform in scenario.reforms}
        for id_ in model.reforms:
            if id_ not in chosen:
                yield Note(
                    ("reforms", id_), Text("没有情景采用这项举措,未作检查", "no scenario has this reform: not checked")
                )
