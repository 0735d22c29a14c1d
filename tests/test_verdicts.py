"""Rule 20: every value that a verdict can have, from cohorts made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sim.analysis.census import judge_measured
from sim.analysis.results import ReadingResult
from sim.analysis.samples import LongestCase, ReadingSample
from sim.analysis.verdicts import GROWING, NO_NUMBER, combined, judge_reading, lacking
from sim.model.limits import Limit, Reading

WORDS = {"name": "x", "service": "electricity", "item": "(六)11", "quote": "不超10个工作日", "english": "ten"}
WORDS |= {"responsible": "r", "deadline": "d"}


def limit(statistic: Any = "every-case", value: str | None = "10 wd", **more: Any) -> Limit:
    readings = [{"id": "as-written", "name": "x", "role": "default", "unit": "fraction"}]
    kept = {} if value is None else {"value": value, "statistic": statistic, "classes": ["c"]}
    return Limit.model_validate(WORDS | kept | {"readings": readings} | more)


def reading(role: str = "default", id_: str = "as-written", **more: Any) -> Reading:
    return Reading.model_validate({"id": id_, "name": "x", "role": role, "unit": "fraction"} | more)


def cohort(
    times: Sequence[float], open_late: Sequence[float] = (), open_undecided: Sequence[float] = ()
) -> ReadingSample:
    """A replication's cases under a limit of 10 days."""
    finished = np.array(times, dtype=np.float64)
    late = int(np.count_nonzero(finished > 10))
    everything = [*times, *open_late, *open_undecided]
    longest = LongestCase(max(everything), "s-1", "p/a") if everything else None
    return ReadingSample(finished, late, np.array(open_late, float), np.array(open_undecided, float), longest)


def years(n: int, late: int, of: int, **more: Any) -> list[ReadingSample]:
    """n replications with ``late`` cases of 12 days each, and the others spread from 4 to 8 days."""
    return [cohort([12.0] * late + np.linspace(4, 8, of - late).tolist(), **more) for _ in range(n)]


def judged(its: Limit, cohorts: Sequence[ReadingSample], **more: Any) -> tuple[str | None, str | None]:
    result = judge_reading(its, reading(), cohorts, 1.0, **more)
    growing = bool(more.get("growing"))
    return result.decision, lacking(its, result, cohorts, growing=growing) if result.decision == "undecided" else None


# --- every case


def test_every_case_is_met_when_even_the_upper_bound_of_late_cases_is_within_the_tolerance():
    result = judge_reading(limit(), reading(), years(10, 0, 500), 1.0)
    assert result.decision == "met"
    assert result.late.value == 0 and result.late.high is not None and 0 < result.late.high <= 0.01 == result.tolerance


def test_every_case_is_not_met_when_surely_more_are_late_than_the_tolerance():
    result = judge_reading(limit(), reading(), years(10, 25, 500), 1.0)
    assert result.decision == "not-met"
    assert result.late.low is not None and result.late.low > 0.01


def test_too_few_runs_decide_nothing_and_more_runs_are_what_is_missing():
    assert judged(limit(), years(3, 0, 30)) == ("undecided", "runs")


def test_a_larger_tolerance_may_allow_what_a_smaller_one_does_not():
    cohorts = years(10, 10, 500)
    assert judged(limit(tolerance="5%"), cohorts)[0] == "met"
    assert judged(limit(tolerance="0.5%"), cohorts)[0] == "not-met"


def test_tolerance_zero_is_disproved_by_one_late_case_and_proved_by_no_number_of_runs():
    assert judged(limit(tolerance="0%"), years(10, 0, 500)) == ("undecided", None)
    one = [*years(9, 0, 500), *years(1, 1, 500)]
    assert judged(limit(tolerance="0%"), one)[0] == "not-met"


def test_a_case_that_is_open_beyond_the_limit_is_late_and_never_dropped():
    result = judge_reading(limit(), reading(), years(10, 0, 450, open_late=[30.0] * 50), 1.0)
    assert result.decision == "not-met"
    assert (result.cases, result.finished, result.open_beyond_limit) == (5000, 4500, 500)
    assert result.late.value == pytest.approx(0.1)
    assert result.longest_days == 30 and result.longest.high is None


def test_open_cases_that_could_turn_the_verdict_ask_for_a_longer_run_out_not_for_more_runs():
    assert judged(limit(), years(10, 0, 480, open_undecided=[3.0] * 20)) == ("undecided", "run-out")


def test_a_backlog_is_told_in_years_at_the_pace_of_the_window_and_not_where_a_queue_grows():
    """Two windows of half a year with 10 and 20 cases: 30 a year, so that 60 more take two years."""
    its, cohorts = limit(value=None), [*years(1, 0, 10), *years(1, 0, 20)]
    waiting = reading().model_copy(update={"backlog": 60})
    assert judge_reading(its, waiting, cohorts, 0.5).backlog_years == 2.0
    assert judge_reading(its, waiting, cohorts, 0.5, growing=True).backlog_years is None
    assert judge_reading(its, reading(), cohorts, 0.5).backlog_years is None


def test_late_cases_a_year_are_those_of_all_replications_over_their_years():
    result = judge_reading(limit(), reading(), years(10, 25, 500), 2.0)
    assert result.late_per_year.value == pytest.approx(10 * 25 / (10 * 2))
    assert result.late_per_year.low is not None and result.late_per_year.low < 12.5
    assert result.share_within.value == pytest.approx(0.95)
    assert result.share_within.high == pytest.approx(1 - (result.late.low or 0))


def test_without_cases_there_is_no_figure_and_no_verdict():
    result = judge_reading(limit(), reading(), [cohort([]), cohort([])], 1.0)
    assert result.decision == "undecided" and lacking(limit(), result, [cohort([])], growing=False) == "cases"
    figures = (result.late, result.late_per_year, result.mean, result.share_within, result.p90, result.longest)
    assert {estimate.value for estimate in figures} == {None} and {f.reason.en for f in figures if f.reason} == {
        "no cases"
    }
    assert result.longest_days is None and result.quantiles == ()


# --- the other statistics


def test_a_mean_is_judged_by_its_whole_interval():
    assert judged(limit("mean"), years(10, 25, 500))[0] == "met"
    assert judged(limit("mean"), [cohort([11.0, 13.0]), cohort([12.0, 14.0]), cohort([11.5, 12.5])])[0] == "not-met"
    assert judged(limit("mean"), [cohort([7.0]), cohort([12.0]), cohort([9.0])]) == ("undecided", "runs")


def test_a_mean_with_open_cases_is_a_lower_bound_which_can_be_not_met_but_not_met_only_after_a_longer_run_out():
    assert judged(limit("mean"), years(10, 0, 500, open_undecided=[1.0])) == ("undecided", "run-out")
    assert judged(limit("mean"), [cohort([20.0 + i], open_late=[15.0]) for i in range(5)])[0] == "not-met"


def test_a_share_promised_within_the_limit_is_a_tolerance_of_the_rest():
    cohorts = years(10, 15, 500)
    assert judged(limit({"kind": "share", "share": "95%"}), cohorts)[0] == "met"
    assert judged(limit({"kind": "share", "share": "99%"}), cohorts)[0] == "not-met"


def test_a_median_is_judged_by_its_interval():
    assert judged(limit("median"), years(10, 200, 500))[0] == "met"
    assert judged(limit("median"), years(10, 400, 500))[0] == "not-met"


def test_without_a_number_nothing_is_judged_and_times_are_printed():
    its = limit(value=None)
    result = judge_reading(its, reading(), years(5, 0, 50), 1.0)
    assert result.decision is None and combined([result]) == ("no-number", ())
    assert result.mean.value is not None and result.late.value is None and result.late.reason == NO_NUMBER


# --- queues that grow


def test_a_growing_queue_gives_no_steady_figures_and_no_met():
    assert judged(limit(), years(10, 0, 500), growing=True) == ("undecided", None)
    result = judge_reading(limit(), reading(), years(10, 0, 500), 1.0, growing=True)
    figures = (result.late, result.late_per_year, result.mean, result.median, result.share_within, result.p90)
    assert {(f.value, f.low, f.high, f.reason) for f in (*figures, result.longest)} == {(None, None, None, GROWING)}
    assert result.cases == 5000 and result.quantiles == ()


def test_not_met_stands_when_the_queue_grows():
    assert judged(limit(), years(10, 100, 500), growing=True)[0] == "not-met"


# --- readings together


def result_of(role: str, decision: str | None, id_: str = "r") -> ReadingResult:
    cohorts = {"met": years(10, 0, 500), "not-met": years(10, 50, 500), "undecided": years(3, 0, 30)}
    result = judge_reading(limit(), reading(role, id_), cohorts[decision or "met"], 1.0)
    assert result.decision == decision
    return result


@pytest.mark.parametrize(
    ("default", "others", "value", "disagreeing"),
    [
        ("met", [("plausible", "met")], "met", ()),
        ("met", [("plausible", "not-met")], "depends-on-reading", ("r0",)),
        ("not-met", [("plausible", "not-met"), ("plausible", "met")], "depends-on-reading", ("r1",)),
        ("met", [("beside", "not-met")], "met", ()),
        ("met", [("plausible", "undecided")], "met", ()),
        ("undecided", [("plausible", "met")], "undecided", ()),
        ("undecided", [("plausible", "met"), ("plausible", "not-met")], "depends-on-reading", ("r0", "r1")),
        ("undecided", [("plausible", "met"), ("beside", "not-met")], "undecided", ()),
    ],
)
def test_a_verdict_depends_on_the_reading_when_decided_readings_contradict_each_other(
    default: str, others: list[tuple[str, str]], value: str, disagreeing: tuple[str, ...]
):
    results = [result_of("default", default), *(result_of(role, d, f"r{i}") for i, (role, d) in enumerate(others))]
    assert combined(results) == (value, disagreeing)


def test_a_reading_with_a_statistic_of_its_own_is_judged_by_it():
    result = judge_reading(limit(), reading("plausible", statistic="mean"), years(10, 25, 500), 1.0)
    assert (result.decision, result.tolerance) == ("met", None)
    assert result.statistic is not None and result.statistic.kind == "mean"


def test_a_reading_may_put_the_limit_in_its_own_words_as_a_week_is_five_working_days():
    its, week = limit(value="7 d"), reading(value="5 wd", unit="whole-days")
    result = judge_reading(its, week, years(10, 0, 500), 1.0)
    assert (result.limit_value, result.mean.unit) == (5, "wd")
    assert judge_reading(its, reading(), years(10, 0, 500), 1.0).limit_value == 7


def test_the_longest_case_is_that_of_all_replications():
    result = judge_reading(limit(), reading(), [cohort([3.0]), cohort([9.0, 2.0]), cohort([9.0])], 1.0)
    assert (result.longest_days, result.longest_replication, result.longest_case) == (9.0, 1, "s-1")
    assert result.longest.value == pytest.approx((3 + 9 + 9) / 3)
    assert result.quantiles[0] == 2.0 and result.quantiles[100] == 9.0 and len(result.quantiles) == 101


# --- a measured log


def census(its: Limit, cohort_: ReadingSample) -> tuple[str | None, str | None]:
    result = judge_measured(its, reading(), cohort_, [cohort_])
    return result.decision, result.missing


def test_a_census_with_one_late_case_is_not_met_whatever_the_tolerance():
    assert census(limit(tolerance="5%"), cohort([5.0] * 999 + [11.0])) == ("not-met", None)
    assert census(limit(), cohort([5.0] * 999, open_late=[20.0])) == ("not-met", None)


def test_a_census_without_a_late_case_is_met_for_the_period():
    assert census(limit(), cohort([5.0, 10.0])) == ("met", None)


def test_cases_still_open_leave_a_census_undecided_where_they_could_turn_it():
    assert census(limit(), cohort([5.0, 10.0], open_undecided=[1.0])) == ("undecided", "data")
    ninety = limit({"kind": "share", "share": "90%"})
    assert census(ninety, cohort([5.0] * 99, open_undecided=[1.0])) == ("met", None)
    assert census(ninety, cohort([5.0] * 90 + [11.0] * 9, open_undecided=[1.0] * 5)) == ("undecided", "data")


def test_a_mean_and_a_median_of_a_census_are_facts_of_the_period():
    assert census(limit("mean"), cohort([5.0, 15.0])) == ("met", None)
    assert census(limit("mean"), cohort([5.0, 15.1])) == ("not-met", None)
    assert census(limit("median"), cohort([5.0, 6.0, 99.0])) == ("met", None)


def test_an_empty_census_is_undecided_for_want_of_cases():
    result = judge_measured(limit(), reading(), cohort([]), [])
    assert (result.decision, result.missing) == ("undecided", "cases")
    assert result.mean.value is None and result.median.value is None and result.future.value is None


def test_the_future_is_inferred_from_months_as_clusters_and_not_from_one_month():
    months = [cohort([5.0] * 95 + [11.0] * 5), cohort([5.0] * 100), cohort([5.0] * 98 + [11.0] * 2)]
    whole = cohort(np.concatenate([month.finished for month in months]).tolist())
    future = judge_measured(limit(), reading(), whole, months).future
    assert future.value == pytest.approx(7 / 300)
    assert future.low is not None and future.high is not None and future.low < 7 / 300 < future.high
    alone = judge_measured(limit(), reading(), whole, [whole]).future
    assert alone.low is None and alone.reason is not None and "months" in alone.reason.en
