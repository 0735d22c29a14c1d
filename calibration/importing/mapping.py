"""The mapping: what each column, step name and word of an export means. ``shixian inspect`` proposes it as a file,
the user confirms or edits it, every import applies it; nothing is guessed row by row.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from sim.model.part import Id, Part, refuse
from sim.text import Text

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A column by its name in the file."""
State = Literal["open", "closed", "withdrawn", "suspended"]
Order = Literal["year-first", "day-first", "month-first"]


class FileForm(Part):
    """How the file is to be read; what is not said is found."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_rows: tuple[int, ...] | None = None


class Means(Part):
    """What a step name of a long form, or a milestone column of a wide one, means in the words of the limits.

    A milestone is the *end* of its step, which began at the milestone before it. ``mark`` names its end, or without a
    step an instant.
    """

    step: Id | None = None
    mark: Id | None = None
    stage: Id | None = None
    owner: Id | None = None


class ClassRule(Part):
    """Cases whose columns have one of these words belong to the class; the first rule that fits wins."""

    case_class: Id = Field(alias="class")
    when: dict[Column, tuple[str, ...]] = Field(default_factory=dict, description="empty: every case that is left")


class LongColumns(Part):
    """One row an event or an execution of a step."""

    step: Column
    ready: Column | None = None
    start: Column | None = None
    end: Column | None = None
    lifecycle: Column | None = Field(
        default=None, description="start, complete, suspend, resume: one row an event, whose time is `end`"
    )


class Suspension(Part):
    """A pair of columns with the begin and the end of a suspension (挂起, 特别程序)."""

    start: Column
    end: Column


class Mapping(Part):
    """Everything that is decided about an export once, by a person."""

    shixian_mapping: Literal[1] = 1
    file: FileForm = FileForm()
    form: Literal["long", "wide"]
    case: Column = Field(description="the column that names the case; of several, the user chooses")
    long: LongColumns | None = None
    milestones: dict[Column, Means] = Field(default_factory=dict, description="wide form: in the order of the process")
    steps: dict[str, Means] = Field(default_factory=dict, description="long form: the names of steps")
    accepted: Column | None = Field(default=None, description="of the case; else its first event")
    closed: Column | None = Field(default=None, description="of the case; else the last event of a closed one")
    due: Column | None = Field(default=None, description="the last day promised, for the test of heaping")
    state: Column | None = None
    states: dict[str, State] = Field(default_factory=dict, description="words of the state column")
    suspensions: tuple[Suspension, ...] = ()
    who: Column | None = Field(default=None, description="staff: becomes a pseudonym everywhere")
    unit: Column | None = None
    district: Column | None = None
    system: Column | None = Field(default=None, description="which system or export a row came from")
    attributes: tuple[Column, ...] = Field(default=(), description="kept for classes and tables")
    personal: tuple[Column, ...] = Field(default=(), description="names, id numbers, phones, addresses: dropped")
    dates: Order | None = Field(default=None, description="where 03/04 could be both")
    zone: str | None = Field(default=None, description="of aware times; they become local times of it")
    repeats: Literal["once", "all"] = Field(default="once", description="rows equal in every mapped column")
    classes: tuple[ClassRule, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_form_needs(self) -> Mapping:
        if self.form == "long" and self.long is None:
            raise refuse(
                Text(
                    "长表须写明 long: 环节名和时间在哪些列", "the long form says under `long` where step and times are"
                ),
                Text("例如 long: {step: 环节名称, end: 结束时间}", "for example long: {step: 环节名称, end: 结束时间}"),
            )
        return self
