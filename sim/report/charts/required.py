"""What of a commitment must be within its limit: the mean, or the time that all cases but the tolerated keep to."""

from __future__ import annotations

from math import floor
from typing import NamedTuple

from sim.analysis.results import ReadingResult
from sim.report import numbers
from sim.text import Text

MEAN = Text("平均", "mean")


class Required(NamedTuple):
    """``days`` in the reading's unit; None where there are no figures, or too many of the cases are open."""

    name: Text
    days: float | None
    share: float | None
    """Of the cases, that must be within the limit; None for a limit on a mean."""


def required(result: ReadingResult) -> Required:
    """Rule 20: a limit on every case is kept where the quantile at one less its tolerance is within it.

    Cases that are open count as later than any that is finished.
    """
    kind = "mean" if result.statistic is None or result.limit_value is None else result.statistic.kind
    if kind == "mean":
        return Required(MEAN, result.mean.value, None)
    if kind == "share" and result.statistic is not None and result.statistic.share is not None:
        share = result.statistic.share
    else:
        share = 0.5 if kind == "median" else 1 - (result.tolerance or 0.0)
    return Required(_name(share), _quantile(result, share), share)


def _name(share: float) -> Text:
    if share == 1:
        return Text("最长一件", "longest")
    percent = numbers.exact_share(share)
    return Text(f"{percent} 的办件不超过", f"{percent} within")


def _quantile(result: ReadingResult, share: float) -> float | None:
    """Of all cases, from the percentiles of those finished, straight lines between them."""
    if not result.quantiles:
        return None
    place = round(100 * share * result.cases / result.finished, 9)
    if place > 100:
        return None
    below = min(floor(place), 99)
    low, high = result.quantiles[below], result.quantiles[below + 1]
    return low + (high - low) * (place - below)
