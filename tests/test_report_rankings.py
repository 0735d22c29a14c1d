"""What each reform brings, as a report tells it: in which order, what may be chance, and that nothing adds up."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from sim.analysis.results import Change, Ranked, Ranking, StudyResult
from sim.analysis.statistics import Comparison, paired_difference
from sim.report import pages, pictures, rankings
from sim.report.charts.contributions import MOST, _gain, _key, contributions
from sim.report.edition import Edition
from sim.text import LANGUAGES, Language, Text
from tests.report_pages import only, text_of, written
from tests.results_sample import city, city_study
from tests.test_overview import study

CHANGE = {
    "no-effect": 0.0, "small": 0.5, "large": 3.0, "largest-alone": 4.0, "may-be-chance": 0.1, "overloads": 0.0,
}  # fmt: skip
REFORMS = dict(
    zip(
        CHANGE,
        ("two-managers", "typical-design", "live-line", "gas-online", "water-zero-fee", "gas-standard-kit"),
        strict=True,
    )
)
"""Real reforms that play these parts."""


def saved(days: float, noise: float = 0.01) -> Comparison:
    """Three pairs of replications."""
    before = [10.0, 11.0, 12.0]
    return paired_difference(
        before, [b - days + noise * n for b, n in zip(before, (-1, 2, -1), strict=True)], unit="wd"
    )


def change(limit: str, comparison: Comparison | None, share: Comparison | None) -> Change:
    return Change(limit, "before", "plan", comparison, share)


def ranked(limit: str, part: str) -> Ranked:
    noise = {"may-be-chance": 1.0, "no-effect": 0.0}.get(part, 0.01)
    size = CHANGE[part]
    alone, without = (size, size / 10) if part == "largest-alone" else (size, size)
    none, share = part == "overloads", saved(-size / 100, noise / 100)
    changes = [None if none else change(limit, saved(days, noise), share) for days in (alone, without)]
    return Ranked(REFORMS[part], limit, changes[0], changes[1], False, none)


@cache
def ranking() -> Ranking:
    limits = [verdict.limit for verdict in city_study().scenarios[0].verdicts]
    each = tuple(ranked(limit, part) for part in CHANGE for limit in limits)
    return Ranking("before", "plan", each, {"live-line": Text("要先有班组", "crews are needed first")})


def edition(language: Language = "zh", result: StudyResult | None = None) -> Edition:
    return Edition(replace(result or city_study(), ranking=ranking()), city(), language)


def names(parts: str) -> list[str]:
    return [edition().say(city().reforms[REFORMS[part]].name) for part in parts.split()]


def test_the_reform_whose_loss_overloads_a_pool_leads_then_those_whose_loss_changes_most() -> None:
    found = rankings.contributions(edition(), ranking(), "E1")
    assert [line.name for line in found.changing] == names("overloads large small largest-alone")
    assert found.changing[0].without[0].size == "排队无限增长"


def test_what_may_be_chance_is_told_by_name_without_a_place_and_what_no_case_feels_is_counted() -> None:
    found = rankings.contributions(edition(), ranking(), "E1")
    assert [line.name for line in found.doubtful] == names("may-be-chance") and found.unchanged == 1
    assert found.doubtful[0].alone[0].sign == "≈"
    assert found.left_out(edition()) == [f"变化不显著：{names('may-be-chance')[0]}。", "另有 1 项对各办件毫无影响。"]


def test_a_commitment_that_no_reform_touches_says_so_in_one_sentence() -> None:
    idle = tuple(ranked("E1", "no-effect") for _ in range(3))
    found = rankings.contributions(edition(), replace(ranking(), reforms=idle), "E1")
    assert not found.changing and found.left_out(edition()) == ["各项举措对各办件毫无影响。"]


def test_alone_a_reform_takes_time_away_and_left_out_it_gives_it_back() -> None:
    large = rankings.contributions(edition(), ranking(), "E1").changing[1]
    assert large.alone[0].size.startswith("−3.0（−3.0～") and large.without[0].size.startswith("+3.0（")


def test_a_limit_on_the_mean_is_ranked_by_the_mean_and_one_on_every_case_by_the_share_with_the_mean_beside() -> None:
    assert rankings.contributions(edition(), ranking(), "E1").measures == ("平均用时（工作日）",)
    measures = rankings.contributions(edition(), ranking(), "E2").measures
    assert measures == ("按时办结率（百分点）", "平均用时（工作日）")


def test_where_no_share_moves_the_mean_tells_the_reforms_apart() -> None:
    still = tuple(
        replace(
            r,
            **{
                n: c and replace(c, share_within=saved(0, 0)) for n in ("first_in", "last_out") for c in [getattr(r, n)]
            },
        )
        for r in ranking().reforms
    )
    its = replace(city_study(), changes=())
    found = rankings.contributions(Edition(its, city(), "zh"), replace(ranking(), reforms=still), "E2")
    assert found.measures == ("平均用时（工作日）",) and len(found.changing) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_services_picture_tells_which_reform_leads_and_what_a_cross_is(language: Language) -> None:
    its = edition(language)
    picture = contributions(its, "electricity")
    assert picture is not None
    assert its.say(city().reforms[REFORMS["overloads"]].name) in picture.alt and str(MOST) in picture.alt
    words = {"zh": "排队无限增长", "en": "a queue grows without end"}[language]
    calm = [one for one in ranking().reforms if not one.grows_without]
    for drawn, told in ((list(ranking().reforms), True), (calm, False)):
        signs = [sign.words for _, line in _key(its, drawn).lines for sign in line]
        assert any(words in sign for sign in signs) is told


def test_a_service_whose_reforms_change_nothing_has_no_picture() -> None:
    limits = edition().services["gas"]
    idle = replace(ranking(), reforms=tuple(ranked(id_, "no-effect") for id_ in limits))
    assert contributions(Edition(replace(city_study(), ranking=idle), city(), "zh"), "gas") is None
    assert contributions(Edition(city_study(), city(), "zh"), "gas") is None


@pytest.mark.parametrize("days", [0.5, -0.5])
def test_right_of_zero_is_better_whether_time_falls_or_the_share_rises(days: float) -> None:
    gained = change("E2", saved(days), saved(-days))
    found = [_gain(gained, "mean"), _gain(gained, "share_within")]
    for gain, scale in zip(found, (1, 100), strict=True):
        assert gain is not None and gain[0] == pytest.approx(scale * days) and gain[1] < gain[0] < gain[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_overview_has_a_stamped_part_a_service_that_says_the_effects_do_not_add_up(language: Language) -> None:
    its = edition(language, study())
    charts = pictures.draw_overview(its)
    page, told = pages.long_page(its, charts), rankings.told(its)
    assert told is not None and list(told.services) == [
        s for s, ids in its.services.items() if {*ids} & {*its.measured}
    ]
    assert page.count('<span class="stamp small">') == 2 * len(told.services)
    shown = text_of(page)
    assert shown.count({"zh": "两列都不能相加", "en": "Neither column adds up"}[language]) == len(told.services)
    assert {"zh": "要先有班组", "en": "crews are needed first"}[language] in shown and "--all --rank" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_side_by_side_has_them_in_an_annex_that_each_commitment_leads_to(language: Language) -> None:
    page = written(replace(only(city_study(), "E1", "E2"), ranking=ranking()), city(), language)
    assert page.count('id="rankings"') == 1 and page.count('<a href="#rankings">') == 2
    assert "shixian rank" not in page


def test_a_report_without_a_ranking_says_which_command_gives_one() -> None:
    its = Edition(study(), city(), "zh")
    charts = pictures.draw_overview(its)
    assert "--all --rank" in text_of(pages.long_page(its, charts)) and not charts.files()
    page = written(only(city_study(), "E1"), city())
    assert "shixian rank" in page and 'id="rankings"' not in page
