"""The main job: the same result whoever computes it, and results that are there whole or not at all."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import sim.runs.simulated
import sim.study
from sim import document
from sim.analysis.samples import Sample
from sim.engine.reference import simulate
from sim.errors import EnvironmentFailure, InputError, InputErrors
from sim.logcheck import first_difference
from sim.logfiles import read_log
from sim.text import Text
from tests.studies import folder, study


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_one_worker_and_two_give_the_same_bytes(tmp_path: Path):
    its = folder()
    for workers in (1, 2):
        out = tmp_path / str(workers)
        document.write(study(its, out, workers=workers), its, out / "verdicts.json")
    one, two = (files(tmp_path / workers) for workers in ("1", "2"))
    logs = [f"logs/{scenario}/{replication:04d}.parquet" for scenario in ("before", "plan") for replication in range(3)]
    assert sorted(one) == sorted(two) == sorted([*logs, "run.json", "verdicts.json"])
    assert {name for name in one if one[name] != two[name]} <= {"run.json"}
    assert json.loads(two["run.json"])["workers"] == 2


def test_the_log_that_is_kept_is_the_history_that_was_judged(tmp_path: Path):
    its = folder()
    study(its, tmp_path)
    kept = read_log(tmp_path / "logs/plan/0002.parquet")
    assert first_difference(kept, simulate(its.scenario("plan"), 1, 2)) is None


def test_scenarios_are_compared_with_the_first_one_replication_by_replication():
    result = study()
    (change, other) = result.changes
    assert (change.limit, change.before, change.after) == ("L1", "before", "plan")
    before, after = (scenario.verdicts[0].default for scenario in result.scenarios)
    assert change.mean is not None and before is not None and after is not None
    assert change.mean.difference.value is not None and change.mean.difference.value > 0  # a second clerk helps
    assert before.mean.value is not None and after.mean.value is not None and after.mean.value < before.mean.value
    assert (other.limit, other.mean, other.share_within) == ("L2", None, None)


def test_a_verdict_rests_on_its_assumptions_and_says_so():
    first, second = study(replications=1).scenarios[0].verdicts
    assert first.assumed and any("effort" in path for path in first.assumptions)
    assert (second.value, second.assumed, second.assumptions) == ("no-number", False, ())


@pytest.mark.parametrize(("scenarios", "told"), [(["plan", "before", "plan"], "stands twice"), (["plam"], "no such")])
def test_a_scenario_that_is_named_twice_or_unknown_is_refused(scenarios, told):
    with pytest.raises(InputError, match=told) as refused:
        sim.study.run_study(folder(), scenarios, name="t", seed=1, replications=1)
    assert refused.value.value == scenarios[-1]


def test_a_window_of_whole_years_is_so_many_years_and_any_other_is_counted_in_days():
    assert study(replications=1).years == pytest.approx(30 / 365.25)
    whole = folder(study={"from": "2021-07-01", "to": "2022-06-30", "run_out": "5 d"}, every="40 h")
    result = study(whole, replications=1)
    assert (result.years, result.window, result.begin) == (1.0, ("2021-07-01", "2022-06-30"), "2021-07-01")


def test_progress_is_told_unit_by_unit():
    told: list[tuple[int, int]] = []
    study(progress=lambda done, of: told.append((done, of)))
    assert told == [(done, 6) for done in range(7)]


def test_without_cases_a_verdict_says_so_and_nothing_is_zero_days():
    none = {"s": {"name": "s", "process": "p", "per_year": 0, "calendar": "office"}}
    verdict = study(folder(sources=none)).scenarios[0].verdicts[0]
    assert (verdict.value, verdict.missing) == ("undecided", "cases")
    assert verdict.default is not None and verdict.default.mean.value is None and verdict.elapsed.value is None
    assert verdict.time_split == () and verdict.sticking == () and study(folder(sources=none)).changes[0].mean is None


def test_more_work_than_capacity_is_told_with_the_pool_and_without_steady_figures():
    result = study(folder(every="90 min", study={"run_out": "20 d"}))
    before, after = (scenario.verdicts[0] for scenario in result.scenarios)
    assert before.growing == ("clerks",) and before.value in ("not-met", "undecided")
    assert before.default is not None and before.default.mean.value is None and before.time_split == ()
    assert before.sticking[0].step == "p/desk"
    assert after.growing == () and after.elapsed.value is not None
    assert result.changes[0].mean is None


# --- whole or not at all


class Interrupting:
    """Samples as usual until the n-th one, at which the user presses Ctrl-C."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *given: Any) -> Sample:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return REAL(*given)


REAL = sim.runs.simulated.sample


def test_an_interrupted_run_leaves_what_was_there_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    study(out=tmp_path)
    before = files(tmp_path)
    monkeypatch.setattr(sim.runs.simulated, "sample", Interrupting(5))
    with pytest.raises(KeyboardInterrupt):
        study(out=tmp_path, seed=2)
    assert files(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "run.json"]


def test_logs_of_an_earlier_run_go_and_other_files_stay(tmp_path: Path):
    study(out=tmp_path)
    for mine in ("notes.txt", "before/2021-mine.parquet"):
        (tmp_path / "logs" / mine).write_text("mine")
    study(out=tmp_path, replications=1)
    assert sorted(name for name in files(tmp_path) if name.startswith("logs")) == [
        "logs/before/0000.parquet", "logs/before/2021-mine.parquet", "logs/notes.txt", "logs/plan/0000.parquet",
    ]  # fmt: skip
    first = study(out=tmp_path, replications=2, logs="first")
    assert sorted(path.name for path in tmp_path.glob("logs/*/0*")) == ["0000.parquet", "0000.parquet"]
    none = study(out=tmp_path, replications=1, logs="none")
    assert (first.logs, none.logs, study(replications=1).logs) == ("first", "none", "none")
    assert sorted(files(tmp_path)) == ["logs/before/2021-mine.parquet", "logs/notes.txt", "run.json"]
    assert not (tmp_path / "logs/plan").exists()  # no empty folder is left behind


def test_results_that_cannot_be_written_are_a_failure_of_the_environment(tmp_path: Path):
    taken = tmp_path / "taken"
    taken.write_text("a file, not a folder")
    with pytest.raises(EnvironmentFailure) as caught:
        study(out=taken / "results")
    assert caught.value.exit_code == 3 and "taken" in caught.value.where


def test_an_error_comes_back_from_a_worker_as_it_was():
    error = InputError(Text("规", "rule"), Text("改", "cure"), where="a.yaml:1", path=("x", 0), value=None)
    for each in (error, InputErrors([error, error]), EnvironmentFailure(Text("盘", "disk"), Text("腾", "room"))):
        again = pickle.loads(pickle.dumps(each))
        assert type(again) is type(each) and again.message("zh") == each.message("zh") and str(again) == str(each)
