"""Known answers: the numbers are those of the formulas, the measures count what they say, and a fault is noticed.

That all of them pass is an example of the project's README, which the slow tests run.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.cli import run
from sim.errors import InputError, ShixianError
from sim.verification.expected import Answer, KnownCase, known_cases
from sim.verification.measures import Measured, measure
from sim.verification.verify import judged
from tests.conftest import ROOT
from tests.exact_answers import EXACT
from tests.handmade import Handmade, at

SHIPPED = ROOT / "scenarios" / "verification"
CASES, OTHERS = known_cases(SHIPPED)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_exact_numbers_are_those_of_the_formulas(case: KnownCase) -> None:
    written = [[p for _, p in a.law] if a.law else a.exact for a in case.expected.answers]
    assert len(written) == len(EXACT[case.id])
    for one, other in zip(written, EXACT[case.id], strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-9, atol=1e-11)


def test_every_id_is_there_once() -> None:
    ids = [one.id for one in (*CASES, *OTHERS)]
    assert len(set(ids)) == len(ids)
    assert {case.id for case in CASES} == EXACT.keys()


def test_every_answer_of_the_shared_list_is_asked_for(shared: Path) -> None:
    """Those of queues (Q) and of processes (P); S is statistics, which no scenario runs."""
    listed = {one["id"]: one["exact"] for one in json.loads((shared / "verify/known_answers.json").read_text())}
    for id_, exact in listed.items():
        if id_[0] in "QP":
            np.testing.assert_allclose(EXACT[id_], np.atleast_1d(exact), rtol=1e-9)


def answer(**described: object) -> Answer:
    return Answer.model_validate({"formula": "x", "exact": 1.0} | described)


def measured(*values: float, unfinished: int = 0) -> list[Measured]:
    return [Measured(np.array([value]), unfinished) for value in values]


def test_an_answer_passes_within_four_standard_errors() -> None:
    precise = answer(of="number", exact=10.0, precision=0.1)
    assert judged(precise, measured(9.0, 10.0, 11.2)).passed
    found = judged(precise, measured(10.3, 10.4, 10.5))
    assert found.distance == pytest.approx(4 * np.sqrt(3))
    assert not found.passed


def test_an_answer_that_is_too_imprecise_to_fail_does_not_pass() -> None:
    found = judged(answer(of="number", exact=10.0), measured(5.0, 15.0, 10.0))
    assert found.distance == 0
    assert not found.precise
    assert not found.passed


def test_an_answer_that_leaves_out_an_unfinished_case_does_not_pass() -> None:
    assert judged(answer(of="number"), measured(1.0, 1.0)).passed
    assert not judged(answer(of="number"), measured(1.0, 1.0, unfinished=1)).passed


def test_a_number_without_chance_must_be_equal() -> None:
    assert not judged(answer(of="number"), measured(1.0 + 1e-6, 1.0 + 1e-6)).passed


def test_a_law_fails_where_one_of_its_points_does() -> None:
    law = answer(of="time", statistic="law", law=[["1 h", 0.2], ["2 h", 0.5]], exact=None)
    right, wrong = np.array([[0.19, 0.51], [0.21, 0.49], [0.2, 0.5]]), np.array([0.0, 0.1])
    assert judged(law, [Measured(values, 0) for values in right]).passed
    found = judged(law, [Measured(values + wrong, 0) for values in right])
    assert found.simulated == pytest.approx(0.1)
    assert not found.passed


@pytest.mark.parametrize(
    ("described", "value"),
    [
        ({"of": "time"}, 7.5),
        ({"of": "time", "unit": "d"}, 7.5 / 24),
        ({"of": "wait", "step": "a"}, 1.5),
        ({"of": "stay", "step": "a"}, 7.5),
        ({"of": "wait", "step": "a", "statistic": "above", "at": "0 h"}, 0.5),
        ({"of": "time", "statistic": "within", "at": "6 h"}, 0.5),
        ({"of": "number"}, 15 / 24),
        ({"of": "queue", "step": "a"}, 3 / 24),
        ({"of": "number", "time_of_day": "11:00"}, 2.0),
        ({"of": "visits", "step": "a"}, 1.0),
        ({"of": "withdrawn"}, 0.0),
    ],
)
def test_what_is_measured_is_what_its_name_says(described: dict[str, object], value: float) -> None:
    """Two cases from 09:00 and 10:00: the first works to 15:00, the second waits for three hours and works for six."""
    h = Handmade()
    days = (("06-01 09:00", "06-01 09:00", "06-01 15:00"), ("06-01 10:00", "06-01 13:00", "06-01 19:00"))
    for case, (ready, start, end) in enumerate(days, 1):
        h.instant("closed", case, end, h.work(case, "a", ready, start, end, h.case(case, ready)))
    window = (at("2021-06-01 00:00"), at("2021-06-02 00:00"))
    found = measure(h.log(), window, answer(**described))
    assert found.values == pytest.approx([value])
    assert found.unfinished == 0


@pytest.mark.parametrize("of", ["time", "wait", "stay", "visits", "withdrawn"])
def test_a_case_of_the_window_that_has_not_ended_is_counted_as_left_out(of: str) -> None:
    """One that was accepted after the window is no part of it, and may be open."""
    h = Handmade()
    done = h.work(1, "a", "06-01 09:00", "06-01 09:00", "06-01 15:00", h.case(1, "06-01 09:00"))
    h.instant("closed", 1, "06-01 15:00", done)
    for case, accepted in ((2, "06-01 10:00"), (3, "06-02 10:00")):
        h.work(case, "a", accepted, None, None, h.case(case, accepted))
    window = (at("2021-06-01 00:00"), at("2021-06-02 00:00"))
    step = {} if of in ("time", "withdrawn") else {"step": "a"}
    assert measure(h.log(), window, answer(of=of, **step)).unfinished > 0
    early = (window[0], at("2021-06-01 09:30"))
    assert measure(h.log(), early, answer(of=of, **step)).unfinished == 0


def test_the_command_prints_exact_simulated_error_and_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "found.json"
    assert run(["verify", str(SHIPPED), "--case", "Q48", "--lang", "en", "--workers", "1", "--json", str(target)]) == 0
    printed = capsys.readouterr().out
    assert "Q48 Weekly committee" in printed
    assert "PASTA" in printed
    assert "1 of 1 known answers pass" in printed
    (case,) = json.loads(target.read_text("utf-8"))["cases"]
    assert (case["id"], case["verdict"]) == ("Q48", "pass")
    assert abs(case["answers"][0]["z"]) <= 4


def test_a_wrong_expectation_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Q48-committee"
    shutil.copytree(SHIPPED / "Q48-committee", folder)
    written = (folder / "expected.toml").read_text("utf-8")
    (folder / "expected.toml").write_text(written.replace("exact = 3.5", "exact = 3.6"), "utf-8")
    assert run(["verify", str(tmp_path), "--lang", "zh", "--workers", "1"]) == 1
    assert "未通过" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folder", "old", "new"),
    [
        ("Q20-priorities", ", discipline: priority", ""),
        ("V10-md2", "servers: 2", "servers: 3"),
        ("V20-unsplittable", "unsplittable: true", "unsplittable: false"),
        ("V22-committee-of-ten", "capacity: 10", "capacity: 11"),
        ("V24-cut-off", "cut_off: 2 d", "cut_off: 1 d"),
        ("V44-approval-by-silence", "then: proceed", "then: withdraw"),
    ],
)
def test_another_model_than_the_one_that_theory_speaks_of_is_noticed(
    tmp_path: Path, folder: str, old: str, new: str
) -> None:
    shutil.copytree(SHIPPED / folder, tmp_path / folder)
    model = tmp_path / folder / "model.yaml"
    assert old in model.read_text("utf-8")
    model.write_text(model.read_text("utf-8").replace(old, new), "utf-8")
    assert run(["verify", str(tmp_path), "--lang", "en", "--workers", "1"]) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('of = "wait"', 'of = "waits"', "answers"),
        ("exact = 3.5", "", "exact"),
        ("source =", "sauce =", "source"),
        ("[[answers]]", "[[answers", "TOML"),
    ],
)
def test_an_expectation_that_is_not_written_as_it_should_be_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    folder = tmp_path / "Q48-committee"
    folder.mkdir()
    written = (SHIPPED / "Q48-committee" / "expected.toml").read_text("utf-8")
    assert old in written
    (folder / "expected.toml").write_text(written.replace(old, new, 1), "utf-8")
    with pytest.raises(ShixianError, match=says) as caught:
        known_cases(tmp_path)
    assert "expected.toml" in caught.value.message("en")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('step = "job/review"', 'step = "job/reviews"', "did you mean job/review?"),
        ('of = "wait"\nstep = "job/review"', 'of = "busy"\npool = "nobody"', "there is no such pool"),
        ('of = "wait"', 'of = "number"\nuntil = "2030-01-01 00:00"', "reach beyond the run"),
    ],
)
def test_an_answer_that_the_scenario_cannot_give_is_refused(
    tmp_path: Path, old: str, new: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Q48-committee"
    shutil.copytree(SHIPPED / "Q48-committee", folder)
    written = (folder / "expected.toml").read_text("utf-8")
    assert old in written
    (folder / "expected.toml").write_text(written.replace(old, new, 1), "utf-8")
    assert run(["verify", str(tmp_path), "--lang", "en", "--workers", "1"]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "expected.toml answers/0" in told


def test_a_number_that_is_measured_on_nothing_fails_and_is_none_in_json(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "V47-twelve-at-once", tmp_path / "V47-twelve-at-once")
    with (tmp_path / "V47-twelve-at-once" / "expected.toml").open("a") as file:
        file.write('from = "2021-09-20 00:00"\n')
    target = tmp_path / "found.json"
    assert run(["verify", str(tmp_path), "--workers", "1", "--json", str(target)]) == 1
    (case,) = json.loads(target.read_text("utf-8"), parse_constant=pytest.fail)["cases"]
    assert case["answers"][0]["simulated"] is None


def test_a_folder_without_known_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no known answers"):
        known_cases(tmp_path)
