"""The statutory days against published figures, a second package, and tables of a scenario's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import holidays
import pytest
from pydantic import ValidationError

from sim.errors import InputError
from sim.model.statutory import DayKind, StatutoryTable, day_kind, spring_festival, working_days
from sim.text import Text

# DOMAIN 3.1, from the State Council's notice for 2021.
OFF_2021 = ["01-01..01-03", "02-11..02-17", "04-03..04-05", "05-01..05-05", "06-12..06-14", "09-19..09-21"]
OFF_2021 += ["10-01..10-07"]
ON_2021 = ["02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09"]
NOTICE = {"holidays": OFF_2021, "makeup": ON_2021}


def year(number: int) -> list[dt.date]:
    first, last = dt.date(number, 1, 1).toordinal(), dt.date(number, 12, 31).toordinal()
    return [dt.date.fromordinal(day) for day in range(first, last + 1)]


def refusal(table: dict[int, Any]) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        StatutoryTable.model_validate(table)
    (error,) = caught.value.errors()
    assert error["type"] == "shixian"
    return error


def test_the_year_2021_has_250_working_days_and_the_published_number_in_each_month() -> None:
    days = working_days(dt.date(2021, 1, 1), dt.date(2021, 12, 31))
    months = [0] * 12
    for day, working in zip(year(2021), days, strict=True):
        months[day.month - 1] += int(working)
    assert months == [20, 17, 23, 22, 19, 21, 22, 22, 22, 17, 22, 23]
    assert days.sum() == 250


def test_the_notice_of_2021_typed_in_as_a_table_gives_the_same_days_as_the_package() -> None:
    own = StatutoryTable.model_validate({2021: NOTICE})
    assert [day_kind(day, own).kind for day in year(2021)] == [day_kind(day).kind for day in year(2021)]


@pytest.mark.parametrize("number", range(2004, 2027))
def test_the_package_agrees_with_a_second_one_on_weekdays_off_and_weekends_worked(number: int) -> None:
    second = holidays.country_holidays("CN", years=number)
    off = {day for day in second if day.weekday() < 5}
    worked = {day for day in second.weekend_workdays if day.year == number}
    worked -= {dt.date(2005, 12, 31)}  # the one difference: `holidays` has it worked in exchange for New Year 2006
    kinds = {day: day_kind(day).working for day in year(number)}
    assert {day for day, working in kinds.items() if not working and day.weekday() < 5} == off
    assert {day for day, working in kinds.items() if working and day.weekday() > 4} == worked


@pytest.mark.parametrize("number", [2003, 2027])
def test_a_year_without_data_is_an_error_that_names_it_never_a_year_without_holidays(number: int) -> None:
    with pytest.raises(InputError, match=str(number)) as caught:
        day_kind(dt.date(number, 6, 1))
    assert "holidays" in caught.value.cure.en
    assert str(number) in caught.value.rule.zh
    with pytest.raises(InputError, match="2027"):
        working_days(dt.date(2026, 12, 30), dt.date(2027, 1, 4))


def test_a_scenarios_own_table_serves_a_year_that_the_package_lacks_and_no_other() -> None:
    festival = {"days": "02-05..02-11", "name": {"zh": "春节", "en": "Spring Festival"}}
    own = StatutoryTable.model_validate({2027: {"holidays": ["01-01", festival], "makeup": ["02-20"]}})
    assert day_kind(dt.date(2027, 2, 8), own) == DayKind("holiday", Text("春节", "Spring Festival"))
    assert day_kind(dt.date(2027, 1, 1), own).text == Text("法定节假日", "public holiday")
    assert day_kind(dt.date(2027, 2, 20), own).working
    assert day_kind(dt.date(2027, 2, 21), own) == DayKind("weekend")
    with pytest.raises(InputError, match="2028"):
        day_kind(dt.date(2028, 1, 3), own)


def test_a_scenarios_own_table_wins_over_the_package() -> None:
    own = StatutoryTable.model_validate({2021: {"holidays": ["2021-01-01", dt.date(2021, 7, 1)]}})
    assert not day_kind(dt.date(2021, 7, 1), own).working
    assert day_kind(dt.date(2021, 10, 4), own).working


def test_each_day_is_explained_in_both_languages() -> None:
    words = {day: day_kind(dt.date.fromisoformat(day)).text for day in ("2021-10-04", "2021-10-09", "2021-06-14")}
    assert words["2021-10-04"] == Text("国庆节", "National Day")
    assert words["2021-10-09"] == Text("调休上班(国庆节)", "make-up working day (National Day)")
    assert words["2021-06-14"] == Text("端午节", "Dragon Boat Festival")
    assert day_kind(dt.date(2021, 10, 10)).text == Text("周末", "weekend")
    assert day_kind(dt.date(2021, 10, 11)).text == Text("工作日", "working day")


@pytest.mark.parametrize(
    ("table", "place", "words"),
    [
        ({"holidays": ["05-01..05-05", "05-03"]}, ("holidays", 1), "2027-05-03 is listed twice"),
        ({"holidays": ["01-01"], "makeup": ["02-20", "02-20"]}, ("makeup", 1), "2027-02-20 is listed twice"),
        ({"holidays": ["02-20"], "makeup": ["02-20"]}, ("makeup", 0), "is a holiday and a make-up day"),
        ({"holidays": ["01-01"], "makeup": ["03-03"]}, ("makeup", 0), "2027-03-03 is an ordinary weekday"),
        ({"holidays": ["02-29"]}, ("holidays", 0), "no such days"),
        ({"holidays": ["05-05..05-01"]}, ("holidays", 0), "runs backward"),
        ({"holidays": ["2026-05-01"]}, ("holidays", 0), "2027 has no such days"),
        ({"holidays": ["May 1"]}, ("holidays", 0), "days are MM-DD"),
        ({"holidays": []}, (), "every year has statutory holidays"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_at_the_entry(table: Any, place: tuple[Any], words: str) -> None:
    error = refusal({2027: table})
    assert error["loc"] == (2027, *place)
    assert words in error["msg"]
    assert error["ctx"]["cure_zh"]


@pytest.mark.parametrize("number", range(2000, 2050))
def test_spring_festival_is_the_first_day_of_the_lunar_year(number: int) -> None:
    from holidays.calendars.chinese import _ChineseLunisolar

    assert _ChineseLunisolar().lunar_new_year_date(number)[0] == spring_festival(number)
    if 2004 <= number <= 2026:
        assert day_kind(spring_festival(number)).text.zh == "春节"


def test_spring_festival_of_a_year_outside_the_table_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="2050"):
        spring_festival(2050)
