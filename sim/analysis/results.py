"""What a study found: verdicts with their estimates, per scenario; the source of every table, chart and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.analysis.statistics import Comparison, Decision, Estimate
from sim.model.limits import Reading, Statistic
from sim.text import Text

Value = Literal["met", "not-met", "undecided", "no-number", "depends-on-reading"]
Missing = Literal["runs", "run-out", "data", "cases", "before"]
"""More runs, a longer run-out (cases are still open), more data, any case at all, or a scenario to compare with."""
StopReason = Literal["decided", "precise", "most"]
"""No verdict lacks runs; what is undecided is known precisely enough; no more replications were allowed."""
KeptLogs = Literal["all", "first", "none"]
"""Event logs of all replications, of each scenario's first one, or of none."""


@dataclass(frozen=True)
class TimePart:
    """Mean days of a kind (rule 16) and owner in the whole elapsed time of a case.

    The kind ``still-open`` (no owner) is what the cases that are not closed have taken so far.
    """

    kind: str
    owner: str
    days: float


@dataclass(frozen=True)
class MonthShare:
    """Cases accepted in one month (``2021-10``) under one reading."""

    month: str
    cases: int
    within: float | None
    mean: float | None


@dataclass(frozen=True)
class ReadingResult:
    """One reading (口径) of one limit in one scenario; times are in days of the reading's unit."""

    reading: Reading
    statistic: Statistic | None
    limit_value: float | None
    tolerance: float | None
    decision: Decision | None
    """None where the plan gives no number."""
    cases: int
    """Cases accepted in the window in all replications, but for those withdrawn before the clock stopped."""
    finished: int
    """Those among them whose clock has stopped."""
    replications: int
    open_beyond_limit: int
    open_undecided: int
    late: Estimate
    """Share of late cases (of the cohort accepted in the window)."""
    late_per_year: Estimate
    mean: Estimate
    share_within: Estimate
    p90: Estimate
    median: Estimate
    longest: Estimate
    """The longest case that one window is expected to bring."""
    longest_days: float | None
    """The longest case of all replications; the next three say which it was."""
    longest_replication: int | None
    longest_case: str
    longest_stuck_at: str
    """Name of the step's path in which the longest case spent most of the counted time."""
    backlog_years: float | None
    """What the backlog of the reading takes at the yearly number of cases; None without one, and in a growing queue."""
    quantiles: tuple[float, ...]
    """Pooled quantiles 0%, 1%, ..., 100% of the cases finished; empty without cases."""
    months: tuple[MonthShare, ...] = ()
    ratio: Estimate | None = None
    """After ÷ before, where that is the statistic: the largest of the ratios that must be kept."""


@dataclass(frozen=True)
class ClassMean:
    """One class of the cases that a limit mixes, under the default reading; times as there."""

    case_class: str
    cases: int
    mean: Estimate


@dataclass(frozen=True)
class Sticking:
    """Where a class of cases sticks: a step's mean counted days under the default reading, largest first."""

    step: str
    kind: str
    days: float


@dataclass(frozen=True)
class Verdict:
    """Rule 20 for one limit in one scenario."""

    limit: str
    scenario: str
    value: Value
    assumed: bool
    """An input that decides it is an assumption: the words are 假设下可达 / 假设下不可达."""
    missing: Missing | None
    """What an undecided verdict lacks; None where a pool's queue grows without end (``growing``), or where tolerance 0
    can be proved by no number of runs."""
    default: ReadingResult | None
    readings: tuple[ReadingResult, ...]
    disagreeing: tuple[str, ...]
    """Ids of the plausible readings that disagree with the default one, or with each other while it is undecided."""
    stages: Estimate
    """Number of customer-facing stages (环节) a case goes through."""
    elapsed: Estimate
    """Whole elapsed time from acceptance to close, calendar days (跨度用时)."""
    elapsed_kept: Estimate
    """The same of those that kept the limit: what customers live through when it is met by the book."""
    time_split: tuple[TimePart, ...]
    """Sums to the mean of ``elapsed``."""
    sticking: tuple[Sticking, ...]
    completed_within: Estimate
    """Share within the limit of the cohort completed in the window, which stands beside (rule 14)."""
    assumptions: tuple[str, ...]
    """Paths of the assumptions that the verdict rests on."""
    growing: tuple[str, ...]
    """Pools whose mean load reaches 1: the queue grows without end."""
    classes: tuple[ClassMean, ...] = ()
    """The default reading's cases class by class, where it mixes several: a few fast cases of many hide slow ones."""
    within_baseline: Estimate | None = None
    """Share within the old limit, under the default reading; None where the plan names none in its unit."""

    @property
    def months(self) -> tuple[MonthShare, ...]:
        """The default reading's months."""
        return self.default.months if self.default else ()


@dataclass(frozen=True)
class PoolLoad:
    """Share of its open time that a pool is busy in the window."""

    pool: str
    servers: int
    load: Estimate
    mean_wait_h: float | None
    """Mean waiting of its work from ready to start, calendar hours."""


@dataclass(frozen=True)
class ClassCount:
    """Conservation: accepted in the window = closed + open + withdrawn."""

    case_class: str
    accepted: int
    closed: int
    open: int
    withdrawn: int


@dataclass(frozen=True)
class ScenarioResult:
    """All verdicts of one scenario over its replications."""

    id: str
    hash: str
    reforms: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    pools: tuple[PoolLoad, ...]
    classes: tuple[ClassCount, ...]


@dataclass(frozen=True)
class Change:
    """Before against after for one limit under its default reading, paired by replication (same seeds)."""

    limit: str
    before: str
    after: str
    mean: Comparison | None
    share_within: Comparison | None


@dataclass(frozen=True)
class Ranked:
    """One reform and one limit; no change where its scenario was not simulated, or the limit has no figures.

    ``first_in``: from before to before with this reform alone. ``last_out``: from the whole without it to the whole.
    Both are before less after as in :class:`Change`: positive where the reform saves time.
    """

    reform: str
    limit: str
    first_in: Change | None
    last_out: Change | None
    grows_alone: bool
    """With it alone a queue that this limit needs grows without end."""
    grows_without: bool
    """Without it one does."""


@dataclass(frozen=True)
class Ranking:
    """The reforms that ``after`` has and ``before`` has not, one by one; what they do together is a :class:`Change`."""

    before: str
    after: str
    reforms: tuple[Ranked, ...]
    lacking: Mapping[str, Text]
    """Reforms that cannot stand alone or be left out, and why."""


@dataclass(frozen=True)
class Stopped:
    """Why a run that was to choose its number of replications made so many (:mod:`sim.analysis.stopping`)."""

    reason: StopReason
    looks: tuple[int, ...]
    """After how many replications it was looked at."""
    most: int
    """How many were allowed."""
    confidence: float
    """Of the intervals: those of all looks that were planned hold together with 95%."""
    days: float
    share: float
    """The half-widths that were asked for."""
    undecided: int
    """Verdicts that more runs might still decide."""


@dataclass(frozen=True)
class StudyResult:
    """A run of the main job: scenarios, the first one being the one that others are compared with."""

    folder: str
    seed: int
    replications: int
    engine: str
    window: tuple[str, str]
    begin: str
    years: float
    """Length of the window in years, for numbers a year."""
    scenarios: tuple[ScenarioResult, ...]
    changes: tuple[Change, ...]
    command: str
    """The command that reproduces it."""
    logs: KeptLogs = "none"
    """What was kept beside it."""
    stopped: Stopped | None = None
    """Why it has so many replications, where it was to choose their number."""
    ranking: Ranking | None = None
    """The reforms of one of the scenarios, one by one, where that was asked for."""
