"""The quantile function of a mixture: pieces between the points where a part begins, ends, bends or has an atom.

Between two such points the share of the mixture is smooth in the duration, and is inverted by bisection at the nodes
of a table. Within 2**-33 of the piece's share above an inner point, where double precision ends, the table holds its
value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import compiled, types
from sim.model.law_kinds import EXPONENTIAL, LINEAR, LOGNORMAL, PIECES, TRIANGULAR, UNIFORM, WEIBULL
from sim.model.law_tables import Z_HIGHEST, Z_LOWEST, Array, constant_piece, piece, table
from sim.model.quantiles import normal_below, piece_density, quantile, shares

_INNER_Z = 6.4
_NOTHING = 2.0**-52
_TINY = 1e-9  # of a microsecond
_CLOSE = 1e-14
_MOST_STEPS = 120
_LONGEST_STEP = 3.0  # of the logarithm
_ROOT_2PI = math.sqrt(2.0 * math.pi)

_floats: Any = types.Array(types.float64, 1, "C", readonly=True)
_ints: Any = types.Array(types.int64, 1, "C", readonly=True)
_mixture = (_floats, _ints, _ints, _floats, _floats)


class Part(NamedTuple):
    """One law of a mixture, clipped at ``at_most``, and its share of the cases."""

    weight: float
    kind: int
    table: Array
    at_most: float


class Mixture(NamedTuple):
    """The parts in flat arrays: part i has ``tables[starts[i]:starts[i + 1]]``."""

    weights: Array
    kinds: NDArray[np.int64]
    starts: NDArray[np.int64]
    tables: Array
    at_most: Array


def mixture_table(parts: Sequence[Part]) -> Array:
    """The flat table, of kind ``PIECES``, of a mixture."""
    mixture = Mixture(
        np.array([part.weight for part in parts]),
        np.array([part.kind for part in parts]),
        np.cumsum([0, *(len(part.table) for part in parts)]),
        np.concatenate([part.table for part in parts]),
        np.array([part.at_most for part in parts]),
    )
    points = {min(x, part.at_most) for part in parts for x in (*_points(part), part.at_most)}
    last = max(min(quantile(part.kind, part.table, 1.0), part.at_most) for part in parts)
    reached, pieces, before = [0.0], [], min(points)
    for point in sorted({x for x in points if x < last} | {last}):
        up_to_here, here = _shares(*mixture, np.nextafter(point, -math.inf)), _shares(*mixture, point)
        if up_to_here[0] - reached[-1] > _NOTHING:
            pieces.append(_smooth(mixture, before, point))
            reached.append(up_to_here[0])
        if here[0] - reached[-1] > _NOTHING:
            pieces.append(constant_piece(point))
            reached.append(here[0])
        elif pieces:
            reached[-1] = here[0]
        before = point
    reached[-1] = 1.0
    return table(reached, pieces)


def _points(part: Part) -> list[float]:
    """Where a law begins or ends, bends or has an atom."""
    numbers = part.table
    if part.kind == LINEAR:
        return list(numbers[1 + int(numbers[0]) :])
    if part.kind == PIECES:
        return [quantile(part.kind, numbers, 0.0), quantile(part.kind, numbers, 1.0)]
    if part.kind in (EXPONENTIAL, WEIBULL):
        return [0.0]
    if part.kind == LOGNORMAL:
        return [0.0] if numbers[1] == numbers[2] else [0.0, math.exp(numbers[0])]
    return list(numbers)


def _smooth(mixture: Mixture, low: float, high: float) -> Array:
    """The piece between two neighbouring points."""
    below, above = _shares(*mixture, low)[0], _shares(*mixture, np.nextafter(high, -math.inf))[1]

    def curve(z: Array) -> tuple[Array, Array]:
        durations, slopes = _solved(*mixture, low, high, below, above, z)
        return np.log(durations), slopes

    z_low = -_INNER_Z if below > 0.0 else Z_LOWEST
    z_high = _INNER_Z if above > _NOTHING else Z_HIGHEST
    return piece(curve, z_low, z_high, least=low)


@compiled(types.UniTuple(types.float64, 2)(*_mixture, types.float64))
def _shares(
    weights: Array, kinds: NDArray[np.int64], starts: NDArray[np.int64], tables: Array, at_most: Array, x: float
) -> tuple[float, float]:
    """The shares of all cases that take at most x, and longer."""
    total_below = total_above = 0.0
    for i in range(len(weights)):
        if x >= at_most[i]:
            total_below += weights[i]
            continue
        below, above = shares(kinds[i], tables[starts[i] : starts[i + 1]], x)
        total_below += weights[i] * below
        total_above += weights[i] * above
    return total_below, total_above


@compiled(types.float64(types.int64, _floats, types.float64))
def _density(kind: int, table: Array, x: float) -> float:
    """The density of a law at x > 0, with respect to the logarithm of x; nothing at an atom."""
    if kind in (EXPONENTIAL, WEIBULL):
        shape = table[1] if kind == WEIBULL else 1.0
        hazard = (x / table[0]) ** shape
        return shape * hazard * math.exp(-hazard)
    if kind == LOGNORMAL:
        distance = math.log(x) - table[0]
        sigma = table[1] if distance < 0.0 else table[2]
        return math.exp(-0.5 * (distance / sigma) ** 2) / (sigma * _ROOT_2PI)
    if kind == UNIFORM:
        return x / (table[1] - table[0]) if table[0] <= x <= table[1] else 0.0
    if kind == TRIANGULAR:
        low, usual, high = table[0], table[1], table[2]
        if low < x < usual:
            return 2.0 * x * (x - low) / ((high - low) * (usual - low))
        return 2.0 * x * (high - x) / ((high - low) * (high - usual)) if usual <= x < high else 0.0
    if kind == LINEAR:
        n = int(table[0])
        for i in range(1, n):
            low, high = table[n + i], table[n + 1 + i]
            if low < x < high:
                return x * (table[1 + i] - table[i]) / (high - low)
    if kind == PIECES:
        return piece_density(table, int(table[3]), x)
    return 0.0


@compiled(types.UniTuple(types.float64[:], 2)(*_mixture, *[types.float64] * 4, _floats))
def _solved(
    weights: Array,
    kinds: NDArray[np.int64],
    starts: NDArray[np.int64],
    tables: Array,
    at_most: Array,
    low: float,
    high: float,
    below: float,
    above: float,
    deviates: Array,
) -> tuple[Array, Array]:
    """The durations at ascending positions between two points, and the slope of their logarithm in the deviate.

    Newton's steps for the logarithm of the smaller of both shares, kept inside a bracket that always shrinks.
    """
    width = 1.0 - below - above
    found, slopes = np.empty(len(deviates)), np.empty(len(deviates))
    left = max(low, _TINY)
    x = math.sqrt(left * max(high, _TINY))
    for i in range(len(deviates)):
        wanted_below = below + width * normal_below(deviates[i])
        wanted_above = above + width * normal_below(-deviates[i])
        lower = wanted_below < wanted_above
        right = max(high, _TINY)
        density = 0.0
        for _ in range(_MOST_STEPS):
            got_below, got_above = _shares(weights, kinds, starts, tables, at_most, x)
            density = 0.0
            for j in range(len(weights)):
                if x < at_most[j]:
                    density += weights[j] * _density(kinds[j], tables[starts[j] : starts[j + 1]], x)
            got, wanted = (got_below, wanted_below) if lower else (got_above, wanted_above)
            if (got >= wanted) == lower:
                right = x
            else:
                left = x
            step = 0.0
            if density > 0.0 and got > 0.0 and wanted > 0.0:
                step = math.log(wanted / got) * got / density
            ahead = x * math.exp(min(max(step if lower else -step, -_LONGEST_STEP), _LONGEST_STEP))
            if abs(ahead - x) <= _CLOSE * x and step != 0.0:
                break
            if right - left <= _CLOSE * right:
                break
            x = ahead if left < ahead < right else math.sqrt(left * right)
        found[i] = x
        normal = math.exp(-0.5 * deviates[i] * deviates[i]) / _ROOT_2PI
        slopes[i] = width * normal / density if density > 0.0 else math.inf
    return found, slopes
