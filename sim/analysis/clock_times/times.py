"""The clock of a limit read for every case: how long, and whether it has stopped (rules 17 and 18)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clock_times.events import all_over, occurred
from sim.analysis.clock_times.family import Families, families
from sim.analysis.clock_times.intervals import Intervals
from sim.analysis.clock_times.selection import counted
from sim.analysis.clock_times.units import in_days, moved_days
from sim.errors import InputError
from sim.eventlog import NAT, EventLog, Ints
from sim.model.clocks import Clock, Unit
from sim.model.working_days import WorkingDays
from sim.text import Text

State = Literal["finished", "open", "not-started", "withdrawn", "never"]
STATES: tuple[State, ...] = get_args(State)
"""``never``: the clock has no reading and will have none. The case is over and it did not start, or did not stop after
its start; or its stop, the first of its kind, came before its start."""

Per = Literal["case", "stage", "step"]


@dataclass(frozen=True, eq=False)
class ClockTimes:
    """What a clock reads, one entry for each of ``case`` (places in the log's cases).

    ``days``: days of the unit counted so far, nan where the clock has not started or never stops; hours are given in
    days of 24. ``to_compare``: what is compared with a limit; less than ``days`` only where the last day of a limit
    moves (rule 18 d). ``start`` and ``stop`` are instants, NAT where they have not come; ``state`` codes into STATES.
    """

    case: Ints
    days: NDArray[np.float64]
    to_compare: NDArray[np.float64]
    state: NDArray[np.int8]
    start: Ints
    stop: Ints

    def is_in(self, *states: State) -> NDArray[np.bool_]:
        """Which cases are in one of these states."""
        return np.array([state in states for state in STATES])[self.state]

    def late(self, limit: float) -> NDArray[np.bool_]:
        """Which cases have taken more than a limit in days of the unit; open ones are late for certain then."""
        return self.is_in("finished", "open") & (self.to_compare > limit)


class _Run(NamedTuple):
    """From where to where the clock of each case runs, as far as is known."""

    state: NDArray[np.int8]
    start: Ints
    stop: Ints
    until: Ints


class _Counted(NamedTuple):
    """What a clock counts of its run; the group is the place of the case times ``parts`` plus the part."""

    run: _Run
    intervals: Intervals
    parts: int


@dataclass(frozen=True, eq=False)
class ClocksOf:
    """The clocks of these distinct cases: what several readings of them share is found once."""

    log: EventLog
    cases: Ints
    _found: dict[tuple[Clock, Per], _Counted] = field(default_factory=dict)
    _whole: tuple[ClocksOf, NDArray[np.bool_]] | None = None

    @cached_property
    def family(self) -> Families:
        """The rows of the cases, with those of the cases that they spawned."""
        if self._whole is None:
            return families(self.log, self.cases)
        whole, which = self._whole
        return whole.family if which.all() else whole.family.of(which)

    def times(
        self, clock: Clock, unit: Unit, legal: WorkingDays, *, per: Per = "case", moved: bool = True
    ) -> ClockTimes:
        """See :func:`clock_times`."""
        _refuse_missing(self.log, clock, unit, per)
        run, intervals, parts = self._counted(clock, per)
        n = self.cases.size
        days = in_days(intervals, n * parts, unit, legal).reshape(n, parts).sum(axis=1)
        to_compare = days
        if unit == "calendar-days" and moved and per == "case":
            to_compare = moved_days(intervals, n, legal)
        unknown = (run.start == NAT) | (run.until == NAT)
        return ClockTimes(
            case=self.cases,
            days=np.where(unknown, np.nan, days),
            to_compare=np.where(unknown, np.nan, to_compare),
            state=run.state,
            start=run.start,
            stop=run.stop,
        )

    def counted_time(self, clock: Clock, per: Per = "case") -> Intervals:
        """See :func:`counted_time`."""
        _refuse_missing(self.log, clock, "calendar-days", per)
        return self._counted(clock, per).intervals

    def of(self, which: NDArray[np.bool_]) -> ClocksOf:
        """Those of the chosen cases, with what has been found for them."""
        place = np.cumsum(which) - 1
        found = {}
        for key, (run, intervals, parts) in self._found.items():
            case, part = np.divmod(intervals.group, parts)
            its = intervals._replace(group=place[case] * parts + part).where(which[case])
            found[key] = _Counted(_Run._make(column[which] for column in run), its, parts)
        return ClocksOf(self.log, self.cases[which], found, (self, which))

    def _counted(self, clock: Clock, per: Per) -> _Counted:
        if (clock, per) not in self._found:
            log = self.log
            run = _run(log, clock, self.cases, self.family)
            part = None if per == "case" else (log.stage if per == "stage" else log.step).codes.astype(np.int64) + 1
            intervals = counted(log, clock, self.family, run.start, run.until, part)
            self._found[clock, per] = _Counted(run, intervals, 1 if part is None else int(part.max(initial=0)) + 1)
        return self._found[clock, per]


def clock_times(
    log: EventLog,
    clock: Clock,
    unit: Unit,
    legal: WorkingDays,
    cases: Ints | None = None,
    *,
    per: Per = "case",
    moved: bool = True,
) -> ClockTimes:
    """Read a clock for these distinct cases, or for all.

    A case's steps are its own and those of the cases that it spawned. ``per`` stage or step: each on its own, all
    its visits united, less one day (or block) for each, then summed; a last day moves for whole cases only.
    ``legal`` covers all the time that is counted. Errors: InputError where a real log lacks what the clock asks for.
    """
    its = ClocksOf(log, np.arange(len(log.cases)) if cases is None else cases)
    return its.times(clock, unit, legal, per=per, moved=moved)


def counted_time(log: EventLog, clock: Clock, cases: Ints, per: Per = "case") -> Intervals:
    """The counted intervals of these cases as far as they have come.

    The group is the place in ``cases``; with ``per`` stage or step, another one for each of them in each case.
    """
    return ClocksOf(log, cases).counted_time(clock, per)


def _run(log: EventLog, clock: Clock, cases: Ints, family: Families) -> _Run:
    start = occurred(log, clock.start, cases, family).instant
    stop, may_change = occurred(log, clock.stop, cases, family)
    withdrawn = log.withdrawn[cases]
    over = all_over(log, cases)
    # rule 17: what stopped before it started took no time, and is neither kept nor open; a last end may come again
    passed = (stop != NAT) & ((start == NAT) | (stop < start))
    finished = (stop != NAT) & ~passed & ~may_change & ((withdrawn == NAT) | (stop <= withdrawn))
    state: NDArray[np.int8] = np.select(
        [finished, withdrawn != NAT, over | (passed & (not clock.stop.takes_last)), start == NAT],
        [STATES.index(state) for state in ("finished", "withdrawn", "never", "not-started")],
        STATES.index("open"),
    ).astype(np.int8)
    until = np.select(
        [finished, state == STATES.index("withdrawn"), state == STATES.index("open")],
        [stop, withdrawn, np.full(cases.size, log.end_of_run)],
        NAT,
    )
    return _Run(state, start, np.where(finished, stop, NAT), until)


def _refuse_missing(log: EventLog, clock: Clock, unit: Unit, per: Per) -> None:
    chosen = [selected for selected in (clock.count, clock.except_) if selected is not None]
    events = {clock.start.at, clock.stop.at}
    steps_count = bool(chosen) or per != "case"
    asked = {
        "owner": any(selected.owners for selected in chosen),
        "stage": per == "stage" or any(selected.stages for selected in chosen),
        "ready": "ready" in events or (steps_count and not clock.from_start),
        "start": "start" in events or clock.from_start,
        "end": "end" in events or steps_count,
        "time-of-day": unit in ("fraction", "half-days", "hours"),
    }
    if lacking := [column for column in log.missing if asked.get(column)]:
        raise InputError(
            Text("日志缺少这个口径所需的内容,无法计时", "the log lacks what this reading asks for, so it is withheld"),
            Text("在导出中补上,或换一个口径", "export it, too, or take another reading"),
            value=", ".join(lacking),
        )
