"""Cases while they live: their tokens, their slots, their end; what is over makes room for the next (rule 8)."""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.engine.kernel.rows import instant_row
from sim.engine.program.layout import LAST_BRANCH, LAST_END, LAST_ROW, NONE, REMAINING
from sim.eventlog import NAT
from sim.jit import inner
from sim.model.open_time import BEYOND

ACCEPTED, CLOSED, WITHDRAWN = 0, 1, 2
"""The nodes of the rows that are a case's and no step's."""


@inner
def push(world: World, node: int, case: int, row: int) -> None:
    """Something is still to be done in phase a: a case comes to a node, or what :mod:`instant` knows of."""
    run = memory.run(world)[0]
    item = memory.agenda(world)[run.agenda]
    item.node, item.case, item.row = node, case, row
    run.agenda += 1


@inner
def new_case(
    world: World, identity: int, process: int, class_code: int, priority: int, root: int, accepted: int, in_window: bool
) -> int:
    """A case that is there from now on; its place among those that live."""
    run, every = memory.run(world)[0], memory.cases(world)
    place = run.free_case
    if place == NONE:
        place = run.cases
        run.cases += 1
    else:
        run.free_case = every[place].free
    case = every[place]
    case.identity, case.root, case.process, case.class_code = identity, root, process, class_code
    case.priority, case.due, case.due_since, case.cause = priority, BEYOND, NAT, NONE
    case.parent, case.spawn, case.ordinal, case.waiting, case.tokens = NONE, NONE, 0, NONE, 1
    case.in_window, case.withdrawn = in_window, False
    case.slots = _new_slots(world, process)
    case.number = run.known
    run.known += 1
    known = memory.known(world)[case.number]
    known.identity, known.accepted, known.root, known.process = identity, accepted, root, process
    known.class_code, known.parent, known.spawn, known.visit, known.ordinal = class_code, NONE, NONE, 0, 0
    return place


@inner
def _new_slots(world: World, process: int) -> int:
    """A block of numbers for a case of this process, all 0."""
    run, slots, of = memory.run(world)[0], memory.slots(world), memory.processes(world)[process]
    first = of.free
    if first == NONE:
        first = run.slots
        run.slots += of.slots
    else:
        of.free = slots[first]
    for k in range(first, first + of.slots):
        slots[k] = 0
    return first


@inner
def count_visit(world: World, case: Any, slot: int) -> int:
    """The number of this execution of a step, choice, rework or spawn, from 0 (rule 11)."""
    slots = memory.slots(world)
    visit = slots[case.slots + slot]
    slots[case.slots + slot] = visit + 1
    return visit


@inner
def begin_gathering(world: World, case: Any, slot: int, n: int) -> None:
    slots, first = memory.slots(world), case.slots + slot
    slots[first + REMAINING], slots[first + LAST_ROW] = n, NONE
    slots[first + LAST_END], slots[first + LAST_BRANCH] = NAT, NONE


@inner
def gathered(world: World, case: Any, slot: int, branch: int, row: int) -> int:
    """A branch or a child has ended with this row; when it is the last, the row that releases what follows, else NONE.

    That is the row that ended last, at a tie that of the last branch listed or of the highest ordinal (rule 15).
    """
    slots, first, end = memory.slots(world), case.slots + slot, memory.row_end(world)[row]
    latest = slots[first + LAST_END]
    if end > latest or (end == latest and branch > slots[first + LAST_BRANCH]):
        slots[first + LAST_ROW], slots[first + LAST_END], slots[first + LAST_BRANCH] = row, end, branch
    slots[first + REMAINING] -= 1
    return slots[first + LAST_ROW] if slots[first + REMAINING] == 0 else NONE


@inner
def drop_token(world: World, case_number: int) -> None:
    """Nothing follows here; a case that is over and nowhere makes room for another."""
    case = memory.cases(world)[case_number]
    case.tokens -= 1
    if case.withdrawn and case.tokens == 0:
        _forget(world, case_number)


@inner
def _forget(world: World, case_number: int) -> None:
    run, case = memory.run(world)[0], memory.cases(world)[case_number]
    of = memory.processes(world)[case.process]
    memory.slots(world)[case.slots] = of.free
    of.free = case.slots
    case.free = run.free_case
    run.free_case = case_number


@inner
def _over(world: World, case_number: int, row: int) -> None:
    """A case is closed or withdrawn: a parent that waits for it may go on."""
    run, case = memory.run(world)[0], memory.cases(world)[case_number]
    run.still_open -= case.in_window
    if case.parent == NONE:
        return
    parent, node = memory.cases(world)[case.parent], memory.nodes(world)[case.spawn]
    last = gathered(world, parent, node.gathering, case.ordinal, row)
    if last != NONE:
        push(world, node.then, case.parent, last)


@inner
def close(world: World, case_number: int, came: int) -> None:
    run, case = memory.run(world)[0], memory.cases(world)[case_number]
    row = instant_row(world, CLOSED, case.number, 0, run.now, came)
    _over(world, case_number, row)
    _forget(world, case_number)


@inner
def withdraw_now(world: World, case_number: int) -> None:
    """The case is withdrawn; its entries have left their queues (rule 13)."""
    run, case = memory.run(world)[0], memory.cases(world)[case_number]
    case.withdrawn = True
    row = instant_row(world, WITHDRAWN, case.number, 0, run.now, case.cause)
    _over(world, case_number, row)
    if case.tokens == 0:
        _forget(world, case_number)


@inner
def withdraws(world: World, case_number: int, row: int) -> None:
    """The case withdraws in phase b of this instant; of several causes the lowest (step, visit) is the cause."""
    run, case = memory.run(world)[0], memory.cases(world)[case_number]
    if case.cause == NONE:
        memory.withdrawing(world)[run.withdrawing] = case_number
        run.withdrawing += 1
        case.cause = row
        return
    names, rows, visits = memory.nodes(world), memory.row_node(world), memory.row_visit(world)
    name, other = names[rows[row]].name, names[rows[case.cause]].name
    if name < other or (name == other and visits[row] < visits[case.cause]):
        case.cause = row
