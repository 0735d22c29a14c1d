"""The log as plain rows and cases; the model as what it says of calendars, laws and random numbers."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.engine.streams import case_identity, stream_id, uniform
from sim.eventlog import KINDS, NAT, NO_ROW, OUTCOMES, EventLog, NeedRow, Server
from sim.model.base import Model
from sim.model.calendars import PREDEFINED
from sim.model.compiled_laws import CompiledLaw
from sim.model.demand import OpenCase, Position
from sim.model.law_forms import LawForm
from sim.model.open_time import BEYOND, Calendar, intersection, midnight
from sim.model.process import Step, WorkStep
from sim.model.quantities import Quantity, to_us


class Stint(NamedTuple):
    start: int
    stop: int | None
    servers: tuple[Server, ...]


@dataclass(eq=False)
class Row:
    kind: str
    case: int
    step: str
    visit: int
    ready: int
    start: int | None
    end: int | None
    outcome: str
    stage: str | None
    owner: str | None
    session: str | None
    needs: tuple[NeedRow, ...]
    unsplittable: bool
    duration_us: int
    stints: list[Stint]
    by: Row | None = None

    def __str__(self) -> str:
        return f"{self.step or self.kind}#{self.visit} of {self.case:x}"

    @property
    def last_stop(self) -> int | None:
        return self.stints[-1].stop if self.stints else None


@dataclass(eq=False)
class Case:
    identity: int
    label: str
    case_class: str | None
    process: str
    parent: int | None
    accepted: int
    attributes: dict[str, str]
    known: OpenCase | None = None
    rows: list[Row] = field(default_factory=list)

    def row(self, *kinds: str) -> Row | None:
        return next((row for row in self.rows if row.kind in kinds), None)

    @property
    def over(self) -> Row | None:
        return self.row("closed", "withdrawn")

    @property
    def withdrawn(self) -> int | None:
        """When it was withdrawn."""
        row = self.row("withdrawn")
        return None if row is None else row.ready


@dataclass(frozen=True)
class Told:
    """What the walk along a process says of one execution, for those who look at the row next."""

    step: Step
    process: str
    position: Position | None


class World:
    """The log, the model, and what the checks have told one another so far."""

    def __init__(self, log: EventLog, model: Model, seed: int, replication: int) -> None:
        self.log, self.model, self.seed, self.replication = log, model, seed, replication
        self.wrong: list[str] = []
        study = model.study
        self.begin, self.window, self.cap, self.end = study.begin, study.window, study.end, log.end_of_run
        self.specs = {**PREDEFINED, **model.calendars}
        first = min([self.begin, *(instant(case.accepted) for case in model.initial)])
        self.calendars = self.compiled(first, self.cap)
        self._openings = {name: (c.opens.tolist(), c.closes.tolist()) for name, c in self.calendars.items()}
        self._together: dict[frozenset[str], Calendar] = {}
        self.rows = _rows(log)
        self.cases = _cases(log)
        for row in self.rows:
            self.cases[row.case].rows.append(row)
        self.by_key = {(row.case, row.step, row.visit, row.kind): row for row in self.rows}
        for k, known in enumerate(sorted(model.initial, key=lambda case: case.case.encode()), start=1):
            self.cases[case_identity(stream_id("initial"), k)].known = known
        # told by the walk along the processes
        self.told: dict[Row, Told] = {}
        self.released: dict[Row, tuple[Row, ...]] = {}
        """The rows that had to end for a row to be ready; all branches of a join, not only the one in the log."""
        self.dues: dict[int, list[tuple[Row, str, int | None]]] = defaultdict(list)
        """Per case, in any order: (row, "set", due) at its ready, (row, "extend", elapsed) at its end."""

    def refuse(self, rule: str, where: object, what: str) -> None:
        self.wrong.append(f"rule {rule}: {where}: {what}")

    def expect(self, rule: str, where: object, what: str, found: Any, expected: Any) -> None:
        if found != expected:
            self.refuse(rule, where, f"{what} is {found}, not {expected}")

    # --- the model's calendars and laws

    def compiled(self, first: int, last: int) -> dict[str, Calendar]:
        statutory = self.model.statutory
        return {k: v.compile(first, last, statutory=statutory, calendars=self.specs) for k, v in self.specs.items()}

    def together(self, servers: tuple[Server, ...]) -> Calendar:
        """Open when the calendars of all these servers are (rule 5)."""
        names = frozenset(self.group(server).calendar for server in servers)
        if names not in self._together:
            self._together[names] = intersection(*(self.calendars[name] for name in sorted(names)))
        return self._together[names]

    def group(self, server: Server) -> Any:
        return self.model.pools[server.pool].groups[server.group]

    def speed(self, servers: tuple[Server, ...]) -> float:
        return min(float(self.group(server).speed.value) for server in servers)

    def closing(self, calendar: str, t: int) -> int | None:
        """The first closing after t; none after the last one of the run."""
        closes = self._openings[calendar][1]
        i = bisect_right(closes, t)
        return None if i == len(closes) or closes[i] == BEYOND else closes[i]

    def open_until(self, calendar: str, t: int) -> int | None:
        """The closing of the opening that contains t; None when it is closed."""
        opens, closes = self._openings[calendar]
        i = bisect_right(opens, t) - 1
        return closes[i] if i >= 0 and t < closes[i] else None

    def after(self, calendar: str | None, t: int, d: int) -> int | None:
        """When d has passed; None past the end of the run (rule 2)."""
        if calendar is not None:
            return self.after_open(self.calendars[calendar], t, d)
        return None if t + d > self.cap else t + d

    def after_open(self, calendar: Calendar, t: int, d: int) -> int | None:
        found = calendar.after(t, d)
        return None if found > self.cap else found

    def working_day(self, calendar: str | None, used: bool) -> int | None:
        return self.specs[calendar].working_day_us(self.specs) if calendar and used else None

    def law(self, law: LawForm, calendar: str | None) -> CompiledLaw:
        return law.compile(self.working_day(calendar, law.in_working_days))

    def amount(self, quantity: Quantity, calendar: str | None) -> int:
        return round(to_us(quantity, self.working_day(calendar, quantity.unit == "wd")))

    def uniform(self, stream: str, case: int, visit: int) -> float:
        return uniform(self.seed, self.replication, stream_id(stream), case, visit)

    def draw(self, row: Row, speed: float) -> int:
        """The whole duration of work or of a wait, with the factors of rule 3."""
        law, u, factors = self._drawn(row)
        return law.draw_us(u, **factors, slowest=1 / speed)

    def rest(self, row: Row, elapsed: int, speed: float) -> int:
        """What is left of one that has been open for so long when the run begins (rule 14)."""
        law, u, factors = self._drawn(row)
        return law.residual_us(u, elapsed, **factors, slowest=1 / speed)

    def _drawn(self, row: Row) -> tuple[CompiledLaw, float, dict[str, float]]:
        step: Any = self.told[row].step
        if isinstance(step, WorkStep):
            law = self.law(step.effort, self.model.pools[row.needs[0].pool].groups[0].calendar)
        else:
            law = self.law(step.takes, step.calendar)
        repeat = step.on_repeat[min(row.visit, len(step.on_repeat)) - 1].value if row.visit and step.on_repeat else 1.0
        of_class = 1.0
        if step.factor is not None:
            figure = step.factor.values.get(self.cases[row.case].attributes.get(step.factor.attribute))
            of_class = 1.0 if figure is None else figure.value
        u = self.uniform(f"{row.step}/duration", row.case, row.visit)
        return law, u, {"rework": repeat, "case_class": of_class}


def instant(moment: dt.datetime) -> int:
    return midnight(moment.date()) + round(
        (moment - dt.datetime.combine(moment.date(), dt.time())).total_seconds() * 1e6
    )


def _cases(log: EventLog) -> dict[int, Case]:
    table = log.cases
    ids = [int(identity) for identity in table.id]
    return {
        identity: Case(
            identity, table.label[i], table.case_class[i], str(table.process[i]),
            None if table.parent[i] < 0 else ids[table.parent[i]], int(table.accepted[i]),
            {name: value for name, column in table.attributes.items() if (value := column[i]) is not None},
        )
        for i, identity in enumerate(ids)
    }  # fmt: skip


def _rows(log: EventLog) -> list[Row]:
    def time(t: int) -> int | None:
        return None if t == NAT else int(t)

    stints = log.stints
    each = [
        Stint(int(stints.start[s]), time(stints.stop[s]), tuple(log.servers[i] for i in stints.servers[a:b]))
        for s, (a, b) in enumerate(zip(stints.server_first[:-1], stints.server_first[1:], strict=True))
    ]
    rows = [
        Row(
            KINDS[log.kind[i]], int(log.cases.id[log.case[i]]), log.step[i] or "", int(log.visit[i]),
            int(log.ready[i]), time(log.start[i]), time(log.end[i]), OUTCOMES[log.outcome[i]], log.stage[i],
            log.owner[i], log.session[i], log.needs_names[log.needs[i]] if log.needs[i] >= 0 else (),
            bool(log.unsplittable[i]), int(log.duration_us[i]), each[stints.first[i] : stints.first[i + 1]],
        )
        for i in range(len(log))
    ]  # fmt: skip
    for i, by in enumerate(log.released_by.tolist()):
        rows[i].by = None if by == NO_ROW else rows[by]
    return rows
