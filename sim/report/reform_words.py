"""What a scenario changes: the reforms with their clauses, changes of the process and of the clock apart (rule 19)."""

from __future__ import annotations

from typing import NamedTuple

from sim.model.scenario import Scenario
from sim.report.edition import Edition


class ReformRow(NamedTuple):
    """A reform in words."""

    name: str
    item: str
    clause: str
    """Exact words of the plan, as they are."""
    firm: bool
    side_effects: str
    process: list[str]
    clock: list[str]


def reforms(edition: Edition, scenario: Scenario) -> list[ReformRow]:
    """The reforms of a scenario in its order; its own changes come last, under its name."""
    base = edition.folder.base()
    return [
        ReformRow(
            edition.say(reform.name),
            edition.say(reform.item),
            reform.clause,
            reform.firm,
            "" if reform.side_effects is None else edition.prose(reform.side_effects),
            [edition.prose(change.describe(base)) for change in reform.changes],
            [edition.prose(change.describe(base)) for change in reform.clock_changes],
        )
        for _, reform in scenario.reforms
    ]
