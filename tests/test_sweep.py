"""``shixian sweep``: one or two figures varied, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import run
from sim.decide.sweep import Axis, asked, run_sweep
from sim.errors import InputError, InputErrors

EXAMPLE = Path(__file__).resolve().parent.parent / "scenarios" / "example"
SERVERS = "pools/reviewers/servers"


def swept(*axes, scenario="today", **more):
    return run_sweep(asked(EXAMPLE, scenario, axes, {}), name="x", seed=2021, replications=2, **more)


def mean(point):
    return point.result.scenarios[0].verdicts[0].default.mean.value


def test_a_point_is_what_a_run_with_that_figure_set_gives():
    """Independent second route: the same figure through --set of an ordinary run."""
    from sim.model.files import load
    from sim.study import run_study

    points = swept(Axis(SERVERS, ("3", "5"))).points
    folder = load(EXAMPLE, {SERVERS: "5"})
    alone = run_study(folder, ["today"], name="x", seed=folder.study.seed, replications=2)
    assert points[1].result.scenarios == alone.scenarios
    assert mean(points[0]) > mean(points[1])


def test_two_figures_give_every_combination_the_last_one_fastest():
    found = swept(Axis(SERVERS, ("3", "4")), Axis("pools/clerks/servers", ("2", "3")))
    assert [point.values for point in found.points] == [("3", "2"), ("3", "3"), ("4", "2"), ("4", "3")]


def test_a_figure_that_a_reform_replaces_is_refused_and_not_drawn_as_a_flat_line(tmp_path):
    for file in EXAMPLE.glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("        add: 1", "        to: 4")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no effect in this scenario") as refused:
        asked(tmp_path, "more-staff", [Axis(SERVERS, ("2", "3"))], {})
    assert "one-more-reviewer" in refused.value.cure.en


def test_a_wrong_path_is_told_at_over_with_the_nearest_name():
    with pytest.raises((InputError, InputErrors), match=r"--over pools/reviewer/servers(.|\n)*pools/reviewers/servers"):
        swept(Axis("pools/reviewer/servers", ("2", "3")))


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ([Axis(SERVERS, ("3", "3"))], "the same value stands twice"),
        ([Axis(SERVERS, ("3",)), Axis(SERVERS, ("4",))], "the same figure is varied twice"),
        ([Axis(SERVERS, tuple(map(str, range(1, 202))))], "more than 200 combinations"),
        ([Axis(SERVERS, ("3",)), Axis("a", ("3",)), Axis("b", ("3",))], "at most two figures"),
    ],
)
def test_what_cannot_be_read_as_a_table_is_refused_before_anything_is_simulated(axes, words):
    with pytest.raises(InputError, match=words):
        swept(*axes)


@pytest.mark.parametrize(("lang", "words"), [("zh", "审核人员：人（组）数"), ("en", "reviewers: servers")])
def test_the_command_prints_a_table_with_the_figures_name_and_writes_chart_and_json(tmp_path, capsys, lang, words):
    over = ["--over", f"{SERVERS}=3,4", "--replications", "1", "--workers", "1", "--out", str(tmp_path)]
    assert run(["sweep", str(EXAMPLE), "today", *over, "--lang", lang]) == 0
    printed = capsys.readouterr().out
    assert words in printed
    assert {path.name for path in tmp_path.iterdir()} == {"sweep-L1.png", "sweep-L1.svg", "sweep.json"}
    content = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert [point["values"] for point in content["points"]] == [{SERVERS: "3"}, {SERVERS: "4"}]
    assert content["points"][0]["verdicts"][0]["limit"] == "L1"


def test_an_over_without_values_says_how_it_is_written(capsys):
    assert run(["sweep", str(EXAMPLE), "today", "--over", SERVERS, "--lang", "en"]) == 2
    assert "--over takes PATH=VALUE,VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--over", "study/seed=1,2"], "give --seed or --replications"),
        (["--over", f"{SERVERS}=3,4", "--set", f"{SERVERS}=5"], "both set and varied"),
        (["--over", "pools/clerks=1,2"], "go on to a figure: pools/clerks/"),
        (["--over", "pool/clerks/servers=1,2"], "did you mean pools/clerks/servers?"),
        (["--over", f"{SERVERS}=3,4", "--limit", "L1", "--limit", "L1"], "asked for twice"),
        (["--over", f"{SERVERS}=3,4", "--limit", "L9"], "there is no such commitment"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_compiled_or_simulated(capsys, monkeypatch, arguments, words):
    import sim.engine.engines

    monkeypatch.setattr(sim.engine.engines, "ready", lambda *_: pytest.fail("made ready"))
    assert run(["sweep", str(EXAMPLE), "today", *arguments, "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("--") and error.count("cure:") == 1
