"""Numbers as a report may print them: as exact as they are, the interval beside, never NaN, 100% only when all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sim.analysis.statistics import Estimate
from sim.analysis.statistics.estimate import NO_CASES
from sim.text import Language, Text

NONE = "-"
_BRACKETS = Text("（{}）", " ({})")
TO = Text("～", "–")
_AT_LEAST = "≥"

Form = Callable[[float], str]


def days(value: float) -> str:
    """0.1 of a day is what the data can bear.

    >>> days(14.249), days(0.04), days(0), days(-0.42)
    ('14.2', '<0.1', '0.0', '−0.4')
    """
    return "<0.1" if 0 < value < 0.05 else f"{value:,.1f}".replace("-", "−")


def share(value: float) -> str:
    """Whole percents; all and none only where it is all and none.

    >>> share(0.824), share(0.9999), share(1), share(0.001), share(0)
    ('82%', '>99%', '100%', '<1%', '0%')
    """
    if 0.995 <= value < 1:
        return ">99%"
    return "<1%" if 0 < value < 0.005 else f"{100 * value:.0f}%"


def fine_share(value: float) -> str:
    """A decimal for shares near none or all, where the thresholds of promises about every case lie.

    >>> fine_share(0.9716), fine_share(0.9999), fine_share(1), fine_share(0.0004), fine_share(0)
    ('97.2%', '>99.9%', '100%', '<0.1%', '0%')
    """
    if value in (0, 1):
        return share(value)
    if 0.9995 <= value < 1:
        return ">99.9%"
    return "<0.1%" if 0 < value < 0.0005 else f"{100 * value:.1f}%"


def exact_share(value: float) -> str:
    """A share as somebody wrote it: ``1%``, ``0.5%``."""
    return f"{100 * value:g}%"


def cases(value: float) -> str:
    """Numbers of cases: whole from ten on.

    >>> cases(1234.4), cases(3.42), cases(0.02), cases(0)
    ('1,234', '3.4', '<0.1', '0')
    """
    if value == 0:
        return "0"
    return days(value) if value < 9.95 else f"{value:,.0f}"


def count(value: float) -> str:
    """What is counted in wholes: stages, and the time of one case in whole days; a mean of them is not whole.

    >>> count(4.0), count(3.98), count(4.25), count(1182.0)
    ('4', '4.0', '4.2', '1,182')
    """
    return f"{value:,.0f}" if float(value).is_integer() else days(value)


def signed(value: float, decimals: int) -> str:
    """A difference that may go either way; never a negative zero.

    >>> signed(-0.42, 1), signed(-0.04, 1), signed(12.6, 0)
    ('−0.4', '0.0', '13')
    """
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def whole(value: float) -> str:
    """Percentage points, which bear no decimal unless their interval is narrow."""
    return signed(value, 0)


def narrow(estimate: Estimate, whole: float = 1) -> bool:
    """Whether a share bears a decimal: its interval is shorter than 5 points of 100.

    Half of that is about twice the standard error, and of an error two digits are worth printing (GUM, 7.2.6).
    """
    return estimate.low is not None and estimate.high is not None and estimate.high - estimate.low < 0.05 * whole


def number(value: float) -> str:
    """A limit or a count as it is written: 10, 1.5."""
    return f"{value:,g}"


def alone(estimate: Estimate, form: Form, language: Language) -> str:
    """The value of an estimate; a lower bound says that it is one."""
    if estimate.value is None:
        return NO_CASES.in_(language) if estimate.n == 0 else NONE
    bound = _AT_LEAST if estimate.open and estimate.high is None else ""
    return bound + _form(estimate, form)(estimate.value)


def interval(estimate: Estimate, form: Form, language: Language) -> str:
    """``13.9～14.5``; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    form = _form(estimate, form)
    return f"{form(estimate.low)}{TO.in_(language)}{form(estimate.high)}"


def _form(estimate: Estimate, form: Form) -> Form:
    """Whole percents, but a decimal in the last and first five where the interval bears it."""
    near = estimate.value is not None and not 0.05 < estimate.value < 0.95
    return fine_share if form is share and near and narrow(estimate) else form


def with_interval(estimate: Estimate, form: Form, language: Language) -> str:
    """``14.2（13.9～14.5）``."""
    value, between = alone(estimate, form, language), interval(estimate, form, language)
    return value + bracketed(between, language) if between and estimate.value is not None else value


def bracketed(text: str, language: Language) -> str:
    """``（…）`` / `` (…)``, behind what it belongs to."""
    return _BRACKETS.in_(language).format(text)


def date(iso: str, language: Language) -> str:
    """``2021年7月1日``, ``1 July 2021``."""
    day = dt.date.fromisoformat(iso[:10])
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def day_of_year(month_day: str, language: Language) -> str:
    """``10月15日``, ``15 October``."""
    month, day = (int(part) for part in month_day.split("-"))
    return f"{month}月{day}日" if language == "zh" else f"{day} {_MONTHS[month - 1]}"


def month(iso: str, language: Language, *, year: bool = False) -> str:
    """``7月`` or ``2021年7月``; ``Jul`` or ``Jul 2021``."""
    of_year, of_month = (int(part) for part in iso.split("-")[:2])
    if language == "zh":
        return f"{of_year}年{of_month}月" if year else f"{of_month}月"
    name = _MONTHS[of_month - 1][:3]
    return f"{name} {of_year}" if year else name


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
