"""Chart C: the share within the limit month by month of acceptance; the mean where there is nothing to be late for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.results import MonthShare
from sim.report import numbers
from sim.report.cells import share_label, tells_late
from sim.report.charts.canvas import FAINT, HALF, HEAD, INK, LINES, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import Key, scenario_color, scenario_lines, stroke
from sim.report.charts.required import required
from sim.report.edition import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT, TALL, TOP, AXIS = HALF, 10.5, 3.0, 36.0, HEAD + 2.6, 10.6
_MOST_LABELS = 12
_WANTED: dict[str, Any] = {"color": INK, "lw": 1.0, "ls": (0, (1, 1))}


def months(edition: Edition, limit: str) -> Picture | None:
    """One line a scenario; months without cases leave a gap; None where there are fewer than two months."""
    found = [verdict.months for _, verdict in edition.across(limit)]
    names = sorted({month.month for shares in found for month in shares})
    if len(names) < 2:
        return None
    shares_of = _shares(edition, limit)
    wanted = _wanted(edition, limit)
    marks = []
    if wanted is not None:
        share = numbers.exact_share(wanted)
        marks = [stroke(edition.choose(f"须达到 {share}", f"needed: {share}"), **_WANTED)]
    key = Key(WIDTH, [("", [*scenario_lines(edition), *marks])])
    about = _about(edition, limit)
    with settings():
        sheet = Sheet(WIDTH, TOP + TALL + AXIS + key.height, _title(edition, limit, found), about, stamp=edition.stamp)
        axes = sheet.axes(LEFT, key.height + AXIS, WIDTH - LEFT - RIGHT, TALL)
        for i, shares in enumerate(found):
            known = {month.month: month.within if shares_of else month.mean for month in shares}
            values = [float("nan") if (value := known.get(name)) is None else value for name in names]
            color, line = scenario_color(i), LINES[i % len(LINES)]
            face = "white" if i == 0 else color
            axes.plot(
                range(len(names)), values, color=color, ls=line, lw=1.4, marker="o", ms=3.4, mfc=face, clip_on=False,
                zorder=3,
            )  # fmt: skip
        if wanted is not None:
            axes.axhline(wanted, zorder=2, label="wanted", **_WANTED)
        _dress(edition, axes, names, shares=shares_of)
        key.draw(sheet)
        return sheet.picture()


def _title(edition: Edition, limit: str, found: list[tuple[MonthShare, ...]]) -> str:
    """The months in which the first scenario and the last did worst."""
    if not _shares(edition, limit):
        return _slowest(edition, limit, found)
    known = [within for shares in found if (within := [(m.within, m.month) for m in shares if m.within is not None])]
    worst = [min(within) for within in known]
    if not worst:
        return edition.choose(f"{limit} 各月按时办结率", f"{limit} Share within the limit by month")
    if worst[-1][0] == 1:
        return edition.choose(f"{limit} 最终各月均为 100%", f"{limit} In the end 100% in every month")
    ends = [worst[0], worst[-1]] if len(worst) > 1 else worst
    flat = {min(within): len({share for share, _ in within}) == 1 < len(within) for within in known}
    words = " → ".join(
        f"{edition.choose('各月', 'every month') if flat[w, m] else numbers.month(m, edition.language, year=True)} "
        f"{numbers.share(w)}"
        for w, m in ends
    )
    return edition.choose(f"{limit} 最低：{words}", f"{limit} Lowest: {words}")


def _slowest(edition: Edition, limit: str, found: list[tuple[MonthShare, ...]]) -> str:
    means = [[(m.mean, m.month) for m in shares if m.mean is not None] for shares in found]
    most = [max(its) for its in means if its]
    ends = [most[0], most[-1]] if len(most) > 1 else most
    words = " → ".join(f"{numbers.month(m, edition.language, year=True)} {numbers.days(d)}" for d, m in ends)
    return edition.choose(f"{limit} 最慢：{words}", f"{limit} Slowest: {words}")


def _shares(edition: Edition, limit: str) -> bool:
    """Whether there is anything to be in time for."""
    result = edition.across(limit)[-1][1].default
    return result is None or tells_late(result)


def _about(edition: Edition, limit: str) -> str:
    """What of the cases is shown: those in time, or under a promise about the mean those within as many days."""
    result = edition.across(limit)[-1][1].default
    if result is not None and not _shares(edition, limit):
        return edition.choose(
            f"各月受理的办件：平均用时（{edition.unit(result)}）",
            f"Cases by month of acceptance: mean ({edition.unit(result)})",
        )
    label = edition.choose("按时办结率", "share within the limit") if result is None else share_label(edition, result)
    return edition.choose(f"各月受理的办件：{label}", f"Cases by month of acceptance: {label}")


def _wanted(edition: Edition, limit: str) -> float | None:
    """The share that must be within the limit; none for a mean."""
    result = edition.across(limit)[-1][1].default
    return None if result is None or not result.limit_value else required(result).share


def _dress(edition: Edition, axes: Axes, names: list[str], *, shares: bool) -> None:
    every = -(-len(names) // _MOST_LABELS)
    ticks = range(0, len(names), every)
    axes.set_xticks(ticks, [numbers.month(names[i], edition.language) for i in ticks], fontsize=SMALL)
    years = {names[i][:4]: i for i in reversed(range(len(names)))}
    for year, i in years.items():
        axes.annotate(
            year, (i, 0), (0, -12), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
            va="top", fontsize=SMALL, color=SOFT, annotation_clip=False,
        )  # fmt: skip
    axes.set_xlabel(edition.choose("受理月份", "month of acceptance"), fontsize=SMALL, color=SOFT, labelpad=8.5)
    axes.set_xlim(-0.4, len(names) - 0.6)
    if shares:
        axes.set_ylim(0, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
    else:
        axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
    axes.spines["left"].set_color(SOFT)
