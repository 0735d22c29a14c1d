"""Opening hours as a planner writes them: ``08:30-12:00`` for each kind of day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from sim.model.figures import reader
from sim.model.part import refuse
from sim.model.patterns import Pattern, PatternForm
from sim.model.quantities import DAY_US, MINUTE_US
from sim.model.statutory import DayKind
from sim.text import Text

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS_OF_DAY = ("workdays", *WEEK, "makeup", "holidays")

_CLOCK = r"([0-9]{1,2}):([0-5][0-9])"
_SHIFT = re.compile(rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*")
_SHIFT_FORM = (
    Text("开放时间写作“时:分-时:分”,00:00 至 24:00", "opening hours are HH:MM-HH:MM, between 00:00 and 24:00"),
    Text('例如 "08:30-12:00";不开放写 []', 'for example "08:30-12:00"; closed is []'),
)


class Shift(NamedTuple):
    """From opening to closing, in microseconds after midnight; beyond 24 h when it runs into the next day."""

    opens: int
    closes: int

    def __str__(self) -> str:
        closes = self.closes - DAY_US if self.closes > DAY_US else self.closes
        return f"{_clock(self.opens)}-{_clock(closes)}"


def _clock(us: int) -> str:
    return "{:02d}:{:02d}".format(*divmod(us // MINUTE_US, 60))


def _shift(value: Any) -> Shift:
    if isinstance(value, Shift):
        return value
    match = _SHIFT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise refuse(*_SHIFT_FORM)
    h1, m1, h2, m2 = (int(part) for part in match.groups())
    opens, closes = (h1 * 60 + m1) * MINUTE_US, (h2 * 60 + m2) * MINUTE_US
    if opens >= DAY_US or closes > DAY_US:
        raise refuse(*_SHIFT_FORM)
    if opens == closes:
        raise refuse(
            Text("开放与关闭时刻相同,长度为零", "opening and closing are the same, so the length is zero"),
            Text("写出关闭时刻;全天为 00:00-24:00", "write the closing; the whole day is 00:00-24:00"),
        )
    return Shift(opens, closes if closes > opens else closes + DAY_US)


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _apart(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    result: list[Shift] = []
    for shift in sorted(shifts):
        if result and shift.opens < result[-1].closes:
            raise _overlap(result[-1], shift)
        if result and shift.opens == result[-1].closes:  # rule 2: intervals that touch are one
            result[-1] = Shift(result[-1].opens, shift.closes)
        else:
            result.append(shift)
    return tuple(result)


def _overlap(one: Shift, other: Shift) -> Exception:
    return refuse(
        Text("开放时间 {a} 与 {b} 重叠", "the hours {a} and {b} overlap").format(a=one, b=other),
        Text("合并为一段,或错开", "write them as one, or set them apart"),
    )


_SHIFT_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^" + _SHIFT.pattern + "$", "examples": ["08:30-12:00"]})
_OneShift = Annotated[Shift, PlainValidator(_shift), PlainSerializer(str), _SHIFT_SCHEMA]
Shifts = Annotated[
    tuple[_OneShift, ...],
    BeforeValidator(_list, json_schema_input_type=_OneShift | tuple[_OneShift, ...]),
    AfterValidator(_apart),
]
"""``[08:30-12:00, 14:30-17:30]``; ``22:00-06:00`` runs into the next day, 24:00 may close, one alone needs no list."""


class ShiftsForm(PatternForm[Shifts]):
    """``{value: [09:00-12:00], assumption: true}``."""


ShiftsFigure = Annotated[ShiftsForm, reader(ShiftsForm, Shifts)]
"""Shifts alone, or with their evidence."""


class Hours(Pattern):
    """The hours of each kind of day, with where they come from; a day of the week wins over ``workdays``.

    Left out: Saturday, Sunday and ``holidays`` are closed, and a make-up day (调休上班) has the hours of ``workdays``.
    A shift belongs to the day on which it opens, also the part of it that runs into the next one.
    """

    workdays: Shifts | None = Field(default=None, description="Monday to Friday")
    mon: Shifts | None = None
    tue: Shifts | None = None
    wed: Shifts | None = None
    thu: Shifts | None = None
    fri: Shifts | None = None
    sat: Shifts | None = None
    sun: Shifts | None = None
    makeup: Shifts | None = Field(default=None, description="make-up working days; the hours of `workdays` if left out")
    holidays: Shifts | None = Field(default=None, description="statutory holidays, weekends in them too; else closed")

    @model_validator(mode="after")
    def _nights_end_before_the_next_day_opens(self) -> Hours:
        for today in range(7):
            tonight, tomorrow = self.of_weekday(today), self.of_weekday((today + 1) % 7)
            if tonight and tomorrow and tonight[-1].closes > tomorrow[0].opens + DAY_US:
                raise _overlap(tonight[-1], tomorrow[0])
        return self

    @property
    def leading(self) -> dict[str, tuple[Shift, ...]]:
        return self.given()

    def overlaid(self, other: Hours) -> Hours:
        """These hours, with those that ``other`` gives in their place; both must fit together over midnight.

        Where they come from is what ``other`` says.
        """
        evidence = {name: getattr(other, name) for name in Pattern.model_fields}
        return Hours.model_validate({**self.given(), **other.given(), **evidence})

    def given(self) -> dict[str, tuple[Shift, ...]]:
        """The kinds of day that are written, with their hours."""
        return {name: shifts for name in KINDS_OF_DAY if (shifts := getattr(self, name)) is not None}

    def of_kinds(self, kinds: Collection[str]) -> Hours:
        """The hours of these kinds of day alone."""
        return self.model_copy(update=dict.fromkeys(set(KINDS_OF_DAY) - set(kinds)))

    def of_weekday(self, weekday: int) -> tuple[Shift, ...]:
        """The hours of an ordinary Monday (0) to Sunday (6)."""
        own: tuple[Shift, ...] | None = getattr(self, WEEK[weekday])
        if own is not None:
            return own
        return (self.workdays or ()) if weekday < 5 else ()

    def of(self, day: dt.date, kind: DayKind) -> tuple[Shift, ...]:
        """The hours of a date."""
        if kind.kind == "holiday":
            return self.holidays or ()
        if kind.kind == "make-up":
            return (self.workdays or ()) if self.makeup is None else self.makeup
        return self.of_weekday(day.weekday())
