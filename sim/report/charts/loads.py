"""Chart D: how busy every pool is, the bottleneck first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.results import PoolLoad
from sim.report import numbers
from sim.report.charts.canvas import FAINT, HEAD, INK, PAGE, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, Sign, scenario_bars, scenario_color, upright
from sim.report.charts.lettering import drawable, shortened
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TOP, AXIS, LINE, GAP = PAGE, 46.0, 41.0, HEAD + 4.6, 7.4, 3.4, 2.2
_HIGH = 0.9
_LINE: dict[str, Any] = {"color": SOFT, "lw": 1.0, "ls": (0, (4, 2))}
_INTERVAL: dict[str, Any] = {"color": INK, "lw": 0.9}


def loads(edition: Edition) -> Picture | None:
    """One band a pool, one bar a scenario; pools as the last scenario loads them."""
    pools = ordered(edition)
    if not pools:
        return None
    scenarios = edition.result.scenarios
    band = LINE * len(scenarios) + GAP
    key = Key(WIDTH, [("", [*scenario_bars(edition), *_marks(edition)])])
    height = TOP + band * len(pools) + AXIS + key.height
    last = edition.scenario_name(edition.last.id)
    about = edition.choose(
        f"班组负荷，按“{last}”由高到低", f"How busy the pools are, in the order that they have in: {last}"
    )
    with settings():
        sheet = Sheet(WIDTH, height, _title(edition, pools[0]), about, stamp=edition.stamp)
        axes = sheet.axes(LEFT, key.height + AXIS, WIDTH - LEFT - RIGHT, band * len(pools))
        most = 1.02
        for i, scenario in enumerate(scenarios):
            by_id = {load.pool: load for load in scenario.pools}
            for row, pool in enumerate(pools):
                if pool in by_id and by_id[pool].load.value is not None:
                    y = band * row + GAP / 2 + LINE * (i + 0.5)
                    most = max(most, _bar(axes, y, i, by_id[pool]))
                    label = _label(edition, by_id[pool])
                    sheet.text(WIDTH - RIGHT + 2, height - TOP - y, label, size=SMALL, va="center_baseline")
        names = [drawable(shortened(edition.pool_name(pool), SMALL, LEFT - 3)) for pool in pools]
        axes.set_yticks([band * (row + 0.5) for row in range(len(pools))], names)
        axes.set_ylim(band * len(pools), 0)
        _dress(edition, sheet, axes, most)
        key.draw(sheet)
        return sheet.picture()


def _title(edition: Edition, pool: str) -> str:
    """Which pool is the busiest in the last scenario, and how busy."""
    found = next((load for load in edition.last.pools if load.pool == pool), None)
    share = numbers.NONE if found is None else numbers.alone(found.load, numbers.share, edition.language)
    name = edition.pool_name(pool)
    return edition.choose(f"最忙的是{name}，{share}", f"Busiest: {name}, {share}")


def _marks(edition: Edition) -> list[Sign]:
    def interval(sheet: Sheet, x: float, y: float) -> None:
        sheet.line([(x, y), (x + 7.0, y)], **_INTERVAL)
        for end in (x, x + 7.0):
            sheet.line([(end, y - 0.7), (end, y + 0.7)], **_INTERVAL)

    return [
        Sign(edition.choose("95% 区间", "95% interval"), interval),
        upright(edition.choose("90%，以上易积压", "90%, above which queues build up"), **_LINE),
    ]


def ordered(edition: Edition) -> list[str]:
    """Ids of the pools, the busiest of the last scenario first."""
    found: dict[str, float] = {}
    for scenario in edition.result.scenarios:
        found |= {load.pool: load.load.value or 0.0 for load in scenario.pools}
    return sorted(found, key=lambda pool: (-found[pool], pool))


def _bar(axes: Axes, y: float, i: int, found: PoolLoad) -> float:
    load = found.load
    value = load.value or 0.0
    axes.barh(y, value, height=LINE * 0.78, color=scenario_color(i), zorder=2)
    if load.low is not None and load.high is not None:
        axes.plot([load.low, load.high], [y, y], zorder=3, **_INTERVAL)
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
    axes.tick_params(labelsize=SMALL)
    axes.axvline(_HIGH, zorder=1, **_LINE)
    words = edition.choose("忙碌时间占工作时间的比例", "share of open time that is busy")
    axes.set_xlabel(words, fontsize=SMALL, labelpad=1.0, color=SOFT)
    top = sheet.height - TOP + 0.8
    words = edition.choose("负荷，从就绪到开始的平均等候", "load, mean wait from ready to start")
    sheet.text(WIDTH - RIGHT + 2, top, words, size=SMALL, color=SOFT)
