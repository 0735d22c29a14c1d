"""Chart D: how busy every pool is, the bottleneck first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.results import PoolLoad
from sim.report import numbers
from sim.report.charts.canvas import FAINT, INK, PAGE, SCENARIOS, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.lettering import drawable, shortened
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TOP, FOOT, LINE, GAP = PAGE, 46.0, 34.0, 12.0, 13.0, 3.4, 2.2
_HIGH = 0.9


def loads(edition: Edition) -> Picture | None:
    """One band a pool, one bar a scenario; pools as the last scenario loads them."""
    pools = ordered(edition)
    if not pools:
        return None
    scenarios = edition.result.scenarios
    band = LINE * len(scenarios) + GAP
    height = TOP + band * len(pools) + FOOT
    title = edition.choose(
        "班组负荷（工作时间内忙碌的比例）", "Load of the pools (share of their open time they are busy)"
    )
    with settings():
        sheet = Sheet(WIDTH, height, title, stamp=edition.stamp)
        axes = sheet.axes(LEFT, FOOT, WIDTH - LEFT - RIGHT, band * len(pools))
        most = 1.02
        for i, scenario in enumerate(scenarios):
            by_id = {load.pool: load for load in scenario.pools}
            for row, pool in enumerate(pools):
                if pool in by_id and by_id[pool].load.value is not None:
                    y = band * row + GAP / 2 + LINE * (i + 0.5)
                    most = max(most, _bar(axes, y, i, by_id[pool]))
                    sheet.text(
                        WIDTH - RIGHT + 2, height - TOP - y, _label(edition, by_id[pool]), size=SMALL, va="center"
                    )
        names = [drawable(shortened(edition.pool_name(pool), 7, LEFT - 3)) for pool in pools]
        axes.set_yticks([band * (row + 0.5) for row in range(len(pools))], names)
        axes.set_ylim(band * len(pools), 0)
        _dress(edition, sheet, axes, most)
        sheet.key(
            [(edition.scenario_name(s.id), SCENARIOS[i % len(SCENARIOS)], "solid") for i, s in enumerate(scenarios)]
        )
        return sheet.picture(title)


def ordered(edition: Edition) -> list[str]:
    """Ids of the pools, the busiest of the last scenario first."""
    found: dict[str, float] = {}
    for scenario in edition.result.scenarios:
        found |= {load.pool: load.load.value or 0.0 for load in scenario.pools}
    return sorted(found, key=lambda pool: (-found[pool], pool))


def _bar(axes: Axes, y: float, i: int, found: PoolLoad) -> float:
    load = found.load
    value = load.value or 0.0
    axes.barh(y, value, height=LINE * 0.78, color=SCENARIOS[i % len(SCENARIOS)], zorder=2)
    if load.low is not None and load.high is not None:
        axes.plot([load.low, load.high], [y, y], color=INK, lw=0.9, zorder=3)
        axes.plot([load.low, load.high], [y, y], "|", color=INK, ms=3.5, mew=0.8, zorder=3)
    return max(value, load.high or 0.0)


def _label(edition: Edition, found: PoolLoad) -> str:
    load = numbers.alone(found.load, numbers.share, edition.language)
    if found.mean_wait_h is None:
        return load
    wait = numbers.days(found.mean_wait_h)
    return edition.choose(f"{load}，等候 {wait} 小时", f"{load}, wait {wait} h")


def _dress(edition: Edition, sheet: Sheet, axes: Axes, most: float) -> None:
    axes.set_xlim(0, most * 1.01)
    axes.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_color(FAINT)
    axes.axvline(_HIGH, color=SOFT, lw=0.9, ls=(0, (4, 2)), zorder=1)
    x = LEFT + (WIDTH - LEFT - RIGHT) * _HIGH / (most * 1.01)
    sheet.text(
        x,
        sheet.height - TOP + 0.8,
        edition.choose("90% 以上易积压", "queues build up above 90%"),
        size=SMALL,
        ha="center",
    )
