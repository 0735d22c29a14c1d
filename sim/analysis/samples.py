"""What one replication contributes to the verdicts: small enough that its event log need not be kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.analysis.statistics.estimate import Floats


class LongestCase(NamedTuple):
    """The longest case of a replication, in days of the reading's unit, and the step where most of it went."""

    days: float
    label: str
    stuck_at: str


@dataclass(frozen=True, eq=False)
class ReadingSample:
    """A cohort under one reading of one limit; times are in days of the reading's unit.

    ``finished``: (n,) the cases whose clock has stopped, ``late`` of which are late. ``open_late`` and
    ``open_undecided``: what the cases that are still open have taken so far, those beyond the limit and the others.
    """

    finished: Floats
    late: int
    open_late: Floats
    open_undecided: Floats
    longest: LongestCase | None = None

    @property
    def open(self) -> Floats:
        """What all open cases have taken so far."""
        return np.concatenate([self.open_late, self.open_undecided])

    @property
    def cases(self) -> int:
        return int(self.finished.size + self.open_late.size + self.open_undecided.size)


class MonthCount(NamedTuple):
    """Cases accepted in a month, those of them that finished within the limit, and the days of all."""

    cases: int
    within: int
    days: float


@dataclass(frozen=True, eq=False)
class LimitSample:
    """One limit in one replication: its readings by id; under ``default`` and of the whole cases, what else is asked.

    ``readings`` are of the cohort accepted in the window, ``completed`` of the one completed in it (rule 14).
    ``classes``: the default cohort class by class, where it has several. ``under_baseline``: the default cohort against
    the old limit, None where the plan names none in the reading's unit. ``months``: by reading, then by month.
    ``stages``: (n,) customer-facing stages of each closed case. ``elapsed_us``: (n,) from acceptance to close;
    ``elapsed_open_us``: what the others have taken so far; ``elapsed_kept_us``: of those closed that kept the limit.
    ``split_us`` parts the closed cases' time by (kind, owner) and sums to that of ``elapsed_us``. ``sticking``: counted
    days by (step, kind) of the ``sticking_cases``, those closed whose clock has stopped. ``pools``: those that the
    cohort's steps need.
    """

    default: str | None
    readings: dict[str, ReadingSample]
    completed: ReadingSample | None
    under_baseline: ReadingSample | None
    classes: dict[str, ReadingSample]
    months: dict[str, dict[str, MonthCount]]
    stages: Floats
    elapsed_us: Floats
    elapsed_open_us: Floats
    elapsed_kept_us: Floats
    split_us: dict[tuple[str, str | None], int]
    sticking: dict[tuple[str, str], float]
    sticking_cases: int
    pools: frozenset[str]


@dataclass(frozen=True)
class PoolSample:
    """One pool in the window.

    ``busy_us`` of its ``open_us`` server-microseconds of open time were spent on work. ``entries`` became ready in
    the window and waited ``wait_us`` together for their first start, or until they gave up. ``queue_first`` and
    ``queue_last`` entries waited when the window began and ended; ``left`` gave up in it.
    """

    busy_us: int
    open_us: int
    entries: int
    wait_us: int
    queue_first: int
    queue_last: int
    left: int


class ClassSample(NamedTuple):
    """The cases of a class that were accepted in the window, by what has become of them."""

    accepted: int
    closed: int
    open: int
    withdrawn: int


@dataclass(frozen=True, eq=False)
class Sample:
    """One replication of one scenario."""

    limits: dict[str, LimitSample]
    pools: dict[str, PoolSample]
    classes: dict[str, ClassSample]
