"""Pictures of a calibration: each law against its data, the shares with their intervals, cases by month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from calibration.arrivals import FittedArrivals
from calibration.durations import empirical
from calibration.durations.written import US
from calibration.fit.fitted import Fit
from calibration.fit.laws import StepLaw
from sim.errors import InputError
from sim.eventlog import Ints
from sim.model.open_time import midnight
from sim.report.charts.canvas import FAINT, HALF, HEAD, INK, SMALL, SOFT, Picture, Sheet, settings
from sim.report.charts.key import scenario_color
from sim.text import Language, Text

_LEFT, _RIGHT, _TALL, _BELOW = 10.5, 3.0, 36.0, 13.0
_TOP = HEAD + 4.6
_SHOWN, _POINTS, _MOST_STEPS = 0.97, 200, 400
_MOST_MONTHS = 36
MEASURED = Text("实测与拟合", "measured and fitted")
_UNITS = {"s": Text("秒", "seconds"), "min": Text("分钟", "minutes"), "h": Text("小时", "hours")}


def law(each: StepLaw, before: Any, lang: Language) -> Picture:
    """The data without any law (steps), the fitted law (line), and the one before (dashed) where it has a size here."""
    fitted, unit = each.fitted, US[each.fitted.unit]
    its = fitted.law.compile()
    data = empirical.distribution(fitted.observations)
    most = 1.1 * max(float(its.quantile(_SHOWN)), _seen(data, _SHOWN)) or 1.0
    x = np.linspace(0, most, _POINTS)
    rising = np.append(fitted.zero, fitted.zero + (1 - fitted.zero) * np.cumsum(data.mass))
    at = np.append(0.0, data.last)
    some = np.unique(np.linspace(0, at.size - 1, _MOST_STEPS).astype(np.int64))
    counts = {"n": round(fitted.n), "open": round(fitted.observations.open), "words": _words(each).in_(lang)}
    about = Text("共 {n},在办 {open};{words}", "n {n}, open {open}; {words}").format(**counts)
    with settings():
        sheet = Sheet(HALF, _TOP + _TALL + _BELOW, each.name.in_(lang), about.in_(lang), stamp=MEASURED.in_(lang))
        axes = sheet.axes(_LEFT, _BELOW, HALF - _LEFT - _RIGHT, _TALL)
        axes.step(at[some] / unit, rising[some], where="post", color=SOFT, lw=1.4, zorder=2)
        axes.plot(x / unit, its.cdf(x), color=scenario_color(1), lw=1.6, zorder=3)
        if (old := _compiled(before)) is not None:
            axes.plot(x / unit, old.cdf(x), color=scenario_color(2), lw=1.0, ls=(0, (4, 1.6)), zorder=1)
        axes.set_xlim(0, most / unit)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}%")
        axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
        axes.tick_params(labelsize=SMALL)
        axes.set_xlabel(_UNITS[fitted.unit].in_(lang), fontsize=SMALL, color=SOFT)
        return sheet.picture()


def _words(each: StepLaw) -> Text:
    return each.fitted.chosen.words if each.fitted.chosen is not None else Text("经验分布", "the data as they are")


def _seen(data: empirical.Distribution, share: float) -> float:
    total = np.cumsum(data.mass)
    place = min(int(np.searchsorted(total, share * (total[-1] if total.size else 1))), max(total.size - 1, 0))
    return float(data.last[place]) if total.size else 0.0


def _compiled(law: Any) -> Any:
    """The law before; None where its working days have no length here."""
    try:
        return law.compile()
    except InputError:
        return None


def shares(fit: Fit, lang: Language) -> Picture | None:
    """Every fitted share with its interval; None where there is none."""
    its = [f for f in fit.figures if f.group == "routing" and not f.plain]
    if not its:
        return None
    tall = 5.0 * len(its) + 2.0
    title = Text("走向的比例", "shares of ways taken").in_(lang)
    about = Text("点为估计值,线为95%区间", "point: estimate; line: its 95% interval").in_(lang)
    with settings():
        sheet = Sheet(2 * HALF, _TOP + tall + _BELOW, title, about, stamp=MEASURED.in_(lang))
        axes = sheet.axes(58.0, _BELOW, 2 * HALF - 58.0 - _RIGHT, tall)
        places = np.arange(len(its))[::-1]
        low, value, high = (np.array([float(getattr(f, key)) for f in its]) for key in ("low", "value", "high"))
        axes.hlines(places, low, high, color=scenario_color(1), lw=1.6)
        axes.plot(value, places, "o", color=scenario_color(1), ms=4)
        axes.set_yticks(
            places.tolist(), [f.path.removeprefix(f"processes/{fit.process}/") for f in its], fontsize=SMALL
        )
        axes.set_xlim(0, max(min(1.15 * float(high.max()), 100.0), 1.0))
        axes.set_ylim(-0.6, len(its) - 0.4)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0f}%")
        axes.grid(axis="x", color=FAINT, lw=0.4, zorder=0)
        axes.tick_params(labelsize=SMALL)
        return sheet.picture()


def by_month(name: Text, each: FittedArrivals, accepted: Ints, lang: Language) -> Picture:
    """Cases accepted by month (bars) and what the fitted demand brings (line)."""
    months = _months(each.first, each.last)[-_MOST_MONTHS:]
    rhythm, level = each.sampler.rhythm, float(getattr(each.source.per_year, "value", 0.0) or 0.0)
    expected = [level * rhythm.years(first, last) for first, last, _ in months]
    counted = [int(((accepted >= first) & (accepted < last)).sum()) for first, last, _ in months]
    about = Text("柱为受理件数,线为拟合的来量", "bars: cases accepted; line: the fitted demand").in_(lang)
    with settings():
        sheet = Sheet(HALF, _TOP + _TALL + _BELOW, name.in_(lang), about, stamp=MEASURED.in_(lang))
        axes = sheet.axes(_LEFT, _BELOW, HALF - _LEFT - _RIGHT, _TALL)
        places = range(len(months))
        axes.bar(places, counted, 0.72, color=FAINT, zorder=2)
        axes.plot(places, expected, color=scenario_color(1), lw=1.6, marker="o", ms=3, zorder=3)
        every = -(-len(months) // 6)
        axes.set_xticks(list(places)[::every], [label[2:] for _, _, label in months][::every])
        axes.set_ylim(bottom=0)
        axes.tick_params(labelsize=SMALL)
        axes.grid(axis="y", color=FAINT, lw=0.4, zorder=0)
        axes.spines["left"].set_color(INK)
        return sheet.picture()


def _months(first: int, last: int) -> list[tuple[int, int, str]]:
    """The months of [first, last), the outer ones as far as they lie in it."""
    day = dt.datetime.fromtimestamp(first / 1e6, dt.UTC).date().replace(day=1)
    found = []
    while midnight(day) < last:
        following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        found.append((max(midnight(day), first), min(midnight(following), last), f"{day:%Y-%m}"))
        day = following
    return found
