"""How long steps take, and how often they are done again."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.figures import Amount, RateFigure, RateForm, ShareFigure
from sim.model.law_forms import Fixed, MeanSpread
from sim.model.laws import Law
from sim.model.needs import FactorBy
from sim.model.part import Id, refuse
from sim.model.process import Element, Flow, SessionStep, WaitStep, WorkStep
from sim.model.process import Rework as ReworkPart
from sim.model.quantities import PositiveDuration
from sim.model.reforms import trees, words
from sim.model.reforms.arithmetic import multiplied, narrower, slower
from sim.model.reforms.change import FIGURES, Change, ForSome, Operation, StepPaths, Touch, changed
from sim.model.reforms.words import fill
from sim.text import Text


class Duration(ForSome):
    """How long steps take: so many times as long, another mean or spread, or a whole law.

    Of work it is the effort of its people that changes, never the elapsed time; the queue makes the rest. A factor
    may be for some cases only.
    """

    phase: ClassVar[int] = FIGURES
    duration: StepPaths = Field(min_length=1)
    factor: RateFigure | None = Field(default=None, description="all durations times this")
    mean: PositiveDuration | None = Field(default=None, description="of a law by mean and spread, or a fixed one")
    cv: Amount | None = Field(default=None, description="of a law by mean and spread")
    spread: RateFigure | None = Field(default=None, description="the spread times this, about the same middle")
    law: Law | None = Field(default=None, description="another law altogether")

    @model_validator(mode="after")
    def _one_way(self) -> Duration:
        given = {name for name in ("factor", "mean", "cv", "spread", "law") if getattr(self, name) is not None}
        if not (len(given) == 1 or given in ({"mean", "cv"}, {"factor", "spread"})) or (
            self.by and given != {"factor"}
        ):
            raise refuse(
                Text(
                    "须写 factor、mean、cv、spread、law 之一;mean 与 cv、factor 与 spread 可并用;by、when 只配 factor",
                    "give one of factor, mean, cv, spread, law; mean with cv and factor with spread go together; "
                    "`by` and `when` go with a factor only",
                ),
                Text("例如 factor: 0.6", "for example factor: 0.6"),
            )
        return self

    @property
    def operation(self) -> Operation:
        return "set" if self.factor is None and self.spread is None else "multiply"

    def _applied(self, model: Model) -> Model:
        return on_steps(model, self.duration, self._changed)

    def _changed(self, element: Element) -> Element:
        if not isinstance(element, (WorkStep, WaitStep)):
            raise InputError(
                Text("只有工作和等待有自己的时长", "only work and waits have a duration of their own"),
                Text("集中办理的时长改 session: {length}", "of a session, change its length: session: {length}"),
                value=element.id,
            )
        field = "effort" if isinstance(element, WorkStep) else "takes"
        if self.by is not None:
            return changed(element, factor=self._for_some(element.factor))
        return changed(element, **{field: self._other(getattr(element, field))})

    def _for_some(self, old: FactorBy | None) -> FactorBy:
        if old is not None and old.attribute != self.by:
            raise InputError(
                Text("该步骤的时长已按另一属性区分", "the step's duration depends on another attribute already"),
                Text("按同一属性区分,或分成两个步骤", "use that attribute, or make two steps of it"),
                value=old.attribute,
            )
        values = dict(old.values) if old is not None else {}
        for value in self.when or ():
            values[value] = multiplied(values.get(value, RateForm(value=1)), self.factor)
        return FactorBy(attribute=self.by or "", values=values)

    def _other(self, law: Any) -> Any:
        if self.law is not None:
            return self.law
        if self.factor is not None:
            law = slower(law, self.factor)
        if self.spread is not None:
            law = narrower(law, self.spread.value)
        if self.mean is None and self.cv is None:
            return law
        if isinstance(law, Fixed) and self.cv is None:
            return changed(law, fixed=self.mean, **_NEW_NUMBER)
        if not isinstance(law, MeanSpread) or (self.cv is not None and law.law == "exponential"):
            raise InputError(
                Text("该步骤的时长不是按平均值和离散程度写的", "the step's duration is not written by mean and spread"),
                Text(
                    "用 factor、spread,或用 law 写出新的分布", "use factor or spread, or write the new law out with law"
                ),
                value=law.describe().en,
            )
        if self.cv is not None:
            law = changed(law, cv=self.cv, sd=None)
        if self.mean is None:
            return law
        if law.sd is not None:
            law = changed(law, cv=law.spread, sd=None)
        return changed(law, mean=self.mean, **_NEW_NUMBER)

    def touches(self, model: Model) -> frozenset[Touch]:
        if self.law is not None:
            return frozenset(("step", path, "duration") for path in self.duration)
        if self.by is not None:
            return frozenset(
                ("step", path, "duration-for", self.by, value) for path in self.duration for value in self.when or ()
            )
        aspects = {"mean": self.factor or self.mean, "spread": self.spread is not None or self.cv is not None}
        return frozenset(
            ("step", path, "duration", aspect) for path in self.duration for aspect, is_so in aspects.items() if is_so
        )

    def describe(self, model: Model) -> Text:
        told = []
        if self.factor is not None:
            told.append(fill(Text("为原来的 {n}", "{n} of what it was"), n=words.share(self.factor.value)))
        if self.mean is not None:
            told.append(fill(Text("平均为 {n}", "mean {n}"), n=self.mean.text))
        if self.cv is not None:
            told.append(fill(Text("变异系数为 {n}", "cv {n}"), n=self.cv))
        if self.spread is not None:
            told.append(fill(Text("波动为原来的 {n}", "spread {n} of what it was"), n=words.share(self.spread.value)))
        if self.law is not None:
            told.append(fill(Text("改为:{law}", "{law}"), law=self.law.describe()))
        return fill(
            Text("{who}{steps}的时长{what}", "{who}Duration of {steps}: {what}"),
            who=self.for_whom(model),
            steps=words.steps(model, self.duration),
            what=words.joined(told, ",", ", "),
        )


_NEW_NUMBER = {"plan": None, "published": None, "log": None, "assumption": True}


class Rework(Change):
    """How often a step is done again, where the case goes back to, how often at most, and what happens first."""

    phase: ClassVar[int] = FIGURES
    rework: StepPaths = Field(min_length=1)
    share: tuple[ShareFigure, ...] | None = Field(default=None, min_length=1, description="0%: never again")
    factor: RateFigure | None = Field(default=None, description="every share times this, up to 100%")
    back_to: Id | None = Field(default=None, description="the element to go back to")
    at_most: int | None = Field(default=None, ge=1)
    first: Flow | None = None

    @field_validator("share", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return value if isinstance(value, (list, tuple)) or value is None else [value]

    @model_validator(mode="after")
    def _something(self) -> Rework:
        given = {name for name in ("share", "factor", "back_to", "at_most", "first") if getattr(self, name) is not None}
        if not given or ("factor" in given and len(given) > 1):
            raise refuse(
                Text(
                    "须写 factor,或 share、back_to、at_most、first 中的至少一项",
                    "give a factor, or some of share, back_to, at_most, first",
                ),
                Text("例如 share: 12%", "for example share: 12%"),
            )
        return self

    @property
    def operation(self) -> Operation:
        return "multiply" if self.factor is not None else "set"

    def _applied(self, model: Model) -> Model:
        return on_steps(model, self.rework, self._changed)

    def _changed(self, element: Element) -> Element:
        if not isinstance(element, (WorkStep, WaitStep, SessionStep)):
            raise InputError(
                Text("只有步骤能返工", "only steps are done again"),
                Text("改选工作、等待或集中办理", "name work, a wait or a session"),
                value=element.id,
            )
        old = element.rework
        given = {
            name: value
            for name in ("share", "back_to", "at_most", "first")
            if (value := getattr(self, name)) is not None
        }
        if old is None:
            if self.share is None:
                raise InputError(
                    Text("该步骤原无返工", "the step has no rework"),
                    Text("写上 share,说明返工的比例", "give it a share"),
                    value=element.id,
                )
            return changed(element, rework=ReworkPart.model_validate(given))
        if self.factor is not None:
            given["share"] = tuple(multiplied(share, self.factor, at_most=1.0) for share in old.share)
        return changed(element, rework=changed(old, **given))

    def touches(self, model: Model) -> frozenset[Touch]:
        fields = {
            "share": self.share or self.factor,
            "back_to": self.back_to,
            "at_most": self.at_most,
            "first": self.first,
        }
        return frozenset(
            ("step", path, "rework", field)
            for path in self.rework
            for field, given in fields.items()
            if given is not None
        )

    def describe(self, model: Model) -> Text:
        told = []
        if self.factor is not None:
            told.append(
                fill(Text("返工比例为原来的 {n}", "rework happens {n} as often"), n=words.share(self.factor.value))
            )
        if self.share is not None:
            shares = words.joined((words.share(share.value) for share in self.share), "、", ", ")
            told.append(fill(Text("返工比例改为 {n}", "rework happens in {n} of the cases"), n=shares))
        if self.back_to is not None:
            to = words.step_name(model, f"{words.split(self.rework[0])[0]}/{self.back_to}")
            told.append(fill(Text("返工退回至“{to}”", "rework goes back to “{to}”"), to=to))
        if self.at_most is not None:
            told.append(fill(Text("至多返工 {n} 次", "rework happens {n} times at most"), n=self.at_most))
        if self.first is not None:
            first = words.element_names(self.first) if self.first else words.NOTHING
            told.append(fill(Text("返工前须先{first}", "before rework comes {first}"), first=first))
        steps = words.steps(model, self.rework)
        return fill(Text("{steps}:{what}", "{steps}: {what}"), steps=steps, what=words.joined(told, ",", ", "))


def on_steps(model: Model, paths: StepPaths, edit: Any) -> Model:
    """The model with these elements edited in their places."""
    for path in paths:
        id_, process = words.process_of(model, path)
        model = words.with_flow(model, id_, trees.update(process.flow, words.split(path)[1], edit))
    return model
