"""The model as the checks look at it, and the form of what they find."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sim.errors import InputError, Path
from sim.model.base import Model
from sim.model.calendars import PREDEFINED, CalendarSpec
from sim.model.checks.sites import Site, sites
from sim.model.compiled_laws import CompiledLaw
from sim.model.law_forms import LawForm
from sim.model.open_time import Calendar, intersection
from sim.model.paths import ElementAt, elements_of
from sim.model.process import Mark, SessionStep, WaitStep, WorkStep
from sim.names import nearest
from sim.text import Text


class Whole:
    """A model, with what several checks ask of it; ``like`` is another one whose calendars may be the same."""

    def __init__(self, model: Model, like: Whole | None = None) -> None:
        self.model = model
        self._together: dict[frozenset[str], Calendar] = {}
        self._compiled: dict[str, Calendar] = {}
        self._events: dict[tuple[str, bool], dict[str, None]] = {}
        self._elements: dict[str, list[ElementAt]] = {}
        self._like = like if like is not None and _run(model) == _run(like.model) else None

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every element of every process."""
        return tuple(sites(self.model.processes))

    @cached_property
    def specs(self) -> dict[str, CalendarSpec]:
        """The calendars that there are, those of every scenario among them."""
        return {**PREDEFINED, **self.model.calendars}

    def calendar(self, id_: str) -> Calendar:
        """A calendar over the run. Errors: :class:`InputError` for a year without data and for ``same_as``."""
        if id_ not in self._compiled:
            self._compiled[id_] = self._alike(id_) or self._compile(id_)
        return self._compiled[id_]

    def _alike(self, id_: str) -> Calendar | None:
        """The other model's, where it is described alike there."""
        like = self._like
        if like is None or id_ not in like._compiled:
            return None
        alike = self.specs[id_].resolved(self.specs) == like.specs[id_].resolved(like.specs)
        return like._compiled[id_] if alike else None

    def _compile(self, id_: str) -> Calendar:
        span = self.model.study.begin, self.model.study.end
        return self.specs[id_].compile(*span, statutory=self.model.statutory, calendars=self.specs)

    def together(self, ids: frozenset[str]) -> Calendar:
        """The calendar that is open when all of these are (rule 5)."""
        if ids not in self._together:
            like, its = self._like, {id_: self.calendar(id_) for id_ in sorted(ids)}
            alike = like is not None and all(like._compiled.get(id_) is calendar for id_, calendar in its.items())
            self._together[ids] = like.together(ids) if like is not None and alike else intersection(*its.values())
        return self._together[ids]

    def pools_of(self, site: Site) -> tuple[str, ...]:
        """The pool of each need of a step of work, in order; a kept server's is that of the step that he did."""
        return self._pools[site.path]

    @cached_property
    def _pools(self) -> dict[Path, tuple[str, ...]]:
        found: dict[Path, tuple[str, ...]] = {}
        earlier: dict[tuple[str, str], str] = {}
        for process, path, element, _ in self.sites:
            if isinstance(element, WorkStep):
                found[path] = tuple(need.pool or earlier[process, str(need.same_server_as)] for need in element.by)
                earlier.setdefault((process, element.step), found[path][0])
        return found

    def calendar_of_effort(self, site: Site) -> str:
        """The calendar whose working days the effort of a step of work is given in."""
        return self.model.pools[self.pools_of(site)[0]].groups[0].calendar

    def law(self, law: LawForm, calendar: str | None) -> CompiledLaw:
        """A law in microseconds; working days are those of the calendar that it runs on."""
        in_working_days = calendar is not None and law.in_working_days
        return law.compile(self.specs[str(calendar)].working_day_us(self.specs) if in_working_days else None)

    def events(self, class_: str, *, marks: bool) -> dict[str, None]:
        """The steps that cases of a class can go through, or the marks, by their ids."""
        if (class_, marks) not in self._events:
            kinds = (Mark,) if marks else (WorkStep, WaitStep, SessionStep)
            reached = self.model.reached(self.classes.get(class_, ()))
            elements = (element for id_ in reached for element in self.model.processes[id_].elements())
            self._events[class_, marks] = {e.id: None for e in elements if isinstance(e, kinds)}
        return self._events[class_, marks]

    def elements(self, process: str) -> list[ElementAt]:
        """Every element that a case of a process comes to, with its place."""
        if process not in self._elements:
            self._elements[process] = [*elements_of(self.model, process)]
        return self._elements[process]

    @cached_property
    def classes(self) -> dict[str, tuple[str, ...]]:
        """The classes of cases, and the processes that handle each."""
        return self.model.classes()


def _run(model: Model) -> tuple[object, ...]:
    return model.statutory, model.study.begin, model.study.end


def wrong(path: Path, rule: Text, cure: Text, **value: Any) -> InputError:
    """An error at a path of the model."""
    return InputError(rule, cure, path=path, **value)


def unknown(path: Path, rule: Text, name: str, known: Iterable[str]) -> InputError:
    """A name that nobody knows, with the nearest known one."""
    return wrong(path, rule, nearest(name, known), value=name)
