"""``shixian calibrate``: a simulated log gives its scenario back; what is not fitted stays; nothing else changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sim
from calibration.commands.calibrate import command
from calibration.observing.known_by import known_by
from sim.eventlog import EventLog
from sim.logfiles import write_log
from sim.model import files
from sim.model.figure_paths import figures
from sim.model.quantities import DAY_US
from tests.as_csv import exported
from tests.conftest import ROOT

EXAMPLE = ROOT / "scenarios" / "example"


@pytest.fixture(scope="module")
def log() -> EventLog:
    return sim.simulate(files.load(EXAMPLE).scenario("today"), seed=3, replication=0)


def called(*arguments: object, lang: str = "en") -> Result:
    words = [*map(str, arguments), "--lang", lang]
    return CliRunner().invoke(command(lambda text: text.in_("zh" if lang == "zh" else "en")), words)


def calibrated(tmp_path: Path, file: Path, *more: object, scenario: Path = EXAMPLE) -> dict[str, Any]:
    out = tmp_path / "fitted"
    done = called(file, "--scenario", scenario, "--process", "permit", "--out", out, "--draws", 5, *more)
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads((out / "calibration.json").read_text("utf-8"))
    return found


def refused(*arguments: object) -> str:
    """The error in both languages, which are about the same."""
    from sim.errors import ShixianError

    words = []
    for lang in ("zh", "en"):
        error = called(*arguments, lang=lang).exception
        assert isinstance(error, ShixianError), error
        assert error.exit_code == 2
        words.append(error.message("zh" if lang == "zh" else "en"))
    return "\n".join(words)


def within(found: dict[str, Any]) -> dict[str, bool]:
    """Whether each fitted number's interval has the number of the scenario that made the log."""
    truth = {figure.path: figure for figure in figures(files.load(EXAMPLE).base())}
    told = {}
    for law in found["durations"]:
        known = truth[law["path"] + ("/p50" if law["path"].endswith("takes") else "/mean")]
        if known.path.endswith("mean"):
            size = {"min": 1.0, "h": 60.0}
            low, high = (law["mean"][key] * size[law["unit"]] for key in ("low", "high"))
            told[law["path"]] = low <= (known.value or 0) * size[known.unit] <= high
    for figure in found["figures"]:
        if figure["group"] != "duration":
            value = truth[figure["path"]].value
            told[figure["path"]] = float(figure["low"]) <= (value or 0) <= float(figure["high"])
    return told


def test_the_log_of_a_known_scenario_gives_its_parameters_back(log: EventLog, tmp_path: Path) -> None:
    """Of a CSV as utilities export it; the folder that is written passes its checks and runs."""
    found = calibrated(tmp_path, exported(log, tmp_path / "log.csv", case_class="permit"))
    told = within(found)
    assert told == dict.fromkeys(
        (
            "processes/permit/accept/effort", "processes/permit/review/effort",
            "processes/permit/accept/rework/share", "sources/applications/per_year", "pools/clerks/servers",
            "pools/reviewers/servers",
        ),
        True,
    )  # fmt: skip
    folder = files.load(tmp_path / "fitted")
    kinds = {figure.path: figure.kind for figure in figures(folder.base())}
    assert kinds["processes/permit/accept/effort/mean"] == "log"
    assert kinds["calendars/legal/hours"] == "assumption"
    again = sim.simulate(folder.scenario("today"), seed=1, replication=0)
    assert 300 < len(again.cases) < 520
    assert len(found["bootstrap"]["figures"]["processes/permit/accept/effort"]) == 5
    assert "<svg" in (tmp_path / "fitted" / "calibration.html").read_text("utf-8")


def test_open_cases_are_counted_as_far_as_they_are_known(log: EventLog, tmp_path: Path) -> None:
    """Two weeks of a log, in which one case in six is still open: 2 h of review stay 2 h."""
    begin = log.begin
    early = known_by(log, begin + 16 * DAY_US)
    still_open = int((early.to_end > 0).sum())
    assert still_open > 10
    found = calibrated(tmp_path, exported(early, tmp_path / "log.csv", case_class="permit"))
    assert found["source"]["cases"] - found["source"]["closed"] == still_open
    told = within(found)
    assert told["processes/permit/review/effort"]
    assert told["processes/permit/accept/rework/share"]


def test_dates_alone_leave_efforts_as_they_were(log: EventLog, tmp_path: Path) -> None:
    found = calibrated(tmp_path, exported(log, tmp_path / "log.csv", case_class="permit", dates=True))
    kept = {each["path"]: each["reason"]["en"] for each in found["kept"]}
    assert "dates only" in kept["processes/permit/review/effort/mean"]
    assert [law["path"] for law in found["durations"]] == ["processes/permit/supplement/takes"]
    assert within(found)["processes/permit/accept/rework/share"]
    assert files.load(tmp_path / "fitted").base().processes == files.load(tmp_path / "fitted").base().processes


def test_effort_is_told_from_ends_where_people_are_known(log: EventLog, tmp_path: Path) -> None:
    """The end before of the same person is the start; the figure says what that takes for granted. Without people
    the effort stays."""
    found = calibrated(tmp_path, exported(log, tmp_path / "log.csv", case_class="permit", starts=False))
    told = within(found)
    assert told["processes/permit/review/effort"]
    words = {figure["path"]: figure["fit"]["en"] for figure in found["figures"]}
    assert "worked out from ends" in words["processes/permit/review/effort"]
    file = exported(log, tmp_path / "nobody.csv", case_class="permit", starts=False, staff=False)
    found = calibrated(tmp_path, file, "--anew")
    reasons = {each["path"]: each["reason"]["en"] for each in found["kept"]}
    assert "not who did it" in reasons["processes/permit/review/effort/mean"]
    assert "does not tell who" in reasons["pools/reviewers/servers"]


def test_every_figure_of_the_process_is_fitted_or_kept_with_a_reason(log: EventLog, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.parquet")
    found = calibrated(tmp_path, tmp_path / "log.parquet")
    before = [f.path for f in figures(files.load(EXAMPLE).base()) if f.path.split("/")[0] in ("processes", "sources")]
    told = [each["path"] for each in (*found["figures"], *found["kept"])]
    assert all(any(path == t or path.startswith(t + "/") for t in told) for path in before)
    assert all(each["reason"]["zh"] and each["reason"]["en"] for each in found["kept"])


def test_one_process_of_a_scenario_changes_and_nothing_else(log: EventLog, tmp_path: Path) -> None:
    """All other files byte for byte, and in the table of figures the lines of other processes."""
    city = tmp_path / "city"
    shutil.copytree(EXAMPLE, city)
    (city / "other.yaml").write_text(
        "processes: {other: {name: o, owner: office, flow: [{wait: w, takes: 2 h}]}}\n"
        "sources: {others: {name: o, process: other, per_year: 10}}\n",
        "utf-8",
    )
    table = "path,value,low,high,unit,evidence,source,by\nsources/others/per_year,12,,,,,,\n"
    (city / "figures.csv").write_text(table + "processes/permit/accept/effort/mean,25,,,min,,,\n", "utf-8")
    write_log(log, tmp_path / "log.parquet")
    before = {path.name: path.read_bytes() for path in city.iterdir()}
    known = files.load(city).base()
    arguments = (tmp_path / "log.parquet", "--into", city, "--process", "permit", "--draws", 2)
    assert called(*arguments).exit_code == 0
    after = {path.name: path.read_bytes() for path in city.iterdir()}
    new = {"calibration-permit.html", "calibration-permit.json"}
    assert after.keys() - before.keys() == new
    assert {name for name in before if before[name] != after[name]} == {"figures.csv"}
    lines = after["figures.csv"].decode()
    assert lines.startswith(table)
    assert "effort/mean" not in lines
    fitted = files.load(city).base()
    assert fitted.processes["other"] == known.processes["other"]
    assert fitted.sources["others"] == known.sources["others"]
    assert fitted.processes["permit"] != known.processes["permit"]
    assert "--anew" in refused(*arguments)


def test_an_earlier_result_is_replaced_only_when_asked(log: EventLog, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.parquet")
    arguments = (tmp_path / "log.parquet", "--scenario", EXAMPLE, "--process", "permit", "--draws", 2, "--out")
    assert called(*arguments, tmp_path / "fitted").exit_code == 0
    first = (tmp_path / "fitted" / "calibration.json").read_bytes()
    assert "--anew" in refused(*arguments, tmp_path / "fitted")
    assert called(*arguments, tmp_path / "fitted", "--anew").exit_code == 0
    assert (tmp_path / "fitted" / "calibration.json").read_bytes() == first
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", "utf-8")
    assert "no calibrated scenario" in refused(*arguments, tmp_path / "mine", "--anew")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_cannot_be_fitted_at_all_is_one_clear_error(log: EventLog, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.parquet")
    given = (tmp_path / "log.parquet", "--scenario", EXAMPLE)
    assert "permit" in refused(*given, "--process", "permits", "--out", tmp_path / "x")
    assert "--into" in refused(*given, "--process", "permit")
    file = exported(known_by(log, log.begin + 2 * DAY_US), tmp_path / "few.csv", case_class="permit")
    said = refused(file, "--scenario", EXAMPLE, "--process", "permit", "--mapping", tmp_path / "few.mapping.yaml",
                   "--out", tmp_path / "x")  # fmt: skip
    assert "too few cases" in said
    assert "办件太少" in said
    mapping = tmp_path / "few.mapping.yaml"
    strange = mapping.read_text("utf-8").replace("step: ", "step: not-").replace("mark: ", "mark: not-")
    strange = strange.replace("step: not-环节名称", "step: 环节名称")
    mapping.write_text(strange, "utf-8")
    said = refused(file, "--scenario", EXAMPLE, "--process", "permit", "--mapping", mapping, "--out", tmp_path / "x")
    assert "no step of the log is a step of the process" in said
    assert "对得上" in said
    assert not (tmp_path / "x").exists()


def test_a_yearly_mean_scales_the_durations_until_the_simulation_meets_it(tmp_path: Path) -> None:
    """All durations by one factor; what comes out is an assumption still, and says so."""
    (tmp_path / "year.csv").write_text("limit,statistic,value\nL1,mean,0.7\n", "utf-8")
    arguments = ("--aggregates", tmp_path / "year.csv", "--scenario", EXAMPLE, "--process", "permit", "--out")
    done = called(*arguments, tmp_path / "first")
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads((tmp_path / "first" / "calibration.json").read_text("utf-8"))
    assert found["aggregates"][0]["simulated"] == pytest.approx(0.7, rel=0.01)
    assert found["factor"]["low"] < found["factor"]["value"] < found["factor"]["high"]
    scaled = files.load(tmp_path / "first").base()
    kinds = {figure.path: (figure.value, figure.kind) for figure in figures(scaled)}
    value, kind = kinds["processes/permit/review/effort/mean"]
    assert kind == "assumption"
    assert value == pytest.approx(2 * found["factor"]["value"], rel=1e-3)
    assert len(found["limits_of_this_fit"]) == 2
    (tmp_path / "year.csv").write_text("limit,statistic,value\nL1,mean,900\n", "utf-8")
    assert "no factor between" in refused(*arguments, tmp_path / "second")
