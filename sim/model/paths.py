"""The steps that a case of a process can meet, by the names of their paths: through calls, and in spawned cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.model.base import Model
from sim.model.process import Call, Element, Flow, Need, SessionStep, Spawn, Step, WaitStep, WorkStep, subflows
from sim.text import Text


class StepAt(NamedTuple):
    """A step of a process as the log names it; ``depth`` counts the blocks, calls and spawns around it."""

    path: str
    step: Step
    owner: str | None
    depth: int


def steps_of(model: Model, process: str) -> Iterator[StepAt]:
    """Every step in the order of the files; a spawned process is entered once."""
    yield from _in_flow(model, process, process, model.processes[process].flow, 0, {process})


def _in_flow(model: Model, process: str, path: str, flow: Flow, depth: int, seen: set[str]) -> Iterator[StepAt]:
    for element in flow:
        yield from _in_element(model, process, path, element, depth, seen)


def _in_element(
    model: Model, process: str, path: str, element: Element, depth: int, seen: set[str]
) -> Iterator[StepAt]:
    match element:
        case WorkStep() | WaitStep() | SessionStep():
            yield StepAt(f"{path}/{element.id}", element, owner_of(model, process, element), depth)
        case Call():
            target, inside = element.target, f"{path}/{element.id}"
            yield from _in_flow(model, target, inside, model.processes[target].flow, depth + 1, seen)
        case Spawn():
            for child in element.cases:
                if child.process not in seen:
                    seen.add(child.process)
                    flow = model.processes[child.process].flow
                    yield from _in_flow(model, child.process, child.process, flow, depth + 1, seen)
    for inner in subflows(element):
        yield from _in_flow(model, process, path, inner, depth + 1, seen)


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


def names_of(model: Model) -> dict[str, Text]:
    """The name of every step by its path, as the log has it."""
    return {
        at.path: at.step.name or Text(at.step.id, at.step.id)
        for process in model.processes
        for at in steps_of(model, process)
    }
