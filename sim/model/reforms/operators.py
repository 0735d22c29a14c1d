"""All changes, each told by its key: ``- remove: hv-single/drawing-review``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Discriminator, Tag

from sim.model.reforms.arrivals import Arrivals, ClassMix, Mix
from sim.model.reforms.capacity import Assign, MergePools, Priority, QueueOrder, Servers, ShiftHandOver, Speed
from sim.model.reforms.change import Change, ClockChange
from sim.model.reforms.clock import Limit, LimitClock, Reading, Reclassify
from sim.model.reforms.durations import Duration, Rework
from sim.model.reforms.instruments import AcceptIncomplete, ApproveAtLimit, PreApprove, Skip
from sim.model.reforms.places import Move, OffPath, Parallelise
from sim.model.reforms.steps import HandOff, Insert, Merge, Remove, Split
from sim.model.reforms.timing import OpenHours, Session, WorkCalendar

CHANGES: tuple[type[Change], ...] = (
    Remove, Merge, Split, Insert, HandOff, Move, Parallelise, OffPath, PreApprove, AcceptIncomplete, Skip,
    ApproveAtLimit, Duration, Rework, Servers, Speed, ShiftHandOver, MergePools, Assign, QueueOrder, Priority,
    WorkCalendar, OpenHours, Session, Arrivals, Mix, ClassMix,
)  # fmt: skip
CLOCK_CHANGES: tuple[type[ClockChange], ...] = (Limit, LimitClock, Reading, Reclassify)


def _told_by_key(kinds: tuple[type[Change], ...]) -> Callable[[Any], str | None]:
    keys = [kind.key() for kind in kinds]

    def key_of(value: Any) -> str | None:
        if isinstance(value, dict):
            return next((key for key in keys if key in value), None)
        return value.key() if isinstance(value, Change) else None

    return key_of


def _union(kinds: tuple[type[Change], ...]) -> Any:
    return Annotated[
        Union[tuple(Annotated[kind, Tag(kind.key())] for kind in kinds)],  # noqa: UP007 - built, not written
        Discriminator(_told_by_key(kinds)),
    ]


if TYPE_CHECKING:
    AnyChange = Change
    AnyClockChange = ClockChange
else:
    AnyChange = _union(CHANGES)
    AnyClockChange = _union(CLOCK_CHANGES)
