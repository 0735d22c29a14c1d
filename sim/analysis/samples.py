"""What one replication contributes to the verdicts: small enough that its event log need not be kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.analysis.loads import PoolSample
from sim.analysis.statistics.estimate import Floats
from sim.eventlog import EventLog
from sim.model.base import Model


class LongestCase(NamedTuple):
    """The longest case of a replication, in days of the reading's unit, and the step where most of it went."""

    days: float
    label: str
    stuck_at: str


@dataclass(frozen=True, eq=False)
class ReadingSample:
    """The cohort accepted in the window, under one reading of one limit; times are in days of the reading's unit.

    ``finished``: (n,) the cases whose clock has stopped, ``late`` of which are late. ``open_late`` and
    ``open_undecided``: what the cases that are still open have taken so far, those beyond the limit and the others.
    """

    finished: Floats
    late: int
    open_late: Floats
    open_undecided: Floats
    longest: LongestCase | None

    @property
    def open(self) -> Floats:
        raise NotImplementedError


class MonthCount(NamedTuple):
    """Cases accepted in a month, how many of them finished within the limit, and the days of all."""

    cases: int
    within: int
    days: float


@dataclass(frozen=True, eq=False)
class LimitSample:
    """One limit in one replication: its readings by id, and under the default reading what else is asked of it."""

    readings: dict[str, ReadingSample]
    completed: int
    completed_within: int
    months: dict[str, MonthCount]
    stages: Floats
    elapsed: Floats
    elapsed_open: Floats
    split_us: dict[tuple[str, str | None], int]
    sticking: dict[tuple[str, str], float]
    pools: frozenset[str]


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


def sample(log: EventLog, model: Model) -> Sample:
    """What a log of this model says about its limits, pools and classes."""
    raise NotImplementedError
