"""The arrays of one replication, with room for what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel import blocks
from sim.engine.kernel.memory import NAMES
from sim.engine.kernel.records import ARRIVAL, DTYPES, PAIR
from sim.engine.program import Program
from sim.engine.program.layout import CALENDAR, MARK, NONE, SESSION, WAIT, WORK, words_for
from sim.engine.streams import stream_id
from sim.eventlog import NAT

_WITH_ROWS = (WORK, WAIT, SESSION, MARK)
_STATE = ("pools", "groups", "queues", "processes")
"""What of the program changes in a run."""
_DEEDS = 1 << 14
"""For so many deeds there is room whenever compiled code goes on."""
_AT_ONCE = 1 << 19
"""After so many deeds, a fifth of a second, it comes back, so that Python sees an interrupt."""
_ROWS = tuple(name for name in NAMES if name.startswith("row_"))


@dataclass(frozen=True)
class Family:
    """Arrays that grow together; ``used`` is the field of the run that counts, ``per_deed`` what one deed makes."""

    used: str
    arrays: tuple[str, ...]
    per_deed: int
    strides: tuple[int, ...] = ()


class World:
    """All arrays of a replication by name; ``address`` is what compiled code gets: that of their addresses."""

    def __init__(self, program: Program, seed: int, replication: int) -> None:
        self.program = program
        prepared = program.prepared
        self.arrays: dict[str, NDArray[Any]] = dict(program.arrays)
        for name in _STATE:
            self.arrays[name] = program.arrays[name].copy()
        self._arrivals(seed, replication)
        groups = self.arrays["groups"]
        self.arrays["free"] = np.concatenate([_all_of(0), *map(_all_of, groups["servers"].tolist())])
        self.arrays["changed"] = _all_of(len(program.tables.pools))
        self.arrays["due_sessions"] = np.zeros(len(program.tables.sessions) + 1, np.int32)
        run = self.arrays["run"] = np.zeros(1, DTYPES["run"])
        self.run = run[0]
        nodes = program.arrays["nodes"]
        known: dict[str, Any] = {
            "seed": seed, "replication": replication, "now": prepared.begin, "end": prepared.end,
            "window_begin": prepared.window[0], "window_end": prepared.window[1],
            "arrivals": self.arrays["arrivals"].size, "alarms": program.arrays["timetable"].size,
            "deeds": program.arrays["opening"].size, "pools": len(program.tables.pools),
            "pool_words": words_for(len(program.tables.pools)), "servers": int(groups["servers"].sum()),
            "free_case": NONE, "free_execution": NONE, "most_servers": program.most_servers,
            "most_pools": max(int(nodes["n_pools"].max()), 1), "most_needs": max(int(nodes["n_needs"].max()), 1),
            "roots": self.arrays["arrivals"].size + program.arrays["open_cases"].size,
        }  # fmt: skip
        firsts = (self.arrays[name]["instant"][:1] for name in ("arrivals", "timetable"))
        known["known_instant"] = min(int(first[0]) for first in firsts if first.size)
        for name, value in known.items():
            self.run[name] = value
        instants = self.arrays["arrivals"]["instant"]
        in_window = (prepared.window[0] <= instants) & (instants < prepared.window[1])
        self.run["still_open"] = in_window.sum()
        self._addresses = np.zeros(len(NAMES), np.int64)
        self.address = int(self._addresses.ctypes.data)
        for name, array in list(self.arrays.items()):
            self._lies(name, array)
        self._families = self._grouped()
        for family in self._families:
            self._allocate(family, 1024)
        steps = int(np.isin(nodes["kind"], _WITH_ROWS).sum())
        self._allocate(self._families[0], (steps + 2) * instants.size * 3 // 2 + 1024)
        self._allocate(self._families[1], instants.size + 1024)
        self.meet_calendars()
        self.make_room()

    def _arrivals(self, seed: int, replication: int) -> None:
        """The cases of all sources in the order of instant and identity, and their attributes."""
        program = self.program
        brought = program.prepared.brought(seed, replication)
        sources = list(brought)
        by_id = sorted(sources, key=stream_id)
        parts = [
            _arrivals(stream_id(name), sources.index(name), brought[name].ordinals, brought[name].instants)
            for name in by_id
        ]
        together = np.concatenate(parts)
        order = np.argsort(together["instant"], kind="stable")
        self.arrays["arrivals"] = together[order] if len(parts) > 1 or (np.diff(order) < 0).any() else together
        names = list(program.tables.attributes)
        opening = program.opening.described
        attributes = np.zeros((len(names), order.size + len(opening)), np.int32)
        for place, attribute in enumerate(names):
            codes = [_codes(program, brought[name].attributes.get(attribute), attribute, brought[name].instants.size)
                     for name in by_id]  # fmt: skip
            attributes[place, : order.size] = np.concatenate(codes)[order]
            values = program.tables.values_of(attribute)
            attributes[place, order.size :] = [values.index(case.attributes.get(attribute)) for case in opening]
        self.arrays["attributes"] = attributes.ravel()

    def _grouped(self) -> list[Family]:
        program, run = self.program, self.run
        most = program.most_per_deed
        nodes, slots = program.arrays["nodes"], int(program.arrays["processes"]["slots"].max())
        children = int(nodes["n_children"].max()) + 1
        pools, servers, needs = int(run["most_pools"]), int(run["most_servers"]), int(run["most_needs"])
        return [
            Family("rows", _ROWS, children + 1),
            Family("known", ("known",), children),
            Family("cases", ("cases", "withdrawing"), children),
            Family("slots", ("slots",), children * slots),
            Family("executions", ("executions", "held", "asked", "links", "asking", "giving_up"), 1,
                   (1, servers, needs, pools, 1, 1)),
            Family("agenda", ("agenda",), most),
            Family("events", ("events",), 2),
            Family("stints", ("stints",), 2),
            Family("stint_servers", ("stint_servers",), servers + 1),
            Family("kept_rows", ("kept_rows",), 1),
            Family("kept_servers", ("kept_servers",), needs),
        ]  # fmt: skip

    def _allocate(self, family: Family, capacity: int) -> None:
        for name, stride in zip(family.arrays, family.strides or (1,) * len(family.arrays), strict=True):
            old = self.arrays.get(name)
            used = int(self.run[family.used]) * stride
            new = blocks.empty(capacity * stride, DTYPES[name])
            if old is not None:
                new[:used] = old[:used]
            self._lies(name, new)

    def make_room(self) -> None:
        """Let every array have room for so many deeds as the run needs, and for some more."""
        deeds = max(int(self.run["needed"]), _DEEDS)
        room = 1 << 60
        for family in self._families:
            used, size = int(self.run[family.used]), self._capacity(family)
            if size - used < deeds * family.per_deed:
                size = max(2 * size, used + 2 * deeds * family.per_deed)
                self._allocate(family, size)
            room = min(room, (size - used) // family.per_deed)
        self.run["room"] = min(room, max(2 * deeds, _AT_ONCE))

    def _capacity(self, family: Family) -> int:
        stride = family.strides[0] if family.strides else 1
        return self.arrays[family.arrays[0]].size // stride

    def meet_calendars(self) -> None:
        """Lay the calendars out again, with those that the run has met."""
        program = self.program
        if self.run["one"] != self.run["other"]:
            program.meet(int(self.run["one"]), int(self.run["other"]))
        calendars, pairs = program.met()
        sizes = np.cumsum([0, *(calendar.opens.size for calendar in calendars)])
        laid = np.zeros(len(calendars), CALENDAR)
        laid["first"], laid["stop"], laid["at"] = sizes[:-1], sizes[1:], sizes[:-1]
        laid["opens"] = laid["closes"] = NAT  # closed long ago, so that compiled code moves on to the first
        self._lies("calendars", laid)
        for name in ("opens", "closes", "cumulative"):
            self._lies(name, np.concatenate([getattr(calendar, name) for calendar in calendars]))
        self._lies("together", np.array(pairs, PAIR))
        self.run["together"] = len(pairs)

    def _lies(self, name: str, array: NDArray[Any]) -> None:
        """Keep an array, and tell compiled code where it lies."""
        self.arrays[name] = array
        self._addresses[NAMES.index(name)] = array.ctypes.data


def _all_of(n: int) -> NDArray[np.int64]:
    """The set of all numbers below n."""
    bits = np.zeros(64 * words_for(n), np.uint8)
    bits[:n] = 1
    return np.packbits(bits, bitorder="little").view("<i8").astype(np.int64)


def _arrivals(source_id: int, source: int, ordinals: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[Any]:
    arrivals = np.empty(ordinals.size, ARRIVAL)
    arrivals["instant"], arrivals["source"] = instants, source
    arrivals["identity"] = (np.uint64(source_id) << np.uint64(32)) | ordinals.astype(np.uint64)
    return arrivals


def _codes(
    program: Program, known: tuple[NDArray[np.int64], list[str]] | None, attribute: str, n: int
) -> NDArray[np.int64]:
    """A source's codes of an attribute's values as those of the program, where 0 is no value."""
    if known is None:
        return np.zeros(n, np.int64)
    codes, values = known
    every = program.tables.values_of(attribute)
    return np.array([*(every.index(value) for value in values), 0])[codes]
