"""The long form: one row an execution of a step, or one row an event of its life (start, complete, ...)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import counted_words
from calibration.importing.columns import Columns
from calibration.importing.executions import Executions, Flags, first_of_runs, meanings
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping
from calibration.importing.suspensions import Stops
from sim.errors import InputError
from sim.eventlog import NAT, Coded, Ints
from sim.text import Text

_TRANSITIONS = {
    "start": "start 开始 启动",
    "complete": "complete autoskip manualskip withdraw ate_abort pi_abort 完成 结束 办结",
    "suspend": "suspend 挂起 暂停",
    "resume": "resume 恢复 解挂",
    "nothing": "schedule assign reassign unknown 分派 转派",
}
KINDS = tuple(_TRANSITIONS)
"""What an event of a lifecycle may be; those of the XES standard and the Chinese words for them."""


def executions(columns: Columns, mapping: Mapping, findings: Findings) -> tuple[Executions, Stops]:
    """The executions of a long form in the order of the file, and the suspensions that events tell of.

    Errors: InputError for step names and words of the lifecycle that nobody knows.
    """
    long = mapping.long
    assert long is not None
    if long.end is None and (long.lifecycle is None or (long.start is None and long.ready is None)):
        raise InputError(
            Text("长表须写明每个步骤何时结束", "the long form must say when a step ended"),
            Text("在映射中写明 long 的 end,例如 end: 结束时间", "give `end` under `long` in the mapping"),
            path=("long", "end"),
        )
    steps = columns.words[long.step]
    means, table = meanings(steps, mapping.steps, long.step)
    nothing = np.full(means.size, NAT, np.int64)
    ready, start, end = (
        nothing if name is None else columns.times[name] for name in (long.ready, long.start, long.end)
    )
    its = Executions(columns.case, means, ready, start, end, columns.row, table)
    named = means >= 0
    if not named.all():
        _reject(columns, ~named, "no-step", long.step, findings)
        its = its.where(named)
    if long.lifecycle is None:
        timed = (its.ready != NAT) | (its.start != NAT) | (its.end != NAT)
        if not timed.all():
            lost = its.row[~timed]
            findings.add("no-time", "dropped", lost.size, [Example(int(row)) for row in lost[:5]])
            its = its.where(timed)
        instants = its.marks & (its.end == NAT)
        if instants.any():
            its.end[instants] = np.where(its.start != NAT, its.start, its.ready)[instants]
        return its, Stops.none()
    words = columns.words[long.lifecycle]
    life = Coded(words.codes[named], words.names)
    return _paired(its, life, long.lifecycle, findings)


def _reject(columns: Columns, which: Flags, kind: str, column: str, findings: Findings) -> None:
    rows = columns.row[which]
    findings.add(kind, "rejected", rows.size, [Example(int(row), column) for row in rows[:5]])
    columns.rejected.add(kind, rows)
    columns.spoilt[columns.case[which]] = True


def _paired(its: Executions, life: Coded, column: str, findings: Findings) -> tuple[Executions, Stops]:
    """One execution of each pair of start and complete: the k-th start of a step in a case with the k-th complete
    that comes after an open one; a complete without a start is an execution that began when its own row says, if it
    does; a start without a complete one that has not ended."""
    transition = _transitions(life, column)
    time = np.where(its.end != NAT, its.end, np.where(its.start != NAT, its.start, its.ready))
    known = time != NAT
    if not known.all():
        lost = its.row[~known]
        findings.add("no-time", "dropped", lost.size, [Example(int(row)) for row in lost[:5]])

    def those(kind: str) -> Flags:
        return known & (transition == KINDS.index(kind))

    suspend, resume = those("suspend"), those("resume")
    stops = Stops(
        np.concatenate([its.case[suspend], its.case[resume]]),
        np.concatenate([time[suspend], time[resume]]),
        np.concatenate([np.ones(suspend.sum(), np.bool_), np.zeros(resume.sum(), np.bool_)]),
        np.concatenate([its.row[suspend], its.row[resume]]),
    )
    starts, ends = those("start"), those("complete")
    used = np.flatnonzero(starts | ends)
    key = its.case[used].astype(np.int64) * len(its.table) + its.means[used]
    order = used[np.lexsort((ends[used], time[used], key))]
    key = its.case[order].astype(np.int64) * len(its.table) + its.means[order]
    is_start = starts[order]
    group = np.cumsum(first_of_runs(key)) - 1
    lonely = ~is_start & ~_after_an_open_one(is_start, group)
    ordinal = np.where(is_start, _running(is_start, group), _running(~is_start & ~lonely, group))
    firsts, lasts = np.flatnonzero(is_start), np.flatnonzero(~is_start & ~lonely)
    width = int(ordinal.max(initial=0)) + 1
    _, of_first, of_last = np.intersect1d(
        group[firsts] * width + ordinal[firsts], group[lasts] * width + ordinal[lasts],
        assume_unique=True, return_indices=True,
    )  # fmt: skip
    found_end = np.full(firsts.size, NAT, np.int64)
    found_end[of_first] = time[order[lasts[of_last]]]
    begun, alone = order[firsts], order[np.flatnonzero(lonely)]
    every = np.concatenate([begun, alone])
    own = np.where(its.end[alone] != NAT, its.start[alone], NAT)  # a completion may say itself when it began
    if begun.size:  # a log of ends alone is told of as such
        shown = [Example(int(row)) for row in its.row[alone[:5]]]
        findings.add("complete-without-start", "told", alone.size, shown)
    paired = Executions(
        its.case[every], its.means[every], np.full(every.size, NAT, np.int64), np.append(time[begun], own),
        np.append(found_end, time[alone]), its.row[every], its.table,
    )  # fmt: skip
    return paired.where(np.argsort(every)), stops


def _transitions(life: Coded, column: str) -> NDArray[np.int8]:
    code = {word: KINDS.index(kind) for kind, words in _TRANSITIONS.items() for word in words.split()}
    unknown = [name for name in life.names if name.lower() not in code]
    if unknown:
        raise InputError(
            Text(f"列“{column}”中有不认识的事件类型", f"column {column!r} has events of an unknown kind"),
            Text("导出为 start、complete、suspend、resume", "export start, complete, suspend and resume"),
            value=counted_words(life.codes, life.names, unknown),
        )
    # an event without a word is the end of its step, as in logs that have no lifecycle
    codes = [code[name.lower()] for name in life.names] + [KINDS.index("complete")]
    return np.array(codes, np.int8)[life.codes]


def _running(which: Flags, group: Ints) -> Ints:
    """The how many-th of those marked in its group each is, from 0."""
    total = np.cumsum(which)
    begins = np.flatnonzero(first_of_runs(group))
    before: Ints = total[begins] - which[begins]
    return total - 1 - before[group]


def _after_an_open_one(is_start: Flags, group: Ints) -> Flags:
    """Whether at each complete some start before it in its group has not been completed yet."""
    walk = np.cumsum(np.where(is_start, 1, -1))
    begins = np.flatnonzero(first_of_runs(group))
    walk -= (walk[begins] - np.where(is_start[begins], 1, -1))[group]
    # the lowest point so far, group by group: each group is lowered below all before it
    lowered = walk - group * (2 * is_start.size + 2)
    lowest = np.minimum.accumulate(lowered) + group * (2 * is_start.size + 2)
    previous = np.where(first_of_runs(group), 0, np.minimum(np.roll(lowest, 1), 0))
    return walk >= previous
