"""Chart B: the share of cases finished by day d, and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.results import ReadingResult
from sim.report import numbers
from sim.report.charts.canvas import FAINT, HALF, INK, LINES, SCENARIOS, SMALL, SOFT, Picture, Sheet, settings
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, LEFT, FOOT, TOP, RIGHT = HALF, 66.0, 10.5, 19.5, 11.5, 3.0
_SHOWN = 97
"""The axis reaches to this percentile: the last few cases would squeeze all others."""


def finished(edition: Edition, limit: str) -> Picture | None:
    """One curve a scenario, under the reading that decides; None without cases."""
    found = [(edition.scenario_name(s.id), v.default) for s, v in edition.across(limit)]
    curves = [(name, result) for name, result in found if result is not None and result.quantiles]
    if not curves:
        return None
    title = edition.choose(f"{limit} 第几天办结多少", f"{limit} Share finished by day")
    with settings():
        sheet = Sheet(WIDTH, HEIGHT, title, stamp=edition.stamp)
        axes = sheet.axes(LEFT, FOOT, WIDTH - LEFT - RIGHT, HEIGHT - FOOT - TOP)
        promised = curves[-1][1].limit_value or 0.0
        most = max(promised * 1.3, *(result.quantiles[_SHOWN] for _, result in curves)) * 1.03
        for i, (_, result) in enumerate(curves):
            _curve(axes, i, result, most)
        _dress(edition, axes, curves[0][1], most)
        if promised:
            _limit(edition, axes, promised, most)
        sheet.key([(name, SCENARIOS[i % len(SCENARIOS)], LINES[i % len(LINES)]) for i, (name, _) in enumerate(curves)])
        return sheet.picture(title)


def _curve(axes: Axes, i: int, result: ReadingResult, most: float) -> None:
    points = [(days, percent / 100) for percent, days in enumerate(result.quantiles) if days <= most]
    days, shares = [0.0, *(p[0] for p in points)], [0.0, *(p[1] for p in points)]
    axes.plot(
        days, shares, color=SCENARIOS[i % len(SCENARIOS)], ls=LINES[i % len(LINES)], lw=1.8, zorder=3, clip_on=False
    )


def _limit(edition: Edition, axes: Axes, promised: float, most: float) -> None:
    axes.axvline(promised, color=INK, lw=1.1, ls=(0, (5, 2)), zorder=2)
    words = f"{edition.choose('时限', 'limit')} {numbers.number(promised)}"
    axes.annotate(
        words, (promised, 1.0), (0, 4), textcoords="offset points", ha="center", va="bottom", fontsize=SMALL,
        annotation_clip=False,
    )  # fmt: skip


def _dress(edition: Edition, axes: Axes, result: ReadingResult, most: float) -> None:
    axes.set_xlim(0, most)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0])
    axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
    axes.spines["left"].set_color(SOFT)
    axes.tick_params(labelsize=SMALL)
    axes.set_xlabel(
        edition.choose(f"用时（{edition.unit(result)}）", f"time ({edition.unit(result)})"),
        fontsize=SMALL,
        labelpad=1.5,
    )
