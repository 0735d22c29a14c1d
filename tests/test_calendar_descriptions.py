"""Calendars as planners write them: what is refused, with which words, and how long a working day is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from sim.errors import InputError
from sim.model.calendars import CalendarSpec
from sim.model.quantities import HOUR_US
from sim.model.statutory import StatutoryTable
from sim.text import Text

OFFICE = {"workdays": ["08:30-12:00", "14:30-17:30"]}


def spec(**fields: Any) -> CalendarSpec:
    return CalendarSpec.model_validate({"name": "test", "hours": OFFICE, **fields})


def refused(**fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        spec(**fields)
    (error,) = caught.value.errors()
    assert error["type"] == "shixian", error
    return f"{'/'.join(map(str, error['loc']))}: {error['msg']}"


# ---- hours as they are written (BAD_INPUT 16, 27)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (["08:30-12:00", "11:00-17:00"], "the hours 08:30-12:00 and 11:00-17:00 overlap"),
        (["08:30-12:00", "08:30-12:00"], "overlap"),
        (["22:00-06:00", "05:00-09:00"], "the hours 22:00-06:00 and 05:00-09:00 overlap"),
        (["08:30-08:30"], "length is zero"),
        (["24:00-06:00"], "between 00:00 and 24:00"),
        (["08:30-24:30"], "between 00:00 and 24:00"),
        (["08:30-17:60"], "HH:MM-HH:MM"),
        (["08:30"], "HH:MM-HH:MM"),
        ("closed", "closed is []"),
        ([45000], "HH:MM-HH:MM"),
        ([True], "HH:MM-HH:MM"),
    ],
)
def test_hours_that_overlap_have_no_length_or_cannot_be_read_are_refused(hours: Any, words: str) -> None:
    message = refused(hours={"workdays": hours})
    assert message.startswith("hours")
    assert words in message


def test_a_night_shift_that_overlaps_the_next_mornings_is_refused_across_days_and_seasons() -> None:
    assert "overlap" in refused(hours={"mon": ["20:00-08:00"], "tue": ["07:00-12:00"]})
    season = {"from": "06-01", "to": "08-31", "hours": {"fri": ["20:00-08:00"]}}
    assert "overlap" in refused(hours={**OFFICE, "sat": ["07:00-12:00"]}, seasons=[season])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hours": {}}, "never opens"),
        ({"hours": {"workdays": []}}, "never opens"),
        ({"hours": None}, "has hours, or is same_as"),
        ({"same_as": "other"}, "same_as already brings"),
        ({"statutory": False, "hours": {**OFFICE, "makeup": []}}, "no makeup"),
        ({"working_day": "1 wd"}, "hours or minutes"),
        ({"seasons": [{"from": "05-01", "to": "09-30", "hours": {}}] * 2}, "05-01 lies in two seasons"),
        ({"seasons": [{"from": "2021-05-01", "to": "2021-09-30", "hours": {}}]}, "a season runs between days MM-DD"),
        ({"closures": [{"id": "a", "name": "a", "date": "07-01"}] * 2}, "the closure a is there twice"),
        ({"closures": [{"id": "a", "name": "a", "from": "07-01"}]}, "by date, or by from and to"),
        ({"closures": [{"id": "a", "name": "a", "from": "07-01", "to": "2021-07-02"}]}, "both full dates, or both"),
        ({"closures": [{"id": "a", "name": "a", "from": "2021-07-02", "to": "2021-07-01"}]}, "before the first"),
        ({"closures": [{"id": "a", "name": "a", "date": "02-30"}]}, "a day is YYYY-MM-DD"),
        ({"closures": [{"id": "a", "name": "a", "date": "spring-festival + 181 d"}]}, "at most 180 days"),
        ({"closures": [{"id": "a", "name": "a", "date": 1115}]}, "a day is YYYY-MM-DD"),
    ],
)
def test_a_description_that_cannot_be_meant_is_refused_with_its_cure(fields: dict[str, Any], words: str) -> None:
    assert words in refused(**fields)


def test_a_description_survives_being_written_and_read_again() -> None:
    described = spec(
        hours={**OFFICE, "sat": "22:00-06:00", "holidays": []},
        seasons=[{"from": "10-08", "to": "04-30", "hours": {"workdays": ["08:30-24:00"]}}],
        closures=[
            {"id": "away", "name": "away", "from": "spring-festival - 20 d", "to": "spring-festival"},
            {"id": "move", "name": "move", "date": dt.date(2021, 7, 1)},
        ],
    )
    written = described.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert written["hours"]["sat"] == ["22:00-06:00"]
    assert [closure.get("from", closure.get("date")) for closure in written["closures"]] == [
        {"value": "spring-festival - 20 d"},
        {"value": "2021-07-01"},
    ]
    for part in [written, *written["closures"]]:
        part["name"] = "test" if part is written else part["id"]
    assert CalendarSpec.model_validate(written) == described


def test_same_as_refuses_an_unknown_calendar_and_a_circle() -> None:
    def same(other: str) -> CalendarSpec:
        return CalendarSpec(name=Text("甲", "a"), same_as=other)

    with pytest.raises(InputError, match="no such calendar") as caught:
        same("ofice").resolved({"office": spec()})
    assert "office" in caught.value.cure.en
    with pytest.raises(InputError, match="circle"):
        same("b").resolved({"a": same("b"), "b": same("a")})


def test_the_schema_for_editors_accepts_what_a_planner_may_write() -> None:
    hours = {"workdays": ["08:30-12:00", "14:30-17:30"], "sat": "22:00-06:00"}
    around = {"id": "away", "name": "away", "from": "spring-festival - 20 d", "to": "spring-festival"}
    opening = {"date": "2021-01-05", "hours": "09:00-10:00"}
    described = {"name": "test", "hours": hours, "closures": [around], "openings": [opening], "working_day": "6.5 h"}
    jsonschema.validate(described, CalendarSpec.model_json_schema())
    table = {"2027": {"holidays": ["10-01..10-07", {"days": "01-01", "name": "New Year"}], "makeup": ["10-09"]}}
    jsonschema.validate(table, StatutoryTable.model_json_schema())


# ---- one working day


def test_a_working_day_is_as_long_as_its_days_are_in_every_season() -> None:
    winter = {"from": "10-08", "to": "04-30", "hours": {"workdays": ["08:30-12:00", "14:00-17:00"]}}
    assert spec(seasons=[winter]).working_day_us() == 6.5 * HOUR_US
    assert spec(hours={"tue": ["14:00-16:00"]}).working_day_us() == 2 * HOUR_US


def test_a_working_day_of_differing_days_has_a_length_only_where_it_is_given() -> None:
    short_friday = {**OFFICE, "fri": ["08:30-12:00"]}
    with pytest.raises(InputError, match="1 wd has no length") as caught:
        spec(hours=short_friday).working_day_us()
    assert "working_day: 6.5 h" in caught.value.cure.en
    with pytest.raises(InputError, match="1 wd has no length"):
        spec(hours={"sat": ["09:00-11:00"]}).working_day_us()
    assert spec(hours=short_friday, working_day="6.5 h").working_day_us() == 6.5 * HOUR_US
