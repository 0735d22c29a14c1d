"""Scenarios (情景): the base model with some reforms, and what is different between two of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from pydantic import Field

from sim.errors import InputError, Path
from sim.model.base import Model
from sim.model.demand import OpenCase
from sim.model.part import Id, Name, Part
from sim.model.reforms.application import reformed
from sim.model.reforms.facts import Fact, clock_facts, process_facts
from sim.model.reforms.operators import AnyChange, AnyClockChange
from sim.model.reforms.reform import Reform
from sim.names import find
from sim.text import Text


class ScenarioSpec(Part):
    """Which reforms a scenario has, and changes of its own beside them, such as one more crew."""

    name: Name
    note: Name | None = Field(default=None, description="what a reader should know of it, in words")
    reforms: tuple[Id, ...] = ()
    changes: tuple[AnyChange, ...] = ()
    clock_changes: tuple[AnyClockChange, ...] = ()


class Folder(Model):
    """Everything that a scenario folder describes: the base model, the reforms and the scenarios."""

    reforms: dict[Id, Reform] = Field(default_factory=dict)
    scenarios: dict[Id, ScenarioSpec] = Field(default_factory=dict)

    def base(self) -> Model:
        """The model before any reform."""
        return Model.model_construct(**{name: getattr(self, name) for name in Model.model_fields})

    def scenario(self, id_: str) -> Scenario:
        """The base with the scenario's reforms, and its own changes as a last one under the scenario's own id.

        Errors: :class:`InputError` for an unknown id, and what :func:`reformed` refuses.
        """
        spec = find(self.scenarios, id_, Text("情景", "scenario"))
        here = ("scenarios", id_)
        reforms: list[tuple[Path, str, Reform]] = []
        for i, reform in enumerate(spec.reforms):
            try:
                known = find(self.reforms, reform, Text("改革举措", "reform"))
            except InputError as error:
                raise InputError(error.rule, error.cure, path=(*here, "reforms", i), value=reform) from None
            if reform in spec.reforms[:i]:
                raise InputError(
                    Text("一项改革举措在情景中列了两次", "a scenario lists a reform twice"),
                    Text("删去一处", "take one of them out"),
                    path=(*here, "reforms", i),
                    value=reform,
                )
            reforms.append((("reforms", reform), reform, known))
        if spec.changes or spec.clock_changes:
            own = Reform(name=spec.name, changes=spec.changes, clock_changes=spec.clock_changes)
            reforms.append((here, id_, own))
        base = self.base()
        after = reformed(base, reforms, (*here, "reforms"))
        return Scenario(id_, spec.name, after.model, tuple((name, r) for _, name, r in reforms), base, after.process)


@dataclass(frozen=True, eq=False)
class Scenario:
    """The base model with some reforms applied, ready to run.

    ``process`` is the model before the changes of the clock (rule 19); both, and ``base``, are ``model`` itself where
    they are left out.
    """

    id: str
    name: Text
    model: Model
    reforms: tuple[tuple[str, Reform], ...] = ()
    base: Model | None = None
    process: Model | None = None

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON of the reformed model: what a run is identified by."""
        return model_hash(self.model)

    def opening_with(self, initial: Sequence[OpenCase]) -> Scenario:
        """The same from these open cases on, for many runs that differ in nothing else: its hash is made of this
        one's and theirs."""
        found = replace(self, model=self.model.model_copy(update={"initial": tuple(initial)}), process=None)
        written = json.dumps([case.model_dump(mode="json", by_alias=True) for case in initial], ensure_ascii=False)
        found.__dict__["hash"] = hashlib.sha256(f"{self.hash}\n{written}".encode()).hexdigest()
        return found


class Told(NamedTuple):
    """A reform that only one of two scenarios has, and what it changes on one side, in words."""

    id: str
    reform: Reform
    gone: bool
    changes: tuple[Text, ...]


@dataclass(frozen=True)
class Side:
    """What changes in the process, or what changes of the clock: reforms, and what comes of all of them together."""

    reforms: tuple[Told, ...]
    effects: tuple[Fact, ...]


@dataclass(frozen=True)
class Difference:
    """What changes between two scenarios, in words; process and clock apart (rule 19)."""

    process: Side
    clock: Side


def difference(a: Scenario, b: Scenario) -> Difference:
    """What changes from ``a`` to ``b``: by the reforms that only one of them has, and as plain facts."""
    process: list[Told] = []
    clock: list[Told] = []
    for scenario, other in ((a, b), (b, a)):
        base = scenario.base or scenario.model
        for id_, reform in (one for one in scenario.reforms if one not in other.reforms):
            for changes, told in ((reform.changes, process), (reform.clock_changes, clock)):
                if changes:
                    told.append(Told(id_, reform, scenario is a, tuple(change.describe(base) for change in changes)))
    facts = tuple(process_facts(a.process or a.model, b.process or b.model))
    counted = tuple(fact for fact in process_facts(a.model, b.model) if fact not in facts)
    return Difference(Side(tuple(process), facts), Side(tuple(clock), (*clock_facts(a.model, b.model), *counted)))


def content_hash(folder: Folder) -> str:
    """SHA-256 over everything that a folder describes, in the order in which it is read."""
    written = folder.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(written, ensure_ascii=False).encode()).hexdigest()


def model_hash(model: Model) -> str:
    """SHA-256 over the model as JSON without white space, keys sorted: their order in the files changes no run."""
    written = model.model_dump(mode="json", by_alias=True)
    canonical = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
