"""Rules 3, 5, 6, 7 and 13 row by row: how long work, waits and sessions last, and who loses patience when."""

from __future__ import annotations

from sim.model.base import DAY_US
from sim.model.open_time import date_of
from sim.model.process import SessionStep, WorkStep
from sim.model.quantities import MINUTE_US
from sim.model.sessions import WEEKDAYS, Session
from tests.log_checker.flow import patience_ends
from tests.log_checker.reading import Row, World, instant

_A_MONDAY = 4 * DAY_US  # 1970-01-05


def check(world: World) -> None:
    held = {name: session_instants(world, session) for name, session in world.model.sessions.items()}
    for row, told in world.told.items():
        if isinstance(told.step, WorkStep):
            _work(world, row)
        elif isinstance(told.step, SessionStep):
            _session(world, row, held[told.step.at])
        else:
            _wait(world, row)
        if told.step.patience is not None:
            _patience(world, row)


def _ends(world: World, rule: str, row: Row, end: int | None) -> None:
    """It ends then, or is open because the run ends before."""
    world.expect(rule, row, "end", (row.end, row.outcome), (None, "open") if _beyond(world, end) else (end, "done"))


def _beyond(world: World, t: int | None) -> bool:
    return t is None or t > world.end


def _wait(world: World, row: Row) -> None:
    told = world.told[row]
    calendar = told.step.calendar  # type: ignore[union-attr]
    world.expect("6", row, "start", row.start, row.ready)
    if told.position is None:
        begun, lasts = row.ready, world.draw(row, 1.0)
    else:
        begun = world.begin
        elapsed = begun - row.ready if calendar is None else world.calendars[calendar].open_time(row.ready, begun)
        lasts = world.rest(row, elapsed, 1.0)
    world.expect("3", row, "duration", row.duration_us, lasts)
    _ends(world, "6", row, world.after(calendar, begun, lasts))


def _session(world: World, row: Row, instants: list[int]) -> None:
    told = world.told[row]
    session = world.model.sessions[told.step.at]  # type: ignore[union-attr]
    if row.start is None:
        if row.outcome == "done":
            _by_silence(world, row)
        return
    if (told.position is None or told.position.start is None) and row.start not in instants:
        world.refuse("7", row, f"starts at {row.start}, when no session is held")
    length = world.amount(session.length.value, session.calendar)
    world.expect("7", row, "length", row.duration_us, length)
    end = world.after(session.calendar, row.start, length)
    _ends(world, "7", row, None if end is None else max(end, world.begin))


def session_instants(world: World, session: Session) -> list[int]:
    """Rule 7: the days that its rhythm names, lost or moved when the calendar is closed."""
    calendar = world.calendars[session.calendar]
    opens, closes = calendar.opens.tolist(), calendar.closes.tolist()
    on, days = session.on.value if session.on else (), session.days.value if session.days else ()
    found = set()
    for midnight in range(world.begin, world.cap + 1, DAY_US):
        weekday = WEEKDAYS[(midnight - _A_MONDAY) // DAY_US % 7]
        in_week = weekday in on and (midnight - _A_MONDAY) // (7 * DAY_US) % session.every_weeks == 0
        at = midnight + session.at.value * MINUTE_US
        if at > world.cap or not (in_week or date_of(midnight).day in days):
            continue
        is_open = any(a <= at < b for a, b in zip(opens, closes, strict=True))
        later = [a for a in opens if a > at]
        if is_open:
            found.add(at)
        elif session.when_closed == "moved" and later and later[0] <= world.cap:
            found.add(later[0])
    return sorted(found)


def _patience(world: World, row: Row) -> None:
    """Ended by the first start; when it runs out the entry waits no longer, whatever else happens then."""
    told = world.told[row]
    if told.position is not None and told.position.start is not None:
        return
    over = patience_ends(world, row, told.step)
    if _beyond(world, over):
        return
    assert over is not None
    if row.start is not None:
        if row.start >= over:
            world.refuse("13", row, f"starts at {row.start}, though its patience ran out at {over}")
    elif row.end is None or row.end > over:
        world.refuse("13", row, f"still waits after its patience ran out at {over}")


def _by_silence(world: World, row: Row) -> None:
    """Approved because nobody came in time."""
    patience = world.told[row].step.patience
    if patience is None or patience.then != "proceed":
        world.refuse("13", row, "is done though nobody started it")
        return
    world.expect("13", row, "approved by silence", row.end, patience_ends(world, row, world.told[row].step))


def _work(world: World, row: Row) -> None:
    told = world.told[row]
    world.expect("3", row, "duration at speed 1", row.duration_us, world.draw(row, 1.0))
    world.expect("15", row, "start", row.start, row.stints[0].start if row.stints else None)
    if not row.stints:
        if row.outcome == "done":
            _by_silence(world, row)
        return
    gone = world.cases[row.case].withdrawn
    first = row.stints[0]
    under_way = told.position is not None and told.position.start is not None
    if under_way:
        assert told.position is not None and told.position.start is not None
        world.expect("14", row, "start", first.start, instant(told.position.start))
        began = world.together(first.servers).open_time(first.start, world.begin)
        left = world.rest(row, began, world.speed(first.servers))
    else:
        left = world.draw(row, world.speed(first.servers))
    for stint in row.stints:
        calendar = world.together(stint.servers)
        begun = world.begin if under_way and stint is first else stint.start
        end = world.after_open(calendar, begun, left)
        groups = {server[:2]: world.group(server) for server in stint.servers}.values()
        closing = min((t for g in groups if g.hand_over and (t := world.closing(g.calendar, begun))), default=None)
        handed = closing is not None and (end is None or closing < end) and (gone is None or gone >= closing)
        stop = closing if handed else end
        if row.unsplittable and not under_way:
            closes = [world.open_until(world.group(server).calendar, begun) for server in stint.servers]
            if any(t is None or t - begun < left for t in closes):
                world.refuse("5", row, f"cannot be split, but does not end in one opening from {begun}")
        if _beyond(world, stop):
            world.expect("5", row, "runs on", (stint.stop, stint is row.stints[-1]), (None, True))
            _ends(world, "5", row, None)
            return
        world.expect("5", row, "stint's stop", stint.stop, stop)
        if not handed:
            world.expect("5", row, "the last stint", stint is row.stints[-1], True)
            _ends(world, "5", row, stop)
            return
        left -= calendar.open_time(begun, stop)
    if row.outcome == "done":
        world.refuse("5", row, "is done though it was handed over")
