"""The rows of cases together with those of the cases that they spawned, at any depth."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import EventLog, Ints


class FamilyRows(NamedTuple):
    """Pairs of a case, by its place among those asked for, and a row of its own or of a case that it spawned.

    Ordered by place; rows of one member of a family stand together, in the log's order.
    """

    place: Ints
    row: Ints

    def where(self, which: NDArray[np.bool_]) -> FamilyRows:
        """Those chosen by flags."""
        chosen = np.flatnonzero(which)
        return FamilyRows(self.place[chosen], self.row[chosen])


def family_rows(log: EventLog, cases: Ints) -> FamilyRows:
    """The rows of these distinct cases and of all that descend from them."""
    place, member = family_cases(log, cases)
    index, row = log.by_case.of(member)
    return FamilyRows(place[index], row)


def family_cases(log: EventLog, cases: Ints) -> tuple[Ints, Ints]:
    """These distinct cases and all that descend from them: (place of the ancestor among these, case), by place."""
    place, member = np.arange(cases.size), cases
    found = [(place, member)]
    while member.size:
        index, child = log.cases.by_parent.of(member + 1)
        place, member = place[index], child
        found.append((place, member))
    place, member = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(place, kind="stable")
    return place[order], member[order]


def stage_counts(log: EventLog, cases: Ints, customer_facing: Collection[str] | None = None) -> Ints:
    """环节数: how many distinct stages each case has gone through so far, of those that the customer meets.

    Stages of the cases that it spawned are among them. ``customer_facing``: the ids that count; all when left out.
    """
    names = log.stage.names
    facing = np.array([customer_facing is None or name in customer_facing for name in names] + [False])
    place, row = family_rows(log, cases)
    stages = log.stage.codes[row]
    counts = facing[stages]
    gone = np.zeros((cases.size, len(names)), dtype=np.bool_)
    gone[place[counts], stages[counts]] = True
    return np.count_nonzero(gone, axis=1)
