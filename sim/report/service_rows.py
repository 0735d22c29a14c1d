"""A service's own table: its commitments with and without a number, stages and the customer's whole time beside."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from sim.report import numbers, page_one
from sim.report.edition import Edition


class Row(NamedTuple):
    """A commitment as on page one; stages (环节) and whole elapsed days from the first scenario to the last."""

    found: page_one.Row
    stages: str
    elapsed: str


def rows(edition: Edition, service: str) -> list[tuple[str, list[Row]]]:
    """The commitments of a service by the units that are responsible."""
    ids = edition.services[service]
    grouped = groupby(ids, lambda id_: edition.limit(id_).responsible)
    return [(edition.exact(units), [_row(edition, id_) for id_ in its]) for units, its in grouped]


def _row(edition: Edition, id_: str) -> Row:
    verdicts = [verdict for _, verdict in edition.across(id_)]
    stages = [numbers.alone(verdict.stages, numbers.count, edition.language) for verdict in verdicts]
    elapsed = [numbers.alone(verdict.elapsed, numbers.days, edition.language) for verdict in verdicts]
    return Row(page_one.row(edition, id_), _arrow(stages), _arrow(elapsed))


def _arrow(told: list[str]) -> str:
    """From the first to the last; once where they are the same."""
    return " → ".join(dict.fromkeys((told[0], told[-1])))
