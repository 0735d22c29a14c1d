"""What changed from one scenario to another, paired by replication under the same random numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.results import Change, ReadingResult, ScenarioResult, Verdict
from sim.analysis.samples import ReadingSample, Sample
from sim.analysis.statistics import CONFIDENCE, Comparison, paired_difference


def changes(
    before: ScenarioResult,
    samples_before: Sequence[Sample],
    after: ScenarioResult,
    samples_after: Sequence[Sample],
    confidence: float = CONFIDENCE,
) -> tuple[Change, ...]:
    """Each limit under its default reading; both scenarios were run with the same seed and replications.

    Differences are before minus after: positive where the mean time falls, negative where the share within the limit
    rises. Open cases count with what they have taken so far. None where a limit has no number (share) or no reading,
    where no replication had cases in both, or where a queue that grows without end leaves no steady figure.
    """
    known = {verdict.limit: verdict for verdict in after.verdicts}
    return tuple(
        _change(verdict, samples_before, known[verdict.limit], samples_after, confidence)
        for verdict in before.verdicts
        if verdict.limit in known
    )


def _change(
    before: Verdict,
    samples_before: Sequence[Sample],
    after: Verdict,
    samples_after: Sequence[Sample],
    confidence: float,
) -> Change:
    mean = within = None
    if before.default and after.default and not before.growing and not after.growing:
        pairs = [
            (b, a)
            for b, a in zip(
                _cohorts(before.limit, before.default, samples_before),
                _cohorts(after.limit, after.default, samples_after),
                strict=True,
            )
            if b.cases and a.cases
        ]
        mean = _compared([(_mean(b), _mean(a)) for b, a in pairs], before.default.mean.unit, confidence)
        if before.default.limit_value is not None and after.default.limit_value is not None:
            within = _compared([(_within(b), _within(a)) for b, a in pairs], "share", confidence)
    return Change(before.limit, before.scenario, after.scenario, mean, within)


def _compared(pairs: Sequence[tuple[float, float]], unit: str, confidence: float) -> Comparison | None:
    return paired_difference(*zip(*pairs, strict=True), unit=unit, confidence=confidence) if pairs else None


def _cohorts(limit: str, result: ReadingResult, samples: Sequence[Sample]) -> list[ReadingSample]:
    return [sample.limits[limit].readings[result.reading.id] for sample in samples]


def _mean(cohort: ReadingSample) -> float:
    return float(np.mean(np.concatenate([cohort.finished, cohort.open])))


def _within(cohort: ReadingSample) -> float:
    return 1 - (cohort.late + cohort.open_late.size) / cohort.cases
