"""Rules 11, 12, 14 and 15 on the log as a whole: keys, order, arrivals, attributes, the run's end, conservation."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from sim.engine.streams import case_identity, stream_id
from sim.model.demand import Source
from sim.model.open_time import Calendar, date_of, midnight
from sim.model.quantities import DAY_US, HOUR_US, to_us
from tests.log_checker.reading import Case, Row, World, instant

KIND_ORDER = ("accepted", "work", "wait", "session", "mark", "closed", "withdrawn")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check(world: World) -> None:
    _keys_and_order(world)
    _each_row(world)
    _arrivals(world)
    _cases(world)
    _end_of_run(world)
    _servers(world)


def _keys_and_order(world: World) -> None:
    if len(world.by_key) != len(world.rows):
        world.refuse("15", "log", "a key stands twice")
    keys = [(r.ready, r.case, r.step.encode(), r.visit, KIND_ORDER.index(r.kind)) for r in world.rows]
    if keys != sorted(keys):
        world.refuse("15", "log", "rows are not in the order of (ready, case, step, visit, kind)")
    log = world.log
    world.expect("15", "log", "begin", log.begin, world.begin)
    world.expect("15", "log", "pools", set(log.pools), set(world.model.pools))
    for name, pool in world.model.pools.items():
        groups = [(g.servers.value, g.calendar, g.speed.value, g.hand_over) for g in pool.groups]
        world.expect("15", name, "groups", [tuple(group) for group in log.pools[name]], groups)
    for name, calendar in world.calendars.items():
        same = np.array_equal(log.calendars[name].opens, calendar.opens)
        world.expect("15", name, "calendar as in the model", same, True)


def _each_row(world: World) -> None:
    for row in world.rows:
        times = [t for t in (row.ready, row.start, row.end) if t is not None]
        if times != sorted(times) or times[-1] > world.end:
            world.refuse("15", row, f"times {times} are not in order, or past the run's end {world.end}")
        world.expect("15", row, "open", row.outcome == "open", row.end is None)
        if row.by is None:
            if row.ready >= world.begin and (row.kind != "accepted" or world.cases[row.case].parent is not None):
                world.refuse("15", row, "nothing released it")
        elif row.by.end != row.ready:
            world.refuse("15", row, f"ready at {row.ready}, but {row.by} ended at {row.by.end}")
        if row.kind in ("accepted", "mark", "closed", "withdrawn"):
            world.expect("15", row, "an instant", (row.start, row.end), (row.ready, row.ready))
        world.expect("15", row, "stints only in work", bool(row.stints) <= (row.kind == "work"), True)


def _cases(world: World) -> None:
    """Every case comes in once, and is closed, withdrawn or open."""
    awaiting = {case.parent for case in world.cases.values() if case.over is None}
    for case in world.cases.values():
        kinds = Counter(row.kind for row in case.rows)
        accepted = case.row("accepted")
        world.expect("15", case.label, "accepted", (kinds["accepted"], accepted and accepted.ready), (1, case.accepted))
        over = kinds["closed"] + kinds["withdrawn"]
        if over > 1:
            world.refuse("15", case.label, "closed or withdrawn more than once")
        if over == 0 and case.identity not in awaiting and all(row.end is not None for row in case.rows):
            world.refuse("15", case.label, "neither over nor is anything open")
        if kinds["closed"] and any(row.end is None for row in case.rows):
            world.refuse("15", case.label, "closed while something is open")
    ends = Counter(case.over.kind if case.over else "open" for case in world.cases.values())
    world.expect("15", "conservation", "cases in", len(world.cases), sum(ends.values()))


# --- rule 12


def _arrivals(world: World) -> None:
    expected: dict[int, tuple[int, Source, str, int]] = {}
    for name, source in world.model.sources.items():
        for k, at in enumerate(_instants(world, name, source), start=1):
            if world.begin <= at <= world.end:
                expected[case_identity(stream_id(name), k)] = at, source, name, k
    roots = {i: case for i, case in world.cases.items() if case.parent is None and case.known is None}
    world.expect("12", "arrivals", "cases", sorted(roots), sorted(expected))
    for identity in expected.keys() & roots.keys():
        at, source, name, k = expected[identity]
        case = roots[identity]
        # Floats: a sum of terms of 1e12 microseconds is right to 1e-4, so rounding may differ by one.
        if abs(case.accepted - at) > (0 if source.listed is not None else 1):
            world.refuse("12", case.label, f"arrives at {case.accepted}, not {at}")
        _like(world, case, source.process, source.class_(), _attributes(world, name, source, k))
    for case in world.cases.values():
        if case.known is not None:
            known = case.known
            _like(world, case, known.process, known.case_class or known.process, dict(known.attributes))


def _like(world: World, case: Case, process: str, case_class: str, attributes: dict[str, str]) -> None:
    world.expect("12", case.label, "process and class", (case.process, case.case_class), (process, case_class))
    world.expect("12", case.label, "attributes", case.attributes, {"class": case_class} | attributes)


def _attributes(world: World, name: str, source: Source, k: int) -> dict[str, str]:
    found = {}
    for attribute, of in source.attributes.items():
        if isinstance(of, str):
            found[attribute] = of
        else:
            u = world.uniform(f"{name}/attribute/{attribute}", case_identity(stream_id(name), k), 0)
            found[attribute] = chosen([(value, of[value].value) for value in sorted(of)], u)
    return found | (source.listed[k - 1].attributes if source.listed else {})


def chosen(shares: Sequence[tuple[Any, float]], u: float) -> Any:
    """The first with u below the cumulated share; the last takes the rest (rule 8)."""
    cumulated = 0.0
    for value, share in shares[:-1]:
        cumulated += share
        if u < cumulated:
            return value
    return shares[-1][0]


def _instants(world: World, name: str, source: Source) -> list[int]:
    if source.listed is not None:
        return [instant(case.accepted) for case in source.listed]
    hours, calendar, per_us = _rate_by_hour(world, source)
    until = np.concatenate([[0.0], np.cumsum(per_us * calendar.open_times(hours[:-1], hours[1:]))])
    found: list[int] = []
    reached, batch = 0.0, 0
    while True:
        batch += 1
        key = case_identity(stream_id(name), batch)
        reached += -math.log(world.uniform(f"{name}/arrival", key, 0))
        if reached > until[-1]:
            return found
        hour = int(np.searchsorted(until, reached)) - 1
        into = (reached - until[hour]) / per_us[hour]
        at = calendar.after(int(hours[hour]), math.floor(into)) + round(into - math.floor(into))
        found += [at] * _batch_size(world, name, source, key)


def _batch_size(world: World, name: str, source: Source, key: int) -> int:
    if source.batch is None:
        return 1
    sizes = [(size, source.batch[size].value) for size in sorted(source.batch)]
    return int(chosen(sizes, world.uniform(f"{name}/batch", key, 0)))


def _rate_by_hour(world: World, source: Source) -> tuple[Any, Calendar, Any]:
    """The full hours of the run, the calendar, and the batches per microsecond of open time in each hour."""
    first, last = date_of(world.begin).year, date_of(world.cap - 1).year
    years = [midnight(dt.date(year, 1, 1)) for year in range(first, last + 2)]
    calendar = world.compiled(years[0], years[-1] - 1)[source.calendar or "always"]
    hours = np.arange(years[0], years[-1], HOUR_US)
    weight = np.array([_weight(source, hour) for hour in hours.tolist()])
    if source.every is not None:
        per_us = weight / to_us(source.every.value, None)
    else:
        assert source.per_year is not None
        per_us = np.zeros(hours.size)
        lengths = weight * calendar.open_times(hours, np.minimum(hours + HOUR_US, calendar.last_us))
        for begin, end in pairwise(years):
            year = (hours >= begin) & (hours < end)
            per_us[year] = weight[year] * source.per_year.value / lengths[year].sum()
    if source.batch is not None:
        per_us = per_us / sum(size * share.value for size, share in source.batch.items())
    use = (hours >= world.begin) & (hours < world.cap)
    return np.append(hours[use], world.cap), calendar, per_us[use]


def _weight(source: Source, hour: int) -> float:
    day = date_of(hour)
    month = source.months.value[day.month - 1] if source.months else 1.0
    weekday = source.weekdays.value.get(WEEK[day.weekday()], 1.0) if source.weekdays else 1.0
    return month * weekday * (source.hours.value.get(hour % DAY_US // HOUR_US, 1.0) if source.hours else 1.0)


# --- rule 14


def _end_of_run(world: World) -> None:
    """The first instant from the window's end at which its cases, and those that they spawned, are over; or the cap."""
    first, last = world.window
    awaited = {i for i, c in world.cases.items() if c.parent is None and c.known is None and first <= c.accepted < last}
    more = awaited
    while more:
        more = {i for i, case in world.cases.items() if case.parent in more}
        awaited |= more
    overs = [world.cases[i].over for i in awaited]
    ends = [row.ready for row in overs if row is not None]
    end = world.cap if len(ends) < len(overs) else max([last, *ends])
    world.expect("14", "run", "end", world.end, end)


# --- servers


def _servers(world: World) -> None:
    """No server is in two stints at once; the busy time of a pool is the same by its servers and by its rows."""
    busy: dict[Any, list[tuple[int, int, Row]]] = defaultdict(list)
    for row in world.rows:
        for stint in row.stints:
            if len(set(stint.servers)) != len(stint.servers):
                world.refuse("4", row, "one server twice in one stint")
            for server in stint.servers:
                if not (
                    server.group < len(world.log.pools[server.pool])
                    and server.index < world.group(server).servers.value
                ):
                    world.refuse("4", row, f"there is no server {server}")
                busy[server].append((stint.start, world.end if stint.stop is None else stint.stop, row))
    for server, stretches in busy.items():
        stretches.sort(key=lambda stretch: stretch[:2])
        for (_, stop, one), (start, _, other) in pairwise(stretches):
            if start < stop:
                world.refuse("4", server, f"does {one} and {other} at once")
    for pool, groups in world.log.pools.items():
        _little(world, pool, sum(group.servers for group in groups))


def _little(world: World, pool: str, servers: int) -> None:
    """Little's law as an identity: the sum of the times in the pool is the integral of the number in it."""
    changes: Counter[int] = Counter()
    busy: Counter[int] = Counter()
    times = 0
    for row in world.rows:
        if pool not in {need.pool for need in row.needs}:
            continue
        came, gone = max(row.ready, world.begin), world.end if row.end is None else row.end
        changes[came] += 1
        changes[gone] -= 1
        times += gone - came
        for stint in row.stints:
            n = sum(server.pool == pool for server in stint.servers)
            busy[max(stint.start, world.begin)] += n
            busy[world.end if stint.stop is None else stint.stop] -= n
    integral = number = last = 0
    for t in sorted(changes):
        integral, number, last = integral + number * (t - last), number + changes[t], t
    world.expect("15", pool, "Little's law: the integral of the number in the pool", integral, times)
    level = most = 0
    for t in sorted(busy):
        level += busy[t]
        most = max(most, level)
    if most > servers or number or level:
        world.refuse("4", pool, f"{most} servers are busy at once, of {servers}")
