"""A log as it stood at an instant: what came later is not in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calibration.observing.part_of import part_of
from sim.eventlog import NAT, OUTCOMES, EventLog, Ints, Stints, expanded

_OPEN = np.int8(OUTCOMES.index("open"))


def known_by(log: EventLog, instant: int) -> EventLog:
    """Cases accepted before ``instant`` (microseconds), their rows that had begun to wait by then, and of these the
    starts and ends that had happened; what had not ended is open. A log that ends before is as it was.
    """
    if instant > log.end_of_run:
        return log
    first = np.where(log.ready != NAT, log.ready, np.where(log.start != NAT, log.start, log.end))
    seen = part_of(log, log.cases.accepted < instant, first < instant)
    ended = seen.end < instant
    return replace(
        seen,
        start=_until(seen.start, instant),
        end=_until(seen.end, instant),
        outcome=np.where(ended & (seen.end != NAT), seen.outcome, _OPEN),
        stints=_stints(seen.stints, instant),
        end_of_run=instant - 1,
    )


def _until(column: Ints, instant: int) -> Ints:
    return np.where(column < instant, column, NAT)


def _stints(stints: Stints, instant: int) -> Stints:
    """Those begun before the instant; a row's are in order, so they are its first ones."""
    kept = stints.start < instant
    up_to = np.append(0, np.cumsum(kept))
    which = np.flatnonzero(kept)
    first, stop = stints.server_first[which].astype(np.int64), stints.server_first[which + 1].astype(np.int64)
    return Stints(
        first=up_to[stints.first].astype(np.int32),
        start=stints.start[which],
        stop=_until(stints.stop[which], instant),
        server_first=np.append(0, np.cumsum(stop - first)).astype(np.int32),
        servers=stints.servers[expanded(first, stop)[1]],
    )
