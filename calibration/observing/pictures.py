"""Pictures of an observation: how many of those accepted were done by each day, and how each month went."""

from __future__ import annotations

import numpy as np

from calibration.observing import words
from calibration.observing.observed import Facts, Observed
from sim.report import numbers, wording
from sim.report.charts.canvas import FAINT, HALF, HEAD, INK, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import scenario_color
from sim.text import Language, Text

_LEFT, _RIGHT, _TALL, _BELOW = 10.5, 3.0, 36.0, 13.0
_TOP = HEAD + 4.6
_SHOWN = 0.97
"""The axis reaches at least to this quantile; the last few cases would squeeze all others."""
_MOST_MONTHS = 18
_MOST_POINTS = 300
"""So many steps of a curve are drawn; more would be finer than the print."""


def finished(each: Observed, lang: Language) -> Picture | None:
    """The Kaplan-Meier curve of the cases accepted in the period, with the limit; None without cases."""
    facts = each.facts
    if facts is None or facts.curve is None or not facts.curve.times.size:
        return None
    curve, value = facts.curve, each.limit.value_of(facts.reading)
    far = curve.quantile(_SHOWN).value or float(curve.times[-1])
    most = max(far * 1.05, 1.25 * value.amount if value else 0.0) or 1.0
    seen = np.unique(np.linspace(0, np.count_nonzero(curve.times <= most) - 1, _MOST_POINTS).astype(np.int64))
    unit = wording.short_unit(facts.reading).in_(lang)
    title = f"{each.id} " + Text("第几天办结多少", "Share finished by day").in_(lang)
    about = Text("受理的办件,未办结的按在办计", "of the cases accepted, open ones counted while they were seen").in_(
        lang
    )
    with settings():
        sheet = Sheet(HALF, _TOP + _TALL + _BELOW, title, about, stamp=words.MEASURED.in_(lang))
        axes = sheet.axes(_LEFT, _BELOW, HALF - _LEFT - _RIGHT, _TALL)
        axes.step(
            [0.0, *curve.times[seen].tolist()], [0.0, *(1 - curve.survival[seen]).tolist()],
            where="post", color=scenario_color(0), lw=1.8, zorder=3, clip_on=False,
        )  # fmt: skip
        if value is not None:
            axes.axvline(value.amount, color=INK, lw=1.4, zorder=2)
            words_of_limit = f"{words.LIMIT.in_(lang)} {numbers.number(value.amount)}"
            axes.annotate(words_of_limit, (value.amount, 1.02), (0, 1.5), textcoords="offset points", ha="center",
                          va="bottom", fontsize=SMALL, annotation_clip=False)  # fmt: skip
        axes.set_xlim(0, most)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0])
        axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
        axes.spines["left"].set_color(SOFT)
        axes.tick_params(labelsize=SMALL)
        axes.set_xlabel(Text("用时({unit})", "time ({unit})").format(unit=unit).in_(lang), fontsize=SMALL, color=SOFT)
        return sheet.picture()


def months(each: Observed, lang: Language) -> Picture | None:
    """Finished in time and late by month, the last ones; None with one month alone, or without a limit."""
    facts = each.facts
    if facts is None or "month" not in facts.groups or not each.limit.tells_late(facts.reading):
        return None
    shown = facts.groups["month"][-_MOST_MONTHS:]
    title = f"{each.id} " + Text("各月办结:按时与超期", "Finished by month: in time and late").in_(lang)
    with settings():
        sheet = Sheet(HALF, _TOP + _TALL + _BELOW, title, _about(facts, lang), stamp=words.MEASURED.in_(lang))
        axes = sheet.axes(_LEFT, _BELOW, HALF - _LEFT - _RIGHT, _TALL)
        places = range(len(shown))
        in_time = [group.finished - group.late for group in shown]
        axes.bar(places, in_time, 0.72, color=scenario_color(1), zorder=3)
        axes.bar(places, [group.late for group in shown], 0.72, bottom=in_time, color=scenario_color(0), hatch="////",
                 edgecolor="white", lw=0, zorder=3)  # fmt: skip
        every = -(-len(shown) // 6)
        axes.set_xticks(list(places)[::every], [group.name[2:] for group in shown][::every])
        axes.tick_params(labelsize=SMALL)
        axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
        axes.spines["left"].set_color(SOFT)
        axes.locator_params(axis="y", integer=True)
        return sheet.picture()


def _about(facts: Facts, lang: Language) -> str:
    late = sum(group.late for group in facts.groups["month"])
    told = Text("斜线为超期,共 {late} 件(办结 {n} 件)", "hatched: late, {late} of {n} finished")
    return told.format(late=late, n=facts.closed).in_(lang)
