"""Which reforms matter: each alone on top of what was before (first in), each taken out of the whole (last out)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.analysis.assess import assess
from sim.analysis.compare import changes
from sim.analysis.results import Change, ScenarioResult
from sim.analysis.samples import Sample
from sim.engine.engines import ENGINE, EngineName, ready
from sim.engine.replicate import Progress
from sim.errors import InputError
from sim.model.scenario import Folder, Scenario, ScenarioSpec
from sim.names import find
from sim.runs.simulated import some_at_a_time
from sim.text import Text


class Ranked(NamedTuple):
    """One reform and one limit; None where the folder cannot be built so, for the reason in ``lacking``.

    ``first_in``: from before to before with this reform alone. ``last_out``: from the whole without it to the whole.
    Both are before minus after, as :class:`sim.analysis.results.Change` has it: positive where the reform saves time.
    """

    reform: str
    limit: str
    first_in: Change | None
    last_out: Change | None
    grows_alone: bool
    """With it alone a queue that this limit needs grows without end."""
    grows_without: bool
    """Without it one does."""


class Ranking(NamedTuple):
    """The reforms that ``after`` has and ``before`` has not; ``whole`` is what all of them do together."""

    before: str
    after: str
    seed: int
    replications: int
    engine: EngineName
    results: tuple[ScenarioResult, ScenarioResult]
    whole: tuple[Change, ...]
    reforms: tuple[Ranked, ...]
    lacking: dict[str, Text]
    """Reforms that cannot stand alone or be left out, and why."""


def rank(
    folder: Folder,
    before: str,
    after: str,
    *,
    seed: int,
    replications: int,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
) -> Ranking:
    """Simulate before, after, and both with each reform by itself, all under the same random numbers.

    Errors: InputError for unknown scenarios, and where ``after`` has no reform that ``before`` has not.
    """
    specs = [find(folder.scenarios, id_, Text("情景", "scenario")) for id_ in (before, after)]
    reforms = [reform for reform in specs[1].reforms if reform not in specs[0].reforms]
    if not reforms:
        raise InputError(
            Text("后一情景没有前一情景所没有的举措", "the second scenario has no reform that the first has not"),
            Text("换一个情景", "choose another scenario"),
            where=after,
        )
    lacking: dict[str, Text] = {}
    built: dict[tuple[str, str], Scenario] = {}
    for reform in reforms:
        with_it = _spec(specs[0], [*specs[0].reforms, reform])
        without = _spec(specs[1], [other for other in specs[1].reforms if other != reform])
        for role, spec in (("alone", with_it), ("without", without)):
            try:
                built[role, reform] = folder.model_copy(update={"scenarios": {reform: spec}}).scenario(reform)
            except InputError as error:
                lacking[reform] = error.rule
    scenarios = [folder.scenario(before), folder.scenario(after), *built.values()]
    engine = ready(engine)
    each = some_at_a_time(scenarios, seed, replications, engine=engine, workers=workers, progress=progress)
    (scenario, its), (scenario_after, its_after) = next(each), next(each)
    first, last = (assess(scenario, its), its), (assess(scenario_after, its_after, its), its_after)
    effects: dict[tuple[str, str], dict[str, Change]] = {}
    growing: dict[tuple[str, str], set[str]] = {}
    for (role, reform), (scenario, its) in zip(built, each, strict=True):
        other = (assess(scenario, its, first[1]), its)
        effects[role, reform] = _changes(first, other) if role == "alone" else _changes(other, last)
        growing[role, reform] = _growing(other[0])
    ranked = [
        Ranked(
            reform,
            verdict.limit,
            effects.get(("alone", reform), {}).get(verdict.limit),
            effects.get(("without", reform), {}).get(verdict.limit),
            verdict.limit in growing.get(("alone", reform), ()),
            verdict.limit in growing.get(("without", reform), ()),
        )
        for reform in reforms
        for verdict in last[0].verdicts
    ]
    return Ranking(
        before,
        after,
        seed,
        replications,
        engine,
        (first[0], last[0]),
        tuple(_changes(first, last).values()),
        tuple(ranked),
        lacking,
    )


_Found = tuple[ScenarioResult, Sequence[Sample]]


def _changes(before: _Found, after: _Found) -> dict[str, Change]:
    return {change.limit: change for change in changes(*before, *after)}


def _growing(found: ScenarioResult) -> set[str]:
    return {verdict.limit for verdict in found.verdicts if verdict.growing}


def _spec(like: ScenarioSpec, reforms: Sequence[str]) -> ScenarioSpec:
    return like.model_copy(update={"reforms": tuple(reforms)})


def document(found: Ranking, limits: Sequence[str]) -> dict[str, object]:
    """The ranking of these limits as a JSON document."""
    return {
        "before": found.before,
        "after": found.after,
        "seed": found.seed,
        "replications": found.replications,
        "engine": found.engine,
        "limits": {
            limit: {
                "all": _both(next((c for c in found.whole if c.limit == limit), None)),
                "reforms": [
                    {
                        "reform": r.reform,
                        "first_in": _both(r.first_in),
                        "last_out": _both(r.last_out),
                        "grows_alone": r.grows_alone,
                        "grows_without": r.grows_without,
                    }
                    for r in found.reforms
                    if r.limit == limit
                ],
            }
            for limit in limits
        },
        "not_apart": sorted(found.lacking),
    }


def _both(change: Change | None) -> dict[str, object] | None:
    """Differences before minus after, of the mean (days) and of the share within the limit."""
    if change is None:
        return None
    compared = {"mean": change.mean, "share_within": change.share_within}
    return {
        name: None if c is None else {part: getattr(c.difference, part) for part in ("value", "low", "high")}
        for name, c in compared.items()
    }
