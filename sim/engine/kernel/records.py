"""The records of a run: a case while it lives, one execution of a step, what happens when."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.program import layout

RUN = np.dtype(
    [
        ("seed", np.uint64), ("replication", np.uint64), ("trouble_stream", np.uint64),
        ("now", np.int64), ("end", np.int64), ("window_end", np.int64), ("still_open", np.int64),
        ("window_begin", np.int64), ("room", np.int64), ("needed", np.int64),
        ("arrival", np.int64), ("arrivals", np.int64), ("alarm", np.int64), ("alarms", np.int64),
        ("deed", np.int64), ("deeds", np.int64), ("roots", np.int64),
        ("pools", np.int64), ("servers", np.int64), ("rounds", np.int64),
        ("trouble", np.int64), ("trouble_node", np.int64), ("one", np.int64), ("other", np.int64),
        ("together", np.int64), ("vacant", np.int64), ("known_instant", np.int64),
        ("pool_words", np.int64),
        # how many there are of what grows
        ("rows", np.int64), ("cases", np.int64), ("known", np.int64), ("slots", np.int64), ("executions", np.int64),
        ("agenda", np.int64), ("events", np.int64), ("stints", np.int64), ("stint_servers", np.int64),
        ("kept_rows", np.int64), ("kept_servers", np.int64),
        # what waits for the end of phase a
        ("asking", np.int64), ("giving_up", np.int64), ("withdrawing", np.int64), ("due_sessions", np.int64),
        # what can be taken again
        ("free_case", np.int64), ("free_execution", np.int64),
        ("most_pools", np.int64), ("most_servers", np.int64), ("most_needs", np.int64),
    ],
    align=True,
)  # fmt: skip
"""The state of the run beside its lists."""

CASE = np.dtype(
    [
        ("identity", np.uint64), ("slots", np.int64), ("due", np.int64), ("due_since", np.int64),
        ("priority", np.int64), ("cause", np.int64),
        ("number", np.int32), ("root", np.int32), ("process", np.int32), ("class_code", np.int32),
        ("parent", np.int32), ("spawn", np.int32), ("ordinal", np.int32), ("waiting", np.int32),
        ("tokens", np.int32), ("free", np.int32), ("in_window", np.bool_), ("withdrawn", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""A case while it lives. ``number``: among all cases of the run; ``root``: the arrival whose attributes it has;
``parent``: the case that waits for it; ``waiting``: its first execution in queues; ``tokens``: in how many places it
is; ``cause``: the row that withdraws it."""

KNOWN = np.dtype(
    [
        ("identity", np.uint64), ("accepted", np.int64), ("parent", np.int32), ("root", np.int32),
        ("process", np.int32), ("class_code", np.int32), ("spawn", np.int32), ("visit", np.int32),
        ("ordinal", np.int32),
    ],
    align=True,
)  # fmt: skip
"""What stays of every case."""

EXECUTION = np.dtype(
    [
        ("row", np.int64), ("ready", np.int64), ("priority", np.int64), ("remaining", np.int64), ("begun", np.int64),
        ("since", np.int64), ("end", np.int64), ("share", np.float64), ("repeat", np.float64), ("factor", np.float64),
        ("case", np.int32), ("node", np.int32), ("visit", np.int32), ("servers", np.int32), ("stint", np.int32),
        ("asked", np.int32), ("before", np.int32), ("after", np.int32), ("free", np.int32),
        ("calendar", np.int32), ("handed_over", np.bool_), ("waiting", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""One step of one case, waiting or under way. ``before`` and ``after``: others of its case that wait, too."""

LINK = np.dtype([("before", np.int32), ("after", np.int32), ("execution", np.int32)], align=True)
"""An execution's place in a queue."""
ITEM = np.dtype([("node", np.int32), ("case", np.int32), ("row", np.int64)], align=True)
"""What is still to do in phase a: a case comes to a node, or (node below 0) something of an execution."""
EVENT = np.dtype([("instant", np.int64), ("execution", np.int32), ("row", np.int32)], align=True)
"""``row``: NONE for the end of work or of a wait, else patience that runs out."""
STINT = np.dtype(
    [("start", np.int64), ("stop", np.int64), ("servers", np.int64), ("n", np.int32), ("next", np.int32)], align=True
)
KEPT_ROW = np.dtype([("row", np.int64), ("servers", np.int64)], align=True)
ARRIVAL = np.dtype([("instant", np.int64), ("identity", np.uint64), ("source", np.int32)], align=True)
PAIR = np.dtype([("one", np.int32), ("other", np.int32), ("calendar", np.int32)], align=True)
"""A calendar and another, and the one that is open when both are."""

DTYPES: dict[str, Any] = {
    # the program
    "nodes": layout.NODE, "targets": np.int32, "cumulated": np.float64, "needs": layout.NEED, "step_pools": np.int32,
    "speeds": np.float64, "repeats": np.float64, "factors": np.float64, "reworks": np.float64, "keeps": layout.KEEP,
    "children": np.int32, "processes": layout.PROCESS, "laws": layout.LAW, "pools": layout.POOL, "linked": np.int32,
    "groups": layout.GROUP, "server_group": np.int32, "sessions": layout.SESSION_INFO, "queues": layout.QUEUE,
    "sources": layout.SOURCE, "timetable": layout.ALARM, "opening": layout.DEED, "open_cases": layout.OPEN_CASE,
    "opening_servers": np.int32,
    "calendars": layout.CALENDAR, "opens": np.int64, "closes": np.int64, "cumulative": np.int64, "together": PAIR,
    # the replication
    "arrivals": ARRIVAL, "attributes": np.int32,
    # the state
    "run": RUN, "free": np.int64, "changed": np.int64, "due_sessions": np.int32,
    "cases": CASE, "withdrawing": np.int32,
    "slots": np.int64,
    "executions": EXECUTION, "held": np.int32, "asked": np.int32, "links": LINK, "asking": np.int32,
    "agenda": ITEM,
    "events": EVENT,
    # the log
    "known": KNOWN,
    "row_node": np.int32, "row_case": np.int32, "row_visit": np.int32, "row_ready": np.int64, "row_start": np.int64,
    "row_end": np.int64, "row_duration": np.int64, "row_released_by": np.int32, "row_outcome": np.int8,
    "row_server": np.int32,
    "stints": STINT, "stint_servers": np.int32, "kept_rows": KEPT_ROW, "kept_servers": np.int32,
    "giving_up": EVENT,
}  # fmt: skip
