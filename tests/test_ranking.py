"""``shixian rank``: what each reform does alone, and what is lost without it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim.runs.simulated
from sim.cli import run
from sim.decide.ranking import apart
from sim.errors import InputError
from sim.model.files import load
from sim.study import Told, carried_out, chosen, run_study
from tests.test_unfinished import short_report

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
    shutil.copytree(EXAMPLE, tmp_path / "two")
    (tmp_path / "two/two.yaml").write_text(TWO, encoding="utf-8")
    return tmp_path / "two"


def ranked(path, before, after, *others):
    """The study of these scenarios with the ranking of the second; two replications of seed 5."""
    model = load(path)
    scenarios = chosen(model, [before, *others, after])
    told = Told("x", 5, 2, "kernel")
    return carried_out(model, scenarios, told, apart=apart(model, before, after, scenarios))


def mean(change):
    return change.mean.difference.value


def test_first_in_is_before_against_that_reform_and_last_out_the_rest_against_all(folder):
    """Second route: ordinary comparisons of scenarios that are written out."""
    found = ranked(folder, "today", "both")
    by_reform = {one.reform: one for one in found.ranking.reforms}
    compared = {
        after: run_study(load(folder), [before, after], name="x", seed=5, replications=2).changes[0]
        for before, after in (("today", "more-staff"), ("more-staff", "both"))
    }
    assert by_reform["one-more-reviewer"].first_in.mean == compared["more-staff"].mean
    assert by_reform["quicker-review"].last_out.mean == compared["both"].mean
    assert mean(found.changes[0]) > max(mean(by_reform[id_].first_in) for id_ in by_reform)


def test_a_scenario_that_the_run_has_anyway_is_not_simulated_again(folder, monkeypatch):
    """Of two reforms each one alone is the whole without the other, and the one of them is `more-staff`: of seven
    roles four scenarios are left, with two replications each."""
    done = []
    real = sim.runs.simulated.sample
    monkeypatch.setattr(sim.runs.simulated, "sample", lambda *given: done.append(1) or real(*given))
    found = ranked(folder, "today", "both", "more-staff")
    assert len(done) == 4 * 2
    assert [scenario.id for scenario in found.scenarios] == ["today", "more-staff", "both"]
    assert [change.after for change in found.changes] == ["more-staff", "both"]


def test_a_reform_that_overloads_a_pool_when_it_comes_alone_is_named_so_and_not_given_a_number(folder):
    alone = {one.reform: one.grows_alone for one in ranked(folder, "today", "overloaded").ranking.reforms}
    assert alone == {"one-more-reviewer": False, "slower-review": True}


def test_a_scenario_without_reforms_of_its_own_is_refused(folder):
    with pytest.raises(InputError, match="no reform that the first has not"):
        ranked(folder, "more-staff", "today")


@pytest.mark.parametrize(("lang", "words"), [("zh", "从全部中撤去"), ("en", "left out of all (last out)")])
def test_the_command_prints_a_table_for_each_commitment(folder, capsys, lang, words):
    out = folder.parent / "rank.json"
    options = ["--replications", "2", "--workers", "1", "--lang", lang, "--json", str(out)]
    assert run(["rank", str(folder), "today", "both", *options]) == 0
    printed = capsys.readouterr().out
    assert words in printed and {"zh": "审核提速", "en": "quicker review"}[lang] in printed
    content = json.loads(out.read_text(encoding="utf-8"))
    assert "假设" in content["notice"]["zh"]
    assert {one["reform"] for one in content["limits"]["L1"]["reforms"]} == {"one-more-reviewer", "quicker-review"}


def compare(folder, out, *more):
    asked = [str(folder), "today", "more-staff", "both", "--rank", "both", "--logs", "first", "--replications", "2"]
    return run(["compare", *asked, "--workers", "1", "--lang", "en", "--out", str(out), *more])


def test_compare_with_rank_says_the_same_as_rank_and_keeps_no_logs_of_what_it_simulates_beside(
    folder, tmp_path, monkeypatch
):
    short_report(monkeypatch)
    out, alone = tmp_path / "out", tmp_path / "rank.json"
    assert compare(folder, out) == 0
    found = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    options = ["--replications", "2", "--workers", "1", "--json", str(alone)]
    assert run(["rank", str(folder), "today", "both", *options]) == 0
    content = json.loads(alone.read_text(encoding="utf-8"))
    assert found["ranking"] == {name: its for name, its in content.items() if name in found["ranking"]}
    assert "--rank both" in found["command"]
    assert {path.name for path in (out / "logs").iterdir()} == {"today", "more-staff", "both"}


def test_a_ranking_that_is_stopped_goes_on_to_the_same_bytes(folder, tmp_path, monkeypatch):
    short_report(monkeypatch)
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert compare(folder, whole) == 0
    done = []
    real = sim.runs.simulated.sample

    def stopped(*given):
        done.append(1)
        if len(done) == 8:
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(sim.runs.simulated, "sample", stopped)
        assert compare(folder, out) == 130
    assert run(["resume", str(out), "--workers", "1"]) == 0
    for name in ("verdicts.json", "report.html"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--rank", "today"], "none of the scenarios after the reform"),
        (["--rank", "bot"], "none of the scenarios after the reform"),
        (["--rank", "both"], "neither --out nor --json"),
    ],
)
def test_a_ranking_of_what_is_not_compared_or_that_nothing_would_show_is_refused(
    folder, capsys, tmp_path, more, expected
):
    json_file = [] if "neither" in expected else ["--json", str(tmp_path / "x.json")]
    assert run(["compare", str(folder), "today", "both", "--lang", "en", *more, *json_file]) == 2
    assert expected in capsys.readouterr().err
