"""What a commitment gains from one scenario to another; a change that may be none is not told as a gain."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from sim.analysis.results import Change
from sim.analysis.statistics import Comparison, Estimate
from sim.report import numbers
from sim.report.edition import Edition
from sim.text import Text

Of = Literal["mean", "share_within"]


class _Words(NamedTuple):
    falls: Text
    rises: Text
    unit: Text
    scale: int
    """A share is told in percentage points."""


_WORDS: dict[Of, _Words] = {
    "mean": _Words(Text("压缩", "down"), Text("延长", "up"), Text("", ""), 1),
    "share_within": _Words(Text("下降", "down"), Text("提高", "up"), Text(" 个百分点", " points"), 100),
}
_NONE = Text("无变化", "no change")
_DOUBTFUL = Text("变化不显著", "no significant change")
_ONE_RUN = Text("只模拟 1 次，不能排除偶然", "one replication cannot rule out chance")


def certain(change: Change | None, of: Of) -> bool:
    """Whether it changes, and the interval leaves no doubt which way; one replication has none, and is believed."""
    found = _comparison(change, of)
    return found is not None and _certain(found.difference)


def cell(edition: Edition, change: Change | None, of: Of) -> str:
    """``压缩 5.2（4.8～5.6），压减 36%`` / ``down 5.2 (4.8–5.6), a cut of 36%``; ``变化不显著（−0.8～0.3）``."""
    found = _comparison(change, of)
    if found is None:
        return ""
    if not _certain(found.difference):
        return _doubtful(edition, found.difference, of)
    words, saved = _WORDS[of], found.difference.value or 0.0  # before less after
    size = _times(found.difference, words.scale if saved > 0 else -words.scale)
    amount = numbers.with_interval(size, _form(size, of), edition.language)
    verb = (words.falls if saved > 0 else words.rises).in_(edition.language)
    told = edition.say(f"{verb} {amount}{words.unit.in_(edition.language)}")
    return _comma(edition).join([told, *_beside(edition, found, of)])


def ending(edition: Edition, change: Change | None, of: Of) -> str:
    """Behind ``平均用时由…压缩至…``: ``，压减 36%``; or ``，变化不显著（95% 区间 −0.8～0.3）``."""
    found = _comparison(change, of)
    if found is None:
        return ""
    if _certain(found.difference):
        return "".join(_comma(edition) + words for words in _beside(edition, found, of))
    percent = f"{100 * found.difference.confidence:.0f}%"
    label = edition.choose(f"{percent} 区间 ", f"{percent} interval ")
    return _comma(edition) + _doubtful(edition, found.difference, of, label)


def _comparison(change: Change | None, of: Of) -> Comparison | None:
    """None where there is nothing to compare."""
    found: Comparison | None = None if change is None else getattr(change, of)
    return None if found is None or found.difference.value is None else found


def _certain(difference: Estimate) -> bool:
    low, high = difference.low, difference.high
    return bool(difference.value) and (low is None or high is None or low > 0 or high < 0)


def _beside(edition: Edition, found: Comparison, of: Of) -> list[str]:
    """``压减 36%``, one less the ratio of the means; a warning where there is no interval."""
    told, ratio = [], found.ratio.value
    if of == "mean" and ratio is not None:
        part = numbers.share(abs(1 - ratio))
        less = edition.choose(f"压减 {part}", f"a cut of {part}")
        told.append(less if ratio < 1 else edition.choose(f"增加 {part}", f"a rise of {part}"))
    if found.difference.low is None:
        told.append(edition.say(_ONE_RUN))
    return told


def _doubtful(edition: Edition, difference: Estimate, of: Of, label: str = "") -> str:
    """The interval of after less before: a time that may have fallen has a negative end."""
    if difference.low is None or difference.low == difference.high:
        return edition.say(_NONE)
    change = _times(difference, -_WORDS[of].scale)
    assert change.low is not None and change.high is not None
    low, high = (numbers.signed(end, _decimals(change, of)) for end in (change.low, change.high))
    between = f"{label}{low}{edition.choose('～', ' to ')}{high}{_WORDS[of].unit.in_(edition.language)}"
    return edition.say(_DOUBTFUL) + numbers.bracketed(between, edition.language)


def _times(estimate: Estimate, factor: int) -> Estimate:
    ends = (estimate.low, estimate.high) if factor > 0 else (estimate.high, estimate.low)
    low, value, high = (None if x is None else factor * x for x in (ends[0], estimate.value, ends[1]))
    return replace(estimate, low=low, value=value, high=high)


def _decimals(estimate: Estimate, of: Of) -> int:
    return 1 if of == "mean" or numbers.narrow(estimate, 100) else 0


def _form(estimate: Estimate, of: Of) -> numbers.Form:
    return numbers.days if _decimals(estimate, of) else numbers.whole


def _comma(edition: Edition) -> str:
    return edition.choose("，", ", ")
