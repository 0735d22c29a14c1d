"""Pools, calendars, sessions and sources as flat tables; the instants that are known beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.program import layout
from sim.engine.program.tables import Tables
from sim.model.paths import pool_of
from sim.model.process import WorkStep


def pools(tables: Tables) -> tuple[NDArray[Any], NDArray[Any], list[int]]:
    """The pools in byte order of their ids, their groups, and who is asked together (rules 4 and 10d)."""
    described = [tables.model.pools[name] for name in tables.pools]
    groups = [(place, group) for place, pool in enumerate(described) for group in pool.groups]
    linked = _linked(tables)
    firsts = accumulate((len(some) for some in linked), initial=0)
    group_firsts = accumulate((len(pool.groups) for pool in described), initial=0)
    pool_rows = [
        (group_first, len(pool.groups), first, len(some), pool.strict, alike)
        for pool, some, first, group_first, alike in zip(
            described, linked, firsts, group_firsts, _alike(tables), strict=False
        )
    ]
    sizes = [group.servers.value for _, group in groups]
    sizes_in_words = [layout.words_for(n) for n in sizes]
    servers, word_firsts = accumulate(sizes, initial=0), accumulate(sizes_in_words, initial=0)
    group_rows = [
        (g.speed.value, tables.calendars[g.calendar], place, first, n, n, word, words, g.hand_over)
        for (place, g), first, n, word, words in zip(groups, servers, sizes, word_firsts, sizes_in_words, strict=False)
    ]
    return (
        np.array(pool_rows, dtype=layout.POOL),
        np.array(group_rows, dtype=layout.GROUP),
        [pool for some in linked for pool in some],
    )


def _asked(tables: Tables) -> Iterator[tuple[WorkStep, list[tuple[int, int]]]]:
    """Every step of work with the pools that it needs, and how many servers of each."""
    for id_, process in tables.model.processes.items():
        for element in process.elements():
            if isinstance(element, WorkStep):
                yield element, [(tables.pools[pool_of(tables.model, id_, need)], need.n) for need in element.by]


def _linked(tables: Tables) -> list[list[int]]:
    """For each pool those that some step asks together with it, itself among them: looked at when it changes."""
    found: list[set[int]] = [{place} for place in range(len(tables.pools))]
    for _, needs in _asked(tables):
        together = {pool for pool, _ in needs}
        for pool in together:
            found[pool] |= together
    return [sorted(some) for some in found]


def _alike(tables: Tables) -> list[bool]:
    """For each pool whether all its entries ask the same, whichever they are and whatever they have been through."""
    described = [tables.model.pools[name] for name in tables.pools]
    found: list[set[tuple[Any, ...]]] = [set() for _ in described]
    for step, needs in _asked(tables):
        differ = step.unsplittable or any(need.same_server_as for need in step.by)
        strict = any(described[pool].strict for pool, _ in needs)
        for pool, _ in needs:
            found[pool] |= {tuple(needs), ()} if differ or strict else {tuple(needs)}
    return [len(asks) <= 1 for asks in found]


def queues(tables: Tables) -> NDArray[Any]:
    """The queues of the pools, then those of the sessions, empty."""
    pools_ = [tables.model.pools[name].discipline for name in tables.pools]
    sessions_ = [tables.model.sessions[name].discipline for name in tables.sessions]
    rows = [(layout.NONE, layout.NONE, 0, layout.DISCIPLINES[name]) for name in (*pools_, *sessions_)]
    return np.array(rows, dtype=layout.QUEUE)


def sessions(tables: Tables) -> NDArray[Any]:
    rows = []
    for name in tables.sessions:
        session = tables.model.sessions[name]
        amount = tables.prepared.amount_us
        rows.append((
            tables.calendars[session.calendar], amount(session.length.value, session.calendar),
            amount(session.cut_off.value, session.calendar) if session.cut_off else 0,
            session.capacity.value if session.capacity else np.iinfo(np.int64).max,
        ))  # fmt: skip
    return np.array(rows, dtype=layout.SESSION_INFO)


def timetable(tables: Tables) -> NDArray[Any]:
    """Openings of the pools' calendars, sessions and the end of the window, in the order of time."""
    prepared = tables.prepared
    used = {group.calendar for pool in tables.model.pools.values() for group in pool.groups}
    openings = {
        opening
        for name in used
        for opening in prepared.calendars[name].opens.tolist()
        if prepared.begin < opening <= prepared.end
    }
    rows = [(opening, layout.OPENING) for opening in openings]
    rows += [(instant, tables.sessions[name]) for name, instants in prepared.sessions.items() for instant in instants]
    rows.append((prepared.window[1], layout.WINDOW_ENDS))
    return np.array(sorted(rows), dtype=layout.ALARM)


def sources(tables: Tables) -> NDArray[Any]:
    classes = tables.values_of("class")
    rows = [
        (tables.processes[source.process], classes.index(source.class_()), source.priority)
        for source in tables.model.sources.values()
    ]
    return np.array(rows, dtype=layout.SOURCE)
