"""What only the whole model can tell: names, flows, hours, resources, promises, streams and the initial state."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from sim.analysis.sampling import sample
from sim.engine.reference import simulate
from sim.model.base import Model
from sim.model.checks import Whole, check
from sim.model.checks.streams import spawn_names, stream_names
from sim.model.files import load_with_notes
from tests.tiny_folder import TINY, changed, notes_of, read, refusals, refused

OPEN = """\
initial:
  - case: A1
    process: lv
    accepted: 2019-12-30 09:00
    positions: [{step: lv/accept, ready: 2019-12-30 09:00, start: 2019-12-30 09:30, servers: [managers/0/1]}]
"""


def alone(text: str = TINY) -> str:
    """Without reforms, which may miss what a test takes away."""
    return text.replace("reforms: [more]", "reforms: []")


def test_a_model_that_can_run_passes(tmp_path: Path) -> None:
    assert check(Whole(read(tmp_path))) == []


# --- references


@pytest.mark.parametrize(
    ("old", "new", "at", "rule", "near"),
    [
        ("by: managers", "by: manager", "manager\n        effort", "there is no such pool", "managers"),
        ("servers: 2, calendar: legal", "servers: 2, calendar: leagl", "leagl", "there is no such calendar", "legal"),
        ("stage: application", "stage: aplication", "aplication\n", "there is no such stage", "application"),
        ("service: electricity", "service: electricty", "electricty", "there is no such service", "electricity"),
        ("works, owner: customer", "works, owner: custmer", "custmer", "there is no such owner", "customer"),
        ("process: lv", "process: lw\n    class: lv", "lw\n", "there is no such process", "lv"),
        ("process: permit}", "process: permits}", "permits}", "there is no such process", "permit"),
        ("at: review}", "at: reviews}", "reviews}", "there is no such session", "review"),
        ("classes: [lv]", "classes: [lvv]", "lvv", "there is no such class of cases", "lv"),
        ("except: {owners: customer}", "except: {stages: aply}", "aply", "there is no such stage", "application"),
        ("except: {owners: customer}", "except: {steps: work}", "work}", "there is no such step", "works"),
        ("same_server_as: accept", "same_server_as: acept", "acept", "no earlier work step of this process", "accept"),
        ("takes: 4 h}", "takes: 4 h, calendar: nite}", "nite", "there is no such calendar", "night"),
        (
            "run_out: 60 d}",
            "run_out: 60 d, brief: {sources: [lw], warm_up: 9 d, run_out: 9 d}}",
            "lw], w",
            "there is no such source",
            "lv",
        ),
        ("run_out: 60 d}", "run_out: 60 d, longer_warm_up: {lw: 2}}", "2}}\nowners", "there is no such source", "lv"),
        ("reforms: [more]", "reforms: [mroe]", "mroe]", None, "more"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_knows_is_refused_with_the_nearest_known_one(
    tmp_path: Path, old: str, new: str, at: str, rule: str | None, near: str
) -> None:
    error = refused(tmp_path, old, new, at=at)
    assert rule is None or error.rule.en.startswith(rule)
    assert near in error.cure.en


def test_an_attribute_that_no_case_has_is_refused(tmp_path: Path) -> None:
    choice = "{optional: extra, by: sise, when: large, flow: [{wait: more, takes: 1 d}]}"
    text = changed("      - mark: power-on\n", f"      - {choice}\n      - mark: power-on\n")
    (error,) = refusals(tmp_path, text)
    assert (error.rule.en, error.cure.en) == ("no case has this attribute", "did you mean size?")
    noted = notes_of(tmp_path, text.replace("sise", "size").replace("when: large", "when: huge"))
    assert "no case has `huge` as its size" in noted


def test_limits_without_the_calendar_that_they_are_counted_on_are_refused(tmp_path: Path) -> None:
    text = changed("  legal: {name: {zh: 法定", "  office: {name: {zh: 法定").replace(
        "calendar: legal", "calendar: office"
    )
    for missing in (text, text.replace("    value: 10 wd\n", "")):
        (error,) = refusals(tmp_path, missing)
        assert error.rule.en == "the calendar `legal` is missing, on which limits are counted"


def test_a_folder_whose_limits_have_no_reading_needs_no_legal_calendar(tmp_path: Path) -> None:
    text = changed("  legal: {name: {zh: 法定", "  office: {name: {zh: 法定").replace(
        "calendar: legal", "calendar: office"
    )
    text = text[: text.index("    value: 10 wd")] + text[text.index("reforms:") :]
    scenario = read(tmp_path, text).scenario("before")
    assert sample(simulate(scenario, 1), scenario.model).pools["managers"].entries > 0


# --- flow


def test_a_name_twice_in_one_sequence_is_refused(tmp_path: Path) -> None:
    text = changed(
        "      - mark: power-on\n", "      - {step: accept, by: managers, effort: 1 h}\n      - mark: power-on\n"
    )
    (error,) = refusals(tmp_path, text)
    assert (error.rule.en, error.value) == ("the name stands twice in one sequence", "accept")


def test_a_name_may_stand_in_two_branches_of_a_choice(tmp_path: Path) -> None:
    read(tmp_path, alone(changed("- {share: 60%}", "- {share: 60%, flow: [{session: meeting, at: review}]}")))


def test_a_name_of_two_kinds_in_one_process_is_refused(tmp_path: Path) -> None:
    text = changed("- {share: 60%}", "- {share: 60%, flow: [{mark: supplement}]}")
    (error,) = refusals(tmp_path, text)
    assert (error.rule.en, error.value) == ("in one process a name stands for one kind of element", "supplement")


@pytest.mark.parametrize("target", ["connect", "supplement", "nothing", "road"])
def test_rework_goes_back_to_an_earlier_element_only(tmp_path: Path, target: str) -> None:
    error = refused(tmp_path, "share: 25%", f"share: 25%\n          back_to: {target}", at=f"{target}\n          first")
    assert error.value == target


def test_rework_may_go_back_over_a_choice_and_to_the_element_that_contains_it(tmp_path: Path) -> None:
    deep = (
        "{optional: check, share: 50%, flow: [{wait: look-again, takes: 1 d, rework: {share: 10%, back_to: TARGET}}]}"
    )
    for target in ("accept", "check", "look-again"):
        new = f"      - {deep.replace('TARGET', target)}\n      - mark: power-on\n"
        read(tmp_path, changed("      - mark: power-on\n", new))


def test_rework_of_a_step_of_a_walk_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "takes: 4 h}", "takes: 4 h, rework: {share: 10%}}", at="rework: {share: 10%")
    assert "walk" in error.rule.en


def test_cases_that_surely_bring_others_of_their_kind_are_refused(tmp_path: Path) -> None:
    spawn = "      - {spawn: again, cases: lv, wait: false}\n      - mark: power-on\n"
    text = changed("      - mark: power-on\n", spawn)
    (error,) = refusals(tmp_path, text)
    assert error.value == "lv -> lv"
    maybe = spawn.replace("- {spawn: again", "- {optional: maybe, share: 10%, flow: [{spawn: again").replace(
        "false}", "false}]}"
    )
    read(tmp_path, changed("      - mark: power-on\n", maybe))


def test_a_walk_takes_only_its_own_steps_and_shares_that_sum_to_one(tmp_path: Path) -> None:
    error = refused(tmp_path, "sign: {end: 100%}", "sign: {ned: 100%}", at="100%}}\nsources")
    assert error.cure.en == "did you mean end?"
    assert (
        refused(tmp_path, "look: 20%, sign: 80%", "look: 20%, sign: 70%", at="look: {look").rule.en
        == "the shares sum to 0.9, not 1"
    )


# --- hours


def test_working_days_without_a_calendar_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "takes: 4 h}", "takes: 4 wd}", at="4 wd}")
    assert error.rule.en == "working days (wd) run on a calendar"
    assert refused(tmp_path, "run_out: 60 d", "run_out: 60 wd", at="60 wd").rule == error.rule


def test_a_calendar_whose_days_differ_says_how_long_a_working_day_is(tmp_path: Path) -> None:
    old = 'Legal}, hours: {workdays: ["08:30-12:00", "14:30-17:30"]}'
    uneven = 'Legal}, hours: {workdays: ["08:30-12:00", "14:30-17:30"], fri: "08:30-12:00"}'
    (error,) = refusals(tmp_path, changed(old, uneven))
    assert error.where == f"{tmp_path}/a.yaml:10:3"
    read(tmp_path, changed(old, uneven + ", working_day: 6.5 h"))


def test_calendars_that_are_the_same_as_one_another_are_refused(tmp_path: Path) -> None:
    night = "night:", "  one: {name: x, same_as: two}\n  two: {name: x, same_as: one}\n  night:"
    errors = refusals(tmp_path, changed("  night:", night[1]))
    assert "in a circle" in errors[0].rule.en


def test_a_run_of_a_thousand_years_is_refused_at_once(tmp_path: Path) -> None:
    assert (
        refused(tmp_path, "to: 2021-12-31", "to: 2199-12-31", at="2199").rule.en == "the run is longer than 100 years"
    )


# --- resources


def test_a_session_that_is_never_held_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "at: 09:00", "at: 23:00", at="review}]}")
    assert error.rule.en == "this step can never be done: no session is held in the whole run"
    read(tmp_path, changed("at: 09:00", "at: 23:00, when_closed: moved"))


def test_more_servers_than_there_are_cannot_be_asked_for(tmp_path: Path) -> None:
    error = refused(tmp_path, "by: [crews,", "by: [{pool: crews, n: 5},", at="by: [{pool")
    assert error.rule.en == "this step can never be done: it needs 5 of crews, which has 4"


def test_servers_of_several_groups_may_work_together_when_their_calendars_meet(tmp_path: Path) -> None:
    four = changed("by: [crews,", "by: [{pool: crews, n: 4},")
    assert "(legal, night)" in refusals(tmp_path, four)[0].rule.en
    read(tmp_path, four.replace('"22:00-06:00"', '"16:00-06:00"'))


def test_a_wait_on_a_calendar_that_never_opens_can_never_end(tmp_path: Path) -> None:
    closures = "closures: [{id: all, name: x, from: 2020-01-01, to: 2022-12-31}]"
    text = changed("  night:", f'  shut: {{name: x, hours: {{workdays: "08:00-09:00"}}, {closures}}}\n  night:')
    (error,) = refusals(tmp_path, text.replace("takes: 4 h}", "takes: 4 h, calendar: shut}"))
    assert error.rule.en.endswith("its calendar never opens in the whole run")


def test_cases_that_could_only_come_when_the_calendar_is_closed_are_refused(tmp_path: Path) -> None:
    rate = "per_year: {value: 100, assumption: [80, 120]}"
    hours = "calendar: legal, hours: {" + ", ".join(f"{hour}: 0" for hour in range(8, 18)) + "}"
    text = changed(f"    {rate}", f"    {rate}\n    " + hours.replace(", hours", "\n    hours"))
    (error,) = refusals(tmp_path, text)
    assert error.path == ("sources", "lv")
    read(tmp_path, text.replace(", 17: 0", ""))


# --- promises


def test_a_limit_may_not_have_two_readings_of_one_id(tmp_path: Path) -> None:
    reading = "      - {id: whole, name: {zh: 整日, en: whole days}, role: default, unit: whole-days}\n"
    text = changed(reading, reading + reading.replace("default", "beside"))
    (error,) = refusals(tmp_path, text)
    assert error.rule.en == "two readings of the limit have this id"


# --- streams


def test_stream_names_are_paths_through_calls_with_their_purpose(tmp_path: Path) -> None:
    names = {name for _, name in stream_names(read(tmp_path))}
    assert {"lv/accept/duration", "lv/accept/rework", "lv/supplement/duration", "lv/way/choice"} <= names
    assert {"lv/road/desk/walk", "lv/road/sign/duration", "permit/sign/duration"} <= names
    assert {"lv/arrival", "lv/attribute/size"} <= names
    assert not any("meeting" in name for name in names)


def test_two_streams_of_one_crc_32_are_refused(tmp_path: Path) -> None:
    one, other = "wnidmovh", "wbubanxn"  # found by search: steps of lv whose durations would be the same draws
    assert zlib.crc32(f"lv/{one}/duration".encode()) == zlib.crc32(f"lv/{other}/duration".encode())
    steps = "".join(f"      - {{wait: {name}, takes: 1 h}}\n" for name in (one, other))
    text = changed("      - mark: power-on\n", steps + "      - mark: power-on\n")
    (error,) = refusals(tmp_path, text)
    assert error.value == f"lv/{one}/duration, lv/{other}/duration"


def test_a_source_may_not_be_called_as_the_initial_state_is(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, changed("sources:\n  lv:", "sources:\n  initial:"))
    assert error.path == ("sources", "initial")


def test_spawned_cases_are_told_apart_by_the_names_of_their_spawns(tmp_path: Path) -> None:
    spawn = "      - {spawn: permits, cases: permit}\n      - mark: power-on\n"
    model = read(tmp_path, changed("      - mark: power-on\n", spawn))
    assert [name for _, name in spawn_names(model)] == ["lv/permits"]


# --- initial state


def test_an_open_case_stands_where_a_case_can_stand(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, TINY + OPEN), Model)
    for old, new, value in [
        ("lv/accept", "lv/acept", "lv/acept"),
        ("managers/0/1", "managers/0/2", "managers/0/2"),
        ("managers/0/1", "crews", "crews"),
        ("start: 2019-12-30 09:30", "start: 2021-12-30 09:30", "2021-12-30 09:30:00"),
        ("case: A1", "case: A1\n    parent: B7", "B7"),
    ]:
        (error,) = refusals(tmp_path, TINY + OPEN.replace(old, new))
        assert error.value == value, error


# --- scenarios


def test_a_scenario_is_checked_after_its_reforms(tmp_path: Path) -> None:
    text = changed("{stop: {mark: power-on}", "{stop: {start: meeting}")
    errors = refusals(tmp_path, text)
    assert all("meeting" in error.message("en") for error in errors)


def test_a_reform_that_no_scenario_has_is_noted(tmp_path: Path) -> None:
    assert "no scenario has this reform" in notes_of(tmp_path, alone())


def test_a_mark_in_a_source_that_the_legend_leaves_out_is_noted(tmp_path):
    """A folder without a legend is not asked for one."""
    source = changed("assumption: [15 min, 1 h]", "assumption: [15 min, 1 h], source: 'A B2 [16] M'")
    assert "legend" not in notes_of(tmp_path, source)
    noted = notes_of(tmp_path, source + "legend: {A: assumed, '[16]': {zh: 上海, en: Shanghai}}\n")
    assert "the legend does not explain `M`" in noted
    assert noted.count("the legend") == 1


def test_every_note_says_its_place_in_both_languages(tmp_path: Path) -> None:
    read(tmp_path, alone())
    for note in load_with_notes(tmp_path).notes:
        assert note.zh.startswith(f"{tmp_path}/a.yaml:")
        assert note.en.startswith(f"{tmp_path}/a.yaml:")
