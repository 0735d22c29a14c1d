"""Where a case is in its process, how it goes back, and where it stood when the run began (rules 8 and 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.engine.history import CaseState, Row
from sim.model.demand import Position
from sim.model.process import Call, Element, Flow, Process, subflows


class Gone(Exception):
    """The case is withdrawn: nothing follows (rule 13)."""


class Back(Exception):
    """Rework: caught by the sequence to go back in (rule 8)."""

    def __init__(self, frame: Frame, index: int, came: Row) -> None:
        self.frame, self.index, self.came = frame, index, came


@dataclass(eq=False)
class Frame:
    """One entry into a sequence: what stands in it, where the case is, how often each rework went back."""

    flow: Flow
    index: int = 0
    times: dict[str, int] = field(default_factory=dict)

    def find(self, name: str) -> int | None:
        """The place of an element at or before the present one."""
        found = (i for i, element in enumerate(self.flow[: self.index + 1]) if getattr(element, "id", None) == name)
        return next(found, None)


@dataclass(frozen=True)
class Resume:
    """Where an open case of the initial state stands: by names of paths."""

    positions: Mapping[str, Position]
    children: Mapping[str, tuple[CaseState, ...]]

    def stands_in(self, element: Element, place: Place) -> bool:
        """Whether the case stands in the element or anywhere inside."""
        own = getattr(element, "id", None)
        if own is not None and f"{place.path}/{own}" in (*self.positions, *self.children):
            return True
        if isinstance(element, Call):
            inside = place.called(element)
            return self.stands_in_flow(inside.flow, inside)
        return any(self.stands_in(e, place) for flow in subflows(element) for e in flow)

    def stands_in_flow(self, flow: Flow, place: Place) -> bool:
        return any(self.stands_in(element, place) for element in flow)


@dataclass(frozen=True)
class Place:
    """The process a case is in, the path through calls, the sequences around it up to a parallel or a call."""

    processes: Mapping[str, Process]
    process: str
    path: str
    frames: tuple[Frame, ...] = ()

    def name(self, element: Any) -> str:
        """The name of a step, choice, spawn or walk: its path through calls."""
        return f"{self.path}/{element.id}"

    def within(self, frame: Frame) -> Place:
        return Place(self.processes, self.process, self.path, (*self.frames, frame))

    def cut_off(self) -> Place:
        """Inside a branch of a parallel: no way back to the sequences outside (rule 8)."""
        return Place(self.processes, self.process, self.path)

    def called(self, call: Call) -> Place:
        return Place(self.processes, call.target, self.name(call))

    @property
    def flow(self) -> Flow:
        """The flow of the process."""
        return self.processes[self.process].flow
