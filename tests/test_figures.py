"""A number carries its evidence (DESIGN part 5)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.model.figures import AmountFigure, CountFigure, RateFigure, ShareFigure
from sim.model.laws import Law
from sim.model.quantities import Quantity


def read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refused(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as error:
        read(kind, value)
    (first, *_) = error.value.errors()
    return "/".join(map(str, first["loc"])) + ": " + first["msg"]


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [(ShareFigure, "25%", 0.25), (ShareFigure, 0.25, 0.25), (CountFigure, 24, 24), (CountFigure, "24", 24),
     (AmountFigure, 0, 0.0), (AmountFigure, "12000", 12000.0), (RateFigure, 1.2, 1.2)],
)  # fmt: skip
def test_a_bare_number_is_an_assumption_without_a_range(kind: Any, written: Any, value: float) -> None:
    figure = read(kind, written)
    assert (figure.value, figure.kind, figure.range) == (value, "assumption", None)


def test_a_figure_keeps_its_evidence() -> None:
    share = read(ShareFigure, {"value": "25%", "assumption": ["10%", "40%"], "by": "the authors"})
    assert (share.value, share.kind, share.range, share.by) == (0.25, "assumption", (0.10, 0.40), "the authors")
    count = read(CountFigure, {"value": 24, "log": [20, 28], "source": "payroll 2021"})
    assert (count.kind, count.range) == ("log", (20, 28))
    assert read(RateFigure, {"value": 2, "plan": "E3"}).kind == "plan"
    assert read(CountFigure, {"value": 2, "published": "yearbook 2020"}).kind == "published"
    assert read(CountFigure, {"value": 2, "assumption": True}).range is None


def test_a_number_has_one_kind_of_evidence() -> None:
    assert "one kind" in refused(CountFigure, {"value": 2, "plan": "E3", "assumption": True})


@pytest.mark.parametrize("range_", [[25, 30], [10, 20], [30, 20]])
def test_a_number_lies_within_its_range(range_: list[int]) -> None:
    assert "low <= value <= high" in refused(CountFigure, {"value": 24, "assumption": range_})


@pytest.mark.parametrize(
    ("kind", "value", "place"),
    [
        (ShareFigure, "125%", ": "),
        (CountFigure, 2.5, ": "),
        (CountFigure, -1, ": "),
        (CountFigure, True, ": "),
        (CountFigure, 10**400, ": "),
        (RateFigure, "1e999", ": "),
        (CountFigure, "010", ": "),
        (RateFigure, 0, ": "),
        (RateFigure, float("nan"), ": "),
        (AmountFigure, float("inf"), ": "),
        (CountFigure, {"value": 2.5}, "value: "),
        (CountFigure, {"value": 2, "assumption": [1, "x"]}, "assumption/"),
        (CountFigure, {"value": 2, "sauce": "x"}, "sauce: "),
    ],
)
def test_a_wrong_number_is_refused_at_its_place(kind: Any, value: Any, place: str) -> None:
    assert refused(kind, value).startswith(place)


def test_the_range_of_a_law_is_of_its_leading_number() -> None:
    law = read(Law, {"mean": "30 min", "cv": 0.5, "assumption": ["15 min", "1 h"]})
    assert (law.leading, law.range) == (Quantity(30, "min"), (Quantity(15, "min"), Quantity(1, "h")))
    assert "low <= value <= high" in refused(Law, {"mean": "2 h", "cv": 1, "assumption": ["15 min", "1 h"]})
    assert "all in wd, or none" in refused(Law, {"mean": "2 h", "cv": 1, "assumption": ["15 min", "1 wd"]})


def test_figures_written_out_are_read_back() -> None:
    figure = read(ShareFigure, {"value": "25%", "assumption": ["10%", "40%"]})
    assert read(ShareFigure, figure.model_dump(mode="json")) == figure
