"""The report of a whole city: by service, with what has no number, every reading in one table, links that lead."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from sim.analysis.results import Verdict
from sim.report import cells, contents, page_one, pages, pictures
from sim.report.charts.finished import finished
from sim.report.charts.months import months
from sim.report.charts.required import required
from sim.report.charts.standing import standing
from sim.report.charts.time_parts import Slice
from sim.report.charts.time_split import _hues, time_split
from sim.report.charts.variants import processes
from sim.report.edition import Edition
from sim.report.indicators import rows
from sim.report.readings import readings
from sim.report.table import WIDTH, verdict_table
from sim.report.wording import describe_clock
from sim.text import LANGUAGES, Language
from tests.report_pages import changed, only, text_of, untimed, written
from tests.results_sample import city, city_study, estimate

cell_len = pytest.importorskip("rich.cells").cell_len
SERVICES = ["电力", "燃气", "供水", "供热", "不动产登记", "工程审批"]


@cache
def page(language: Language = "zh") -> str:
    return written(city_study(), city(), language)


@cache
def edition(language: Language = "zh") -> Edition:
    return Edition(city_study(), city(), language)


def vanished(verdict: Verdict) -> Verdict:
    """Under the plan the steps that the clock needs are gone: no case has a time."""
    if verdict.scenario == "before" or verdict.default is None:
        return verdict
    none = estimate(None)
    names = ("late", "late_per_year", "mean", "share_within", "p90", "median", "longest")
    default = replace(
        verdict.default, **dict.fromkeys(names, none), cases=0, finished=0, longest_days=None, longest_stuck_at="",
        quantiles=(), months=(), decision=verdict.default.decision and "undecided", ratio=None,
    )  # fmt: skip
    readings = tuple(default if r.reading.role == "default" else r for r in verdict.readings)
    return replace(verdict, default=default, readings=readings, sticking=(), elapsed_kept=none)


def test_page_one_has_the_commitments_with_a_number_by_service() -> None:
    groups = page_one.groups(edition())
    assert [group.name for group in groups] == ["电力", "燃气", "供水", "不动产登记"]
    assert [row.id for group in groups for row in group.rows] == edition().limits(numbered=True)
    assert len(edition().limits(numbered=True)) == 14


def test_commitments_without_a_number_show_before_and_after_and_no_verdict() -> None:
    listed = {row.id: row for row in page_one.unnumbered(edition())}
    assert list(listed) == [
        "E6", "E7", "E8", "E9", "G4", "G5", "W3", "H1", "H2", "H3", "P5", "P6", "A1", "A2", "A3",
    ]  # fmt: skip
    assert listed["H1"].change == "平均 66.6 → 33.3 个工作日"
    before, after = listed["H2"].outcomes
    assert (before.leading, after.leading) == ("平均 89.6", "平均 44.8")
    assert before.beside[0].startswith("10月15日前 ") and after.beside[0].startswith("10月15日前 ")
    own = page().partition('<section id="H1">')[2].partition("</section")[0]
    assert "列出改革前后的情况，不作判定" in own
    assert not re.search("可达|达标|按时|超期", text_of(own))


def test_what_nothing_can_be_timed_of_is_named_with_units_that_stand_nowhere_else() -> None:
    electricity, gas, permits = page_one.without_reading(Edition(untimed(city_study(), "E6", "G5", "A3"), city(), "zh"))
    assert electricity.startswith("E6 ") and "责任单位" not in electricity + gas
    assert permits == "A3 审批事项划转审批服务局（责任单位：市委编办、市审批服务局）"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_service_has_a_part_and_every_link_leads_somewhere(language: Language) -> None:
    anchors = Counter(re.findall(r'id="([^"]+)"', page(language)))
    links = re.findall(r'href="#([^"]+)"', page(language))
    assert {f"service-{service}" for service in city().services} <= set(anchors) & set(links)
    assert set(links) <= set(anchors) and max(anchors.values()) == 1
    assert set(edition().measured) <= set(links)


def test_parts_are_numbered_within_their_services() -> None:
    parts = contents.parts(edition(), without={"processes", "rankings"})
    assert [part.title for part in parts[:6]] == SERVICES
    assert [one.number for one in parts[1].limits] == ["2.1", "2.2", "2.3", "2.4", "2.5"]
    assert [(part.number, part.title) for part in parts[6:8]] == [("7", "口径对照表"), ("8", "情景与改革举措")]
    alone = contents.parts(Edition(only(city_study(), "G1", "G2"), city(), "zh"), without=set())
    assert [part.number for part in alone[:3]] == ["1", "2", "3"] and not any(part.limits for part in alone)


def test_a_short_report_has_no_table_of_contents() -> None:
    assert '<section id="contents"' not in written(only(city_study(), "G1"), city())


def test_one_annex_has_every_commitment_under_every_reading_with_what_it_alone_would_decide() -> None:
    annex = page().partition('<section id="readings">')[2].partition("</section")[0]
    shown = text_of(annex)
    for id_ in edition().measured:
        limit = city().limits[id_]
        assert f"{id_} {edition().say(limit.name)}" in shown
        for row in readings(edition(), id_, alone=True):
            assert row.name in shown
            assert all(bool(decision) == (id_ in edition().limits(numbered=True)) for _, decision in row.cells)


def test_what_lasts_under_the_limit_stands_beside_the_whole_elapsed_time() -> None:
    labels = {row.label: row.cells for row in rows(edition(), "W2")}
    whole, kept = labels["全过程跨度用时（自然日）"], labels["守时件的全程用时（自然日）"]
    assert [float(x.split("（")[0]) - 1 for x in whole] == pytest.approx([float(x.split("（")[0]) for x in kept])
    assert "不超过 10 个工作日的办件的全程用时（自然日）" in {row.label for row in rows(edition(), "E1")}
    assert "10月15日前完成的办件的全程用时（自然日）" in {row.label for row in rows(edition(), "H2")}
    assert not [row for row in rows(edition(), "H1") if "全程" in row.label]


@pytest.mark.parametrize(
    ("language", "share", "clock"),
    [
        ("zh", "10月15日前完成的比例", "起算后首个10月15日前完成为按时"),
        ("en", "share done by 15 October", "in time by the first 15 October after the start"),
    ],
)
def test_a_day_of_the_year_is_told_as_that_day(language: Language, share: str, clock: str) -> None:
    result = edition(language).across("H2")[0][1].default
    assert result is not None and cells.share_label(edition(language), result) == share
    assert share in {row.label for row in rows(edition(language), "H2")}
    limit = city().limits["H2"]
    assert clock in describe_clock(limit.clock, limit.default_reading(), city()).in_(language)


def test_without_a_limit_nothing_must_be_within_it_and_everything_is_drawn() -> None:
    for id_ in ("H1", "H2"):
        result = edition().across(id_)[0][1].default
        assert result is not None and required(result).share is None
        assert all(draw(edition(), id_) is not None for draw in (time_split, finished, months))


def test_a_service_has_a_picture_of_its_own_limits_and_none_where_it_has_none() -> None:
    services = edition().services
    whole, gas = standing(edition()), standing(edition(), services["gas"])
    assert whole is not None and gas is not None and gas.height_mm < whole.height_mm
    assert standing(edition(), services["heating"]) is None


def test_classes_that_are_no_processes_have_names_and_pictures_of_their_processes() -> None:
    assert "gas-standard" not in city().processes
    assert edition().class_name("gas-standard") == edition().say(city().sources["gas-standard"].name)
    assert {"gas-simple", "gas-outline", "heating", "joint-acceptance"} <= set(processes(edition()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_commitment_whose_steps_are_gone_under_the_plan_is_told_and_drawn(language: Language) -> None:
    result = changed(only(city_study(), "G3", "W3", "H2", "P4"), vanished)
    its = Edition(result, city(), language)
    drawn = {
        id_: pictures.LimitCharts(*(draw(its, id_) for draw in (time_split, finished, months))) for id_ in its.measured
    }
    charts = pictures.Charts(standing(its), {}, drawn, None, {}, {})
    assert charts.limits["W3"].time is not None and charts.limits["H2"].finished is not None
    told = text_of(pages.page(its, charts).partition('<section id="assumptions"')[0])
    table = verdict_table(result, city(), language)
    for shown in (told, table):
        assert its.choose("没有办件", "no cases") in shown
        assert not re.search(r"\b(nan|NaN|None|inf)\b", shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_in_the_terminal_is_by_service_with_the_unnumbered_below(language: Language) -> None:
    table = verdict_table(city_study(), city(), language)
    assert max(map(cell_len, table.splitlines())) <= WIDTH
    names = SERVICES if language == "zh" else ["electricity", "gas", "water", "heating"]
    heads = {name: f"【{name}】" if language == "zh" else f"[{name}]" for name in names}
    assert [name for name, head in heads.items() if head not in table] == [names[3], *names[5:]]
    below = table[table.index(edition(language).choose("文件未设时限：", "the plan sets no number:")) :]
    assert edition(language).choose("平均 89.6 → 44.8 天，10月15日前", "mean 89.6 → 44.8 d, by 15 October") in below


def test_owners_of_one_picture_have_different_hues() -> None:
    owners = [owner for owner in city().owner_names() if owner != "suspended"]
    slices = [Slice(owner, "work") for owner in owners[1::2]]
    hues = _hues(edition(), slices)
    assert len(set(hues.values())) == len(slices) <= 8
