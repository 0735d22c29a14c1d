"""The days of one case as a calendar, with National Day 2021 worked by hand.

26 September (Sunday) and 9 October (Saturday) 2021 were working days, 1 to 7 October were off (General Office of the
State Council, 国办发明电〔2020〕27号).
"""

from __future__ import annotations

import pytest

from sim.analysis.case_days import CaseCalendar, case_calendar
from sim.model.clocks import Clock, Event, Selected, Unit
from tests.tiny import run

AUTUMN = {"from": "2021-09-01", "to": "2021-10-31"}


def days_of(flow: list[object], accepted: str, unit: Unit = "fraction", clock: Clock | None = None) -> CaseCalendar:
    log = run(flow, (accepted,), study=AUTUMN)
    return case_calendar(log, 0, clock or Clock(), unit, log.calendars["legal"])


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
    assert [step.counts for step in first.steps] == [False, True]  # the office has it from 17:00 on
    assert [step.counts for step in second.steps] == [True]
    assert (first.counted_us, second.counted_us) == (0, 7 * 3_600_000_000)


def test_the_days_before_the_clock_starts_are_shown_with_the_clock_off():
    flow = [
        {"wait": "a", "takes": "1 wd", "calendar": "legal"},
        {"mark": "m"},
        {"wait": "b", "takes": "1 wd", "calendar": "legal"},
    ]
    calendar = days_of(flow, "2021-09-28 09:00", clock=Clock(start=Event(at="mark", step="m")))
    assert [(day.legal_us > 0, round(day.added, 6)) for day in calendar.days] == [(False, 0), (True, 1)]


def test_the_days_add_up_to_the_reading():
    flow = [{"wait": "w", "takes": {"mean": "9 d", "cv": 0.5}}, {"step": "a", "by": "clerks", "effort": "9 h"}]
    for unit in ("fraction", "whole-days", "half-days", "calendar-days", "hours"):
        calendar = days_of(flow, "2021-09-17 16:10", unit)  # type: ignore[arg-type]
        assert sum(day.added for day in calendar.days) == pytest.approx(calendar.value, abs=1e-9)
