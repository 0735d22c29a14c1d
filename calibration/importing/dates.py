"""Styles of dates and times: what the cells of one shape mean, found once for all of them.

The shape of a cell is the cell with every digit replaced by 9: ``9999-99-99 99:99``. All cells of one shape have
their year, month, ... at the same places, so that a million of them are read at once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Field = tuple[int, int]
"""First place and length of digits, in bytes."""
Style = Literal["date", "ordered-date", "two-digit-date", "serial", "seconds", "milliseconds", "microseconds"]
"""``ordered-date``: day and month in an order that the cell does not tell; ``two-digit-date``: nor the century."""


class Shape(NamedTuple):
    """Where the parts of a date stand; a field of length 0 is not there.

    In an ordered date ``parts`` are its three numbers as they stand, else year, month, day. ``name`` is the same for
    all shapes that differ in the number of digits alone.
    """

    style: Style
    name: str
    parts: tuple[Field, Field, Field] = ((0, 0), (0, 0), (0, 0))
    month: int = 0
    hour: Field = (0, 0)
    minute: Field = (0, 0)
    second: Field = (0, 0)
    fraction: Field = (0, 0)
    half: str = ""
    """``am``, ``pm``, ``noon`` (中午) or ``evening`` (晚上); empty: hours of 24."""
    zone: int = 0
    """1, -1: the sign of an offset; 0: none, or UTC."""
    offset_hour: Field = (0, 0)
    offset_minute: Field = (0, 0)
    aware: bool = False
    century: bool = True


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_HALVES = {
    "上午": "am", "早上": "am", "早晨": "am", "凌晨": "am", "am": "am", "a.m.": "am",
    "下午": "pm", "傍晚": "pm", "pm": "pm", "p.m.": "pm", "中午": "noon", "晚上": "evening", "夜间": "evening",
}  # fmt: skip
_DATES = (
    (r"(?P<y>9999)(?P<s>[-/.])(?P<m>9{1,2})(?P=s)(?P<d>9{1,2})", "date"),
    (r"(?P<y>9999)年(?P<m>9{1,2})月(?P<d>9{1,2})[日号]?", "date"),
    (r"(?P<y>9999) (?P<m>99) (?P<d>99)", "date"),
    (r"(?P<y>9999)(?P<m>99)(?P<d>99)", "date"),
    (r"(?P<y>9{1,2})(?P<s>[-/.])(?P<m>9{1,2})(?P=s)(?P<d>9999)", "ordered-date"),
    (r"(?P<y>9{1,2})(?P<s>[-/.])(?P<m>9{1,2})(?P=s)(?P<d>9{1,2})", "two-digit-date"),
    (r"(?P<d>9{1,2})[- /.]?(?P<name>[a-z]{3,9})\.?[- /.,]*(?P<y>9999|99)", "date"),
    (r"(?P<name>[a-z]{3,9})\.?[- ](?P<d>9{1,2}),? (?P<y>9999)", "date"),
    (r"(?P<y>99)年(?P<m>9{1,2})月(?P<d>9{1,2})[日号]?", "date"),
)
_WEEKDAY = r"(?: ?\(?(?:星期|周)[一二三四五六日天]\)?)?"
_HALF = "|".join(re.escape(word) for word in _HALVES)
_CLOCK = (
    rf"(?:(?:[ t]|(?<=[日号])|(?= ?(?:{_HALF})))? ?(?P<half>{_HALF})? ?"
    r"(?:(?P<h>9{1,2}) ?[:时点] ?(?:(?P<n>9{1,2}) ?(?:[:分] ?(?:(?P<sec>9{1,2})(?:[.,](?P<f>9{1,9}))?秒?)?)?)?"
    r"|(?P<h2>99)(?P<n2>99)(?P<sec2>99)?)"
    rf" ?(?P<half2>{_HALF})?"
    r"(?: ?(?P<zone>z|utc|gmt|[+-](?P<zh>99):?(?P<zm>99)?))?)?"
)
_PATTERNS = tuple((re.compile(date + _WEEKDAY + _CLOCK), style) for date, style in _DATES)
_NUMBERS: dict[str, Style] = {"9" * 10: "seconds", "9" * 13: "milliseconds", "9" * 16: "microseconds"}


@lru_cache(maxsize=100_000)
def shape_of(text: str) -> Shape | None:
    """What the cells of a shape are, or None where it is no date. Lengths are in bytes of UTF-8."""
    low = text.lower()
    if low in _NUMBERS:
        return Shape(_NUMBERS[low], low, aware=True)
    if re.fullmatch(r"9{5}(\.9+)?", low):
        return Shape("serial", "9.9")
    for pattern, style in _PATTERNS:
        match = pattern.fullmatch(low)
        if match is not None and (found := _found(match, low, style)) is not None:
            return found
    return None


def _found(match: re.Match[str], text: str, style: str) -> Shape | None:
    groups = match.groupdict()

    def place(*names: str) -> Field:
        name = next((name for name in names if groups.get(name)), None)
        if name is None:
            return 0, 0
        return len(text[: match.start(name)].encode()), match.end(name) - match.start(name)

    month = 0
    if groups.get("name"):
        named = [i for i, short in enumerate(_MONTHS, 1) if groups["name"].startswith(short)]
        if not named:
            return None
        month = named[0]
    if groups["half"] and groups["half2"]:
        return None
    zone = groups["zone"] or ""
    return Shape(
        style=style,  # type: ignore[arg-type]
        name=re.sub("9+", "9", text),
        parts=(place("y"), place("m"), place("d")),
        month=month,
        hour=place("h", "h2"),
        minute=place("n", "n2"),
        second=place("sec", "sec2"),
        fraction=place("f"),
        half=_HALVES.get(groups["half"] or groups["half2"] or "", ""),
        zone={"+": 1, "-": -1}.get(zone[:1], 0),
        offset_hour=place("zh"),
        offset_minute=place("zm"),
        aware=bool(zone),
        century=(style != "two-digit-date" and len(groups["y"]) == 4) or style == "ordered-date",
    )
