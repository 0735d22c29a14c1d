"""Demand: the sources that bring cases (rule 12)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from sim.model.figures import AmountFigure, PositiveDurationFigure, RateFigure, ShareFigure, reader
from sim.model.part import Id, Moment, Name, Part, refuse
from sim.model.patterns import PatternForm
from sim.model.sessions import WEEKDAYS, Weekday
from sim.model.spans import DayField
from sim.text import Text

Multiplier = Annotated[float, Field(ge=0)]


def _twelve(value: tuple[float, ...]) -> tuple[float, ...]:
    if len(value) == 12 and any(value):
        return value
    raise refuse(
        Text("月度系数须有 12 个,且不全为 0", "there are 12 multipliers of months, not all zero"),
        Text("从一月写到十二月", "write them from January to December"),
    )


Months = Annotated[tuple[Multiplier, ...], AfterValidator(_twelve)]
Weekdays = dict[Weekday, Multiplier]
HoursOfDay = dict[Annotated[int, Field(ge=0, le=23)], Multiplier]


class MonthsForm(PatternForm[Months]):
    """``{value: [0.5, 0.5, 1.4, ...], assumption: true, source: ...}``."""


class WeekdaysForm(PatternForm[Weekdays]):
    """``{value: {mon: 1.5}, assumption: true, source: ...}``."""


class HoursOfDayForm(PatternForm[HoursOfDay]):
    """``{value: {9: 1.5}, assumption: true, source: ...}``."""


MonthsFigure = Annotated[MonthsForm, reader(MonthsForm, Months)]
"""Multipliers of the twelve months, or with their evidence."""

WeekdaysFigure = Annotated[WeekdaysForm, reader(WeekdaysForm, Weekdays)]
"""Multipliers of days of the week, 1 where left out, or with their evidence."""

HoursOfDayFigure = Annotated[HoursOfDayForm, reader(HoursOfDayForm, HoursOfDay)]
"""Multipliers of hours of the day, 1 where left out, or with their evidence."""


class DayPattern(Part):
    """More or fewer cases on the last open days of every month, or on the last ones before a day of the year.

    A day is open when the source's calendar opens on it. Those before a day lie in the same calendar year.
    """

    last: int = Field(ge=1, le=31, description="how many open days")
    of: Literal["month"] | None = None
    before: DayField | None = None
    times: RateFigure = Field(description="multiplier of the rate; several on one day multiply")

    @model_validator(mode="after")
    def _of_or_before(self) -> DayPattern:
        if (self.of is None) == (self.before is None):
            raise refuse(
                Text(
                    "须写 of: month,或 before: 日期,二者取一", "days are `of: month`, or `before` a day, one of the two"
                ),
                Text("例如 {last: 3, of: month, times: 1.4}", "for example {last: 3, of: month, times: 1.4}"),
            )
        return self

    def ends(self, first_year: int, last_year: int) -> set[tuple[dt.date, dt.date]]:
        """The stretches [from, to) of which the last open days are meant, in these years."""
        if self.before is None:
            months = [dt.date(y, m, 1) for y in range(first_year, last_year + 1) for m in range(1, 13)]
            return set(zip(months, [*months[1:], dt.date(last_year + 1, 1, 1)], strict=True))
        # a year's Spring Festival less some days may lie in the year before
        days = {self.before.in_year(year, ending=False) for year in range(first_year, last_year + 2)}
        return {(day.replace(month=1, day=1), day) for day in days}


class ListedCase(Part):
    """A case that is known, or several at one instant: when accepted, and their attributes."""

    accepted: Moment
    n: int = Field(default=1, ge=1, description="so many cases at that instant")
    attributes: dict[Id, str] = Field(default_factory=dict)


class Source(Part):
    """Cases of one class: how many, in which rhythm, with which attributes.

    The rate is given by ``per_year`` (each calendar year brings that many on average, whatever its pattern),
    by ``every`` (the mean time between arrivals, in open time of the calendar, times the pattern), or the arrivals
    are a list: a CSV file of the folder with the columns ``accepted`` and the names of attributes.
    """

    name: Name
    process: Id
    case_class: Id | None = Field(default=None, alias="class", description="the process when left out")
    per_year: AmountFigure | None = None
    every: PositiveDurationFigure | None = None
    listed: tuple[ListedCase, ...] | None = Field(
        default=None, description="or the name of a CSV file: accepted, attributes"
    )
    calendar: Id | None = Field(
        default=None, description="arrivals only when it is open; around the clock when left out"
    )
    months: MonthsFigure | None = Field(default=None, description="12 multipliers of the rate")
    weekdays: WeekdaysFigure | None = Field(default=None, description="multipliers by day of the week")
    hours: HoursOfDayFigure | None = Field(default=None, description="multipliers by hour of the day")
    days: tuple[DayPattern, ...] = Field(
        default=(), description="such as the last days of a month, or before a holiday"
    )
    batch: dict[Annotated[int, Field(ge=1)], ShareFigure] | None = Field(
        default=None, description="cases at one instant: number to share; per_year still counts cases"
    )
    attributes: dict[Id, dict[str, ShareFigure] | str] = Field(default_factory=dict)
    priority: int = 0

    @field_validator("batch")
    @classmethod
    def _batch_sums_to_one(cls, value: dict[int, Any] | None) -> dict[int, Any] | None:
        if value is None:
            return None
        _sum_to_one(value, Text("批量", "the batch"))
        return dict(sorted(value.items()))  # rule 10: the order of keys in a file changes no draw

    @field_validator("attributes")
    @classmethod
    def _shares_sum_to_one(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name, shares in value.items():
            if isinstance(shares, dict):
                _sum_to_one(shares, Text(f"属性 {name}", f"attribute {name}"))
        # rule 10: the order of keys in a file changes no draw
        return {name: dict(sorted(v.items())) if isinstance(v, dict) else v for name, v in value.items()}

    @model_validator(mode="after")
    def _one_rate(self) -> Source:
        if sum(v is not None for v in (self.per_year, self.every, self.listed)) != 1:
            raise refuse(
                Text(
                    "须且只须写一种:per_year(每年件数)、every(平均间隔)、listed(清单文件)",
                    "give exactly one of per_year, every, listed",
                ),
                Text("例如 per_year: 480", "for example per_year: 480"),
            )
        return self

    def class_(self) -> str:
        return self.case_class or self.process

    def profile(self) -> tuple[list[float], list[float], list[float]]:
        """The multipliers of the rate: by month, by day of the week from Monday, by hour of the day."""
        months = [*self.months.value] if self.months else [1.0] * 12
        weekdays, hours = self.weekdays.value if self.weekdays else {}, self.hours.value if self.hours else {}
        return months, [weekdays.get(day, 1.0) for day in WEEKDAYS], [hours.get(hour, 1.0) for hour in range(24)]


def _sum_to_one(shares: dict[Any, Any], of: Text) -> None:
    total = sum(share.value for share in shares.values())
    if abs(total - 1) > 1e-9:
        raise refuse(
            Text(f"{of.zh}各取值比例之和为 {total:.6g},须为 1", f"the shares of {of.en} sum to {total:.6g}, not 1"),
            Text("调整比例使之和为 100%", "change the shares so that they sum to 100%"),
        )


class Position(Part):
    """Where an open case stands: a step that waits (no ``start``) or runs, by the name of its path (rule 14)."""

    step: str
    visit: int = Field(default=0, ge=0)
    ready: Moment
    start: Moment | None = None
    servers: tuple[str, ...] = Field(default=(), description="pool/group/index of the servers at work")


class OpenCase(Part):
    """A case of the initial state, with every step that it stands in (all parallel branches) and its history."""

    case: str
    process: Id
    case_class: Id | None = Field(default=None, alias="class")
    accepted: Moment
    attributes: dict[Id, str] = Field(default_factory=dict)
    priority: int = 0
    positions: tuple[Position, ...] = Field(min_length=1)
    visits: dict[str, int] = Field(
        default_factory=dict, description="executions so far, by stream name without purpose"
    )
    due: Moment | None = None
    parent: str | None = Field(default=None, description="the open case that waits for this one, at `spawned_by`")
    spawned_by: str | None = None
