"""The days of one case as a calendar, with National Day 2021 worked by hand.

26 September (Sunday) and 9 October (Saturday) 2021 were working days, 1 to 7 October were off (General Office of the
State Council, 国办发明电〔2020〕27号).
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.analysis.case_days import CaseCalendar, case_calendar
from sim.model.clocks import Clock, Event, Selected, Unit
from sim.model.limits import Reading
from tests.tiny import run

AUTUMN = {"from": "2021-09-01", "to": "2021-10-31"}


def days_of(
    flow: list[Any], accepted: str, unit: Unit = "fraction", clock: Clock | None = None, per: Any = "case", **more: Any
) -> CaseCalendar:
    log = run(flow, (accepted,), study=AUTUMN, **more)
    reading = Reading(id="r", name="r", role="default", unit=unit, per=per)
    return case_calendar(log, log.cases.label.index("s-000001"), clock or Clock(), reading, log.calendars["legal"])


def told(calendar: CaseCalendar) -> list[tuple[str, str, str]]:
    return [(day.day.isoformat()[5:], day.mark, day.why) for day in calendar.days]


def test_a_case_over_national_day_is_charged_for_working_and_make_up_days_only():
    calendar = days_of([{"wait": "w", "takes": "4 wd", "calendar": "legal"}], "2021-09-29 13:00")
    added = {day.day.isoformat()[5:]: round(day.added, 6) for day in calendar.days}
    # 7 h a day, 3 of them in the morning: from 13:00 on the 29th 4/7 of a day are left
    assert added["09-29"] == round(4 / 7, 6)
    assert added["09-30"] == 1
    assert [added[f"10-0{i}"] for i in range(1, 8)] == [0] * 7
    assert added["10-08"] == 1
    assert added["10-09"] == 1  # a Saturday that makes up for the holiday
    assert added["10-10"] == 0
    assert added["10-11"] == pytest.approx(3 / 7, abs=1e-6)
    assert calendar.value == 4 and calendar.state == "finished"
    assert calendar.days[-1].day.isoformat() == "2021-10-11"
    kinds = {day.day.isoformat()[5:]: day.view.kind.text for day in calendar.days}
    assert kinds["10-01"].zh == "国庆节" and kinds["10-01"].en == "National Day"
    assert kinds["10-09"].zh.startswith("调休上班") and kinds["10-10"].zh == "周末"


def test_whole_days_count_from_the_day_after_acceptance():
    calendar = days_of([{"wait": "w", "takes": "4 wd", "calendar": "legal"}], "2021-09-29 13:00", "whole-days")
    counted = [day.day.isoformat()[5:] for day in calendar.days if day.added]
    assert counted == ["09-30", "10-08", "10-09", "10-11"] and calendar.value == 4


def test_days_in_steps_that_the_clock_leaves_out_add_nothing_and_say_which():
    flow = [
        {"wait": "own", "takes": "1 wd", "calendar": "legal", "owner": "customer"},
        {"wait": "office", "takes": "1 wd", "calendar": "legal", "owner": "utility"},
    ]
    calendar = days_of(flow, "2021-09-28 09:00", clock=Clock(count=Selected(owners=("utility",))))
    assert [round(day.added, 6) for day in calendar.days] == [0, 1]
    first, second = calendar.days
    assert [step.counts for step in first.steps] == [False, False]  # the office has it from 17:00 on
    assert [step.counts for step in second.steps] == [True]
    assert (first.counted_us, second.counted_us) == (0, 7 * 3_600_000_000)
    assert told(calendar) == [("09-28", "none", "outside-hours"), ("09-29", "whole", "counted")]


PAPERS = [
    {"wait": "papers", "takes": "1 wd", "calendar": "legal"},
    {"mark": "complete"},
    {"wait": "permit", "takes": "2 wd", "calendar": "legal"},
]
COMPLETE = Clock(start=Event(at="mark", step="complete"))


def test_steps_before_the_clock_starts_do_not_count_and_the_day_of_its_start_says_so():
    calendar = days_of(PAPERS, "2021-09-28 13:00", clock=COMPLETE)
    holiday = [(f"10-0{i}", "none", "closed") for i in range(1, 8)]
    assert told(calendar) == [
        ("09-28", "none", "not-started"), ("09-29", "part", "partly"), ("09-30", "whole", "counted"),
        *holiday, ("10-08", "part", "partly"),
    ]  # fmt: skip
    day = calendar.days[1]
    assert [step.counts for step in day.steps] == [False, True]
    assert (day.starts, day.stops) == (calendar.start, None)
    assert calendar.days[-1].stops == calendar.stop


def test_in_whole_days_nothing_of_the_first_day_counts():
    calendar = days_of(PAPERS, "2021-09-28 13:00", "whole-days", COMPLETE)
    assert told(calendar)[:3] == [
        ("09-28", "none", "not-started"), ("09-29", "none", "first-day"), ("09-30", "whole", "counted"),
    ]  # fmt: skip
    assert not any(step.counts for day in calendar.days[:2] for step in day.steps)
    assert told(calendar)[-1] == ("10-08", "whole", "counted") and calendar.value == 2


def test_a_clock_that_starts_after_hours_begins_on_the_next_working_day():
    flow = [{"wait": "w", "takes": "26 h"}]
    assert told(days_of(flow, "2021-09-28 18:00", "whole-days")) == [
        ("09-28", "none", "outside-hours"), ("09-29", "none", "first-day"),
    ]  # fmt: skip


def test_what_ends_before_opening_counts_on_its_date():
    found = days_of([{"wait": "w", "takes": "30 h"}], "2021-09-28 18:00", "whole-days")  # to the 30th, 00:00
    assert told(found)[-1] == ("09-30", "whole", "counted")


def test_calendar_days_count_holidays_and_hours_do_too():
    flow = [{"wait": "w", "takes": "3 d"}]
    found = days_of(flow, "2021-09-30 09:00", "calendar-days")
    assert [(mark, why) for _, mark, why in told(found)] == [("none", "first-day")] + [("whole", "counted")] * 3
    assert (found.value, found.to_compare) == (3, 1)  # a limit of 1 day runs out on 10-01 and moves to 10-08
    found = days_of(flow, "2021-09-30 09:00", "hours")
    assert [mark for _, mark, _ in told(found)] == ["part", "whole", "whole", "part"]
    assert found.days[1].steps[0].counts


def test_half_days_are_added_on_the_day_on_which_they_end():
    flow = [{"wait": "w", "takes": "2 wd", "calendar": "legal"}]
    found = days_of(flow, "2021-09-29 10:00", "half-days")
    assert [(day.added, day.mark) for day in found.days if day.view.open] == [
        (0.5, "part"),
        (1, "whole"),
        (0.5, "part"),
    ]


def test_a_reading_by_stage_takes_a_day_off_each_stage():
    flow = [
        {"wait": "a", "takes": "2 wd", "calendar": "legal", "stage": "one"},
        {"wait": "b", "takes": "2 wd", "calendar": "legal", "stage": "two"},
    ]
    stages = {id_: {"name": id_} for id_ in ("one", "two")}
    found = days_of(flow, "2021-09-27 10:00", "whole-days", per="stage", stages=stages)
    assert [(day.added, day.why) for day in found.days[:4]] == [
        (0, "first-day"), (1, "counted"), (1, "counted"), (1, "counted"),
    ]  # fmt: skip
    assert (found.days[-1].day.isoformat(), found.value) == ("2021-10-08", 4)


def test_what_runs_beside_is_no_time_of_the_case():
    flow = [{"spawn": "c", "cases": "q", "wait": False}, {"wait": "w", "takes": "2 wd", "calendar": "legal"}]
    other = {"q": {"name": "q", "flow": [{"wait": "look", "takes": "1 wd", "calendar": "legal"}]}}
    log = run(flow, ("2021-09-28 09:00",), study=AUTUMN, processes=other)
    case, legal = log.cases.label.index("s-000001"), log.calendars["legal"]
    reading = Reading(id="r", name="r", role="default", unit="fraction")

    def counts(clock: Clock) -> dict[str | None, bool]:
        found = case_calendar(log, case, clock, reading, legal, {"q/look"})
        return {log.step[step.row]: step.counts for step in found.days[0].steps}

    assert counts(Clock()) == {"q/look": False, "p/w": True}
    assert counts(Clock(count=Selected(steps=("look",)))) == {"q/look": True, "p/w": False}


def test_a_case_that_the_clock_cannot_read_ends_with_the_case_and_says_why():
    found = days_of(PAPERS, "2021-09-28 09:00", clock=Clock(start=Event(at="end", step="permit"), stop=COMPLETE.start))
    assert found.state == "never"
    assert {(day.mark, day.why) for day in found.days} == {("none", "no-reading")}
    assert found.days[-1].day.isoformat() == "2021-09-30"


def test_a_day_counts_if_and_only_if_a_step_does_and_has_its_reason_by_the_calendar():
    flow = [
        {"step": "a", "by": "clerks", "effort": "9 h"},
        {"wait": "own", "takes": "8 d", "owner": "customer"},
        {"wait": "w", "takes": "3 wd", "calendar": "legal", "owner": "utility"},
    ]
    for clock in (Clock(), Clock(count=Selected(owners=("utility",)))):
        for unit in ("fraction", "whole-days", "half-days", "calendar-days", "hours"):
            for day in days_of(flow, "2021-09-24 16:10", unit, clock).days:
                assert (day.mark != "none") == (day.added > 0) == any(step.counts for step in day.steps), (unit, day)
                assert (day.why == "closed") <= (not day.view.kind.working)


def test_the_days_add_up_to_the_reading():
    flow = [{"wait": "w", "takes": {"mean": "9 d", "cv": 0.5}}, {"step": "a", "by": "clerks", "effort": "9 h"}]
    for unit in ("fraction", "whole-days", "half-days", "calendar-days", "hours"):
        calendar = days_of(flow, "2021-09-17 16:10", unit)  # type: ignore[arg-type]
        assert sum(day.added for day in calendar.days) == pytest.approx(calendar.value, abs=1e-9)
