"""A lean log: without the cases of which the reporting window has nothing, and so with all that verdicts are made of.

A case stays with its family, which is all that one arrival brings: where anything of the family is under way at the
window's begin or later, and it arrived at the window's end or earlier (rule 14). So a row of another case neither
released one that stays nor is in a clock of it, and no other work was done, or waited, inside the window. In the city,
with two years of warm-up and one of run-out, a third of the rows stays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel.world import World
from sim.engine.program.layout import NONE
from sim.eventlog import NAT, NO_ROW

Array = NDArray[Any]


def leave_out(world: World) -> None:
    """Drop the rows and the cases that a lean log does not have from a run that is over."""
    run, arrays = world.run, world.arrays
    first, last = world.program.prepared.window
    rows = {name: array[: run["rows"]] for name, array in arrays.items() if name.startswith("row_")}
    known, kept = arrays["known"][: run["known"]], arrays["kept_rows"][: run["kept_rows"]]
    root = _roots(known["parent"])
    goes_on = (rows["row_end"] >= first) | (rows["row_end"] == NAT)
    near = np.zeros(known.size, np.bool_)
    near[root[rows["row_case"][goes_on]]] = True
    near &= known["accepted"] <= last
    stays = near[root]
    row_stays = stays[rows["row_case"]]
    number, place = _places(stays), _places(row_stays)
    chosen = np.flatnonzero(row_stays)
    for name in list(rows):
        arrays[name] = rows.pop(name)[chosen]
    arrays["row_case"] = number[arrays["row_case"]]
    _replace(arrays["row_released_by"], place, NO_ROW)
    arrays["known"] = known[stays]
    _replace(arrays["known"]["parent"], number, NONE)
    arrays["kept_rows"] = kept[row_stays[kept["row"]]]
    _replace(arrays["kept_rows"]["row"], place, NO_ROW)
    run["rows"], run["known"], run["kept_rows"] = (arrays[name].size for name in ("row_case", "known", "kept_rows"))


def _roots(parent: Array) -> Array:
    """The case that an arrival brought, of every case."""
    root = np.where(parent == NONE, np.arange(parent.size, dtype=parent.dtype), parent)
    while (root != (further := root[root])).any():
        root = further
    return root


def _places(stay: Array) -> Array:
    """Where everything that stays is afterwards."""
    return np.cumsum(stay, dtype=np.int32) - np.int32(1)


def _replace(numbers: Array, places: Array, none: int) -> None:
    numbers[:] = np.where(numbers == none, none, places[numbers])
