"""A promise to come down to a part of what was: after ÷ before, each class by itself (压缩至目前的60%, rule 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.analysis.results import Missing
from sim.analysis.samples import ReadingSample, Sample
from sim.analysis.statistics import Decision, Estimate, judge_mean, paired_difference
from sim.analysis.statistics.estimate import CONFIDENCE, NO_CASES, OPEN_CASES, nothing
from sim.model.limits import Limit, Statistic
from sim.text import Text

PROMISED = Text("承诺时限之比", "promised limit ÷ the one before")
NO_OLD_LIMIT = Text("原承诺时限未知", "the limit promised before is not known")
NOT_COMPARED = Text("没有改革前情景可比", "no scenario before to compare with")


class FoundRatio(NamedTuple):
    """The largest ratio that is known, what all of them together decide, and what an undecided one lacks."""

    estimate: Estimate
    decision: Decision
    missing: Missing | None
    measured: bool
    """Of mean times, which a queue that grows without end leaves without meaning; not of promised limits."""


def ratio_of(
    statistic: Statistic,
    limits: Mapping[str, Limit],
    after: Sequence[Sample],
    before: Sequence[Sample] | None,
    confidence: float = CONFIDENCE,
) -> FoundRatio:
    """Judge a statistic of the kind ``ratio``.

    Met if each ratio is surely at most what is promised, not met if one of them is surely above it. Ratios of means
    are paired by replication (Fieller); with k of them each has the confidence 1 - 5%/k, so that all intervals hold
    at once (Bonferroni). Cases still open count with what they have taken so far: the mean before is a lower bound
    then, so the ratio has no lower one, and the mean after has no upper one.

    Old limits of 5 and 2.5 days, new ones of 2 and 1: both ratios are 0.4, exactly.
    """
    assert statistic.at_most is not None
    if statistic.of_means:
        found = [_of_means(name, 1 - (1 - confidence) / len(statistic.of), after, before) for name in statistic.of]
    else:
        found = [_of_promises(limits[name]) for name in statistic.of]
    estimates = [estimate for estimate, _ in found]
    decisions = {judge_mean(estimate, statistic.at_most) for estimate in estimates}
    decision: Decision = "met"
    for value in ("not-met", "undecided"):
        if value in decisions:
            decision = value
            break
    largest = max(estimates, key=lambda estimate: -1.0 if estimate.value is None else estimate.value)
    lacking = [missing for _, missing in found if missing is not None]
    missing: Missing = lacking[0] if lacking else "runs"
    return FoundRatio(largest, decision, missing if decision == "undecided" else None, statistic.of_means)


def _of_promises(limit: Limit) -> tuple[Estimate, Missing | None]:
    if limit.value is None or limit.baseline is None:
        return _unknown(NO_OLD_LIMIT, PROMISED), "data"
    ratio = limit.value.size / limit.baseline.size
    return replace(_unknown(NO_OLD_LIMIT, PROMISED), value=ratio, low=ratio, high=ratio, reason=None), None


def _of_means(
    name: str, confidence: float, after: Sequence[Sample], before: Sequence[Sample] | None
) -> tuple[Estimate, Missing | None]:
    if before is None:
        return _unknown(NOT_COMPARED, NOT_COMPARED), "before"
    cohorts = [(_cohort(name, b), _cohort(name, a)) for b, a in zip(before, after, strict=True)]
    pairs = [(b, a) for b, a in cohorts if b.cases and a.cases]
    if not pairs:
        return _unknown(NO_CASES, NO_CASES), "cases"
    means = [
        [float(np.mean(np.concatenate([its.finished, its.open]))) for its in side] for side in zip(*pairs, strict=True)
    ]
    ratio = paired_difference(*means, unit="d", confidence=confidence).ratio
    open_before, open_after = (sum(its.open.size for its in side) for side in zip(*pairs, strict=True))
    if open_before or open_after:
        ratio = replace(
            ratio,
            low=None if open_before else ratio.low,
            high=None if open_after else ratio.high,
            open=open_before + open_after,
            reason=OPEN_CASES,
        )
    return ratio, "run-out" if open_before or open_after else None


def _cohort(name: str, sample: Sample) -> ReadingSample:
    limit, _, reading = name.partition("/")
    return sample.limits[limit].readings[reading]


def _unknown(reason: Text, method: Text) -> Estimate:
    return nothing(reason, confidence=CONFIDENCE, n=0, replications=0, unit="ratio", method=method)
