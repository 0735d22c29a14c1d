"""Before and after: first whether two periods may be compared at all, then what changed (DOMAIN 4; rule 20).

Late shares are of the cases that were due, as 按时办结率 is. A change is a sum of shares with weights, and has the
interval of Zou & Donner (Statistics in Medicine 27 (2008) 1693-1702): the squared distances from each share to its
bound, times the squared weight, are added. The share of each period has months as clusters. Beside the raw change
stands the one with the mix of classes held fast: the change of each class, weighted as the cases of both periods
together are (direct standardisation). Classes that only one period has cannot be compared, and are left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np

from calibration.observing.observed import Facts, Observation, Observed
from calibration.observing.words import lacked
from sim.analysis.statistics import Estimate
from sim.errors import InputError
from sim.model.quantities import DAY_US
from sim.model.statutory import day_kind
from sim.text import Text

MOST_MIX = 0.1
"""Of every 100 cases so many may be of another class than before."""
MOST_ONE_SIDED = 0.05
"""So many of a period's cases may be of classes that the other period does not have."""
MOST_VOLUME = 1.5
"""One period may have so many times the other's cases a day."""
MOST_LOST = 0.05
"""So many more of the cases may be lost at import in one period than in the other."""
_FESTIVAL, _NOT_KNOWN = "Spring Festival", "-"


@dataclass(frozen=True)
class Check:
    """One condition under which periods may be compared, and what was found in each; ``holds`` None: nothing tells."""

    what: Text
    holds: bool | None
    before: Text
    after: Text


class Difference(NamedTuple):
    """A change of a share; ``low`` and ``high`` bound it, None where a period has less than two months."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LimitChange:
    """One limit in both periods; shares are of late cases.

    ``adjusted``: the change with the mix of classes held fast; None where no two classes are in both periods.
    ``one_sided``: classes that only one period has, with the cases before and after; they are not in ``adjusted``.
    """

    id: str
    name: Text
    checks: tuple[Check, ...]
    due: tuple[int, int]
    before: float
    after: float
    change: Difference
    adjusted: Difference | None
    one_sided: tuple[tuple[str, int, int], ...]
    mean_before: float | None
    mean_after: float | None
    unit: str

    @property
    def comparable(self) -> bool:
        return all(check.holds is not False for check in self.checks)


@dataclass(frozen=True)
class Change:
    """All limits that both periods tell of; ``checks`` are of the periods as a whole, first and last instants each.

    ``untold``: limits of one period, or of none, with the reason why they are not compared.
    """

    periods: tuple[tuple[int, int], tuple[int, int]]
    checks: tuple[Check, ...]
    limits: tuple[LimitChange, ...]
    untold: tuple[tuple[str, Text], ...]

    @property
    def comparable(self) -> bool:
        """Whether the periods are: a limit may still not be."""
        return all(check.holds is not False for check in self.checks)


def compare(before: Observation, after: Observation, lost: tuple[float, float] = (0.0, 0.0)) -> Change:
    """``lost``: the share of each period's cases that did not come through the import."""
    pairs = [(one, other) for one, other in zip(before.limits, after.limits, strict=True) if one.cases or other.cases]
    why = [_why_not(*pair) for pair in pairs]
    days = _days(before), _days(after)
    return Change(
        periods=(before.period, after.period),
        checks=tuple(_of_periods(before, after, lost)),
        limits=tuple(_of_limit(*pair, *days) for pair, reason in zip(pairs, why, strict=True) if reason is None),
        untold=tuple((pair[0].id, reason) for pair, reason in zip(pairs, why, strict=True) if reason is not None),
    )


def _why_not(before: Observed, after: Observed) -> Text | None:
    for each, zh, en in ((before, "改革前", "before"), (after, "改革后", "after")):
        if each.facts is None:
            return Text(f"{zh}的数据不足以计时", f"{en}: the data do not tell its time")
        if each.facts.late_share.value is None:
            return Text(f"{zh}没有应办结的办件", f"no case was due {en}")
        if not each.limit.tells_late(each.facts.reading):
            return Text("文件未设时限,没有超期可比", "it has no number, so nothing is late")
    return None


def _of_periods(before: Observation, after: Observation, lost: tuple[float, float]) -> Iterator[Check]:
    spans = [_months(each) for each in (before, after)]
    yield Check(
        Text("同样的月份", "the same months of the year"), spans[0] == spans[1], *_both_said(map(_named, spans))
    )
    festivals = [_festivals(each) for each in (before, after)]
    alike = festivals[0] == festivals[1] != _NOT_KNOWN
    yield Check(Text("含春节的次数", "how often Spring Festival"), alike, *_both_said(festivals))
    shares = _both_said(f"{100 * share:.1f}%" for share in lost)
    yield Check(Text("导入时不能计入的办件", "cases lost at import"), abs(lost[0] - lost[1]) <= MOST_LOST, *shares)
    systems = [_words(each, "system") for each in (before, after)]
    told = systems[0] == systems[1] if all(systems) else None if not any(systems) else False
    yield Check(Text("来源系统", "the system they come from"), told, *_both_said(map(_listed, systems)))
    twice = len(_closed_ids(before) & _closed_ids(after))
    yield Check(
        Text("两份数据都办结的同一编号", "cases closed in both, by their ids"), not twice, *_both_said(2 * [str(twice)])
    )
    gaps = [set(each.log.missing) for each in (before, after)]
    yield Check(Text("日志缺少的内容", "what the logs lack"), gaps[0] == gaps[1], *map(lacked, map(sorted, gaps)))


def _of_limit(before: Observed, after: Observed, days_before: float, days_after: float) -> LimitChange:
    one, other = before.facts, after.facts
    assert one is not None and other is not None
    mixes = [{name: share.n for name, share in facts.late_by_class.items()} for facts in (one, other)]
    n = [sum(mix.values()) for mix in mixes]
    classes = sorted({*mixes[0], *mixes[1]})
    apart = sum(abs(mixes[0].get(c, 0) / n[0] - mixes[1].get(c, 0) / n[1]) for c in classes) / 2
    both = mixes[0].keys() & mixes[1].keys()
    one_sided = tuple((c, mixes[0].get(c, 0), mixes[1].get(c, 0)) for c in classes if c not in both)
    alone = [sum(k for _, k, _ in one_sided) / n[0], sum(k for _, _, k in one_sided) / n[1]]
    pace = [one.closed / days_before, other.closed / days_after]
    checks = (
        Check(
            Text("同一口径", "the same reading"), one.reading == other.reading and one.unit == other.unit,
            one.reading.name, other.reading.name,
        ),
        Check(
            Text(
                f"办件类别构成(相差不超过 {100 * MOST_MIX:.0f}%)",
                f"mix of classes (at most {100 * MOST_MIX:.0f}% differ)",
            ),
            apart <= MOST_MIX, *_both_said(["", f"{100 * apart:.0f}%"]),
        ),
        Check(
            Text(
                f"只有一方有的类别(不超过 {100 * MOST_ONE_SIDED:.0f}%)",
                f"classes of one side only (at most {100 * MOST_ONE_SIDED:.0f}%)",
            ),
            max(alone) <= MOST_ONE_SIDED,
            *_both_said((
                _alone(alone[0], {c: k for c, k, _ in one_sided}), _alone(alone[1], {c: k for c, _, k in one_sided})
            )),
        ),
        Check(
            Text("日均办结件数", "cases finished a day"), max(pace) <= MOST_VOLUME * min(pace),
            *_both_said(f"{each:.1f}" for each in pace),
        ),
    )  # fmt: skip
    raw = _difference([(1.0, one.late_share, other.late_share)])
    means = [None if each.default is None else each.default.mean.value for each in (before, after)]
    return LimitChange(
        id=before.id,
        name=before.limit.name,
        checks=checks,
        due=(n[0], n[1]),
        before=one.late_share.value or 0.0,
        after=other.late_share.value or 0.0,
        change=raw,
        adjusted=_adjusted(one, other),
        one_sided=one_sided,
        mean_before=means[0],
        mean_after=means[1],
        unit=one.unit,
    )


def _alone(share: float, cases: dict[str, int]) -> str:
    named = ", ".join(f"{name or '-'} {n}" for name, n in cases.items() if n)
    return f"{100 * share:.0f}%" + (f": {named}" if named else "")


def _difference(parts: Iterable[tuple[float, Estimate, Estimate]]) -> Difference:
    """The sum of weight times (after - before), with its interval."""
    value, down, up, known = 0.0, 0.0, 0.0, True
    for weight, before, after in parts:
        p, q = before.value or 0.0, after.value or 0.0
        value += weight * (q - p)
        if before.low is None or before.high is None or after.low is None or after.high is None:
            known = False
            continue
        down += weight**2 * ((q - after.low) ** 2 + (before.high - p) ** 2)
        up += weight**2 * ((after.high - q) ** 2 + (p - before.low) ** 2)
    return Difference(value, value - sqrt(down), value + sqrt(up)) if known else Difference(value, None, None)


def _adjusted(before: Facts, after: Facts) -> Difference | None:
    one, other = before.late_by_class, after.late_by_class
    both = sorted(one.keys() & other.keys())
    if len({*one, *other}) < 2 or not both:
        return None
    n = {c: one[c].n + other[c].n for c in both}
    return _difference((n[c] / sum(n.values()), one[c], other[c]) for c in both)


def _days(each: Observation) -> float:
    return max((each.period[1] - each.period[0]) / DAY_US, 1.0)


def _months(each: Observation) -> set[int]:
    first, last = (
        np.datetime64(t, "us").astype("datetime64[M]").astype(int) for t in (each.period[0], each.period[1] - 1)
    )
    return {int(month) % 12 + 1 for month in range(first, last + 1)}


def _festivals(each: Observation) -> str:
    """How many Spring Festivals begin in a period; a dash in years of which the law's table is not known."""
    first, last = (np.datetime64(t, "us").astype("datetime64[D]") for t in (each.period[0], each.period[1]))
    days = [day for day in np.arange(first, last).astype(object) if day.month <= 2]  # it never begins in another month
    try:
        kinds = [day_kind(day, each.promises.statutory) for day in days]
    except InputError:
        return _NOT_KNOWN
    names = ["" if kind.kind != "holiday" or kind.name is None else kind.name.en for kind in kinds]
    return str(sum(now == _FESTIVAL != earlier for earlier, now in pairwise(["", *names])))


def _closed_ids(each: Observation) -> set[str]:
    """Of a log from an export; those of simulated ones say nothing."""
    if "released_by" not in each.log.missing:
        return set()
    closed = each.log.closed
    its = np.flatnonzero((each.period[0] <= closed) & (closed < each.period[1]))
    return set(each.log.cases.labels_of(its.tolist()))


def _words(each: Observation, attribute: str) -> set[str]:
    column = each.log.cases.attributes.get(attribute)
    return set() if column is None else {column.names[i] for i in np.unique(column.codes[column.codes >= 0]).tolist()}


def _both_said(figures: Iterable[str]) -> list[Text]:
    """What reads the same in both languages."""
    return [Text(figure, figure) for figure in figures]


def _named(months: set[int]) -> str:
    return "1-12" if len(months) == 12 else ", ".join(map(str, sorted(months)))


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "-"
