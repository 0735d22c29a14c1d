"""A reform (改革举措): a named set of changes, with the clause of the plan that calls for it, if one does (rule 19)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from sim.model.part import Name, Part, refuse
from sim.model.reforms.operators import AnyChange, AnyClockChange
from sim.text import Text

Basis = Literal["called-for", "to-be-explored", "not-called-for"]
"""Called for by a clause; only to be explored by it (探索推行); or called for by none: a means that somebody must add
for the plan to work, or a what-if."""

_BASES: dict[Basis, Text] = {
    "called-for": Text("方案要求", "called for by the plan"),
    "to-be-explored": Text("方案只要求探索推行", "the plan only asks to explore it"),
    "not-called-for": Text("方案未要求", "not called for by the plan"),
}


class Reform(Part):
    """Changes of the process and changes of the clock, kept apart, and what in the plan they rest on."""

    name: Name
    basis: Basis = Field(
        default="not-called-for",
        description="what the plan says of it: called-for and to-be-explored need a clause, not-called-for has none",
    )
    clause: str = Field(default="", description="exact words of the plan; empty for what the plan does not call for")
    item: str = Field(default="", description="item of the plan, such as (六)11")
    caution: Name | None = Field(
        default=None, description="what a verdict that rests on it must not hide; told wherever the reform is shown"
    )
    side_effects: Name | None = Field(default=None, description="what it costs or brings along, in words")
    changes: tuple[AnyChange, ...] = ()
    clock_changes: tuple[AnyClockChange, ...] = ()

    @property
    def basis_name(self) -> Text:
        """The basis in words: ``方案要求`` / ``called for by the plan``."""
        return _BASES[self.basis]

    @model_validator(mode="before")
    @classmethod
    def _firm_is_now_basis(cls, value: Any) -> Any:
        if isinstance(value, dict) and "firm" in value:
            error = refuse(
                Text("firm 已由 basis 取代", "`firm` has given way to `basis`"),
                Text(
                    "写 basis: called-for(方案要求)、to-be-explored(方案探索推行)或 not-called-for(方案未要求)",
                    "write basis: called-for, to-be-explored or not-called-for",
                ),
            )
            line = InitErrorDetails(type=error, loc=("firm",), input=value["firm"])
            raise ValidationError.from_exception_data(cls.__name__, [line])
        return value

    @model_validator(mode="after")
    def _rests_on_what_it_quotes(self) -> Reform:
        if self.basis == "not-called-for" and (self.clause or self.item):
            raise refuse(
                Text("写有条款(clause、item)的举措须写明依据", "a reform with a clause or item says what basis it is"),
                Text(
                    "写 basis: called-for(方案要求)或 to-be-explored(方案探索推行);方案未要求的,删去 clause 和 item",
                    "write basis: called-for or to-be-explored, or take both out where no clause asks for it",
                ),
            )
        if self.basis != "not-called-for" and not self.clause:
            raise refuse(
                Text("方案要求或探索推行的举措须写明条款", "what the plan calls for or explores has its clause"),
                Text(
                    "写 clause: 方案原文;没有条款的写 basis: not-called-for",
                    "add `clause`, or write basis: not-called-for where there is none",
                ),
            )
        return self

    @model_validator(mode="after")
    def _changes_something(self) -> Reform:
        if not self.changes and not self.clock_changes:
            raise refuse(
                Text("改革举措须至少有一项变动", "a reform changes something"),
                Text("写 changes(流程)或 clock_changes(计时口径)", "write changes (process) or clock_changes (clock)"),
            )
        return self
