"""The words of the report for whoever meets them first."""

from __future__ import annotations

from sim.report.edition import Edition
from sim.text import Text

_WORDS = (
    (Text("办件", "case"), Text("一件申请从受理到办结", "one application, from acceptance to close")),
    (
        Text("按时办结率", "share within the limit"),
        Text("统计期内受理的办件中在时限内办结的比例", "of the cases accepted in the window, those finished in time"),
    ),
    (
        Text("单件不超过……的比例", "share of single cases within …"),
        Text(
            "承诺的是平均用时的，单件超过该数不算超期，此比例仅供了解",
            "where the mean is promised no single case is late: for information",
        ),
    ),
    (
        Text("90% 分位用时", "90th percentile"),
        Text("每十件中九件不超过的用时", "nine cases in ten take no longer"),
    ),
    (
        Text("在办超期", "open beyond the limit"),
        Text("尚未办结而已超过时限的办件", "not finished, and already beyond the limit"),
    ),
    (
        Text("容许的超期比例", "tolerance"),
        Text(
            "模拟不能证明“每件”都不超期，故以超期比例的置信上限不高于容许值为可达",
            "no simulation proves “every case”: reachable means that the upper bound of the late share keeps to it",
        ),
    ),
    (
        Text("95% 区间", "95% interval"),
        Text(
            "只反映模拟次数有限带来的波动，不含输入数据的误差；少于 10 次模拟的区间粗略，仅供参考",
            "the doubt from the limited number of replications alone, not that of the figures put in; rough with fewer "
            "than ten",
        ),
    ),
    (
        Text("因口径而异", "depends on the reading"),
        Text("文件文字可作几种理解，结论随之不同", "the plan can be read in several ways, and they disagree"),
    ),
    (
        Text("跨度用时", "whole elapsed time"),
        Text("从受理到办结的全部自然日，含用户、审批和节假日", "all calendar days from acceptance to close"),
    ),
    (Text("环节", "stage"), Text("用户需要经历的办理阶段", "what the customer meets and the plan counts")),
)


def words(edition: Edition) -> list[tuple[str, str]]:
    """Each word and what it means."""
    return [(edition.say(word), edition.prose(meaning)) for word, meaning in _WORDS]
