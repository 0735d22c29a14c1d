"""Bad scenario files get what ../shared/verify/BAD_INPUT.md promises: place, value, rule and cure; the kinds by number.

`refused` asserts the common promises of every refusal: exit code 2, both languages, the place as file:line:column.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.errors import ShixianError
from sim.model.files import load
from tests.tiny_folder import changed, notes_of, read, refusals, refused

ACCEPT = "{mean: 30 min, cv: 0.5, assumption: [15 min, 1 h]}"
WORKS = "{fastest: 2 d, usual: 4 d, slowest: 9 d}"


# 1 --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "total"), [("50%", "0.9"), ("70%", "1.1")])
def test_01_shares_of_a_choice_that_do_not_sum_to_one_are_refused_with_the_sum(
    tmp_path: Path, share: str, total: str
) -> None:
    error = refused(tmp_path, "share: 60%", f"share: {share}", at="choice: way")
    assert error.rule.en == f"the shares of choice way sum to {total}, not 1"


def test_01_a_sum_within_a_billionth_of_one_is_one(tmp_path: Path) -> None:
    read(tmp_path, changed("share: 60%", "share: 0.6000000001"))


# 2 --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown", "rule"),
    [
        ("-30 min", "-30 min", "a duration is not negative"),
        ("-30", "-30", "a duration is not negative"),
        (".nan", "nan", "a duration is a finite number"),
        (".inf", "inf", "a duration is a finite number"),
        ("1e999", "inf", "a duration is a finite number"),
        ("30", "30", "a duration needs its unit"),
        ("soon", "soon", "a duration is a number and a unit"),
        ("0 min", "0 min", "the duration must be above zero"),
    ],
)
def test_02_a_duration_that_is_none_is_refused(tmp_path: Path, written: str, shown: str, rule: str) -> None:
    error = refused(tmp_path, "mean: 30 min", f"mean: {written}", at=f"{written}, cv")
    assert (str(error.value), error.rule.en) == (shown, rule)
    assert error.path == ("processes", "lv", "flow", 0, "effort", "mean")


@pytest.mark.parametrize("written", ["-1", ".nan", "1e999", "many", "010"])
def test_02_a_count_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    error = refused(tmp_path, "servers: 2,", f"servers: {written},", at=f"{written}, calendar")
    assert error.rule.en == "a count is a whole number, zero or more"


# 3, 4 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "law",
    ["{fastest: 5 d, usual: 4 d, slowest: 9 d}", "{fastest: 2 d, usual: 10 d, slowest: 9 d}", "{uniform: [3 d, 2 d]}"],
)
def test_03_points_of_a_law_out_of_order_are_refused(tmp_path: Path, law: str) -> None:
    error = refused(tmp_path, WORKS, law, at=f"takes: {law}")
    assert "put them in order" in error.cure.en


def test_03_a_negative_spread_and_a_mean_of_zero_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "cv: 0.5", "sd: -1 min", at="-1 min").rule.en == "a duration is not negative"
    assert refused(tmp_path, "30 min, cv", "0 h, cv", at="0 h, cv").rule.en == "the duration must be above zero"


def test_03_no_spread_is_accepted_as_constant_with_a_note(tmp_path: Path) -> None:
    assert "the duration is always the same" in notes_of(tmp_path, changed("cv: 0.5", "sd: 0 min"))


def test_04_a_triangle_without_width_is_accepted_as_constant(tmp_path: Path) -> None:
    law = "{fastest: 2 d, usual: 2 d, slowest: 2 d, shape: triangular}"
    read(tmp_path, changed(WORKS, law))


# 5, 6 -----------------------------------------------------------------------------------------------------------------


def test_05_a_step_without_a_pool_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "        by: managers\n", "", at="step: accept").rule.en == "`by` is missing"


def test_05_a_pool_without_servers_can_never_do_its_work(tmp_path: Path) -> None:
    error = refusals(tmp_path, changed("servers: 2,", "servers: 0,"))[0]
    assert error.rule.en == "this step can never be done: it needs 1 of managers, which has 0"
    assert error.rule.zh.startswith("这一步永远无法办理")
    assert (error.value, error.path) == ("accept", ("processes", "lv", "flow", 0, "by"))


def test_05_a_pool_whose_calendar_is_closed_for_the_whole_run_can_never_do_its_work(tmp_path: Path) -> None:
    closures = "closures: [{id: all, name: x, from: 2020-01-01, to: 2022-12-31}]"
    text = changed("  night:", f'  shut: {{name: x, hours: {{workdays: "08:00-09:00"}}, {closures}}}\n  night:')
    error = refusals(tmp_path, text.replace("servers: 2, calendar: legal", "servers: 2, calendar: shut"))[0]
    assert "the calendars it needs (shut) are never open together" in error.rule.en
    assert error.value == "accept"


def test_05_calendars_that_are_never_open_together_are_refused(tmp_path: Path) -> None:
    text = changed("servers: 2, calendar: legal", "servers: 2, calendar: night").replace(
        "      - {servers: 1, calendar: night, speed: 0.8}\n", ""
    )
    (error,) = refusals(tmp_path, text)
    assert "never open together" in error.rule.en
    assert error.value == "connect"


def test_06_work_longer_than_every_opening_that_must_not_be_split_is_refused(tmp_path: Path) -> None:
    whole = "effort: {fixed: 4 h}\n        unsplittable: true"
    error = refused(tmp_path, f"effort: {ACCEPT}", whole, at="effort: {fixed")
    assert "takes up to 4 h, but the longest opening is 3.5 h" in error.rule.en
    read(tmp_path, changed(f"effort: {ACCEPT}", "effort: {fixed: 3.5 h}\n        unsplittable: true"))


def test_06_unsplittable_work_without_a_bound_is_refused(tmp_path: Path) -> None:
    split = f"effort: {ACCEPT}\n        unsplittable: true"
    error = refused(tmp_path, f"effort: {ACCEPT}", split, at="effort: {mean")
    assert error.cure.en == "add at_most, for example at_most: 4 h"
    read(tmp_path, changed(f"effort: {ACCEPT}", split.replace("cv: 0.5", "cv: 0.5, at_most: 3 h")))


# 7, 8 -----------------------------------------------------------------------------------------------------------------


def test_07_rework_without_end_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "share: 25%", "share: 100%", at="rework:")
    assert error.rule.en == "a rework with share 100% and no at_most never ends"


def test_07_a_walk_that_does_not_come_to_its_end_is_refused_with_the_way_into_the_trap(tmp_path: Path) -> None:
    error = refused(tmp_path, "sign: {end: 100%}", "sign: {look: 100%}", at='table: {"":')
    assert error.rule.en == "from here the walk never comes to its end"


def test_07_a_walk_that_reaches_a_state_without_a_row_is_refused_with_the_way(tmp_path: Path) -> None:
    error = refused(tmp_path, ", sign: {end: 100%}}", "}", at='table: {"":')
    assert (error.value, error.cure.en) == ("look -> sign", 'add the row "sign"')


def test_07_a_process_that_no_case_comes_into_is_noted(tmp_path: Path) -> None:
    text = changed("            - {call: road, process: permit}\n", "")
    assert "no case comes into this process" in notes_of(tmp_path, text)


def test_07_steps_that_no_case_reaches_are_noted(tmp_path: Path) -> None:
    text = changed("        by: managers\n", "        by: managers\n        withdraw: 100%\n")
    assert "every case withdraws here: none goes on to what follows" in notes_of(tmp_path, text)
    shares = changed("share: 40%", "share: 0%").replace("share: 60%", "share: 100%")
    assert "with share 0 no case goes this way" in notes_of(tmp_path, shares)


def test_08_a_way_that_some_cases_could_not_leave_is_refused(tmp_path: Path) -> None:
    attribute = changed("- choice: way\n", "- choice: way\n              by: size\n")
    attribute = attribute.replace("{share: 40%,", "{when: large,")
    (error,) = refusals(tmp_path, attribute.replace("{share: 60%}", "{when: small}"))
    assert "exactly one branch with otherwise: true" in error.rule.en
    read(tmp_path, attribute.replace("{share: 60%}", "{otherwise: true}"))


def test_08_one_name_in_two_branches_of_a_parallel_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "{call: road, process: permit}", "{wait: works, takes: 1 d}", at="parallel:")
    assert error.value == "works"


def test_08_a_rework_out_of_a_parallel_is_refused(tmp_path: Path) -> None:
    new = WORKS + ", rework: {share: 10%, back_to: accept}"
    error = refused(tmp_path, WORKS, new, at="accept}")
    assert "not out of a parallel" in error.rule.en


# 9, 10 ----------------------------------------------------------------------------------------------------------------


def test_09_more_work_than_servers_is_no_bad_input(tmp_path: Path) -> None:
    read(tmp_path, changed("{value: 100, assumption: [80, 120]}", "1000000"))


def test_10_no_arrivals_are_accepted_with_a_note(tmp_path: Path) -> None:
    text = changed("{value: 100, assumption: [80, 120]}", "0")
    assert "`no cases`" in notes_of(tmp_path, text)


# 11, 12 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("0 wd", "give a unit"),
        ("-3 wd", "give a unit"),
        ("10", "give a unit"),
        ("30 days", "write 30 d (calendar)"),
        ("30天", "write 30 d (calendar)"),
        ("0 个工作日", "give a unit"),
    ],
)
def test_11_a_limit_of_nothing_or_without_its_unit_is_refused(tmp_path: Path, written: str, cure: str) -> None:
    error = refused(tmp_path, "value: 10 wd", f"value: {written}", at=f"{written}\n")
    assert error.cure.en.startswith(cure)


def test_11_a_limit_in_hours_is_asked_for_its_days(tmp_path: Path) -> None:
    assert refused(tmp_path, "value: 10 wd", "value: 80 h", at="80 h").cure.en == "for example 10 wd"


def test_12_a_clock_that_never_stops_is_refused_with_the_nearest_event(tmp_path: Path) -> None:
    error = refused(tmp_path, "stop: {mark: power-on}", "stop: {mark: power-one}", at="power-one}")
    assert error.rule.en == "this never happens to cases of lv"
    assert error.cure.en == "did you mean power-on?"


def test_12_a_step_of_another_process_starts_no_clock(tmp_path: Path) -> None:
    text = changed("            - {call: road, process: permit}\n", "")
    text = text.replace("stop: {mark: power-on}", "stop: {end: sign}")
    (error,) = refusals(tmp_path, text)
    assert error.value == "sign"


# 25 to 27 -------------------------------------------------------------------------------------------------------------

TABLE = "statutory: {{2021: {{holidays: [{holidays}], makeup: [{makeup}]}}}}\nowners:\n"


@pytest.mark.parametrize(
    ("holidays", "makeup", "rule"),
    [
        ("01-01, 10-01..10-07, 10-03", "", "2021-10-03 is listed twice"),
        ("01-01, 10-01..10-07", "10-02", "2021-10-02 is a holiday and a make-up day"),
        ("01-01, 02-30", "", "2021 has no such days, or the range runs backward"),
    ],
)
def test_25_a_table_of_holidays_that_contradicts_itself_is_refused(
    tmp_path: Path, holidays: str, makeup: str, rule: str
) -> None:
    text = changed("owners:\n", TABLE.format(holidays=holidays, makeup=makeup))
    (error,) = refusals(tmp_path, text)
    assert error.rule.en == rule
    assert re.search(r"a\.yaml:4:\d+$", error.where)


def test_26_a_year_without_a_table_of_holidays_is_refused_with_the_year(tmp_path: Path) -> None:
    error = refused(tmp_path, "to: 2021-12-31", "to: 2027-12-31", at="2027-12-31")
    assert error.value == 2027
    assert "statutory: {2027:" in error.cure.en


def test_26_a_scenario_may_bring_the_table_of_a_year(tmp_path: Path) -> None:
    own = "statutory: {2027: {holidays: [01-01..01-03]}}\nowners:\n"
    text = changed("owners:\n", own).replace("from: 2021-01-01, to: 2021-12-31", "from: 2026-12-01, to: 2027-06-30")
    read(tmp_path, text)


def test_27_a_shift_may_cross_midnight_and_close_at_24_00(tmp_path: Path) -> None:
    read(tmp_path, changed('"22:00-06:00"', '["00:00-06:00", "18:00-24:00"]'))


@pytest.mark.parametrize(
    ("hours", "rule"),
    [
        ('["08:00-12:00", "11:00-15:00"]', "the hours 08:00-12:00 and 11:00-15:00 overlap"),
        ('["08:00-08:00"]', "opening and closing are the same, so the length is zero"),
        ('["24:00-08:00"]', "opening hours are HH:MM-HH:MM, between 00:00 and 24:00"),
        ('["08:00-25:00"]', "opening hours are HH:MM-HH:MM, between 00:00 and 24:00"),
    ],
)
def test_27_hours_that_overlap_or_are_none_are_refused(tmp_path: Path, hours: str, rule: str) -> None:
    (error,) = refusals(tmp_path, changed('"22:00-06:00"', hours))
    assert error.rule.en == rule
    assert "a.yaml:11:" in error.where


def test_a_refused_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    refusals(tmp_path, changed("servers: 2,", "servers: x,"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]
    with pytest.raises(ShixianError):
        load(tmp_path)
