"""From the event log of one replication to its sample (rules 14 to 18)."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.attribution import Segments, Split, attribute, in_all, split_by_class
from sim.analysis.clock_times import ClocksOf, ClockTimes, stage_counts
from sim.analysis.loads import pool_samples, pools_asked
from sim.analysis.samples import ClassSample, LimitSample, LongestCase, MonthCount, ReadingSample, Sample
from sim.analysis.sticking import sticking, stuck_at
from sim.analysis.verdicts import unit_of
from sim.eventlog import NAT, EventLog, Grouped, Ints
from sim.model.base import LEGAL, Model
from sim.model.calendars import Calendar
from sim.model.limits import Limit, Reading
from sim.model.working_days import WorkingDays

Flags = NDArray[np.bool_]


class _Known(NamedTuple):
    """A log and what is asked of it again and again; months by case, segments of limits' cases, their split by class.

    ``every``: the cases of which the window can have anything. ``clocks``: those of limits' classes, found once.
    """

    log: EventLog
    window: tuple[int, int]
    legal: WorkingDays
    customer_facing: tuple[str, ...]
    month: NDArray[np.datetime64]
    segments: Segments
    split: dict[str | None, Split]
    every: ClocksOf
    clocks: dict[tuple[str, ...], ClocksOf]

    def clocks_of(self, classes: tuple[str, ...]) -> ClocksOf:
        """The clocks of the cases of these classes that are near."""
        if classes not in self.clocks:
            self.clocks[classes] = self.every.of(self.log.cases.case_class.isin(classes)[self.every.cases])
        return self.clocks[classes]


def sample(log: EventLog, model: Model) -> Sample:
    """What a simulated log of this model contributes to its verdicts, loads and counts."""
    segments = attribute(log, _closed_of_limits(log, model))  # a case of several limits is attributed once
    known = _Known(
        log=log,
        window=model.study.window,
        legal=_working_days(log.calendars[LEGAL if LEGAL in log.calendars else "always"]),  # without it no readings
        customer_facing=tuple(id_ for id_, stage in model.stages.items() if stage.customer_facing),
        month=_month(log.cases.accepted),
        segments=segments,
        split=split_by_class(log, segments),
        every=ClocksOf(log, _near(log, model.study.window)),
        clocks={},
    )
    return Sample(
        limits={id_: _limit(known, limit) for id_, limit in model.limits.items()},
        pools=pool_samples(log, model.study.window),
        classes=_classes(known, {source.class_() for source in model.sources.values()}),
    )


@lru_cache(maxsize=8)
def _working_days(legal: Calendar) -> WorkingDays:
    """Those of a calendar, which is the same one in all replications."""
    return WorkingDays(legal)


def _closed_of_limits(log: EventLog, model: Model) -> Ints:
    classes = {class_ for limit in model.limits.values() for class_ in _classes_of(limit, limit.default_reading())}
    of_limits = log.cases.case_class.isin(classes) & _within(log.cases.accepted, model.study.window)
    return np.flatnonzero(of_limits & (log.closed != NAT))


def _limit(known: _Known, limit: Limit) -> LimitSample:
    log, default = known.log, limit.default_reading()
    every = known.clocks_of(_classes_of(limit, default))
    in_window = _within(log.cases.accepted[every.cases], known.window)
    completed, under_baseline, by_class, late, finished = None, None, {}, ~in_window, in_window & False
    if default is not None:
        times = _times(known, limit, default, every)
        completed = cohort_of(log, limit, default, times, _within(times.stop, known.window))
        under_baseline = _under_baseline(log, limit, default, times, in_window)
        by_class = _by_class(log, limit, default, times, in_window)
        late, finished = late_cases(log, limit, default, times), in_window & times.is_in("finished")
    clocks = every.of(in_window)
    found = {r.id: _reading(known, limit, r, clocks) for r in limit.readings if r is not default}
    if default is not None:
        found[default.id] = _sampled(known, limit, default, times, in_window, every)
    cohort, kept = clocks.cases, every.cases[finished & ~late]
    is_closed = log.closed[cohort] != NAT
    closed = cohort[is_closed]
    still_open = cohort[(log.closed[cohort] == NAT) & (log.withdrawn[cohort] == NAT)]
    over = clocks.of((finished & (log.closed[every.cases] != NAT))[in_window])
    return LimitSample(
        default=None if default is None else default.id,
        readings={id_: sampled for id_, (sampled, _) in found.items()},
        completed=completed,
        under_baseline=under_baseline,
        classes=by_class,
        months={id_: months for id_, (_, months) in found.items()},
        stages=stage_counts(log, cohort, known.customer_facing, clocks.family)[is_closed].astype(np.float64),
        elapsed_us=log.closed[closed] - log.cases.accepted[closed],
        elapsed_open_us=log.end_of_run - log.cases.accepted[still_open],
        elapsed_kept_us=(log.closed[kept] - log.cases.accepted[kept])[log.closed[kept] != NAT],
        split_us=in_all(known.split.get(class_, {}) for class_ in dict.fromkeys(_classes_of(limit, default))),
        sticking={} if default is None else _sticking(known, limit, default, over),
        sticking_cases=over.cases.size,
        pools=pools_asked(log, clocks.family),
    )


def _sticking(known: _Known, limit: Limit, reading: Reading, over: ClocksOf) -> dict[tuple[str, str], float]:
    legal = known.legal if unit_of(limit, reading) == "wd" else None
    return sticking(known.log, reading.clock or limit.clock, known.segments, over, legal)


def _reading(
    known: _Known, limit: Limit, reading: Reading, clocks: ClocksOf
) -> tuple[ReadingSample, dict[str, MonthCount]]:
    """A reading beside the default one, of that one's cohort where it has no classes of its own."""
    log, classes = known.log, _classes_of(limit, reading)
    if set(classes) != set(_classes_of(limit, limit.default_reading())):
        its = known.clocks_of(classes)
        clocks = its.of(_within(log.cases.accepted[its.cases], known.window))
    times = _times(known, limit, reading, clocks)
    return _sampled(known, limit, reading, times, np.ones(clocks.cases.size, dtype=np.bool_), clocks)


def _sampled(
    known: _Known, limit: Limit, reading: Reading, times: ClockTimes, which: Flags, clocks: ClocksOf
) -> tuple[ReadingSample, dict[str, MonthCount]]:
    late = late_cases(known.log, limit, reading, times)
    return cohort_of(known.log, limit, reading, times, which, clocks), _months(known, late, times, which)


def _times(known: _Known, limit: Limit, reading: Reading, clocks: ClocksOf) -> ClockTimes:
    clock = reading.clock or limit.clock
    return clocks.times(clock, reading.unit, known.legal, per=reading.per, moved=reading.moved)


def _classes_of(limit: Limit, reading: Reading | None) -> tuple[str, ...]:
    return (reading and reading.classes) or limit.classes


def cohort_of(
    log: EventLog, limit: Limit, reading: Reading, times: ClockTimes, which: Flags, clocks: ClocksOf | None = None
) -> ReadingSample:
    """The chosen cases: finished, or still open, where a clock that has not started has counted nothing yet.

    Cases that were withdrawn before the clock stopped, or that are over without it, have no time. With their
    ``clocks`` the longest is named.
    """
    finished, still_open = which & times.is_in("finished"), which & times.is_in("open", "not-started")
    days = np.where(times.is_in("not-started"), 0.0, times.days)
    late = late_cases(log, limit, reading, times)
    its = np.flatnonzero(finished | still_open)
    worst = None
    if clocks is not None and its.size:
        at = its[np.argmax(days[its])]
        [label] = log.cases.labels_of([int(times.case[at])])
        [stuck] = stuck_at(log, reading.clock or limit.clock, clocks, np.arange(days.size) == at)
        worst = LongestCase(float(days[at]), label, stuck)
    return ReadingSample(
        finished=days[finished],
        late=int(np.count_nonzero(finished & late)),
        open_late=days[still_open & late],
        open_undecided=days[still_open & ~late],
        longest=worst,
    )


def _under_baseline(
    log: EventLog, limit: Limit, reading: Reading, times: ClockTimes, which: Flags
) -> ReadingSample | None:
    """The chosen cases against the old limit, read as the new one is; an old limit in another unit has no reading."""
    if limit.baseline is None or limit.baseline.unit != unit_of(limit, reading):
        return None
    old = limit.model_copy(update={"value": limit.baseline})
    return cohort_of(log, old, reading, times, which)


def _by_class(
    log: EventLog, limit: Limit, reading: Reading, times: ClockTimes, which: Flags
) -> dict[str, ReadingSample]:
    """The chosen cases class by class, in the order of the limit; nothing where it has one class only."""
    classes, of = dict.fromkeys(reading.classes or limit.classes), log.cases.case_class
    if len(classes) < 2:
        return {}
    code = of.codes[times.case]
    return {id_: cohort_of(log, limit, reading, times, which & (code == of.code(id_))) for id_ in classes}


def late_cases(log: EventLog, limit: Limit, reading: Reading, times: ClockTimes) -> Flags:
    """Which cases a reading calls late, finished or open; none where it has no limit."""
    if reading.by is not None:
        return _after_day(log, times, reading.by)
    value = limit.value_of(reading)
    return np.zeros(times.days.size, dtype=np.bool_) if value is None else times.late(value.amount)


def _after_day(log: EventLog, times: ClockTimes, month_day: str) -> Flags:
    """Cases not done on the first such day of a year on or after the clock's start; open ones once it has passed."""
    month, day = (int(part) for part in month_day.split("-"))
    known = times.start != NAT
    start = _date(np.where(known, times.start, log.begin))

    def of_year(years: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
        return (years.astype("datetime64[M]") + (month - 1)).astype("datetime64[D]") + (day - 1)

    year = start.astype("datetime64[Y]")
    goal = np.where(of_year(year) >= start, of_year(year), of_year(year + 1))
    done = _date(np.where(times.is_in("finished"), times.stop, log.end_of_run))
    late: Flags = known & times.is_in("finished", "open") & (done > goal)
    return late


def _date(instants: Ints) -> NDArray[np.datetime64]:
    return instants.astype("datetime64[us]").astype("datetime64[D]")


def _months(known: _Known, late: Flags, times: ClockTimes, which: Flags) -> dict[str, MonthCount]:
    """Every month of the window, those without cases, too."""
    first, last = _month(np.array([known.window[0], known.window[1] - 1]))
    its = np.flatnonzero(which & times.is_in("finished", "open", "not-started"))
    days = np.where(np.isnan(times.days), 0.0, times.days)
    within = times.is_in("finished") & ~late
    month = (known.month[times.case[its]] - first).astype(np.int64)
    count = int((last - first).astype(np.int64)) + 1
    found = {str(each): MonthCount(0, 0, 0.0) for each in np.arange(first, last + 1)}
    for at, places in Grouped.by(month, count).places():
        of_month = its[places]
        found[str(first + at)] = MonthCount(
            of_month.size, int(np.count_nonzero(within[of_month])), float(days[of_month].sum())
        )
    return found


def _classes(known: _Known, described: Set[str]) -> dict[str, ClassSample]:
    """The cases accepted in the window; the classes that the model describes are there without any, too."""
    log, cases = known.log, known.log.cases
    in_window = np.flatnonzero(_within(cases.accepted, known.window))
    code, found = cases.case_class.codes[in_window], {}
    for name in sorted({*described, *cases.case_class.names}, key=str.encode):
        its = in_window[code == cases.case_class.code(name)]
        closed, withdrawn = log.closed[its] != NAT, log.withdrawn[its] != NAT
        counts = (np.count_nonzero(flags) for flags in (closed, ~closed & ~withdrawn, withdrawn))
        if its.size or name in described:
            found[name] = ClassSample(its.size, *map(int, counts))
    return found


def _near(log: EventLog, window: tuple[int, int]) -> Ints:
    """The cases accepted before the window ends, of whose family something goes on after it has begun."""
    early = int(np.searchsorted(log.ready, window[0]))  # rows stand in the order of ready
    end = log.end[:early]
    near = np.zeros(len(log.cases), dtype=np.bool_)
    near[log.case[early:]] = True
    near[log.case[:early][(end == NAT) | (end >= window[0])]] = True
    found = np.flatnonzero(near)
    while found.size:  # what goes on in a spawned case goes on in the family of the one that spawned it
        parent = log.cases.parent[found]
        found = np.unique(parent[(parent >= 0) & ~near[parent]])
        near[found] = True
    return np.flatnonzero(near & (log.cases.accepted < window[1]))


def _within(instants: Ints, window: tuple[int, int]) -> Flags:
    return (window[0] <= instants) & (instants < window[1])


def _month(instants: Ints) -> NDArray[np.datetime64]:
    return instants.astype("datetime64[us]").astype("datetime64[M]")
