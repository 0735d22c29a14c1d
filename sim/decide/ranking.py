"""Which reforms matter: each alone on top of what was before (first in), each taken out of the whole (last out)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from sim.analysis.compare import changes
from sim.analysis.results import Change, Ranked, Ranking, ScenarioResult
from sim.analysis.samples import Sample
from sim.analysis.statistics import CONFIDENCE
from sim.errors import InputError
from sim.model.scenario import Folder, Scenario, ScenarioSpec
from sim.names import find
from sim.text import Text

Role = Literal["alone", "without"]
ROLES: tuple[Role, Role] = ("alone", "without")


class Apart(NamedTuple):
    """What is to be simulated so that the reforms that ``after`` has and ``before`` has not are told apart.

    ``built``: before with a reform, the whole without it; ``lacking``: reforms for which the folder cannot be built so,
    and why.
    """

    before: str
    after: str
    reforms: tuple[str, ...]
    built: Mapping[tuple[Role, str], Scenario]
    lacking: Mapping[str, Text]

    def scenarios(self) -> list[Scenario]:
        """Each once: with two reforms, the first alone is the whole without the second."""
        return list({scenario.id: scenario for scenario in self.built.values()}.values())


def apart(folder: Folder, before: str, after: str, known: Sequence[Scenario] = ()) -> Apart:
    """Before and after with each reform by itself; where that is one of the ``known`` scenarios, it is that one.

    Errors: InputError for unknown scenarios, and where ``after`` has no reform that ``before`` has not.
    """
    first, last = (find(folder.scenarios, id_, Text("情景", "scenario")) for id_ in (before, after))
    reforms = [reform for reform in last.reforms if reform not in first.reforms]
    if not reforms:
        raise InputError(
            Text("后一情景没有前一情景所没有的举措", "the second scenario has no reform that the first has not"),
            Text("换一个情景", "choose another scenario"),
            where=after,
        )
    lacking: dict[str, Text] = {}
    built: dict[tuple[Role, str], Scenario] = {}
    same = {scenario.hash: scenario for scenario in known}
    for reform in reforms:
        rest = [other for other in last.reforms if other != reform]
        asked: list[tuple[Role, str, ScenarioSpec]] = [
            ("alone", f"{before}+{reform}", _with(first, [*first.reforms, reform])),
            ("without", f"{after}~{reform}", _with(last, rest)),
        ]
        for role, id_, spec in asked:
            try:
                scenario = folder.model_copy(update={"scenarios": {id_: spec}}).scenario(id_)
            except InputError as error:
                lacking[reform] = error.rule
            else:
                built[role, reform] = same.setdefault(scenario.hash, scenario)
    return Apart(before, after, tuple(reforms), built, lacking)


def _with(spec: ScenarioSpec, reforms: Sequence[str]) -> ScenarioSpec:
    return spec.model_copy(update={"reforms": tuple(reforms)})


class Found(NamedTuple):
    """A scenario's result, and the samples that it comes from."""

    result: ScenarioResult
    samples: Sequence[Sample]


class OneByOne:
    """Takes the scenarios of ``asked`` as they are found, in any order, under the same random numbers."""

    def __init__(self, asked: Apart, before: Found, after: Found, confidence: float = CONFIDENCE) -> None:
        self._asked, self._before, self._after, self._confidence = asked, before, after, confidence
        self._effects: dict[tuple[Role, str], dict[str, Change]] = {}
        self._growing: dict[tuple[Role, str], set[str]] = {}
        self.take(before)
        self.take(after)

    def take(self, found: Found) -> None:
        for role, reform in (key for key, built in self._asked.built.items() if built.id == found.result.id):
            pair = (*self._before, *found) if role == "alone" else (*found, *self._after)
            its = changes(*pair, self._confidence)
            self._effects[role, reform] = {change.limit: change for change in its}
            self._growing[role, reform] = {verdict.limit for verdict in found.result.verdicts if verdict.growing}

    def ranking(self) -> Ranking:
        ids = [verdict.limit for verdict in self._after.result.verdicts]
        ranked = tuple(self._ranked(reform, limit) for reform in self._asked.reforms for limit in ids)
        return Ranking(self._asked.before, self._asked.after, ranked, dict(self._asked.lacking))

    def _ranked(self, reform: str, limit: str) -> Ranked:
        first_in, last_out = (self._effects.get((role, reform), {}).get(limit) for role in ROLES)
        alone, without = (limit in self._growing.get((role, reform), ()) for role in ROLES)
        return Ranked(reform, limit, first_in, last_out, alone, without)
