"""What happened, against the limits: late cases by hand, groups, open cases, before and after, what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping, Means
from calibration.observing.document import written
from calibration.observing.known_by import known_by
from calibration.observing.observed import Facts, Observation, observe
from calibration.observing.page import page
from calibration.observing.part_of import part_of
from calibration.observing.promises import Promises, load_promises
from calibration.observing.tables import overview
from calibration.observing.workbook import workbook
from sim.analysis.sampling import sample
from sim.engine.reference import simulate
from sim.errors import InputError, InputErrors
from sim.eventlog import NAT, EventLog
from sim.logcheck import check_log
from sim.model.scenario import Scenario
from tests.handmade import OFFICE, Handmade, at
from tests.random_models import scenarios
from tests.test_samples import DEFAULT, WORDS, limit
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


def test_a_period_is_told_as_it_stood_when_it_ended() -> None:
    """Case 2 came in November; case 3, done in September, was open and 19 days over at the end of June."""
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    case(hand, 2, "11-01 09:00", "11-02 09:00", None)
    case(hand, 3, "06-01 09:00", "06-02 09:00", "09-04 09:00")
    june = observe(log_of(hand, end="2021-12-30 12:00"), promises(), JUNE)
    found, [reading] = facts_of(june), june.limits[0].verdict.readings
    assert (found.closed, found.still_open, found.accepted) == (1, 1, 2)
    assert [(late.days, late.over, late.stopped, late.step) for late in found.late] == [(20, 17, None, "v")]
    assert (reading.late, reading.open_beyond_limit, reading.open_undecided) == (0, 1, 0)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(), st.floats(0, 1))
def test_a_log_as_it_stood_is_a_log_and_tells_of_nothing_later(some: Scenario, share: float) -> None:
    log = simulate(some, 1)
    instant = log.begin + int(share * (log.end_of_run - log.begin))
    stood = known_by(log, instant)
    check_log(stood)
    for column in (stood.ready, stood.start, stood.end, stood.stints.start, stood.stints.stop, stood.cases.accepted):
        assert column.max(initial=NAT) < instant
    assert np.count_nonzero(stood.end != NAT) == np.count_nonzero((log.end != NAT) & (log.end < instant))
    assert known_by(log, log.end_of_run + 1) is log


def test_the_share_on_time_is_of_the_cases_that_were_due() -> None:
    """By hand: one done in time, one done late, one open and late, one open and not decided: 1 of 3."""
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    case(hand, 2, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    case(hand, 3, "06-01 09:00", "06-02 09:00", None)
    case(hand, 4, "06-30 09:00", "06-30 10:00", None)
    [row] = overview(observe(log_of(hand, end="2021-06-30 12:00"), promises(), JUNE), "en")
    assert (row.finished, row.late, row.still_open, row.open_late) == (2, 1, 2, 1)
    assert row.on_time == pytest.approx(1 / 3)


def test_the_mean_by_acceptance_is_restricted_to_what_was_seen() -> None:
    """By hand: S is 1 up to day 3, 2/3 up to 6, 1/3 up to 20, the last day seen: 3 + 2 + 14/3."""
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    case(hand, 2, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    case(hand, 3, "06-01 09:00", "06-02 09:00", None)
    found = observe(log_of(hand, end="2021-06-30 12:00"), promises(), JUNE)
    told = json.loads(written(found, {}, None))["limits"][0]["facts"]["by_acceptance"]
    assert (told["mean"]["value"], told["mean_up_to"]) == (9.6667, 20)


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


def test_what_a_log_lacks_is_withheld_and_named() -> None:
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-02 09:00", "06-04 09:00")
    reading = {"id": "as-written", "name": "x", "role": "default", "unit": "fraction"}
    its = WORDS | {"classes": ["c"], "value": "3 wd", "statistic": "every-case", "readings": [reading]}
    asked = Promises.model_validate({"calendars": {"legal": OFFICE_HOURS}, "limits": {"L": its}})
    found = observe(log_of(hand, missing=("time-of-day",)), asked, JUNE)
    assert found.limits[0].facts is None
    assert "the time of day (dates alone)" in page(found, None, "log", None, "en")
    assert "time-of-day" not in page(found, None, "log", None, "zh")
    assert json.loads(written(found, {}, None))["limits"][0]["withheld"][0]["lacks"] == "time-of-day"


def read_by(mapping: Mapping, limit_: dict[str, Any]) -> Observation:
    """One case of a step ``w`` and a mark, as if read by this mapping."""
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    log = log_of(hand, missing=("released_by",))
    its = WORDS | {"classes": ["c"], "value": "3 wd", "statistic": "every-case", "readings": [DEFAULT]} | limit_
    asked = Promises.model_validate({"calendars": {"legal": OFFICE_HOURS}, "limits": {"L": its}})
    return observe(log, asked, JUNE, mapping)


@pytest.mark.parametrize(
    "clock",
    [
        {"start": "accepted", "stop": {"mark": "power-on"}},
        {"start": {"mark": "accepted-complete"}},
        {"count": {"owners": ["utility"], "stages": ["design"], "steps": ["scheme"]}},
    ],
)
def test_a_clock_of_what_the_export_does_not_have_is_withheld_and_not_zero(clock: dict[str, Any]) -> None:
    found = read_by(Mapping(form="wide", case="x", milestones={"W": Means(step="w")}), {"clock": clock})
    [its] = found.limits
    [(reading, why)] = its.verdict.withheld
    assert (its.facts, its.verdict.value, reading) == (None, "undecided", "as-written")
    assert set(str(why.value).split(", ")) <= {"power-on", "accepted-complete", "utility", "design", "scheme"}
    [row] = overview(found, "zh")
    assert row.conclusion.startswith("不予计算") and str(why.value).split(", ")[0] in row.conclusion
    knowing = {"A": Means(step="scheme", mark="power-on"), "B": Means(mark="accepted-complete")}
    assert read_by(Mapping(form="wide", case="x", milestones=knowing), {"clock": clock}).limits[0].facts is not None


def test_the_late_list_names_steps_as_the_file_does() -> None:
    mapping = Mapping(form="wide", case="x", milestones={"现场勘查时间": Means(step="w"), "别名日期": Means(step="w")})
    hand = Handmade()
    case(hand, 1, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    log = log_of(hand)
    log = replace(log, step=replace(log.step, names=tuple(f"export/{name}" for name in log.step.names)))
    [late] = facts_of(observe(log, promises(), JUNE, mapping)).late
    assert late.step == "现场勘查"
    assert facts_of(observe(log_of(hand), promises(), JUNE)).stuck == (("w", 1),)


def test_verdicts_list_a_thousand_late_cases_of_a_limit_and_count_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    from calibration.observing import workbook as book

    hand = Handmade()
    for number in range(1, 1004):
        case(hand, number, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    found = observe(log_of(hand), promises(), JUNE)
    [told] = json.loads(written(found, {}, None))["limits"]
    assert (len(told["facts"]["late_cases"]), told["facts"]["late_cases_not_listed"]) == (1000, 3)
    assert book.late_list(found, "zh") is None
    monkeypatch.setattr(book, "MOST_LATE", 1000)
    lines = (book.late_list(found, "zh") or b"").decode("utf-8-sig").splitlines()
    assert len(lines) == 1004 and lines[0].startswith("编号,办件编号")


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


def test_what_one_sheet_cannot_hold_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr("calibration.observing.workbook._MOST_ROWS", 2)
    hand = Handmade()
    for number in range(1, 6):
        case(hand, number, "06-01 09:00", "06-08 09:00", "06-09 09:00")
    path = tmp_path / "observed.xlsx"
    path.write_bytes(workbook(observe(log_of(hand), promises(), JUNE), None, "en"))
    book = openpyxl.load_workbook(path)
    assert [book[name].max_row - 1 for name in ("late cases", "late cases 2", "late cases 3")] == [2, 2, 1]


def test_limits_are_read_without_a_process_and_their_absence_is_told(tmp_path: Path) -> None:
    assert len(load_promises(Path("scenarios/baotou")).limits) == 29
    (tmp_path / "a.yaml").write_text("shixian: 1\nlimits: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="no limits"):
        load_promises(tmp_path)
    (tmp_path / "a.yaml").write_text("shixian: 1\nlimits: {L: {name: 5}}\n", encoding="utf-8")
    with pytest.raises(InputErrors):
        load_promises(tmp_path)
