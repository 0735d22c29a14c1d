"""What pictures draw: the series are the figures of the result, every mark is explained, nothing crosses a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.analysis.results import ReadingResult
from sim.model.limits import Statistic
from sim.model.quantities import Quantity
from sim.report.charts import canvas
from sim.report.charts.canvas import SCENARIOS, Sheet
from sim.report.charts.finished import finished
from sim.report.charts.key import Key
from sim.report.charts.loads import loads
from sim.report.charts.months import months
from sim.report.charts.process import process
from sim.report.charts.required import required
from sim.report.charts.standing import standing
from sim.report.charts.step_words import _brief, details, percent
from sim.report.charts.time_parts import Slice, counted, elapsed
from sim.report.charts.time_split import time_split
from sim.report.charts.variants import processes
from sim.report.edition import Edition
from sim.text import LANGUAGES, Language
from tests.results_sample import baotou, study
from tests.test_charts import edition, sheets, texts


def result(id_: str = "E4", scenario: str = "plan") -> ReadingResult:
    verdict = edition("zh").verdict(id_, scenario)
    assert verdict is not None
    assert verdict.default is not None
    return verdict.default


def even(**more: Any) -> ReadingResult:
    """Two hundred cases whose percentiles are 0, 1, ..., 100 days."""
    given = {"quantiles": tuple(float(q) for q in range(101)), "cases": 200, "finished": 200, "tolerance": 0.01}
    return replace(result(), **(given | more))


def at_99_percent(of_cases: ReadingResult) -> float:
    """By numpy, cases that are open being the latest."""
    return float(np.interp(99 * of_cases.cases / of_cases.finished, range(101), of_cases.quantiles))


def of(sheet: Sheet, label: str) -> list[Any]:
    """The lines of all plots that bear a label."""
    return [line for axes in sheet.figure.axes for line in axes.lines if line.get_label() == label]


def only_sheet(monkeypatch: pytest.MonkeyPatch, draw: Any, *args: Any) -> Sheet:
    with canvas.settings():
        (sheet,) = sheets(monkeypatch, lambda: draw(*args))
        sheet.figure.draw_without_rendering()
    return sheet


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({}, 99.0),
        ({"tolerance": 0.005}, 99.5),
        ({"tolerance": 0.0}, 100.0),
        ({"finished": 199}, 99.0 * 200 / 199),
        ({"finished": 190}, None),  # ten in two hundred are open, more than are tolerated
        ({"quantiles": ()}, None),
        ({"statistic": Statistic(kind="share", share=0.95)}, 95.0),
        ({"statistic": Statistic(kind="median")}, 50.0),
    ],
)
def test_what_must_be_within_the_limit_is_the_quantile_at_one_less_the_tolerance(
    given: dict[str, Any], days: float | None
) -> None:
    found = required(even(**given)).days
    assert found is None if days is None else found == pytest.approx(days, abs=1e-9)


def test_of_a_limit_on_the_mean_the_mean_must_be_within_it() -> None:
    mean = required(result("E1"))
    assert (mean.days, mean.share) == (result("E1").mean.value, None)


def test_page_one_draws_the_quantile_first_the_mean_beside_it_and_a_tick_at_the_old_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sheet = only_sheet(monkeypatch, standing, edition("zh"))
    drawn = [line.get_xdata()[0] for line in of(sheet, "required")]
    results = [result(id_, scenario) for id_ in ("E1", "E2", "E3", "E4", "E5") for scenario in ("before", "plan")]
    days = [r.mean.value if r.statistic.kind == "mean" else at_99_percent(r) for r in results]  # type: ignore[union-attr]
    assert drawn == pytest.approx([min(d / r.limit_value, 2.5) for d, r in zip(days, results, strict=True)])  # type: ignore[operator]
    means = [r.mean.value / r.limit_value for r in results[2:]]  # type: ignore[operator]
    assert [line.get_xdata()[0] for line in of(sheet, "mean")] == pytest.approx([m for m in means if m <= 2.5])
    assert [line.get_xdata()[0] for line in of(sheet, "old")] == pytest.approx([6 / 5, 22 / 18, 32 / 26])
    written = {text.get_text() for text in texts(sheet)}
    assert {"每件 ≤ 18 个工作日（原 22）", "平均 ≤ 10 个工作日", "平均用时", "原时限"} <= written
    assert f"99% 的办件不超过 {at_99_percent(result()):.1f} 个工作日" in written


@pytest.mark.parametrize("limit", ["E1", "E2", "E3", "E4", "E5"])
def test_the_counted_time_is_stacked_to_its_mean_on_the_axis_of_the_limit(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = only_sheet(monkeypatch, time_split, edition("zh"), limit)
    upper, lower = sheet.figure.axes
    assert [line.get_xdata()[0] for line in upper.lines if line.get_label() == "limit"] == [result(limit).limit_value]
    assert not [line for line in lower.lines if line.get_label() == "limit"]
    for row, (_, verdict) in enumerate(edition("zh").across(limit)):
        for axes, mean in ((upper, verdict.default.mean.value), (lower, verdict.elapsed.value)):  # type: ignore[union-attr]
            bars = [p for p in axes.patches if p.get_y() < row < p.get_y() + p.get_height()]
            assert sum(bar.get_width() for bar in bars) == pytest.approx(mean)


def test_counted_steps_beside_slower_ones_that_do_not_count_are_a_part_of_their_own() -> None:
    (_, verdict), *_ = edition("zh").across("E4")
    mean, along = verdict.default.mean.value, sum(part.days for part in verdict.sticking)  # type: ignore[union-attr]
    assert mean is not None
    assert counted(edition("zh"), verdict)[Slice("", "beside")] == pytest.approx(mean - along)
    (_, everything), *_ = edition("zh").across("E1")  # here all steps count: whole days are scaled
    assert Slice("", "beside") not in counted(edition("zh"), everything)


def test_waiting_for_the_thaw_is_no_queue_and_has_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, verdict), *_ = edition("zh").across("E4")
    parts = elapsed(edition("zh"), verdict)
    season = sum(part.days for part in verdict.time_split if part.owner == "season")
    assert parts[Slice("season", "season")] == pytest.approx(season)
    assert Slice("season", "wait") not in parts
    assert Slice("customer", "wait") in parts
    sheet = only_sheet(monkeypatch, time_split, edition("zh"), "E4")
    assert "季节性停工（不是排队）" in {text.get_text() for text in texts(sheet)}


def test_a_sliver_of_all_small_parts_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = only_sheet(monkeypatch, time_split, edition("en"), "E4")
    bars = {bar.get_label() for axes in sheet.figure.axes for bar in axes.containers}
    assert str(Slice("", "small")) in bars
    assert "the others, each below 1%" in {text.get_text() for text in texts(sheet)}


def test_the_numbers_of_a_stack_stand_inside_their_own_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = only_sheet(monkeypatch, time_split, edition("zh"), "E4")
    numbers = 0
    for axes in sheet.figure.axes:
        bars = [bar.get_window_extent() for bar in axes.patches]
        for text in axes.texts:
            if text.get_bbox_patch() is not None:
                numbers += 1
                box = text.get_window_extent()
                assert any(b.x0 <= box.x0 and box.x1 <= b.x1 and b.y0 <= box.y0 and box.y1 <= b.y1 for b in bars)
    assert numbers >= 6


def test_the_share_that_is_needed_is_a_line_over_the_months_but_not_for_a_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = only_sheet(monkeypatch, months, edition("zh"), "E4")
    assert [line.get_ydata()[0] for line in of(drawn, "wanted")] == [0.99]
    assert not of(only_sheet(monkeypatch, months, edition("zh"), "E1"), "wanted")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_is_cut(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = edition(language)

    def draw() -> None:
        standing(shown)
        loads(shown)
        for id_ in ("E1", "E3", "E4"):
            for chart in (time_split, finished, months):
                chart(shown, id_)
        process(shown, "high-voltage-permits")

    with canvas.settings():
        for sheet in sheets(monkeypatch, draw):
            assert not sheet.title.endswith("…"), sheet.title
            assert not sheet.about.endswith("…"), sheet.about


def test_titles_tell_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = [
        only_sheet(monkeypatch, draw, edition("zh"), *args).title
        for draw, args in ((standing, ()), (months, ("E4",)), (loads, ()))
    ]
    assert drawn[0] == "2 项假设下可达，1 项假设下不可达，1 项因口径而异，1 项暂不能判定"
    assert drawn[1].startswith("E4 最低：2021年")
    assert drawn[2] == "最忙的是施工队（含外包），78%"
    assert only_sheet(monkeypatch, process, edition("zh"), "hv-single").about == "新增 1 步，改动 7 步，取消 1 步"


@pytest.mark.parametrize(
    ("amount", "shown"), [(1.725, "1.7"), (0.75, "0.8"), (0.25, "0.3"), (0.35, "0.4"), (15, "15"), (0.04, "0.04")]
)
def test_durations_in_boxes_are_as_round_as_an_official_would_say_them(amount: float, shown: str) -> None:
    assert _brief(Quantity(amount, "wd")).zh == f"{shown} 个工作日"
    assert percent(0.1234) == "12.3%"


def test_no_box_of_the_city_bears_a_number_with_two_decimals() -> None:
    for scenario in edition("zh").scenarios.values():
        for described in scenario.model.processes.values():
            for element in described.elements():
                if not (hasattr(element, "flow") or hasattr(element, "branches") or hasattr(element, "parallel")):
                    assert not any(
                        a.isdigit() and b == "." and c.isdigit() and d.isdigit()
                        for a, b, c, d in _fours(details(element, scenario.model).zh)
                    )


def _fours(words: str) -> Iterator[tuple[str, str, str, str]]:
    return zip(words, words[1:], words[2:], words[3:], strict=False)


def rectangles(sheet: Sheet) -> list[Any]:
    from matplotlib.patches import Rectangle

    return [artist for artist in sheet.figure.artists + sheet.figure.patches if isinstance(artist, Rectangle)]


def test_the_bars_of_a_choice_are_white_at_both_ends_and_those_of_branches_side_by_side_black(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from matplotlib.colors import to_hex

    keyless(monkeypatch)
    found = []
    with canvas.settings():
        for sheet in sheets(monkeypatch, lambda: process(edition("zh"), "low-voltage-grid-works")):
            bars = [r for r in rectangles(sheet) if abs(r.get_height() * sheet.height - 1.0) < 1e-6]
            white = [r for r in bars if to_hex(r.get_facecolor()) == canvas.PAPER]
            found.append((len(white), len(bars)))
    assert found == [(4, 4), (4, 6)]  # two choices a form; the plan's materials run beside permits


def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture without its key."""
    monkeypatch.setattr(Key, "draw", lambda self, sheet: None)


def test_the_key_of_a_process_names_each_kind_of_mark_that_is_drawn_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[list[str]] = []
    monkeypatch.setattr(Key, "draw", lambda self, sheet: kept.append([s.words for _, its in self.lines for s in its]))
    with canvas.settings():
        list(sheets(monkeypatch, lambda: process(edition("zh"), "low-voltage-grid-works")))
    assert kept == [
        [
            "占用班组的办理", "等候或办理（不占班组）", "集中办理", "子流程，另图", "另立办件", "计时节点",
            "分情形进行", "先后", "仅部分办件", "取消（与“改革前（2021年6月）”相比）",
        ],
        [
            "占用班组的办理", "等候或办理（不占班组）", "集中办理", "子流程，另图", "另行办理，不等待", "计时节点",
            "同时进行", "分情形进行", "先后", "仅部分办件", "新增", "改动（与“改革前（2021年6月）”相比）",
        ],
    ]  # fmt: skip
    kept.clear()
    only_sheet(monkeypatch, process, edition("zh"), "road-permit")
    assert "分情形进行" not in kept[0]


def edges(sheet: Sheet, *, boxes: bool = True) -> Iterator[Any]:
    """Every line of arrows and, if asked for, every side of frames and boxes, as a box without area, in pixels."""
    from matplotlib.transforms import Bbox

    for line in sheet.figure.lines + [a for a in sheet.figure.artists if hasattr(a, "get_xydata")]:
        points = line.get_transform().transform(line.get_xydata())
        for (x0, y0), (x1, y1) in pairwise(points):
            yield Bbox([[min(x0, x1), min(y0, y1)], [max(x0, x1), max(y0, y1)]])
    for box in (r for r in rectangles(sheet) if boxes and r.get_linewidth() > 0):
        e = box.get_window_extent()
        yield from (
            Bbox([[e.x0, e.y0], [e.x1, e.y0]]), Bbox([[e.x0, e.y1], [e.x1, e.y1]]),
            Bbox([[e.x0, e.y0], [e.x0, e.y1]]), Bbox([[e.x1, e.y0], [e.x1, e.y1]]),
        )  # fmt: skip


@pytest.mark.parametrize(
    "ids", [("low-voltage-grid-works", "high-voltage-permits"), pytest.param((), marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_arrow_frame_or_box_crosses_a_label_of_a_process(
    ids: tuple[str, ...], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw() -> None:
        for id_ in ids or processes(edition(language)):
            process(edition(language), id_)

    with canvas.settings():
        for sheet in sheets(monkeypatch, draw):
            sheet.figure.draw_without_rendering()
            lines = list(edges(sheet))
            assert len(lines) > 20
            boxes = [(text.get_text(), text.get_window_extent().shrunk(0.98, 0.62)) for text in texts(sheet)]
            crossed = [words for words, box in boxes if any(_meet(box, line) for line in lines)]
            assert not crossed, sheet.title
            over = [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[i + 1 :] if one.overlaps(other)]
            assert not over, sheet.title
            assert not [words for words, _ in boxes if words.endswith("…")], sheet.title


def test_no_arrow_runs_along_the_edge_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    keyless(monkeypatch)
    sheet = only_sheet(monkeypatch, process, edition("zh"), "high-voltage-permits")
    frames = [
        r.get_window_extent() for r in rectangles(sheet) if r.get_facecolor()[3] == 0 and r.get_linewidth() == 0.8
    ]
    level = [line for line in edges(sheet, boxes=False) if line.height == 0 and line.width > 0]
    millimetre = sheet.figure.bbox.height / sheet.height
    assert len(frames) == 6
    for line in level:
        for frame in frames:
            if frame.x0 < line.x1 and line.x0 < frame.x1:
                assert min(abs(line.y0 - frame.y0), abs(line.y0 - frame.y1)) > 0.5 * millimetre


def _meet(box: Any, line: Any) -> bool:
    return bool(box.x0 < line.x1 and line.x0 < box.x1 and box.y0 < line.y1 and line.y0 < box.y1) or bool(
        (line.x0 == line.x1 and box.x0 < line.x0 < box.x1 and box.y0 < line.y1 and line.y0 < box.y1)
        or (line.y0 == line.y1 and box.y0 < line.y0 < box.y1 and box.x0 < line.x1 and line.x0 < box.x1)
    )


def test_scenarios_are_told_apart_by_darkness_alone() -> None:
    from matplotlib.colors import to_rgb

    def lightness(color: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return 116 * y ** (1 / 3) - 16  # CIE L*

    found = sorted(lightness(color) for color in SCENARIOS)
    assert min(b - a for a, b in pairwise(found)) > 7


def test_a_picture_taller_than_a_page_is_printed_smaller() -> None:
    with canvas.settings():
        picture = Sheet(canvas.PAGE, 2 * canvas.TALLEST, "x").picture()
    assert (picture.width_mm, picture.height_mm) == (canvas.PAGE / 2, canvas.TALLEST)


def test_an_edition_of_one_scenario_has_the_same_pictures() -> None:
    alone = Edition(replace(study(), scenarios=study().scenarios[1:], changes=()), baotou(), "zh")
    assert standing(alone).alt.startswith("2 项假设下可达")
    assert time_split(alone, "E4") is not None
