"""``shixian explain --accepted``: last days and counted days, reckoned by hand on the calendar of 2021.

Holidays and make-up days by the State Council's notice: off 19-21 September and 1-7 October; worked on Saturday 18 and
Sunday 26 September, and on Saturday 9 October.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from sim.due import Due, due_days
from sim.model.base import Model
from sim.model.files import load
from tests.conftest import ROOT
from tests.test_cli import EXAMPLE, said


@pytest.fixture(scope="module")
def city() -> Model:
    return load(ROOT / "scenarios/baotou", only=["before"]).scenario("before").model


def due(model: Model, limit: str, reading: str, accepted: str) -> list[Due]:
    moment = dt.datetime.fromisoformat(f"2021-{accepted}")
    found = due_days(model, model.limits[limit], moment if " " in accepted else moment.date())
    return [one for one in found if one.reading.id == reading]


def days(one: Due, *, counts: bool = True) -> list[str]:
    return [f"{some.first:%m-%d}..{some.last:%m-%d}" for some in one.stretches if some.counts == counts]


def test_the_week_of_gas_from_29_september_ends_on_the_6th_the_8th_or_the_12th_of_october(city: Model) -> None:
    """A week is 6 October, in the holiday; it moves to Friday 8. Five working days: 30 September, 8 to 12 October."""
    (moved,) = due(city, "G3", "week-moved", "09-29")
    assert (moved.day, moved.unmoved) == (dt.date(2021, 10, 8), dt.date(2021, 10, 6))
    assert days(moved) == ["09-30..10-06"] and days(moved, counts=False)[0] == "10-07..10-07"
    (unmoved,) = due(city, "G3", "week-unmoved", "09-29")
    assert (unmoved.day, unmoved.unmoved) == (dt.date(2021, 10, 6), None)
    (five,) = due(city, "G3", "five-working-days", "09-29")
    assert five.day == dt.date(2021, 10, 12)
    assert days(five) == ["09-30..09-30", "10-08..10-08", "10-09..10-09", "10-11..10-12"]
    assert days(five, counts=False) == ["10-01..10-07", "10-10..10-10"]
    assert [some.words.en for some in five.stretches if some.named] == [
        "National Day", "make-up working day (National Day)", "weekend",
    ]  # fmt: skip


def test_a_week_from_14_september_ends_at_mid_autumn_and_moves_by_a_day(city: Model) -> None:
    assert due(city, "G3", "week-moved", "09-14")[0].day == dt.date(2021, 9, 22)
    assert due(city, "G3", "five-working-days", "09-14")[0].day == dt.date(2021, 9, 22)  # 15-18 and 22 September


@pytest.mark.parametrize(
    ("accepted", "n", "last"), [("09-06", 26, "10-18"), ("02-08", 18, "03-10"), ("06-04", 10, "06-21")]
)
def test_as_many_working_days_are_named_as_the_limit_has(city: Model, accepted: str, n: int, last: str) -> None:
    limit = {26: ("E5", "union-whole-days"), 18: ("E4", "union-whole-days"), 10: ("E1", "all-three-zero")}[n]
    (one,) = due(city, *limit, accepted)
    assert one.day == dt.date.fromisoformat(f"2021-{last}")
    assert sum(some.days for some in one.stretches if some.counts) == n
    assert sum(some.days for some in one.stretches) == (one.day - one.accepted.date()).days


def test_half_days_end_with_the_afternoon_of_the_next_day_or_the_morning_of_the_day_after_that(city: Model) -> None:
    """1.5 working days: from the morning of 29 September until the afternoon of the 30th, else 8 October."""
    morning, afternoon = due(city, "W1", "half-days", "09-29")
    assert (morning.accepted.hour, morning.at) == (8, dt.datetime(2021, 9, 30, 17, 30))
    assert (afternoon.accepted.hour, afternoon.at) == (14, dt.datetime(2021, 10, 8, 12, 0))
    (at_ten,) = due(city, "W1", "half-days", "09-29 10:00")
    assert at_ten.at == morning.at


def test_parts_of_days_end_at_an_hour_and_a_limit_that_runs_out_at_closing_does_not_reach_the_next_morning(
    city: Model,
) -> None:
    """1.5 days of 6.5 hours from 10:00: 5 h on the 29th, 4.75 h on the 30th; 26 days from an opening: 9 November."""
    (at_ten,) = due(city, "W1", "fractions", "09-29 10:00")
    assert at_ten.at == dt.datetime(2021, 9, 30, 15, 45)
    at_opening, _ = due(city, "E5", "union-fraction", "09-29")
    assert at_opening.at == dt.datetime(2021, 11, 9, 17, 0)


def test_what_comes_in_the_holiday_counts_as_accepted_on_the_first_day_after_it(city: Model) -> None:
    (one,) = due(city, "G1", "from-acceptance", "10-02 10:00")
    assert one.day == dt.date(2021, 10, 9)
    assert days(one, counts=False) == ["10-03..10-07", "10-08..10-08"]
    (fraction,) = due(city, "W1", "fractions", "10-02")
    assert fraction.at == dt.datetime(2021, 10, 9, 11, 45)  # all of the 8th, 3.25 h of the 9th


def test_a_goal_by_date_is_the_first_such_day_on_or_after_the_acceptance(city: Model) -> None:
    found = [due(city, "H2", "by-heating-season", day)[0].day for day in ("06-15", "10-15", "10-16")]
    assert found == [dt.date(2021, 10, 15), dt.date(2021, 10, 15), dt.date(2022, 10, 15)]


def test_a_commitment_without_a_number_has_no_last_day_and_a_mean_none_of_its_own(city: Model) -> None:
    assert not due(city, "A1", "permit-time", "09-29")
    assert not due(city, "E1", "all-three-zero", "09-29")[0].of_each
    assert due(city, "E2", "every-case", "09-29")[0].of_each


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_and_the_document_name_the_last_day(capsys, tmp_path: Path, lang: str) -> None:
    file = tmp_path / "explained.json"
    code, out, _ = said(
        capsys, "explain", EXAMPLE, "L1", "--accepted", "2021-09-29", "--lang", lang, "--json", str(file)
    )
    content = json.loads(file.read_text("utf-8"))
    assert code == 0 and content["accepted"] == "2021-09-29" and content["due"]
    date = dt.date.fromisoformat(content["due"][0]["day"])
    assert (f"{date.year}年{date.month}月{date.day}日" if lang == "zh" else f"{date.day} October 2021") in out


@pytest.mark.parametrize(
    "date", ["2021-02-30", "29 September", "2021-09-29 25:00", "", "20210929", "1990-01-01", "9999-12-31"]
)
def test_a_date_that_does_not_exist_or_whose_holidays_nobody_knows_is_one_error(capsys, date: str) -> None:
    code, _, err = said(capsys, "explain", EXAMPLE, "L1", "--accepted", date, "--lang", "en")
    assert code == 2 and err.count("cure:") == 1 and "Traceback" not in err
