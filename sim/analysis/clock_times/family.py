"""The rows of cases together with those of the cases that they spawned, at any depth."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import EventLog, Ints


class FamilyRows(NamedTuple):
    """Pairs of a case, by its place among those asked for, and a row of its own or of a case that it spawned.

    Ordered by place; rows of one member of a family stand together, in the log's order. ``sort``: see ``log.sorts``.
    """

    place: Ints
    row: Ints
    sort: Ints

    def where(self, which: NDArray[np.bool_]) -> FamilyRows:
        """Those chosen by flags."""
        chosen = np.flatnonzero(which)
        return FamilyRows(self.place[chosen], self.row[chosen], self.sort[chosen])


def family_rows(log: EventLog, cases: Ints) -> FamilyRows:
    """The rows of these distinct cases and of all that descend from them."""
    place, member = family_cases(log, cases)
    index, row = log.by_case.of(member)
    return FamilyRows(place[index], row, log.sorts.codes[row])


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


def stage_counts(
    log: EventLog, cases: Ints, customer_facing: Collection[str] | None = None, family: FamilyRows | None = None
) -> Ints:
    """环节数: how many distinct stages each case has gone through so far, of those that the customer meets.

    Stages of the cases that it spawned are among them. ``customer_facing``: the ids that count; all when left out.
    ``family``: the cases' rows, where they have been found before.
    """
    stages = [stage for _, stage, _ in log.sorts.words]
    facing = [stage is not None and (customer_facing is None or stage in customer_facing) for stage in stages]
    code = np.array([log.stage.code(stage or "") for stage in stages], dtype=np.int64)
    place, _, sort = family_rows(log, cases) if family is None else family
    counts = np.array(facing, dtype=np.bool_)[sort]
    gone = np.zeros((cases.size, len(log.stage.names)), dtype=np.bool_)
    gone[place[counts], code[sort[counts]]] = True
    return np.count_nonzero(gone, axis=1)
