"""Limits and commitments: what is promised, with the clause of the plan and the ways to read it (rules 18 to 20)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from sim.model.clocks import Clock, Unit
from sim.model.part import Id, Name, Part, Share, refuse
from sim.model.quantities import PromisedDuration, Quantity
from sim.text import Text

Role = Literal["default", "plausible", "beside"]
DEFAULT_TOLERANCE = 0.01


def _statistic(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Measured = Annotated[str, Field(pattern=r"^[^/]+(/[a-z0-9-]+)?$")]
"""``P1`` or ``P1/fraction``."""


class Statistic(Part):
    """Which statistic must keep the limit: every case (by a tolerance, rule 20), the mean, a share, a median, a ratio.

    A ratio is after ÷ before, and each of ``of`` must keep it: of limits, the promised one ÷ the ``baseline`` that it
    had before; of readings of limits, the mean ÷ the mean in the scenario that this one is compared with.
    """

    kind: Literal["every-case", "mean", "share", "median", "ratio"]
    share: Share | None = Field(default=None, description="for `share`: at least this share within the limit")
    of: tuple[Measured, ...] = Field(
        default=(), description="for `ratio`: limits (P1: promised), or their readings (P1/fraction: means)"
    )
    at_most: Share | None = Field(default=None, description="for `ratio`: after ÷ before is at most this")

    @model_validator(mode="after")
    def _share_given(self) -> Statistic:
        if (self.kind == "share") != (self.share is not None):
            raise refuse(
                Text("统计量 share 须写明比例", "the statistic share names its share"),
                Text("写 {kind: share, share: 95%}", "write {kind: share, share: 95%}"),
            )
        if {bool(self.of), self.at_most is not None} != {self.kind == "ratio"} or len({"/" in x for x in self.of}) > 1:
            raise refuse(
                Text(
                    "统计量 ratio 须写 of(都是承诺编号,或都是口径)和 at_most",
                    "the statistic ratio has `of`, all limits or all readings, and `at_most`; no other has them",
                ),
                Text(
                    "写 {kind: ratio, of: [P1/fraction], at_most: 60%}", "write {kind: ratio, of: [P1], at_most: 60%}"
                ),
            )
        return self

    @property
    def of_means(self) -> bool:
        """Whether a ratio is of means, not of promised limits."""
        return "/" in "".join(self.of)


StatisticField = Annotated[Statistic, BeforeValidator(_statistic)]


def _in_days(value: Quantity | None) -> Quantity | None:
    if value is not None and value.unit not in ("wd", "d"):
        raise refuse(
            Text("时限须写明工作日(wd)或自然日(d)", "a limit is in working days (wd) or calendar days (d)"),
            Text("例如 10 wd", "for example 10 wd"),
        )
    return value


def _month_day(value: Any) -> Any:
    try:
        dt.date.fromisoformat(f"2001-{value}")  # a year without 29 February
    except ValueError:
        raise refuse(
            Text("日期须为每年都有的 月-日", "a day of every year is written MONTH-DAY"),
            Text("例如 10-15", "for example 10-15"),
        ) from None
    return value


MonthDay = Annotated[
    str, BeforeValidator(_month_day), WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"})
]
"""A day of every year, such as the first day of the heating season."""


class Reading(Part):
    """口径: a unit, a selection and a statistic; what is left out is the limit's own.

    ``default`` decides; ``plausible`` is judged too, and where it disagrees the verdict depends on the reading;
    ``beside`` is printed only.
    """

    id: Id
    name: Name
    role: Role
    unit: Unit
    per: Literal["case", "stage", "step"] = Field(
        default="case", description="counted once, or for each stage and summed"
    )
    moved: bool = Field(
        default=True, description="calendar days: a last day that is no working day moves on (rule 18 d)"
    )
    clock: Clock | None = None
    statistic: StatisticField | None = None
    classes: tuple[Id, ...] | None = None
    value: PromisedDuration | None = Field(
        default=None, description="the limit as this reading understands it: a week as 5 wd, say"
    )
    by: MonthDay | None = Field(
        default=None,
        description="instead of a length: the day by which a case should be done, 10-15, from its start on",
    )
    backlog: int | None = Field(
        default=None, ge=1, description="cases that wait to be done besides: told in years at the pace of the window"
    )

    @field_validator("value")
    @classmethod
    def _in_days(cls, value: Quantity | None) -> Quantity | None:
        return _in_days(value)


class Limit(Part):
    """A commitment of the plan; one with a ``value`` carries a limit, one without gets "no number"."""

    name: Name
    service: Id
    item: str = Field(description="item of the plan, such as (六)11")
    quote: str = Field(description="exact words of the plan")
    english: str
    responsible: str
    deadline: str
    classes: tuple[Id, ...] = ()
    value: PromisedDuration | None = Field(
        default=None, description="the limit, in wd (working days) or d (calendar days)"
    )
    baseline: PromisedDuration | None = Field(default=None, description="the old limit that the plan names")
    stages: int | None = Field(default=None, ge=1, description="the number of stages that the plan allows")
    statistic: StatisticField | None = None
    clock: Clock = Clock()
    tolerance: Share = Field(default=DEFAULT_TOLERANCE, description="share of late cases that `every case` allows")
    readings: tuple[Reading, ...] = ()

    @field_validator("value")
    @classmethod
    def _in_days(cls, value: Quantity | None) -> Quantity | None:
        return _in_days(value)

    @model_validator(mode="after")
    def _complete(self) -> Limit:
        if self.is_ratio and self.value is not None:
            raise refuse(
                Text("比值承诺没有 value", "a limit on a ratio has no value"),
                Text("比值写在 statistic 的 at_most", "the ratio stands in at_most of its statistic"),
            )
        if self.value is None and not self.is_ratio:
            return self
        if self.statistic is None or [r.role for r in self.readings].count("default") != 1 or not self.classes:
            raise refuse(
                Text(
                    "有数字的承诺须写 classes、statistic 和恰好一个 default 口径",
                    "a limit has classes, a statistic and exactly one default reading",
                ),
                Text("补上缺少的部分", "add what is missing"),
            )
        return self

    @property
    def is_ratio(self) -> bool:
        """Whether what is promised is a part of what was before (压缩至目前的60%)."""
        return self.statistic is not None and self.statistic.kind == "ratio"

    def value_of(self, reading: Reading) -> Quantity | None:
        """The limit in the reading's own words, else as the plan says it; None where it gives no number."""
        return None if self.value is None else reading.value or self.value

    def tells_late(self, reading: Reading) -> bool:
        """Whether a reading parts cases into those in time and those late, whether or not the plan has a number."""
        return reading.by is not None or self.value_of(reading) is not None

    def default_reading(self) -> Reading | None:
        """The reading that decides; None where the plan gives no number and no reading is described."""
        return next((r for r in self.readings if r.role == "default"), None)
