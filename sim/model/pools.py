"""Pools: people or crews who do the same work, in ordered groups with one calendar each (rule 4)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from sim.model.figures import CountFigure, RateFigure
from sim.model.part import Id, Name, Part

Discipline = Literal["first-come", "priority", "earliest-due"]


class Group(Part):
    """n servers with one calendar; ``speed`` 2 works twice as fast, so the duration is divided by it."""

    servers: CountFigure
    calendar: Id
    speed: RateFigure = Field(default=1, validate_default=True)
    hand_over: bool = Field(default=False, description="work is handed over when this group's calendar closes (rule 5)")


class Pool(Part):
    """An ordered list of groups; the first available server does the work, groups in their order, then lowest index.

    In files a pool of one group is written flat: ``{servers: 24, calendar: office}``.
    """

    name: Name
    owner: Id = Field(description="whose time the steps of this pool are, unless a step says otherwise")
    groups: tuple[Group, ...] = Field(min_length=1)
    discipline: Discipline = "first-come"
    strict: bool = Field(default=False, description="an entry starts only if it is first in this queue (rule 5)")
    unit: Name | None = Field(default=None, description="what one server is: a person, a crew of 5")

    @model_validator(mode="before")
    @classmethod
    def _one_group_written_flat(cls, data: Any) -> Any:
        flat = {"servers", "calendar", "speed", "hand_over"}
        if isinstance(data, dict) and "groups" not in data and flat & set(data):
            rest = {k: v for k, v in data.items() if k not in flat}
            return rest | {"groups": [{k: v for k, v in data.items() if k in flat}]}
        return data

    @property
    def servers(self) -> int:
        """All servers of all groups."""
        return sum(int(group.servers.value) for group in self.groups)
