"""A histogram cut into blocks of constant density, as many as the data ask for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Ints

Floats = NDArray[np.float64]
FALSE_ALARM = 0.01


def penalty(n: float) -> float:
    """What one more block costs in log-likelihood, so that of n events without structure a share of
    :data:`FALSE_ALARM` is cut. Source: Scargle et al., Astrophysical Journal 764 (2013) 167, eq. 21.

    >>> round(penalty(1000), 2)
    7.61
    """
    return 4 - math.log(73.53 * FALSE_ALARM * max(n, 1) ** -0.478)


def blocks(weight: Floats) -> tuple[Ints, float]:
    """The edges of the blocks of a histogram ``weight`` of B bins of one width, and the fit less its penalty.

    Optimal partition by dynamic programming over all edges; the fit is that of the shape, given the total, so that
    histograms may be added when together they fit no worse. Edges run from 0 to B.

    >>> blocks(np.array([0.0] * 8 + [30.0] * 8 + [0.0] * 8))[0].tolist()
    [0, 8, 16, 24]
    """
    bins, total = weight.size, float(weight.sum())
    if total <= 0:
        return np.array([0, bins]), 0.0
    cumulated = np.concatenate([[0.0], np.cumsum(weight)])
    price = penalty(total)
    best, begin = np.zeros(bins + 1), np.zeros(bins + 1, np.int64)
    for stop in range(1, bins + 1):
        inside = np.maximum(cumulated[stop] - cumulated[:stop], 0)
        width = stop - np.arange(stop)
        fit = inside * np.log(np.where(inside > 0, inside, 1) / (total * width / bins)) - price
        value = best[:stop] + fit
        begin[stop] = int(np.argmax(value))
        best[stop] = value[begin[stop]]
    edges = [bins]
    while edges[-1] > 0:
        edges.append(int(begin[edges[-1]]))
    return np.array(edges[::-1]), float(best[bins])
