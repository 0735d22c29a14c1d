"""What a log says of each limit in a period: how many, how many late, which, where they stuck, how groups differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from calibration.importing.executions import PROCESS
from calibration.importing.mapping import Mapping as ExportMapping
from calibration.observing.grouping import Group, Parted
from calibration.observing.known_by import known_by
from calibration.observing.named import refuse_unnamed, words_of_steps
from calibration.observing.promises import Promises
from sim.analysis.census import CensusResult, CensusVerdict, assess_census
from sim.analysis.clock_times import ClocksOf, ClockTimes
from sim.analysis.sampling import late_cases
from sim.analysis.statistics import Estimate, SurvivalCurve, kaplan_meier
from sim.analysis.sticking import stuck_at
from sim.analysis.verdicts import unit_of
from sim.eventlog import NAT, EventLog, Ints
from sim.model.limits import Limit, Reading
from sim.model.working_days import WorkingDays

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class LateCase:
    """One case of the late list (超期件清单); times in microseconds, ``stopped`` None while it is open.

    ``days``, ``limit`` and ``over`` are days of the reading's unit, the last two None where it names a day of the year
    instead; ``step``: where most of the counted time went, in the words of the file, None where the log cannot tell.
    """

    label: str
    case_class: str
    district: str
    accepted: int
    stopped: int | None
    days: float
    limit: float | None
    over: float | None
    step: str | None


@dataclass(frozen=True, eq=False)
class Facts:
    """One limit under its default reading.

    ``closed``: cases whose clock stopped in the period; ``still_open`` at its end. ``curve``: of the cases accepted in
    the period, those still open counted while they were seen; None without any. ``seen``: the longest time seen.
    ``late_share``: of the cases that were due, and ``late_by_class``, as estimates for the months to come. ``stuck``:
    of how many late cases each step held most of the time, the commonest first.
    """

    reading: Reading
    unit: str
    closed: int
    still_open: int
    accepted: int
    late: tuple[LateCase, ...]
    groups: dict[str, tuple[Group, ...]]
    curve: SurvivalCurve | None
    late_share: Estimate
    late_by_class: dict[str, Estimate]

    @property
    def stuck(self) -> tuple[tuple[str, int], ...]:
        counts = Counter(case.step for case in self.late if case.step is not None)
        return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

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

    @property
    def default(self) -> CensusResult | None:
        """What the default reading says, None where it is withheld."""
        return next((result for result in self.verdict.readings if result.reading.role == "default"), None)


@dataclass(frozen=True, eq=False)
class Observation:
    """A log as it stood at the end of a period [first, last), in microseconds, against all limits with readings."""

    period: tuple[int, int]
    log: EventLog
    promises: Promises
    limits: tuple[Observed, ...]

    @property
    def days(self) -> tuple[str, str]:
        """First and last day of the period."""
        return first_and_last(self.period)

    @property
    def without_limit(self) -> dict[str, int]:
        """Classes of the log, with their cases, that no limit speaks of; ``""``: cases without a class."""
        spoken = self.promises.classes()
        column = self.log.cases.case_class
        counts = np.bincount(column.codes + 1, minlength=len(column.names) + 1)
        named = zip(("", *column.names), counts.tolist(), strict=True)
        return {name: n for name, n in named if n and name not in spoken}


def first_and_last(period: tuple[int, int]) -> tuple[str, str]:
    """The days of a period [first, last) of instants."""
    return str(np.datetime64(period[0], "us"))[:10], str(np.datetime64(period[1] - 1, "us"))[:10]


def observe(
    log: EventLog, promises: Promises, period: tuple[int, int], mapping: ExportMapping | None = None
) -> Observation:
    """Judge what happened in a period, as it was known when the period ended, and list what was late.

    ``mapping``: that by which the log was read, None for a log of Shixian itself.
    """
    log = known_by(log, period[1])
    legal = WorkingDays(promises.legal_of(log))
    read = {id_: limit for id_, limit in promises.limits.items() if limit.default_reading() is not None}
    verdicts = assess_census(log, read, period, legal, partial(refuse_unnamed, log, mapping))
    words = words_of_steps(mapping)
    found = (_observed(log, promises.limits[each.limit], each, period, legal, words) for each in verdicts)
    return Observation(period, log, promises, tuple(found))


def _observed(
    log: EventLog,
    limit: Limit,
    verdict: CensusVerdict,
    period: tuple[int, int],
    legal: WorkingDays,
    words: Mapping[str, str],
) -> Observed:
    reading = limit.default_reading()
    assert reading is not None
    clocks = ClocksOf(log, np.flatnonzero(log.cases.case_class.isin(reading.classes or limit.classes)))
    facts = None
    if reading.id not in dict(verdict.withheld):
        clock = reading.clock or limit.clock
        times = clocks.times(clock, reading.unit, legal, per=reading.per, moved=reading.moved)
        facts = _facts(log, limit, reading, clocks, times, period, words)
    return Observed(verdict.limit, limit, verdict, clocks.cases.size, facts)


def _facts(
    log: EventLog,
    limit: Limit,
    reading: Reading,
    clocks: ClocksOf,
    times: ClockTimes,
    period: tuple[int, int],
    words: Mapping[str, str],
) -> Facts:
    done = times.is_in("finished") & _within(times.stop, period)
    still_open = times.is_in("open", "not-started")
    accepted = _within(log.cases.accepted[times.case], period) & (times.is_in("finished") | still_open)
    late = late_cases(log, limit, reading, times)
    parted = Parted(log, times, done, still_open, accepted, late)
    return Facts(
        reading=reading,
        unit=unit_of(limit, reading),
        closed=int(np.count_nonzero(done)),
        still_open=int(np.count_nonzero(still_open)),
        accepted=int(np.count_nonzero(accepted)),
        late=tuple(_late(log, limit, reading, clocks, times, late & parted.due, words)),
        groups=parted.groups(),
        curve=_curve(times, accepted, unit_of(limit, reading)),
        late_share=parted.late_share(),
        late_by_class=parted.late_by_class(),
    )


def _late(
    log: EventLog,
    limit: Limit,
    reading: Reading,
    clocks: ClocksOf,
    times: ClockTimes,
    which: Flags,
    words: Mapping[str, str],
) -> Iterator[LateCase]:
    """The late cases, those that are the most over first."""
    value, cases, places = limit.value_of(reading), log.cases, np.flatnonzero(which)
    case, days, stop = (column[places].tolist() for column in (times.case, times.days, times.stop))
    steps = [""] * len(case)
    if not {"ready", "end"}.intersection(log.missing):
        steps = stuck_at(log, reading.clock or limit.clock, clocks, which)
    labels, accepted = cases.labels_of(case), cases.accepted[times.case[places]].tolist()
    district = cases.attributes.get("district")
    for i in np.argsort(-times.days[places], kind="stable").tolist():
        yield LateCase(
            label=labels[i],
            case_class=cases.case_class[case[i]] or "",
            district="" if district is None else district[case[i]] or "",
            accepted=accepted[i],
            stopped=None if stop[i] == NAT else stop[i],
            days=days[i],
            limit=None if value is None else value.amount,
            over=None if value is None else days[i] - value.amount,
            step=words.get(steps[i], steps[i].removeprefix(f"{PROCESS}/")) or None,
        )


def _curve(times: ClockTimes, accepted: Flags, unit: str) -> SurvivalCurve | None:
    if not accepted.any():
        return None
    days = np.where(np.isnan(times.days), 0.0, times.days)[accepted]
    return kaplan_meier(days, times.is_in("finished")[accepted], unit=unit)


def _within(instants: Ints, period: tuple[int, int]) -> Flags:
    return (period[0] <= instants) & (instants < period[1])
