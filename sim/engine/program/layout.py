"""How a scenario lies in flat arrays: one record type for each thing of the model, one number for each kind.

Everything is named after the model. Indexes are places in the arrays; ``NONE`` is none. Names of steps, pools and
sessions are numbered in the order of their UTF-8 bytes, so that numbers compare as rules 9 and 10 compare names.
"""

from __future__ import annotations

from typing import Final

import numpy as np

NONE: Final = -1

# --- nodes of the flow (rule 8): what a case comes to; `then` is the node that follows

WORK: Final = 0
WAIT: Final = 1
SESSION: Final = 2
MARK: Final = 3
FORK: Final = 4
"""A parallel begins: a case goes on in all of `targets`."""
JOIN: Final = 5
"""A branch of a parallel has ended; the last one goes on to `then`."""
CHANCE: Final = 6
"""A choice or a step of a walk: one of `targets`, by chance."""
BY_ATTRIBUTE: Final = 7
"""A choice by an attribute of the case: one of `targets`."""
SPAWN: Final = 8
PASS: Final = 9
"""A sequence is entered, its counts of rework begin anew; or a rework goes back."""
CLOSE: Final = 10
ACCEPTED: Final = 11
"""Not a place in the flow: what the accepted row of a case points to; and so the next."""
WITHDRAWN: Final = 12

CLASS_OF_CASE: Final = -2
"""The attribute `class`, which a spawned case has from its process."""

NODE = np.dtype(
    [
        ("kind", np.int32), ("then", np.int32), ("name", np.int32), ("visits", np.int32),
        ("targets", np.int32), ("n_targets", np.int32),
        # steps (rules 5 to 7)
        ("law", np.int32), ("calendar", np.int32), ("session", np.int32),
        ("repeats", np.int32), ("n_repeats", np.int32), ("factors", np.int32), ("attribute", np.int32),
        ("needs", np.int32), ("n_needs", np.int32), ("pools", np.int32), ("n_pools", np.int32),
        ("speeds", np.int32), ("n_speeds", np.int32), ("keeps", np.int32), ("n_keeps", np.int32),
        ("n_kept", np.int32), ("is_simple", np.bool_), ("unsplittable", np.bool_), ("has_priority", np.bool_),
        ("has_due", np.bool_), ("has_patience", np.bool_), ("proceeds", np.bool_), ("has_withdrawal", np.bool_),
        ("extends_due", np.bool_), ("waits", np.bool_),
        ("priority", np.int64), ("due_us", np.int64), ("due_calendar", np.int32),
        ("patience_law", np.int32), ("patience_calendar", np.int32), ("withdraw_share", np.float64),
        # rework: its shares, the node that it goes to, how often
        ("reworks", np.int32), ("n_reworks", np.int32), ("back", np.int32), ("times", np.int32),
        ("at_most", np.int64),
        # places in the case's slots: of a gathering (parallel, spawn), of the counts that begin anew
        ("gathering", np.int32), ("branch", np.int32),
        ("children", np.int32), ("n_children", np.int32),
        # streams (rule 11)
        ("draw_stream", np.uint64), ("patience_stream", np.uint64), ("withdrawal_stream", np.uint64),
        ("rework_stream", np.uint64),
    ],
    align=True,
)  # fmt: skip

# A gathering: what a join knows of the branches that have ended, or a spawn of its children.
REMAINING: Final = 0
LAST_ROW: Final = 1
LAST_END: Final = 2
LAST_BRANCH: Final = 3
GATHERING: Final = 4
"""How many slots it takes."""

NEED = np.dtype([("pool", np.int32), ("n", np.int32), ("kept", np.int32)], align=True)
"""``kept``: the slot with the server who is asked for, one above his number; NONE for anybody of the pool."""
KEEP = np.dtype([("slot", np.int32), ("pool", np.int32)], align=True)
"""A slot that remembers who of the pool did a step."""
LAW = np.dtype(
    [
        ("table", np.int64), ("size", np.int64), ("grid", np.int64), ("grid_size", np.int64), ("kind", np.int64),
        ("at_most", np.float64),
    ],
    align=True,
)  # fmt: skip
"""``table`` and ``grid``: the addresses of a law's table and grid of float64."""
PROCESS = np.dtype(
    [("entry", np.int32), ("slots", np.int32), ("class_code", np.int32), ("free", np.int64)],
    align=True,
)
"""``slots``: how many a case of it takes; ``free``: the first free block of slots."""
SOURCE = np.dtype([("process", np.int32), ("class_code", np.int32), ("priority", np.int64)], align=True)

# --- disciplines (rule 9)

FIRST_COME: Final = 0
PRIORITY: Final = 1
EARLIEST_DUE: Final = 2
DISCIPLINES: Final = {"first-come": FIRST_COME, "priority": PRIORITY, "earliest-due": EARLIEST_DUE}

POOL = np.dtype(
    [
        ("groups", np.int32), ("n_groups", np.int32), ("linked", np.int32), ("n_linked", np.int32),
        ("strict", np.bool_), ("alike", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""``linked``: the pools asked together with it by some step, itself among them; ``alike``: all its entries ask
the same, so that when one cannot start for want of servers none can."""
GROUP = np.dtype(
    [
        ("speed", np.float64), ("calendar", np.int32), ("pool", np.int32), ("first", np.int32), ("servers", np.int32),
        ("free", np.int32), ("words", np.int32), ("n_words", np.int32), ("hand_over", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""``first``: the number of its first server; ``free``: how many are; ``words``: the first of the
``n_words`` words that tell who is."""


def words_for(n: int) -> int:
    """How many words of 64 bits a set of numbers below n takes."""
    return (n + 63) >> 6


SESSION_INFO = np.dtype(
    [("calendar", np.int32), ("length_us", np.int64), ("cut_off_us", np.int64), ("capacity", np.int64)], align=True
)
QUEUE = np.dtype([("first", np.int32), ("last", np.int32), ("n", np.int32), ("discipline", np.int32)], align=True)
CALENDAR = np.dtype(
    [("first", np.int32), ("stop", np.int32), ("at", np.int32), ("opens", np.int64), ("closes", np.int64)], align=True
)
"""Its intervals; ``at``: the first that has not closed yet, ``opens`` and ``closes``: its ends."""

# --- the timetable: instants known beforehand, with a session's number or one of these

OPENING: Final = -1
WINDOW_ENDS: Final = -2
ALARM = np.dtype([("instant", np.int64), ("what", np.int64)], align=True)

# --- the initial state (rule 14), as deeds in their order

CREATE: Final = 0
VISITED: Final = 1
FORKED: Final = 2
AWAITS: Final = 3
ENTERS: Final = 4
STANDS: Final = 5
DEED = np.dtype(
    [
        ("what", np.int32), ("case", np.int32), ("node", np.int32), ("slot", np.int32), ("value", np.int64),
        ("ready", np.int64), ("start", np.int64), ("servers", np.int32), ("n_servers", np.int32),
    ],
    align=True,
)  # fmt: skip
OPEN_CASE = np.dtype(
    [
        ("identity", np.uint64), ("accepted", np.int64), ("due", np.int64), ("priority", np.int64),
        ("process", np.int32), ("class_code", np.int32), ("parent", np.int32), ("spawn", np.int32),
        ("ordinal", np.int32), ("awaited", np.bool_),
    ],
    align=True,
)  # fmt: skip
