"""A scenario folder becomes a model: any division into files is the same, figures are put in by path."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine import kernel
from sim.errors import InputErrors, ShixianError
from sim.logfiles import write_log
from sim.model import yaml_source
from sim.model.figure_paths import assumptions_of, figures
from sim.model.files import load
from sim.model.folders import yaml_files
from sim.model.law_forms import MeanSpread, Percentiles
from sim.model.scenario import Folder
from tests.tiny_folder import TINY, changed, notes_of, read, refusals

HEADER = "path,value,low,high,unit,evidence,source,by\n"


def accept_effort(model: Folder) -> Any:
    return model.processes["lv"].flow[0].effort  # type: ignore[union-attr]


# --- folders


def test_sections_may_be_spread_over_files_and_subfolders(tmp_path: Path) -> None:
    whole = read(tmp_path / "one")
    before, pools, after = TINY.partition("  crews:\n")
    rest = after.index("processes:")
    (tmp_path / "two" / "staff").mkdir(parents=True)
    (tmp_path / "two" / "staff" / "crews.yml").write_text("pools:\n" + pools + after[:rest], "utf-8")
    (tmp_path / "two" / ".hidden.yaml").write_text("not: [read", "utf-8")
    (tmp_path / "two" / "empty.yaml").write_text("# nothing yet\nsessions:\n", "utf-8")
    assert read(tmp_path / "two", before + after[rest:]) == whole


def test_what_a_file_adds_comes_after_the_file_whose_name_it_lengthens(tmp_path: Path) -> None:
    """So the first scenario, which budget and explain take by default, is that of the shorter name."""
    for name in ("scenarios-more.yaml", "scenarios.yaml", "scenarios.d/a.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", "utf-8")
    assert [name for name, _ in yaml_files(tmp_path)] == ["scenarios.yaml", "scenarios-more.yaml", "scenarios.d/a.yaml"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_no_order_of_files_or_of_keys_changes_anything(tmp_path: Path, random: Any) -> None:
    def shuffled(node: Any) -> Any:
        if isinstance(node, dict):
            keys = list(node)
            random.shuffle(keys)
            return {key: shuffled(node[key]) for key in keys}
        return [shuffled(item) for item in node] if isinstance(node, list) else node

    data = yaml_source.parse(TINY, "").data
    files: dict[str, dict[str, Any]] = {}
    for section, content in data.items():
        parts = content.items() if isinstance(content, dict) else [(None, content)]
        for key, value in parts:
            file = files.setdefault(random.choice("abc"), {})
            if key is None:
                file[section] = value
            else:
                file.setdefault(section, {})[key] = value
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, f"{name}.yaml").write_text(json.dumps(shuffled(content), ensure_ascii=False), "utf-8")
        model, plain = load(folder), read(tmp_path / "plain")
    assert model == plain
    logs = []
    for number, described in enumerate((model, plain)):
        write_log(kernel.simulate(described.scenario("before"), 7), tmp_path / f"{number}.parquet")
        logs.append((tmp_path / f"{number}.parquet").read_bytes())
    assert logs[0] == logs[1]
    assert list(model.sources["lv"].attributes["size"]) == list(plain.sources["lv"].attributes["size"])


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda folder: None, "there is no such folder"),
        (lambda folder: folder.write_text("x"), "this is a file, not a folder"),
        (lambda folder: folder.mkdir(), "the folder has no scenario files (*.yaml)"),
    ],
)
def test_what_is_no_scenario_folder_is_refused(tmp_path: Path, make: Any, rule: str) -> None:
    make(tmp_path / "city")
    with pytest.raises(ShixianError) as caught:
        load(tmp_path / "city")
    assert (caught.value.exit_code, caught.value.where) == (2, str(tmp_path / "city"))
    assert caught.value.rule.en == rule


@pytest.mark.parametrize(
    ("raw", "where", "rule"),
    [
        ("名称: 受理".encode("gb18030"), ":1", "files are UTF-8; this one seems to be GB18030 (GBK)"),
        ("a: 受理".encode("utf-16"), ":1", "files are UTF-8; this one seems to be UTF-16"),
        (b"a: b\nc: \xff\xff\xff", ":2", "files are UTF-8; this one seems to be no encoding that is known here"),
        (b"a: b\nc: d\0e", ":2:5", "the file has an invisible control character"),
        (b"- a\n- b\n", ":1:1", "the top level of a file is `key: value`"),
        (b"a: b\n---\nc: d\n", ":2:1", "a file holds one document"),
        (b"%YAML 1.1\n---\na: no\n", ":2:1", "files are read as YAML 1.2"),
        (b"a:\n\t- b\n", ":2:1", "tabs do not indent or separate"),
        (b"a: 'b\nc: d\n", ":1:4", "a quote is not closed"),
        (b"a: [b\nc: d\n", ":2:2", "a bracket is not closed, or a comma is missing"),
        (b"a: b: c\n", ":1:5", "this colon cannot bring another value"),
        (b"a: @b\n", ":1:4", "a text does not begin with this sign"),
        (b'a: "\\UFFFFFFFF"\n', ":1:1", "this is not YAML: unreadable"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused_at_its_place(tmp_path: Path, raw: bytes, where: str, rule: str) -> None:
    errors = refusals(tmp_path, TINY, **{"b.yaml": raw})
    assert errors[0].where == f"{tmp_path}/b.yaml{where}"
    assert errors[0].rule.en == rule


def test_a_byte_order_mark_and_foreign_line_ends_are_read_over(tmp_path: Path) -> None:
    plain = read(tmp_path)
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + TINY.replace("\n", "\r\n").encode())
    assert load(tmp_path) == plain


def test_every_error_is_told_at_once_in_the_order_of_the_places(tmp_path: Path) -> None:
    text = changed("servers: 2,", "servers: x,").replace("per_year: {value: 100", "per_year: {value: -1")
    lines = [int(error.where.split(":")[1]) for error in refusals(tmp_path, text.replace("cv: 0.5", "cv: y"))]
    assert len(lines) == 3
    assert lines == sorted(lines)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(TINY) - 1), st.integers(0, 12), st.text("[]{}:-,'\"&*!%@#|> \n\tx0é~", max_size=6))
def test_whatever_is_scribbled_into_a_file_is_read_or_refused_never_a_traceback(
    tmp_path: Path, at: int, length: int, scribble: str
) -> None:
    with suppress(ShixianError):
        read(tmp_path, TINY[:at] + scribble + TINY[at + length :])


def test_a_run_checks_the_scenarios_that_it_asks_for_and_a_check_all(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(TINY, encoding="utf-8")
    broken = "scenarios:\n  first: {name: a}\n  second: {name: b, reforms: [nowhere]}\n"
    (tmp_path / "t.yaml").write_text(broken, encoding="utf-8")
    for only in (["first"], [None]):  # None is the first, which commands take when none is named
        assert load(tmp_path, only=only).scenario("first").id == "first"
    for only in (["second"], None):
        with pytest.raises(InputErrors, match="nowhere"):
            load(tmp_path, only=only)


# --- figures.csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_figure_of_the_table_wins_and_carries_its_evidence(tmp_path: Path, encoding: str) -> None:
    rows = (
        "processes/lv/accept/effort/mean,45,30,60,min,log,营销系统,供电局\npools/managers/servers,5,,,,plan,编制方案,\n"
    )
    model = read(tmp_path, figures=(HEADER + rows).encode(encoding))
    effort = accept_effort(model)
    assert (str(effort.mean), effort.cv, effort.kind, effort.by) == ("45 min", 0.5, "log", "供电局")
    assert [str(end) for end in effort.range] == ["30 min", "60 min"]
    servers = model.pools["managers"].groups[0].servers
    assert (servers.value, servers.plan) == (5, "编制方案")


def test_a_bare_quantity_with_evidence_takes_its_long_form(tmp_path: Path) -> None:
    model = read(tmp_path, figures=HEADER + "processes/lv/connect/effort,3,2,5,h,assumption,,\n")
    connect = model.processes["lv"].flow[2].effort  # type: ignore[union-attr]
    assert (str(connect.leading), [str(end) for end in connect.range]) == ("3 h", ["2 h", "5 h"])


def test_a_figure_without_evidence_takes_the_old_evidence_away(tmp_path: Path) -> None:
    model = read(tmp_path, figures=HEADER + "sources/lv/per_year,500\n")
    assert (model.sources["lv"].per_year.value, model.sources["lv"].per_year.assumption) == (500, None)


def test_a_whole_law_a_share_and_a_name_may_be_put_in(tmp_path: Path) -> None:
    rows = (
        'processes/lv/accept/effort,"{p10: 1 h, p50: 2 h, p90: 3 h}",1.5 h,2.5 h,,assumption,,\n'
        "processes/lv/accept/rework/share,30,20,40,%,,,\n"
        "processes/lv/way/branches/0/share,50,,,%\nprocesses/lv/flow/1/parallel/1/0/branches/1/share,50%\n"
        "pools/crews/groups/1/calendar,legal\n"
    )
    model = read(tmp_path, figures=HEADER + rows)
    accept = model.processes["lv"].flow[0]
    assert isinstance(accept_effort(model), Percentiles)
    assert accept.rework.share[0].range == (0.2, 0.4)  # type: ignore[union-attr]
    assert model.pools["crews"].groups[1].calendar == "legal"


@pytest.mark.parametrize(
    ("row", "rule", "cure"),
    [
        ("pool/managers/servers,5", "there is no section `pool`", "did you mean pools/managers/servers?"),
        ("pools/mangers/servers,5", "there is no `mangers` in pools", "did you mean pools/managers/servers?"),
        (
            "processes/lv/acept/effort,5",
            "there is no `acept` in processes/lv",
            "did you mean processes/lv/accept/effort?",
        ),
        ("study/replicatons,5", "there is no `replicatons` in study", "did you mean study/replications?"),
        ("study/replications,5,1,9", "this value carries no evidence", "leave low, high, evidence"),
        ("sources/lv/per_year,5,,,人", "this number has no unit", "leave unit empty"),
        ("sources/lv/per_year,5,,,,guess", "there is no such evidence", "there are: plan, published, log, assumption"),
        ("sources/lv/per_year,5,1", "a range has both low and high", "fill in the other one"),
        ("sources/lv/per_year,5,,,,log", "a number from a log has its interval", "fill in low and high"),
        ("sources/lv/per_year,5,,,,published", "plan and published name their source", "fill in source"),
        ("sources/lv/per_year,", "value is missing", "fill it in"),
        ("sources/lv/per_year,x", "the number is finite, zero or more", "for example 1.25"),
        ("sources/lv/per_year,5,6,7", "a number lies within its range", "the number is 5"),
        ("sources/lv/per_year,5,,,,,,,,", "this line has more columns than the first", "quote a text"),
        ("processes/lv/accept/effort/mean,45", "a duration needs its unit", "give a unit"),
        ('"pools/managers', "this line is not CSV", "see that every quote is closed"),
    ],
)
def test_a_line_of_the_table_that_is_wrong_is_refused_at_its_line(
    tmp_path: Path, row: str, rule: str, cure: str
) -> None:
    (error,) = refusals(tmp_path, TINY, figures=HEADER + "\n" + row + "\n")
    assert error.where == f"{tmp_path}/figures.csv:3"
    assert error.rule.en.startswith(rule)
    assert error.cure.en.startswith(cure)


def test_a_path_given_twice_is_refused_with_the_first_line(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, TINY, figures=HEADER + "study/seed,1\nstudy/seed,2\n")
    assert (error.where, "figures.csv:2" in error.rule.en) == (f"{tmp_path}/figures.csv:3", True)


@pytest.mark.parametrize("header", ["path,valeu", "value", "path,value,value", ""])
def test_a_first_line_that_names_no_columns_is_refused(tmp_path: Path, header: str) -> None:
    (error,) = refusals(tmp_path, TINY, figures=header + "\n")
    assert error.where == f"{tmp_path}/figures.csv:1"


def test_a_table_in_a_subfolder_is_refused_not_overlooked(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "figures.csv").write_text(HEADER)
    assert "at the top of the folder only" in refusals(tmp_path, TINY)[0].rule.en


# --- --set


def test_a_setting_wins_over_the_table_and_is_an_assumption_of_the_command_line(tmp_path: Path) -> None:
    chosen = {"pools/managers/servers": "9", "processes/lv/accept/effort/mean": "4 h", "study/replications": "3"}
    model = read(tmp_path, settings=chosen, figures=HEADER + "pools/managers/servers,5\n")
    assert (model.pools["managers"].servers, model.study.replications) == (9, 3)
    effort = accept_effort(model)
    assert isinstance(effort, MeanSpread)
    assert (effort.assumption, effort.by, effort.range) == (True, "--set", None)


def test_a_setting_that_is_wrong_is_refused_by_its_option(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, TINY, settings={"pools/managers/servers": "many"})
    assert error.where == "--set pools/managers/servers"
    assert refusals(tmp_path, TINY, settings={"pools/x": "1"})[0].where == "--set pools/x"


def test_a_name_that_stands_twice_in_a_process_is_asked_for_its_whole_path(tmp_path: Path) -> None:
    text = changed("- {share: 60%}", "- {share: 60%, flow: [{session: meeting, at: review}]}")
    (error,) = refusals(tmp_path, text, settings={"processes/lv/meeting/at": "review"})
    assert "processes/lv/flow/1/parallel/1/0/branches/1/flow/0" in error.cure.en


# --- lists of cases


def test_a_source_may_list_its_cases_in_a_file(tmp_path: Path) -> None:
    text = changed(
        "    per_year: {value: 100, assumption: [80, 120]}\n    attributes: {size: {small: 90%, large: 10%}}",
        "    listed: cases.csv",
    )
    model = read(
        tmp_path, text, cases="accepted,size\n2021-03-01 09:00,small\n2021-03-02,\n".replace("02,", "02 08:30,")
    )
    listed = model.sources["lv"].listed
    assert [(f"{case.accepted:%m-%d %H:%M}", dict(case.attributes)) for case in listed] == [
        ("03-01 09:00", {"size": "small"}),
        ("03-02 08:30", {}),
    ]
    (error,) = refusals(tmp_path, text, cases="accepted\n2021-03-01 09:00\n20210302\n")
    assert (error.where, error.value) == (f"{tmp_path}/cases.csv:3", "20210302")


def test_the_open_cases_may_stand_in_a_file_one_row_for_each_step(tmp_path: Path) -> None:
    text = changed("reforms: [more]", "reforms: []") + "initial: open.csv\n"
    rows = (
        "case,process,accepted,step,ready,start,servers,size\n"
        "A1,lv,2019-12-30 09:00,lv/works,2019-12-30 10:00,2019-12-30 10:00,,small\n"
        "A1,lv,2019-12-30 09:00,lv/meeting,2019-12-30 10:00,,,\n"
        "A2,lv,2019-12-31 09:00,lv/accept,2019-12-31 09:00,2019-12-31 09:30,managers/0/1,\n"
    )
    model = read(tmp_path, text, open=rows)
    assert [(case.case, len(case.positions)) for case in model.initial] == [("A1", 2), ("A2", 1)]
    (error,) = refusals(tmp_path, text, open=rows.replace("managers/0/1", "managers/0/7"))
    assert (error.where, error.value) == (f"{tmp_path}/open.csv:4", "managers/0/7")
    (error,) = refusals(tmp_path, text, open=rows.replace("A1,lv,2019-12-30 09:00,lv/meeting", "A1,permit,,lv/meeting"))
    assert (error.where, error.value) == (f"{tmp_path}/open.csv:3", "process")


# --- figures by path


def test_every_figure_can_be_put_in_by_the_path_that_it_is_listed_by(tmp_path: Path) -> None:
    plain = read(tmp_path)
    listed = list(figures(plain))
    assert {"pools/managers/servers", "pools/crews/groups/1/speed", "processes/lv/accept/effort/mean",
            "processes/lv/supplement/takes/p50", "processes/lv/accept/rework/share", "processes/lv/connect/effort",
            "processes/lv/way/branches/0/share", "sources/lv/attributes/size/small",
            "processes/permit/desk/table/look/sign", "sources/lv/per_year"} <= {f.path for f in listed}  # fmt: skip
    patterns = {"calendars/legal/hours": "{workdays: [09:00-17:00]}", "calendars/night/hours": "{sun: 20:00-21:00}",
                "sessions/review/on": "[wed]", "sessions/review/at": "10:00"}  # fmt: skip
    assert {f.path for f in listed if f.value is None} == set(patterns)
    rows = "".join(f'{f.path},"{patterns.get(f.path, f.value)}",,,{f.unit},,,\n' for f in listed)
    again = list(figures(read(tmp_path, figures=HEADER + rows)))
    assert [(f.path, f.value, f.unit) for f in again] == [(f.path, f.value, f.unit) for f in listed]


def test_a_figure_tells_its_unit_its_range_and_where_it_comes_from(tmp_path: Path) -> None:
    found = {figure.path: figure for figure in figures(read(tmp_path))}
    mean = found["processes/lv/accept/effort/mean"]
    assert (mean.value, mean.unit, mean.low, mean.high, mean.kind, mean.given) == (
        30,
        "min",
        15,
        60,
        "assumption",
        True,
    )
    share = found["processes/lv/accept/rework/share"]
    assert (share.value, share.unit, share.low, share.given) == (25, "%", None, False)


def test_a_limit_rests_on_its_processes_those_they_call_their_pools_and_sources(tmp_path: Path) -> None:
    other = "  other: {name: x, flow: [{step: file, by: clerks, effort: 1 h}]}\nsources:\n"
    clerks = "  clerks: {name: x, owner: utility, servers: 1, calendar: legal}\nprocesses:\n"
    text = changed("sources:\n", other + "  other: {name: x, process: other, per_year: 5}\n")
    model = read(tmp_path, text.replace("processes:\n  lv", clerks + "  lv"))
    rests = {figure.path for figure in assumptions_of(model, "E1")}
    assert {"processes/permit/look/takes", "pools/crews/groups/0/servers", "sources/lv/per_year"} <= rests
    assert not {path for path in rests if path.split("/")[1] in ("other", "clerks")}


def test_numbers_without_evidence_are_counted_in_a_note(tmp_path: Path) -> None:
    assert "23 numbers say nothing of their evidence" in notes_of(tmp_path, TINY)
