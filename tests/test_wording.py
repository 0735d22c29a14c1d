"""What the report says and how it writes numbers: limits, clocks, verdicts, sentences, in both languages."""

from __future__ import annotations

import doctest
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.results import Sticking, StudyResult, Verdict
from sim.model.clocks import Clock
from sim.model.limits import Limit, Reading
from sim.report import cells, indicators, numbers, readings, sentences, typography
from sim.report.edition import Edition
from sim.report.verdict_words import ASSUMED, MARKS, lacking, verdict_words
from sim.report.wording import describe_clock, describe_limit, describe_quantity, describe_role
from sim.text import Language
from tests.results_sample import baotou, estimate, study


def limit(value: str | None = "18 wd", statistic: Any = "every-case", **more: Any) -> Limit:
    """A commitment."""
    numbered = {"value": value, "statistic": statistic, "classes": ["c"]} if value else {}
    reading = {"id": "r", "name": "r", "role": "default", "unit": "whole-days"}
    words = dict.fromkeys(("name", "service", "item", "quote", "english", "responsible", "deadline"), "x")
    return Limit.model_validate({**words, **numbered, "readings": [reading], **more})


def verdict(limit_: str = "E4", scenario: str = "plan", **more: Any) -> Verdict:
    """The sample's verdict, changed."""
    edition = Edition(study(), baotou(), "zh")
    found = edition.verdict(limit_, scenario)
    assert found is not None
    return replace(found, **more)


def edition(language: Language = "zh", **verdict_fields: Any) -> Edition:
    """An edition whose verdicts are all changed in the same way."""
    scenarios = tuple(
        replace(s, verdicts=tuple(replace(v, **verdict_fields) for v in s.verdicts)) for s in study().scenarios
    )
    return Edition(replace(study(), scenarios=scenarios), baotou(), language)


@pytest.mark.parametrize("module", [numbers, typography])
def test_the_examples_of_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("value", "statistic", "zh", "en"),
    [
        ("18 wd", "every-case", "每件不超过 18 个工作日", "every case within 18 working days"),
        ("1 wd", "every-case", "每件不超过 1 个工作日", "every case within 1 working day"),
        ("10 wd", "mean", "平均不超过 10 个工作日", "mean at most 10 working days"),
        ("0.5 wd", "median", "中位数不超过 0.5 个工作日", "median at most 0.5 working days"),
        (
            "7 d", {"kind": "share", "share": "95%"}, "95% 以上的办件不超过 7 天（自然日）",
            "at least 95% of cases within 7 calendar days",
        ),
        (None, None, "文件未设时限", "the plan sets no number"),
    ],
)  # fmt: skip
def test_a_limit_says_its_statistic_its_number_and_its_unit(value: str, statistic: Any, zh: str, en: str) -> None:
    assert describe_limit(limit(value, statistic)) == (zh, en)


@pytest.mark.parametrize("words", ["文件未设时限", "没有办件", "周一"])
def test_words_that_several_rooms_say_stand_in_one_place(words: str) -> None:
    sources = (path.read_text("utf-8") for path in Path(sim.__file__).parent.rglob("*.py"))
    assert sum(source.count(f'Text("{words}", ') for source in sources) == 1


def test_hours_of_effort_are_not_counted_with_a_measure_word() -> None:
    assert describe_quantity(baotou().limits["E4"].value).zh == "18 个工作日"  # type: ignore[arg-type]
    effort = baotou().processes["hv-single"].flow[0].effort.leading  # type: ignore[union-attr]
    assert describe_quantity(effort) == ("30 分钟", "30 min")


def test_the_clock_of_e4_says_start_stop_stages_unit_and_calendar() -> None:
    e4 = baotou().limits["E4"]
    words = describe_clock(e4.clock, e4.default_reading(), baotou(), e4.classes)
    assert words.zh.startswith("自最后一次转入“受理”起，至“接电”止；只计用电申请受理、供电方案答复、设计审查")
    assert words.zh.endswith("挂起时间不计；以工作日计，按“法定工作时间”中当日开放时间折算，非工作时间不计")
    assert words.en.startswith("from the last arrival at “acceptance” to “power on”; counted: only the stages")


def test_a_reading_with_a_clock_of_its_own_is_told_by_that_clock() -> None:
    e1 = baotou().limits["E1"]
    winter = next(r for r in e1.readings if r.id == "winter-suspended")
    assert "不计冻土期用时" in describe_clock(e1.clock, winter, baotou()).zh
    assert "不计冻土期用时" not in describe_clock(e1.clock, e1.default_reading(), baotou()).zh


@pytest.mark.parametrize(
    ("fields", "zh"),
    [
        ({"unit": "calendar-days"}, "期满日为非工作日的顺延至下一工作日"),
        ({"unit": "whole-days", "per": "stage"}, "逐环节分别计算后相加"),
        ({"unit": "half-days"}, "以半个工作日计"),
        ({"unit": "fraction", "clock": {"from_start": True}}, "自开始办理起计，排队不计"),
        ({"unit": "fraction", "clock": {"count": {"owners": "suspended"}}}, "只计挂起用时"),
    ],
)
def test_each_part_of_a_reading_is_said(fields: dict[str, Any], zh: str) -> None:
    reading = Reading.model_validate({"id": "r", "name": "r", "role": "default", **fields})
    assert zh in describe_clock(Clock(), reading, baotou()).zh


def test_suspensions_do_not_count_unless_they_are_named() -> None:
    named = Clock.model_validate({"count": {"owners": ["suspended", "utility"]}})
    assert "挂起时间不计" in describe_clock(Clock(), None, baotou()).zh
    assert "挂起时间不计" not in describe_clock(named, None, baotou()).zh


def test_what_the_model_does_not_know_is_told_by_its_id() -> None:
    clock = Clock.model_validate({"start": {"end": "no-such-step"}, "except": {"owners": ["nobody"]}})
    assert describe_clock(clock, None, baotou()).zh.startswith("自完成“no-such-step”起")


@pytest.mark.parametrize(
    ("value", "assumed", "zh", "en"),
    [
        ("met", False, "达标", "met"),
        ("met", True, "假设下可达", "reachable under the assumptions"),
        ("not-met", False, "未达标", "not met"),
        ("not-met", True, "假设下不可达", "not reachable under the assumptions"),
        ("undecided", True, "暂不能判定", "undecided"),
        ("no-number", True, "文件未设时限", "the plan sets no number"),
        ("depends-on-reading", False, "因口径而异", "depends on the reading"),
    ],
)
def test_rule_20_has_its_words(value: Any, assumed: bool, zh: str, en: str) -> None:
    assert verdict_words(verdict(value=value, assumed=assumed)) == (zh, en)
    assert len(set(MARKS.values())) == len(MARKS)


@pytest.mark.parametrize(
    ("missing", "growing", "zh"),
    [
        ("runs", (), "需增加模拟次数"),
        ("run-out", (), "有办件未办结，需延长模拟期"),
        ("data", (), "缺少数据"),
        ("cases", (), "没有办件"),
        (None, ("line-crews",), "排队无限增长"),
        (None, (), "容许比例为零，次数再多也不能证明"),
    ],
)
def test_an_undecided_verdict_says_what_is_missing(missing: Any, growing: tuple[str, ...], zh: str) -> None:
    found = lacking(verdict(value="undecided", missing=missing, growing=growing))
    assert found is not None
    assert found.zh == zh
    assert lacking(verdict(value="met")) is None


def test_a_value_without_cases_is_never_zero_or_nan() -> None:
    assert numbers.with_interval(estimate(None), numbers.days, "zh") == "没有办件"
    assert numbers.with_interval(estimate(None), numbers.share, "en") == "no cases"
    withheld = replace(estimate(1.0), value=None, low=None, high=None, reason=ASSUMED)
    assert numbers.with_interval(withheld, numbers.days, "zh") == "-"


@pytest.mark.parametrize(
    ("value", "half", "shown"),
    [
        (0.972, 0.02, "97.2%（95.2%～99.2%）"),
        (0.972, 0.027, "97%（94%～>99%）"),
        (0.612, 0.01, "61%（60%～62%）"),
        (0.028, 0.02, "2.8%（0.8%～4.8%）"),
        (0.9999, 0.0001, ">99.9%（>99.9%～100%）"),
    ],
)
def test_a_share_near_all_or_none_has_a_decimal_where_its_interval_bears_it(
    value: float, half: float, shown: str
) -> None:
    assert numbers.with_interval(estimate(value, half, unit="share"), numbers.share, "zh") == shown


def test_the_time_of_one_case_in_whole_days_has_no_decimals_and_the_mean_keeps_its_own() -> None:
    whole = verdict("E1").default
    assert whole is not None
    result = replace(whole, median=estimate(5.0, 1.0), p90=estimate(34.0, 9.0), longest_days=1182.0, mean=estimate(9.0))
    shown = {row.label: row.cells[1] for row in indicators.rows(edition(default=result), "E1")}
    assert shown["平均用时（工作日）"] == "9.0（9.0～9.0）"
    assert shown["中位用时（工作日）"] == "5（4～6）"
    assert shown["90% 分位用时（工作日）"] == "34（25～43）"
    assert shown["最长一件（工作日）"].startswith("1,182，卡在")
    assert cells.outcome(edition(), result).beside[1] == "最长 1,182"


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "只模拟 2 次，区间粗略"), ("en", "only 2 replications, rough intervals")]
)
def test_intervals_from_few_replications_say_so_beside_them(language: Language, words: str) -> None:
    few = Edition(replace(study(), replications=2), baotou(), language)
    assert few.few() == words
    assert any("2" in sentence for sentence in sentences.summary(few)[-1:])
    rare = verdict("E5")
    assert rare.default is not None
    rare = replace(rare, default=replace(rare.default, share_within=estimate(0.5, 0.2, replications=4)))
    result = replace(study(), scenarios=tuple(replace(s, verdicts=(rare,)) for s in study().scenarios))
    assert "4" in indicators.doubts(Edition(result, baotou(), language), "E5")[0].cells[0].partition("%")[2]
    assert Edition(study(), baotou(), language).few() == ""
    assert all(
        "粗略" not in cell and "rough" not in cell for cell in indicators.doubts(edition(language), "E4")[0].cells
    )


def test_one_replication_has_no_interval_and_says_so() -> None:
    assert Edition(replace(study(), replications=1), baotou(), "zh").few() == "只模拟 1 次，没有区间"


def test_a_lower_bound_says_that_it_is_one() -> None:
    open_ = replace(estimate(14.2), high=None, open=3, reason=ASSUMED)
    assert numbers.with_interval(open_, numbers.days, "zh") == "≥14.2"


def test_the_interval_stands_beside_in_the_brackets_of_the_language() -> None:
    found = estimate(14.2, 0.3)
    assert numbers.with_interval(found, numbers.days, "zh") == "14.2（13.9～14.5）"
    assert numbers.with_interval(found, numbers.days, "en") == "14.2 (13.9–14.5)"


def test_the_figure_that_is_promised_leads() -> None:
    found = edition()
    mean, every = (cells.outcome(found, verdict(id_).default) for id_ in ("E1", "E4"))
    assert mean.leading == "平均 9.1"
    assert mean.beside[0] == "不超过 10 个工作日的占 69%"
    assert every.leading == "按时 97.7%"
    assert every.beside[0] == "平均 12.4"


@pytest.mark.parametrize(
    ("language", "share", "late"),
    [
        ("zh", "单件不超过 10 个工作日的比例", "按时|超期|未到期"),
        ("en", "share of single cases within 10 wd", "late|on time|in time|within the limit"),
    ],
)
def test_no_single_case_is_late_where_the_mean_is_promised(language: Language, share: str, late: str) -> None:
    rows, told = indicators.rows(edition(language), "E1"), sentences.findings(edition(language), "E1")[0]
    labels = [row.label for row in rows]
    assert labels[1] == share
    assert share in told
    assert not re.search(late, " ".join([*labels, told]))
    mean = next(row for row in readings.readings(edition(language), "E2") if not row.default)
    assert "2" in mean.cells[1][0]
    assert not re.search(late, mean.cells[1][0])


def test_where_every_case_is_promised_the_late_ones_are_told() -> None:
    labels = [row.label for row in indicators.rows(edition(), "E4")]
    assert {"按时办结率", "超期比例（容许 1%）", "预计每年超期件数", "在办超期件数（10 次模拟合计）"} <= set(labels)


def test_how_well_the_old_limit_is_kept_is_a_row_where_the_plan_names_one() -> None:
    told = {row.label: row.cells for row in indicators.rows(edition(), "E4")}["不超过原时限（22 个工作日）的比例"]
    assert [cell.partition("%")[0] for cell in told] == ["97.0", "97.0"] and "96.0" in told[0]
    assert "share within the old limit (22 working days)" in [r.label for r in indicators.rows(edition("en"), "E4")]
    assert not any("原时限" in row.label for row in indicators.rows(edition(), "E1"))


def test_where_a_queue_grows_without_end_it_is_where_cases_stick() -> None:
    found = verdict(growing=("line-crews",))
    assert cells.sticks(edition(), found) == ("施工队（含外包）", "排队无限增长")


def test_the_summary_counts_verdicts_and_promises_nothing() -> None:
    zh, en = ("".join(sentences.summary(edition(language))) for language in ("zh", "en"))
    assert "5 项有时限的承诺事项预计：“改革前（2021年6月）”情景下，5 项假设下不可达；" in zh
    assert "2 项假设下可达、1 项假设下不可达、1 项因口径而异、1 项暂不能判定" in zh
    assert "另有 4 项文件未设时限，不作判定，只列改革前后的情况。" in zh
    assert "保证" not in zh
    assert "for the 5 commitments with a limit" in en


def test_a_growing_queue_is_told_with_its_scenario() -> None:
    told = sentences.growing(edition(growing=("line-crews", "inspection-teams")))
    assert told[0].startswith("“改革前（2021年6月）”情景下施工队（含外包）、检验组的排队无限增长，")
    assert told[0].endswith("与其有关的承诺不给出稳态数值。")


def test_a_commitment_is_told_as_officials_tell_it() -> None:
    first, second = sentences.findings(edition(), "E4")
    assert first == (
        "模拟结果显示，“方案举措（含探索、含增配带电作业班）”实施后，"
        "平均用时预计由 15.4 个工作日压缩至 12.4 个工作日，压减 20%；"
        "按时办结率预计由 76% 提高到 97.7%；环节平均由 6 个压减至 4 个。"
    )
    assert second == "最长一件用时 27.1 个工作日，卡在“供电方案会审”。"


def test_a_scenario_that_is_slower_is_not_called_a_cut() -> None:
    result: StudyResult = replace(study(), scenarios=study().scenarios[::-1], changes=())
    told = sentences.findings(Edition(result, baotou(), "zh"), "E4")[0]
    assert "平均用时预计由 12.4 个工作日变为 15.4 个工作日；" in told
    assert "按时办结率预计由 97.7% 变为 76%" in told


def test_a_share_that_stays_is_said_to_stay() -> None:
    scenarios = (study().scenarios[0], replace(study().scenarios[0], id="plan"))
    told = sentences.findings(Edition(replace(study(), scenarios=scenarios, changes=()), baotou(), "zh"), "E4")[0]
    assert "按时办结率预计仍为 76%" in told


@pytest.mark.parametrize(("language", "words"), [("zh", "（季节性停工）"), ("en", " (season closed)")])
def test_a_wait_for_a_closed_season_is_not_told_as_a_queue(language: Language, words: str) -> None:
    thaw, papers = "three-zero-works/grid-works/frozen-ground", "three-zero-works/grid-works/materials"
    found = verdict("E1")
    assert found.default is not None
    longest = replace(found.default, longest_stuck_at=thaw)
    at = edition(language, sticking=(Sticking(thaw, "wait", 4.0), Sticking(papers, "wait", 2.0)), default=longest)
    assert cells.sticks(at, at.across("E1")[-1][1])[0].endswith(words)
    assert words in at.sticking(Sticking(thaw, "wait", 4.0), longest)
    assert words not in at.sticking(Sticking(papers, "wait", 2.0), longest)
    assert words in sentences.findings(at, "E1")[1]
    assert any(words in row.cells[1] for row in indicators.rows(at, "E1"))


def test_readings_that_stand_beside_are_printed_without_a_decision() -> None:
    rows = readings.readings(edition(), "E4")
    assert [row.role for row in rows] == [describe_role(r.role).zh for r in baotou().limits["E4"].readings]
    for row in rows:
        assert all(bool(decision) == (row.role != "仅列出") for _, decision in row.cells)


def test_the_doubt_about_inputs_is_not_yet_assessed() -> None:
    runs, inputs = indicators.doubts(edition(), "E4")
    assert inputs.cells == ["尚未评估", "尚未评估"]
    assert runs.cells == ["95% 区间 74%～78%", "95% 区间 95.7%～99.7%"]


def test_chinese_prose_has_wide_punctuation_whatever_was_typed() -> None:
    assert typography.full_width("三零用户(具备直接装表条件), 平均:2 个") == "三零用户（具备直接装表条件），平均：2 个"
    assert typography.full_width("12:30, a(b)") == "12:30, a(b)"


@pytest.mark.parametrize(
    ("text", "clean"), [("a\u202eb\u200b\0c", "abc"), ("line\nline", "line line"), ("x" * 10_000, "x" * 199 + "…")]
)
def test_what_cannot_be_seen_or_never_ends_is_not_shown(text: str, clean: str) -> None:
    assert typography.cleaned(text) == clean
