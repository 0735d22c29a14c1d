"""The fewest people per pool with which a limit is kept (how many inspection teams?), and what fewer or more bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.analysis.assess import assess
from sim.analysis.fewest_people import Staffing, Tried
from sim.analysis.results import PoolLoad, ScenarioResult, Verdict
from sim.decide.fewest import Answer, Point, Search
from sim.engine.engines import ENGINE, EngineName, ready
from sim.engine.replicate import Progress
from sim.errors import InputError
from sim.model.base import Model
from sim.model.figure_paths import parts_of
from sim.model.paths import StepAt, steps_of
from sim.model.pools import Pool
from sim.model.process import SessionStep, WaitStep, WorkStep
from sim.model.reforms.change import changed
from sim.model.scenario import Scenario
from sim.names import find
from sim.runs.simulated import some_at_a_time
from sim.text import Text

MOST = 60
"""Staffings that are simulated at most, unless one says otherwise."""
_SLACK = 4
"""The ceiling: so many times the work that comes, and twice what there is."""


def fewest(
    scenario: Scenario,
    limit_id: str,
    *,
    seed: int,
    replications: int,
    pools: Sequence[str] = (),
    costs: Mapping[str, float] | None = None,
    most: int = MOST,
    engine: EngineName = ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    told: Callable[[Tried], None] | None = None,
) -> Staffing:
    """Search for the fewest people that keep a limit, all staffings under the same random numbers.

    ``pools``: the ones that may vary; by default those whose work counts for the limit. ``costs``: of one person of a
    pool, 1 where it is not given. ``told``: called with every staffing that was simulated. Only what shares people or
    sessions with the limit's cases is simulated, which changes nothing of them (rule 11).

    Errors: InputError for a limit without a number, a pool that does not exist, and where no people do what counts.
    """
    limit = find(scenario.model.limits, limit_id, Text("承诺", "commitment"))
    if limit.default_reading() is None or (limit.value is None or limit.is_ratio):
        raise InputError(
            Text("这项承诺没有按件或按平均计的时限", "this commitment has no limit on the time of cases"),
            Text("选一项有数字的承诺", "choose one with a number"),
            where="--limit",
            value=limit_id,
        )
    runs = _Runs(connected(scenario, limit_id), limit_id, seed, replications, ready(engine), workers, progress)
    as_it_is = runs.result(runs.base)
    work, beyond = _what_counts(runs.base.model, as_it_is)
    varied = tuple(dict.fromkeys(pools)) or work
    _refuse(varied, work, runs.base.model, limit_id, beyond)
    each = tuple((costs or {}).get(pool, 1.0) for pool in varied)
    tried: dict[Point, Tried] = {}

    def simulated(people: Point) -> Tried:
        if people not in tried:
            result = (
                as_it_is if people == now else runs.result(_staffed(runs.base, dict(zip(varied, people, strict=True))))
            )
            cost = sum(n * one for n, one in zip(people, each, strict=True))
            loads = tuple(load for pool in varied for load in result.pools if load.pool == pool)
            tried[people] = Tried(people, cost, runs.verdict(result), loads)
            if told:
                told(tried[people])
        return tried[people]

    now = tuple(runs.base.model.pools[pool].servers for pool in varied)
    loads = simulated(now).loads
    least = [_least(runs.base.model, pool, load) for pool, load in zip(varied, loads, strict=True)]
    ceiling = tuple(max(_SLACK * low, 2 * n) for low, n in zip(least, now, strict=True))
    at_ease = simulated(ceiling)
    floor = tuple(_least(runs.base.model, pool, load) for pool, load in zip(varied, at_ease.loads, strict=True))

    def ask(people: Point) -> Answer:
        found = simulated(people)
        pairs = zip(found.loads, at_ease.loads, strict=True)
        return Answer(found.keeps, tuple(max(0.0, _waited(load) - _waited(calm)) for load, calm in pairs))

    search = Search(ask, each, floor, ceiling, most)
    best = search.fewest()
    found = None if best is None else tried.get(best) or simulated(best)
    return Staffing(
        scenario,
        limit_id,
        varied,
        each,
        tried[now],
        floor,
        at_ease,
        found,
        search.proven,
        tuple(tried.values()),
        beyond,
        () if found is None else runs.spoiled(_staffed(runs.base, dict(zip(varied, found.people, strict=True)))),
        seed,
        replications,
        runs.engine,
    )


@dataclass
class _Runs:
    """Simulates staffings of one scenario."""

    base: Scenario
    limit: str
    seed: int
    replications: int
    engine: EngineName
    workers: int
    progress: Progress | None

    def result(self, scenario: Scenario, *, all_limits: bool = False) -> ScenarioResult:
        limits = scenario.model.limits if all_limits else {self.limit: scenario.model.limits[self.limit]}
        asked = replace(scenario, model=scenario.model.model_copy(update={"limits": limits}))
        [(built, samples)] = some_at_a_time(
            [asked], self.seed, self.replications, engine=self.engine, workers=self.workers, progress=self.progress
        )
        return assess(built, samples)

    def verdict(self, result: ScenarioResult) -> Verdict:
        return next(verdict for verdict in result.verdicts if verdict.limit == self.limit)

    def spoiled(self, scenario: Scenario) -> tuple[str, ...]:
        """The limits of the model that are met as it is and not met with this staffing."""
        if len(self.base.model.limits) == 1:
            return ()
        before, after = (self.result(each, all_limits=True).verdicts for each in (self.base, scenario))
        kept = {verdict.limit for verdict in before if verdict.value != "not-met"}
        return tuple(verdict.limit for verdict in after if verdict.value == "not-met" and verdict.limit in kept)


def connected(scenario: Scenario, limit: str) -> Scenario:
    """The scenario with the sources, and the limits, that share people or sessions with the limit's cases."""
    model = scenario.model
    shared = {part for part in parts_of(model, limit) if part[0] in ("pools", "sessions")}
    used = {id_: _people_and_sessions(model, source.process) for id_, source in model.sources.items()}
    kept = {id_ for section, id_ in parts_of(model, limit) if section == "sources"}
    while grown := {id_ for id_, its in used.items() if id_ not in kept and its & shared}:
        kept |= grown
        shared |= set().union(*(used[id_] for id_ in grown))
    sources = {id_: source for id_, source in model.sources.items() if id_ in kept}
    whole = {id_: {part[1] for part in parts_of(model, id_) if part[0] == "sources"} for id_ in model.limits}
    limits = {
        id_: its
        for id_, its in model.limits.items()
        if id_ == limit or (its.value is not None and not its.is_ratio and whole[id_] and whole[id_] <= kept)
    }
    study = model.study
    if study.brief or study.longer_warm_up:
        brief = study.brief and changed(study.brief, sources=tuple(s for s in study.brief.sources if s in kept))
        study = study.model_copy(
            update={
                "brief": brief if brief and brief.sources else None,
                "longer_warm_up": {id_: n for id_, n in study.longer_warm_up.items() if id_ in kept},
            }
        )
    update = {"sources": sources, "limits": limits, "study": study}
    return replace(scenario, model=model.model_copy(update=update), base=None, process=None)


def _people_and_sessions(model: Model, process: str) -> set[tuple[str, str]]:
    elements = [e for id_ in model.reached([process], spawned=True) for e in model.processes[id_].elements()]
    pools = {("pools", need.pool) for e in elements if isinstance(e, WorkStep) for need in e.by if need.pool}
    return pools | {("sessions", e.at) for e in elements if isinstance(e, SessionStep)}


def _what_counts(model: Model, result: ScenarioResult) -> tuple[tuple[str, ...], dict[str, float]]:
    """The pools whose work the clock counts; and of the other steps that it counts, but the customer's, the days."""
    places = {at.path: at for at in _steps(model)}
    pools: dict[str, None] = {}
    beyond: dict[str, float] = {}
    [verdict] = result.verdicts
    for part in verdict.sticking:
        at = places[part.step]
        if isinstance(at.step, WorkStep):
            pools |= dict.fromkeys(need.pool for need in at.step.by if need.pool)
        elif isinstance(at.step, WaitStep) and at.owner != "customer":
            beyond[part.step] = beyond.get(part.step, 0.0) + part.days
    return tuple(pool for pool in model.pools if pool in pools), beyond


def _steps(model: Model) -> Iterator[StepAt]:
    for process in model.processes:
        yield from steps_of(model, process)


def _refuse(varied: Sequence[str], work: Sequence[str], model: Model, limit: str, beyond: Mapping[str, float]) -> None:
    """Refuse pools that nobody knows, and questions about people whose work is not known."""
    for pool in varied:
        find(model.pools, pool, Text("班组", "pool"))
        if pool not in work:
            raise InputError(
                Text("计入这项承诺的步骤不用这个班组", "no step that counts for this commitment needs this pool"),
                Text(f"可用的有: {', '.join(work)}", f"those that do: {', '.join(work)}") if work else NO_EFFORT,
                where="--pool",
                value=pool,
            )
    if not varied:
        raise InputError(
            Text(
                f"{limit} 计入的步骤只有用时,没有工时,人数多少无从计算:{_listed(beyond)}",
                f"what counts for {limit} are waits without efforts, so nobody's number matters: {_listed(beyond)}",
            ),
            NO_EFFORT,
            where="--limit",
            value=limit,
        )


NO_EFFORT = Text(
    "在步骤中写明由谁办(by)和工时(effort),代替 takes", "give the step `by` and its `effort` in place of `takes`"
)


def _listed(beyond: Mapping[str, float], most: int = 3) -> str:
    return ", ".join([*beyond][:most]) + (", …" if len(beyond) > most else "") or "-"


def _staffed(scenario: Scenario, people: Mapping[str, int]) -> Scenario:
    """The scenario with so many people in these pools; of several groups the largest one varies."""
    pools = dict(scenario.model.pools)
    for id_, n in people.items():
        pool = pools[id_]
        at, others = _varied_group(pool)
        groups = tuple(changed(g, servers=n - others) if i == at else g for i, g in enumerate(pool.groups))
        pools[id_] = pool.model_copy(update={"groups": groups})
    asked = "+".join(f"{id_}={n}" for id_, n in people.items())
    return replace(
        scenario, id=f"{scenario.id}@{asked}"[:200], model=scenario.model.model_copy(update={"pools": pools})
    )


def _varied_group(pool: Pool) -> tuple[int, int]:
    """Which group of a pool varies, and how many people the others have."""
    sizes = [int(group.servers.value) for group in pool.groups]
    at = max(range(len(sizes)), key=lambda i: sizes[i])
    return at, sum(sizes) - sizes[at]


def _least(model: Model, pool: str, load: PoolLoad) -> int:
    """The fewest that can do the work that comes, surely: with fewer the queue grows without end."""
    busy = (load.load.low if load.load.low is not None else load.load.value) or 0.0
    needed = [
        sum(need.n for need in element.by if need.pool == pool)
        for process in model.processes.values()
        for element in process.elements()
        if isinstance(element, WorkStep)
    ]
    groups = model.pools[pool].groups
    others = _varied_group(model.pools[pool])[1]
    by_work = int(busy * load.servers) + 1 if len(groups) == 1 else 1
    return max(by_work, others + 1, *needed, 1)


def _waited(load: PoolLoad) -> float:
    """Hours that all work of a pool waited together."""
    return (load.mean_wait_h or 0.0) * load.load.n
