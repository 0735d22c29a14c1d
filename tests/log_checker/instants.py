"""Rules 4, 5, 7, 9 and 10: who starts at each instant, with which servers, round by round.

The rounds of an instant are not in the log, so they are enacted anew. Round 0 has what ended by the clock; round k + 1
has what ended because work of no length was dispatched in round k. Who the rules let start must be who started; in
the last round nobody can, so nobody waits who could start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.engine.streams import stream_id
from sim.eventlog import Server
from sim.model.process import SessionStep, WorkStep
from tests.log_checker.lengths import session_instants
from tests.log_checker.reading import Row, World, instant

Order = tuple[bool, int, int | float, int, int, bytes, int]


class NotYet(Exception):
    """It depends on work that has not been dispatched so far in this instant."""


def check(world: World) -> None:
    enacted = _Enacted(world)
    for t in enacted.instants():
        enacted.enact(t)
        if world.wrong:
            return


class _Enacted:
    def __init__(self, world: World) -> None:
        self.world = world
        self.pools = sorted(world.model.pools, key=str.encode)
        self.free = {
            Server(pool, g, i)
            for pool, described in world.model.pools.items()
            for g, group in enumerate(described.groups)
            for i in range(group.servers.value)
        }
        self.held = {name: session_instants(world, session) for name, session in world.model.sessions.items()}
        self.waiting: set[Row] = set()
        self.stint: dict[Row, int] = {}
        """How many stints of a row have begun; a row that waits with some of them was handed over."""
        self.started: dict[tuple[Row, int], int] = {}
        """The round in which a stint began."""
        self.at: dict[int, list[Row]] = {}
        for row in world.rows:
            if row in world.told and isinstance(world.told[row].step, WorkStep | SessionStep):
                for t in self._times(row):
                    self.at.setdefault(t, []).append(row)

    def _times(self, row: Row) -> set[int]:
        begin = self.world.begin
        times = {max(row.ready, begin), row.end, row.start}
        times |= {t for stint in row.stints for t in (stint.start, stint.stop)}
        return {t for t in times if t is not None and t >= begin}

    def instants(self) -> list[int]:
        world = self.world
        times = {t for row in world.rows for t in (max(row.ready, world.begin), row.end) if t is not None} | set(
            self.at
        )
        for pool in world.model.pools.values():
            for group in pool.groups:
                times |= set(world.calendars[group.calendar].opens.tolist())
        times |= {t for held in self.held.values() for t in held}
        return sorted(t for t in times if world.begin <= t <= world.end)

    # --- one instant (rule 10)

    def enact(self, t: int) -> None:
        self.t, self.round = t, 0
        rows = self.at.get(t, [])
        for row in rows:
            if self._began_before(row, t):
                self.stint[row] = 1
                self.free -= set(row.stints[0].servers)
        to_come = [
            row
            for row in rows
            if max(row.ready, self.world.begin) == t and row not in self.stint and not self._sits(row)
        ]
        while True:
            self._release(rows)
            to_come = self._become_ready(to_come)
            self._leave()
            if self.round == 0:
                self._hold_sessions()
            started = self._dispatch()
            self.round += 1
            if not started or self.world.wrong:
                break
        for row in [*to_come, *rows]:
            begun = self.stint.get(row, 0)
            if row in to_come or (begun < len(row.stints) and row.stints[begun].start == t):
                self._refuse("5", row, "starts or becomes ready, though nothing that the rules do now would bring it")
        for row in self.waiting:
            if row.end == t:
                self._refuse("13", row, "waits on, though its wait is over")
            if row.session is not None and row.start == t:
                self._refuse("7", row, "takes part in a session that had no place for it")

    def _began_before(self, row: Row, t: int) -> bool:
        """Rule 14: work that is under way when the run begins."""
        return t == self.world.begin and bool(row.stints) and row.stints[0].start < t and row not in self.stint

    def _sits(self, row: Row) -> bool:
        """Rule 14: in a session when the run begins."""
        position = self.world.told[row].position
        return row.session is not None and position is not None and position.start is not None

    def _release(self, rows: list[Row]) -> None:
        """Phase a: work that stops now frees its servers; it is over, or handed over."""
        for row in rows:
            k = self.stint.get(row, 0) - 1
            if k < 0 or row in self.waiting or row.stints[k].stop != self.t:
                continue
            no_length = row.stints[k].start == self.t
            if (self.started[row, k] + 1 if no_length else 0) != self.round:
                continue
            self.free |= set(row.stints[k].servers)
            if k + 1 < len(row.stints) or row.end is None or row.outcome == "withdrawn":
                self.waiting.add(row)

    def _become_ready(self, rows: list[Row]) -> list[Row]:
        """Phase a: new entries; those of later rounds remain."""
        later = []
        for row in rows:
            try:
                now = self._ready_round(row) == self.round
            except NotYet:
                now = False
            if now:
                self.waiting.add(row)
                self._keeps(row)
            else:
                later.append(row)
        return later

    def _keeps(self, row: Row) -> None:
        """Rule 4: the first, of that pool, of those who did the step last; it has ended by the end of this phase a."""
        step = self.world.told[row].step
        for asked, need in zip(getattr(step, "by", ()), row.needs, strict=True):
            wanted = row.step.removesuffix(step.id) + str(asked.same_server_as)
            did = [
                r for r in self.world.cases[row.case].rows if r.step == wanted and r is not row and self._has_done(r)
            ]
            servers = max(did, key=lambda r: r.visit).stints[-1].servers if did else ()
            kept = min((server for server in servers if server.pool == need.pool), default=None)
            self.world.expect("4", row, "kept server", need.kept, None if asked.same_server_as is None else kept)

    def _has_done(self, row: Row) -> bool:
        if not row.stints or row.outcome != "done" or row.end is None or row.end > self.t:
            return False
        try:
            return row.end < self.t or self._end_round(row) <= self.round
        except NotYet:
            return False

    def _leave(self) -> None:
        """Phase b: the entries of withdrawn cases, and those approved by silence."""
        for row in list(self.waiting):
            if row.end == self.t and self.stint.get(row, 0) == len(row.stints) and self._leaves_now(row):
                self.waiting.remove(row)

    def _leaves_now(self, row: Row) -> bool:
        try:
            if row.outcome == "withdrawn":
                over = self.world.cases[row.case].over
                assert over is not None
                return self._ready_round(over) == self.round
            return row.start is None and self._ended_by_clock(row) == self.round
        except NotYet:
            return False

    def _hold_sessions(self) -> None:
        """Phase c: the sessions that are due, in byte order of their ids."""
        for name in sorted((name for name, held in self.held.items() if self.t in held), key=str.encode):
            session = self.world.model.sessions[name]
            calendar = self.world.calendars[session.calendar]
            cut_off = self.world.amount(session.cut_off.value, session.calendar) if session.cut_off else 0
            queue = self._in_order((row for row in self.waiting if row.session == name), session.discipline)
            in_time = [row for row in queue if calendar.open_time(row.ready, self.t) >= cut_off]
            for row in in_time[: session.capacity.value if session.capacity else None]:
                if row.start != self.t:
                    self._refuse("7", row, f"has a place in {name}, but does not take part")
                self.waiting.remove(row)

    def _dispatch(self) -> bool:
        """Phase d: pools in byte order of their ids, queues in order, each entry offered once."""
        started = False
        queues = {name: self._queue(name) for name in self.pools}
        for name in self.pools:
            for row in list(queues[name]):
                if not self._any_available(name):
                    break
                if row not in self.waiting or any(queues[pool][0] is not row for pool in self._strict(row)):
                    continue
                servers = self._choose(row)
                if servers is None:
                    continue
                k = self.stint.get(row, 0)
                if k == len(row.stints) or row.stints[k].start != self.t or set(row.stints[k].servers) != set(servers):
                    self._refuse("4", row, f"is next in {name} and should start with {servers}")
                    return False
                self.waiting.remove(row)
                for pool in {need.pool for need in row.needs}:
                    queues[pool].remove(row)
                self.free -= set(servers)
                self.stint[row], self.started[row, k] = k + 1, self.round
                started = True
        return started

    # --- queues (rules 5 and 9)

    def _queue(self, pool: str) -> list[Row]:
        there = (row for row in self.waiting if any(need.pool == pool for need in row.needs))
        return self._in_order(there, self.world.model.pools[pool].discipline)

    def _strict(self, row: Row) -> set[str]:
        """The pools in which it has to be first."""
        return {need.pool for need in row.needs if self.world.model.pools[need.pool].strict}

    def _any_available(self, pool: str) -> bool:
        return any(server.pool == pool and self._available(server, 0.0, 0) for server in self.free)

    def _in_order(self, rows: Iterable[Row], discipline: str) -> list[Row]:
        return sorted(rows, key=lambda row: self._order(row, discipline))

    def _order(self, row: Row, discipline: str) -> Order:
        case, step = self.world.cases[row.case], self.world.told[row].step
        return (
            self.stint.get(row, 0) == 0,
            0 if discipline == "first-come" else self._priority(row.case) if step.priority is None else step.priority,
            self._due(row.case) if discipline == "earliest-due" else 0,
            row.ready,
            case.identity,
            row.step.encode(),
            row.visit,
        )

    def _priority(self, identity: int) -> int:
        case = self.world.cases[identity]
        if case.known is not None:
            return case.known.priority
        if case.parent is not None:
            return self._priority(case.parent)
        source = next(s for name, s in self.world.model.sources.items() if stream_id(name) == identity >> 32)
        return source.priority

    def _due(self, identity: int) -> float:
        """Set from a step's ready instant, extended by steps that take time; see the choices of rule 9."""
        known = self.world.cases[identity].known
        due = float("inf") if known is None or known.due is None else instant(known.due)
        set_at = None
        for at, what, value in sorted(self._due_changes(identity), key=lambda change: change[:2]):
            if what == "extend":
                due += value
            else:
                due = min(due, value) if set_at == at else value
                set_at = at
        return due

    def _due_changes(self, identity: int) -> Iterator[tuple[int, str, float]]:
        """What has been so far; at one instant extensions come first (by the order of bytes)."""
        for row, what, value in self.world.dues[identity]:
            at = row.ready if what == "set" else row.end
            if at is None or at > self.t:
                continue
            try:
                if at == self.t and (self._ready_round(row) if what == "set" else self._end_round(row)) > self.round:
                    continue
            except NotYet:
                continue
            yield at, what, float("inf") if value is None else value

    # --- servers (rules 4 and 5)

    def _choose(self, row: Row) -> list[Server] | None:
        """The first available servers: needs as listed, groups in their order, then lowest index; a kept one before."""
        wanted = (
            []
            if not row.unsplittable
            else sorted({float(g.speed.value) for n in row.needs for g in self.world.model.pools[n.pool].groups})
        )
        for slowest in wanted or [0.0]:
            found = self._pick(row, slowest)
            if found is not None:
                return found
        return None

    def _pick(self, row: Row, slowest: float) -> list[Server] | None:
        lasts = self.world.draw(row, slowest) if row.unsplittable else 0
        kept = {need.kept for need in row.needs if need.kept is not None}
        found = sorted(kept)
        if any(not self._available(server, slowest, lasts) for server in kept):
            return None
        for need in row.needs:
            if need.kept is None:
                some = [s for s in sorted(self.free) if s.pool == need.pool and s not in found]
                some = [s for s in some if self._available(s, slowest, lasts)]
                if len(some) < need.n:
                    return None
                found += some[: need.n]
        return found

    def _available(self, server: Server, slowest: float, lasts: int) -> bool:
        group = self.world.group(server)
        closes = self.world.open_until(group.calendar, self.t)
        in_time = closes is not None and closes - self.t >= lasts
        return server in self.free and in_time and group.speed.value >= slowest

    # --- rounds

    def _ready_round(self, row: Row) -> int:
        """The round, at the instant of its ready, in which a row became ready."""
        needed = [other for other in self.world.released[row] if other.end == row.ready]
        rounds = [self._end_round(other) for other in needed]
        return (min if row.kind == "withdrawn" else max)(rounds, default=0)

    def _end_round(self, row: Row) -> int:
        if row.kind in ("accepted", "mark", "closed", "withdrawn"):
            return self._ready_round(row)
        if row.stints and row.outcome == "done":
            k = len(row.stints) - 1
            if row.stints[k].start < (row.end or 0):
                return 0
            if (row, k) not in self.started:
                raise NotYet
            return self.started[row, k] + 1
        return self._ended_by_clock(row)

    def _ended_by_clock(self, row: Row) -> int:
        return self._ready_round(row) if row.ready == row.end else 0

    def _refuse(self, rule: str, row: Row, what: str) -> None:
        self.world.refuse(rule, row, f"at {self.t}, round {self.round}: {what}; stints {row.stints}")
