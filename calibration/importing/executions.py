"""Executions of steps as flat columns: what both forms of an export become, before they are a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import counted_words, normal, unknown_words
from calibration.importing.mapping import Means
from sim.errors import InputError
from sim.eventlog import NAT, Coded, Ints, counting_order, expanded
from sim.model.clocks import SUSPENDED
from sim.text import Text

Flags = NDArray[np.bool_]

_COLUMNS = ("case", "ready", "start", "end", "row")
PROCESS = "export"
"""The process of every case of an export; the path of a step is ``export/STEP``."""
SUSPENSION = Means(step=SUSPENDED, owner=SUSPENDED)


@dataclass(frozen=True)
class Executions:
    """One entry an execution of a step or a mark; ``means`` is its place in ``table``, ``row`` its row in the file.

    Times are NAT where they are not known; an execution of which only the end is known became ready with the event
    before it (:func:`chained`).
    """

    case: NDArray[np.int32]
    means: NDArray[np.int32]
    ready: Ints
    start: Ints
    end: Ints
    row: Ints
    table: tuple[Means, ...]

    def __len__(self) -> int:
        return int(self.case.size)

    def where(self, which: Flags | Ints) -> Executions:
        """Those chosen by flags, or in another order."""
        return replace(
            self,
            **{name: getattr(self, name)[which] for name in ("means", *_COLUMNS)},
        )

    def of(self, wanted: Sequence[bool]) -> Flags:
        """Which are of these entries of the table."""
        return np.array([*wanted, False], np.bool_)[self.means]

    def compact(self) -> Executions:
        """With the entries of the table that occur, and no other."""
        used = np.flatnonzero(np.bincount(self.means, minlength=len(self.table)))
        place = np.full(len(self.table), -1, np.int32)
        place[used] = np.arange(used.size)
        return replace(self, means=place[self.means], table=tuple(self.table[i] for i in used.tolist()))

    @property
    def marks(self) -> Flags:
        """Which are instants and no step."""
        return self.of([means.mark is not None and means.step is None for means in self.table])


def marks_beside(its: Executions) -> list[Executions]:
    """Steps whose end is a mark as well (装表接电 is the step and 接电 the instant) as both: the steps, the marks."""
    both = [means.step is not None and means.mark is not None for means in its.table]
    if not any(both):
        return [its]
    steps = tuple(
        means.model_copy(update={"mark": None}) if two else means for means, two in zip(its.table, both, strict=True)
    )
    marks = tuple(Means(mark=means.mark) if two else means for means, two in zip(its.table, both, strict=True))
    ended = its.where(its.of(both) & (its.end != NAT))
    nothing = np.full(len(ended), NAT, np.int64)
    return [replace(its, table=steps), replace(ended, table=marks, ready=nothing, start=nothing.copy())]


def joined(parts: Sequence[Executions]) -> Executions:
    """Executions of several parts with one table of meanings."""
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    table = tuple(dict.fromkeys(means for part in parts for means in part.table))
    place = {means: i for i, means in enumerate(table)}
    means = [np.array([place[m] for m in part.table] + [-1], np.int32)[part.means] for part in parts]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
    return Executions(means=np.concatenate(means), table=table, **columns)


def meanings(steps: Coded, known: Mapping[str, Means], column: str) -> tuple[NDArray[np.int32], tuple[Means, ...]]:
    """What each row's step name means. Errors: InputError that lists the names which the mapping does not know."""
    said = {normal(name): means for name, means in known.items()}
    unknown = unknown_words(steps.codes, steps.names, said)
    if unknown:
        raise InputError(
            Text(
                f"列“{column}”中有 {len(unknown)} 个映射里没有的步骤名",
                f"{len(unknown)} step names of column {column!r} are not in the mapping",
            ),
            Text(
                "写进映射的 steps,或用 shixian inspect 重新生成映射", "add them to steps, or run shixian inspect again"
            ),
            path=("steps",),
            value=counted_words(steps.codes, steps.names, unknown),
        )
    table = tuple(dict.fromkeys(said[name] for name in steps.names if name in said))
    place = {means: i for i, means in enumerate(table)}
    means = [place[said[name]] if name in said else -1 for name in steps.names]
    return np.array([*means, -1], np.int32)[steps.codes], table


def by_case(case: NDArray[np.int32], cases: int, key: Ints) -> Ints | None:
    """The stable order by case and key; None where they stand so: most exports are in some order."""
    begins = first_of_runs(case)
    within = key[1:] >= key[:-1]
    if (within | begins[1:]).all():
        first = np.flatnonzero(begins)
        runs = case[first]
        if (runs[1:] > runs[:-1]).all():
            return None
        if np.bincount(runs, minlength=cases).max(initial=0) <= 1:  # each case stands together, in order
            order = np.argsort(runs)
            stop = np.append(first[1:], case.size)
            return expanded(first[order], stop[order])[1]
    if within.all():
        return counting_order(case, cases)
    order = np.argsort(key, kind="stable")
    return order[counting_order(case[order], cases)]


def first_of_runs(*columns: NDArray[np.generic]) -> Flags:
    """Where a run of equal entries begins."""
    begins = np.ones(columns[0].size, np.bool_)
    if begins.size:
        begins[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return begins


def chained(its: Executions, accepted: Ints) -> Executions:
    """Executions, ordered by case and end, of which only the end is known made ready by the event before them.

    That is the step of the same case that ended before, at a tie the one that stands before it in the file or in the
    mapping; the first is ready at the acceptance. A mark is an instant and no beginning of anything.
    """
    known = its.end != NAT
    lacking = known & (its.ready == NAT) & (its.start == NAT) & ~its.marks
    if not lacking.any():
        return its
    ends = np.flatnonzero(known & ~its.marks)
    begins = first_of_runs(its.case[ends])
    before = np.where(begins, accepted[its.case[ends]], its.end[np.roll(ends, 1)])
    previous = np.full(len(its), NAT, np.int64)
    previous[ends] = before
    return replace(its, ready=np.where(lacking, previous, its.ready))


def visits(its: Executions) -> NDArray[np.int32]:
    """Of each execution, the how many-th of its step in its case it is, from 0; ``its`` are ordered by case, and in a
    case as they count."""
    names = [means.step or means.mark for means in its.table]
    place = {name: i for i, name in enumerate(dict.fromkeys(names))}
    step = np.array([place[name] for name in names] + [0], np.int64)[its.means]
    found = np.zeros(len(its), np.int32)
    rows = _of_cases_that_repeat(its.case, step) if len(place) < 64 else np.arange(len(its))
    key = its.case[rows].astype(np.int64) * len(place) + step[rows]
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(first_of_runs(key[order]))
    length = np.diff(np.append(begins, key.size))
    found[rows[order]] = np.arange(key.size) - np.repeat(begins, length)
    return found


def _of_cases_that_repeat(case: NDArray[np.int32], step: Ints) -> Ints:
    """The rows of cases in which some step comes again: fewer different steps than rows."""
    if not case.size:
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(first_of_runs(case))
    size = np.diff(np.append(begins, case.size))
    different = np.bitwise_count(np.bitwise_or.reduceat(np.int64(1) << step, begins))
    return np.flatnonzero(np.repeat(different < size, size))
