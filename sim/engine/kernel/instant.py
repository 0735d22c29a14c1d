"""One instant, phase by phase, and one after another (rule 10).

``go_on`` comes back to Python when an array is full, a calendar is missing or something is wrong; it is called again
after the cure and goes on where it stood.
"""

from __future__ import annotations

from numba import types

from sim.engine.kernel import memory
from sim.engine.kernel.begin import arrive, do_deed
from sim.engine.kernel.bits import drop, next_in
from sim.engine.kernel.cases import push, withdraw_now, withdraws
from sim.engine.kernel.events import fetch_next, happens_now, next_event
from sim.engine.kernel.flow import come_to
from sim.engine.kernel.hours import open_time
from sim.engine.kernel.memory import World
from sim.engine.kernel.queues import changed, leave
from sim.engine.kernel.servers import has_available, try_to_take
from sim.engine.kernel.work import PROCEED, TAKE_UP, ask, begin, calendar_of, end, give_up, happens, take_up
from sim.engine.program.layout import NONE, OPENING
from sim.eventlog import NAT
from sim.jit import compiled, inner
from sim.model.open_time import BEYOND

FINISHED, ROOM, CALENDAR, TROUBLE = 0, 1, 2, 3
"""Why the kernel comes back: the run is over; an array may become too small; two calendars are to be met; an error."""
ENDLESS = 2
MOST_ROUNDS = 10_000


@inner
def _what_happens_now(world: World) -> int:
    """Rule 10 a: everything that ends, closes, arrives, joins or opens, in any order."""
    run = memory.run(world)[0]
    events, agenda = memory.events(world), memory.agenda(world)
    while run.trouble == 0:
        if run.room <= 0:
            return ROOM
        run.room -= 1
        if run.deed < run.deeds:
            do_deed(world)
        elif run.agenda > 0:
            item = agenda[run.agenda - 1]
            if not _do(world, item.node, item.case, item.row):
                return CALENDAR
        elif happens_now(world):
            execution, row = events[0].execution, events[0].row
            run.vacant = 1
            fetch_next(world)
            if row == NONE:
                happens(world, execution)
            else:
                _patience_over(world, execution, row)
        elif run.known_instant == run.now:
            if run.arrival < run.arrivals and memory.arrivals(world)[run.arrival].instant == run.now:
                arrive(world)
            else:
                _alarm(world)
            run.known_instant = _known_instant(world)
        else:
            return FINISHED
    return TROUBLE


@inner
def _known_instant(world: World) -> int:
    """The instant of the next arrival or alarm."""
    run, found = memory.run(world)[0], BEYOND
    if run.arrival < run.arrivals:
        found = memory.arrivals(world)[run.arrival].instant
    if run.alarm < run.alarms:
        found = min(found, memory.timetable(world)[run.alarm].instant)
    return found


@inner
def _do(world: World, node: int, case: int, row: int) -> bool:
    """The last item of the agenda; not yet, when it needs a calendar that is not there."""
    run = memory.run(world)[0]
    if node == TAKE_UP:
        calendar = calendar_of(world, case)
        if calendar == NONE:
            return False
        run.agenda -= 1
        take_up(world, case, calendar)
        return True
    run.agenda -= 1
    if node == PROCEED:
        end(world, case)
    else:
        come_to(world, node, case, row)
    return True


@inner
def _patience_over(world: World, number: int, row: int) -> None:
    """Unless the entry has started, or is no more."""
    run, execution = memory.run(world)[0], memory.executions(world)[number]
    if execution.row == row and execution.waiting and memory.row_start(world)[row] == NAT:
        event = memory.giving_up(world)[run.giving_up]
        event.execution, event.row = number, row
        run.giving_up += 1


@inner
def _alarm(world: World) -> None:
    run = memory.run(world)[0]
    what = memory.timetable(world)[run.alarm].what
    run.alarm += 1
    if what >= 0:
        memory.due_sessions(world)[run.due_sessions] = what
        run.due_sessions += 1
    elif what == OPENING:
        for pool in range(run.pools):
            changed(world, pool)


@inner
def _is_quiet(world: World) -> bool:
    """Whether nothing more happens at this instant: another round would find nothing to do."""
    run = memory.run(world)[0]
    return (
        run.agenda == 0
        and run.due_sessions == 0
        and next_in(memory.changed(world), 0, run.pool_words, 0) == NONE
        and not happens_now(world)
    )


@inner
def _waiting_for_sessions(world: World) -> int:
    run, n = memory.run(world)[0], 0
    for k in range(run.due_sessions):
        n += memory.queues(world)[run.pools + memory.due_sessions(world)[k]].n
    return n


@inner
def _settle(world: World) -> bool:
    """Phases b, c and d; whether anything happened."""
    run = memory.run(world)[0]
    run.rounds += 1
    if run.rounds > MOST_ROUNDS:
        run.trouble = ENDLESS
        return False
    for k in range(run.asking):  # what they see does not depend on the order of events in phase a
        ask(world, memory.asking(world)[k])
    run.asking = 0
    if run.withdrawing > 0 or run.giving_up > 0:
        _withdrawals(world)
        return True
    held = run.due_sessions > 0 and _hold_sessions(world)
    return _dispatch(world) or held


@inner
def _withdrawals(world: World) -> None:
    """Rule 10 b: entries whose patience ran out withdraw their case, or count as done where silence is approval."""
    run, executions, nodes = memory.run(world)[0], memory.executions(world), memory.nodes(world)
    proceeding = memory.giving_up(world)
    for k in range(run.giving_up):
        execution = executions[proceeding[k].execution]
        if not nodes[execution.node].proceeds:
            withdraws(world, execution.case, execution.row)
    for k in range(run.withdrawing):
        case_number = memory.withdrawing(world)[k]
        case = memory.cases(world)[case_number]
        while case.waiting != NONE:
            give_up(world, case.waiting)
        withdraw_now(world, case_number)
    for k in range(run.giving_up):
        number = proceeding[k].execution
        execution = executions[number]
        if execution.row == proceeding[k].row and execution.waiting:
            leave(world, number)
            push(world, PROCEED, number, NONE)
    run.room -= run.withdrawing + run.giving_up
    run.withdrawing, run.giving_up = 0, 0


@inner
def _hold_sessions(world: World) -> bool:
    """Rule 10 c: in byte order of their ids, each once, over the entries ready now that are in time (rule 7)."""
    run, links, executions = memory.run(world)[0], memory.links(world), memory.executions(world)
    taken = False
    for k in range(run.due_sessions):
        number = memory.due_sessions(world)[k]
        session, queue = memory.sessions(world)[number], memory.queues(world)[run.pools + number]
        places, link = session.capacity, queue.first
        while link != NONE and places > 0:
            entry, link = links[link].execution, links[link].after
            if open_time(world, session.calendar, executions[entry].ready, run.now) >= session.cut_off_us:
                begin(world, entry)
                places -= 1
                taken = True
    run.due_sessions = 0
    return taken


@inner
def _dispatch(world: World) -> bool:
    """Rule 10 d: pools in byte order of their ids, queues in order."""
    pools, words, started = memory.changed(world), memory.run(world)[0].pool_words, False
    number = next_in(pools, 0, words, 0)
    while number != NONE:
        drop(pools, 0, number)
        started |= _dispatch_pool(world, number)
        number = next_in(pools, 0, words, number + 1)
    return started


@inner
def _dispatch_pool(world: World, number: int) -> bool:
    links = memory.links(world)
    started, link = False, memory.queues(world)[number].first
    while link != NONE and has_available(world, number):
        entry, link = links[link].execution, links[link].after
        if try_to_take(world, entry):
            begin(world, entry)
            started = True
        elif memory.pools(world)[number].alike:
            break
    return started


@compiled(types.int64(types.int64))
def go_on(world: World) -> int:
    """Go on with the run; why it stopped."""
    run = memory.run(world)[0]
    while True:
        why = _what_happens_now(world)  # rule 10 a
        if why != FINISHED:
            return why
        run.needed = run.servers + run.withdrawing + run.giving_up + _waiting_for_sessions(world)
        if run.room < run.needed:
            return ROOM
        if _settle(world) and not _is_quiet(world):
            continue
        if run.trouble != 0:
            return TROUBLE
        if run.still_open == 0 and run.now >= run.window_end:  # rule 14
            return FINISHED
        instant = min(next_event(world), run.known_instant)
        if instant > run.end:
            run.now = run.end
            return FINISHED
        run.now, run.rounds = instant, 0
