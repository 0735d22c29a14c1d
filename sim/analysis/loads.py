"""How busy the pools are, and how long their work waits (rules 4 and 5)."""

from __future__ import annotations

from dataclasses import dataclass

from sim.eventlog import EventLog


@dataclass(frozen=True)
class PoolSample:
    """One pool in the window of one replication, in server-microseconds.

    ``busy_us`` of ``open_us`` open server time was spent on work. ``entries`` became ready in the window and waited
    ``wait_us`` together; ``queue_first`` and ``queue_last`` waited when the window began and ended.
    """

    busy_us: int
    open_us: int
    entries: int
    wait_us: int
    queue_first: int
    queue_last: int


def pool_samples(log: EventLog, window: tuple[int, int]) -> dict[str, PoolSample]:
    """Every pool of the log in [first, last)."""
    raise NotImplementedError
