"""Durations as people write them in files: an amount and a unit, ``30 min``, ``1.5 wd``, ``10 d``, ``3个工作日``."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

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

_SPELLINGS: dict[str, Unit] = {
    **{unit: unit for unit in get_args(Unit)},
    **dict.fromkeys(("秒", "秒钟"), "s"),
    **dict.fromkeys(("分", "分钟"), "min"),
    **dict.fromkeys(("小时", "个小时"), "h"),
    **dict.fromkeys(("天", "日历天", "自然日"), "d"),
    **dict.fromkeys(("周", "星期", "个星期"), "w"),
    **dict.fromkeys(("工作日", "个工作日"), "wd"),
}
"""What a file may call a unit: our own short forms, and officials' words."""

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_FORM = re.compile(rf"({_NUMBER})\s*({'|'.join(_SPELLINGS)})")
_BARE = re.compile(rf"[+-]?{_NUMBER}(?:[eE][+-]?[0-9]+)?")
_NEGATIVE = re.compile(r"[-−]\s*[0-9.]")
_DAYS = re.compile(rf"({_NUMBER})\s*(days?|日)")
_PROMISED_DAYS = re.compile(rf"({_NUMBER})\s*天")
_MONTHS = re.compile(rf"{_NUMBER}\s*(months?|years?|quarters?|个?月|季度|年)")

_UNITS = Text(
    "写上单位: min 分钟, h 小时, d 日历天, wd 工作日(另有 s 秒, w 周), 例如 30 min 或 3个工作日",
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
    """Read ``2 h`` or ``2小时``; a bare, negative, endless or unclear one is refused (BAD_INPUT 2, 11)."""
    if isinstance(value, Quantity):
        return value
    written = _half_width(value)
    if match := _FORM.fullmatch(written):
        quantity = Quantity(float(match[1]), _SPELLINGS[match[2]])
        days = quantity.amount if quantity.in_working_days else quantity.size / DAY_US
        if days <= _LONGEST_YEARS * 366:
            return quantity
        raise refuse(
            Text("时长不得超过 {n} 年", "a duration is at most {n} years").format(n=_LONGEST_YEARS),
            Text("写一个有限的、合理的时长", "write a finite, sensible duration"),
        )
    raise _refusal(value, written)


def _half_width(value: Any) -> str:
    """Full-width letters, digits and spaces as the keyboard's own; what else NFKC would change stays (``2² h``)."""
    if not isinstance(value, str):
        return ""
    wide = (unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) == "F" else c for c in value)
    return "".join(wide).strip()


def _refusal(value: Any, written: str) -> Exception:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if (number and value < 0) or _NEGATIVE.match(written):
        return refuse(Text("时长不得为负", "a duration is not negative"), _UNITS)
    if isinstance(value, float) and not math.isfinite(value):
        return refuse(Text("时长须为有限的数", "a duration is a finite number"), _UNITS)
    if number or _BARE.fullmatch(written):
        return refuse(Text("时长须带单位", "a duration needs its unit"), _UNITS)
    if match := _DAYS.fullmatch(written):
        return _which_days(match[1])
    if _MONTHS.fullmatch(written):
        return refuse(
            Text("月、季度、年的天数不一", "months, quarters and years differ in length"),
            Text("写天数或工作日数,例如 30 d、22 wd", "give days or working days, for example 30 d or 22 wd"),
        )
    return refuse(Text("时长写作一个数加一个单位", "a duration is a number and a unit"), _UNITS)


def _which_days(number: str) -> Exception:
    return refuse(
        Text("须说明是日历天还是工作日", "days are either calendar days or working days"),
        Text(f"写 {number} d(日历天)或 {number} wd(工作日)", f"write {number} d (calendar) or {number} wd (working)"),
    )


def _promised(value: Any) -> Any:
    """A limit in plain 天 is asked which days it means (BAD_INPUT 11); elsewhere 天 is the calendar day it is."""
    if match := _PROMISED_DAYS.fullmatch(_half_width(value)):
        raise _which_days(match[1])
    return value


def _positive(quantity: Quantity) -> Quantity:
    if quantity.amount > 0:
        return quantity
    raise refuse(Text("时长须大于零", "the duration must be above zero"), _UNITS)


def _plain(number: float) -> str:
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


_PATTERN = rf"^\s*[0-9０-９]+([.．][0-9０-９]+)?\s*({'|'.join(_SPELLINGS)})\s*$"
_EXAMPLES = ["30 min", "2 h", "1.5 wd", "10 d", "3个工作日"]
_SCHEMA = WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": _EXAMPLES})

Duration = Annotated[Quantity, PlainValidator(parse), PlainSerializer(str), _SCHEMA]
"""Zero or more; ``2 h`` in files."""

PositiveDuration = Annotated[Quantity, PlainValidator(parse), AfterValidator(_positive), PlainSerializer(str), _SCHEMA]
"""Above zero; ``2 h`` in files."""

PromisedDuration = Annotated[PositiveDuration, BeforeValidator(_promised)]
"""Of a limit; ``10 wd`` in files."""
