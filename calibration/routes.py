"""Ways through a process as a log shows them: which decisions lie between one step that it tells and the next.

A flow becomes a graph of silent edges, of edges that the log shows (a step, a mark), and of edges that are the outcome
of a decision. From each thing that is shown, all silent ways to the next one are walked; a pair that can come about in
one way only tells which decisions were taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sim.model.base import Model
from sim.model.paths import elements_of
from sim.model.process import (
    Call,
    Choice,
    Flow,
    Mark,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
    walk_elements,
)

Kind = Literal["choice", "optional", "rework", "withdraw"]
START, END, WITHDRAWN = "(start)", "(end)", "(withdrawn)"
_MOST_WAYS = 2_000


class Outcome(NamedTuple):
    """What a decision came to: the branch of a choice; 0 for yes and 1 for no of the others."""

    kind: Kind
    id: str
    took: int


class Told(NamedTuple):
    """What a pair of things shown tells: decisions that were taken for certain, and those that it leaves open."""

    sure: frozenset[Outcome]
    unsure: frozenset[tuple[Kind, str]]


Edge = tuple[int, Outcome | str | None]


@dataclass
class Route:
    """One flow: what may follow what. ``shows`` has the names in the log of each thing that is shown: one of a step,
    several of a block whose inside is looked at apart (``inside``) or not at all."""

    shows: dict[str, frozenset[str]] = field(default_factory=dict)
    inside: list[tuple[frozenset[str], Route]] = field(default_factory=list)
    """The branches of parallels, each with the names that its whole block has in the log."""
    _edges: list[list[Edge]] = field(default_factory=lambda: [[]])
    _after: dict[str, set[int]] = field(default_factory=dict)
    _end: int = 0
    _gone: set[int] = field(default_factory=set)

    def pairs(self) -> dict[tuple[str, str], Told]:
        """Every pair that the flow allows, with :data:`START` before and :data:`END` or :data:`WITHDRAWN` behind."""
        found = {}
        for before, states in {START: {0}, **self._after}.items():
            ways: dict[str, list[frozenset[Outcome]]] = {}
            for state in states:
                for name, taken in self._ways(state):
                    ways.setdefault(name, []).append(taken)
            for name, several in ways.items():
                sure = frozenset.intersection(*several)
                open_ = {(o.kind, o.id) for o in frozenset.union(*several) - sure}
                found[before, name] = Told(sure, frozenset(open_))
        return found

    def _ways(self, state: int) -> Iterator[tuple[str, frozenset[Outcome]]]:
        stack: list[tuple[int, frozenset[Outcome], frozenset[int]]] = [(state, frozenset(), frozenset())]
        for _ in range(_MOST_WAYS):
            if not stack:
                return
            at, taken, been = stack.pop()
            if at == self._end:
                yield END, taken
            if at in self._gone:
                yield WITHDRAWN, taken
            for to, label in self._edges[at]:
                if isinstance(label, str):
                    yield label, taken
                elif to not in been:
                    stack.append((to, taken if label is None else taken | {label}, been | {at}))

    def _new(self) -> int:
        self._edges.append([])
        return len(self._edges) - 1

    def _to(self, at: int, label: Outcome | str | None = None, to: int | None = None) -> int:
        to = self._new() if to is None else to
        self._edges[at].append((to, label))
        if isinstance(label, str):
            self._after.setdefault(label, set()).add(to)
        return to


def route_of(model: Model, process: str, names: Mapping[str, str]) -> Route:
    """The ways through a process; ``names`` is by the element's id what the log calls it, for those that it shows."""
    return _route(model, model.processes[process].flow, names)


def _route(model: Model, flow: Flow, names: Mapping[str, str]) -> Route:
    route = Route()
    route._end = _Reader(model, names, route).flow(flow, 0, {})
    return route


class _Reader:
    def __init__(self, model: Model, names: Mapping[str, str], route: Route) -> None:
        self.model, self.names, self.route = model, names, route

    def flow(self, flow: Flow, at: int, around: Mapping[str, int]) -> int:
        """Writes a sequence; ``around`` is where the elements of the enclosing ones begin. Gives where it ends."""
        begins = dict(around)
        for element in flow:
            if element.id is not None:
                begins[element.id] = at = self.route._to(at)
            at = self.element(element, at, begins)
        return at

    def element(self, element: object, at: int, begins: Mapping[str, int]) -> int:
        route = self.route
        match element:
            case WorkStep() | WaitStep() | SessionStep():
                return self.step(element, at, begins)
            case Mark():
                return self.shown(element.id, at)
            case Choice() | Optional():
                kind: Kind = "choice" if isinstance(element, Choice) else "optional"
                branches = element.branches if isinstance(element, Choice) else element.branches()
                end = route._new()
                for i, branch in enumerate(branches):
                    first = route._to(at, Outcome(kind, element.id, i) if element.by is None else None)
                    route._to(self.flow(branch.flow, first, begins), to=end)
                return end
            case Parallel():
                return self.parallel(element, at)
            case Call():
                inner = {each.element.id for each in elements_of(self.model, element.target)}
                return self.block(element.id, inner, at)
            case Walk():
                return self.block(element.id, {step.id for step in walk_elements(element.steps)}, at)
            case Spawn():
                return route._to(at)
            case _:
                raise AssertionError(element)

    def step(self, step: WorkStep | WaitStep | SessionStep, at: int, begins: Mapping[str, int]) -> int:
        route = self.route
        at = self.shown(step.id, at)
        if step.withdraw is not None:
            route._gone.add(route._to(at, Outcome("withdraw", step.id, 0)))
            at = route._to(at, Outcome("withdraw", step.id, 1))
        if step.rework is not None:
            back = route._to(at, Outcome("rework", step.id, 0))
            route._to(self.flow(step.rework.first, back, begins), to=begins[step.rework.back_to or step.id])
            at = route._to(at, Outcome("rework", step.id, 1))
        return at

    def shown(self, id_: str, at: int) -> int:
        if id_ not in self.names:
            return self.route._to(at)
        self.route.shows[self.names[id_]] = frozenset({self.names[id_]})
        return self.route._to(at, self.names[id_])

    def block(self, id_: str | None, ids: Collection[str | None], at: int) -> int:
        """A block of several steps as one thing; nothing where the log shows none of them."""
        names = frozenset(self.names[i] for i in ids if i is not None and i in self.names)
        if not names:
            return self.route._to(at)
        label = f"({id_ or min(names)})"
        self.route.shows[label] = names
        return self.route._to(at, label)

    def parallel(self, element: Parallel, at: int) -> int:
        branches = [_route(self.model, flow, self.names) for flow in element.parallel]
        names = frozenset().union(*(frozenset().union(*branch.shows.values()) for branch in branches if branch.shows))
        self.route.inside += [(names, branch) for branch in branches if branch.shows]
        inner = {each.id for flow in element.parallel for each in walk_elements(flow)}
        end = self.block(element.id, inner, at)
        if names and all((START, END) in branch.pairs() for branch in branches):
            self.route._to(at, to=end)  # nothing of it shows where every branch was passed by
        return end
