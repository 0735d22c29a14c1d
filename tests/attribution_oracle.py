"""Random small histories, and where their time went by looking at each tick alone (one tick is one microsecond)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from sim.eventlog import EventLog, GroupInfo, Kind, NeedRow, Server
from sim.logbuilder import Key, LogBuilder
from sim.logcheck import check_log
from sim.model.open_time import Calendar

TICKS = 60


@dataclass
class Row:
    kind: Kind
    case: int
    step: str
    ready: int
    end: int
    by: Key | None
    start: int | None = None
    needs: tuple[NeedRow, ...] = ()
    stints: list[tuple[int, int, tuple[Server, ...]]] = field(default_factory=list)
    duration: int = 0
    unsplittable: bool = False
    outcome: Any = "done"

    @property
    def key(self) -> Key:
        return self.case, self.step, 0, self.kind


@dataclass
class History:
    """Calendars as sets of open ticks, pools as lists of (servers, calendar, speed), rows by their keys."""

    open: dict[str, frozenset[int]]
    pools: dict[str, list[tuple[int, str, float]]]
    rows: dict[Key, Row] = field(default_factory=dict)
    accepted: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    def add(self, row: Row) -> Key:
        self.rows[row.key] = row
        return row.key

    def log(self) -> EventLog:
        builder = LogBuilder()
        for case, (accepted, parent) in self.accepted.items():
            builder.case(case, "c", "p", accepted, parent=parent)
        for row in self.rows.values():
            builder.row(
                row.kind, row.case, row.step, ready=row.ready, end=row.end, released_by=row.by, needs=row.needs,
                stints=row.stints, unsplittable=row.unsplittable, duration_us=row.duration, outcome=row.outcome,
                **({} if row.start is None else {"start": row.start}),
            )  # fmt: skip
        pools = {name: tuple(GroupInfo(*group, False) for group in groups) for name, groups in self.pools.items()}
        calendars = {name: Calendar(_intervals(ticks), 0, TICKS * 4) for name, ticks in self.open.items()}
        log = builder.build(0, TICKS * 4, pools=pools, calendars=calendars)
        check_log(log)
        return log


def _intervals(ticks: frozenset[int]) -> list[tuple[int, int]]:
    opens = [t for t in sorted(ticks) if t - 1 not in ticks]
    closes = [t + 1 for t in sorted(ticks) if t + 1 not in ticks]
    return list(zip(opens, closes, strict=True))


def ticks_of(history: History, case: int) -> list[tuple[int, str, str]]:
    """(tick, step, kind of time) from the acceptance of a case to its end."""
    last = next((r for r in history.rows.values() if r.case == case and r.kind in ("closed", "withdrawn")), None)
    found = []
    row = last
    while row is not None and not (row.kind == "accepted" and row.case == case):
        found += [(t, row.step, _kind(history, row, t)) for t in range(row.ready, row.end)]
        assert row.by is not None
        row = history.rows[row.by]
    return sorted(found)


def _kind(history: History, row: Row, t: int) -> str:
    if row.kind == "wait":
        return "wait"
    if row.kind == "session":
        return "waiting-for-session" if row.start is None or t < row.start else "in-session"
    for start, stop, servers in row.stints:
        if start <= t < stop:
            calendars = {history.pools[s.pool][s.group][1] for s in servers}
            return "work" if all(t in history.open[c] for c in calendars) else "off-hours"
    return "waiting-for-staff" if _could_begin(history, row, t) else "waiting-for-opening-hours"


def _could_begin(history: History, row: Row, t: int) -> bool:
    """Whether some choice of servers would be open through this tick, and through all of an unsplittable work."""
    choices = []
    kept = [need.kept for need in row.needs if need.kept is not None]
    for need in row.needs:
        if need.kept is not None:
            choices.append([(need.kept,)])
            continue
        every = [Server(need.pool, g, i) for g, (n, _, _) in enumerate(history.pools[need.pool]) for i in range(n)]
        choices.append(list(combinations([server for server in every if server not in kept], need.n)))
    for chosen in product(*choices):
        groups = [history.pools[s.pool][s.group] for servers in chosen for s in servers]
        lasts = int(row.duration / min(speed for _, _, speed in groups)) if row.unsplittable else 0
        if all(set(range(t, t + 1 + lasts)) <= history.open[calendar] for _, calendar, _ in groups):
            return True
    return False


@st.composite
def histories(draw: st.DrawFn) -> History:
    """One to three root cases, some with spawned ones, rows beside the path included."""
    lengths = st.lists(st.integers(1, 12), min_size=10, max_size=10)
    names = ("x", "y", "z")
    history = History({name: _open_ticks(draw(lengths), draw(st.booleans())) for name in names}, {})
    for pool in ("a", "b"):
        group = st.tuples(st.integers(1, 2), st.sampled_from(names), st.sampled_from([0.5, 1.0, 2.0]))
        history.pools[pool] = draw(st.lists(group, min_size=1, max_size=2))
    for case in range(1, 1 + draw(st.integers(1, 3))):
        _life(draw, history, case, draw(st.integers(0, 20)), None, None)
    return history


def _open_ticks(lengths: list[int], begins_open: bool) -> frozenset[int]:
    ticks, t = set(), 0
    for i, length in enumerate(lengths):
        if (i % 2 == 0) == begins_open:
            ticks |= set(range(t, t + length))
        t += length
    return frozenset(ticks)


def _life(draw: st.DrawFn, history: History, case: int, t: int, parent: int | None, by: Key | None) -> Row:
    history.accepted[case] = (t, parent)
    came = history.add(Row("accepted", case, "", t, t, by, start=t))
    for number in range(draw(st.integers(0, 3))):
        what = draw(st.sampled_from(["wait", "session", "work", "work", "mark"] + ["spawn"] * (parent is None)))
        if what == "spawn":
            children = [_life(draw, history, 10 * case + i, t, case, came) for i in (4 * number + 1, 4 * number + 2)]
            last = max(children, key=lambda row: (row.end, row.case))
        else:
            _row(draw, history, case, f"p/beside-{number}", "wait", t, came)
            last = _row(draw, history, case, f"p/{number}", what, t, came)
        t, came = last.end, last.key
    kind: Kind = draw(st.sampled_from(["closed", "withdrawn"]))
    over = Row(kind, case, "", t, t, came, start=t)
    history.add(over)
    return over


def _row(draw: st.DrawFn, history: History, case: int, step: str, kind: Any, t: int, came: Key) -> Row:
    short = st.integers(0, 9)
    row = Row(kind, case, step, t, t, came)
    if kind == "wait":
        row.start, row.end = t, t + draw(short)
    elif kind == "mark":
        row.start = t
    elif kind == "session":
        row.start = draw(st.one_of(st.none(), st.integers(t, t + 9)))
        row.end = t + draw(short) if row.start is None else row.start + draw(short)
    else:
        _work(draw, history, row)
    history.add(row)
    return row


def _work(draw: st.DrawFn, history: History, row: Row) -> None:
    servers = {
        p: [Server(p, g, i) for g, (n, _, _) in enumerate(gs) for i in range(n)] for p, gs in history.pools.items()
    }
    some = draw(st.sampled_from([("a",), ("b",), ("a", "b")]))
    needs = [NeedRow(pool, draw(st.integers(1, len(servers[pool])))) for pool in some]
    if draw(st.booleans()):
        needs.append(NeedRow("a", 1, draw(st.sampled_from(servers["a"]))))
    row.needs = tuple(needs[draw(st.integers(0, len(needs) - 1)) :])
    row.unsplittable = draw(st.booleans())
    row.duration = 2 * draw(st.integers(0, 4))
    t = row.ready
    for _ in range(draw(st.integers(0, 3))):
        start = t + draw(st.integers(0, 9))
        t = start + draw(st.integers(0, 9))
        chosen = draw(st.lists(st.sampled_from(servers["a"] + servers["b"]), min_size=1, max_size=3, unique=True))
        row.stints.append((start, t, tuple(chosen)))
    row.start = row.stints[0][0] if row.stints else None
    row.end = t + draw(st.integers(0, 5))
