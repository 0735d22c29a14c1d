"""The annexes of the report: assumptions with the words of their sources, counts, how to reproduce, how rough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.model.figure_paths import figures
from sim.report import assumption_words
from sim.report.edition import Edition
from sim.report.table import verdict_table
from sim.text import LANGUAGES, Language
from tests.report_pages import changed, only, text_of, written
from tests.results_sample import baotou, study


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_annex_of_assumptions_explains_the_words_of_its_sources(language: Language) -> None:
    annex = text_of(written(study(), baotou(), language).partition('<section id="assumptions">')[2])
    legend = baotou().legend
    assert {"A", "M", "人员工时表", "[16]"} <= set(legend)
    edition = Edition(study(), baotou(), language)
    for word, meaning in legend.items():
        assert f"{word} {edition.prose(meaning)}" in annex.replace("   ", " ").replace("  ", " ")


def test_without_a_legend_the_annex_has_none() -> None:
    assert "来源用语" not in written(study(), baotou().model_copy(update={"legend": {}}))


def test_a_figure_that_is_gone_since_the_run_is_left_out_without_a_stumble() -> None:
    assert all("gone" not in figure.path for figure in figures(baotou()))
    gone = changed(only(study(), "E4"), lambda v: replace(v, assumptions=("pools/gone/servers",)))
    assert assumption_words.assumptions(Edition(gone, baotou(), "zh")) == []


def test_every_assumption_stands_once_with_value_range_source_and_commitments() -> None:
    edition = Edition(study(), baotou(), "zh")
    rows = [row for _, its in assumption_words.assumptions(edition) for row in its]
    assert sorted(row.path for row in rows) == sorted({path for v in edition.verdicts() for path in v.assumptions})
    managers = next(row for row in rows if row.path == "pools/customer-managers/servers")
    assert managers[2:] == ("客户经理：人（组）数", "24", "18～30", "A 人员工时表", "E1 E2 E3 E4 E5 E6 E7 E8 E9")
    accept = next(row for row in rows if row.path == "processes/three-zero-works/accept/effort/mean")
    assert next(row for row in rows if row.path == "sources/three-zero-direct/per_year").range == "780～2,400"
    names = {row.path: row.name for row in rows}
    assert names["sources/hv-single/attributes/live-line/eligible"] == "高压单电源用户：构成：接火方式：可带电接火"
    assert names["processes/road-permit/moratorium/share"].endswith("：限挖道路特批或改线：比例")
    assert names["processes/high-voltage-grid-works/materials/factor/values/hv-dual"].endswith("：高压双电源用户")
    frost = next(row for row in rows if row.path == "calendars/excavation/closures/frozen-ground/from")
    assert frost[2:5] == ("可开挖时段：冻土停挖：起", "11月15日", "11月1日～11月20日")
    meetings = {row.path: (row.name, row.value, row.range) for row in rows if row.section == "集中办理"}
    assert meetings["sessions/joint-review/on"] == ("外线工程联审会：每周日期", "周二 → 周二、周五", "")
    assert meetings["sessions/joint-review/at"] == ("外线工程联审会：时刻", "09:00", "")
    assert accept.value == "平均 30 分钟，变异系数 0.5 → 平均 15 分钟，变异系数 0.5"


def test_a_report_from_few_replications_says_so_on_page_one_and_beside_every_table_of_intervals() -> None:
    few = replace(study(), replications=2)
    page = text_of(written(few, baotou()))
    assert page.count("只模拟 2 次，区间粗略") == len(Edition(few, baotou(), "zh").measured) + 1
    assert "各情景只模拟 2 次，区间仅供参考" in page.partition("附件1")[0]
    assert "只模拟 2 次，区间粗略" in verdict_table(few, baotou(), "zh")
    assert "区间粗略" not in text_of(written(study(), baotou())).partition("名词")[0]


def test_a_class_that_a_reform_brings_is_told_by_its_name() -> None:
    edition = Edition(study(), baotou(), "zh")
    brought = set(edition.scenarios["plan"].model.processes) - set(baotou().processes)
    assert brought
    for id_ in brought:
        assert edition.class_name(id_) != id_


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_reproduce_is_in_the_report(language: Language) -> None:
    page = text_of(written(study(), baotou(), language))
    for words in (study().command, str(study().seed), study().scenarios[0].hash, study().folder):
        assert words in page
