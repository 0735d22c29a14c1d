"""Event logs made by hand: instants as text, one case at a time, each row released by the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.eventlog import NAT, EventLog, GroupInfo, Kind, NeedRow, Server
from sim.logbuilder import Key, LogBuilder, Stint
from sim.logcheck import check_log
from sim.model.calendars import CalendarSpec
from sim.model.open_time import Calendar

BEGIN, END = "2021-01-01 00:00", "2021-12-31 00:00"


def at(text: str) -> int:
    """``06-01 09:00`` of 2021, or a full date and time, as microseconds."""
    return int(np.datetime64(text if len(text) > 11 else f"2021-{text}", "us").astype(np.int64))


def clock(instant: int) -> str:
    """``06-01 09:00``, the other way round."""
    return str(np.datetime64(instant, "us").astype("datetime64[m]"))[5:].replace("T", " ")


def calendar(*hours: str, **more: Any) -> Calendar:
    """The hours of every working day of 2021, compiled."""
    described = {"name": "calendar", "hours": {"workdays": list(hours)}} | more
    return CalendarSpec.model_validate(described).compile(at(BEGIN), at(END))


OFFICE = calendar("09:00-12:00", "13:00-17:00")


class Handmade:
    """A log in the making; times are texts, ``None`` is not yet."""

    def __init__(self) -> None:
        self.builder = LogBuilder()

    def case(self, identity: int, accepted: str, parent: int | None = None, by: Key | None = None, **more: Any) -> Key:
        known = {"case_class": "c", "process": "p"} | more
        self.builder.case(identity, known.pop("case_class"), known.pop("process"), at(accepted), parent=parent, **known)
        return self.row("accepted", identity, "", accepted, accepted, accepted, by)

    def row(
        self,
        kind: Kind,
        case: int,
        step: str,
        ready: str,
        start: str | None,
        end: str | None,
        by: Key | None,
        visit: int = 0,
        stints: Sequence[tuple[str, str | None, Sequence[Server]]] = (),
        **more: Any,
    ) -> Key:
        in_us: list[Stint] = [(at(a), NAT if b is None else at(b), servers) for a, b, servers in stints]
        self.builder.row(
            kind,
            case,
            step,
            visit,
            ready=at(ready),
            start=NAT if start is None else at(start),
            end=NAT if end is None else at(end),
            outcome=more.pop("outcome", "open" if end is None else "done"),
            released_by=by,
            stints=in_us,
            **more,
        )
        return case, step, visit, kind

    def wait(self, case: int, step: str, ready: str, end: str | None, by: Key | None, **more: Any) -> Key:
        return self.row("wait", case, step, ready, ready, end, by, **more)

    def work(
        self, case: int, step: str, ready: str, start: str | None, end: str | None, by: Key | None, **more: Any
    ) -> Key:
        """Work of the first server of the pool ``clerks``, in one stint unless told otherwise."""
        once = [] if start is None else [(start, end, [Server("clerks", 0, 0)])]
        known: dict[str, Any] = {"needs": (NeedRow("clerks", 1),), "stints": once} | more
        return self.row("work", case, step, ready, start, end, by, **known)

    def instant(self, kind: Kind, case: int, when: str, by: Key, step: str = "", **more: Any) -> Key:
        return self.row(kind, case, step, when, when, when, by, **more)

    def log(
        self,
        pools: dict[str, tuple[GroupInfo, ...]] | None = None,
        calendars: dict[str, Calendar] | None = None,
        begin: str = BEGIN,
        end: str = END,
        missing: tuple[str, ...] = (),
    ) -> EventLog:
        log = self.builder.build(
            at(begin),
            at(end),
            pools={"clerks": (GroupInfo(1, "office", 1.0, False),)} if pools is None else pools,
            calendars={"office": OFFICE} if calendars is None else calendars,
            missing=missing,
        )
        check_log(log)
        return log
