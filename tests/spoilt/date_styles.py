"""Mixed styles of dates: each clerk's own; and one that could be read in two ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, Spoilt, Time, clean, plain

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _spoken(time: Time) -> str:
    half = "上午" if time.hour < 12 else "下午"
    return f"{time.year}年{time.month}月{time.day}日 {half}{time.hour % 12 or 12}:{time.minute:02}"


STYLES: tuple[Callable[[Time], str], ...] = (
    plain,
    lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02}",
    lambda t: f"{t.year}.{t.month}.{t.day} {t.hour}:{t.minute:02}",
    lambda t: t.strftime("%Y%m%d%H%M%S"),
    _spoken,
    lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.000"),
    lambda t: f"{t.day}-{_MONTHS[t.month - 1]}-{t.year % 100} {t.hour}:{t.minute:02}",
    lambda t: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分",
)


def spoil(folder: Path) -> Spoilt:
    rows = [HEADER]
    for number, case in enumerate(clean()):
        cells = case.cells(plain)
        for place, time in enumerate(case.times, HEADER.index("受理时间")):
            cells[place] = STYLES[(number + place) % len(STYLES)](time)
        rows.append(tuple(cells))
    return Spoilt(written(folder / "报装.csv", delimited(rows)), clean(), {"two-digit-year": _short()})


def _short() -> int:
    begin = HEADER.index("受理时间")
    return sum((n + begin + k) % len(STYLES) == 6 for n, case in enumerate(clean()) for k in range(len(case.times)))


def two_digits(folder: Path) -> Spoilt:
    """04/06/21 is a day of April, of June, or of 2004: refused until the mapping says which part is first."""
    rows = [HEADER, *(case.cells(lambda time: time.strftime("%d/%m/%y %H:%M")) for case in clean())]
    path = written(folder / "报装.csv", delimited(rows))
    return Spoilt(path, clean(), {}, "年份只有两位", lambda text: text.replace("# dates:", "dates: day-first"))
