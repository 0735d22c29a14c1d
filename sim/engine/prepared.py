"""What both engines need before the first instant: calendars over the run, laws, arrivals, sessions."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import numpy as np

from sim.engine.arrivals import Arrival, Brought, Rate, arrivals, brought, rate_of
from sim.eventlog import GroupInfo
from sim.model.base import Model
from sim.model.calendars import PREDEFINED, CalendarSpec
from sim.model.compiled_laws import CompiledLaw
from sim.model.demand import Source
from sim.model.law_forms import LawForm
from sim.model.open_time import BEYOND, Calendar, date_of, instant_of, intersection, midnight
from sim.model.quantities import DAY_US, MINUTE_US, Quantity, to_us
from sim.model.scenario import Scenario
from sim.model.sessions import Session


class Prepared:
    """A scenario made ready to run; the same for all replications, so it is built once and asked often."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.model: Model = scenario.model
        self.begin, self.window, self.end = self.model.study.begin, self.model.study.window, self.model.study.end
        known = [instant_of(case.accepted) for case in self.model.initial]
        self._specs: dict[str, CalendarSpec] = {**PREDEFINED, **self.model.calendars}
        self.first = min([self.begin, *known])
        self.calendars: dict[str, Calendar] = self._compiled(self._specs, self.first, self.end)
        self._laws: dict[tuple[int, str | None], tuple[LawForm, CompiledLaw]] = {}
        self._open_together: dict[frozenset[str], Calendar] = {}

    def calendar(self, ids: frozenset[str]) -> Calendar:
        """The calendar that is open when all of these are (rule 5)."""
        found = self._open_together.get(ids)
        if found is None:
            found = intersection(*(self.calendars[id_] for id_ in sorted(ids)))
            self._open_together[ids] = found
        return found

    def law(self, law: LawForm, calendar: str | None) -> CompiledLaw:
        """A law in microseconds; working days are those of the calendar that the duration runs on."""
        key = id(law), calendar
        if key not in self._laws:
            working_day = self.working_day_us(calendar) if calendar and law.in_working_days else None
            self._laws[key] = law, law.compile(working_day)
        return self._laws[key][1]

    def working_day_us(self, calendar: str) -> int:
        """The nominal open time of one working day of a calendar."""
        return self._specs[calendar].working_day_us(self._specs)

    def amount_us(self, quantity: Quantity, calendar: str | None) -> int:
        """A duration of the files in whole microseconds."""
        working_day = self.working_day_us(calendar) if calendar and quantity.unit == "wd" else None
        return round(to_us(quantity, working_day))

    def after(self, calendar: str | None, instant: int, duration: int) -> int:
        """When a duration ends that runs on a calendar, or on none (rule 6); BEYOND past the end of the run."""
        if calendar is not None:
            return self.calendars[calendar].after(instant, duration)
        return instant + duration if instant + duration <= self.end else BEYOND

    def open_time(self, calendar: str | None, a: int, b: int) -> int:
        """The time between two instants on a calendar, or on none."""
        return b - a if calendar is None else self.calendars[calendar].open_time(a, b)

    def arrivals(self, seed: int, replication: int) -> list[Arrival]:
        """The cases of all sources, in the order of instant and identity."""
        found = [
            arrival
            for name, source in self.model.sources.items()
            for arrival in arrivals(name, source, self._rates.get(name), seed, replication, self._span_of(name))
        ]
        return sorted(found, key=lambda arrival: (arrival.instant, arrival.identity))

    def brought(self, seed: int, replication: int) -> dict[str, Brought]:
        """The same in arrays, by source."""
        return {
            name: brought(name, source, self._rates.get(name), seed, replication, self._span_of(name))
            for name, source in self.model.sources.items()
        }

    def _span_of(self, source: str) -> tuple[int, int]:
        """When its cases are accepted, both ends included; one of a list at any time of the run."""
        listed = self.model.sources[source].listed is not None
        return (self.begin, self.end) if listed else self.model.study.span_of(source)

    def expected_cases(self) -> dict[str, float]:
        """How many cases each source brings on average until the window ends, or has in its list."""
        found = {}
        last = self.window[1]
        for name, source in self.model.sources.items():
            if source.listed is not None:
                found[name] = float(sum(case.n for case in source.listed))
                continue
            rate = self._rates[name]
            first = self._span_of(name)[0]
            length = np.maximum(np.minimum(rate.stop, last) - np.maximum(rate.start, first), 0)
            found[name] = float(np.sum(rate.per_us * length))
            if source.batch is not None:
                found[name] *= sum(size * share.value for size, share in source.batch.items())
        return found

    @cached_property
    def _rates(self) -> dict[str, Rate]:
        first, last = date_of(self.begin).year, date_of(self.end - 1).year
        whole_years = midnight(dt.date(first, 1, 1)), midnight(dt.date(last + 1, 1, 1)) - 1
        calendars = self._compiled(self._arrival_specs(), *whole_years)

        def rate(name: str, source: Source) -> Rate:
            calendar = None if source.calendar is None else calendars[source.calendar]
            return rate_of(source, calendar, first, last, self.model.study.begin_of(name), self.end)

        return {name: rate(name, source) for name, source in self.model.sources.items() if source.listed is None}

    def _arrival_specs(self) -> dict[str, CalendarSpec]:
        named = {source.calendar for source in self.model.sources.values()}
        return {name: spec for name, spec in self._specs.items() if name in named}

    def _compiled(self, specs: dict[str, CalendarSpec], first: int, last: int) -> dict[str, Calendar]:
        statutory = self.model.statutory
        return {
            name: spec.compile(first, last, statutory=statutory, calendars=self._specs) for name, spec in specs.items()
        }

    @cached_property
    def sessions(self) -> dict[str, list[int]]:
        """The instants of every session within the run (rule 7)."""
        return {name: self._instants(session) for name, session in self.model.sessions.items()}

    def _instants(self, session: Session) -> list[int]:
        calendar = self.calendars[session.calendar]
        found = set()
        for day in range(self.begin // DAY_US, self.end // DAY_US + 1):
            if not session.falls_on(date_of(day * DAY_US)):
                continue
            instant = day * DAY_US + session.at.value * MINUTE_US
            if not calendar.is_open(instant):
                instant = calendar.next_opening(instant) if session.when_closed == "moved" else BEYOND
            if self.begin <= instant <= self.end:
                found.add(instant)  # two of one id at one instant are one
        return sorted(found)

    @cached_property
    def groups(self) -> dict[str, tuple[GroupInfo, ...]]:
        """The pools as the log shows them."""
        return {
            name: tuple(GroupInfo(g.servers.value, g.calendar, g.speed.value, g.hand_over) for g in pool.groups)
            for name, pool in self.model.pools.items()
        }


_KEPT: dict[str, Prepared] = {}
_MOST_KEPT = 4


def prepare(scenario: Scenario) -> Prepared:
    """The preparation of a scenario, kept for its next replications in this process."""
    if scenario.hash not in _KEPT:
        while len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[scenario.hash] = Prepared(scenario)
    return _KEPT[scenario.hash]
