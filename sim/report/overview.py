"""Many scenarios at a glance: a table for each service, a line a scenario, a column a commitment."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sim.analysis.results import ScenarioResult
from sim.report import cells, numbers
from sim.report.change_words import certain
from sim.report.edition import Edition
from sim.report.verdict_words import GROWING, MARKS
from sim.report.wording import describe_limit
from sim.text import Text

SIDE_BY_SIDE = 5
"""Scenarios up to which they stand beside each other; a report of more is an overview."""

Against = Literal["first", "same", "chance", "changed"]
"""What a figure is against the first scenario's: that figure itself, the same to the last digit since no case fares
differently, different but perhaps by chance, changed beyond chance."""

SIGNS: dict[Against, str] = {"first": "", "same": "=", "chance": "≈", "changed": ""}
_SIGNS: dict[Against, Text] = {
    "same": Text("与首个情景逐件相同", "as in the first scenario, case by case"),
    "chance": Text("与首个情景相比变化不显著", "no significant change from the first scenario"),
}


class Column(NamedTuple):
    """A commitment: its id, name and limit in words."""

    id: str
    name: str
    limit: str


class Figure(NamedTuple):
    """What a scenario says of a commitment: the conclusion's mark, none without a number; the figure, its interval."""

    mark: str
    leading: str
    interval: str
    against: Against


class Row(NamedTuple):
    """A scenario."""

    id: str
    name: str
    figures: list[Figure]


class Table(NamedTuple):
    """A service: its commitments, the scenarios that change one of them beyond chance, and the others.

    ``doubtful``: those whose changes may all be chance; ``unchanged``: those in which no case fares differently.
    """

    name: str
    columns: list[Column]
    rows: list[Row]
    doubtful: list[Row]
    unchanged: list[Row]

    def left_out(self, edition: Edition) -> list[tuple[str, list[Row]]]:
        """The scenarios without a line, below the words that say why."""
        doubtful = edition.choose("与首个情景相比，各项变化均不显著", "No significant change from the first scenario")
        unchanged = edition.choose("各项均与首个情景相同", "The same as the first scenario throughout")
        return [(words, rows) for words, rows in ((doubtful, self.doubtful), (unchanged, self.unchanged)) if rows]


def is_long(edition: Edition) -> bool:
    """Whether the scenarios are too many to stand beside each other."""
    return len(edition.result.scenarios) > SIDE_BY_SIDE


def tables(edition: Edition) -> list[Table]:
    """The services that have commitments with figures."""
    found = [(service, [i for i in ids if i in edition.measured]) for service, ids in edition.services.items()]
    return [_table(edition, edition.service_name(service), ids) for service, ids in found if ids]


def signs(edition: Edition) -> list[str]:
    """``≈ 与首个情景相比变化不显著``: the signs before figures."""
    return [f"{SIGNS[against]} {edition.say(words)}" for against, words in _SIGNS.items()]


def _table(edition: Edition, name: str, ids: list[str]) -> Table:
    rows = [_row(edition, scenario, ids) for scenario in edition.result.scenarios]
    against = [{figure.against for figure in row.figures} for row in rows]
    return Table(
        name,
        [_column(edition, id_) for id_ in ids],
        [row for row, its in zip(rows, against, strict=True) if its & {"first", "changed"}],
        [row for row, its in zip(rows, against, strict=True) if "chance" in its and "changed" not in its],
        [row for row, its in zip(rows, against, strict=True) if its == {"same"}],
    )


def _column(edition: Edition, id_: str) -> Column:
    limit = edition.limit(id_)
    return Column(id_, edition.say(limit.name), edition.say(describe_limit(limit)))


def _row(edition: Edition, scenario: ScenarioResult, ids: list[str]) -> Row:
    return Row(scenario.id, edition.scenario_name(scenario.id), [_figure(edition, scenario, id_) for id_ in ids])


def _figure(edition: Edition, scenario: ScenarioResult, id_: str) -> Figure:
    verdict = edition.verdict(id_, scenario.id)
    if verdict is None or verdict.default is None:
        return Figure("", numbers.NONE, "", _against(edition, scenario, id_))
    mark = "" if verdict.value == "no-number" else MARKS[verdict.value]
    if verdict.growing:
        return Figure(mark, edition.say(GROWING), "", "first" if scenario is edition.result.scenarios[0] else "changed")
    outcome = cells.outcome(edition, verdict.default)
    return Figure(mark, outcome.leading, outcome.interval, _against(edition, scenario, id_))


def _against(edition: Edition, scenario: ScenarioResult, id_: str) -> Against:
    first = edition.result.scenarios[0]
    if scenario is first:
        return "first"
    if _told(edition, first, id_) == _told(edition, scenario, id_):
        return "same"
    change = edition.change(id_, scenario.id)
    return "changed" if certain(change, "mean") or certain(change, "share_within") else "chance"


def _told(edition: Edition, scenario: ScenarioResult, id_: str) -> object:
    """What is equal to the last digit where all cases fare alike, since they are the same cases."""
    verdict = edition.verdict(id_, scenario.id)
    its = None if verdict is None else verdict.default
    return its and (its.cases, its.mean.value, its.share_within.value, its.longest_days)
