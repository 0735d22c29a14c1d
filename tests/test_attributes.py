"""What attributes of cases and their values are called: told in words, never by the ids that the draws go by."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.engines import simulate
from sim.model.scenario import difference
from sim.report.charts import step_words
from sim.text import Text
from tests.reform_models import change, folder, step_of
from tests.tiny_folder import TINY, changed, notes_of, read, refusals

NAMES = """\
attributes:
  size:
    name: {zh: 用户规模, en: size of the customer}
    values: {small: {zh: 小用户, en: small customers}, large: {zh: 大用户, en: large customers}}
"""
NAMED = TINY + NAMES
LARGE_ONLY = "{optional: extra, by: size, when: [large], flow: [{wait: more, takes: 1 d}]}"
WITH_CONDITION = changed("      - mark: power-on\n", f"      - {LARGE_ONLY}\n      - mark: power-on\n", NAMED)
TOWN_NAMES = {
    "size": {
        "name": {"zh": "线路长度", "en": "length of the line"},
        "values": {"short": {"zh": "短距离", "en": "short line"}, "long": {"zh": "长距离", "en": "long line"}},
    }
}


def test_a_folder_that_names_its_attributes_is_read_and_draws_what_it_drew_before(tmp_path: Path) -> None:
    named, bare = read(tmp_path, NAMED), read(tmp_path, TINY)
    assert named.attributes["size"].values["small"] == ("小用户", "small customers")
    logs = [simulate(folder.scenario("before"), seed=1, replication=0) for folder in (named, bare)]
    assert len(logs[0]) and (logs[0].ready == logs[1].ready).all() and (logs[0].case == logs[1].case).all()


@pytest.mark.parametrize(
    ("old", "new", "rule", "near"),
    [
        ("attributes: {size: {small", "attributes: {sise: {small", "`attributes` describes no such attribute", "size"),
        ("large: 10%", "lagre: 10%", "attribute size has no such value", "large"),
        ("when: [large]", "when: [lareg]", "attribute size has no such value", "large"),
        ("{wait: more, takes: 1 d}", "{wait: more, takes: 1 d, factor: {attribute: size, values: {smal: 2}}}",
         "attribute size has no such value", "small"),
        ("changes: [{remove: lv/meeting}]",
         "changes: [{mix: lv, attribute: size, shares: {small: 50%, lrge: 50%}}]",
         "in scenario plan: attribute size has no such value", "large"),
    ],
)  # fmt: skip
def test_what_the_folder_does_not_describe_is_refused_with_the_nearest_name(
    tmp_path: Path, old: str, new: str, rule: str, near: str
) -> None:
    errors = refusals(tmp_path, changed(old, new, WITH_CONDITION))
    assert (rule, f"did you mean {near}?") in {(error.rule.en, error.cure.en) for error in errors}


def test_a_listed_case_of_an_unknown_value_is_refused_and_other_columns_are_welcome(tmp_path: Path) -> None:
    listed = changed(
        "    per_year: {value: 100, assumption: [80, 120]}\n    attributes: {size: {small: 90%, large: 10%}}\n",
        "    listed: cases.csv\n",
        NAMED,
    )
    table = "accepted,size,district\n2021-03-01 10:00,small,north\n2021-03-01 10:00,{value},south\n"
    files = {"cases.csv": table.format(value="large")}
    assert read(tmp_path, listed, **files).sources["lv"].listed
    errors = refusals(tmp_path, listed, **{"cases.csv": table.format(value="lrge")})
    assert [(error.where, error.rule.en) for error in errors] == [
        (f"{tmp_path}/cases.csv:3", "attribute size has no such value")
    ]


def test_the_class_has_the_names_of_its_sources_and_no_others(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, NAMED + "  class: {name: kind}\n")
    assert "is called as its source" in error.rule.en
    assert read(tmp_path, NAMED).value_name("class", "lv") == ("低压", "Low voltage")


def test_names_that_are_missing_are_noted(tmp_path: Path) -> None:
    assert "`attributes` gives size (large, small) no name" in notes_of(tmp_path, TINY)
    assert "gives size" not in notes_of(tmp_path, NAMED)
    assert "`attributes` gives size (large, small) no name" in notes_of(
        tmp_path, TINY + "attributes: {size: {name: {zh: 用户规模, en: size}}}\n"
    )


def test_changes_for_some_cases_and_of_a_mix_say_so_in_words() -> None:
    model = folder(attributes=TOWN_NAMES).base()
    some = change(parallelise=["connect/road", "connect/green"], by="size", when=["short", "long"]).describe(model)
    assert some.zh.startswith("对线路长度为“短距离、长距离”的办件,")
    assert some.en.startswith("for cases with length of the line “short line, long line”: ")
    mix = change(mix="small", attribute="size", shares={"short": "70%", "long": "30%"}).describe(model)
    assert mix == (
        "“小用户”的“线路长度”构成改为 短距离 70%、长距离 30%",
        "“length of the line” among “小用户”: short line 70%, long line 30%",
    )


def test_differences_are_told_by_the_names_of_values() -> None:
    mixed = {"name": "m", "changes": [{"mix": "small", "attribute": "size", "shares": {"short": "70%", "long": "30%"}}]}
    faster = {"name": "f", "changes": [{"duration": "connect/works", "factor": 0.5, "by": "size", "when": "short"}]}
    spared = {"name": "s", "changes": [{"skip": "connect/green", "by": "size", "when": "long"}]}
    town = folder(
        attributes=TOWN_NAMES,
        reforms={"mixed": mixed, "faster": faster, "spared": spared},
        scenarios={"before": {"name": "b"}, "after": {"name": "a", "reforms": ["mixed", "faster", "spared"]}},
    )
    facts = [fact.what for fact in difference(town.scenario("before"), town.scenario("after")).process.effects]
    assert (
        Text(
            "属性构成的线路长度:长距离 60%、短距离 40% → 长距离 30%、短距离 70%",
            "attributes, length of the line: long line 60%, short line 40% → long line 30%, short line 70%",
        )
        in facts
    )
    assert any(
        "按线路长度:短距离 0.5" in fact.zh and "by length of the line: short line 0.5" in fact.en for fact in facts
    )
    assert any("长距离:无" in fact.zh and "long line: none" in fact.en for fact in facts)
    assert not any("short:" in fact.en or "size" in fact.en or "size" in fact.zh for fact in facts)


def test_pictures_head_what_some_cases_meet_by_the_names_of_values(tmp_path: Path) -> None:
    model = read(tmp_path, WITH_CONDITION).base()
    optional = step_of(model, "extra", "lv")
    assert step_words.only(model, optional) == ("仅 大用户", "only large customers")
    assert step_words.bypass(model, "size", optional.branches()[:1]).en == "large customers: straight on"
