"""What no single part of a model can see: names, flows, hours, resources and promises that must fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from sim.errors import InputError
from sim.model.checks import attributes, flow, hours, opening, promises, references, resources, streams, walks
from sim.model.checks.notes import Note, notes
from sim.model.checks.whole import Whole
from sim.model.refusals import MOST_ERRORS, first_of

__all__ = ["Note", "Whole", "check", "notes"]

Check = Callable[[Whole], Iterator[InputError]]

_STAGES: tuple[tuple[Check, ...], ...] = (
    (references.check, attributes.check, flow.cycles),
    (flow.check, walks.check, promises.check, streams.check, opening.check, hours.check),
    (hours.working_days,),
    (resources.check,),
)
"""Each stage relies on what the earlier ones have seen."""


def check(whole: Whole) -> list[InputError]:
    """What is wrong, each error with the path of the offending value; none when the model can run.

    No more than some ``MOST_ERRORS`` are looked for: whoever has that many corrects the first ones first.
    """
    for stage in _STAGES:
        if errors := list(islice((error for one in stage for error in one(whole)), MOST_ERRORS + 1)):
            return first_of(errors)
    return []
