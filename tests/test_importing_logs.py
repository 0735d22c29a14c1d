"""Exports become event logs: traces worked by hand, and what must not depend on how the file is written."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.importing.event_log import import_log
from calibration.importing.mapping import LongColumns, Mapping, Means, Suspension
from sim.logcheck import check_log, first_difference
from tests.made_tables import imported, table, trace

STEPS = {
    "业务受理": Means(step="acceptance", stage="apply", owner="utility"),
    "现场勘查": Means(step="survey", stage="apply", owner="utility"),
    "设计送审": Means(step="design", stage="works", owner="customer"),
    "送电": Means(mark="power-on"),
}
LONG = Mapping(form="long", case="编号", long=LongColumns(step="环节", start="开始", end="结束"), steps=STEPS)
ENDS = Mapping(form="long", case="编号", long=LongColumns(step="环节", end="时间"), steps=STEPS)
EVENTS = Mapping(form="long", case="编号", long=LongColumns(step="环节", end="时间", lifecycle="事件"), steps=STEPS)
WIDE = Mapping(form="wide", case="编号", milestones=STEPS, accepted="受理", closed="办结")


def test_a_wide_row_becomes_stretches_that_each_begin_at_the_milestone_before() -> None:
    log = imported(
        WIDE,
        "编号|受理|现场勘查|业务受理|设计送审|送电|办结",
        "A|2021-06-04 09:00|2021-06-07 10:00|2021-06-04 09:20|2021-06-15 16:00|2021-06-18 11:00|2021-06-18 12:00",
        "B|2021-06-05 08:00|||||",
    ).log
    assert trace(log, "A") == [
        "accepted 06-04 09:00",
        "acceptance#0 wait 06-04 09:00 - 06-04 09:20",
        "survey#0 wait 06-04 09:20 - 06-07 10:00",
        "design#0 wait 06-07 10:00 - 06-15 16:00",
        "power-on mark 06-18 11:00",
        "closed 06-18 12:00",
    ]
    assert trace(log, "B") == ["accepted 06-05 08:00", "acceptance#0 wait 06-05 08:00 - ..."]
    assert log.missing == ("start", "released_by", "needs", "stints", "pools", "calendars")
    assert [log.owner[i] for i in log.rows_of(0)] == [None, "utility", "utility", "customer", None, None]
    assert [log.stage[i] for i in log.rows_of(0)] == [None, "apply", "apply", "works", None, None]


def test_a_long_row_is_an_execution_and_repeated_steps_are_visits() -> None:
    found = imported(
        LONG,
        "编号|环节|开始|结束",
        "A|现场勘查|2021-06-07 09:00|2021-06-07 11:00",
        "A|业务受理|2021-06-04 09:00|2021-06-04 09:20",
        "A|现场勘查|2021-06-08 09:00|2021-06-08 10:30",
        "A|送电||2021-06-18 11:00",
    )
    assert trace(found.log, "A") == [
        "accepted 06-04 09:00",
        "acceptance#0 work 06-04 09:00 - 06-04 09:20",
        "survey#0 work 06-07 09:00 - 06-07 11:00",
        "survey#1 work 06-08 09:00 - 06-08 10:30",
        "closed 06-18 11:00",
        "power-on mark 06-18 11:00",
    ]
    assert found.missing[0] == "ready" and "start" not in found.missing
    assert found.findings.counts()["repeated-step"] == 1


def test_arrival_start_and_end_of_a_step_give_its_queue() -> None:
    mapping = LONG.model_copy(update={"long": LongColumns(step="环节", ready="到达", start="开始", end="结束")})
    found = imported(
        mapping,
        "编号|环节|到达|开始|结束",
        "A|业务受理|2021-06-04 09:00|2021-06-04 09:10|2021-06-04 09:20",
        "A|现场勘查|2021-06-04 09:20|2021-06-07 09:00|2021-06-07 11:00",
    )
    assert trace(found.log, "A")[2] == "survey#0 work 06-04 09:20 = 06-07 09:00 - 06-07 11:00"
    assert "ready" not in found.missing


def test_starts_and_completes_are_paired_in_their_order_and_the_rest_is_told() -> None:
    found = imported(
        EVENTS.model_copy(update={"state": "状态", "states": {"在办": "open"}}),
        "编号|环节|事件|时间|状态",
        "A|业务受理|start|2021-06-04 09:00|在办",
        "A|业务受理|complete|2021-06-04 09:20|在办",
        "A|现场勘查|complete|2021-06-05 08:00|在办",
        "A|现场勘查|start|2021-06-07 09:00|在办",
        "A|现场勘查|start|2021-06-07 09:30|在办",
        "A|现场勘查|complete|2021-06-07 11:00|在办",
        "A|业务受理|schedule|2021-06-07 11:00|在办",
    )
    assert trace(found.log, "A") == [
        "accepted 06-04 09:00",
        "acceptance#0 work 06-04 09:00 - 06-04 09:20",
        "survey#0 wait 06-04 09:20 - 06-05 08:00",
        "survey#1 work 06-07 09:00 - 06-07 11:00",
        "survey#2 work 06-07 09:30 - ...",
    ]
    assert found.findings.counts().items() >= {"complete-without-start": 1, "still-open": 1}.items()


def test_suspensions_of_events_follow_rule_17_and_what_is_odd_is_counted() -> None:
    found = imported(
        EVENTS.model_copy(update={"accepted": "受理", "closed": "办结"}),
        "编号|环节|事件|时间|受理|办结",
        "A|业务受理|resume|2021-06-04 09:10|2021-06-04 09:00|2021-06-30 09:00",
        "A|业务受理|complete|2021-06-04 09:20|2021-06-04 09:00|2021-06-30 09:00",
        "A|业务受理|suspend|2021-06-07 09:00|2021-06-04 09:00|2021-06-30 09:00",
        "A|业务受理|suspend|2021-06-08 09:00|2021-06-04 09:00|2021-06-30 09:00",
        "A|业务受理|resume|2021-06-09 09:00|2021-06-04 09:00|2021-06-30 09:00",
        "A|业务受理|suspend|2021-06-20 09:00|2021-06-04 09:00|2021-06-30 09:00",
        "B|业务受理|complete|2021-06-04 09:20|2021-06-04 09:00|",
        "B|业务受理|suspend|2021-06-20 09:00|2021-06-04 09:00|",
    )
    assert [row for row in trace(found.log, "A") if "suspended" in row] == [
        "suspended#0 wait 06-07 09:00 - 06-09 09:00",
        "suspended#1 wait 06-20 09:00 - 06-30 09:00",
    ]
    assert trace(found.log, "B")[-1] == "suspended#0 wait 06-20 09:00 - ..."
    counts = found.findings.counts()
    assert (counts["orphan-resume"], counts["second-stop"], counts["unmatched-suspension"]) == (1, 1, 1)


def test_suspensions_of_columns_are_taken_once_however_many_rows_repeat_them() -> None:
    mapping = ENDS.model_copy(
        update={"suspensions": (Suspension(start="挂起", end="恢复"),), "accepted": "受理", "closed": "办结"}
    )
    found = imported(
        mapping,
        "编号|环节|时间|受理|办结|挂起|恢复",
        "A|业务受理|2021-06-04 09:20|2021-06-04 09:00|2021-06-20 09:00|2021-06-07 09:00|2021-06-09 09:00",
        "A|现场勘查|2021-06-10 09:20|2021-06-04 09:00|2021-06-20 09:00|2021-06-07 09:00|2021-06-09 09:00",
        "B|业务受理|2021-06-04 09:20|2021-06-04 09:00|2021-06-20 09:00|2021-06-09 09:00|2021-06-07 09:00",
        "C|业务受理|2021-06-04 09:20|2021-06-04 09:00|2021-06-20 09:00|2021-06-21 09:00|",
        "D|业务受理|2021-06-04 09:20|2021-06-04 09:00|2021-06-20 09:00||2021-06-09 09:00",
    )
    assert [row for label in "ABCD" for row in trace(found.log, label) if "suspended" in row] == [
        "suspended#0 wait 06-07 09:00 - 06-09 09:00"
    ]
    counts = found.findings.counts()
    assert (counts["resume-before-stop"], counts["stop-after-end"], counts["orphan-resume"]) == (1, 1, 1)


def test_states_say_which_cases_are_closed_withdrawn_or_open() -> None:
    mapping = ENDS.model_copy(
        update={"state": "状态", "states": {"归档": "closed", "退件": "withdrawn", "挂起": "suspended", "在办": "open"}}
    )
    log = imported(
        mapping,
        "编号|环节|时间|状态",
        "A|业务受理|2021-06-04 09:00|在办",
        "A|现场勘查|2021-06-07 09:00|归档",
        "B|业务受理|2021-06-04 09:00|退件",
        "C|业务受理|2021-06-04 09:00|挂起",
        "D|业务受理|2021-06-04 09:00|",
    )
    ends = [[row for row in trace(log.log, label) if row.startswith(("closed", "withdrawn"))] for label in "ABCD"]
    assert ends == [["closed 06-07 09:00"], ["withdrawn 06-04 09:00"], [], []]
    assert log.findings.counts().items() >= {"withdrawn": 1, "suspended-now": 1, "no-state": 1, "still-open": 2}.items()


def test_classes_go_by_the_first_rule_that_fits_and_the_rest_is_counted() -> None:
    mapping = WIDE.model_copy(
        update={
            "attributes": ("区局",),
            "classes": Mapping.model_validate(
                {"form": "wide", "case": "x", "classes": [
                    {"class": "zero", "when": {"三零": ["是"]}},
                    {"class": "hv-single", "when": {"电压": ["10kV", "10千伏"], "电源": ["单电源"]}},
                ]}
            ).classes,
        }
    )  # fmt: skip
    empty = "|2021-06-04 09:00||||||"
    found = imported(
        mapping,
        "编号|受理|现场勘查|业务受理|设计送审|送电|办结|三零|电压|电源|区局",
        f"A{empty}是|10kV|单电源|昆区",
        f"B{empty}否|10ｋＶ|单电源|昆区 ",
        f"C{empty}否|10千伏|双电源|无",
    )
    classes, districts = found.log.cases.case_class, found.log.cases.attributes["区局"]
    assert [classes[i] for i in range(3)] == ["zero", "hv-single", None]
    assert [districts[i] for i in range(3)] == ["昆区", "昆区", None]
    assert found.findings["unassigned-class"].examples[0].row == 4


HISTORIES = st.lists(
    st.lists(
        st.tuples(st.sampled_from(list(STEPS)), st.integers(1, 5000)),
        min_size=1,
        max_size=4,
        unique_by=lambda milestone: milestone[0],
    ),
    min_size=1,
    max_size=5,
)
BEGIN = datetime(2021, 6, 1, 9)


def _instants(histories: list[list[tuple[str, int]]]) -> list[list[tuple[str, datetime]]]:
    """Each case's milestones, at different minutes."""
    found = []
    for history in histories:
        at, its = BEGIN, []
        for step, minutes in history:
            at += timedelta(minutes=minutes)
            its.append((step, at))
        found.append(its)
    return found


@settings(max_examples=40)
@given(HISTORIES)
def test_the_long_and_the_wide_form_of_the_same_cases_are_the_same_log(histories: list[list[tuple[str, int]]]) -> None:
    cases = _instants(histories)
    wide = [
        [f"c{i}", str(BEGIN), str(its[-1][1]), *(str(dict(its).get(step, "")) for step in STEPS)]
        for i, its in enumerate(cases)
    ]
    long = [[f"c{i}", step, str(at), str(BEGIN), str(its[-1][1])] for i, its in enumerate(cases) for step, at in its]
    ends = ENDS.model_copy(update={"accepted": "受理", "closed": "办结"})
    one = import_log(table(["编号", "受理", "办结", *STEPS], wide), WIDE).log
    other = import_log(table(["编号", "环节", "时间", "受理", "办结"], long), ends).log
    check_log(one)
    assert first_difference(one, other) is None


@settings(max_examples=40)
@given(HISTORIES, st.randoms(use_true_random=False), st.integers(1, 7))
def test_neither_the_order_of_the_rows_nor_the_batches_change_the_log(
    histories: list[list[tuple[str, int]]], shuffle: random.Random, per_batch: int
) -> None:
    rows = [
        [f"c{i}", step, str(at - timedelta(minutes=1)), str(at)]
        for i, its in enumerate(_instants(histories))
        for step, at in its
    ]
    header = ["编号", "环节", "开始", "结束"]
    one = import_log(table(header, rows), LONG).log
    shuffle.shuffle(rows)
    assert first_difference(one, import_log(table(header, rows, per_batch), LONG).log) is None


def test_a_row_a_case_may_have_its_acceptance_and_its_end_alone() -> None:
    mapping = Mapping(form="wide", case="编号", accepted="受理", closed="办结")
    log = imported(mapping, "编号|受理|办结", "A|2021-06-04 09:00|2021-06-18 12:00", "B|2021-06-05 08:00|").log
    assert trace(log, "A") == ["accepted 06-04 09:00", "closed 06-18 12:00"]
    assert trace(log, "B") == ["accepted 06-05 08:00"]
