"""Suspended cases and open ones: what no row of an export tells, so that clocks count what the rules say."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calibration.importing.executions import SUSPENSION, Executions
from calibration.importing.interrupted import interrupted
from calibration.importing.mapping import Mapping, Means, Suspension
from sim.analysis.clock_times import clock_times
from sim.eventlog import NAT
from sim.model.clocks import Clock
from sim.model.working_days import WorkingDays
from tests.handmade import OFFICE
from tests.made_tables import imported, trace

STEPS = {
    "勘查": Means(step="survey", stage="scheme", owner="utility"),
    "送审": Means(step="design", stage="customer", owner="customer"),
    "审查": Means(step="review", stage="review", owner="utility"),
}
WIDE = Mapping(
    form="wide",
    case="编号",
    milestones=STEPS,
    accepted="受理",
    closed="审查",
    suspensions=(Suspension(start="挂起", end="恢复"),),
)
HEADER = "编号|受理|勘查|送审|审查|挂起|恢复"


def test_a_step_is_cut_where_its_case_was_suspended() -> None:
    found = imported(
        WIDE, HEADER,
        "A|2021-06-01 09:00|2021-06-02 09:00|2021-06-03 09:00|2021-06-10 09:00|2021-06-04 10:00|2021-06-08 10:00",
    )  # fmt: skip
    assert trace(found.log, "A") == [
        "accepted 06-01 09:00",
        "survey#0 wait 06-01 09:00 - 06-02 09:00",
        "design#0 wait 06-02 09:00 - 06-03 09:00",
        "review#0 wait 06-03 09:00 - 06-04 10:00",
        "suspended#0 wait 06-04 10:00 - 06-08 10:00",
        "review#1 wait 06-08 10:00 - 06-10 09:00",
        "closed 06-10 09:00",
    ]
    assert "repeated-step" not in found.findings


def test_a_step_that_ends_in_a_suspension_keeps_its_end_which_no_clock_counts() -> None:
    found = imported(
        WIDE, HEADER,
        "A|2021-06-01 09:00|2021-06-02 09:00|2021-06-05 09:00|2021-06-10 09:00|2021-06-04 10:00|2021-06-08 10:00",
    )  # fmt: skip
    log = found.log
    assert [row for row in trace(log, "A") if row.startswith(("design", "review"))] == [
        "design#0 wait 06-02 09:00 - 06-04 10:00",
        "design#1 wait 06-04 10:00 - 06-05 09:00",
        "review#0 wait 06-05 09:00 - 06-08 10:00",
        "review#1 wait 06-08 10:00 - 06-10 09:00",
    ]
    owners = [log.owner[i] for i in log.rows_of(0) if (log.step[i] or "").endswith(("design", "review"))]
    assert owners == ["customer", "suspended", "suspended", "utility"]


def test_no_clock_counts_a_suspension_by_hand() -> None:
    """1 and 2 June, 10 June after the suspension: the utility's three days, less the first."""
    found = imported(
        WIDE, HEADER,
        "A|2021-06-01 09:00|2021-06-02 09:00|2021-06-03 09:00|2021-06-10 11:00|2021-06-03 09:00|2021-06-10 10:00",
    )  # fmt: skip
    legal = WorkingDays(OFFICE)
    for clock in ({"except": {"owners": ["customer"]}}, {"count": {"owners": ["utility"]}}):
        times = clock_times(found.log, Clock.model_validate(clock), "whole-days", legal)
        assert times.days.tolist() == [2]
    named = Clock.model_validate({"count": {"owners": ["utility", "suspended"]}})
    assert clock_times(found.log, named, "whole-days", legal).days.tolist() == [7]


def test_an_open_case_stands_in_the_step_that_mostly_comes_next() -> None:
    closed = [f"{i}|2021-06-01 09:00|2021-06-02 09:00|2021-06-03 09:00|2021-06-10 11:00||" for i in range(3)]
    skipped = "S|2021-06-01 09:00|2021-06-02 09:00||2021-06-11 09:00||"
    mapping = WIDE.model_copy(update={"state": "状态", "states": {"在办": "open", "归档": "closed"}})
    rows = [f"{row}|归档" for row in (*closed, skipped)]
    found = imported(
        mapping,
        f"{HEADER}|状态",
        *rows,
        "X|2021-06-04 09:00|2021-06-05 09:00||||||在办",
        "Y|2021-06-04 09:00||||||在办",
    )
    assert trace(found.log, "X")[-1] == "design#0 wait 06-05 09:00 - ..."
    assert trace(found.log, "Y")[-1] == "survey#0 wait 06-04 09:00 - ..."
    assert found.findings["step-under-way"].count == 2


times = st.integers(0, 12)
executions = st.lists(st.tuples(st.integers(0, 2), times, times, st.booleans()), min_size=1, max_size=12)


@given(executions, st.lists(st.tuples(st.integers(0, 2), times, times | st.none()), max_size=6))
def test_pieces_lie_outside_suspensions_and_miss_no_other_instant(
    given_: list[tuple[int, int, int, bool]], stops: list[tuple[int, int, int | None]]
) -> None:
    """Hour by hour: an execution's own hours are its hours less those of any suspension of its case."""
    its = made([(case, low, None if is_open else max(low, high)) for case, low, high, is_open in given_], STEPS["勘查"])
    pauses = made([(case, low, None if high is None else max(low, high)) for case, low, high in stops], SUSPENSION)
    found = interrupted(its, pauses)
    for place in range(len(its)):
        mine = SimpleNamespace(
            **{name: getattr(found.where(found.row == place), name) for name in ("means", "ready", "end")}
        )
        pieces = sorted(zip(mine.ready.tolist(), mine.end.tolist(), mine.means.tolist(), strict=True), key=last_if_open)
        own = {h for a, b, m in pieces if found.table[m].owner == "utility" for h in hours(a, b)}
        paused = {h for c, a, b in stops if c == given_[place][0] for h in hours(a, NAT if b is None else max(a, b))}
        whole = hours(int(its.ready[place]), int(its.end[place]))
        assert own == whole - paused
        assert pieces[0][0] == its.ready[place]
        assert pieces[-1][1] == its.end[place]
        assert all(one[1] <= other[0] for one, other in pairwise(pieces))


def hours(low: int, high: int) -> set[int]:
    return set(range(low, 30 if high == NAT else high))


def last_if_open(piece: tuple[int, int, int]) -> tuple[int, int]:
    return piece[0], 30 if piece[1] == NAT else piece[1]


def made(rows: list[tuple[int, int, int | None]], means: Means) -> Executions:
    case, low, high = ([row[k] for row in rows] for k in range(3))
    nothing = np.full(len(rows), NAT, np.int64)
    start = np.array(low, np.int64)
    return Executions(
        np.array(case, np.int32), np.zeros(len(rows), np.int32), start,
        start.copy() if means is SUSPENSION else nothing,
        np.array([NAT if h is None else h for h in high], np.int64), np.arange(len(rows)), (means,),
    )  # fmt: skip
