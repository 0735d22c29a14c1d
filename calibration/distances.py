"""How far a simulated log is from a real one: the distances that the literature on simulation models reports.

They are those of Chapela-Campa, Benchekroun, Baron, Dumas, Krass, Senderovich, "A framework for measuring the quality
of business process simulation models" (Information Systems 127, 2025), as its package log-distance-measures computes
them: one-hour bins, Wasserstein distances in hours, starts and ends both counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from scipy.stats import wasserstein_distance

from calibration.histories import Histories
from sim.eventlog import Ints
from sim.model.quantities import DAY_US, HOUR_US

_APART = 23.0
"""The distance of a day of the week that only one of the logs has."""


def n_gram(real: Histories, simulated: Histories, n: int = 3) -> float:
    """NGD: the share of n-grams of activities that the logs do not have in common, from 0 to 1."""
    one, other = _n_grams(real, n), _n_grams(simulated, n)
    apart = sum(abs(one[gram] - other[gram]) for gram in one.keys() | other.keys())
    return apart / max(one.total() + other.total(), 1)


def absolute_events(real: Histories, simulated: Histories) -> float:
    """AED: of the instants of all starts and ends, in hours."""
    begin = _hour(min(real.start.min(), simulated.start.min())) * HOUR_US
    return _distance(*(_hour(_instants(log) - begin) for log in (real, simulated)))


def circadian_events(real: Histories, simulated: Histories) -> float:
    """CED: of the hours of the day of all starts and ends, for each day of the week; their mean, in hours."""
    one, other = _instants(real), _instants(simulated)
    days = (_of_weekday(one), _of_weekday(other))
    found = []
    for weekday in range(7):
        hours = [_hour(log[day == weekday] % DAY_US) for log, day in zip((one, other), days, strict=True)]
        sizes = [column.size for column in hours]
        found.append(_distance(*hours) if all(sizes) else _APART if any(sizes) else 0.0)
    return float(np.mean(found))


def relative_events(real: Histories, simulated: Histories) -> float:
    """RED: of all starts and ends, each counted from the first start of its case, in hours."""
    return _distance(*(_hour(_instants(log) - np.tile(log.begun[log.case], 2)) for log in (real, simulated)))


def cycle_times(real: Histories, simulated: Histories) -> float:
    """CTD: of the times from the first start of a case to its last end, in hours."""
    return _distance(*(_hour((log.last - log.begun)[_with_rows(log)]) for log in (real, simulated)))


def case_arrivals(real: Histories, simulated: Histories) -> float:
    """CAR: of the first starts of the cases, in hours."""
    begin = _hour(min(real.start.min(), simulated.start.min())) * HOUR_US
    return _distance(*(_hour(log.begun[_with_rows(log)] - begin) for log in (real, simulated)))


DISTANCES: dict[str, Callable[[Histories, Histories], float]] = {
    "NGD": n_gram,
    "AED": absolute_events,
    "CED": circadian_events,
    "RED": relative_events,
    "CTD": cycle_times,
    "CAR": case_arrivals,
}
"""By the names that the literature uses; NGD has no unit, the others are hours."""
MARKED = ("NGD", "AED", "CED", "RED", "CTD")
"""Those that a model is judged by."""


def distances(real: Histories, simulated: Histories) -> dict[str, float]:
    """All of them. Neither log may be empty."""
    return {name: measure(real, simulated) for name, measure in DISTANCES.items()}


def _n_grams(log: Histories, n: int) -> Counter[tuple[str | None, ...]]:
    edge: list[str | None] = [None] * (n - 1)
    found: Counter[tuple[str | None, ...]] = Counter()
    for sequence, times in Counter(log.sequences()).items():
        if sequence:
            padded = [*edge, *(log.names[code] for code in sequence), *edge]
            for i in range(len(padded) - n + 1):
                found[tuple(padded[i : i + n])] += times
    return found


def _with_rows(log: Histories) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.diff(log.first) > 0


def _instants(log: Histories) -> Ints:
    return np.concatenate([log.start, log.end])


def _hour(us: Ints) -> Ints:
    return us // HOUR_US


def _of_weekday(us: Ints) -> Ints:
    return (us // DAY_US + 3) % 7  # 1970-01-01 was a Thursday


def _distance(one: Ints, other: Ints) -> float:
    return float(wasserstein_distance(one, other))
