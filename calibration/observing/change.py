"""Before and after: first whether two periods may be compared at all, then what changed (DOMAIN 4; rule 20).

A change of the late share has the interval of Zou & Donner (Statistics in Medicine 27 (2008) 1693-1702): the squared
distances from each share to its bound are added. The share of each period has months as clusters. Beside the raw
change stands the one with the mix of classes held fast: each period's share of each class, weighted as the cases of
both periods together are (direct standardisation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

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
MOST_VOLUME = 1.5
"""One period may have so many times the other's cases a day."""
MOST_LOST = 0.05
"""So many more of the cases may be lost at import in one period than in the other."""
_FESTIVAL, _NOT_KNOWN = "Spring Festival", "-"


@dataclass(frozen=True)
class Check:
    """One condition under which periods may be compared, and what was found in each."""

    what: Text
    holds: bool
    before: Text
    after: Text


@dataclass(frozen=True)
class LimitChange:
    """One limit in both periods; shares are of late cases, ``low`` and ``high`` bound the raw change, if anything does.

    ``adjusted``: the change with the mix of classes held fast; None where the limit has one class.
    """

    id: str
    name: Text
    checks: tuple[Check, ...]
    before: float
    after: float
    change: float
    low: float | None
    high: float | None
    adjusted: float | None
    mean_before: float
    mean_after: float
    unit: str

    @property
    def comparable(self) -> bool:
        return all(check.holds for check in self.checks)


@dataclass(frozen=True)
class Change:
    """All limits that both periods tell of; ``checks`` are of the periods as a whole."""

    checks: tuple[Check, ...]
    limits: tuple[LimitChange, ...]

    @property
    def comparable(self) -> bool:
        """Whether the periods are: a limit may still not be."""
        return all(check.holds for check in self.checks)


def compare(before: Observation, after: Observation, lost: tuple[float, float] = (0.0, 0.0)) -> Change:
    """``lost``: the share of each period's cases that did not come through the import."""
    pairs = [(one, other) for one in before.limits for other in after.limits if one.id == other.id]
    limits = [_of_limit(*pair, _days(before), _days(after)) for pair in pairs if _both(*pair)]
    return Change(tuple(_of_periods(before, after, lost)), tuple(limits))


def _both(before: Observed, after: Observed) -> bool:
    facts = before.facts, after.facts
    return all(f is not None and f.closed for f in facts) and before.limit.tells_late(facts[0].reading)  # type: ignore[union-attr]


def _of_periods(before: Observation, after: Observation, lost: tuple[float, float]) -> Iterator[Check]:
    spans = [_months(each) for each in (before, after)]
    yield Check(
        Text("同样的月份", "the same months of the year"), spans[0] == spans[1], *_both_said(map(_named, spans))
    )
    festivals = [_festivals(each) for each in (before, after)]
    alike = festivals[0] == festivals[1] != _NOT_KNOWN
    yield Check(Text("含春节的次数", "how often Spring Festival"), alike, *_both_said(festivals))
    told = [f"{100 * share:.1f}%" for share in lost]
    yield Check(
        Text("导入时不能计入的办件", "cases lost at import"), abs(lost[0] - lost[1]) <= MOST_LOST, *_both_said(told)
    )
    systems = [_words(each, "system") for each in (before, after)]
    yield Check(
        Text("来源系统", "the system they come from"), systems[0] == systems[1], *_both_said(map(_listed, systems))
    )
    twice = len(_closed_ids(before) & _closed_ids(after))
    yield Check(
        Text("两份数据都办结的同一编号", "cases closed in both, by their ids"), not twice, *_both_said(2 * [str(twice)])
    )
    gaps = [set(each.log.missing) for each in (before, after)]
    yield Check(Text("日志缺少的内容", "what the logs lack"), gaps[0] == gaps[1], *map(lacked, map(sorted, gaps)))


def _of_limit(before: Observed, after: Observed, days_before: float, days_after: float) -> LimitChange:
    one, other = before.facts, after.facts
    assert one is not None and other is not None
    mixes = [_mix(before, one), _mix(after, other)]
    n = [facts.closed for facts in (one, other)]
    apart = sum(abs(mixes[0].get(c, 0) / n[0] - mixes[1].get(c, 0) / n[1]) for c in {*mixes[0], *mixes[1]}) / 2
    pace = [n[0] / days_before, n[1] / days_after]
    checks = (
        Check(
            Text("同一口径", "the same reading"), one.reading == other.reading and one.unit == other.unit,
            one.reading.name, other.reading.name,
        ),
        Check(
            Text("办件类别构成(相差的比例)", "mix of classes (share that differs)"), apart <= MOST_MIX,
            *_both_said(["", f"{100 * apart:.0f}%"]),
        ),
        Check(
            Text("日均办结件数", "cases finished a day"), max(pace) <= MOST_VOLUME * min(pace),
            *_both_said(f"{each:.1f}" for each in pace),
        ),
    )  # fmt: skip
    shares = [_late_share(each) for each in (before, after)]
    change = shares[1][0] - shares[0][0]
    low, high = _interval(shares[0], shares[1])
    means = [next(r for r in each.verdict.readings if r.reading.role == "default").mean.value or 0.0
             for each in (before, after)]  # fmt: skip
    return LimitChange(
        id=before.id,
        name=before.limit.name,
        checks=checks,
        before=shares[0][0],
        after=shares[1][0],
        change=change,
        low=low,
        high=high,
        adjusted=_adjusted(one, other),
        mean_before=means[0],
        mean_after=means[1],
        unit=one.unit,
    )


def _late_share(each: Observed) -> tuple[float, Estimate]:
    """Of the closed cases, and the same with its interval over months."""
    result = next(r for r in each.verdict.readings if r.reading.role == "default")
    return result.late / result.closed, result.future


def _interval(before: tuple[float, Estimate], after: tuple[float, Estimate]) -> tuple[float | None, float | None]:
    (p, one), (q, other) = before, after
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return None, None
    down = sqrt((q - min(other.low, q)) ** 2 + (max(one.high, p) - p) ** 2)
    up = sqrt((max(other.high, q) - q) ** 2 + (p - min(one.low, p)) ** 2)
    return q - p - down, q - p + up


def _adjusted(before: Facts, after: Facts) -> float | None:
    classes = [{group.name: group for group in facts.groups.get("class", ())} for facts in (before, after)]
    both = classes[0].keys() & classes[1].keys()
    if not both:
        return None
    weights = {c: classes[0][c].finished + classes[1][c].finished for c in sorted(both)}
    return sum(
        weight * (classes[1][c].late / classes[1][c].finished - classes[0][c].late / classes[0][c].finished)
        for c, weight in weights.items()
    ) / sum(weights.values())


def _mix(each: Observed, facts: Facts) -> dict[str, int]:
    return {group.name: group.finished for group in facts.groups.get("class", ())} or {each.id: facts.closed}


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
