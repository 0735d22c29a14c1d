"""What one replication contributes: cohorts, classes, months, stages, where the time went and where cases stick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.census import assess_census
from sim.analysis.samples import LimitSample, Sample
from sim.analysis.sampling import sample
from sim.engine.reference import simulate
from sim.eventlog import KINDS, EventLog
from sim.model.base import Model
from sim.model.quantities import DAY_US
from sim.model.working_days import WorkingDays
from tests.handmade import OFFICE, Handmade, at
from tests.tiny import scenario, tiny

WORDS = {"name": "x", "service": "s", "item": "1", "quote": "q", "english": "e", "responsible": "r", "deadline": "d"}
DEFAULT = {"id": "as-written", "name": "x", "role": "default", "unit": "whole-days"}
WORK = {"step": "a", "by": "clerks", "effort": "2 h", "stage": "desk"}
WAIT = {"wait": "w", "takes": "2 d", "owner": "customer"}
SECTIONS: dict[str, Any] = {
    "owners": {"utility": {"name": "u"}, "customer": {"name": "c"}},
    "stages": {"desk": {"name": "d"}, "back-office": {"name": "b", "customer_facing": False}},
}


def limit(*readings: dict[str, Any], **more: Any) -> dict[str, Any]:
    kept: dict[str, Any] = {"classes": ["c"], "value": "3 wd", "statistic": "every-case"}
    return WORDS | kept | {"readings": [DEFAULT, *readings]} | more


def model(*, flow: list[Any] | None = None, **limits: Any) -> Model:
    return tiny(flow or [WORK], limits=limits, **SECTIONS)


def of(hand: Handmade, its: dict[str, Any] | None = None, **more: Any) -> LimitSample:
    log = hand.log(calendars={"office": OFFICE, "legal": OFFICE}, **more)
    return sample(log, model(L=its or limit())).limits["L"]


def closed(hand: Handmade, case: int, accepted: str, over: str, **more: Any) -> None:
    by = hand.wait(case, "w", accepted, over, hand.case(case, accepted, **more))
    hand.instant("closed", case, over, by)


def test_the_cohort_is_accepted_in_the_window_and_the_one_completed_in_it_stands_beside():
    hand = Handmade()
    closed(hand, 1, "05-31 16:00", "06-02 16:00")  # 2 working days, completed in June
    closed(hand, 2, "06-01 00:00", "06-04 10:00")  # 3, both
    closed(hand, 3, "06-30 23:59", "07-06 10:00")  # counts from 1 July: 3, accepted in June
    closed(hand, 4, "07-01 00:00", "07-01 10:00")
    found = of(hand)
    assert sorted(found.readings["as-written"].finished) == [3, 3]
    assert found.completed is not None
    assert sorted(found.completed.finished) == [2, 3]


def test_a_day_by_which_a_case_should_be_done_is_the_first_one_from_its_start_on():
    """The goal is 15 June. Done that day is in time; accepted after it, next year's counts; open past it is late."""
    hand = Handmade()
    closed(hand, 1, "06-01 09:00", "06-15 17:00")
    closed(hand, 2, "06-01 09:00", "06-16 09:00")
    closed(hand, 3, "06-16 09:00", "06-30 09:00")
    closed(hand, 4, "06-15 09:00", "06-16 09:00")  # accepted on the day itself: that day still counts
    hand.wait(5, "w", "06-02 09:00", None, hand.case(5, "06-02 09:00"))
    hand.wait(6, "w", "06-20 09:00", None, hand.case(6, "06-20 09:00"))
    goal = DEFAULT | {"by": "06-15", "unit": "calendar-days"}
    no_number = {"readings": [goal], "value": None, "statistic": None}
    found = of(hand, limit() | no_number, end="07-02 12:00")
    cohort = found.readings["as-written"]
    assert (cohort.late, cohort.open_late.size, cohort.open_undecided.size) == (2, 1, 1)
    assert found.months["as-written"]["2021-06"].within == 2


@pytest.mark.parametrize("day", ["02-29", "13-01", "6-15", "15 October"])
def test_a_day_that_not_every_year_has_is_refused(day):
    with pytest.raises(ValueError, match="MONTH-DAY"):
        model(L=limit(DEFAULT | {"id": "goal", "role": "beside", "by": day}))


def test_other_classes_are_left_out_and_a_reading_may_have_classes_of_its_own():
    hand = Handmade()
    closed(hand, 1, "06-01 09:00", "06-02 10:00")
    closed(hand, 2, "06-01 09:00", "06-04 10:00", case_class="d")
    found = of(hand, limit({"id": "both", "name": "x", "role": "beside", "unit": "whole-days", "classes": ["c", "d"]}))
    assert found.readings["as-written"].finished.tolist() == [1]
    assert sorted(found.readings["both"].finished) == [1, 3]


def test_open_cases_are_late_undecided_or_not_begun_and_withdrawn_ones_have_no_time():
    hand = Handmade()
    hand.wait(1, "w", "06-01 09:00", None, hand.case(1, "06-01 09:00"))  # open beyond 3 days at the end on 7 June
    hand.wait(2, "w", "06-03 09:00", None, hand.case(2, "06-03 09:00"))  # not yet: 3, 4 and 7 June are 2 days
    gone = hand.wait(3, "w", "06-01 09:00", "06-03 09:00", hand.case(3, "06-01 09:00"), outcome="withdrawn")
    hand.instant("withdrawn", 3, "06-03 09:00", gone)
    found = of(hand, end="06-07 12:00").readings["as-written"]
    assert (found.finished.size, found.open_late.tolist(), found.open_undecided.tolist()) == (0, [4], [2])
    assert found.longest is not None and (found.longest.days, found.longest.stuck_at) == (4, "w")
    begun = limit(clock={"start": {"mark": "complete"}})
    waiting = of(hand, begun, end="06-07 12:00").readings["as-written"]
    assert waiting.open_undecided.tolist() == [0, 0] and waiting.cases == 2


def test_the_same_cases_are_held_against_the_old_limit_in_the_unit_of_the_reading():
    hand = Handmade()
    closed(hand, 1, "06-01 09:00", "06-04 10:00")  # 3 working days
    closed(hand, 2, "06-01 09:00", "06-08 10:00")  # 5
    closed(hand, 3, "06-01 09:00", "06-09 10:00")  # 6: late by the old limit, too
    hand.wait(4, "w", "06-03 09:00", None, hand.case(4, "06-03 09:00"))  # 4 by the end: not late by the old one yet
    found = of(hand, limit(baseline="5 wd"), end="06-09 12:00")
    old = found.under_baseline
    assert found.readings["as-written"].late == 2 and old is not None
    assert (old.late, old.open_late.tolist(), old.open_undecided.tolist()) == (1, [], [4])
    assert of(hand, limit(), end="06-09 12:00").under_baseline is None
    assert of(hand, limit(baseline="7 d"), end="06-09 12:00").under_baseline is None


def test_every_month_of_the_window_is_there_and_a_case_belongs_to_the_one_of_its_acceptance():
    hand = Handmade()
    closed(hand, 1, "06-30 09:00", "07-08 10:00")
    closed(hand, 2, "06-29 09:00", "06-30 10:00")
    log = hand.log(calendars={"office": OFFICE, "legal": OFFICE})
    wide = tiny([WORK], limits={"L": limit()}, study={"from": "2021-05-01", "to": "2021-07-31"}, **SECTIONS)
    months = sample(log, wide).limits["L"].months["as-written"]
    assert {month: tuple(count) for month, count in months.items()} == {
        "2021-05": (0, 0, 0.0), "2021-06": (2, 1, 7.0), "2021-07": (0, 0, 0.0),
    }  # fmt: skip


def test_the_parts_of_the_time_sum_to_the_elapsed_time_and_stages_count_those_that_customers_meet():
    its = model(flow=[WORK, WAIT, WORK | {"step": "b", "stage": "back-office"}], L=limit(classes=["p"]))
    found = sample(simulate(scenario(its), 1), its).limits["L"]
    # accepted 06-01 09:00, work to 11:00, wait to 06-03 11:00, work over lunch to 14:00
    assert found.elapsed_us.tolist() == [2 * DAY_US + 5 * DAY_US // 24]
    assert {key: us * 24 // DAY_US for key, us in found.split_us.items()} == {
        ("work", "utility"): 4, ("off-hours", "utility"): 1, ("wait", "customer"): 48,
    }  # fmt: skip
    assert sum(found.split_us.values()) == found.elapsed_us.sum()
    assert found.stages.tolist() == [1]
    assert found.pools == {"clerks"}


def test_cases_stick_where_their_counted_days_go_in_the_unit_of_the_limit():
    its = model(
        flow=[WORK, WAIT], L=limit(classes=["p"]), M=limit(classes=["p"], clock={"count": {"owners": "utility"}})
    )
    found = sample(simulate(scenario(its), 1), its).limits
    # 2 h of a day of 7 are 2/7 working day; the wait from Tuesday 11:00 to Thursday 11:00 is 2
    assert found["L"].sticking == pytest.approx({("p/a", "work"): 2 / 7, ("p/w", "wait"): 2.0})
    assert found["M"].sticking == pytest.approx({("p/a", "work"): 2 / 7})
    longest = found["L"].readings["as-written"].longest
    assert longest is not None and longest.stuck_at == "p/w"


def test_a_case_does_not_stick_in_a_step_that_does_not_count_though_it_is_the_slower_branch():
    branches = {"parallel": [[WAIT], [{"wait": "papers", "takes": "1 d", "owner": "utility"}]]}
    its = model(flow=[branches, WORK], L=limit(classes=["p"], clock={"count": {"owners": "utility"}}))
    found = sample(simulate(scenario(its), 1), its).limits["L"]
    # the wait of 2 days releases the work; the utility's papers of 1 day run beside it and count
    assert found.readings["as-written"].finished.tolist() == [2.0]
    assert found.sticking == pytest.approx({("p/a", "work"): 2 / 7})
    longest = found.readings["as-written"].longest
    assert longest is not None and longest.stuck_at == "p/papers"


def test_a_limit_without_a_number_or_a_reading_still_tells_of_its_cases():
    its = model(L=WORDS | {"classes": ["p"]}, M=WORDS)
    found = sample(simulate(scenario(its), 1), its).limits
    assert found["L"].elapsed_us.size == 1 and found["L"].readings == {} and found["L"].default is None
    assert found["M"].elapsed_us.size == 0 and found["M"].pools == frozenset()


def test_a_class_without_cases_is_there_with_none():
    its = tiny([WORK], arrivals=())
    assert {name: tuple(count) for name, count in sample(simulate(scenario(its), 1), its).classes.items()} == {
        "p": (0, 0, 0, 0)
    }


STEPS = st.sampled_from(
    [
        WORK,
        WORK | {"patience": {"after": "3 h"}},
        WORK | {"withdraw": "30%"},
        WORK | {"rework": {"share": "40%", "at_most": 2}},
        {"wait": "a", "takes": {"mean": "8 d", "cv": 1}},
        {"parallel": [[{"wait": "x", "takes": "1 d"}], [{"step": "b", "by": "clerks", "effort": "5 h"}]]},
        {"choice": "c", "branches": [{"share": "50%", "flow": [WAIT]}, {"share": "50%", "flow": []}]},
        {"spawn": "sp", "cases": {"process": "q", "n": 2}},
        {"spawn": "sp", "cases": {"process": "q"}, "wait": False},
    ]
)
CHILD = {"q": {"name": "q", "flow": [WORK | {"step": "k", "patience": {"after": "2 d"}}]}}


@settings(max_examples=25)
@given(st.lists(STEPS, min_size=1, max_size=3, unique_by=str), st.integers(0, 5), st.sampled_from(["2 h", "12 h"]))
def test_cases_in_are_closed_open_or_withdrawn_in_random_models(flow: list[Any], seed: int, every: str):
    flow = [{k: f"{v}{i}" if k == "step" else v for k, v in element.items()} for i, element in enumerate(flow)]
    source = {"s": {"name": "s", "process": "p", "every": every, "calendar": "office"}}
    study = {"to": "2021-06-10", "run_out": "3 d"}
    its = tiny(flow, sources=source, study=study, processes=CHILD, limits={"L": limit(classes=["p"])}, **SECTIONS)
    log = simulate(scenario(its), seed)
    found = sample(log, its)
    assert_conserved(log, found, its)


def assert_conserved(log: EventLog, found: Sample, its: Model) -> None:
    first, last = its.study.window
    accepted = (log.kind == KINDS.index("accepted")) & (first <= log.ready) & (log.ready < last)
    for name, count in found.classes.items():
        rows = accepted & log.cases.case_class.isin([name])[log.case]
        assert count.accepted == np.count_nonzero(rows) == count.closed + count.open + count.withdrawn
    count, its_limit = found.classes["p"], found.limits["L"]
    cohort = its_limit.readings["as-written"]
    assert cohort.finished.size == its_limit.elapsed_us.size == count.closed
    assert cohort.open.size == its_limit.elapsed_open_us.size == count.open
    assert sum(its_limit.split_us.values()) == its_limit.elapsed_us.sum()
    assert sum(month.cases for month in its_limit.months["as-written"].values()) == cohort.cases


# --- a measured log


def census(hand: Handmade, end: str, *readings: dict[str, Any], missing: tuple[str, ...] = ()) -> Any:
    log = hand.log(calendars={"office": OFFICE, "legal": OFFICE}, end=end, missing=missing)
    limits = model(L=limit(*readings), M=WORDS).limits
    return assess_census(log, limits, (at("06-01 00:00"), at("07-01 00:00")), WorkingDays(OFFICE))


def test_a_measured_log_is_judged_by_what_was_completed_in_the_period_and_what_is_open():
    hand = Handmade()
    closed(hand, 1, "05-31 16:00", "06-02 16:00")
    closed(hand, 2, "05-10 16:00", "05-31 16:00")  # late, but completed before the period
    closed(hand, 3, "06-08 16:00", "06-11 16:00")
    verdict, structural = census(hand, "06-30 00:00")
    (result,) = verdict.readings
    assert (verdict.value, result.closed, result.late, result.open_undecided) == ("met", 2, 0, 0)
    assert (structural.value, structural.missing) == ("no-number", None)
    hand.wait(4, "w", "06-29 09:00", None, hand.case(4, "06-29 09:00"))
    assert (census(hand, "06-30 00:00")[0].value, census(hand, "06-30 00:00")[0].missing) == ("undecided", "data")
    late = census(hand, "07-20 00:00")[0]
    assert (late.value, late.readings[0].open_beyond_limit) == ("not-met", 1)


def test_plausible_readings_of_a_measured_log_may_disagree():
    hand = Handmade()
    closed(hand, 1, "06-01 10:00", "06-04 16:00")  # 3 whole days, more than 3 by open hours
    by_hours = {"id": "hours", "name": "x", "role": "plausible", "unit": "fraction"}
    verdict, _ = census(hand, "06-30 00:00", by_hours)
    assert (verdict.value, verdict.disagreeing) == ("depends-on-reading", ("hours",))


def test_a_reading_that_a_measured_log_cannot_answer_is_withheld_and_named():
    hand = Handmade()
    closed(hand, 1, "06-01 10:00", "06-04 16:00")
    by_hours = {"id": "hours", "name": "x", "role": "plausible", "unit": "fraction"}
    verdict, _ = census(hand, "06-30 00:00", by_hours, missing=("time-of-day",))
    assert verdict.value == "met" and [id_ for id_, _ in verdict.withheld] == ["hours"]
