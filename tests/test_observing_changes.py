"""Before and after: whether two periods may be compared, what changed, with the mix of classes held fast."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibration.observing.change import compare
from calibration.observing.document import written
from calibration.observing.observed import Observation, observe
from calibration.observing.page import page
from calibration.observing.part_of import part_of
from tests.handmade import Handmade, at
from tests.test_observing import JUNE, case, facts_of, log_of, promises


def reformed(
    before: list[tuple[str, str]], after: list[tuple[str, str]], **more: Any
) -> tuple[Observation, Observation]:
    """Two logs of cases accepted and over at these times, the second in 2022."""
    both = []
    for year, times in ((2021, before), (2022, after)):
        hand = Handmade()
        for number, (accepted, over) in enumerate(times):
            case(hand, number + 1, f"{year}-{accepted}", f"{year}-{accepted}", f"{year}-{over}", **more)
        log = log_of(hand, begin=f"{year}-01-01 00:00", end=f"{year}-12-30 00:00")
        period = at(f"{year}-05-01 00:00"), at(f"{year}-07-01 00:00")
        both.append(observe(log, promises(), period))
    return both[0], both[1]


FAST, SLOW = ("05-11 09:00", "05-12 09:00"), ("05-11 09:00", "05-28 09:00")
JUNE_FAST, JUNE_SLOW = ("06-08 09:00", "06-09 09:00"), ("06-07 09:00", "06-28 09:00")


def test_a_change_is_told_with_its_interval_where_the_periods_are_alike() -> None:
    before, after = reformed([FAST, SLOW, SLOW, JUNE_FAST, JUNE_SLOW], [FAST, FAST, SLOW, JUNE_FAST, JUNE_SLOW])
    change = compare(before, after)
    [found] = change.limits
    assert change.comparable and found.comparable
    assert (found.before, found.after) == (0.6, 0.4)
    one, other = (facts_of(each).late_share for each in (before, after))
    assert None not in (one.low, one.high, other.low, other.high)
    down = np.hypot(0.4 - other.low, one.high - 0.6)  # type: ignore[operator]
    up = np.hypot(other.high - 0.4, 0.6 - one.low)  # type: ignore[operator]
    assert found.change == pytest.approx((-0.2, -0.2 - down, -0.2 + up))
    [told] = json.loads(written(after, {}, None, change))["change"]["limits"]
    assert told["change"]["value"] == -0.2 and told["adjusted"] is None
    assert "−20.0" in page(after, None, "log", change, "zh")


def test_a_change_of_one_class_counts_cases_that_are_open_and_late() -> None:
    """By hand: of two due one was late before; after, one of one finished in time, and one is open and late."""
    both = []
    for year, over in ((2021, "05-28 09:00"), (2022, None)):
        hand = Handmade()
        case(hand, 1, f"{year}-05-11 09:00", f"{year}-05-11 09:00", f"{year}-05-12 09:00")
        case(hand, 2, f"{year}-05-11 09:00", f"{year}-05-11 09:00", over and f"{year}-{over}")
        log = log_of(hand, begin=f"{year}-01-01 00:00", end=f"{year}-06-30 00:00")
        both.append(observe(log, promises(), (at(f"{year}-05-01 00:00"), at(f"{year}-06-29 00:00"))))
    [found] = compare(*both).limits
    assert (found.before, found.after, found.due) == (0.5, 0.5, (2, 2))


def test_unlike_periods_are_not_compared() -> None:
    before, after = reformed([FAST, JUNE_FAST], [FAST, JUNE_FAST, *[JUNE_SLOW] * 9])
    change = compare(before, after)
    assert change.comparable
    assert [check.what.en for check in change.limits[0].checks if not check.holds] == ["cases finished a day"]
    [told] = json.loads(written(after, {}, None, change))["change"]["limits"]
    assert "change" not in told
    assert "不宜直接比较" in page(after, None, "log", change, "zh")
    assert not compare(before, after, (0.0, 0.2)).comparable


def test_another_system_after_the_day_of_the_change_is_seen() -> None:
    hand = Handmade()
    for number, (accepted, system) in enumerate((("06-01 09:00", "old"), ("06-15 09:00", "new")), 1):
        case(hand, number, accepted, accepted, accepted.replace("09:", "10:"), attributes={"system": system})
    log, day = log_of(hand), at("06-10 00:00")
    later = log.cases.accepted >= day
    change = compare(
        observe(part_of(log, ~later), promises(), (JUNE[0], day)),
        observe(part_of(log, later), promises(), (day, JUNE[1])),
    )
    [check] = [check for check in change.checks if check.what.en == "the system they come from"]
    assert (check.holds, check.before.en, check.after.en) == (False, "old", "new")
    [check] = [c for c in compare(*of_classes(("a", "a"))).checks if c.what.en == "the system they come from"]
    assert check.holds is None


def test_years_without_a_known_spring_festival_are_not_taken_as_alike() -> None:
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    log = log_of(hand)

    def held(first: str, last: str) -> tuple[bool, str, str]:
        its = replace(observe(log, promises(), JUNE), period=(at(first), at(last)))
        [check] = [check for check in compare(its, its).checks if check.what.en == "how often Spring Festival"]
        return check.holds, check.before.en, check.after.en

    assert held("2021-01-01 00:00", "2022-01-01 00:00") == (True, "1", "1")
    assert held("2090-06-01 00:00", "2090-09-01 00:00") == (True, "0", "0")
    assert held("2090-01-01 00:00", "2091-01-01 00:00") == (False, "-", "-")


def of_classes(classes: tuple[str, str]) -> tuple[Observation, Observation]:
    """Cases of these classes, one a letter, capitals late; the second ones a year after."""
    both = []
    for year, names in zip((2021, 2022), classes, strict=True):
        hand = Handmade()
        for number, name in enumerate(names, 1):
            accepted, over = SLOW if name.isupper() else FAST
            case(hand, number, f"{year}-{accepted}", f"{year}-{accepted}", f"{year}-{over}", case_class=name.lower())
        log = log_of(hand, begin=f"{year}-01-01 00:00", end=f"{year}-12-30 00:00")
        period = at(f"{year}-05-01 00:00"), at(f"{year}-07-01 00:00")
        both.append(observe(log, promises(classes=["a", "b", "c", "d"]), period))
    return both[0], both[1]


def test_a_changed_mix_of_classes_is_taken_out() -> None:
    """Class a is never late and b always: what changes is how many there are of each, so adjusted nothing does."""
    [found] = compare(*of_classes(("aaaB", "aBBB"))).limits
    assert found.adjusted is not None
    assert (found.change.value, found.adjusted.value, found.comparable) == (0.5, 0.0, False)


def test_classes_of_one_period_only_are_named_counted_and_left_out_of_the_adjusted_change() -> None:
    """By hand: a falls from 4/8 to 2/10, b rises from 0/2 to 2/4; weights 18 and 6, so (18 * -0.3 + 6 * 0.5) / 24."""
    change = compare(*of_classes(("AAAAaaaabbC", "AAaaaaaaaaBBbbDd")))
    [found] = change.limits
    assert found.one_sided == (("c", 1, 0), ("d", 0, 2))
    assert found.adjusted is not None and found.adjusted.value == pytest.approx(-0.1)
    [check] = [check for check in found.checks if check.what.en.startswith("classes of one side only")]
    assert (check.holds, check.before.zh, check.after.zh) == (False, "9%: c 1", "12%: d 2")
    assert not found.comparable


def test_a_few_cases_of_a_class_that_only_one_period_has_do_not_forbid_the_comparison() -> None:
    change = compare(*of_classes(("a" * 30 + "b" * 10, "a" * 30 + "b" * 9 + "c")))
    [found] = change.limits
    assert found.one_sided == (("c", 0, 1),) and found.comparable
    [told] = json.loads(written(of_classes(("ab", "ab"))[0], {}, None, change))["change"]["limits"]
    assert told["classes_of_one_period"] == [{"class": "c", "before": 0, "after": 1}]


def test_a_limit_that_one_period_cannot_tell_is_named() -> None:
    change = compare(*of_classes(("ab", "")))
    assert change.limits == ()
    assert [(id_, why.en) for id_, why in change.untold] == [("L", "no case was due after")]
