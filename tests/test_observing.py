"""What happened, against the limits: late cases by hand, groups, open cases, before and after, what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from calibration.importing.findings import Example, Findings
from calibration.observing.change import compare
from calibration.observing.document import written
from calibration.observing.observed import Facts, Observation, observe
from calibration.observing.page import page
from calibration.observing.part_of import part_of
from calibration.observing.promises import Promises, load_promises
from calibration.observing.workbook import workbook
from sim.analysis.sampling import sample
from sim.engine.reference import simulate
from sim.errors import InputError, InputErrors
from sim.eventlog import EventLog
from sim.logcheck import check_log
from sim.model.scenario import Scenario
from tests.handmade import OFFICE, Handmade, at
from tests.random_models import scenarios
from tests.test_samples import WORDS, limit
from tests.tiny import OFFICE as OFFICE_HOURS
from tests.tiny import scenario, tiny

JUNE = at("06-01 00:00"), at("07-01 00:00")
YEAR = at("01-01 00:00"), at("12-31 00:00")


def promises(**more: Any) -> Promises:
    return Promises.model_validate({"calendars": {"legal": OFFICE_HOURS}, "limits": {"L": limit(**more)}})


def case(hand: Handmade, number: int, accepted: str, turn: str, over: str | None, **more: Any) -> None:
    """A case of two waits, ``w`` and then ``v``; closed unless it is not over."""
    by = hand.wait(number, "w", accepted, turn, hand.case(number, accepted, **more))
    by = hand.wait(number, "v", turn, over, by)
    if over is not None:
        hand.instant("closed", number, over, by)


def log_of(hand: Handmade, **more: Any) -> EventLog:
    return hand.log(calendars={"office": OFFICE, "legal": OFFICE}, **more)


def facts_of(observation: Observation) -> Facts:
    [each] = observation.limits
    assert each.facts is not None
    return each.facts


def test_the_late_list_has_closed_and_open_cases_the_most_over_first_with_the_step_where_they_stuck() -> None:
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")  # 3 working days: in time
    case(hand, 2, "06-01 09:00", "06-08 09:00", "06-09 09:00")  # 6: late by 3, most of it in w
    case(hand, 3, "06-01 09:00", "06-02 09:00", None)  # open since then, in v
    found = facts_of(observe(log_of(hand, end="2021-06-30 12:00"), promises(), JUNE))
    assert [(late.days, late.over, late.stopped is None, late.step) for late in found.late] == [
        (20, 17, True, "v"), (6, 3, False, "w")
    ]  # fmt: skip
    assert (found.closed, found.still_open, found.accepted) == (2, 1, 3)


def test_open_cases_count_as_long_as_they_were_seen() -> None:
    """Kaplan and Meier by hand: of three, one done at 3; of the two left one at 6, the third seen for 20 days."""
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    case(hand, 2, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    case(hand, 3, "06-01 09:00", "06-02 09:00", None)
    curve = facts_of(observe(log_of(hand, end="2021-06-30 12:00"), promises(), JUNE)).curve
    assert curve is not None
    assert [round(curve.survival_at(day), 9) for day in (2, 3, 6, 19)] == [1, 0.666666667, 0.333333333, 0.333333333]
    assert curve.quantile(0.5).value == 6
    assert curve.quantile(0.9).value is None


def test_groups_are_by_month_of_the_end_and_by_district() -> None:
    hand = Handmade()
    case(hand, 1, "05-25 09:00", "05-26 09:00", "05-27 09:00", attributes={"district": "东"})
    case(hand, 2, "06-01 09:00", "06-02 09:00", "06-11 09:00", attributes={"district": "西"})
    groups = facts_of(observe(log_of(hand), promises(), YEAR)).groups
    assert [(g.name, g.finished, g.late) for g in groups["month"]] == [("2021-05", 1, 0), ("2021-06", 1, 1)]
    assert [(g.name, g.late) for g in groups["district"]] == [("东", 0), ("西", 1)]
    assert "class" not in groups


def test_a_simulated_log_is_observed_as_the_simulator_counts_it() -> None:
    sections = {"owners": {"utility": {"name": "u"}}, "limits": {"L": limit(classes=["p"])}}
    arrivals = tuple(f"2021-06-{day:02} 09:30" for day in range(1, 29))
    model = tiny([{"step": "a", "by": "clerks", "effort": "9 h"}], arrivals, **sections)
    log = simulate(scenario(model), 1)
    promised = Promises.model_validate({"calendars": model.calendars, "limits": model.limits})
    found, counted = facts_of(observe(log, promised, model.study.window)), sample(log, model).limits["L"].completed
    assert counted is not None and counted.late > 0
    assert found.closed == counted.finished.size
    assert len([late for late in found.late if late.stopped is not None]) == counted.late


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_some_cases_of_a_log_are_a_log_of_their_own(some: Scenario) -> None:
    log = simulate(some, 1)
    for chosen in (log.cases.parent < 0, np.zeros(len(log.cases), bool), np.ones(len(log.cases), bool)):
        family = chosen & ~np.isin(np.arange(len(log.cases)), log.cases.parent) if chosen.any() else chosen
        part = part_of(log, family)
        assert list(part.cases.label) == [log.cases.label[i] for i in np.flatnonzero(family)]
        assert part.stints.first[-1] == part.stints.start.size == part.stints.server_first.size - 1
        if not np.isin(log.released_by[family[log.case]], np.flatnonzero(~family[log.case])).any():
            check_log(part)


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
    assert found.change == pytest.approx(-0.2)
    assert found.low is not None and found.high is not None
    assert found.low < -0.2 < found.high
    assert "change" in json.loads(written(after, {}, None, change))["change"]["limits"][0]


def test_unlike_periods_are_not_compared() -> None:
    before, after = reformed([FAST, JUNE_FAST], [FAST, JUNE_FAST, *[JUNE_SLOW] * 9])
    change = compare(before, after)
    assert change.comparable
    assert [check.what.en for check in change.limits[0].checks if not check.holds] == ["cases finished a day"]
    [told] = json.loads(written(after, {}, None, change))["change"]["limits"]
    assert "change" not in told
    assert "不宜直接比较" in page(after, None, "log", change, "zh")
    assert not compare(before, after, (0.0, 0.2)).comparable


def test_a_changed_mix_of_classes_is_taken_out() -> None:
    """Class a is never late and b always: what changes is how many there are of each, so adjusted nothing does."""
    both = []
    for year, classes in ((2021, "aaab"), (2022, "abbb")):
        hand = Handmade()
        for number, name in enumerate(classes, 1):
            accepted, over = FAST if name == "a" else SLOW
            case(hand, number, f"{year}-{accepted}", f"{year}-{accepted}", f"{year}-{over}", case_class=name)
        log = log_of(hand, begin=f"{year}-01-01 00:00", end=f"{year}-12-30 00:00")
        period = at(f"{year}-05-01 00:00"), at(f"{year}-07-01 00:00")
        both.append(observe(log, promises(classes=["a", "b"]), period))
    [found] = compare(*both).limits
    assert (found.change, found.adjusted, found.comparable) == (0.5, 0.0, False)


def test_what_a_log_lacks_is_withheld_and_named() -> None:
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    reading = {"id": "as-written", "name": "x", "role": "default", "unit": "fraction"}
    its = WORDS | {"classes": ["c"], "value": "3 wd", "statistic": "every-case", "readings": [reading]}
    asked = Promises.model_validate({"calendars": {"legal": OFFICE_HOURS}, "limits": {"L": its}})
    found = observe(log_of(hand, missing=("time-of-day",)), asked, JUNE)
    assert found.limits[0].facts is None
    assert "time-of-day" in page(found, None, "log", None, "en")
    assert json.loads(written(found, {}, None))["limits"][0]["withheld"][0]["lacks"] == "time-of-day"


def test_the_workbook_has_typed_cells_and_no_formula(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-08 09:00", "06-09 09:00", attributes={"district": "=1+1"})
    findings = Findings()
    findings.add("full-width", "repaired", 3, [Example(7, "a", "１")])
    path = tmp_path / "observed.xlsx"
    path.write_bytes(workbook(observe(log_of(hand), promises(), JUNE), findings, "zh"))
    sheet = openpyxl.load_workbook(path)["超期件清单"]
    head, row = ([cell.value for cell in cells] for cells in sheet.iter_rows(max_row=2))
    late = dict(zip(head, row, strict=True))
    assert str(late["受理时间"]) == "2021-06-01 09:00:00"
    assert (late["区域"], late["用时(天)"], late["超期(天)"], late["原因"]) == ("=1+1", 6, 3, None)
    assert sheet["D2"].data_type == "s"
    assert sheet.auto_filter.ref and sheet.freeze_panes == "A2"


def test_limits_are_read_without_a_process_and_their_absence_is_told(tmp_path: Path) -> None:
    assert len(load_promises(Path("scenarios/baotou")).limits) == 29
    (tmp_path / "a.yaml").write_text("shixian: 1\nlimits: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="no limits"):
        load_promises(tmp_path)
    (tmp_path / "a.yaml").write_text("shixian: 1\nlimits: {L: {name: 5}}\n", encoding="utf-8")
    with pytest.raises(InputErrors):
        load_promises(tmp_path)
