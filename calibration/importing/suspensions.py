"""Suspensions (挂起, 特别程序): stops and resumes of a case matched as rule 17 says, everything odd counted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.importing.columns import Columns
from calibration.importing.executions import SUSPENSION, Executions, Flags, first_of_runs
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping
from sim.eventlog import NAT, Ints


class Stops(NamedTuple):
    """Instants at which cases were suspended (``stop``) or resumed, with their rows in the file."""

    case: NDArray[np.int32]
    time: Ints
    stop: Flags
    row: Ints

    @classmethod
    def none(cls) -> Stops:
        """No such events."""
        empty = np.zeros(0, np.int64)
        return cls(empty.astype(np.int32), empty, empty.astype(np.bool_), empty)


def suspended(columns: Columns, events: Stops, mapping: Mapping, over: Ints, findings: Findings) -> Executions:
    """The suspensions of all cases; ``over``: when each case was closed or withdrawn, NAT while it is open.

    An unmatched stop ends as the case does, or is still open; an orphan resume, a second stop and a stop after the
    end are ignored (rule 17), and so is a pair that ends before it begins. All of them are counted.
    """
    pairs = [
        _of_events(events, findings),
        *(_of_columns(columns, pair.start, pair.end) for pair in mapping.suspensions),
    ]
    case, start, end, row = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.lexsort((row, end, start, case))
    case, start, end, row = case[order], start[order], end[order], row[order]
    fresh = first_of_runs(case, start, end)  # in a long form a case tells of them in each of its rows
    case, start, end, row = case[fresh], start[fresh], end[fresh], row[fresh]

    def leave_out(which: Flags, kind: str, value: Ints) -> None:
        nonlocal case, start, end, row
        if which.any():
            _count(kind, row[which], value[which], findings)
            case, start, end, row = case[~which], start[~which], end[~which], row[~which]

    leave_out((start == NAT) & (end != NAT), "orphan-resume", end)
    leave_out((end != NAT) & (end < start), "resume-before-stop", end)
    leave_out((over[case] != NAT) & (start >= over[case]), "stop-after-end", start)
    unmatched = (end == NAT) & (over[case] != NAT)
    if unmatched.any():
        _count("unmatched-suspension", row[unmatched], start[unmatched], findings, "repaired")
        end = np.where(unmatched, over[case], end)
    late = (end != NAT) & (over[case] != NAT) & (end > over[case])
    end = np.where(late, over[case], end)
    if case.size:
        findings.add("suspended", "told", case.size, [Example(int(r)) for r in row[:5]])
    return Executions(case, np.zeros(case.size, np.int32), start, start, end, row, (SUSPENSION,))


def _of_columns(columns: Columns, start: str, end: str) -> tuple[Ints, Ints, Ints, Ints]:
    begins, ends = columns.times[start], columns.times[end]
    some = (begins != NAT) | (ends != NAT)
    return columns.case[some].astype(np.int64), begins[some], ends[some], columns.row[some]


def _of_events(events: Stops, findings: Findings) -> tuple[Ints, Ints, Ints, Ints]:
    """Stops with the resumes that follow at once."""
    order = np.lexsort((events.row, ~events.stop, events.time, events.case))
    case, time, stop, row = events.case[order], events.time[order], events.stop[order], events.row[order]
    first = first_of_runs(case)
    after_stop = ~first & np.roll(stop, 1)
    second, orphan = stop & after_stop, ~stop & ~after_stop
    for which, kind in ((second, "second-stop"), (orphan, "orphan-resume")):
        _count(kind, row[which], time[which], findings)
    keep = ~second & ~orphan
    case, time, stop, row = case[keep], time[keep], stop[keep], row[keep]
    starts = np.flatnonzero(stop)
    follows = np.minimum(starts + 1, max(case.size - 1, 0))
    matched = (starts + 1 < case.size) & ~stop[follows] & (case[follows] == case[starts])
    end = np.where(matched, time[follows], NAT)
    return case[starts].astype(np.int64), time[starts], end, row[starts]


def _count(kind: str, rows: Ints, times: Ints, findings: Findings, reaction: str = "dropped") -> None:
    shown = [
        Example(int(row), "", str(np.datetime64(int(time), "us")).replace("T", " ")[:19])
        for row, time in zip(rows[:5], times[:5], strict=True)
    ]
    findings.add(kind, reaction, rows.size, shown)  # type: ignore[arg-type]
