"""Rows in the order of their cases and times, and each of them once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.importing.columns import Columns
from calibration.importing.executions import by_case, first_of_runs
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping
from sim.eventlog import NAT, Ints


def in_order(columns: Columns, mapping: Mapping, findings: Findings) -> Columns:
    """By case, then by time, ties as they stand in the file; rows that repeat another one in every mapped column are
    dropped and counted, unless the mapping says that each counts."""
    key = _moment(columns, mapping)
    order = by_case(columns.case, len(columns.ids), key)
    if order is not None:
        columns, key = columns.where(order), key[order]
    if mapping.repeats == "all":
        return columns
    again = _repeated(columns, key)
    if not again.any():
        return columns
    lost = np.sort(columns.row[again])
    findings.add("duplicate-row", "dropped", lost.size, [Example(int(row)) for row in lost[:5]])
    return columns.where(~again)


def _moment(columns: Columns, mapping: Mapping) -> Ints:
    """The end of a row, or what it has instead; a row of a wide form has no time of its own."""
    found = np.full(columns.row.size, NAT, np.int64)
    if mapping.form == "wide" or mapping.long is None:
        return found
    for name in (mapping.long.end, mapping.long.start, mapping.long.ready):
        if name is not None:
            found = np.where(found == NAT, columns.times[name], found)
    return found


def _repeated(columns: Columns, key: Ints) -> NDArray[np.bool_]:
    """Rows that say the same as one before them; only rows of one case and time need a second look."""
    begins = first_of_runs(columns.case, key)
    alone = begins & np.append(begins[1:], True)
    tied = np.flatnonzero(~alone)
    again = np.zeros(columns.row.size, np.bool_)
    if tied.size:
        keys: list[NDArray[Any]] = [columns.case[tied], *(column[tied] for column in columns.times.values())]
        keys += [column.codes[tied] for column in columns.words.values()]
        order = np.lexsort((columns.row[tied], *keys[::-1]))
        same = ~first_of_runs(*(column[order] for column in keys))
        again[tied[order]] = same
    return again
