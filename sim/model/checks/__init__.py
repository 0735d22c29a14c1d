"""What no single part of a model can see: names, flows, hours, resources and promises that must fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.errors import InputError
from sim.model.checks import flow, hours, opening, promises, references, resources, streams, walks
from sim.model.checks.notes import Note, notes
from sim.model.checks.whole import Whole

__all__ = ["Note", "Whole", "check", "notes"]

Check = Callable[[Whole], Iterator[InputError]]

_STAGES: tuple[tuple[Check, ...], ...] = (
    (references.check, flow.cycles),
    (flow.check, walks.check, promises.check, streams.check, opening.check, hours.check),
    (hours.working_days,),
    (resources.check,),
)
"""Each stage relies on what the earlier ones have seen."""


def check(whole: Whole) -> list[InputError]:
    """Everything that is wrong, each error with the path of the offending value; none when the model can run."""
    for stage in _STAGES:
        if errors := [error for one in stage for error in one(whole)]:
            return errors
    return []
