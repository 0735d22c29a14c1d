"""When a run that chooses its number of replications has made enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.analysis.results import ReadingResult, ScenarioResult, Stopped, StopReason
from sim.analysis.statistics.sequential import confidence_of_each, looks

MOST = 320
"""Replications at most, unless one says otherwise."""


class Precision(NamedTuple):
    """Half-widths at which an undecided verdict is precise enough: days of the reading's unit, and a share."""

    days: float = 0.1
    share: float = 0.01


def stopped(results: Sequence[ScenarioResult], made: int, most: int, precision: Precision) -> Stopped | None:
    """Whether the look after ``made`` of ``most`` replications is the last, and why; None where it goes on.

    It is when no verdict lacks runs; when each that does is known as precisely as was asked for; when no more are
    allowed. What rests on few late cases is precise at a tenth of the tolerance, where that is less than the share.
    """
    waiting = [
        verdict.default
        for scenario in results
        for verdict in scenario.verdicts
        if verdict.missing == "runs" and verdict.default is not None
    ]
    if not waiting:
        reason: StopReason = "decided"
    elif all(_precise(result, precision) for result in waiting):
        reason = "precise"
    elif made >= most:
        reason = "most"
    else:
        return None
    made_looks = tuple(look for look in looks(most) if look <= made)
    return Stopped(reason, made_looks, most, confidence_of_each(most), *precision, len(waiting))


def _precise(result: ReadingResult, precision: Precision) -> bool:
    kind = None if result.statistic is None else result.statistic.kind
    if kind in ("mean", "median"):
        half, wanted = (result.mean if kind == "mean" else result.median).half_width, precision.days
    elif result.ratio is not None:
        half, wanted = result.ratio.half_width, precision.share
    else:
        half, wanted = result.late.half_width, min(precision.share, (result.tolerance or 1) / 10)
    return half is not None and half <= wanted
