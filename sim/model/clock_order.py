"""What comes before what around a clock: the steps before its start and after its stop, and whether it can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Literal

from sim.model.base import Model
from sim.model.clocks import Clock, Event, names_step
from sim.model.paths import ElementAt, Place, StepAt, elements_of
from sim.model.process import Mark, SessionStep, WaitStep, WorkStep

_INSTANTS = ("ready", "mark", "start", "end")
"""Of one step, in the order of time; a mark is one instant."""


def reach(model: Model, process: str, clock: Clock) -> Callable[[StepAt], Literal["before", "within", "after"]]:
    """Whether the time of a step lies before a clock starts, while it may run, or after it has stopped.

    A step that may run beside the clock is within: in another branch of a parallel than the start or the stop, or of a
    spawned case that nobody waits for.
    """
    elements = list(elements_of(model, process))
    starts, stops = _places(elements, clock.start), _places(elements, clock.stop)

    def where(at: StepAt) -> Literal["before", "within", "after"]:
        before = [
            _precedes(at.place, start) or (at.place == start and clock.start.at == "end")
            for start in starts
            if not _either(at.place, start)
        ]
        after = [
            _precedes(stop, at.place) or (at.place == stop and clock.stop.at == "ready")
            for stop in stops
            if not _either(at.place, stop)
        ]
        if before and (any if clock.start.takes_last else all)(before):
            return "before"
        if after and (all if clock.stop.takes_last else any)(after):
            return "after"
        return "within"

    return where


def can_run(elements: Sequence[ElementAt], clock: Clock) -> bool:
    """Whether the stop of a clock comes after its start on some path of a process; so it is where either is missing.

    The elements are those of the process, as :func:`elements_of` has them.

    Rework takes a case back, so that the last end of an early step may come after a later one. Ends at one instant are
    none: a clock from an event to the same event never runs.
    """
    start, stop = clock.start, clock.stop
    if stop.at == "accepted" or start.at == "closed" == stop.at:
        return False
    if start.at == "accepted" or stop.at == "closed":
        return True
    starts, stops = _places(elements, start), _places(elements, stop)
    if start.at == "closed":
        return not stops or any(block == "apart" for place in stops for block, _ in place)
    loops = list(_loops(elements))
    pairs = list(product(starts, stops))
    return not pairs or any(_can_follow(start, stop, *pair, loops) for pair in pairs)


def _can_follow(start: Event, stop: Event, a: Place, b: Place, loops: list[tuple[Place, int, int]]) -> bool:
    """Whether an occurrence of the stop, at place b, can come after one of the start, at place a."""
    k = _parting(a, b)
    if a == b:
        if _INSTANTS.index(stop.at) > _INSTANTS.index(start.at):
            return True
    elif k is None or (
        not _either(a, b) and not _precedes(b, a)
    ):  # what happens first when a step is done again: both come again and again
        return True
    again = any(block in ("walk", "spawned", "apart") for block, _ in a[:k]) or any(
        b[: len(around)] == around == a[: len(around)]
        and first <= b[len(around)][1]
        and max(a[len(around)][1], b[len(around)][1]) <= last
        for around, first, last in loops
    )
    if not again or _either(a, b):
        return again
    if stop.takes_last and not start.takes_last:
        return True
    missed = a if stop.takes_last else b  # the last pass goes by the start, or the first one by the stop
    return k is not None and any(block in ("choice", "walk") for block, _ in missed[k:])


def _places(elements: Sequence[ElementAt], event: Event) -> list[Place]:
    """Where the steps or marks stand that an event names."""
    kinds = (Mark,) if event.at == "mark" else (WorkStep, WaitStep, SessionStep)
    named = event.step
    return [at.place for at in elements if named and isinstance(at.element, kinds) and names_step(named, at.path)]


def _loops(elements: Sequence[ElementAt]) -> Iterator[tuple[Place, int, int]]:
    """Every rework as the sequence that it repeats a part of, and that part from its first to its last place."""
    by_path: dict[str, list[Place]] = {}
    for at in elements:
        by_path.setdefault(at.path, []).append(at.place)
        rework = getattr(at.element, "rework", None)
        if rework is not None:
            target = f"{at.path.rpartition('/')[0]}/{rework.back_to or at.element.id}"
            for place in by_path.get(target, ()):
                *around, (_, first) = place
                if at.place[: len(around)] == tuple(around):
                    yield tuple(around), first, at.place[len(around)][1]


def _precedes(a: Place, b: Place) -> bool:
    """Whether a surely comes before b in the block where their ways part; what nobody waits for goes on beside."""
    k = _parting(a, b)
    return k is not None and a[k][0] == "sequence" and a[k] < b[k] and all(block != "apart" for block, _ in a[k:])


def _either(a: Place, b: Place) -> bool:
    """Whether they stand in two branches of a choice: one pass meets one of them only."""
    k = _parting(a, b)
    return k is not None and a[k][0] == "choice"


def _parting(a: Place, b: Place) -> int | None:
    """How many blocks they share; None where one is the other, or happens first when that is done again."""
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
