"""Words of an observation, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from sim.text import Text

MEASURED = Text("实测", "measured")
"""Stands beside every figure from a log, as 预计 (expected) stands beside what is simulated."""

FACTS = Text("本期事实", "facts of the period")
FUTURE = Text("今后", "the future")
LATE_LIST = Text("超期件清单", "late cases")
CAUSE = Text("原因", "cause")
QUALITY = Text("数据质量", "quality of the data")
QUALITY_BEFORE = Text("数据质量(改革前)", "quality of the data, before")

ID, LIMIT, READING = Text("编号", "id"), Text("承诺时限", "limit"), Text("口径", "reading")
CONCLUSION = Text("结论", "conclusion")
FINISHED, LATE, STILL_OPEN = Text("办结件数", "finished"), Text("超期件数", "late"), Text("在办件数", "still open")
OPEN_LATE = Text("其中已超期", "of them late already")
OPEN_AND_LATE = Text("在办已超期", "open and late")
ON_TIME = Text("按时办结率", "share on time")
MEAN, MEDIAN = Text("平均用时", "mean"), Text("中位用时", "median")
CASE, CLASS, DISTRICT = Text("办件编号", "case"), Text("办件类别", "class"), Text("区域", "district")
ACCEPTED, STOPPED = Text("受理时间", "accepted"), Text("办结时间", "finished at")
DAYS, OVER = Text("用时(天)", "days"), Text("超期(天)", "days over")
STEP = Text("主要堵点", "where it stuck")
OPEN = Text("在办", "still open")
ALLOWED = Text("时限(天)", "limit (days)")
PROMISE = Text("承诺事项", "commitment")

WITHHELD = Text("不予计算", "withheld")
NO_CASE = Text(
    "日志中的办件不属于任何承诺:检查映射中的 classes。时限所用的类别:{classes}",
    "no case of the log belongs to any limit: look at `classes` in the mapping; the limits speak of: {classes}",
)
WITHOUT_LIMIT = Text("未对应任何承诺的办件", "cases that no limit speaks of")
WITHOUT_CLASS = Text("未归类", "without a class")

SHARE_NOTE = Text(
    "按时办结率:在办而已超期的计为超期;其余在办的尚不能定,不计入。",
    "share on time: cases still open and late already count as late; the others, not decided yet, do not count",
)
BEFORE, AFTER = Text("改革前(实测)", "before (measured)"), Text("改革后(实测)", "after (measured)")
COMPARABILITY = Text("改革前后可比性", "comparability")
CHECK, ALIKE = Text("条件", "condition"), Text("是否一致", "alike")
NOT_COMPARABLE = Text("不宜直接比较", "not to be compared directly")


def alike(holds: bool | None) -> Text:
    """What a check found."""
    return {None: Text("未记录", "not told"), True: Text("一致", "alike"), False: Text("不一致", "differ")}[holds]


CHANGE_NOTE = Text(
    "超期比例按应办结件数计,在办已超期的计为超期;区间以月为组(Zou、Donner 2008),不足两个月没有区间。"
    "类别构成不变:各类的变化按两期合计件数加权(直接标准化),只有一方有的类别不计。",
    "late shares are of the cases that were due, open and late ones counted as late; intervals have months as clusters "
    "(Zou and Donner 2008), and need two months. With the mix held fast: the change of each class weighted by the "
    "cases of both periods (direct standardisation), without classes that only one of them has",
)
OF_BEFORE, OF_THIS = Text(":改革前的文件", ": the file from before"), Text(":改革后的文件", ": the file from after")
LACKING = {
    "ready": Text("环节到达时间", "when a step became ready"),
    "start": Text("环节开始时间", "when a step started"),
    "end": Text("环节结束时间", "when a step ended"),
    "time-of-day": Text("具体时刻(只有日期)", "the time of day (dates alone)"),
    "owner": Text("用时主体", "whose time a step is"),
    "stage": Text("环节归属", "stages"),
    "released_by": Text("环节之间的衔接", "which step released which"),
    "needs": Text("所需人员", "who is needed"),
    "stints": Text("实际工作时段", "stretches of work"),
    "pools": Text("班组", "pools"),
    "calendars": Text("班组工作时间", "working hours of pools"),
}
"""What a log may not tell, in words."""


def lacked(names: Iterable[str]) -> Text:
    """These, one after another; a dash for none."""
    said = [LACKING.get(name, Text(name, name)) for name in names] or [Text("-", "-")]
    return Text("、".join(each.zh for each in said), ", ".join(each.en for each in said))


def lacked_for_step(missing: Iterable[str]) -> list[str]:
    """What a log would have to tell for us to know where a case stuck."""
    return [name for name in missing if name in ("ready", "end")]


COLUMN_OF_GROUP = {
    "month": Text("办结月份", "month of the end"),
    "accepted": Text("受理月份", "month of acceptance"),
    "district": DISTRICT,
    "unit": Text("办理单位", "office"),
    "class": CLASS,
}
COHORT = Text(
    "按受理计,含在办件(Kaplan-Meier):一半办件在 {median} 内办结,九成在 {most} 内;"
    "平均 {mean}(超过 {until} 的按 {until} 计)",
    "by acceptance, open cases included (Kaplan-Meier): half are done within {median}, nine in ten within {most}; "
    "mean {mean}, what takes longer than {until} counted as {until}",
)
TO_COME = Text(
    "按本期各月推断,今后超期比例 {share}", "as the months of the period go, {share} of future cases will be late"
)
KIND, REACTION, COUNT = Text("问题", "problem"), Text("处理", "what was done"), Text("处数", "times")
MEANING, EXAMPLES = Text("影响与办法", "what it means, what to do"), Text("例(行号)", "examples (rows)")
REACTIONS = {
    "repaired": Text("已修正", "repaired"),
    "missing": Text("按空白", "taken as empty"),
    "dropped": Text("已略去", "dropped"),
    "rejected": Text("已剔除该行", "row rejected"),
    "excluded": Text("该件不计入", "case left out"),
    "warned": Text("请注意", "warning"),
    "told": Text("说明", "told"),
}
