"""The life of each case: when it was accepted, when closed or withdrawn, and what its rows say of it as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import counted_words, normal, unknown_words
from calibration.importing.columns import Columns
from calibration.importing.executions import Executions, Flags, first_of_runs
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Mapping, State
from sim.errors import InputError
from sim.eventlog import NAT, Coded, Ints
from sim.model.quantities import DAY_US
from sim.text import Text

_STATES: tuple[State, ...] = ("open", "suspended", "closed", "withdrawn")
"""In the order in which a case comes to them: of the states that its rows name, the last counts."""


@dataclass
class Lives:
    """By case: instants, NAT where there is none. ``left_out``: the cases that no figure may count, by reason."""

    accepted: Ints
    closed: Ints
    withdrawn: Ints
    due: Ints
    row: Ints
    left_out: dict[str, Flags]

    @property
    def over(self) -> Ints:
        """When each case was closed or withdrawn."""
        return np.where(self.closed != NAT, self.closed, self.withdrawn)

    def of(self, kept: Flags) -> Lives:
        """Those of fewer cases."""
        accepted, closed, withdrawn = self.accepted[kept], self.closed[kept], self.withdrawn[kept]
        return Lives(accepted, closed, withdrawn, self.due[kept], self.row[kept], {})

    @property
    def kept(self) -> Flags:
        """The cases that are in the log."""
        return ~np.logical_or.reduce([np.zeros(self.row.size, np.bool_), *self.left_out.values()])


def lives(columns: Columns, its: Executions, mapping: Mapping, findings: Findings) -> Lives:
    """Errors: InputError for words of the state that the mapping does not know."""
    n = len(columns.ids)
    row = _least(columns.row, columns.case, n)
    first, last = _first_and_last(its, n)
    accepted = first if mapping.accepted is None else _least(columns.times[mapping.accepted], columns.case, n)
    if mapping.accepted is None:
        findings.add("accepted-by-first-event", "told", n)
    due = _none(n) if mapping.due is None else _most(columns.times[mapping.due], columns.case, n)
    state = _states(columns, mapping)
    left_out = {"not-accepted": accepted == NAT}
    none = _none(n)
    if mapping.closed is not None:
        told = _most(columns.times[mapping.closed], columns.case, n)
        left_out["closed-without-time"] = (state == _code("closed")) & (told == NAT)
        against = (told != NAT) & ((state == _code("open")) | (state == _code("suspended")))
        findings.add("state-against-closing", "warned", int(against.sum()), _shown(against, row, mapping.closed))
        closed = np.where((state == -1) | (state == _code("closed")), told, NAT)
    elif mapping.state is not None:
        told = none
        closed = np.where(state == _code("closed"), last, NAT)
        unknown = state == -1
        findings.add("no-state", "warned", int(unknown.sum()), _shown(unknown, row, mapping.state))
        findings.add("closed-by-last-event", "told", int((closed != NAT).sum()))
    else:
        told, closed = none, last
        findings.add("all-taken-as-closed", "warned", n)
    ended = np.where(told != NAT, told, np.where(last != NAT, last, accepted))
    withdrawn = np.where(state == _code("withdrawn"), ended, NAT)
    closed = _not_before(closed, accepted)
    withdrawn = _not_before(withdrawn, accepted)
    found = Lives(accepted, closed, withdrawn, due, row, left_out)
    over = found.over
    left_out["closed-before-acceptance"] = (over != NAT) & (over < accepted)
    words: tuple[tuple[str, State], ...] = (("withdrawn", "withdrawn"), ("suspended-now", "suspended"))
    for kind, word in words:
        which: Flags = state == np.int8(_code(word))
        findings.add(kind, "told", int(which.sum()), _shown(which, row, mapping.state or ""))
    return found


def word_of_cases(columns: Columns, name: str, findings: Findings | None = None) -> Coded:
    """A column of words as an attribute of the cases: what all rows of a case say that say anything; else nothing.

    The rows are in the order of their cases.
    """
    column, n = columns.words[name], len(columns.ids)
    high, low = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    begins = np.flatnonzero(first_of_runs(columns.case))
    cases = columns.case[begins]
    high[cases] = np.maximum.reduceat(column.codes, begins)
    nothing = np.uint32(2**32 - 1)  # as an unsigned number "no word" is the greatest
    least = np.minimum.reduceat(column.codes.view(np.uint32), begins)
    low[cases] = np.where(least == nothing, -1, least)
    varies = (high >= 0) & (high != low)
    if findings is not None and varies.any():
        row = _least(columns.row, columns.case, n)
        findings.add("attribute-varies", "told", int(varies.sum()), _shown(varies, row, name), column=name)
    return Coded(np.where(varies, -1, high).astype(np.int32), column.names)


def _states(columns: Columns, mapping: Mapping) -> NDArray[np.int8]:
    """The state of each case, -1 where no row tells."""
    found = np.full(len(columns.ids), -1, np.int8)
    if mapping.state is None:
        return found
    column = columns.words[mapping.state]
    known = {normal(word): state for word, state in mapping.states.items()}
    unknown = unknown_words(column.codes, column.names, known)
    if unknown:
        raise InputError(
            Text(
                f"列“{mapping.state}”中有映射里没有的状态词",
                f"column {mapping.state!r} has words that the mapping's states do not know",
            ),
            Text(
                "写进映射的 states(open、closed、withdrawn、suspended)",
                "add them to states as open, closed, withdrawn or suspended",
            ),
            path=("states",),
            value=counted_words(column.codes, column.names, unknown),
        )
    code = np.array([_code(known[word]) if word in known else -1 for word in column.names] + [-1], np.int8)
    np.maximum.at(found, columns.case, code[column.codes])
    return found


def _code(state: State) -> int:
    return _STATES.index(state)


def _first_and_last(its: Executions, n: int) -> tuple[Ints, Ints]:
    """The first and the last instant of each case, whose executions stand together."""
    first, last = _none(n), _none(n)
    for column in (its.ready, its.start, its.end):
        if not (column != NAT).any():
            continue
        first = np.minimum(first.view(np.uint64), _least(column, its.case, n).view(np.uint64)).view(np.int64)
        last = np.maximum(last, _most(column, its.case, n))
    return first, last


def _none(n: int) -> Ints:
    return np.full(n, NAT, np.int64)


def _least(values: Ints, case: NDArray[np.int32], n: int) -> Ints:
    """The earliest of each case, whose rows stand together; NAT, read without a sign, is later than all."""
    begins, found = np.flatnonzero(first_of_runs(case)), _none(n)
    if begins.size:
        found[case[begins]] = np.minimum.reduceat(values.view(np.uint64), begins).view(np.int64)
    return found


def _most(values: Ints, case: NDArray[np.int32], n: int) -> Ints:
    """The latest of each case, whose rows stand together."""
    begins, found = np.flatnonzero(first_of_runs(case)), _none(n)
    if begins.size:
        found[case[begins]] = np.maximum.reduceat(values, begins)
    return found


def _not_before(instant: Ints, accepted: Ints) -> Ints:
    """A day without a time of day is not before a time on that day."""
    return np.where(day_without_time_before(instant, accepted), accepted, instant)


def day_without_time_before(instant: Ints, other: Ints) -> Flags:
    """Where a day without a time of day (midnight) seems to be before another instant of that same day."""
    found = np.zeros(instant.size, np.bool_)
    places = np.flatnonzero((instant < other) & (instant != NAT) & (other != NAT))
    at = instant[places]
    found[places] = (other[places] - at < DAY_US) & (at % DAY_US == 0)
    return found


def _shown(which: Flags, row: Ints, column: str) -> list[Example]:
    return [Example(int(row[i]), column) for i in np.flatnonzero(which)[:5]]
