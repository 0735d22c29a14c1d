"""Changes of what is counted: they change no case's day, only the number that is reported (rule 19)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.clocks import Event, Selected, Unit
from sim.model.limits import Limit as LimitPart
from sim.model.limits import Reading as ReadingPart
from sim.model.limits import StatisticField
from sim.model.part import Id, Share, refuse
from sim.model.process import Element, Mark, SessionStep, WaitStep, WorkStep
from sim.model.quantities import PromisedDuration
from sim.model.reforms import phrases, words
from sim.model.reforms.change import ClockChange, StepPaths, Touch, changed
from sim.model.reforms.durations import on_steps
from sim.model.reforms.words import fill
from sim.names import find
from sim.text import Text


class OfLimit(ClockChange):
    """A change of some fields of a limit, one of its readings, or their clock; those that are written change."""

    @property
    def _given(self) -> dict[str, Any]:
        kept = {type(self).key(), "of_reading"}
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set - kept}

    @model_validator(mode="after")
    def _something(self) -> OfLimit:
        if not self._given:
            names = ", ".join(name.rstrip("_") for name in type(self).model_fields if name != type(self).key())
            raise refuse(
                Text("须写明改变的内容", "say what changes"),
                Text(f"可写 {names}", f"it may be {names}"),
            )
        return self

    def _told(self, model: Model, what: Text) -> Text:
        told = (
            fill(
                Text("{field}改为{value}", "{field}: {value}"),
                field=phrases.field(name),
                value=phrases.said(model, value, name),
            )
            for name, value in self._given.items()
        )
        return fill(Text("{what}:{told}", "{what}: {told}"), what=what, told=words.joined(told, ",", ", "))


class Limit(OfLimit):
    """The number that is promised, its statistic, tolerance and classes, or which of its readings decides."""

    limit: str
    value: PromisedDuration | None = None
    statistic: StatisticField | None = None
    tolerance: Share | None = None
    classes: tuple[Id, ...] | None = None
    default_reading: Id | None = Field(default=None, description="the one that decides; the old one stays plausible")

    def _applied(self, model: Model) -> Model:
        limit = find(model.limits, self.limit, words.LIMIT)
        given = self._given
        if (decides := given.pop("default_reading", None)) is not None:
            _reading(limit, decides)
            roles = {reading.id: "plausible" for reading in limit.readings if reading.role == "default"}
            roles[decides] = "default"
            given["readings"] = tuple(changed(r, role=roles.get(r.id, r.role)) for r in limit.readings)
        return words.replaced(model, "limits", self.limit, changed(limit, **given))

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("limit", self.limit, name) for name in self._given)

    def describe(self, model: Model) -> Text:
        return self._told(model, limit_name(model, self.limit))


class LimitClock(OfLimit):
    """From where to where a limit's clock runs and what counts; of one of its readings, where that is named.

    ``count`` and ``except`` take the place of one another, unless both are written.
    """

    limit_clock: str
    of_reading: Id | None = None
    start: Event | None = None
    stop: Event | None = None
    count: Selected | None = None
    except_: Selected | None = Field(default=None, alias="except")
    from_start: bool | None = None
    excluded_wins: bool | None = None

    def _applied(self, model: Model) -> Model:
        limit = find(model.limits, self.limit_clock, words.LIMIT)
        given = self._given
        for one, other in (("count", "except_"), ("except_", "count")):
            if given.get(one) is not None:
                given.setdefault(other, None)
        if self.of_reading is None:
            return words.replaced(
                model, "limits", self.limit_clock, changed(limit, clock=changed(limit.clock, **given))
            )
        reading = _reading(limit, self.of_reading)
        other_reading = changed(reading, clock=changed(reading.clock or limit.clock, **given))
        return words.replaced(model, "limits", self.limit_clock, _with_reading(limit, other_reading))

    def touches(self, model: Model) -> frozenset[Touch]:
        selection = {"count": "selection", "except_": "selection"}
        return frozenset(
            ("limit", self.limit_clock, "clock", self.of_reading or "", selection.get(name, name))
            for name in self._given
        )

    def describe(self, model: Model) -> Text:
        name = limit_name(model, self.limit_clock)
        return self._told(
            model, name if self.of_reading is None else reading_name(model, self.limit_clock, self.of_reading)
        )


class Reading(OfLimit):
    """How a reading (口径) of a limit counts: ``E4/whole-days``. Which one decides, says ``limit: default_reading``."""

    reading: Annotated[str, Field(pattern=r"^[^/]+/[a-z0-9-]+$")]
    unit: Unit | None = None
    per: Literal["case", "stage", "step"] | None = None
    moved: bool | None = None
    role: Literal["plausible", "beside"] | None = None
    statistic: StatisticField | None = None

    @property
    def _ids(self) -> tuple[str, str]:
        limit, _, reading = self.reading.partition("/")
        return limit, reading

    def _applied(self, model: Model) -> Model:
        id_, reading_id = self._ids
        limit = find(model.limits, id_, words.LIMIT)
        reading = _reading(limit, reading_id)
        return words.replaced(model, "limits", id_, _with_reading(limit, changed(reading, **self._given)))

    def touches(self, model: Model) -> frozenset[Touch]:
        id_, reading = self._ids
        return frozenset(("limit", id_, "reading", reading, name) for name in self._given)

    def describe(self, model: Model) -> Text:
        return self._told(model, reading_name(model, *self._ids))


class Reclassify(ClockChange):
    """The clock counts steps as another owner's time or as another stage; who does them and when stays as it is."""

    reclassify: StepPaths = Field(min_length=1)
    owner: Id | None = None
    stage: Id | None = None

    @model_validator(mode="after")
    def _something(self) -> Reclassify:
        if self.owner is None and self.stage is None:
            raise refuse(
                Text("须写 owner(用时主体)或 stage(环节)", "give an owner or a stage"),
                Text("例如 owner: customer", "for example owner: customer"),
            )
        return self

    def _applied(self, model: Model) -> Model:
        if self.owner is not None:
            words.known_owner(model, self.owner)
        if self.stage is not None:
            find(model.stages, self.stage, words.STAGE)
        return on_steps(model, self.reclassify, self._counted)

    def _counted(self, element: Element) -> Element:
        if not isinstance(element, (WorkStep, WaitStep, SessionStep, Mark)) or (
            self.owner and isinstance(element, Mark)
        ):
            raise InputError(
                Text("只有步骤计入用时主体和环节", "only steps count as an owner's time or as a stage"),
                Text("改选工作、等待或集中办理", "name work, a wait or a session"),
                value=element.id,
            )
        given = {"owner": self.owner, "stage": self.stage}
        return changed(element, **{name: value for name, value in given.items() if value is not None})

    def touches(self, model: Model) -> frozenset[Touch]:
        aspects = [name for name, value in (("owner", self.owner), ("stage", self.stage)) if value is not None]
        return frozenset(("step", path, aspect) for path in self.reclassify for aspect in aspects)

    def describe(self, model: Model) -> Text:
        told = []
        if self.owner is not None:
            told.append(fill(Text("改计为{owner}用时", "as the time of {owner}"), owner=words.owner(model, self.owner)))
        if self.stage is not None:
            stage = words.quoted(words.name_of(model.stages, self.stage))
            told.append(fill(Text("改计入{stage}环节", "as the stage {stage}"), stage=stage))
        return fill(
            Text("{steps}{what},办理本身不变", "{steps} counted {what}; the handling stays as it is"),
            steps=words.steps(model, self.reclassify),
            what=words.joined(told, ",", " and "),
        )


def limit_name(model: Model, id_: str) -> Text:
    """``“E4 高压单电源”`` with its id, which officials quote."""
    name = words.name_of(model.limits, id_)
    return Text(f"“{id_} {name.zh}”", f"“{id_} {name.en}”")


def reading_name(model: Model, limit: str, reading: str) -> Text:
    readings = {r.id: r for r in model.limits[limit].readings} if limit in model.limits else {}
    return fill(
        Text("{limit}的口径{reading}", "reading {reading} of {limit}"),
        limit=limit_name(model, limit),
        reading=words.quoted(words.name_of(readings, reading)),
    )


def _reading(limit: LimitPart, id_: str) -> ReadingPart:
    return find({reading.id: reading for reading in limit.readings}, id_, words.READING)


def _with_reading(limit: LimitPart, other: ReadingPart) -> LimitPart:
    readings = tuple(other if reading.id == other.id else reading for reading in limit.readings)
    found: LimitPart = changed(limit, readings=readings)
    return found
