"""What is compared with theory, in words, and all findings as a table."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.table import WIDTH, plain
from sim.text import Language, Text
from sim.verification.expected import Answer, NotExpressible
from sim.verification.verify import STANDARD_ERRORS, Finding, Verified

_OF = {
    "time": Text("办理时间", "time"),
    "wait": Text("等候时间", "wait"),
    "stay": Text("逗留时间", "stay"),
    "number": Text("在办件数", "number of cases"),
    "queue": Text("排队件数", "number that wait"),
    "busy": Text("忙碌比例", "share of time busy"),
    "visits": Text("每件执行次数", "executions for each case"),
    "withdrawn": Text("放弃的比例", "share that give up"),
}
_STATISTIC = {
    "mean": Text("平均{of}", "mean {of}"),
    "sd": Text("{of}的标准差", "standard deviation of the {of}"),
    "variance": Text("{of}的方差", "variance of the {of}"),
    "log-mean": Text("{of}对数的平均", "mean of the logarithm of the {of}"),
    "log-sd": Text("{of}对数的标准差", "standard deviation of the logarithm of the {of}"),
    "quantile": Text("{of}的 {level} 分位数", "{level} percentile of the {of}"),
    "within": Text("P({of} ≤ {at})", "P({of} <= {at})"),
    "above": Text("P({of} > {at})", "P({of} > {at})"),
    "law": Text("{of}的分布,最大差距", "law of the {of}, largest gap"),
}
VERDICTS = {True: Text("通过", "pass"), False: Text("未通过", "FAIL")}
_RULE = Text(
    "通过:与精确值相差不超过 {z:g} 个标准误;标准误不超过精确值的 2%(或该项另写的 precision);没有未办结的办件被略去。"
    "z 为相差的标准误数;分布逐点比较,列出最大差距。",
    "pass: within {z:g} standard errors of the exact number; a standard error of at most 2% of it (or of the answer's "
    "own precision); and no unfinished case left out. z: standard errors apart; a law is compared point by point, the "
    "largest gap is shown.",
).format(z=STANDARD_ERRORS)


def asked(answer: Answer) -> Text:
    """What an answer is about: ``mean wait, job/serve [h]``."""
    level = "" if answer.level is None else f"{100 * answer.level:g}%"
    at = Text("", "") if answer.at is None else answer.at.text
    of, statistic = _OF[answer.of], _STATISTIC[answer.statistic]
    if answer.of not in ("time", "wait", "stay"):
        statistic = Text("{of}", "{of}")
    where = [name for name in (answer.step, answer.pool, answer.case_class) if name]
    if answer.time_of_day is not None:
        minute = answer.time_of_day
        where.append(f"{minute // 60:02d}:{minute % 60:02d}")
    unit = f" [{answer.unit}]" if answer.statistic in ("mean", "sd", "quantile") and statistic.en != "{of}" else ""
    zh = statistic.zh.format(of=of.zh, level=level, at=at.zh)
    en = statistic.en.format(of=of.en, level=level, at=at.en)
    behind = ", ".join(where)
    return Text(zh + (f"({behind})" if behind else "") + unit, en + (f", {behind}" if behind else "") + unit)


def table(verified: Sequence[Verified], others: Sequence[NotExpressible], lang: Language) -> str:
    """Every case with its source, every answer with its numbers; what cannot be expressed, with the reason."""
    from rich import box
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, width=WIDTH, show_lines=False, pad_edge=False)
    shown.add_column(Text("已知答案", "known answer").in_(lang), ratio=1, overflow="fold")
    for heading in (Text("精确值", "exact"), Text("模拟值", "simulated"), Text("标准误", "std. error"), Text("z", "z")):
        shown.add_column(heading.in_(lang), justify="right", no_wrap=True)
    shown.add_column(Text("结论", "verdict").in_(lang), no_wrap=True)
    for one in verified:
        title = f"{one.case.id} {one.name.in_(lang)}\n  {one.case.expected.source}"
        shown.add_row(title, "", "", "", "", VERDICTS[one.passed].in_(lang))
        for finding in one.findings:
            shown.add_row(*_row(finding, lang))
    lines = [_cannot(other, lang) for other in others]
    return plain(shown, *lines, _RULE.in_(lang), summary(verified, others).in_(lang))


def summary(verified: Sequence[Verified], others: Sequence[NotExpressible]) -> Text:
    """How many pass, in one line."""
    passed, answers = sum(one.passed for one in verified), sum(len(one.findings) for one in verified)
    return Text(
        f"{len(verified)} 例已知答案({answers} 个数),通过 {passed} 例;另有 {len(others)} 例模型不能表达",
        f"{passed} of {len(verified)} known answers pass ({answers} numbers); {len(others)} more cannot be expressed",
    )


def _row(finding: Finding, lang: Language) -> tuple[str, ...]:
    unfinished = Text(f",未办结 {finding.unfinished} 件", f", {finding.unfinished} unfinished").in_(lang)
    return (
        f"  {asked(finding.answer).in_(lang)}{unfinished if finding.unfinished else ''}",
        f"{finding.exact:.5g}",
        f"{finding.simulated:.5g}",
        f"{finding.standard_error:.2g}",
        f"{finding.distance:+.1f}",
        VERDICTS[finding.passed].in_(lang),
    )


def _cannot(other: NotExpressible, lang: Language) -> str:
    words = Text("模型不能表达:{reason}", "cannot be expressed: {reason}")
    return (
        f"{other.id} {other.name.in_(lang)}: {words.in_(lang).format(reason=other.reason.in_(lang))} [{other.source}]"
    )
