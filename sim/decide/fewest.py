"""The cheapest numbers of people that are enough, where more people never do harm; knows no simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf, prod

Point = tuple[int, ...]
"""A number of people for each pool."""

_LISTED = 20_000


@dataclass(frozen=True)
class Answer:
    """What is known of one point: whether it is enough, and what one more of each pool promises to bring."""

    enough: bool
    wanted: tuple[float, ...]


@dataclass
class Search:
    """The search, with every point that was asked for.

    ``ask``: what is known of a point, the same whenever it is asked. ``costs``: of one person of each pool.
    ``floor``: with fewer it surely is not enough; ``ceiling``: more than anybody would consider. ``most``: points that
    may be asked for.

    A point that is at least, everywhere, one that is enough, is enough, too (monotonicity): under common random
    numbers that holds for a queue served in the order of arrival, and nearly so in networks. So most points are
    answered without being asked for, and the search is exact where it ends with ``proven``.
    """

    ask: Callable[[Point], Answer]
    costs: Sequence[float]
    floor: Point
    ceiling: Point
    most: int
    known: dict[Point, Answer] = field(default_factory=dict)
    proven: bool = False

    def fewest(self) -> Point | None:
        """The cheapest point that is enough; None where even the ceiling is not.

        Up from the floor, person by person to the pool that promises most; down again as far as it goes; then each
        pool alone while the others have all they could want, which bounds it from below; last all that is cheaper
        within these bounds, the dearest first, since that rules out most.
        """
        if not self.enough(self.ceiling):
            return None
        best = self._down(self._up())
        floor = tuple(self._alone(pool, best[pool]) for pool in range(len(best)))
        while cheaper := self._open(floor, self.cost(best)):
            if len(self.known) >= self.most:
                return best
            point = max(cheaper, key=lambda it: (self.cost(it), it))
            if self.enough(point):
                best = self._down(point)
        self.proven = cheaper is not None
        return best

    def cost(self, point: Point) -> float:
        return sum(n * cost for n, cost in zip(point, self.costs, strict=True))

    def enough(self, point: Point) -> bool:
        """Whether a point is enough, by what is known, else by asking."""
        found = self._inferred(point)
        return self._asked(point).enough if found is None else found

    def _asked(self, point: Point) -> Answer:
        if point not in self.known:
            self.known[point] = self.ask(point)
        return self.known[point]

    def _inferred(self, point: Point) -> bool | None:
        for other, answer in self.known.items():
            if answer.enough and _at_least(point, other):
                return True
            if not answer.enough and _at_least(other, point):
                return False
        return None

    def _up(self) -> Point:
        point = self.floor
        while not self.enough(point):
            if len(self.known) >= self.most:
                return self.ceiling
            answer = self.known.get(point)
            open_to = [pool for pool, n in enumerate(point) if n < self.ceiling[pool]]
            wanted = answer.wanted if answer else (0.0,) * len(point)
            pool = max(open_to, key=lambda p: (wanted[p] / self.costs[p] if self.costs[p] else inf, -point[p]))
            step = max(1, point[pool] // 10)
            point = _with(point, pool, min(point[pool] + step, self.ceiling[pool]))
        return point

    def _down(self, point: Point) -> Point:
        """One fewer at a time, of the dearest first, while it is enough."""
        for pool in sorted(range(len(point)), key=lambda p: -self.costs[p]):
            while point[pool] > self.floor[pool] and self._may_ask(less := _with(point, pool, point[pool] - 1)):
                if not self.enough(less):
                    break
                point = less
        return point

    def _alone(self, pool: int, high: int) -> int:
        """The fewest of one pool, all others at the ceiling: no point with fewer is enough."""
        low = self.floor[pool]
        while low < high:
            middle = (low + high) // 2
            point = _with(self.ceiling, pool, middle)
            if not self._may_ask(point):
                return low
            low, high = (low, middle) if self.enough(point) else (middle + 1, high)
        return low

    def _may_ask(self, point: Point) -> bool:
        return self._inferred(point) is not None or len(self.known) < self.most

    def _open(self, floor: Point, below: float) -> list[Point] | None:
        """The points from ``floor`` on that cost less and of which nothing is known; None for too many to list."""
        reach = [
            range(low, min(top, int((below - self.cost(floor)) / cost) + low if cost else top) + 1)
            for low, top, cost in zip(floor, self.ceiling, self.costs, strict=True)
        ]
        if prod(map(len, reach)) > _LISTED:
            return None
        return [p for p in product(*reach) if self.cost(p) < below - 1e-9 and self._inferred(p) is None]


def _at_least(point: Point, other: Point) -> bool:
    return all(n >= m for n, m in zip(point, other, strict=True))


def _with(point: Point, pool: int, n: int) -> Point:
    return (*point[:pool], n, *point[pool + 1 :])
