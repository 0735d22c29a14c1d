"""Where elements stand in the processes of a model: each with its path and the sequences around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sim.errors import Path
from sim.model.process import Element, Flow, Parallel, Process, Walk, parts


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
