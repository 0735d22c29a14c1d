"""What a log says of each limit in a period: how many, how many late, which, where they stuck, how groups differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.importing.executions import PROCESS
from calibration.observing.known_by import known_by
from calibration.observing.promises import Promises
from sim.analysis.census import CensusVerdict, assess_census
from sim.analysis.clock_times import ClocksOf, ClockTimes
from sim.analysis.statistics import SurvivalCurve, kaplan_meier
from sim.analysis.sticking import stuck_at
from sim.analysis.verdicts import unit_of
from sim.errors import InputError
from sim.eventlog import NAT, EventLog, Ints
from sim.model.limits import Limit, Reading
from sim.model.working_days import WorkingDays

Flags = NDArray[np.bool_]
GROUPED_BY = ("month", "district", "class")
"""What a limit's cases are parted by; ``month`` is that in which the clock stopped."""


@dataclass(frozen=True)
class LateCase:
    """One case of the late list (超期件清单); times in microseconds, ``stopped`` None while it is open.

    ``days``, ``limit`` and ``over`` are days of the reading's unit; ``step``: where most of the counted time went, None
    where the log cannot tell.
    """

    label: str
    case_class: str
    district: str
    accepted: int
    stopped: int | None
    days: float
    limit: float
    over: float
    step: str | None


@dataclass(frozen=True)
class Group:
    """The cases of a limit that finished in the period and have something in common; days of the reading's unit."""

    name: str
    finished: int
    late: int
    mean: float
    median: float


@dataclass(frozen=True, eq=False)
class Facts:
    """One limit under its default reading.

    ``closed``: cases whose clock stopped in the period; ``still_open`` at its end. ``curve``: of the cases accepted in
    the period, those still open counted while they were seen; None without any. ``seen``: the longest time seen.
    """

    reading: Reading
    unit: str
    closed: int
    still_open: int
    accepted: int
    late: tuple[LateCase, ...]
    groups: dict[str, tuple[Group, ...]]
    curve: SurvivalCurve | None

    @property
    def seen(self) -> float:
        return float(self.curve.times[-1]) if self.curve is not None and self.curve.times.size else 0.0


@dataclass(frozen=True, eq=False)
class Observed:
    """One limit: the verdicts of its readings, and the facts under the default one, None where they are withheld."""

    id: str
    limit: Limit
    verdict: CensusVerdict
    cases: int
    facts: Facts | None


@dataclass(frozen=True, eq=False)
class Observation:
    """A log as it stood at the end of a period [first, last), in microseconds, against all limits with readings."""

    period: tuple[int, int]
    log: EventLog
    promises: Promises
    limits: tuple[Observed, ...]

    @property
    def without_limit(self) -> dict[str, int]:
        """Classes of the log, with their cases, that no limit speaks of; ``""``: cases without a class."""
        spoken = {c for each in self.limits for c in each.limit.classes}
        spoken |= {c for each in self.limits for reading in each.limit.readings for c in reading.classes or ()}
        column = self.log.cases.case_class
        counts = np.bincount(column.codes + 1, minlength=len(column.names) + 1)
        named = zip(("", *column.names), counts.tolist(), strict=True)
        return {name: n for name, n in named if n and name not in spoken}


def observe(log: EventLog, promises: Promises, period: tuple[int, int]) -> Observation:
    """Judge what happened in a period, as it was known when the period ended, and list what was late."""
    log = known_by(log, period[1])
    legal = WorkingDays(promises.legal_of(log))
    read = {id_: limit for id_, limit in promises.limits.items() if limit.default_reading() is not None}
    verdicts = assess_census(log, read, period, legal)
    found = (_observed(log, promises, verdict, period, legal) for verdict in verdicts)
    return Observation(period, log, promises, tuple(found))


def _observed(
    log: EventLog, promises: Promises, verdict: CensusVerdict, period: tuple[int, int], legal: WorkingDays
) -> Observed:
    limit = promises.limits[verdict.limit]
    reading = limit.default_reading()
    assert reading is not None
    clocks = ClocksOf(log, np.flatnonzero(log.cases.case_class.isin(reading.classes or limit.classes)))
    try:
        clock = reading.clock or limit.clock
        times = clocks.times(clock, reading.unit, legal, per=reading.per, moved=reading.moved)
    except InputError:  # the verdict names what is lacking
        return Observed(verdict.limit, limit, verdict, clocks.cases.size, None)
    return Observed(
        verdict.limit, limit, verdict, clocks.cases.size, _facts(log, limit, reading, clocks, times, period)
    )


def _facts(
    log: EventLog, limit: Limit, reading: Reading, clocks: ClocksOf, times: ClockTimes, period: tuple[int, int]
) -> Facts:
    done = times.is_in("finished") & _within(times.stop, period)
    still_open = times.is_in("open", "not-started")
    accepted = _within(log.cases.accepted[times.case], period) & (times.is_in("finished") | still_open)
    value = limit.value_of(reading)
    late = np.zeros(done.size, np.bool_) if value is None else times.late(value.amount)
    return Facts(
        reading=reading,
        unit=unit_of(limit, reading),
        closed=int(np.count_nonzero(done)),
        still_open=int(np.count_nonzero(still_open)),
        accepted=int(np.count_nonzero(accepted)),
        late=() if value is None else tuple(_late(log, limit, reading, clocks, times, late & (done | still_open))),
        groups=_groups(log, times, done, late),
        curve=_curve(times, accepted, unit_of(limit, reading)),
    )


def _late(
    log: EventLog, limit: Limit, reading: Reading, clocks: ClocksOf, times: ClockTimes, which: Flags
) -> Iterator[LateCase]:
    """The late cases, those that are the most over first."""
    value, cases = limit.value_of(reading), log.cases
    assert value is not None
    steps: list[str | None] = [None] * int(np.count_nonzero(which))
    if not {"ready", "end"}.intersection(log.missing):
        steps = [step or None for step in stuck_at(log, reading.clock or limit.clock, clocks, which)]
    places = np.flatnonzero(which)
    labels = cases.labels_of(times.case[places].tolist())
    district = cases.attributes.get("district")
    over = times.days[places] - value.amount
    for i in np.argsort(-over, kind="stable").tolist():
        at, case = places[i], int(times.case[places[i]])
        stop = int(times.stop[at])
        yield LateCase(
            label=labels[i],
            case_class=cases.case_class[case] or "",
            district="" if district is None else district[case] or "",
            accepted=int(cases.accepted[case]),
            stopped=None if stop == NAT else stop,
            days=float(times.days[at]),
            limit=value.amount,
            over=float(over[i]),
            step=_of_export(steps[i]),
        )


def _of_export(step: str | None) -> str | None:
    """A step's name without that of the process which every export is taken for."""
    return None if step is None else step.removeprefix(f"{PROCESS}/")


def _groups(log: EventLog, times: ClockTimes, done: Flags, late: Flags) -> dict[str, tuple[Group, ...]]:
    """By month of the end, by district and by class, where a log tells of more than one."""
    month = times.stop.astype("datetime64[us]").astype("datetime64[M]").astype(str)
    columns: dict[str, NDArray[np.str_]] = {"month": month}
    for key, column in (("district", log.cases.attributes.get("district")), ("class", log.cases.case_class)):
        if column is not None:
            columns[key] = np.array(["", *column.names])[column.codes[times.case] + 1]
    found = {}
    for key, names in columns.items():
        each = np.unique(names[done])
        if each.size > 1:
            found[key] = tuple(_group(str(name), times, done & (names == name), late) for name in each)
    return found


def _group(name: str, times: ClockTimes, its: Flags, late: Flags) -> Group:
    days = times.days[its]
    median = float(np.quantile(days, 0.5, method="inverted_cdf"))
    return Group(name, days.size, int(np.count_nonzero(late & its)), float(days.mean()), median)


def _curve(times: ClockTimes, accepted: Flags, unit: str) -> SurvivalCurve | None:
    if not accepted.any():
        return None
    days = np.where(np.isnan(times.days), 0.0, times.days)[accepted]
    return kaplan_meier(days, times.is_in("finished")[accepted], unit=unit)


def _within(instants: Ints, period: tuple[int, int]) -> Flags:
    return (period[0] <= instants) & (instants < period[1])
