"""What stands in the cells of page one and of the terminal's table: the figure that decides, and others beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sim.analysis.results import ReadingResult, Verdict
from sim.analysis.statistics import Estimate
from sim.analysis.statistics.estimate import NO_CASES
from sim.report import numbers
from sim.report.edition import Edition
from sim.report.verdict_words import GROWING, MARKS, lacking, verdict_words
from sim.report.wording import describe_role


class Outcome(NamedTuple):
    """The figure that the limit is about, with its interval apart, and what stands beside."""

    leading: str
    interval: str
    beside: tuple[str, ...] = ()


def outcome(edition: Edition, result: ReadingResult | None) -> Outcome:
    """``按时 71%``, its interval, and mean and longest beside; the mean leads where the mean is promised.

    Days are in the unit of the limit, which stands beside wherever this is shown. Where the plan gives no number the
    mean leads, and the share in time stands beside where the reading asks for a day: ``10月15日前 73%``.
    """
    if result is None:
        return Outcome(numbers.NONE, "")
    language = edition.language
    if result.ratio is not None:
        if result.ratio.value is None:
            return Outcome(edition.say(result.ratio.reason) if result.ratio.reason else numbers.NONE, "")
        ratio = numbers.alone(result.ratio, numbers.share, language)
        words = edition.choose("改革后为改革前的", "after ÷ before")
        return Outcome(f"{words} {ratio}", numbers.interval(result.ratio, numbers.share, language))
    if result.cases == 0:
        return Outcome(NO_CASES.in_(language), "")
    mean = f"{edition.choose('平均', 'mean')} {numbers.alone(result.mean, numbers.days, language)}"
    share = numbers.alone(result.share_within, numbers.share, language)
    most = f"{edition.choose('最长', 'longest')} {longest(result)}"
    if result.limit_value is None:
        in_time = [f"{_by(edition, result)} {share}"] if result.reading.by else []
        rest = [] if result.backlog_years is None else [_backlog(edition, result, numbers.count(result.backlog_years))]
        return Outcome(mean, numbers.interval(result.mean, numbers.days, language), (*in_time, most, *rest))
    if of_single_cases(result):
        share = f"{edition.choose('按时', 'on time')} {share}"
    else:
        limit = _limit(edition, result)
        share = edition.choose(f"不超过 {limit}的占 {share}", f"{share} within {limit}")
    median = f"{edition.choose('中位', 'median')} {numbers.alone(result.median, numbers.count, language)}"
    match result.statistic.kind if result.statistic else None:
        case "mean":
            return Outcome(mean, numbers.interval(result.mean, numbers.days, language), (share, most))
        case "median":
            return Outcome(median, numbers.interval(result.median, numbers.count, language), (share, most))
        case _:
            return Outcome(share, numbers.interval(result.share_within, numbers.share, language), (mean, most))


def before_after(edition: Edition, before: ReadingResult, after: ReadingResult) -> str:
    """``平均 198.1 → 118.3 天，10月15日前 45% → 73%``, of a commitment without a number."""

    def told(of: Callable[[ReadingResult], Estimate], form: numbers.Form) -> str:
        ends = (numbers.alone(of(result), form, edition.language) for result in (before, after))
        return " → ".join(dict.fromkeys(ends))

    mean = edition.amount(told(lambda result: result.mean, numbers.days), after)
    parts = [edition.choose(f"平均 {mean}", f"mean {mean}")]
    if after.reading.by is not None:
        parts.append(f"{_by(edition, after)} {told(lambda result: result.share_within, numbers.share)}")
    pace = [numbers.NONE if its.backlog_years is None else numbers.count(its.backlog_years) for its in (before, after)]
    if after.reading.backlog is not None:
        parts.append(_backlog(edition, after, " → ".join(dict.fromkeys(pace))))
    return edition.choose("，", ", ").join(parts)


def _backlog(edition: Edition, result: ReadingResult, years: str) -> str:
    """``350 件积压按年办件量需 2.0 年``."""
    n = result.reading.backlog
    return edition.choose(f"{n} 件积压按年办件量需 {years} 年", f"{n} waiting cases take {years} years at this pace")


def tells_late(result: ReadingResult) -> bool:
    """Whether there is anything to be in time for: a limit in days, or a day of the year."""
    return result.limit_value is not None or result.reading.by is not None


def _by(edition: Edition, result: ReadingResult) -> str:
    """``10月15日前``, ``by 15 October``."""
    day = numbers.day_of_year(result.reading.by or "", edition.language)
    return edition.choose(f"{day}前", f"by {day}")


def of_single_cases(result: ReadingResult) -> bool:
    """Whether the promise is about each case. Where it is about the mean or the median, no single case is late."""
    return result.statistic is None or result.statistic.kind not in ("mean", "median")


def share_label(edition: Edition, result: ReadingResult) -> str:
    """``按时办结率``; of a day ``10月15日前完成的比例``; of a mean ``单件不超过 10 个工作日的比例``."""
    if result.reading.by is not None:
        by = _by(edition, result)
        return edition.choose(f"{by}完成的比例", f"share done {by}")
    if of_single_cases(result):
        return edition.choose("按时办结率", "share within the limit")
    limit = _limit(edition, result)
    return edition.choose(f"单件不超过 {limit}的比例", f"share of single cases within {limit}")


def open_labels(edition: Edition, result: ReadingResult) -> tuple[str, str]:
    """What the open cases are called that are beyond the limit, and those that are not yet."""
    if result.reading.by is not None:
        by = _by(edition, result)
        return edition.choose(f"在办、未能在{by}完成的件数", f"open, not done {by}"), edition.choose(
            f"在办、{by}仍可完成的件数", f"open, may still be done {by}"
        )
    if of_single_cases(result):
        return edition.choose("在办超期件数", "open beyond the limit"), edition.choose(
            "在办未到期件数", "open, not yet late"
        )
    limit = _limit(edition, result)
    beyond = edition.choose(f"在办已超过 {limit}的件数", f"open, beyond {limit} already")
    return beyond, edition.choose(f"在办未超过 {limit}的件数", f"open, within {limit} so far")


def kept_label(edition: Edition, result: ReadingResult) -> str:
    """The row of what customers live through when the limit is met by the book."""
    of = edition.choose("守时件", "of those within the limit")
    if result.reading.by is not None:
        of = edition.choose(f"{_by(edition, result)}完成的办件", f"of those done {_by(edition, result)}")
    elif not of_single_cases(result):
        limit = _limit(edition, result)
        of = edition.choose(f"不超过 {limit}的办件", f"of those within {limit}")
    return edition.choose(f"{of}的全程用时（自然日）", f"whole elapsed time {of} (calendar days)")


def _limit(edition: Edition, result: ReadingResult) -> str:
    return edition.amount(numbers.number(result.limit_value or 0.0), result)


def longest(result: ReadingResult) -> str:
    """The longest case of all replications."""
    return numbers.NONE if result.longest_days is None else numbers.count(result.longest_days)


def conclusion(edition: Edition, verdict: Verdict) -> str:
    """The verdict's mark and words."""
    return f"{MARKS[verdict.value]} {edition.say(verdict_words(verdict))}"


def remark(edition: Edition, verdict: Verdict) -> str:
    """What an undecided verdict lacks, or which readings disagree; empty for the others."""
    missing = lacking(verdict)
    if missing is not None:
        return edition.say(missing)
    if verdict.value != "depends-on-reading":
        return ""
    names = {result.reading.id: edition.say(result.reading.name) for result in verdict.readings}
    listed = edition.choose("、", "; ").join(names.get(id_, id_) for id_ in verdict.disagreeing)
    role = edition.say(describe_role("plausible"))
    return edition.choose(f"{role}的口径结论不同：{listed}", f"other readings disagree: {listed}")


def sticks(edition: Edition, verdict: Verdict) -> tuple[str, str]:
    """The step with the most counted days, and these; a pool whose queue grows without end goes before it."""
    if verdict.growing:
        pools = edition.choose("、", ", ").join(edition.pool_name(pool) for pool in verdict.growing)
        return pools, edition.say(GROWING)
    if not verdict.sticking or verdict.default is None:
        return numbers.NONE, ""
    most = verdict.sticking[0]
    return edition.step_name(most.step) + edition.season(most.step), edition.amount(
        numbers.days(most.days), verdict.default
    )
