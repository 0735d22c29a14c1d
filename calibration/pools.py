"""Pools fitted to who did what: steps of the same people, how many of them at once, which days, in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.activity import Activity, activity_of
from calibration.busy import after_a_queue, at_work, idle_time, on_duty, overlap
from calibration.disciplines import FittedDiscipline, fit_discipline
from calibration.gatherings import FoundSession, find_sessions
from sim.analysis.statistics.estimate import CONFIDENCE, Estimate, nothing
from sim.analysis.statistics.shares import wilson
from sim.eventlog import Coded, EventLog, Ints
from sim.model.hours import WEEK
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US, MINUTE_US
from sim.text import Text

Floats = NDArray[np.float64]
ALIKE = 0.5
"""Steps belong to one pool whose people are as alike as that: 1 for the same shares of the same people, 0 for none in
common (Bhattacharyya's coefficient, corrected for small numbers)."""
FEW = 10
"""A step done less often goes to the pool of the people who did it."""
OWN = 0.02
"""Somebody with a smaller share of a pool's work helped out and is no member of it."""
AGREE = 0.8
"""With so many instants at which all had work and were equally many, that is their number."""
QUEUED = 20
PART_TIME = 0.1
"""A day of the week on which somebody is there a tenth as often as on the best one is a day off."""
DAYS_SEEN = 8
LATE_US = MINUTE_US
_AT_ONCE = Text("有排队时同时在办的人数", "people at work while others wait")
_DUTY = Text("当日首末次操作之间的人数", "people between their first and last action of a day")
_PRESENT = Text("每日有操作的人数", "people who did something on a day")


@dataclass(frozen=True)
class Member:
    """Somebody of a pool: ``n`` executions, which are ``share`` of all that this person did; the days of the week on
    which (s)he is there, and the share of those of the pool's days in between on which (s)he was."""

    who: str
    n: int
    share: float
    days: tuple[str, ...]
    present: float


@dataclass(frozen=True)
class FittedGroup:
    """Members who are there on the same days of the week; ``servers`` is their part of the pool's number."""

    days: tuple[str, ...]
    members: tuple[str, ...]
    servers: int


@dataclass(frozen=True)
class HandOver:
    """Work that lay though somebody of its pool was idle and the pool open: how often for over a minute, and how long
    then (microseconds of open time)."""

    late: Estimate
    median_us: float | None
    mean_us: float | None


@dataclass(frozen=True, eq=False)
class FittedPool:
    """People who do the same steps.

    ``servers``: how many at once. That is ``at_once``, how many had work where a queue kept all of them busy, if it was
    nearly always the same number; else the median of ``on_duty``, how many were there when work began; and where the
    log has no starts that of ``present``, how many did something on a day (means, with intervals by days).
    ``overlap``: the share of working time in which people had several things in hand; above a few percent they are no
    servers with one thing each. ``discipline`` is None where nobody had a choice, or the log has no starts.
    """

    id: str
    steps: tuple[str, ...]
    members: tuple[Member, ...]
    groups: tuple[FittedGroup, ...]
    servers: int
    at_once: Estimate
    on_duty: Estimate
    present: Estimate
    overlap: float
    discipline: FittedDiscipline | None
    activity: Activity

    def instants(self, members: tuple[str, ...] | None = None) -> Ints:
        """When the pool, or some of its members, did something: what its opening hours are fitted to."""
        if members is None:
            return self.activity.instants
        return self.activity.where(self.activity.who.isin(members)).instants

    def hand_over(self, calendar: Calendar) -> HandOver | None:
        """Delays that are nobody's work, on the pool's calendar, which covers the log; None without starts."""
        its = self.activity.where(self.activity.end > self.activity.begins)
        if not len(its):
            return None
        delay = idle_time(its, self.servers, calendar)
        late = delay > LATE_US
        shown = wilson(int(late.sum()), len(its))
        if not late.any():
            return HandOver(shown, None, None)
        return HandOver(shown, float(np.median(delay[late])), float(delay[late].mean()))


@dataclass(frozen=True)
class FittedPools:
    """All pools, the largest first; ``unknown`` is the share of executions of which the log does not say who did them,
    in ``nobody`` the steps that nobody is known to have done."""

    pools: tuple[FittedPool, ...]
    sessions: tuple[FoundSession, ...]
    unknown: Estimate
    nobody: tuple[str, ...]

    def of_step(self, step: str) -> FittedPool | None:
        """The pool that does a step."""
        return next((pool for pool in self.pools if step in pool.steps), None)


def fit_pools(log: EventLog, *, due: Ints | None = None) -> FittedPools:
    """Pools, their people, queues and sessions from the staff of a log; ``due`` is by case, NAT for none.

    Where nobody is told at all there are no pools, and ``nobody`` lists every step.
    """
    its = activity_of(log)
    sessions = find_sessions(log)
    its = its.where(~its.step.isin([session.step for session in sessions]))
    told = its.who.codes >= 0
    unknown = wilson(int((~told).sum()), len(its))
    known = its.where(told)
    done = {its.step.names[i] for i in np.unique(its.step.codes).tolist()}
    parts = steps_together(known)
    pools = [_pool(known, steps, log.cases.case_class, due) for steps in parts]
    order = sorted(range(len(pools)), key=lambda i: -len(pools[i].activity))
    named = tuple(replace(pools[i], id=f"pool-{number}") for number, i in enumerate(order, 1))
    nobody = tuple(sorted(done - {step for pool in named for step in pool.steps}))
    return FittedPools(named, sessions, unknown, nobody)


def steps_together(its: Activity) -> list[tuple[str, ...]]:
    """The steps that the same people do, by average linkage of the likeness of their people; rare steps go where
    their people do most."""
    count = _table(its)
    steps = np.flatnonzero(count.sum(axis=0) > 0)
    if not steps.size:
        return []
    often = steps[count[:, steps].sum(axis=0) >= FEW]
    often = often if often.size else steps
    label = np.zeros(often.size, np.int64)
    if often.size > 1:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform

        apart = 1 - _likeness(count[:, often])
        label = fcluster(linkage(squareform(apart, checks=False), "average"), 1 - ALIKE, "distance") - 1
    groups: dict[int, list[int]] = {int(each): often[label == each].tolist() for each in np.unique(label)}
    weight = {each: count[:, members].sum(axis=1) for each, members in groups.items()}
    for step in np.setdiff1d(steps, often).tolist():
        fits = {each: float((count[:, step] * of / max(of.sum(), 1)).sum()) for each, of in weight.items()}
        groups[max(fits, key=fits.__getitem__)].append(step)
    return [tuple(its.step.names[i] for i in sorted(members)) for members in groups.values()]


def _table(its: Activity) -> Floats:
    """Executions by person and step."""
    people, steps = len(its.who.names), len(its.step.names)
    key = its.who.codes.astype(np.int64) * steps + its.step.codes
    return np.bincount(key, minlength=people * steps).reshape(people, steps).astype(np.float64)


def _likeness(count: Floats) -> Floats:
    """Of every two columns, Bhattacharyya's coefficient over what two samples of one distribution would show."""
    total = count.sum(axis=0)
    root = np.sqrt(count / total)
    together = root.T @ root
    people = (count[:, :, None] + count[:, None, :] > 0).sum(axis=0)
    by_chance = 1 - (people - 1) / 8 * (1 / total[:, None] + 1 / total[None, :])
    alike: Floats = np.clip(together / np.clip(by_chance, 0.5, 1), 0, 1)
    np.fill_diagonal(alike, 1)
    return alike


def _pool(every: Activity, steps: tuple[str, ...], case_class: Coded, due: Ints | None) -> FittedPool:
    its = every.where(every.step.isin(steps))
    members = _members(its, every)
    begun = its.end > its.begins
    timed = its.where(begun)
    duty = on_duty(its).at(its.begins)
    on = _by_days(duty, its.begins, _DUTY)
    queued = after_a_queue(its)
    number = at_work(timed).at(its.begins[queued])
    at_once = _by_days(number, its.begins[queued], _AT_ONCE)
    keys = np.unique(its.end // DAY_US * len(its.who.names) + its.who.codes)
    days, people = np.unique(keys // len(its.who.names), return_counts=True)
    present = _by_days(people, days * DAY_US, _PRESENT)
    servers = max(round(float(np.median(duty if len(timed) else people))), 1)
    if number.size >= QUEUED and (number == np.median(number)).mean() >= AGREE:
        servers = int(np.median(number))
    told = (its.start >= its.ready).any() and begun.any()
    discipline = fit_discipline(timed, case_class=case_class, due=due) if told else None
    return FittedPool(
        "", steps, members, _groups(members, servers), servers, at_once, on, present, overlap(timed), discipline, its
    )  # fmt: skip


def _members(its: Activity, every: Activity) -> tuple[Member, ...]:
    own = np.bincount(its.who.codes, minlength=len(its.who.names))
    all_ = np.bincount(every.who.codes, minlength=own.size)
    pool_days = np.unique(its.end // DAY_US)
    found = []
    for who in np.argsort(-own, kind="stable").tolist():
        if own[who] < max(OWN * len(its) / max((own > 0).sum(), 1), 1):
            break
        days = np.unique(every.end[every.who.codes == who] // DAY_US)
        between = pool_days[(pool_days >= days[0]) & (pool_days <= days[-1])]
        there, could = (np.bincount((each + 3) % 7, minlength=7) for each in (days, between))
        rate = np.divide(there, could, out=np.zeros(7), where=could > 0)
        off = (rate < PART_TIME * rate.max()) & (could >= DAYS_SEEN)
        names = tuple(WEEK[i] for i in range(7) if there[i] and not off[i])
        on = [WEEK.index(name) for name in names]
        present = min(float(there[on].sum() / max(could[on].sum(), 1)), 1.0)
        found.append(Member(its.who.names[who], int(own[who]), float(own[who] / all_[who]), names, present))
    return tuple(found)


def _groups(members: tuple[Member, ...], servers: int) -> tuple[FittedGroup, ...]:
    """Those with the same days; the number is shared out by how much they are there, and no group has none."""
    by_days: dict[tuple[str, ...], list[Member]] = {}
    for member in members:
        by_days.setdefault(member.days, []).append(member)
    weight = {days: sum(each.present * each.share for each in its) for days, its in by_days.items()}
    total = sum(weight.values()) or 1.0
    order = sorted(by_days, key=lambda days: -weight[days])
    kept = [days for i, days in enumerate(order) if i == 0 or round(servers * weight[days] / total) >= 1][:servers]
    numbers = {days: max(round(servers * weight[days] / total), 1) for days in kept}
    numbers[kept[0]] = max(servers - sum(numbers[days] for days in kept[1:]), 1)
    return tuple(FittedGroup(days, tuple(each.who for each in by_days[days]), numbers[days]) for days in kept)


def _by_days(number: Ints, instant: Ints, method: Text) -> Estimate:
    """The mean number at instants; the interval by days, which are taken as independent."""
    n = number.size
    if not n:
        reason = Text("没有可据以计数的时刻", "no instant to count at")
        return nothing(reason, confidence=CONFIDENCE, n=0, replications=0, unit="people", method=method)
    _, day = np.unique(instant // DAY_US, return_inverse=True)
    weight, total = np.bincount(day), np.bincount(day, number)
    mean = float(number.mean())
    wide = 0.0
    if weight.size > 1:
        residual = total - mean * weight
        wide = 1.959964 * float(np.sqrt(weight.size / (weight.size - 1) * (residual**2).sum())) / n
    return Estimate(
        value=mean, low=mean - wide, high=mean + wide, confidence=CONFIDENCE, n=n, replications=1, unit="people",
        method=method,
    )  # fmt: skip
