"""A process found in a log that has no model, good enough to simulate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from calibration.arrivals import fit_arrivals
from calibration.calendars import fit_calendar
from calibration.discovering.contexts import Contexts
from calibration.discovering.demand import level_window
from calibration.discovering.odd_days import with_odd_days
from calibration.discovering.passages import Passages
from calibration.discovering.recency import half_life
from calibration.discovering.walk import CALENDAR, OWNER, PROCESS, process, stage
from calibration.histories import Codes, Flags, Histories
from sim.eventlog import NAT, Ints
from sim.model.calendars import CalendarSpec
from sim.model.demand import Source
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US
from sim.text import Text

_AFTER = 3 * 365 * DAY_US
"""The calendar reaches so far beyond the log, for waits that go on."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a log tells of its process.

    An execution's symbol is its activity, and whether it and the wait before it took longer than most: slow cases stay
    slow.
    ``by_day``: the activities of which starts, or ends, are mostly recorded as dates. ``half_us``: see Passages.
    """

    names: tuple[str, ...]
    spec: CalendarSpec
    calendar: Calendar
    usual_us: int
    contexts: Contexts
    passages: Passages
    activity: Codes
    source: Source
    by_day: tuple[Flags, Flags]
    until: int
    half_us: float

    def symbols(self, log: Histories) -> Ints:
        return _symbols(log, self.calendar, self.usual_us)

    @cached_property
    def sections(self) -> dict[str, Any]:
        """The sections of the model, without its study and its source."""
        walk = process(self.passages, self.activity.astype(np.int64), self.names)
        return {
            "shixian": 1,
            "name": {"zh": "由数据还原的流程", "en": "a process found in a log"},
            "owners": {OWNER: {"name": {"zh": "未区分", "en": "not told apart"}}},
            "stages": {stage(code): {"name": name} for code, name in enumerate(self.names)},
            "calendars": {CALENDAR: self.spec},
            "processes": {PROCESS: walk},
            "sources": {PROCESS: self.source},
        }


def find(log: Histories, until: int, *, arrivals: Source | None = None) -> Found:
    """Find the process of a log that is known up to ``until``.

    ``arrivals``: the demand, where the log has not all cases that arrived; else :func:`demand` of its cases.
    Where a log tells which cases are open, these are censored; where it holds only cases that are over, it is taken as
    what it is, an extract of them. Errors: InputError for a log with too little in it.
    """
    begin = int(log.accepted.min())
    instants = np.concatenate([log.start, log.end])
    spec = with_odd_days(fit_calendar(instants, name=Text("有活动的时段", "when something happened")).spec, instants)
    calendar = spec.compile(begin, until + _AFTER)
    elapsed = _elapsed(log, calendar)
    usual = int(np.median(elapsed[elapsed > 0])) if elapsed.any() else 0
    contexts = Contexts.fit(_symbols(log, calendar, usual), log.first, log.over == NAT)
    half_us = half_life(log, elapsed, until) * (until - begin)
    return Found(
        log.names,
        spec,
        calendar,
        usual,
        contexts,
        Passages.of(log, contexts, calendar, until, half_us),
        log.activity,
        arrivals or demand(log.accepted, until),
        (_mostly_dates(log, log.start), _mostly_dates(log, log.end)),
        until,
        half_us,
    )


def demand(accepted: Ints, until: int) -> Source:
    """The arrivals at the level of late; a season is told from a change of level by two years at least."""
    first = level_window(accepted, until)
    fitted = fit_arrivals(accepted, process=PROCESS, name=Text("受理", "accepted"), first=first, last=until).source
    return fitted if until - first > 2 * 365 * DAY_US else fitted.model_copy(update={"months": None})


def _elapsed(log: Histories, calendar: Calendar) -> Ints:
    """From the end before an execution to its own."""
    return log.gaps(calendar) + calendar.open_times(log.start, log.end)


def _symbols(log: Histories, calendar: Calendar, usual: int) -> Ints:
    return log.activity * np.int64(2) + (_elapsed(log, calendar) > usual)


def _mostly_dates(log: Histories, instant: Ints) -> Flags:
    n = len(log.names)
    return 2 * np.bincount(log.activity, instant % DAY_US == 0, minlength=n) > np.bincount(log.activity, minlength=n)
