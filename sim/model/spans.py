"""Days of the year on which a calendar differs: seasons, closures, extra openings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, cast

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, field_validator, model_validator

from sim.model.figures import ValueForm, outside, reader
from sim.model.hours import Hours, ShiftsFigure, ShiftsForm
from sim.model.part import Id, Name, Part, refuse
from sim.model.statutory import spring_festival
from sim.text import Text


class Day(NamedTuple):
    """A full date, a day of every year, or a number of days from Spring Festival of every year."""

    full: dt.date | None = None
    month_day: tuple[int, int] | None = None
    from_spring_festival: int | None = None

    @property
    def yearly(self) -> bool:
        return self.full is None

    def in_year(self, year: int, *, ending: bool) -> dt.date:
        """That day of a year; 02-29 of a common year is 02-28 where a span ends, 03-01 where it begins."""
        if self.full is not None:
            return self.full
        if self.from_spring_festival is not None:
            return spring_festival(year) + dt.timedelta(self.from_spring_festival)
        month, day = self.month_day or (1, 1)
        try:
            return dt.date(year, month, day)
        except ValueError:
            return dt.date(year, 2, 28) if ending else dt.date(year, 3, 1)

    def days_to(self, other: Day) -> int | None:
        """How many days later the other is, of two days of every year the next one; None where they cannot be told."""
        if self.full is not None and other.full is not None:
            return (other.full - self.full).days
        if self.from_spring_festival is not None and other.from_spring_festival is not None:
            return other.from_spring_festival - self.from_spring_festival
        if self.month_day is not None and other.month_day is not None:
            return (dt.date(_A_LEAP_YEAR, *other.month_day) - dt.date(_A_LEAP_YEAR, *self.month_day)).days % _LEAP_DAYS
        return None

    @property
    def text(self) -> Text:
        """``11月15日`` / ``15 Nov``, ``春节前20天`` / ``20 days before Spring Festival``."""
        if self.full is not None:
            year, month, day = self.full.year, self.full.month, self.full.day
            return Text(f"{year}年{month}月{day}日", f"{day} {_MONTHS[month - 1]} {year}")
        if self.month_day is not None:
            month, day = self.month_day
            return Text(f"{month}月{day}日", f"{day} {_MONTHS[month - 1]}")
        days = self.from_spring_festival or 0
        if days == 0:
            return Text("春节", "Spring Festival")
        side = Text("前", "before") if days < 0 else Text("后", "after")
        return Text(f"春节{side.zh}{abs(days)}天", f"{abs(days)} days {side.en} Spring Festival")

    def __str__(self) -> str:
        if self.full is not None:
            return self.full.isoformat()
        if self.month_day is not None:
            return "{:02d}-{:02d}".format(*self.month_day)
        days = self.from_spring_festival or 0
        return f"spring-festival {'-' if days < 0 else '+'} {abs(days)} d" if days else "spring-festival"


_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_FESTIVAL = re.compile(r"spring-festival(?:\s*([+-])\s*([0-9]{1,3})\s*d)?")
_FARTHEST = 180
_A_LEAP_YEAR, _LEAP_DAYS = 2000, 366
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(value: Any) -> Day:
    if isinstance(value, Day):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return Day(full=value)
    written = value.strip() if isinstance(value, str) else ""
    try:
        if match := _MONTH_DAY.fullmatch(written):
            day = dt.date(_A_LEAP_YEAR, int(match[1]), int(match[2]))
            return Day(month_day=(day.month, day.day))
        if match := _FESTIVAL.fullmatch(written):
            days = int(f"{match[1] or '+'}{match[2] or 0}")
            if abs(days) <= _FARTHEST:
                return Day(from_spring_festival=days)
        if len(written) == len("2021-01-01"):
            return Day(full=dt.date.fromisoformat(written))
    except ValueError:
        pass
    raise refuse(
        Text(
            "日期写作 年-月-日、每年的 月-日,或相对春节的天数(至多 180)",
            "a day is YYYY-MM-DD, MM-DD of every year, or at most 180 days from Spring Festival",
        ),
        Text(
            "例如 2021-07-01、11-15、spring-festival - 20 d",
            "for example 2021-07-01, 11-15, spring-festival - 20 d",
        ),
    )


DayField = Annotated[
    Day,
    PlainValidator(_day),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["2021-07-01", "11-15", "spring-festival - 20 d"]}),
]


class DayForm(ValueForm[DayField]):
    """``{value: 11-15, assumption: [11-01, 11-20]}``; a range of days of every year may run over the new year."""

    @staticmethod
    def check_range(low: Any, high: Any, leading: Any) -> None:
        width, into = low.days_to(high), low.days_to(leading)
        if width is None or into is None or not 0 <= into <= width <= _FARTHEST:
            raise outside(leading)


DayFigure = Annotated[DayForm, reader(DayForm, DayField)]
"""``11-15``, or with its evidence."""


class Span(Part):
    """Days: ``date`` alone, or ``from`` .. ``to``, both included; a yearly span may run over the new year."""

    date: DayFigure | None = None
    from_: DayFigure | None = Field(default=None, alias="from")
    to: DayFigure | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Span:
        if (self.date is None) == (self.from_ is None) or (self.from_ is None) != (self.to is None):
            raise refuse(
                Text("须写 date,或同时写 from 与 to", "days are given by date, or by from and to together"),
                Text("例如 from: 11-15, to: 03-15", "for example from: 11-15, to: 03-15"),
            )
        first, last = self.ends
        if first.yearly != last.yearly:
            raise refuse(
                Text("from 与 to 须同为具体日期,或同为每年", "from and to are both full dates, or both of every year"),
                Text("把两端写成同一种日期", "write both in the same way"),
            )
        backward = first.full and last.full and last.full < first.full
        if first.from_spring_festival is not None and last.from_spring_festival is not None:
            backward = last.from_spring_festival < first.from_spring_festival
        if backward:
            raise refuse(
                Text("止日早于起日", "the last day is before the first"),
                Text("对调 from 与 to", "exchange `from` and `to`"),
            )
        return self

    @property
    def ends(self) -> tuple[Day, Day]:
        """The first and the last day."""
        first, last = self.date or self.from_, self.date or self.to
        return cast(DayForm, first).value, cast(DayForm, last).value

    def dates(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        """The days of all its occurrences that lie in [first, last]."""
        begin, end = self.ends
        if not begin.yearly:
            yield from _between(begin.in_year(0, ending=False), end.in_year(0, ending=True), first, last)
            return
        for year in range(first.year - 1, last.year + 2):  # an occurrence may begin in the year before its festival
            start = begin.in_year(year, ending=False)
            stop = min(day for y in (year - 1, year, year + 1) if (day := end.in_year(y, ending=True)) >= start)
            yield from _between(start, stop, first, last)


def _between(start: dt.date, stop: dt.date, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for day in range(max(start, first).toordinal(), min(stop, last).toordinal() + 1):
        yield dt.date.fromordinal(day)


class Season(Span):
    """A part of every year with hours of its own; a kind of day that it does not give keeps the hours of the rest."""

    name: Name | None = None
    hours: Hours

    @model_validator(mode="after")
    def _is_yearly(self) -> Season:
        if any(day.month_day is None for day in self.ends):
            raise refuse(
                Text("季节按每年的月-日划定", "a season runs between days MM-DD of every year"),
                Text("例如 from: 10-01, to: 04-30", "for example from: 10-01, to: 04-30"),
            )
        return self


class Closure(Span):
    """Days on which no shift opens: frozen ground, crews away at Spring Festival."""

    id: Id
    name: Name


class Opening(Span):
    """Hours added on some days, whatever else closes them."""

    name: Name | None = None
    hours: ShiftsFigure

    @field_validator("hours")
    @classmethod
    def _some(cls, value: ShiftsForm) -> ShiftsForm:
        if not value.value:
            raise refuse(
                Text("加开时段须写时间", "an opening has hours"), Text('例如 ["09:00-12:00"]', 'as ["09:00-12:00"]')
            )
        return value
