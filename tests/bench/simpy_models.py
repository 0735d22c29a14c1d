"""W1, W1c and W2 as a competent SimPy user writes them: a process for each case, resources, the random module.

The unit is the hour; 0 is a Monday, 00:00. Each function simulates the cases that arrive in so many hours, from empty
until all are over, and returns the time from arrival to end of each. Nothing here knows of this project's engines.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator
from itertools import count
from random import Random
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, None]
Work = Callable[[int], Steps]

SERVERS = (4, 6, 8, 2, 12, 10)
POOL = (0, 1, 2, 1, 3, 4, 5, 0)
"""Of activities A0 to A7."""
REWORK = 0.15
OPEN_SHARE = 40 / 168


def w1(hours: float, seed: int) -> list[float]:
    """Six pools around the clock, first come, first served."""
    env, random = simpy.Environment(), Random(seed)
    efforts = efforts_of(random)
    pools = [simpy.Resource(env, n) for n in SERVERS]

    def work(activity: int) -> Steps:
        with pools[POOL[activity]].request() as request:
            yield request
            yield env.timeout(efforts[activity]())

    return run(env, random, hours, 2.0, work)


def w1c(hours: float, seed: int) -> list[float]:
    """The same in office hours: who gets a server at night starts in the morning, as the queue has one order."""
    env, random = simpy.Environment(), Random(seed)
    efforts = efforts_of(random)
    pools = [simpy.Resource(env, n) for n in SERVERS]
    office = Hours(9, 17)

    def work(activity: int) -> Steps:
        with pools[POOL[activity]].request() as request:
            yield request
            yield env.timeout(office.span(env.now, efforts[activity]()))

    return run(env, random, hours, 2.0 * OPEN_SHARE, work)


def run(env: simpy.Environment, random: Random, hours: float, rate: float, work: Work) -> list[float]:
    """The flow of W1 and W1c."""
    times: list[float] = []

    def case() -> Steps:
        arrived = env.now
        yield from work(0)
        while True:
            yield from work(1)
            yield from work(2)
            yield from work(3)
            if random.random() >= REWORK:
                break
        yield env.process(work(4)) & env.process(work(5))
        yield from work(6)
        yield from work(7)
        times.append(env.now - arrived)

    def source() -> Steps:
        yield env.timeout(random.expovariate(rate))
        while env.now < hours:
            env.process(case())
            yield env.timeout(random.expovariate(rate))

    env.process(source())
    env.run()
    return times


def w2(hours: float, seed: int) -> list[float]:
    """W1c with two shifts, two pools at once, two priorities, a weekly meeting and a spawned permit."""
    env, random = simpy.Environment(), Random(seed)
    efforts = efforts_of(random)
    permit_effort, permit_wait = lognormal(random, 0.6, 0.7), lognormal(random, 20, 0.5)
    office = Hours(9, 17)
    groups = [[(n, office)] for n in SERVERS]
    groups[2] = [(4, Hours(8, 16)), (4, Hours(10, 18))]
    pools = [Pool(env, *its) for its in groups]
    vehicles, permit_desk = Pool(env, (9, office)), Pool(env, (2, office))
    meeting = Meeting(env, at=2 * 24 + 14, length=2, capacity=96)
    times: list[float] = []

    def work(pool: Pool, effort: float, priority: int) -> Steps:
        with pool.servers.request(priority) as request:
            yield request
            shift = pool.take()
            yield env.timeout(shift.span(env.now, effort))
            pool.give_back(shift)

    def activity(i: int, priority: int) -> Steps:
        return work(pools[POOL[i]], efforts[i](), priority)

    def permit(priority: int) -> Steps:
        yield from work(permit_desk, permit_effort(), priority)
        yield env.timeout(permit_wait())

    def inspection(priority: int) -> Steps:
        # vehicles are fewer than inspectors, and nobody else asks for either: the vehicle first, and nobody waits idle
        with vehicles.servers.request(priority) as request:
            yield request
            shift = vehicles.take()
            yield from work(pools[5], efforts[6](), priority)
            vehicles.give_back(shift)

    def case(priority: int) -> Steps:
        arrived = env.now
        yield from activity(0, priority)
        while True:
            yield from activity(1, priority)
            yield from activity(2, priority)
            yield from activity(3, priority)
            if random.random() >= REWORK:
                break
        side_by_side = activity(4, priority), activity(5, priority), permit(priority)
        yield env.all_of([env.process(branch) for branch in side_by_side])
        yield meeting.place(priority)
        yield from inspection(priority)
        yield from activity(7, priority)
        times.append(env.now - arrived)

    def source() -> Steps:
        arrived = 0
        yield env.timeout(random.expovariate(2.0 * OPEN_SHARE))
        while env.now < hours:
            arrived += 1
            env.process(case(-1 if random.random() < 0.2 else 0))
            yield env.timeout(random.expovariate(2.0 * OPEN_SHARE))
        return arrived

    arrived = env.run(until=env.process(source()))
    while len(times) < arrived:  # shifts and meetings would go on for ever
        env.step()
    return times


class Hours:
    """Office hours of Monday to Friday."""

    def __init__(self, opens: float, closes: float) -> None:
        self.opens, self.length = opens, closes - opens

    def span(self, now: float, effort: float) -> float:
        """How long work takes that starts now, nights and weekends included."""
        days, rest = divmod(self._worked(now) + effort, self.length)
        week, day = divmod(days, 5)
        return week * 168 + day * 24 + self.opens + rest - now

    def until_opening(self, now: float) -> float:
        return self.span(now, 0)

    def until_closing(self, now: float) -> float:
        """From an instant at which it is open."""
        return self.opens + self.length - now % 24

    def _worked(self, now: float) -> float:
        days, hour = divmod(now, 24)
        week, day = divmod(days, 7)
        if day > 4:
            return (week + 1) * 5 * self.length
        return (week * 5 + day) * self.length + min(max(hour - self.opens, 0.0), self.length)


class Pool:
    """Servers in groups with hours of their own; who is off duty is held by a request that goes before all cases."""

    def __init__(self, env: simpy.Environment, *groups: tuple[int, Hours]) -> None:
        self.env = env
        self.servers = simpy.PriorityResource(env, sum(n for n, _ in groups))
        self.on_duty = {hours: n for n, hours in groups}
        """Of each group, how many are there and have nothing to do."""
        for hours in self.on_duty:
            env.process(self._go_and_come(hours))

    def take(self) -> Hours:
        """The hours of the first group with somebody free."""
        hours = next(hours for hours, n in self.on_duty.items() if n)
        self.on_duty[hours] -= 1
        return hours

    def give_back(self, hours: Hours) -> None:
        self.on_duty[hours] += 1

    def _go_and_come(self, hours: Hours) -> Steps:
        while True:
            away = [self.servers.request(-math.inf) for _ in range(self.on_duty[hours])]
            self.on_duty[hours] = 0
            yield self.env.timeout(hours.until_opening(self.env.now))
            self.on_duty[hours] = len(away)
            for request in away:
                self.servers.release(request)
            yield self.env.timeout(hours.until_closing(self.env.now))


class Meeting:
    """Held every week; takes so many cases, urgent ones first."""

    def __init__(self, env: simpy.Environment, at: float, length: float, capacity: int) -> None:
        self.env, self.length, self.capacity = env, length, capacity
        self.waiting: list[tuple[int, int, simpy.Event]] = []
        self.ordinal = count()
        env.process(self._weekly(at))

    def place(self, priority: int) -> simpy.Event:
        """What happens when the case's meeting is over."""
        over = self.env.event()
        heapq.heappush(self.waiting, (priority, next(self.ordinal), over))
        return over

    def _weekly(self, at: float) -> Steps:
        yield self.env.timeout(at)
        while True:
            taken = [heapq.heappop(self.waiting)[2] for _ in range(min(self.capacity, len(self.waiting)))]
            yield self.env.timeout(self.length)
            for over in taken:
                over.succeed()
            yield self.env.timeout(168 - self.length)


def efforts_of(random: Random) -> list[Callable[[], float]]:
    """Draws of A0 to A7."""
    return [
        gamma(random, 0.50, 4),
        lognormal(random, 1.20, 0.8),
        gamma(random, 2.89, 2),
        lognormal(random, 0.84, 0.6),
        gamma(random, 0.70, 1.5),
        lognormal(random, 4.80, 1.0),
        lognormal(random, 3.90, 0.7),
        gamma(random, 1.00, 3),
    ]


def gamma(random: Random, mean: float, shape: float) -> Callable[[], float]:
    return lambda: random.gammavariate(shape, mean / shape)


def lognormal(random: Random, mean: float, cv: float) -> Callable[[], float]:
    variance = math.log(1 + cv * cv)
    mu, sigma = math.log(mean) - variance / 2, math.sqrt(variance)
    return lambda: random.lognormvariate(mu, sigma)


MODELS: dict[str, Callable[[float, int], list[float]]] = {"w1": w1, "w1c": w1c, "w2": w2}
