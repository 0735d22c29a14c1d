"""Scenarios: the base with some reforms, what identifies a run, and what differs between two of them in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.model import yaml_source
from sim.model.base import Model
from sim.model.figures import AmountForm
from sim.model.files import load
from sim.model.reforms.operators import CHANGES, CLOCK_CHANGES
from sim.model.scenario import Folder, Side, difference, model_hash
from sim.text import Language, Text
from tests.reform_models import change, clock_change, description, flow_of, folder, step_of

REFORMS: dict[str, Any] = {
    "fewer-steps": {
        "name": {"zh": "减环节", "en": "fewer steps"},
        "basis": "called-for",
        "item": "(六)11",
        "clause": "压缩办理环节",
        "changes": [{"remove": "connect/road"}, {"servers": "managers", "add": 2}],
    },
    "side-by-side": {
        "name": {"zh": "并联审批", "en": "side by side"},
        "changes": [{"parallelise": ["connect/green", "connect/digging"]}],
        "clock_changes": [{"reclassify": "connect/scheme", "owner": "customer"}],
    },
    "keeps-road": {"name": "缩短", "changes": [{"duration": "connect/road", "factor": 0.5}]},
}
SCENARIOS: dict[str, Any] = {
    "before": {"name": {"zh": "改革前", "en": "before"}},
    "plan": {"name": {"zh": "方案", "en": "plan"}, "reforms": ["fewer-steps", "side-by-side"]},
    "again": {"name": "同一", "reforms": ["side-by-side", "fewer-steps"]},
    "own": {
        "name": {"zh": "加一班", "en": "one more crew"},
        "reforms": ["fewer-steps"],
        "changes": [{"servers": "crews", "group": 1, "add": 1}],
        "clock_changes": [{"limit": "E1", "tolerance": "5%"}],
    },
    "torn": {"name": "矛盾", "reforms": ["fewer-steps", "keeps-road"]},
    "unknown": {"name": "不明", "reforms": ["fewer-step"]},
}


@pytest.fixture(scope="module")
def town() -> Folder:
    return folder(reforms=REFORMS, scenarios=SCENARIOS)


def test_a_scenario_is_the_base_with_its_reforms(town: Folder) -> None:
    plan = town.scenario("plan")
    assert (plan.id, plan.name) == ("plan", Text("方案", "plan"))
    assert [id_ for id_, _ in plan.reforms] == ["fewer-steps", "side-by-side"]
    assert flow_of(plan.model) == (
        "accept > carry > survey > scheme<survey > (green | [30%: trench]) > works > joint > power-on"
    )
    assert plan.model.pools["managers"].servers == 6


def test_a_scenario_without_reforms_is_the_base_and_the_folder_stays_as_it_is(town: Folder) -> None:
    before = town.scenario("before")
    assert type(before.model) is Model
    assert before.model == town.base()
    town.scenario("plan")
    assert town == folder(reforms=REFORMS, scenarios=SCENARIOS)


def test_the_model_before_the_changes_of_the_clock_is_at_hand(town: Folder) -> None:
    plan = town.scenario("plan")
    assert plan.process is not None
    assert step_of(plan.process, "scheme").owner is None
    assert step_of(plan.model, "scheme").owner == "customer"


def test_a_scenario_has_changes_of_its_own(town: Folder) -> None:
    own = town.scenario("own")
    bases = [(id_, reform.basis) for id_, reform in own.reforms]
    assert bases == [("fewer-steps", "called-for"), ("own", "not-called-for")]
    assert own.model.pools["crews"].servers == 5
    assert own.model.limits["E1"].tolerance == 0.05


def test_a_contradiction_is_told_at_the_list_of_reforms(town: Folder) -> None:
    with pytest.raises(InputError) as error:
        town.scenario("torn")
    assert error.value.path == ("scenarios", "torn", "reforms")
    assert error.value.rule.zh == ("“减环节”(取消“接电”的“road”)与“缩短”(“接电”的“road”的时长为原来的 50%)相互矛盾")


def test_unknown_reforms_and_scenarios_are_refused_with_the_nearest(town: Folder) -> None:
    with pytest.raises(InputError) as error:
        town.scenario("unknown")
    assert (error.value.path, error.value.cure.en) == (
        ("scenarios", "unknown", "reforms", 0),
        "did you mean fewer-steps?",
    )
    with pytest.raises(InputError) as error:
        town.scenario("plans")
    assert error.value.cure.en == "did you mean plan?"


def test_a_reform_changes_something() -> None:
    with pytest.raises(ValueError, match="a reform changes something"):
        folder(reforms={"empty": {"name": "空"}})


def test_changes_of_the_clock_are_no_changes_of_the_process() -> None:
    reclassify = {"reclassify": "connect/scheme", "owner": "customer"}
    with pytest.raises(ValueError, match="validation error"):
        folder(reforms={"sly": {"name": "改口径", "changes": [reclassify]}})


def test_the_hash_is_of_the_model_and_of_nothing_else(town: Folder) -> None:
    assert town.scenario("plan").hash == town.scenario("again").hash
    assert len({town.scenario(id_).hash for id_ in ("before", "plan", "own")}) == 3
    shuffled = description(reforms=REFORMS, scenarios=SCENARIOS)
    for section in ("pools", "processes", "sources", "calendars"):
        shuffled[section] = dict(reversed(shuffled[section].items()))
    other = Folder.model_validate(dict(reversed(shuffled.items())))
    assert other.scenario("plan").hash == town.scenario("plan").hash


def test_the_hash_sees_every_figure_and_its_evidence(town: Folder) -> None:
    base = town.base()
    small = base.sources["small"]
    rates = (small.per_year, AmountForm(value=300, assumption=(200, 401)), AmountForm(value=301, assumption=(200, 400)))
    others = ({**base.sources, "small": small.model_copy(update={"per_year": rate})} for rate in rates)
    assert len({model_hash(base.model_copy(update={"sources": sources})) for sources in others}) == 3


def effects(side: Side, lang: Language = "en") -> list[str]:
    return [f"{fact.about.in_(lang)}: {fact.what.in_(lang)}" for fact in side.effects]


def test_a_difference_tells_process_and_clock_apart_by_reform_and_what_comes_of_them(town: Folder) -> None:
    found = difference(town.scenario("before"), town.scenario("plan"))
    told = [(one.id, one.reform.clause, [line.zh for line in one.changes]) for one in found.process.reforms]
    assert told == [
        ("fewer-steps", "压缩办理环节", ["取消“接电”的“road”", "人员(班组数)“客户经理”由 4 增至 6"]),
        ("side-by-side", "", ["“接电”中“green” ∥ “trench”由依次办理改为并联办理"]),
    ]
    assert effects(found.process, "zh") == [
        "流程“接电”: 取消“road”",
        "流程“接电”: 顺序:“… → scheme → road → green → [30%:trench] → works → …”"
        "改为“… → scheme → (green ∥ [30%:trench]) → works → …”",
        "班组“客户经理”: 人数(班组数):4 → 6",
    ]
    ((id_, _, gone, (change,)),) = found.clock.reforms
    assert (id_, gone) == ("side-by-side", False)
    assert change.en == "“scheme” of “Connection” counted as the time of “用户”; the handling stays as it is"
    assert effects(found.clock) == ["process “Connection”: “scheme”, owner: 供电公司 → 用户"]


def test_a_difference_runs_both_ways(town: Folder) -> None:
    back = difference(town.scenario("plan"), town.scenario("before"))
    assert [(one.id, one.gone) for one in back.process.reforms] == [("fewer-steps", True), ("side-by-side", True)]
    assert "pool “客户经理”: servers: 6 → 4" in effects(back.process)
    same = difference(town.scenario("plan"), town.scenario("again"))
    assert same.process == same.clock == Side((), ())


def test_two_stretches_of_a_flow_that_change_are_told_apart() -> None:
    changes = [{"remove": "connect/carry"}, {"insert": [{"mark": "signed"}], "before": "connect/joint"}]
    town = folder(scenarios={"before": {"name": "前"}, "after": {"name": "后", "changes": changes}})
    lines = effects(difference(town.scenario("before"), town.scenario("after")).process)
    assert lines[2:] == [
        "process “Connection”: order: “acceptance → carry → survey → …” becomes “acceptance → survey → …”",
        "process “Connection”: order: “… → works → joint → …” becomes “… → works → signed → joint → …”",
    ]


FACTS: list[tuple[dict[str, Any], str]] = [
    (
        {"duration": "connect/accept", "factor": 0.5},
        "process “Connection”: “acceptance”, effort: mean 2 h, cv 0.5 → mean 1 h, cv 0.5",
    ),
    ({"rework": "connect/scheme", "share": "2%"}, "process “Connection”: “scheme”, rework, share: 10%, 5% → 2%"),
    ({"session": "review", "on": ["tue", "fri"]}, "session “联审会”: days of the week: Tue → Tue, Fri"),
    ({"arrivals": "small", "factor": 2}, "source “小用户”: cases a year: 300 → 600"),
    (
        {"arrivals": "small", "days": [{"last": 3, "of": "month", "times": 1.4}]},
        "source “小用户”: days: none → 1.4 times on the last 3 open days of the month",
    ),
    (
        {"mix": "small", "attribute": "size", "shares": {"short": 1}},
        "source “小用户”: attributes, size: long 60%, short 40% → short 100%",
    ),
    ({"work_calendar": "managers", "to": "long-hours"}, "pool “客户经理”: calendar: 办公时间 → 延时"),
    (
        {"open_hours": "office-hours", "hours": {"sat": "09:00-12:00"}},
        "calendar “办公时间”: hours, Saturday: none → 09:00-12:00",
    ),
    (
        {"move": "connect/green", "before": "connect/road"},
        "process “Connection”: order: “… → scheme → road → …” becomes “… → scheme → green → road → …”",
    ),
    ({"insert": [{"mark": "signed"}], "before": "connect/road"}, "process “Connection”: with “signed”"),
    (
        {"assign": "connect/works", "by": "crews"},
        "process “Connection”: “works”, done by: “施工队”, “客户经理” → “施工队”",
    ),
    (
        {"approve_at_limit": "connect/green", "after": "4 d"},
        "process “Connection”: “green”, duration: 5 calendar days → 5 calendar days, at most 4 calendar days",
    ),
]


@pytest.mark.parametrize(("written", "fact"), FACTS, ids=[next(iter(written)) for written, _ in FACTS])
def test_old_and_new_are_told_as_plain_facts(written: dict[str, Any], fact: str) -> None:
    scenarios = {"before": {"name": "前"}, "after": {"name": "后", "changes": [written]}}
    town = folder(scenarios=scenarios)
    assert fact in effects(difference(town.scenario("before"), town.scenario("after")).process)


def test_limits_and_readings_differ_on_the_side_of_the_clock() -> None:
    changes = [
        {"limit": "E1", "value": "8 wd"},
        {"reading": "E1/whole", "unit": "fraction"},
        {"limit_clock": "E1", "stop": {"end": "works"}},
    ]
    town = folder(scenarios={"before": {"name": "前"}, "after": {"name": "后", "clock_changes": changes}})
    found = difference(town.scenario("before"), town.scenario("after"))
    assert found.process == Side((), ())
    assert effects(found.clock) == [
        "limit “E1 接电时限”: limit: 10 working days → 8 working days",
        "limit “E1 接电时限”: clock, stop: “power-on” → “works” ends",
        "limit “E1 接电时限”: reading “整日”, unit: working days (whole, from the day after) → "
        "working days (fractions of open hours)",
    ]


def test_every_change_is_told_by_one_key_that_no_other_has_as_a_field() -> None:
    kinds = (*CHANGES, *CLOCK_CHANGES)
    keys = {kind.key() for kind in kinds}
    assert len(keys) == len(kinds)
    for kind in kinds:
        fields = {field.alias or name for name, field in kind.model_fields.items()}
        assert fields & keys == {kind.key()}


def test_the_readme_lists_every_change_and_its_examples_can_be_read() -> None:
    readme = Path(__file__).parent.parent / "sim/model/reforms/README.md"
    blocks = re.findall(r"^```yaml\n(.*?)^```$", readme.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    listed: set[str] = set()
    for block in blocks:
        found = yaml_source.parse(block, "README.md").data
        for section, one in (("changes", change), ("clock_changes", clock_change)):
            listed |= {one(**written).key() for written in found.get(section, ())}
    assert listed == {kind.key() for kind in (*CHANGES, *CLOCK_CHANGES)}


def test_a_reform_listed_twice_in_a_scenario_is_refused_not_applied_twice():
    folder = load(Path(__file__).resolve().parent.parent / "scenarios/example")
    twice = folder.scenarios["more-staff"].model_copy(update={"reforms": ("one-more-reviewer",) * 2})
    with pytest.raises(InputError, match="twice"):
        folder.model_copy(update={"scenarios": {"more-staff": twice}}).scenario("more-staff")
