"""How many cases come, when, and of what kind."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.demand import DayPattern, HoursOfDayFigure, ListedCase, MonthsFigure, WeekdaysFigure
from sim.model.figures import AmountFigure, AmountForm, PositiveDurationFigure, RateFigure, RateForm, ShareFigure
from sim.model.part import Id, refuse
from sim.model.reforms import phrases, words
from sim.model.reforms.arithmetic import multiplied, shared_out
from sim.model.reforms.change import FIGURES, Change, Ids, Operation, Touch, changed
from sim.model.reforms.words import fill
from sim.names import find
from sim.text import Text


class Arrivals(Change):
    """How many cases a source brings, so many or so many times as many, and in which rhythm; or exactly which.

    The cases keep their ordinals, attributes and draws; more of them have other instants (rule 12).
    """

    phase: ClassVar[int] = FIGURES
    arrivals: Ids = Field(min_length=1)
    factor: RateFigure | None = None
    per_year: AmountFigure | None = None
    every: PositiveDurationFigure | None = None
    listed: tuple[ListedCase, ...] | None = Field(default=None, min_length=1, description="these, and no others")
    months: MonthsFigure | None = None
    weekdays: WeekdaysFigure | None = None
    hours: HoursOfDayFigure | None = None
    days: tuple[DayPattern, ...] | None = None
    batch: dict[Annotated[int, Field(ge=1)], ShareFigure] | None = None

    @property
    def _rhythm(self) -> dict[str, Any]:
        names = ("months", "weekdays", "hours", "days", "batch")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _something(self) -> Arrivals:
        rates = sum(value is not None for value in (self.factor, self.per_year, self.every, self.listed))
        if rates > 1 or (rates == 0) == (not self._rhythm):
            raise refuse(
                Text(
                    "须写 factor、per_year、every、listed 之一,或只写节律(months、weekdays、hours、days、batch)",
                    "give one of factor, per_year, every, listed; or a rhythm alone "
                    "(months, weekdays, hours, days, batch)",
                ),
                Text("例如 factor: 1.3", "for example factor: 1.3"),
            )
        return self

    @property
    def operation(self) -> Operation:
        return "set" if self.factor is None else "multiply"

    def _applied(self, model: Model) -> Model:
        for id_ in self.arrivals:
            source = find(model.sources, id_, words.SOURCE)
            if source.listed is not None:
                raise InputError(
                    Text("该来源是一张清单,没有到达率", "the source is a list and has no rate"),
                    Text("另设一个来源,或改清单", "make another source, or edit the list"),
                    value=id_,
                )
            fields = dict(self._rhythm)
            if self.factor is None and not fields:
                fields = {"per_year": self.per_year, "every": self.every, "listed": self.listed}
            elif self.factor is not None and source.per_year is not None:
                fields["per_year"] = multiplied(source.per_year, self.factor)
            elif self.factor is not None and source.every is not None:
                fields["every"] = shared_out(source.every, self.factor)
            model = words.replaced(model, "sources", id_, changed(source, **fields))
        return model

    def touches(self, model: Model) -> frozenset[Touch]:
        aspects = self._rhythm.keys() or {"rate"}
        return frozenset(("source", id_, aspect) for id_ in self.arrivals for aspect in aspects)

    def describe(self, model: Model) -> Text:
        if self.factor is not None:
            what = fill(Text("办件量为原来的 {n}", "{n} of the cases"), n=words.share(self.factor.value))
        else:
            given = self._rhythm or {
                n: v for n in ("per_year", "every", "listed") if (v := getattr(self, n)) is not None
            }
            told = (
                fill(
                    Text("{field}改为 {value}", "{field}: {value}"),
                    field=phrases.field(name),
                    value=phrases.said(model, value, name),
                )
                for name, value in given.items()
            )
            what = words.joined(told, ",", ", ")
        return fill(Text("{sources}:{what}", "{sources}: {what}"), sources=_sources(model, self.arrivals), what=what)


class Mix(Change):
    """The shares of the values of an attribute among the cases of sources, or an attribute that is new."""

    phase: ClassVar[int] = FIGURES
    mix: Ids = Field(min_length=1)
    attribute: Id
    shares: dict[str, ShareFigure] = Field(min_length=1)

    def _applied(self, model: Model) -> Model:
        for id_ in self.mix:
            source = find(model.sources, id_, words.SOURCE)
            attributes = {**source.attributes, self.attribute: self.shares}
            model = words.replaced(model, "sources", id_, changed(source, attributes=attributes))
        return model

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("source", id_, "attribute", self.attribute) for id_ in self.mix)

    def describe(self, model: Model) -> Text:
        return fill(
            Text("{sources}的“{attribute}”构成改为 {shares}", "“{attribute}” among {sources}: {shares}"),
            sources=_sources(model, self.mix),
            attribute=model.attribute_name(self.attribute),
            shares=phrases.mix(model, self.attribute, self.shares),
        )


class ClassMix(Change):
    """The cases a year of several sources, parted among them by other shares; their sum stays."""

    phase: ClassVar[int] = FIGURES
    class_mix: dict[Id, ShareFigure] = Field(min_length=2, description="source: its share of the sum")

    @model_validator(mode="after")
    def _sums_to_one(self) -> ClassMix:
        total = sum(share.value for share in self.class_mix.values())
        if abs(total - 1) > 1e-9:
            raise refuse(
                Text(f"各来源比例之和为 {total:.6g},须为 1", f"the shares of the sources sum to {total:.6g}, not 1"),
                Text("调整比例使之和为 100%", "change the shares so that they sum to 100%"),
            )
        return self

    def _applied(self, model: Model) -> Model:
        total = self._total(model)
        for id_, share in self.class_mix.items():
            rate = multiplied(total, RateForm(value=share.value, assumption=share.range)) if share.value else _NONE
            model = words.replaced(model, "sources", id_, changed(model.sources[id_], per_year=rate))
        return model

    def _total(self, model: Model) -> AmountForm:
        rates = []
        for id_ in self.class_mix:
            source = find(model.sources, id_, words.SOURCE)
            if source.per_year is None:
                raise InputError(
                    Text("该来源没有年办件量", "the source has no number of cases a year"),
                    Text("只在写 per_year 的来源之间调整", "part only sources with per_year"),
                    value=id_,
                )
            rates.append(source.per_year)
        ranges = [rate.range or (rate.value, rate.value) for rate in rates]
        between = (sum(low for low, _ in ranges), sum(high for _, high in ranges))
        ranged = any(rate.range for rate in rates)
        return AmountForm(value=sum(rate.value for rate in rates), assumption=between if ranged else True)

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("source", id_, "rate") for id_ in self.class_mix)

    def describe(self, model: Model) -> Text:
        told = (
            fill(Text("{source}占 {n}", "{source} {n}"), source=_sources(model, (id_,)), n=words.share(share.value))
            for id_, share in self.class_mix.items()
        )
        return fill(Text("办件总量不变,{what}", "Of the same number of cases: {what}"), what=words.joined(told))


_NONE = AmountForm(value=0, assumption=True)


def _sources(model: Model, ids: Ids) -> Text:
    return words.joined(words.quoted(words.name_of(model.sources, id_)) for id_ in ids)
