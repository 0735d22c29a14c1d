"""Where everything of a run lies: arrays by name, which compiled code finds by their addresses.

Compiled code gets ``world``, the address of a small array that has the address of every array in the order of
``NAMES``; a function such as :func:`nodes` gives the array back. So every function of the kernel has few arguments,
nothing counts references, and an array that has become too small is replaced between two deeds.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

from sim.engine.kernel.records import DTYPES
from sim.jit import LINE, fetch, inner

Array = NDArray[Any]
World = int

NAMES = tuple(DTYPES)


class Rows(types.Type):
    """An array as compiled code sees it: where it begins. No place is negative, none is counted from the end."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Rows({dtype})")


@register_model(Rows)
class _Address(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Rows) -> None:
        super().__init__(manager, kind, cgutils.voidptr_t)


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, arguments: Any, _: Any) -> Any:
        rows, place = arguments
        if isinstance(rows, Rows) and isinstance(place, types.Integer):
            return signature(rows.dtype, rows, types.intp)
        return None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, arguments: Any, _: Any) -> Any:
        rows, place, _value = arguments
        if isinstance(rows, Rows) and isinstance(place, types.Integer):
            return signature(types.none, rows, types.intp, rows.dtype)
        return None


def _place(context: Any, builder: Any, kind: Rows, rows: Any, place: Any) -> Any:
    item = context.get_data_type(kind.dtype)
    return builder.gep(builder.bitcast(rows, item.as_pointer()), [place], inbounds=True)


@lower_builtin(operator.getitem, Rows, types.intp)
def _get(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
    kind = called.args[0]
    return context.unpack_value(builder, kind.dtype, _place(context, builder, kind, *arguments))


@lower_builtin(operator.setitem, Rows, types.intp, types.Any)
def _set(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
    kind, (rows, place, value) = called.args[0], arguments
    context.pack_value(builder, kind.dtype, value, _place(context, builder, kind, rows, place))
    return context.get_dummy_value()


def _fetching(_: Any, rows: Any, place: Any) -> Any:
    """Ask memory for an element, all of it, that will soon be read (:func:`sim.jit.fetch_ahead`)."""

    def generate(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
        kind = called.args[0]
        at = builder.bitcast(_place(context, builder, kind, *arguments), cgutils.voidptr_t)
        for offset in range(0, context.get_abi_sizeof(context.get_data_type(kind.dtype)), LINE):
            fetch(builder, cgutils.gep(builder, at, offset))
        return context.get_dummy_value()

    return types.void(rows, types.intp), generate


ahead: Any = intrinsic(_fetching)


def _finder(name: str) -> Callable[[World], Array]:
    place, kind = NAMES.index(name), Rows(from_dtype(np.dtype(DTYPES[name])))

    def find(_: Any, world: Any) -> Any:
        def generate(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
            addresses = builder.inttoptr(arguments[0], cgutils.voidptr_t.as_pointer())
            address = builder.load(cgutils.gep(builder, addresses, place))
            address.set_metadata("invariant.load", builder.module.add_metadata([]))
            return address

        return kind(types.int64), generate

    find.__name__ = name
    found: Any = intrinsic(find)
    return found


def _floats_at(_: Any, address: Any, length: Any) -> Any:
    """The read-only array of so many float64 at an address."""
    kind = types.Array(types.float64, 1, "C", readonly=True)

    def generate(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
        view, item = context.make_array(kind)(context, builder), context.get_constant(types.intp, 8)
        data = builder.inttoptr(arguments[0], view.data.type)
        populate_array(view, data=data, shape=[arguments[1]], strides=[item], itemsize=item, meminfo=None)
        return view._getvalue()

    return kind(types.int64, types.int64), generate


_floats: Any = intrinsic(_floats_at)


@inner
def table_of(law: Any) -> Array:
    """The table of a law."""
    return _floats(law.table, law.size)


@inner
def grid_of(law: Any) -> Array:
    """The grid of a law: its draws are read off there (rule 3)."""
    return _floats(law.grid, law.grid_size)


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
changed = _finder("changed")
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
