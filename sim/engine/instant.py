"""One instant, phase by phase (rule 10), and the queues that it settles.

SimPy has no hook for "nothing more happens at this instant". So one *settle* event is kept pending: every change
pokes it, and it runs after all other events of the instant. It carries out phases b, c and d, and pokes itself
again when anything happened; phase a is what SimPy does in between.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import simpy

from sim.engine.history import CaseState, History, Row
from sim.engine.prepared import Prepared
from sim.engine.queues import Entry, Queue, Servers
from sim.errors import RunError
from sim.eventlog import NAT
from sim.model.open_time import BEYOND
from sim.text import Text

_AFTER_ALL_OTHERS = 2  # SimPy: 0 urgent, 1 normal
MOST_ROUNDS = 10_000


class Instant:
    """Pools, sessions and withdrawals of one run, settled instant by instant."""

    def __init__(
        self, env: simpy.Environment, prepared: Prepared, history: History, settled: Callable[[], None]
    ) -> None:
        self.env, self.prepared, self.history, self._settled = env, prepared, history, settled
        model = prepared.model
        self.servers = Servers(model.pools, prepared.calendars)
        self.sessions = {name: Queue(session.discipline) for name, session in model.sessions.items()}
        self._pending = False
        self._due_sessions: set[str] = set()
        self._withdrawing: dict[CaseState, list[Row]] = {}
        self._proceeding: list[Entry] = []
        self._before_settling: list[Callable[[], None]] = []
        self._at, self._rounds = prepared.begin - 1, 0
        for calendar in {g.calendar for pool in model.pools.values() for g in pool.groups}:
            env.process(self._openings(calendar))
        for name, instants in prepared.sessions.items():
            env.process(self._session_instants(name, instants))

    @property
    def now(self) -> int:
        return int(self.env.now)

    def poke(self) -> None:
        """Something changed: settle when all else of this instant has happened."""
        if not self._pending:
            self._pending = True
            settle = self.env.event()
            settle._ok, settle._value = True, None
            settle.callbacks.append(self._settle)
            self.env.schedule(settle, priority=_AFTER_ALL_OTHERS)  # type: ignore[arg-type]

    def until(self, instant: int) -> simpy.Event:
        """An event at an instant; never, when it lies beyond the run."""
        return self.env.event() if instant == BEYOND else self.env.timeout(instant - self.now)

    def before_settling(self, action: Callable[[], None]) -> None:
        """Act when phase a is over: what the action sees does not depend on the order of events in it."""
        self._before_settling.append(action)
        self.poke()

    def enqueue(self, entry: Entry, session: str | None = None) -> None:
        """Let an entry wait in the queue of every pool it needs, or for a session."""
        entry.waiting = True
        entry.case.waiting.add(entry)
        for pool in dict.fromkeys(need.pool for need in entry.needs):
            self.servers.pools[pool].queue.put(entry)
        if session is not None:
            self.sessions[session].put(entry)
        self.poke()

    def reorder(self, case: CaseState) -> None:
        """The case's due has changed: its entries take their new places."""
        for entry in case.waiting:
            places, entry.places = entry.places, []
            for queue, key in places:
                queue.remove(key)
                queue.put(entry)
        self.poke()

    def lose_patience_at(self, instant: int, entry: Entry) -> None:
        """Rule 13: when the entry still waits then, the case is withdrawn, or the step counts as done."""
        if instant != BEYOND:
            self.until(instant).callbacks.append(partial(self._patience_over, entry))

    def withdraw(self, case: CaseState, cause: Row) -> None:
        """The case withdraws in phase b of this instant."""
        self._withdrawing.setdefault(case, []).append(cause)
        self.poke()

    def release(self, entry: Entry) -> None:
        self.servers.release(entry.servers)
        self.poke()

    def _settle(self, _: simpy.Event) -> None:
        self._pending = False
        self._count_round()
        actions, self._before_settling = self._before_settling, []
        for action in actions:
            action()
        if self._withdrawals():  # rule 10 b, and a again
            self.poke()
            return
        happened = self._hold_sessions()  # rule 10 c
        happened |= self._dispatch()  # rule 10 d
        if happened:
            self.poke()
        else:
            self._settled()

    def _count_round(self) -> None:
        if self._at != self.now:
            self._at, self._rounds = self.now, 0
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            last = next(row for row in reversed(self.history.rows) if row.step)
            raise RunError(
                Text("同一时刻的事件循环不止", "an endless loop at one instant"),
                Text("给循环中的步骤以时长,或限制退回次数", "give a step of the loop a duration, or limit its repeats"),
                path=tuple(last.step.split("/")),
            )

    def _withdrawals(self) -> bool:
        withdrawing, self._withdrawing = self._withdrawing, {}
        proceeding, self._proceeding = self._proceeding, []
        for entry in proceeding:
            if entry.waiting and not entry.proceeds:
                withdrawing.setdefault(entry.case, []).append(entry.row)
        for case, causes in withdrawing.items():
            if not case.withdrawn:
                self._withdraw_now(case, min(causes, key=lambda row: (row.step.encode(), row.visit)))
        for entry in proceeding:
            if entry.waiting:
                self._leave(entry)
                entry.started.succeed(False)
        return bool(withdrawing or proceeding)

    def _withdraw_now(self, case: CaseState, cause: Row) -> None:
        case.withdrawn = True
        for entry in list(case.waiting):
            self._leave(entry)
            entry.row.finish(self.now, "withdrawn")
        row = Row("withdrawn", case.identity, "", 0, self.now, cause, start=self.now)
        case.over.succeed(self.history.add(row.finish(self.now)))

    def _leave(self, entry: Entry) -> None:
        entry.waiting = False
        entry.case.waiting.discard(entry)
        for queue, key in entry.places:
            queue.remove(key)
        entry.places = []

    def _hold_sessions(self) -> bool:
        due, self._due_sessions = sorted(self._due_sessions, key=str.encode), set()
        taken = False
        for name in due:
            session = self.prepared.model.sessions[name]
            calendar = self.prepared.calendars[session.calendar]
            cut_off = self.prepared.amount_us(session.cut_off.value, session.calendar) if session.cut_off else 0
            in_time = [
                entry
                for entry in self.sessions[name].in_order()
                if calendar.open_time(entry.row.ready, self.now) >= cut_off  # rule 7
            ]
            for entry in in_time[: session.capacity.value if session.capacity else None]:
                self._begin(entry)
                taken = True
        return taken

    def _dispatch(self) -> bool:
        started = False
        for pool in self.servers.pools.values():  # in byte order of their ids
            if not len(pool.queue) or not pool.has_available(self.now):
                continue
            for entry in pool.queue.in_order():
                if self.servers.take(entry, self.now):
                    self._begin(entry)
                    started = True
                    if not pool.has_available(self.now):
                        break
        return started

    def _begin(self, entry: Entry) -> None:
        self._leave(entry)
        if entry.row.start == NAT:
            entry.row.start = self.now
        entry.started.succeed(True)

    def _patience_over(self, entry: Entry, _: simpy.Event) -> None:
        if entry.waiting and entry.row.start == NAT:  # ended by the first start
            self._proceeding.append(entry)
            self.poke()

    def _openings(self, name: str):  # type: ignore[no-untyped-def]
        calendar = self.prepared.calendars[name]
        for opening in calendar.opens.tolist():
            if self.now < opening <= self.prepared.end:
                yield self.until(opening)
                self.poke()

    def _session_instants(self, name: str, instants: list[int]):  # type: ignore[no-untyped-def]
        for instant in instants:
            yield self.until(instant)
            self._due_sessions.add(name)
            self.poke()
