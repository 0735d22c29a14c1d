"""Every execution as a passage from the state before it to the state after it, with the wait between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from calibration.discovering.contexts import BEGIN, Contexts
from calibration.discovering.laws import Floats, weights
from calibration.histories import Histories
from sim.eventlog import NAT, Ints
from sim.model.open_time import Calendar

END = -2
"""Where a case goes that is over."""


@dataclass(frozen=True, eq=False)
class Passages:
    """The executions in their order, and behind them the ends of cases.

    ``before`` and ``state`` are the states before and after; ``gap`` is the open time from the end before (or the
    acceptance) to the start, ``takes`` that to the end, 0 for the end of a case. ``weight``: what each stands for,
    with the waits that have not ended shared out to those that lasted longer, and the older ones counting less.
    """

    before: Ints
    state: Ints
    gap: Ints
    takes: Ints
    weight: Floats

    @classmethod
    def of(cls, log: Histories, contexts: Contexts, calendar: Calendar, until: int, half: float) -> Self:
        """``until``: the instant up to which the log is known. ``half``: what is older by so many microseconds counts
        half as much."""

        def recent(instant: Ints) -> Floats:
            return np.exp2((instant - until) / half)

        some = np.diff(log.first) > 0
        before = np.append(BEGIN, contexts.state)[:-1]
        before[log.first[:-1][some]] = BEGIN
        last = np.full(len(log), BEGIN)
        last[some] = contexts.state[log.first[1:][some] - 1]
        waits = log.over == NAT
        over = np.maximum(log.last, log.over)[~waits]
        pending = Pending(
            last[waits], calendar.open_times(log.last[waits], np.full(waits.sum(), until)), recent(log.last[waits])
        )
        found = cls(
            np.append(before, last[~waits]),
            np.append(contexts.state, np.full(over.size, END)),
            np.append(log.gaps(calendar), calendar.open_times(log.last[~waits], over)),
            np.append(calendar.open_times(log.start, _going_on(log)), np.zeros(over.size, np.int64)),
            np.append(recent(log.end), recent(over)),
        )
        found._share_out(pending)
        return found

    def _share_out(self, pending: Pending) -> None:
        order = np.argsort(self.before, kind="stable")
        ranked = self.before[order]
        for state in np.unique(pending.before).tolist():
            low, high = np.searchsorted(ranked, [state, state + 1])
            rows, here = order[low:high], pending.before == state
            if rows.size:
                self.weight[rows] = weights(
                    self.gap[rows], self.weight[rows], pending.since[here], pending.weight[here]
                )


def _going_on(log: Histories) -> Ints:
    """The end of each execution, or the start of the next one of its case where that comes before: a walk does one
    thing at a time, and to be in time for the next counts more than how long one took."""
    end = log.end.copy()
    if end.size:
        same = log.case[1:] == log.case[:-1]
        end[:-1] = np.where(same, np.minimum(end[:-1], log.start[1:]), end[:-1])
    return end


@dataclass(frozen=True, eq=False)
class Pending:
    """Waits that go on: the state that they follow, the open time so far."""

    before: Ints
    since: Ints
    weight: Floats
