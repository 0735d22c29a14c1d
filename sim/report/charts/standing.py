"""The picture of page one: mean and 90th percentile of every commitment against its limit, scenario by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.results import ReadingResult
from sim.report import numbers
from sim.report.charts.canvas import FAINT, INK, PAGE, SCENARIOS, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.lettering import wrapped
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TOP, FOOT = PAGE, 50.0, 31.0, 11.5, 12.5
LINE, GAP = 3.4, 2.0
_CAP = 2.5
"""Whatever lies beyond so many times its limit ends in an arrow."""


def standing(edition: Edition) -> Picture:
    """One band a commitment, one line a scenario: a dot at the mean, a tick at the 90th percentile."""
    ids = edition.limits(numbered=True)
    band = LINE * len(edition.result.scenarios) + GAP
    height = TOP + band * len(ids) + FOOT
    title = edition.choose("各项承诺的用时与时限之比", "Time taken as a share of each limit")
    with settings():
        sheet = Sheet(WIDTH, height, title, stamp=edition.stamp)
        axes = sheet.axes(LEFT, FOOT, WIDTH - LEFT - RIGHT, band * len(ids))
        reached = [1.25]
        for row, id_ in enumerate(ids):
            lines = wrapped(f"{id_} {edition.say(edition.limit(id_).name)}", SMALL, LEFT - 3)
            sheet.text(
                LEFT - 2, height - TOP - band * (row + 0.5), "\n".join(lines), size=SMALL, ha="right", va="center"
            )
            for i, (_, verdict) in enumerate(edition.across(id_)):
                if verdict.default is not None:
                    y = band * row + GAP / 2 + LINE * (i + 0.5)
                    reached.append(_line(axes, y, i, verdict.default))
                    label = _label(edition, verdict.default)
                    sheet.text(WIDTH - RIGHT + 1.5, height - TOP - y, label, size=SMALL, va="center", color=_color(i))
        _dress(edition, sheet, axes, band, len(ids), max(reached))
        return sheet.picture(title)


def _color(i: int) -> str:
    return SOFT if i == 0 else SCENARIOS[i % len(SCENARIOS)]


def _line(axes: Axes, y: float, i: int, result: ReadingResult) -> float:
    """One scenario of one commitment; returns how far it reaches."""
    limit, mean, p90 = result.limit_value, result.mean.value, result.p90.value
    if not limit or mean is None:
        return 0.0
    color = _color(i)
    style: dict[str, Any] = {"zorder": 3, "clip_on": False}
    far = max(mean, p90 or 0.0) / limit
    axes.plot([0, min(far, _CAP)], [y, y], color=color, lw=1.0 if i == 0 else 2.2, solid_capstyle="butt", zorder=2)
    if p90 is not None and p90 / limit <= _CAP:
        axes.plot([p90 / limit], [y], marker="|", ms=6.5, mew=1.6, color=color, **style)
    if far > _CAP:
        axes.plot([_CAP], [y], marker=">", ms=4.5, color=color, **style)
    if mean / limit <= _CAP:
        face = "white" if i == 0 else color
        axes.plot([mean / limit], [y], marker="o", ms=4.4, mew=1.1, mfc=face, mec=color, **style)
    return min(far, _CAP)


def _label(edition: Edition, result: ReadingResult) -> str:
    mean, p90 = (numbers.alone(e, numbers.days, edition.language) for e in (result.mean, result.p90))
    return f"{mean} / {p90} {edition.unit(result)}"


def _dress(edition: Edition, sheet: Sheet, axes: Axes, band: float, n: int, reached: float) -> None:
    axes.set_xlim(0, reached * 1.02)
    axes.set_ylim(band * n, 0)
    axes.axvline(1, color=INK, lw=1.1, ls=(0, (5, 2)), zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_color(SOFT)
    for row in range(1, n):
        axes.axhline(band * row, color=FAINT, lw=0.5, zorder=0)
    axes.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
    top = sheet.height - TOP + 1.0
    x = LEFT + (WIDTH - LEFT - RIGHT) / (reached * 1.02)
    sheet.text(x, top, edition.choose("时限 = 100%", "limit = 100%"), size=SMALL, ha="center")
    words = edition.choose("平均 / 90% 分位", "mean / 90%")
    sheet.text(WIDTH - RIGHT + 1.5, top, words, size=SMALL)
    _legend(edition, sheet)


def _legend(edition: Edition, sheet: Sheet) -> None:
    """Bottom right: which line is which scenario, what dot and tick are."""
    from matplotlib.lines import Line2D

    names = [edition.scenario_name(found.id) for found in edition.result.scenarios]
    handles = [
        Line2D(
            [], [], color=_color(i), lw=1.0 if i == 0 else 2.2, marker="o", ms=4.4, mfc="white" if i == 0 else _color(i)
        )
        for i in range(len(names))
    ]
    handles.append(Line2D([], [], color=INK, lw=0, marker="|", ms=6.5, mew=1.6))
    names.append(edition.choose("90% 分位", "90th percentile"))
    sheet.legend(handles, names)
