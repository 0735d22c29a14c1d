"""Where elements stand in the processes of a model: each with its path and the sequences around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sim.errors import Path
from sim.model.process import (
    Choice,
    Element,
    Flow,
    Optional,
    Parallel,
    Process,
    SessionStep,
    WaitStep,
    Walk,
    WorkStep,
)


class Around(NamedTuple):
    """A sequence around an element, and the place in it of the element that it is or lies in."""

    flow: Flow
    place: int


class Site(NamedTuple):
    """An element of a process; ``around`` has its sequences from the outermost in, as far as rework reaches out."""

    process: str
    path: Path
    element: Element
    around: tuple[Around, ...]


def sites(processes: Mapping[str, Process]) -> Iterator[Site]:
    """Every element of every process, in the order of the description."""
    for id_, process in processes.items():
        yield from _in_sequence(id_, process.flow, ("processes", id_, "flow"), ())


def _in_sequence(process: str, flow: Flow, path: Path, around: tuple[Around, ...]) -> Iterator[Site]:
    for i, element in enumerate(flow):
        yield from _in_element(process, element, (*path, i), (*around, Around(flow, i)))


def _in_element(process: str, element: Element, path: Path, around: tuple[Around, ...]) -> Iterator[Site]:
    yield Site(process, path, element, around)
    if isinstance(element, Walk):  # its steps follow a table, not one another: no sequence holds them
        for i, step in enumerate(element.steps):
            yield from _in_element(process, step, (*path, "steps", i), ())
        return
    inside = () if isinstance(element, Parallel) else around  # rule 8: no rework leads out of a parallel
    for part, flow in parts(element):
        yield from _in_sequence(process, flow, (*path, *part), inside)


def parts(element: Element) -> Iterator[tuple[Path, Flow]]:
    """The flows directly inside an element, with the way to each."""
    match element:
        case Parallel():
            yield from ((("parallel", i), flow) for i, flow in enumerate(element.parallel))
        case Choice():
            yield from ((("branches", i, "flow"), branch.flow) for i, branch in enumerate(element.branches))
        case Optional():
            yield ("flow",), element.flow
        case Walk():
            yield ("steps",), element.steps
        case WorkStep() | WaitStep() | SessionStep() if element.rework:
            yield ("rework", "first"), element.rework.first


def ids_in(flow: Flow) -> Iterator[str]:
    """The names of all elements of a flow at any depth, those of called processes left out."""
    for element in flow:
        if element.id is not None:
            yield element.id
        for _, inner in parts(element):
            yield from ids_in(inner)
