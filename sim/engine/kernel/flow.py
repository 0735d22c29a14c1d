"""The nodes of the flow that take no time (rule 8); each hands on the row that releases what follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.bounds import VISITS
from sim.engine.kernel import memory
from sim.engine.kernel.cases import (
    ACCEPTED,
    begin_gathering,
    close,
    count_visit,
    drop_token,
    gathered,
    new_case,
    push,
)
from sim.engine.kernel.draws import TOO_MANY_VISITS, share_of, value_of
from sim.engine.kernel.memory import World
from sim.engine.kernel.rows import instant_row
from sim.engine.kernel.work import execute
from sim.engine.program.layout import (
    BY_ATTRIBUTE,
    CHANCE,
    CLOSE,
    FORK,
    JOIN,
    MARK,
    NONE,
    PASS,
    SESSION,
    SPAWN,
)
from sim.engine.streams import child_identity
from sim.jit import inner

_unsigned: Any = np.uint64  # compiled code mixes it with plain integers as float64


@inner
def come_to(world: World, node_number: int, case_number: int, came: int) -> None:
    """A case comes to a node; ``came`` is the row that releases what follows."""
    case, node = memory.cases(world)[case_number], memory.nodes(world)[node_number]
    kind = node.kind
    if case.withdrawn:
        drop_token(world, case_number)
    elif kind <= SESSION:
        execute(world, node_number, case_number, came)
    elif kind == PASS:
        if node.times != NONE:  # a sequence is entered
            memory.slots(world)[case.slots + node.times] = 0
        push(world, node.then, case_number, came)
    elif kind == JOIN:
        _join(world, node, case_number, came)
    elif kind == FORK:
        _fork(world, node, case_number, came)
    elif kind in (CHANCE, BY_ATTRIBUTE):
        push(world, _branch(world, node, node_number, case), case_number, came)
    elif kind == MARK:
        visit = count_visit(world, case, node.visits)
        row = instant_row(world, node_number, case.number, visit, memory.run(world)[0].now, came)
        push(world, node.then, case_number, row)
    elif kind == SPAWN:
        _spawn(world, node, node_number, case_number, came)
    elif kind == CLOSE:
        close(world, case_number, came)


@inner
def _branch(world: World, node: Any, node_number: int, case: Any) -> int:
    """The branch of the attribute's value; or the first with u < the cumulated share, the last takes the rest."""
    targets = memory.targets(world)
    if node.kind == BY_ATTRIBUTE:
        return targets[node.targets + value_of(world, node.attribute, case)]
    share = share_of(world, node.draw_stream, case, count_visit(world, case, node.visits), node_number)
    cumulated, branch = memory.cumulated(world), 0
    while branch < node.n_targets - 1 and share >= cumulated[node.targets + branch]:
        branch += 1
    return targets[node.targets + branch]


@inner
def _fork(world: World, node: Any, case_number: int, came: int) -> None:
    case, targets = memory.cases(world)[case_number], memory.targets(world)
    begin_gathering(world, case, node.gathering, node.n_targets)
    case.tokens += node.n_targets - 1
    for k in range(node.targets + node.n_targets - 1, node.targets - 1, -1):  # the agenda's last comes first
        push(world, targets[k], case_number, came)


@inner
def _join(world: World, node: Any, case_number: int, came: int) -> None:
    case = memory.cases(world)[case_number]
    last = gathered(world, case, node.gathering, node.branch, came)
    if last == NONE:
        case.tokens -= 1
    else:
        push(world, node.then, case_number, last)


@inner
def _spawn(world: World, node: Any, node_number: int, case_number: int, came: int) -> None:
    """New cases of other processes; they may be waited for."""
    run, children = memory.run(world)[0], memory.children(world)
    case = memory.cases(world)[case_number]
    visit = count_visit(world, case, node.visits)
    if visit >= VISITS:
        run.trouble, run.trouble_node, run.trouble_stream = TOO_MANY_VISITS, node_number, node.draw_stream
    for ordinal in range(node.n_children):
        process = children[node.children + ordinal]
        identity = child_identity(case.identity, node.draw_stream, _unsigned(visit), _unsigned(ordinal))
        of = memory.processes(world)[process]
        place = new_case(world, identity, process, of.class_code, case.priority, case.root, run.now, case.in_window)
        child = memory.cases(world)[place]
        known = memory.known(world)[child.number]
        known.parent, known.spawn, known.visit, known.ordinal = case.number, node_number, visit, ordinal
        run.still_open += case.in_window
        if node.waits:
            child.parent, child.spawn, child.ordinal = case_number, node_number, ordinal
        row = instant_row(world, ACCEPTED, child.number, 0, run.now, came)
        push(world, of.entry, place, row)
    if node.waits and node.n_children > 0:
        begin_gathering(world, case, node.gathering, node.n_children)
    else:
        push(world, node.then, case_number, came)
