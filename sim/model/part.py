"""What every described thing has in common: it is immutable, typed, and refuses what it does not know."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.text import Text

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(%?)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"({_DATE.pattern})[ T]([0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?)")
_YEARS = range(1900, 2201)


class Part(BaseModel):
    """Base of everything that a scenario folder describes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def refuse(rule: Text, cure: Text) -> PydanticCustomError:
    """The error that a validator raises; the reader of the files adds file:line:column and the value."""
    words = {"rule_zh": rule.zh, "rule_en": rule.en, "cure_zh": cure.zh, "cure_en": cure.en}
    return PydanticCustomError("shixian", "{rule_en}; {cure_en}", words)


def _text(value: Any) -> Any:
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value, value)
    if isinstance(value, dict) and set(value) == {"zh", "en"} and all(isinstance(v, str) for v in value.values()):
        return Text(**value)
    raise refuse(
        Text("名称须为文字,或 {zh: 中文, en: 英文}", "a name is a text, or {zh: Chinese, en: English}"),
        Text("写成 {zh: 受理, en: Acceptance}", "write {zh: 受理, en: Acceptance}"),
    )


def _id(value: Any) -> str:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise refuse(
        Text("标识须为小写英文字母、数字,以连字符分隔", "an id has lower-case letters and digits, parted by hyphens"),
        Text("例如 customer-managers", "for example customer-managers"),
    )


def _share(value: Any) -> float:
    number = math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    elif isinstance(value, str) and (match := _SHARE.fullmatch(value.strip())):
        number = float(match[1]) / (100 if match[2] else 1)
    if 0 <= number <= 1:
        return number
    raise refuse(
        Text("比例须在 0 与 100% 之间", "a share lies between 0 and 100%"),
        Text("写成 25% 或 0.25", "write 25% or 0.25"),
    )


def _date(value: Any) -> dt.date:
    """Nothing is guessed: neither 20210101 nor 1/2/2021 is a date, and no number is a count of seconds."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:  # 2021-02-30
            value = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year in _YEARS:
        return value
    raise refuse(
        Text("日期写成 年-月-日,1900 至 2200 年", "a date is YYYY-MM-DD, in the years 1900 to 2200"),
        Text("例如 2021-01-01", "for example 2021-01-01"),
    )


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, str) and (match := _MOMENT.fullmatch(value)):
        try:
            value = dt.datetime.combine(_date(match[1]), dt.time.fromisoformat(match[2]))
        except ValueError:  # 24:30
            value = None
    if isinstance(value, dt.datetime) and value.tzinfo is None and value.year in _YEARS:
        return value
    raise refuse(
        Text(
            "时刻写成 年-月-日 时:分,本地时间,不带时区", "an instant is YYYY-MM-DD HH:MM, civil local time, no offset"
        ),
        Text("例如 2021-09-29 10:00", "for example 2021-09-29 10:00"),
    )


Name = Annotated[
    Text,
    BeforeValidator(_text),
    PlainSerializer(lambda text: text._asdict(), return_type=dict[str, str]),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
                    "required": ["zh", "en"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A name in both languages; a plain text serves both."""

Id = Annotated[str, BeforeValidator(_id), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})]
"""A word that other parts refer to: lower case, digits, hyphens."""

Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*%?$"},
            ]
        }
    ),
]
"""A part of a whole, 0 to 1; ``25%`` in files."""

Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "pattern": f"^{_DATE.pattern}$"})]
"""A day; ``2021-01-01`` in files."""

Moment = Annotated[
    dt.datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": f"^{_MOMENT.pattern}$"})
]
"""An instant of civil local time; ``2021-09-29 10:00`` in files."""
