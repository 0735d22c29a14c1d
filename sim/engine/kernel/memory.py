"""Where everything of a run lies: arrays by name, which compiled code finds by their addresses.

Compiled code gets one small array, ``world``, with the address of every array in the order of ``NAMES``; a function
such as :func:`nodes` gives the array back. So every function of the kernel has few arguments, and an array that
has become too small is replaced between two deeds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.engine.kernel.records import DTYPES
from sim.jit import inner

Array = NDArray[Any]
World = NDArray[np.int64]

NAMES = tuple(DTYPES)


@intrinsic
def _pointer(_, address):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        from numba.core import cgutils

        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


def _finder(name: str) -> Callable[[World], Array]:
    place, dtype, most = NAMES.index(name), np.dtype(DTYPES[name]), 1 << 40

    @inner
    def find(world: World) -> Array:
        return carray(_pointer(world[place]), (most,), dtype)

    return find


_float64 = np.dtype(np.float64)


@inner
def table_of(law: Any) -> Array:
    """The table of a law."""
    return carray(_pointer(law.table), (law.size,), _float64)


nodes = _finder("nodes")
targets = _finder("targets")
cumulated = _finder("cumulated")
needs = _finder("needs")
step_pools = _finder("step_pools")
speeds = _finder("speeds")
repeats = _finder("repeats")
factors = _finder("factors")
reworks = _finder("reworks")
keeps = _finder("keeps")
children = _finder("children")
processes = _finder("processes")
laws = _finder("laws")
pools = _finder("pools")
linked = _finder("linked")
groups = _finder("groups")
server_group = _finder("server_group")
sessions = _finder("sessions")
queues = _finder("queues")
sources = _finder("sources")
timetable = _finder("timetable")
opening = _finder("opening")
open_cases = _finder("open_cases")
opening_servers = _finder("opening_servers")
calendars = _finder("calendars")
opens = _finder("opens")
closes = _finder("closes")
cumulative = _finder("cumulative")
together = _finder("together")
arrivals = _finder("arrivals")
attributes = _finder("attributes")
run = _finder("run")
free = _finder("free")
due_sessions = _finder("due_sessions")
cases = _finder("cases")
withdrawing = _finder("withdrawing")
slots = _finder("slots")
executions = _finder("executions")
held = _finder("held")
asked = _finder("asked")
links = _finder("links")
asking = _finder("asking")
agenda = _finder("agenda")
events = _finder("events")
known = _finder("known")
row_node = _finder("row_node")
row_case = _finder("row_case")
row_visit = _finder("row_visit")
row_ready = _finder("row_ready")
row_start = _finder("row_start")
row_end = _finder("row_end")
row_duration = _finder("row_duration")
row_released_by = _finder("row_released_by")
row_outcome = _finder("row_outcome")
row_server = _finder("row_server")
stints = _finder("stints")
stint_servers = _finder("stint_servers")
kept_rows = _finder("kept_rows")
kept_servers = _finder("kept_servers")
giving_up = _finder("giving_up")
