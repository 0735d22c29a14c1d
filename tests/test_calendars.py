"""Calendars: how they are described, what they compile to, and rule 2's arithmetic by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.errors import InputError
from sim.model.calendars import ALWAYS, BEYOND, PREDEFINED, Calendar, CalendarSpec, intersection
from sim.model.open_time import midnight
from sim.model.quantities import DAY_US, HOUR_US, MINUTE_US
from sim.model.statutory import StatutoryTable
from tests.handmade import at

OFFICE = {"workdays": ["08:30-12:00", "14:30-17:30"]}
EVERY_DAY = {"workdays": ["00:00-24:00"], "sat": ["00:00-24:00"], "sun": ["00:00-24:00"]}


def spec(**fields: Any) -> CalendarSpec:
    return CalendarSpec.model_validate({"name": "test", "hours": OFFICE, **fields})


def compiled(first: str = "2021-01-01 00:00", last: str = "2022-01-01 00:00", **fields: Any) -> Calendar:
    return spec(**fields).compile(at(first), at(last))


def opens(calendar: Calendar, day: str) -> list[str]:
    """The open intervals of one date, as they are written."""
    view = calendar.day_view(dt.date.fromisoformat(day))
    clock = [[divmod((t - midnight(view.day)) // MINUTE_US, 60) for t in interval] for interval in view.open]
    return ["{:02d}:{:02d}-{:02d}:{:02d}".format(*a, *b) for a, b in clock]


# ---- rule 2 by hand, over National Day 2021: open on 09-30, closed 10-01 to 10-07, open on 10-08 and Saturday 10-09


def test_work_begun_before_a_holiday_ends_after_it_by_its_open_time() -> None:
    office = compiled()
    assert office.after(at("09-30 16:30"), 2 * HOUR_US) == at("10-08 09:30")
    assert office.open_time(at("09-30 16:30"), at("10-08 09:30")) == 2 * HOUR_US
    assert office.after(at("10-08 17:00"), HOUR_US) == at("10-09 09:00")


def test_work_may_end_exactly_at_closing_and_nothing_more_is_open_there() -> None:
    office = compiled()
    assert office.after(at("09-30 16:30"), HOUR_US) == at("09-30 17:30")
    assert not office.is_open(at("09-30 17:30"))
    assert office.is_open(at("09-30 17:30") - 1)
    assert office.after(at("09-30 17:30"), 1) == at("10-08 08:30") + 1


def test_an_opening_belongs_to_the_open_time() -> None:
    office = compiled()
    assert office.is_open(at("10-08 08:30"))
    assert not office.is_open(at("10-08 08:30") - 1)
    assert office.next_opening(at("10-08 08:30")) == at("10-08 08:30")


def test_after_nothing_is_now_even_when_closed() -> None:
    office = compiled()
    assert office.after(at("10-03 10:00"), 0) == at("10-03 10:00")
    assert office.after(at("10-03 10:00"), 1) == at("10-08 08:30") + 1


def test_next_opening_and_closing_of_an_open_and_of_a_closed_instant() -> None:
    office = compiled()
    assert office.next_opening(at("09-30 09:00")) == at("09-30 09:00")
    assert office.next_closing(at("09-30 09:00")) == at("09-30 12:00")
    assert office.next_opening(at("09-30 12:00")) == at("09-30 14:30")
    assert office.next_closing(at("09-30 12:00")) == at("09-30 17:30")
    assert office.next_opening(at("10-01 00:00")) == at("10-08 08:30")


def test_what_lies_past_the_end_of_the_run_is_beyond_and_the_end_itself_is_not() -> None:
    office = compiled(last="2021-10-08 09:30")
    assert office.after(at("09-30 16:30"), 2 * HOUR_US) == at("10-08 09:30")
    assert office.after(at("09-30 16:30"), 2 * HOUR_US + 1) == BEYOND
    assert office.after(BEYOND, 1) == BEYOND
    assert office.next_opening(at("10-08 09:30") + 1) == BEYOND
    assert office.next_closing(at("10-08 09:30")) == at("10-08 12:00")  # known, though later than the run


def test_a_calendar_that_does_not_open_any_more_is_empty() -> None:
    office = compiled(last="2021-10-08 00:00")
    assert not office.empty_after(at("09-30 17:29"))
    assert office.empty_after(at("09-30 17:30"))
    assert compiled("2021-10-02 00:00", "2021-10-05 00:00").opens.size == 0
    assert compiled("2021-10-02 00:00", "2021-10-05 00:00").after(at("10-03 10:00"), 1) == BEYOND


def test_instants_outside_the_run_are_an_error_not_closed_time() -> None:
    office = compiled()
    for question in (
        lambda: office.open_time(at("2020-12-31 10:00"), at("01-04 10:00")),
        lambda: office.open_times([at("12-31 10:00")], [at("2022-01-04 10:00")]),
        lambda: office.after(at("2020-12-31 10:00"), 1),
        lambda: office.open_time(at("03-02 10:00"), at("03-01 10:00")),
        lambda: office.after(at("03-02 10:00"), -1),
    ):
        with pytest.raises(ValueError, match="within"):
            question()


# ---- which hours a date has


def test_holidays_are_closed_and_make_up_days_have_the_hours_of_workdays() -> None:
    office = compiled()
    assert opens(office, "2021-10-04") == []
    assert opens(office, "2021-10-09") == ["08:30-12:00", "14:30-17:30"]
    assert opens(office, "2021-10-16") == []


def test_make_up_days_holidays_and_days_of_the_week_may_have_hours_of_their_own() -> None:
    hours = {**OFFICE, "fri": ["08:30-12:00"], "sat": "09:00-11:00", "makeup": "09:00-15:00", "holidays": "10:00-12:00"}
    hall = compiled(hours=hours)
    assert opens(hall, "2021-10-15") == ["08:30-12:00"]
    assert opens(hall, "2021-10-16") == ["09:00-11:00"]
    assert opens(hall, "2021-10-09") == ["09:00-15:00"]
    assert opens(hall, "2021-10-02") == ["10:00-12:00"]  # a Saturday inside the holiday


def test_a_calendar_without_statutory_days_follows_the_week_alone() -> None:
    crews = compiled("2027-10-01 00:00", "2027-10-31 00:00", statutory=False)
    assert opens(crews, "2027-10-01") == ["08:30-12:00", "14:30-17:30"]


def test_intervals_that_touch_are_one() -> None:
    hours = {"workdays": ["08:00-12:00", "12:00-17:00"], "sat": ["00:00-24:00"], "sun": ["00:00-06:00"]}
    office = compiled("2021-07-01 00:00", "2021-07-07 00:00", hours=hours)
    assert opens(office, "2021-07-01") == ["08:00-17:00"]
    assert office.next_closing(at("07-03 10:00")) == at("07-04 06:00")


def test_a_night_shift_runs_into_the_next_day_even_a_holiday_and_belongs_to_the_day_on_which_it_opens() -> None:
    night = compiled(hours={"workdays": ["22:00-06:00"]})
    assert opens(night, "2021-10-01") == ["00:00-06:00"]
    assert opens(night, "2021-10-02") == []
    assert opens(night, "2021-10-08") == ["22:00-24:00"]
    assert night.next_closing(at("09-30 23:00")) == at("10-01 06:00")


def test_a_night_shift_that_ends_when_the_next_one_opens_is_accepted() -> None:
    day_and_night = compiled(hours={"workdays": ["06:00-22:00", "22:00-06:00"]})
    assert day_and_night.next_closing(at("09-27 06:00")) == at("10-01 06:00")


def test_a_night_shift_that_opened_before_the_run_is_under_way_when_the_run_begins() -> None:
    night = compiled("2021-07-02 00:00", "2021-07-05 00:00", hours={"workdays": ["22:00-06:00"]})
    assert night.is_open(at("07-02 00:00"))
    assert night.open_time(at("07-02 00:00"), at("07-02 12:00")) == 6 * HOUR_US


def test_midnight_may_close_as_24_00_or_as_00_00() -> None:
    assert spec(hours={"workdays": ["18:00-24:00"]}) == spec(hours={"workdays": ["18:00-00:00"]})


def test_seasons_change_the_hours_that_they_give_and_may_run_over_the_new_year() -> None:
    winter = {"from": "10-08", "to": "04-30", "hours": {"workdays": ["08:30-12:00", "14:00-17:00"]}}
    office = compiled(hours={**OFFICE, "sat": ["09:00-11:00"]}, seasons=[winter])
    assert opens(office, "2021-01-04") == ["08:30-12:00", "14:00-17:00"]
    assert opens(office, "2021-04-30") == ["08:30-12:00", "14:00-17:00"]
    assert opens(office, "2021-05-06") == ["08:30-12:00", "14:30-17:30"]
    assert opens(office, "2021-09-30") == ["08:30-12:00", "14:30-17:30"]
    assert opens(office, "2021-10-08") == ["08:30-12:00", "14:00-17:00"]
    assert opens(office, "2021-12-11") == ["09:00-11:00"]


def test_frozen_ground_closes_every_winter() -> None:
    frozen = {"id": "frozen-ground", "name": {"zh": "冻土", "en": "frozen ground"}, "from": "11-15", "to": "03-15"}
    crews = compiled("2020-06-01 00:00", "2022-06-01 00:00", closures=[frozen])
    assert crews.next_opening(at("2020-11-15 00:00")) == at("2021-03-16 08:30")
    assert crews.next_opening(at("2021-11-15 00:00")) == at("2022-03-16 08:30")
    assert opens(crews, "2020-11-13") != []
    (reason,) = crews.day_view(dt.date(2021, 1, 5)).reasons
    assert (reason.kind, reason.id, reason.text.zh) == ("closure", "frozen-ground", "冻土")


def test_a_closure_around_spring_festival_moves_with_the_lunar_year() -> None:
    away = {"id": "away", "name": "away", "from": "spring-festival - 20 d", "to": "spring-festival + 20 d"}
    crews = compiled("2021-01-01 00:00", "2023-01-01 00:00", statutory=False, hours=EVERY_DAY, closures=[away])
    assert crews.next_opening(at("01-23 12:00")) == at("03-05 00:00")  # 2021-02-12
    assert crews.next_opening(at("2022-01-12 12:00")) == at("2022-02-22 00:00")  # 2022-02-01
    assert crews.is_open(at("01-22 12:00"))


def test_a_closure_that_begins_in_the_year_before_its_festival_is_not_lost() -> None:
    away = {"id": "away", "name": "away", "from": "spring-festival - 40 d", "to": "spring-festival"}
    crews = compiled("2019-12-01 00:00", "2020-01-01 00:00", statutory=False, hours=EVERY_DAY, closures=[away])
    assert crews.empty_after(at("2019-12-16 00:00"))  # 2020-01-25 less 40 days
    assert crews.is_open(at("2019-12-15 23:59"))


def test_a_closure_may_run_from_a_day_of_the_year_to_spring_festival() -> None:
    away = {"id": "away", "name": "away", "from": "12-20", "to": "spring-festival + 15 d"}
    crews = compiled("2020-12-01 00:00", "2021-12-01 00:00", statutory=False, hours=EVERY_DAY, closures=[away])
    assert crews.next_opening(at("2020-12-20 00:00")) == at("2021-02-28 00:00")


def test_the_29th_of_february_stands_for_the_end_of_february() -> None:
    closed = {"id": "closed", "name": "closed", "from": "02-01", "to": "02-29"}
    crews = compiled("2021-01-01 00:00", "2022-01-01 00:00", statutory=False, hours=EVERY_DAY, closures=[closed])
    assert crews.next_opening(at("02-10 00:00")) == at("03-01 00:00")


def test_an_extra_opening_adds_its_hours_whatever_closes_the_day() -> None:
    frozen = {"id": "frozen-ground", "name": "frozen ground", "from": "11-15", "to": "03-15"}
    extra = [{"date": "2021-01-05", "hours": ["09:00-10:00"]}, {"from": "10-04", "to": "10-05", "hours": "13:00-15:00"}]
    office = compiled(closures=[frozen], openings=[*extra, {"date": "2021-07-01", "hours": "10:00-13:00"}])
    assert opens(office, "2021-01-05") == ["09:00-10:00"]
    assert opens(office, "2021-10-04") == opens(office, "2021-10-05") == ["13:00-15:00"]
    assert opens(office, "2021-07-01") == ["08:30-13:00", "14:30-17:30"]


def test_same_as_takes_another_calendar_and_adds_closures() -> None:
    office = spec(closures=[{"id": "move", "name": "move", "from": "2021-07-05", "to": "2021-07-09"}])
    crews = CalendarSpec.model_validate(
        {"name": "crews", "same_as": "office", "closures": [{"id": "heat", "name": "heat", "date": "08-02"}]}
    )
    calendar = crews.compile(at("01-01 00:00"), at("12-31 00:00"), calendars={"office": office, "crews": crews})
    assert opens(calendar, "2021-07-02") == ["08:30-12:00", "14:30-17:30"]
    assert opens(calendar, "2021-07-06") == opens(calendar, "2021-08-02") == []


def test_the_predefined_calendar_is_always_open_and_has_no_closing() -> None:
    always = PREDEFINED["always"].compile(at("10-01 00:00"), at("10-08 00:00"))
    assert always.open_time(at("10-01 00:00"), at("10-08 00:00")) == 7 * DAY_US
    assert always.next_closing(at("10-03 00:00")) == BEYOND
    assert always.after(at("10-01 00:00"), 7 * DAY_US) == at("10-08 00:00")
    assert always.open_share == 1


def test_open_share_and_the_longest_stretch() -> None:
    office = compiled()
    assert office.open_share == pytest.approx(250 * 6.5 / (365 * 24))
    assert office.longest_us == 3.5 * HOUR_US
    assert ALWAYS.compile(0, 5 * DAY_US).longest_us == 5 * DAY_US


# ---- a year without data (BAD_INPUT 26)


def test_a_year_inside_the_run_without_statutory_data_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="2027"):
        spec().compile(at("2026-06-01 00:00"), at("2027-01-02 00:00"))


def test_a_run_that_ends_with_the_last_known_year_needs_no_further_one() -> None:
    assert spec().compile(at("2026-06-01 00:00"), at("2027-01-01 00:00")).opens.size


def test_a_scenario_may_bring_its_own_table_for_the_year() -> None:
    own = StatutoryTable.model_validate({2027: {"holidays": ["10-01..10-07"], "makeup": ["10-09"]}})
    office = spec().compile(at("2026-06-01 00:00"), at("2028-01-01 00:00"), statutory=own)
    assert office.next_opening(at("2027-10-01 00:00")) == at("2027-10-08 08:30")
    assert opens(office, "2027-10-09") == ["08:30-12:00", "14:30-17:30"]


# ---- why a calendar is closed


def test_each_closed_instant_has_its_reasons_in_words() -> None:
    frozen = {"id": "frozen-ground", "name": {"zh": "冻土", "en": "frozen ground"}, "from": "11-15", "to": "03-15"}
    crews = compiled(hours={**OFFICE, "wed": []}, closures=[frozen])

    def why(written: str) -> list[tuple[str, str]]:
        return [(reason.kind, reason.text.en) for reason in crews.why_closed(at(written))]

    assert why("09-30 09:00") == []
    assert why("09-30 13:00") == [("hours", "outside opening hours")]
    assert why("10-04 10:00") == [("holiday", "National Day")]
    assert why("10-16 10:00") == [("weekend", "weekend")]
    assert why("10-13 10:00") == [("day-off", "not open on this day")]
    assert why("11-16 10:00") == [("closure", "frozen ground")]
    assert why("11-20 10:00") == [("closure", "frozen ground"), ("weekend", "weekend")]


def test_an_intersection_is_open_when_all_are_and_gives_the_reasons_of_all() -> None:
    crews = compiled(hours={"workdays": ["07:00-16:00"]})
    hall = compiled(hours={**OFFICE, "sat": ["08:00-12:00"]})
    both = intersection(crews, hall)
    assert opens(both, "2021-09-30") == ["08:30-12:00", "14:30-16:00"]
    assert opens(both, "2021-10-16") == []
    assert [reason.text.en for reason in both.why_closed(at("10-16 10:00"))] == ["weekend"]
    assert both.day_view(dt.date(2021, 10, 4)).kind.text.zh == "国庆节"
    with pytest.raises(ValueError, match="one run"):
        intersection(crews, compiled(last="2021-12-31 00:00"))
