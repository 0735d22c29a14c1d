"""``shixian rank``: what each reform does alone, and what is lost without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import run
from sim.decide.ranking import rank
from sim.errors import InputError
from sim.model.files import load
from sim.study import run_study

EXAMPLE = Path(__file__).resolve().parent.parent / "scenarios" / "example"
TWO = """
reforms:
  quicker-review:
    name: {zh: 审核提速, en: quicker review}
    changes: [{duration: permit/review, factor: 0.8}]
  slower-review:
    name: {zh: 审核放慢, en: slower review}
    changes: [{duration: permit/review, factor: 1.9}]
scenarios:
  both:
    name: {zh: 两项, en: both}
    reforms: [one-more-reviewer, quicker-review]
  overloaded:
    name: {zh: 过载, en: overloaded}
    reforms: [one-more-reviewer, slower-review]
"""


@pytest.fixture
def folder(tmp_path):
    for file in EXAMPLE.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(TWO, encoding="utf-8")
    return tmp_path


def mean(change):
    return change.mean.difference.value


def test_first_in_is_before_against_that_reform_and_last_out_the_rest_against_all(folder):
    """Second route: ordinary comparisons of scenarios that are written out."""
    model = load(folder)
    found = rank(model, "today", "both", seed=5, replications=2)
    by_reform = {ranked.reform: ranked for ranked in found.reforms}
    compared = {
        after: run_study(model, [before, after], name="x", seed=5, replications=2).changes[0]
        for before, after in (("today", "more-staff"), ("more-staff", "both"))
    }
    assert by_reform["one-more-reviewer"].first_in.mean == compared["more-staff"].mean
    assert by_reform["quicker-review"].last_out.mean == compared["both"].mean
    assert mean(found.whole[0]) > max(mean(by_reform[id_].first_in) for id_ in by_reform)


def test_a_reform_that_overloads_a_pool_when_it_comes_alone_is_named_so_and_not_given_a_number(folder):
    found = rank(load(folder), "today", "overloaded", seed=5, replications=2)
    alone = {ranked.reform: ranked.grows_alone for ranked in found.reforms}
    assert alone == {"one-more-reviewer": False, "slower-review": True}


def test_a_scenario_without_reforms_of_its_own_is_refused(folder):
    with pytest.raises(InputError, match="no reform that the first has not"):
        rank(load(folder), "more-staff", "today", seed=5, replications=1)


@pytest.mark.parametrize(("lang", "words"), [("zh", "从全部中撤去"), ("en", "left out of all (last out)")])
def test_the_command_prints_a_table_for_each_commitment(folder, capsys, lang, words):
    out = folder.parent / "rank.json"
    options = ["--replications", "2", "--workers", "1", "--lang", lang, "--json", str(out)]
    assert run(["rank", str(folder), "today", "both", *options]) == 0
    printed = capsys.readouterr().out
    assert words in printed and {"zh": "审核提速", "en": "quicker review"}[lang] in printed
    content = json.loads(out.read_text(encoding="utf-8"))
    assert {one["reform"] for one in content["limits"]["L1"]["reforms"]} == {"one-more-reviewer", "quicker-review"}
