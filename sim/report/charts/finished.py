"""Chart B: the share of cases finished by day d, and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.results import ReadingResult
from sim.report import numbers
from sim.report.charts.canvas import FAINT, HALF, HEAD, INK, LINES, PAPER, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, Sign, dot, scenario_color, scenario_lines, upright
from sim.report.charts.required import required
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TOP, TALL, AXIS = HALF, 10.5, 3.0, HEAD + 4.6, 36.0, 7.4
_SHOWN = 97
"""The axis reaches at least to this percentile; the last few cases would squeeze all others."""
_LIMIT: dict[str, Any] = {"color": INK, "lw": 1.4}
_MUST: dict[str, Any] = {"marker": "o", "ms": 4.4, "mew": 1.0, "mfc": PAPER}


def finished(edition: Edition, limit: str) -> Picture | None:
    """One curve a scenario, under the reading that decides; None without cases."""
    curves = [
        (i, verdict.default)
        for i, (_, verdict) in enumerate(edition.across(limit))
        if verdict.default is not None and verdict.default.quantiles
    ]
    if not curves:
        return None
    last = curves[-1][1]
    most = max(last.limit_value or 0.0, *(result.quantiles[_SHOWN] / 1.3 for _, result in curves)) * 1.34 or 1.0
    dots = _dots(curves, most)
    key = Key(WIDTH, [("", [*scenario_lines(edition), *_marks(edition, last, dots)])])
    title = _title(edition, limit, [result for _, result in curves])
    about = edition.choose("受理后各日办结的比例（累计）", "Share of cases finished by each day")
    with settings():
        sheet = Sheet(WIDTH, TOP + TALL + AXIS + key.height, title, about, stamp=edition.stamp)
        axes = sheet.axes(LEFT, key.height + AXIS, WIDTH - LEFT - RIGHT, TALL)
        for i, result in curves:
            _curve(axes, i, result, most)
        for i, days, share in dots:
            axes.plot([days], [share], color=scenario_color(i), zorder=4, clip_on=False, label="required", **_MUST)
        _dress(edition, axes, last, most)
        if last.limit_value:
            _limit(edition, axes, last.limit_value)
        key.draw(sheet)
        return sheet.picture()


def _dots(curves: list[tuple[int, ReadingResult]], most: float) -> list[tuple[int, float, float]]:
    """Scenario, days and share of what must be within the limit, where it is in the picture; none for a mean."""
    found = [(i, required(result)) for i, result in curves]
    return [
        (i, must.days, must.share)
        for i, must in found
        if must.share is not None and must.days is not None and must.days <= most
    ]


def _marks(edition: Edition, result: ReadingResult, dots: list[tuple[int, float, float]]) -> list[Sign]:
    marks = [upright(edition.choose("时限", "limit"), **_LIMIT)] if result.limit_value else []
    if dots:
        name = edition.say(required(result).name)
        words = edition.choose(f"必须在时限内：{name}", f"must be within the limit: {name}")
        marks.append(dot(words, color=INK, **_MUST))
    return marks


def _title(edition: Edition, limit: str, results: list[ReadingResult]) -> str:
    """The share within the limit, from the first scenario to the last."""
    shares = [numbers.alone(result.share_within, numbers.share, edition.language) for result in results]
    change = " → ".join(shares if len(shares) == 1 else (shares[0], shares[-1]))
    if not results[-1].limit_value:
        return edition.choose(f"{limit} 第几天办结多少", f"{limit} Share finished by day")
    amount = edition.amount(numbers.number(results[-1].limit_value), results[-1])
    return edition.choose(f"{limit} {amount}内办结 {change}", f"{limit} Finished within {amount}: {change}")


def _curve(axes: Axes, i: int, result: ReadingResult, most: float) -> None:
    done = result.finished / result.cases if result.cases else 1.0
    points = [(days, done * percent / 100) for percent, days in enumerate(result.quantiles) if days <= most]
    days, shares = [0.0, *(p[0] for p in points)], [0.0, *(p[1] for p in points)]
    axes.plot(days, shares, color=scenario_color(i), ls=LINES[i % len(LINES)], lw=1.8, zorder=3, clip_on=False)


def _limit(edition: Edition, axes: Axes, promised: float) -> None:
    axes.axvline(promised, zorder=2, **_LIMIT)
    words = f"{edition.choose('时限', 'limit')} {numbers.number(promised)}"
    axes.annotate(
        words, (promised, 1.02), (0, 1.5), textcoords="offset points", ha="center", va="bottom", fontsize=SMALL,
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
    words = edition.choose(f"用时（{edition.unit(result)}）", f"time ({edition.unit(result)})")
    axes.set_xlabel(words, fontsize=SMALL, labelpad=1.0, color=SOFT)
