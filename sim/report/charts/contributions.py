"""What the reforms bring for the commitments of a service: alone, and as the last of all, each with its interval."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.results import Change, Ranked
from sim.analysis.statistics import Estimate
from sim.report import rankings
from sim.report.change_words import Of
from sim.report.charts.canvas import FAINT, HALF, HEAD, INK, PAGE, SCENARIOS, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, dot, stroke
from sim.report.charts.lettering import drawable, shortened
from sim.report.edition import Edition
from sim.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 5
"""Reforms of a commitment that are drawn: those that stand first in its table."""
LEFT, RIGHT, TOP, LINE, NAME, AXIS, GAP = 47.0, 4.0, HEAD + 1.5, 3.8, 4.2, 7.4, 3.0
_APART = 0.17
_ALONE: dict[str, Any] = {"color": SCENARIOS[0], "marker": "o", "ms": 4.0, "mew": 1.0, "mfc": "#ffffff"}
_LAST: dict[str, Any] = {"color": SCENARIOS[1], "marker": "D", "ms": 3.4, "mew": 0.8}
_GROWS: dict[str, Any] = {"color": INK, "marker": "x", "ms": 4.0, "mew": 1.2}
_INTERVAL: dict[str, Any] = {"color": SOFT, "lw": 0.9}
_GAINS: dict[Of, Text] = {
    "share_within": Text("按时办结率提高（百分点）", "share within the limit, up by points"),
    "mean": Text("平均用时减少（{}）", "mean time saved ({})"),
}


class _Panel(NamedTuple):
    """A commitment: its name, the axis in words, its reforms with what each brings alone and as the last."""

    title: str
    gain: str
    rows: list[tuple[str, Ranked]]
    of: Of


def contributions(edition: Edition, service: str) -> Picture | None:
    """A panel a commitment, two beside each other; None where nothing is ranked or changes beyond chance."""
    panels = [panel for id_ in edition.services[service] if (panel := _panel(edition, id_))]
    if not panels:
        return None
    pairs = [panels[i : i + 2] for i in range(0, len(panels), 2)]
    tall = [LINE * max(len(panel.rows) for panel in pair) + NAME + AXIS + GAP for pair in pairs]
    key = _key(edition, [one for panel in panels for _, one in panel.rows])
    height = TOP + sum(tall) + key.height
    about = edition.choose(
        f"每项承诺至多列 {MOST} 项，按撤去后的损失排列；向右为改善，各项之和不是全部举措的作用",
        f"At most {MOST} reforms a commitment, by what is lost without them; right is better; they do not add up",
    )
    with settings():
        sheet = Sheet(PAGE, height, _title(edition, panels), about, stamp=edition.stamp)
        top = height - TOP
        for pair, its in zip(pairs, tall, strict=True):
            for column, panel in enumerate(pair):
                _draw(sheet, panel, column * (PAGE - HALF), top)
            top -= its
        key.draw(sheet)
        return sheet.picture()


def _panel(edition: Edition, limit: str) -> _Panel | None:
    ranking = edition.result.ranking
    if ranking is None or limit not in edition.measured:
        return None
    its = rankings.contributions(edition, ranking, limit)
    ranked = {one.reform: one for one in ranking.reforms if one.limit == limit}
    rows = [(line.name, ranked[line.reform]) for line in its.changing[:MOST]]
    if not rows:
        return None
    gain = edition.say(_GAINS[its.leading]).format(rankings.unit(edition, limit))
    return _Panel(f"{limit} {its.name}", gain, rows, its.leading)


def _title(edition: Edition, panels: list[_Panel]) -> str:
    """The reform that leads for the most commitments."""
    (name, n), *_ = Counter(panel.rows[0][0] for panel in panels).most_common(1)
    of = len(panels)
    if n == 1 < of:
        return edition.choose(
            f"{of} 项承诺各有最要紧的举措", f"Another reform matters most for each of {of} commitments"
        )
    return edition.choose(
        f"有举措起作用的 {of} 项承诺中，{n} 项以“{name}”最要紧", f"Matters most for {n} of {of} commitments: {name}"
    )


def _draw(sheet: Sheet, panel: _Panel, left: float, top: float) -> None:
    tall = LINE * len(panel.rows)
    sheet.text(left, top - 1.0, shortened(panel.title, SMALL, HALF), size=SMALL, va="top", bold=True)
    axes = sheet.axes(left + LEFT, top - NAME - tall, HALF - LEFT - RIGHT, tall)
    for y, (_, one) in enumerate(panel.rows):
        _mark(axes, y - _APART, one.first_in, one.grows_alone, panel.of, _ALONE)
        _mark(axes, y + _APART, one.last_out, one.grows_without, panel.of, _LAST)
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    names = [drawable(shortened(name, SMALL, LEFT - 3)) for name, _ in panel.rows]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.0), max(high, 0.1))
    axes.locator_params(axis="x", nbins=5)
    axes.grid(axis="x", color=FAINT, lw=0.4, zorder=0)
    axes.tick_params(labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(drawable(panel.gain), fontsize=SMALL, labelpad=1.0, color=SOFT)


def _mark(axes: Axes, y: float, change: Change | None, grows: bool, of: Of, style: dict[str, Any]) -> None:
    """A cross at the right end where a queue grows, since no figure says how far."""
    if grows:
        axes.plot([0.97], [y], ls="", transform=axes.get_yaxis_transform(), **_GROWS | {"color": style["color"]})
        return
    found = _gain(change, of)
    if found is None:
        return
    value, low, high = found
    axes.plot([low, high], [y, y], zorder=2, **_INTERVAL | {"color": style["color"]})
    axes.plot([value], [y], ls="", zorder=3, clip_on=False, **style)


def _gain(change: Change | None, of: Of) -> tuple[float, float, float] | None:
    """How much better it gets, with its interval: time that is saved, points that are gained."""
    compared = None if change is None else getattr(change, of)
    if compared is None or compared.difference.value is None:
        return None
    its: Estimate = compared.difference
    value, low, high = (its.value or 0.0 if x is None else x for x in (its.value, its.low, its.high))
    return (value, low, high) if of == "mean" else (-100 * value, -100 * high, -100 * low)


def _key(edition: Edition, drawn: list[Ranked]) -> Key:
    say = edition.choose
    signs = [
        dot(say("单独实行（在改革前上只加这一项）", "alone (first in)"), **_ALONE),
        dot(say("作为最后一项（撤去即失去）", "as the last (lost when left out)"), **_LAST),
        stroke(say("95% 区间", "95% interval"), **_INTERVAL),
    ]
    if any(one.grows_alone or one.grows_without for one in drawn):
        words = say("同色：排队无限增长（单独实行时，或撤去后）", "a queue grows without end (alone, or left out)")
        signs.append(dot(words, **_GROWS))
    return Key(PAGE, [("", signs)])
