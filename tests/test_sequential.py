"""Runs that choose their number of replications: sound whenever they stop, and the same whoever computes them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.analysis.statistics import judge_mean, judge_share, mean_interval, share
from sim.analysis.statistics.sequential import confidence_of_each, looks
from sim.analysis.stopping import Precision, stopped
from sim.cli import run
from tests.studies import study
from tests.test_statistics_means_coverage import years

EXAMPLE = Path(__file__).resolve().parent.parent / "scenarios" / "example"
MOST = 320


def decided_by_means(found: np.ndarray, limit: float) -> float:
    """The share of experiments (E, 320) that come to a decision at any look."""
    each = confidence_of_each(MOST)
    return float(
        np.mean(
            [
                any(
                    judge_mean(mean_interval(sample[:look], unit="d", confidence=each), limit) != "undecided"
                    for look in looks(MOST)
                )
                for sample in found
            ]
        )
    )


def decided_by_a_fixed_interval(found: np.ndarray, limit: float) -> float:
    """The same where a 95% t interval is looked at after every replication from the second on."""
    n = np.arange(1, found.shape[1] + 1)
    mean = np.cumsum(found, axis=1) / n
    spread = np.maximum(np.cumsum(found**2, axis=1) / n - mean**2, 0)[:, 1:] * (n / np.maximum(n - 1, 1))[1:]
    reach = stats.t.ppf(0.975, n[1:] - 1) * np.sqrt(spread / n[1:])
    return float(np.mean(np.any(np.abs(mean[:, 1:] - limit) >= reach, axis=1)))


def test_at_the_limit_a_fixed_interval_decides_often_and_the_looks_hardly_ever() -> None:
    """Either decision is wrong by chance alone: the truth is the limit. 400 experiments, two standard errors 2.2%."""
    found = np.random.default_rng(41).normal(10, 2, (400, MOST))
    assert decided_by_a_fixed_interval(found, 10) >= 0.3
    assert decided_by_means(found, 10) <= 0.05 + 0.022


@pytest.mark.slow
@pytest.mark.parametrize("of", ["normal", "exponential", "queue-50", "queue-500"])
def test_means_at_the_limit_are_wrongly_decided_in_at_most_five_of_a_hundred(of: str) -> None:
    rng, shape = np.random.default_rng(42), (2000, MOST)
    if of == "normal":
        found, truth = rng.normal(10, 2, shape), 10.0
    elif of == "exponential":
        found, truth = rng.exponential(10, shape), 10.0
    else:
        found, truth = years(2000 * MOST, 50 if of == "queue-50" else 500, 0.5, rng).reshape(shape), 1.0
    assert decided_by_means(found, truth) <= 0.05 + 2 * (0.05 * 0.95 / 2000) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("late", "rho"), [(0.01, 0.001), (0.01, 0.01), (0.1, 0.01)])
def test_shares_at_the_tolerance_are_wrongly_decided_in_at_most_five_of_a_hundred(late: float, rho: float) -> None:
    rng, each = np.random.default_rng(43), confidence_of_each(MOST)
    counts = rng.binomial(300, rng.beta(late * (1 / rho - 1), (1 - late) * (1 / rho - 1), (2000, MOST)))
    wrong = [
        any(judge_share(share(k[:look], [300] * look, confidence=each), late) != "undecided" for look in looks(MOST))
        for k in counts
    ]
    assert np.mean(wrong) <= 0.05 + 2 * (0.05 * 0.95 / 2000) ** 0.5


def test_it_stops_when_no_verdict_lacks_runs_or_all_are_precise_or_no_more_are_allowed() -> None:
    [result, _] = study(replications=3).scenarios
    verdict = result.verdicts[0]
    assert verdict.missing == "runs"
    assert stopped([result], 20, 40, Precision()) is None
    assert (it := stopped([result], 40, 40, Precision())) and (it.reason, it.looks) == ("most", (20, 40))
    assert (it := stopped([result], 20, 40, Precision(share=0.9))) is None  # a tenth of the tolerance is what counts
    assert verdict.default is not None
    lax = replace(result, verdicts=(replace(verdict, default=replace(verdict.default, tolerance=0.9)),))
    wide = Precision(share=0.5)
    assert stopped([lax], 20, 40, wide) is None
    sharp = replace(verdict.default, tolerance=0.9, late=replace(verdict.default.late, low=0.02, high=0.03))
    assert (it := stopped([replace(result, verdicts=(replace(verdict, default=sharp),))], 20, 40, wide))
    assert (it.reason, it.undecided) == ("precise", 1)
    met = replace(result, verdicts=(replace(verdict, value="met", missing=None),))
    assert (it := stopped([met], 20, 40, Precision())) and (it.reason, it.confidence) == ("decided", 0.975)


def asked(out: Path, *more: str) -> list[str]:
    its = ["compare", str(EXAMPLE), "today", "more-staff", "--replications", "auto", "--max-replications", "40"]
    return [*its, "--logs", "first", "--out", str(out), "--lang", "en", *more]


def test_the_number_of_workers_changes_nothing_and_the_page_says_how_many_and_why(tmp_path: Path, capsys) -> None:
    for workers in ("1", "2"):
        assert run(asked(tmp_path / workers, "--workers", workers)) == 0
    one, two = ((tmp_path / workers / "verdicts.json").read_bytes() for workers in ("1", "2"))
    assert one == two
    found = json.loads(one)
    assert found["replications"] == found["stopped"]["looks"][-1] == found["verdicts"][0]["replications"]
    assert (found["stopped"]["most"], found["stopped"]["confidence"]) == (40, 0.975)
    assert "--replications auto --precision 0.1,0.01 --max-replications 40" in found["command"]
    assert f"stopped at {found['replications']}" in " ".join(capsys.readouterr().out.split())
    assert f"stopped at {found['replications']}" in (tmp_path / "1" / "report.html").read_text("utf-8")


def test_a_run_that_is_decided_at_the_first_look_makes_no_more(tmp_path: Path) -> None:
    lax = ["--set", "limits/L1/tolerance=90%"]
    assert run(asked(tmp_path, *lax)) == 0
    found = json.loads((tmp_path / "verdicts.json").read_bytes())
    assert (found["replications"], found["stopped"]["reason"], found["stopped"]["looks"]) == (20, "decided", [20])
    assert len(list((tmp_path / "logs").glob("*/*.parquet"))) == 2


@pytest.mark.parametrize("more", [["--precision", "0.1,1%"], ["--max-replications", "40"]])
def test_what_chooses_the_number_is_refused_where_it_is_given(more: list[str], capsys) -> None:
    assert run(["run", str(EXAMPLE), "today", "--replications", "3", *more, "--lang", "en"]) == 2
    assert "the number of replications is fixed" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["0.1", "a,b", "0,1%", "0.1,200%"])
def test_a_precision_is_days_and_a_share(value: str, capsys) -> None:
    its = ["run", str(EXAMPLE), "today", "--replications", "auto", "--precision", value, "--lang", "en"]
    assert run(its) == 2
    assert "--precision 0.1,1%" in capsys.readouterr().err
