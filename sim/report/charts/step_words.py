"""What stands in the boxes of a process: names, who does it and about how long, when it is held, for which cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from sim.model.base import Model
from sim.model.calendars import PREDEFINED
from sim.model.process import Branch, Call, Element, Optional, SessionStep, Spawn, WaitStep, Walk, WorkStep
from sim.model.quantities import MINUTE_US, Quantity
from sim.model.sessions import WEEKDAY_NAMES, Session
from sim.report.wording import describe_quantity
from sim.text import Text


def name(element: Element, model: Model) -> Text:
    """The element's own name; a call or spawn without one has the name of its process."""
    own = getattr(element, "name", None)
    if own is not None:
        return own
    match element:
        case Call():
            return model.processes[element.target].name
        case Spawn():
            return joined([model.processes[child.process].name for child in element.cases])
        case _:
            return Text(element.id or "", element.id or "")


def details(element: Element, model: Model) -> Text:
    """Who does it and about how long; when a session is held; empty for a mark."""
    match element:
        case WorkStep():
            pools = joined([model.pools[need.pool].name for need in element.by if need.pool is not None])
            about = element.effort.leading
            if about is None:
                return pools
            return Text(f"{pools.zh} {_brief(about).zh}", f"{pools.en}, {_brief(about).en}")
        case WaitStep():
            return _wait(element, model)
        case SessionStep():
            return rhythm(model.sessions[element.at])
        case Call():
            return Text("子流程，另图", "sub-process, see its chart")
        case Spawn():
            return (
                Text("另立办件，办结后继续", "cases of their own; goes on when they close")
                if element.wait
                else Text("另立办件，不等办结", "cases of their own; goes on at once")
            )
        case Walk():
            return Text("按实际流转比例", "by the shares of a log")
        case _:
            return Text("", "")


def _wait(element: WaitStep, model: Model) -> Text:
    """About how long; a wait of a moment is for its calendar to open."""
    about = element.takes.leading
    if about is None:
        return Text("", "")
    if waits_for_opening(element) and element.calendar is not None:
        calendar = ({**PREDEFINED, **model.calendars})[element.calendar].name
        return Text(f"至{calendar.zh}", f"until {calendar.en}")
    return Text(f"约 {_brief(about).zh}", f"about {_brief(about).en}")


def waits_for_opening(element: Element) -> bool:
    """A wait of a moment on a calendar: for the calendar to open, as where the ground is frozen."""
    if not isinstance(element, WaitStep) or element.calendar is None:
        return False
    about = element.takes.leading
    return about is not None and not about.in_working_days and about.size <= MINUTE_US


def _brief(quantity: Quantity) -> Text:
    """As short as a box needs it."""
    rounded = replace(quantity, amount=_rounded(quantity.amount))
    return Text(describe_quantity(rounded).zh, str(rounded))


def _rounded(amount: float) -> float:
    """To one place, halves up; what would be nothing then, to its first digit: 1.7 for 1.725, 0.8 for 0.75."""
    number = Decimal(str(amount))
    place = Decimal("0.1") if abs(number) >= Decimal("0.05") else Decimal(1).scaleb(number.adjusted())
    return float(number.quantize(place, ROUND_HALF_UP))


def rhythm(session: Session) -> Text:
    """``每周三``, ``每月 25 日``."""
    if session.days_of_month:
        days = [str(day) for day in session.days_of_month]
        return Text(f"每月 {'、'.join(days)} 日", f"monthly on {', '.join(days)}")
    zh = "、".join(WEEKDAY_NAMES[day].zh.removeprefix("周") for day in session.days_of_week)
    en = ", ".join(WEEKDAY_NAMES[day].en for day in session.days_of_week)
    if session.every_weeks == 1:
        return Text(f"每周{zh}", f"every {en}")
    return Text(f"每 {session.every_weeks} 周的周{zh}", f"every {session.every_weeks} weeks, {en}")


def condition(model: Model, by: str | None, branch: Branch | Optional) -> Text:
    """For which cases: a share of them, the values of the attribute ``by``, or the others."""
    if branch.share is not None:
        return Text(*(percent(branch.share.value),) * 2)
    if branch.when:
        values = [model.value_name(by or "", value) for value in branch.when]
        return Text("、".join(value.zh for value in values), " / ".join(value.en for value in values))
    return Text("其余", "others")


def percent(share: float) -> str:
    """``12.5%``: to one place, as what it is estimated from bears no more."""
    return f"{round(100 * share, 1):g}%"


def bypass(model: Model, by: str | None, branches: Sequence[Branch]) -> Text:
    """Which cases take a branch of a choice in which nothing happens."""
    which = joined([condition(model, by, branch) for branch in branches])
    return Text(f"{which.zh}：直接下一步", f"{which.en}: straight on")


def only(model: Model, optional: Optional) -> Text:
    """The heading of what only some cases meet."""
    words = condition(model, optional.by, optional)
    return Text(f"仅 {words.zh}", f"only {words.en}")


def joined(names: Sequence[Text]) -> Text:
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
