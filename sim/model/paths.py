"""The steps that a case of a process can meet, by the names of their paths: through calls, and in spawned cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from sim.model.base import Model
from sim.model.clocks import Clock, Event, names_step
from sim.model.needs import Need
from sim.model.process import Call, Element, Flow, SessionStep, Spawn, Step, WaitStep, WorkStep, subflows
from sim.text import Text

Place = tuple[tuple[bool, int], ...]
"""Where an element stands: for each block around it, whether the block's parts follow one another, and in which."""


class StepAt(NamedTuple):
    """A step of a process as the log names it; ``depth`` counts the blocks, calls and spawns around it.

    ``apart``: it is a spawned case's, and the case does not wait for that one.
    """

    path: str
    step: Step
    owner: str | None
    depth: int
    place: Place
    apart: bool


class _At(NamedTuple):
    process: str
    path: str
    place: Place
    depth: int
    apart: bool = False

    def within(self, ordered: bool, i: int) -> _At:
        return self._replace(place=(*self.place, (ordered, i)))


def steps_of(model: Model, process: str) -> Iterator[StepAt]:
    """Every step in the order of the files; a spawned process is entered once."""
    for element, at in _elements(model, process):
        if isinstance(element, WorkStep | WaitStep | SessionStep):
            owner = owner_of(model, at.process, element)
            yield StepAt(f"{at.path}/{element.id}", element, owner, at.depth, at.place, at.apart)


def reach(model: Model, process: str, clock: Clock) -> Callable[[StepAt], Literal["before", "within", "after"]]:
    """Whether the time of a step lies before a clock starts, while it may run, or after it has stopped.

    A step in another branch of a parallel than the start or the stop may run while the clock does.
    """
    places = {f"{at.path}/{element.id}": at.place for element, at in _elements(model, process) if element.id}

    def found(event: Event) -> Place | None:
        here = (place for path, place in places.items() if event.step and names_step(event.step, path))
        return next(here, None)

    start, stop = found(clock.start), found(clock.stop)

    def where(at: StepAt) -> Literal["before", "within", "after"]:
        if start is not None and (_precedes(at.place, start) or (at.place == start and clock.start.at == "end")):
            return "before"
        if stop is not None and (_precedes(stop, at.place) or (at.place == stop and clock.stop.at == "ready")):
            return "after"
        return "within"

    return where


def _precedes(a: Place, b: Place) -> bool:
    """Whether a comes before b in the block where their ways part."""
    parting = next(((x, y) for x, y in zip(a, b, strict=False) if x != y), None)
    return parting is not None and parting[0][0] and parting[0][1] < parting[1][1]


def _elements(model: Model, process: str) -> Iterator[tuple[Element, _At]]:
    yield from _in_flow(model, model.processes[process].flow, _At(process, process, (), 0), {process})


def _in_flow(model: Model, flow: Flow, at: _At, seen: set[str]) -> Iterator[tuple[Element, _At]]:
    for i, element in enumerate(flow):
        yield from _in_element(model, element, at.within(True, i), seen)


def _in_element(model: Model, element: Element, at: _At, seen: set[str]) -> Iterator[tuple[Element, _At]]:
    yield element, at
    inner = at._replace(depth=at.depth + 1)
    match element:
        case Call():
            called = inner._replace(process=element.target, path=f"{at.path}/{element.id}")
            yield from _in_flow(model, model.processes[element.target].flow, called, seen)
        case Spawn():
            for i, child in enumerate(element.cases):
                if child.process not in seen:
                    seen.add(child.process)
                    spawned = inner.within(False, i)._replace(
                        process=child.process, path=child.process, apart=at.apart or not element.wait
                    )
                    yield from _in_flow(model, model.processes[child.process].flow, spawned, seen)
    for i, flow in enumerate(subflows(element)):
        yield from _in_flow(model, flow, inner.within(False, i), seen)


def owner_of(model: Model, process: str, step: Step) -> str | None:
    """用时主体: the step's own, else its pool's, else its process's; work that keeps a server is its pool's, too."""
    if step.owner is not None:
        return step.owner
    if isinstance(step, WorkStep):
        return model.pools[pool_of(model, process, step.by[0])].owner
    return model.processes[process].owner


def pool_of(model: Model, process: str, need: Need) -> str:
    """The pool that a need asks; for a kept server that of the step whose server it is (rule 4)."""
    if need.pool is not None:
        return need.pool
    works = (element for element in model.processes[process].elements() if isinstance(element, WorkStep))
    return pool_of(model, process, next(work.by[0] for work in works if work.step == need.same_server_as))


def name_of(step: Step) -> Text:
    """A step's name; its id where it has none."""
    return step.name or Text(step.id, step.id)


def names_of(model: Model) -> dict[str, Text]:
    """The name of every step by its path, as the log has it."""
    return {at.path: name_of(at.step) for process in model.processes for at in steps_of(model, process)}
