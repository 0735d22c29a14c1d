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
    """A commitment, or several without a number; ``span`` rows have the same responsible units, those after it 0."""

    id: str
    name: str
    responsible: str
    span: int
    limit: str
    baseline: str
    cells: list[Cell]
    value: str
    conclusion: str
    remark: str
    classes: list[str]
    """The means of the classes that a promised mean mixes."""
    sticks: tuple[str, str]


def rows(edition: Edition) -> list[Row]:
    """Commitments with a number one by one, then those without, together where the same units are responsible."""
    ids = [[id_] for id_ in edition.limits(numbered=True)]
    without = groupby(edition.limits(numbered=False), lambda id_: edition.limit(id_).responsible)
    ids += [list(group) for _, group in without]
    units = [edition.limit(group[0]).responsible for group in ids]
    return [_row(edition, group, _span(units, i)) for i, group in enumerate(ids)]


def _span(units: list[str], i: int) -> int:
    if i and units[i - 1] == units[i]:
        return 0
    return next((n for n, unit in enumerate(units[i:]) if unit != units[i]), len(units) - i)


def _row(edition: Edition, ids: list[str], span: int) -> Row:
    limits = [edition.limit(id_) for id_ in ids]
    limit, found = limits[0], edition.across(ids[0])
    last, old = found[-1][1], limits[0].baseline
    numbered = last.value != "no-number"
    names = [f"{id_} {edition.say(limit.name)}" for id_, limit in zip(ids, limits, strict=True)]
    return Row(
        id=edition.choose("、", ", ").join(ids),
        name=edition.say(limit.name) if numbered else edition.choose("；", "; ").join(names),
        responsible=limit.responsible,
        span=span,
        limit=edition.say(describe_limit(limit)),
        baseline="" if old is None else edition.choose("原 {}", "was {}").format(edition.say(describe_quantity(old))),
        cells=[Cell(cells.outcome(edition, v.default), cells.conclusion(edition, v)) for _, v in found if numbered],
        value=last.value,
        conclusion=cells.conclusion(edition, last),
        remark=cells.remark(edition, last),
        classes=notes.class_means(edition, last),
        sticks=cells.sticks(edition, last),
    )
