"""The steps that a case of a process can meet, by the names of their paths: through calls, and in spawned cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sim.model.base import Model
from sim.model.needs import Need
from sim.model.process import (
    Call,
    Choice,
    Element,
    Flow,
    Optional,
    SessionStep,
    Spawn,
    Step,
    WaitStep,
    Walk,
    WorkStep,
    subflows,
)
from sim.text import Text

Block = Literal["sequence", "choice", "beside", "walk", "spawned", "apart"]
"""What the parts of a block are to one another: one after another, one of them, side by side, in any order, cases of
their own that are waited for, or such that are not."""

Place = tuple[tuple[Block, int], ...]
"""Where an element stands: each block around it, and in which of its parts."""


class StepAt(NamedTuple):
    """A step of a process as the log names it; ``depth`` counts the blocks, calls and spawns around it."""

    path: str
    step: Step
    owner: str | None
    depth: int
    place: Place

    @property
    def apart(self) -> bool:
        """Whether it is a spawned case's, and the case does not wait for that one."""
        return any(block == "apart" for block, _ in self.place)


class ElementAt(NamedTuple):
    """An element, the process that describes it, and its path and place in the process that was asked for."""

    element: Element
    process: str
    path: str
    place: Place
    depth: int


class _At(NamedTuple):
    process: str
    path: str
    place: Place
    depth: int
    entered: frozenset[str]

    def within(self, block: Block, i: int) -> _At:
        return self._replace(place=(*self.place, (block, i)))


def steps_of(model: Model, process: str) -> Iterator[StepAt]:
    """Every step in the order of the files; a case that spawns its own kind is entered once."""
    for element, in_process, path, place, depth in elements_of(model, process):
        if isinstance(element, WorkStep | WaitStep | SessionStep):
            yield StepAt(path, element, owner_of(model, in_process, element), depth, place)


def elements_of(model: Model, process: str) -> Iterator[ElementAt]:
    """Every element in the order of the files, as :func:`steps_of`; the path of a nameless one ends in ``None``."""
    yield from _in_flow(model, model.processes[process].flow, _At(process, process, (), 0, frozenset({process})))


def _in_flow(model: Model, flow: Flow, at: _At) -> Iterator[ElementAt]:
    for i, element in enumerate(flow):
        yield from _in_element(model, element, at.within("sequence", i))


def _in_element(model: Model, element: Element, at: _At) -> Iterator[ElementAt]:
    yield ElementAt(element, at.process, f"{at.path}/{element.id}", at.place, at.depth)
    inner = at._replace(depth=at.depth + 1)
    match element:
        case Call():
            called = inner._replace(process=element.target, path=f"{at.path}/{element.id}")
            yield from _in_flow(model, model.processes[element.target].flow, called)
        case Spawn():
            for i, child in enumerate(element.cases):
                if (id_ := child.process) not in at.entered:
                    spawned = inner.within("spawned" if element.wait else "apart", i)
                    spawned = spawned._replace(process=id_, path=id_, entered=at.entered | {id_})
                    yield from _in_flow(model, model.processes[id_].flow, spawned)
        case Walk():
            for i, step in enumerate(element.steps):  # in any order: each is a part of its own
                yield from _in_element(model, step, inner.within("walk", i))
        case _:
            block: Block = "choice" if isinstance(element, Choice | Optional) else "beside"
            for i, flow in enumerate(subflows(element)):
                yield from _in_flow(model, flow, inner.within(block, i))


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
