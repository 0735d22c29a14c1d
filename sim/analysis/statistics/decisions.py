"""Rule 20 as pure functions: an estimate against what was promised."""

from __future__ import annotations

from typing import Literal

from sim.analysis.statistics.estimate import Estimate, require
from sim.text import Text

Decision = Literal["met", "not-met", "undecided"]


def judge_share(late: Estimate, tolerance: float) -> Decision:
    """A promise for every case, in a simulation: the share of late cases against a tolerance (rule 20).

    Met if the upper bound is at most the tolerance, not met if the lower bound is above it, else undecided, as
    without cases or with a single replication. ``late``: from :func:`~.shares.share`.

    Tolerance 0 means "no case ever": one late case disproves it for certain, whatever the number of replications,
    and no finite number of runs can prove it, so the answer is not met or undecided, never met.
    """
    require(
        0 <= tolerance < 1,
        Text("容许的超时比例须不小于 0 且小于 1", "a tolerance is at least 0 and less than 1"),
        Text("例如 1%", "for example 1%"),
        tolerance,
    )
    if late.value is not None and late.value > 0 and tolerance == 0:
        return "not-met"
    return judge_mean(late, tolerance)


def judge_mean(estimate: Estimate, limit: float) -> Decision:
    """A mean (or a ratio, or a quantile) that may be at most ``limit``, in the estimate's unit (rule 20).

    Met if the whole interval is at most the limit, not met if all of it is above, else undecided. Where cases are
    still open the interval has no upper end: it can be not met, but not yet met.
    """
    if estimate.high is not None and estimate.high <= limit:
        return "met"
    if estimate.low is not None and estimate.low > limit:
        return "not-met"
    return "undecided"


def judge_census(n_late: int, n_closed: int, n_open_undecided: int) -> Decision:
    """A promise for every case, on a measured log: a census of what closed (rule 20).

    One late case is not met, closed or still open beyond the limit alike (``n_late`` counts both). None late is met
    for the period, unless cases still open and not yet late could turn it, or there was no case.
    """
    require(
        min(n_late, n_closed, n_open_undecided) >= 0,
        Text("件数不能为负", "counts are not negative"),
        Text("检查件数", "check the counts"),
        (n_late, n_closed, n_open_undecided),
    )
    if n_late:
        return "not-met"
    return "undecided" if n_open_undecided or not n_closed else "met"
