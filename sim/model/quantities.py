"""Durations as people write them in files: an amount and a unit, ``30 min``, ``1.5 wd``, ``10 d``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from sim.errors import InputError
from sim.model.part import refuse
from sim.text import Text

Unit = Literal["s", "min", "h", "d", "w", "wd"]

SECOND_US, MINUTE_US, HOUR_US, DAY_US = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
_US = {"s": SECOND_US, "min": MINUTE_US, "h": HOUR_US, "d": DAY_US, "w": 7 * DAY_US}
_WORDS = {
    "s": Text("秒", "s"),
    "min": Text("分钟", "min"),
    "h": Text("小时", "h"),
    "d": Text("天", "calendar days"),
    "w": Text("周", "weeks"),
    "wd": Text("工作日", "working days"),
}
_ONE = {"d": "calendar day", "w": "week", "wd": "working day"}
_LONGEST_YEARS = 100

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_FORM = re.compile(rf"({_NUMBER})\s*({'|'.join(get_args(Unit))})")
_BARE = re.compile(rf"[+-]?{_NUMBER}(?:[eE][+-]?[0-9]+)?")
_NEGATIVE = re.compile(r"[-−－]\s*[0-9.]")
_DAYS = re.compile(rf"({_NUMBER})\s*(days?|天|日)")

_UNITS = Text(
    "写上单位: min 分钟, h 小时, d 日历天, wd 工作日(另有 s 秒, w 周), 例如 30 min",
    "give a unit: min, h, d (calendar day), wd (working day), or s, w; for example 30 min",
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A duration with its unit: seconds, minutes, hours, calendar days (24 h), weeks, or working days (``wd``).

    How long a working day is, only a calendar knows; two quantities can be ordered when both or neither are
    in working days (``comparable``, ``size``). ``str`` gives the form of the files back.
    """

    amount: float
    unit: Unit

    @property
    def in_working_days(self) -> bool:
        return self.unit == "wd"

    @property
    def size(self) -> float:
        """Microseconds; for working days their number. Compare only what is ``comparable``."""
        return self.amount * _US.get(self.unit, 1)

    def comparable(self, other: Quantity) -> bool:
        return self.in_working_days == other.in_working_days

    @property
    def text(self) -> Text:
        """``2 小时`` / ``2 h``; ``1 个工作日`` reads the same with 工作日 alone, as the plan writes it."""
        words = _WORDS[self.unit]
        english = _ONE.get(self.unit, words.en) if self.amount == 1 else words.en
        return Text(f"{_plain(self.amount)} {words.zh}", f"{_plain(self.amount)} {english}")

    def __str__(self) -> str:
        return f"{_plain(self.amount)} {self.unit}"


def to_us(quantity: Quantity, working_day_us: int | None) -> float:
    """Microseconds of a quantity; a working day is ``working_day_us`` long on the calendar that it runs on.

    >>> to_us(Quantity(1.5, "wd"), 8 * 3_600_000_000) / 3_600_000_000
    12.0
    """
    if not quantity.in_working_days:
        return quantity.size
    if working_day_us is None:
        raise InputError(
            Text("工作日只有在工作时间表上才有长度", "a working day has a length only on a calendar"),
            Text("指定一个工作时间表(calendar), 或改用 h、d", "name a calendar, or use h or d"),
            value=str(quantity),
        )
    return quantity.amount * working_day_us


def parse(value: Any) -> Quantity:
    """Read ``2 h``; a bare number, a negative, an endless or an unreadable one is refused (BAD_INPUT 2, 11)."""
    if isinstance(value, Quantity):
        return value
    written = value.strip() if isinstance(value, str) else ""
    if match := _FORM.fullmatch(written):
        quantity = Quantity(float(match[1]), cast(Unit, match[2]))
        days = quantity.amount if quantity.in_working_days else quantity.size / DAY_US
        if days <= _LONGEST_YEARS * 366:
            return quantity
        raise refuse(
            Text("时长不得超过 {n} 年", "a duration is at most {n} years").format(n=_LONGEST_YEARS),
            Text("写一个有限的、合理的时长", "write a finite, sensible duration"),
        )
    raise _refusal(value, written)


def _refusal(value: Any, written: str) -> Exception:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if (number and value < 0) or _NEGATIVE.match(written):
        return refuse(Text("时长不得为负", "a duration is not negative"), _UNITS)
    if isinstance(value, float) and not math.isfinite(value):
        return refuse(Text("时长须为有限的数", "a duration is a finite number"), _UNITS)
    if number or _BARE.fullmatch(written):
        return refuse(Text("时长须带单位", "a duration needs its unit"), _UNITS)
    if match := _DAYS.fullmatch(written):
        return refuse(
            Text("“天”须说明是日历天还是工作日", "days are either calendar days or working days"),
            Text("写 {n} d(日历天)或 {n} wd(工作日)", "write {n} d (calendar) or {n} wd (working)").format(n=match[1]),
        )
    return refuse(Text("时长写作一个数加一个单位", "a duration is a number and a unit"), _UNITS)


def _positive(quantity: Quantity) -> Quantity:
    if quantity.amount > 0:
        return quantity
    raise refuse(Text("时长须大于零", "the duration must be above zero"), _UNITS)


def _plain(number: float) -> str:
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


_PATTERN = rf"^\s*{_NUMBER}\s*({'|'.join(get_args(Unit))})\s*$"
_SCHEMA = WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["30 min", "2 h", "1.5 wd", "10 d"]})

Duration = Annotated[Quantity, PlainValidator(parse), PlainSerializer(str), _SCHEMA]
"""Zero or more; ``2 h`` in files."""

PositiveDuration = Annotated[Quantity, PlainValidator(parse), AfterValidator(_positive), PlainSerializer(str), _SCHEMA]
"""Above zero; ``2 h`` in files."""
