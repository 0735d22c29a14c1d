"""Page one: what was promised, by whom, what it took, what is expected, what that means, where it sticks."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from sim.report import cells, notes
from sim.report.cells import Outcome
from sim.report.edition import Edition
from sim.report.wording import describe_limit, describe_quantity


class Cell(NamedTuple):
    """What one scenario says of one commitment."""

    outcome: Outcome
    conclusion: str


class Row(NamedTuple):
    """A commitment with a number."""

    id: str
    name: str
    limit: str
    baseline: str
    cells: list[Cell]
    conclusion: str
    remark: str
    classes: list[str]
    """The means of the classes that a promised mean mixes."""
    sticks: tuple[str, str]


class Group(NamedTuple):
    """The commitments of a service for which the same units are responsible."""

    service: str
    name: str
    responsible: str
    rows: list[Row]


class Unnumbered(NamedTuple):
    """A commitment without a number: what is counted, and what each scenario took."""

    id: str
    name: str
    reading: str
    outcomes: list[Outcome]
    change: str
    """``平均 198.1 → 118.3 天，10月15日前 45% → 73%``."""


def groups(edition: Edition) -> list[Group]:
    """The commitments with a number, by service and responsible units."""
    found = []
    for (service, responsible), ids in groupby(edition.limits(numbered=True), lambda id_: _whose(edition, id_)):
        rows = [row(edition, id_) for id_ in ids]
        found.append(Group(service, edition.service_name(service), responsible, rows))
    return found


def _whose(edition: Edition, id_: str) -> tuple[str, str]:
    limit = edition.limit(id_)
    return limit.service, limit.responsible


def row(edition: Edition, id_: str) -> Row:
    """A commitment, scenarios side by side."""
    limit, found = edition.limit(id_), edition.across(id_)
    last, old = found[-1][1], limit.baseline
    return Row(
        id=id_,
        name=edition.say(limit.name),
        limit=edition.say(describe_limit(limit)),
        baseline="" if old is None else edition.choose("原 {}", "was {}").format(edition.say(describe_quantity(old))),
        cells=[Cell(cells.outcome(edition, v.default), cells.conclusion(edition, v)) for _, v in found],
        conclusion=cells.conclusion(edition, last),
        remark=cells.remark(edition, last),
        classes=notes.class_means(edition, last),
        sticks=cells.sticks(edition, last),
    )


def unnumbered(edition: Edition) -> list[Unnumbered]:
    """The commitments without a number of which there are figures, before and after."""
    return [_short(edition, id_) for id_ in edition.limits(numbered=False) if id_ in edition.measured]


def _short(edition: Edition, id_: str) -> Unnumbered:
    limit, found = edition.limit(id_), edition.across(id_)
    results = [verdict.default for _, verdict in found]
    known = [result for result in results if result is not None]
    unit = edition.bracketed(edition.unit(known[-1]))
    return Unnumbered(
        id_,
        edition.say(limit.name),
        edition.say(known[-1].reading.name) + unit,
        [cells.outcome(edition, result) for result in results],
        cells.before_after(edition, known[0], known[-1]),
    )


def without_reading(edition: Edition) -> list[str]:
    """``E6 外线审批告知承诺；E8 …（责任单位：…）``: commitments that nothing can be timed of; units that are new."""
    told = {_whose(edition, id_) for id_ in edition.limits(numbered=True)}
    ids = [id_ for id_ in edition.limits(numbered=False) if id_ not in edition.measured]
    found = []
    for whose, its in groupby(ids, lambda id_: _whose(edition, id_)):
        names = edition.choose("；", "; ").join(f"{id_} {edition.say(edition.limit(id_).name)}" for id_ in its)
        units = edition.exact(edition.choose(f"责任单位：{whose[1]}", f"responsible: {whose[1]}"))
        found.append(names + ("" if whose in told else edition.bracketed(units)))
    return found


def marks(edition: Edition) -> list[str]:
    """``● 假设下不可达``: the conclusions that stand in a small table as their marks alone."""
    its = [cells.conclusion(edition, verdict) for verdict in edition.verdicts() if verdict.value != "no-number"]
    return list(dict.fromkeys(its))
