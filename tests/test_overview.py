"""Many scenarios at a glance: what stands in the tables, what is told to differ, and what page and terminal show."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from sim.analysis.results import ScenarioResult, StudyResult, Verdict
from sim.report import overview, pages, pictures
from sim.report.edition import Edition
from sim.report.table import WIDTH, verdict_table
from sim.report.verdict_words import GROWING
from sim.text import LANGUAGES, Language
from tests.report_pages import text_of
from tests.results_sample import city, city_study

cell_len = pytest.importorskip("rich.cells").cell_len
SAME, DOUBTFUL = "gas-only", "water-only"


def _a_little_longer(verdict: Verdict) -> Verdict:
    if verdict.default is None or verdict.default.mean.value is None:
        return verdict
    mean = replace(verdict.default.mean, value=verdict.default.mean.value + 0.01)
    return replace(verdict, default=replace(verdict.default, mean=mean))


@cache
def study() -> StudyResult:
    """Seven scenarios: before, the plan, one in which no case fares differently, and four that differ by chance."""
    its = city_study()
    before, plan = its.scenarios

    def called(id_: str) -> ScenarioResult:
        verdicts = before.verdicts if id_ == SAME else map(_a_little_longer, before.verdicts)
        return replace(before, id=id_, verdicts=tuple(replace(verdict, scenario=id_) for verdict in verdicts))

    others = (SAME, DOUBTFUL, "heating-only", "permits-only", "electricity-only")
    return replace(its, scenarios=(before, plan, *map(called, others)))


def edition(language: Language = "zh") -> Edition:
    return Edition(study(), city(), language)


def test_a_report_of_up_to_five_scenarios_has_them_side_by_side_and_one_of_more_is_an_overview() -> None:
    assert overview.is_long(edition())
    assert not overview.is_long(Edition(replace(study(), scenarios=study().scenarios[:5]), city(), "zh"))


def test_every_commitment_with_figures_has_a_column_in_the_table_of_its_service() -> None:
    its = edition()
    assert [column.id for table in overview.tables(its) for column in table.columns] == its.measured


def test_a_scenario_that_changes_nothing_for_a_service_or_perhaps_nothing_is_named_below_its_table() -> None:
    for table in overview.tables(edition()):
        assert {row.id for row in table.rows} <= {"before", "plan"}
        assert DOUBTFUL in [row.id for row in table.doubtful]
        assert [row.id for row in table.unchanged] == [SAME]


def test_a_figure_tells_whether_it_differs_from_the_first_scenarios_beyond_chance() -> None:
    electricity = overview.tables(edition())[0]
    first, plan = ([figure.against for figure in row.figures] for row in electricity.rows)
    assert set(first) == {"first"} and plan[0] == "changed"
    assert {figure.against for figure in electricity.doubtful[0].figures} == {"chance"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_queue_that_grows_without_end_is_told_instead_of_a_figure(language: Language) -> None:
    before, plan, *others = study().scenarios
    growing = replace(plan, verdicts=tuple(replace(verdict, growing=("line-crews",)) for verdict in plan.verdicts))
    its = Edition(replace(study(), scenarios=(before, growing, *others)), city(), language)
    for table in overview.tables(its):
        assert {(figure.leading, figure.against) for figure in table.rows[1].figures} == {
            (GROWING.in_(language), "changed")
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_names_every_scenario_and_is_stamped_in_each_part(language: Language) -> None:
    its = edition(language)
    page = pages.long_page(its, pictures.draw_overview(its))
    for scenario in study().scenarios:
        assert its.scenario_name(scenario.id) in text_of(page)
    assert page.count('<span class="stamp small">') == len(overview.tables(its))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminals_overview_keeps_to_its_width(language: Language) -> None:
    shown = verdict_table(study(), city(), language)
    assert max(map(cell_len, shown.splitlines())) <= WIDTH
    assert edition(language).stamp in shown and DOUBTFUL in shown
