"""A reform (改革举措): a named set of changes, with the clause of the plan that calls for it (rule 19)."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.model.part import Name, Part, refuse
from sim.model.reforms.operators import AnyChange, AnyClockChange
from sim.text import Text


class Reform(Part):
    """Changes of the process and changes of the clock, kept apart; what the plan does not call for has no clause."""

    name: Name
    clause: str = Field(default="", description="exact words of the plan; empty for what the plan does not call for")
    item: str = Field(default="", description="item of the plan, such as (六)11")
    firm: bool = Field(default=True, description="false where the plan only explores it (探索)")
    side_effects: Name | None = Field(default=None, description="what it costs or brings along, in words")
    changes: tuple[AnyChange, ...] = ()
    clock_changes: tuple[AnyClockChange, ...] = ()

    @model_validator(mode="after")
    def _changes_something(self) -> Reform:
        if not self.changes and not self.clock_changes:
            raise refuse(
                Text("改革举措须至少有一项变动", "a reform changes something"),
                Text("写 changes(流程)或 clock_changes(计时口径)", "write changes (process) or clock_changes (clock)"),
            )
        return self
