"""The fields of a model and their values in words, in both languages: what a sentence about a change is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from sim.model.base import Model
from sim.model.clocks import UNIT_NAMES, Event
from sim.model.demand import DayPattern
from sim.model.figures import Evidence, ShareForm, ValueForm
from sim.model.law_forms import LawForm
from sim.model.limits import Statistic
from sim.model.needs import FactorBy, Need
from sim.model.patterns import PatternForm
from sim.model.quantities import Quantity
from sim.model.reforms import words
from sim.model.reforms.words import fill
from sim.model.sessions import WEEKDAY_NAMES
from sim.model.spans import Day
from sim.text import Text

FIELDS: dict[str, Text] = {
    "accepted": Text("受理时间", "accepted"),
    "after": Text("期限", "after"),
    "at": Text("时刻", "time"),
    "at_most": Text("次数上限", "at most"),
    "attribute": Text("属性", "attribute"),
    "attributes": Text("属性构成", "attributes"),
    "back_to": Text("退回至", "goes back to"),
    "baseline": Text("原时限", "old limit"),
    "batch": Text("每批件数", "batch"),
    "by": Text("办理班组", "done by"),
    "calendar": Text("工作时间表", "calendar"),
    "capacity": Text("每次件数上限", "capacity"),
    "case_class": Text("办件类别", "class"),
    "cases": Text("派生办件", "cases"),
    "classes": Text("适用类别", "classes"),
    "clock": Text("计时", "clock"),
    "closures": Text("关闭时段", "closures"),
    "count": Text("计入", "counts"),
    "customer_facing": Text("面向用户", "customer-facing"),
    "cut_off": Text("截止提前量", "cut-off"),
    "days": Text("日期", "days"),
    "discipline": Text("排队次序", "order of the queue"),
    "due": Text("到期设定", "due"),
    "effort": Text("办理工时", "effort"),
    "every": Text("平均间隔", "mean time between cases"),
    "every_weeks": Text("间隔周数", "every so many weeks"),
    "except_": Text("不计入", "does not count"),
    "excluded_wins": Text("重叠时不计入", "excluded wins"),
    "extends_due": Text("顺延到期", "extends the due"),
    "factor": Text("按属性的时长系数", "factor by attribute"),
    "first": Text("返工前须先", "first, before rework"),
    "from_": Text("起", "from"),
    "from_start": Text("自开始办理起计", "counted from the start"),
    "groups": Text("分组", "groups"),
    "hand_over": Text("下班交接", "hand-over at closing"),
    "holidays": Text("节假日", "holidays"),
    "hours": Text("时段", "hours"),
    "length": Text("每次时长", "length"),
    "listed": Text("清单", "listed cases"),
    "makeup": Text("调休上班日", "make-up days"),
    "months": Text("月度系数", "months"),
    "moved": Text("期末遇节假日顺延", "last day moves on"),
    "n": Text("数目", "number"),
    "name": Text("名称", "name"),
    "on": Text("每周日期", "days of the week"),
    "on_repeat": Text("重办时长系数", "factor on repeating"),
    "openings": Text("加开时段", "extra openings"),
    "otherwise": Text("其余", "otherwise"),
    "owner": Text("用时主体", "owner"),
    "owners": Text("用时主体", "owners"),
    "patience": Text("等待限度", "patience"),
    "per": Text("计数单位", "counted per"),
    "per_year": Text("年办件量", "cases a year"),
    "priority": Text("优先级", "priority"),
    "process": Text("流程", "process"),
    "readings": Text("口径", "readings"),
    "rework": Text("返工", "rework"),
    "role": Text("口径地位", "role"),
    "same_as": Text("沿用", "same as"),
    "same_server_as": Text("由原办理人", "same server as"),
    "sat": Text("星期六", "Saturday"),
    "seasons": Text("季节", "seasons"),
    "servers": Text("人数(班组数)", "servers"),
    "share": Text("比例", "share"),
    "speed": Text("速度", "speed"),
    "stage": Text("环节", "stage"),
    "stages": Text("环节", "stages"),
    "start": Text("起点", "start"),
    "statistic": Text("统计量", "statistic"),
    "statutory": Text("执行法定节假日", "keeps statutory days"),
    "steps": Text("步骤", "steps"),
    "stop": Text("止点", "stop"),
    "strict": Text("不得插队", "strict"),
    "sun": Text("星期日", "Sunday"),
    "takes": Text("时长", "duration"),
    "then": Text("逾期后", "then"),
    "to": Text("止", "to"),
    "tolerance": Text("允许超时比例", "tolerance"),
    "unit": Text("计数方式", "unit"),
    "unsplittable": Text("须一次办完", "unsplittable"),
    "value": Text("时限", "limit"),
    "values": Text("取值", "values"),
    "wait": Text("等待办结", "waits for them"),
    "weekdays": Text("星期系数", "days of the week"),
    "when": Text("取值", "values"),
    "when_closed": Text("遇闭馆", "when closed"),
    "withdraw": Text("撤回比例", "share withdrawing"),
    "workdays": Text("星期一至星期五", "Monday to Friday"),
    "working_day": Text("一个工作日时长", "one working day"),
}
_CHOICES: dict[str, Text] = {
    **WEEKDAY_NAMES,
    "first-come": Text("先到先办", "first come, first served"),
    "earliest-due": Text("先到期先办", "earliest due first"),
    "lost": Text("取消", "lost"),
    "moved": Text("顺延", "moved"),
    "default": Text("主口径", "default"),
    "plausible": Text("可选口径", "plausible"),
    "beside": Text("参考口径", "beside"),
    "withdraw": Text("撤回", "withdraw"),
    "proceed": Text("视为同意", "proceed"),
    "every-case": Text("每一件", "every case"),
    "mean": Text("平均", "mean"),
    "median": Text("中位数", "median"),
    "ratio": Text("改革后与改革前之比", "after ÷ before"),
    **{str(unit): name for unit, name in UNIT_NAMES.items()},
}
_EVENTS = {
    "accepted": Text("受理", "accepted"),
    "closed": Text("办结", "closed"),
    "ready": Text("“{step}”就绪", "“{step}” ready"),
    "start": Text("“{step}”开始", "“{step}” starts"),
    "end": Text("“{step}”结束", "“{step}” ends"),
    "mark": Text("“{step}”", "“{step}”"),
}
_NAMED: dict[str, Callable[[Model, str], Text]] = {
    "attribute": Model.attribute_name,
    "attributes": Model.attribute_name,
    "case_class": Model.class_name,
    "classes": Model.class_name,
    "calendar": lambda model, id_: words.name_of(model.calendars, id_),
    "same_as": lambda model, id_: words.name_of(model.calendars, id_),
    "owner": lambda model, id_: words.name_of(model.owners, id_),
    "owners": lambda model, id_: words.name_of(model.owners, id_),
    "stage": lambda model, id_: words.name_of(model.stages, id_),
    "stages": lambda model, id_: words.name_of(model.stages, id_),
    "at": lambda model, id_: words.name_of(model.sessions, id_),
    "process": lambda model, id_: words.name_of(model.processes, id_),
}
"""What has a name of its own, field by field."""


def field(name: str) -> Text:
    """What a field is called."""
    return FIELDS.get(name, Text(name, name))


def said(model: Model, value: Any, name: str = "") -> Text:
    """A value of a field in words; ids by the names that they have in ``model``."""
    if value is None or value in ((), {}):
        return words.NOTHING
    match value:
        case Text():
            return value
        case tuple() if not hasattr(value, "_fields"):
            return words.joined((said(model, item, name) for item in value), "、", ", ")
        case dict():
            pairs = ((value_name(str(key)), said(model, item)) for key, item in value.items())
            return words.joined((Text(f"{k.zh} {v.zh}", f"{k.en} {v.en}") for k, v in pairs), "、", ", ")
        case str():
            return _NAMED[name](model, value) if name in _NAMED else value_name(value)
        case LawForm():
            return value.describe()
        case Quantity() | Day():
            return value.text
        case ShareForm():
            return words.share(value.value)
        case ValueForm() | PatternForm():
            return said(model, value.value, name)
        case BaseModel():
            return _part(model, value)
        case bool() | int() | float():
            return _number(value, name)
    return Text(str(value), str(value))


def mix(model: Model, attribute: str, values: Any) -> Text:
    """What stands beside the values of an attribute, such as the share of each; or the value that all cases have."""
    if isinstance(values, str):
        return model.value_name(attribute, values)
    told = ((model.value_name(attribute, value), said(model, its)) for value, its in (values or {}).items())
    return (
        words.joined(Text(f"{name.zh} {its.zh}", f"{name.en} {its.en}") for name, its in told)
        if values
        else words.NOTHING
    )


def values(model: Model, attribute: str | None, which: Iterable[str]) -> Text:
    """Several values of an attribute."""
    return words.joined(model.value_name(attribute or "", value) for value in which)


def _number(value: float, name: str) -> Text:
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if name in ("tolerance", "share"):
        return words.share(value)
    written = "{:02d}:{:02d}".format(*divmod(int(value), 60)) if name == "at" else words.number(value)
    return Text(written, written)


def value_name(value: str) -> Text:
    """What a fixed value is called, such as a day of the week; others are their own names."""
    return _CHOICES.get(value, Text(value, value))


def _part(model: Model, part: BaseModel) -> Text:
    match part:
        case Event():
            return _EVENTS[part.at].format(step=part.step)
        case Statistic():
            return words.share(part.share) if part.share is not None else _CHOICES[part.kind]
        case FactorBy():
            factors = mix(model, part.attribute, part.values)
            by = model.attribute_name(part.attribute)
            return fill(Text("按{by}:{factors}", "by {by}: {factors}"), by=by, factors=factors)
        case DayPattern():
            return fill(
                Text("{when}最后 {n} 个开放日 {times} 倍", "{times} times on the last {n} open days {when}"),
                when=Text("每月", "of the month")
                if part.before is None
                else Text(f"{part.before} 之前", f"before {part.before}"),
                n=part.last,
                times=words.number(part.times.value),
            )
        case Need(same_server_as=str(step)):
            return fill(Text("“{step}”的原办理人", "the server of {step}"), step=step)
        case Need():
            name = words.pool(model, part.pool or "")
            return name if part.n == 1 else fill(Text("{pool} {n} 名", "{n} of {pool}"), pool=name, n=part.n)
    if (element := getattr(part, "id", None)) is not None and hasattr(part, "stage"):
        return words.quoted(getattr(part, "name", None) or Text(element, element))
    told = [
        fill(Text("{field} {value}", "{field} {value}"), field=field(name), value=said(model, value, name))
        for name in type(part).model_fields
        if name not in Evidence.model_fields and (value := getattr(part, name)) not in (None, (), {}, False)
    ]
    return words.joined(told, ",", ", ")
