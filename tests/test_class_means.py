"""Where a limit on the mean mixes classes of cases: what each class takes, and that together they make the mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import document
from sim.analysis.assess import assess
from sim.analysis.results import Verdict
from sim.analysis.sampling import sample
from tests.handmade import OFFICE, Handmade
from tests.studies import folder, study
from tests.tiny import scenario, tiny

LIMIT: dict[str, Any] = {
    "name": "x", "service": "s", "item": "1", "quote": "q", "english": "e", "responsible": "r", "deadline": "d",
    "classes": ["fast", "slow"], "value": "10 wd", "statistic": "mean",
    "readings": [{"id": "as-written", "name": "x", "role": "default", "unit": "calendar-days"}],
}  # fmt: skip


def judged(replications: Sequence[Sequence[tuple[str, int | None]]], **more: Any) -> Verdict:
    """Cases of a class that took so many days each; None is open until the end of June."""
    its, samples = tiny([{"wait": "w", "takes": "1 d"}], limits={"L": LIMIT | more}), []
    for cases in replications:
        hand = Handmade()
        for number, (case_class, days) in enumerate(cases, 1):
            over = None if days is None else f"06-{1 + days:02} 10:00"
            by = hand.wait(number, "w", "06-01 10:00", over, hand.case(number, "06-01 10:00", case_class=case_class))
            if over is not None:
                hand.instant("closed", number, over, by)
        samples.append(sample(hand.log(calendars={"office": OFFICE, "legal": OFFICE}, end="06-30 10:00"), its))
    return assess(scenario(its), samples).verdicts[0]


def test_many_fast_cases_hide_slow_ones_in_the_mean_and_each_class_tells_its_own():
    # DOMAIN 1.4, no. 1b: 60% direct at 1.5 days and 40% with works at 22.75 make a mean of 10; here 2 and 22
    verdict = judged([[("fast", 2)] * 6 + [("slow", 22)] * 4, [("fast", 2)] * 3 + [("slow", 22)] * 2])
    assert verdict.default is not None and verdict.default.mean.value == pytest.approx(10)
    assert [(its.case_class, its.cases, its.mean.value) for its in verdict.classes] == [("fast", 9, 2), ("slow", 6, 22)]
    assert {its.mean.unit for its in verdict.classes} == {verdict.default.mean.unit}


def test_one_class_is_not_told_again():
    assert judged([[("fast", 2)]], classes=["fast"]).classes == ()
    both = [{"id": "one", "name": "x", "role": "default", "unit": "calendar-days", "classes": ["slow"]}]
    assert judged([[("fast", 2), ("slow", 3)]], readings=both).classes == ()


def test_a_class_without_cases_has_no_mean_and_open_cases_count_with_what_they_took():
    fast, slow = judged([[("fast", None), ("fast", 9)]]).classes
    assert (slow.cases, slow.mean.value) == (0, None)
    assert (fast.cases, fast.mean.value, fast.mean.open, fast.mean.high) == (2, 19, 1, None)


@settings(max_examples=20)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["fast", "slow"]), st.integers(0, 28)), min_size=1, max_size=6),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_weighted_by_their_cases_the_classes_make_the_mean(replications: list[list[tuple[str, int]]]):
    verdict = judged(replications)
    assert verdict.default is not None
    assert sum(its.cases for its in verdict.classes) == verdict.default.cases
    total = sum(its.cases * (its.mean.value or 0.0) for its in verdict.classes)
    assert total / verdict.default.cases == pytest.approx(verdict.default.mean.value)


def test_the_document_has_the_means_of_the_classes():
    flow = [{"step": "desk", "by": "clerks", "effort": {"mean": "2 h", "cv": 0.5, "assumption": True}}]
    sources = {
        id_: {"name": id_, "process": "p", "every": "8 h", "calendar": "office", "class": id_}
        for id_ in ("fast", "slow")
    }
    limits = {"L": LIMIT | {"readings": [{"id": "f", "name": "f", "role": "default", "unit": "fraction"}]}}
    its = folder(flow, sources=sources, limits=limits)
    written = document.document(study(its, replications=2), its).model_dump(mode="json", by_alias=True)
    for verdict in written["verdicts"]:
        found = verdict["class_means"]
        assert [each["class"] for each in found] == ["fast", "slow"]
        assert sum(each["cases"] for each in found) == verdict["cases"]
        assert all(each["mean"].keys() == {"value", "low", "high"} for each in found)
