"""What is compared with theory, in words, and all findings as a table."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.table import WIDTH, plain
from sim.report.typography import full_width
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
    "quantile": Text("{of}的 {level} 分位数", "{level} quantile of the {of}"),
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
    shown.add_column(_said(Text("已知答案", "known answer"), lang), ratio=1, overflow="fold")
    for heading in (Text("精确值", "exact"), Text("模拟值", "simulated"), Text("标准误", "std. error"), Text("z", "z")):
        shown.add_column(_said(heading, lang), justify="right", no_wrap=True)
    shown.add_column(_said(Text("结论", "verdict"), lang), no_wrap=True)
    for one in verified:
        title = f"{one.case.id} {_said(one.name, lang)}\n  {one.case.expected.source}"
        shown.add_row(title, "", "", "", "", _said(VERDICTS[one.passed], lang))
        for finding in one.findings:
            shown.add_row(*_row(finding, lang))
    below = (*map(_cannot, others), _RULE, summary(verified, others))
    return plain(shown, *(_said(text, lang) for text in below))


def summary(verified: Sequence[Verified], others: Sequence[NotExpressible]) -> Text:
    """How many pass, in one line."""
    passed, answers = sum(one.passed for one in verified), sum(len(one.findings) for one in verified)
    found = Text(
        f"{len(verified)} 例已知答案({answers} 个数),通过 {passed} 例",
        f"{passed} of {len(verified)} known answers pass ({answers} numbers)",
    )
    if not others:
        return found
    return Text(f"{found.zh};另有 {len(others)} 例模型不能表达", f"{found.en}; {len(others)} more cannot be expressed")


def _row(finding: Finding, lang: Language) -> tuple[str, ...]:
    what, unfinished = asked(finding.answer), finding.unfinished
    if unfinished:
        what = Text(f"{what.zh},未办结 {unfinished} 件", f"{what.en}, {unfinished} unfinished")
    if not finding.precise:
        what = Text(f"{what.zh},误差太大,不能判定", f"{what.en}, too imprecise to tell")
    return (
        f"  {_said(what, lang)}",
        f"{finding.exact:.5g}",
        f"{finding.simulated:.5g}",
        f"{finding.standard_error:.2g}",
        f"{finding.distance:+.1f}",
        _said(VERDICTS[finding.passed], lang),
    )


def _cannot(other: NotExpressible) -> Text:
    return Text(
        f"{other.id} {other.name.zh}:模型不能表达,{other.reason.zh} [{other.source}]",
        f"{other.id} {other.name.en}: cannot be expressed, since {other.reason.en} [{other.source}]",
    )


def _said(text: Text, lang: Language) -> str:
    """In the reader's language; Chinese with full-width punctuation."""
    return full_width(text.zh) if lang == "zh" else text.en
