"""Which reforms matter for a commitment, as a table: alone, and left out of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.analysis.results import Change
from sim.analysis.statistics import Estimate
from sim.report import numbers
from sim.report.edition import Edition
from sim.report.table import plain
from sim.report.wording import describe_limit


class Row(NamedTuple):
    """A reform's name and what it does to one commitment."""

    name: str
    first_in: Change | None
    last_out: Change | None
    grows_alone: bool = False
    grows_without: bool = False


def ranking_table(edition: Edition, limit: str, rows: Sequence[Row], whole: Change | None) -> str:
    """The reform whose loss would cost most comes first; then those that matter alone."""
    from rich import box
    from rich.table import Table

    say, promised = edition.choose, edition.limit(limit)
    by_mean = _by_mean(edition, limit)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(
        (
            say("改革举措", "reform"),
            say("单独实行", "alone (first in)"),
            say("从全部中撤去", "left out of all (last out)"),
        )
    ):
        table.add_column(heading, overflow="fold", no_wrap=i > 0)
    for row in sorted(rows, key=lambda row: _weight(row, by_mean), reverse=True):
        lost = say("排队无限增长", "a queue grows without end")
        alone = lost if row.grows_alone else _effect(edition, row.first_in, by_mean)
        out = lost if row.grows_without else _effect(edition, row.last_out, by_mean, taken_out=True)
        table.add_row(row.name, alone, out)
    table.add_section()
    table.add_row(say("全部举措", "all of them"), _effect(edition, whole, by_mean), "")
    measure = say("按时办结率的变化(百分点)", "change of the share within the limit, in points")
    if by_mean:
        result = edition.across(limit)[-1][1].default
        unit = say("天", "days") if result is None else edition.unit(result)
        measure = say(f"平均用时的变化({unit})", f"change of the mean, {unit}")
    title = f"{limit} {edition.say(promised.name)}{say('：', ': ')}{edition.say(describe_limit(promised))}"
    return f"{title}  [{measure}]\n{plain(table)}"


def _by_mean(edition: Edition, limit: str) -> bool:
    """Whether the mean tells more than the share: where it is promised, and where no limit is set."""
    result = edition.across(limit)[-1][1].default
    statistic = None if result is None else result.statistic
    return statistic is None or statistic.kind in ("mean", "median")


def _weight(row: Row, by_mean: bool) -> tuple[bool, float, float]:
    return row.grows_without, abs(_of(row.last_out, by_mean)), abs(_of(row.first_in, by_mean))


def _of(change: Change | None, by_mean: bool) -> float:
    estimate = _estimate(change, by_mean)
    return 0.0 if estimate is None or estimate.value is None else estimate.value


def _estimate(change: Change | None, by_mean: bool) -> Estimate | None:
    compared = None if change is None else change.mean if by_mean else change.share_within
    return None if compared is None else compared.difference


def _effect(edition: Edition, change: Change | None, by_mean: bool, *, taken_out: bool = False) -> str:
    """Signed as the reader sees it: what the figure does when the reform comes, or when it goes."""
    estimate = _estimate(change, by_mean)
    if estimate is None or estimate.value is None:
        return numbers.NONE
    factor = (1 if by_mean else 100) * (1 if taken_out else -1)
    value = factor * estimate.value
    if estimate.value == 0 and estimate.low in (0, None):
        return edition.choose("不变", "no change")
    text = f"{value:+.1f}".replace("-", "−")
    if estimate.low is None or estimate.high is None:
        return text
    low, high = sorted((factor * estimate.low, factor * estimate.high))
    between = numbers.TO.in_(edition.language).join(f"{x:+.1f}".replace("-", "−") for x in (low, high))
    doubt = edition.choose("，不显著", ", not significant") if low <= 0 <= high else ""
    return f"{text} [{between}]{doubt}"
