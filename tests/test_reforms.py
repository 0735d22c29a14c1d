"""Changes of the flow: each operator on a small model, the flow before and after compared as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import InputError
from sim.model.base import Model
from sim.model.needs import Patience
from tests.reform_models import change, flow_of, folder, step_of, with_flow

BEFORE = "accept > carry > survey > scheme<survey > road > green > [30%: trench] > works > joint > power-on"


@pytest.fixture(scope="module")
def model() -> Model:
    return folder().base()


def after(model: Model, **written: Any) -> str:
    """The flow after a change; the model stays, and the change says what it is in both languages."""
    assert flow_of(model) == BEFORE
    one = change(**written)
    result = flow_of(one.apply(model))
    assert flow_of(model) == BEFORE
    words = one.describe(model)
    assert words.zh
    assert words.en
    assert "None" not in f"{words}"
    return result


def refused(model: Model, **written: Any) -> str:
    with pytest.raises(InputError) as error:
        change(**written).apply(model)
    assert error.value.path[0] == next(iter(written))
    return error.value.message("en")


def test_a_step_is_removed(model: Model) -> None:
    assert after(model, remove="connect/road") == BEFORE.replace(" > road", "")
    assert after(model, remove=["connect/road", "connect/trench"]) == BEFORE.replace(" > road", "").replace(
        " > [30%: trench]", ""
    )


def test_a_change_to_a_step_that_is_not_there_names_its_place_and_the_nearest(model: Model) -> None:
    assert refused(model, remove="connect/rood") == (
        "remove: the process has no such step\n  value: rood\n  cure: did you mean road?"
    )
    assert "did you mean connect?" in refused(model, remove="conect/road")


def test_a_process_keeps_at_least_one_step() -> None:
    assert "does not lose all its steps" in refused(with_flow("a"), remove="connect/a")


def test_steps_are_merged_where_the_first_stood_and_reworks_go_back_to_the_new_one(model: Model) -> None:
    visit = {"step": "visit", "by": "managers", "effort": "5 h"}
    assert after(model, merge=["connect/accept", "connect/survey"], into=visit) == (
        "visit > carry > scheme<visit > road > green > [30%: trench] > works > joint > power-on"
    )


def test_who_kept_the_server_of_a_merged_step_keeps_that_of_the_new_one(model: Model) -> None:
    visit = {"step": "visit", "by": "managers", "effort": "5 h"}
    merged = change(merge=["connect/accept", "connect/carry"], into=visit).apply(model)
    assert [need.same_server_as for need in step_of(merged, "survey").by] == ["visit"]


def test_a_merged_step_may_keep_the_name_of_one_of_them(model: Model) -> None:
    scheme = {"step": "scheme", "by": "managers", "effort": "5 h"}
    assert after(model, merge=["connect/survey", "connect/scheme"], into=scheme) == BEFORE.replace(
        "survey > scheme<survey", "scheme"
    )


def test_a_new_step_has_a_name_of_its_own(model: Model) -> None:
    works = {"step": "works", "by": "managers", "effort": "5 h"}
    assert "a step of that name" in refused(model, merge=["connect/survey", "connect/scheme"], into=works)
    assert "a step of that name" in refused(model, insert=[works], before="connect/road")


def test_a_step_is_split_and_reworks_go_back_to_its_first_part(model: Model) -> None:
    parts = [{"wait": "booking", "takes": "1 d"}, {"step": "visit", "by": "managers", "effort": "3 h"}]
    assert after(model, split="connect/survey", into=parts) == BEFORE.replace(
        "survey > scheme<survey", "booking > visit > scheme<booking"
    )


def test_steps_are_inserted_before_and_after(model: Model) -> None:
    new = [{"mark": "signed"}, {"wait": "post", "takes": "1 d"}]
    assert after(model, insert=new, before="connect/trench") == BEFORE.replace("trench", "signed > post > trench")
    assert after(model, insert=new, after="connect/joint") == BEFORE.replace("joint", "joint > signed > post")


def test_a_digital_hand_over_takes_the_wait_away(model: Model) -> None:
    assert after(model, hand_off=["connect/accept", "connect/survey"], takes="0 h") == BEFORE.replace(" > carry", "")


def test_a_hand_over_gets_shorter_or_comes_in(model: Model) -> None:
    shorter = change(hand_off=["connect/accept", "connect/survey"], takes="2 h").apply(model)
    assert (flow_of(shorter), str(step_of(shorter, "carry").takes.fixed)) == (BEFORE, "2 h")
    assert after(
        model, hand_off=["connect/works", "connect/joint"], takes="1 wd", owner="office", calendar="office-hours"
    ) == BEFORE.replace("works", "works > joint-hand-off")


def test_there_is_nothing_to_hand_over_where_other_steps_stand_between(model: Model) -> None:
    assert "follow one another" in refused(model, hand_off=["connect/accept", "connect/scheme"], takes="0 h")
    assert "no wait between" in refused(model, hand_off=["connect/works", "connect/joint"], takes="0 h")


def test_steps_move(model: Model) -> None:
    moved = "accept > carry > survey > road > green > scheme<survey > [30%: trench] > works > joint > power-on"
    assert after(model, move="connect/scheme", after="connect/green") == moved
    assert after(model, move=["connect/road", "connect/green"], before="connect/scheme") == moved


def test_steps_run_side_by_side(model: Model) -> None:
    assert after(model, parallelise=["connect/green", "connect/road"]) == BEFORE.replace(
        "road > green", "(green | road)"
    )


def test_a_branch_may_have_several_steps(model: Model) -> None:
    assert after(model, parallelise=[["connect/scheme", "connect/road"], "connect/green"]) == BEFORE.replace(
        "scheme<survey > road > green", "(scheme<survey > road | green)"
    )


def test_only_a_run_of_steps_becomes_parallel(model: Model) -> None:
    assert "carry stands between" in refused(model, parallelise=["connect/accept", "connect/survey"])


def test_a_change_for_some_cases_leaves_the_others_their_way(model: Model) -> None:
    assert after(model, parallelise=["connect/road", "connect/green"], by="size", when="long") == BEFORE.replace(
        "road > green", "[long: (road | green); else: road > green]"
    )


def test_steps_leave_the_path_and_are_joined_later(model: Model) -> None:
    assert after(
        model, off_path=["connect/road", "connect/green"], starts_after="connect/survey", needed_by="connect/works"
    ) == ("accept > carry > survey > (scheme<survey > [30%: trench] | road > green) > works > joint > power-on")
    assert after(model, off_path="connect/joint", starts_after="accepted", needed_by="end") == (
        "(accept > carry > survey > scheme<survey > road > green > [30%: trench] > works > power-on | joint)"
    )


def test_steps_that_are_never_joined_are_a_case_of_their_own(model: Model) -> None:
    one = change(off_path="connect/green", starts_after="connect/scheme", needed_by="never")
    apart = one.apply(model)
    assert flow_of(apart) == BEFORE.replace("scheme<survey > road > green", "scheme<survey > green-apart > road")
    assert flow_of(apart, "connect-green") == "green"
    assert not step_of(apart, "green-apart").wait
    assert apart.processes["connect-green"].owner == "utility"


def test_a_branch_may_end_inside_a_parallel_that_begins_with_it(model: Model) -> None:
    wide = change(off_path="connect/joint", starts_after="connect/survey", needed_by="connect/power-on").apply(model)
    narrow = change(off_path="connect/green", starts_after="connect/survey", needed_by="connect/works")
    assert flow_of(narrow.apply(wide)) == (
        "accept > carry > survey > ((scheme<survey > road > [30%: trench] | green) > works | joint) > power-on"
    )


def test_nothing_runs_beside_nothing(model: Model) -> None:
    assert "nothing stands between" in refused(
        model, off_path="connect/joint", starts_after="connect/green", needed_by="connect/trench"
    )
    assert "does not come after" in refused(
        model, off_path="connect/joint", starts_after="connect/green", needed_by="connect/survey"
    )


PROMISE = {"step": "promise", "by": "managers", "effort": "30 min"}
REPAIR = {"wait": "repair", "takes": "3 d"}


def test_a_promise_lets_work_begin_and_the_check_comes_later_and_may_fail(model: Model) -> None:
    assert after(
        model,
        pre_approve="connect/road",
        promise=[PROMISE],
        starts_after="connect/works",
        fails="10%",
        failure=[REPAIR],
    ) == (
        "accept > carry > survey > scheme<survey > promise > green > [30%: trench] > works > "
        "(joint > power-on | road > [10%: repair])"
    )


def test_the_later_check_may_be_another_and_nobody_waits_for_it(model: Model) -> None:
    one = change(
        pre_approve=["connect/road", "connect/green"],
        check=[{"step": "inspection", "by": "managers", "effort": "1 h"}],
        starts_after="accepted",
        needed_by="never",
        fails="10%",
        failure=[REPAIR],
    )
    apart = one.apply(model)
    assert flow_of(apart) == "inspection-apart > " + BEFORE.replace(" > road > green", "")
    assert flow_of(apart, "connect-inspection") == "inspection > [10%: repair]"


def test_a_promise_for_some_cases_only(model: Model) -> None:
    assert after(
        model,
        pre_approve="connect/green",
        starts_after="connect/works",
        needed_by="connect/power-on",
        fails="10%",
        failure=[REPAIR],
        by="size",
        when=["short"],
    ) == (
        "accept > carry > survey > scheme<survey > road > "
        "[short: [30%: trench] > works > (joint | green > [10%: repair]); "
        "else: green > [30%: trench] > works > joint] > power-on"
    )


BY_SIZE = {
    "choice": "permits",
    "by": "size",
    "branches": [{"when": "short", "flow": [{"wait": "road", "takes": "9 d"}]}],
}


def checked_after_works(permits: dict[str, Any]) -> dict[str, Any]:
    one = change(
        pre_approve="connect/road",
        promise=[PROMISE],
        starts_after="connect/works",
        needed_by="never",
        fails="10%",
        failure=[REPAIR],
    )
    model = with_flow(permits, "works", "power-on")
    return {"flow": flow_of(one.apply(model)), "apart": flow_of(one.apply(model), "connect-road")}


def test_the_check_behind_a_choice_comes_for_the_cases_that_made_a_promise() -> None:
    others = {"when": "long", "flow": [{"wait": "long-road", "takes": "9 d"}]}
    permits = {**BY_SIZE, "branches": [*BY_SIZE["branches"], others, {"otherwise": True}]}
    assert checked_after_works(permits) == {
        "flow": "[short: promise; long: long-road; else: -] > works > [short: road-apart] > power-on",
        "apart": "road > [10%: repair]",
    }
    optional = {"optional": "permits", "by": "size", "when": "short", "flow": [{"wait": "road", "takes": "9 d"}]}
    assert checked_after_works(optional)["flow"] == "[short: promise] > works > [short: road-apart] > power-on"
    otherwise = {**BY_SIZE, "branches": [others, {"otherwise": True, "flow": BY_SIZE["branches"][0]["flow"]}]}
    assert checked_after_works(otherwise)["flow"] == (
        "[long: long-road; else: promise] > works > [long: -; else: road-apart] > power-on"
    )


def test_the_check_of_what_some_cases_meet_by_chance_starts_among_them() -> None:
    by_chance = {
        "optional": "permits",
        "share": "30%",
        "flow": [{"wait": "road", "takes": "9 d"}, {"mark": "approved"}],
    }
    with pytest.raises(InputError, match="by chance some cases meet the step") as caught:
        checked_after_works(by_chance)
    assert caught.value.value == "permits"
    model = with_flow(by_chance, "works")
    apart = change(off_path="connect/road", starts_after="connect/approved", needed_by="never").apply(model)
    assert flow_of(apart) == "[30%: approved > road-apart] > works"


def test_steps_of_different_branches_do_not_run_beside_the_path_together() -> None:
    permits = {
        **BY_SIZE,
        "branches": [*BY_SIZE["branches"], {"otherwise": True, "flow": [{"wait": "x", "takes": "1 d"}]}],
    }
    model = with_flow(permits, "works", "power-on")
    assert "different branches" in refused(
        model, off_path=["connect/road", "connect/x"], starts_after="connect/works", needed_by="never"
    )


def test_accepted_with_papers_missing_the_review_runs_while_they_are_awaited(model: Model) -> None:
    assert after(model, accept_incomplete="connect/accept", decision="connect/scheme") == BEFORE.replace(
        "carry > survey", "(carry > survey | [20%: supplement])"
    ).replace("scheme<survey", "scheme<survey")


def test_the_acceptance_is_not_done_again_and_late_papers_are_checked() -> None:
    accept = {"step": "accept", "by": "managers", "effort": "1 h"}
    accept["rework"] = {"share": ["30%", "10%"], "first": [{"wait": "supplement", "takes": "2 d"}]}
    model = with_flow(accept, "decide")
    one = change(
        accept_incomplete="connect/accept",
        decision="connect/decide",
        then=[{"step": "look", "by": "managers", "effort": "10 min"}],
    )
    assert flow_of(one.apply(model)) == "accept > [30%: supplement > look] > decide"
    assert step_of(one.apply(model), "accept").rework is None


def test_papers_can_be_missing_only_where_they_were_asked_for_again(model: Model) -> None:
    assert "no rework with a supplement first" in refused(
        model, accept_incomplete="connect/scheme", decision="connect/works"
    )


def test_a_share_of_the_cases_skips_steps(model: Model) -> None:
    assert after(model, skip=["connect/road", "connect/green"], share="70%") == BEFORE.replace(
        "road > green", "[70%: -; 30%: road > green]"
    )


def test_a_skip_keeps_the_evidence_of_its_share(model: Model) -> None:
    skipped = change(skip="connect/road", share={"value": "70%", "assumption": ["50%", "80%"]}).apply(model)
    shares = [branch.share for branch in step_of(skipped, "road-skip").branches]
    assert [(share.value, share.assumption) for share in shares] == [(0.7, (0.5, 0.8)), (0.3, (0.2, 0.5))]


def test_a_rework_goes_back_to_the_choice_around_what_it_went_back_to(model: Model) -> None:
    assert after(model, skip="connect/survey", by="size", when="short") == BEFORE.replace(
        "survey > scheme<survey", "[short: -; else: survey] > scheme<survey-skip"
    )


def test_a_wait_ends_at_its_time_limit_and_work_not_begun_is_passed_over(model: Model) -> None:
    limited = change(approve_at_limit=["connect/road", "connect/scheme"], after="5 wd", calendar="office-hours")
    result = limited.apply(model)
    assert flow_of(result) == BEFORE
    assert str(step_of(result, "road").takes.at_most) == "5 wd"
    patience = step_of(result, "scheme").patience
    assert isinstance(patience, Patience)
    assert (str(patience.after.leading), patience.calendar, patience.then) == ("5 wd", "office-hours", "proceed")


def test_a_limit_in_working_days_needs_the_calendar_of_the_wait(model: Model) -> None:
    assert "runs on the calendar of the wait" in refused(model, approve_at_limit="connect/green", after="5 wd")


@pytest.mark.parametrize(
    "written",
    [
        {"move": ["connect/road"]},
        {"move": ["connect/road"], "before": "connect/works", "after": "connect/works"},
        {"skip": "connect/road"},
        {"skip": "connect/road", "share": "50%", "by": "size", "when": "long"},
        {"parallelise": ["connect/road", "connect/green"], "by": "size"},
        {"remove": "road"},
        {"remove": []},
        {"duration": "connect/road", "factor": 0.5, "law": "1 d"},
        {"servers": "crews"},
        {"rework": "connect/road"},
        {"session": "review"},
        {"arrivals": "small", "factor": 2, "per_year": 100},
        {"class_mix": {"small": "40%", "large": "50%"}},
        {"no-such-change": "connect/road"},
    ],
    ids=lambda written: " ".join(written),
)
def test_a_change_that_does_not_say_what_it_means_is_refused_when_it_is_read(written: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        change(**written)
