"""Staff and opening hours of the pools that a process has to itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.calendars import FittedCalendar, fit_calendar
from calibration.fit.figures import FittedFigure, before_of, flow_text
from calibration.fit.matching import Matched
from calibration.pools import FittedPool, FittedPools, fit_pools
from sim.errors import InputError, Path
from sim.eventlog import NAT
from sim.model.base import LEGAL, Model
from sim.model.paths import pool_of
from sim.model.process import WorkStep
from sim.text import Text

_NOT_TOLD = Text("日志没有经办人", "the log does not tell who did it")
_SHARED = Text(
    "这个班组还办理其他流程({others}),只凭这一流程的日志定不出人数",
    "this pool also works for {others}: the log of one process does not tell its number",
)
_APART = Text("同一班组的环节在日志中由不同的人办理", "its steps are done by different people in the log")
_TOGETHER = Text("同样的人还办理其他班组的环节({others})", "the same people also do steps of {others}")
_GROUPS = Text(
    "班组分几组,日志中同时在办 {n} 人,未分到各组",
    "it has several groups; the log shows {n} at once and was not parted among them",
)
_COUNTED = Text("同时在办 {n} 人,成员 {members} 人", "{n} at once of {members} people")
_LAW = Text("法定工作时间由法律规定,不随日志改", "these are the hours of the law, which no log changes")
_SHARED_HOURS = Text("其他流程也用这张工作时间表", "other processes use this calendar, too")
_PROPOSED = Text("日志中的工作时间为 {hours};用 --calendars 换用", "the log shows {hours}; --calendars puts them in")
_DATES_ONLY = Text("日志只有日期,没有时刻", "the log has dates and no times of day")
_SEASONS = Text("这张表分季节或沿用另一张,未改", "this calendar has seasons, or is the same as another: it is kept")


@dataclass(frozen=True)
class FoundHours:
    """A scenario's calendar, and what the instants of its pools' work show."""

    id: str
    fitted: FittedCalendar
    replaced: bool


def pools_used(model: Model, process: str) -> dict[str, set[str]]:
    """By pool of the process's own work, the steps that need it."""
    found: dict[str, set[str]] = {}
    for element in model.processes[process].elements():
        if isinstance(element, WorkStep):
            for need in element.by:
                found.setdefault(pool_of(model, process, need), set()).add(element.step)
    return found


def users(model: Model) -> dict[str, set[str]]:
    """By pool, all processes whose work needs it."""
    found: dict[str, set[str]] = {}
    for id_ in model.processes:
        for pool in pools_used(model, id_):
            found.setdefault(pool, set()).add(id_)
    return found


def staff_of(matched: Matched, model: Model) -> tuple[FittedPools, list[FittedFigure], dict[Path, Text]]:
    """The pools of the log, servers as figures, and the reasons for those that could not be fitted."""
    fitted = fit_pools(matched.log)
    found: list[FittedFigure] = []
    reasons: dict[Path, Text] = {}
    by_pool, shared = pools_used(model, matched.process), users(model)
    of_step = {step: id_ for id_, steps in by_pool.items() for step in steps}
    element = {name: id_ for id_, name in matched.names.items()}
    for id_, steps in by_pool.items():
        where: Path = ("pools", id_)
        names = {matched.names[step] for step in steps if step in matched.names}
        its = [pool for pool in fitted.pools if names & set(pool.steps)]
        beside = {of_step[element[s]] for pool in its for s in pool.steps if s in element and element[s] in of_step}
        others = shared[id_] - {matched.process}
        groups = model.pools[id_].groups
        if not its:
            reasons[where] = _NOT_TOLD
        elif others:
            reasons[where] = _SHARED.format(others=", ".join(sorted(others)))
        elif len(its) > 1:
            reasons[where] = _APART
        elif beside - {id_}:
            reasons[where] = _TOGETHER.format(others=", ".join(sorted(beside - {id_})))
        elif len(groups) > 1:
            reasons[where] = _GROUPS.format(n=its[0].servers)
        else:
            found.append(_servers(model, id_, its[0]))
    return fitted, found, reasons


def _servers(model: Model, id_: str, pool: FittedPool) -> FittedFigure:
    counts = (pool.at_once, pool.on_duty, pool.present)
    near = next((e for e in counts if e.value is not None and abs(e.value - pool.servers) <= 1), counts[-1])
    low = min(pool.servers, math.floor(near.low if near.low is not None else pool.servers))
    high = max(pool.servers, math.ceil(near.high if near.high is not None else pool.servers))
    where: Path = ("pools", id_, "groups", 0, "servers")
    n = len(pool.activity)
    return FittedFigure(
        "staff", model.pools[id_].name, where, f"pools/{id_}/servers", str(pool.servers), str(max(low, 0)), str(high),
        "", before_of(model, where), n, 0, _COUNTED.format(n=pool.servers, members=len(pool.members)),
        draw=lambda size, rng: [str(max(x, 1)) for x in _numbers(pool.servers, low, high, size, rng)],
    )  # fmt: skip


def _numbers(servers: int, low: int, high: int, n: int, rng: np.random.Generator) -> list[int]:
    """Whole numbers around the estimate, within its interval."""
    spread = max(high - low, 0) / (2 * 1.959964)
    return [int(x) for x in np.clip(np.rint(rng.normal(servers, spread, n)), low, high)]


def hours_of(
    matched: Matched, model: Model, replace: bool
) -> tuple[list[FoundHours], list[FittedFigure], dict[Path, Text], dict[str, Any]]:
    """Opening hours of the pools: proposed, or put in where ``replace`` says so and nobody else uses them.

    Last comes what takes the place of the scenario's calendars when durations are fitted.
    """
    log = matched.log
    of_calendar: dict[str, set[str]] = {}
    for id_, steps in pools_used(model, matched.process).items():
        for group in model.pools[id_].groups:
            of_calendar.setdefault(group.calendar, set()).update(matched.names[s] for s in steps if s in matched.names)
    used = _other_users(model, matched.process)
    hours, found, reasons, instead = [], [], {}, {}
    for id_, names in of_calendar.items():
        rows = log.step.isin(names) & log.is_kind("work", "wait")
        instants = np.concatenate([log.start[rows & log.is_kind("work")], log.end[rows]])
        where: Path = ("calendars", id_)
        try:
            fitted = fit_calendar(instants[instants != NAT], name=Text(id_, id_), own_table=model.statutory)
        except InputError as error:
            reasons[where] = error.rule
            continue
        spec = model.calendars.get(id_)
        why = _why_kept(id_, fitted, spec, id_ in used)
        if why is None and not replace:
            why = _PROPOSED.format(hours=_shown(fitted))
        hours.append(FoundHours(id_, fitted, why is None))
        if why is not None or spec is None or fitted.spec.hours is None:
            reasons[where] = why or _SEASONS
            continue
        given = {day: [str(shift) for shift in shifts] for day, shifts in fitted.spec.hours.given().items()}
        instead[id_] = spec.model_copy(update={"hours": fitted.spec.hours})
        outside = f"{100 * float(fitted.outside.value or 0.0):.1f}%"
        found.append(
            FittedFigure(
                "hours", spec.name, (*where, "hours"), f"calendars/{id_}/hours", flow_text(given), "", "", "",
                before_of(model, (*where, "hours")), fitted.n, 0, Text(f"{outside} 在外", f"{outside} outside"),
            )
        )  # fmt: skip
    return hours, found, reasons, instead


def _why_kept(id_: str, fitted: FittedCalendar, spec: Any, shared: bool) -> Text | None:
    if id_ == LEGAL:
        return _LAW
    if fitted.days_only:
        return _DATES_ONLY
    if spec is None or spec.same_as is not None or spec.seasons:
        return _SEASONS
    return _SHARED_HOURS if shared else None


def _shown(fitted: FittedCalendar) -> str:
    given = fitted.spec.hours.given() if fitted.spec.hours is not None else {}
    return "; ".join(f"{day} {' '.join(map(str, shifts)) or '-'}" for day, shifts in given.items())


def _other_users(model: Model, process: str) -> set[str]:
    """Calendars that anything but this process's own pools and waits uses."""
    own = {pool for pool, by in users(model).items() if by == {process}}
    found = {group.calendar for id_, pool in model.pools.items() if id_ not in own for group in pool.groups}
    found |= {str(source.calendar) for source in model.sources.values() if source.process != process}
    found |= {str(session.calendar) for session in model.sessions.values()}
    found |= {str(spec.same_as) for spec in model.calendars.values()}
    return found
