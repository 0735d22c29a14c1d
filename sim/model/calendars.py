"""Calendars: what a scenario describes (weekly hours, seasons, statutory days, closures, openings) and compiles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator

from sim.errors import InputError
from sim.model.hours import Hours, Shift
from sim.model.open_time import BEYOND, Calendar, DayRule, DayView, Reason, date_of, intersection, midnight, united
from sim.model.part import Id, Name, Part, refuse
from sim.model.quantities import DAY_US, PositiveDuration
from sim.model.spans import Closure, Opening, Season
from sim.model.statutory import NO_OWN_TABLE, StatutoryTable, day_kind, week_kind
from sim.names import nearest
from sim.text import Text

__all__ = ["ALWAYS", "BEYOND", "PREDEFINED", "Calendar", "CalendarSpec", "DayView", "Reason", "intersection"]

_A_LEAP_YEAR = (dt.date(2020, 1, 1), dt.date(2020, 12, 31))
_DAY_OFF = Reason("day-off", Text("当日不开放", "not open on this day"))


class CalendarSpec(Part):
    """When a pool, an office or the law is open.

    What a date has is decided in this order: ``openings`` add their hours to whatever else holds; a closure leaves
    none; else the hours of its season, for the kind of day that the date is in law (with ``statutory: false`` the
    week alone decides). ``same_as`` takes all of this from another calendar, and adds closures and openings.
    """

    name: Name
    same_as: Id | None = Field(default=None, description="another calendar, to which closures and openings are added")
    statutory: bool = Field(default=True, description="keeps statutory holidays and make-up working days")
    hours: Hours | None = None
    seasons: tuple[Season, ...] = ()
    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()
    working_day: PositiveDuration | None = Field(
        default=None, description="open time of 1 wd on this calendar; needed only where its days differ in length"
    )

    @model_validator(mode="after")
    def _says_when_it_is_open(self) -> CalendarSpec:
        if self.same_as is not None and {"statutory", "hours", "seasons"} & self.model_fields_set:
            raise refuse(
                Text("same_as 已沿用另一张工作时间表的时间", "same_as already brings the other calendar's hours"),
                Text("删去 same_as,或删去 statutory、hours、seasons", "take out same_as, or the hours beside it"),
            )
        if self.same_as is None and self.hours is None:
            raise refuse(
                Text("工作时间表须写 hours,或 same_as", "a calendar has hours, or is same_as another one"),
                Text('例如 hours: {workdays: ["08:30-17:30"]}', 'for example hours: {workdays: ["08:30-17:30"]}'),
            )
        if self.hours is not None and not self.openings and not any(self._all_shifts()):
            raise refuse(
                Text("工作时间表从不开放", "the calendar never opens"),
                Text("至少写一段开放时间,例如 08:30-17:30", "give it some hours, for example 08:30-17:30"),
            )
        return self

    @model_validator(mode="after")
    def _hours_fit_the_calendar(self) -> CalendarSpec:
        if not self.statutory and any(
            hours.makeup is not None or hours.holidays is not None for hours in self._written_hours()
        ):
            raise refuse(
                Text(
                    "不执行法定节假日的工作时间表没有 makeup 和 holidays",
                    "a calendar without statutory days has no makeup and no holidays",
                ),
                Text("删去 makeup 和 holidays,或 statutory: false", "take out these two, or statutory: false"),
            )
        if twice := _repeated(day for season in self.seasons for day in season.dates(*_A_LEAP_YEAR)):
            raise refuse(
                Text("{day} 同时属于两个季节", "{day} lies in two seasons").format(day=f"{twice:%m-%d}"),
                Text("让各季节的起止互不重叠", "let the seasons not overlap"),
            )
        if twice := _repeated(closure.id for closure in self.closures):
            raise refuse(*_closure_twice(twice))
        if self.working_day is not None and self.working_day.in_working_days:
            raise refuse(
                Text("working_day 须以小时或分钟表示", "working_day is given in hours or minutes"),
                Text("例如 working_day: 6.5 h", "for example working_day: 6.5 h"),
            )
        for season in self.seasons:  # the hours of both must fit together over midnight
            self._of(season)
        return self

    def resolved(self, calendars: Mapping[str, CalendarSpec]) -> CalendarSpec:
        """This calendar without ``same_as``; InputError for an unknown name, a circle, a closure's id used again."""
        chain: list[CalendarSpec] = [self]
        seen: list[str] = []
        while (id_ := chain[-1].same_as) is not None:
            other = calendars.get(id_, PREDEFINED.get(id_))
            if other is None:
                raise InputError(
                    Text("没有这个工作时间表", "there is no such calendar"),
                    nearest(id_, [*calendars, *PREDEFINED]),
                    path=("same_as",),
                    value=id_,
                )
            if id_ in seen:
                raise InputError(
                    Text("same_as 互相引用,形成循环", "the calendars are same_as one another, in a circle"),
                    Text("让其中一个写出 hours", "give one of them hours of its own"),
                    path=("same_as",),
                    value=" -> ".join([*seen, id_]),
                )
            seen.append(id_)
            chain.append(other)
        closures = tuple(closure for spec in reversed(chain) for closure in spec.closures)
        if twice := _repeated(closure.id for closure in closures):
            rule, cure = _closure_twice(twice)
            raise InputError(rule, cure, path=("closures",), value=twice)
        openings = tuple(opening for spec in reversed(chain) for opening in spec.openings)
        working_day = next((spec.working_day for spec in chain if spec.working_day is not None), None)
        changes = {"name": self.name, "closures": closures, "openings": openings, "working_day": working_day}
        return chain[-1].model_copy(update=changes)

    def working_day_us(self, calendars: Mapping[str, CalendarSpec] | None = None) -> int:
        """Open time of one working day, by which ``2 wd`` on this calendar is converted.

        ``working_day`` where it is given; else the length that all open days from Monday to Friday share, in every
        season. Errors: :class:`InputError` where they differ.
        """
        spec = self.resolved(calendars or {})
        if spec.working_day is not None:
            return round(spec.working_day.size)
        lengths = {_length(hours.of_weekday(day)) for hours in spec._effective_hours() for day in range(5)} - {0}
        if len(lengths) == 1:
            return lengths.pop()
        raise InputError(
            Text("各日开放时间长短不一,不能确定一个工作日多长", "the open days differ, so 1 wd has no length"),
            Text("在表中写明,例如 working_day: 6.5 h", "say it in the calendar: working_day: 6.5 h"),
            path=("working_day",),
            value=self.name.en,
        )

    def compile(
        self,
        first_us: int,
        last_us: int,
        *,
        statutory: StatutoryTable = NO_OWN_TABLE,
        calendars: Mapping[str, CalendarSpec] | None = None,
    ) -> Calendar:
        """The intervals of a run from ``first_us`` to ``last_us``, both included, in whole days.

        Errors: :class:`InputError` for a year of the run without statutory data (rule 2) and for ``same_as``.
        """
        if last_us < first_us:
            raise ValueError("a run does not end before it begins")
        spec = self.resolved(calendars or {})
        first, last = date_of(first_us), date_of(max(first_us, last_us - 1))
        overnight = any(shift.closes > DAY_US for shift in spec._all_shifts())
        begin, end = midnight(first), midnight(last) + DAY_US
        rules = CalendarDays(spec, statutory, first - dt.timedelta(overnight), last)
        shifts = united([interval for day in rules.dates() for interval in rules.intervals(day)])
        within = [(max(o, begin), c if c < end else BEYOND) for o, c in shifts if c > begin]
        return Calendar(within, first_us, last_us, rules=rules)

    def _written_hours(self) -> Iterator[Hours]:
        if self.hours is not None:
            yield self.hours
        yield from (season.hours for season in self.seasons)

    def _effective_hours(self) -> Iterator[Hours]:
        if self.hours is not None:
            yield self.hours
        yield from (self._of(season) for season in self.seasons)

    def _of(self, season: Season) -> Hours:
        return (self.hours or Hours()).overlaid(season.hours)

    def _all_shifts(self) -> Iterator[Shift]:
        for hours in self._written_hours():
            for shifts in hours.given().values():
                yield from shifts
        for opening in self.openings:
            yield from opening.hours.value


class CalendarDays:
    """What one calendar does on each date from ``first`` to ``last``, and why it is closed."""

    def __init__(self, spec: CalendarSpec, statutory: StatutoryTable, first: dt.date, last: dt.date) -> None:
        self._statutory = statutory if spec.statutory else None
        self._first, self._last = first, last
        self._hours = spec.hours or Hours()
        seasons = [(season, spec._of(season)) for season in spec.seasons]
        self._season = {day: hours for season, hours in seasons for day in season.dates(first, last)}
        self._closed: dict[dt.date, tuple[Closure, ...]] = {}
        for closure in spec.closures:
            for day in closure.dates(first, last):
                self._closed[day] = (*self._closed.get(day, ()), closure)
        self._added: dict[dt.date, tuple[Shift, ...]] = {}
        for opening in spec.openings:
            for day in opening.dates(first, last):
                self._added[day] = (*self._added.get(day, ()), *opening.hours.value)

    def dates(self) -> Iterator[dt.date]:
        """All dates, in order."""
        for day in range(self._first.toordinal(), self._last.toordinal() + 1):
            yield dt.date.fromordinal(day)

    def on(self, day: dt.date) -> DayRule:
        """The shifts that open on a date, else the reasons why none does: closures first, then the kind of day."""
        kind = week_kind(day) if self._statutory is None else day_kind(day, self._statutory)
        shifts = self._season.get(day, self._hours).of(day, kind)
        reasons: tuple[Reason, ...] = ()
        if not shifts:
            reasons = (Reason(kind.kind, kind.text) if kind.kind in ("holiday", "weekend") else _DAY_OFF,)
        if closures := self._closed.get(day):
            shifts, reasons = (), (*(Reason("closure", c.name, c.id) for c in closures), *reasons)
        if added := self._added.get(day):
            shifts, reasons = tuple(Shift(*shift) for shift in united([*shifts, *added])), ()
        return DayRule(kind, shifts, reasons)

    def intervals(self, day: dt.date) -> Iterator[tuple[int, int]]:
        """The same shifts as instants."""
        start = midnight(day)
        return ((start + opens, start + closes) for opens, closes in self.on(day).shifts)


def _length(shifts: tuple[Shift, ...]) -> int:
    return sum(closes - opens for opens, closes in shifts)


def _repeated(items: Iterable[Any]) -> Any:
    return next((item for item, times in Counter(items).items() if times > 1), None)


def _closure_twice(id_: str) -> tuple[Text, Text]:
    rule = Text("关闭时段 {id} 重复", "the closure {id} is there twice").format(id=id_)
    return rule, Text("给其中一个换一个标识", "give one of them another id")


_AROUND_THE_CLOCK = Hours.model_validate(dict.fromkeys(("workdays", "sat", "sun"), "00:00-24:00"))
ALWAYS = CalendarSpec(name=Text("全天候", "always open"), statutory=False, hours=_AROUND_THE_CLOCK)
PREDEFINED: Mapping[str, CalendarSpec] = {"always": ALWAYS}
"""Calendars that every scenario has; one of its own with the same id wins."""
