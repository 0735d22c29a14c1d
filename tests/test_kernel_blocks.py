"""Memory that runs use again: never while anybody has it."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sim.engine import kernel, reference
from sim.engine.kernel import blocks
from sim.logcheck import first_difference
from tests.bench.workloads import scenario

LARGE = 4 << 20


def address(array: Any) -> int:
    return int(array.ctypes.data)


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    monkeypatch.setattr(blocks, "_kept", [])


def test_memory_that_nobody_has_is_taken_again_for_another_type() -> None:
    first = blocks.empty(LARGE, np.int64)
    lies = address(first)
    del first
    assert address(blocks.empty(2 * LARGE, np.int32)) == lies


@pytest.mark.parametrize("part", [lambda a: a, lambda a: a[:7], lambda a: a.view(np.int32)[3::2], lambda a: a.data])
def test_what_somebody_has_a_part_of_is_not_taken(part: Any) -> None:
    first = blocks.empty(LARGE, np.int64)
    lies, has = address(first), part(first)
    del first
    assert address(blocks.empty(LARGE, np.int64)) != lies
    del has
    assert address(blocks.empty(LARGE, np.int64)) == lies


def test_a_small_array_takes_no_large_block() -> None:
    blocks.empty(8 * LARGE, np.int64)
    taken = blocks.empty(LARGE, np.int64)
    assert taken.base.size < 2 * taken.nbytes + blocks._PAGE


def test_no_more_is_kept_than_a_limit_and_what_was_used_of_late_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_KEPT", 5 * LARGE)
    for size in (LARGE, 3 * LARGE, LARGE):
        blocks.empty(size, np.int8)
    assert [block.size for block in blocks._kept] == [3 * LARGE, LARGE]
    has = [blocks.empty(2 * LARGE, np.int8) for _ in range(4)]
    assert sum(block.size for block in blocks._kept) <= 5 * LARGE
    assert len({address(array) for array in has}) == 4
    blocks.empty(6 * LARGE, np.int8)
    assert sum(block.size for block in blocks._kept) <= 5 * LARGE


def test_threads_never_get_the_same_memory_at_once() -> None:
    def fill(number: int) -> bool:
        mine = blocks.empty(LARGE // 4, np.int64)
        mine[:] = number
        return bool((mine == number).all())

    with ThreadPoolExecutor(4) as executor:
        assert all(executor.map(fill, range(200)))


def test_a_log_keeps_its_rows_while_the_next_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_PAGE", 64)
    described = scenario("w2", 300)
    logs = [kernel.simulate(described, 1, replication) for replication in range(4)]
    for replication, log in enumerate(logs):
        assert first_difference(reference.simulate(described, 1, replication), log) is None
