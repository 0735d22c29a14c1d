"""What a search for the fewest people that keep a limit has found, and its frontier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.analysis.results import PoolLoad, Verdict
from sim.model.scenario import Scenario

Point = tuple[int, ...]
"""A number of people for each pool."""


@dataclass(frozen=True)
class Tried:
    """A staffing that was simulated: people of each pool that is varied, what they cost, and what came of it."""

    people: Point
    cost: float
    verdict: Verdict
    loads: tuple[PoolLoad, ...]

    @property
    def keeps(self) -> bool:
        """Whether the limit is surely kept: the default reading's decision, not what plausible readings add."""
        return self.verdict.default is not None and self.verdict.default.decision == "met"


@dataclass(frozen=True)
class Staffing:
    """What was found. ``fewest`` is None where no number of people keeps the limit."""

    scenario: Scenario
    limit: str
    pools: tuple[str, ...]
    costs: tuple[float, ...]
    now: Tried
    floor: Point
    """Fewer than these cannot do the work that comes."""
    ceiling: Tried
    fewest: Tried | None
    proven: bool
    """Every cheaper staffing is ruled out, given that more people never make it worse."""
    tried: tuple[Tried, ...]
    beyond: Mapping[str, float]
    """Steps that count and need nobody whose effort is known, with their mean counted days: no staff shortens them."""
    spoiled: tuple[str, ...]
    """Other limits that are kept now, and surely are not with the fewest."""
    seed: int
    replications: int
    engine: str

    @cached_property
    def frontier(self) -> tuple[Tried, ...]:
        """By cost, the best that was tried at most at that cost: each keeps the limit better than all cheaper ones."""
        found: list[Tried] = []
        for one in sorted(self.tried, key=lambda it: (it.cost, -_kept(it))):
            if not found or _kept(one) > _kept(found[-1]):
                found.append(one)
        return tuple(found)

    def within(self, budget: float) -> Tried | None:
        """The best that was tried and costs no more; None where nothing that does the work does."""
        return next((one for one in reversed(self.frontier) if one.cost <= budget), None)


def _kept(tried: Tried) -> float:
    """How well a limit is kept: the share in time; by a mean, the less the better."""
    default = tried.verdict.default
    if default is None:
        return float("-inf")
    kind = default.statistic.kind if default.statistic else None
    if kind in ("mean", "median"):
        value = (default.mean if kind == "mean" else default.median).value
        return float("-inf") if value is None else -value
    return float("-inf") if default.share_within.value is None else default.share_within.value
