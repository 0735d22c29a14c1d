"""A promise to come down to a part of what was (rule 20): promised limits exactly, means paired by replication."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from pydantic import ValidationError

from sim import document
from sim.analysis.census import judge_measured
from sim.analysis.ratios import FoundRatio, ratio_of
from sim.analysis.results import Verdict
from sim.analysis.samples import ReadingSample, Sample
from sim.analysis.statistics import paired_difference
from sim.model.limits import Limit, Statistic
from sim.model.scenario import Folder
from sim.report.edition import Edition
from sim.report.pages import draw, page
from sim.report.sentences import findings
from sim.report.table import verdict_table
from sim.report.verdict_words import lacking
from sim.report.wording import describe_limit
from sim.text import Text
from tests.studies import LIMIT, WORDS, folder, study
from tests.tiny_folder import TINY, refusals


def promised(value: str, baseline: str | None = None) -> Limit:
    readings = [{"id": "fraction", "name": "x", "role": "default", "unit": "fraction"}]
    its = {"value": value, "baseline": baseline, "statistic": "every-case", "classes": ["c"], "readings": readings}
    return Limit.model_validate(WORDS | {k: v for k, v in its.items() if v is not None})


def ratio(at_most: float, *of: str) -> Statistic:
    return Statistic.model_validate({"kind": "ratio", "of": of, "at_most": at_most})


def of_promises(at_most: float, **limits: Limit) -> FoundRatio:
    return ratio_of(ratio(at_most, *limits), limits, [], None)


def samples(*means: Sequence[float], still_open: int = 0) -> list[Sample]:
    """A replication for each entry, with ten cases of each limit P1, P2, ... about the means given."""
    none = np.empty(0)

    def one(days: float) -> Any:
        its = ReadingSample(days + np.linspace(-0.1, 0.1, 10), 0, none, np.full(still_open, days))
        return SimpleNamespace(readings={"fraction": its})

    found = [SimpleNamespace(limits={f"P{k}": one(x) for k, x in enumerate(run, 1)}) for run in means]
    return cast("list[Sample]", found)


# --- promised limits


def test_the_ratio_of_promised_limits_is_exact_and_each_must_keep_it() -> None:
    """Old limits of 3, 2 and 1 working days, new ones of 2, 1 and 0.5: 67%, 50%, 50%."""
    three, two, one = promised("2 wd", "3 wd"), promised("1 wd", "2 wd"), promised("0.5 wd", "1 wd")
    found = of_promises(0.6, P1=three, P2=two, P3=one)
    assert (found.decision, found.missing) == ("not-met", None)
    assert (found.estimate.low, found.estimate.value, found.estimate.high) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert of_promises(0.6, P2=two, P3=one).decision == "met"
    assert of_promises(0.5, P2=two).decision == "met"
    assert of_promises(0.4, P1=promised("2 wd", "5 wd")).decision == "met"


def test_without_the_old_limit_it_is_undecided_for_want_of_data_unless_another_class_breaks_it() -> None:
    found = of_promises(0.6, P1=promised("2 wd"), P2=promised("1 wd", "2 wd"))
    assert (found.decision, found.missing, found.estimate.value) == ("undecided", "data", 0.5)
    assert of_promises(0.6, P1=promised("2 wd")).estimate.value is None
    assert of_promises(0.6, P1=promised("2 wd"), P2=promised("2 wd", "3 wd")).decision == "not-met"


# --- means


def test_the_ratio_of_means_is_fiellers_at_a_confidence_that_holds_for_all_classes_at_once() -> None:
    before, after = [[4.0, 2.0], [4.2, 2.1], [3.9, 1.9]], [[2.0, 1.0], [2.2, 1.1], [1.9, 1.0]]
    found = ratio_of(ratio(0.9, "P1/fraction", "P2/fraction"), {}, samples(*after), samples(*before))
    wanted = [
        paired_difference([b[k] for b in before], [a[k] for a in after], unit="d", confidence=0.975).ratio
        for k in (0, 1)
    ]
    largest = max(wanted, key=lambda estimate: estimate.value or 0)
    assert found.estimate.value == pytest.approx(largest.value)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((largest.low, largest.high))
    assert found.decision == "met"
    assert (
        ratio_of(ratio(0.4, "P1/fraction", "P2/fraction"), {}, samples(*after), samples(*before)).decision == "not-met"
    )


def test_an_interval_about_the_promise_asks_for_more_runs_and_one_run_gives_none() -> None:
    wide = ratio_of(ratio(0.5, "P1/fraction"), {}, samples([2.0], [2.1]), samples([4.1], [4.0]))
    single = ratio_of(ratio(0.6, "P1/fraction"), {}, samples([2.0]), samples([4.0]))
    for found in (wide, single):
        assert (found.decision, found.missing) == ("undecided", "runs")
    assert single.estimate.value == pytest.approx(0.5)


def test_cases_still_open_leave_one_side_of_the_interval_unknown() -> None:
    before, after = [[4.0], [4.1], [4.2]], [[2.0], [2.1], [2.05]]
    statistic = ratio(0.6, "P1/fraction")
    later = ratio_of(statistic, {}, samples(*after, still_open=2), samples(*before))
    assert (later.decision, later.missing, later.estimate.high) == ("undecided", "run-out", None)
    earlier = ratio_of(statistic, {}, samples(*after), samples(*before, still_open=2))
    assert (earlier.decision, earlier.estimate.low, earlier.estimate.open) == ("met", None, 6)


def test_alone_a_scenario_has_nothing_to_be_compared_with() -> None:
    found = ratio_of(ratio(0.6, "P1/fraction"), {}, samples([2.0], [2.1]), None)
    assert (found.decision, found.missing, found.estimate.value) == ("undecided", "before", None)


def test_one_measured_log_does_not_say_what_was_before() -> None:
    described = {"classes": ["p"], "statistic": {"kind": "ratio", "of": ["P1/fraction"], "at_most": 0.6}}
    reading = {"id": "ratio", "name": "x", "role": "default", "unit": "fraction"}
    limit = Limit.model_validate(WORDS | described | {"readings": [reading]})
    cohort = ReadingSample(np.linspace(1, 2, 20), 0, np.empty(0), np.empty(0))
    found = judge_measured(limit, limit.readings[0], cohort, [cohort])
    assert (found.decision, found.missing) == ("undecided", "data")


# --- the whole way


def with_ratio(*of: str, at_most: str = "60%", **old: str) -> Folder:
    reading = {"id": "ratio", "name": "x", "role": "default", "unit": "fraction"}
    statistic = {"kind": "ratio", "of": of, "at_most": at_most}
    p4 = WORDS | {"classes": ["p"], "statistic": statistic, "readings": [reading]}
    return folder(limits={"L1": LIMIT | old, "P4": p4})


def verdicts(its: Folder) -> list[Verdict]:
    return [next(v for v in scenario.verdicts if v.limit == "P4") for scenario in study(its).scenarios]


def test_a_study_compares_its_scenarios_with_the_first_which_has_no_ratio_itself() -> None:
    first, second = verdicts(with_ratio("L1/fractions"))
    assert (first.value, first.missing) == ("undecided", "before")
    assert lacking(first) == Text("没有改革前情景可比", "no scenario before to compare with")
    change = next(change for change in study(with_ratio("L1/fractions")).changes if change.limit == "L1")
    assert change.mean is not None and second.default is not None and second.default.ratio is not None
    assert second.default.ratio.value == change.mean.ratio.value
    assert (second.value, second.missing) == ("not-met", None)  # the wait, which nobody shortened, is most of it


def test_promised_limits_are_compared_in_every_scenario_once_the_old_one_is_typed_in() -> None:
    unknown = verdicts(with_ratio("L1"))
    assert [(v.value, v.missing) for v in unknown] == [("undecided", "data")] * 2
    assert [v.value for v in verdicts(with_ratio("L1", baseline="5 wd"))] == ["met"] * 2
    assert [v.value for v in verdicts(with_ratio("L1", baseline="4 wd"))] == ["not-met"] * 2


def test_the_ratio_stands_in_the_document_and_in_words(tmp_path: Path) -> None:
    its = with_ratio("L1", baseline="5 wd")
    found = study(its)
    document.write(found, its, tmp_path / "verdicts.json")
    written = json.loads((tmp_path / "verdicts.json").read_text("utf-8"))
    entry = next(v for v in written["verdicts"] if v["limit"] == "P4")
    assert (entry["statistic"], entry["required_share"], entry["verdict"]) == ("ratio", 0.6, "met")
    assert entry["ratio"] == {"value": 0.6, "low": 0.6, "high": 0.6}
    assert describe_limit(its.limits["P4"]).en == "promised limit, after ÷ before at most 60%"
    assert "60%" in verdict_table(found, its, "en")
    unknown = with_ratio("L1")
    assert "not known" in " ".join(verdict_table(study(unknown), unknown, "en").split())
    edition = Edition(found, its, "en")
    assert "after ÷ before 60%" in findings(edition, "P4")[0]
    charts = draw(edition)
    assert charts.standing is not None and "after ÷ before" in page(edition, charts)


@pytest.mark.parametrize(
    "statistic",
    [
        {"kind": "ratio"},
        {"kind": "ratio", "of": ["P1"]},
        {"kind": "mean", "of": ["P1"], "at_most": 0.6},
        {"kind": "ratio", "of": ["P1", "P2/fraction"], "at_most": 0.6},
    ],
)
def test_a_ratio_says_of_what_and_how_much(statistic: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="ratio"):
        Statistic.model_validate(statistic)


def test_a_ratio_of_what_is_not_there_is_refused_at_the_door(tmp_path: Path) -> None:
    ratio_limit = (
        "  P4: {name: x, service: electricity, item: x, quote: x, english: x, responsible: x, deadline: x, "
        "classes: [lv], "
    )
    text = TINY.replace(
        "limits:\n",
        "limits:\n" + ratio_limit + "statistic: {kind: ratio, of: [E1/nowhere], at_most: 60%}, "
        "readings: [{id: a, name: a, role: default, unit: fraction}]}\n",
    )
    (error,) = refusals(tmp_path, text)
    assert "no such limit or reading" in error.message("en")
    days = text.replace("E1/nowhere", "E1").replace("    value: 10 wd\n", "    value: 10 wd\n    baseline: 20 d\n")
    (error,) = refusals(tmp_path, days)
    assert "same unit" in error.message("en")
