"""How far the interval of a mean reaches to either side when what it is a mean of is skewed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.analysis.statistics.estimate import numbers, student, tail

SHRINKAGE = 1.15
"""A sample's skewness falls short of the truth, the more so the fewer numbers there are; chosen by coverage."""


def skewness(values: npt.ArrayLike) -> float:
    """The adjusted sample skewness G1 of (R,) numbers; 0 for fewer than three, and where all are the same.

    √(R(R-1))/(R-2) · m3/m2^1.5: Joanes & Gill, The Statistician 47 (1998) 183-189.

    >>> round(skewness([1, 1, 1, 6]), 6)
    2.0
    """
    array = numbers(values)
    if array.size < 3:
        return 0.0
    apart = array - np.mean(array)
    second = float(np.mean(apart**2))
    if second <= (1e-12 * float(np.max(np.abs(array)))) ** 2:
        return 0.0
    adjusted = (array.size * (array.size - 1)) ** 0.5 / (array.size - 2)
    return adjusted * float(np.mean(apart**3)) / second**1.5


def reaches(values: npt.ArrayLike, confidence: float, *, at_least: float = 0.0) -> tuple[float, float]:
    """How many standard errors the interval of the mean of ``values`` (R,), R > 1, reaches below and above it.

    Student's t is right for symmetric numbers. Where a few bad years make the mean, most samples lack them and
    Student's interval ends too low. The studentized mean T becomes nearly normal by Hall's cubic h(T) = T + g T²/3 +
    g² T³/27 + g/6R, which has an inverse in closed form (Hall, J. R. Statist. Soc. B 54 (1992) 221-228); so the
    interval is that of h⁻¹(±t(R-1)/√R), with g the sample's skewness times ``SHRINKAGE``. It is never shorter than
    Student's on either side: a sample that happens to be skewed is no proof of more. ``at_least``: the least size of
    the skewness, where that of something related is known.

    Ten symmetric numbers give Student's t on both sides; ten with one large one reach further up:

    >>> [round(x, 3) for x in reaches([-2, -1.5, -1, -0.5, -0.1, 0.1, 0.5, 1, 1.5, 2], 0.95)]
    [2.262, 2.262]
    >>> [round(x, 3) for x in reaches([1, 1.2, 0.9, 1.1, 1, 0.8, 1.3, 1, 0.9, 3], 0.95)]
    [2.262, 6.207]
    """
    array = numbers(values)
    t, root = student(tail(confidence), array.size - 1), array.size**0.5
    known = skewness(array)
    g = SHRINKAGE * float(np.copysign(max(abs(known), at_least), known)) if known else 0.0
    if abs(g) < 1e-6:
        return t, t
    shift = g / (6 * array.size)
    below, above = (3 / g * (np.cbrt(1 + g * (side * t / root - shift)) - 1) for side in (1, -1))
    return max(t, float(below) * root), max(t, -float(above) * root)
