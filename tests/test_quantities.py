"""Durations as people write them (BAD_INPUT kinds 2 and 11)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sim.errors import InputError
from sim.model.quantities import _SPELLINGS, Duration, PositiveDuration, PromisedDuration, Quantity, to_us
from sim.text import Text
from tests.conftest import ROOT

EIGHT_HOURS = 8 * 3_600_000_000
duration = TypeAdapter(Duration)


def refusal(value: Any, kind: Any = Duration) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    (error,) = refused.value.errors()
    assert error["type"] == "shixian"
    return error["ctx"]


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("45 s", 45_000_000),
        ("30 min", 1_800_000_000),
        ("2 h", 7_200_000_000),
        ("10 d", 864_000_000_000),
        ("2 w", 1_209_600_000_000),
        ("1.5 wd", 43_200_000_000),
        ("  0.5h ", 1_800_000_000),
        ("0 min", 0),
        ("45秒", 45_000_000),
        ("30分钟", 1_800_000_000),
        ("30 分", 1_800_000_000),
        ("2小时", 7_200_000_000),
        ("2 个小时", 7_200_000_000),
        ("10天", 864_000_000_000),
        ("10自然日", 864_000_000_000),
        ("1周", 604_800_000_000),
        ("1个星期", 604_800_000_000),
        ("1.5工作日", 43_200_000_000),
        ("3个工作日", 86_400_000_000),
        ("３个工作日", 86_400_000_000),
        ("１．５　ｗｄ", 43_200_000_000),
    ],
)
def test_a_quantity_is_so_many_microseconds(written: str, microseconds: float) -> None:
    assert to_us(duration.validate_python(written), EIGHT_HOURS) == microseconds


def test_every_spelling_of_a_unit_is_documented_and_none_that_is_not_read() -> None:
    section = (ROOT / "sim/model/README.md").read_text("utf-8").partition("## Durations")[2].partition("\n\nRefused")[0]
    shown = {
        re.sub(r"[0-9 ]", "", written): duration.validate_python(written) for written in re.findall("`(.+?)`", section)
    }
    assert {spelling: quantity.unit for spelling, quantity in shown.items()} == _SPELLINGS


@given(st.floats(0, 36_000), st.sampled_from(["s", "min", "h", "d", "wd"]))
def test_what_is_printed_for_files_is_read_back(amount: float, unit: Any) -> None:
    quantity = Quantity(amount, unit)
    assert duration.validate_python(str(quantity)) == quantity
    assert duration.validate_json(duration.dump_json(quantity)) == quantity


def test_a_working_day_without_a_calendar_has_no_length() -> None:
    with pytest.raises(InputError, match="working day"):
        to_us(Quantity(1, "wd"), None)


@pytest.mark.parametrize("bare", [30, 0, 1.5, "30", "３０", "2.5", "1e999", "1e3", 10**400])
def test_a_bare_number_is_asked_for_its_unit(bare: Any) -> None:
    told = refusal(bare)
    assert told["rule_en"] == "a duration needs its unit"
    for unit in ("min", "h", "d (calendar day)", "wd (working day)"):
        assert unit in told["cure_en"]
    assert "工作日" in told["cure_zh"]


@pytest.mark.parametrize("negative", [-1, -0.5, "-2 h", "-2", "−2 h", "- 2 h", "－２小时", "-3个工作日"])
def test_a_negative_duration_is_refused(negative: Any) -> None:
    assert "negative" in refusal(negative)["rule_en"]


@pytest.mark.parametrize(
    "endless", [float("nan"), float("inf"), float("-inf"), "inf h", "nan min", "-inf", "9" * 400 + " h"]
)
def test_an_endless_or_unreadable_duration_is_refused(endless: Any) -> None:
    refusal(endless)


@pytest.mark.parametrize("text", ["soon", "2 hours", "h", "", "2 H", "1,5 h", "12:30", None, True, ["2 h"], {"a": 1}])
def test_text_that_is_no_duration_is_refused_with_the_way_to_write_one(text: Any) -> None:
    assert "30 min" in refusal(text)["cure_en"]


@pytest.mark.parametrize("days", ["30 days", "30 day", "30日", "30 日", "３０日"])
def test_days_are_asked_whether_calendar_or_working(days: str) -> None:
    told = refusal(days)
    assert "30 d" in told["cure_en"]
    assert "30 wd" in told["cure_en"]


def test_a_limit_in_plain_days_is_asked_which_though_a_duration_is_not() -> None:
    assert "30 wd" in refusal("30天", PromisedDuration)["cure_zh"]
    promised = TypeAdapter(PromisedDuration).validate_python
    assert promised("30日历天") == promised("30 d") == Quantity(30, "d")
    assert promised("30个工作日") == Quantity(30, "wd")
    assert "above zero" in refusal("0个工作日", PromisedDuration)["rule_en"]


@pytest.mark.parametrize("month", ["1个月", "3 月", "1年", "2季度", "1 month", "2 years"])
def test_what_differs_in_length_is_refused(month: str) -> None:
    told = refusal(month)
    assert "differ in length" in told["rule_en"]
    assert "30 d" in told["cure_zh"]


@pytest.mark.parametrize(
    "unclear",
    ["半天", "三个工作日", "1天半", "3-5天", "约3天", "2时", "3个工作日内", "3个天", "2² h", "①h", "½ h", "3 工作 日"],
)
def test_words_that_are_no_number_and_unit_are_refused_and_never_changed(unclear: str) -> None:
    assert refusal(unclear)["rule_en"] == "a duration is a number and a unit"


def test_a_century_is_the_longest_duration() -> None:
    for longest in ("36600 d", "36600 wd", "878400 h"):
        assert duration.validate_python(longest)
    for longer in ("36600.1 d", "36601 wd", "878401 h"):
        assert "100" in refusal(longer)["rule_en"]


def test_zero_is_a_duration_but_not_a_positive_one() -> None:
    assert duration.validate_python("0 h") == Quantity(0, "h")
    assert "above zero" in refusal("0 h", PositiveDuration)["rule_en"]


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(30, "min"), Text("30 分钟", "30 min")),
        (Quantity(1.5, "wd"), Text("1.5 工作日", "1.5 working days")),
        (Quantity(1, "wd"), Text("1 工作日", "1 working day")),
        (Quantity(10, "d"), Text("10 天", "10 calendar days")),
        (Quantity(2, "h"), Text("2 小时", "2 h")),
    ],
)
def test_a_quantity_reads_well_in_both_languages(quantity: Quantity, words: Text) -> None:
    assert quantity.text == words


def test_working_days_and_hours_are_not_comparable() -> None:
    assert Quantity(1, "d").comparable(Quantity(24, "h"))
    assert Quantity(1, "d").size == Quantity(24, "h").size
    assert not Quantity(1, "wd").comparable(Quantity(8, "h"))
