"""The benchmark: its SimPy programs are the same models as its folders, and what it writes has the form it says."""

from __future__ import annotations

import json
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from scipy import stats

import sim
from sim.text import LANGUAGES
from tests.bench import parts
from tests.bench.__main__ import main
from tests.bench.document import Bench, City, Command
from tests.bench.simpy_models import MODELS, Hours
from tests.bench.table import show
from tests.bench.workloads import FOLDERS, days, found, scenario

EXAMPLE = ("scenarios/example", "today", "more-staff")


@cache
def means(name: str, cases: int, replications: int) -> tuple[list[float], list[float]]:
    """Mean cycle times of each replication, by Shixian and by SimPy."""
    described = scenario(name, cases)
    ours = [found(sim.simulate(described, 1, r), described).mean_h for r in range(replications)]
    theirs = [
        sum(times) / len(times) for s in range(replications) for times in [MODELS[name](24 * days(name, cases), s)]
    ]
    return ours, theirs


def agree(ours: list[float], theirs: list[float]) -> bool:
    """Welch's test: independent replications, so a difference that chance brings once in 1,000 times passes."""
    return bool(stats.ttest_ind(ours, theirs, equal_var=False).pvalue > 0.001)


@pytest.mark.parametrize("name", MODELS)
def test_simpy_and_shixian_simulate_the_same_model(name: str) -> None:
    assert agree(*means(name, 1000, 8))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_simpy_and_shixian_simulate_the_same_model_at_volume(name: str) -> None:
    assert agree(*means(name, 20_000, 20))


def test_a_model_that_is_not_the_same_is_found_out() -> None:
    """The comparison can fail: it tells cycle times that are a quarter longer from those of W1."""
    ours, theirs = means("w1", 1000, 8)
    assert not agree(ours, [mean * 1.25 for mean in theirs])


@pytest.mark.slow
def test_the_workloads_have_the_cycle_times_of_their_definition() -> None:
    """19.56 h (sd of a replication of 100,000 cases 0.12) and 99.97 h (0.64), from three other simulators."""
    for name, mean, sd in (("w1", 19.56, 0.12), ("w1c", 99.97, 0.64)):
        described = scenario(name, 100_000)
        ours = [found(sim.simulate(described, 1, r), described).mean_h for r in range(4)]
        assert abs(sum(ours) / 4 - mean) < 4 * sd / 4**0.5


@pytest.mark.parametrize("name", MODELS)
def test_the_folders_are_without_errors_and_hold_100_000_cases(name: str) -> None:
    folder = sim.load(FOLDERS / name)
    written, window = scenario(name, 100_000).model.study.window, folder.study.window
    assert written == window


def test_work_that_starts_on_friday_afternoon_ends_on_monday() -> None:
    office = Hours(9, 17)
    assert office.span(4 * 24 + 16, 2) == 2 * 24 + 18  # Friday 16:00 to Monday 10:00
    assert office.span(5 * 24, 1) == 2 * 24 + 10  # what is taken on Saturday waits until Monday 09:00
    assert office.span(9, 1) == 1
    assert (office.until_opening(17), office.until_closing(9)) == (16, 8)


def test_a_bench_at_tiny_size_writes_what_its_types_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bench.json"
    main(["--cases", "100", "--runs", "1", "--parts", "w1,growth,workers", "--out", str(file), "--lang", "en"])
    written = json.loads(file.read_text("utf-8"))
    assert Bench.model_validate(written).model_dump(mode="json") == written
    assert written["w1"]["times_simpy"] > 0 and written["w2"] is None
    assert written["growth"]["w2"]["cases"] == [100, 100, 1000]
    assert "times SimPy" in capsys.readouterr().out


@pytest.mark.slow
def test_every_part_of_a_bench_can_be_measured(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    bench = main(["--cases", "200", "--runs", "2", "--no-compile", "--out", str(file)], study=EXAMPLE)
    assert all(value is not None for value in bench.model_dump().values())
    assert bench.memory and bench.memory.imports_mb > 20
    assert bench.w2 and bench.w2.shixian.cases > 200


def test_a_part_that_there_is_not_is_refused() -> None:
    with pytest.raises(SystemExit, match="no such part: w3"):
        main(["--parts", "w1,w3", "--lang", "en"])


def test_a_hundred_replications_are_worked_out_from_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 take 12 s and 6 take 32 s: 5 s each, so 100 take 32 + 94 * 5 = 502 s."""
    monkeypatch.setattr(
        parts, "_compare", lambda _, n, *__: Command(replications=n, wall_s=2.0 + 5 * n, cpu_s=1.0 + 10 * n)
    )
    city = parts.city(EXAMPLE, (2, 6), full=False)
    assert (city.wall_100_s, city.cpu_100_s, city.worked_out) == (502.0, 1001.0, True)
    assert parts.city(EXAMPLE, (2, 6), full=True).wall_100_s == 502.0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_arithmetic_stands_in_the_table(lang: str) -> None:
    runs = [Command(replications=n, wall_s=2.0 + 5 * n, cpu_s=1.0 + 10 * n) for n in (2, 6)]
    city = City(workers=2, runs=runs, wall_100_s=502.0, cpu_100_s=1001.0, worked_out=True)
    machine = {"processor": "p", "processors": 2, "memory_mb": 2048, "platform": "Linux", "load_before": 0.0}
    bench = Bench.model_validate(
        {"commit": "c", "machine": machine, "versions": {}, "cases": 1, "runs": 1, "city": city.model_dump()}
    )
    page = StringIO()
    show(bench, lang, Console(file=page, width=200))  # type: ignore[arg-type]
    assert "32.0 + 94 x (32.0 - 12.0) / 4 = 502 s (CPU 1001 s)" in page.getvalue()
