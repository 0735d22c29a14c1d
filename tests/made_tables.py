"""Exports made by hand as rows of text, and a log read back row by row; shared by the tests of importing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from calibration.importing.event_log import Imported, import_log
from calibration.importing.findings import Findings
from calibration.importing.mapping import Mapping
from calibration.importing.raw import RawBatch, RawTable, Source
from calibration.importing.words import WORDS
from sim.eventlog import KINDS, NAT, EventLog
from sim.logcheck import check_log


def table(header: Sequence[str], rows: Sequence[Sequence[str | None]], per_batch: int = 3) -> RawTable:
    """A table whose header is row 1 of the file; empty cells are empty."""

    def batches() -> Iterator[RawBatch]:
        for first in range(0, len(rows), per_batch):
            some = rows[first : first + per_batch]
            columns = {name: pa.array([row[k] or None for row in some], pa.string()) for k, name in enumerate(header)}
            yield RawBatch(columns, np.arange(first + 2, first + 2 + len(some)))

    return RawTable(Source("export.csv", "csv"), tuple(header), {}, Findings(), batches)


def imported(mapping: Mapping, header: str, *rows: str, until: str | None = None) -> Imported:
    """Columns parted by ``|``; the log keeps rule 15."""
    cells = [[cell.strip() for cell in row.split("|")] for row in (header, *rows)]
    moment = None if until is None else int(np.datetime64(until, "us").astype(np.int64))
    found = import_log(table(cells[0], cells[1:]), mapping, until=moment)
    check_log(found.log)
    for finding in found.findings:
        assert all("{" not in text for words in WORDS[finding.kind] for text in words.format(**finding.details))
    return found


def trace(log: EventLog, label: str) -> list[str]:
    """The rows of a case: ``survey#0 wait 06-04 09:00 - 06-05 10:00``; ``...`` for what has not ended."""
    rows = log.rows_of(log.cases.label.index(label))
    return [_row(log, int(row)) for row in rows]


def _row(log: EventLog, row: int) -> str:
    kind, name = KINDS[log.kind[row]], (log.step[row] or "").removeprefix("export/")
    if not name or kind == "mark":
        return f"{name} {kind} {_clock(log.ready[row])}".strip()
    queue = "" if log.start[row] == log.ready[row] else f" {_clock(log.ready[row])} ="
    return f"{name}#{log.visit[row]} {kind}{queue} {_clock(log.start[row])} - {_clock(log.end[row])}"


def _clock(instant: int) -> str:
    return "..." if instant == NAT else str(np.datetime64(int(instant), "us").astype("M8[m]"))[5:].replace("T", " ")
