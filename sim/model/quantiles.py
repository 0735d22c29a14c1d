"""The compiled laws (rule 3): one ``quantile`` for both engines, over the flat arrays of :mod:`sim.model.law_kinds`.

Closed forms where there are any. ``PIECES`` (gamma, PERT, mixtures) are within 1e-6 of the quantile, relatively,
for shares between 2**-32 and 1 - 2**-32.

A draw is read off a *grid* of cubics, which takes a fifth of the time: the shares from 2**-7 to 1 - 2**-7 lie in
cells, each the sixteenth part of an octave of the distance to 0 or to 1, found from the bits of that distance. A cell
whose cubic is not within 1e-7 (or 0.01 us) of the quantile, and a share beyond the cells, are left to ``quantile``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import compiled, inner, types
from sim.model.law_kinds import (
    CONSTANT,
    EXPONENTIAL,
    LINEAR,
    LOGNORMAL,
    LONGEST_US,
    PIECE_HEADER,
    TRIANGULAR,
    UNIFORM,
    VALUES,
    WEIBULL,
)

Table = NDArray[np.float64]

_LARGEST_SHARE = 1.0 - 2.0**-53
_SMALLEST_SHARE = 2.0**-54
_ROOT_2 = math.sqrt(2.0)

_CELL_BITS = 48
"""The bits of a distance below those that tell its cell: sixteen cells an octave."""
_GRID_FROM = (1023 - 7) << 4
_CELLS = (7 - 1) << 4
"""Of one side; the first begins at 2**-7, the last ends at one half."""
_GRID_WITHIN = 1e-7
_NEGLIGIBLE_US = 0.01
_ROOT_2PI = math.sqrt(2.0 * math.pi)

_table: Any = types.Array(types.float64, 1, "C", readonly=True)
_float, _int = types.float64, types.int64
_pair = types.UniTuple(types.float64, 2)
_grid = types.float64[::1]


@compiled(_float(_float))
def probit(share: float) -> float:
    """The normal deviate of a share, 0 < share < 1: PPND16 of Wichura (AS 241, Applied Statistics 37, 1988)."""
    q = share - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)  # fmt: skip
        below = (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
            + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)  # fmt: skip
        return q * above / below
    r = math.sqrt(-math.log(share if q < 0.0 else 1.0 - share))
    if r <= 5.0:
        r -= 1.6
        above = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
            + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)  # fmt: skip
        below = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
            + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
            + 2.05319162663775882187e0) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        above = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
            + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)  # fmt: skip
        below = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
            + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0)  # fmt: skip
    return -above / below if q < 0.0 else above / below


@compiled(_float(_float))
def normal_below(z: float) -> float:
    """The share of the standard normal law below z."""
    return 0.5 * math.erfc(-z / _ROOT_2)


@compiled(_int(_table, _int, _int, _float))
def _first_reaching(table: Table, start: int, n: int, x: float) -> int:
    """The first i with table[start + i] >= x, for ascending numbers; n when there is none."""
    low, left = 0, n
    while left > 0:
        half = left >> 1
        reaches = table[start + low + half] >= x
        low = low if reaches else low + half + 1  # no branches: the processor could not foresee them
        left = half if reaches else left - half - 1
    return low


@compiled(_float(_table, _int, _int, _int, _float))
def _height(table: Table, place: int, n: int, i: int, z: float) -> float:
    """y(z) of a piece between its nodes i - 1 and i, held between their heights so that it never decreases."""
    nodes = place + PIECE_HEADER + i
    heights, slopes = nodes + n, nodes + 2 * n
    width = table[nodes] - table[nodes - 1]
    low, high = table[heights - 1], table[heights]
    t = (z - table[nodes - 1]) / width
    s = 1.0 - t
    bend = t * s * (s * table[slopes - 1] - t * table[slopes])
    y = low + (high - low) * t * t * (3.0 - 2.0 * t) + width * bend
    return min(max(y, low), high)


@compiled(_float(_table, _int, _float))
def _piece_value(table: Table, place: int, position: float) -> float:
    """The value at a position, 0 to 1, between the two shares of a piece."""
    n, offset, factor = int(table[place]), table[place + 1], table[place + 2]
    if n == 0:
        return offset
    first = place + PIECE_HEADER
    z = probit(min(max(position, _SMALLEST_SHARE), _LARGEST_SHARE))
    z = min(max(z, table[first]), table[first + n - 1])
    i = max(1, _first_reaching(table, first, n, z))
    return offset + factor * math.exp(_height(table, place, n, i, z))


@compiled(_float(_table, _int, _float))
def _piece_deviate(table: Table, place: int, x: float) -> float:
    """The normal deviate of the position at which a piece has the value x."""
    n, offset, factor = int(table[place]), table[place + 1], table[place + 2]
    first = place + PIECE_HEADER
    y = math.log((x - offset) / factor) if x > offset else -math.inf
    i = _first_reaching(table, first + n, n, y)
    if i == 0:
        return table[first]
    if i == n:
        return table[first + n - 1]
    low, high = table[first + i - 1], table[first + i]
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _height(table, place, n, i, middle) >= y:
            high = middle
        else:
            low = middle
    return high


@compiled(_float(_table, _int, _float))
def piece_density(table: Table, place: int, x: float) -> float:
    """The density of a piece's value at x, with respect to the logarithm of x, within the piece."""
    n, offset = int(table[place]), table[place + 1]
    z = _piece_deviate(table, place, x)
    first = place + PIECE_HEADER
    if z <= table[first] or z >= table[first + n - 1]:
        return 0.0
    i = _first_reaching(table, first, n, z)
    width = table[first + i] - table[first + i - 1]
    rise = (table[first + n + i] - table[first + n + i - 1]) / width
    before, after = table[first + 2 * n + i - 1], table[first + 2 * n + i]
    t = (z - table[first + i - 1]) / width
    slope = 6.0 * t * (1.0 - t) * rise + (1.0 - t) * (1.0 - 3.0 * t) * before + t * (3.0 * t - 2.0) * after
    if slope <= 0.0:
        return 0.0
    return math.exp(-0.5 * z * z) / _ROOT_2PI / slope * (x / (x - offset))


@compiled(_float(_int, _table, _float))
def quantile(kind: int, table: Table, share: float) -> float:
    """The least duration, in microseconds, that at least this share of the cases do not exceed.

    >>> round(quantile(LOGNORMAL, np.array([math.log(2e6), 0.5, 0.9]), 0.5), 3)
    2000000.0
    """
    u = min(max(share, 0.0), _LARGEST_SHARE)
    if kind == CONSTANT:
        return table[0]
    if kind == LOGNORMAL:
        z = probit(max(u, _SMALLEST_SHARE))
        return math.exp(table[0] + z * (table[1] if z < 0.0 else table[2]))
    if kind == EXPONENTIAL:
        return -table[0] * math.log1p(-u)
    if kind == WEIBULL:
        return table[0] * (-math.log1p(-u)) ** (1.0 / table[1])
    if kind == UNIFORM:
        return table[0] + u * (table[1] - table[0])
    if kind == TRIANGULAR:
        low, usual, high = table[0], table[1], table[2]
        if u * (high - low) <= usual - low:
            return low + math.sqrt(u * (high - low) * (usual - low))
        return high - math.sqrt((1.0 - u) * (high - low) * (high - usual))
    if kind == VALUES:
        n = len(table)
        return table[min(max(math.ceil(u * n) - 1, 0), n - 1)]
    n = int(table[0])
    if kind == LINEAR:
        i = max(1, _first_reaching(table, 1, n, u))
        low, high = table[n + i], table[n + 1 + i]
        return low + (high - low) * ((u - table[i]) / (table[1 + i] - table[i]))
    i = max(1, _first_reaching(table, 1, n + 1, u))
    position = (u - table[i]) / (table[1 + i] - table[i])
    return _piece_value(table, int(table[n + 1 + i]), position)


@compiled(_pair(_table, _float))
def _linear_shares(table: Table, x: float) -> tuple[float, float]:
    n = int(table[0])
    if x < table[n + 1]:
        return 0.0, 1.0
    if x >= table[2 * n]:
        return 1.0, 0.0
    i = 1
    while table[n + 1 + i] <= x:
        i += 1
    low, high = table[n + i], table[n + 1 + i]
    below = table[i] + (table[1 + i] - table[i]) * ((x - low) / (high - low))
    return below, 1.0 - below


@compiled(_pair(_table, _float))
def _piece_shares(table: Table, x: float) -> tuple[float, float]:
    n = int(table[0])
    i = n - 1
    while i >= 0 and table[int(table[n + 2 + i]) + 3] > x:
        i -= 1
    if i < 0:
        return 0.0, 1.0
    place, low, high = int(table[n + 2 + i]), table[1 + i], table[2 + i]
    if table[place] == 0.0:
        return high, 1.0 - high
    z = _piece_deviate(table, place, x)
    if z == table[place + PIECE_HEADER + int(table[place]) - 1]:
        return high, 1.0 - high
    return low + (high - low) * normal_below(z), (1.0 - high) + (high - low) * normal_below(-z)


@compiled(_pair(_table, _float))
def _lognormal_shares(table: Table, x: float) -> tuple[float, float]:
    if x <= 0.0:
        return 0.0, 1.0
    distance = math.log(x) - table[0]
    sigma = table[1] if distance < 0.0 else table[2]
    return normal_below(distance / sigma), normal_below(-distance / sigma)


@compiled(_pair(_int, _table, _float))
def shares(kind: int, table: Table, x: float) -> tuple[float, float]:
    """The shares of the cases that take at most x microseconds, and longer: each exact in its own small tail."""
    if kind == LINEAR:
        return _linear_shares(table, x)
    if kind in (CONSTANT, VALUES):
        n = len(table)
        below = _first_reaching(table, 0, n, np.nextafter(x, math.inf)) / n
        return below, 1.0 - below
    if kind == UNIFORM:
        position = (x - table[0]) / (table[1] - table[0])
        return min(max(position, 0.0), 1.0), min(max(1.0 - position, 0.0), 1.0)
    if kind == TRIANGULAR:
        low, usual, high = table[0], table[1], table[2]
        if x <= low or x >= high:
            return (0.0, 1.0) if x <= low else (1.0, 0.0)
        if x <= usual:
            below = (x - low) ** 2 / ((high - low) * (usual - low))
            return below, 1.0 - below
        above = (high - x) ** 2 / ((high - low) * (high - usual))
        return 1.0 - above, above
    if kind == LOGNORMAL:
        return _lognormal_shares(table, x)
    if kind in (EXPONENTIAL, WEIBULL):
        hazard = max(x, 0.0) / table[0]
        if kind == WEIBULL:
            hazard = hazard ** table[1]
        return -math.expm1(-hazard), math.exp(-hazard)
    return _piece_shares(table, x)


@inner
def on_grid(grid: Table, share: float) -> float:
    """The quantile by the grid; not a number where that has none."""
    is_low = share < 0.5
    distance = share if is_low else 1.0 - share
    bits = np.float64(distance).view(np.int64)
    cell = (bits >> _CELL_BITS) - _GRID_FROM
    if cell < 0 or cell >= _CELLS:
        return math.nan
    x = distance - np.int64(bits & -(1 << _CELL_BITS)).view(np.float64)
    place = 4 * (cell if is_low else cell + _CELLS)
    return grid[place] + x * (grid[place + 1] + x * (grid[place + 2] + x * grid[place + 3]))


@compiled(_grid(_int, _table))
def draw_grid(kind: int, table: Table) -> Table:
    """The grid of a law: the four coefficients of each cell, of the shares below one half, then of those above.

    The cubic goes through the quantile at both ends of the cell and at its thirds.
    """
    grid = np.empty(8 * _CELLS)
    q, thirds = np.empty(7), np.array([0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 0.125, 0.5, 0.875])
    for place in range(2 * _CELLS):
        cell = place % _CELLS + _GRID_FROM
        low = np.int64(cell << _CELL_BITS).view(np.float64)
        width = np.int64((cell + 1) << _CELL_BITS).view(np.float64) - low
        for k in range(7):
            distance = low + thirds[k] * width
            q[k] = quantile(kind, table, distance if place < _CELLS else 1.0 - distance)
        first, second, third = q[1] - q[0], q[2] - 2.0 * q[1] + q[0], q[3] - 3.0 * (q[2] - q[1]) - q[0]
        c1, c2, c3 = 3.0 * (first - second / 2.0 + third / 3.0), 4.5 * (second - third), 4.5 * third
        grid[4 * place] = q[0]
        for k in range(4, 7):
            t = thirds[k]
            if not abs(q[0] + t * (c1 + t * (c2 + t * c3)) - q[k]) <= _GRID_WITHIN * q[k] + _NEGLIGIBLE_US:
                grid[4 * place] = math.nan
        grid[4 * place + 1], grid[4 * place + 2], grid[4 * place + 3] = c1 / width, c2 / width**2, c3 / width**3
    return grid


@inner
def drawn_us(
    kind: int,
    table: Table,
    grid: Table,
    at_most: float,
    share: float,
    scale: float,
    rework: float,
    case_class: float,
    slowest: float,
) -> int:
    """One draw in whole microseconds (rule 3), the same in both engines because the order of its steps is fixed here:

    the quantile, times the scale, times the factors of rework, of the case's class and of the slowest group among
    its servers, from left to right; then not above ``at_most``; then rounded half-even, once.
    """
    value = on_grid(grid, share) if grid.size > 0 else math.nan
    if math.isnan(value):
        value = quantile(kind, table, share)
    value = value * scale * rework * case_class * slowest
    return int(np.rint(min(value, at_most, float(LONGEST_US))))


@compiled(_int(_int, _table, _table, _float, _float, _float, _float, _float, _float))
def draw_us(
    kind: int,
    table: Table,
    grid: Table,
    at_most: float,
    share: float,
    scale: float,
    rework: float,
    case_class: float,
    slowest: float,
) -> int:
    """:func:`drawn_us` for Python."""
    return drawn_us(kind, table, grid, at_most, share, scale, rework, case_class, slowest)


@compiled(_int(_int, _table, _float, _float, _int, _float, _float, _float, _float))
def residual_us(
    kind: int,
    table: Table,
    at_most: float,
    share: float,
    elapsed: int,
    scale: float,
    rework: float,
    case_class: float,
    slowest: float,
) -> int:
    """How much longer work lasts that has been open for ``elapsed`` (rule 14): F^-1(F(e) + u (1 - F(e))) - e.

    F is the law of the draw, factors included and clipped at ``at_most``; never below zero.
    """
    factor = scale * rework * case_class * slowest
    if factor <= 0.0:
        return 0
    below, above = shares(kind, table, elapsed / factor)
    value = quantile(kind, table, below + share * above) * scale * rework * case_class * slowest
    return max(int(np.rint(min(value, at_most, float(LONGEST_US)) - elapsed)), 0)
