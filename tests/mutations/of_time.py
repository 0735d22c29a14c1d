"""Faults in calendars, laws, random numbers and arrivals (rules 2, 3, 11 and 12)."""

from __future__ import annotations

from tests.mutations.fault import Fault

OPEN_TIME, CALENDARS, SPANS = "sim/model/open_time.py", "sim/model/calendars.py", "sim/model/spans.py"
STATUTORY, QUANTILES = "sim/model/statutory.py", "sim/model/quantiles.py"
STREAMS, ARRIVALS = "sim/engine/streams.py", "sim/engine/arrivals.py"
OF_CALENDARS, OF_STATUTORY = ("tests/test_calendars.py",), ("tests/test_statutory.py",)
OF_RUNS = ("tests/test_reference_run.py",)
OF_DRAWS = ("tests/test_laws.py::test_a_draw_is_multiplied_then_clipped_then_rounded_once_half_even",)
OF_STREAMS = (
    "tests/test_streams.py::test_philox_gives_the_published_known_answers",
    "tests/test_streams.py::test_a_uniform_number_is_the_formula_of_rule_11",
    "tests/test_streams.py::test_a_child_is_named_by_its_parent_spawn_visit_and_ordinal",
)
OF_WORK = ("tests/test_reference_work.py",)

FAULTS = (
    Fault(
        "open-at-closing", 2, OPEN_TIME,
        "return i >= 0 and t < self._closes[i]", "return i >= 0 and t <= self._closes[i]",
        "a calendar is still open at the instant of its closing", OF_CALENDARS,
    ),
    Fault(
        "after-nothing-waits", 2, OPEN_TIME,
        "if d == 0:\n            return a", "if d == 0:\n            return self.next_opening(a)",
        "no time at all waits for the opening", OF_CALENDARS,
    ),
    Fault(
        "touching-intervals-apart", 2, OPEN_TIME,
        "if result and opens <= result[-1][1]:", "if result and opens < result[-1][1]:",
        "intervals that touch are two", OF_CALENDARS,
    ),
    Fault(
        "end-of-run-is-beyond", 2, OPEN_TIME,
        "t <= self._closes[i] and t <= self.last_us", "t <= self._closes[i] and t < self.last_us",
        "what ends with the run never ends", OF_CALENDARS,
    ),
    Fault(
        "closing-ends-tomorrow", 2, OPEN_TIME,
        "i = bisect_left(self._before, target) - 1", "i = bisect_right(self._before, target) - 1",
        "work that may end exactly at closing ends at the next opening", OF_CALENDARS,
    ),
    Fault(
        "one-calendar-is-enough", 5, OPEN_TIME,
        "if opens < closes:\n            found.append((opens, closes))", "found.append((a._opens[i], a._closes[i]))",
        "work goes on though one of its servers is away", ("tests/test_calendars.py", "tests/test_reference_work.py"),
    ),
    Fault(
        "make-up-day-lost", 2, STATUTORY,
        'DayKind("holiday" if off else "make-up", name)', 'DayKind("holiday" if off else "weekend", name)',
        "a weekend day worked in exchange for a holiday is a weekend day", OF_STATUTORY,
    ),
    Fault(
        "own-make-up-day-lost", 2, STATUTORY,
        'return DayKind("make-up", entry.name)', "return week_kind(day)",
        "the same in a scenario's own table", OF_STATUTORY,
    ),
    Fault(
        "package-wins-over-own-table", 2, STATUTORY,
        "if (kind := own.kind(day)) is not None:", "if (kind := own.kind(day)) is not None and day.year > 2026:",
        "a scenario's own table of a published year is not looked at", OF_STATUTORY,
    ),
    Fault(
        "last-day-of-closure-open", 2, SPANS,
        "range(max(start, first).toordinal(), min(stop, last).toordinal() + 1)",
        "range(max(start, first).toordinal(), min(stop, last).toordinal())",
        "the last day of a closure is open", OF_CALENDARS,
    ),
    Fault(
        "closure-before-festival-lost", 2, SPANS,
        "for year in range(first.year - 1, last.year + 2):", "for year in range(first.year - 1, last.year + 1):",
        "a closure that begins in the year before its festival is lost", OF_CALENDARS,
    ),
    Fault(
        "opening-on-closed-day-lost", 2, CALENDARS,
        "if added := self._added.get(day):", "if shifts and (added := self._added.get(day)):",
        "an extra opening adds nothing to a day that is closed", OF_CALENDARS,
    ),
    Fault(
        "night-before-the-run-lost", 2, CALENDARS,
        "first - dt.timedelta(overnight), last)", "first, last)",
        "a night shift that opened before the run is not under way", OF_CALENDARS,
    ),
    Fault(
        "factor-of-class-lost", 3, QUANTILES,
        "value = value * scale * rework * case_class * slowest\n    return int(np.rint(",
        "value = value * scale * rework * slowest\n    return int(np.rint(",
        "a class takes as long as any other", OF_WORK,
    ),
    Fault(
        "speed-the-wrong-way", 3, "sim/engine/queues.py",
        "return self.law.draw_us(self.u, rework=self.repeat, case_class=self.case_class, slowest=1 / speed)",
        "return self.law.draw_us(self.u, rework=self.repeat, case_class=self.case_class, slowest=speed)",
        "a faster group takes longer", OF_WORK,
    ),
    Fault(
        "cut-before-the-factors", 3, QUANTILES,
        "value = value * scale * rework * case_class * slowest\n    return int(np.rint(min(value, at_most, "
        "float(LONGEST_US))))",
        "value = min(value, at_most) * scale * rework * case_class * slowest\n    return "
        "int(np.rint(min(value, float(LONGEST_US))))",
        "factors lengthen a draw beyond its longest", OF_DRAWS,
    ),
    Fault(
        "nine-rounds", 11, STREAMS,
        "for _ in range(10):", "for _ in range(9):",
        "Philox with nine rounds", OF_STREAMS,
    ),
    Fault(
        "no-half-cell", 11, STREAMS,
        "(np.float64(cell) + 0.5) * _STEP", "np.float64(cell) * _STEP",
        "u may be zero", OF_STREAMS,
    ),
    Fault(
        "visits-run-into-replications", 11, STREAMS,
        "replication * _VISITS + visit", "replication + visit",
        "the second visit draws what the first does in the next replication", OF_STREAMS,
    ),
    Fault(
        "visit-and-ordinal-exchanged", 11, STREAMS,
        "philox(spawn, visit, ordinal, _ZERO,", "philox(spawn, ordinal, visit, _ZERO,",
        "a spawned case has the identity of another", OF_STREAMS,
    ),
    Fault(
        "exponentials-from-zero", 12, ARRIVALS,
        "case = case_identity(source, k + 1)\n        reached", "case = case_identity(source, k)\n        reached",
        "the first case draws with number 0", OF_RUNS,
    ),
    Fault(
        "instants-cut-not-rounded", 12, ARRIVALS,
        "np.rint((sums - before) / rate.per_us[piece])", "np.floor((sums - before) / rate.per_us[piece])",
        "an arrival is cut to whole microseconds, not rounded", OF_RUNS,
    ),
    Fault(
        "batches-bring-more", 12, ARRIVALS,
        "per_us = per_us / sum(size * share.value for size, share in source.batch.items())", "pass",
        "with batches a year brings more cases than it says", OF_RUNS,
    ),
    Fault(
        "year-of-open-time-alone", 12, ARRIVALS,
        "total = float(np.sum((weight * (stop - start))[inside]))", "total = float(np.sum((stop - start)[inside]))",
        "a pattern over the week changes how many cases a year brings", OF_RUNS,
    ),
    Fault(
        "last-days-one-more", 12, ARRIVALS,
        "max(low, high - pattern.last)", "max(low, high - pattern.last - 1)",
        "the last n days of a month are n + 1", OF_RUNS,
    ),
)  # fmt: skip
