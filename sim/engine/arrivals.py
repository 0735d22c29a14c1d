"""Arrivals of a source (rule 12): one function computes the instants for both engines."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from sim.engine.streams import case_identity, stream_id, uniform
from sim.errors import RunError
from sim.jit import compiled
from sim.model.calendars import Calendar
from sim.model.demand import DayPattern, Source
from sim.model.open_time import instant_of, midnight
from sim.model.quantities import DAY_US, HOUR_US, to_us
from sim.text import Text

_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


class Arrival(NamedTuple):
    """A case as its source brings it."""

    identity: int
    label: str
    source: str
    instant: int
    attributes: dict[str, str]


@dataclass(frozen=True)
class Rate:
    """A rate that is constant on pieces [start, stop): cases (or batches) per microsecond."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    per_us: NDArray[np.float64]


def arrivals(
    name: str, source: Source, rate: Rate | None, seed: int, replication: int, span: tuple[int, int]
) -> list[Arrival]:
    """The cases of one source within ``span`` (both ends included), by ordinal from 1.

    Case k (or batch k) arrives where the cumulated rate reaches the sum of k keyed unit exponentials.
    """
    if source.listed is not None:
        instants = [instant_of(case.accepted) for case in source.listed for _ in range(case.n)]
        given = [case.attributes for case in source.listed for _ in range(case.n)]
    else:
        assert rate is not None
        batches = _instants(rate, seed, replication, stream_id(f"{name}/arrival"), stream_id(name), span[1])
        sizes = _batch_sizes(name, source, seed, replication, len(batches))
        instants = np.repeat(batches, sizes).tolist()
        given = [{}] * len(instants)
    draw = _attribute_draw(name, source, seed, replication)
    source_id = stream_id(name)
    return [
        Arrival(case_identity(source_id, k), f"{name}-{k:06d}", name, instant, draw(k) | attributes)
        for k, (instant, attributes) in enumerate(zip(instants, given, strict=True), start=1)
        if span[0] <= instant <= span[1]
    ]


def rate_of(source: Source, calendar: Calendar | None, first_year: int, last_year: int, begin: int, end: int) -> Rate:
    """The rate of a source on [begin, end]; ``calendar`` covers whole years from ``first_year`` to ``last_year``.

    ``per_year`` cases come in each whole calendar year, spread over the calendar's open time by the multipliers.
    """
    start, stop = _hourly_pieces(calendar, _year_us(first_year), _year_us(last_year + 1))
    weight = _multipliers(source, start) * _day_multipliers(source.days, start // DAY_US, first_year, last_year)
    if source.every is not None:
        per_us = weight / to_us(source.every.value, None)
    else:
        assert source.per_year is not None
        per_us = np.zeros(weight.size)
        for year in range(first_year, last_year + 1):
            inside = (start >= _year_us(year)) & (start < _year_us(year + 1))
            total = float(np.sum((weight * (stop - start))[inside]))
            if total > 0:
                per_us[inside] = weight[inside] * (source.per_year.value / total)
    if source.batch is not None:
        per_us = per_us / sum(size * share.value for size, share in source.batch.items())
    start, stop = np.maximum(start, begin), np.minimum(stop, end)
    use = (stop > start) & (per_us > 0)
    return Rate(start[use], stop[use], per_us[use])


def _year_us(year: int) -> int:
    return midnight(dt.date(year, 1, 1))


def _hourly_pieces(calendar: Calendar | None, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Open time cut at every full hour, so that each piece has one month, weekday and hour."""
    hours = np.arange(first, last + 1, HOUR_US, dtype=np.int64)
    if calendar is None:
        return hours[:-1], hours[1:]
    opens, closes = np.asarray(calendar.opens), np.asarray(calendar.closes)
    edges = np.unique(np.concatenate([hours, opens, closes]))
    edges = edges[(edges >= first) & (edges <= last)]
    start, stop = edges[:-1], edges[1:]
    inside = np.searchsorted(opens, start, side="right") - 1
    is_open = (inside >= 0) & (start < closes[np.maximum(inside, 0)]) if opens.size else np.zeros(start.size, bool)
    return start[is_open], stop[is_open]


def _multipliers(source: Source, start: NDArray[np.int64]) -> NDArray[np.float64]:
    day = start // DAY_US
    months, weekdays, hours = map(np.array, source.profile())
    month = start.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12
    return months[month] * weekdays[(day + _EPOCH_WEEKDAY) % 7] * hours[start % DAY_US // HOUR_US]


def _day_multipliers(
    patterns: Sequence[DayPattern], day: NDArray[np.int64], first_year: int, last_year: int
) -> NDArray[np.float64]:
    """For each piece of open time the multiplier of its day: days since 1970, ascending, of whole years."""
    found = np.ones(day.size)
    days, piece = np.unique(day, return_inverse=True)
    for pattern in patterns:
        for stretch in pattern.ends(first_year, last_year):
            low, high = np.searchsorted(days, np.array(stretch, "datetime64[D]").astype(np.int64))
            meant = (piece >= max(low, high - pattern.last)) & (piece < high)
            found[meant] *= pattern.times.value
    return found


@compiled(types.float64[::1](types.float64, types.uint64, types.uint64, types.uint64, types.uint64, types.int64))
def _exponentials(total, seed, replication, stream, source, most):  # type: ignore[no-untyped-def]
    """Sums of keyed unit exponentials, in order from k = 1, as far as ``total``."""
    sums = np.empty(most)
    reached, k = 0.0, 0
    while k < most:
        case = case_identity(source, k + 1)
        reached += -math.log(uniform(seed, replication, stream, case, 0))
        if reached > total:
            break
        sums[k] = reached
        k += 1
    return sums[:k]


def _instants(rate: Rate, seed: int, replication: int, stream: int, source: int, end: int) -> NDArray[np.int64]:
    if rate.start.size == 0:
        return np.empty(0, np.int64)
    length = (rate.stop - rate.start).astype(np.float64)
    cumulated = np.cumsum(rate.per_us * length)
    total = float(cumulated[-1])
    most = int(total + 12 * math.sqrt(total) + 100)
    if most >= 1 << 32:
        raise RunError(
            Text("一个来源的办件数超过上限", "a source brings more cases than can be numbered"),
            Text("减少件数或缩短模拟期", "bring fewer cases, or a shorter run"),
        )
    sums = _exponentials(total, seed, replication, stream, source, most)
    piece = np.searchsorted(cumulated, sums, side="left")
    before = np.concatenate([[0.0], cumulated[:-1]])[piece]
    instants = rate.start[piece] + np.rint((sums - before) / rate.per_us[piece]).astype(np.int64)
    return instants[instants <= end]


def _batch_sizes(name: str, source: Source, seed: int, replication: int, batches: int) -> NDArray[np.int64]:
    if source.batch is None:
        return np.ones(batches, np.int64)
    sizes = sorted(source.batch)
    shares = [source.batch[size].value for size in sizes]
    stream = stream_id(f"{name}/batch")
    keys = (case_identity(stream_id(name), k) for k in range(1, batches + 1))
    return np.array([sizes[pick(shares, uniform(seed, replication, stream, key, 0))] for key in keys], np.int64)


def _attribute_draw(name: str, source: Source, seed: int, replication: int):  # type: ignore[no-untyped-def]
    fixed = {a: v for a, v in source.attributes.items() if isinstance(v, str)}
    drawn = [
        (a, list(v), [share.value for share in v.values()], stream_id(f"{name}/attribute/{a}"))
        for a, v in source.attributes.items()
        if isinstance(v, Mapping)
    ]

    def draw(k: int) -> dict[str, str]:
        key = case_identity(stream_id(name), k)
        return fixed | {
            a: values[pick(shares, uniform(seed, replication, stream, key, 0))] for a, values, shares, stream in drawn
        }

    return draw


def pick(shares: list[float], u: float) -> int:
    """The first with u < the cumulated share; the last takes the rest (rule 8)."""
    cumulated = 0.0
    for i, share in enumerate(shares[:-1]):
        cumulated += share
        if u < cumulated:
            return i
    return len(shares) - 1
