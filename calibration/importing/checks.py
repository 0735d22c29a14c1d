"""What a log as a whole gives away: times filled in later, cases that the extract left out, another system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from calibration.importing.building import at_midnight
from calibration.importing.executions import Executions, first_of_runs
from calibration.importing.findings import Example, Findings
from sim.eventlog import NAT, EventLog, Ints, expanded
from sim.model.quantities import DAY_US

HOUR_US = DAY_US // 24
MINUTE_US = HOUR_US // 60
EVENING_US = 17 * HOUR_US
_MONDAY = 4  # 1970-01-05
_ENOUGH = 10
"""Fewer cases than that show nothing."""
_HEAP = 3
"""So many times as many as on the days around are a heap."""
_AT_ONCE = 3
"""So many different steps of a case in one minute were entered together."""
_BY_CHANCE = 0.001
"""So many instants in a thousand may be midnight as any other time."""
_BURST = 30
"""So many cases in one minute were entered together, where that is the tenth part of the day at least."""


class _Closings(NamedTuple):
    """The closed cases of a log."""

    case: Ints
    accepted: Ints
    closed: Ints


def check(log: EventLog, due: Ints, findings: Findings, *, open_told: bool, again: int | None = None) -> None:
    """Warn of what may mislead. ``due``: by case, the day that it was promised for; ``open_told``: whether the export
    tells open cases from closed ones; ``again``: how many steps were done again, where the visits do not tell."""
    steps = log.is_kind("work", "wait") & (log.end != NAT)
    closed = np.flatnonzero(log.closed != NAT)
    closings = _Closings(closed, log.cases.accepted[closed], log.closed[closed])
    timed = "time-of-day" not in log.missing
    _tell_facts(log, findings, again)
    _day_resolution(log, findings)
    if timed:
        _friday_evenings(closings, findings)
    _heap_on_due(closings, due, findings)
    if open_told:
        _closed_only(log, closings, findings)
    _system_change(log, np.flatnonzero(steps), findings)


def _tell_facts(log: EventLog, findings: Findings, again: int | None) -> None:
    """What is no fault: cases still open, steps done again; and logs of which only the ends are known."""
    still = int((log.to_end > 0).sum())
    findings.add("still-open", "told", still)
    steps = log.is_kind("work", "wait") & ~log.owner.isin(["suspended"])
    if again is None:
        again = int(np.count_nonzero(steps & (log.visit > 0)))
    findings.add("repeated-step", "told", again)
    if "start" in log.missing and not log.is_kind("work").any():
        findings.add("ends-only", "warned", int(np.count_nonzero(steps & (log.end != NAT))))
    for column in ("owner", "stage"):
        if column in log.missing:
            words = {
                step for owner, stage, step in log.sorts.words if step and (stage, owner)[column == "owner"] is None
            }
            findings.add(f"steps-without-{column}", "warned", len(words), steps=", ".join(sorted(words)[:12]))


def _day_resolution(log: EventLog, findings: Findings) -> None:
    known = log.end[log.end != NAT]
    days = at_midnight(known).size
    if days > _BY_CHANCE * known.size:
        lacking = "time-of-day" in log.missing
        share = f"{days / known.size:.1%}"
        findings.add("day-resolution" if lacking else "some-days-only", "warned", days, share=share)


def entered_together(its: Executions, ids: Sequence[str], cases: int, findings: Findings) -> None:
    """Back-filling: different steps of one case, or many cases, at one minute. ``its``: ordered by case and end;
    ``cases``: how many are in the log."""
    steps = (its.end != NAT) & ~its.marks & (its.end % DAY_US != 0)
    case, minute, means = its.case[steps], its.end[steps] // MINUTE_US, its.means[steps]
    if not case.size:
        return
    begins = np.flatnonzero(first_of_runs(case, minute))
    size = np.diff(np.append(begins, case.size))
    run = np.repeat(np.flatnonzero(size >= _AT_ONCE), size[size >= _AT_ONCE])
    rows = expanded(begins[size >= _AT_ONCE], (begins + size)[size >= _AT_ONCE])[1]
    pairs = np.unique(run * len(its.table) + means[rows]) // len(its.table)
    runs, different = np.unique(pairs, return_counts=True)
    found = np.unique(case[begins[runs[different >= _AT_ONCE]]])
    if found.size >= _ENOUGH and found.size >= 0.1 * cases:
        shown = [Example(0, "", ids[int(i)]) for i in found[:5]]
        findings.add("steps-at-one-minute", "warned", found.size, shown, share=f"{found.size / cases:.0%}")
    _bursts(minute, findings)


def _bursts(minute: Ints, findings: Findings) -> None:
    """Minutes of a tenth of their day's entries, and not few."""
    low = int(minute.min())
    count = np.bincount(minute - low)
    day = (np.arange(count.size) + low) // (24 * 60)
    of_day = np.bincount(day - day[0], weights=count)
    burst = (count >= _BURST) & (count >= 0.1 * of_day[day - day[0]])
    if burst.any():
        largest = np.argsort(-count * burst, kind="stable")[: min(5, int(burst.sum()))]
        shown = [Example(0, "", f"{_minute(low + int(i))} ×{int(count[i])}") for i in largest]
        findings.add("same-minute", "warned", int(count[burst].sum()), shown)


def _friday_evenings(closings: _Closings, findings: Findings) -> None:
    day, of_day = np.divmod(closings.closed, DAY_US)
    weekday = (day - _MONDAY) % 7
    evening = of_day >= EVENING_US
    friday = int((evening & (weekday == 4)).sum())
    others = int((evening & (weekday < 4)).sum()) / 4
    if friday >= _ENOUGH and friday > _HEAP * others:
        share = f"{friday / closings.case.size:.0%}"
        findings.add("friday-evening", "warned", friday, share=share, others=f"{others:.0f}")


def _heap_on_due(closings: _Closings, due: Ints, findings: Findings) -> None:
    """Closings on the very day promised, against those one to three days before and after."""
    its = due[closings.case]
    days = (closings.closed // DAY_US - its // DAY_US)[its != NAT]
    count = {k: int((days == k).sum()) for k in range(-3, 4)}
    around = sum(n for k, n in count.items() if k) / 6
    if count[0] >= _ENOUGH and count[0] > _HEAP * around:
        share = f"{count[0] / max(days.size, 1):.0%}"
        findings.add("heaping-on-due", "warned", count[0], share=share, around=f"{around:.0f}")


def _closed_only(log: EventLog, closings: _Closings, findings: Findings) -> None:
    """An extract that has no open case though it should: acceptances a day times mean time are open at any instant."""
    if closings.case.size < _ENOUGH or closings.case.size < len(log.cases):
        return
    took = closings.closed - closings.accepted
    first, last = int(closings.accepted.min()), int(closings.accepted.max())
    expected = closings.case.size * float(took.mean()) / max(last - first, DAY_US)
    if expected < 1:
        return
    middle = max(int(np.median(took)), DAY_US)
    run_out = int(closings.closed.max()) - last
    lacking, days = f"{expected:.0f}", f"{took.mean() / DAY_US:.1f}"
    if run_out > middle:  # accepted in a window, and waited for until all were closed
        findings.add("closed-only", "told", closings.case.size, expected=lacking, days=days)
        return
    early = int((closings.accepted < first + middle).sum())
    usual = closings.case.size * middle / max(last - first, DAY_US)
    kind = "cut-at-both-ends" if early >= usual / 2 else "closed-only"
    findings.add(kind, "warned", closings.case.size, expected=lacking, days=days)


def _system_change(log: EventLog, rows: Ints, findings: Findings) -> None:
    """Systems one after the other; or, where none is named, step names that end together where others begin."""
    if (system := log.cases.attributes.get("system")) is not None and len(system.names) > 1:
        spans = [log.cases.accepted[system.codes == i] for i in range(len(system.names))]
        listed = "; ".join(
            f"{name} {_day(int(span.min()))} - {_day(int(span.max()))}"
            for name, span in sorted(zip(system.names, spans, strict=True), key=lambda pair: int(pair[1].min()))
            if span.size
        )
        findings.add("system-change", "warned", len(system.names), systems=listed)
        return
    if rows.size < _ENOUGH:
        return
    step, end, names = log.step.codes[rows], log.end[rows], log.step.names
    first, last = np.full(len(names), np.iinfo(np.int64).max), np.full(len(names), NAT)
    np.minimum.at(first, step, end)
    np.maximum.at(last, step, end)
    weight = np.bincount(step, minlength=len(names))
    for moment in np.sort(first[weight > 0])[1:].tolist():
        gone, new = (last < moment) & (weight > 0), first >= moment
        few = min(int(weight[gone].sum()), int(weight[new & (weight > 0)].sum()))
        if gone.sum() >= 2 and (new & (weight > 0)).sum() >= 2 and few >= 0.2 * rows.size:
            findings.add("system-change", "warned", int(new.sum()), systems=_day(moment))
            return


def _minute(minute: int) -> str:
    return str(np.datetime64(minute, "m")).replace("T", " ")


def _day(instant: int) -> str:
    return str(np.datetime64(instant, "us"))[:10]
