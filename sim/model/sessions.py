"""Sessions: scheduled batches, such as a joint review meeting (联审会) every Tuesday at 14:00 (rule 7)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sim.model.figures import CountFigure, DurationFigure, PositiveDurationFigure, reader
from sim.model.part import Id, Name, Part, refuse
from sim.model.patterns import PatternForm
from sim.model.pools import Discipline
from sim.text import Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
WEEKDAY_NAMES: dict[str, Text] = {
    "mon": Text("周一", "Mon"), "tue": Text("周二", "Tue"), "wed": Text("周三", "Wed"), "thu": Text("周四", "Thu"),
    "fri": Text("周五", "Fri"), "sat": Text("周六", "Sat"), "sun": Text("周日", "Sun"),
}  # fmt: skip
_EPOCH_MONDAY = dt.date(1970, 1, 5)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class _Minutes(int):
    """Minutes after midnight that have been read; a number in a file is none (BAD_INPUT 16: ``at: 9``)."""


def _minutes(value: Any) -> int:
    if isinstance(value, _Minutes):
        return value
    if isinstance(value, str) and (match := _TIME.fullmatch(value)):
        return _Minutes(int(match[1]) * 60 + int(match[2]))
    raise refuse(
        Text("时刻须写成“时:分”,00:00 至 23:59", "a time of day is hours:minutes, 00:00 to 23:59"),
        Text('例如 "14:00"', 'for example "14:00"'),
    )


TimeOfDay = Annotated[
    int, PlainValidator(_minutes), WithJsonSchema({"type": "string", "pattern": f"^({_TIME.pattern})$"})
]
"""Minutes after midnight; ``14:00`` in files."""

DaysOfWeek = tuple[Weekday, ...]
DaysOfMonth = tuple[Annotated[int, Field(ge=1, le=31)], ...]


class DaysOfWeekForm(PatternForm[DaysOfWeek]):
    """``{value: [tue, fri], assumption: true, source: ...}``."""


class DaysOfMonthForm(PatternForm[DaysOfMonth]):
    """``{value: [1, 15], assumption: true, source: ...}``."""


class TimeOfDayForm(PatternForm[TimeOfDay]):
    """``{value: "14:00", assumption: true, source: ...}``."""


DaysOfWeekFigure = Annotated[DaysOfWeekForm, reader(DaysOfWeekForm, DaysOfWeek)]
"""``[tue, fri]``, or with its evidence."""

DaysOfMonthFigure = Annotated[DaysOfMonthForm, reader(DaysOfMonthForm, DaysOfMonth)]
"""``[1, 15]``, or with its evidence."""

TimeOfDayFigure = Annotated[TimeOfDayForm, reader(TimeOfDayForm, TimeOfDay)]
"""``14:00``, or with its evidence."""


class Session(Part):
    """When a session is held, how long it lasts, how many entries it takes and how early they must be ready."""

    name: Name
    calendar: Id
    on: DaysOfWeekFigure | None = Field(default=None, description="days of the week")
    days: DaysOfMonthFigure | None = Field(default=None, description="days of the month")
    every_weeks: int = Field(default=1, ge=1, le=8, description="2: every other week, counted from 1970-01-05")
    at: TimeOfDayFigure
    length: PositiveDurationFigure
    capacity: CountFigure | None = Field(default=None, description="entries at one session; no limit when left out")
    cut_off: DurationFigure | None = Field(
        default=None, description="open time of `calendar` between ready and the session"
    )
    when_closed: Literal["lost", "moved"] = "lost"
    discipline: Discipline = "first-come"

    @model_validator(mode="after")
    def _has_a_rhythm(self) -> Session:
        if bool(self.days_of_week) == bool(self.days_of_month):
            raise refuse(
                Text(
                    "集中办理须写每周几(on)或每月几日(days),二者取一",
                    "a session has days of the week (on) or of the month (days), one of the two",
                ),
                Text("例如 on: [tue]", "for example on: [tue]"),
            )
        return self

    @property
    def days_of_week(self) -> DaysOfWeek:
        return self.on.value if self.on else ()

    @property
    def days_of_month(self) -> DaysOfMonth:
        return self.days.value if self.days else ()

    def falls_on(self, day: dt.date) -> bool:
        """Whether its rhythm names a day, be the calendar open on it or not."""
        if self.days_of_month:
            return day.day in self.days_of_month
        named = WEEKDAYS[day.weekday()] in self.days_of_week
        return named and (day - _EPOCH_MONDAY).days // 7 % self.every_weeks == 0
