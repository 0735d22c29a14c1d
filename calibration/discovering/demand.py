"""How much of a log's past says how many cases come next."""

from __future__ import annotations

import numpy as np

from sim.eventlog import Ints

_SHARES = (1.0, 0.5, 1 / 3, 0.15)
_ORIGINS = np.arange(0.4, 0.951, 0.05)
_AHEAD = 0.2
_FEWEST = 50
"""Of fewer arrivals no level is read."""


def level_window(accepted: Ints, until: int) -> int:
    """From when on the arrivals count: the share of the past whose mean foretold best what followed it.

    It is tried at origins from 40% of the span on, each foretelling a fifth of its past (Tashman, "Out-of-sample tests
    of forecasting accuracy", Int. J. Forecasting 16, 2000); the error is that of the logarithm.
    """
    begin, arrivals = int(accepted.min()), np.sort(accepted)
    origins = begin + _ORIGINS * (until - begin)
    ahead = np.minimum(_AHEAD * (origins - begin), until - origins)

    def count(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.searchsorted(arrivals, high, "right") - np.searchsorted(arrivals, low, "right")

    enough = [
        share for share in _SHARES if count(np.array([until - share * (until - begin)]), np.array([until])) >= _FEWEST
    ]
    came = count(origins, origins + ahead)
    errors = []
    for share in enough or _SHARES[:1]:
        past = share * (origins - begin)
        foretold = count(origins - past - 1, origins) / past * ahead
        errors.append(float(np.mean(np.log((came + 0.5) / (foretold + 0.5)) ** 2)))
    return round(until - (enough or _SHARES)[int(np.argmin(errors))] * (until - begin))
