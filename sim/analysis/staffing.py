"""When calendars alone would let work begin: until when, at each instant, the servers asked for stay open (rule 16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import NAT, GroupInfo, Ints, NeedRow
from sim.model.open_time import BEYOND, Calendar

_NEVER = NAT


class Asked(NamedTuple):
    """n servers of these groups, whichever they are."""

    groups: tuple[GroupInfo, ...]
    n: int


class OpenSteps(NamedTuple):
    """Throughout [``edges[j]``, ``edges[j + 1]``) the servers asked for close at ``closes[j, k]``, when only groups
    of ``speeds[k]`` and faster are taken; the least int64 where too few are open. Shapes (m + 1,), (m, s), (s,).
    """

    edges: Ints
    closes: Ints
    speeds: NDArray[np.float64]


def open_steps(asked: Iterable[Asked], calendars: Mapping[str, Calendar]) -> OpenSteps:
    """The steps at which all that is asked for is open together."""
    asked = list(asked)
    groups = [group for each in asked for group in each.groups]
    names = dict.fromkeys(group.calendar for group in groups)
    ends = [part for name in names for part in (calendars[name].opens, calendars[name].closes)]
    edges = np.unique(np.concatenate([*ends, [-BEYOND, BEYOND]]))
    closing = {name: _closing(calendars[name], edges[:-1]) for name in names}
    speeds = sorted({group.speed for group in groups})
    closes = [np.min([_nth_closing(each, speed, closing) for each in asked], axis=0) for speed in speeds]
    return OpenSteps(edges, np.stack(closes, axis=1), np.array(speeds))


def asked_of_pools(needs: Sequence[NeedRow], pools: Mapping[str, tuple[GroupInfo, ...]]) -> list[Asked]:
    """What the needs of one step ask for: kept servers each for itself, and of every pool their number together."""
    kept = {need.kept for need in needs if need.kept is not None}
    result = [Asked((pools[server.pool][server.group],), 1) for server in kept]
    for pool in {need.pool for need in needs if need.kept is None}:
        asked = sum(need.n for need in needs if need.pool == pool and need.kept is None)
        result.append(Asked(pools[pool], asked + sum(server.pool == pool for server in kept)))
    return result


def _closing(calendar: Calendar, instants: Ints) -> Ints:
    """When the calendar closes that is open at each instant; never where it is closed."""
    padded_opens, padded_closes = np.append(NAT, calendar.opens), np.append(NAT, calendar.closes)
    i = np.searchsorted(padded_opens, instants, side="right") - 1
    return np.where(instants < padded_closes[i], padded_closes[i], _NEVER)


def _nth_closing(asked: Asked, speed: float, closing: Mapping[str, Ints]) -> Ints:
    """The closing of the n-th server, the last to close first, among groups that are fast enough."""
    groups = [group for group in asked.groups if group.speed >= speed]
    steps = next(iter(closing.values())).size
    servers = np.array([0, *(group.servers for group in groups)], dtype=np.int64)
    if servers.sum() < asked.n:
        return np.full(steps, _NEVER)
    each = np.stack([np.full(steps, _NEVER), *(closing[group.calendar] for group in groups)])
    order = np.argsort(each, axis=0)[::-1]
    enough = np.cumsum(servers[order], axis=0) >= asked.n
    place = np.take_along_axis(order, enough.argmax(axis=0)[None], axis=0)
    return np.take_along_axis(each, place, axis=0)[0]
