"""What a scenario changes: the reforms with their clauses, changes of the process and of the clock apart (rule 19)."""

from __future__ import annotations

from typing import NamedTuple

from sim.model.scenario import Scenario
from sim.report.edition import Edition


class ReformRow(NamedTuple):
    """A reform in words."""

    name: str
    basis: str
    """What the plan says of it, where it does not simply call for it."""
    item: str
    clause: str
    """Exact words of the plan, as they are."""
    caution: str
    side_effects: str
    process: list[str]
    clock: list[str]


def reforms(edition: Edition, scenario: Scenario) -> list[ReformRow]:
    """The reforms of a scenario in its order; its own changes come last, under its name."""
    base = edition.folder.base()
    return [
        ReformRow(
            edition.say(reform.name),
            "" if reform.basis == "called-for" else edition.say(reform.basis_name),
            edition.say(reform.item),
            reform.clause,
            "" if reform.caution is None else edition.prose(reform.caution),
            "" if reform.side_effects is None else edition.prose(reform.side_effects),
            [edition.prose(change.describe(base)) for change in reform.changes],
            [edition.prose(change.describe(base)) for change in reform.clock_changes],
        )
        for _, reform in scenario.reforms
    ]
