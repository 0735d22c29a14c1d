"""Rule 20 on a measured log: a census of what closed; what it says about the future is a second line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.clock_times import clock_times
from sim.analysis.results import Missing, Value
from sim.analysis.samples import ReadingSample
from sim.analysis.sampling import cohort_of
from sim.analysis.statistics import (
    Decision,
    Estimate,
    bounds_with_open,
    census_mean,
    judge_census,
    share,
    slowest_tenth,
)
from sim.analysis.verdicts import combined, decide, statistic_of, unit_of
from sim.errors import InputError
from sim.eventlog import EventLog
from sim.model.clocks import Clock
from sim.model.limits import Limit, Reading
from sim.model.working_days import WorkingDays
from sim.text import Text

MONTHS = Text("以各月为一组的区间", "months as clusters")
ONE_MONTH = Text("不足两个月,无法推断今后", "less than two months say nothing about the future")


@dataclass(frozen=True)
class CensusResult:
    """One reading of a limit on a measured log; times are in days of the reading's unit.

    ``late`` closed late, ``open_beyond_limit`` are late and still open, ``open_undecided`` are open and not yet late.
    ``late_share``, ``mean`` and ``median`` are facts of the period; ``future`` is the share of late cases to expect.
    """

    reading: Reading
    decision: Decision | None
    missing: Missing | None
    closed: int
    late: int
    open_beyond_limit: int
    open_undecided: int
    late_share: Estimate
    mean: Estimate
    median: Estimate
    future: Estimate


@dataclass(frozen=True)
class CensusVerdict:
    """One limit on a measured log. ``withheld``: the readings that the log cannot answer, and why."""

    limit: str
    value: Value
    missing: Missing | None
    readings: tuple[CensusResult, ...]
    disagreeing: tuple[str, ...]
    withheld: tuple[tuple[str, InputError], ...]


def assess_census(
    log: EventLog,
    limits: Mapping[str, Limit],
    period: tuple[int, int],
    legal: WorkingDays,
    refuse: Callable[[Clock], None] = lambda _: None,
) -> tuple[CensusVerdict, ...]:
    """Judge the cases whose clock stopped in [first, last), with those still open where the log ends.

    ``legal`` covers all the time that is counted. ``refuse`` raises InputError for a clock that cannot be read from
    this log: its readings are withheld.
    """
    return tuple(_verdict(log, id_, limit, period, legal, refuse) for id_, limit in limits.items())


def _verdict(
    log: EventLog,
    id_: str,
    limit: Limit,
    period: tuple[int, int],
    legal: WorkingDays,
    refuse: Callable[[Clock], None],
) -> CensusVerdict:
    results, withheld = [], []
    for reading in limit.readings:
        try:
            refuse(reading.clock or limit.clock)
            results.append(_judged(log, limit, reading, period, legal))
        except InputError as lacking:
            withheld.append((reading.id, lacking))
    default = next((result for result in results if result.reading.role == "default"), None)
    value: Value = "no-number" if limit.value is None and not limit.is_ratio else "undecided"
    disagreeing: tuple[str, ...] = ()
    missing: Missing | None = None if limit.value is None and not limit.is_ratio else "data"
    if default is not None:
        value, disagreeing = combined(results)
        missing = default.missing if value == "undecided" else None
    return CensusVerdict(id_, value, missing, tuple(results), disagreeing, tuple(withheld))


def _judged(log: EventLog, limit: Limit, reading: Reading, period: tuple[int, int], legal: WorkingDays) -> CensusResult:
    cases = np.flatnonzero(log.cases.case_class.isin(reading.classes or limit.classes))
    clock = reading.clock or limit.clock
    times = clock_times(log, clock, reading.unit, legal, cases, per=reading.per, moved=reading.moved)
    done = times.is_in("finished") & (period[0] <= times.stop) & (times.stop < period[1])
    month = times.stop.astype("datetime64[us]").astype("datetime64[M]")
    months = [done & (month == each) for each in np.unique(month[done])]
    return judge_measured(
        limit,
        reading,
        cohort_of(log, limit, reading, times, done | times.is_in("open", "not-started")),
        [cohort_of(log, limit, reading, times, its) for its in months],
    )


def judge_measured(
    limit: Limit, reading: Reading, cohort: ReadingSample, months: Sequence[ReadingSample]
) -> CensusResult:
    """Judge the cohort completed in a period, with what was open at its end.

    *Every case* knows no tolerance here: one late case, closed or open, is not met. A mean or a median is that of
    what closed. A share counts the cases still open both ways. ``months``: the closed cases of each month, from
    which the future is inferred, since cases of one month share its weather, queues and crews.
    """
    unit, closed = unit_of(limit, reading), int(cohort.finished.size)
    late_share = bounds_with_open(cohort.late, closed, cohort.open_late.size, cohort.open_undecided.size)
    mean = census_mean(cohort.finished, unit=unit)
    median = _census_median(cohort, mean)
    decision = decide(limit, reading, late_share, mean, median)
    statistic = statistic_of(limit, reading)
    if statistic is not None and statistic.kind == "ratio":
        decision = "undecided"  # one log does not say what was before
    if decision is not None and statistic is not None and statistic.kind == "every-case":
        decision = judge_census(cohort.late + cohort.open_late.size, closed, cohort.open_undecided.size)
    return CensusResult(
        reading=reading,
        decision=decision,
        missing=None if decision != "undecided" else "data" if cohort.cases else "cases",
        closed=closed,
        late=cohort.late,
        open_beyond_limit=int(cohort.open_late.size),
        open_undecided=int(cohort.open_undecided.size),
        late_share=late_share,
        mean=mean,
        median=median,
        future=_future(months),
    )


def _census_median(cohort: ReadingSample, mean: Estimate) -> Estimate:
    if mean.value is None:
        return mean
    middle = float(np.quantile(cohort.finished, 0.5, method="inverted_cdf"))
    return replace(mean, value=middle, low=middle, high=middle)


def _future(months: Sequence[ReadingSample]) -> Estimate:
    late, cases = [month.late for month in months], [int(month.finished.size) for month in months]
    estimate = share(late, cases, slow=slowest_tenth([month.finished for month in months]))
    few = estimate.value is not None and estimate.low is None
    return replace(estimate, method=MONTHS, reason=ONE_MONTH if few else estimate.reason)
