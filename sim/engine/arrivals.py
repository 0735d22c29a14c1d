"""Arrivals of a source (rule 12): one function computes the instants for both engines."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.streams import case_identity, stream_id, uniform
from sim.errors import RunError
from sim.jit import compiled, types
from sim.model.calendars import Calendar
from sim.model.demand import DayPattern, ListedCase, Source
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


class Brought(NamedTuple):
    """The cases of one source: ordinals from 1, instants, and of every attribute the values and who has which.

    A code of -1 is no value.
    """

    ordinals: NDArray[np.int64]
    instants: NDArray[np.int64]
    attributes: dict[str, tuple[NDArray[np.int64], list[str]]]


def brought(
    name: str, source: Source, rate: Rate | None, seed: int, replication: int, span: tuple[int, int]
) -> Brought:
    """The cases of one source within ``span`` (both ends included), in arrays.

    Case k (or batch k) arrives where the cumulated rate reaches the sum of k keyed unit exponentials.
    """
    if source.listed is not None:
        instants = np.array([instant_of(case.accepted) for case in _listed(source)], dtype=np.int64)
    else:
        assert rate is not None
        instants = _instants(rate, seed, replication, stream_id(f"{name}/arrival"), stream_id(name), span[1])
        if source.batch is not None:
            instants = np.repeat(instants, _batch_sizes(name, source, seed, replication, instants.size))
    inside = (span[0] <= instants) & (instants <= span[1])
    attributes = _attributes(name, source, seed, replication, instants.size)
    ordinals = np.flatnonzero(inside) + 1
    coded = {name: (codes[inside], values) for name, (codes, values) in attributes.items()}
    return Brought(ordinals, instants[inside], coded)


def arrivals(
    name: str, source: Source, rate: Rate | None, seed: int, replication: int, span: tuple[int, int]
) -> list[Arrival]:
    """The cases of :func:`brought`, one by one."""
    ordinals, instants, attributes = brought(name, source, rate, seed, replication, span)
    source_id = stream_id(name)
    columns = [(a, codes.tolist(), values) for a, (codes, values) in attributes.items()]
    return [
        Arrival(
            case_identity(source_id, k),
            label_of(name, k),
            name,
            instant,
            {a: values[codes[i]] for a, codes, values in columns if codes[i] >= 0},
        )
        for i, (k, instant) in enumerate(zip(ordinals.tolist(), instants.tolist(), strict=True))
    ]


def label_of(source: str, ordinal: int) -> str:
    """What readers of a log call a case."""
    return f"{source}-{ordinal:06d}"


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
    assert source.batch is not None
    sizes = sorted(source.batch)
    shares = [source.batch[size].value for size in sizes]
    return np.array(sizes, np.int64)[_picks(shares, seed, replication, stream_id(f"{name}/batch"), name, batches)]


def _listed(source: Source) -> list[ListedCase]:
    """The cases of a list, one by one."""
    return [case for case in source.listed or () for _ in range(case.n)]


def _attributes(
    name: str, source: Source, seed: int, replication: int, n: int
) -> dict[str, tuple[NDArray[np.int64], list[str]]]:
    """Fixed, drawn by keyed streams, or told by the list, which wins."""
    found: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
    for attribute, value in source.attributes.items():
        if isinstance(value, str):
            found[attribute] = np.zeros(n, np.int64), [value]
        else:
            shares, stream = [share.value for share in value.values()], stream_id(f"{name}/attribute/{attribute}")
            found[attribute] = _picks(shares, seed, replication, stream, name, n), list(value)
    told = {attribute for case in _listed(source) for attribute in case.attributes}
    for attribute in sorted(told):
        codes, values = found.get(attribute, (np.full(n, -1), []))
        values = list(values)
        for i, case in enumerate(_listed(source)):
            if attribute in case.attributes:
                if case.attributes[attribute] not in values:
                    values.append(case.attributes[attribute])
                codes[i] = values.index(case.attributes[attribute])
        found[attribute] = codes, values
    return found


def _picks(shares: list[float], seed: int, replication: int, stream: int, name: str, n: int) -> NDArray[np.int64]:
    """:func:`pick` for the first n cases, or batches, of a source."""
    u = _uniforms(seed, replication, stream, stream_id(name), n)
    return np.searchsorted(np.cumsum(shares[:-1]), u, side="right")


@compiled(types.float64[::1](types.uint64, types.uint64, types.uint64, types.uint64, types.int64))
def _uniforms(seed, replication, stream, source, n):  # type: ignore[no-untyped-def]
    """The numbers of one purpose of the cases 1 to n of a source."""
    numbers = np.empty(n)
    for k in range(n):
        numbers[k] = uniform(seed, replication, stream, case_identity(source, k + 1), 0)
    return numbers


def pick(shares: list[float], u: float) -> int:
    """The first with u < the cumulated share; the last takes the rest (rule 8)."""
    cumulated = 0.0
    for i, share in enumerate(shares[:-1]):
        cumulated += share
        if u < cumulated:
            return i
    return len(shares) - 1
