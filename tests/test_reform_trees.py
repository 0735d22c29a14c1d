"""Rewriting flows: any depth, nothing shared is touched, and an error that names the nearest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.model.process import Parallel, walk_elements
from sim.model.reforms import trees
from tests.reform_models import line, with_flow


def wait(id_: str, **others: Any) -> dict[str, Any]:
    return {"wait": id_, "takes": "1 d", **others}


NESTED = (
    with_flow(
        "a",
        [["b", {"optional": "some", "share": "50%", "flow": [wait("c"), wait("d")]}], ["e"]],
        {"choice": "kind", "by": "size", "branches": [{"when": "long", "flow": [wait("f")]}, {"otherwise": True}]},
        wait("g", rework={"share": "10%", "back_to": "a", "first": [wait("h"), wait("i")]}),
    )
    .processes["connect"]
    .flow
)


def test_an_element_is_replaced_at_any_depth() -> None:
    new = with_flow("x", "y").processes["connect"].flow
    assert line(trees.replace(NESTED, "d", new)) == "a > (b > [50%: c > x > y] | e) > [long: f; else: -] > g<a"
    g = trees.replace(NESTED, "h", new)[-1]
    assert line(g.rework.first) == "x > y > i"


def test_what_a_removal_leaves_empty_goes_with_it() -> None:
    without_c = trees.replace(NESTED, "c", ())
    assert line(trees.replace(without_c, "d", ())) == "a > (b | e) > [long: f; else: -] > g<a"
    assert line(trees.replace(NESTED, "e", ())) == "a > b > [50%: c > d] > [long: f; else: -] > g<a"
    assert line(trees.replace(NESTED, "f", ())) == "a > (b > [50%: c > d] | e) > g<a"


def test_an_empty_branch_that_was_there_before_stays() -> None:
    flow = (Parallel(parallel=(NESTED[:1], ())), *NESTED[2:])
    assert line(trees.replace(flow, "f", ())) == "(a | -) > g<a"


def test_rewriting_leaves_the_flow_as_it_was() -> None:
    before = line(NESTED)
    trees.replace(NESTED, "c", ())
    trees.insert(NESTED, "f", NESTED[:1], after=True)
    trees.redirected(NESTED, ["a"], "b")
    assert line(NESTED) == before


def test_a_step_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    flow = with_flow("site-survey", "scheme").processes["connect"].flow
    with pytest.raises(InputError) as error:
        trees.replace(flow, "sight-survey", ())
    assert error.value.cure.en == "did you mean site-survey?"


def test_steps_of_different_branches_are_no_run() -> None:
    with pytest.raises(InputError) as error:
        trees.edit_sequences(NESTED, ["b", "e"], lambda sequence: sequence)
    assert "do not stand in one sequence" in error.value.rule.en


def test_a_run_names_what_stands_between() -> None:
    flow = with_flow("a", "b", "c").processes["connect"].flow
    assert trees.run_of(flow, ["c", "b"]) == slice(1, 3)
    with pytest.raises(InputError) as error:
        trees.run_of(flow, ["a", "c"])
    assert "b stands between" in error.value.rule.en


def test_a_branch_beside_a_parallel_becomes_one_of_its_branches() -> None:
    flow = with_flow("a", [["b"], ["c"]], "d").processes["connect"].flow
    assert line(trees.beside(flow, slice(1, 2), flow[:1])) == "a > (b | c | a) > d"
    assert line(trees.beside(flow, slice(1, 3), flow[:1])) == "a > ((b | c) > d | a)"


def test_a_change_for_some_cases_is_chosen_as_deep_and_narrow_as_possible() -> None:
    after = trees.replace(NESTED, "d", ())
    assert line(trees.for_some(NESTED, after, "size", ("long",), "x")) == (
        "a > (b > [50%: c > [long: -; else: d]] | e) > [long: f; else: -] > g<a"
    )


def test_a_choice_is_widened_over_what_goes_back_into_it() -> None:
    back = {"wait": "c", "takes": "1 d", "rework": {"share": "10%", "back_to": "b"}}
    flow = with_flow("a", "b", back, "d").processes["connect"].flow
    other = trees.update(flow, "b", lambda b: b.model_copy(update={"calendar": "office-hours"}))
    assert line(trees.for_some(flow, other, "size", ("long",), "y")) == "a > [long: b > c<b; else: b > c<b] > d"


def test_reworks_are_redirected_wherever_they_stand() -> None:
    assert line(trees.redirected(NESTED, ["a"], "z")[-1:]) == "g<z"


@given(st.permutations("abcdef"), st.integers(0, 5), st.integers(0, 5))
def test_taking_and_inserting_keeps_every_step_once(order: list[str], i: int, j: int) -> None:
    flow = with_flow(*order[:2], [[order[2]], [order[3]]], *order[4:]).processes["connect"].flow
    if i == j:
        return
    rest, taken = trees.take(flow, [order[i]])
    moved = trees.insert(rest, order[j], taken, after=True)
    ids = [element.id for element in walk_elements(moved) if element.id]
    assert sorted(ids) == list("abcdef")
    assert ids.index(order[i]) == ids.index(order[j]) + 1
