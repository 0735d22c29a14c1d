"""Work that can never be done, sessions that are never held: refused before the run (rules 5 to 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from math import inf
from typing import NamedTuple

from sim.errors import InputError
from sim.model.checks.sites import Site
from sim.model.checks.whole import Whole, wrong
from sim.model.demand import Source
from sim.model.open_time import date_of
from sim.model.pools import Pool
from sim.model.process import SessionStep, WaitStep, WorkStep
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US
from sim.model.sessions import Session
from sim.text import Text

_MOST_GROUPS = 8


class Crew(NamedTuple):
    """Servers who may do a piece of work together: the calendars that must be open, the speed of the slowest."""

    calendars: frozenset[str]
    speed: float


def check(whole: Whole) -> Iterator[InputError]:
    """Every step of the flow, and every source."""
    yield from _sources(whole)
    for site in whole.sites:
        if isinstance(site.element, WorkStep):
            yield from _work(whole, site, site.element)
        elif isinstance(site.element, SessionStep):
            yield from _session(whole, site, site.element)
        elif isinstance(site.element, WaitStep):
            yield from _wait(whole, site, site.element)


def _work(whole: Whole, site: Site, step: WorkStep) -> Iterator[InputError]:
    needed: dict[str, int] = {}
    for pool, need in zip(whole.pools_of(site), step.by, strict=True):
        needed[pool] = needed.get(pool, 0) + need.n
    pools = whole.model.pools
    for pool, n in needed.items():
        if pools[pool].servers < n:
            yield wrong(
                (*site.path, "by"),
                _never(
                    Text("需要 {n} 人,班组 {pool} 共有 {has} 人", "it needs {n} of {pool}, which has {has}").format(
                        n=n, pool=pool, has=pools[pool].servers
                    )
                ),
                Text("增加班组人数,或减少 n", "give the pool more servers, or need fewer"),
                value=step.step,
            )
            return
    crews = {
        Crew(frozenset().union(*(c.calendars for c in together)), min(c.speed for c in together))
        for together in product(*(_crews(pools[pool], n) for pool, n in needed.items()))
    }
    openings = {crew: whole.together(crew.calendars) for crew in crews}
    if not any(calendar.opens.size for calendar in openings.values()):
        names = ", ".join(sorted({id_ for crew in crews for id_ in crew.calendars}))
        yield wrong(
            (*site.path, "by"),
            _never(
                Text(
                    "整个模拟期内,所需工作时间表({names})没有共同的开放时间",
                    "in the whole run the calendars it needs ({names}) are never open together",
                ).format(names=names)
            ),
            Text("改工作时间表,或改所需班组", "change the calendars, or the pools it needs"),
            value=step.step,
        )
    elif step.unsplittable:
        yield from _unsplittable(whole, site, step, {crew: calendar.longest_us for crew, calendar in openings.items()})


def _crews(pool: Pool, n: int) -> set[Crew]:
    """The ways to find n servers of a pool: groups that have them between them, none to spare."""
    found = set()
    groups = pool.groups[:_MOST_GROUPS]
    for size in range(1, len(groups) + 1):
        for chosen in combinations(groups, size):
            staff = [group.servers.value for group in chosen]
            if min(staff) > 0 and sum(staff) - min(staff) < n <= sum(staff):
                calendars = frozenset(group.calendar for group in chosen)
                found.add(Crew(calendars, min(group.speed.value for group in chosen)))
    return found


def _unsplittable(whole: Whole, site: Site, step: WorkStep, openings: dict[Crew, int]) -> Iterator[InputError]:
    """Rule 3: its law is bounded. BAD_INPUT 6: some crew is open long enough for the longest draw."""
    path = (*site.path, "effort")
    law = whole.law(step.effort, whole.calendar_of_effort(site))
    if law.longest == inf:
        yield wrong(
            path,
            Text("不可中断的工作须有最长时间", "work that cannot be split has a longest duration"),
            Text("写上 at_most,例如 at_most: 4 h", "add at_most, for example at_most: 4 h"),
            value=step.step,
        )
        return
    factors = [figure.value for figure in step.factor.values.values()] if step.factor else []
    longest = law.longest * max([1.0, *factors]) * max([1.0, *(figure.value for figure in step.on_repeat)])
    if any(longest / crew.speed <= opening for crew, opening in openings.items()):
        return
    yield wrong(
        path,
        _never(
            Text(
                "不可中断,最长 {work:g} 小时,而最长的一段开放时间只有 {open:g} 小时",
                "it cannot be split and takes up to {work:g} h, but the longest opening is {open:g} h",
            ).format(work=longest / HOUR_US, open=max(openings.values()) / HOUR_US)
        ),
        Text("缩短 at_most、延长开放时间,或去掉 unsplittable", "shorten at_most, open longer, or let it be split"),
        value=step.step,
    )


def _wait(whole: Whole, site: Site, step: WaitStep) -> Iterator[InputError]:
    if step.calendar is not None and not whole.calendar(step.calendar).opens.size:
        yield wrong(
            (*site.path, "calendar"),
            _never(Text("整个模拟期内,所依据的工作时间表不开放", "its calendar never opens in the whole run")),
            Text("改工作时间表", "change the calendar"),
            value=step.calendar,
        )


def _sources(whole: Whole) -> Iterator[InputError]:
    """Cases that are to come have an open hour with a rate to come in (rule 12)."""
    for id_, source in whole.model.sources.items():
        comes = source.every is not None or (source.per_year is not None and source.per_year.value > 0)
        if comes and not any(_rates(source, whole)):
            yield wrong(
                ("sources", id_),
                Text(
                    "应有办件到来,但开放时间内到达系数全为零",
                    "cases are to come, but the rate is zero whenever the calendar is open",
                ),
                Text("改 calendar、months、weekdays 或 hours", "change calendar, months, weekdays or hours"),
                value=id_,
            )


def _rates(source: Source, whole: Whole) -> Iterator[float]:
    """The multiplier of each open hour of the run."""
    study = whole.model.study
    begin, end = study.begin, study.end
    months, weekdays, hours = source.profile()
    spans: Iterable[tuple[int, int]] = [(begin, end)]
    if source.calendar is not None:
        calendar = whole.calendar(source.calendar)
        spans = zip(map(int, calendar.opens), map(int, calendar.closes), strict=True)
    for opens, closes in spans:
        for hour in range(opens // HOUR_US, -(-min(closes, end) // HOUR_US)):
            day = date_of(hour * HOUR_US)
            yield months[day.month - 1] * weekdays[day.weekday()] * hours[hour % 24]


def _session(whole: Whole, site: Site, step: SessionStep) -> Iterator[InputError]:
    session = whole.model.sessions[step.at]
    capacity = session.capacity
    if capacity is not None and capacity.value == 0:
        reason = Text("每次容量为零", "the session takes no entries")
    elif not _ever_held(whole, session):
        reason = Text("整个模拟期内没有一次集中办理", "no session is held in the whole run")
    else:
        return
    yield wrong(
        (*site.path, "at"),
        _never(reason),
        Text("改容量、日期或工作时间表", "change its capacity, its days or its calendar"),
        value=step.at,
    )


def _never(reason: Text) -> Text:
    return Text(f"这一步永远无法办理:{reason.zh}", f"this step can never be done: {reason.en}")


def _ever_held(whole: Whole, session: Session) -> bool:
    calendar, study = whole.calendar(session.calendar), whole.model.study
    for day in range(study.begin // DAY_US, study.end // DAY_US + 1):
        instant = day * DAY_US + session.at.value * MINUTE_US
        if session.falls_on(date_of(day * DAY_US)) and study.begin <= instant <= study.end:
            moved = session.when_closed == "moved" and not calendar.empty_after(instant)
            if calendar.is_open(instant) or moved:
                return True
    return False
