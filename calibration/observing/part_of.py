"""Some of a log's cases as a log of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import NO_ROW, CaseTable, Coded, EventLog, Stints, expanded

Flags = NDArray[np.bool_]
_COLUMNS = ("kind", "visit", "ready", "start", "end", "outcome", "needs", "unsplittable", "duration_us")


def part_of(log: EventLog, cases: Flags, rows_too: Flags | None = None) -> EventLog:
    """The log of the chosen cases, or of these rows of theirs; what released a row from elsewhere is told no more."""
    kept = cases[log.case] if rows_too is None else cases[log.case] & rows_too
    rows = np.flatnonzero(kept)
    table = log.cases
    columns: dict[str, Any] = {name: getattr(log, name)[rows] for name in _COLUMNS}
    columns |= {name: _of(getattr(log, name), rows) for name in ("step", "stage", "owner", "session")}
    return replace(
        log,
        **columns,
        case=_renumbered(log.case[rows], cases).astype(np.int32),
        released_by=_renumbered(log.released_by[rows], kept).astype(np.int32),
        stints=_stints(log.stints, rows),
        cases=CaseTable(
            id=table.id[cases],
            label=tuple(table.labels_of(np.flatnonzero(cases).tolist())),
            case_class=_of(table.case_class, cases),
            process=_of(table.process, cases),
            parent=_renumbered(table.parent[cases], cases),
            accepted=table.accepted[cases],
            attributes={name: _of(column, cases) for name, column in table.attributes.items()},
        ),
    )


def _of(column: Coded, chosen: Any) -> Coded:
    return Coded(column.codes[chosen], column.names)


def _renumbered(numbers: NDArray[Any], kept: Flags) -> NDArray[np.int64]:
    """Where each number stands among those kept; -1 where it is not."""
    place = np.append(np.where(kept, np.cumsum(kept) - 1, NO_ROW), NO_ROW)  # the last one for none, -1
    found: NDArray[np.int64] = place[numbers]
    return found


def _stints(stints: Stints, rows: NDArray[np.int64]) -> Stints:
    row, which = expanded(stints.first[rows].astype(np.int64), stints.first[rows + 1].astype(np.int64))
    first, stop = stints.server_first[which].astype(np.int64), stints.server_first[which + 1].astype(np.int64)
    return Stints(
        first=np.append(0, np.cumsum(np.bincount(row, minlength=rows.size))).astype(np.int32),
        start=stints.start[which],
        stop=stints.stop[which],
        server_first=np.append(0, np.cumsum(stop - first)).astype(np.int32),
        servers=stints.servers[expanded(first, stop)[1]],
    )
