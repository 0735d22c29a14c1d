"""How cases come into the run: they arrive, or are open when it begins (rules 12 and 14)."""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.cases import ACCEPTED, begin_gathering, new_case, push
from sim.engine.kernel.draws import prepare_draw, rest_us
from sim.engine.kernel.events import schedule
from sim.engine.kernel.hours import after, open_time
from sim.engine.kernel.memory import World
from sim.engine.kernel.queues import enqueue
from sim.engine.kernel.rows import instant_row
from sim.engine.kernel.servers import claim
from sim.engine.kernel.work import (
    TAKE_UP,
    ask,
    be_in_session,
    draw_work,
    hold_out,
    new_execution,
)
from sim.engine.program.layout import AWAITS, CREATE, ENTERS, FORKED, NONE, VISITED, WAIT, WORK
from sim.eventlog import NAT
from sim.jit import inner


@inner
def arrive(world: World) -> None:
    """The next case of a source."""
    run = memory.run(world)[0]
    arrival = memory.arrivals(world)[run.arrival]
    source = memory.sources(world)[arrival.source]
    in_window = run.window_begin <= run.now < run.window_end
    place = new_case(
        world, arrival.identity, source.process, source.class_code, source.priority, run.arrival, run.now, in_window
    )
    row = instant_row(world, ACCEPTED, memory.cases(world)[place].number, 0, run.now, NONE)
    push(world, memory.processes(world)[source.process].entry, place, row)
    run.arrival += 1


@inner
def do_deed(world: World) -> None:
    """The next deed of the initial state; all are done before anything else, so cases and first rows have its order."""
    run = memory.run(world)[0]
    deed = memory.opening(world)[run.deed]
    if deed.what == CREATE:
        _create(world, deed.case)
    else:
        case, node = memory.cases(world)[deed.case], memory.nodes(world)[deed.node]
        if deed.what == VISITED:
            memory.slots(world)[case.slots + deed.slot] = deed.value
        elif deed.what == FORKED:
            begin_gathering(world, case, node.gathering, node.n_targets)
            case.tokens += node.n_targets - 1
        elif deed.what == AWAITS:
            begin_gathering(world, case, node.gathering, deed.value)
        elif deed.what == ENTERS:  # the row of its acceptance releases what follows
            push(world, deed.node, deed.case, deed.case)
        else:
            _stand(world, deed)
    run.deed += 1


@inner
def _create(world: World, place: int) -> None:
    run, described = memory.run(world)[0], memory.open_cases(world)[place]
    new = new_case(
        world, described.identity, described.process, described.class_code, described.priority,
        run.arrivals + place, described.accepted, False,
    )  # fmt: skip
    case = memory.cases(world)[new]
    case.due = described.due
    known = memory.known(world)[case.number]
    known.parent = described.parent
    if described.awaited:
        case.parent, case.spawn, case.ordinal = described.parent, described.spawn, described.ordinal
    instant_row(world, ACCEPTED, case.number, 0, described.accepted, NONE)


@inner
def _stand(world: World, deed: Any) -> None:
    """A case stands in a step: what stood before it is not in the log."""
    run, node, case = memory.run(world)[0], memory.nodes(world)[deed.node], memory.cases(world)[deed.case]
    number = new_execution(world, deed.node, deed.case, deed.value, deed.ready, NONE)
    execution = memory.executions(world)[number]
    starts = memory.row_start(world)
    starts[execution.row] = deed.start
    if node.kind == WAIT:
        prepare_draw(world, execution, node, case)
        elapsed = open_time(world, node.calendar, deed.ready, run.now)
        length = rest_us(world, execution, node.law, elapsed, 1.0)
        starts[execution.row] = deed.ready
        memory.row_duration(world)[execution.row] = length
        schedule(world, after(world, node.calendar, run.now, length), number, NONE)
        return
    if node.kind == WORK:
        ask(world, number)
        draw_work(world, number)
        if deed.start != NAT:
            _go_on(world, number, deed)
            return
        if node.n_kept > 0:
            memory.asking(world)[run.asking] = number
            run.asking += 1
    elif deed.start != NAT:
        be_in_session(world, number)
        return
    enqueue(world, number)
    if node.has_patience:
        hold_out(world, number)


@inner
def _go_on(world: World, number: int, deed: Any) -> None:
    """Work is going on when the run begins."""
    execution, held = memory.executions(world)[number], memory.held(world)
    first = number * memory.run(world)[0].most_servers
    for k in range(deed.n_servers):
        held[first + k] = memory.opening_servers(world)[deed.servers + k]
    execution.servers, execution.begun = deed.n_servers, deed.start
    claim(world, number)
    push(world, TAKE_UP, number, NONE)
