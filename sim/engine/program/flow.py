"""The flow of a process as nodes (rule 8): each knows what follows it, so that no case keeps a stack.

A call is written out in its place, and so is each step of a walk, once for each state of the walk that it leads to.
:class:`Block` is the tree of what was written, for the open cases of the initial state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.engine.program import layout
from sim.engine.program.layout import NONE
from sim.engine.program.steps import step_fields
from sim.engine.program.tables import Tables
from sim.engine.streams import stream_id
from sim.model.paths import owner_of
from sim.model.process import (
    Branch,
    Call,
    Choice,
    Element,
    Flow,
    Mark,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
)


@dataclass
class Siblings:
    """A sequence as it is written: its blocks, and the counts of rework that begin anew on each entry."""

    flow: Flow
    blocks: list[Block | None]
    index: int = 0
    times: dict[str, int] = field(default_factory=dict)
    going_back: list[tuple[int, int]] = field(default_factory=list)
    entry: int = NONE

    def find(self, name: str) -> int | None:
        """The place of an element at or before the present one."""
        found = (i for i, element in enumerate(self.flow[: self.index + 1]) if getattr(element, "id", None) == name)
        return next(found, None)


@dataclass
class Block:
    """An element as it was written: the node at which it is entered, what lies inside, what follows."""

    element: Element
    path: str
    entry: int
    then: int
    inside: list[list[Block]] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    first: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Where:
    """The process as the files name it, the path through calls, the sequences that a rework may go back in."""

    process: str
    path: str
    around: tuple[Siblings, ...] = ()

    def cut_off(self) -> Where:
        return Where(self.process, self.path)


class ProcessWriter:
    """Writes one process, and what it calls, as the nodes of a case."""

    def __init__(self, tables: Tables, process: str, close: int) -> None:
        self.tables, self.process = tables, process
        self.slots = 0
        """How many numbers a case of this process keeps."""
        self.visits: dict[str, int] = {}
        """The slots that count the visits, by name."""
        self.keeps: dict[tuple[str, str], int] = {}
        """The slots that remember servers, by step and pool."""
        first = len(tables.nodes)
        self.entry, self.blocks = self.sequence(tables.model.processes[process].flow, Where(process, process), close)
        self._remember_servers(first)

    def slot(self, n: int = 1) -> int:
        """The first of n new slots."""
        self.slots += n
        return self.slots - n

    def visit_slot(self, name: str) -> int:
        if name not in self.visits:
            self.visits[name] = self.slot()
        return self.visits[name]

    def keep_slot(self, name: str, pool: str) -> int:
        """The slot that remembers who of a pool did a step."""
        if (name, pool) not in self.keeps:
            self.keeps[name, pool] = self.slot()
        return self.keeps[name, pool]

    def _remember_servers(self, first: int) -> None:
        """Let each step whose server some later step keeps fill the slots of its name (rule 4)."""
        for node, name in enumerate(self.tables.names[first:], start=first):
            slots = [(slot, self.tables.pools[pool]) for (step, pool), slot in self.keeps.items() if step == name]
            if slots and self.tables.nodes[node]["kind"] == layout.WORK:
                self.tables.nodes[node] |= {"keeps": self.tables.keeps.add(slots), "n_keeps": len(slots)}

    # --- blocks

    def sequence(self, flow: Flow, where: Where, then: int) -> tuple[int, list[Block]]:
        """The node at which it is entered, and its blocks."""
        here = Siblings(flow, [None] * len(flow))
        inside = Where(where.process, where.path, (*where.around, here))
        for index in range(len(flow) - 1, -1, -1):
            here.index = index
            block = self.element(flow[index], inside, then)
            here.blocks[index], then = block, block.entry
        blocks = [block for block in here.blocks if block is not None]
        for node, index in here.going_back:
            self.tables.nodes[node]["then"] = blocks[index].entry
        for slot in here.times.values():  # on each entry the counts begin anew
            then = self.tables.node(layout.PASS, then, times=slot)
        return then, blocks

    def element(self, element: Element, where: Where, then: int) -> Block:
        match element:
            case WorkStep() | WaitStep() | SessionStep():
                return self._step(element, where, then)
            case Mark():
                name = f"{where.path}/{element.id}"
                node = self.tables.node(layout.MARK, then, name, visits=self.visit_slot(name))
                self.tables.stages[node] = element.stage
                return Block(element, where.path, node, then)
            case Parallel():
                return self._parallel(element, where, then)
            case Choice():
                return self._choice(element, element.branches, element.by, where, then)
            case Optional():
                return self._choice(element, element.branches(), element.by, where, then)
            case Call():
                path = f"{where.path}/{element.id}"
                flow = self.tables.model.processes[element.target].flow
                entry, blocks = self.sequence(flow, Where(element.target, path), then)
                return Block(element, where.path, entry, then, [blocks])
            case Spawn():
                return self._spawn(element, where, then)
            case Walk():
                return self._walk(element, where, then)

    def _step(self, step: WorkStep | WaitStep | SessionStep, where: Where, then: int) -> Block:
        tables, name = self.tables, f"{where.path}/{step.id}"
        kind = {WorkStep: layout.WORK, WaitStep: layout.WAIT, SessionStep: layout.SESSION}[type(step)]
        fields = step_fields(tables, step, where.path, where.process, self.keep_slot)
        node = tables.node(kind, then, name, visits=self.visit_slot(name), **fields)
        tables.stages[node], tables.owners[node] = step.stage, owner_of(tables.model, where.process, step)
        block = Block(step, where.path, node, then)
        if step.rework is not None:
            self._rework(step, name, where, block)
        return block

    def _rework(self, step: Any, name: str, where: Where, block: Block) -> None:
        """Back to an element at or before this one, in the innermost sequence around that has it."""
        rework, tables = step.rework, self.tables
        target = rework.back_to or step.id
        found = ((sequence, sequence.find(target)) for sequence in reversed(where.around))
        sequence, index = next((sequence, index) for sequence, index in found if index is not None)
        back = tables.node(layout.PASS)
        sequence.going_back.append((back, index))
        first, block.first = self.sequence(rework.first, where, back)
        if name not in sequence.times:
            sequence.times[name] = self.slot()
        shares = [share.value for share in rework.share]
        tables.nodes[block.entry] |= {
            "reworks": tables.reworks.add(shares), "n_reworks": len(shares), "back": first,
            "times": sequence.times[name], "rework_stream": stream_id(f"{name}/rework"),
            "at_most": 1 << 60 if rework.at_most is None else rework.at_most,
        }  # fmt: skip

    def _parallel(self, parallel: Parallel, where: Where, then: int) -> Block:
        tables, gathering = self.tables, self.slot(layout.GATHERING)
        joins = [tables.node(layout.JOIN, then, gathering=gathering, branch=i) for i in range(len(parallel.parallel))]
        branches = [
            self.sequence(flow, where.cut_off(), join) for flow, join in zip(parallel.parallel, joins, strict=True)
        ]
        targets = [entry for entry, _ in branches]
        fork = tables.node(
            layout.FORK, then, gathering=gathering, targets=tables.targets.add(targets), n_targets=len(targets)
        )
        tables.cumulated.add([0.0] * len(targets))
        return Block(parallel, where.path, fork, then, [blocks for _, blocks in branches], joins)

    def _choice(
        self, choice: Choice | Optional, branches: Sequence[Branch], by: str | None, where: Where, then: int
    ) -> Block:
        entries = [self.sequence(branch.flow, where, then) for branch in branches]
        name = f"{where.path}/{choice.id}"
        if by is None:
            shares = [branch.share.value for branch in branches if branch.share is not None]
            node = self._by_chance(f"{name}/choice", name, shares, [entry for entry, _ in entries], then)
        else:
            node = self._by_attribute(by, branches, [entry for entry, _ in entries], then)
        return Block(choice, where.path, node, then, [blocks for _, blocks in entries])

    def _by_attribute(self, by: str, branches: Sequence[Branch], entries: list[int], then: int) -> int:
        """A target for each value of the attribute."""
        tables = self.tables
        otherwise = next(i for i, branch in enumerate(branches) if branch.otherwise)

        def branch_of(value: str | None) -> int:
            found = (i for i, branch in enumerate(branches) if branch.when is not None and value in branch.when)
            return next(found, otherwise)

        targets = [entries[branch_of(value)] for value in tables.values_of(by)]
        tables.cumulated.add([0.0] * len(targets))
        return tables.node(
            layout.BY_ATTRIBUTE, then, attribute=tables.attribute(by), targets=tables.targets.add(targets),
            n_targets=len(targets),
        )  # fmt: skip

    def _by_chance(self, stream: str, name: str, shares: Sequence[float], targets: list[int], then: int) -> int:
        tables = self.tables
        cumulated, total = [], 0.0
        for share in shares:  # from left to right, as `pick` adds them
            total += share
            cumulated.append(total)
        tables.cumulated.add(cumulated)
        return tables.node(
            layout.CHANCE, then, visits=self.visit_slot(name), draw_stream=stream_id(stream),
            targets=tables.targets.add(targets), n_targets=len(targets),
        )  # fmt: skip

    def _spawn(self, spawn: Spawn, where: Where, then: int) -> Block:
        tables, name = self.tables, f"{where.path}/{spawn.id}"
        children = [tables.processes[child.process] for child in spawn.cases for _ in range(child.n.value)]
        node = tables.node(
            layout.SPAWN, then, visits=self.visit_slot(name), waits=spawn.wait, draw_stream=stream_id(name),
            gathering=self.slot(layout.GATHERING), children=tables.children.add(children), n_children=len(children),
        )  # fmt: skip
        tables.spawn_names[node] = name
        return Block(spawn, where.path, node, then)

    def _walk(self, walk: Walk, where: Where, then: int) -> Block:
        """A node that decides for each state of the walk, and before it the step that leads to the state."""
        tables, name, inside = self.tables, f"{where.path}/{walk.id}", where.cut_off()
        steps = {str(element.id): element for element in walk.steps}
        decides: dict[str, int] = {}
        entered: dict[str, Block] = {}
        for state in walk.table:
            decides[state] = self._by_chance(f"{name}/walk", name, [], [], then)
        for state, decide in decides.items():
            if state:
                entered[state] = self.element(steps[state.split()[-1]], inside, decide)
        for state, row in walk.table.items():
            targets = [
                then if following == "end" else self._leading_to(entered, (*state.split(), following)[-walk.order :])
                for following in row
            ]
            cumulated, total = [], 0.0
            for share in row.values():
                total += share.value
                cumulated.append(total)
            tables.cumulated.add(cumulated)
            tables.nodes[decides[state]] |= {"targets": tables.targets.add(targets), "n_targets": len(targets)}
        return Block(walk, where.path, decides[""], then, [[entered[state]] for state in entered if " " not in state])

    def _leading_to(self, entered: dict[str, Block], state: tuple[str, ...]) -> int:
        """The entry of the step that brings the walk to a state; none for a state without a row, with share zero."""
        block = entered.get(" ".join(state))
        return NONE if block is None else block.entry
