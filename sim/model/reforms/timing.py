"""When people work and when sessions are held."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import InputError
from sim.model.base import LEGAL, Model
from sim.model.calendars import CalendarSpec
from sim.model.figures import CountFigure, DurationFigure, PositiveDurationFigure
from sim.model.hours import Hours
from sim.model.part import Id, refuse
from sim.model.pools import Discipline
from sim.model.process import Element, WaitStep
from sim.model.quantities import PositiveDuration
from sim.model.reforms import phrases, words
from sim.model.reforms.capacity import OfGroup
from sim.model.reforms.change import FIGURES, Change, Ids, Touch, changed, one_or_several
from sim.model.reforms.durations import on_steps
from sim.model.reforms.words import fill
from sim.model.sessions import DaysOfMonthFigure, DaysOfWeekFigure, TimeOfDayFigure
from sim.model.spans import Closure, Opening
from sim.names import find
from sim.text import Text


class WorkCalendar(OfGroup):
    """Pools, or waits, run on another calendar of the folder (调整工作时间)."""

    work_calendar: Annotated[tuple[str, ...], BeforeValidator(one_or_several)] = Field(
        min_length=1, description="pools or waits (PROCESS/WAIT)"
    )
    to: Id

    @property
    def _waits(self) -> tuple[str, ...]:
        return tuple(target for target in self.work_calendar if "/" in target)

    @property
    def _pools(self) -> tuple[str, ...]:
        return tuple(target for target in self.work_calendar if "/" not in target)

    def _applied(self, model: Model) -> Model:
        words.known_calendar(model, self.to)
        return on_steps(self._on_groups(model, self._pools, lambda _: {"calendar": self.to}), self._waits, self._moved)

    def _moved(self, element: Element) -> Element:
        if not isinstance(element, WaitStep):
            raise InputError(
                Text(
                    "只有等待有自己的工作时间表,工作用班组的", "only waits have a calendar; work has that of its pool"
                ),
                Text("写班组标识", "name the pool"),
                value=element.id,
            )
        return changed(element, calendar=self.to)

    def touches(self, model: Model) -> frozenset[Touch]:
        waits = frozenset(("step", path, "calendar") for path in self._waits)
        return waits | self._group_touched(model, self._pools, "calendar")

    def describe(self, model: Model) -> Text:
        who = [words.step(model, path) for path in self._waits] + [words.pool(model, id_) for id_ in self._pools]
        return fill(
            Text("{who}改按{to}", "{who} on the calendar {to} now"),
            who=words.joined(who),
            to=words.calendar(model, self.to),
        )


class OpenHours(Change):
    """Calendars open longer, on more days, or closed less (延时服务、双休日“不打烊”).

    The kinds of day that ``hours`` gives have these hours, in every season; openings and closures are added, and those
    named in ``no_longer`` fall away. The law's own calendar is not changed by this: it keeps the hours that it had,
    also where it is the same as one that changes (rule 19).
    """

    phase: ClassVar[int] = FIGURES
    open_hours: Ids = Field(min_length=1)
    hours: Hours | None = None
    openings: tuple[Opening, ...] = ()
    closures: tuple[Closure, ...] = ()
    no_longer: Ids = Field(default=(), description="closures that fall away")
    working_day: PositiveDuration | None = Field(default=None, description="open time of 1 wd from now on")

    @model_validator(mode="after")
    def _something(self) -> OpenHours:
        if not self._fields:
            raise refuse(
                Text(
                    "须写 hours、openings、closures、no_longer 中的至少一项",
                    "give some of hours, openings, closures, no_longer",
                ),
                Text('例如 hours: {sat: ["08:30-12:00"]}', 'for example hours: {sat: ["08:30-12:00"]}'),
            )
        return self

    @property
    def _fields(self) -> dict[str, Any]:
        names = ("hours", "openings", "closures", "no_longer", "working_day")
        return {name: value for name in names if (value := getattr(self, name))}

    def _applied(self, model: Model) -> Model:
        if LEGAL in self.open_hours:
            raise InputError(
                Text("法定计时的工作时间表不因流程举措改变", "the law's calendar does not change with the process"),
                Text("为班组另设一张工作时间表;计时另写 clock_changes", "give the pools a calendar of their own"),
                value=LEGAL,
            )
        if LEGAL in model.calendars and model.calendars[LEGAL].same_as is not None:
            legal = model.calendars[LEGAL].resolved(model.calendars)
            model = words.replaced(model, "calendars", LEGAL, legal)
        for id_ in self.open_hours:
            spec = find(model.calendars, id_, words.CALENDAR)
            model = words.replaced(model, "calendars", id_, self._longer(spec, model))
        return model

    def _longer(self, spec: CalendarSpec, model: Model) -> CalendarSpec:
        fields: dict[str, Any] = {}
        if self.hours is not None:
            spec = spec.resolved(model.calendars)
            new = self.hours.given()
            fields["hours"] = (spec.hours or Hours()).overlaid(self.hours)
            fields["seasons"] = tuple(
                changed(season, hours=season.hours.overlaid(self.hours.of_kinds(both))) if both else season
                for season in spec.seasons
                for both in [new.keys() & season.hours.given()]
            )
        if strange := set(self.no_longer) - {closure.id for closure in spec.resolved(model.calendars).closures}:
            find({closure.id: closure for closure in spec.closures}, min(strange), Text("关闭时段", "closure"))
        if self.no_longer:
            spec = spec.resolved(model.calendars)
        closures = tuple(closure for closure in spec.closures if closure.id not in self.no_longer)
        fields |= {"closures": (*closures, *self.closures), "openings": (*spec.openings, *self.openings)}
        if self.working_day is not None:
            fields["working_day"] = self.working_day
        return changed(spec, **fields)

    def touches(self, model: Model) -> frozenset[Touch]:
        touched: set[Touch] = set()
        for id_ in self.open_hours:
            days = self.hours.given() if self.hours is not None else {}
            touched |= {("calendar", id_, "hours", day) for day in days}
            touched |= {("calendar", id_, "closure", closure.id) for closure in self.closures}
            touched |= {("calendar", id_, "closure", closure) for closure in self.no_longer}
            touched |= {("calendar", id_, "openings")} if self.openings else set()
            touched |= {("calendar", id_, "working-day")} if self.working_day else set()
        return frozenset(touched)

    def describe(self, model: Model) -> Text:
        calendars = words.joined(words.calendar(model, id_) for id_ in self.open_hours)
        told = [
            fill(
                Text("{field} {value}", "{field} {value}"), field=_FIELDS[name], value=phrases.said(model, value, name)
            )
            for name, value in self._fields.items()
        ]
        return fill(
            Text("{calendars}调整开放时间:{what}", "Opening hours of {calendars}: {what}"),
            calendars=calendars,
            what=words.joined(told, ";", "; "),
        )


_FIELDS = {
    "hours": Text("开放", "open"),
    "openings": Text("加开", "open besides"),
    "closures": Text("另关闭", "also closed"),
    "no_longer": Text("不再关闭", "no longer closed:"),
    "working_day": Text("一个工作日为", "one working day is"),
}


class Session(Change):
    """When sessions are held, for how long, how many entries they take, and how early these must be ready.

    ``on`` and ``days`` take the place of one another; ``capacity: null`` and ``cut_off: null`` lift the limit.
    """

    phase: ClassVar[int] = FIGURES
    session: Ids = Field(min_length=1)
    on: DaysOfWeekFigure | None = None
    days: DaysOfMonthFigure | None = None
    every_weeks: int | None = Field(default=None, ge=1, le=8)
    at: TimeOfDayFigure | None = None
    length: PositiveDurationFigure | None = None
    capacity: CountFigure | None = None
    cut_off: DurationFigure | None = None
    when_closed: Literal["lost", "moved"] | None = None
    discipline: Discipline | None = None
    calendar: Id | None = None

    @property
    def _given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set - {"session"}}

    @model_validator(mode="after")
    def _something(self) -> Session:
        if not self._given or any(v is None and name not in ("capacity", "cut_off") for name, v in self._given.items()):
            raise refuse(
                Text("须写明会期改变的内容", "say what changes of the session"),
                Text("例如 on: [tue, fri]", "for example on: [tue, fri]"),
            )
        return self

    def _applied(self, model: Model) -> Model:
        given = self._given
        if "on" in given:
            given.setdefault("days", None)
        if "days" in given:
            given.setdefault("on", None)
        if self.calendar is not None:
            words.known_calendar(model, self.calendar)
        for id_ in self.session:
            session = find(model.sessions, id_, words.SESSION)
            model = words.replaced(model, "sessions", id_, changed(session, **given))
        return model

    def touches(self, model: Model) -> frozenset[Touch]:
        rhythm = {"on": "rhythm", "days": "rhythm"}
        return frozenset(("session", id_, rhythm.get(name, name)) for id_ in self.session for name in self._given)

    def describe(self, model: Model) -> Text:
        told = [
            fill(
                Text("{field}改为{value}", "{field}: {value}"),
                field=phrases.field(name),
                value=phrases.said(model, self._given[name], name),
            )
            for name in type(self).model_fields
            if name in self._given
        ]
        return fill(
            Text("{sessions}:{what}", "{sessions}: {what}"),
            sessions=words.joined(words.quoted(words.name_of(model.sessions, id_)) for id_ in self.session),
            what=words.joined(told, ",", ", "),
        )
