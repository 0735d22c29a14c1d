"""Rule 8's conditions on a flow that no single part can see: names, calls, spawns, rework and walks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sim.errors import InputError, Path
from sim.model.checks.sites import Site
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.process import (
    Call,
    Choice,
    Element,
    Flow,
    Optional,
    Parallel,
    Process,
    SessionStep,
    Spawn,
    WaitStep,
    WorkStep,
    parts,
)
from sim.text import Text


def cycles(whole: Whole) -> Iterator[InputError]:
    """Processes that call one another without end; the other checks follow calls and rely on this one."""
    processes = whole.model.processes
    first_call = {
        (site.process, site.element.target): site.path for site in whole.sites if isinstance(site.element, Call)
    }
    for cycle in _cycles(processes, lambda id_: [e.target for e in processes[id_].elements() if isinstance(e, Call)]):
        yield wrong(
            (*first_call[cycle[0], cycle[1]], "call"),
            Text("流程互相调用,没有尽头", "processes call one another without end"),
            Text("去掉其中一处 call", "take out one of the calls"),
            value=" -> ".join(cycle),
        )


def check(whole: Whole) -> Iterator[InputError]:
    """Spawns without end, names that stand where they may not, and rework that leads nowhere."""
    yield from _endless_spawns(whole)
    yield from _names(whole)
    yield from _same_server(whole)
    for site in whole.sites:
        match site.element:
            case WorkStep() | WaitStep() | SessionStep():
                yield from _rework(site)


def _cycles(nodes: Mapping[str, object], following: Callable[[str], list[str]]) -> Iterator[tuple[str, ...]]:
    """A cycle from each node that closes one with an earlier node on its way; the first node stands at both ends."""
    done: set[str] = set()
    for start in nodes:
        way: dict[str, Iterator[str]] = {}
        node: str | None = None if start in done else start
        while node is not None or way:
            if node is not None:
                way[node], node = iter(following(node)), None
            last = next(reversed(way))
            onward = next(way[last], None)
            if onward is None:
                done.add(last)
                del way[last]
            elif onward in way:
                names = list(way)
                yield (*names[names.index(onward) :], onward)
            elif onward in nodes and onward not in done:
                node = onward


def _endless_spawns(whole: Whole) -> Iterator[InputError]:
    """Each case surely brings another of its own kind: the run would never end."""
    processes = whole.model.processes
    sure = _Sure(processes)
    for cycle in _cycles(processes, lambda id_: sorted(sure.of_process(id_)[0])):
        yield wrong(
            ("processes", cycle[0]),
            Text("每个办件必然再派生同类办件,没有尽头", "each case surely spawns another of its kind, without end"),
            Text("去掉其中一处 spawn,或放进 optional", "take out one of the spawns, or make it optional"),
            value=" -> ".join(cycle),
        )


class _Sure:
    """What every case surely spawns, and whether it surely goes on behind."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._processes = processes
        self._known: dict[str, tuple[set[str], bool]] = {}

    def of_process(self, id_: str) -> tuple[set[str], bool]:
        if id_ not in self._known:
            self._known[id_] = self._of_flow(self._processes[id_].flow)
        return self._known[id_]

    def _of_flow(self, flow: Flow) -> tuple[set[str], bool]:
        found: set[str] = set()
        for element in flow:
            inside, goes_on = self._of_element(element)
            found |= inside
            if not goes_on:
                return found, False
        return found, True

    def _of_element(self, element: Element) -> tuple[set[str], bool]:
        match element:
            case Spawn():
                return {child.process for child in element.cases if child.n.value}, True
            case Parallel():
                branches = [self._of_flow(flow) for flow in element.parallel]
                return set().union(*(found for found, _ in branches)), all(on for _, on in branches)
            case Choice() | Optional():
                every = element.branches if isinstance(element, Choice) else element.branches()
                possible = [self._of_flow(b.flow) for b in every if b.share is None or b.share.value > 0]
                return set.intersection(*(found for found, _ in possible)), all(on for _, on in possible)
            case Call():
                return self.of_process(element.target)
            case WorkStep() | WaitStep() | SessionStep():
                leaves = element.withdraw is not None and element.withdraw.value > 0
                loses_patience = element.patience is not None and element.patience.then == "withdraw"
                return set(), not (leaves or loses_patience)
        return set(), True


def _names(whole: Whole) -> Iterator[InputError]:
    kinds: dict[tuple[str, str], type] = {}
    for id_, process in whole.model.processes.items():
        yield from _twice_in_a_sequence(process.flow, ("processes", id_, "flow"))
    for site in whole.sites:
        element = site.element
        for path, inner in _sequences(site):
            yield from _twice_in_a_sequence(inner, path)
        if isinstance(element, Parallel):
            yield from _in_two_branches(element, site.path)
        known = kinds.setdefault((site.process, element.id or ""), type(element))
        if element.id is not None and known is not type(element):
            yield wrong(
                site.path,
                Text("同一流程中,同名的只能是同一种内容", "in one process a name stands for one kind of element"),
                Text("换一个名称", "choose another name"),
                value=element.id,
            )


def _sequences(site: Site) -> Iterator[tuple[Path, Flow]]:
    yield from (((*site.path, *part), flow) for part, flow in parts(site.element))


def _twice_in_a_sequence(flow: Flow, path: Path) -> Iterator[InputError]:
    seen: set[str] = set()
    for i, element in enumerate(flow):
        if element.id in seen:
            yield wrong(
                (*path, i),
                Text("同一段顺序流程中名称重复", "the name stands twice in one sequence"),
                Text("换一个名称;返工用 rework", "choose another name; going back is a `rework`"),
                value=element.id,
            )
        if element.id is not None:
            seen.add(element.id)


def _in_two_branches(parallel: Parallel, path: Path) -> Iterator[InputError]:
    for name in parallel.twice():
        yield wrong(
            path,
            Text("同一名称不能出现在并联的两个分支中", "one name may not stand in two branches of a parallel"),
            Text(
                "换一个名称;调用同一流程时写 call: 新名称, process: 流程",
                "rename one; for a call: call: NAME, process: PROCESS",
            ),
            value=name,
        )


def _rework(site: Site) -> Iterator[InputError]:
    """Back to an earlier sibling of an enclosing sequence; no parallel, call or spawn in between."""
    rework = site.element.rework  # type: ignore[union-attr]
    if rework is None:
        return
    target = rework.back_to or site.element.id
    path = (*site.path, "rework", *(("back_to",) if rework.back_to else ()))
    earlier = [e.id for around in site.around for e in around.flow[: around.place + 1] if e.id is not None]
    if target in earlier:
        return
    yield wrong(
        path,
        Text(
            "rework 只能退回所在各层顺序流程中较早的步骤,不越出并联、走步表和调用",
            "a rework goes back to an earlier element of a sequence around it, not out of a parallel, walk or call",
        ),
        unknown(path, Text("", ""), str(target), earlier).cure,
        value=target,
    )


def _same_server(whole: Whole) -> Iterator[InputError]:
    """The server kept did an earlier work step of the same process (rule 4)."""
    before: dict[str, dict[str, list[str]]] = {}
    for process, path, element, _ in whole.sites:
        if not isinstance(element, WorkStep):
            continue
        earlier = before.setdefault(process, {})
        pools: list[str] = []
        for i, need in enumerate(element.by):
            kept = need.same_server_as
            if kept is not None and kept not in earlier:
                rule = Text("本流程中此前没有这个办理步骤", "no earlier work step of this process has this name")
                yield unknown((*path, "by", i, "same_server_as"), rule, kept, earlier)
            elif kept is not None and need.pool not in (None, *earlier[kept]):
                yield wrong(
                    (*path, "by", i, "pool"),
                    Text("{step} 不由这个班组办理", "{step} is not done by this pool").format(step=kept),
                    Text("删去 pool", "leave out pool"),
                    value=need.pool,
                )
            pools += [need.pool] if need.pool is not None else earlier.get(str(kept), [])[:1]
        earlier.setdefault(element.step, pools)
