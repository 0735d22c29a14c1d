"""Queues and servers: who waits, in which order, and who does the work (rules 4, 5 and 9)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import simpy

from sim.engine.history import CaseState, Row
from sim.eventlog import NeedRow, Server
from sim.model.compiled_laws import CompiledLaw
from sim.model.open_time import BEYOND, Calendar
from sim.model.pools import Discipline, Pool

OrderKey = tuple[bool, int, int, int, int, bytes, int]


@dataclass(eq=False)
class Entry:
    """One step of one case, waiting for servers or for a session."""

    case: CaseState
    row: Row
    priority: int
    started: simpy.Event
    law: CompiledLaw | None = None
    u: float = 0.5
    repeat: float = 1.0
    case_class: float = 1.0
    unsplittable: bool = False
    proceeds: bool = False  # when its patience runs out: approval by silence
    remaining_us: int | None = None  # fixed at the first start, or by the initial state
    servers: tuple[Server, ...] = ()
    handed_over: bool = False
    waiting: bool = False
    places: list[tuple[Queue, OrderKey]] = field(default_factory=list)

    @property
    def needs(self) -> tuple[NeedRow, ...]:
        return self.row.needs

    def duration_us(self, speed: float) -> int:
        """The duration with the slowest of the servers (rules 3 and 4); a remainder is not scaled again (rule 5)."""
        if self.remaining_us is not None:
            return self.remaining_us
        assert self.law is not None
        return self.law.draw_us(self.u, rework=self.repeat, case_class=self.case_class, slowest=1 / speed)

    def keep_residual(self, elapsed: int, speed: float) -> None:
        """The rest of work that has been open for ``elapsed`` when the run begins (rule 14)."""
        assert self.law is not None
        self.remaining_us = self.law.residual_us(
            self.u, elapsed, rework=self.repeat, case_class=self.case_class, slowest=1 / speed
        )

    def order(self, discipline: Discipline) -> OrderKey:
        """Rule 9: handed-over entries first, then by (priority, due, ready, case, step, visit)."""
        priority = 0 if discipline == "first-come" else self.priority
        due = self.case.due if discipline == "earliest-due" else 0
        row = self.row
        return not self.handed_over, priority, due, row.ready, self.case.identity, row.step.encode(), row.visit


class Queue:
    """The waiting entries of a pool or of a session, in the order of its discipline."""

    def __init__(self, discipline: Discipline) -> None:
        self.discipline = discipline
        self._keys: list[OrderKey] = []
        self._entries: dict[OrderKey, Entry] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, entry: Entry) -> None:
        key = entry.order(self.discipline)
        insort(self._keys, key)
        self._entries[key] = entry
        entry.places.append((self, key))

    def remove(self, key: OrderKey) -> None:
        del self._keys[bisect_left(self._keys, key)]
        del self._entries[key]

    def in_order(self) -> list[Entry]:
        return [self._entries[key] for key in self._keys]

    def is_first(self, entry: Entry) -> bool:
        return self._entries[self._keys[0]] is entry


class Group:
    """The servers of one group, by number; a server is available when free and its calendar is open (rule 4)."""

    def __init__(self, servers: int, calendar: Calendar, name: str, speed: float, hand_over: bool) -> None:
        self.free = list(range(servers))
        self.calendar, self.name, self.speed, self.hand_over = calendar, name, speed, hand_over


class PoolState:
    """A pool while it runs: its groups in their order, and its queue."""

    def __init__(self, name: str, pool: Pool, calendars: dict[str, Calendar]) -> None:
        self.name, self.strict = name, pool.strict
        self.queue = Queue(pool.discipline)
        self.groups = [
            Group(g.servers.value, calendars[g.calendar], g.calendar, g.speed.value, g.hand_over) for g in pool.groups
        ]

    def has_available(self, now: int) -> bool:
        return any(group.free and group.calendar.is_open(now) for group in self.groups)


class Servers:
    """All pools: takes the servers of an entry at one instant, or none of them (rule 5)."""

    def __init__(self, pools: dict[str, Pool], calendars: dict[str, Calendar]) -> None:
        self.pools = {
            name: PoolState(name, pool, calendars)
            for name, pool in sorted(pools.items(), key=lambda item: item[0].encode())
        }

    def group(self, server: Server) -> Group:
        return self.pools[server.pool].groups[server.group]

    def speed(self, servers: tuple[Server, ...]) -> float:
        """That of the slowest group among them."""
        return min(self.group(server).speed for server in servers)

    def calendars(self, servers: tuple[Server, ...]) -> frozenset[str]:
        return frozenset(self.group(server).name for server in servers)

    def hand_over_at(self, servers: tuple[Server, ...], now: int) -> int:
        """The first closing, after now, of a server whose group hands over; BEYOND when there is none."""
        groups = {server[:2]: self.group(server) for server in servers}.values()
        return min((g.calendar.next_closing(now) for g in groups if g.hand_over), default=BEYOND)

    def take(self, entry: Entry, now: int) -> bool:
        """Start the entry if it may start now: first in every strict pool, all servers available."""
        pools = {need.pool: self.pools[need.pool] for need in entry.needs}
        if any(pool.strict and not pool.queue.is_first(entry) for pool in pools.values()):
            return False
        servers = self._choose(entry, now)
        if servers is None:
            return False
        for server in servers:
            self.group(server).free.remove(server.index)
        entry.remaining_us = entry.duration_us(self.speed(servers))
        entry.servers = servers
        return True

    def claim(self, servers: tuple[Server, ...]) -> None:
        """Take the servers of work that is already going on when the run begins (rule 14)."""
        for server in servers:
            self.group(server).free.remove(server.index)

    def release(self, servers: tuple[Server, ...]) -> None:
        for server in servers:
            insort(self.group(server).free, server.index)

    def _choose(self, entry: Entry, now: int) -> tuple[Server, ...] | None:
        if not entry.unsplittable:
            return self._pick(entry, lambda group: group.calendar.is_open(now))
        # The duration depends on the slowest server chosen: begin with the widest choice, leave out slower groups.
        speeds = {group.speed for need in entry.needs for group in self.pools[need.pool].groups}
        for speed in sorted(speeds):
            duration = entry.duration_us(speed)

            def fits(group: Group, speed: float = speed, duration: int = duration) -> bool:
                calendar = group.calendar
                in_time = calendar.is_open(now) and calendar.next_closing(now) - now >= duration
                return group.speed >= speed and in_time

            servers = self._pick(entry, fits)
            if servers is not None:
                return servers
        return None

    def _pick(self, entry: Entry, fits: Callable[[Group], bool]) -> tuple[Server, ...] | None:
        """The first available servers: groups in their order, then lowest index; a kept server and no other."""
        taken = list(dict.fromkeys(need.kept for need in entry.needs if need.kept is not None))
        if any(server.index not in self.group(server).free or not fits(self.group(server)) for server in taken):
            return None
        for need in entry.needs:
            if need.kept is not None:
                continue
            found = list(islice(self._free(need.pool, fits, taken), need.n))
            if len(found) < need.n:
                return None
            taken += found
        return tuple(taken)

    def _free(self, pool: str, fits: Callable[[Group], bool], taken: list[Server]) -> Iterator[Server]:
        for place, group in enumerate(self.pools[pool].groups):
            if group.free and fits(group):
                servers = (Server(pool, place, index) for index in group.free)
                yield from (server for server in servers if server not in taken)
