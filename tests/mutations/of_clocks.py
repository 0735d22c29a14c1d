"""Faults in attribution, clocks, units and due days (rules 16 to 18)."""

from __future__ import annotations

from tests.mutations.fault import Fault

STAFFING, SEGMENTS = "sim/analysis/staffing.py", "sim/analysis/segments.py"
SELECTION, INTERVALS = "sim/analysis/clock_times/selection.py", "sim/analysis/clock_times/intervals.py"
TIMES, EVENTS = "sim/analysis/clock_times/times.py", "sim/analysis/clock_times/events.py"
UNITS, DUE = "sim/analysis/clock_times/units.py", "sim/analysis/clock_times/due.py"
WORKING_DAYS, CLOCKS = "sim/model/working_days.py", "sim/model/clocks.py"
OF_ATTRIBUTION, OF_TIMES = ("tests/test_attribution.py",), ("tests/test_clock_times.py",)
OF_UNITS, OF_DAYS = ("tests/test_clock_units.py",), ("tests/test_working_days.py",)

FAULTS = (
    Fault(
        "one-server-more-asked", 16, STAFFING,
        "enough = np.cumsum(servers[order], axis=0) >= asked.n", "enough = np.cumsum(servers[order], axis=0) > asked.n",
        "exactly enough open servers are too few", OF_ATTRIBUTION,
    ),
    Fault(
        "one-open-pool-is-enough", 16, STAFFING,
        "np.min([_nth_closing(each", "np.max([_nth_closing(each",
        "of two pools the one that is open decides", OF_ATTRIBUTION,
    ),
    Fault(
        "length-of-unsplittable-forgotten", 16, SEGMENTS,
        "until = max(until, close - np.int64(np.rint(needed / speeds[k])))", "until = max(until, close)",
        "unsplittable work waits for staff up to the closing", OF_ATTRIBUTION,
    ),
    Fault(
        "off-hours-are-work", 16, SEGMENTS,
        "begin, 0, WORK, OFF, held[stint]", "begin, 0, WORK, WORK, held[stint]",
        "the night within a stretch of work is work", OF_ATTRIBUTION,
    ),
    Fault(
        "walk-stops-at-the-child", 16, SEGMENTS,
        "while not (kind[row] == _ACCEPTED and case[row] == case[last[i]]) and", "while kind[row] != _ACCEPTED and",
        "what came before a spawned case is left out", OF_ATTRIBUTION,
    ),
    Fault(
        "overlap-counted-twice", 17, SELECTION,
        "return minus(these, each.where(excluded)) if clock.excluded_wins else united(these)",
        "return minus(these, each.where(excluded)) if clock.excluded_wins else these",
        "where two counted steps overlap, both count", OF_TIMES,
    ),
    Fault(
        "excluded-always-wins", 17, SELECTION,
        "minus(these, minus(left_out, each.where(chosen)))", "minus(these, left_out)",
        "an excluded step takes off what a counted one beside it uses", OF_TIMES,
    ),
    Fault(
        "touching-is-apart", 17, INTERVALS,
        "(start[1:] > latest[:-1])", "(start[1:] >= latest[:-1])",
        "counted intervals that touch are two", OF_TIMES,
    ),
    Fault(
        "queueing-never-counts", 17, SELECTION,
        "(log.start if clock.from_start else log.ready)", "log.start",
        "a step counts from its start, whatever the clock says", OF_TIMES,
    ),
    Fault(
        "suspension-counts", 17, CLOCKS,
        "if owner == SUSPENDED and not", "if owner == SUSPENDED and self.count is not None and not",
        "a suspension counts where no owner is counted", OF_TIMES,
    ),
    Fault(
        "stop-at-withdrawal-lost", 17, TIMES,
        "(stop <= withdrawn)", "(stop < withdrawn)",
        "a clock that stopped at the instant of the withdrawal has not", OF_TIMES,
    ),
    Fault(
        "first-end-for-the-last", 17, EVENTS,
        "np.maximum.at(found, place, instant)\n        return", "found[place[::-1]] = instant[::-1]\n        return",
        "the first of several ends stops a clock that means the last", OF_TIMES,
    ),
    Fault(
        "limit-kept-exactly-is-late", 18, TIMES,
        "(self.to_compare > limit)", "(self.to_compare >= limit)",
        "the last day is late", OF_UNITS,
    ),
    Fault(
        "day-of-acceptance-counts", 18, UNITS,
        "_numbers(intervals, unit, days).total(groups) - 1, 0)", "_numbers(intervals, unit, days).total(groups), 0)",
        "working days count from the day of acceptance", OF_UNITS,
    ),
    Fault(
        "evening-counts-the-same-day", 18, UNITS,
        "start = days.opening(start)", "start = np.array(start)",
        "an acceptance after hours counts on its own day", OF_UNITS,
    ),
    Fault(
        "last-day-does-not-move", 18, UNITS,
        "working_day = days.nth(np.maximum(number - 1, 0))", "working_day = days.nth(np.maximum(number, 0))",
        "a last day that is no working day does not move", OF_UNITS,
    ),
    Fault(
        "block-ends-early", 18, WORKING_DAYS,
        'return np.searchsorted(self._block_ends, self._within(t), side="right")',
        'return np.searchsorted(self._block_ends, self._within(t), side="left")',
        "an acceptance at the end of a half-day counts in it", OF_DAYS,
    ),
    Fault(
        "end-of-block-is-late", 18, WORKING_DAYS,
        'done = np.searchsorted(self._block_ends, self._within(b), side="left")',
        'done = np.searchsorted(self._block_ends, self._within(b), side="right")',
        "done exactly at the end of a half-day is done in the next", OF_DAYS,
    ),
    Fault(
        "parted-at-the-first-break", 18, WORKING_DAYS,
        "closes[np.argmax(opens[1:] - closes[:-1])]", "closes[0]",
        "a day of several breaks is parted at its first", OF_DAYS,
    ),
    Fault(
        "fraction-of-a-nominal-day", 18, WORKING_DAYS,
        "self._hours = np.diff(self._open_before)", "self._hours = np.diff(self._open_before).clip(0, DAY_US // 4)",
        "a day that is open for more than six hours counts more than one", OF_DAYS,
    ),
    Fault(
        "due-a-moment-early", 18, DUE,
        "return bool(days[0] <= limit)", "return bool(days[0] < limit)",
        "a limit runs out before its last day", ("tests/test_due.py",),
    ),
)  # fmt: skip
