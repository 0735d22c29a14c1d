"""The words and marks of conclusions (rule 20)."""

from __future__ import annotations

from sim.analysis.results import Missing, StopReason, Value, Verdict
from sim.analysis.statistics.estimate import NO_CASES
from sim.analysis.verdicts import NO_NUMBER
from sim.text import Text

ASSUMED = Text(
    "假设推演，非实测数据，不得用于考核",
    "Based on assumptions, not on measured data; not to be used for appraisal",
)
"""Stands in every table, page and picture while an input that decides is an assumption (DESIGN part 5)."""

NOT_ASSESSED = Text("尚未评估", "not yet assessed")
"""The doubt about the inputs, until an analysis weighs them (DESIGN part 5)."""

MARKS: dict[Value, str] = {
    "met": "○", "not-met": "●", "undecided": "△", "no-number": "—", "depends-on-reading": "◇",
}  # fmt: skip
"""Shapes beside the words: they survive a grey print."""

_VALUES: dict[Value, Text] = {
    "met": Text("达标", "met"),
    "not-met": Text("未达标", "not met"),
    "undecided": Text("暂不能判定", "undecided"),
    "no-number": NO_NUMBER,
    "depends-on-reading": Text("因口径而异", "depends on the reading"),
}
_UNDER_ASSUMPTIONS: dict[Value, Text] = {
    "met": Text("假设下可达", "reachable under the assumptions"),
    "not-met": Text("假设下不可达", "not reachable under the assumptions"),
}
_MISSING: dict[Missing, Text] = {
    "runs": Text("需增加模拟次数", "needs more replications"),
    "run-out": Text("有办件未办结，需延长模拟期", "cases are still open: needs a longer run-out"),
    "data": Text("缺少数据", "needs data"),
    "cases": NO_CASES,
    "before": Text("没有改革前情景可比", "no scenario before to compare with"),
}
GROWING = Text("排队无限增长", "a queue grows without end")
STOPPED: dict[StopReason, Text] = {
    "decided": Text("没有结论还需增加次数", "no verdict lacks runs"),
    "precise": Text(
        "尚未判定的 {n} 项结论已足够精确（区间半宽 {days} 天或 {share}，超期比例为容许值的十分之一）",
        "the {n} undecided verdicts are precise enough (half-widths {days} days or {share}, a tenth of the tolerance "
        "for late shares)",
    ),
    "most": Text(
        "已达次数上限 {most}，仍有 {n} 项结论未定", "no more than {most} were allowed; {n} verdicts lack runs"
    ),
}
_NO_PROOF = Text("容许比例为零，次数再多也不能证明", "a tolerance of zero is proved by no number of replications")


def value_words(value: Value, *, assumed: bool) -> Text:
    """A conclusion; while an input that decides it is an assumption, 假设下可达 or 假设下不可达."""
    return _UNDER_ASSUMPTIONS.get(value, _VALUES[value]) if assumed else _VALUES[value]


def verdict_words(verdict: Verdict) -> Text:
    """The conclusion of a verdict."""
    return value_words(verdict.value, assumed=verdict.assumed)


def lacking(verdict: Verdict) -> Text | None:
    """What an undecided verdict is missing; None for the others."""
    if verdict.value != "undecided":
        return None
    if verdict.missing is not None:
        return _MISSING[verdict.missing]
    return GROWING if verdict.growing else _NO_PROOF
