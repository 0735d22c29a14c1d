"""Which days are working days in law: the State Council's yearly tables of holidays and make-up working days (调休)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError, ValidationError

from sim.errors import InputError
from sim.model.part import Name, Part, refuse
from sim.text import Text

_HOLIDAY = Text("法定节假日", "public holiday")
_WORDS = {
    "working-day": Text("工作日", "working day"),
    "make-up": Text("调休上班", "make-up working day"),
    "weekend": Text("周末", "weekend"),
    "holiday": _HOLIDAY,
}
_SHORT = {"清明", "端午", "中秋"}
"""The package's short forms; the State Council's notices write 清明节, 端午节, 中秋节."""

_DAY = r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})"
_DAYS = re.compile(rf"\s*{_DAY}(?:\s*\.\.\s*{_DAY})?\s*")
_FORM = (
    Text("节假日写作“月-日”或“月-日..月-日”", "days are MM-DD, or a range MM-DD..MM-DD"),
    Text("例如 10-01..10-07;跨年的按年份分开写", "for example 10-01..10-07; split at the new year"),
)


class DayKind(NamedTuple):
    """What a date is in law, and the holiday that it belongs to or that it makes up for, where known."""

    kind: Literal["working-day", "make-up", "weekend", "holiday"]
    name: Text | None = None

    @property
    def working(self) -> bool:
        return self.kind in ("working-day", "make-up")

    @property
    def text(self) -> Text:
        """``国庆节`` / ``National Day``; ``调休上班(国庆节)`` / ``make-up working day (National Day)``."""
        words = _WORDS[self.kind]
        if self.name is None:
            return words
        if self.kind == "holiday":
            return self.name
        return Text(f"{words.zh}({self.name.zh})", f"{words.en} ({self.name.en})")


def _days(value: Any) -> Any:
    if isinstance(value, dt.date):  # the YAML reader takes 2027-02-05 for a date
        value = value.isoformat()
    return {"days": value} if isinstance(value, str) else value


class StatutoryDays(Part):
    """A day or a stretch of days of one year, ``10-01..10-07``, with the holiday's name where one is given."""

    days: str
    name: Name | None = None

    @model_validator(mode="after")
    def _readable(self) -> StatutoryDays:
        if _DAYS.fullmatch(self.days) is None:
            raise refuse(*_FORM)
        return self

    def dates(self, year: int) -> Iterator[dt.date]:
        """The days in that year; ValueError for 02-30, for another year's date and for a range that runs back."""
        found = [None if part is None else int(part) for part in _DAYS.fullmatch(self.days).groups()]  # type: ignore[union-attr]
        first = dt.date(found[0] or year, found[1], found[2])  # type: ignore[arg-type]
        last = first if found[4] is None else dt.date(found[3] or year, found[4], found[5])  # type: ignore[arg-type]
        if not year == first.year == last.year or last < first:
            raise ValueError(self.days)
        return (first + dt.timedelta(n) for n in range((last - first).days + 1))


Days = Annotated[StatutoryDays, BeforeValidator(_days, json_schema_input_type=str | StatutoryDays)]


class StatutoryYear(Part):
    """One year's holidays, weekends inside them included, and the weekend days worked in exchange."""

    holidays: tuple[Days, ...]
    makeup: tuple[Days, ...] = ()

    @model_validator(mode="after")
    def _has_holidays(self) -> StatutoryYear:
        if not self.holidays:
            raise refuse(Text("每年都有法定节假日", "every year has statutory holidays"), _FORM[1])
        return self


class StatutoryTable(RootModel[dict[int, StatutoryYear]]):
    """A scenario's own years, which win over the package's: ``{2027: {holidays: [...], makeup: [...]}}``.

    A day listed twice, a holiday that is also a make-up day and a make-up day that is an ordinary weekday are
    refused at the entry that brings the contradiction.
    """

    model_config = ConfigDict(frozen=True)
    root: dict[int, StatutoryYear] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> StatutoryTable:
        for year, table in self.root.items():
            seen: dict[dt.date, str] = {}
            for field in ("holidays", "makeup"):
                for index, entry in enumerate(getattr(table, field)):
                    if error := _contradiction(year, field, entry, seen):
                        line: Any = {"type": error, "loc": (year, field, index), "input": entry.days}
                        raise ValidationError.from_exception_data("StatutoryTable", [line])
        return self

    def kind(self, day: dt.date) -> DayKind | None:
        """What the scenario's own table says of a date; None when it has no table for that year."""
        if day.year not in self.root:
            return None
        table = self.root[day.year]
        for entry in table.holidays:
            if day in entry.dates(day.year):
                return DayKind("holiday", entry.name)
        for entry in table.makeup:
            if day in entry.dates(day.year):
                return DayKind("make-up", entry.name)
        return week_kind(day)


def _contradiction(year: int, field: str, entry: StatutoryDays, seen: dict[dt.date, str]) -> PydanticCustomError | None:
    try:
        days = list(entry.dates(year))
    except ValueError:
        no_such = Text("{year} 年没有这样的日期或起止颠倒", "{year} has no such days, or the range runs backward")
        return refuse(no_such.format(year=year), _FORM[1])
    for day in days:
        if seen.get(day) == field:
            return refuse(
                Text("{day} 重复列出", "{day} is listed twice").format(day=day),
                Text("只保留一处", "keep one of the two"),
            )
        if day in seen:
            return refuse(
                Text("{day} 既是节假日又是调休上班日", "{day} is a holiday and a make-up day").format(day=day),
                Text("从其中一项删去该日", "take the day out of one of the lists"),
            )
        if field == "makeup" and day.weekday() < 5:
            return refuse(
                Text("{day} 不是周末,不能是调休上班日", "{day} is an ordinary weekday, no make-up day").format(day=day),
                Text("核对国务院办公厅的放假通知", "check the yearly notice of the State Council"),
            )
        seen[day] = field
    return None


NO_OWN_TABLE = StatutoryTable()


def week_kind(day: dt.date) -> DayKind:
    """What a date is by the week alone, without any table."""
    return DayKind("working-day" if day.weekday() < 5 else "weekend")


def day_kind(day: dt.date, own: StatutoryTable = NO_OWN_TABLE) -> DayKind:
    """What a date is in law, by the scenario's own table or else by the package ``chinesecalendar``.

    Errors: :class:`InputError` that names a year which neither knows; such a year is never taken as one without
    holidays. Source of the package: the yearly notices of the State Council's General Office.

    >>> day_kind(dt.date(2021, 10, 4)).text.en, day_kind(dt.date(2021, 10, 9)).text.en
    ('National Day', 'make-up working day (National Day)')
    """
    if (kind := own.kind(day)) is not None:
        return kind
    return _published_kind(day)


@cache
def _published_kind(day: dt.date) -> DayKind:
    import chinese_calendar  # late: only runs with Chinese calendars need it

    try:
        off, english = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        raise _no_table(day.year) from None
    if english is None:
        return week_kind(day)
    chinese = chinese_calendar.Holiday(english).chinese
    name = Text(chinese + "节" if chinese in _SHORT else chinese, english)
    return DayKind("holiday" if off else "make-up", name)


def working_days(first: dt.date, last: dt.date, own: StatutoryTable = NO_OWN_TABLE) -> NDArray[np.bool_]:
    """Whether each date from ``first`` to ``last``, both included, is a working day in law; errors as ``day_kind``.

    >>> int(working_days(dt.date(2021, 1, 1), dt.date(2021, 12, 31)).sum())
    250
    """
    days = range(first.toordinal(), last.toordinal() + 1)
    return np.array([day_kind(dt.date.fromordinal(day), own).working for day in days], dtype=np.bool_)


def _no_table(year: int) -> InputError:
    return InputError(
        Text(f"没有 {year} 年的法定节假日和调休安排", f"statutory holidays and make-up days of {year} are not known"),
        Text(
            f"在情景中给出该年自己的表: statutory: {{{year}: {{holidays: [...], makeup: [...]}}}}",
            f"give the scenario its own table: statutory: {{{year}: {{holidays: [...], makeup: [...]}}}}",
        ),
        path=("statutory", year),
        value=year,
    )


# First day of the first lunar month: Hong Kong Observatory, Gregorian-lunar calendar conversion tables.
_SPRING_FESTIVALS = {
    2000: "0205 0124 0212 0201 0122 0209 0129 0218 0207 0126",
    2010: "0214 0203 0123 0210 0131 0219 0208 0128 0216 0205",
    2020: "0125 0212 0201 0122 0210 0129 0217 0206 0126 0213",
    2030: "0203 0123 0211 0131 0219 0208 0128 0215 0204 0124",
    2040: "0212 0201 0122 0210 0130 0217 0206 0126 0214 0202",
}


def spring_festival(year: int) -> dt.date:
    """The first day of the lunar year, 2000 to 2049; :class:`InputError` that names any other year."""
    row = _SPRING_FESTIVALS.get(year // 10 * 10)
    if row is None:
        raise InputError(
            Text(f"不知道 {year} 年的春节日期", f"the date of Spring Festival {year} is not known"),
            Text("写具体日期,例如 2050-01-23", "write full dates, for example 2050-01-23"),
            value=year,
        )
    written = row.split()[year % 10]
    return dt.date(year, int(written[:2]), int(written[2:]))
