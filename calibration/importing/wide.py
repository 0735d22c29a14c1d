"""The wide form: one row a case, a column a milestone. A milestone is the end of its step, or a mark."""

from __future__ import annotations

import numpy as np

from calibration.importing.columns import Columns
from calibration.importing.executions import Executions
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping
from sim.eventlog import NAT, Ints


def executions(columns: Columns, mapping: Mapping, findings: Findings) -> Executions:
    """The milestones that have a time, case by case in the order of the file, in a case by time, ties by the mapping.

    Milestones of one row that are not in the order of the mapping are counted, and stand in the order of their times.
    """
    names = list(mapping.milestones)
    table = tuple(dict.fromkeys(mapping.milestones.values()))
    code = np.array([table.index(mapping.milestones[name]) for name in names], np.int32)
    each = [columns.times[name] for name in names]
    times = np.stack(each, axis=1) if each else np.zeros((columns.row.size, 0), np.int64)
    if len(each) > 1:
        _count_disorder(times, names, columns, findings)
    latest = np.where(times == NAT, np.iinfo(np.int64).max, times)
    order = np.argsort(latest, axis=1, kind="stable")
    place = np.arange(times.shape[0])[:, None]
    sorted_times, means = times[place, order], code[order]
    some = sorted_times != NAT
    row = np.broadcast_to(place, some.shape)[some]
    nothing = np.full(row.size, NAT, np.int64)
    return Executions(
        columns.case[row], means[some], nothing, nothing.copy(), sorted_times[some], columns.row[row], table
    )


def _count_disorder(times: Ints, names: list[str], columns: Columns, findings: Findings) -> None:
    low = np.iinfo(np.int64).min  # NAT is the least of all numbers: what has no time hides nothing
    before = np.maximum.accumulate(times, axis=1)
    disordered = (times[:, 1:] != low) & (times[:, 1:] < before[:, :-1])
    rows = np.flatnonzero(disordered.any(axis=1))
    if rows.size:
        shown = [Example(int(columns.row[i]), names[int(disordered[i].argmax()) + 1]) for i in rows[:5]]
        findings.add("out-of-order", "warned", rows.size, shown)
