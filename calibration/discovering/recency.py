"""How fast a process changes: how much of its past says what cases do next, and how long that takes."""

from __future__ import annotations

import numpy as np

from calibration.discovering.laws import Floats
from calibration.histories import Histories
from sim.eventlog import Ints

SHARES = (2.0, 1.0, 1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 10)
"""Shares of a log's span after which what happened may count half."""
_ORIGINS = np.arange(0.4, 0.951, 0.05)
_AHEAD = 0.2
_LENGTHS, _PRIOR = 8, 2.0
"""Lengths are told apart by so many equal parts; what was never seen counts as so many executions that are shared out
like all others."""


def half_life(log: Histories, elapsed: Ints, until: int) -> float:
    """The share that foretold best what followed: the next activity of a case and the time that it took.

    ``elapsed``: the open time from the end before each execution to its own. It is tried at origins from 40% of the
    span on, each foretelling a fifth of its past (Tashman, "Out-of-sample tests of forecasting accuracy", Int. J.
    Forecasting 16, 2000), by the logarithmic score (Gneiting, Raftery, "Strictly proper scoring rules, prediction, and
    estimation", J. Am. Stat. Assoc. 102, 2007); older executions count less, as they will in the fit.
    """
    begin, end = int(log.accepted.min()), log.end
    length = np.searchsorted(np.unique(np.quantile(elapsed, np.arange(1, _LENGTHS) / _LENGTHS)), elapsed, "right")
    before = np.append(0, log.activity.astype(np.int64)[:-1] + 1)
    before[log.first[:-1][np.diff(log.first) > 0]] = 0
    _, next_ = np.unique(log.activity * np.int64(_LENGTHS) + length, return_inverse=True)
    _, passage = np.unique(before * end.size + next_, return_inverse=True)
    score = np.zeros(len(SHARES))
    for origin in begin + _ORIGINS * (until - begin):
        span = origin - begin
        past, ahead = end <= origin, (end > origin) & (end <= origin + _AHEAD * span)
        if not past.any() or not ahead.any():
            continue
        for place, share in enumerate(SHARES):
            weight = np.exp2((end - origin) / (share * span)) * past

            def counted(number: Ints, weight: Floats = weight) -> Floats:
                return np.bincount(number, weight).astype(np.float64)

            usual = counted(next_) + 1 / end.size
            prior = _PRIOR * usual / usual.sum()
            chance = (counted(passage)[passage] + prior[next_]) / (counted(before)[before] + _PRIOR)
            score[place] += np.log(chance[ahead]).mean()
    return SHARES[int(np.argmax(score))]
