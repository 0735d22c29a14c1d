"""A sweep as a chart: what a commitment is about, over the values of one figure, with a line for each of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.analysis.results import ReadingResult
from sim.analysis.statistics import Estimate
from sim.report import numbers
from sim.report.assumption_words import figure_name
from sim.report.charts.canvas import (
    FAINT,
    INK,
    LINES,
    NORMAL,
    PAGE,
    SCENARIOS,
    SMALL,
    SOFT,
    TITLE,
    Picture,
    Sheet,
    settings,
)
from sim.report.charts.lettering import shortened, wrapped
from sim.report.edition import Edition
from sim.report.sweeps import Point
from sim.report.wording import describe_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, FOOT, TOP, RIGHT, KEY = 92.0, 16.0, 19.0, 12.0, 12.0, 36.0
_MARKS = "osD^v"
_MOST_LINES = 5
_APART = 0.012
"""Between lines at one value, as a share of the axis, so that their intervals are seen."""


def sweep(points: Sequence[Point], axes: Sequence[str], limit: str) -> Picture | None:
    """With 95% intervals and the promised figure; None where nothing can be drawn or the lines are too many."""
    edition = points[0].edition
    lines = list(dict.fromkeys(point.values[1:] for point in points))
    found = [_figure(point.verdict(limit).default) for point in points]
    if len(lines) > _MOST_LINES or all(estimate is None or estimate.value is None for estimate in found):
        return None
    promised = edition.limit(limit)
    said = (edition.say(promised.name), edition.say(describe_limit(promised)))
    title = f"{limit} {edition.choose('：', ': ').join(said)}"
    values = list(dict.fromkeys(point.values[0] for point in points))
    places = _places(values)
    names = [figure_name(edition, axis) for axis in axes]
    right = RIGHT + (KEY if len(axes) > 1 else 0)
    with settings():
        sheet = Sheet(PAGE, HEIGHT, shortened(title, TITLE, PAGE), stamp=edition.stamp)
        drawn = sheet.axes(LEFT, FOOT, PAGE - LEFT - right, HEIGHT - FOOT - TOP)
        step = _APART * ((max(places) - min(places)) or 1.0)
        for i, rest in enumerate(lines):
            aside = (i - (len(lines) - 1) / 2) * step
            its = [(p, f) for p, f in zip(points, found, strict=True) if p.values[1:] == rest]
            _line(drawn, [places[values.index(p.values[0])] + aside for p, _ in its], [f for _, f in its], i)
        result = points[0].verdict(limit).default
        _promise(drawn, result)
        _dress(drawn, sheet, edition, result, places, values)
        drawn.set_xlabel(shortened(names[0], NORMAL, PAGE - LEFT - right))
        if len(axes) > 1:
            _key(sheet, names[1], [rest[0] for rest in lines])
        return sheet.picture()


def _figure(result: ReadingResult | None) -> Estimate | None:
    """What the commitment is about: the mean, the median, or the share within the limit."""
    if result is None or result.statistic is None:
        return None
    return {"mean": result.mean, "median": result.median, "ratio": result.ratio}.get(
        result.statistic.kind, result.share_within
    )


def _of_days(result: ReadingResult | None) -> bool:
    return result is not None and result.statistic is not None and result.statistic.kind in ("mean", "median")


def _places(values: Sequence[str]) -> list[float]:
    """Where the values stand: as numbers where all are numbers of one unit, else at equal distances."""
    parts = [value.rstrip("%").split() for value in values]
    try:
        if len({tuple(part[1:]) for part in parts}) == 1:
            return [float(part[0]) for part in parts]
    except (ValueError, IndexError):
        pass
    return [float(i) for i in range(len(values))]


def _line(axes: Axes, xs: Sequence[float], estimates: Sequence[Estimate | None], i: int) -> None:
    known = [(x, e) for x, e in zip(xs, estimates, strict=True) if e is not None and e.value is not None]
    color = SCENARIOS[(i + 1) % len(SCENARIOS)]
    lost = [x for x, e in zip(xs, estimates, strict=True) if e is None or e.value is None]
    axes.plot(lost, [0.02] * len(lost), transform=axes.get_xaxis_transform(), color=color, ls="", marker="x", ms=5)
    at, ys = [x for x, _ in known], [e.value for _, e in known if e.value is not None]
    low = [y - (e.low if e.low is not None else y) for (_, e), y in zip(known, ys, strict=True)]
    high = [(e.high if e.high is not None else y) - y for (_, e), y in zip(known, ys, strict=True)]
    axes.errorbar(
        at, ys, yerr=[low, high], color=color, ls=LINES[1 if i == 0 else i % len(LINES)], lw=1.3, marker=_MARKS[i],
        ms=4, capsize=2.5, elinewidth=0.8, zorder=3, clip_on=False,
    )  # fmt: skip


def _promise(axes: Axes, result: ReadingResult | None) -> None:
    """The line that must be kept."""
    if result is None or result.statistic is None or (result.limit_value is None and result.ratio is None):
        return
    wanted = result.limit_value if _of_days(result) else result.statistic.share or result.statistic.at_most
    if wanted is None and result.tolerance is not None:
        wanted = 1 - result.tolerance
    if wanted is not None:
        axes.axhline(wanted, color=INK, lw=1.0, ls=(0, (5, 2)), zorder=2)
        words = numbers.number(wanted) if _of_days(result) else f"{100 * wanted:g}%"
        axes.annotate(words, (1, wanted), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      va="center", fontsize=NORMAL, annotation_clip=False)  # fmt: skip


def _dress(
    axes: Axes,
    sheet: Sheet,
    edition: Edition,
    result: ReadingResult | None,
    places: Sequence[float],
    values: Sequence[str],
) -> None:
    say = edition.choose
    axes.set_xticks(places, [shortened(value, SMALL, 30) for value in values], fontsize=SMALL)
    spread = (max(places) - min(places)) or 1.0
    axes.set_xlim(min(places) - 0.05 * spread, max(places) + 0.05 * spread)
    if result is not None and result.statistic is not None and _of_days(result):
        axes.set_ylim(bottom=0)
        unit = say("个工作日", "working days") if result.mean.unit == "wd" else say("天", "days")
        words = say("平均用时，", "mean, ") if result.statistic.kind == "mean" else say("中位用时，", "median, ")
        axes.set_ylabel(words + unit)
    else:
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
        axes.set_ylabel(say("按时办结率", "share within the limit"))
    axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
    axes.spines["left"].set_color(SOFT)
    words = say(
        "竖线为95%置信区间；虚线为承诺；×为排队无限增长，无稳态数值",
        "bars: 95% intervals; dashed: promised; ×: a queue grows without end",
    )
    sheet.text(PAGE, 2.6, words, size=SMALL, color=SOFT, ha="right", va="center")


def _key(sheet: Sheet, name: str, values: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    left, top = PAGE - KEY, HEIGHT - TOP
    for i, line in enumerate(wrapped(name, SMALL, KEY, lines=3)):
        sheet.text(left, top - 3.4 * i, line, size=SMALL, color=SOFT, va="top")
    for i, value in enumerate(values):
        y = top - 14 - 5 * i
        color, line = SCENARIOS[(i + 1) % len(SCENARIOS)], LINES[1 if i == 0 else i % len(LINES)]
        at = [left / sheet.width, (left + 7) / sheet.width]
        sheet.figure.add_artist(
            Line2D(at, [y / sheet.height] * 2, color=color, ls=line, lw=1.3, marker=_MARKS[i], ms=4)
        )
        sheet.text(left + 8.5, y, shortened(value, SMALL, KEY - 9), size=SMALL, va="center")
