"""Hours, days of the year, meetings and profiles carry their evidence as numbers do (DESIGN part 5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.model.calendars import CalendarSpec
from sim.model.demand import Source
from sim.model.figure_paths import Figure, assumptions_of, figures
from sim.model.quantities import Quantity
from sim.model.spans import Closure, DayFigure
from tests.reform_models import change, folder
from tests.tiny_folder import TINY, changed, notes_of, read, refusals

HEADER = "path,value,low,high,unit,evidence,source,by\n"
AWAY = "{id: frost, name: {zh: 冻土, en: frost}, from: 11-15, to: 03-15}"
WITH_CLOSURE = changed(
    'hours: {workdays: ["08:30-12:00", "14:30-17:30"]}}',
    f'hours: {{workdays: ["08:30-12:00", "14:30-17:30"]}}, closures: [{AWAY}]}}',
)
WITH_MONTHS = changed(
    "    attributes:", "    months: [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]\n    attributes:", WITH_CLOSURE
)


def day(written: Any) -> Any:
    return TypeAdapter(DayFigure).validate_python(written)


def by_path(
    folder: Path, text: str = WITH_MONTHS, settings: dict[str, str] | None = None, csv: str = ""
) -> dict[str, Figure]:
    files = {"figures": HEADER + csv} if csv else {}
    return {figure.path: figure for figure in figures(read(folder, text, settings, **files))}


# --- days


def test_a_day_may_have_a_range_over_the_new_year() -> None:
    assert str(day("11-15").value) == "11-15"
    frost = day({"value": "11-15", "assumption": ["11-01", "11-20"]})
    assert [str(one) for one in frost.range] == ["11-01", "11-20"]
    assert day({"value": "01-05", "assumption": ["12-20", "01-20"]}).range
    leave = {"value": "spring-festival - 20 d", "assumption": ["spring-festival - 30 d", "spring-festival - 7 d"]}
    assert day(leave).range
    assert day({"value": "2021-07-01", "assumption": ["2021-06-28", "2021-07-02"]}).range


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("11-25", "11-01", "11-20"),
        ("11-15", "11-20", "11-01"),
        ("11-15", "11-20", "11-10"),
        ("11-15", "2021-11-01", "2021-11-20"),
        ("spring-festival", "spring-festival + 1 d", "spring-festival + 3 d"),
        ("2021-07-01", "2021-07-02", "2021-07-03"),
    ],
)
def test_a_day_outside_its_range_is_refused(value: str, low: str, high: str) -> None:
    with pytest.raises(ValidationError, match="lies within its range"):
        day({"value": value, "assumption": [low, high]})


def test_days_are_told_in_words() -> None:
    told = {
        written: day(written).value.text
        for written in ("11-15", "2021-07-01", "spring-festival - 20 d", "spring-festival")
    }
    assert list(told.values()) == [
        ("11月15日", "15 Nov"),
        ("2021年7月1日", "1 Jul 2021"),
        ("春节前20天", "20 days before Spring Festival"),
        ("春节", "Spring Festival"),
    ]


def test_a_closure_is_the_same_days_with_its_evidence_as_without() -> None:
    bare = Closure.model_validate({"id": "frost", "name": "frost", "from": "11-15", "to": "03-15"})
    known = Closure.model_validate(
        {"id": "frost", "name": "frost", "from": {"value": "11-15", "assumption": ["11-01", "11-20"]}, "to": "03-15"}
    )
    assert bare.ends == known.ends


# --- hours, meetings, profiles


def test_hours_carry_evidence_without_a_range() -> None:
    hours = {"workdays": ["08:00-12:00"], "assumption": True, "source": "A"}
    known = CalendarSpec.model_validate({"name": "office", "hours": hours})
    assert known.hours is not None and known.hours.kind == "assumption" and known.hours.given().keys() == {"workdays"}
    with pytest.raises(ValidationError, match="have no size, and so no range"):
        CalendarSpec.model_validate(
            {"name": "office", "hours": {**hours, "assumption": ["08:00-09:00", "08:00-13:00"]}}
        )


def test_a_profile_is_a_list_or_mapping_or_has_its_evidence_around_it() -> None:
    def source(**fields: Any) -> Source:
        return Source.model_validate({"name": "s", "process": "p", "per_year": 10, **fields})

    bare = source(months=[1] * 11 + [2], weekdays={"mon": 2}, hours={"9": 3})
    known = source(
        months={"value": [1] * 11 + [2], "published": "yearbook"},
        weekdays={"value": {"mon": 2}, "log": True},
        hours={"value": {"9": 3}, "assumption": True},
    )
    assert bare.profile() == known.profile()
    assert (bare.profile()[1][0], bare.profile()[2][9], source().profile()[0]) == (2, 3, [1] * 12)
    assert known.months is not None and known.months.kind == "published"


def test_what_is_no_number_is_a_figure_with_a_path_and_no_value(tmp_path: Path) -> None:
    found = by_path(tmp_path)
    patterns = {path for path, figure in found.items() if figure.value is None}
    frost = {"calendars/legal/closures/frost/from", "calendars/legal/closures/frost/to"}
    hours = {"calendars/legal/hours", "calendars/night/hours"}
    assert patterns == frost | hours | {"sessions/review/on", "sessions/review/at", "sources/lv/months"}
    assert (found["sessions/review/length"].value, found["sessions/review/length"].unit) == (2, "h")


def test_without_evidence_they_are_noted(tmp_path: Path) -> None:
    assert "26 numbers say nothing of their evidence" in notes_of(tmp_path, WITH_MONTHS)
    told = changed(
        "on: [tue], at: 09:00",
        "on: {value: [tue], assumption: true}, at: {value: 09:00, assumption: true}",
        WITH_MONTHS,
    )
    assert "24 numbers say nothing of their evidence" in notes_of(tmp_path, told)


def test_a_range_of_what_has_no_size_is_refused_at_its_place(tmp_path: Path) -> None:
    text = changed("on: [tue]", "on: {value: [tue], assumption: [1, 2]}")
    (error,) = refusals(tmp_path, text)
    assert error.rule.en == "hours, rhythms and profiles have no size, and so no range"
    (error,) = refusals(tmp_path, TINY, figures=HEADER + "sessions/review/on,[wed],[mon],[fri],,assumption,,\n")
    assert error.rule.en == "hours, rhythms and profiles have no size, and so no range"


# --- put in by path


def test_a_table_puts_in_days_hours_and_profiles_with_their_evidence(tmp_path: Path) -> None:
    found = by_path(
        tmp_path,
        csv="calendars/legal/closures/frost/from,11-10,11-01,11-20,,assumption,frost table,road office\n"
        'calendars/legal/hours,"{workdays: [09:00-17:00]}",,,,log,gate,\n'
        'sources/lv/months,"[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]",,,,log,orders of 2020,\n'
        "sessions/review/length,3,2,4,h,log,minutes,\n",
    )
    frost = found["calendars/legal/closures/frost/from"].evidence
    assert (str(frost.leading), [str(end) for end in frost.range or ()], frost.by) == (
        "11-10",
        ["11-01", "11-20"],
        "road office",
    )
    assert (found["sources/lv/months"].kind, found["sources/lv/months"].evidence.leading[-1]) == ("log", 3)
    assert (found["calendars/legal/hours"].kind, found["calendars/legal/hours"].evidence.source) == ("log", "gate")
    length = found["sessions/review/length"]
    assert (length.value, length.low, length.high, length.unit, length.kind) == (3, 2, 4, "h", "log")


def test_a_setting_takes_the_place_of_the_evidence_too(tmp_path: Path) -> None:
    text = changed(
        'hours: {workdays: ["08:30-12:00", "14:30-17:30"]}}',
        'hours: {workdays: ["08:30-17:30"], published: gate}}',
        TINY,
    )
    settings = {"calendars/legal/hours/workdays": "[09:00-17:00]", "sessions/review/cut_off": "1 wd"}
    assert by_path(tmp_path, text)["calendars/legal/hours"].kind == "published"
    found = by_path(tmp_path, text, settings)
    hours = found["calendars/legal/hours"]
    assert (hours.kind, hours.evidence.by, str(hours.evidence.leading["workdays"][0])) == (
        "assumption",
        "--set",
        "09:00-17:00",
    )
    assert found["sessions/review/cut_off"].evidence.by == "--set"
    weekdays = by_path(tmp_path, text, {"sources/lv/weekdays": "{mon: 2}"})["sources/lv/weekdays"]
    assert (weekdays.evidence.leading, weekdays.evidence.by) == ({"mon": 2}, "--set")


# --- what rests on them


def test_a_limit_rests_on_the_calendars_of_its_pools_waits_sources_and_the_law(tmp_path: Path) -> None:
    text = changed("sources:\n  lv:\n", "sources:\n  lv:\n    calendar: counter\n", WITH_MONTHS)
    text = text.replace("  night: {", "  counter: {name: {zh: 窗口, en: Counter}, same_as: office}\n  night: {")
    text = text.replace(
        "  night: {", "  office: {name: {zh: 办公, en: Office}, hours: {workdays: 08:00-16:00}}\n  night: {"
    )
    unused = "  unused: {name: {zh: 无人, en: Nobody}, hours: {workdays: 08:00-16:00}}\n  night: {"
    rests = {figure.path for figure in assumptions_of(read(tmp_path, text.replace("  night: {", unused)), "E1")}
    calendars = {path.split("/")[1] for path in rests if path.startswith("calendars/")}
    assert calendars == {"legal", "night", "office"}
    assert {"sessions/review/length", "sessions/review/on", "sources/lv/months"} <= rests


# --- reforms


def test_a_reform_brings_the_evidence_of_what_it_sets_and_the_old_one_goes() -> None:
    sessions = {
        "review": {
            "name": "r", "calendar": "legal", "on": {"value": ["tue"], "assumption": True, "source": "old"},
            "at": "14:30", "length": "2 h",
            "cut_off": {"value": "2 wd", "assumption": ["1 wd", "3 wd"], "source": "old"},
        }
    }  # fmt: skip
    model = folder(sessions=sessions).base()
    after = change(session="review", on={"value": ["fri"], "assumption": True, "source": "new"}, cut_off="1 wd")
    review = after.apply(model).sessions["review"]
    assert review.on is not None and (review.on.value, review.on.source) == (("fri",), "new")
    assert review.cut_off is not None and (review.cut_off.source, review.cut_off.range) == (None, None)


def test_longer_hours_are_told_by_the_kinds_of_day_and_bring_their_own_evidence() -> None:
    model = folder().base()
    longer = change(open_hours="office-hours", hours={"workdays": "08:00-18:00", "assumption": True, "source": "new"})
    office = longer.apply(model).calendars["office-hours"]
    assert office.hours is not None and office.hours.source == "new"
    assert [season.hours.source for season in office.seasons] == ["new"]
    assert longer.describe(model).en == "Opening hours of “办公时间”: open Monday to Friday 08:00-18:00"


def test_more_cases_come_at_shorter_intervals_and_the_range_goes_along() -> None:
    sources = {"small": {"name": "s", "process": "connect", "every": {"value": "6 h", "assumption": ["4 h", "8 h"]}}}
    source = change(arrivals="small", factor={"value": 2, "assumption": [1, 4]}).apply(folder(sources=sources).base())
    every = source.sources["small"].every
    assert every is not None and every.value == Quantity(3, "h")
    assert every.range == (Quantity(1, "h"), Quantity(8, "h"))
