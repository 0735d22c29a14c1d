"""Two reforms in one scenario: what goes together whatever the order, and what is refused with both names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest

from sim.errors import InputError
from sim.model.base import Model
from sim.model.reforms.application import contradict, reformed
from sim.model.reforms.reform import Reform
from tests.reform_models import change, flow_of, folder, step_of

BASE = folder().base()
WAIT = [{"wait": "look", "takes": "1 d"}]
SAMPLES: list[dict[str, Any]] = [
    {"remove": "connect/road"},
    {"remove": "connect/carry"},
    {"merge": ["connect/survey", "connect/scheme"], "into": {"step": "visit", "by": "managers", "effort": "5 h"}},
    {"split": "connect/works", "into": [{"wait": "w1", "takes": "1 d"}, {"wait": "w2", "takes": "1 d"}]},
    {"insert": WAIT, "before": "connect/works"},
    {"insert": [{"wait": "glance", "takes": "1 d"}], "after": "connect/survey"},
    {"hand_off": ["connect/accept", "connect/survey"], "takes": "0 h"},
    {"hand_off": ["connect/works", "connect/joint"], "takes": "2 h"},
    {"move": "connect/green", "before": "connect/road"},
    {"move": "connect/trench", "after": "connect/works"},
    {"parallelise": ["connect/road", "connect/green"]},
    {"parallelise": ["connect/works", "connect/joint"]},
    {"off_path": "connect/road", "starts_after": "connect/scheme", "needed_by": "connect/works"},
    {"off_path": "connect/green", "starts_after": "connect/accept", "needed_by": "connect/works"},
    {"off_path": "connect/green", "starts_after": "connect/scheme", "needed_by": "connect/joint"},
    {"off_path": "connect/green", "starts_after": "connect/scheme", "needed_by": "never"},
    {"off_path": "connect/joint", "starts_after": "accepted", "needed_by": "end"},
    {"pre_approve": "connect/road", "starts_after": "connect/works", "fails": "10%", "failure": WAIT},
    {"accept_incomplete": "connect/accept", "decision": "connect/road"},
    {"skip": "connect/survey", "share": "50%"},
    {"skip": "connect/green", "by": "size", "when": "long"},
    {"approve_at_limit": "connect/road", "after": "5 wd"},
    {"duration": ["connect/road", "connect/green"], "factor": 0.7},
    {"duration": "connect/road", "factor": 0.3, "spread": 0.9},
    {"duration": "connect/road", "law": "3 wd"},
    {"duration": "connect/scheme", "factor": 0.7, "by": "size", "when": "long"},
    {"rework": "connect/scheme", "share": "2%"},
    {"rework": "connect/scheme", "factor": 0.5},
    {"rework": "connect/accept", "share": "5%"},
    {"rework": "connect/scheme", "back_to": "accept"},
    {"servers": "managers", "to": 6},
    {"servers": "managers", "to": 7},
    {"servers": "managers", "add": 2},
    {"servers": "managers", "factor": 1.5},
    {"merge_pools": ["managers", "crews"], "into": "managers"},
    {"assign": ["connect/scheme", "connect/works"], "by": "crews"},
    {"work_calendar": "managers", "to": "long-hours"},
    {"work_calendar": "connect/green", "to": "long-hours"},
    {"open_hours": "office-hours", "hours": {"sat": "08:30-12:00"}},
    {"open_hours": "office-hours", "hours": {"sat": "09:00-12:00"}, "no_longer": "frost"},
    {"session": "review", "on": ["tue", "fri"]},
    {"session": "review", "days": [1], "capacity": 3},
    {"session": "review", "capacity": 3},
    {"priority": ["connect/works", "small"], "to": -1},
    {"arrivals": ["small", "large"], "factor": 1.3},
    {"arrivals": "small", "factor": 0.7},
    {"arrivals": "small", "months": [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]},
    {"class_mix": {"small": "50%", "large": "50%"}},
    {"mix": "small", "attribute": "size", "shares": {"short": "90%", "long": "10%"}},
]
CHANGES = [change(**written) for written in SAMPLES]


def reform(name: str, *written: dict[str, Any]) -> Reform:
    return Reform.model_validate({"name": name, "changes": list(written)})


def together(*reforms: tuple[str, Reform]) -> Model:
    return reformed(BASE, [(("reforms", id_), id_, one) for id_, one in reforms]).model


def test_two_changes_contradict_each_other_or_their_order_does_not_show() -> None:
    alone = [
        contradict(BASE, one, one) or flow_of(together(("a", Reform(name="甲", changes=(one,))))) for one in CHANGES
    ]
    assert all(alone)
    for one, other in combinations(CHANGES, 2):
        assert contradict(BASE, one, other) == contradict(BASE, other, one)
        if contradict(BASE, one, other):
            continue
        first, second = (Reform(name="甲", changes=(c,)) for c in (one, other))
        result, swapped = _result(("a", first), ("b", second)), _result(("b", first), ("a", second))
        assert result == swapped or _unordered(result) == _unordered(swapped), (one, other)


def test_the_order_of_the_list_never_shows() -> None:
    names = [f"r{i}" for i in range(len(CHANGES))]
    some = {name: Reform(name=name, changes=(one,)) for name, one in zip(names, CHANGES, strict=True)}
    chosen: list[str] = []
    for name in names:
        if not any(contradict(BASE, some[name].changes[0], some[other].changes[0]) for other in chosen):
            chosen.append(name)
    assert len(chosen) > 15
    listed = [(name, some[name]) for name in chosen]
    assert together(*listed) == together(*reversed(listed))


def _result(*reforms: tuple[str, Reform]) -> Model | str:
    try:
        return together(*reforms)
    except InputError as error:
        return error.rule.en


def _unordered(model: Model | str) -> Any:
    """The model; which of two branches that end together is listed first makes no case faster."""
    return model if isinstance(model, str) else _sorted(model.model_dump(mode="json", by_alias=True))


def _sorted(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: sorted(map(str, map(_sorted, v))) if key == "parallel" else _sorted(v) for key, v in part.items()}
    return [_sorted(item) for item in part] if isinstance(part, list) else part


def test_most_pairs_of_changes_go_together() -> None:
    pairs = list(combinations(CHANGES, 2))
    assert sum(not contradict(BASE, *pair) for pair in pairs) > 0.9 * len(pairs)


CONTRADICTIONS: Sequence[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"servers": "managers", "to": 6}, {"servers": "managers", "to": 7}),
    ({"servers": "managers", "to": 6}, {"servers": "managers", "add": 1}),
    ({"remove": "connect/road"}, {"duration": "connect/road", "factor": 0.5}),
    ({"remove": "connect/digging"}, {"duration": "connect/trench", "factor": 0.5}),
    ({"remove": "connect/works"}, {"insert": WAIT, "before": "connect/works"}),
    ({"duration": "connect/road", "law": "3 wd"}, {"duration": "connect/road", "law": "4 wd"}),
    ({"duration": "connect/road", "law": "3 wd"}, {"duration": "connect/road", "factor": 0.5}),
    ({"duration": "connect/accept", "mean": "1 h"}, {"duration": "connect/accept", "factor": 0.5}),
    ({"rework": "connect/scheme", "share": "5%"}, {"rework": "connect/scheme", "factor": 0.5}),
    ({"parallelise": ["connect/road", "connect/green"]}, {"move": "connect/road", "after": "connect/works"}),
    ({"move": "connect/road", "after": "connect/works"}, {"move": "connect/green", "after": "connect/works"}),
    ({"move": "connect/works", "after": "connect/joint"}, {"insert": WAIT, "before": "connect/works"}),
    ({"session": "review", "on": ["tue", "fri"]}, {"session": "review", "days": [1, 15]}),
    ({"skip": "connect/road", "share": "50%"}, {"skip": "connect/road", "share": "60%"}),
    (
        {"off_path": "connect/green", "starts_after": "accepted", "needed_by": "never"},
        {"skip": "connect/green", "share": "50%"},
    ),
    ({"arrivals": "small", "per_year": 400}, {"arrivals": "small", "factor": 2}),
]


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS)
def test_a_contradiction_is_refused_with_both_names_and_both_changes(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    for first, second in ((one, other), (other, one)):
        with pytest.raises(InputError) as error:
            together(("a", reform("减环节", first)), ("b", reform("优流程", second)))
        assert "“减环节”" in error.value.rule.zh
        assert "“优流程”" in error.value.rule.zh
        assert change(**first).describe(BASE).en in error.value.rule.en
        assert error.value.value == "a, b"


def test_one_reform_may_change_an_aspect_twice_in_its_own_order() -> None:
    both = reform("甲", {"servers": "managers", "to": 6}, {"servers": "managers", "add": 1})
    assert together(("a", both)).pools["managers"].servers == 7


def test_factors_and_additions_of_several_reforms_go_together() -> None:
    faster, still_faster = ({"duration": "connect/accept", "factor": factor} for factor in (0.7, 0.3))
    model = together(("a", reform("甲", faster)), ("b", reform("乙", still_faster)))
    assert str(step_of(model, "accept").effort.mean) == "0.42 h"
    model = together(*((id_, reform(id_, {"servers": "managers", "add": 1})) for id_ in "abc"))
    assert model.pools["managers"].servers == 7


def test_what_two_reforms_both_do_is_done_once() -> None:
    model = together(
        ("a", reform("甲", {"remove": ["connect/road", "connect/carry"]}, {"servers": "managers", "to": 6})),
        ("b", reform("乙", {"remove": ["connect/road"]}, {"servers": ["managers"], "to": 6})),
    )
    assert flow_of(model) == "accept > survey > scheme<survey > green > [30%: trench] > works > joint > power-on"
    assert model.pools["managers"].servers == 6


def test_steps_go_before_others_come_to_stand_side_by_side() -> None:
    remove = ("b", reform("取消", {"remove": "connect/green"}))
    beside = ("a", reform("并联", {"parallelise": ["connect/road", "connect/digging"]}))
    expected = "accept > carry > survey > scheme<survey > (road | [30%: trench]) > works > joint > power-on"
    assert flow_of(together(remove, beside)) == flow_of(together(beside, remove)) == expected


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ({"remove": "connect/survey"}, "rework of scheme goes back to survey, which no longer stands before it"),
        ({"remove": "connect/accept"}, "survey keeps the server of accept, which is gone"),
        ({"remove": "connect/power-on"}, "starts or stops at power-on, which “Connection” lost"),
        ({"parallelise": ["connect/survey", "connect/scheme"]}, "rework of scheme goes back to survey"),
        ({"off_path": "connect/power-on", "starts_after": "accepted", "needed_by": "never"}, "power-on"),
    ],
)
def test_a_name_that_no_longer_finds_its_step_is_refused_with_the_change_that_took_it(
    written: dict[str, Any], rule: str
) -> None:
    with pytest.raises(InputError) as error:
        together(("a", reform("无害", {"servers": "managers", "add": 1})), ("b", reform("减环节", written)))
    assert rule in error.value.rule.en
    assert "“减环节”" in error.value.rule.en
    assert error.value.path == ("reforms", "b", "changes", 0, next(iter(written)))


def test_a_reform_that_also_says_where_rework_goes_back_to_may_remove_the_step() -> None:
    kept = {"assign": "connect/survey", "by": "managers"}
    model = together(("a", reform("减环节", {"remove": "connect/accept"}, kept)))
    assert flow_of(model).startswith("carry > survey > scheme<survey")
    other = {"rework": "connect/scheme", "back_to": "carry"}
    assert "scheme<carry" in flow_of(together(("a", reform("减环节", {"remove": "connect/survey"}, other))))


@pytest.mark.parametrize(
    "written",
    [
        {"servers": "crews", "group": 3, "add": 1},
        {"remove": "conect/road"},
        {"hand_off": ["conect/road", "connect/green"], "takes": "0 h"},
        {"parallelise": ["conect/road", "conect/green"]},
        {"approve_at_limit": "connect/rood", "after": "1 d"},
        {"limit": "E9", "value": "1 d"},
    ],
    ids=lambda written: str(next(iter(written))),
)
def test_a_change_that_fits_nothing_is_refused_at_its_place_whatever_it_meets(written: dict[str, Any]) -> None:
    kind = "clock_changes" if "limit" in written else "changes"
    wrong = Reform.model_validate({"name": "误", kind: [written]})
    for other in ({"servers": "managers", "add": 1}, {"servers": "crews", "group": 1, "to": 4}):
        with pytest.raises(InputError) as error:
            together(("a", reform("无害", other)), ("b", wrong))
        assert error.value.path == ("reforms", "b", kind, 0, next(iter(written)))
        assert error.value.rule.zh.startswith("“误”:")
