"""The command line as a user meets it: languages, exit codes, mistakes, and one clear error for each."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import COMMANDS, language, run
from sim.engine.replicate import arrivals
from sim.model.files import load
from sim.model.open_time import instant_of

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = str(ROOT / "scenarios/example")

SET, REVIEW = ["--set"], "processes/permit/review/effort/mean"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(("lang", "word"), [("zh", "比较情景"), ("en", "Compare scenarios")])
def test_help_lists_every_command_in_the_readers_language(capsys, lang, word):
    code, out, _ = said(capsys, "--help") if lang == "zh" else said(capsys, "--lang", lang)
    if lang == "en":  # --lang belongs to the commands; the environment speaks for the whole
        code, out, _ = _with_environment(capsys, "en", "--help")
    assert code == 0 and word in out and all(name in out for name in COMMANDS)


def _with_environment(capsys, lang, *arguments):
    os.environ["SHIXIAN_LANG"] = lang
    try:
        return said(capsys, *arguments)
    finally:
        del os.environ["SHIXIAN_LANG"]


def test_the_option_wins_over_the_environment_and_chinese_is_the_default():
    assert language(["run", "--lang", "en"]) == language(["run", "--lang=en"]) == "en"
    assert language(["run"]) == language(["run", "--lang", "fr"]) == "zh"


def test_help_is_quick_because_heavy_modules_are_imported_late():
    heavy = ("numba", "scipy", "matplotlib", "pyarrow", "pydantic")
    code = f"import sys, sim.cli; sim.cli.run(['--help']); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check", "nowhere"], "nowhere"),
        (["check"], "DIR"),
        (["checc", EXAMPLE], "checc"),
        (["check", EXAMPLE, "--sett", "a=1"], "--sett"),
        (["run", EXAMPLE, "todai"], "today"),
        (["compare", EXAMPLE, "today"], "AFTER"),
        (["compare", EXAMPLE, "today", "more-staff", "--all"], "not both"),
        (["run", EXAMPLE, "today", "--replications", "0"], "--replications"),
        (["run", EXAMPLE, "today", "--seed", "x"], "--seed"),
        (["run", EXAMPLE, "today", "--set", "pools/clerks"], "PATH=VALUE"),
        (["run", EXAMPLE, "today", "--set", "pools/clerk/servers=2"], "pools/clerks"),
        (["run", EXAMPLE, "today", "--set", "pools/clerks/servers=-2"], "-2"),
        (["run", EXAMPLE, "today", "--set", "pools/clerks/servers=2", "--set", "pools/clerks/servers=3"], "2, 3"),
        (["check", EXAMPLE, *SET, f"{REVIEW}=2 h", *SET, f"{REVIEW.replace('review', 'flow/2')}=3 h"], "2 h, 3 h"),
        (["run", EXAMPLE, "today", "--seed", "2", "--set", "study/seed=3"], "2, 3"),
        (["check", EXAMPLE, "--replications", "2", "--set", "study/replications=3"], "2, 3"),
        (["compare", EXAMPLE, "today", "today"], "a scenario stands twice"),
        (["run", EXAMPLE, "today", "--logs", "first"], "--out"),
        (["run", EXAMPLE, "today", "--logs", "last"], "there are: all, first, none"),
        (["explain", EXAMPLE, "L2"], "L1"),
        (["trace", EXAMPLE, "today", "--case", "nobody-1"], "nobody-1"),
        (["trace", EXAMPLE, "today", "--case", "²"], "²"),
        (["trace", EXAMPLE, "today", "--case", "1", "--limit", "L9"], "L1"),
        (["diff", EXAMPLE, "today", "tomorrow"], "tomorrow"),
    ],
)
def test_a_mistake_gets_one_clear_error_exit_code_2_and_no_traceback(capsys, arguments, expected):
    code, _, err = said(capsys, *arguments, "--lang", "en")
    assert code == 2 and expected in err and "Traceback" not in err and "defect" not in err
    assert "cure:" in err
    code, _, err = said(capsys, *arguments, "--lang", "zh")
    assert code == 2 and "改法" in err and err.count("改法") == 1


def test_a_check_of_a_good_folder_says_so(capsys):
    code, out, err = said(capsys, "check", EXAMPLE, "--lang", "en")
    assert (code, err) == (0, "") and "no errors" in out


def test_explain_draws_the_clock_over_the_steps(capsys, tmp_path):
    file = tmp_path / "explained.json"
    code, out, _ = said(capsys, "explain", EXAMPLE, "L1", "--lang", "en", "--json", str(file))
    assert code == 0 and "● counted" in out and "○ before the start" in out
    steps = {step["path"]: step["counted"] for step in json.loads(file.read_text("utf-8"))["steps"]}
    assert steps == {"permit/accept": False, "permit/supplement": False, "permit/review": True}


def test_a_commitment_that_times_nothing_is_explained_without_a_clock(capsys, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(EXAMPLE, folder)
    words = (
        "name: {zh: 网上办, en: online}, service: permits, item: x, quote: x, english: x, responsible: x, deadline: x"
    )
    (folder / "more.yaml").write_text(f"limits:\n  L9: {{{words}}}\n", "utf-8")
    code, out, _ = said(capsys, "explain", str(folder), "L9", "--lang", "en")
    assert code == 0 and out.rstrip().endswith("limit: the plan sets no number")


def test_explain_says_what_a_case_does_not_wait_for(capsys, tmp_path):
    file = tmp_path / "explained.json"
    of_plan = ["explain", "scenarios/baotou", "E1", "--scenario", "plan"]
    code, out, _ = said(capsys, *of_plan, "--lang", "en", "--json", str(file))
    assert code == 0
    clocks = {step["path"]: (step["counted"], step["clock"]) for step in json.loads(file.read_text("utf-8"))["steps"]}
    assert clocks["low-voltage-reinforcement/grid-reinforcement"] == (False, "apart")
    assert "○ 另行办理,不等待" in said(capsys, *of_plan, "--lang", "zh")[1]
    lines = [line.strip() for line in out.splitlines()]
    works, *_ = (i for i, line in enumerate(lines) if line.startswith("● counted") and "/line-works" in line)
    assert all(line.startswith("○ runs apart, not waited for") for line in lines[works + 1 : works + 5])
    assert [line.rpartition("/")[2] for line in lines[works + 1 : works + 5]] == [
        "check-scheduled", "commitment-check", "road-restoration", "commitment-recheck",
    ]  # fmt: skip


BESIDE = """
shixian: 1
name: beside
study: {from: 2021-06-01, to: 2021-06-30, warm_up_years: 0}
owners: {office: {name: office}}
services: {permits: {name: permits}}
calendars: {legal: {name: legal, hours: {workdays: "09:00-17:00"}}}
processes:
  desk:
    name: desk
    flow:
      - {spawn: early, cases: check, wait: false}
      - {wait: papers, owner: office, takes: 1 d}
      - mark: complete
      - {wait: permit, owner: office, takes: 1 d}
  check: {name: check, owner: office, flow: [{wait: look, takes: 3 d}]}
sources: {homes: {name: homes, process: desk, class: household, per_year: 100}}
limits:
  L1:
    name: whole
    service: permits
    item: (六)11
    quote: 不超3天
    english: not over 3 days
    responsible: 市审批服务局
    deadline: 6月15日
    classes: [household]
    value: 3 d
    statistic: mean
    clock: {start: {mark: complete}}
    readings: [{id: days, name: days, role: default, unit: hours}]
scenarios: {before: {name: before}}
"""


def test_what_runs_beside_counts_only_for_a_clock_that_names_it_wherever_it_began(capsys, tmp_path):
    file = tmp_path / "explained.json"
    for selected, clock in (("", "apart"), (", count: {owners: office}", "counted")):
        text = BESIDE.replace("{mark: complete}}", f"{{mark: complete}}{selected}}}")
        (tmp_path / "a.yaml").write_text(text, "utf-8")
        assert said(capsys, "explain", str(tmp_path), "L1", "--json", str(file))[0] == 0
        steps = {step["path"]: step["clock"] for step in json.loads(file.read_text("utf-8"))["steps"]}
        assert steps == {"check/look": clock, "desk/papers": "before", "desk/permit": "counted"}


@pytest.fixture
def of_classes(tmp_path: Path) -> str:
    """The example with its cases in two classes, neither of them called as the process is."""
    folder = tmp_path / "classes"
    folder.mkdir()
    text = Path(EXAMPLE, "window.yaml").read_text("utf-8").replace("classes: [permit]", "classes: [small, large]")
    source = "    process: permit\n    class: {}\n"
    more = (
        "  large: {name: {zh: 大件, en: large}, process: permit, class: large, every: 6 h, calendar: legal}\n\nlimits:"
    )
    text = text.replace("    process: permit\n", source.format("small")).replace("\nlimits:", more)
    (folder / "window.yaml").write_text(text, "utf-8")
    return str(folder)


def test_explain_draws_a_process_once_though_it_handles_several_classes(capsys, tmp_path, of_classes):
    file = tmp_path / "explained.json"
    code, out, _ = said(capsys, "explain", of_classes, "L1", "--lang", "en", "--json", str(file))
    assert code == 0 and "permit (permit: small, large)" in out
    assert len(json.loads(file.read_text("utf-8"))["steps"]) == 3


def test_trace_finds_the_clock_of_a_class_that_is_no_process(capsys, of_classes):
    code, out, _ = said(capsys, "trace", of_classes, "today", "--case", "large-000003", "--lang", "en")
    assert code == 0 and out.startswith("large-000003  L1 ")


def test_diff_lists_process_and_clock_apart_by_reform_with_the_counts_first(capsys, tmp_path):
    file = tmp_path / "d.json"
    code, out, _ = said(capsys, "diff", EXAMPLE, "today", "more-staff", "--lang", "en", "--json", str(file))
    assert code == 0
    assert out.splitlines()[:3] == [
        "today → more-staff",
        "  Changes of the process: reforms 1, changes 1, effects 1",
        "  Changes of the clock (the work itself stays): reforms 0, changes 0, effects 0",
    ]
    process, clock = out.split("\n\n")[1:]
    assert process.splitlines()[1] == "  one more reviewer" and process.count("one more reviewer") == 1
    assert process.splitlines()[-3:] == [
        "  What comes of all of them",
        "    pool “reviewers”",
        "      - servers: 3 → 4",
    ]
    assert clock.splitlines()[1:] == ["  none"]
    written = json.loads(file.read_text("utf-8"))
    assert [reform["id"] for reform in written["process"]["reforms"]] == ["one-more-reviewer"]
    assert written["process"]["effects"][0]["what"]["zh"] == "人数(班组数):3 → 4" and not written["clock"]["effects"]
    _, back, _ = said(capsys, "diff", EXAMPLE, "more-staff", "today", "--lang", "en")
    assert "  No longer: one more reviewer" in back
    _, same, _ = said(capsys, "diff", EXAMPLE, "today", "today", "--lang", "zh")
    assert same.count("0 项举措,0 处改动,0 处结果") == 2


def test_a_setting_changes_one_figure_for_one_run(capsys):
    code, out, _ = said(
        capsys, "diff", EXAMPLE, "today", "more-staff", "--lang", "en", "--set", "pools/reviewers/servers=5"
    )
    assert code == 0 and "5 → 6" in out


def test_run_writes_its_results_whole_and_fail_on_asks_for_exit_code_1(capsys, tmp_path):
    quick = ["--replications", "2", "--workers", "1", "--lang", "en"]
    file, out_folder = tmp_path / "v.json", tmp_path / "out"
    code, out, _ = said(capsys, "run", EXAMPLE, "today", *quick, "--json", str(file), "--out", str(out_folder))
    assert code == 0 and "L1" in out and "assumptions" in out
    document = json.loads(file.read_text("utf-8"))
    assert document["verdicts"][0]["limit"] == "L1" and document["verdicts"][0]["assumed"] is True
    assert (out_folder / "verdicts.json").read_bytes() == file.read_bytes()
    assert (out_folder / "report.html").exists() and (out_folder / "logs/today/0001.parquet").exists()
    assert document["logs"] == "all" and "kept of every replication" in (out_folder / "report.html").read_text("utf-8")
    code, _, _ = said(capsys, "run", EXAMPLE, "today", *quick, "--out", str(out_folder), "--logs", "first")
    document = json.loads((out_folder / "verdicts.json").read_text("utf-8"))
    assert code == 0 and document["logs"] == "first" and document["command"].endswith("--logs first")
    assert [path.name for path in out_folder.glob("logs/*/*")] == ["0000.parquet"]
    overloaded = ["--set", "pools/reviewers/servers=2", "--fail-on", "not-met", "--replications", "6"]
    code, _, _ = said(capsys, "run", EXAMPLE, "today", *quick, *overloaded)
    assert code == 1


def test_results_are_not_put_into_the_scenario_folder_nor_around_it(capsys, tmp_path):
    model = tmp_path / "models" / "mine"
    shutil.copytree(EXAMPLE, model)
    (tmp_path / "link").symlink_to(model)
    before = sorted(tmp_path.rglob("*"))
    for out in (model, model / "results", tmp_path / "models", tmp_path / "link", model / ".." / "mine"):
        code, _, err = said(capsys, "run", str(model), "today", "--out", str(out), "--lang", "en")
        assert code == 2 and err.count("cure:") == 1 and "--out" in err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_used_again_has_the_charts_and_logs_of_the_last_run_alone(capsys, tmp_path):
    quick = ["--replications", "2", "--workers", "1", "--set", "study/run_out=20 d", "--out", str(tmp_path)]
    assert said(capsys, "compare", EXAMPLE, "today", "more-staff", *quick)[0] == 0
    (tmp_path / "charts/mine.png").write_bytes(b"mine")
    page = (tmp_path / "report.html").read_text("utf-8")
    (tmp_path / "report.html").write_text(page.replace('charts" content="', 'charts" content="E9-time '), "utf-8")
    (tmp_path / "charts/E9-time.svg").write_bytes(b"of a limit that is gone")
    assert said(capsys, "run", EXAMPLE, "today", *quick)[0] == 0
    assert (tmp_path / "charts/mine.png").exists() and not (tmp_path / "charts/E9-time.svg").exists()
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["today"]


def test_trace_explains_every_day_of_a_case(capsys, tmp_path):
    file = tmp_path / "case.json"
    code, out, _ = said(capsys, "trace", EXAMPLE, "today", "--case", "5", "--lang", "en", "--json", str(file))
    days = json.loads(file.read_text("utf-8"))["days"]
    assert code == 0 and all(day["date"] in out for day in days)
    assert "class: applications" in out and json.loads(file.read_text("utf-8"))["attributes"] == {"class": "permit"}
    assert sum(day["added"] for day in days) == pytest.approx(days[-1]["total"])


def test_trace_tells_the_mark_and_the_reason_of_every_day_in_both_languages(capsys, tmp_path):
    file, today = tmp_path / "case.json", load(Path(EXAMPLE)).scenario("today")
    holiday = instant_of(dt.datetime(2021, 10, 1))
    before = [case.label for case in arrivals(today, today.model.study.seed, 0) if case.instant < holiday]
    over_the_holiday = ["trace", EXAMPLE, "today", "--case", before[-1], "--json", str(file)]
    zh = said(capsys, *over_the_holiday, "--lang", "zh")[1]
    days = {day["date"]: day for day in json.loads(file.read_text("utf-8"))["days"]}
    assert all(day["why"] and day["reason"]["zh"] in zh for day in days.values())
    day = days["2021-10-01"]
    assert day["counts"] == "none" and day["why"] in ("closed", "not-started") and "不计" in day["reason"]["zh"]
    assert not any(step["counts"] for step in day["steps"])
    assert "○ does not count" in said(capsys, *over_the_holiday, "--lang", "en")[1]


WITH_CASES_OF_ITS_OWN = BESIDE.replace(
    "scenarios: {before",
    """  L2:
    name: look
    service: permits
    item: (六)11
    quote: 不超5天
    english: not over 5 days
    responsible: 市审批服务局
    deadline: 6月15日
    classes: [check]
    value: 5 d
    statistic: mean
    readings: [{id: days, name: days, role: default, unit: hours}]
  L3:
    {name: no clock, service: permits, item: (六)11, quote: 优化, english: better, responsible: 局, deadline: 无}
scenarios: {before""",
).replace("sources: {", "sources: {others: {name: others, process: other, per_year: 100}, ").replace(
    "  check: {", "  other: {name: other, owner: office, flow: [{wait: o, takes: 1 d}]}\n  check: {"
)  # fmt: skip


def traced(capsys, folder: Path, *arguments: str) -> str:
    file = folder.parent / "case.json"
    code, _, err = said(capsys, "trace", str(folder), "before", *arguments, "--lang", "en", "--json", str(file))
    return err if code else json.loads(file.read_text("utf-8"))["case"]


@pytest.fixture
def beside(tmp_path) -> Path:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside/a.yaml").write_text(WITH_CASES_OF_ITS_OWN, "utf-8")
    return tmp_path / "beside"


def test_trace_numbers_the_cases_of_the_commitments_in_the_order_of_acceptance(capsys, beside):
    of_limit = ["--limit", "L1", "--case"]
    last = int(re.search(r"give 1 to (\d+): the cases of household", traced(capsys, beside, *of_limit, "999"))[1])
    assert traced(capsys, beside, *of_limit, "1") == "homes-000001"
    assert traced(capsys, beside, *of_limit, str(last)) == f"homes-{last:06d}"
    assert traced(capsys, beside, *of_limit, "homes-2") == "homes-000002"
    assert traced(capsys, beside, "--limit", "L2", "--case", "2").startswith("homes-000002/early")
    assert traced(capsys, beside, "--case", "homes-2/early-1-1").startswith("homes-000002/early")


@pytest.mark.parametrize(
    ("arguments", "where", "cure"),
    [
        (["--case", "0", "--limit", "L1"], "--case", "give 1 to"),
        (["--case", "999", "--limit", "L1"], "--case", "the cases of household accepted in it"),
        (["--case", "homes-999"], "--case", "for example homes-000001"),
        (["--case", "nobody-1/early-1-1"], "--case", "for example homes-000001"),
        (["--case", "others-1"], "--case", "their commitments: none"),
        (["--case", "homes-1", "--limit", "L2"], "--limit", "their commitments: L1"),
        (["--case", "1", "--limit", "L3"], "--limit", "there are: L1, L2"),
    ],
)
def test_what_trace_cannot_find_is_said_before_anything_is_simulated(
    capsys, monkeypatch, beside, arguments, where, cure
):
    monkeypatch.setattr("sim.engine.reference.simulate", lambda *_: pytest.fail("it simulates"))
    err = traced(capsys, beside, *arguments)
    assert err.startswith(where) and cure in err and "simulating" not in err


def test_every_command_that_reads_a_folder_takes_the_same_options(capsys, tmp_path):
    common = ["--seed", "3", "--replications", "2", "--lang", "en", "--set", "pools/clerks/servers=3"]
    for i, command in enumerate(
        (
            ["check", EXAMPLE],
            ["explain", EXAMPLE, "L1"],
            ["diff", EXAMPLE, "today", "more-staff"],
            ["trace", EXAMPLE, "today", "--case", "3"],
            ["run", EXAMPLE, "today", "--workers", "1"],
        )
    ):
        file = tmp_path / f"{i}.json"
        code, out, _ = said(capsys, *command, *common, "--json", str(file))
        assert code == 0 and out and json.loads(file.read_text("utf-8"))


def test_a_check_that_fails_writes_its_errors_as_json_too(capsys, tmp_path):
    file = tmp_path / "errors.json"
    code, _, _ = said(capsys, "check", EXAMPLE, "--set", "pools/clerks/servers=-1", "--json", str(file))
    (error,) = json.loads(file.read_text("utf-8"))["errors"]
    assert code == 2 and error["value"] == "-1" and error["rule"]["zh"] and error["cure"]["en"]
