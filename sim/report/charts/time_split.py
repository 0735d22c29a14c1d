"""Chart A: where the days go, by whose time and what kind; below it the clock that the limit is on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.results import ReadingResult, TimePart, Verdict
from sim.report import numbers
from sim.report.charts.canvas import (
    FAINT,
    INK,
    PAGE,
    PAPER,
    SCENARIOS,
    SMALL,
    SOFT,
    Picture,
    Sheet,
    settings,
)
from sim.report.charts.lettering import drawable, shortened, width_mm, wrapped
from sim.report.edition import Edition
from sim.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT = PAGE, 29.0, 33.0
BAR, PITCH = 6.4, 8.6
_NAMES, _SWATCH = 44.0, 8.4
"""In the legend: the names of owners; a swatch with the room around its words."""

_GROUPS: dict[str, Text] = {
    "work": Text("办理", "work"),
    "staff": Text("排队等人手", "waiting for staff"),
    "session": Text("等待集中办理", "waiting for a session"),
    "wait": Text("等候或他方办理", "waits and others' work"),
    "closed": Text("非工作时间", "outside hours"),
    "rest": Text("其他", "other"),
}
_GROUP_OF = {
    "work": "work", "in-session": "work", "waiting-for-staff": "staff", "waiting-for-session": "session",
    "off-hours": "closed", "waiting-for-opening-hours": "closed", "wait": "wait",
}  # fmt: skip
_HUES = (
    ("#0f4c81", "#3f7fb5", "#6fa3cf", "#9dbfdd", "#d3e3f1", "#e8eef4"),
    ("#a85100", "#d97b1c", "#eba257", "#f9dcbd", "#fbe9d6", "#fbeee2"),
    ("#1f6b4f", "#3d9473", "#5fa888", "#7fbca2", "#cfe7dc", "#e7f3ee"),
    ("#5b4a86", "#8272ad", "#a89bc9", "#dcd5ec", "#e9e4f2", "#f0edf6"),
    ("#4d4d4d", "#6d6d6d", "#8a8a8a", "#a3a3a3", "#dcdcdc", "#ededed"),
)
"""A hue an owner, a darkness a kind: blue, orange, green, violet and grey are told apart by every kind of eye, and the
waits of neighbours by a grey print, too."""
_HATCHES = {"work": "", "staff": "////", "session": "xxxx", "wait": "", "closed": "||", "rest": "\\\\\\\\"}
_KINDS = list(_GROUPS)


class _Slice(NamedTuple):
    owner: str
    group: str


def time_split(edition: Edition, limit: str) -> Picture | None:
    """Mean days of a case; None where no case was closed."""
    found = [(edition.scenario_name(s.id), verdict) for s, verdict in edition.across(limit)]
    slices = _slices(edition, (verdict for _, verdict in found))
    if not slices:
        return None
    rows = len(found)
    legend = _legend_lines(edition, slices)
    upper, lower, foot = 20.0 + PITCH * rows, 16.5 + PITCH * rows, 9.0 + 4.0 * len(legend)
    title = edition.choose(f"{limit} 时间用在哪里（平均每件）", f"{limit} Where the time goes, mean of a case")
    with settings():
        sheet = Sheet(WIDTH, upper + lower + foot, title, stamp=edition.stamp)
        plot = WIDTH - LEFT - RIGHT, PITCH * rows
        _elapsed(edition, sheet, sheet.axes(LEFT, foot + lower + 7.0, *plot), found, slices)
        _counted(edition, sheet, sheet.axes(LEFT, foot + 7.0, *plot), found)
        _legend(sheet, legend)
        return sheet.picture()


def _slices(edition: Edition, verdicts: Iterable[Verdict]) -> list[_Slice]:
    """Owner by owner in the order of the folder, kind by kind; what is nowhere 1% of the whole is left to the rest."""
    owners = [*edition.folder.owner_names(), ""]
    largest: dict[_Slice, float] = {}
    for verdict in verdicts:
        whole = sum(part.days for part in verdict.time_split)
        for slice_, days in _days(verdict.time_split).items():
            largest[slice_] = max(largest.get(slice_, 0.0), days / whole if whole else 0.0)
    kept = [slice_ for slice_, share in largest.items() if share >= 0.01]
    return sorted(kept, key=lambda s: (owners.index(s.owner) if s.owner in owners else -1, _KINDS.index(s.group)))


def _days(parts: Iterable[TimePart]) -> dict[_Slice, float]:
    found: dict[_Slice, float] = {}
    for part in parts:
        slice_ = _Slice(part.owner or "", _GROUP_OF.get(part.kind, "rest"))
        found[slice_] = found.get(slice_, 0.0) + part.days
    return found


def _style(edition: Edition, slice_: _Slice) -> dict[str, Any]:
    owners = list(edition.folder.owner_names())
    owners = [o for o in owners if o != "suspended"]
    hue = _HUES[owners.index(slice_.owner) % len(_HUES)] if slice_.owner in owners else _HUES[-1]
    return {
        "facecolor": hue[_KINDS.index(slice_.group)],
        "hatch": _HATCHES[slice_.group],
        "edgecolor": PAPER,
        "linewidth": 0.7,
    }


def _elapsed(
    edition: Edition, sheet: Sheet, axes: Axes, found: list[tuple[str, Verdict]], slices: list[_Slice]
) -> None:
    """The whole elapsed time, in calendar days."""
    most = max(sum(part.days for part in verdict.time_split) for _, verdict in found)
    for row, (_, verdict) in enumerate(found):
        days, left = _days(verdict.time_split), 0.0
        others = sum(value for slice_, value in days.items() if slice_ not in slices)
        for slice_ in slices:
            value = days.get(slice_, 0.0)
            axes.barh(row, value, left=left, height=BAR / PITCH, **_style(edition, slice_))
            text = numbers.days(value)
            if value / most * (WIDTH - LEFT - RIGHT) > width_mm(text, SMALL) + 1.6:
                box = {"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
                axes.text(left + value / 2, row, text, ha="center", va="center", fontsize=SMALL, bbox=box)
            left += value
        if others:
            axes.barh(row, others, left=left, height=BAR / PITCH, facecolor=PAPER, edgecolor=SOFT, linewidth=0.5)
        _value(sheet, axes, row, numbers.with_interval(verdict.elapsed, numbers.days, edition.language))
    title = edition.choose("全过程跨度用时（自然日，含节假日）", "whole elapsed time, calendar days")
    _dress(edition, sheet, axes, [name for name, _ in found], most * 1.02, title)


def _counted(edition: Edition, sheet: Sheet, axes: Axes, found: list[tuple[str, Verdict]]) -> None:
    """The mean under the reading that decides, with its interval, and the limit."""
    results = [(row, verdict.default) for row, (_, verdict) in enumerate(found) if verdict.default is not None]
    reached = [0.0]
    for row, result in results:
        if result.mean.value is None:
            continue
        reached += [result.mean.value, result.mean.high or 0.0, result.limit_value or 0.0]
        axes.barh(row, result.mean.value, height=0.6, color=SCENARIOS[row % len(SCENARIOS)], zorder=2)
        if result.mean.low is not None and result.mean.high is not None:
            axes.plot([result.mean.low, result.mean.high], [row, row], color=INK, lw=1.1, zorder=4)
            axes.plot([result.mean.low, result.mean.high], [row, row], "|", color=INK, ms=5, zorder=4)
        _value(sheet, axes, row, numbers.with_interval(result.mean, numbers.days, edition.language))
    unit = edition.unit(results[0][1]) if results else ""
    title = edition.choose(
        f"办理用时（{unit}，据以判定的口径）", f"time that counts, {unit}, under the reading that decides"
    )
    _dress(edition, sheet, axes, [name for name, _ in found], max(reached) * 1.04 or 1.0, title)
    _limit_line(edition, axes, [result for _, result in results])


def _limit_line(edition: Edition, axes: Axes, results: list[ReadingResult]) -> None:
    """One line where the limit is the same in all scenarios, else a piece for each."""
    for row, result in enumerate(results):
        if result.limit_value:
            axes.plot([result.limit_value] * 2, [row - 0.5, row + 0.5], color=INK, lw=1.2, ls=(0, (4, 1.6)), zorder=3)
    if results and results[0].limit_value:
        words = f"{edition.choose('时限', 'limit')} {numbers.number(results[0].limit_value)}"
        axes.annotate(
            words, (results[0].limit_value, -0.5), (0, 1.5), textcoords="offset points", ha="center", va="bottom",
            fontsize=SMALL,
        )  # fmt: skip


def _dress(edition: Edition, sheet: Sheet, axes: Axes, names: list[str], most: float, title: str) -> None:
    axes.set_xlim(0, most)
    axes.set_ylim(len(names) - 0.5, -0.5)
    labels = ["\n".join(wrapped(name, SMALL, LEFT - 2)) for name in names]
    axes.set_yticks(range(len(names)), [drawable(label) for label in labels], fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", integer=True)
    axes.spines["left"].set_color(FAINT)
    top = axes.get_position().y1 * sheet.height
    sheet.text(0, top + 3.4, title, color=SOFT)
    sheet.text(WIDTH - RIGHT + 2, top + 3.4, edition.choose("平均（95% 区间）", "mean (95% interval)"), color=SOFT)


def _value(sheet: Sheet, axes: Axes, row: int, text: str) -> None:
    """A number in the column at the right of a plot."""
    y = axes.get_position().y1 * sheet.height - PITCH * (row + 0.5)
    sheet.text(WIDTH - RIGHT + 2, y, text, va="center")


_Swatch = tuple[dict[str, Any], str]


def _legend_lines(edition: Edition, slices: list[_Slice]) -> list[tuple[str, list[_Swatch]]]:
    """For each owner its name and the swatches of its kinds, on as many lines as they need."""
    lines: list[tuple[str, list[_Swatch]]] = []
    owner, x = None, 0.0
    for slice_ in slices:
        words = edition.say(_GROUPS[slice_.group])
        room = _SWATCH + width_mm(words, SMALL)
        if slice_.owner != owner or x + room > WIDTH - _NAMES:
            name = edition.owner_name(slice_.owner) if slice_.owner != owner else ""
            lines.append((shortened(name, SMALL, _NAMES - 3), []))
            owner, x = slice_.owner, 0.0
        lines[-1][1].append((_style(edition, slice_), words))
        x += room
    return lines


def _legend(sheet: Sheet, lines: list[tuple[str, list[_Swatch]]]) -> None:
    """Below the plots: an owner a line."""
    y = 9.5 + 4.0 * (len(lines) - 1)
    for owner, swatches in lines:
        sheet.text(0, y, owner, size=SMALL, va="center", color=SOFT)
        x = _NAMES
        for style, words in swatches:
            sheet.rectangle(x, y - 1.3, 4.6, 2.6, **{**style, "linewidth": 0.3})
            sheet.text(x + 5.8, y, words, size=SMALL, va="center")
            x += _SWATCH + width_mm(words, SMALL)
        y -= 4.0
