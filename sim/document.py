"""``verdicts.json``: what a study found as one JSON document, the same bytes for the same run.

Numbers are rounded, days to 4 decimals, shares to 6, cases a year to 3, hours to 2. Nothing of the machine or the hour
is in it; that is in ``run.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.analysis.results import (
    Change,
    ClassCount,
    ClassMean,
    MonthShare,
    PoolLoad,
    Ranking,
    ReadingResult,
    ScenarioResult,
    Stopped,
    StudyResult,
    TimePart,
    Verdict,
)
from sim.analysis.statistics import Comparison, Estimate
from sim.document_types import (
    ChangeEntry,
    ClassEntry,
    ClassMeanEntry,
    ComparisonEntry,
    Document,
    EffectEntry,
    Interval,
    LimitEntry,
    LongestEntry,
    MonthEntry,
    PartEntry,
    PoolEntry,
    RankedEntry,
    RankedLimitEntry,
    RankingEntry,
    ReadingEntry,
    ScenarioEntry,
    StickingEntry,
    StoppedEntry,
    VerdictEntry,
    Window,
    Words,
)
from sim.model.limits import Limit
from sim.model.scenario import Folder
from sim.report.verdict_words import ASSUMED
from sim.text import Text
from sim.whole_files import write_whole

DAYS, SHARE, A_YEAR, HOURS = 4, 6, 3, 2
"""Decimals of each kind of number."""
_NOTHING = Interval(value=None, low=None, high=None)


def document(result: StudyResult, folder: Folder) -> Document:
    """The document of a study."""
    verdicts = [_verdict(verdict) for scenario in result.scenarios for verdict in scenario.verdicts]
    first, last = result.window
    return Document(
        schema=1,
        notice=_notice(result),
        folder=result.folder,
        name=_words(folder.name),
        command=result.command,
        seed=result.seed,
        replications=result.replications,
        logs=result.logs,
        stopped=result.stopped and _stopped(result.stopped),
        engine=result.engine,
        window=Window.model_validate({"from": first, "to": last}),
        begin=result.begin,
        years=round(result.years, SHARE),
        limits=[_limit(id_, limit) for id_, limit in folder.limits.items()],
        scenarios=[_scenario(scenario, folder) for scenario in result.scenarios],
        verdicts=verdicts,
        changes=[_change(change) for change in result.changes],
        ranking=result.ranking and _ranking(result.ranking, result),
    )


def ranking_document(result: StudyResult, limits: Sequence[str]) -> dict[str, Any]:
    """What each reform brings for these limits, with the facts of the run, as it is written."""
    assert result.ranking is not None
    facts = {"seed": result.seed, "replications": result.replications, "engine": result.engine}
    notice = _notice(result)
    return {"notice": notice and notice.model_dump()} | facts | _ranking(result.ranking, result, limits).model_dump()


def _stopped(its: Stopped) -> StoppedEntry:
    return StoppedEntry(
        reason=its.reason,
        looks=list(its.looks),
        most=its.most,
        confidence=round(its.confidence, SHARE),
        precision_days=its.days,
        precision_share=its.share,
        lacking_runs=its.undecided,
    )


def _notice(result: StudyResult) -> Words | None:
    """What stands with the figures while any of them rests on assumptions."""
    assumed = any(verdict.assumed for scenario in result.scenarios for verdict in scenario.verdicts)
    return _words(ASSUMED) if assumed else None


def write(result: StudyResult, folder: Folder, path: Path) -> None:
    """Write the document, whole or not at all; errors as :func:`sim.whole_files.write_whole`."""
    write_whole(path, written(result, folder).encode())


def written(result: StudyResult, folder: Folder) -> str:
    """The document as it is written."""
    return document(result, folder).model_dump_json(by_alias=True, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    return Document.model_json_schema(by_alias=True)


def _limit(id_: str, limit: Limit) -> LimitEntry:
    value, baseline = (None if quantity is None else str(quantity) for quantity in (limit.value, limit.baseline))
    words = limit.model_dump(include={"service", "item", "quote", "responsible", "deadline", "stages"})
    return LimitEntry(id=id_, name=_words(limit.name), value=value, baseline=baseline, **words)


def _scenario(scenario: ScenarioResult, folder: Folder) -> ScenarioEntry:
    return ScenarioEntry(
        id=scenario.id,
        name=_words(folder.scenarios[scenario.id].name),
        hash=scenario.hash,
        reforms=list(scenario.reforms),
        pools=[_pool(load) for load in scenario.pools],
        classes=[_class(count) for count in scenario.classes],
    )


def _class(count: ClassCount) -> ClassEntry:
    counts = {"accepted": count.accepted, "closed": count.closed, "open": count.open, "withdrawn": count.withdrawn}
    return ClassEntry.model_validate({"class": count.case_class} | counts)


def _pool(load: PoolLoad) -> PoolEntry:
    wait = _rounded(load.mean_wait_h, HOURS)
    return PoolEntry(pool=load.pool, servers=load.servers, load=_interval(load.load, SHARE), mean_wait_h=wait)


def _verdict(verdict: Verdict) -> VerdictEntry:
    result = verdict.default
    return VerdictEntry(
        limit=verdict.limit,
        scenario=verdict.scenario,
        reading=result and result.reading.id,
        verdict=verdict.value,
        assumed=verdict.assumed,
        missing=verdict.missing,
        inputs_doubt="not-yet-assessed",
        disagreeing=list(verdict.disagreeing),
        growing=list(verdict.growing),
        **_figures(result),
        longest_case=result and _longest(result),
        quantiles=[round(days, DAYS) for days in result.quantiles] if result else [],
        class_means=[_class_mean(each) for each in verdict.classes],
        stages=_rounded(verdict.stages.value, DAYS),
        elapsed=_interval(verdict.elapsed, DAYS),
        time_split=_split(verdict.time_split, verdict.elapsed.value),
        sticking=[StickingEntry(step=s.step, kind=s.kind, days=round(s.days, DAYS)) for s in verdict.sticking],
        elapsed_kept=_interval(verdict.elapsed_kept, DAYS),
        months=_months(verdict.months),
        completed_share_within=_interval(verdict.completed_within, SHARE),
        share_within_baseline=_NOTHING
        if verdict.within_baseline is None
        else _interval(verdict.within_baseline, SHARE),
        readings=[_reading(each) for each in verdict.readings],
        assumptions=list(verdict.assumptions),
    )


def _class_mean(found: ClassMean) -> ClassMeanEntry:
    its = {"class": found.case_class, "cases": found.cases, "mean": _interval(found.mean, DAYS)}
    return ClassMeanEntry.model_validate(its)


def _reading(result: ReadingResult) -> ReadingEntry:
    reading = result.reading
    return ReadingEntry(
        reading=reading.id,
        name=_words(reading.name),
        role=reading.role,
        counted_in=reading.unit,
        per=reading.per,
        moved=reading.moved,
        decision=result.decision,
        months=_months(result.months),
        **_figures(result),
    )


def _months(months: Sequence[MonthShare]) -> list[MonthEntry]:
    return [
        MonthEntry(month=m.month, cases=m.cases, within=_rounded(m.within, SHARE), mean=_rounded(m.mean, DAYS))
        for m in months
    ]


def _figures(result: ReadingResult | None) -> dict[str, Any]:
    """What a verdict and its readings have in common; without a reading there is nothing but nulls."""
    estimates = {
        "late_share": ("late", SHARE), "late_per_year": ("late_per_year", A_YEAR), "mean": ("mean", DAYS),
        "median": ("median", DAYS), "share_within": ("share_within", SHARE), "p90": ("p90", DAYS),
        "longest_expected": ("longest", DAYS),
    }  # fmt: skip
    nothing = Interval(value=None, low=None, high=None)
    if result is None:
        names = ("statistic", "required_share", "limit_value", "unit", "tolerance", "longest", "backlog_years")
        counts = ("cases", "finished", "replications", "open_beyond_limit", "open_undecided")
        return dict.fromkeys(names) | dict.fromkeys(counts, 0) | dict.fromkeys([*estimates, "ratio"], _NOTHING)
    statistic = result.statistic
    return {
        "statistic": statistic and statistic.kind,
        "required_share": statistic and (statistic.share or statistic.at_most),
        "limit_value": result.limit_value,
        "unit": result.mean.unit,
        "tolerance": result.tolerance,
        "cases": result.cases,
        "finished": result.finished,
        "replications": result.replications,
        "open_beyond_limit": result.open_beyond_limit,
        "open_undecided": result.open_undecided,
        "longest": _rounded(result.longest_days, DAYS),
        "backlog_years": _rounded(result.backlog_years, DAYS),
        "ratio": nothing if result.ratio is None else _interval(result.ratio, SHARE),
    } | {name: _interval(getattr(result, of), decimals) for name, (of, decimals) in estimates.items()}


def _longest(result: ReadingResult) -> LongestEntry | None:
    if result.longest_replication is None:
        return None
    return LongestEntry(
        replication=result.longest_replication, case=result.longest_case, stuck_at=result.longest_stuck_at
    )


def _split(parts: Sequence[TimePart], mean: float | None) -> list[PartEntry]:
    """Rounded so that the printed parts sum to the printed mean: what is left goes to the largest remainders."""
    if mean is None:
        return []
    scale = 10**DAYS
    units = [int(part.days * scale) for part in parts]
    left = round(round(mean, DAYS) * scale) - sum(units)
    by_remainder = sorted(range(len(parts)), key=lambda i: units[i] - parts[i].days * scale)
    for i in by_remainder[:left]:
        units[i] += 1
    return [
        PartEntry(kind=part.kind, owner=part.owner or None, days=unit / scale)
        for part, unit in zip(parts, units, strict=True)
    ]


def _change(change: Change) -> ChangeEntry:
    return ChangeEntry(
        limit=change.limit,
        before=change.before,
        after=change.after,
        mean=_comparison(change.mean, DAYS),
        share_within=_comparison(change.share_within, SHARE),
    )


def _ranking(ranking: Ranking, result: StudyResult, limits: Sequence[str] | None = None) -> RankingEntry:
    whole = {change.limit: change for change in result.changes if change.after == ranking.after}
    ids = dict.fromkeys(ranked.limit for ranked in ranking.reforms) if limits is None else limits
    return RankingEntry(
        before=ranking.before,
        after=ranking.after,
        limits={id_: _ranked_limit(ranking, id_, whole.get(id_)) for id_ in ids},
        not_apart=sorted(ranking.lacking),
    )


def _ranked_limit(ranking: Ranking, limit: str, whole: Change | None) -> RankedLimitEntry:
    reforms = [
        RankedEntry(
            reform=one.reform,
            first_in=_effect(one.first_in),
            last_out=_effect(one.last_out),
            grows_alone=one.grows_alone,
            grows_without=one.grows_without,
        )
        for one in ranking.reforms
        if one.limit == limit
    ]
    return RankedLimitEntry(all=_effect(whole), reforms=reforms)


def _effect(change: Change | None) -> EffectEntry | None:
    if change is None:
        return None
    return EffectEntry(mean=_comparison(change.mean, DAYS), share_within=_comparison(change.share_within, SHARE))


def _comparison(comparison: Comparison | None, decimals: int) -> ComparisonEntry | None:
    if comparison is None:
        return None
    return ComparisonEntry(
        unit=comparison.difference.unit,
        difference=_interval(comparison.difference, decimals),
        ratio=_interval(comparison.ratio, SHARE),
    )


def _interval(estimate: Estimate, decimals: int) -> Interval:
    value, low, high = (_rounded(x, decimals) for x in (estimate.value, estimate.low, estimate.high))
    return Interval(value=value, low=low, high=high)


def _rounded(number: float | None, decimals: int) -> float | None:
    return None if number is None else round(number, decimals) + 0.0  # no negative zero


def _words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)
