"""The table in the terminal and the report: complete, in one file, the same bytes, safe whatever names people give."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from sim.analysis.results import Verdict
from sim.analysis.statistics.estimate import ONE_REPLICATION
from sim.analysis.verdicts import GROWING
from sim.model.scenario import Folder
from sim.report import page_one, pages, pictures, reform_words
from sim.report.charts.canvas import Picture
from sim.report.charts.finished import finished
from sim.report.charts.standing import standing
from sim.report.charts.time_split import time_split
from sim.report.edition import Edition
from sim.report.pages import write_report
from sim.report.table import WIDTH, verdict_table
from sim.report.typography import file_name
from sim.report.verdict_words import ASSUMED
from sim.text import LANGUAGES, Language, Text
from tests.report_pages import changed, only, text_of, untimed, written
from tests.results_sample import baotou, estimate, study

EVIL = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "javascript:alert(1)",
    "a\u202eb",
    "x" * 10_000,
    "🚀勘查",
    "$x$",
    "'\"&",
)


class _Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fetched = [
            v
            for k, v in attrs
            if k in ("src", "href", "xlink:href", "action", "data") and not (v or "").startswith("#")
        ]
        run = [k for k, _ in attrs if k.startswith("on")]
        if tag in ("script", "link", "iframe", "object", "embed", "base", "form") or fetched or run:
            self.found.append((tag, str(fetched or run)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_fits_a_terminal_and_says_that_it_rests_on_assumptions(language: Language) -> None:
    table = verdict_table(study(), baotou(), language)
    assert max(map(cell_len, table.splitlines())) <= WIDTH
    assert ASSUMED.in_(language) in table
    for id_ in baotou().limits:
        assert re.search(rf"\b{id_}\b", table)


def test_the_table_shows_before_after_conclusion_and_where_it_sticks() -> None:
    table = verdict_table(only(study(), "E4"), baotou(), "zh")
    for words in ("每件不超过", "按时 76%", "按时 97.7%", "平均 12.4", "暂不能判定", "供电方案会审", "2.2 个工作日"):
        assert words in table


def test_a_measured_verdict_is_worded_without_the_stamp() -> None:
    measured = changed(study(), lambda v: replace(v, assumed=False, assumptions=()))
    table, page = verdict_table(measured, baotou(), "zh"), written(measured, baotou())
    assert "未达标" in table
    assert ASSUMED.zh not in table + page
    assert "假设下" not in table + page


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_has_what_the_issue_names(language: Language) -> None:
    page = text_of(written(study(), baotou(), language).partition('<section id="E1">')[0])
    say: Callable[[Text], str] = lambda text: text.in_(language)  # noqa: E731
    assert say(ASSUMED) in page
    for limit in baotou().limits.values():
        assert limit.responsible in page
    wanted = {
        "zh": (
            "承诺事项",
            "责任单位",
            "承诺时限",
            "改革前（2021年6月）",
            "预计：方案举措（含探索、含增配带电作业班）",
            "结论",
            "主要堵点",
            "原 22 个工作日",
        ),
        "en": (
            "commitment",
            "responsible units",
            "limit",
            "before",
            "expected: the plan, with trials and added live-line crews",
            "conclusion",
            "sticks",
        ),
    }
    for words in wanted[language]:
        assert words in page


def test_the_annex_of_a_commitment_has_every_figure_that_the_issue_names() -> None:
    page = text_of(written(study(), baotou()).partition('<section id="E4">')[2].partition("<section")[0])
    e4 = baotou().limits["E4"]
    wanted = (
        e4.quote, "方案（六）11", e4.deadline, "口径说明", "平均用时（工作日）", "按时办结率", "90% 分位用时",
        "最长一件", "办件数", "在办超期件数", "预计每年超期件数", "环节数", "全过程跨度用时", "口径对照表", "据此判定",
        "一并判定", "仅列出", "两种不确定性", "尚未评估", "容许 1%",
    )  # fmt: skip
    for words in wanted:
        assert words in page


def test_the_plan_is_quoted_to_the_letter() -> None:
    page = written(study(), baotou())
    for limit in baotou().limits.values():
        if limit.value is not None:
            assert html.escape(limit.quote) in page
            assert limit.deadline in page  # its narrow comma stays


def test_process_and_clock_changes_stand_apart() -> None:
    edition = Edition(study(), baotou(), "zh")
    rows = reform_words.reforms(edition, baotou().scenario("review-not-counted"))
    clock = [change for row in rows for change in row.clock]
    process = [change for row in rows for change in row.process]
    assert clock
    assert not set(clock) & set(process)


def evil(name: str) -> Folder:
    """A folder whose every name is this one."""
    text, folder = Text(name, name), baotou()

    def named(part: Any) -> Any:
        return part.model_copy(update={"name": text})

    def renamed(value: Any) -> Any:
        if isinstance(value, tuple) and not isinstance(value, Text):
            return tuple(renamed(one) for one in value)
        if hasattr(value, "model_fields_set"):
            fields = {
                f: renamed(getattr(value, f))
                for f in ("flow", "parallel", "branches", "rework", "first")
                if hasattr(value, f)
            }
            own = {"name": text} if getattr(value, "name", None) is not None else {}
            return value.model_copy(update={**fields, **own})
        return value

    sections = {
        s: {k: named(v) for k, v in getattr(folder, s).items()}
        for s in ("owners", "stages", "pools", "sources", "limits")
    }
    processes = {id_: renamed(process) for id_, process in folder.processes.items()}
    scenarios = {"before": named(folder.scenarios["before"])}
    return folder.model_copy(update={**sections, "processes": processes, "scenarios": scenarios, "name": text})


@pytest.mark.parametrize("name", EVIL, ids=lambda name: ascii(name[:12]))
def test_whatever_people_call_a_step_is_shown_as_text(name: str) -> None:
    before = only(replace(study(), scenarios=study().scenarios[:1], changes=()), "E2", "E6")
    folder = evil(name)
    page = written(before, folder)
    outside = _Outside()
    outside.feed(page)
    assert outside.found == []
    assert "\u202e" not in page
    assert "x" * 2001 not in page
    assert "49" not in text_of(page).partition("{{")[2][:6]
    if name == EVIL[0]:
        assert "&lt;script&gt;alert" in page
    assert max(map(cell_len, verdict_table(before, folder, "zh").splitlines())) <= WIDTH


def test_whatever_people_call_a_step_can_be_drawn(recwarn: pytest.WarningsRecorder) -> None:
    name = "".join(EVIL[:4]) + "".join(EVIL[5:])
    before = only(replace(study(), scenarios=study().scenarios[:1], changes=()), "E2")
    charts = pictures.draw(Edition(before, evil(name), "zh"))
    page = pages.page(Edition(before, evil(name), "zh"), charts)
    outside = _Outside()
    outside.feed(page)
    assert outside.found == []
    assert not recwarn.list


def test_names_of_files_are_clean_and_differ_on_every_system() -> None:
    assert file_name("../../x") == "x"
    assert file_name("CON/时限") == "CON"
    picture = Picture(b"", b"", "", 1, 1)
    limit = pictures.LimitCharts(picture, None, None)
    names = pictures.Charts(None, {}, {"E1": limit, "e1": limit, "时": limit, "限": limit}, None, {}, {}).files()
    assert list(names) == ["E1-time", "e1-time-2", "time", "time-2"]


@pytest.mark.slow
def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_report(study(), baotou(), tmp_path / folder, "zh")
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_the_report_is_one_file(tmp_path: Path) -> None:
    write_report(only(study(), "E2", "E6"), baotou(), tmp_path, "zh")
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".png", ".svg"}
    assert sum(path.suffix == ".png" for path in files) == sum(path.suffix == ".svg" for path in files) >= 6
    page = (tmp_path / "report.html").read_text("utf-8")
    outside = _Outside()
    outside.feed(page)
    assert outside.found == []
    assert set(re.findall(r"https?://[^\"'\s)]+", page)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    outlines = re.findall(r'<path id="([^"]+)"', page)
    assert len(outlines) == len(set(outlines))
    assert set(re.findall(r'xlink:href="#([^"]+)"', page)) <= set(outlines)


def test_pictures_of_an_earlier_report_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    picture = Picture(b"x", b"x", "", 1, 1)
    charts = pictures.Charts(None, {}, {"E2": pictures.LimitCharts(picture, picture, None)}, None, {}, {})
    (tmp_path / "charts").mkdir()
    for name in ("E2-time", "E2-finished", "gone", "mine", "standing"):
        for ending in ("png", "svg"):
            (tmp_path / "charts" / f"{name}.{ending}").write_bytes(b"x")
    (tmp_path / "report.html").write_text(
        '<meta name="shixian-charts" content="E2-time E2-finished gone">', encoding="utf-8"
    )
    pages.remove_earlier(tmp_path, charts.files())
    assert {path.stem for path in (tmp_path / "charts").iterdir()} == {"E2-time", "E2-finished", "mine", "standing"}
    assert '<meta name="shixian-charts" content="">' in written(only(study(), "E2"), baotou())


def withheld(verdict: Verdict) -> Verdict:
    """A queue grows without end: no steady figures."""
    none = replace(estimate(1.0), value=None, low=None, high=None, reason=GROWING)
    names = ("late", "late_per_year", "mean", "share_within", "p90", "median", "longest")
    default = verdict.default and replace(verdict.default, quantiles=(), **dict.fromkeys(names, none))
    return replace(
        verdict, default=default, elapsed=none, time_split=(), growing=("line-crews",), value="undecided", missing=None
    )


def empty(verdict: Verdict) -> Verdict:
    """No case of that class came."""
    none, names = estimate(None), ("late", "late_per_year", "mean", "share_within", "p90", "median", "longest")
    default = verdict.default and replace(
        verdict.default,
        cases=0,
        finished=0,
        quantiles=(),
        months=(),
        longest_days=None,
        longest_stuck_at="",
        **dict.fromkeys(names, none),
    )
    return replace(
        verdict, default=default, elapsed=none, stages=none, completed_within=none, time_split=(),
        sticking=(), value="undecided", missing="cases",
    )  # fmt: skip


def once(verdict: Verdict) -> Verdict:
    """One replication: values without intervals."""

    def alone(found: Any) -> Any:
        return replace(found, low=None, high=None, reason=ONE_REPLICATION, replications=1)

    names = ("late", "late_per_year", "mean", "share_within", "p90", "median", "longest")
    default = verdict.default and replace(
        verdict.default, **{name: alone(getattr(verdict.default, name)) for name in names}
    )
    return replace(verdict, default=default, elapsed=alone(verdict.elapsed))


@pytest.mark.parametrize(
    ("change", "words"), [(withheld, "排队无限增长"), (empty, "没有办件"), (once, "平均 1.9"), (lambda v: v, "97.7%")]
)
def test_the_unusual_is_said_in_words_never_as_nan(change: Callable[[Verdict], Verdict], words: str) -> None:
    result = changed(study(), lambda v: v if v.value == "no-number" else change(v))
    table, page = verdict_table(result, baotou(), "zh"), text_of(written(result, baotou()))
    for shown in (table, page):
        assert words in shown
        assert not re.search(r"\b(nan|NaN|None|inf)\b", shown)


@pytest.mark.parametrize("change", [withheld, empty, once])
def test_the_unusual_can_be_drawn(change: Callable[[Verdict], Verdict]) -> None:
    result = changed(only(study(), "E2"), change)
    edition = Edition(result, baotou(), "en")
    assert standing(edition).height_mm > 0
    assert (finished(edition, "E2") is None) == (change is not once)
    assert (time_split(edition, "E2") is None) == (change is not once)


def test_one_scenario_alone_has_no_before() -> None:
    alone = replace(study(), scenarios=study().scenarios[1:], changes=())
    page = text_of(written(alone, baotou()))
    assert "预计：" not in page.partition("附件1")[0].partition("承诺事项 责任单位")[2]
    assert "前后变化" not in page
    assert "平均 9.1" in verdict_table(alone, baotou(), "zh")


def test_three_scenarios_stand_side_by_side() -> None:
    third = replace(study().scenarios[1], id="plan-without-exploratory")
    third = replace(third, verdicts=tuple(replace(v, scenario=third.id) for v in third.verdicts))
    three = replace(study(), scenarios=(*study().scenarios, third))
    assert len(page_one.groups(Edition(three, baotou(), "zh"))[0].rows[0].cells) == 3
    assert max(map(cell_len, verdict_table(three, baotou(), "en").splitlines())) <= WIDTH


def test_a_folder_without_numbers_is_reported_too(tmp_path: Path) -> None:
    write_report(untimed(only(study(), "E6", "E7"), "E6", "E7"), baotou(), tmp_path, "en")
    page = text_of((tmp_path / "report.html").read_text("utf-8"))
    assert "No number, and no time to be shown: E6 notify-and-commit for short low-voltage lines; E7" in page
    assert not (tmp_path / "charts" / "standing.png").exists()


def test_the_units_of_a_service_are_named_once_above_its_commitments() -> None:
    (group,) = page_one.groups(Edition(study(), baotou(), "zh"))
    assert group.name == "电力" and group.responsible == baotou().limits["E1"].responsible
    assert [row.id for row in group.rows] == ["E1", "E2", "E3", "E4", "E5"]
    page = text_of(written(study(), baotou()).partition('<section id="E1">')[0])
    assert page.count(group.responsible) == 1


def test_matplotlib_jinja_and_rich_are_loaded_only_when_something_is_made() -> None:
    program = (
        "import sys, sim.report.pages, sim.report.table, sim.report.wording;"
        "print(*sorted({'matplotlib', 'jinja2', 'rich', 'scipy'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
