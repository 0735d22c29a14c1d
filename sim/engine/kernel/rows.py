"""The rows of the log, in the order in which they are made: that of their ready instants (rule 15)."""

from __future__ import annotations

from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.engine.program.layout import NONE
from sim.eventlog import NAT
from sim.jit import inner

DONE, GONE, OPEN = 0, 1, 2
"""Places in :data:`sim.eventlog.OUTCOMES`."""


@inner
def new_row(world: World, node: int, case_number: int, visit: int, ready: int, released_by: int) -> int:
    """A row that is open; ``case_number`` is that of the run."""
    run = memory.run(world)[0]
    row = run.rows
    run.rows += 1
    memory.row_node(world)[row] = node
    memory.row_case(world)[row] = case_number
    memory.row_visit(world)[row] = visit
    memory.row_ready(world)[row] = ready
    memory.row_start(world)[row] = NAT
    memory.row_end(world)[row] = NAT
    memory.row_duration(world)[row] = 0
    memory.row_released_by(world)[row] = released_by
    memory.row_outcome(world)[row] = OPEN
    memory.row_server(world)[row] = NONE
    return row


@inner
def finish(world: World, row: int, instant: int, outcome: int) -> None:
    memory.row_end(world)[row] = instant
    memory.row_outcome(world)[row] = outcome


@inner
def instant_row(world: World, node: int, case_number: int, visit: int, instant: int, released_by: int) -> int:
    """A row of an instant: accepted, mark, closed, withdrawn."""
    row = new_row(world, node, case_number, visit, instant, released_by)
    memory.row_start(world)[row] = instant
    finish(world, row, instant, DONE)
    return row


@inner
def new_stint(world: World, execution: int, row: int, start: int, n: int) -> int:
    """A stretch of work that the row alone does not tell: of several servers, or after a hand-over (rule 5)."""
    run, servers, held = memory.run(world)[0], memory.stint_servers(world), memory.held(world)
    number = run.stints
    run.stints += 1
    stint = memory.stints(world)[number]
    stint.start, stint.stop, stint.servers, stint.n, stint.next = start, NAT, run.stint_servers, n, NONE
    for k in range(n):
        servers[run.stint_servers + k] = held[execution * run.most_servers + k]
    run.stint_servers += n
    return number
