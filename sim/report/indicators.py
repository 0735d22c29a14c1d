"""The tables of a commitment's annex: every figure of every scenario, and the two doubts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sim.analysis.results import Change, ReadingResult, Verdict
from sim.analysis.statistics import Estimate
from sim.report import cells, change_words, numbers
from sim.report.edition import Edition
from sim.report.verdict_words import NOT_ASSESSED
from sim.report.wording import describe_quantity


class Row(NamedTuple):
    """A figure: what it is, and what each scenario has; ``change`` from the first scenario to the last."""

    label: str
    cells: list[str]
    change: str = ""


def rows(edition: Edition, limit: str) -> list[Row]:
    """All figures under the reading that decides."""
    found = edition.across(limit)
    results = [verdict.default for _, verdict in found]
    first = next((result for result in results if result is not None), None)
    if first is None:
        return []
    change = edition.change(limit, found[-1][0].id) if len(found) > 1 else None
    return [
        *_times(edition, results, first, change),
        *_old_limit(edition, limit, [verdict for _, verdict in found]),
        *_counts(edition, results, first),
        *_whole(edition, [v for _, v in found], first),
    ]


def _times(
    edition: Edition, results: list[ReadingResult | None], first: ReadingResult, change: Change | None
) -> Iterator[Row]:
    say, unit = edition.choose, edition.unit(first)
    days, case, share = (_form(edition, form) for form in (numbers.days, numbers.count, numbers.share))
    yield Row(
        say(f"平均用时（{unit}）", f"mean ({unit})"),
        [days(r and r.mean) for r in results],
        change_words.cell(edition, change, "mean"),
    )
    if cells.tells_late(first):
        yield Row(
            cells.share_label(edition, first),
            [share(r and r.share_within) for r in results],
            change_words.cell(edition, change, "share_within"),
        )
    if first.tolerance is not None:
        label = say(
            f"超期比例（容许 {numbers.exact_share(first.tolerance)}）",
            f"late (tolerance {numbers.exact_share(first.tolerance)})",
        )
        yield Row(label, [share(r and r.late) for r in results])
    yield Row(say(f"中位用时（{unit}）", f"median ({unit})"), [case(r and r.median) for r in results])
    yield Row(say(f"90% 分位用时（{unit}）", f"90th percentile ({unit})"), [case(r and r.p90) for r in results])
    yield Row(say(f"最长一件（{unit}）", f"longest case ({unit})"), [_longest(edition, r) for r in results])


def _old_limit(edition: Edition, limit: str, verdicts: list[Verdict]) -> Iterator[Row]:
    """How well the limit is kept that the plan shortens, wherever it names one."""
    old, share = edition.limit(limit).baseline, _form(edition, numbers.share)
    if old is None or all(verdict.within_baseline is None for verdict in verdicts):
        return
    label = edition.choose("不超过原时限（{}）的比例", "share within the old limit ({})")
    yield Row(label.format(edition.say(describe_quantity(old))), [share(v.within_baseline) for v in verdicts])


def _counts(edition: Edition, results: list[ReadingResult | None], first: ReadingResult) -> Iterator[Row]:
    say, times = edition.choose, edition.result.replications
    late = _form(edition, numbers.cases)
    together = say(f"（{times} 次模拟合计）", f" (all {times} replications)")
    if cells.of_single_cases(first) and first.limit_value is not None:
        yield Row(say("预计每年超期件数", "late cases expected a year"), [late(r and r.late_per_year) for r in results])
    beyond, within = cells.open_labels(edition, first)
    counts: list[tuple[str, Callable[[ReadingResult], int]]] = [(say("办件数", "cases"), lambda r: r.cases)]
    if cells.tells_late(first):
        counts += [(beyond, lambda r: r.open_beyond_limit), (within, lambda r: r.open_undecided)]
    else:
        counts += [(say("在办件数", "open"), lambda r: r.cases - r.finished)]
    for label, of in counts:
        yield Row(label + together, [numbers.NONE if r is None else f"{of(r):,}" for r in results])


def _whole(edition: Edition, verdicts: list[Verdict], first: ReadingResult) -> Iterator[Row]:
    say = edition.choose
    stages, days, share = (_form(edition, form) for form in (numbers.count, numbers.days, numbers.share))
    yield Row(say("环节数（平均）", "stages (mean)"), [stages(v.stages, False) for v in verdicts])
    yield Row(
        say("全过程跨度用时（自然日）", "whole elapsed time (calendar days)"), [days(v.elapsed) for v in verdicts]
    )
    if cells.tells_late(first):
        yield Row(cells.kept_label(edition, first), [days(v.elapsed_kept) for v in verdicts])
        label = cells.share_label(edition, first) + say("（按办结日期统计）", " (by date of completion)")
        yield Row(label, [share(v.completed_within) for v in verdicts])


def _form(edition: Edition, form: numbers.Form) -> Callable[..., str]:
    def write(estimate: Estimate | None, interval: bool = True) -> str:
        if estimate is None:
            return numbers.NONE
        return (numbers.with_interval if interval else numbers.alone)(estimate, form, edition.language)

    return write


def _longest(edition: Edition, result: ReadingResult | None) -> str:
    if result is None or result.longest_days is None:
        return numbers.NONE
    step, season = edition.step_name(result.longest_stuck_at), edition.season(result.longest_stuck_at)
    return edition.choose(
        f"{cells.longest(result)}，卡在“{step}”{season}", f"{cells.longest(result)}, at “{step}”{season}"
    )


def doubts(edition: Edition, limit: str) -> list[Row]:
    """The two doubts (DESIGN part 5): what more runs would shrink, and what only data would."""
    say, found = edition.choose, edition.across(limit)
    runs = [_runs(edition, verdict.default) for _, verdict in found]
    inputs = [edition.say(NOT_ASSESSED) for _ in found]
    return [
        Row(say("运行：随机波动，增加模拟次数可缩小", "runs: chance; more replications shrink it"), runs),
        Row(say("输入：假设与数据的误差，只有数据可缩小", "inputs: the figures put in; only data shrink it"), inputs),
    ]


def _runs(edition: Edition, result: ReadingResult | None) -> str:
    """The interval of the figure that the limit is about; of the mean where the plan gives no number."""
    if result is None:
        return numbers.NONE
    known = {"mean": (result.mean, numbers.days), "median": (result.median, numbers.count)}
    kind = "mean" if result.statistic is None else result.statistic.kind
    estimate, form = known.get(kind, (result.ratio or result.share_within, numbers.share))
    between = numbers.interval(estimate, form, edition.language)
    percent = f"{100 * estimate.confidence:.0f}%"
    words = edition.choose(f"{percent} 区间 {between}", f"{percent} interval {between}")
    return words + edition.bracketed(edition.few(estimate.replications)) if between else numbers.NONE
