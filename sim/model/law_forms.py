"""The forms of a law of duration (rule 3), each by the parameters that a practitioner has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from sim.model import compiled_laws
from sim.model.compiled_laws import CompiledLaw
from sim.model.figures import Amount, Evidence
from sim.model.part import Part, Share, refuse
from sim.model.quantities import Duration, PositiveDuration, Quantity, to_us
from sim.text import Text

ToUs = Callable[[Quantity], float]
Family = Literal["lognormal", "gamma", "weibull", "exponential"]

_FAMILIES: dict[str, Text] = {
    "lognormal": Text("对数正态", "lognormal"),
    "gamma": Text("伽马", "gamma"),
    "weibull": Text("韦布尔", "Weibull"),
    "exponential": Text("指数", "exponential"),
}
_LARGEST_CV = 20.0


class LawForm(Evidence[Duration]):
    """What every form of law shares; ``compile`` makes the arrays that both engines draw from."""

    keys: ClassVar[frozenset[str]]
    """The keys that tell this form from the others."""

    at_most: PositiveDuration | None = None

    def compile(self, working_day_us: int | None = None) -> CompiledLaw:
        """The law in microseconds; ``working_day_us`` is the length of a working day where a unit is ``wd``.

        Errors: :class:`InputError` where ``wd`` is used without a calendar.
        """

        return self.compile_with(lambda quantity: to_us(quantity, working_day_us))

    def compile_with(self, us: ToUs) -> CompiledLaw:
        """As ``compile``, by a function from quantities to microseconds."""
        law = self._compiled(us)
        return law if self.at_most is None else compiled_laws.clipped(law, us(self.at_most))

    def _compiled(self, us: ToUs) -> CompiledLaw:
        raise NotImplementedError

    @property
    def in_working_days(self) -> bool:
        """Whether any of its durations is in ``wd``, so that it compiles on a calendar only."""
        return any(quantity.in_working_days for quantity in _quantities(self))

    def describe(self) -> Text:
        """The law in words: ``平均 30 分钟,变异系数 0.5``, ``mean 30 min, cv 0.5``."""
        words = self._words()
        if self.at_most is None:
            return words
        return fill(Text("{words},至多 {most}", "{words}, at most {most}"), words=words, most=self.at_most.text)

    def _words(self) -> Text:
        raise NotImplementedError


class Fixed(LawForm):
    """Always the same: ``2 h`` or ``{fixed: 2 h}``."""

    keys = frozenset({"fixed"})
    fixed: Duration

    @property
    def leading(self) -> Quantity:
        return self.fixed

    def _compiled(self, us: ToUs) -> CompiledLaw:
        return compiled_laws.constant(us(self.fixed))

    def _words(self) -> Text:
        return self.fixed.text


class Uniform(LawForm):
    """Anything between two bounds, equally likely."""

    keys = frozenset({"uniform"})
    uniform: tuple[Duration, Duration]

    @property
    def leading(self) -> Quantity:
        """Its mean."""
        return _mean(self.uniform)

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        _ascending(self.uniform, Text("均匀分布写作 [最短, 最长]", "uniform is [shortest, longest]"))
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        low, high = self.uniform
        return compiled_laws.uniform(us(low), us(high))

    def _words(self) -> Text:
        low, high = self.uniform
        return fill(Text("{low}至{high}之间均匀", "uniform between {low} and {high}"), low=low.text, high=high.text)


class ThreePoint(LawForm):
    """Fastest, usual and slowest: PERT (beta with weight 4 on the usual; Malcolm et al. 1959), or triangular."""

    keys = frozenset({"fastest", "usual", "slowest"})
    fastest: Duration
    usual: Duration
    slowest: Duration
    shape: Literal["pert", "triangular"] = "pert"

    @property
    def leading(self) -> Quantity:
        return self.usual

    @model_validator(mode="after")
    def _in_order(self) -> ThreePoint:
        _ascending(
            (self.fastest, self.usual, self.slowest),
            Text("须 最快 ≤ 通常 ≤ 最慢", "fastest <= usual <= slowest"),
        )
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        shape = compiled_laws.pert if self.shape == "pert" else compiled_laws.triangular
        return shape(us(self.fastest), us(self.usual), us(self.slowest))

    def _words(self) -> Text:
        points = {"a": self.fastest.text, "m": self.usual.text, "b": self.slowest.text}
        words = fill(Text("最快 {a},通常 {m},最慢 {b}", "fastest {a}, usually {m}, slowest {b}"), **points)
        return words if self.shape == "pert" else Text(f"{words.zh},三角分布", f"{words.en}, triangular")


class MeanSpread(LawForm):
    """Mean and coefficient of variation or standard deviation; lognormal unless ``law`` says otherwise."""

    keys = frozenset({"mean"})
    mean: PositiveDuration
    cv: Amount | None = None
    sd: Duration | None = None
    law: Family = "lognormal"

    @property
    def leading(self) -> Quantity:
        return self.mean

    @property
    def spread(self) -> float:
        """The coefficient of variation."""
        if self.law == "exponential":
            return 1.0
        if self.cv is not None:
            return self.cv
        return 0.0 if self.sd is None else self.sd.size / self.mean.size

    @model_validator(mode="after")
    def _one_spread(self) -> MeanSpread:
        given = (self.cv is not None) + (self.sd is not None)
        if self.law == "exponential" and given:
            raise refuse(
                Text("指数分布只有平均值, 其变异系数总是 1", "an exponential law has a mean only; its cv is always 1"),
                Text("去掉 cv 或 sd, 或改用 law: gamma", "drop cv or sd, or use law: gamma"),
            )
        if self.law != "exponential" and given != 1:
            raise refuse(
                Text("平均值须配一个离散程度: cv 或 sd", "a mean comes with one spread: cv or sd"),
                Text("例如 cv: 0.5; 固定时长写 fixed: {q}", "for example cv: 0.5; or fixed: {q}").format(q=self.mean),
            )
        if self.sd is not None:
            _same_kind((self.mean, self.sd))
        if self.spread > _LARGEST_CV:
            raise refuse(
                Text("变异系数不得超过 {n}", "the coefficient of variation is at most {n}").format(n=_LARGEST_CV),
                Text("改用 p10、p50、p90 或 values", "use p10, p50, p90 or values"),
            )
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        mean = us(self.mean)
        if self.law == "exponential":
            return compiled_laws.exponential(mean)
        families = {
            "lognormal": compiled_laws.lognormal,
            "gamma": compiled_laws.gamma,
            "weibull": compiled_laws.weibull,
        }
        return families[self.law](mean, self.spread)

    def _words(self) -> Text:
        if self.law == "exponential":
            return fill(Text("平均 {mean},指数分布", "mean {mean}, exponential"), mean=self.mean.text)
        if self.sd is not None:
            words = fill(Text("平均 {mean},标准差 {sd}", "mean {mean}, sd {sd}"), mean=self.mean.text, sd=self.sd.text)
        else:
            cv = Text(f"变异系数 {self.cv:g}", f"cv {self.cv:g}")
            words = fill(Text("平均 {mean},{cv}", "mean {mean}, {cv}"), mean=self.mean.text, cv=cv)
        if self.law == "lognormal":
            return words
        return fill(Text("{words},{law}分布", "{words}, {law}"), words=words, law=_FAMILIES[self.law])


class Percentiles(LawForm):
    """One case in ten is faster than p10, half than p50, nine in ten than p90: two half lognormals, exact there."""

    keys = frozenset({"p10", "p50", "p90"})
    p10: PositiveDuration
    p50: PositiveDuration
    p90: PositiveDuration

    @property
    def leading(self) -> Quantity:
        return self.p50

    @model_validator(mode="after")
    def _in_order(self) -> Percentiles:
        _ascending((self.p10, self.p50, self.p90), Text("须 p10 ≤ p50 ≤ p90", "p10 <= p50 <= p90"))
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        return compiled_laws.percentiles(us(self.p10), us(self.p50), us(self.p90))

    def _words(self) -> Text:
        return fill(
            Text("一成不超过 {a},半数不超过 {m},九成不超过 {b}", "10% within {a}, half within {m}, 90% within {b}"),
            a=self.p10.text,
            m=self.p50.text,
            b=self.p90.text,
        )


class Values(LawForm):
    """One of the observed values, each as likely."""

    keys = frozenset({"values"})
    values: tuple[Duration, ...] = Field(min_length=1)

    @property
    def leading(self) -> Quantity:
        """Their mean."""
        return _mean(self.values)

    @model_validator(mode="after")
    def _of_one_kind(self) -> Values:
        _same_kind(self.values)
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        return compiled_laws.values([us(value) for value in self.values])

    def _words(self) -> Text:
        low, high = min(self.values, key=_size), max(self.values, key=_size)
        return fill(
            Text("{n} 个实测值,{low}至{high}", "{n} values between {low} and {high}"),
            n=Text(str(len(self.values)), str(len(self.values))),
            low=low.text,
            high=high.text,
        )


class Quantiles(LawForm):
    """Points of the quantile function from 0% to 100%, straight between them."""

    keys = frozenset({"quantiles"})
    quantiles: dict[Share, Duration] = Field(min_length=2)

    @field_validator("quantiles", mode="wrap")
    @classmethod
    def _each_once(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        points = handler(value)
        if len(points) == len(value):
            return points
        raise refuse(
            Text("同一分位数写了两次", "one quantile is given twice"),
            Text("50% 与 0.5 是同一个, 只留一个", "50% and 0.5 are the same: keep one"),
        )

    @property
    def points(self) -> tuple[tuple[float, Quantity], ...]:
        return tuple(sorted(self.quantiles.items()))

    @property
    def leading(self) -> Quantity:
        """Its mean."""
        points = self.points
        mean = sum((u - t) * (low.size + high.size) / 2 for (t, low), (u, high) in pairwise(points))
        return _quantity_of(mean, points[0][1])

    @model_validator(mode="after")
    def _from_zero_to_one(self) -> Quantiles:
        points = self.points
        if points[0][0] != 0 or points[-1][0] != 1:
            raise refuse(
                Text("分位数须从 0% 写到 100%", "quantiles go from 0% to 100%"),
                Text("补上 0%(最短)与 100%(最长)", "add 0% (the shortest) and 100% (the longest)"),
            )
        _ascending([q for _, q in points], Text("分位数不得递减", "quantiles do not decrease"))
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        return compiled_laws.linear([(share, us(quantity)) for share, quantity in self.points])

    def _words(self) -> Text:
        words = [(f"{100 * share:g}%", quantity.text) for share, quantity in self.points]
        return Text("、".join(f"{p} {q.zh}" for p, q in words), ", ".join(f"{p} {q.en}" for p, q in words))


def _quantities(value: Any) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, Part):
        yield from _quantities(vars(value))
    elif isinstance(value, (dict, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _quantities(one)


def _ascending(quantities: Sequence[Quantity], rule: Text) -> None:
    """BAD_INPUT 3: the points of a law stand in order."""
    _same_kind(quantities)
    if all(low.size <= high.size for low, high in pairwise(quantities)):
        return
    written = ", ".join(map(str, quantities))
    raise refuse(rule, Text("现为 {q}; 按从小到大改正", "they are {q}; put them in order").format(q=written))


def _same_kind(quantities: Sequence[Quantity]) -> None:
    if all(quantity.comparable(quantities[0]) for quantity in quantities):
        return
    raise refuse(
        Text("一个分布之内, 要么都用工作日, 要么都不用", "inside one law all durations are in wd, or none is"),
        Text("改用同一类单位", "use units of one kind"),
    )


def _size(quantity: Quantity) -> float:
    return quantity.size


def _mean(quantities: Sequence[Quantity]) -> Quantity:
    return _quantity_of(sum(q.size for q in quantities) / len(quantities), quantities[0])


def _quantity_of(size: float, like: Quantity) -> Quantity:
    return Quantity(size / Quantity(1.0, like.unit).size, like.unit)


def fill(sentence: Text, /, **values: Text) -> Text:
    """Fill each language's sentence with the same language's words."""
    return Text(
        sentence.zh.format(**{name: value.zh for name, value in values.items()}),
        sentence.en.format(**{name: value.en for name, value in values.items()}),
    )
