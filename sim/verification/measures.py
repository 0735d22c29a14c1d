"""From the event log of one replication to the numbers that theory has an exact value for.

Cases that have not ended would bias every time short, so each measure counts those it had to leave out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.loads import pool_samples
from sim.errors import InputError
from sim.eventlog import NAT, EventLog, Ints
from sim.model.open_time import instant_of
from sim.model.quantities import DAY_US, MINUTE_US, Quantity
from sim.names import nearest
from sim.text import Text
from sim.verification.expected import Answer

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Measured(NamedTuple):
    """One replication's numbers: one, or one for each point of a law; and the cases that it does not know yet."""

    values: Floats
    unfinished: int


def measure(log: EventLog, window: tuple[int, int], answer: Answer) -> Measured:
    """What one replication says where ``answer`` has an exact number; NaN where nothing was measured.

    The log must not be lean: what is asked may lie outside the window. Errors: :class:`InputError` for a step that no
    case takes, and for what reaches beyond the run.
    """
    of_steps = answer.of in ("wait", "stay")  # all executions of the cohort, also those after the window
    first, last = (log.begin, log.end_of_run + 1) if of_steps else window
    first = first if answer.from_ is None else instant_of(answer.from_)
    last = last if answer.until is None else instant_of(answer.until)
    cohort = _within(log.cases.accepted, window if of_steps else (first, last)) & _of_class(log, answer)
    if not of_steps and not log.begin <= first < last <= log.end_of_run:
        raise InputError(
            Text("from 与 until 超出了模拟期", "`from` and `until` reach beyond the run"),
            Text("收在模拟期之内", "keep them within it"),
            value=f"{answer.from_} - {answer.until}",
        )
    match answer.of:
        case "time" | "wait" | "stay":
            times, unfinished = _times(log, answer, cohort, (first, last))
            return Measured(_statistic(answer, times / Quantity(1, answer.unit).size), unfinished)
        case "visits":
            visits = np.count_nonzero(cohort[log.case[_rows(log, answer)]])
            return Measured(np.array([visits / np.count_nonzero(cohort)]), _open(log, cohort))
        case "withdrawn":
            gone = np.count_nonzero(log.withdrawn[cohort] != NAT)
            return Measured(np.array([gone / np.count_nonzero(cohort)]), _open(log, cohort))
        case "busy":
            assert answer.pool is not None
            load = pool_samples(log, (first, last))[answer.pool]
            return Measured(np.array([load.busy_us / load.open_us]), 0)
        case "number" | "queue":
            return Measured(np.array([_number(log, answer, first, last)]), 0)


def _times(log: EventLog, answer: Answer, cohort: Flags, span: tuple[int, int]) -> tuple[Floats, int]:
    """Microseconds of each case, or of each execution of the step that became ready in the span."""
    if answer.of == "time":
        over = cohort & (log.closed != NAT)
        start, stop, unfinished = log.cases.accepted[over], log.closed[over], _open(log, cohort)
    else:
        rows = _rows(log, answer)
        rows = rows[cohort[log.case[rows]] & _within(log.ready[rows], span)]
        ends = (
            log.end[rows] if answer.of == "stay" else np.where(log.start[rows] == NAT, log.end[rows], log.start[rows])
        )
        start, stop = log.ready[rows][ends != NAT], ends[ends != NAT]
        unfinished = int(np.count_nonzero(ends == NAT)) + (0 if answer.from_ else _open(log, cohort))
    if answer.calendar is None:
        return (stop - start).astype(np.float64), unfinished
    return log.calendars[answer.calendar].open_times(start, stop).astype(np.float64), unfinished


def _number(log: EventLog, answer: Answer, first: int, last: int) -> float:
    """How many are there at once: averaged over the span, or over its days at a time of day."""
    if answer.step is None:
        its = _of_class(log, answer)
        start, stop = log.cases.accepted[its], np.maximum(log.closed, log.withdrawn)[its]
    else:
        rows = _rows(log, answer)
        rows = rows[_of_class(log, answer)[log.case[rows]]]
        start, stop = log.ready[rows], log.end[rows]
        if answer.of == "queue":
            stop = np.where(log.start[rows] == NAT, stop, log.start[rows])
    stop = np.where(stop == NAT, log.end_of_run, stop)
    if answer.time_of_day is None:
        spent = np.clip(stop, first, last) - np.clip(start, first, last)
        return float(spent.sum()) / (last - first)
    instants = np.arange(first, last, DAY_US) + answer.time_of_day * MINUTE_US
    come = np.searchsorted(np.sort(start), instants, side="right")
    gone = np.searchsorted(np.sort(stop), instants, side="right")
    return float(np.mean(come - gone))


def _statistic(answer: Answer, times: Floats) -> Floats:
    if not times.size:
        return np.array([math.nan])
    unit = Quantity(1, answer.unit).size
    match answer.statistic:
        case "mean":
            found = times.mean()
        case "sd":
            found = times.std(ddof=1)
        case "variance":
            found = times.var(ddof=1)
        case "log-mean":
            found = np.log(times).mean()
        case "log-sd":
            found = np.log(times).std(ddof=1)
        case "quantile":
            assert answer.level is not None
            found = np.quantile(times, answer.level)
        case "within" | "above":
            assert answer.at is not None
            within = np.mean(times <= answer.at.size / unit)
            found = within if answer.statistic == "within" else 1 - within
        case "law":
            points = np.array([time.size / unit for time, _ in answer.law])
            return np.searchsorted(np.sort(times), points, side="right") / times.size
    return np.array([float(found)])


def _rows(log: EventLog, answer: Answer) -> Ints:
    assert answer.step is not None
    if log.step.code(answer.step) < 0:
        rule = Text("没有办件经过这个步骤", "no case takes this step")
        raise InputError(rule, nearest(answer.step, [name for name in log.step.names if name]), value=answer.step)
    return np.flatnonzero(log.step.isin([answer.step]))


def _of_class(log: EventLog, answer: Answer) -> Flags:
    if answer.case_class is None:
        return np.ones(len(log.cases), dtype=np.bool_)
    return log.cases.case_class.isin([answer.case_class])


def _open(log: EventLog, cohort: Flags) -> int:
    return int(np.count_nonzero(log.to_end[cohort] > 0))


def _within(instants: Ints, span: tuple[int, int]) -> Flags:
    return (span[0] <= instants) & (instants < span[1])
