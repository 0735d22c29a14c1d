"""A walk over the states of cases as scenario files write it: in each a wait, and the activity that it leads to."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibration.discovering.contexts import BEGIN
from calibration.discovering.laws import Law, law_of
from calibration.discovering.passages import END, Passages
from sim.eventlog import Ints
from sim.model.quantities import Quantity

PROCESS, WALK, CALENDAR, OWNER = "found", "walk", "open", "somebody"


def waits_for(state: int) -> str:
    """The name of the wait that leads to a state."""
    return f"w{state}"


def does(state: int) -> str:
    """The name of the execution that a state is the state after."""
    return f"s{state}"


def closes_after(state: int) -> str:
    """The name of the wait for the closing of a case that goes on no more."""
    return "c" if state == BEGIN else f"c{state}"


def stage(activity: int) -> str:
    """An activity is a stage of its states' executions."""
    return f"a{activity}"


def process(its: Passages, activity: Ints, names: tuple[str, ...]) -> dict[str, Any]:
    """The process; ``activity`` has that of each execution, by its number in ``names``."""
    steps: list[dict[str, Any]] = []
    table: dict[str, dict[str, float]] = {}
    for state, here in enumerate(groups(its.state[: activity.size])):
        code = activity[here[0]]
        gap, takes = (law_of(column[here], its.weight[here]) for column in (its.gap, its.takes))
        steps += [_wait(waits_for(state), gap)]
        steps += [_wait(does(state), takes) | {"name": names[code], "stage": stage(code)}]
        table[waits_for(state)] = {does(state): 1.0}
        table[does(state)] = {"end": 1.0}  # unless cases are known to have gone on
    for here in filter(len, groups(its.before - BEGIN)):
        state = int(its.before[here[0]])
        to, at = np.unique(its.state[here], return_inverse=True)
        times = np.bincount(at, its.weight[here])
        shares = {END if i == END else waits_for(i): n for i, n in zip(to.tolist(), times / times.sum(), strict=True)}
        if END in shares:
            ends = here[its.state[here] == END]
            takes = law_of(its.gap[ends], its.weight[ends])
            closing = "end" if takes == _AT_ONCE else closes_after(state)
            shares[closing] = shares.pop(END)
            if closing != "end":
                steps.append(_wait(closing, takes))
                table[closing] = {"end": 1.0}
        table["" if state == BEGIN else does(state)] = _whole(shares)
    return {"name": PROCESS, "owner": OWNER, "flow": [{"walk": WALK, "steps": steps, "table": table}]}


_AT_ONCE = Quantity(0.0, "s")


def _wait(name: str, takes: Law) -> dict[str, Any]:
    """On the calendar, unless it takes no time, which it does at any hour."""
    return {"wait": name, "takes": takes} | ({} if takes == _AT_ONCE else {"calendar": CALENDAR})


def groups(numbers: Ints) -> list[Ints]:
    """The places of each number from 0."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.cumsum(np.bincount(numbers))[:-1])


def _whole(shares: dict[Any, float]) -> dict[str, float]:
    """The shares to nine places, the largest so that they sum to one."""
    rounded = {name: round(share, 9) for name, share in shares.items()}
    largest = max(rounded, key=lambda name: rounded[name])
    rounded[largest] = round(1 - sum(share for name, share in rounded.items() if name != largest), 9)
    return rounded
