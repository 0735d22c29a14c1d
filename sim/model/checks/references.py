"""Every name that a part of the model gives for another must be known; the nearest known one is the cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.errors import InputError, Path
from sim.model.base import LEGAL, PREDEFINED_OWNERS
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.process import Call, Choice, DurationPart, Mark, Optional, SessionStep, Spawn, Step, WaitStep, WorkStep
from sim.text import Text

Reference = tuple[Path, str, str | None]
"""Where a name stands, what it should name, and the name."""

_RULES = {
    "pool": Text("没有这个班组", "there is no such pool"),
    "calendar": Text("没有这个工作时间表", "there is no such calendar"),
    "stage": Text("没有这个环节", "there is no such stage"),
    "service": Text("没有这项服务", "there is no such service"),
    "owner": Text("没有这个用时主体", "there is no such owner"),
    "process": Text("没有这个流程", "there is no such process"),
    "source": Text("没有这个办件来源", "there is no such source"),
    "session": Text("没有这个集中办理", "there is no such session"),
    "class": Text("没有这一类办件", "there is no such class of cases"),
    "attribute": Text("没有办件带这个属性", "no case has this attribute"),
    "step": Text("没有这个步骤", "there is no such step"),
}


def check(whole: Whole) -> Iterator[InputError]:
    """Unknown pools, calendars, stages, owners, processes, sources, sessions, classes, attributes and others."""
    model = whole.model
    elements = [site.element for site in whole.sites]
    known: dict[str, Iterable[str]] = {
        "pool": model.pools,
        "calendar": whole.specs,
        "stage": model.stages,
        "service": model.services,
        "owner": {**model.owners, **PREDEFINED_OWNERS},
        "process": model.processes,
        "source": model.sources,
        "session": model.sessions,
        "class": whole.classes,
        "attribute": _attributes(whole),
        "step": {str(e.id): None for e in elements if isinstance(e, (WorkStep, WaitStep, SessionStep, Mark))},
    }
    for path, kind, name in _references(whole):
        if name is not None and name not in known[kind]:
            yield unknown(path, _RULES[kind], name, known[kind])
    if LEGAL not in model.calendars and any(limit.readings for limit in model.limits.values()):
        yield wrong(
            ("calendars",),
            Text(
                "缺少名为 legal 的工作时间表,时限按它计算",
                "the calendar `legal` is missing, on which limits are counted",
            ),
            Text("在 calendars 中写出 legal", "describe `legal` under calendars"),
        )


def _attributes(whole: Whole) -> dict[str, None]:
    """The attributes that cases bring along; spawned cases have those of their parents."""
    model = whole.model
    names = ["class"]
    for source in model.sources.values():
        names += [*source.attributes, *(name for case in source.listed or () for name in case.attributes)]
    names += [name for case in model.initial for name in case.attributes]
    return dict.fromkeys(names)


def _references(whole: Whole) -> Iterator[Reference]:
    model = whole.model
    for id_ in model.study.longer_warm_up:
        yield ("study", "longer_warm_up", id_), "source", id_
    for i, id_ in enumerate(model.study.brief.sources if model.study.brief else ()):
        yield ("study", "brief", "sources", i), "source", id_
    for id_, pool in model.pools.items():
        yield ("pools", id_, "owner"), "owner", pool.owner
        for i, group in enumerate(pool.groups):
            yield ("pools", id_, "groups", i, "calendar"), "calendar", group.calendar
    for id_, session in model.sessions.items():
        yield ("sessions", id_, "calendar"), "calendar", session.calendar
    for id_, process in model.processes.items():
        yield ("processes", id_, "owner"), "owner", process.owner
    for id_, source in model.sources.items():
        yield ("sources", id_, "process"), "process", source.process
        yield ("sources", id_, "calendar"), "calendar", source.calendar
    for i, case in enumerate(model.initial):
        yield ("initial", i, "process"), "process", case.process
    for site in whole.sites:
        yield from _of_element(site.element, site.path)
    yield from _of_limits(whole)


def _of_element(element: object, path: Path) -> Iterator[Reference]:
    match element:
        case WorkStep() | WaitStep() | SessionStep():
            yield from _of_step(element, path)
        case Mark():
            yield (*path, "stage"), "stage", element.stage
        case Choice() | Optional():
            yield (*path, "by"), "attribute", element.by
        case Call():
            yield (*path, "process" if element.process else "call"), "process", element.target
        case Spawn():
            for i, child in enumerate(element.cases):
                yield (*path, "cases", i, "process"), "process", child.process


def _of_step(step: Step, path: Path) -> Iterator[Reference]:
    yield (*path, "stage"), "stage", step.stage
    yield (*path, "owner"), "owner", step.owner
    if step.patience is not None:
        yield (*path, "patience", "calendar"), "calendar", step.patience.calendar
    if step.due is not None:
        yield (*path, "due", "calendar"), "calendar", step.due.calendar
    if isinstance(step, DurationPart) and step.factor is not None:
        yield (*path, "factor", "attribute"), "attribute", step.factor.attribute
    if isinstance(step, WaitStep):
        yield (*path, "calendar"), "calendar", step.calendar
    if isinstance(step, SessionStep):
        yield (*path, "at"), "session", step.at
    if isinstance(step, WorkStep):
        for i, need in enumerate(step.by):
            yield (*path, "by", i, "pool"), "pool", need.pool


def _of_limits(whole: Whole) -> Iterator[Reference]:
    for id_, limit in whole.model.limits.items():
        path: Path = ("limits", id_)
        yield (*path, "service"), "service", limit.service
        yield from (((*path, "classes", i), "class", name) for i, name in enumerate(limit.classes))
        yield from _of_clock(limit.clock, (*path, "clock"))
        for i, reading in enumerate(limit.readings):
            here = (*path, "readings", i)
            yield from (((*here, "classes", j), "class", name) for j, name in enumerate(reading.classes or ()))
            if reading.clock is not None:
                yield from _of_clock(reading.clock, (*here, "clock"))


def _of_clock(clock: object, path: Path) -> Iterator[Reference]:
    for key in ("count", "except"):
        selected = getattr(clock, key if key == "count" else "except_")
        if selected is None:
            continue
        for names, kind in (("owners", "owner"), ("stages", "stage"), ("steps", "step")):
            yield from (((*path, key, names, i), kind, name) for i, name in enumerate(getattr(selected, names)))
