"""Summer and winter hours: whether the days of some months of the year have a shape of their own."""

from __future__ import annotations

import numpy as np

from calibration.blocks import Floats, blocks, penalty
from calibration.opening import counted_once
from sim.eventlog import Ints
from sim.model.quantities import DAY_US, MINUTE_US

BEGINS, ENDS = (4, 5, 6), (8, 9, 10)
"""Summer hours begin with one of these months, and the last month that has them is one of these."""
_BIN_US = 5 * MINUTE_US
_MONTHS_SEEN = 9
_CLEARLY = 3
"""The gain in log-likelihood must be so many times what one more block costs."""


def summer_of(day: Ints, of_day: Ints) -> tuple[int, int] | None:
    """The first and the last month (1 to 12) of a summer whose working days have another shape than the others'; None
    where one shape fits all year, or fewer than nine months of the year were seen.

    ``day``: days since 1970 of instants on working days; ``of_day``: their time since the begin of the day.
    """
    bins = DAY_US // _BIN_US
    cells, weight = counted_once(day * bins + of_day // _BIN_US)
    month = (cells // bins * DAY_US).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12
    shape: Floats = np.zeros((12, bins))
    np.add.at(shape, (month, cells % bins), weight)
    if (shape.sum(axis=1) > 0).sum() < _MONTHS_SEEN:
        return None
    year = shape.sum(axis=0)
    alone = blocks(year)[1] + _CLEARLY * penalty(float(year.sum()))
    fits = {}
    for first in BEGINS:
        for last in ENDS:
            summer = shape[first - 1 : last].sum(axis=0)
            fits[first, last] = blocks(summer)[1] + blocks(year - summer)[1]
    best = max(fits, key=fits.__getitem__)
    return best if fits[best] > alone else None
