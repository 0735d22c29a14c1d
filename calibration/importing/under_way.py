"""The step that an open case of a wide form stands in: what mostly came next in the cases that are closed.

A wide form has a column for each step that ended and none for the one that goes on. Whose time it is decides whether an
open case is late, and where it sticks; the file as a whole tells what follows each milestone.
"""

from __future__ import annotations

import numpy as np

from calibration.importing.executions import Executions, joined
from calibration.importing.findings import Example, Findings
from calibration.importing.life import Lives
from calibration.importing.mapping import Mapping
from sim.eventlog import NAT

_MOSTLY = 0.5


def with_steps_under_way(its: Executions, life: Lives, mapping: Mapping, findings: Findings) -> Executions:
    """The executions, ordered by case and end, and one more for each open case, ready since its last milestone.

    The next step is the first of the mapping's order behind the last milestone which half of the closed cases have
    that got so far. Where no closed case tells, or nothing follows, there is none.
    """
    table = [means.model_copy(update={"mark": None}) for means in mapping.milestones.values() if means.step is not None]
    if not table:
        return its
    place_of = {means.step: place for place, means in reversed(list(enumerate(table)))}
    n, width = life.row.size, len(table)
    code = np.array([place_of.get(means.step, -1) for means in its.table] + [-1])[its.means]
    done = (its.end != NAT) & (code >= 0)
    has = np.zeros((n, width), np.bool_)
    has[its.case[done], code[done]] = True
    last = np.where(has.any(axis=1), width - 1 - has[:, ::-1].argmax(axis=1), -1)
    follows = np.full(width + 1, -1)
    closed = has[life.closed != NAT]
    for place in range(-1, width):
        came = closed if place < 0 else closed[closed[:, place]]
        usual = came.mean(axis=0) >= _MOSTLY if len(came) else np.zeros(width, np.bool_)
        follows[place] = next((k for k in range(place + 1, width) if usual[k]), -1)
    next_step = np.where((life.over == NAT) & (life.accepted != NAT), follows[last], -1)
    cases = np.flatnonzero(next_step >= 0)
    if not cases.size:
        return its
    since = life.accepted.copy()
    np.maximum.at(since, its.case[done], its.end[done])
    findings.add("step-under-way", "told", cases.size, [Example(int(row)) for row in life.row[cases[:5]]])
    nothing = np.full(cases.size, NAT, np.int64)
    open_ = Executions(
        cases.astype(np.int32), next_step[cases].astype(np.int32), since[cases], nothing, nothing.copy(),
        life.row[cases], tuple(table),
    )  # fmt: skip
    return joined([its, open_])
