"""The initial state: open cases that stand in steps that exist, with servers that exist (rule 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.errors import InputError, Path
from sim.model.checks.streams import named_elements
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.demand import OpenCase, Position
from sim.model.open_time import instant_of
from sim.model.process import Element, SessionStep, Spawn, WaitStep, WorkStep
from sim.text import Text

_SERVER = re.compile(r"([a-z0-9-]+)/([0-9]+)/([0-9]+)")


def check(whole: Whole) -> Iterator[InputError]:
    """Labels, parents, positions and servers of every open case."""
    labels: dict[str, OpenCase] = {}
    begin = whole.model.study.begin
    for i, case in enumerate(whole.model.initial):
        path: Path = ("initial", i)
        if case.case in labels:
            yield wrong(
                (*path, "case"),
                Text("办件编号重复", "two open cases have this label"),
                Text("换一个编号", "give it another label"),
                value=case.case,
            )
        labels[case.case] = case
        elements = {name: element for _, name, element in named_elements(whole.model, case.process)}
        for j, position in enumerate(case.positions):
            yield from _position(whole, position, (*path, "positions", j), elements, begin)
    for i, case in enumerate(whole.model.initial):
        yield from _parent(whole, case, ("initial", i), labels)


def _position(
    whole: Whole, position: Position, path: Path, elements: dict[str, Element], begin: int
) -> Iterator[InputError]:
    steps = {name: e for name, e in elements.items() if isinstance(e, (WorkStep, WaitStep, SessionStep))}
    if position.step not in steps:
        rule = Text("流程中没有这个步骤(写全名:流程/步骤)", "the process has no such step (by its path: PROCESS/STEP)")
        yield unknown((*path, "step"), rule, position.step, steps)
        return
    for key, instant in (("ready", position.ready), ("start", position.start)):
        if instant is not None and instant_of(instant) > begin:
            yield wrong(
                (*path, key),
                Text("初始状态中的时刻晚于模拟起点", "the instant is after the begin of the run"),
                Text("改正时刻,或把 warm_up_years 设为 0", "correct it, or set warm_up_years to 0"),
                value=instant.isoformat(" "),
            )
    working = isinstance(steps[position.step], WorkStep) and position.start is not None
    if working != bool(position.servers):
        yield wrong(
            (*path, "servers"),
            Text("已开始的办理步骤须写明办理人,其他的不写", "work that has begun names its servers, nothing else does"),
            Text("例如 servers: [managers/0/3]", "for example servers: [managers/0/3]"),
        )
    for k, server in enumerate(position.servers):
        if not _exists(whole, server):
            yield wrong(
                (*path, "servers", k),
                Text("没有这个办理人", "there is no such server"),
                Text("写成 班组/组号/序号,均从 0 起", "write POOL/GROUP/NUMBER, both from 0"),
                value=server,
            )


def _exists(whole: Whole, server: str) -> bool:
    match = _SERVER.fullmatch(server)
    pool = whole.model.pools.get(match[1]) if match else None
    if match is None or pool is None or int(match[2]) >= len(pool.groups):
        return False
    return int(match[3]) < pool.groups[int(match[2])].servers.value


def _parent(whole: Whole, case: OpenCase, path: Path, labels: dict[str, OpenCase]) -> Iterator[InputError]:
    if case.parent is None:
        return
    if case.parent not in labels:
        rule = Text("没有这个上级办件", "there is no such open case to wait for this one")
        yield unknown((*path, "parent"), rule, case.parent, labels)
        return
    named = named_elements(whole.model, labels[case.parent].process)
    spawns = [name for _, name, element in named if isinstance(element, Spawn)]
    if case.spawned_by not in spawns:
        rule = Text("上级办件的流程中没有这个派生点", "the parent's process has no such spawn")
        yield unknown((*path, "spawned_by"), rule, str(case.spawned_by), spawns)
