"""All verdicts of a scenario from the samples of its replications (rules 14 and 20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sim.analysis.attribution import TIME_KINDS
from sim.analysis.loads import growing_pools, pool_loads
from sim.analysis.ratios import FoundRatio, ratio_of
from sim.analysis.results import (
    Change,
    ClassCount,
    ClassMean,
    MonthShare,
    ScenarioResult,
    Sticking,
    StudyResult,
    TimePart,
    Verdict,
)
from sim.analysis.samples import LimitSample, MonthCount, Sample
from sim.analysis.statistics import CONFIDENCE, ratio_mean
from sim.analysis.verdicts import (
    combined,
    complement,
    judge_reading,
    lacking,
    late_share,
    statistic_of,
    steady,
    unit_of,
)
from sim.errors import RunError
from sim.model.base import Study
from sim.model.figure_paths import assumptions, assumptions_of
from sim.model.limits import Limit, Reading
from sim.model.open_time import date_of
from sim.model.quantities import DAY_US
from sim.model.scenario import Scenario
from sim.text import Text

STILL_OPEN = "still-open"
"""The kind of time that the cases not yet closed have taken so far."""

_KINDS = (*TIME_KINDS, STILL_OPEN)


def assess(
    scenario: Scenario,
    samples: Sequence[Sample],
    before: Sequence[Sample] | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> ScenarioResult:
    """The verdicts, loads and counts of one scenario; ``samples`` in the order of the replications, at least one.

    ``before``: those of the scenario that this one is compared with, of which a promise may be a part.
    ``confidence``: of each interval that is judged.
    """
    model = scenario.model
    pools = [sample.pools for sample in samples]
    same_season = years_of(model.study).is_integer() and model.study.warm_up_years > 0
    growing = growing_pools(pools, same_season=same_season)
    assumed = assumptions(model)
    growing_before = growing_pools([sample.pools for sample in before], same_season=same_season) if before else ()
    return ScenarioResult(
        id=scenario.id,
        hash=scenario.hash,
        reforms=tuple(id_ for id_, _ in scenario.reforms),
        verdicts=tuple(
            _verdict(
                scenario,
                id_,
                limit,
                [sample.limits[id_] for sample in samples],
                growing,
                {
                    r.id: _ratio(model.limits, limit, r, samples, before, growing_before, confidence)
                    for r in limit.readings
                },
                tuple(figure.path for figure in assumptions_of(model, id_, assumed)),
                confidence,
            )
            for id_, limit in model.limits.items()
        ),
        pools=pool_loads(model.pools, pools),
        classes=_class_counts(samples),
    )


def study_result(
    study: Study,
    results: Sequence[ScenarioResult],
    compared: tuple[Change, ...] = (),
    *,
    name: str,
    seed: int,
    replications: int,
    engine: str,
    command: str,
) -> StudyResult:
    """What was found, with the facts of the run that every table and page prints."""
    return StudyResult(
        folder=name,
        seed=seed,
        replications=replications,
        engine=engine,
        window=(study.from_.isoformat(), study.to.isoformat()),
        begin=date_of(study.begin).isoformat(),
        years=years_of(study),
        scenarios=tuple(results),
        changes=compared,
        command=command,
        logs="none",
    )


def years_of(study: Study) -> float:
    """The length of the reporting window in years; whole where it ends on the day of the year on which it begins."""
    first, last = study.from_, study.to + dt.timedelta(days=1)
    if (first.month, first.day) == (last.month, last.day):
        return float(last.year - first.year)
    return (last - first).days / 365.25


def _verdict(
    scenario: Scenario,
    id_: str,
    limit: Limit,
    samples: Sequence[LimitSample],
    growing: Sequence[str],
    ratios: Mapping[str, FoundRatio | None],
    assumptions: tuple[str, ...],
    confidence: float,
) -> Verdict:
    years = years_of(scenario.model.study)
    its = tuple(pool for pool in growing if any(pool in sample.pools for sample in samples))
    cohorts = {reading.id: [sample.readings[reading.id] for sample in samples] for reading in limit.readings}
    results = tuple(
        replace(
            judge_reading(
                limit,
                reading,
                cohorts[reading.id],
                years,
                growing=bool(its),
                ratio=ratios[reading.id],
                confidence=confidence,
            ),
            months=_months([sample.months[reading.id] for sample in samples], judged=limit.tells_late(reading)),
        )
        for reading in limit.readings
    )
    default = next((result for result in results if result.reading.role == "default"), None)
    value, disagreeing = ("no-number", ()) if default is None else combined(results)
    missing = None
    if value == "undecided" and default is not None:
        found = ratios[default.reading.id]
        missing = (
            lacking(limit, default, cohorts[default.reading.id], growing=bool(its), confidence=confidence)
            if not found
            else found.missing
        )
    elapsed = ratio_mean(
        [sample.elapsed_us / DAY_US for sample in samples],
        unit="d",
        open_elapsed=[sample.elapsed_open_us / DAY_US for sample in samples],
        confidence=confidence,
    )
    under_baseline = [sample.under_baseline for sample in samples if sample.under_baseline is not None]
    kept = ratio_mean([sample.elapsed_kept_us / DAY_US for sample in samples], unit="d", confidence=confidence)
    completed = [sample.completed for sample in samples if sample.completed is not None]
    its_default = limit.default_reading()
    judged = its_default is not None and limit.tells_late(its_default)
    completed_within = complement(late_share(completed, judged=judged, confidence=confidence))
    return Verdict(
        limit=id_,
        scenario=scenario.id,
        value=value,
        assumed=bool(assumptions),
        missing=missing,
        default=default,
        readings=results,
        disagreeing=disagreeing,
        stages=ratio_mean([sample.stages for sample in samples], unit="stages"),
        elapsed=steady(elapsed, bool(its)),
        elapsed_kept=steady(kept, bool(its) or not judged),
        time_split=() if its else _time_split(samples),
        sticking=_sticking(samples),
        completed_within=steady(completed_within, bool(its)),
        assumptions=assumptions,
        growing=its,
        classes=()
        if default is None
        else _class_means(samples, unit_of(limit, default.reading), bool(its), confidence),
        within_baseline=steady(complement(late_share(under_baseline, confidence=confidence)), bool(its))
        if under_baseline
        else None,
    )


def _class_means(samples: Sequence[LimitSample], unit: str, growing: bool, confidence: float) -> tuple[ClassMean, ...]:
    """Weighted by their cases they make the mean of the reading."""
    found = []
    for id_ in samples[0].classes:
        cohorts = [sample.classes[id_] for sample in samples]
        mean = ratio_mean(
            [its.finished for its in cohorts],
            unit=unit,
            open_elapsed=[its.open for its in cohorts],
            confidence=confidence,
        )
        found.append(ClassMean(id_, sum(its.cases for its in cohorts), steady(mean, growing)))
    return tuple(found)


def _ratio(
    limits: Mapping[str, Limit],
    limit: Limit,
    reading: Reading,
    after: Sequence[Sample],
    before: Sequence[Sample] | None,
    growing_before: Sequence[str],
    confidence: float,
) -> FoundRatio | None:
    """A reading's ratio, where that is its statistic.

    What a queue that grew without end had come to before depends on how long was simulated: nothing to compare with.
    """
    statistic = statistic_of(limit, reading)
    if statistic is None or statistic.kind != "ratio":
        return None
    needed = {
        pool for sample in before or () for name in statistic.of for pool in sample.limits[name.partition("/")[0]].pools
    }
    return ratio_of(statistic, limits, after, None if needed & set(growing_before) else before, confidence)


def _time_split(samples: Sequence[LimitSample]) -> tuple[TimePart, ...]:
    """Mean days by kind and owner, in the order of the kinds and of the owners' bytes; they sum to the mean."""
    total: dict[tuple[str, str], int] = {}
    for sample in samples:
        for (kind, owner), us in sample.split_us.items():
            total[kind, owner or ""] = total.get((kind, owner or ""), 0) + us
    still_open = sum(int(sample.elapsed_open_us.sum()) for sample in samples)
    if still_open:
        total[STILL_OPEN, ""] = still_open
    cases = sum(sample.elapsed_us.size + sample.elapsed_open_us.size for sample in samples)
    parts = sorted(total.items(), key=lambda part: (_KINDS.index(part[0][0]), part[0][1].encode()))
    return tuple(TimePart(kind, owner, us / cases / DAY_US) for (kind, owner), us in parts)


def _sticking(samples: Sequence[LimitSample]) -> tuple[Sticking, ...]:
    total: dict[tuple[str, str], float] = {}
    for sample in samples:
        for key, days in sample.sticking.items():
            total[key] = total.get(key, 0.0) + days
    cases = sum(sample.sticking_cases for sample in samples)
    parts = sorted(total.items(), key=lambda part: (-part[1], part[0]))
    return tuple(Sticking(step, kind, days / cases) for (step, kind), days in parts if days > 0)


def _months(samples: Sequence[dict[str, MonthCount]], *, judged: bool) -> tuple[MonthShare, ...]:
    found = []
    for month in sorted({month for sample in samples for month in sample}):
        counts = [sample[month] for sample in samples if month in sample]
        cases, within, days = (sum(part) for part in zip(*counts, strict=True))
        mean = days / cases if cases else None
        found.append(MonthShare(month, int(cases), within / cases if cases and judged else None, mean))
    return tuple(found)


def _class_counts(samples: Sequence[Sample]) -> tuple[ClassCount, ...]:
    """Accepted = closed + open + withdrawn, in every class of every replication."""
    found = []
    for id_ in sorted({id_ for sample in samples for id_ in sample.classes}, key=str.encode):
        counts = [sample.classes[id_] for sample in samples if id_ in sample.classes]
        if lost := [count for count in counts if count.accepted != count.closed + count.open + count.withdrawn]:
            raise RunError(
                Text("受理数不等于办结、在办、撤回之和", "cases accepted are not those closed, open and withdrawn"),
                Text("这是程序的缺陷,请报告", "a defect of the program, please report it"),
                value=(id_, lost[0]),
            )
        found.append(ClassCount(id_, *(sum(part) for part in zip(*counts, strict=True))))
    return tuple(found)
