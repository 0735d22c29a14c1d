"""Random cases and clocks, and what a clerk with a calendar in hand would read: hour by hour, date by date.

Time is counted in hours from 2021-06-01 00:00.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from hypothesis import strategies as st

from sim.eventlog import NAT, EventLog
from sim.logbuilder import LogBuilder
from sim.logcheck import check_log
from sim.model.clocks import Clock, Event, Selected
from sim.model.open_time import Calendar, united
from tests.handmade import at

HOUR_US = 3_600_000_000
DAY = 24
DATES = 8
ORIGIN = at("06-01 00:00")

SHIFTS: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((9, 12), (14, 17)),
    ((9, 12), (14, 17)),
    ((9, 17),),
    ((9, 11),),
    ((8, 12), (13, 15), (17, 19)),
    ((0, 24),),
    ((20, 24),),
)


@dataclass
class Step:
    case: int
    step: str
    owner: str | None
    stage: str | None
    ready: int
    start: int | None
    end: int | None
    outcome: str


@dataclass
class Cases:
    """``hours``: the shifts of each date; ``accepted``: (slot, parent) by case; ``over``: (kind, slot) by case."""

    hours: list[tuple[tuple[int, int], ...]]
    accepted: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    over: dict[int, tuple[str, int]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)

    @property
    def end_of_run(self) -> int:
        return DATES * DAY

    def family(self, case: int) -> set[int]:
        found = {case}
        while more := {c for c, (_, parent) in self.accepted.items() if parent in found} - found:
            found |= more
        return found

    def legal(self) -> Calendar:
        shifts = [(us(d * DAY + a), us(d * DAY + b)) for d, day in enumerate(self.hours) for a, b in day]
        return Calendar(united(shifts), us(0), us(self.end_of_run))

    def log(self) -> EventLog:
        builder = LogBuilder()
        for case, (accepted, parent) in self.accepted.items():
            builder.case(case, "c", "p", us(accepted), parent=parent)
            builder.row("accepted", case, ready=us(accepted), start=us(accepted), end=us(accepted))
        for case, (kind, slot) in self.over.items():
            builder.row(kind, case, ready=us(slot), start=us(slot), end=us(slot))  # type: ignore[arg-type]
        visits = count()
        for case, slot in self.marks:
            builder.row("mark", case, "p/m", next(visits), ready=us(slot), start=us(slot), end=us(slot))
        for step in self.steps:
            times = {"ready": us(step.ready), "start": us(step.start), "end": us(step.end)}
            known: dict[str, Any] = {"outcome": step.outcome, "owner": step.owner, "stage": step.stage}
            builder.row("wait", step.case, step.step, next(visits), **times, **known)
        log = builder.build(us(0), us(self.end_of_run), missing=("released_by",))
        check_log(log)
        return log


def us(slot: int | None) -> int:
    return NAT if slot is None else ORIGIN + slot * HOUR_US


# --- what a clock reads


@dataclass
class Read:
    state: str
    days: float | None
    to_compare: float | None


def read(cases: Cases, clock: Clock, unit: str, case: int, per: str, moved: bool) -> Read:
    start, _ = _instant(cases, clock.start, case)
    stop, may_change = _instant(cases, clock.stop, case)
    kind, over_at = cases.over.get(case, ("", cases.end_of_run))
    too_early = stop is not None and (start is None or stop < start)
    if stop is not None and not too_early and not may_change and not (kind == "withdrawn" and stop > over_at):
        state, until = "finished", stop
    elif kind == "withdrawn":
        state, until = "withdrawn", over_at
    elif all(c in cases.over for c in cases.family(case)) or (too_early and not _means_the_last(clock.stop)):
        return Read("never", None, None)
    else:
        state, until = ("open", cases.end_of_run) if start is not None else ("not-started", 0)
    if start is None:
        return Read(state, None, None)
    if per == "case":
        parts = [_counted(cases, clock, case, start, until, None)]
    else:
        names = {getattr(s, per) for s in cases.steps}
        parts = [_counted(cases, clock, case, start, until, (per, name)) for name in names]
    days = sum(_days(cases, unit, slots, instants) for slots, instants in parts)
    if unit == "calendar-days" and moved and per == "case":
        return Read(state, days, _least_limit(cases, *parts[0]))
    return Read(state, days, days)


def _instant(cases: Cases, event: Event, case: int) -> tuple[int | None, bool]:
    if event.at == "accepted":
        return cases.accepted[case][0], False
    if event.at == "closed":
        kind, slot = cases.over.get(case, ("", 0))
        return (slot if kind == "closed" else None), False
    family = cases.family(case)
    times: list[int | None]
    if event.at == "mark":
        times = [slot for c, slot in cases.marks if c in family and event.step == "m"]
    else:
        steps = [s for s in cases.steps if s.case in family and s.step.split("/")[-1] == event.step]
        # What a withdrawn case left gives no end, and what is over without a start is not waited for.
        steps = [s for s in steps if s.outcome != "withdrawn" or event.at != "end"]
        times = [getattr(s, event.at) for s in steps if s.outcome == "open" or getattr(s, event.at) is not None]
    last = _means_the_last(event)
    known = [t for t in times if t is not None]
    found = (max(known) if last else min(known)) if known else None
    return found, last and None in times


def _means_the_last(event: Event) -> bool:
    return event.which == "last" or (event.which is None and event.at == "end")


def _named(selected: Selected | None, step: Step) -> bool:
    return selected is not None and (
        step.owner in selected.owners
        or step.stage in selected.stages
        or any(f"/{step.step}".endswith(f"/{s}") for s in selected.steps)
    )


def _counts(clock: Clock, step: Step) -> str:
    """``in``, ``out`` (by name) or ``aside`` (not chosen)."""
    by_step = step.step.split("/")[-1]
    if step.owner == "suspended" and not (
        clock.count and ("suspended" in clock.count.owners or by_step in clock.count.steps)
    ):
        return "out"
    if _named(clock.except_, step):
        return "out"
    return "in" if clock.count is None or _named(clock.count, step) else "aside"


def _counted(
    cases: Cases, clock: Clock, case: int, start: int, until: int, only: tuple[str, Any] | None
) -> tuple[set[int], set[int]]:
    """The slots that count, and the instants of steps that took no time."""
    slots, out = set(), set()
    steps = [s for s in cases.steps if s.case in cases.family(case)]
    for t in range(start, until):
        found = {"in": False, "out": False, "aside": False}
        mine = False
        for s in steps:
            begin = s.start if clock.from_start else s.ready
            if begin is not None and begin <= t < (cases.end_of_run if s.end is None else s.end):
                how = _counts(clock, s)
                found[how] = True
                mine |= how == "in" and (only is None or getattr(s, only[0]) == only[1])
        if only is not None or clock.count is not None:
            counts = mine and not (clock.excluded_wins and found["out"])
        elif clock.excluded_wins:
            counts = not found["out"]
        else:
            counts = found["in"] or not found["out"]
        if counts:
            slots.add(t)
        if found["out"]:
            out.add(t)
    instants = {start} if only is None and clock.count is None and start == until else set()
    for s in steps:
        begin = s.start if clock.from_start else s.ready
        its = only is None or getattr(s, only[0]) == only[1]
        if begin is not None and begin == s.end and start <= begin <= until and its and _counts(clock, s) == "in":
            inside = {begin - 1, begin} <= out
            instants |= set() if clock.excluded_wins and inside else {begin}
    return slots, instants


def _runs(slots: set[int], instants: set[int]) -> list[tuple[int, int]]:
    """Maximal stretches, both ends included, and the instants outside of them."""
    begins = sorted(t for t in slots if t - 1 not in slots)
    ends = sorted(t + 1 for t in slots if t + 1 not in slots)
    runs = list(zip(begins, ends, strict=True))
    return runs + [(t, t) for t in instants if not any(a <= t <= b for a, b in runs)]


def _is_open(cases: Cases, t: int) -> bool:
    return t < cases.end_of_run and any(a <= t % DAY < b for a, b in cases.hours[t // DAY])


def _days(cases: Cases, unit: str, slots: set[int], instants: set[int]) -> float:
    if unit == "hours":
        return len(slots) / DAY
    if unit == "fraction":
        lengths = {d: sum(b - a for a, b in shifts) for d, shifts in enumerate(cases.hours)}
        return sum(1 / lengths[t // DAY] for t in slots if _is_open(cases, t))
    runs = _runs(slots, instants)
    if unit == "calendar-days":
        return max(len(_dates(runs)) - 1, 0)
    touched: set[int] = set()
    for a, b in runs:
        opens = next((t for t in range(a, cases.end_of_run) if _is_open(cases, t)), None)
        if opens is None or opens > b:
            continue
        if unit == "whole-days":
            touched |= {d for d in range(opens // DAY, b // DAY + 1) if d < DATES and cases.hours[d]}
        else:
            ends = _block_ends(cases)
            first = next(i for i, end in enumerate(ends) if opens < end)
            last = next((i for i, end in enumerate(ends) if b <= end), len(ends))
            touched |= set(range(first, last + 1))
    less_one = max(len(touched) - 1, 0)
    return less_one / 2 if unit == "half-days" else less_one


def _dates(runs: list[tuple[int, int]]) -> list[int]:
    return sorted({d for a, b in runs for d in range(a // DAY, b // DAY + 1)})


def _block_ends(cases: Cases) -> list[int]:
    ends = []
    for d, shifts in enumerate(cases.hours):
        if len(shifts) > 1:
            breaks = [b[0] - a[1] for a, b in pairwise(shifts)]
            ends.append(d * DAY + shifts[breaks.index(max(breaks))][1])
        elif shifts and shifts[0][0] < DAY // 2 < shifts[0][1]:
            ends.append(d * DAY + DAY // 2)
        if shifts:
            ends.append(d * DAY + shifts[-1][1])
    return ends


def _least_limit(cases: Cases, slots: set[int], instants: set[int]) -> int:
    """Try one limit after another: its last day is that many counted days on, moved to a working day."""
    dates = _dates(_runs(slots, instants))
    for limit, last_day in enumerate(dates):
        while last_day < dates[-1] and not cases.hours[last_day]:
            last_day += 1
        if last_day >= dates[-1]:
            return limit
    return 0


# --- random cases and clocks


@st.composite
def some_cases(draw: st.DrawFn) -> Cases:
    """One to three cases, some spawned; steps anywhere after acceptance, over one another and with gaps."""
    cases = Cases(draw(st.lists(st.sampled_from(SHIFTS), min_size=DATES, max_size=DATES)))
    last = cases.end_of_run - 1
    for case in range(1, 1 + draw(st.integers(1, 2))):
        parent = draw(st.one_of(st.none(), st.just(1))) if case > 1 else None
        accepted = draw(st.integers(0, 2 * DAY))
        cases.accepted[case] = (accepted, parent)
        over = draw(st.sampled_from([None, "closed", "closed", "closed", "withdrawn"]))
        if over is not None:
            cases.over[case] = (over, draw(st.integers(accepted, last)))
        for _ in range(draw(st.integers(1, 5))):
            cases.steps.append(_step(draw, case, accepted, last))
        if draw(st.booleans()):
            cases.marks.append((case, draw(st.integers(accepted, last))))
    return cases


def _step(draw: st.DrawFn, case: int, accepted: int, last: int) -> Step:
    some_hours = st.one_of(st.just(0), st.integers(0, 2 * DAY))
    ready = min(accepted + draw(st.integers(0, 4 * DAY)), last)
    start: int | None = min(ready + draw(some_hours), last)
    end: int | None = min((start or 0) + draw(some_hours), last)
    outcome = draw(st.sampled_from(["done", "done", "done", "withdrawn", "open"]))
    end = None if outcome == "open" else end
    start = None if draw(st.integers(0, 9)) == 0 else start
    owner = draw(st.sampled_from(["utility", "utility", "customer", "suspended", None]))
    stage = draw(st.sampled_from(["s", "t", None]))
    return Step(case, draw(st.sampled_from(["p/a", "p/b", "p/sub/c"])), owner, stage, ready, start, end, outcome)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    steps = st.sampled_from(["a", "b", "c"])
    event = st.one_of(
        st.just({"at": "mark", "step": "m"}),
        st.builds(
            lambda name, step, which: {"at": name, "step": step, "which": which},
            st.sampled_from(["ready", "start", "end"]),
            steps,
            st.sampled_from([None, "first", "last"]),
        ),
    )
    selected = st.fixed_dictionaries(
        {},
        optional={
            "owners": st.lists(st.sampled_from(["utility", "customer", "suspended"]), max_size=2),
            "stages": st.lists(st.sampled_from(["s", "t"]), max_size=1),
            "steps": st.lists(steps, max_size=1),
        },
    )
    wins = draw(st.booleans())
    chosen = draw(st.sampled_from(["none", "count", "except", "both"] if wins else ["none", "count", "except"]))
    described: dict[str, Any] = {
        "start": draw(st.one_of(st.just("accepted"), st.just("accepted"), event)),
        "stop": draw(st.one_of(st.just("closed"), st.just("closed"), event)),
        "from_start": draw(st.booleans()),
        "excluded_wins": wins,
    }
    if chosen in ("count", "both"):
        described["count"] = draw(selected)
    if chosen in ("except", "both"):
        described["except"] = draw(selected)
    return Clock.model_validate(described)
