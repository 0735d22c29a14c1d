"""Clocks: what counts, from where to where, minus what, in which unit (rules 17 and 18)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.model.part import Id, Part, refuse
from sim.text import Text

Unit = Literal["fraction", "whole-days", "half-days", "calendar-days", "hours"]
"""Rule 18 a, b, c and d; ``hours`` is elapsed calendar time."""

UNIT_NAMES: dict[Unit, Text] = {
    "fraction": Text("工作日(按当日工作时间折算)", "working days (fractions of open hours)"),
    "whole-days": Text("工作日(自次日起整日计)", "working days (whole, from the day after)"),
    "half-days": Text("半个工作日", "half working days"),
    "calendar-days": Text("自然日", "calendar days"),
    "hours": Text("小时", "hours"),
}


SUSPENDED = "suspended"
"""The owner of a suspension (挂起, 特别程序), which never counts unless it is named."""


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Id, ...], BeforeValidator(_names)]


class Event(Part):
    """A point in the life of a case: accepted, closed, or the ready, start or end of a step, or a mark.

    Of several executions ``first`` or ``last`` is meant; by default the last end and the first of everything else.
    """

    at: Literal["accepted", "closed", "ready", "start", "end", "mark"]
    step: Id | None = None
    which: Literal["first", "last"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"at": value}
        if isinstance(value, dict):
            for at in ("ready", "start", "end", "mark"):
                if at in value:
                    return {"at": at, "step": value[at], **{k: v for k, v in value.items() if k != at}}
        return value

    @model_validator(mode="after")
    def _names_a_step(self) -> Event:
        if (self.step is None) != (self.at in ("accepted", "closed")):
            raise refuse(
                Text(
                    "起止点须为 accepted、closed,或 {end: 步骤} 之类",
                    "a start or stop is accepted, closed, or like {end: STEP}",
                ),
                Text("例如 {mark: power-on}", "for example {mark: power-on}"),
            )
        return self

    @property
    def takes_last(self) -> bool:
        return (self.which or ("last" if self.at == "end" else "first")) == "last"


class Selected(Part):
    """Rows chosen by owner, stage or step; a row that any of the three names is chosen."""

    owners: Names = ()
    stages: Names = ()
    steps: Names = ()

    def has(self, owner: str | None, stage: str | None, step: str) -> bool:
        """Whether a step is chosen, by its owner, its stage or the name of its path."""
        return owner in self.owners or stage in self.stages or any(names_step(name, step) for name in self.steps)


@cache
def names_step(name: str, path: str) -> bool:
    """Whether a limit's word for a step means the one at this path: the whole path, without its process, or its end."""
    return path == name or path.endswith(f"/{name}")


class Clock(Part):
    """What counts between two events: only some owners, stages or steps, or everything except these.

    A suspension (owner ``suspended``) never counts unless it is named in ``count``. A step is its owner's from ready
    to end; ``from_start`` leaves its queueing out. Where a counted and an excluded interval overlap the instant
    counts, unless ``excluded_wins``.
    """

    start: Event = Event(at="accepted")
    stop: Event = Event(at="closed")
    count: Selected | None = None
    except_: Selected | None = Field(default=None, alias="except")
    from_start: bool = False
    excluded_wins: bool = False

    @model_validator(mode="after")
    def _one_selection(self) -> Clock:
        if self.count is not None and self.except_ is not None and not self.excluded_wins:
            raise refuse(
                Text(
                    "count 与 except 并用时须写 excluded_wins: true",
                    "count together with except needs excluded_wins: true",
                ),
                Text("只保留其中一个,或写 excluded_wins: true", "keep one of the two, or write excluded_wins: true"),
            )
        return self

    def counts(self, owner: str | None, stage: str | None, step: str) -> bool:
        """Whether the time of a step counts."""
        if self.excludes(owner, stage, step):
            return False
        return self.count is None or self.count.has(owner, stage, step)

    def excludes(self, owner: str | None, stage: str | None, step: str) -> bool:
        """Whether the time of a step is left out by name: in ``except``, or as a suspension that nothing names."""
        if owner == SUSPENDED and not (self.count is not None and self.count.has(owner, None, step)):
            return True
        return self.except_ is not None and self.except_.has(owner, stage, step)
