"""The execution of one step by one case: work of a pool, a wait, a place in a session (rules 5 to 7)."""

from __future__ import annotations

from typing import Any

from sim.engine.kernel import memory
from sim.engine.kernel.cases import count_visit, drop_token, push, withdraws
from sim.engine.kernel.draws import duration_us, patience_us, prepare_draw, rest_us, share_of
from sim.engine.kernel.events import schedule
from sim.engine.kernel.hours import after, open_time
from sim.engine.kernel.memory import World
from sim.engine.kernel.queues import enqueue, leave, reorder
from sim.engine.kernel.rows import DONE, GONE, finish, new_row, new_stint
from sim.engine.kernel.servers import hand_over_at, release, speed_of
from sim.engine.program.layout import NONE, SESSION, WAIT, WORK
from sim.eventlog import NAT
from sim.jit import inner
from sim.model.open_time import BEYOND

TAKE_UP, PROCEED = -1, -2
"""What an item of the agenda says of an execution instead of a node: its work begins; it counts as done."""


@inner
def new_execution(world: World, node_number: int, case_number: int, visit: int, ready: int, came: int) -> int:
    """An execution and its row; what the step draws is not drawn yet."""
    run, every = memory.run(world)[0], memory.executions(world)
    number = run.free_execution
    if number == NONE:
        number = run.executions
        run.executions += 1
    else:
        run.free_execution = every[number].free
    case, node = memory.cases(world)[case_number], memory.nodes(world)[node_number]
    new = every[number]
    new.case, new.node, new.visit, new.ready = case_number, node_number, visit, ready
    new.priority = node.priority if node.has_priority else case.priority
    new.remaining, new.servers, new.stint, new.asked = NONE, 0, NONE, NONE
    new.handed_over, new.waiting = False, False
    new.row = new_row(world, node_number, case.number, visit, ready, came)
    return number


@inner
def _forget(world: World, number: int) -> None:
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    execution.row = NONE
    execution.free = run.free_execution
    run.free_execution = number


@inner
def execute(world: World, node_number: int, case_number: int, came: int) -> None:
    """A case comes to a step."""
    run, node, case = memory.run(world)[0], memory.nodes(world)[node_number], memory.cases(world)[case_number]
    visit = count_visit(world, case, node.visits)
    number = new_execution(world, node_number, case_number, visit, run.now, came)
    if node.has_due:
        _set_due(world, case, after(world, node.due_calendar, run.now, node.due_us))
    if node.kind == WAIT:
        _wait(world, number, node, case)
        return
    if node.kind == WORK:
        ask(world, number)
        if node.n_kept > 0:
            memory.asking(world)[run.asking] = number
            run.asking += 1
        draw_work(world, number)
    enqueue(world, number)
    if node.has_patience:
        hold_out(world, number)


@inner
def draw_work(world: World, number: int) -> None:
    """The duration of work at speed 1."""
    execution = memory.executions(world)[number]
    node = memory.nodes(world)[execution.node]
    prepare_draw(world, execution, node, memory.cases(world)[execution.case])
    memory.row_duration(world)[execution.row] = duration_us(world, execution, node.law, 1.0)


@inner
def _wait(world: World, number: int, node: Any, case: Any) -> None:
    execution, now = memory.executions(world)[number], memory.run(world)[0].now
    prepare_draw(world, execution, node, case)
    length = duration_us(world, execution, node.law, 1.0)
    memory.row_start(world)[execution.row] = now
    memory.row_duration(world)[execution.row] = length
    schedule(world, after(world, node.calendar, now, length), number, NONE)


@inner
def _set_due(world: World, case: Any, due: int) -> None:
    """Rule 9; of several set at one instant the earliest stands, whichever branch is listed first."""
    now = memory.run(world)[0].now
    before = case.due
    case.due = min(case.due, due) if case.due_since == now else due
    case.due_since = now
    if case.due != before:
        reorder(world, case)


@inner
def ask(world: World, number: int) -> None:
    """The servers asked for; a kept one is the first of those who did that step last (rule 4)."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    node, needs = memory.nodes(world)[execution.node], memory.needs(world)
    if node.n_kept == 0:
        return
    asked, slots, case = memory.asked(world), memory.slots(world), memory.cases(world)[execution.case]
    if execution.asked == NONE:
        execution.asked = run.kept_rows
        kept_row = memory.kept_rows(world)[run.kept_rows]
        kept_row.row, kept_row.servers = execution.row, run.kept_servers
        run.kept_rows += 1
        run.kept_servers += node.n_needs
    told, first = memory.kept_servers(world), memory.kept_rows(world)[execution.asked].servers
    for k in range(node.n_needs):
        slot = needs[node.needs + k].kept
        server = NONE if slot == NONE else slots[case.slots + slot] - 1  # nobody did it: anybody of that pool
        asked[number * run.most_needs + k] = server
        told[first + k] = server


@inner
def hold_out(world: World, number: int) -> None:
    """Rule 13: how long an entry waits for its first start."""
    execution, now = memory.executions(world)[number], memory.run(world)[0].now
    node, case = memory.nodes(world)[execution.node], memory.cases(world)[execution.case]
    share = share_of(world, node.patience_stream, case, execution.visit, execution.node)
    lasts = patience_us(world, node.patience_law, share)
    schedule(world, max(after(world, node.patience_calendar, execution.ready, lasts), now), number, execution.row)


@inner
def begin(world: World, number: int) -> None:
    """An entry starts: it has its servers, or its session is held."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    node, starts = memory.nodes(world)[execution.node], memory.row_start(world)
    leave(world, number)
    if starts[execution.row] == NAT:
        starts[execution.row] = run.now
    execution.begun = run.now
    run.room -= 1
    if node.kind == SESSION:
        be_in_session(world, number)
    elif execution.servers == 1:
        server = memory.held(world)[number * run.most_servers]
        take_up(world, number, memory.groups(world)[memory.server_group(world)[server]].calendar)
    else:
        push(world, TAKE_UP, number, NONE)


@inner
def be_in_session(world: World, number: int) -> None:
    execution = memory.executions(world)[number]
    session = memory.sessions(world)[memory.nodes(world)[execution.node].session]
    memory.row_duration(world)[execution.row] = session.length_us
    start = memory.row_start(world)[execution.row]
    schedule(world, after(world, session.calendar, start, session.length_us), number, NONE)


@inner
def calendar_of(world: World, number: int) -> int:
    """The calendar that is open when those of all servers are (rule 5); NONE while it is not known, see ``run``."""
    run, held, together = memory.run(world)[0], memory.held(world), memory.together(world)
    groups, group_of = memory.groups(world), memory.server_group(world)
    first = number * run.most_servers
    calendar = groups[group_of[held[first]]].calendar
    for k in range(first + 1, first + memory.executions(world)[number].servers):
        other = groups[group_of[held[k]]].calendar
        if other == calendar:
            continue
        found = NONE
        for pair in range(run.together):
            if together[pair].one == calendar and together[pair].other == other:
                found = together[pair].calendar
                break
        if found == NONE:
            run.one, run.other = calendar, other
            return NONE
        calendar = found
    return calendar


@inner
def take_up(world: World, number: int, calendar: int) -> None:
    """Work in the intersection of its servers' calendars, up to its end or to a closing that hands over (rule 5)."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    servers = memory.row_server(world)
    row, first = execution.row, number * run.most_servers
    execution.calendar, execution.since = calendar, run.now
    if execution.remaining == NONE:  # going on when the run begins: by its law, given how long it has been open
        law, elapsed = memory.nodes(world)[execution.node].law, open_time(world, calendar, execution.begun, run.now)
        execution.remaining = rest_us(world, execution, law, elapsed, speed_of(world, number))
    if execution.servers == 1 and servers[row] == NONE:
        servers[row] = memory.held(world)[first]
    else:
        stint = new_stint(world, number, row, execution.begun, execution.servers)
        if servers[row] == NONE:
            servers[row] = -2 - stint
        else:
            memory.stints(world)[execution.stint].next = stint
        execution.stint = stint
    execution.end = after(world, calendar, run.now, execution.remaining)
    closing = hand_over_at(world, number)
    schedule(world, min(execution.end, closing), number, NONE)


@inner
def happens(world: World, number: int) -> None:
    """The instant has come for which an execution was scheduled: its end, or a closing that hands over."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    if memory.nodes(world)[execution.node].kind != WORK or execution.end <= run.now:
        end(world, number)
    elif memory.cases(world)[execution.case].withdrawn:  # work of a withdrawn case finishes
        schedule(world, execution.end, number, NONE)
    else:
        _hand_over(world, number)


@inner
def _hand_over(world: World, number: int) -> None:
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    row = execution.row
    if execution.stint == NONE:  # so far the row told all
        execution.stint = new_stint(world, number, row, execution.begun, 1)
        memory.row_server(world)[row] = -2 - execution.stint
    memory.stints(world)[execution.stint].stop = run.now
    release(world, number)
    execution.remaining -= open_time(world, execution.calendar, execution.since, run.now)
    execution.handed_over = True
    enqueue(world, number)


@inner
def end(world: World, number: int) -> None:
    """A step has ended; what follows it: nothing after a withdrawal, an earlier element after a rework (rule 8)."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    case_number, row, visit = execution.case, execution.row, execution.visit
    node_number = execution.node
    node, case = memory.nodes(world)[node_number], memory.cases(world)[case_number]
    memory.ahead(memory.slots(world), case.slots + memory.nodes(world)[node.then].visits)
    if execution.servers > 0:
        release(world, number)
        if execution.stint != NONE:
            memory.stints(world)[execution.stint].stop = run.now
        if node.n_keeps > 0:
            _remember_servers(world, number, node, case)
    finish(world, row, run.now, DONE)
    _forget(world, number)
    if case.withdrawn:
        drop_token(world, case_number)
        return
    if node.extends_due and case.due != BEYOND and case.due_since != run.now:
        case.due += run.now - memory.row_ready(world)[row]
        reorder(world, case)
    if node.has_withdrawal and _withdraws(world, node, node_number, case, visit):
        case.tokens -= 1
        withdraws(world, case_number, row)
    elif node.n_reworks > 0 and _goes_back(world, node, node_number, case, visit):
        push(world, node.back, case_number, row)
    else:
        push(world, node.then, case_number, row)


@inner
def _remember_servers(world: World, number: int, node: Any, case: Any) -> None:
    """For steps that ask for the same server: the first of each pool (rule 4), or nobody."""
    held, keeps, slots = memory.held(world), memory.keeps(world), memory.slots(world)
    groups, group_of = memory.groups(world), memory.server_group(world)
    first = number * memory.run(world)[0].most_servers
    for k in range(node.keeps, node.keeps + node.n_keeps):
        lowest = NONE
        for h in range(first, first + memory.executions(world)[number].servers):
            if groups[group_of[held[h]]].pool == keeps[k].pool and (lowest == NONE or held[h] < lowest):
                lowest = held[h]
        slots[case.slots + keeps[k].slot] = lowest + 1


@inner
def _withdraws(world: World, node: Any, node_number: int, case: Any, visit: int) -> bool:
    return share_of(world, node.withdrawal_stream, case, visit, node_number) < node.withdraw_share


@inner
def _goes_back(world: World, node: Any, node_number: int, case: Any, visit: int) -> bool:
    """Rule 8: the share depends on the visit; at most so many times for each entry into the sequence."""
    share = memory.reworks(world)[node.reworks + min(visit, node.n_reworks - 1)]
    goes_back = share_of(world, node.rework_stream, case, visit, node_number) < share
    slots = memory.slots(world)
    if not goes_back or slots[case.slots + node.times] >= node.at_most:
        return False
    slots[case.slots + node.times] += 1
    return True


@inner
def give_up(world: World, number: int) -> None:
    """A waiting entry of a case that withdraws."""
    execution = memory.executions(world)[number]
    leave(world, number)
    finish(world, execution.row, memory.run(world)[0].now, GONE)
    memory.cases(world)[execution.case].tokens -= 1
    _forget(world, number)
