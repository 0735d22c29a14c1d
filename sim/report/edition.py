"""An edition: what a study found, the folder it is about, the reader's language. Pages and charts are given one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sim.analysis.results import Change, ReadingResult, ScenarioResult, Sticking, StudyResult, Verdict
from sim.model.base import Model
from sim.model.limits import Limit
from sim.model.paths import steps_of
from sim.model.process import walk_elements
from sim.model.scenario import Folder, Scenario
from sim.report import numbers, typography, wording
from sim.report.charts.step_words import waits_for_opening
from sim.report.verdict_words import ASSUMED
from sim.report.wording import TIME_KINDS
from sim.text import Language, Text

ENOUGH = 10
"""Replications below which an interval is told with a warning: Student's t is then wide, and normality a hope."""

_OTHER_OWNER = Text("其他", "others")


@dataclass(frozen=True)
class Edition:
    """Looks names up and finds results; it computes nothing."""

    result: StudyResult
    folder: Folder
    language: Language

    def say(self, text: Text | str) -> str:
        """A text in the reader's language, fit to be shown."""
        return typography.shown(text if isinstance(text, str) else text.in_(self.language), self.language)

    def prose(self, text: Text) -> str:
        """A sentence, which may be longer than a name."""
        return typography.shown(text.in_(self.language), self.language, longest=2000)

    def exact(self, text: str) -> str:
        """A quotation or a path: the words as they are, but nothing invisible in them."""
        return typography.cleaned(text, longest=2000)

    def choose(self, zh: str, en: str) -> str:
        """The words for this reader."""
        return zh if self.language == "zh" else en

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the study, by id, in its order."""
        return {found.id: self.folder.scenario(found.id) for found in self.result.scenarios}

    @property
    def before(self) -> ScenarioResult | None:
        """The scenario that the others are compared with; None where there is one only."""
        return self.result.scenarios[0] if len(self.result.scenarios) > 1 else None

    @property
    def last(self) -> ScenarioResult:
        """The scenario whose sticking points and conclusions lead: the last one."""
        return self.result.scenarios[-1]

    @property
    def assumed(self) -> bool:
        """Whether anything in it rests on assumptions."""
        return any(verdict.assumed for verdict in self.verdicts())

    @property
    def stamp(self) -> str:
        """What every page and picture says while anything rests on assumptions; empty when nothing does."""
        return self.say(ASSUMED) if self.assumed else ""

    def few(self, replications: int | None = None) -> str:
        """What stands beside intervals from few replications, which are rough; empty where they are enough."""
        number = self.result.replications if replications is None else replications
        if number >= ENOUGH:
            return ""
        if number == 1:
            return self.choose("只模拟 1 次，没有区间", "one replication: no interval")
        return self.choose(f"只模拟 {number} 次，区间粗略", f"only {number} replications, rough intervals")

    def bracketed(self, words: str) -> str:
        """``（…）`` / `` (…)`` behind what it belongs to; nothing around nothing."""
        return numbers.bracketed(words, self.language) if words else ""

    def verdicts(self) -> Iterator[Verdict]:
        """All verdicts of all scenarios."""
        return (verdict for found in self.result.scenarios for verdict in found.verdicts)

    def limits(self, *, numbered: bool) -> list[str]:
        """Ids of the commitments, with or without a number, service by service."""
        its = self.result.scenarios[0].verdicts
        known = {v.limit for v in its if (v.value != "no-number") == numbered}
        return [id_ for ids in self.services.values() for id_ in ids if id_ in known]

    @cached_property
    def measured(self) -> list[str]:
        """Ids of the commitments that a reading has figures of, whether or not the plan gives them a number."""
        known = {v.limit for v in self.verdicts() if v.default is not None}
        return [id_ for ids in self.services.values() for id_ in ids if id_ in known]

    @cached_property
    def services(self) -> dict[str, list[str]]:
        """The commitments of each service, in the order in which the folder names the services."""
        ids = [verdict.limit for verdict in self.result.scenarios[0].verdicts]
        found = {service: [i for i in ids if self.limit(i).service == service] for service in self.folder.services}
        return {service: its for service, its in found.items() if its}

    def service_name(self, id_: str) -> str:
        return self.say(self.folder.services[id_].name)

    def limit(self, id_: str) -> Limit:
        """The commitment as the last scenario that has it describes it."""
        models = [scenario.model for scenario in reversed(self.scenarios.values())]
        return next(model.limits[id_] for model in models if id_ in model.limits)

    def verdict(self, limit: str, scenario: str) -> Verdict | None:
        """What a scenario says about a commitment."""
        of = next(found for found in self.result.scenarios if found.id == scenario)
        return next((verdict for verdict in of.verdicts if verdict.limit == limit), None)

    def across(self, limit: str) -> list[tuple[ScenarioResult, Verdict]]:
        """What each scenario says about a commitment."""
        pairs = ((found, self.verdict(limit, found.id)) for found in self.result.scenarios)
        return [(found, verdict) for found, verdict in pairs if verdict is not None]

    def change(self, limit: str, after: str) -> Change | None:
        """What changed for a commitment from the first scenario to this one."""
        return next((c for c in self.result.changes if c.limit == limit and c.after == after), None)

    def scenario_name(self, id_: str) -> str:
        return self.say(self.scenarios[id_].name)

    def owner_name(self, id_: str | None) -> str:
        names = self.folder.owner_names()
        return self.say(names.get(id_ or "", Text(id_, id_) if id_ else _OTHER_OWNER))

    def pool_name(self, id_: str) -> str:
        pools = next((s.model.pools for s in self.scenarios.values() if id_ in s.model.pools), {})
        return self.say(pools[id_].name if id_ in pools else id_)

    def class_name(self, id_: str) -> str:
        """A class of cases by its source, else by its process."""
        for source in self.folder.sources.values():
            if (source.case_class or source.process) == id_:
                return self.say(source.name)
        return self.process_name(id_)

    def process_name(self, id_: str) -> str:
        """A process by its name in any scenario."""
        models: list[Model] = [s.model for s in self.scenarios.values()]
        return self.say(next((m.processes[id_].name for m in models if id_ in m.processes), id_))

    def step_name(self, path: str) -> str:
        """The step's own name, in any scenario, by its path through calls."""
        return self.say(self._step_names.get(path, path.rpartition("/")[2]))

    def season(self, path: str) -> str:
        """``（季节性停工）`` behind a step that waits for a season to open; empty behind all others."""
        return self.bracketed(self.say(wording.CLOSED_SEASON)) if path in self._seasons else ""

    @cached_property
    def _seasons(self) -> frozenset[str]:
        """Paths of the steps that wait for a calendar with closures to open, and for nothing else."""
        return frozenset(
            at.path
            for scenario in self.scenarios.values()
            for process in scenario.model.processes
            for at in steps_of(scenario.model, process)
            if waits_for_opening(at.step)
            and (calendar := scenario.model.calendars.get(getattr(at.step, "calendar", "")))
            and calendar.closures
        )

    @cached_property
    def step_owners(self) -> dict[str, dict[str, str]]:
        """By scenario, whose each step is, by its path."""
        return {
            name: {at.path: at.owner or "" for process in its.model.processes for at in steps_of(its.model, process)}
            for name, its in self.scenarios.items()
        }

    @cached_property
    def season_owners(self) -> frozenset[str]:
        """Owners of whom every step is to wait for a season to open: no people, and no queue."""
        owned: dict[str, set[bool]] = {}
        for owners in self.step_owners.values():
            for path, owner in owners.items():
                owned.setdefault(owner, set()).add(path in self._seasons)
        return frozenset(owner for owner, opening in owned.items() if opening == {True})

    @cached_property
    def _step_names(self) -> dict[str, Text]:
        found: dict[str, Text] = {}
        for scenario in self.scenarios.values():
            for process in scenario.model.processes:
                for at in steps_of(scenario.model, process):
                    found.setdefault(at.path, at.step.name or Text(at.step.id, at.step.id))
                for element in walk_elements(scenario.model.processes[process].flow):
                    name = getattr(element, "name", None)
                    if name is not None and element.id:
                        found.setdefault(f"{process}/{element.id}", name)
        return found

    def unit(self, result: ReadingResult) -> str:
        """``工作日``, ``wd``."""
        return wording.short_unit(result.reading).in_(self.language)

    def amount(self, days: str, result: ReadingResult) -> str:
        """``14.2 个工作日``, ``14.2 wd``."""
        return f"{days} {wording.after_number(result.reading).in_(self.language)}"

    def sticking(self, sticking: Sticking, result: ReadingResult) -> str:
        """``竣工检验（排队等人手）2.1 个工作日``; what a wait is for, its own name says."""
        kind = TIME_KINDS.get(sticking.kind)
        words = self.season(sticking.step) if kind is None else self.bracketed(self.say(kind))
        space = self.choose(" " if not words else "", " ")
        return f"{self.step_name(sticking.step)}{words}{space}{self.amount(numbers.days(sticking.days), result)}"
