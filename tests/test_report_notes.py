"""What stands below the table and page one: it is computed from the reforms and the figures, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from sim.analysis.results import ClassMean, ReadingResult, StudyResult, Verdict
from sim.model.reforms.reform import Reform
from sim.model.scenario import Folder, ScenarioSpec
from sim.report import page_one, reform_words
from sim.report.edition import Edition
from sim.report.notes import class_means, notes
from sim.report.table import WIDTH, verdict_table
from sim.text import LANGUAGES, Language
from tests.report_pages import changed, only, text_of, written
from tests.results_sample import baotou, city, city_study, estimate, study

NOTHING = estimate(None)
MIX = {"before": (31.6, 4.2), "plan": (12.2, 1.6)}


def mixed(verdict: Verdict) -> Verdict:
    """E1's mean of two classes; that of the others, which promise no mean, of two as well."""
    if verdict.default is None:
        return verdict
    works, direct = MIX[verdict.scenario]
    cases = verdict.default.cases
    return replace(
        verdict,
        classes=(
            ClassMean("three-zero-direct", round(cases * 0.6), estimate(direct, 0.1)),
            ClassMean("three-zero-works", cases - round(cases * 0.6), estimate(works, 0.5)),
        ),
    )


def found(folder: Folder | None = None, language: Language = "zh", result: StudyResult | None = None) -> list[str]:
    return notes(Edition(result or study(), folder or baotou(), language))


def folder(reforms: dict[str, Any] | None = None, **scenarios: Any) -> Folder:
    """The shipped folder with other reforms or scenarios beside its own."""
    its = baotou()
    made = {id_: Reform.model_validate(described) for id_, described in (reforms or {}).items()}
    specs = {id_: ScenarioSpec.model_validate(described) for id_, described in scenarios.items()}
    return its.model_copy(update={"reforms": its.reforms | made, "scenarios": its.scenarios | specs})


def with_third(id_: str) -> StudyResult:
    third = replace(study().scenarios[1], id=id_)
    third = replace(third, verdicts=tuple(replace(v, scenario=id_) for v in third.verdicts))
    return replace(study(), scenarios=(*study().scenarios, third))


def test_what_no_clause_calls_for_is_told_with_what_it_changes() -> None:
    assert found()[0] == "方案未要求的举措：“增配带电作业班”——人员（班组数）“带电作业班”由 3 增至 6。"
    assert found(language="en")[0] == (
        "Not called for by the plan: “more live-line crews” — Servers of “live-line crews” from 3 to 6."
    )


def test_what_is_only_explored_and_what_carries_a_caution_are_told() -> None:
    _, explored, caution, *_ = found()
    assert explored == "方案只要求探索推行的举措：“低压短距离工程告知承诺”。"
    assert caution.startswith("须注意：“压缩环节办理时间”——方案只定时限")
    assert "循环论证" in caution
    _, explored, caution, *_ = found(language="en")
    assert explored == "The plan only asks to explore: “notify-and-commit for short low-voltage lines”."
    assert caution.startswith("Bear in mind: “shorter stages” — ") and "circular" in caution


def test_notes_are_of_the_reforms_that_are_there_and_of_no_other() -> None:
    plain = folder(plan={"name": "p", "reforms": ["connect-first"]})
    assert found(plain) == []
    page = written(study(), plain)
    assert "注：" not in page
    other = folder({"fewer": {"name": "减班", "changes": [{"servers": "meter-teams", "add": -2}]}},
                   plan={"name": "p", "reforms": ["fewer"]})  # fmt: skip
    assert found(other) == ["方案未要求的举措：“减班”——人员（班组数）“装表班”由 8 减至 6。"]


def test_what_another_service_has_to_tell_is_not_told_where_one_service_is_shown() -> None:
    """The plan changes all services; a study of electricity has none of the cautions of gas, nor gas of its own."""
    whole = Edition(city_study(), city(), "zh")
    of = {service: notes(whole, ids) for service, ids in whole.services.items()}
    everything = notes(whole)
    assert {note for told in of.values() for note in told} == set(everything)
    cautions = {service: [note for note in told if note.startswith("须注意")] for service, told in of.items()}
    assert [note.partition("”")[0] for note in cautions["electricity"]] == ["须注意：“压缩环节办理时间"]
    assert cautions["gas"] and cautions["water"]
    assert set(cautions["gas"]).isdisjoint(cautions["electricity"] + cautions["water"] + cautions["property"])
    page = written(city_study(), city())
    for service in whole.services:
        own = text_of(page.partition(f'<section id="service-{service}">')[2].partition("</section")[0])
        assert [note for note in everything if note in own] == of[service], service
    alone = text_of(written(only(city_study(), *whole.services["gas"]), city()))
    assert [note for note in everything if note in alone] == of["gas"]


def test_a_reform_of_what_services_share_is_told_with_each_of_them() -> None:
    sharing = folder({"permits": {"name": "许可窗口", "changes": [{"servers": "road-permit-officers", "add": 1}]}},
                     plan={"name": "p", "reforms": ["permits"]})  # fmt: skip
    whole = city().model_copy(update={"reforms": sharing.reforms, "scenarios": sharing.scenarios})
    edition = Edition(city_study(), whole, "zh")
    for service, ids in edition.services.items():
        assert bool([note for note in notes(edition, ids) if "许可窗口" in note]) == (service != "property"), service


def test_where_scenarios_differ_a_note_says_which_of_them_has_it() -> None:
    told = found(result=with_third("plan-without-live-line-crews"))
    assert told[0].startswith("方案未要求的举措：“增配带电作业班”（仅“方案举措（含探索、含增配带电作业班）”情景）——")
    assert told[1] == "方案只要求探索推行的举措：“低压短距离工程告知承诺”。"


def test_what_a_scenario_changes_by_itself_is_called_for_by_no_clause() -> None:
    pools = ("meter-teams", "inspection-teams", "drawing-reviewers", "live-line-crews")
    crews = [{"servers": pool, "add": 1} for pool in pools]
    (note,) = found(folder(plan={"name": "各增一班", "changes": crews}))
    assert note.startswith("方案未要求的举措：“各增一班”——")
    assert note.count("增至") == 3 and note.endswith("等 4 项改动。")


@pytest.mark.parametrize(("language", "words"), [
    ("zh", "E1 的平均数由 2 类办件合成：三零用户（需外线工程）占 40%，平均 31.6 → 12.2 个工作日，高于时限；"
           "三零用户（具备直接装表条件）占 60%，平均 4.2 → 1.6 个工作日。"),
    ("en", "E1 is one mean over 2 classes of cases: three-zero, with works, 40% of them, mean 31.6 → 12.2 wd, above "
           "the limit; three-zero, direct metering, 60% of them, mean 4.2 → 1.6 wd."),
])  # fmt: skip
def test_a_promised_mean_that_mixes_classes_tells_each(language: Language, words: str) -> None:
    told = found(result=changed(study(), mixed), language=language)
    assert [note for note in told if note.startswith("E")] == [words]  # E2-E5 promise no mean


def test_a_class_is_called_above_the_limit_only_where_its_whole_interval_is() -> None:
    def rough(verdict: Verdict) -> Verdict:
        its = mixed(verdict).classes
        return replace(verdict, classes=tuple(replace(c, mean=replace(c.mean, low=0.0)) for c in its))

    assert "高于时限" not in found(result=changed(study(), rough))[-1]


def test_the_means_of_the_classes_stand_beside_the_verdict() -> None:
    result = changed(study(), mixed)
    rows = page_one.groups(Edition(result, baotou(), "zh"))[0].rows
    assert rows[0].classes == ["三零用户（需外线工程）平均 12.2", "三零用户（具备直接装表条件）平均 1.6"]
    assert not any(row.classes for row in rows[1:])
    page = text_of(written(result, baotou()).partition('<section id="E1">')[0])
    assert "三零用户（需外线工程）平均 12.2" in page


@pytest.mark.parametrize("steady", [(), ("three-zero-works",)])
def test_without_a_steady_mean_of_several_classes_there_is_nothing_to_tell(steady: tuple[str, ...]) -> None:
    def hidden(verdict: Verdict) -> Verdict:
        its = mixed(verdict).classes
        return replace(verdict, classes=tuple(c if c.case_class in steady else replace(c, mean=NOTHING) for c in its))

    assert not [note for note in found(result=changed(study(), hidden)) if note.startswith("E")]


def test_where_the_first_scenario_has_no_steady_mean_the_last_stands_alone() -> None:
    def hidden(verdict: Verdict) -> Verdict:
        its = mixed(verdict).classes
        gone = verdict.scenario == "before"
        return replace(verdict, classes=tuple(replace(c, mean=NOTHING) if gone else c for c in its))

    assert "三零用户（需外线工程）占 40%，平均 12.2 个工作日" in found(result=changed(study(), hidden))[-1]


def test_a_single_class_and_a_study_without_readings_have_no_note() -> None:
    edition = Edition(study(), baotou(), "zh")
    for verdict in study().scenarios[0].verdicts:
        assert class_means(edition, verdict) == []
    assert isinstance(study().scenarios[0].verdicts[0].default, ReadingResult)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_and_page_one_have_the_same_notes(language: Language) -> None:
    result = changed(study(), mixed)
    told = found(result=result, language=language)
    assert len(told) == 4
    table, page = verdict_table(result, baotou(), language), text_of(written(result, baotou(), language))
    assert max(map(cell_len, table.splitlines())) <= WIDTH
    unbroken = "".join(table.split())
    for note in told:
        assert "".join(note.split()) in unbroken
        assert note in page


def test_the_annex_tells_basis_and_caution_beside_each_reform_and_the_note_of_a_scenario() -> None:
    rows = {row.name: row for row in reform_words.reforms(Edition(study(), baotou(), "zh"), baotou().scenario("plan"))}
    assert rows["增配带电作业班"].basis == "方案未要求" and rows["增配带电作业班"].clause == ""
    assert rows["低压短距离工程告知承诺"].basis == "方案只要求探索推行"
    assert rows["三零服务（一次上门）"].basis == rows["三零服务（一次上门）"].caution == ""
    annex = text_of(
        written(only(study(), "E2"), baotou()).partition('<section id="reforms">')[2].partition("</section")[0]
    )
    for words in ("方案只要求探索推行", "方案未要求", "须注意： 方案只定时限", "没有条款要求增加班组"):
        assert words in annex
    assert "探索性举措" not in annex
