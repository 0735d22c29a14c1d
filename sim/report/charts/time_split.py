"""Chart A: the counted time by whose it is and what kind, against the limit; below it all the customer's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.results import ReadingResult, Verdict
from sim.report import numbers
from sim.report.charts.canvas import FAINT, HEAD, INK, PAGE, PAPER, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, Sign, dot, swatch, upright
from sim.report.charts.lettering import drawable, shortened, width_mm, wrapped
from sim.report.charts.required import MEAN, required
from sim.report.charts.time_parts import GROUPS, SMALL_ONES, Parts, Slice, counted, elapsed, named, worth_naming
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT = PAGE, 29.0, 36.0
PLOT = WIDTH - LEFT - RIGHT
BAR, PITCH, CAPTION, ABOVE, AXIS = 6.4, 8.6, 4.6, 3.4, 7.0
"""A bar, a bar with the room around it, the heading of a plot, the words of the limit, the numbers below the plot."""
_NAMES = 44.0

_HUES = (
    ("#0f4c81", "#3f7fb5", "#6fa3cf", "#9dbfdd", "#c4d8ea", "#d3e3f1"),
    ("#a85100", "#d97b1c", "#eba257", "#f9dcbd", "#fbe6d0", "#fbe9d6"),
    ("#1f6b4f", "#3d9473", "#5fa888", "#7fbca2", "#bcdccd", "#cfe7dc"),
    ("#5b4a86", "#8272ad", "#a89bc9", "#c3b8dd", "#dcd5ec", "#e9e4f2"),
    ("#4d4d4d", "#6d6d6d", "#8a8a8a", "#a3a3a3", "#c9c9c9", "#dcdcdc"),
    ("#7a1f4b", "#b0517d", "#c987a6", "#dcadc3", "#ecd3df", "#f3e2ea"),
    ("#0b5a63", "#2f8f99", "#62b0b8", "#92cbd1", "#c3e3e6", "#d7edef"),
    ("#5c5a00", "#8f8b1f", "#b3af55", "#cdca88", "#e4e2bd", "#eeedd4"),
)
"""A hue an owner, a darkness a kind, which blue, orange, green, violet and grey keep for every kind of eye; hatches and
the lines between owners part them in a grey print. Wine, teal and olive come where a picture has more owners."""
_GREY = _HUES[4]
_HATCHES = {"staff": "////", "session": "xxxx", "season": "---", "closed": "||"}
_NOBODY = {
    "beside": {"facecolor": "#f4f4f4", "hatch": "\\\\\\\\", "edgecolor": "#8a8a8a"},
    "before": {"facecolor": "#dcdcdc", "hatch": "----", "edgecolor": PAPER},
    "open": {"facecolor": "#f4f4f4", "hatch": "++++", "edgecolor": "#8a8a8a"},
    "small": {"facecolor": PAPER, "edgecolor": SOFT},
}
_LIMIT: dict[str, Any] = {"color": INK, "lw": 1.7}
_BETWEEN: dict[str, Any] = {"color": INK, "lw": 0.8}
_OLD: dict[str, Any] = {"color": "#7a7a7a", "lw": 1.0, "ls": (0, (1, 1))}
_MUST: dict[str, Any] = {"marker": "o", "ms": 4.6, "mew": 1.0, "color": INK}


Hues = dict[str, tuple[str, ...]]
"""The darknesses of each owner of a picture."""


class _Found(NamedTuple):
    """What a scenario found: the parts of the time that counts, and of all of it."""

    name: str
    verdict: Verdict
    counted: Parts
    elapsed: Parts


def time_split(edition: Edition, limit: str) -> Picture | None:
    """Mean days of a case; None where no case was closed."""
    raw = [
        _Found(edition.scenario_name(s.id), verdict, counted(edition, verdict), elapsed(edition, verdict))
        for s, verdict in edition.across(limit)
    ]
    slices = worth_naming([stack for one in raw for stack in (one.counted, one.elapsed)], edition)
    if not any(one.elapsed for one in raw):
        return None
    found = [one._replace(counted=named(one.counted, slices), elapsed=named(one.elapsed, slices)) for one in raw]
    hues = _hues(edition, slices)
    key = _key(edition, found, slices, hues, _old_limit(edition, limit))
    tall = PITCH * len(found)
    lower = key.height + AXIS
    upper = lower + tall + CAPTION + AXIS
    with settings():
        sheet = Sheet(
            WIDTH, upper + tall + ABOVE + CAPTION + HEAD - 2.4, _title(edition, limit, found), stamp=edition.stamp
        )
        _counted(edition, sheet, sheet.axes(LEFT, upper, PLOT, tall), found, hues, _old_limit(edition, limit))
        _elapsed(edition, sheet, sheet.axes(LEFT, lower, PLOT, tall), found, hues)
        key.draw(sheet)
        return sheet.picture()


def _title(edition: Edition, limit: str, found: list[_Found]) -> str:
    """Both clocks, since their days are not the same days."""
    results = [one.verdict.default for one in found if one.verdict.default is not None]
    stages = [numbers.alone(result.mean, numbers.days, edition.language) for result in results]
    whole = [numbers.alone(one.verdict.elapsed, numbers.days, edition.language) for one in found]
    count, all_ = (" → ".join(dict.fromkeys((days[0], days[-1]))) if days else numbers.NONE for days in (stages, whole))
    unit = edition.amount(count, results[0]) if results else count
    return edition.choose(
        f"{limit} 平均计时 {unit}，用户全过程 {all_} 天", f"{limit} Counted: {unit}; all the customer's time: {all_} d"
    )


def _old_limit(edition: Edition, limit: str) -> float | None:
    """The old limit, where it is in the unit of the new one."""
    described = edition.limit(limit)
    old, new = described.baseline, described.value
    return old.amount if old is not None and new is not None and old.unit == new.unit else None


def _hues(edition: Edition, slices: list[Slice]) -> Hues:
    """Each owner its own: the one of its place in the folder, or where another of the picture has it, the next free."""
    owners = [owner for owner in edition.folder.owner_names() if owner != "suspended"]
    shown = sorted({slice_.owner for slice_ in slices if slice_.owner in owners}, key=owners.index)
    found: Hues = {}
    for owner in shown:
        at = owners.index(owner)
        places = [(at + step) % len(_HUES) for step in range(len(_HUES))]
        free = (_HUES[place] for place in places if _HUES[place] not in found.values())
        found[owner] = next(free, _HUES[places[0]])
    return found


def _style(hues: Hues, slice_: Slice) -> dict[str, Any]:
    if slice_.group in _NOBODY:
        return {"linewidth": 0.6} | _NOBODY[slice_.group]
    hue = hues.get(slice_.owner, _GREY)
    return {
        "facecolor": hue[list(GROUPS).index(slice_.group)],
        "hatch": _HATCHES.get(slice_.group, ""),
        "edgecolor": INK if slice_.group == "season" else PAPER,
        "linewidth": 0.6,
    }


def _counted(edition: Edition, sheet: Sheet, axes: Axes, found: list[_Found], hues: Hues, old: float | None) -> None:
    """The time under the reading that decides, against the limit."""
    results = [(row, one.verdict.default) for row, one in enumerate(found) if one.verdict.default is not None]
    reached = [0.0]
    for _, result in results:
        must = required(result)
        reached += [x for x in (result.mean.value, must.days, result.limit_value, old) if x is not None]
    most = max(reached) * 1.04 or 1.0
    for row, result in results:
        _stack(hues, axes, row, found[row].counted, most)
        words = [
            f"{edition.say(MEAN)} {numbers.with_interval(result.mean, numbers.days, edition.language)}",
            *_must(edition, axes, row, result),
        ]
        _value(sheet, axes, row, words)
    _limits(edition, axes, [result for _, result in results], old)
    caption = edition.choose("计入时限的用时", "Time that counts")
    if results:
        unit, reading = edition.unit(results[0][1]), edition.say(results[0][1].reading.name)
        caption += edition.choose(f"（{unit}）：{reading}", f" ({unit}): {reading}")
    _dress(sheet, axes, [one.name for one in found], most, caption, above=ABOVE)


def _must(edition: Edition, axes: Axes, row: int, result: ReadingResult) -> list[str]:
    """A dot at what must be within the limit, unless that is the mean, and its words."""
    must = required(result)
    if must.share is None:
        return []
    if must.days is None or result.mean.value is None:
        return [f"{edition.say(must.name)} {numbers.NONE}"]
    axes.plot([result.mean.value, must.days], [row, row], color=INK, lw=0.9, zorder=4)
    axes.plot([must.days], [row], zorder=5, clip_on=False, label="required", **_MUST)
    return [f"{edition.say(must.name)} {numbers.count(must.days)}"]


def _elapsed(edition: Edition, sheet: Sheet, axes: Axes, found: list[_Found], hues: Hues) -> None:
    """All the time from acceptance to close, whether it counts or not, in calendar days."""
    most = max(sum(one.elapsed.values()) for one in found) * 1.04 or 1.0
    for row, one in enumerate(found):
        _stack(hues, axes, row, one.elapsed, most)
        mean = numbers.with_interval(one.verdict.elapsed, numbers.days, edition.language)
        _value(sheet, axes, row, [f"{edition.say(MEAN)} {mean}"])
    words = edition.choose(
        "用户全过程用时（自然日）：自受理至办结，含不计入时限的时间和节假日",
        "All the customer's time (calendar days): from acceptance to close, counted or not, holidays too",
    )
    _dress(sheet, axes, [one.name for one in found], most, words)


def _stack(hues: Hues, axes: Axes, row: int, parts: Parts, most: float) -> None:
    left, owner = 0.0, None
    for slice_, days in parts.items():
        axes.barh(row, days, left=left, height=BAR / PITCH, zorder=2, label=str(slice_), **_style(hues, slice_))
        text = numbers.days(days)
        if days / most * PLOT > width_mm(text, SMALL) + 1.6:
            box = {"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
            axes.text(left + days / 2, row, text, ha="center", va="center", fontsize=SMALL, bbox=box, zorder=6)
        if owner is not None and slice_.owner != owner:
            ends = [row - BAR / PITCH / 2 - 0.06, row + BAR / PITCH / 2 + 0.06]
            axes.plot([left, left], ends, zorder=3, label="between", **_BETWEEN)
        left, owner = left + days, slice_.owner


def _limits(edition: Edition, axes: Axes, results: list[ReadingResult], old: float | None) -> None:
    """One line, since the scenarios have the limit of the plan; the old one beside it, with words on its other side."""
    limit = results[-1].limit_value if results else None
    if not limit:
        return
    axes.axvline(limit, zorder=4, label="limit", **_LIMIT)
    leftward = old is not None and old >= limit
    _above(axes, limit, f"{edition.choose('时限', 'limit')} {numbers.number(limit)}", leftward, INK)
    if old is not None:
        axes.axvline(old, zorder=1, label="old", **_OLD)
        _above(axes, old, f"{edition.choose('原', 'was')} {numbers.number(old)}", not leftward, SOFT)


def _above(axes: Axes, x: float, words: str, leftward: bool, color: str) -> None:
    axes.annotate(
        words, (x, 1), (1 if leftward else -1, 1.0), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha="right" if leftward else "left", va="bottom", fontsize=SMALL, color=color, annotation_clip=False,
    )  # fmt: skip


def _dress(sheet: Sheet, axes: Axes, names: list[str], most: float, caption: str, above: float = 0.0) -> None:
    axes.set_xlim(0, most)
    axes.set_ylim(len(names) - 0.5, -0.5)
    labels = ["\n".join(wrapped(name, SMALL, LEFT - 2)) for name in names]
    axes.set_yticks(range(len(names)), [drawable(label) for label in labels], fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.locator_params(axis="x", integer=True)
    axes.spines["left"].set_color(FAINT)
    top = axes.get_position().y1 * sheet.height
    sheet.text(0.3, top + above + 1.0, shortened(caption, SMALL, WIDTH - 2), size=SMALL)


def _value(sheet: Sheet, axes: Axes, row: int, lines: list[str]) -> None:
    """Numbers in the column at the right of a plot."""
    middle = axes.get_position().y1 * sheet.height - PITCH * (row + 0.5)
    for i, line in enumerate(lines):
        y = middle + 2.9 * ((len(lines) - 1) / 2 - i)
        sheet.text(WIDTH - RIGHT + 2, y, line, size=SMALL, va="center_baseline", color=SOFT if i else INK)


def _key(edition: Edition, found: list[_Found], slices: list[Slice], hues: Hues, old: float | None) -> Key:
    """An owner a line, what is nobody's, the lines and dots."""
    groups: dict[str, list[Sign]] = {}
    shown = [slice_ for slice_ in slices if slice_.owner]
    nobody = [slice_ for slice_ in slices if not slice_.owner]
    if any(SMALL_ONES in stack for one in found for stack in (one.counted, one.elapsed)):
        nobody.append(SMALL_ONES)
    for slice_ in (*shown, *nobody):
        name = edition.owner_name(slice_.owner) if slice_.owner else edition.choose("其他", "others")
        sign = swatch(edition.say(GROUPS[slice_.group]), **_style(hues, slice_))
        groups.setdefault(name, []).append(sign)
    results = [one.verdict.default for one in found if one.verdict.default is not None]
    marks = [upright(edition.choose("时限", "limit"), **_LIMIT)] if any(r.limit_value for r in results) else []
    if old is not None:
        marks.append(upright(edition.choose("原时限", "old limit"), **_OLD))
    marks.append(upright(edition.choose("两方之间", "between owners"), **_BETWEEN))
    marks += [
        dot(
            edition.choose(f"必须在时限内：{edition.say(must.name)}", f"must be within the limit: {must.name.en}"),
            **_MUST,
        )
        for must in [required(result) for result in results[-1:]]
        if must.share is not None
    ]
    return Key(WIDTH, [*groups.items(), (edition.choose("线和点", "lines and dots"), marks)], headings=_NAMES)
