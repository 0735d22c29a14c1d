"""What in the plan a reform rests on: called for, only to be explored, or called for by no clause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import run
from sim.model.reforms.reform import Reform
from tests.results_sample import BAOTOU
from tests.tiny_folder import refused

MORE = {"name": "m", "changes": [{"remove": "lv/meeting"}]}
CLAUSE = {"item": "(六)11", "clause": "推行“一件事一次办”审批"}
MORE_WRITTEN = "  more: {name: {zh: 增员, en: More staff}, changes: [{remove: lv/meeting}]}\n"


def reform(**more: Any) -> Reform:
    return Reform.model_validate(MORE | more)


def test_the_three_bases_are_told_apart_in_words() -> None:
    called_for, explored = (reform(basis=basis, **CLAUSE) for basis in ("called-for", "to-be-explored"))
    assert (called_for.basis_name.zh, explored.basis_name.zh) == ("方案要求", "方案只要求探索推行")
    assert reform().basis == "not-called-for"
    assert (
        reform().basis_name == reform(basis="not-called-for").basis_name == ("方案未要求", "not called for by the plan")
    )


@pytest.mark.parametrize("basis", ["called-for", "to-be-explored"])
def test_what_the_plan_names_has_its_clause(tmp_path: Path, basis: str) -> None:
    written = MORE_WRITTEN.replace("changes:", f"basis: {basis}, changes:")
    error = refused(tmp_path, MORE_WRITTEN, written, "more: {name")
    assert "clause" in error.cure.zh and "clause" in error.cure.en


@pytest.mark.parametrize("basis", ["", "basis: not-called-for, "])
def test_a_clause_without_a_basis_is_refused_not_guessed(tmp_path: Path, basis: str) -> None:
    written = MORE_WRITTEN.replace("changes:", f"{basis}clause: 充实力量, changes:")
    error = refused(tmp_path, MORE_WRITTEN, written, "more: {name")
    assert "called-for" in error.cure.en and "to-be-explored" in error.cure.zh


@pytest.mark.parametrize("firm", ["true", "false"])
def test_the_old_key_firm_is_refused_where_it_stands_with_what_to_write_instead(tmp_path: Path, firm: str) -> None:
    written = MORE_WRITTEN.replace("changes:", f"firm: {firm}, changes:")
    error = refused(tmp_path, MORE_WRITTEN, written, f"{firm}, changes")
    assert "basis" in error.rule.zh
    for basis in ("called-for", "to-be-explored", "not-called-for"):
        assert basis in error.cure.zh and basis in error.cure.en


def test_an_unknown_basis_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    written = MORE_WRITTEN.replace("changes:", "basis: explored, changes:")
    error = refused(tmp_path, MORE_WRITTEN, written, "explored,")
    assert "to-be-explored" in error.rule.en


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("方案未要求", "方案只要求探索推行;依据 (六)11", "须注意:方案只定时限")),
        (
            "en",
            ("not called for by the plan", "the plan only asks to explore it; clause", "bear in mind: The plan sets"),
        ),
    ],
)
def test_diff_tells_the_basis_of_each_reform_and_its_caution(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "diff.json"
    assert run(["diff", str(BAOTOU), "before", "plan", "--lang", lang, "--json", str(file)]) == 0
    told = capsys.readouterr().out
    for each in words:
        assert each in told
    reforms = {one["id"]: one for one in json.loads(file.read_text("utf-8"))["process"]["reforms"]}
    assert reforms["live-line-crews"]["basis"] == "not-called-for"
    assert reforms["shorter-stages"]["caution"][lang] in told
    assert reforms["two-managers"]["caution"] is None
