"""How finely a column of instants tells the time: whole days, hours, minutes, or as it comes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Ints
from sim.model.quantities import DAY_US, MINUTE_US, SECOND_US

_HEAP = 0.05
"""A time of day, to the second, with so large a share is no chance; midnight stands for a date, and so does one that
no clock on a wall would name (01:06:40 is what one system makes of a date)."""
_MOSTLY = 0.8
"""With so large a share at two times of day, or at heaps, a column has dates and no times of day."""
_BY_CHANCE = 0.01
"""So many of all instants may be midnight as any other time."""
_QUARTER = 900
_STEPS = (60, 30, 15, 10, 5)


class Resolution(NamedTuple):
    """``timed`` says which instants tell a time of day; ``minutes`` the step to which these are rounded, at least 5."""

    timed: NDArray[np.bool_]
    minutes: int

    @property
    def days_only(self) -> bool:
        """Whether the instants are dates, no times of day."""
        return not self.timed.any()


def resolution_of(instants: Ints) -> Resolution:
    """Dates written as midnight tell no time of day, be they all of a column or a part of it.

    >>> resolution_of(np.array([0, 86_400_000_000])).days_only
    True
    """
    second = instants % DAY_US // SECOND_US
    times, which, count = np.unique(second, return_inverse=True, return_counts=True)
    share = count / max(instants.size, 1)
    enough = np.unique(instants // DAY_US).size > 2
    heaped = ((times % _QUARTER != 0) & (share > _HEAP) & enough) | ((times == 0) & (share > _BY_CHANCE))
    mostly = max(np.sort(share)[-2:].sum(), share[heaped].sum()) >= _MOSTLY
    if mostly and (enough or (share[0] == 1 and times[0] == 0)):
        return Resolution(np.zeros(instants.size, np.bool_), 5)
    timed = ~heaped[which]
    of_day = instants % DAY_US
    minutes = next((step for step in _STEPS if (of_day[timed] % (step * MINUTE_US) == 0).mean() > 0.95), 5)
    return Resolution(timed, minutes)
