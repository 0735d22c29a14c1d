"""Whole columns of a kernel's log: what is told late, and the order of the rows, are what they would be at once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine import kernel, reference
from sim.engine.kernel.columns import move_long, move_short, order_rows, replace_rows, spell_out
from sim.eventlog import LookedUp
from sim.logcheck import first_difference
from tests.bench.workloads import scenario

COLUMNS = ("step", "stage", "owner", "session")
KINDS = 4


@given(
    arrays(np.int32, 5, elements=st.integers(-1, 2)), arrays(np.int32, st.integers(0, 40), elements=st.integers(0, 4))
)
def test_a_column_that_another_tells_is_the_one_spelt_out(of_place: Any, place: Any) -> None:
    column = LookedUp(place, of_place, ("a", "b", "c"))
    expected = [of_place[p] for p in place]
    assert column.codes.tolist() == expected
    assert column.codes is column.codes
    assert [column[row] for row in range(place.size)] == [None if c < 0 else "abc"[c] for c in expected]
    compiled = np.empty(place.size, np.int32)
    spell_out(place, of_place, compiled)
    assert compiled.tolist() == expected


def test_words_and_labels_that_are_read_late_are_those_of_the_reference_engine() -> None:
    described = scenario("w2", 300)
    late = kernel.simulate(described, 1)
    kernel.simulate(described, 2)
    at_once = reference.simulate(described, 1)
    assert not any("codes" in vars(getattr(late, name)) for name in COLUMNS)
    assert late.cases.label == at_once.cases.label
    for name in COLUMNS:
        column, expected = getattr(late, name), getattr(at_once, name)
        assert column.names == expected.names
        np.testing.assert_array_equal(column.codes, expected.codes)


def test_a_log_that_nobody_has_read_can_be_copied_and_sent() -> None:
    described = scenario("w2", 300)
    expected = reference.simulate(described, 1)
    sent = pickle.loads(pickle.dumps(kernel.simulate(described, 1)))
    copied = replace(kernel.simulate(described, 1), missing=())
    assert [first_difference(expected, log) for log in (sent, copied)] == [None, None]


ROWS = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, KINDS - 1), st.integers(0, 2))


@given(st.lists(ROWS, max_size=8), st.lists(st.lists(ROWS, max_size=60), max_size=4), st.integers(0, 2**32 - 1))
def test_rows_come_into_the_order_of_rule_15(initial: list[Any], instants: list[list[Any]], seed: int) -> None:
    """Those of the initial state come first, with instants in any order; then one instant after another."""
    rows = [*initial, *((3 + i, *row[1:]) for i, some in enumerate(instants) for row in some)]
    ready = np.array([row[0] for row in rows], np.int64)
    case, node, visit = (np.array([row[k] for row in rows], np.int32) for k in (1, 2, 3))
    of_node = np.random.default_rng(seed).integers(0, 3, (KINDS, 2)).astype(np.int32)
    order, place = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    wrong = order_rows(ready, case, node, visit, of_node, order, place)
    key = of_node[node, 1], visit, of_node[node, 0], case, ready
    expected = np.lexsort(key) if rows else np.arange(0)
    if wrong == 0:
        np.testing.assert_array_equal([column[expected] for column in key], key)
        return
    moved, numbers = order[:wrong], np.arange(len(rows), dtype=np.int64)
    move_long(numbers, moved, place, np.empty(wrong, np.int64))
    np.testing.assert_array_equal([column[numbers] for column in key], [column[expected] for column in key])
    short = np.arange(len(rows), dtype=np.int32)
    move_short(short, moved, place, np.empty(wrong, np.int32))
    np.testing.assert_array_equal(short, numbers)
    pointing = np.append(numbers, -1).astype(np.int32)
    replace_rows(pointing, place)
    assert pointing.tolist() == [*range(len(rows)), -1]
