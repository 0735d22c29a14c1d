"""The base model: everything that a scenario folder describes, before any reform."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.bounds import REPLICATIONS, SEEDS
from sim.model.attributes import CLASS, CLASS_NAME, Attribute
from sim.model.calendars import CalendarSpec
from sim.model.clocks import SUSPENDED
from sim.model.demand import OpenCase, Source
from sim.model.limits import Limit
from sim.model.open_time import instant_of, midnight
from sim.model.part import Date, Id, Moment, Name, Part, refuse
from sim.model.pools import Pool
from sim.model.process import Call, Process, Spawn
from sim.model.quantities import DAY_US, PositiveDuration, Quantity, to_us
from sim.model.sessions import Session
from sim.model.statutory import StatutoryTable
from sim.text import Text

SCHEMA_VERSION = 1
LEGAL = "legal"
"""The id of the calendar that the law's clock runs on; every folder defines it whose limits have readings."""


Years = Annotated[int, Field(ge=0, le=20)]


class Owner(Part):
    """用时主体: whose time a step is."""

    name: Name
    compressible: bool = Field(
        default=True, description="whether a budget of time may allow it less than it takes: not customers, not frost"
    )


class Service(Part):
    """服务: what the commitments of a plan are grouped by, such as electricity."""

    name: Name


PREDEFINED_OWNERS = {SUSPENDED: Owner(name=Text("挂起", "suspended"), compressible=False)}


class Stage(Part):
    """环节: what the customer meets and the plan counts."""

    name: Name
    customer_facing: bool = True


class Brief(Part):
    """Sources whose cases are soon over, and how much of the warm-up and of the run-out they bring cases in."""

    sources: tuple[Id, ...]
    warm_up: PositiveDuration
    run_out: PositiveDuration


class Study(Part):
    """The reporting window, the warm-up before it and the run-out after it (rule 14), and how often to simulate.

    ``from`` and ``to`` are the first and the last day of the window. A run that goes on from known open cases may
    begin within the first day, ``at`` the instant that they are known at.
    """

    from_: Date = Field(alias="from")
    to: Date
    at: Moment | None = Field(default=None, description="the instant on the first day that the run begins at")
    warm_up_years: Years = Field(default=1, description="0: the run begins with the window, for all sources")
    longer_warm_up: dict[Id, Years] = Field(
        default_factory=dict, description="years of the sources whose cases outlast a year, as those that miss a season"
    )
    brief: Brief | None = Field(default=None, description="sources that need no such warm-up and run-out")
    run_out: PositiveDuration = Field(default=Quantity(amount=365, unit="d"), description="the cap of the run-out")
    replications: int = Field(default=10, ge=1, lt=REPLICATIONS)
    seed: int = Field(default=2021, ge=0, lt=SEEDS)

    @model_validator(mode="after")
    def _in_order(self) -> Study:
        if self.to < self.from_:
            raise refuse(
                Text("统计期的止日早于起日", "the reporting window ends before it begins"),
                Text("对调 from 与 to", "exchange `from` and `to`"),
            )
        if self.at is not None and (self.at.date() != self.from_ or self.warm_up_years or self.longer_warm_up):
            raise refuse(
                Text("起始时刻须在起日之内,且不设预热", "a run that begins at an instant begins on the first day"),
                Text("改正 at,并写 warm_up_years: 0", "correct `at`, and give warm_up_years: 0"),
            )
        return self

    @property
    def begin(self) -> int:
        """The run's begin, in microseconds: the window's first day less the longest warm-up."""
        return min(map(self.begin_of, self.longer_warm_up), default=self.begin_of(None))

    def begin_of(self, source: str | None) -> int:
        """From when on a source brings cases: the window's first day less its warm-up, or that of most for None."""
        if self.at is not None:
            return instant_of(self.at)
        longer = self.longer_warm_up.get(source, 0) if source is not None and self.warm_up_years else 0
        day = self.from_
        year = day.year - max(self.warm_up_years, longer)
        return midnight(day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day))

    @property
    def window(self) -> tuple[int, int]:
        """The reporting window [first, last), in microseconds."""
        first = midnight(self.from_) if self.at is None else instant_of(self.at)
        return first, midnight(self.to) + DAY_US

    @property
    def end(self) -> int:
        """The cap of the run: events at this instant still happen."""
        return self.window[1] + round(to_us(self.run_out, None))

    def span_of(self, source: str) -> tuple[int, int]:
        """From when to when a source brings cases, both ends included.

        The cases of a brief source are those that it would bring in the whole run, with their numbers and draws.
        """
        begin, end = self.begin_of(source), self.end
        if (brief := self.brief) is None or source not in brief.sources:
            return begin, end
        first, last = self.window
        return max(begin, first - round(to_us(brief.warm_up, None))), min(end, last + round(to_us(brief.run_out, None)))


class Model(Part):
    """The base model of a folder; ids are the keys of the mappings."""

    shixian: Literal[1] = Field(description="version of the format")
    name: Name
    study: Study
    statutory: StatutoryTable = StatutoryTable()
    services: dict[Id, Service] = Field(
        default_factory=dict, description="what limits are grouped by, in the order of the report"
    )
    owners: dict[Id, Owner] = Field(default_factory=dict)
    stages: dict[Id, Stage] = Field(default_factory=dict)
    calendars: dict[Id, CalendarSpec] = Field(default_factory=dict)
    sessions: dict[Id, Session] = Field(default_factory=dict)
    pools: dict[Id, Pool] = Field(default_factory=dict)
    processes: dict[Id, Process] = Field(min_length=1)
    sources: dict[Id, Source] = Field(min_length=1)
    attributes: dict[Id, Attribute] = Field(
        default_factory=dict, description="what the attributes of cases and their values are called"
    )
    limits: dict[str, Limit] = Field(default_factory=dict)
    legend: dict[str, Name] = Field(
        default_factory=dict, description="the words and marks that the sources of figures use, and what they mean"
    )
    initial: tuple[OpenCase, ...] = Field(
        default=(), description="the open cases at the begin, instead of a warm-up; or a CSV file"
    )

    def owner_names(self) -> dict[str, Text]:
        return {id_: owner.name for id_, owner in (PREDEFINED_OWNERS | self.owners).items()}

    def class_name(self, id_: str) -> Text:
        """What a class of cases is called: by the source that brings it, else by its process."""
        named = [source.name for source in self.sources.values() if source.class_() == id_]
        named += [self.processes[id_].name] if id_ in self.processes else []
        return named[0] if named else Text(id_, id_)

    def attribute_name(self, id_: str) -> Text:
        """What an attribute of cases is called; its id where it has no name."""
        if id_ == CLASS:
            return CLASS_NAME
        return self.attributes[id_].name if id_ in self.attributes else Text(id_, id_)

    def value_name(self, attribute: str, value: str) -> Text:
        """What a value of an attribute is called; the value itself where it has no name."""
        if attribute == CLASS:
            return self.class_name(value)
        named = self.attributes[attribute].values if attribute in self.attributes else {}
        return named.get(value, Text(value, value))

    def classes(self) -> dict[str, tuple[str, ...]]:
        """The classes of cases, and the processes that handle each; a class is often called as its process is."""
        found: dict[str, dict[str, None]] = {}
        for source in self.sources.values():
            found.setdefault(source.class_(), {})[source.process] = None
        for case in self.initial:
            found.setdefault(case.case_class or case.process, {})[case.process] = None
        for element in (e for process in self.processes.values() for e in process.elements()):
            for child in element.cases if isinstance(element, Spawn) else ():
                found.setdefault(child.process, {})[child.process] = None
        return {class_: tuple(processes) for class_, processes in found.items()}

    def reached(self, processes: Iterable[str], *, spawned: bool = False) -> tuple[str, ...]:
        """The processes that cases of these go through: those that they call, and those of cases that they spawn."""
        found: dict[str, None] = {}
        waiting = [*processes]
        while waiting:
            id_ = waiting.pop()
            if id_ in found or id_ not in self.processes:
                continue
            found[id_] = None
            for element in self.processes[id_].elements():
                if isinstance(element, Call):
                    waiting.append(element.target)
                elif isinstance(element, Spawn) and spawned:
                    waiting += [child.process for child in element.cases]
        return tuple(found)
