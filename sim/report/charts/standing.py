"""The picture of page one: what of every commitment must be within its limit, against it, scenario by scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.results import ReadingResult, Verdict
from sim.report import numbers, wording
from sim.report.charts.canvas import FAINT, HEAD, INK, LINES, PAGE, PAPER, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, Sign, dot, scenario_color, scenario_lines, upright
from sim.report.charts.lettering import shortened, wrapped
from sim.report.charts.required import MEAN, Required, required
from sim.report.edition import Edition
from sim.report.verdict_words import value_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TOP, AXIS = PAGE, 49.0, 48.0, HEAD + 4.6, 7.4
LINE, GAP, _LETTERS = 3.4, 2.0, 2.9
_CAP = 2.5
"""Whatever lies beyond so many times its limit ends in an arrow."""

_REQUIRED: dict[str, Any] = {"marker": "o", "ms": 4.6, "mew": 1.0}
_MEAN: dict[str, Any] = {"marker": "d", "ms": 3.8, "mew": 0.8, "mfc": PAPER}
_BEYOND: dict[str, Any] = {"marker": ">", "ms": 5.0, "mew": 0.0}
_OLD: dict[str, Any] = {"color": "#7a7a7a", "lw": 1.0, "ls": (0, (1, 1))}


class _Row(NamedTuple):
    """A commitment: its name, its limit in words, what the scenarios found, the old limit as a share of the new."""

    name: list[str]
    limit: str
    results: list[tuple[int, ReadingResult]]
    old: float | None


def standing(edition: Edition, limits: Collection[str] | None = None) -> Picture | None:
    """One band a commitment, one line a scenario that ends at what must be within the limit.

    ``limits``: these alone. A promise to come down to a part of what was is no length to compare a case with; None
    where there is no other.
    """
    shown = [id_ for id_ in edition.limits(numbered=True) if limits is None or id_ in limits]
    rows = [_row(edition, id_) for id_ in shown if not edition.limit(id_).is_ratio]
    if not rows:
        return None
    letters = _LETTERS * max(len(row.name) + 1 for row in rows)
    band = max(LINE * len(edition.result.scenarios) + GAP, letters + 1.0)
    key = _key(edition, rows)
    height = TOP + band * len(rows) + AXIS + key.height
    last = edition.scenario_name(edition.last.id)
    about = edition.choose(
        f"结论为“{last}”的；图示各项承诺必须守住的用时与时限之比",
        f"Conclusions: {last}. Drawn: what must be within each limit",
    )
    with settings():
        sheet = Sheet(WIDTH, height, _title(edition, shown), about, stamp=edition.stamp)
        axes = sheet.axes(LEFT, key.height + AXIS, WIDTH - LEFT - RIGHT, band * len(rows))
        reached = [1.25]
        for i, row in enumerate(rows):
            top = height - TOP - band * i
            middle = top - band / 2 + _LETTERS * (len(row.name) + 1) / 2
            _names(sheet, row, middle)
            reached += [_old(axes, row, band * i, band)]
            for scenario, result in row.results:
                within = band / 2 + LINE * (scenario + 0.5 - len(edition.result.scenarios) / 2)
                reached.append(_line(axes, band * i + within, scenario, result))
                _figures(edition, sheet, top - within, result)
        _dress(edition, sheet, axes, band, len(rows), max(reached))
        key.draw(sheet)
        return sheet.picture()


def _title(edition: Edition, shown: list[str]) -> str:
    """How many commitments come to which conclusion in the last scenario."""
    found = [verdict for verdict in edition.last.verdicts if verdict.limit in shown]
    counted = Counter(edition.say(value_words(verdict.value, assumed=verdict.assumed)) for verdict in _ordered(found))
    parts = [edition.choose(f"{n} 项{words}", f"{n} {words}") for words, n in counted.items()]
    return edition.choose("，", ", ").join(parts)


def _ordered(found: list[Verdict]) -> list[Verdict]:
    order = ("met", "not-met", "depends-on-reading", "undecided", "no-number")
    return sorted(found, key=lambda verdict: order.index(verdict.value))


def _row(edition: Edition, id_: str) -> _Row:
    limit = edition.limit(id_)
    found = [(i, verdict.default) for i, (_, verdict) in enumerate(edition.across(id_))]
    results = [(i, result) for i, result in found if result is not None]
    words, old = "", None
    if results and limit.value is not None:
        result = results[-1][1]
        amount = edition.amount(numbers.number(limit.value.amount), result)
        kind = "" if result.statistic is None else edition.say(wording.describe_statistic(result.statistic))
        words = edition.choose(f"{kind} ≤ {amount}", f"{kind} ≤ {amount}")
        if limit.baseline is not None and limit.baseline.unit == limit.value.unit:
            old = limit.baseline.amount / limit.value.amount
            was = numbers.number(limit.baseline.amount)
            words += edition.choose(f"（原 {was}）", f" (was {was})")
    name = wrapped(f"{id_} {edition.say(limit.name)}", SMALL, LEFT - 3)
    return _Row(name, shortened(words, SMALL, LEFT - 3), results, old)


def _names(sheet: Sheet, row: _Row, top: float) -> None:
    for i, line in enumerate([*row.name, row.limit]):
        color = SOFT if i == len(row.name) else INK
        y = top - _LETTERS * (i + 0.5)
        sheet.text(LEFT - 2, y, line, size=SMALL, ha="right", va="center_baseline", color=color)


def _line(axes: Axes, y: float, i: int, result: ReadingResult) -> float:
    """One scenario of one commitment; returns how far it reaches."""
    limit, mean = result.limit_value, result.mean.value
    far, beyond = _reach(result)
    if not limit or mean is None:
        return 0.0
    color, line = scenario_color(i), LINES[i % len(LINES)]
    axes.plot([0, far], [y, y], color=color, lw=1.4 if i == 0 else 2.2, ls=line, zorder=2)
    end = _BEYOND if beyond else _REQUIRED
    axes.plot([far], [y], color=color, zorder=3, clip_on=False, label="required", **end)
    if required(result).share is not None and mean / limit <= _CAP:
        axes.plot([mean / limit], [y], color=color, zorder=4, clip_on=False, label="mean", **_MEAN)
    return far


def _reach(result: ReadingResult) -> tuple[float, bool]:
    """How far a line reaches, in limits, and whether what it ends at lies beyond the picture."""
    limit, needed = result.limit_value, required(result)
    if not limit or result.mean.value is None:
        return 0.0, False
    far = _CAP + 1 if needed.days is None else needed.days / limit
    return min(far, _CAP), far > _CAP


def _old(axes: Axes, row: _Row, top: float, band: float) -> float:
    """A tick at the old limit, where it is not far out."""
    if row.old is None or row.old > _CAP:
        return 0.0
    axes.plot([row.old] * 2, [top + 0.6, top + band - 0.6], zorder=1, label="old", **_OLD)
    return row.old


def _figures(edition: Edition, sheet: Sheet, y: float, result: ReadingResult) -> None:
    """At the right: what must be within the limit, and lighter the mean."""
    needed = required(result)
    sheet.text(WIDTH - RIGHT + 2, y, _amount(edition, result, needed), size=SMALL, va="center_baseline")
    if needed.share is not None and result.mean.value is not None:
        mean = f"{edition.say(MEAN)} {numbers.alone(result.mean, numbers.days, edition.language)}"
        sheet.text(WIDTH - 0.5, y, mean, size=SMALL, va="center_baseline", ha="right", color=SOFT)


def _amount(edition: Edition, result: ReadingResult, needed: Required) -> str:
    """``99% 的办件不超过 26.2 个工作日``; why not, where there is no number."""
    if result.mean.value is None:
        return numbers.alone(result.mean, numbers.days, edition.language)
    form = numbers.days if needed.share is None else numbers.count
    days = numbers.NONE if needed.days is None else form(needed.days)
    return f"{edition.say(needed.name)} {edition.amount(days, result)}"


def _dress(edition: Edition, sheet: Sheet, axes: Axes, band: float, n: int, reached: float) -> None:
    axes.set_xlim(0, reached * 1.03)
    axes.set_ylim(band * n, 0)
    axes.axvline(1, color=INK, lw=1.2, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_color(SOFT)
    for row in range(1, n):
        axes.axhline(band * row, color=FAINT, lw=0.5, zorder=0)
    axes.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
    axes.tick_params(labelsize=SMALL)
    words = edition.choose("占时限的百分比", "share of the limit")
    axes.set_xlabel(words, fontsize=SMALL, labelpad=1.0, color=SOFT)
    x = LEFT + (WIDTH - LEFT - RIGHT) / (reached * 1.03)
    top = sheet.height - TOP + 0.8
    sheet.text(x, top, edition.choose("时限 = 100%", "limit = 100%"), size=SMALL, ha="center")


def _key(edition: Edition, rows: list[_Row]) -> Key:
    marks: list[Sign] = [
        dot(
            edition.choose("必须在时限内的用时（如右）", "what must be within the limit (at the right)"),
            color=INK, **_REQUIRED,
        ),
        dot(edition.choose("平均用时", "mean"), color=INK, **_MEAN),
    ]  # fmt: skip
    if any(row.old is not None for row in rows):
        marks.append(upright(edition.choose("原时限", "old limit"), **_OLD))
    if any(_reach(result)[1] for row in rows for _, result in row.results):
        marks.append(dot(edition.choose("超出图幅", "beyond the picture"), color=INK, **_BEYOND))
    return Key(WIDTH, [("", [*scenario_lines(edition), *marks])])
