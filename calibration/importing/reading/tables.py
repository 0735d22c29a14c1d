"""The table that every format is delivered as: its parts are made anew for each reading, found things counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from calibration.importing.findings import Findings
from calibration.importing.raw import RawBatch, RawTable, Source


class Part(NamedTuple):
    """Some rows, and what was found in them."""

    batch: RawBatch
    found: Findings


def table_of(
    source: Source,
    columns: tuple[str, ...],
    typed: dict[str, Literal["number", "date"]],
    findings: Findings,
    parts: Callable[[], Iterator[Part]],
) -> RawTable:
    """A table of parts. They are the same at each reading, so that a second one finds nothing new."""
    counted = 0

    def batches() -> Iterator[RawBatch]:
        nonlocal counted
        for index, part in enumerate(parts()):
            if index >= counted:
                findings.merge(part.found)
                counted = index + 1
            if len(part.batch) or part.batch.rejected:
                yield part.batch

    return RawTable(source, columns, typed, findings, batches)
