"""Rules 8, 9, 11, 13 and 15 case by case: each is walked along its process, with the times that its rows have.

The walk draws every decision again, and tells which row must follow which. What no walk comes to is too much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sim.engine.streams import child_identity, stream_id
from sim.model.needs import Need
from sim.model.process import (
    Call,
    Choice,
    Element,
    Flow,
    Mark,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    Step,
    WaitStep,
    Walk,
    WorkStep,
    subflows,
)
from tests.log_checker.reading import Case, Row, Told, World
from tests.log_checker.totals import chosen
from tests.log_checker.ways import Back, Came, Entered, Nothing, Where

KINDS = {WorkStep: "work", WaitStep: "wait", SessionStep: "session"}


def check(world: World) -> None:
    walked = {case.identity: _CaseWalk(world, case) for case in world.cases.values()}
    children = {i for walk in walked.values() for i in walk.run()}
    for case in world.cases.values():
        by_spawn = case.identity in children
        by_hand = case.known is not None and case.known.parent is not None
        world.expect("8", case.label, "spawned", by_spawn, case.parent is not None and not by_hand)
    for row in world.rows:
        if row not in world.released:
            world.refuse("8", row, "no way through the process comes to this row")


class _CaseWalk:
    """One case on its way; ``run`` gives the identities of the cases that it spawns."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case = world, case
        self.visits: Counter[str] = Counter()
        self.spawned: list[int] = []
        self.causes: list[tuple[int, Row]] = []
        self.positions = {} if case.known is None else {p.step: p for p in case.known.positions}
        self.children: dict[str, list[Case]] = {}
        if case.known is not None:
            self.visits.update(case.known.visits)
            for position in case.known.positions:
                self.visits[position.step] = max(self.visits[position.step], position.visit + 1)
            for other in world.cases.values():
                if other.known is not None and other.known.parent == case.label:
                    self.children.setdefault(str(other.known.spawned_by), []).append(other)
        self.resuming = bool(self.positions)

    def run(self) -> list[int]:
        case = self.case
        accepted = case.row("accepted")
        assert accepted is not None
        self.world.released.setdefault(accepted, ())
        place = Where(case.process, case.process)
        try:
            came = self.sequence(self.world.model.processes[case.process].flow, place, Came(accepted, (accepted,)))
            self.close(came)
        except Nothing:
            if case.over is not None and case.over.kind == "closed":
                self.refuse("8", "closed before its end")
        if case.withdrawn is not None:
            self.withdrawn()
        elif self.causes:
            self.refuse("13", f"goes on, though {self.causes[0][1]} withdrew it")
        return self.spawned

    def refuse(self, rule: str, what: str) -> None:
        self.world.refuse(rule, self.case.label, what)

    def visit(self, name: str) -> int:
        self.visits[name] += 1
        return self.visits[name] - 1

    def uniform(self, stream: str, visit: int) -> float:
        return self.world.uniform(stream, self.case.identity, visit)

    # --- rows

    def expect(self, kind: str, name: str, visit: int, came: Came) -> Row:
        row = self.world.by_key.get((self.case.identity, name, visit, kind))
        if row is None:
            if not came.tied:
                self.refuse("8", f"after {came.row} there is no {kind} {name}#{visit}")
            raise Nothing
        self.release(row, came)
        return row

    def release(self, row: Row, came: Came) -> None:
        if row in self.world.released and row.kind != "accepted":
            self.refuse("8", f"{row} is come to twice")
        self.world.released[row] = came.needed
        if row.by is not came.row:
            self.refuse("15", f"{row} is released by {row.by}, not {came.row}")

    def close(self, came: Came) -> None:
        over = self.case.over
        if over is None or over.kind != "closed":
            if not came.tied:
                self.refuse("8", f"not closed after {came.row}")
            return
        self.release(over, came)

    def withdrawn(self) -> None:
        """Rule 13: the lowest (step, visit) of the causes at that instant."""
        over = self.case.over
        assert over is not None
        causes = [row for at, row in self.causes if at == over.ready]
        if min((at for at, _ in self.causes), default=None) != over.ready:
            self.refuse("13", f"withdrawn at {over.ready}, causes {[(at, str(row)) for at, row in self.causes]}")
            return
        self.release(over, Came(min(causes, key=lambda row: (row.step.encode(), row.visit)), tuple(causes)))
        for row in self.case.rows:
            if row.outcome == "withdrawn" and row.end != over.ready:
                self.refuse("13", f"{row} is withdrawn at another instant than its case")
            if row.ready > over.ready:
                self.refuse("13", f"{row} follows the withdrawal")

    def ended(self, row: Row) -> Row:
        """The row, when something may follow it."""
        gone = self.case.withdrawn
        if row.end is None or row.outcome == "withdrawn" or (gone is not None and row.end > gone):
            raise Nothing
        return row

    # --- blocks (rule 8)

    def sequence(self, flow: Flow, place: Where, came: Came) -> Came:
        here = Entered(flow)
        inside = place._replace(around=(*place.around, here))
        if self.resuming:
            here.at = next(i for i, element in enumerate(flow) if self.stands_in(element, place))
        while here.at < len(flow):
            try:
                came = self.element(flow[here.at], inside, came)
                here.at += 1
            except Back as back:
                if back.to is not here:
                    raise
                here.at, came = back.at, back.came
        return came

    def element(self, element: Element, place: Where, came: Came) -> Came:
        match element:
            case WorkStep() | WaitStep() | SessionStep():
                return self.step(element, place, came)
            case Mark():
                name = place.name(element)
                row = self.expect("mark", name, self.visit(name), came)
                self.world.expect("15", row, "stage", row.stage, element.stage)
                return Came(row, (row,), came.tied)
            case Parallel():
                return self.parallel(element, place, came)
            case Choice() | Optional():
                return self.choice(element, place, came)
            case Call():
                target = element.process or element.call
                there = Where(target, place.name(element))
                return self.sequence(self.world.model.processes[target].flow, there, came)
            case Spawn():
                return self.spawn(element, place, came)
            case Walk():
                return self.walk(element, place, came)

    def step(self, step: Step, place: Where, came: Came) -> Came:
        name = place.name(step)
        position = self.positions.get(name) if self.resuming else None
        if self.resuming and position is None:  # it stands in what comes before going back
            self.go_back(step, place, came)
        row = self.execution(step, name, place, came, position)
        self.causes += [] if (patience := self.patience_over(row, step)) is None else [(patience, row)]
        self.ended(row)
        if step.extends_due:
            self.world.dues[self.case.identity].append((row, "extend", row.end - row.ready))
        if step.withdraw is not None and self.uniform(f"{name}/withdrawal", row.visit) < step.withdraw.value:
            self.causes.append((row.end, row))
            raise Nothing
        came = Came(row, (row,))
        if step.rework is not None:
            self.rework(step, name, row.visit, place, came)
        return came

    def execution(self, step: Step, name: str, place: Where, came: Came, position: Any) -> Row:
        if position is not None:
            self.resuming = False
            row = self.world.by_key[self.case.identity, name, position.visit, KINDS[type(step)]]
            self.world.released[row] = ()
            if row.by is not None:
                self.refuse("14", f"{row} is released by a row, though the run begins with it")
        else:
            row = self.expect(KINDS[type(step)], name, self.visit(name), came)
            if step.due is not None:
                due = self.world.after(
                    step.due.calendar, row.ready, self.world.amount(step.due.after, step.due.calendar)
                )
                self.world.dues[self.case.identity].append((row, "set", due))
        self.world.told[row] = Told(step, place.process, position)
        world = self.world
        world.expect("15", row, "stage", row.stage, step.stage)
        world.expect("15", row, "owner", row.owner, self.owner(step, place.process))
        if isinstance(step, WorkStep):
            pools = [(pool_of(world, need, place.process), need.n) for need in step.by]
            world.expect("4", row, "needs", [need[:2] for need in row.needs], pools)
            world.expect("5", row, "unsplittable", row.unsplittable, step.unsplittable)
        if isinstance(step, SessionStep):
            world.expect("7", row, "session", row.session, step.at)
        return row

    def patience_over(self, row: Row, step: Step) -> int | None:
        """When its patience runs out while it waits, so that the case is withdrawn (rule 13)."""
        if (
            step.patience is None
            or step.patience.then != "withdraw"
            or row.outcome != "withdrawn"
            or row.start is not None
        ):
            return None
        return row.end if row.end == patience_ends(self.world, row, step) else None

    def rework(self, step: Step, name: str, visit: int, place: Where, came: Came) -> None:
        assert step.rework is not None
        shares = step.rework.share
        goes_back = self.uniform(f"{name}/rework", visit) < shares[min(visit, len(shares) - 1)].value
        to, _ = self.target(step, place)
        if not goes_back or (step.rework.at_most is not None and to.times[name] >= step.rework.at_most):
            return
        to.times[name] += 1
        self.go_back(step, place, came)

    def go_back(self, step: Step, place: Where, came: Came) -> None:
        assert step.rework is not None
        came = self.sequence(step.rework.first, place, came)
        raise Back(*self.target(step, place), came)

    def target(self, step: Step, place: Where) -> tuple[Entered, int]:
        """The innermost sequence around that has the element, at or before where the case is in it."""
        wanted = step.rework.back_to or step.id  # type: ignore[union-attr]
        for sequence in reversed(place.around):
            names = [element.id for element in sequence.flow[: sequence.at + 1]]
            if wanted in names:
                return sequence, names.index(wanted)
        raise AssertionError(wanted)

    def parallel(self, parallel: Parallel, place: Where, came: Came) -> Came:
        resuming, ends = self.resuming, []
        inside = place._replace(around=())
        for flow in parallel.parallel:
            self.resuming = resuming and any(self.stands_in(element, inside) for element in flow)
            if resuming and not self.resuming:
                ends.append(came)  # over before the run began
                continue
            try:
                ends.append(self.sequence(flow, inside, came))
            except Nothing:
                ends.append(None)
        self.resuming = False
        return _join([end for end in ends if end is not None], len(ends))

    def choice(self, choice: Choice | Optional, place: Where, came: Came) -> Came:
        name = place.name(choice)
        ways = _ways(choice)
        if self.resuming:
            flow = next(f for _, f in ways if any(self.stands_in(element, place) for element in f))
        elif choice.by is None:
            u = self.uniform(f"{name}/choice", self.visit(name))
            flow = chosen([(flow, share) for share, flow in ways], u)
        else:
            value = self.case.attributes.get(choice.by)
            flow = next((f for when, f in ways if when is not None and value in when), None)
            if flow is None:
                flow = next(f for when, f in ways if when is None)
        return self.sequence(flow, place, came)

    def spawn(self, spawn: Spawn, place: Where, came: Came) -> Came:
        name, world = place.name(spawn), self.world
        if self.resuming:
            self.resuming, found = False, self.children[name]
        else:
            visit = self.visit(name)
            processes = [child.process for child in spawn.cases for _ in range(child.n.value)]
            found = [self.child(name, visit, k, process, came) for k, process in enumerate(processes)]
        if not spawn.wait or not found:
            return came
        overs = [case.over for case in found]
        ends = [Came(over, (over,)) for over in overs if over is not None]
        joined = _join(ends, len(found))
        gone = self.case.withdrawn
        if gone is not None and joined.row.ready >= gone:
            if joined.row.ready > gone:
                raise Nothing
            joined = joined._replace(tied=True)
        world.expect("8", name, "parent of its cases", {case.parent for case in found}, {self.case.identity})
        return joined

    def child(self, name: str, visit: int, k: int, process: str, came: Came) -> Case:
        identity = child_identity(self.case.identity, stream_id(name), visit, k)
        child = self.world.cases.get(identity)
        if child is None:
            if not came.tied:
                self.refuse("11", f"{name}#{visit} brings no case {k}")
            raise Nothing
        self.spawned.append(identity)
        accepted = child.row("accepted")
        assert accepted is not None
        self.release(accepted, came)
        self.world.expect("8", child.label, "process and class", (child.process, child.case_class), (process,) * 2)
        self.world.expect("8", child.label, "attributes", child.attributes, self.case.attributes | {"class": process})
        return child

    def walk(self, walk: Walk, place: Where, came: Came) -> Came:
        name, steps = place.name(walk), {element.id: element for element in walk.steps}
        inside, last = place._replace(around=()), []
        if self.resuming:
            element = next(element for element in walk.steps if self.stands_in(element, place))
            came, last = self.element(element, inside, came), [element.id]
        while True:
            row = walk.table[" ".join(last)]
            following = chosen(
                [(to, row[to].value) for to in sorted(row)], self.uniform(f"{name}/walk", self.visit(name))
            )
            if following == "end":
                return came
            came = self.element(steps[following], inside, came)
            last = [*last, following][-walk.order :]

    # --- what a step asks for

    def owner(self, step: Step, process: str) -> str | None:
        if step.owner is not None:
            return step.owner
        if isinstance(step, WorkStep):
            return self.world.model.pools[pool_of(self.world, step.by[0], process)].owner
        return self.world.model.processes[process].owner

    def stands_in(self, element: Any, place: Where) -> bool:
        """Rule 14: whether an open case stands in the element or anywhere inside."""
        name = place.name(element)
        if name in self.positions or name in self.children:
            return True
        if isinstance(element, Call):
            target = element.process or element.call
            inside = Where(target, name)
            return any(self.stands_in(e, inside) for e in self.world.model.processes[target].flow)
        return any(self.stands_in(e, place) for flow in subflows(element) for e in flow)


def pool_of(world: World, need: Need, process: str) -> str:
    """The pool asked; for a kept server that of the step whose server it is."""
    if need.pool is not None:
        return need.pool
    steps = (e for e in world.model.processes[process].elements() if isinstance(e, WorkStep))
    return pool_of(world, next(e for e in steps if e.step == need.same_server_as).by[0], process)


def patience_ends(world: World, row: Row, step: Step) -> int | None:
    """When the patience of a row is over, counted from ready; None past the end of the run (rule 13)."""
    assert step.patience is not None
    law = world.law(step.patience.after, step.patience.calendar)
    lasts = law.draw_us(world.uniform(f"{row.step}/patience", row.case, row.visit))
    over = world.after(step.patience.calendar, row.ready, lasts)
    return None if over is None else max(over, world.begin)


def _join(ends: Sequence[Came], branches: int) -> Came:
    """Rule 15: the branch whose last row ended last, at a tie the last one listed; children by their ordinals."""
    if len(ends) < branches or any(end.row.end is None for end in ends):
        raise Nothing
    last = max(end.row.end or 0 for end in ends)
    latest = [end for end in ends if end.row.end == last]
    return Came(latest[-1].row, tuple(row for end in latest for row in end.needed), any(end.tied for end in latest))


def _ways(choice: Choice | Optional) -> list[tuple[Any, Flow]]:
    """The branches of a choice, with their share or the values that take them (None for the default)."""
    if isinstance(choice, Choice):
        if choice.by is None:
            return [(branch.share.value, branch.flow) for branch in choice.branches if branch.share]
        return [(branch.when, branch.flow) for branch in choice.branches]
    if choice.share is not None:
        return [(choice.share.value, choice.flow), (0.0, ())]
    return [(choice.when, choice.flow), (None, ())]
