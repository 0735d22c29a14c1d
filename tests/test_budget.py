"""时限倒排: allowances that together keep a limit, against closed forms and against their own promise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.analysis.budget import StepDays, budget, together
from sim.cli import run

EXAMPLE = str(Path(__file__).resolve().parent.parent / "scenarios" / "example")
NAN = np.nan


def uniform(steps: int, n: int = 4000) -> StepDays:
    days = np.random.Generator(np.random.Philox(7)).random((n, steps))
    return StepDays(tuple(f"s{i}" for i in range(steps)), days)


def test_steps_kept_at_95_percent_each_are_kept_together_in_95_percent_to_the_power_of_their_number():
    """Independent steps: 0.95 ** 5 = 77.4%; the standard error over 4,000 cases is 0.7 points."""
    found = budget(uniform(5), limit=4, share=0.95)
    assert found.alone == pytest.approx(0.95**5, abs=0.03)
    assert found.sum_of_quantiles == pytest.approx(5 * 0.95, abs=0.05)


def test_cases_that_keep_the_limit_already_are_not_cut():
    found = budget(uniform(2), limit=3, share=0.95)
    assert found.factor == 1 and found.within == 1
    assert sum(a.allowed for a in found.allowances) == pytest.approx(3)


def test_the_factor_brings_the_asked_share_of_sums_to_the_limit():
    """Two uniform steps: the 95% quantile of their sum is 2 - sqrt(0.1) = 1.684 (triangular law)."""
    found = budget(uniform(2), limit=1, share=0.95)
    assert found.factor == pytest.approx(1 / (2 - 0.1**0.5), rel=0.02)


def test_a_step_that_only_some_cases_do_takes_nothing_from_those_that_do_another_instead():
    days = np.array([[1.0, 2.0, NAN]] * 10 + [[1.0, NAN, 2.0]] * 10)
    found = budget(StepDays(("a", "b", "c"), days), limit=3, share=0.9)
    assert [a.allowed for a in found.allowances] == pytest.approx([1, 2, 2])
    assert [a.cases for a in found.allowances] == [20, 10, 10]


@given(arrays(float, (30, 3), elements=st.floats(0.01, 20)), st.floats(0.5, 30), st.floats(0.05, 0.95))
def test_along_every_way_the_allowances_sum_to_the_limit_and_whoever_keeps_them_is_never_late(days, limit, share):
    days[::3, 1] = NAN
    found = budget(StepDays(("a", "b", "c"), days), limit, share)
    allowed = np.array([a.allowed for a in found.allowances])
    ways = ~np.isnan(days)
    assert (ways @ allowed).max() == pytest.approx(limit)
    keeps = (np.isnan(days) | (days <= allowed)).all(axis=1)
    assert (np.nansum(days, axis=1)[keeps] <= limit + 1e-9).all()
    assert np.mean(np.nansum(days, axis=1) * found.factor <= limit * (1 + 1e-9)) >= share - 1e-9


def test_replications_are_put_together_by_the_names_of_their_steps():
    found = together([StepDays(("a", "b"), np.array([[1.0, 2.0]])), StepDays(("b", "c"), np.array([[3.0, 4.0]]))])
    assert found.steps == ("a", "b", "c")
    np.testing.assert_array_equal(found.days, [[1, 2, NAN], [NAN, 3, 4]])


@pytest.mark.parametrize(("lang", "words"), [("zh", "不等于全程95%"), ("en", "do not make 95% together")])
def test_the_command_prints_allowances_and_says_what_95_percent_each_come_to(capsys, tmp_path, lang, words):
    out = tmp_path / "b.json"
    options = ["--replications", "2", "--workers", "1", "--lang", lang, "--json", str(out)]
    assert run(["budget", EXAMPLE, "--limit", "L1", "--share", "95%", *options]) == 0
    assert words in capsys.readouterr().out
    content = json.loads(out.read_text(encoding="utf-8"))
    assert [a["step"] for a in content["allowances"]] == ["permit/review"]  # acceptance lies before the clock
    assert content["allowances"][0]["allowed"] == pytest.approx(3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--limit", "L9"], "L1"),
        *(
            (["--limit", "L1", "--share", share], f"value: {share}")
            for share in ("120%", "most", "95", "95%%", "nan", "0")
        ),
    ],
)
def test_what_cannot_be_parted_is_one_clear_error(capsys, monkeypatch, arguments, words):
    """As it was typed, and before the engine is made ready."""
    import sim.engine.engines

    monkeypatch.setattr(sim.engine.engines, "ready", lambda *_: pytest.fail("made ready"))
    assert run(["budget", EXAMPLE, *arguments, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err


def test_what_cannot_be_compressed_is_reserved_and_the_rest_is_cut_the_more():
    """A customer who always takes 1 day, and an office that takes 1 to 4: 95% take 4.85, so that 3 - 1 days remain."""
    days = np.column_stack([np.ones(101), np.linspace(1, 5, 101)])
    found = budget(StepDays(("customer", "office"), days), limit=3, share=0.95, incompressible={"customer"})
    assert found.factor == pytest.approx(2 / 4.8)
    assert [(a.allowed, a.compressible) for a in found.allowances] == [(1, False), (pytest.approx(2), True)]
    without = budget(StepDays(("customer", "office"), days), limit=0.5, share=0.95, incompressible={"customer"})
    assert without.factor == 0 and without.allowances[1].allowed == 0


def test_the_city_reserves_the_time_of_customers_and_of_frozen_ground():
    from sim.model.files import load

    its = {id_: owner.compressible for id_, owner in load(Path(EXAMPLE).parent / "baotou").owners.items()}
    assert {id_ for id_, may in its.items() if not may} == {"customer", "season"}
