"""What names a step, and must still find it: reworks, kept servers, the ends of clocks, open cases."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.base import Model
from sim.model.clocks import Clock
from sim.model.process import Flow, Parallel, SessionStep, WaitStep, WorkStep, subflows
from sim.model.reforms.clock import limit_name
from sim.model.reforms.words import fill, joined, name_of, quoted
from sim.text import Text

Problem = tuple[Text, Text]
"""The rule that is broken, and the cure."""


def problems(model: Model) -> frozenset[Problem]:
    """Every name of a step that finds none where it must."""
    return frozenset([*_in_processes(model), *_of_clocks(model), *_of_open_cases(model)])


def _in_processes(model: Model) -> Iterator[Problem]:
    for id_, process in model.processes.items():
        name = quoted(process.name)
        for step, target in _lost_returns(process.flow, ()):
            yield (
                fill(
                    Text(
                        "{process}中“{step}”返工须退回“{to}”,它已不在其前的同一段流程中",
                        "in {process}, rework of {step} goes back to {to}, which no longer stands before it",
                    ),
                    process=name,
                    step=step,
                    to=target,
                ),
                Text(
                    "同一举措中用 rework: {back_to} 改退回处(返工不能跨出并联分支),或保留该步骤",
                    "change where it goes back to in the same reform (rework: back_to; it cannot leave a branch of a "
                    "parallel), or keep that step",
                ),
            )
        known = _ids(model, id_)
        for element in process.elements():
            kept = [need.same_server_as for need in element.by] if isinstance(element, WorkStep) else []
            for server in kept:
                if server is not None and server not in known:
                    yield (
                        fill(
                            Text(
                                "{process}中“{step}”由“{to}”的原办理人办理,而该步骤已不在",
                                "in {process}, {step} keeps the server of {to}, which is gone",
                            ),
                            process=name,
                            step=element.id or "",
                            to=server,
                        ),
                        Text(
                            "同一举措中用 assign: {by} 改由班组办理", "give it a pool in the same reform (assign: by)"
                        ),
                    )
        parallels = (element for element in process.elements() if isinstance(element, Parallel))
        for name_twice in (name for parallel in parallels for name in parallel.twice()):
            yield (
                fill(
                    Text(
                        "{process}中“{step}”出现在并联的两个分支里",
                        "in {process}, {step} stands in two branches of a parallel",
                    ),
                    process=name,
                    step=name_twice,
                ),
                Text("每个步骤只留在一个分支", "leave each step in one branch"),
            )


def _lost_returns(flow: Flow, before: tuple[str | None, ...]) -> Iterator[tuple[str, str]]:
    """Steps whose rework finds no earlier sibling to go back to, in their sequence or one around it (rule 8)."""
    for i, element in enumerate(flow):
        seen = (*before, *(e.id for e in flow[: i + 1]))
        rework = element.rework if isinstance(element, (WorkStep, WaitStep, SessionStep)) else None
        if rework is not None and rework.back_to is not None and rework.back_to not in seen:
            yield element.id or "", rework.back_to
        for inner in subflows(element):
            yield from _lost_returns(inner, () if isinstance(element, Parallel) else seen)


def _ids(model: Model, process: str) -> set[str]:
    """The ids of all elements of a process, those of called ones too."""
    elements = (element for id_ in model.reached([process]) for element in model.processes[id_].elements())
    return {element.id for element in elements if element.id is not None}


def _of_clocks(model: Model) -> Iterator[Problem]:
    processes = {id_: id_ for id_ in model.processes}
    processes |= {source.class_(): source.process for source in model.sources.values()}
    known = {id_: _ids(model, id_) for id_ in model.processes}
    for id_, limit in model.limits.items():
        clocks: list[Clock] = [limit.clock, *(reading.clock for reading in limit.readings if reading.clock)]
        points = sorted({p.step for clock in clocks for p in (clock.start, clock.stop) if p.step is not None})
        for point in points:
            without = [c for c in limit.classes if c in processes and point not in known[processes[c]]]
            if without:
                names = joined(quoted(name_of(model.processes, processes[c])) for c in without)
                yield (
                    fill(
                        Text(
                            "{limit}的计时起止于“{step}”,{processes}中已没有它",
                            "the clock of {limit} starts or stops at {step}, which {processes} lost",
                        ),
                        limit=limit_name(model, id_),
                        step=point,
                        processes=names,
                    ),
                    Text(
                        "在该处用 insert 增设同名的 mark,或在 clock_changes 中用 limit_clock 改起止点",
                        "insert a mark in its place, or change the ends of the clock in clock_changes (limit_clock)",
                    ),
                )


def _of_open_cases(model: Model) -> Iterator[Problem]:
    for case in model.initial:
        for position in case.positions:
            if position.step.rpartition("/")[2] not in _ids(model, case.process):
                yield (
                    fill(
                        Text(
                            "在办件 {case} 停在“{step}”,而该步骤已不在",
                            "open case {case} stands in {step}, which is gone",
                        ),
                        case=case.case,
                        step=position.step,
                    ),
                    Text("保留该步骤,或改在办件清单", "keep the step, or edit the open cases"),
                )
