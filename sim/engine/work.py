"""The execution of one step by one case: work of a pool, a wait, a place in a session (rules 5 to 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from functools import partial
from typing import Any

import simpy

from sim.engine.history import CaseState, Row
from sim.engine.queues import Entry
from sim.engine.running import Running
from sim.eventlog import NAT, Kind, NeedRow, Server
from sim.model.demand import Position
from sim.model.open_time import BEYOND, instant_of
from sim.model.paths import owner_of, pool_of
from sim.model.process import SessionStep, Step, WaitStep, WorkStep

Executing = Generator[simpy.Event, Any, Row]


class Executions:
    """Executes steps for an engine; each execution is one row."""

    def __init__(self, engine: Running) -> None:
        self.engine, self.prepared, self.instant = engine, engine.prepared, engine.instant

    def execute(
        self, case: CaseState, step: Step, name: str, process: str, came: Row, position: Position | None
    ) -> Executing:
        match step:
            case WorkStep():
                return self._work(case, step, name, process, came, position)
            case WaitStep():
                return self._wait(case, step, name, process, came, position)
            case SessionStep():
                return self._session(case, step, name, process, came, position)

    def _row(
        self,
        kind: Kind,
        case: CaseState,
        step: Step,
        name: str,
        process: str,
        came: Row,
        position: Position | None,
    ) -> Row:
        now = self.engine.now
        if position is None:
            row = Row(kind, case.identity, name, case.visit(name), now, came)
        else:  # what stood before it is not in the log
            row = Row(kind, case.identity, name, position.visit, instant_of(position.ready), None)
            row.start = NAT if position.start is None else instant_of(position.start)
        row.stage, row.owner = step.stage, owner_of(self.engine.model, process, step)
        if step.due is not None and position is None:
            amount = self.prepared.amount_us(step.due.after, step.due.calendar)
            case.set_due(now, self.prepared.after(step.due.calendar, now, amount))
            self.instant.reorder(case)
        return self.engine.history.add(row)

    def _wait(
        self, case: CaseState, step: WaitStep, name: str, process: str, came: Row, position: Position | None
    ) -> Executing:
        row = self._row("wait", case, step, name, process, came, position)
        row.start = row.ready
        if name in self.engine.behaviours:
            yield from self.engine.behaviours[name](self.engine, case)
            return row.finish(self.engine.now)
        law = self.prepared.law(step.takes, step.calendar)
        u = self.engine.uniform(f"{name}/duration", case, row.visit)
        rework, case_class = step.repeat_factor(row.visit), step.class_factor(case.attributes)
        if position is None:
            row.duration_us = law.draw_us(u, rework=rework, case_class=case_class)
        else:
            elapsed = self.prepared.open_time(step.calendar, row.ready, self.engine.now)
            row.duration_us = law.residual_us(u, elapsed, rework=rework, case_class=case_class)
        yield self.instant.until(self.prepared.after(step.calendar, self.engine.now, row.duration_us))
        return row.finish(self.engine.now)

    def _session(
        self, case: CaseState, step: SessionStep, name: str, process: str, came: Row, position: Position | None
    ) -> Executing:
        row = self._row("session", case, step, name, process, came, position)
        row.session = step.at
        session = self.engine.model.sessions[step.at]
        length = self.prepared.amount_us(session.length.value, session.calendar)
        if row.start == NAT:
            entry = Entry(case, row, self._priority(case, step), self.engine.env.event())
            self.instant.enqueue(entry, session=step.at)
            self._patience(entry, step, name)
            if not (yield entry.started):
                return row.finish(self.engine.now)
        row.duration_us = length
        yield self.instant.until(self.prepared.after(session.calendar, row.start, length))
        return row.finish(self.engine.now)

    def _work(
        self, case: CaseState, step: WorkStep, name: str, process: str, came: Row, position: Position | None
    ) -> Executing:
        row = self._row("work", case, step, name, process, came, position)
        ask = partial(self._ask, row, case, step, name, process)
        ask()
        row.unsplittable = step.unsplittable
        entry = Entry(
            case,
            row,
            self._priority(case, step),
            self.engine.env.event(),
            law=self.prepared.law(step.effort, self._calendar_of_effort(row.needs)),
            u=self.engine.uniform(f"{name}/duration", case, row.visit),
            repeat=step.repeat_factor(row.visit),
            case_class=step.class_factor(case.attributes),
            unsplittable=step.unsplittable,
        )
        row.duration_us = entry.duration_us(1.0)
        if position is not None and position.start is not None:
            begun = self._go_on(entry, position)
        else:
            self.instant.enqueue(entry)
            if any(need.same_server_as for need in step.by):
                self.instant.before_settling(ask)
            self._patience(entry, step, name)
            if not (yield entry.started):  # approval by silence
                return row.finish(self.engine.now)
            begun = self.engine.now
        yield from self._until_done(entry, begun)
        case.servers[name] = entry.servers
        return row.finish(self.engine.now)

    def _until_done(self, entry: Entry, begun: int) -> Generator[simpy.Event, Any, None]:
        """Work in the intersection of its servers' calendars, handed over where a group says so (rule 5)."""
        servers, row, case = self.instant.servers, entry.row, entry.case
        while True:
            now = self.engine.now
            calendar = self.prepared.calendar(servers.calendars(entry.servers))
            assert entry.remaining_us is not None
            row.stints.append((begun, NAT, entry.servers))
            end, closing = calendar.after(now, entry.remaining_us), servers.hand_over_at(entry.servers, now)
            if closing < end:
                yield self.instant.until(closing)
                if not case.withdrawn:
                    row.stints[-1] = (begun, closing, entry.servers)
                    self.instant.release(entry)
                    entry.remaining_us -= calendar.open_time(now, closing)
                    entry.handed_over, entry.started = True, self.engine.env.event()
                    self.instant.enqueue(entry)
                    yield entry.started
                    begun = self.engine.now
                    continue
            yield self.instant.until(BEYOND if end == BEYOND else max(end, self.engine.now))
            row.stints[-1] = (begun, self.engine.now, entry.servers)
            self.instant.release(entry)
            return

    def _go_on(self, entry: Entry, position: Position) -> int:
        """Work that is going on when the run begins lasts by its law, given how long it has been open (rule 14)."""
        names = (server.split("/") for server in position.servers)
        entry.servers = tuple(Server(pool, int(group), int(index)) for pool, group, index in names)
        servers, begun = self.instant.servers, instant_of(_started(position))
        servers.claim(entry.servers)
        calendar = self.prepared.calendar(servers.calendars(entry.servers))
        entry.keep_residual(calendar.open_time(begun, self.engine.now), servers.speed(entry.servers))
        return begun

    def _ask(self, row: Row, case: CaseState, step: WorkStep, name: str, process: str) -> None:
        """The servers asked for; a kept one is the first of those who did that step last (rule 4)."""
        prefix = name.removesuffix(step.id)
        found = []
        for need in step.by:
            pool = pool_of(self.engine.model, process, need)
            if need.same_server_as is None:
                found.append(NeedRow(pool, need.n))
                continue
            did = [server for server in case.servers.get(prefix + need.same_server_as, ()) if server.pool == pool]
            found.append(NeedRow(pool, 1, min(did, default=None)))  # nobody did it: anybody of that pool
        row.needs = tuple(found)

    def _calendar_of_effort(self, needs: tuple[NeedRow, ...]) -> str:
        return self.engine.model.pools[needs[0].pool].groups[0].calendar

    def _priority(self, case: CaseState, step: Step) -> int:
        return case.priority if step.priority is None else step.priority

    def _patience(self, entry: Entry, step: Step, name: str) -> None:
        if step.patience is None:
            return
        patience = step.patience
        entry.proceeds = patience.then == "proceed"
        u = self.engine.uniform(f"{name}/patience", entry.case, entry.row.visit)
        lasts = self.prepared.law(patience.after, patience.calendar).draw_us(u)
        runs_out = self.prepared.after(patience.calendar, entry.row.ready, lasts)
        self.instant.lose_patience_at(max(runs_out, self.engine.now), entry)


def _started(position: Position) -> dt.datetime:
    assert position.start is not None
    return position.start
