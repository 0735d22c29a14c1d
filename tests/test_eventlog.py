"""Rule 15: the columns of the log, their order, their coding, what breaks them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError, RunError
from sim.eventlog import KINDS, NAT, NO_ROW, Coded, EventLog, NeedRow, Server
from sim.logbuilder import LogBuilder
from sim.logcheck import check_log, first_difference
from tests.attribution_oracle import History, histories
from tests.handmade import Handmade, at

TOP = 2**64 - 1


def two_cases() -> EventLog:
    h = Handmade()
    came = h.case(TOP, "06-01 09:00", label="乙", attributes={"district": "昆都仑"})
    done = h.work(TOP, "p/审查", "06-01 09:00", "06-01 10:00", "06-01 11:00", came, owner="utility", stage="review")
    h.instant("closed", TOP, "06-01 11:00", done)
    came = h.case(7, "06-01 09:00", case_class="hv")
    h.wait(7, "p/z", "06-01 09:00", None, came)
    h.wait(7, "p/a", "06-01 09:00", "06-01 09:00", came)
    return h.log()


def test_rows_stand_by_ready_then_case_as_unsigned_then_step_by_bytes() -> None:
    log = two_cases()
    told = [
        (int(log.cases.id[case]), KINDS[kind], log.step[row])
        for row, (case, kind) in enumerate(zip(log.case, log.kind, strict=True))
    ]
    assert told == [
        (7, "accepted", None),
        (7, "wait", "p/a"),
        (7, "wait", "p/z"),
        (TOP, "accepted", None),
        (TOP, "work", "p/审查"),
        (TOP, "closed", None),
    ]
    assert log.released_by.tolist() == [NO_ROW, 0, 0, NO_ROW, 3, 4]
    assert log.end.tolist() == [at("06-01 09:00")] * 2 + [NAT] + [at(f"06-01 {hour}:00") for hour in ("09", "11", "11")]


def test_attributes_labels_and_stints_go_with_their_case_and_row() -> None:
    log = two_cases()
    assert log.cases.label == ("", "乙")
    assert [log.cases.attributes["district"][case] for case in (0, 1)] == [None, "昆都仑"]
    assert [log.cases.case_class[case] for case in (0, 1)] == ["hv", "c"]
    assert log.stints.first.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert log.servers == (Server("clerks", 0, 0),)
    assert log.needs_names[log.needs[4]] == (NeedRow("clerks", 1),)
    assert log.needs.tolist() == [-1, -1, -1, -1, 0, -1]


@settings(max_examples=30, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_changes_nothing(history: History, chance: random.Random) -> None:
    log = history.log()
    keys = list(history.rows)
    chance.shuffle(keys)
    history.rows = {key: history.rows[key] for key in keys}
    assert first_difference(log, history.log()) is None


def test_words_are_coded_by_their_bytes() -> None:
    column = Coded.of(["é", None, "z", "é"])
    assert column.names == ("z", "é")
    assert column.codes.tolist() == [1, -1, 0, 1]
    assert [column[i] for i in range(3)] == ["é", None, "z"]
    assert column.isin(["z", "nowhere"]).tolist() == [False, False, True, False]
    assert (column.code("z"), column.code("nowhere")) == (0, -1)


def test_rows_of_a_case_and_rows_of_a_kind_are_found() -> None:
    log = two_cases()
    assert log.rows_of(1).tolist() == [3, 4, 5]
    assert log.is_kind("wait", "closed").tolist() == [False, True, True, False, False, True]


def test_two_cases_of_one_identity_are_refused() -> None:
    builder = LogBuilder()
    for _ in range(2):
        builder.case(5, "c", "p", 0)
    with pytest.raises(RunError) as caught:
        builder.build(0, 1)
    assert caught.value.value == 5


def test_two_rows_of_one_key_and_references_to_nowhere_are_refused() -> None:
    builder = LogBuilder()
    builder.case(5, "c", "p", 0)
    builder.row("wait", 5, "p/a", ready=0, start=0, end=1)
    builder.row("wait", 5, "p/a", ready=1, start=1, end=1)
    with pytest.raises(RunError) as caught:
        builder.build(0, 1)
    assert caught.value.value == (5, "p/a", 0, "wait")
    builder = LogBuilder()
    builder.row("wait", 5, "p/a", ready=0)
    with pytest.raises(RunError):
        builder.build(0, 1)
    builder.case(5, "c", "p", 0)
    builder.row("wait", 5, "p/b", ready=1, released_by=(5, "p/c", 0, "wait"))
    with pytest.raises(RunError):
        builder.build(0, 1)


def test_an_empty_log_is_a_log() -> None:
    log = LogBuilder().build(0, 1)
    check_log(log)
    assert len(log) == len(log.cases) == 0


def changed(column: str, row: int, value: int) -> EventLog:
    log = two_cases()
    array = getattr(log, column).copy()
    array[row] = value
    return replace(log, **{column: array})


@pytest.mark.parametrize(
    ("column", "row", "value", "words"),
    [
        ("kind", 1, 9, "out of range"),
        ("case", 1, 2, "out of range"),
        ("released_by", 1, 6, "out of range"),
        ("ready", 1, at("06-02 09:00"), "out of order"),
        ("visit", 1, 1, ""),
        ("start", 4, at("06-01 08:00"), "ready <= start <= end"),
        ("end", 4, at("06-01 09:30"), "ready <= start <= end"),
        ("outcome", 2, 0, "a row without an end is open"),
        ("end", 5, at("06-01 12:00"), "are instants"),
        ("released_by", 5, 3, "ends when this one is ready"),
        ("released_by", 5, NO_ROW, "ends when this one is ready"),
        ("released_by", 1, 3, "ends when this one is ready"),
        ("released_by", 3, 1, "ends when this one is ready"),
        ("needs", 1, 0, "which servers it needs"),
        ("needs", 4, -1, "which servers it needs"),
    ],
)
def test_a_log_that_breaks_the_rule_is_refused_at_its_row(column: str, row: int, value: int, words: str) -> None:
    if not words:
        check_log(changed(column, row, value))
        return
    with pytest.raises(InputError) as caught:
        check_log(changed(column, row, value))
    assert words in caught.value.rule.en
    assert caught.value.path[0] == "row"


def test_a_log_in_which_a_case_is_over_twice_or_never_accepted_is_refused() -> None:
    h = Handmade()
    came = h.case(1, "06-01 09:00")
    h.instant("withdrawn", 1, "06-01 09:00", came)
    h.instant("closed", 1, "06-01 09:00", came)
    with pytest.raises(InputError, match="accepted once"):
        h.log()
    builder = LogBuilder()
    builder.case(1, "c", "p", 0)
    builder.row("wait", 1, "p/a", ready=0, start=0, end=0)
    with pytest.raises(InputError, match="accepted once"):
        check_log(builder.build(0, 1))


def test_stints_outside_their_row_or_over_one_another_are_refused() -> None:
    clerk = [Server("clerks", 0, 0)]
    for stints in (
        [("06-01 09:00", "06-01 12:00", clerk)],
        [("06-01 10:00", "06-01 13:00", clerk)],
        [("06-01 10:00", "06-01 12:00", clerk), ("06-01 11:00", "06-01 12:00", clerk)],
    ):
        h = Handmade()
        came = h.case(1, "06-01 09:00")
        h.work(1, "p/a", "06-01 09:00", "06-01 10:00", "06-01 12:00", came, stints=stints)
        with pytest.raises(InputError, match="stints"):
            h.log()


def test_columns_of_different_length_are_refused() -> None:
    log = two_cases()
    with pytest.raises(InputError, match="length"):
        check_log(replace(log, ready=log.ready[1:]))


def test_a_row_that_nothing_released_may_stand_at_the_beginning_of_the_run_only() -> None:
    h = Handmade()
    h.case(1, "05-01 09:00")
    h.wait(1, "p/a", "05-30 09:00", None, None)
    assert len(h.log(begin="06-01 00:00")) == 2
    with pytest.raises(InputError):
        h.log(begin="05-01 00:00")
    assert len(h.log(begin="05-01 00:00", missing=("released_by",))) == 2


def test_the_first_difference_of_two_logs_is_told_by_column_and_row() -> None:
    log = two_cases()
    assert first_difference(log, two_cases()) is None
    assert first_difference(log, changed("end", 4, 5)) == f".end[4]: {at('06-01 11:00')}, 5"
    assert first_difference(log, replace(log, begin=0)) == f".begin: {log.begin}, 0"
    assert first_difference(log, replace(log, pools={})) is not None
    assert first_difference(log, LogBuilder().build(0, 1)) == "6 rows, 0 rows"
    other = replace(log, cases=replace(log.cases, label=("", "甲")))
    assert first_difference(log, other) == ".cases.label.1: '乙', '甲'"
    assert first_difference(log, replace(log, stage=Coded(np.full(6, -1, dtype=np.int32), ()))) is not None
