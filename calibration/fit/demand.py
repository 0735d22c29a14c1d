"""Arrivals as figures of a process's sources."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from calibration.arrivals import FittedArrivals, fit_arrivals
from calibration.fit.figures import FittedFigure, before_of, flow_text
from calibration.fit.laws import Hours as LogHours
from calibration.fit.matching import Matched
from calibration.importing.executions import PROCESS as EXPORT
from calibration.resolution import resolution_of
from calibration.routing import share_of
from sim.errors import InputError, Path
from sim.eventlog import EventLog, Ints
from sim.model.base import Model
from sim.model.calendars import CalendarSpec
from sim.model.demand import Source
from sim.model.hours import Hours
from sim.model.quantities import DAY_US
from sim.model.sessions import WEEKDAYS
from sim.text import Text

FEWEST = 20
_TAKEN_SOON = 14 * DAY_US
_FEW = Text("该来源只有 {n} 件,少于 {least} 件", "this source has only {n} cases, fewer than {least}")
_OTHER_FORM = Text("该来源用 every 或 listed 写,未改为 per_year", "this source is written by `every` or as a list")
_CLASSES = Text("几个来源的办件在日志中分不开", "the log does not tell the cases of several sources apart")
_NOT_REAL = Text("日志看不出这种起伏", "the log shows no such pattern")
_NO_ATTRIBUTE = Text("日志没有这个属性", "the log does not have this attribute")
_DATES = Text("受理时间只有日期", "acceptances are dates and tell no hours")
_NUMBER = Text("办件 {n} 件,{first} 至 {last}", "{n} cases, {first} to {last}")
_OUTSIDE = Text(
    "{share} 的受理在该来源的工作时间之外,不计", "{share} of the acceptances lie outside the source's hours"
)


class Brought(NamedTuple):
    """A source's demand, and the acceptances that it was fitted to."""

    fitted: FittedArrivals
    accepted: Ints


def demand_of(
    matched: Matched, model: Model, hours: LogHours
) -> tuple[dict[str, Brought], list[FittedFigure], dict[Path, Text], list[Text]]:
    """What each source of the process brings, the figures, reasons for what is kept, and what is to be known."""
    arrivals: dict[str, Brought] = {}
    found: list[FittedFigure] = []
    reasons: dict[Path, Text] = {}
    notes: list[Text] = []
    sources = {id_: source for id_, source in model.sources.items() if source.process == matched.process}
    log = matched.log
    classes = [source.class_() for source in sources.values()]
    for id_, source in sources.items():
        where: Path = ("sources", id_)
        its = log.cases.case_class.isin([source.class_()]) if len(sources) > 1 else np.ones(len(log.cases), np.bool_)
        untold = log.cases.process.names == (EXPORT,) and not its.any()
        if len(sources) > 1 and (len(set(classes)) < len(classes) or untold):
            reasons[where] = _CLASSES
            continue
        if source.per_year is None:
            reasons[where] = _OTHER_FORM
            continue
        its = its & (log.cases.parent < 0)
        if int(its.sum()) < FEWEST:
            reasons[where] = _FEW.format(n=int(its.sum()), least=FEWEST)
            continue
        first, last = _window(log, log.cases.accepted[its])
        spec = None if source.calendar is None else hours.specs[source.calendar].resolved(hours.specs)
        if spec is not None and resolution_of(log.cases.accepted[its]).days_only:
            spec = _whole_days(spec)
        try:
            fitted = fit_arrivals(
                log.cases.accepted[its], process=matched.process, case_class=source.case_class, name=source.name,
                first=first, last=last,
                calendar=spec, calendar_id=source.calendar, own_table=model.statutory,
            )  # fmt: skip
        except InputError as error:
            reasons[where] = error.rule
            continue
        level = getattr(fitted.source.per_year, "value", None)
        if not level:
            reasons[where] = fitted.per_year.reason or _FEW.format(n=0, least=FEWEST)
            continue
        arrivals[id_] = Brought(fitted, log.cases.accepted[its])
        found += _figures(model, id_, source, fitted, reasons)
        if source.calendar is not None:
            calendar = hours.of(source.calendar)
            instants = log.cases.accepted[its]
            outside = 1 - float((calendar.open_times(instants, instants + 1) > 0).mean())
            if outside > 0.02 and not fitted.days_only:
                notes.append(_OUTSIDE.format(share=f"{100 * outside:.0f}%"))
    for id_, source in sources.items():
        _attributes(matched, model, id_, source, found, reasons)
    return arrivals, found, reasons, notes


def _whole_days(spec: CalendarSpec) -> CalendarSpec:
    """The calendar with its open days open from midnight to midnight, for dates."""
    hours = spec.hours or Hours()
    open_ = {day: ("00:00-24:00",) if shifts else () for day, shifts in hours.given().items()}
    return spec.model_copy(update={"hours": Hours.model_validate(open_), "seasons": ()})


def _window(log: EventLog, accepted: Ints) -> tuple[int, int]:
    """From the first acceptance's day to the last one's, or to the day on which the data were taken where that is no
    later than two weeks after it: a log that goes on without acceptances has a run-out, or was chosen by closing."""
    first, last = int(accepted.min()) // DAY_US * DAY_US, (int(accepted.max()) // DAY_US + 1) * DAY_US
    taken = (log.end_of_run // DAY_US + 1) * DAY_US
    return first, taken if taken - last <= _TAKEN_SOON else last


def _figures(
    model: Model, id_: str, source: Source, fitted: FittedArrivals, reasons: dict[Path, Text]
) -> list[FittedFigure]:
    where: Path = ("sources", id_)
    rate = fitted.source.per_year
    assert rate is not None
    low, high = rate.log or (rate.value, rate.value)
    first, last = (str(np.datetime64(t, "us"))[:10] for t in (fitted.first, fitted.last - 1))
    words = _NUMBER.format(n=fitted.n, first=first, last=last)
    spread = math.log(max(high, 1e-9) / max(low, 1e-9)) / (2 * 1.959964) if low > 0 else 0.0
    found = [
        FittedFigure(
            "demand", source.name, (*where, "per_year"), f"sources/{id_}/per_year", f"{rate.value:.6g}", f"{low:.6g}",
            f"{high:.6g}", "", before_of(model, (*where, "per_year")), fitted.n, 0, words,
            draw=lambda n, rng: [f"{x:.6g}" for x in rate.value * np.exp(rng.normal(0, spread, n))],
        )
    ]  # fmt: skip
    for key, profile in (("months", fitted.months), ("weekdays", fitted.weekdays), ("hours", fitted.hours)):
        its = getattr(fitted.source, key)
        if key == "hours" and fitted.days_only:
            reasons[(*where, key)] = _DATES
            continue
        if its is None:
            reasons[(*where, key)] = profile.reason or _NOT_REAL
            continue
        value: Any = list(its.value) if key == "months" else {k: its.value[k] for k in _order(key, its.value)}
        test = "" if profile.test is None else f"p {profile.test.p:.2g}"
        found.append(
            FittedFigure(
                "demand", source.name, (*where, key), f"sources/{id_}/{key}", flow_text(value), "", "", "",
                before_of(model, (*where, key)), fitted.n, 0, Text(test, test),
            )
        )  # fmt: skip
    if fitted.source.batch is not None:
        batch = {
            size: {"value": _percent(share.value), "log": [_percent(b) for b in share.log or (0.0, 1.0)]}
            for size, share in fitted.source.batch.items()
        }
        found.append(
            FittedFigure(
                "demand", source.name, (*where, "batch"), f"sources/{id_}/batch", flow_text(batch), "", "", "",
                Text("-", "-"), fitted.n, 0, Text("同时到达的批次", "cases at one instant"), plain=True,
            )
        )  # fmt: skip
    return found


def _order(key: str, value: dict[Any, Any]) -> list[Any]:
    return [day for day in WEEKDAYS if day in value] if key == "weekdays" else sorted(value)


def _percent(share: float) -> str:
    return f"{100 * share:.10g}%"


def _attributes(matched: Matched, model: Model, id_: str, source: Source, found: list[FittedFigure],
                reasons: dict[Path, Text]) -> None:  # fmt: skip
    """Shares of an attribute's values, where the log has the attribute in the scenario's words."""
    cases = matched.log.cases
    for name, shares in source.attributes.items():
        where: Path = ("sources", id_, "attributes", name)
        if isinstance(shares, str):
            continue
        column = cases.attributes.get(name)
        known = None if column is None else column.isin(shares)
        if column is None or known is None or int(known.sum()) < FEWEST:
            reasons[where] = _NO_ATTRIBUTE
            continue
        n = int(known.sum())
        count = {value: int(column.isin([value])[known].sum()) for value in shares}
        written = {value: round(100 * k / n, 4) for value, k in count.items()}
        most = max(written, key=written.__getitem__)
        written[most] = round(100 - sum(x for value, x in written.items() if value != most), 4)
        for value, x in written.items():
            its = share_of(x / 100, n, n)
            low, high = 100 * float(its.low or 0.0), 100 * float(its.high or 1.0)
            found.append(
                FittedFigure(
                    "demand", Text(f"{source.name.zh}:{value}", f"{source.name.en}: {value}"), (*where, value),
                    f"sources/{id_}/attributes/{name}/{value}", f"{x:.8g}", f"{min(low, x):.6g}", f"{max(high, x):.6g}",
                    "%", before_of(model, (*where, value)), n, 0, Text(f"{count[value]} / {n}", f"{count[value]}/{n}"),
                )
            )  # fmt: skip
