"""Limits, clocks and readings in words, from what the model describes (rules 17 and 18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.analysis.verdicts import NO_NUMBER
from sim.model.base import LEGAL, Model
from sim.model.clocks import SUSPENDED, Clock, Event, Selected, Unit
from sim.model.limits import Limit, Reading, Role, Statistic
from sim.model.process import walk_elements
from sim.model.quantities import Quantity
from sim.report.numbers import day_of_year
from sim.text import LANGUAGES, Text

_STATISTICS: dict[str, Text] = {
    "every-case": Text("每件", "every case"),
    "mean": Text("平均", "mean"),
    "share": Text("按时办结率", "share within the limit"),
    "median": Text("中位数", "median"),
    "ratio": Text("改革后与改革前之比", "after ÷ before"),
}
_ROLES: dict[Role, Text] = {
    "default": Text("据此判定", "decides"),
    "plausible": Text("一并判定", "judged as well"),
    "beside": Text("仅列出", "shown only"),
}
_EVENTS = {
    "accepted": Text("受理", "acceptance"),
    "closed": Text("办结", "the close of the case"),
    "ready": Text("{which}转入{step}", "the {which}arrival at {step}"),
    "start": Text("{which}开始{step}", "the {which}start of {step}"),
    "end": Text("{which}完成{step}", "the {which}end of {step}"),
    "mark": Text("{step}", "{step}"),
}
_UNITS: dict[Unit, Text] = {
    "fraction": Text(
        "以工作日计，按{calendar}中当日开放时间折算，非工作时间不计",
        "in working days, as parts of each day's open hours ({calendar})",
    ),
    "whole-days": Text(
        "以工作日计，自次日起算整日，按{calendar}，节假日不计、调休上班日计入",
        "in whole working days from the day after ({calendar}; holidays out, make-up days in)",
    ),
    "half-days": Text("以半个工作日计，按{calendar}", "in half working days ({calendar})"),
    "calendar-days": Text("以自然日计，当日为零", "in calendar days, the same day being 0"),
    "hours": Text("以自然时间计，折合天", "in elapsed time, as days"),
}
_MOVED = Text("期满日为非工作日的顺延至下一工作日", "a last day that is no working day moves on to the next one")
_SHORT: dict[Unit, Text] = {
    "fraction": Text("工作日", "wd"),
    "whole-days": Text("工作日", "wd"),
    "half-days": Text("工作日", "wd"),
    "calendar-days": Text("天", "d"),
    "hours": Text("天", "d"),
}

TIME_KINDS: dict[str, Text] = {
    "work": Text("办理", "work"),
    "in-session": Text("集中办理", "in session"),
    "waiting-for-staff": Text("排队等人手", "waiting for staff"),
    "waiting-for-session": Text("等待集中办理", "waiting for the session"),
    "waiting-for-opening-hours": Text("等待上班或复工", "waiting for opening hours"),
    "off-hours": Text("办理中遇下班", "off hours during work"),
    "before-log": Text("模拟开始前", "before the run"),
    "still-open": Text("尚未办结", "still open"),
}
"""Kinds of time (rule 16); what a wait is for, its step's own name says."""

CLOSED_SEASON = Text("季节性停工", "season closed")
"""A wait for a calendar that is closed for a season: nobody is in a queue, and no staff would shorten it."""


def describe_quantity(quantity: Quantity) -> Text:
    """``18 个工作日`` / ``18 working days``; a calendar day says that it is one."""
    zh, en = quantity.text
    if quantity.unit == "wd":
        return Text(zh.replace(" ", " 个", 1), en)
    return Text(f"{zh}（自然日）", en) if quantity.unit == "d" else quantity.text


def describe_statistic(statistic: Statistic) -> Text:
    """``每件`` / ``every case``; a share says which."""
    name = _STATISTICS[statistic.kind]
    if statistic.at_most is not None:
        part = f"{100 * statistic.at_most:g}%"
        what = Text("平均用时", "mean time, ") if statistic.of_means else Text("承诺时限", "promised limit, ")
        return Text(f"{what.zh}{name.zh}不超过 {part}", f"{what.en}{name.en} at most {part}")
    if statistic.share is None:
        return name
    part = f"{100 * statistic.share:g}%"
    return Text(f"{name.zh}不低于 {part}", f"{name.en} at least {part}")


def describe_limit(limit: Limit) -> Text:
    """What is promised: ``每件不超过 18 个工作日`` / ``every case within 18 working days``."""
    if limit.statistic is not None and limit.statistic.at_most is not None:
        return describe_statistic(limit.statistic)
    if limit.value is None or limit.statistic is None:
        return NO_NUMBER
    amount, kind = describe_quantity(limit.value), limit.statistic.kind
    name = _STATISTICS[kind]
    if kind == "share":
        part = f"{100 * (limit.statistic.share or 0):g}%"
        return Text(f"{part} 以上的办件不超过 {amount.zh}", f"at least {part} of cases within {amount.en}")
    if kind == "every-case":
        return Text(f"{name.zh}不超过 {amount.zh}", f"{name.en} within {amount.en}")
    return Text(f"{name.zh}不超过 {amount.zh}", f"{name.en} at most {amount.en}")


def describe_role(role: Role) -> Text:
    """Whether a reading decides, is judged as well, or only stands beside."""
    return _ROLES[role]


def short_unit(reading: Reading) -> Text:
    """The unit of a reading's days, for headings: ``工作日``, ``wd``."""
    return _SHORT[reading.unit]


def after_number(reading: Reading) -> Text:
    """The unit as it stands behind a number in a sentence: ``个工作日``, ``wd``."""
    zh, en = _SHORT[reading.unit]
    return Text(f"个{zh}" if zh == "工作日" else zh, en)


def describe_clock(clock: Clock, reading: Reading | None, model: Model, classes: Iterable[str] = ()) -> Text:
    """口径说明: from where to where, what counts, what does not, in which unit, on which calendar.

    ``clock``: the limit's; a reading that has a clock of its own is told by that one. ``classes``: those whose steps
    give the names of the clock's events, where several processes have a step of one id.
    """
    if reading is not None and reading.clock is not None:
        clock = reading.clock
    parts = [
        _sentence(
            Text("自{start}起，至{stop}止", "from {start} to {stop}"),
            start=_event(clock.start, model, classes),
            stop=_event(clock.stop, model, classes),
        ),
        *_selection(clock, model, classes),
    ]
    if reading is not None:
        parts += _counting(reading, model)
    return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _selection(clock: Clock, model: Model, classes: Iterable[str]) -> Iterator[Text]:
    if clock.count is None:
        yield Text("全过程计入", "everything in between counts")
    else:
        yield _sentence(
            Text("只计{what}，各段重叠不重复计", "counted: only {what}, overlaps once"),
            what=_selected(clock.count, model, classes),
        )
    if clock.except_ is not None:
        yield _sentence(Text("不计{what}", "not counted: {what}"), what=_selected(clock.except_, model, classes))
    if clock.count is None or SUSPENDED not in clock.count.owners:
        yield Text("挂起时间不计", "suspensions do not count")
    if clock.from_start:
        yield Text("自开始办理起计，排队不计", "from the start of each step, its queue left out")
    if clock.excluded_wins:
        yield Text("重叠处以不计为准", "where both apply it does not count")


def _counting(reading: Reading, model: Model) -> Iterator[Text]:
    calendar = model.calendars[LEGAL].name if LEGAL in model.calendars else Text("法定工作时间", "legal hours")
    yield _sentence(_UNITS[reading.unit], calendar=Text(f"“{calendar.zh}”", calendar.en))
    if reading.by is not None:
        zh, en = (day_of_year(reading.by, language) for language in LANGUAGES)
        yield Text(f"起算后首个{zh}前完成为按时", f"in time by the first {en} after the start")
    elif reading.unit == "calendar-days" and reading.moved:
        yield _MOVED
    if reading.per != "case":
        of = Text("环节", "stage") if reading.per == "stage" else Text("步骤", "step")
        yield _sentence(Text("逐{of}分别计算后相加", "counted for each {of} and summed"), of=of)


def _event(event: Event, model: Model, classes: Iterable[str]) -> Text:
    if event.step is None:
        return _EVENTS[event.at]
    which = Text("", "")
    if event.which is not None and event.at != "mark":
        which = Text("最后一次", "last ") if event.which == "last" else Text("第一次", "first ")
    return _sentence(_EVENTS[event.at], which=which, step=_step(event.step, model, classes))


def _selected(selected: Selected, model: Model, classes: Iterable[str]) -> Text:
    owners = model.owner_names()
    names = [
        _sentence(Text("{name}用时", "time of the {name}"), name=owners.get(owner, Text(owner, owner)))
        for owner in selected.owners
    ]
    if selected.stages:
        stages = [model.stages[s].name if s in model.stages else Text(s, s) for s in selected.stages]
        names.append(_sentence(Text("{names}等环节", "the stages {names}"), names=_listed(stages)))
    names += [_step(step, model, classes) for step in selected.steps]
    return _listed(names)


def _step(id_: str, model: Model, classes: Iterable[str]) -> Text:
    """The name of the first step or mark of that id, in the classes' own processes before all others."""
    id_ = id_.rpartition("/")[2]
    own = [source.process for source in model.sources.values() if (source.case_class or source.process) in classes]
    for process in dict.fromkeys([*own, *model.processes]):
        for element in walk_elements(model.processes[process].flow):
            name = getattr(element, "name", None)
            if element.id == id_ and name is not None:
                return Text(f"“{name.zh}”", f"“{name.en}”")
    return Text(f"“{id_}”", f"“{id_}”")


def _listed(names: list[Text]) -> Text:
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def _sentence(sentence: Text, /, **parts: Text) -> Text:
    """Fill each language's sentence with the same language's words."""
    return Text(
        sentence.zh.format(**{name: part.zh for name, part in parts.items()}),
        sentence.en.format(**{name: part.en for name, part in parts.items()}),
    )
