"""A number, its unit and its evidence: where it comes from, and between what it may lie (DESIGN part 5)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, TypeAdapter, WithJsonSchema, model_validator

from sim.model.part import Part, Share, refuse
from sim.model.quantities import Duration, PositiveDuration, Quantity
from sim.text import Text

EvidenceKind = Literal["plan", "published", "log", "assumption"]
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
T = TypeVar("T")

_LARGEST = 2**53  # whole numbers are exact below it
_WHOLE = re.compile(r"0|[1-9][0-9]*")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")


class Evidence(Part, Generic[T]):
    """At most one kind of evidence for a number; with none, the number is an assumption without a range.

    ``plan``: the clause that sets it. ``published``: who published it. ``log: [low, high]``: the interval of
    an estimate from a real log. ``assumption: [low, high]``: between what the authors believe it lies, or
    ``true``. ``source`` and ``by``: the text behind it, and who says so. A range is of the leading number.
    """

    plan: str | None = None
    published: str | None = None
    log: tuple[T, T] | None = None
    assumption: tuple[T, T] | Literal[True] | None = None
    source: str | None = None
    by: str | None = None

    @property
    def kind(self) -> EvidenceKind:
        return next((kind for kind in EVIDENCE_KINDS if getattr(self, kind) is not None), "assumption")

    @property
    def range(self) -> tuple[T, T] | None:
        """Low and high of the leading number, where the evidence gives them."""
        if self.log is not None:
            return self.log
        return self.assumption if isinstance(self.assumption, tuple) else None

    @property
    def leading(self) -> T | None:
        """The number that the range is about."""
        return None

    @model_validator(mode="after")
    def _one_kind_in_its_range(self) -> Evidence[T]:
        if sum(getattr(self, kind) is not None for kind in EVIDENCE_KINDS) > 1:
            raise refuse(
                Text("一个数据项只有一种依据", "a number has one kind of evidence"),
                Text("plan、published、log、assumption 只留一个", "keep one of plan, published, log and assumption"),
            )
        if self.range is not None and self.leading is not None:
            self.check_range(*self.range, self.leading)
        return self

    @staticmethod
    def check_range(low: Any, high: Any, leading: Any) -> None:
        """Refuse a range that does not hold the number."""
        check_range(low, high, leading)


def check_range(low: Any, high: Any, leading: Any) -> None:
    sizes = [low, leading, high]
    if isinstance(leading, Quantity):
        if not (low.comparable(leading) and high.comparable(leading)):
            raise refuse(
                Text("范围与数值的单位, 要么都是工作日, 要么都不是", "a range and its number are all in wd, or none"),
                Text("用 {unit} 写范围", "write the range in {unit}").format(unit=leading.unit),
            )
        sizes = [q.size for q in sizes]
    if not sizes[0] <= sizes[1] <= sizes[2]:
        raise outside(leading)


def outside(leading: Any) -> Exception:
    """The error for a number that its range does not hold."""
    return refuse(
        Text("数值须在其范围之内: 低 ≤ 值 ≤ 高", "a number lies within its range: low <= value <= high"),
        Text("值为 {v}, 改正范围或数值", "the number is {v}; correct it or its range").format(v=leading),
    )


def _number(value: Any, form: re.Pattern[str]) -> float | None:
    """A plain number, or its text as the command line and figures.csv bring it; nothing is guessed."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if abs(value) < _LARGEST else None
    return float(value) if isinstance(value, str) and form.fullmatch(value.strip()) else None


def _count(value: Any) -> int:
    number = _number(value, _WHOLE)
    if number is not None and 0 <= number < _LARGEST and number.is_integer():
        return int(number)
    raise refuse(
        Text("数目须为不小于零的整数", "a count is a whole number, zero or more"),
        Text("例如 24", "for example 24"),
    )


def _amount(value: Any) -> float:
    number = _number(value, _PLAIN)
    if number is not None and 0 <= number < _LARGEST:
        return number
    raise refuse(
        Text("数值须为不小于零的有限数", "the number is finite, zero or more"),
        Text("例如 1.25", "for example 1.25"),
    )


def _above_zero(value: float) -> float:
    if value > 0:
        return value
    raise refuse(Text("数值须大于零", "the number must be above zero"), Text("例如 1.25", "for example 1.25"))


Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
"""A whole number, zero or more."""

Amount = Annotated[float, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
"""A finite number, zero or more."""

Rate = Annotated[
    float,
    BeforeValidator(_amount),
    AfterValidator(_above_zero),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
"""A finite number above zero."""


class ValueForm(Evidence[T], Generic[T]):
    value: T

    @property
    def leading(self) -> T:
        return self.value


class ShareForm(ValueForm[Share]):
    """``{value: 25%, assumption: [10%, 40%]}``."""


class CountForm(ValueForm[Count]):
    """``{value: 24, assumption: [20, 28]}``."""


class AmountForm(ValueForm[Amount]):
    """``{value: 12000, published: ...}``; zero is allowed."""


class RateForm(ValueForm[Rate]):
    """``{value: 1.2, assumption: [1, 1.5]}``; above zero."""


class DurationForm(ValueForm[Duration]):
    """``{value: 2 wd, assumption: [1 wd, 3 wd]}``; zero is allowed."""


class PositiveDurationForm(ValueForm[PositiveDuration]):
    """``{value: 2 h, assumption: [1 h, 3 h]}``; above zero."""


def reader(form: type[BaseModel], bare: Any) -> BeforeValidator:
    """A bare value stands for the form without evidence; its error is told at its own place.

    Where the bare value is a mapping itself, the form is what has the key ``value``.
    """
    alone = TypeAdapter(bare)
    is_mapping = get_origin(bare) is dict

    def read(value: Any) -> Any:
        if isinstance(value, form) or (isinstance(value, dict) and (not is_mapping or "value" in value)):
            return value
        return {"value": alone.validate_python(value)}

    return BeforeValidator(read, json_schema_input_type=bare | form)


ShareFigure = Annotated[ShareForm, reader(ShareForm, Share)]
"""``25%``, or with its evidence."""

CountFigure = Annotated[CountForm, reader(CountForm, Count)]
"""``24``, or with its evidence."""

AmountFigure = Annotated[AmountForm, reader(AmountForm, Amount)]
"""``12000``, or with its evidence; zero is allowed (a source may bring nothing)."""

RateFigure = Annotated[RateForm, reader(RateForm, Rate)]
"""``1.2``, or with its evidence; above zero."""

DurationFigure = Annotated[DurationForm, reader(DurationForm, Duration)]
"""``2 wd``, or with its evidence; zero is allowed."""

PositiveDurationFigure = Annotated[PositiveDurationForm, reader(PositiveDurationForm, PositiveDuration)]
"""``2 h``, or with its evidence; above zero."""
