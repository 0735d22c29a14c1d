"""Routing fitted to the order of steps: shares of choices, optional parts, rework and withdrawals.

A decision counts when what followed it is seen. In cases that are still open what follows may not be there yet, and
what shows late would be missed more often; so each decision that was seen is weighted by the chance to be seen so
soon (inverse probability of censoring, Kaplan-Meier over the open ones; Satten and Datta, The American Statistician
55 (2001) 207-210, whose weights give the Aalen-Johansen estimate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.routes import END, START, WITHDRAWN, Kind, Outcome, Route, Told, route_of
from sim.analysis.statistics.estimate import CONFIDENCE, Estimate
from sim.analysis.statistics.shares import SCORE, SHARE
from sim.eventlog import NAT, Coded, EventLog, Ints
from sim.model.base import Model
from sim.model.process import SessionStep, WaitStep, WorkStep

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNSURE = 0.01
"""With more decisions of which the log does not tell the outcome, none is fitted."""
DEPENDS = 0.01
_ENOUGH, _MOST_VALUES = 50, 12
_LATER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Dependence:
    """A decision that goes otherwise for some cases: by value of the attribute (n, share of the first outcome)."""

    attribute: str
    p: float
    shares: Mapping[str, tuple[int, float]]


@dataclass(frozen=True)
class FittedShares:
    """The shares of a decision's outcomes, in their order; ``visit`` is None for all visits together.

    ``n`` counts decisions that were seen, ``open`` those whose outcome is not to be seen yet, ``worth`` is the number
    of independent decisions that the weighted ones are worth. ``unsure``: the share that the log leaves open.
    """

    kind: Kind
    id: str
    visit: int | None
    shares: tuple[Estimate, ...]
    n: int
    open: int
    worth: float
    unsure: float
    depends: tuple[Dependence, ...] = ()


@dataclass(frozen=True)
class FittedRouting:
    """All decisions of a process of which the log tells something. ``strange``: the share of pairs of one thing and
    the next that the process does not allow, the most frequent of them in ``strangest``."""

    shares: tuple[FittedShares, ...]
    strange: float
    strangest: tuple[tuple[str, str, int], ...]

    def of(self, kind: Kind, id_: str) -> tuple[FittedShares, ...]:
        """The one of all visits first."""
        return tuple(each for each in self.shares if (each.kind, each.id) == (kind, id_))


class _Taken(NamedTuple):
    """Decisions of one kind, one entry each: the outcome, the case, the visit of the step, the weight."""

    took: Ints
    case: Ints
    visit: Ints
    weight: Floats

    def of(self, which: Flags) -> _Taken:
        return _Taken(self.took[which], self.case[which], self.visit[which], self.weight[which])


class _Row(NamedTuple):
    """What a log shows, in the order of each case; ``shown`` is the place of the thing's name."""

    case: Ints
    shown: Ints
    visit: Ints
    begins: Ints
    ends: Ints


def fit_routing(log: EventLog, model: Model, process: str, names: Mapping[str, str]) -> FittedRouting:
    """The decisions of a process from the order of its steps in a log.

    ``names``: what the log calls each element, by its id, for those that it shows. The log has cases of this process
    alone. Choices by an attribute are no decisions.
    """
    taken: dict[tuple[Kind, str], list[_Taken]] = {}
    lost: dict[tuple[Kind, str], list[float]] = {}
    waiting: dict[tuple[Kind, str], int] = {}
    strange: dict[tuple[str, str], int] = {}
    whole = _follow(log, route_of(model, process, names), None, (taken, lost, waiting), strange)
    steps = [e for e in model.processes[process].elements() if isinstance(e, WorkStep | WaitStep | SessionStep)]
    limits = {step.id: step.rework.at_most for step in steps if step.rework is not None}
    shares: list[FittedShares] = []
    for key, parts in taken.items():
        its = _Taken(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        shares += _fitted(log, key, its, sum(lost.get(key, [])), waiting.get(key, 0), limits.get(key[1]))
    worst = sorted(strange.items(), key=lambda each: (-each[1], each[0]))
    return FittedRouting(
        tuple(sorted(shares, key=lambda each: (each.kind, each.id, -1 if each.visit is None else each.visit))),
        sum(strange.values()) / max(whole, 1),
        tuple((before, after, n) for (before, after), n in worst[:5]),
    )


def _follow(
    log: EventLog, route: Route, block: frozenset[str] | None, found: tuple[Any, Any, Any], strange: dict[Any, int]
) -> int:
    """Counts what one flow tells, and then the branches of its parallels; gives the number of pairs."""
    pairs = route.pairs()
    shown = [START, END, WITHDRAWN, *route.shows]
    rows = _ordered(log, route, shown, pairs, block)
    before, after, lag, case_of, visit_of, open_lag, open_at = _steps(log, rows, block)
    weight = np.ones(before.size)
    for each in np.unique(before[np.isin(before, open_at)]).tolist():
        its = before == each
        weight[its] = _weights(lag[its], open_lag[open_at == each])
    taken, lost, waiting = found
    key = before * len(shown) + after
    for pair in np.unique(key).tolist():
        its = key == pair
        name = shown[pair // len(shown)], shown[pair % len(shown)]
        told = pairs.get(name)
        if told is None:
            strange[name] = strange.get(name, 0) + int(its.sum())
            continue
        case, visit = case_of[its], visit_of[its]
        for outcome in told.sure:
            entry = _Taken(np.full(case.size, outcome.took), case, visit, weight[its])
            taken.setdefault((outcome.kind, outcome.id), []).append(entry)
        for unsure in told.unsure:
            lost.setdefault(unsure, []).append(float(weight[its].sum()))
    for each, n in zip(*np.unique(open_at, return_counts=True), strict=True):
        for decision in _next_decisions(pairs, shown[each]):
            waiting[decision] = waiting.get(decision, 0) + int(n)
    n = int(before.size)
    for names, branch in route.inside:
        n += _follow(log, branch, names, found, strange)
    return n


def _next_decisions(pairs: Mapping[tuple[str, str], Told], before: str) -> set[tuple[Kind, str]]:
    """Those that every way from here meets."""
    ways = [{(o.kind, o.id) for o in told.sure} for (first, _), told in pairs.items() if first == before]
    return set.intersection(*ways) if ways else set()


def _ordered(
    log: EventLog, route: Route, shown: list[str], pairs: Mapping[tuple[str, str], Told], block: frozenset[str] | None
) -> _Row:
    """The rows of what is shown, by case and time. Rows of one instant stand as the process has them; where a case
    then goes a way that there is not, as their visits count."""
    place = np.full(len(log.step.names) + 1, -1, np.int64)
    for name, members in route.shows.items():
        for member in members:
            if (code := log.step.code(member)) >= 0:
                place[code] = shown.index(name)
    what = place[log.step.codes]
    rows = np.flatnonzero(what >= 0)
    what = what[rows]
    end = np.where(log.end[rows] == NAT, _LATER, log.end[rows])
    case, ready, visit = log.case[rows].astype(np.int64), log.ready[rows], log.visit[rows].astype(np.int64)
    order = np.lexsort((visit, what, end, ready, case))
    allowed = np.zeros((len(shown), len(shown)), np.bool_)
    for first, second in pairs:
        allowed[shown.index(first), shown.index(second)] = True
    its, of = what[order], case[order]
    wrong = (of[1:] == of[:-1]) & ~allowed[its[:-1], its[1:]] & (its[1:] != its[:-1])
    if wrong.any():
        bad = np.zeros(len(log.cases), np.bool_)
        bad[of[1:][wrong]] = True
        other = np.lexsort((what, visit, ready, case))
        order = np.where(bad[case[order]], other, order)
    seen = _seen_at(log)[rows]
    many = np.array([len(route.shows.get(name, ())) > 1 for name in shown], np.bool_)
    heads = np.ones(order.size, np.bool_)
    its, of = what[order], case[order]
    heads[1:] = (of[1:] != of[:-1]) | (its[1:] != its[:-1]) | ~many[its[1:]]
    begin = np.flatnonzero(heads)
    last = np.append(begin[1:], order.size) - 1
    ends = np.maximum.reduceat(end[order], begin) if begin.size else end[:0]
    ends = np.where(many[its[begin]], ends, end[order][last]) if begin.size else ends
    at = order[begin]
    return _Row(case[at], what[at], visit[at], seen[at], np.where(ends == _LATER, NAT, ends))


def _seen_at(log: EventLog) -> Ints:
    """From when on a log shows a row: when it is ready, or begins, or only when it ends."""
    begun = np.where(log.start != NAT, log.start, log.ready)
    if "start" in log.missing:
        begun = np.where(log.end != NAT, np.where(log.is_kind("work"), begun, log.end), begun)
    return np.asarray(begun if "ready" in log.missing or "start" in log.missing else log.ready)


def _steps(log: EventLog, rows: _Row, block: frozenset[str] | None) -> tuple[Any, ...]:
    """Pairs (before, after, microseconds until it was seen, case, visit), and what is still waited for (how long,
    where)."""
    of = rows.case
    first = np.append(True, of[1:] != of[:-1]) if of.size else np.zeros(0, np.bool_)
    last = np.append(of[1:] != of[:-1], True) if of.size else first
    entered, over, gone = _bounds(log, block)
    none = np.setdiff1d(np.flatnonzero(entered != NAT), of)
    before, after, lag, case, visit = [], [], [], [], []
    # from one to the next, and from the start to the first
    next_ = np.flatnonzero(~last)
    before.append(rows.shown[next_])
    after.append(rows.shown[next_ + 1])
    done = np.where(rows.ends[next_] == NAT, rows.begins[next_], rows.ends[next_])
    lag.append(rows.begins[next_ + 1] - done)
    case.append(of[next_])
    visit.append(rows.visit[next_])
    heads = np.flatnonzero(first & (entered[of] != NAT)) if of.size else next_
    before.append(np.zeros(heads.size, np.int64))
    after.append(rows.shown[heads])
    lag.append(rows.begins[heads] - entered[of[heads]])
    case.append(of[heads])
    visit.append(np.zeros(heads.size, np.int64))
    # from the last to the end, a withdrawal, or nothing yet
    tails = np.flatnonzero(last)
    ended, withdrawn = over[of[tails]], gone[of[tails]]
    finished = rows.ends[tails] != NAT
    for instant, code in ((ended, 1), (withdrawn, 2)):
        its = tails[(instant != NAT) & finished]
        before.append(rows.shown[its])
        after.append(np.full(its.size, code, np.int64))
        lag.append(instant[(instant != NAT) & finished] - rows.ends[its])
        case.append(of[its])
        visit.append(rows.visit[its])
    through = none[over[none] != NAT]  # cases that left the flow without anything of it being seen
    before.append(np.zeros(through.size, np.int64))
    after.append(np.ones(through.size, np.int64))
    lag.append(over[through] - entered[through])
    case.append(through)
    visit.append(np.zeros(through.size, np.int64))
    waits = tails[(ended == NAT) & (withdrawn == NAT) & finished]
    open_lag = [log.end_of_run - rows.ends[waits], log.end_of_run - entered[none[(over[none] == NAT)]]]
    open_at = [rows.shown[waits], np.zeros(open_lag[1].size, np.int64)]
    columns = [np.concatenate(column) for column in (before, after, lag, case, visit)]
    columns[2] = np.maximum(columns[2], 0)
    return (*columns, np.maximum(np.concatenate(open_lag), 0), np.concatenate(open_at))


def _bounds(log: EventLog, block: frozenset[str] | None) -> tuple[Ints, Ints, Ints]:
    """When each case came to the flow, left it, was withdrawn in it; NAT for not (yet)."""
    if block is None:
        gone = log.withdrawn
        return log.cases.accepted, log.closed, gone
    n = len(log.cases)
    inside = log.step.isin(block)
    entered, left = np.full(n, _LATER), np.full(n, NAT)
    np.minimum.at(entered, log.case[inside], log.ready[inside])
    last = np.full(n, NAT)
    np.maximum.at(last, log.case[inside], np.where(log.end[inside] == NAT, _LATER, log.end[inside]))
    later = ~inside & log.is_kind("work", "wait", "session", "mark", "closed") & (log.ready >= last[log.case])
    later &= last[log.case] != NAT
    np.maximum.at(left, log.case[later], last[log.case[later]])
    return np.where(entered == _LATER, NAT, entered), left, np.full(n, NAT)


def _weights(lag: Ints, waiting: Ints) -> Floats:
    """One over the chance of being followed up for so long (Kaplan-Meier of the censoring, just before)."""
    times, count = np.unique(waiting, return_counts=True)
    at_risk = lag.size - np.searchsorted(np.sort(lag), times, side="right")
    at_risk = at_risk + waiting.size - np.searchsorted(np.sort(waiting), times, side="left")
    left = np.cumprod(1 - count / np.maximum(at_risk, count))
    chance = np.append(1.0, left)[np.searchsorted(times, lag, side="left")]
    return np.asarray(1 / np.maximum(chance, 1 / max(lag.size, 1)))


def _fitted(
    log: EventLog, key: tuple[Kind, str], its: _Taken, lost: float, waiting: int, at_most: int | None
) -> list[FittedShares]:
    if key[0] == "rework" and at_most is not None:
        its = its.of(its.visit < at_most)
    if not its.took.size:
        return []
    unsure = lost / (lost + float(its.weight.sum()))
    found = [_shares(key, None, its, waiting, unsure, _dependence(log, its))]
    if key[0] == "rework":
        later = its.visit > 0
        for visit, which in ((0, ~later), (1, later)):
            if later.any() and which.any():
                found.append(_shares(key, visit, its.of(which), 0, unsure, ()))
    return found


def _shares(
    key: tuple[Kind, str], visit: int | None, its: _Taken, waiting: int, unsure: float, depends: tuple[Dependence, ...]
) -> FittedShares:
    total = float(its.weight.sum())
    worth = total**2 / float((its.weight**2).sum())
    outcomes = max(int(its.took.max()) + 1, 2)
    part = np.bincount(its.took, its.weight, outcomes) / total
    shares = tuple(share_of(float(p), worth, its.took.size, waiting) for p in part)
    return FittedShares(*key, visit, shares, int(its.took.size), waiting, worth, unsure, depends)


def share_of(p: float, worth: float, n: int, still_open: int = 0) -> Estimate:
    """A share with Wilson's interval at a number of decisions that need not be whole."""
    z = 1.959963984540054
    q = z * z / worth
    half = z * (p * (1 - p) / worth + q / (4 * worth)) ** 0.5
    low = 0.0 if p <= 0 else (p + q / 2 - half) / (1 + q)
    high = 1.0 if p >= 1 else (p + q / 2 + half) / (1 + q)
    return Estimate(
        value=p, low=min(max(low, 0.0), p), high=max(min(high, 1.0), p), confidence=CONFIDENCE, n=n, replications=1,
        unit=SHARE, method=SCORE, open=still_open,
    )  # fmt: skip


def differ(a: FittedShares, b: FittedShares) -> float:
    """The chance of so different first shares where they are the same in truth (score test of two shares)."""
    from scipy.special import ndtr

    p, q = (float(each.shares[0].value or 0.0) for each in (a, b))
    both = (p * a.worth + q * b.worth) / (a.worth + b.worth)
    spread = (both * (1 - both) * (1 / a.worth + 1 / b.worth)) ** 0.5
    return 1.0 if spread == 0 else float(2 * ndtr(-abs(p - q) / spread))


def _dependence(log: EventLog, its: _Taken) -> tuple[Dependence, ...]:
    """The attributes of cases by which the outcomes differ (chi square, Bonferroni over the attributes)."""
    columns: dict[str, Coded] = {"class": log.cases.case_class, **log.cases.attributes}
    few = {name: column for name, column in columns.items() if 2 <= len(column.names) <= _MOST_VALUES}
    if its.took.size < _ENOUGH:
        return ()
    found = []
    for name, column in few.items():
        code = column.codes[its.case]
        known = code >= 0
        table = np.zeros((len(column.names), int(its.took.max()) + 1))
        np.add.at(table, (code[known], its.took[known]), 1)
        p = _independent(table)
        if p < DEPENDS / len(few):
            n = table.sum(axis=1)
            by = {column.names[i]: (int(n[i]), float(table[i, 0] / n[i])) for i in np.flatnonzero(n).tolist()}
            found.append(Dependence(name, p, by))
    return tuple(sorted(found, key=lambda each: each.p))


def _independent(table: Floats) -> float:
    """Pearson's test; values and outcomes that are expected less than five times are left out."""
    from scipy.special import chdtrc

    while table.size:
        expected = table.sum(axis=1)[:, None] * table.sum(axis=0) / max(table.sum(), 1)
        kept_rows, kept_columns = expected.min(axis=1) >= 5, expected.min(axis=0) >= 1
        if kept_rows.all() and kept_columns.all():
            break
        table = table[kept_rows][:, kept_columns] if kept_rows.any() else table[:0]
    if table.ndim < 2 or min(table.shape) < 2:
        return 1.0
    return float(chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), ((table - expected) ** 2 / expected).sum()))


__all__ = ["Dependence", "FittedRouting", "FittedShares", "Outcome", "differ", "fit_routing", "share_of"]
