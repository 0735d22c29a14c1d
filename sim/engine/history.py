"""What happens to the cases of one run, as it happens; the event log is made from it at the end (rule 15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from sim.eventlog import NAT, EventLog, GroupInfo, Kind, NeedRow, Outcome, Server
from sim.logbuilder import LogBuilder, Stint
from sim.model.open_time import BEYOND, Calendar


@dataclass(eq=False, slots=True)
class Row:
    """One execution; ``end`` is NAT while it is open."""

    kind: Kind
    case: int
    step: str
    visit: int
    ready: int
    released_by: Row | None
    start: int = NAT
    end: int = NAT
    outcome: Outcome = "open"
    stage: str | None = None
    owner: str | None = None
    session: str | None = None
    needs: tuple[NeedRow, ...] = ()
    stints: list[Stint] = field(default_factory=list)
    unsplittable: bool = False
    duration_us: int = 0

    @property
    def key(self) -> tuple[int, str, int, Kind]:
        return self.case, self.step, self.visit, self.kind

    def finish(self, now: int, outcome: Outcome = "done") -> Row:
        self.end, self.outcome = now, outcome
        return self


@dataclass(eq=False)
class CaseState:
    """A case on its way through its process."""

    identity: int
    label: str
    process: str
    case_class: str
    accepted: int
    attributes: dict[str, str]
    priority: int
    over: simpy.Event
    in_window: bool
    parent: CaseState | None = None
    due: int = BEYOND
    due_since: int = NAT  # when a step set it last
    withdrawn: bool = False
    visits: Counter[str] = field(default_factory=Counter)
    servers: dict[str, tuple[Server, ...]] = field(default_factory=dict)
    waiting: set[Any] = field(default_factory=set)

    def visit(self, name: str) -> int:
        """The number of this execution of a step, choice, rework or spawn, from 0 (rule 11)."""
        visit = self.visits[name]
        self.visits[name] = visit + 1
        return visit

    def set_due(self, now: int, due: int) -> None:
        """Rule 9; of several set at one instant the earliest stands, whichever branch is listed first."""
        self.due = min(self.due, due) if self.due_since == now else due
        self.due_since = now

    def extend_due(self, now: int, elapsed: int) -> None:
        """A step's own elapsed time extends the due that was set before this instant (rule 9)."""
        if self.due != BEYOND and self.due_since != now:
            self.due += elapsed


class History:
    """The rows and cases of one run."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.cases: list[CaseState] = []

    def add(self, row: Row) -> Row:
        self.rows.append(row)
        return row

    def log(
        self,
        begin: int,
        end: int,
        pools: Mapping[str, tuple[GroupInfo, ...]],
        calendars: Mapping[str, Calendar],
    ) -> EventLog:
        builder = LogBuilder()
        for case in self.cases:
            builder.case(
                case.identity,
                case.case_class,
                case.process,
                case.accepted,
                label=case.label,
                parent=None if case.parent is None else case.parent.identity,
                attributes=case.attributes,
            )
        for row in self.rows:
            builder.row(
                row.kind,
                row.case,
                row.step,
                row.visit,
                ready=row.ready,
                start=row.start,
                end=row.end,
                outcome=row.outcome,
                stage=row.stage,
                owner=row.owner,
                session=row.session,
                needs=row.needs,
                stints=row.stints,
                released_by=None if row.released_by is None else row.released_by.key,
                unsplittable=row.unsplittable,
                duration_us=row.duration_us,
            )
        return builder.build(begin, end, pools=pools, calendars=calendars)
