"""Where everything of a run lies: arrays by name, which compiled code finds by their addresses.

Compiled code gets ``world``, the address of a small array that has the address of every array in the order of
``NAMES``; a function such as :func:`nodes` gives the array back. So every function of the kernel has few arguments,
nothing counts references, and an array that has become too small is replaced between two deeds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

from sim.engine.kernel.records import DTYPES
from sim.jit import inner

Array = NDArray[Any]
World = int

NAMES = tuple(DTYPES)
_MOST = 1 << 40
"""The length of every array, as far as compiled code is told: it keeps within what is there."""


def _view(context: Any, builder: Any, kind: Any, item_size: int, address: Any) -> Any:
    """The array of this type at an address."""
    view = context.make_array(kind)(context, builder)
    item = context.get_constant(types.intp, item_size)
    populate_array(
        view,
        data=builder.inttoptr(address, view.data.type),
        shape=[context.get_constant(types.intp, _MOST)],
        strides=[item],
        itemsize=item,
        meminfo=None,
    )
    return view._getvalue()


def _finder(name: str) -> Callable[[World], Array]:
    place, dtype = NAMES.index(name), np.dtype(DTYPES[name])
    kind = types.Array(from_dtype(dtype), 1, "C")

    def find(_: Any, world: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            addresses = builder.inttoptr(arguments[0], cgutils.intp_t.as_pointer())
            address = builder.load(cgutils.gep(builder, addresses, place))
            address.set_metadata("invariant.load", builder.module.add_metadata([]))
            return _view(context, builder, kind, dtype.itemsize, address)

        return kind(types.int64), generate

    find.__name__ = name
    found: Any = intrinsic(find)
    return found


def _floats_at(_: Any, address: Any) -> Any:
    kind = types.Array(types.float64, 1, "C", readonly=True)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _view(context, builder, kind, 8, arguments[0])

    return kind(types.int64), generate


_floats: Any = intrinsic(_floats_at)


@inner
def table_of(law: Any) -> Array:
    """The table of a law."""
    return _floats(law.table)[: law.size]


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
