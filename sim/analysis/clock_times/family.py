"""The rows of cases together with those of the cases that they spawned, at any depth."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from sim.eventlog import EventLog, Ints


class FamilyRows(NamedTuple):
    """Pairs of a case, by its place among those asked for, and a row of its own or of a case that it spawned."""

    place: Ints
    row: Ints


def family_rows(log: EventLog, cases: Ints) -> FamilyRows:
    """The rows of these distinct cases and of all that descend from them."""
    place = np.full(len(log.cases) + 1, -1, dtype=np.int64)  # the last one for "no parent"
    place[cases] = np.arange(cases.size)
    found: list[FamilyRows] = []
    rows, ancestor = np.arange(len(log)), log.case
    while rows.size:
        its = place[ancestor]
        found.append(FamilyRows(its[its >= 0], rows[its >= 0]))
        above = log.cases.parent[ancestor]
        rows, ancestor = rows[above >= 0], above[above >= 0]
    if not found:
        return FamilyRows(rows, rows)
    return FamilyRows(*(np.concatenate(column) for column in zip(*found, strict=True)))


def stage_counts(log: EventLog, cases: Ints, customer_facing: Collection[str] | None = None) -> Ints:
    """环节数: how many distinct stages each case has gone through so far, of those that the customer meets.

    Stages of the cases that it spawned are among them. ``customer_facing``: the ids that count; all when left out.
    """
    place, row = family_rows(log, cases)
    stages = log.stage.codes[row]
    facing = stages >= 0 if customer_facing is None else log.stage.isin(customer_facing)[row]
    pairs = np.unique(np.stack([place[facing], stages[facing]]), axis=1)
    return np.bincount(pairs[0], minlength=cases.size)
