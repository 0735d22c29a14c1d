"""``shixian explain DIR LIMIT --accepted DATE``: the last day in time under each reading, with the days that count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.due import Due, Stretch
    from sim.model.limits import Limit

_HEADING = Text("{day}起算的到期日", "last day in time, the clock starting on {day}")
_NONE = Text("没有到期日:文件未设逐件的时限", "no last day: the plan sets no length for a case")
_COUNTED = {
    "whole-days": Text("计入 {n} 个工作日", "counted, {n} working days"),
    "calendar-days": Text("计入 {n} 天", "counted, {n} days"),
}
_WITHIN = Text("其间办公", "open in between")
_NOT = Text("不计", "not counted")
_MOVED = Text("末日{day}非工作日,顺延", "{day} is no working day, so the last day moves on")
_FROM = Text("{hour}受理", "accepted at {hour}")
_MANY = Text("{between}间 {n} 天", "{n} days from {between}")
_MOST_NAMED = 3
_MEAN = Text(
    "平均数、比例没有逐件的到期日;所列是单件恰为时限时的末日。",
    "A mean or a share has no last day of its own: shown is that of a case exactly as long as the limit.",
)
_LEFT_OUT = Text(
    "口径中不计的时间一旦发生,到期日相应后延。",
    "Where the clock leaves time out, the last day moves on by as much.",
)


def page(limit: Limit, accepted: dt.date, dues: Sequence[Due], lang: Language) -> Iterator[str]:
    from sim.report import wording

    yield f"  {_HEADING.format(day=_moment(accepted, lang)).in_(lang)}:"
    if not dues:
        yield f"    {_NONE.in_(lang)}"
    for alike in _alike(dues):
        for reading in dict.fromkeys(due.reading.id for due in alike):
            its = next(due.reading for due in alike if due.reading.id == reading)
            yield f"    - {wording.describe_role(its.role).in_(lang)} {its.name.in_(lang)}"
        once = [due for due in alike if due.reading.id == alike[0].reading.id]
        for due in once:
            at = f"{_FROM.format(hour=f'{due.accepted:%H:%M}').in_(lang)}: " if len(once) > 1 else ""
            yield f"        {at}{_last(due, lang)}"
            yield f"          {_days(due, lang)}"
    if not all(due.of_each for due in dues):
        yield f"    {_MEAN.in_(lang)}"
    clocks = [reading.clock or limit.clock for reading in limit.readings]
    if dues and any(clock.count or clock.except_ for clock in clocks):
        yield f"    {_LEFT_OUT.in_(lang)}"


def content(accepted: dt.date, dues: Sequence[Due]) -> dict[str, object]:
    return {
        "accepted": accepted.isoformat(),
        "due": [
            {
                "reading": due.reading.id,
                "role": due.reading.role,
                "accepted": due.accepted.isoformat(timespec="minutes"),
                "day": due.day.isoformat(),
                "at": due.at and due.at.isoformat(timespec="minutes"),
                "moved_from": due.unmoved and due.unmoved.isoformat(),
                "of_each_case": due.of_each,
                "days": [
                    {
                        "from": some.first.isoformat(),
                        "to": some.last.isoformat(),
                        "days": some.days,
                        "counts": some.counts,
                        "kind": some.words._asdict(),
                    }
                    for some in due.stretches
                ],
            }
            for due in dues
        ],
    }


def _alike(dues: Sequence[Due]) -> list[list[Due]]:
    """Readings that come to the same, together."""
    of_reading: dict[str, list[Due]] = {}
    for due in dues:
        of_reading.setdefault(due.reading.id, []).append(due)
    found: dict[tuple[object, ...], list[Due]] = {}
    for its in of_reading.values():
        key = tuple((due.accepted, due.day, due.at, due.unmoved, due.stretches) for due in its)
        found.setdefault(key, []).extend(its)
    return list(found.values())


def _last(due: Due, lang: Language) -> str:
    last = _moment(due.at or due.day, lang)
    if due.unmoved is None:
        return last
    moved = _MOVED.format(day=_day(due.unmoved, lang)).in_(lang)
    return f"{last}({moved})" if lang == "zh" else f"{last} ({moved})"


def _days(due: Due, lang: Language) -> str:
    counted = [some for some in due.stretches if some.counts]
    rest = [some for some in due.stretches if not some.counts and some.last != due.day]
    unit = "calendar-days" if due.reading.by else due.reading.unit
    words = _COUNTED.get(unit, _WITHIN).format(n=sum(some.days for some in counted)).in_(lang)
    parts = [f"{words}: {_listed(counted, lang)}"]
    if rest:
        parts.append(f"{_NOT.in_(lang)}: {_listed(rest, lang)}")
    return "; ".join(parts)


def _listed(stretches: Sequence[Stretch], lang: Language) -> str:
    """``9月30日、10月8日、10月9日 调休上班(国庆节)``; ordinary days go unsaid, many are summed up."""
    join = "、" if lang == "zh" else ", "
    alike: dict[Text | None, list[Stretch]] = {}
    for some in stretches:
        alike.setdefault(some.words if some.named else None, []).append(some)
    found = []
    for words, its in alike.items():
        what = "" if words is None else f" {words.in_(lang)}"
        if len(its) > _MOST_NAMED:
            n = sum(some.days for some in its)
            found.append(_MANY.format(between=_between(its[0].first, its[-1].last, lang), n=n).in_(lang) + what)
        else:
            found.append(join.join(_between(some.first, some.last, lang) for some in its) + what)
    return join.join(found) or "-"


def _between(first: dt.date, last: dt.date, lang: Language) -> str:
    if first == last:
        return _day(first, lang)
    return f"{_day(first, lang)}{'至' if lang == 'zh' else ' to '}{_day(last, lang)}"


def _day(day: dt.date, lang: Language) -> str:
    from sim.report.numbers import day_of_year

    return day_of_year(f"{day:%m-%d}", lang)


def _moment(moment: dt.date, lang: Language) -> str:
    from sim.model.sessions import WEEKDAY_NAMES, WEEKDAYS
    from sim.report.numbers import date

    weekday = WEEKDAY_NAMES[WEEKDAYS[moment.weekday()]].in_(lang)
    day = date(moment.isoformat(), lang)
    words = f"{day}({weekday})" if lang == "zh" else f"{weekday} {day}"
    return f"{words} {moment:%H:%M}" if isinstance(moment, dt.datetime) else words
