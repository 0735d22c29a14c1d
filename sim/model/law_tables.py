"""Tables of quantile functions that have no closed form, in the pieces of :mod:`sim.model.law_kinds`.

A piece is a monotone cubic in the normal deviate, for the logarithm of the quantile: there gamma and beta are smooth
even in their tails. Nodes are added until the cubic is within a tenth of the stated error half-way between them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.law_kinds import PIECE_HEADER

Array = NDArray[np.float64]
Curve = Callable[[Array], tuple[Array, Array]]
"""The height y and its slope dy/dz at each normal deviate z."""

Z_LOWEST, Z_HIGHEST = -8.3, 8.3
"""The normal deviates of all uniform numbers (rule 11) lie between these."""

_TOLERANCE = 1e-7  # rule 3 states 1e-6
_FEWEST, _MOST_ROUNDS = 25, 14
_ONE_PIECE = 4  # the place of the piece in a table of one
_NARROW = 1e-3
_FLOOR = -80.0  # of y: e**-80 of the mean is nothing, also for a century in microseconds


def piece(curve: Curve, low: float, high: float, *, offset: float = 0.0, factor: float = 1.0, least: float) -> Array:
    """The nodes, heights and slopes of ``offset + factor * exp(y(z))`` from z = low to high."""
    z = np.linspace(low, high, _FEWEST)
    y, slope = _held(*curve(z))
    for _ in range(_MOST_ROUNDS):
        middle = 0.5 * (z[:-1] + z[1:])
        exact, exact_slope = _held(*curve(middle))
        limited = _monotone(z, y, slope)
        between = 0.5 * (y[:-1] + y[1:]) + np.diff(z) * (limited[:-1] - limited[1:]) / 8
        size = np.exp(exact)
        rough = np.abs(between - exact) * factor * size > _TOLERANCE * (offset + factor * size)
        if not rough.any():
            break
        # The neighbours too: a node beside a rough stretch decides the slope there.
        rough |= np.append(rough[1:], False) | np.append(False, rough[:-1])
        z, y, slope = (
            np.insert(old, np.flatnonzero(rough) + 1, new[rough])
            for old, new in ((z, middle), (y, exact), (slope, exact_slope))
        )
        y = np.maximum.accumulate(y)
    return np.concatenate([[len(z), offset, factor, least], z, y, _monotone(z, y, slope)])


def constant_piece(value: float) -> Array:
    """An atom: every share of it has one value."""
    return np.array([0.0, value, 0.0, value])


def table(shares: Sequence[float], pieces: Sequence[Array]) -> Array:
    """The flat table of the pieces between ascending shares, from 0 to 1."""
    places = np.cumsum([1 + len(shares) + len(pieces), *(len(one) for one in pieces)])
    return np.concatenate([[len(pieces)], shares, places[:-1], *pieces])


def scaled(unit: Array, offset: float, factor: float) -> Array:
    """A table of one piece, moved and stretched."""
    moved = unit.copy()
    moved[_ONE_PIECE + 1 : _ONE_PIECE + PIECE_HEADER] = offset, factor, offset
    return moved


@functools.lru_cache(maxsize=512)
def gamma(cv: float) -> Array:
    """The gamma law of mean 1 with this coefficient of variation."""
    return table((0.0, 1.0), [piece(_narrow_gamma(cv) if cv < _NARROW else _gamma(cv), Z_LOWEST, Z_HIGHEST, least=0.0)])


def _narrow_gamma(cv: float) -> Curve:
    """Cornish and Fisher's expansion: below cv 0.001 its next term is under 1e-10, and scipy's inverse is rougher."""

    def curve(z: Array) -> tuple[Array, Array]:
        x = 1.0 + cv * z + cv**2 * (z**2 - 1.0) / 3.0 + cv**3 * (z**3 - 7.0 * z) / 36.0
        return np.log(x), (cv + cv**2 * 2.0 * z / 3.0 + cv**3 * (3.0 * z**2 - 7.0) / 36.0) / x

    return curve


def _gamma(cv: float) -> Curve:
    from scipy import special  # late: a command that draws nothing need not wait for it

    shape = 1.0 / cv**2
    log_norm = special.gammaln(shape)

    def curve(z: Array) -> tuple[Array, Array]:
        below, above = special.ndtr(z), special.ndtr(-z)
        x = np.where(z < 0, special.gammaincinv(shape, below), special.gammainccinv(shape, above))
        small = x < 1e-250  # there the incomplete gamma function is x**shape / gamma(shape + 1)
        log_x = np.where(small, (np.log(below) + log_norm + math.log(shape)) / shape, np.log(np.where(small, 1.0, x)))
        log_x_density = shape * log_x - np.exp(np.minimum(log_x, 700.0)) - log_norm
        return log_x - math.log(shape), np.exp(_log_normal_density(z) - log_x_density)

    return curve


@functools.lru_cache(maxsize=512)
def beta(a: float, b: float) -> Array:
    """The beta law on 0 to 1, both parameters at least 1."""
    from scipy import special

    log_norm = special.betaln(a, b)

    def curve(z: Array) -> tuple[Array, Array]:
        below, above = special.ndtr(z), special.ndtr(-z)
        x = special.betaincinv(a, b, below)
        rest = special.betaincinv(b, a, above)
        with np.errstate(divide="ignore"):  # of the branch that is not taken
            log_x = np.where(z < 0, np.log(x), np.log1p(-rest))
            log_rest = np.where(z < 0, np.log1p(-x), np.log(rest))
        log_x_density = a * log_x + (b - 1.0) * log_rest - log_norm
        return log_x, np.exp(_log_normal_density(z) - log_x_density)

    return table((0.0, 1.0), [piece(curve, Z_LOWEST, Z_HIGHEST, least=0.0)])


def _held(y: Array, slope: Array) -> tuple[Array, Array]:
    """Nothing below the floor, nothing that decreases, no slope that is not a number."""
    low = ~(y > _FLOOR)
    return np.where(low, _FLOOR, np.maximum.accumulate(np.where(low, _FLOOR, y))), np.where(low, 0.0, slope)


def _monotone(z: Array, y: Array, slope: Array) -> Array:
    """Slopes at most three times the steps beside them: the cubic cannot turn (Fritsch and Carlson 1980)."""
    steps = 3.0 * np.diff(y) / np.diff(z)
    return np.clip(np.nan_to_num(slope, nan=0.0), 0.0, np.minimum(np.append(steps, np.inf), np.append(np.inf, steps)))


def _log_normal_density(z: Array) -> Array:
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)
