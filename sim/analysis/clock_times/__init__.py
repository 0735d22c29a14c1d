"""What the clock of a limit reads for each case (rules 17 and 18)."""

from sim.analysis.clock_times.family import stage_counts
from sim.analysis.clock_times.intervals import Intervals, intersection
from sim.analysis.clock_times.times import STATES, ClocksOf, ClockTimes, State, clock_times, counted_time

__all__ = [
    "STATES",
    "ClockTimes",
    "ClocksOf",
    "Intervals",
    "State",
    "clock_times",
    "counted_time",
    "intersection",
    "stage_counts",
]
