"""Durations of a process's steps: effort of work in open time of its people, waits on their calendar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from calibration.activity import Activity, activity_of
from calibration.durations import FittedLaw, Observations, fit
from calibration.durations.starts import CAVEAT, EstimatedStarts, estimate_starts
from calibration.fit.figures import FittedFigure, before_of, element_path, flow_text
from calibration.fit.matching import Matched
from sim.errors import InputError, Path
from sim.eventlog import NAT, OUTCOMES, EventLog, Ints
from sim.model.base import Model
from sim.model.calendars import PREDEFINED
from sim.model.laws import Mixture
from sim.model.open_time import Calendar, intersection
from sim.model.paths import name_of, pool_of
from sim.model.process import WaitStep, WorkStep
from sim.model.quantities import DAY_US
from sim.text import Text

FEWEST = 20
"""Of fewer that are over no law is fitted."""
_SHORTER_THAN_A_DAY = 0.2
_NO_START = Text(
    "日志只有这一步的结束时间,又不知何人所办:历时不是办理时间",
    "the log has only its ends and not who did it, and elapsed time is no work",
)
_DATES = Text(
    "日志只有日期:短于一天的办理时间看不出来", "the log has dates only, which do not tell efforts below a day"
)
_HOURS_DIFFER = Text(
    "班组内各组的工作时间或速度不同,日志不说明是哪一组办的",
    "groups of its pool differ in hours or speed, and the log does not tell whose work it was",
)
_SEVERAL = Text(
    "同一人手上常有几件同时在办({share}):开始到结束不是办理时间",
    "people often have several cases in hand ({share}): from start to end is no effort",
)
_FEW = Text("办完的只有 {n} 条,少于 {least} 条", "only {n} are over, fewer than {least}")
NOT_SHOWN = Text("日志中没有这一步", "the log does not show this step")


@dataclass(frozen=True)
class StepLaw:
    """A step's fitted law with what it was fitted to; ``hours`` is the calendar in whose open time that is."""

    name: Text
    where: Path
    path: str
    fitted: FittedLaw
    hours: str
    from_ends: bool


class Hours:
    """The calendars of a model over the time of a log; ``instead`` has those that were fitted."""

    def __init__(self, model: Model, log: EventLog, instead: dict[str, Any]) -> None:
        self.model, self.specs = model, {**PREDEFINED, **model.calendars, **instead}
        known = [column[column != NAT].min() for column in (log.ready, log.start) if (column != NAT).any()]
        self.span = int(min(known)) - DAY_US, log.end_of_run + DAY_US
        self._compiled: dict[str, Calendar] = {}

    def of(self, id_: str) -> Calendar:
        """Errors: InputError for a year of the log without statutory data."""
        if id_ not in self._compiled:
            spec, statutory = self.specs[id_], self.model.statutory
            self._compiled[id_] = spec.compile(*self.span, statutory=statutory, calendars=self.specs)
        return self._compiled[id_]

    def of_work(self, process: str, step: WorkStep) -> tuple[str, Calendar, float] | None:
        """The hours in which a step of work goes on, and the speed of its people; None where groups differ."""
        ids: list[str] = []
        speed = math.inf
        for need in step.by:
            groups = self.model.pools[pool_of(self.model, process, need)].groups
            if len({(group.calendar, _speed(group)) for group in groups}) > 1:
                return None
            ids.append(groups[0].calendar)
            speed = min(speed, _speed(groups[0]))
        several = sorted(set(ids))
        return " & ".join(several), intersection(*(self.of(id_) for id_ in several)), speed

    def of_wait(self, step: WaitStep) -> tuple[str, Calendar]:
        id_ = step.calendar or "always"
        return id_, self.of(id_)


def _speed(group: Any) -> float:
    return float(getattr(group.speed, "value", group.speed))


def fit_laws(
    matched: Matched, model: Model, elements: list[tuple[Path, Any]], hours: Hours, busy: dict[str, float]
) -> tuple[list[StepLaw], list[FittedFigure], dict[Path, Text]]:
    """The laws that could be fitted, as figures, and the reasons for those that could not.

    ``busy``: by step of the log, the share of time in which its people had several things in hand.
    """
    laws, found, reasons = [], [], {}
    ends = _from_ends(matched, elements, hours)
    for where, element in elements:
        if not isinstance(element, WorkStep | WaitStep):
            continue
        key = "effort" if isinstance(element, WorkStep) else "takes"
        place = (*where, key)
        if element.id not in matched.names:
            reasons[place] = NOT_SHOWN
            continue
        seen = _observations(matched, element, hours, busy, ends)
        if isinstance(seen, Text):
            reasons[place] = seen
            continue
        calendar, observations = seen
        over = observations.n - observations.open
        if over < FEWEST:
            reasons[place] = _FEW.format(n=round(over), least=FEWEST)
            continue
        try:
            fitted = fit(observations)
        except InputError as error:
            reasons[place] = error.rule
            continue
        from_ends = ends is not None and key == "effort"
        law = StepLaw(name_of(element), place, f"{element_path(model, where)}/{key}", fitted, calendar, from_ends)
        laws.append(law)
        found.append(_figure(model, law, getattr(element, key), element))
    return laws, found, reasons


def _observations(
    matched: Matched, element: WorkStep | WaitStep, hours: Hours, busy: dict[str, float], ends: _Ends | None
) -> tuple[str, Observations] | Text:
    log, name = matched.log, matched.names[element.id]
    rows = np.flatnonzero((log.step.codes == log.step.code(name)) & (log.outcome != OUTCOMES.index("withdrawn")))
    speed = 1.0
    if isinstance(element, WorkStep):
        rows = rows[log.is_kind("work", rows=rows) & (log.start[rows] != NAT)]
        if not rows.size:
            return _NO_START if ends is None else _effort(matched, element, hours, ends)
        if busy.get(name, 0.0) > 0.05:
            return _SEVERAL.format(share=f"{100 * busy[name]:.0f}%")
        open_in = hours.of_work(matched.process, element)
        if open_in is None:
            return _HOURS_DIFFER
        id_, calendar, speed = open_in
        begin = log.start[rows]
    else:
        id_, calendar = hours.of_wait(element)
        begin = log.ready[rows]
    end = log.end[rows]
    dated = np.zeros(rows.size, np.bool_)
    if "time-of-day" in log.missing:
        dated = begin % DAY_US == 0
    seen = Observations.of_instants(
        calendar, begin, end, log.end_of_run,
        start_dated=dated, end_dated=(end % DAY_US == 0) & ("time-of-day" in log.missing),
    )  # fmt: skip
    if isinstance(element, WorkStep) and not seen.plain:
        vague = (seen.low + seen.start_within <= seen.start_within) & np.isfinite(seen.high) & (seen.low < seen.high)
        if vague.mean() > _SHORTER_THAN_A_DAY:
            return _DATES
    factor = _factors(log, element, rows) / speed
    stretched = _handed_over(log, rows, calendar)
    low, high = seen.low, seen.high
    if stretched is not None:
        low, high = stretched, np.where(np.isfinite(high), stretched, np.inf)
    return id_, Observations.of(low / factor, high / factor, start_within=seen.start_within / factor)


class _Ends(NamedTuple):
    """What is known of the work of a log with ends only, one entry a job of any process."""

    jobs: Activity
    starts: EstimatedStarts


def _from_ends(matched: Matched, elements: list[tuple[Path, Any]], hours: Hours) -> _Ends | None:
    """None where the log has starts, or does not tell who did what."""
    log = matched.whole
    if log.is_kind("work").any() or log.who is None or not (log.who.codes >= 0).any():
        return None
    jobs = activity_of(log)
    calendars: dict[str, Calendar] = {}
    of_step = np.zeros(len(jobs.step.names) + 1, np.int64)
    for _, element in elements:
        if isinstance(element, WorkStep) and element.id in matched.names:
            known = hours.of_work(matched.process, element)
            if known is not None:
                calendars.setdefault(known[0], known[1])
                of_step[jobs.step.code(matched.names[element.id])] = list(calendars).index(known[0])
    if not calendars:
        return None
    which = of_step[jobs.step.codes]
    return _Ends(jobs, estimate_starts(jobs.ready, jobs.end, jobs.who.codes, list(calendars.values()), which))


def _effort(matched: Matched, element: WorkStep, hours: Hours, ends: _Ends) -> tuple[str, Observations] | Text:
    """From the same person's end before, or the arrival where that is later, to the end."""
    open_in = hours.of_work(matched.process, element)
    if open_in is None:
        return _HOURS_DIFFER
    seen = ends.starts.effort
    its = (ends.jobs.step.codes == ends.jobs.step.code(matched.names[element.id])) & matched.kept[ends.jobs.case]
    rows = np.flatnonzero(its & (seen.weight > 0))
    if "time-of-day" in matched.log.missing:
        return _DATES
    factor = _factors(matched.whole, element, ends.jobs.row[rows]) / open_in[2]
    return open_in[0], Observations.of(seen.low[rows] / factor, seen.high[rows] / factor)


def _factors(log: EventLog, element: WorkStep | WaitStep, rows: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What the scenario multiplies each execution's duration with."""
    visit = log.visit[rows]
    factor = np.array([element.repeat_factor(v) for v in range(int(visit.max(initial=0)) + 1)])[visit]
    if element.factor is not None:
        column = log.cases.attributes.get(element.factor.attribute)
        column = log.cases.case_class if element.factor.attribute == "class" else column
        if column is not None:
            of_value = [element.class_factor({element.factor.attribute: value}) for value in column.names]
            factor = factor * np.array([*of_value, 1.0])[column.codes[log.case[rows]]]
    return np.asarray(factor, np.float64)


def _handed_over(log: EventLog, rows: Ints, calendar: Calendar) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """The open time of all stints of each execution, where a log has any of several."""
    first, stop = log.stints.first[rows].astype(np.int64), log.stints.first[rows + 1].astype(np.int64)
    if not ((stop - first) > 1).any() or (stop == first).any():
        return None
    ends = np.where(log.stints.stop == NAT, log.end_of_run, log.stints.stop)
    total = np.append(0.0, np.cumsum(calendar.open_times(log.stints.start, ends)))
    return np.asarray(total[stop] - total[first])


def _figure(model: Model, law: StepLaw, old: Any, element: WorkStep | WaitStep) -> FittedFigure:
    fitted = law.fitted
    written = fitted.written()
    low, high = written.pop("log", ("", ""))
    most = _at_most(fitted, old, element)
    if most and fitted.kind != "fixed":
        written["at_most"] = most
    is_mixture = isinstance(fitted.law, Mixture)
    before = before_of(model, law.where)
    described: Text = old.describe()
    alone = Text("固定值", "always the same") if fitted.kind == "fixed" else Text("经验分布", "the data as they are")
    return FittedFigure(
        "duration", law.name, law.where, law.path, flow_text(written), str(low), str(high), "",
        Text(f"{described.zh} ({before.zh})", f"{described.en} ({before.en})"),
        round(fitted.n), round(fitted.observations.open),
        with_caveat(alone if fitted.chosen is None else fitted.chosen.words, law),
        plain=is_mixture or not low,
        draw=lambda n, rng: [flow_text(_plain(each)) for each in fitted.bootstrap(n, rng)],
    )  # fmt: skip


def with_caveat(words: Text, law: StepLaw) -> Text:
    """What a law that rests on ends alone is told with."""
    return Text(f"{words.zh};{CAVEAT.zh}", f"{words.en}; {CAVEAT.en}") if law.from_ends else words


def _plain(law: Any) -> dict[str, Any]:
    from calibration.durations.written import with_percent

    return with_percent(law.model_dump(mode="json", exclude_none=True, exclude_unset=True))


def _at_most(fitted: FittedLaw, old: Any, element: WorkStep | WaitStep) -> str:
    """The old bound, raised to the longest that was seen; work that cannot be split needs one (rule 3)."""
    from calibration.durations.written import quantity

    if old.at_most is None and not getattr(element, "unsplittable", False):
        return ""
    seen = fitted.observations
    longest = float(np.where(np.isfinite(seen.high), seen.high, seen.low).max(initial=0.0))
    bound = old.at_most.size if old.at_most is not None and not old.at_most.in_working_days else 0.0
    return str(quantity(max(longest, bound), fitted.unit))
