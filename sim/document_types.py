"""What ``verdicts.json`` consists of: the types are its schema, ``results/README.md`` tells it to readers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.analysis.results import KeptLogs, Missing, StopReason, Value
from sim.analysis.statistics import Decision
from sim.model.clocks import Unit
from sim.model.limits import Role


class Entry(BaseModel):
    """Base of the document's objects."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Words(Entry):
    """The same words in both languages."""

    zh: str
    en: str


class Interval(Entry):
    """An estimate with its 95% interval; null is unknown, never zero."""

    value: float | None
    low: float | None
    high: float | None


class Window(Entry):
    """First and last day of the reporting window."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")


class PoolEntry(Entry):
    """A pool in the window."""

    pool: str
    servers: int
    load: Interval = Field(description="share of its open time that it is busy")
    mean_wait_h: float | None = Field(description="calendar hours from ready to start")


class ClassEntry(Entry):
    """Cases accepted in the window in all replications: accepted = closed + open + withdrawn."""

    case_class: str = Field(alias="class")
    accepted: int
    closed: int
    open: int
    withdrawn: int


class LimitEntry(Entry):
    """A commitment of the plan, in the plan's words."""

    id: str
    name: Words
    service: str
    item: str
    quote: str
    responsible: str
    deadline: str
    value: str | None = Field(description="the limit with its unit, such as `10 wd`")
    baseline: str | None = Field(description="the old limit that the plan names")
    stages: int | None = Field(description="the number of stages that the plan allows")


class ScenarioEntry(Entry):
    """A scenario that was run."""

    id: str
    name: Words
    hash: str = Field(description="SHA-256 of the reformed model")
    reforms: list[str]
    pools: list[PoolEntry]
    classes: list[ClassEntry]


class Figures(Entry):
    """One reading of one limit; times are in days, working or calendar as ``unit`` says."""

    statistic: Literal["every-case", "mean", "share", "median", "ratio"] | None
    required_share: float | None = Field(description="for the statistic `share`; for `ratio` what it may be at most")
    limit_value: float | None
    unit: Literal["wd", "d"] | None = Field(description="working days or calendar days")
    tolerance: float | None = Field(description="share of late cases that `every-case` allows")
    cases: int = Field(description="accepted in the window, in all replications; without those withdrawn")
    finished: int
    replications: int
    open_beyond_limit: int
    open_undecided: int = Field(description="open, and not yet late")
    late_share: Interval
    late_per_year: Interval
    mean: Interval
    median: Interval
    share_within: Interval
    ratio: Interval = Field(description="after ÷ before, for the statistic `ratio`")
    p90: Interval
    longest: float | None = Field(description="the longest case of all replications")
    longest_expected: Interval = Field(description="the longest case that one window brings")
    backlog_years: float | None = Field(description="what the reading's backlog takes at the cases of a year")


class ReadingHead(Entry):
    """Which reading it is."""

    reading: str
    name: Words
    role: Role
    counted_in: Unit
    per: Literal["case", "stage", "step"]
    moved: bool
    decision: Decision | None


class MonthEntry(Entry):
    """The cases accepted in a month."""

    month: str
    cases: int
    within: float | None
    mean: float | None


class ReadingEntry(Figures, ReadingHead):
    """A reading, with what it alone would decide."""

    months: list[MonthEntry]


class LongestEntry(Entry):
    """Which case was the longest, and the step in which most of its counted time went."""

    replication: int
    case: str
    stuck_at: str


class PartEntry(Entry):
    """Mean calendar days of a kind of time (rule 16) and owner."""

    kind: str
    owner: str | None
    days: float


class ClassMeanEntry(Entry):
    """One class of the cases that a limit mixes, under the default reading."""

    case_class: str = Field(alias="class")
    cases: int
    mean: Interval


class StickingEntry(Entry):
    """Mean counted days of a step by kind of time."""

    step: str
    kind: str
    days: float


class VerdictHead(Entry):
    """What is concluded."""

    limit: str
    scenario: str
    reading: str | None = Field(description="id of the default reading")
    verdict: Value
    assumed: bool = Field(description="an input that decides it is an assumption")
    missing: Missing | None = Field(description="what an undecided verdict lacks")
    inputs_doubt: Literal["not-yet-assessed"]
    disagreeing: list[str] = Field(description="the readings that make it depend on the reading")
    growing: list[str] = Field(description="pools whose queue grows without end: no steady figures are given")


class VerdictEntry(Figures, VerdictHead):
    """Rule 20 for one limit in one scenario; the figures are those of its default reading."""

    longest_case: LongestEntry | None
    quantiles: list[float] = Field(description="0%, 1%, ..., 100% of the finished cases")
    class_means: list[ClassMeanEntry] = Field(description="class by class, where the limit mixes several")
    stages: float | None = Field(description="mean number of customer-facing stages of a case")
    elapsed: Interval = Field(description="calendar days from acceptance to close")
    elapsed_kept: Interval = Field(description="the same, of the cases that kept the limit")
    time_split: list[PartEntry] = Field(description="sums to the value of `elapsed`")
    sticking: list[StickingEntry]
    months: list[MonthEntry]
    completed_share_within: Interval = Field(description="of the cases completed in the window")
    share_within_baseline: Interval = Field(description="within the old limit; null where the plan names none")
    readings: list[ReadingEntry]
    assumptions: list[str] = Field(description="paths of the assumptions that the verdict rests on")


class ComparisonEntry(Entry):
    """Before less after, and after over before, paired by replication."""

    unit: str
    difference: Interval
    ratio: Interval


class ChangeEntry(Entry):
    """One limit from one scenario to another."""

    limit: str
    before: str
    after: str
    mean: ComparisonEntry | None
    share_within: ComparisonEntry | None


class EffectEntry(Entry):
    """What one limit gains: before less after."""

    mean: ComparisonEntry | None
    share_within: ComparisonEntry | None


class RankedEntry(Entry):
    """A reform and a limit; null where it cannot stand alone or be left out."""

    reform: str
    first_in: EffectEntry | None = Field(description="from before to before with this reform alone")
    last_out: EffectEntry | None = Field(description="from the whole without it to the whole")
    grows_alone: bool = Field(description="with it alone a queue grows without end")
    grows_without: bool = Field(description="without it one does")


class RankedLimitEntry(Entry):
    """All reforms for one limit."""

    all: EffectEntry | None = Field(description="from before to the whole: not the sum of the reforms")
    reforms: list[RankedEntry]


class RankingEntry(Entry):
    """The reforms that ``after`` has and ``before`` has not, one by one."""

    before: str
    after: str
    limits: dict[str, RankedLimitEntry]
    not_apart: list[str] = Field(description="reforms that cannot stand alone or be left out")


class StoppedEntry(Entry):
    """How a run chose its number of replications (`--replications auto`)."""

    reason: StopReason
    looks: list[int] = Field(description="after how many replications it was looked at; the last is their number")
    most: int = Field(description="replications that were allowed")
    confidence: float = Field(description="of each interval, so that those of all looks hold together with 95%")
    precision_days: float
    precision_share: float
    lacking_runs: int = Field(description="verdicts that more runs might still decide")


class Document(Entry):
    """The whole document."""

    format: Literal[1] = Field(alias="schema")
    notice: Words | None = Field(description="stands with every figure while any of them rests on assumptions")
    folder: str
    name: Words
    command: str = Field(description="gives the same document again")
    seed: int
    replications: int
    logs: KeptLogs = Field(description="the event logs beside it: of all replications, of the first, of none")
    stopped: StoppedEntry | None = Field(description="why so many replications; null where the number was given")
    engine: str
    window: Window
    begin: str = Field(description="first day of the run; the warm-up ends where the window begins")
    years: float = Field(description="length of the window")
    limits: list[LimitEntry]
    scenarios: list[ScenarioEntry]
    verdicts: list[VerdictEntry]
    changes: list[ChangeEntry]
    ranking: RankingEntry | None = Field(description="first in, last out; null unless it was asked for (`--rank`)")
