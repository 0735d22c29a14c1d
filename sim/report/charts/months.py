"""Chart C: the share within the limit month by month, by the month of acceptance (winter, holidays, peaks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import numbers
from sim.report.charts.canvas import FAINT, HALF, LINES, SCENARIOS, SMALL, SOFT, Picture, Sheet, settings
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, LEFT, FOOT, TOP, RIGHT = HALF, 66.0, 10.5, 19.5, 11.5, 3.0
_MOST_LABELS = 12


def months(edition: Edition, limit: str) -> Picture | None:
    """One line a scenario; months without cases leave a gap; None where there are fewer than two months."""
    found = [(edition.scenario_name(s.id), v.months) for s, v in edition.across(limit)]
    names = sorted({month.month for _, shares in found for month in shares})
    if len(names) < 2:
        return None
    title = edition.choose(f"{limit} 各月受理办件的按时办结率", f"{limit} Share within the limit by month")
    with settings():
        sheet = Sheet(WIDTH, HEIGHT, title, stamp=edition.stamp)
        axes = sheet.axes(LEFT, FOOT, WIDTH - LEFT - RIGHT, HEIGHT - FOOT - TOP)
        for i, (_, shares) in enumerate(found):
            within = {month.month: month.within for month in shares if month.within is not None}
            values = [within.get(name, float("nan")) for name in names]
            color, line = SCENARIOS[i % len(SCENARIOS)], LINES[i % len(LINES)]
            face = "white" if i == 0 else color
            axes.plot(
                range(len(names)), values, color=color, ls=line, lw=1.4, marker="o", ms=3.4, mfc=face, clip_on=False
            )
        _dress(edition, axes, names)
        sheet.key([(name, SCENARIOS[i % len(SCENARIOS)], LINES[i % len(LINES)]) for i, (name, _) in enumerate(found)])
        return sheet.picture(title)


def _dress(edition: Edition, axes: Axes, names: list[str]) -> None:
    every = -(-len(names) // _MOST_LABELS)
    ticks = range(0, len(names), every)
    axes.set_xticks(ticks, [numbers.month(names[i], edition.language) for i in ticks], fontsize=SMALL)
    years = {names[i][:4]: i for i in reversed(range(len(names)))}
    for year, i in years.items():
        axes.annotate(
            year, (i, 0), (0, -14), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
            va="top", fontsize=SMALL, color=SOFT, annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(-0.4, len(names) - 0.6)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
    axes.spines["left"].set_color(SOFT)
