"""Executions whose times can be true: repaired where the day alone is known, else their case is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.importing.columns import FEW, TOO_MANY
from calibration.importing.executions import Executions, Flags, by_case, chained
from calibration.importing.findings import Example, Findings
from calibration.importing.life import Lives, day_without_time_before
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.model.quantities import DAY_US
from sim.text import Text

_FAR = 366 * DAY_US
_SLIPS = 0.01


def sound(its: Executions, life: Lives, until: int | None, findings: Findings) -> Executions:
    """The executions in the order of case and end, those of which only the end is known ready with the event before.

    Cases with an execution that ends before it starts, or after the extract was taken, are left out as a whole: a case
    of which a part is missing would look shorter than it was. Errors: InputError where they are more than a tenth.
    """
    order = by_case(its.case, life.row.size, its.end)
    its = its if order is None else its.where(order)
    its = _at_least(its, _begun(its), findings)
    its = _ended(its, life, findings)
    begun = _begun(its)
    ends_only = (its.end != NAT) & (begun == NAT) & ~its.marks
    its = _at_least(its, np.where(ends_only, life.accepted[its.case], NAT), findings)
    both = (its.end != NAT) & (begun != NAT)
    negative = both & (its.end < begun) | (its.start != NAT) & (its.ready != NAT) & (its.start < its.ready)
    _leave_out(negative, "end-before-start", its, life, findings)
    early = (its.end != NAT) & ~its.marks & (its.end < life.accepted[its.case])
    _leave_out(early & ends_only, "before-acceptance", its, life, findings)
    _warn(early & ~ends_only, "ended-before-acceptance", its, findings)
    over = life.over[its.case]
    after = (over != NAT) & (its.end != NAT) & (its.end > over) & ~day_without_time_before(over, its.end)
    _warn(after & ~its.marks, "after-closing", its, findings)
    _future(its, life, until, findings)
    return chained(its, life.accepted)


def _begun(its: Executions) -> Ints:
    return np.where(its.start != NAT, its.start, its.ready)


def _at_least(its: Executions, least: Ints, findings: Findings) -> Executions:
    """A day without a time of day does not end before an instant of that day."""
    raised = day_without_time_before(its.end, least)
    if not raised.any():
        return its
    _tell(raised, "day-only-end", its, findings)
    return replace(its, end=np.where(raised, least, its.end))


def _ended(its: Executions, life: Lives, findings: Findings) -> Executions:
    """What a closed or withdrawn case left open ended with it; what it would have begun later, never was."""
    over = life.over[its.case]
    dangling = (its.end == NAT) & (over != NAT)
    if not dangling.any():
        return its
    begun = _begun(its)
    late = dangling & (begun > over)
    rows = its.row[late]
    findings.add("begun-after-closing", "dropped", rows.size, [Example(int(row)) for row in rows[:5]])
    rows = its.row[dangling & ~late]
    findings.add("unmatched-start", "repaired", rows.size, [Example(int(row)) for row in rows[:5]])
    return replace(its, end=np.where(dangling, over, its.end)).where(~late)


def _leave_out(which: Flags, kind: str, its: Executions, life: Lives, findings: Findings) -> None:
    n = int(which.sum())
    if n > FEW and n > TOO_MANY * len(its):
        first = int(np.flatnonzero(which)[0])
        raise InputError(  # BAD_INPUT 31
            Text(
                f"{len(its)} 行中有 {n} 行先办完后开始", f"in {n} of {len(its)} executions the end is before the start"
            ),
            Text(
                "检查映射里的开始列、结束列和受理列",
                "see which columns the mapping takes for start, end and acceptance",
            ),
            where=f"row {int(its.row[first])}",
            value=f"{_shown(its.ready[first])} {_shown(its.start[first])} {_shown(its.end[first])}",
        )
    cases = np.zeros(life.row.size, np.bool_)
    cases[its.case[which]] = True
    life.left_out = {kind: cases | life.left_out.pop(kind, np.zeros(cases.size, np.bool_))} | life.left_out


def _future(its: Executions, life: Lives, until: int | None, findings: Findings) -> None:
    """Instants behind the extract; where nobody says when it was taken, those a year behind the last acceptance.

    Of these, a few behind a year without any are slips, and would move the end of the log for all open cases.
    """
    instants = (its.ready, its.start, its.end)
    lives = (life.accepted, life.closed, life.withdrawn)
    if until is None:
        last = max(int(column.max(initial=NAT)) for column in (*instants, *lives))
        usual = life.accepted[life.accepted != NAT]
        if not usual.size or last <= np.quantile(usual, 1 - _SLIPS) + _FAR:
            return
        until = _before_the_slips(instants, lives)
        if until is None:
            since = int(life.accepted.max()) + _FAR
            _warn(np.logical_or.reduce([column > since for column in instants]), "future", its, findings)
            return
    cases = np.logical_or.reduce([column > until for column in lives])
    cases[its.case[np.logical_or.reduce([column > until for column in instants])]] = True
    life.left_out["future"] = cases


def _before_the_slips(instants: Sequence[Ints], lives: Sequence[Ints]) -> int | None:
    """The end of the last day before a year without any instant, where not one in a hundred lies behind; else None."""
    days = np.concatenate([column[column != NAT] // DAY_US for column in (*instants, *lives)])
    first = int(days.min())
    count = np.bincount(days - first)
    known = np.flatnonzero(count)
    gaps = np.flatnonzero(np.diff(known) > _FAR // DAY_US)
    behind = days.size - np.cumsum(count[known])[gaps]
    few = gaps[behind < _SLIPS * days.size]
    return None if not few.size else (first + int(known[few[0]]) + 1) * DAY_US - 1


def _warn(which: Flags, kind: str, its: Executions, findings: Findings) -> None:
    findings.add(kind, "warned", int(which.sum()), _examples(which, its))


def _tell(which: Flags, kind: str, its: Executions, findings: Findings) -> None:
    findings.add(kind, "repaired", int(which.sum()), _examples(which, its))


def _examples(which: Flags, its: Executions) -> list[Example]:
    return [Example(int(its.row[i]), "", _shown(its.end[i])) for i in np.flatnonzero(which)[:5]]


def _shown(instant: int) -> str:
    return "-" if instant == NAT else str(np.datetime64(int(instant), "us")).replace("T", " ")[:19]
