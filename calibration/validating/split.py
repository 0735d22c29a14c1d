"""A log parted in time: what was known at an instant, and what came after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.discovering.openings import Running
from calibration.histories import Histories
from sim.eventlog import NAT

PART = 0.8
"""The share of the executions, by their ends, that a model is fitted to."""


@dataclass(frozen=True, eq=False)
class Split:
    """``known`` is what had happened by ``cut``, of the cases begun by then; ``over`` those of them that were over.
    ``later`` has what ended behind it until ``end``, of cases over by then.
    """

    known: Histories
    running: Running
    later: Histories
    cut: int
    end: int
    tells_open: bool


def split(log: Histories, part: float = PART) -> Split:
    """Part a log at the end of its executions' first ``part``; cases in progress stand on both sides."""
    ends = np.sort(log.end)
    cut, end = int(ends[max(int(part * ends.size) - 1, 0)]), int(ends[-1])
    begun = log.begun <= cut
    known = log.rows((log.end <= cut) & begun[log.case], begun)
    known = replace(known, over=np.where((known.over != NAT) & (known.over <= cut), known.over, NAT))
    goes_on = (log.start <= cut) & (log.end > cut) & (log.start < log.end)
    place = np.cumsum(begun) - 1
    running = Running(place[log.case[goes_on]], log.activity[goes_on].astype(np.int64), log.start[goes_on])
    return Split(known, running, behind(log, cut, end), cut, end, bool((log.over == NAT).any()))


def behind(log: Histories, cut: int, end: int) -> Histories:
    """What ended within (cut, end], of cases over by then: unfinished ones are left out of real and simulated alike."""
    over = (log.over != NAT) & (log.over <= end)
    found = log.rows((log.end > cut) & (log.end <= end) & over[log.case])
    return found.where(np.diff(found.first) > 0)


def apart(log: Histories, part: float = PART) -> tuple[Histories, Histories]:
    """The cases that were over at the cut, and those that began after it; those between are in neither."""
    ends = np.sort(log.end)
    cut = int(ends[max(int(part * ends.size) - 1, 0)])
    some = np.diff(log.first) > 0
    return log.where(some & (log.last <= cut)), log.where(some & (log.begun > cut))
