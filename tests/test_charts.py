"""The pictures: what stands where, that every letter can be drawn, that nothing is cut off or drawn over another."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from sim.model.base import Model
from sim.model.process import Process
from sim.report.charts import canvas, lettering, outlines
from sim.report.charts.canvas import Picture, Sheet
from sim.report.charts.finished import finished
from sim.report.charts.lanes import Cell, Layout, lay_out
from sim.report.charts.loads import loads
from sim.report.charts.marks import signs
from sim.report.charts.months import months
from sim.report.charts.process import process
from sim.report.charts.standing import standing
from sim.report.charts.step_words import details, only
from sim.report.charts.time_split import time_split
from sim.report.charts.variants import processes, variants
from sim.report.edition import Edition
from sim.text import LANGUAGES, Language
from tests.results_sample import baotou, estimate, study
from tests.tiny import tiny


def flow(*elements: Any, **sections: Any) -> Model:
    """A model of one process ``p``; the owner of waits is the customer, that of the pool the utility."""
    owned = {"name": "p", "owner": "customer", "flow": list(elements)}
    return tiny(processes={"p": owned} | sections.pop("processes", {}), **sections)


def step(id_: str, **more: Any) -> dict[str, Any]:
    return {"step": id_, "by": "clerks", "effort": "1 h", **more}


def wait(id_: str, **more: Any) -> dict[str, Any]:
    return {"wait": id_, "takes": "1 h", **more}


def places(found: Layout) -> dict[str, tuple[int, Cell]]:
    """Row and cell of every box that has an element of its own."""
    return {
        box.element.id: (box.row, box.cells[0])
        for box in found.boxes
        if box.element is not None and box.element.id and box.kind not in ("fork", "choice", "join")
    }


def sheets(monkeypatch: pytest.MonkeyPatch, draw: Callable[[], Any]) -> list[Sheet]:
    """The sheets of pictures that are drawn, but not written."""
    found: list[Sheet] = []

    def keep(self: Sheet) -> Picture:
        found.append(self)
        return Picture(b"", b"", self.title, self.width, self.height)

    with monkeypatch.context() as patched:
        patched.setattr(Sheet, "picture", keep)
        draw()
    return found


def everything(edition: Edition) -> None:
    """All pictures of a report."""
    standing(edition)
    loads(edition)
    for id_ in edition.limits(numbered=True):
        time_split(edition, id_)
        finished(edition, id_)
        months(edition, id_)
    for id_ in processes(edition):
        process(edition, id_)


def some(edition: Edition) -> None:
    """A picture of each kind."""
    standing(edition)
    loads(edition)
    for draw in (time_split, finished, months):
        draw(edition, "E4")
    for id_ in ("low-voltage-grid-works", "high-voltage-permits"):
        process(edition, id_)


def texts(sheet: Sheet) -> Iterator[Any]:
    """Every text that is drawn."""
    from matplotlib.text import Text

    return (text for text in sheet.figure.findobj(Text) if text.get_visible() and text.get_text().strip())


@cache
def edition(language: Language) -> Edition:
    return Edition(study(), baotou(), language)


@pytest.mark.parametrize("draw", [some, pytest.param(everything, marks=pytest.mark.slow)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_complete_and_says_that_it_rests_on_assumptions(
    language: Language, draw: Callable[[Edition], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings(), canvas.settings():
        warnings.simplefilter("error")  # a missing glyph is a warning of matplotlib
        drawn = sheets(monkeypatch, lambda: draw(edition(language)))
        assert len(drawn) >= 7
        for sheet in drawn:
            own = list(texts(sheet))
            assert edition(language).stamp in [text.get_text() for text in own], sheet.title
            sheet.figure.draw_without_rendering()
            width, height = sheet.figure.bbox.width, sheet.figure.bbox.height
            for text in own:
                letters = set(text.get_text()) - set("\n")
                assert "〓" not in letters
                assert {ord(letter) for letter in letters} <= outlines.glyphs(), text.get_text()
                box = text.get_window_extent()
                assert box.x0 > -1 and box.y0 > -1, (sheet.title, text.get_text())
                assert box.x1 < width + 1 and box.y1 < height + 1, (sheet.title, text.get_text())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_of_a_plot_lies_over_another(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    def plots() -> None:
        standing(edition(language))
        loads(edition(language))
        for draw in (time_split, finished, months):
            draw(edition(language), "E4")

    with canvas.settings():
        for sheet in sheets(monkeypatch, plots):
            sheet.figure.draw_without_rendering()
            boxes = [(text.get_text(), text.get_window_extent().shrunk(0.96, 0.8)) for text in texts(sheet)]
            over = [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[i + 1 :] if one.overlaps(other)]
            assert not over, sheet.title


def test_a_picture_is_the_same_bytes_whatever_the_users_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    first = finished(edition("zh"), "E4")
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    monkeypatch.setitem(matplotlib.rcParams, "svg.hashsalt", None)
    assert finished(edition("zh"), "E4") == first
    assert first is not None
    assert first.png.startswith(b"\x89PNG")
    assert b"<dc:date>" not in first.svg
    assert b"<text" not in first.svg  # letters are outlines: no font is needed to look at it
    assert matplotlib.rcParams["font.size"] == 30


def test_a_name_with_signs_that_no_font_has_is_drawn_with_the_printers_sign() -> None:
    assert lettering.drawable("勘查\u202e🚀<script>$x$\0") == "勘查〓<script>$x$"


def test_a_line_breaks_between_wide_letters_but_never_before_a_closing_mark() -> None:
    lines = lettering.wrapped("编制供电方案（含勘查），答复用户", 7, 20)
    assert len(lines) == 2
    assert not any(line[0] in "，）" or line[-1] == "（" for line in lines)
    assert lettering.wrapped("a" * 100, 7, 20)[0].endswith("…")
    assert all(lettering.width_mm(line, 7) <= 20 for line in lines)


def test_a_sequence_runs_down_in_the_lanes_of_the_owners() -> None:
    found = lay_out(flow(step("a"), wait("b"), step("c")), "p")
    assert places(found) == {
        "a": (0, Cell("utility", 0)),
        "b": (1, Cell("customer", 0)),
        "c": (2, Cell("utility", 0)),
    }
    assert [(link.of, link.to) for link in found.links] == [(0, 1), (1, 2)]


def test_branches_stand_side_by_side_between_two_bars() -> None:
    found = lay_out(flow({"parallel": [[step("a"), step("b")], [step("c")]]}, step("d")), "p")
    assert places(found) == {
        "a": (1, Cell("utility", 0)),
        "b": (2, Cell("utility", 0)),
        "c": (1, Cell("utility", 1)),
        "d": (4, Cell("utility", 0)),
    }
    assert [(box.kind, box.row) for box in found.boxes if box.kind in ("fork", "choice", "join")] == [
        ("fork", 0),
        ("join", 3),
    ]


def test_a_choice_tells_its_branches_and_those_in_which_nothing_happens() -> None:
    branches = [{"share": "70%", "flow": [step("a")]}, {"share": "30%"}]
    found = lay_out(flow({"choice": "c", "branches": branches}), "p")
    bar = found.boxes[0]
    assert [(found.boxes[place].element.id, branch.share.value) for place, branch in bar.entries] == [("a", 0.7)]  # type: ignore[union-attr]
    assert [branch.share.value for branch in bar.bypass] == [0.3]  # type: ignore[union-attr]


def test_a_rework_stands_beside_its_step_and_goes_back() -> None:
    again = {"share": "25%", "back_to": "a", "first": [wait("supplement")]}
    found = lay_out(flow(step("a"), step("b", rework=again), step("c")), "p")
    assert places(found)["supplement"] == (1, Cell("customer", 0))
    a, b, supplement, c = (
        next(i for i, x in enumerate(found.boxes) if x.element.id == n) for n in ("a", "b", "supplement", "c")
    )  # type: ignore[union-attr]
    back = [(link.of, link.to, link.share) for link in found.links if link.rework]
    assert back == [(b, supplement, 0.25), (supplement, a, None)]
    assert (b, c) in [(link.of, link.to) for link in found.links]


def test_an_optional_is_framed() -> None:
    model = flow(step("a"), {"optional": "o", "share": "7%", "flow": [step("b"), step("c")]})
    found = lay_out(model, "p")
    frame = found.frames[0]
    assert [found.boxes[i].element.id for i in frame.boxes] == ["b", "c"]  # type: ignore[union-attr]
    assert only(model, frame.optional) == ("仅 7%", "only 7%")


def test_lanes_stand_in_the_order_that_crosses_the_fewest() -> None:
    model = flow(
        wait("x", owner="alpha"), wait("y", owner="gamma"), wait("z", owner="beta"), wait("w", owner="gamma"),
        wait("v", owner="alpha"),
    )  # fmt: skip
    assert list(lay_out(model, "p").columns()) == ["alpha", "gamma", "beta"]


def test_what_a_reform_brings_changes_and_takes_away_is_marked() -> None:
    before, after = variants(edition("zh"), "hv-single")
    assert before.tags == {"project-handover": "gone"}
    assert after.tags["works-guidance"] == "new"
    assert after.tags["drawing-review"] == "changed"
    assert "metering" not in after.tags


def test_a_process_that_no_reform_touches_is_drawn_once() -> None:
    (only_form,) = variants(edition("zh"), "high-voltage-tie-in")
    assert only_form.scenarios == ("before", "plan")
    assert only_form.tags == {}


def test_processes_that_are_called_or_spawned_have_pictures_unless_they_are_one_step() -> None:
    found = processes(edition("zh"))
    assert {"hv-single", "high-voltage-permits", "road-permit"} <= set(found)
    assert "planning-permit" not in found
    assert len(found) == len(set(found))


def test_a_wait_for_a_calendar_to_open_says_so_instead_of_a_minute() -> None:
    thaw = next(e for e in baotou().processes["low-voltage-grid-works"].elements() if e.id == "frozen-ground")
    assert details(thaw, baotou()).zh == "至可开挖时段"


@pytest.mark.parametrize("kind", ["walk", "spawn", "apart", "call", "session", "mark"])
def test_every_kind_of_element_has_a_box(kind: str) -> None:
    elements: dict[str, Any] = {
        "walk": {"walk": "w", "steps": [step("a")], "table": {"": {"a": 1}, "a": {"end": 1}}},
        "spawn": {"spawn": "s", "cases": "q"},
        "apart": {"spawn": "s", "cases": "q", "wait": False},
        "call": {"call": "q"},
        "session": {"session": "m", "at": "meeting"},
        "mark": {"mark": "k"},
    }
    meeting = {"name": "meeting", "calendar": "office", "days": [1, 15], "at": "09:00", "length": "1 h"}
    other = Process.model_validate({"name": "q", "flow": [step("a")]})
    model = flow(elements[kind], processes={"q": other.model_dump(by_alias=True)}, sessions={"meeting": meeting})
    (box,) = lay_out(model, "p").boxes
    assert box.kind == kind
    assert box.element is not None
    expected = {"session": "每月 1、15 日", "call": "子流程，另图", "mark": ""}
    assert details(box.element, model).zh.startswith(expected.get(kind, ""))


def test_the_key_tells_what_a_case_waits_for_from_what_runs_apart() -> None:
    before, plan = variants(edition("zh"), "low-voltage-grid-works")
    assert "另立办件" in {sign.words for sign in signs(edition("zh"), [before])}
    assert "另行办理，不等待" in {sign.words for sign in signs(edition("zh"), [plan])}
    assert "runs apart, not waited for" in {sign.words for sign in signs(edition("en"), [plan])}


def test_what_takes_no_time_at_all_is_finished_on_an_axis_of_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scheme and contract joined (G4), no payment (W3)."""
    at_once = tuple(
        replace(s, verdicts=tuple(
            replace(v, default=replace(v.default, limit_value=None, quantiles=(0.0,) * 101)) if v.default else v
            for v in s.verdicts
        ))
        for s in study().scenarios
    )  # fmt: skip
    found = Edition(replace(study(), scenarios=at_once), baotou(), "zh")
    with canvas.settings():
        (sheet,) = sheets(monkeypatch, lambda: finished(found, "E4"))
    assert sheet.figure.axes[0].get_xlim() == (0, 1)


def test_where_there_is_nothing_to_draw_there_is_no_picture() -> None:
    empty = tuple(
        replace(
            s,
            pools=(),
            verdicts=tuple(replace(v, default=None, readings=(), time_split=()) for v in s.verdicts),
        )
        for s in study().scenarios
    )
    found = Edition(replace(study(), scenarios=empty), baotou(), "zh")
    assert [draw(found, "E4") for draw in (time_split, finished, months)] == [None, None, None]
    assert loads(found) is None


def test_a_mean_without_an_interval_and_a_limit_far_below_are_still_drawn() -> None:
    def far(result: Any) -> Any:
        alone = replace(estimate(900.0), low=None, high=None, reason=study().scenarios[0].verdicts[0].elapsed.method)
        return replace(result, mean=alone, p90=alone, median=alone)

    first = study().scenarios[0]
    verdicts = tuple(replace(v, default=v.default and far(v.default)) for v in first.verdicts)
    found = Edition(replace(study(), scenarios=(replace(first, verdicts=verdicts),), changes=()), baotou(), "en")
    assert standing(found).height_mm > 0
    assert time_split(found, "E4") is not None


def test_a_mark_of_nobody_stands_in_the_lane_of_what_came_before() -> None:
    model = tiny([step("a"), wait("b", owner="customer"), {"mark": "k"}, step("c")])
    assert places(lay_out(model, "p"))["k"] == (2, Cell("customer", 0))


def test_a_mark_behind_a_rework_stands_in_the_lane_of_its_step_not_in_that_of_the_supplement() -> None:
    again = {"share": "20%", "first": [wait("supplement", owner="customer")]}
    model = tiny([step("a", rework=again), {"mark": "k"}])
    assert places(lay_out(model, "p"))["k"] == (1, Cell("utility", 0))
