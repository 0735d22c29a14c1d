"""An export becomes an event log: rows read by a mapping, contradictory cases left out and listed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from calibration.importing import long, wide
from calibration.importing.building import built, of_cases
from calibration.importing.checks import check, entered_together
from calibration.importing.classes import classes_of
from calibration.importing.collecting import collect
from calibration.importing.columns import Columns
from calibration.importing.executions import Executions, Flags, by_case, joined, marks_beside, visits
from calibration.importing.findings import Example, Findings
from calibration.importing.interrupted import interrupted
from calibration.importing.life import Lives, lives, word_of_cases
from calibration.importing.mapping import Mapping
from calibration.importing.ordering import in_order
from calibration.importing.raw import RawTable, Source
from calibration.importing.sound import sound
from calibration.importing.suspensions import Stops, suspended
from calibration.importing.under_way import with_steps_under_way
from sim.errors import InputError
from sim.eventlog import NAT, Coded, EventLog, Ints
from sim.text import Text


@dataclass(frozen=True)
class Imported:
    """A log, and what became of every row on the way to it.

    ``rejected``: the rows that are in no case of the log, each with the kind of finding that says why; ``cases_read``
    counts the ids that the file has, of which ``len(log.cases)`` are in the log.
    """

    log: EventLog
    findings: Findings
    rejected: tuple[Ints, Coded]
    rows_read: int
    cases_read: int
    source: Source

    @property
    def missing(self) -> tuple[str, ...]:
        """What the export does not tell, so that figures which need it are withheld."""
        return self.log.missing


def import_log(
    table: RawTable, mapping: Mapping, *, until: int | None = None, advance: Callable[[int], None] | None = None
) -> Imported:
    """Read an export by its mapping.

    ``until``: when it was taken from the system, in microseconds; what lies behind it is no fact. ``advance`` is told
    how many more rows have been read. Errors: InputError where a column is not in the file, a step name or a word of
    the state is not in the mapping, the order of day and month is open, or more than a tenth of the rows are wrong.
    """
    findings = Findings()
    columns = collect(table, mapping, findings, advance)
    findings.merge(table.findings)
    columns = in_order(columns, mapping, findings)
    stops, clashing = Stops.none(), np.zeros(len(columns.ids), np.bool_)
    if mapping.form == "wide":
        clashing = np.bincount(columns.case, minlength=len(columns.ids)) > 1
        its = wide.executions(columns, mapping, findings)
    else:
        its, stops = long.executions(columns, mapping, findings)
    silent = its.of([means.step is None and means.mark is None for means in its.table])
    if silent.any():
        findings.add("step-left-out", "told", int(silent.sum()), [Example(int(r)) for r in its.row[silent][:5]])
        its = its.where(~silent)
    life = lives(columns, its, mapping, findings)
    life.left_out = {"row-unreadable": columns.spoilt, "same-case-twice": clashing} | life.left_out
    its = sound(its, life, until, findings)
    pauses = suspended(columns, stops, mapping, life.over, findings)
    kept = _kept(life, columns, findings)
    own, counted = Findings(), its if kept.all() else its.where(kept[its.case])
    steps = marks_beside(its)
    if mapping.form == "wide":
        steps[0] = with_steps_under_way(steps[0], life, mapping, findings)
    again = None
    if len(pauses):
        again = int(np.count_nonzero((visits(counted) > 0) & ~counted.marks))
        steps[0] = interrupted(steps[0], pauses)
    with ThreadPoolExecutor(1) as beside:
        together = beside.submit(entered_together, counted, columns.ids, int(kept.sum()), own)
        log = _log(joined([*steps, pauses]), life, kept, columns, mapping, findings, until)
        together.result()
    findings.merge(own)
    told = mapping.closed is not None or mapping.state is not None
    check(log, life.due[kept], findings, open_told=told, again=again)
    return Imported(log, findings, columns.rejected.listed(), columns.rows_read, len(columns.ids), table.source)


def _kept(life: Lives, columns: Columns, findings: Findings) -> Flags:
    """The cases that are in the log; the rows of the others are listed."""
    listed = np.zeros(life.row.size, np.bool_)
    for kind, cases in life.left_out.items():
        which = cases & ~listed
        listed |= cases
        if which.any():
            shown = [Example(int(life.row[i]), "", "") for i in np.flatnonzero(which)[:5]]
            findings.add(kind, "excluded", int(which.sum()), shown)
            columns.rejected.add(kind, columns.row[which[columns.case]])
    kept = life.kept
    if not kept.any():
        raise InputError(
            Text("没有一个办件可以计入", "no case can be counted"),
            Text("检查映射里的列", "see whether the mapping takes the right columns"),
            value=", ".join(f"{kind} ×{int(which.sum())}" for kind, which in life.left_out.items() if which.any()),
        )
    return kept


def _staff(columns: Columns, mapping: Mapping) -> Coded | None:
    """Who did each row of the file, by its number there; pseudonyms numbered as they first occur. A wide form tells
    one person a case, and so nobody's step."""
    if mapping.who is None or mapping.form == "wide":
        return None
    column = columns.words[mapping.who]
    codes = np.full(int(columns.row.max()) + 1, -1, np.int32)
    codes[columns.row] = column.codes
    known, first, place = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(np.where(known < 0, -1, first), kind="stable"), kind="stable") - int((known < 0).any())
    names = tuple(f"staff-{i + 1:05d}" for i in range(int((known >= 0).sum())))
    return Coded(rank[place].astype(np.int32), names)


def _log(
    its: Executions,
    life: Lives,
    kept: Flags,
    columns: Columns,
    mapping: Mapping,
    findings: Findings,
    until: int | None,
) -> EventLog:
    named = {"district": mapping.district, "unit": mapping.unit, "system": mapping.system}
    asked = {key: name for key, name in named.items() if name is not None} | {name: name for name in mapping.attributes}
    n = int(kept.sum())
    if not kept.all():
        its = its.where(kept[its.case])
        place = np.cumsum(kept, dtype=np.int32) - 1
        its = replace(its, case=place[its.case])
    order = by_case(its.case, n, np.where(its.ready != NAT, its.ready, np.where(its.start != NAT, its.start, its.end)))
    long_form = mapping.long if mapping.form == "long" else None
    return built(
        its if order is None else its.where(order),
        life.of(kept),
        columns.ids if kept.all() else list(compress(columns.ids, kept.tolist())),
        of_cases(classes_of(columns, mapping, kept, findings), kept),
        {key: of_cases(word_of_cases(columns, name, findings), kept) for key, name in asked.items()},
        who=_staff(columns, mapping),
        lacks_ready=long_form is not None and long_form.ready is None and bool((its.start != NAT).any()),
        until=until,
    )
