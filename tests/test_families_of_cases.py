"""Rows by case, family and sort, and clocks that readings share: equal to looking through the whole log."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.clock_times import ClocksOf, clock_times
from sim.analysis.clock_times.family import family_rows
from sim.analysis.clock_times.times import Per
from sim.eventlog import EventLog
from sim.model.clocks import Clock
from tests.clock_logs import LEGAL, UNITS
from tests.handmade import Handmade

CLOCKS = tuple(
    Clock.model_validate(described)
    for described in (
        {},
        {"except": {"owners": "office"}},
        {"count": {"owners": "utility"}},
        {"count": {"owners": "utility"}, "except": {"stages": "b"}, "excluded_wins": True},
        {"start": {"end": "a", "which": "first"}, "stop": {"end": "b"}},
    )
)


@st.composite
def logs(draw: st.DrawFn) -> EventLog:
    """Cases that spawn others before them in time or not at all, with a few waits; some are still open."""
    h = Handmade()
    for case in range(1, draw(st.integers(2, 6))):
        parent = draw(st.sampled_from([None, *range(1, case)]))
        last = came = h.case(case, "06-01 09:00", parent=parent)
        for visit in range(1, draw(st.integers(0, 4)) + 1):
            day = draw(st.integers(1, 20))
            owner, step = draw(st.sampled_from(["office", "utility", "suspended"])), draw(st.sampled_from("ab"))
            ends = f"06-{day + draw(st.integers(0, 5)):02d} 15:00"
            last = h.wait(case, f"p/{step}", f"06-{day:02d} 10:00", ends, came, visit=visit, owner=owner, stage=step)
        if draw(st.booleans()):
            h.instant("closed", case, "06-27 16:00", last)
    return h.log(missing=("released_by",))


def descends(log: EventLog, case: int, ancestor: int) -> bool:
    return case == ancestor or (case >= 0 and descends(log, int(log.cases.parent[case]), ancestor))


@settings(max_examples=50, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_a_family_has_the_rows_of_all_that_descend_from_it(log: EventLog, chance: Random) -> None:
    cases = np.array(chance.sample(range(len(log.cases)), 1 + len(log.cases) // 2), dtype=np.int64)
    slow = {(i, row) for i, a in enumerate(cases) for row, c in enumerate(log.case.tolist()) if descends(log, c, a)}
    family = family_rows(log, cases)
    pairs = list(zip(family.place.tolist(), family.row.tolist(), strict=True))
    assert (set(pairs), len(pairs)) == (slow, len(slow))
    assert family.place.tolist() == sorted(family.place.tolist())


@settings(max_examples=50, deadline=None)
@given(logs())
def test_rows_by_case_and_by_sort_are_those_of_the_columns(log: EventLog) -> None:
    for case in range(len(log.cases)):
        assert log.by_case.of(np.array([case]))[1].tolist() == log.rows_of(case).tolist()
    for row in range(len(log)):
        assert log.sorts.words[log.sorts.codes[row]] == (log.owner[row], log.stage[row], log.step[row])


@settings(max_examples=50, deadline=None)
@given(logs(), st.sampled_from(CLOCKS), st.sampled_from(("case", "stage", "step")), st.integers(0, 2**6 - 1))
def test_cases_chosen_from_others_read_what_they_read_alone(log: EventLog, clock: Clock, per: Per, chosen: int) -> None:
    cases = np.arange(len(log.cases))[::-1]
    which = (chosen >> cases & 1).astype(np.bool_)
    all_ = ClocksOf(log, cases)
    all_.times(clock, "fraction", LEGAL, per=per)
    some = all_.of(which)
    for unit in UNITS:
        shared, alone = (
            some.times(clock, unit, LEGAL, per=per),
            clock_times(log, clock, unit, LEGAL, cases[which], per=per),
        )
        for one, other in zip(vars(shared).values(), vars(alone).values(), strict=True):
            np.testing.assert_array_equal(one, other)
