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
from sim.study import samples_of
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
    samples = samples_of(scenarios, seed, replications, engine=engine, workers=workers, progress=progress)
    found = [
        (assess(scenario, its, samples[0] if i else None), its)
        for i, (scenario, its) in enumerate(zip(scenarios, samples, strict=True))
    ]
    first, last, others = found[0], found[1], dict(zip(built, found[2:], strict=True))
    ranked = []
    for reform in reforms:
        alone, without_it = others.get(("alone", reform)), others.get(("without", reform))
        first_in, last_out = _changes(first, alone), _changes(without_it, last)
        growing_alone, growing_without = _growing(alone), _growing(without_it)
        ranked += [
            Ranked(
                reform,
                verdict.limit,
                first_in.get(verdict.limit),
                last_out.get(verdict.limit),
                verdict.limit in growing_alone,
                verdict.limit in growing_without,
            )
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


def _changes(before: _Found | None, after: _Found | None) -> dict[str, Change]:
    if before is None or after is None:
        return {}
    return {change.limit: change for change in changes(*before, *after)}


def _growing(found: _Found | None) -> set[str]:
    return set() if found is None else {verdict.limit for verdict in found[0].verdicts if verdict.growing}


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
