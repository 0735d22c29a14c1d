"""Rule 20 on a simulation: what cohorts say about one limit, reading by reading, and what the readings say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from sim.analysis.ratios import FoundRatio
from sim.analysis.results import Missing, ReadingResult, Value
from sim.analysis.samples import LongestCase, ReadingSample
from sim.analysis.statistics import (
    CONFIDENCE,
    Decision,
    Estimate,
    judge_mean,
    judge_share,
    longest,
    quantile_over_replications,
    ratio_mean,
    share,
    slowest_tenth,
)
from sim.analysis.statistics.estimate import nothing
from sim.model.limits import Limit, Reading, Statistic
from sim.text import Text

GROWING = Text("排队无限增长,不给出稳态数值", "the queue grows without end; steady figures not given")
NOT_BY_CASE = Text("不是逐件的时限", "no limit for each case")
NO_NUMBER = Text("文件未设时限", "the plan sets no number")
PER_YEAR = Text("超时比例乘以年均办件数", "share of late cases times the mean number of cases a year")
CASES_A_YEAR = "cases/year"
_PERCENT = np.linspace(0, 1, 101)


class Judged(Protocol):
    """A reading with what it alone would decide."""

    @property
    def reading(self) -> Reading: ...

    @property
    def decision(self) -> Decision | None: ...


def judge_reading(
    limit: Limit,
    reading: Reading,
    cohorts: Sequence[ReadingSample],
    years: float,
    *,
    growing: bool = False,
    ratio: FoundRatio | None = None,
    confidence: float = CONFIDENCE,
) -> ReadingResult:
    """One reading of a limit over replications; ``years`` is the length of the window.

    ``growing``: a pool that these cases need has a queue that grows without end. What was simulated then depends on
    how long was simulated: no steady figure is given and *met* cannot be said; *not met* stands, since later cases
    fare worse still. ``ratio``: what was found of it, where that is the statistic.
    """
    value = limit.value_of(reading)
    late = late_share(cohorts, judged=limit.tells_late(reading), confidence=confidence)
    if ratio is not None:
        late = replace(late, reason=NOT_BY_CASE)
    mean, median, p90, a_longest = _times(cohorts, unit_of(limit, reading), confidence)
    cases, replications = sum(cohort.cases for cohort in cohorts), len(cohorts)
    decision = decide(limit, reading, late, mean, median) if ratio is None else ratio.decision
    unsteady = growing and (ratio is None or ratio.measured)
    worst, where = _longest_case(cohorts)
    finished = np.concatenate([np.empty(0), *(cohort.finished for cohort in cohorts)])
    a_year = cases / max(replications, 1) / years
    return ReadingResult(
        reading=reading,
        statistic=statistic_of(limit, reading),
        limit_value=None if value is None else value.amount,
        tolerance=_tolerance(limit, reading),
        decision="undecided" if unsteady and decision == "met" else decision,
        cases=cases,
        finished=finished.size,
        replications=replications,
        open_beyond_limit=sum(cohort.open_late.size for cohort in cohorts),
        open_undecided=sum(cohort.open_undecided.size for cohort in cohorts),
        late=steady(late, growing),
        late_per_year=steady(_scaled(late, a_year), growing),
        mean=steady(mean, growing),
        share_within=steady(complement(late), growing),
        p90=steady(p90, growing),
        median=steady(median, growing),
        longest=steady(a_longest, growing),
        longest_days=None if worst is None else worst.days,
        longest_replication=where,
        longest_case="" if worst is None else worst.label,
        longest_stuck_at="" if worst is None else worst.stuck_at,
        backlog_years=reading.backlog / a_year if reading.backlog and a_year and not growing else None,
        quantiles=_quantiles(finished) if finished.size and not growing else (),
        ratio=None if ratio is None else steady(ratio.estimate, unsteady),
    )


def decide(limit: Limit, reading: Reading, late: Estimate, mean: Estimate, median: Estimate) -> Decision | None:
    """Rule 20 for one reading; None where the plan gives no number."""
    statistic, value = statistic_of(limit, reading), limit.value_of(reading)
    if value is None or statistic is None:
        return None
    if statistic.kind == "mean":
        return judge_mean(mean, value.amount)
    if statistic.kind == "median":
        return judge_mean(median, value.amount)
    return judge_share(late, limit.tolerance if statistic.share is None else 1 - statistic.share)


def lacking(
    limit: Limit,
    result: ReadingResult,
    cohorts: Sequence[ReadingSample],
    *,
    growing: bool,
    confidence: float = CONFIDENCE,
) -> Missing | None:
    """What an undecided reading lacks: any case, a longer run-out, or more runs; None where none of these would help.

    Were the open cases to end now, within the limit where they still are, would that decide it? Then it is the
    run-out that is too short.
    """
    if result.cases == 0:
        return "cases"
    if growing or (result.tolerance == 0 and result.late.value == 0):
        return None
    ended = [_as_if_ended(cohort) for cohort in cohorts]
    mean, median, *_ = _times(ended, unit_of(limit, result.reading), confidence)
    would_be = decide(limit, result.reading, late_share(ended, confidence=confidence), mean, median)
    return "runs" if would_be == "undecided" else "run-out"


def combined(results: Sequence[Judged]) -> tuple[Value, tuple[str, ...]]:
    """The value of the verdict, and the plausible readings that disagree.

    It depends on the reading when, of the default reading and the plausible ones, one is met and another is not. A
    reading that is undecided contradicts nothing: more runs may settle it. While the default one is undecided and two
    plausible ones contradict each other, it depends on the reading whatever more runs will bring.
    """
    default = next(result for result in results if result.reading.role == "default")
    if default.decision is None:
        return "no-number", ()
    plausible = [r for r in results if r.reading.role == "plausible" and r.decision in ("met", "not-met")]
    decided = {default.decision, *(result.decision for result in plausible)} - {"undecided"}
    if len(decided) < 2:
        return default.decision, ()
    return "depends-on-reading", tuple(r.reading.id for r in plausible if r.decision != default.decision)


def statistic_of(limit: Limit, reading: Reading) -> Statistic | None:
    """The reading's own statistic, else the limit's."""
    return reading.statistic or limit.statistic


def unit_of(limit: Limit, reading: Reading) -> str:
    """``wd`` or ``d``: what the times of a reading are printed in."""
    if (value := limit.value_of(reading)) is not None:
        return str(value.unit)
    return "d" if reading.unit in ("calendar-days", "hours") else "wd"


def late_share(cohorts: Sequence[ReadingSample], *, judged: bool = True, confidence: float = CONFIDENCE) -> Estimate:
    """Share of late cases: finished late, or open beyond the limit; the open ones not yet late count both ways."""
    cases = [cohort.cases for cohort in cohorts]
    if not judged:
        return nothing(
            NO_NUMBER, confidence=confidence, n=sum(cases), replications=len(cases), unit="share", method=NO_NUMBER
        )
    return share(
        [cohort.late + cohort.open_late.size for cohort in cohorts],
        cases,
        slow=slowest_tenth([cohort.finished for cohort in cohorts], [cohort.open for cohort in cohorts]),
        undecided=[cohort.open_undecided.size for cohort in cohorts],
        confidence=confidence,
    )


def complement(late: Estimate) -> Estimate:
    """The share within the limit, from that of the late ones."""
    value, low, high = (None if x is None else 1 - x for x in (late.value, late.high, late.low))
    return replace(late, value=value, low=low, high=high)


def _times(
    cohorts: Sequence[ReadingSample], unit: str, confidence: float
) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """Mean, median, 90th percentile and longest; open cases count with what they have taken so far."""
    finished, waiting = [cohort.finished for cohort in cohorts], [cohort.open for cohort in cohorts]
    return (
        ratio_mean(finished, unit=unit, open_elapsed=waiting, confidence=confidence),
        quantile_over_replications(finished, 0.5, unit=unit, open_elapsed=waiting, confidence=confidence),
        quantile_over_replications(finished, 0.9, unit=unit, open_elapsed=waiting, confidence=confidence),
        longest(finished, unit=unit, open_elapsed=waiting, confidence=confidence),
    )


def _tolerance(limit: Limit, reading: Reading) -> float | None:
    statistic = statistic_of(limit, reading)
    every_case = statistic is not None and statistic.kind == "every-case"
    return limit.tolerance if every_case and limit.value is not None else None


def _scaled(late: Estimate, cases_a_year: float) -> Estimate:
    value, low, high = (None if x is None else x * cases_a_year for x in (late.value, late.low, late.high))
    return replace(late, value=value, low=low, high=high, unit=CASES_A_YEAR, method=PER_YEAR)


def steady(estimate: Estimate, growing: bool) -> Estimate:
    """The estimate, withheld where a queue grows without end."""
    return replace(estimate, value=None, low=None, high=None, reason=GROWING) if growing else estimate


def _longest_case(cohorts: Sequence[ReadingSample]) -> tuple[LongestCase | None, int | None]:
    """The longest case of all replications, the first of equals, and its replication."""
    known = [(cohort.longest, place) for place, cohort in enumerate(cohorts) if cohort.longest is not None]
    return max(known, key=lambda found: found[0].days, default=(None, None))


def _quantiles(finished: np.ndarray) -> tuple[float, ...]:
    return tuple(np.quantile(finished, _PERCENT, method="inverted_cdf").tolist())


def _as_if_ended(cohort: ReadingSample) -> ReadingSample:
    none = np.empty(0)
    ended = np.concatenate([cohort.finished, cohort.open])
    return ReadingSample(ended, cohort.late + cohort.open_late.size, none, none)
