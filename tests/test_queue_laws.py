"""Laws of queueing that every history keeps exactly, case by case; each states what it presupposes.

A history is *complete* when it begins empty and every case has left before the run ends; then sums over cases and areas
under numbers over time are the same integer. Draws are keyed (rule 11), so two models are compared case by case.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.engine import kernel
from sim.eventlog import KINDS, NAT, EventLog
from sim.model.base import Model
from sim.model.demand import Source
from sim.model.scenario import Scenario
from tests.random_models import models, scenario, scenarios
from tests.tiny import tiny

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
Numbers = NDArray[np.int64]
BEGIN = np.datetime64("2021-06-01", "m")
ALWAYS = {"servers": 1, "calendar": "always"}
DISCIPLINES = ("first-come", "priority", "earliest-due")

arrivals = st.lists(st.integers(0, 600), min_size=2, max_size=40).map(sorted)
"""Minutes from the begin; ties are likely."""
laws = st.sampled_from(({"mean": "9 min", "law": "exponential"}, {"uniform": ["0 min", "30 min"]}, "7 min", "0 min"))


def history(model: Model, seed: int) -> EventLog:
    return kernel.simulate(scenario(model), seed)


def listed(minutes: list[int], **more: list[Any]) -> dict[str, Any]:
    """A source with cases at these minutes; ``more``: attributes by case."""
    cases = [
        {"accepted": str(BEGIN + minute).replace("T", " "), "attributes": {name: of[i] for name, of in more.items()}}
        for i, minute in enumerate(minutes)
    ]
    return {"s": {"name": "s", "process": "p", "listed": cases}}


def area(come: Numbers, gone: Numbers) -> int:
    """Under the number present over time, swept from one change to the next."""
    times = np.concatenate([come, gone])
    change = np.repeat([1, -1], [come.size, gone.size])
    order = np.argsort(times, kind="stable")
    present = np.cumsum(change[order])
    return int((present[:-1] * np.diff(times[order])).sum())


def works(log: EventLog) -> Numbers:
    return np.flatnonzero(log.kind == KINDS.index("work"))


# --- Little 1961, on a complete history: the area under the number present is the sum of the times spent


@QUICK
@given(scenarios())
def test_littles_law_holds_for_every_pool_and_for_all_cases_of_a_complete_history(some: Scenario) -> None:
    log = kernel.simulate(some, 1)
    over = np.flatnonzero(log.is_kind("closed", "withdrawn"))
    assume(not some.model.initial and over.size == len(log.cases) and not (log.end == NAT).any())
    sojourn = log.end[over] - log.cases.accepted[log.case[over]]
    assert area(log.cases.accepted, log.end[over]) == int(sojourn.sum())
    rows = works(log)
    waited_until = np.where(log.start[rows] == NAT, log.end[rows], log.start[rows])  # withdrawn while it waited
    for pool in some.model.pools:
        its = np.array([any(need.pool == pool for need in log.needs_names[log.needs[row]]) for row in rows], dtype=bool)
        ready, begun = log.ready[rows][its], waited_until[its]
        assert area(ready, begun) == sum((begun - ready).tolist())


# --- one server that never closes, splittable work of one pool, no rework: disciplines only reorder


stations = st.tuples(st.lists(st.tuples(st.integers(0, 600), st.sampled_from("xyz")), min_size=2, max_size=40), laws)


def by_discipline(station: tuple[list[tuple[int, str]], Any], discipline: str, seed: int) -> EventLog:
    """Three kinds of cases at one server, with priorities and due dates of their own."""
    coming, law = station
    branches: list[dict[str, Any]] = [
        {"when": [kind], "flow": [{"step": kind, "by": "clerks", "effort": law, "priority": i, "due": {"after": due}}]}
        for i, (kind, due) in enumerate((("x", "5 h"), ("y", "1 h"), ("z", "3 h")))
    ]
    branches[-1] = {"otherwise": True, "flow": branches[-1]["flow"]}
    flow = [{"choice": "c", "by": "kind", "branches": branches}]
    pools = {"clerks": ALWAYS | {"discipline": discipline}}
    minutes, kinds = zip(*sorted(coming), strict=True)
    return history(tiny(flow, sources=listed(list(minutes), kind=list(kinds)), pools=pools), seed)


@QUICK
@given(stations, st.sampled_from(DISCIPLINES), st.integers(0, 2**32))
def test_a_server_is_never_idle_while_work_waits(station: Any, discipline: str, seed: int) -> None:
    """Work conservation: the server works until the time at which Lindley's sum of open work is used up."""
    log = by_discipline(station, discipline, seed)
    rows = works(log)
    free = 0
    finishes = set()
    for row in rows[np.argsort(log.ready[rows], kind="stable")].tolist():
        if log.ready[row] > free:
            finishes.add(free)
        free = max(free, int(log.ready[row])) + int(log.end[row] - log.start[row])
    ends = log.end[rows]
    assert int(ends.max()) == free
    assert finishes - {0} <= set(ends.tolist())
    in_order = rows[np.lexsort((log.end[rows], log.start[rows]))]
    gaps = np.flatnonzero(log.start[in_order][1:] > log.end[in_order][:-1])
    for gap in gaps.tolist():
        idle_from, idle_to = log.end[in_order[gap]], log.start[in_order[gap + 1]]
        assert not ((log.ready[rows] < idle_to) & (log.start[rows] > idle_from)).any()


@QUICK
@given(stations, st.integers(0, 2**32))
def test_kleinrocks_sum_of_service_times_wait_is_the_same_under_every_discipline(station: Any, seed: int) -> None:
    """Kleinrock 1965: the area under the unfinished work, sum of s (w + s / 2), is no matter of the order.

    Presupposes one server, no preemption, no idling, and draws that do not depend on the order.
    """
    conserved = set()
    for discipline in DISCIPLINES:
        log = by_discipline(station, discipline, seed)
        rows = works(log)
        wait, service = (log.start - log.ready)[rows].tolist(), (log.end - log.start)[rows].tolist()
        conserved.add(sum(s * w for s, w in zip(service, wait, strict=True)))
    assert len(conserved) == 1


# --- calendars left out, all times k times as long are k times as long


@QUICK
@given(arrivals, st.lists(laws, min_size=1, max_size=3), st.integers(1, 3), st.sampled_from((2, 3, 10)), st.integers(0))
def test_without_calendars_time_has_no_unit_up_to_rounding(
    minutes: list[int], efforts: list[Any], servers: int, k: int, seed: int
) -> None:
    """First come, first served in series; each draw is rounded once, at most half a microsecond each time."""
    pools = {f"pool-{i}": ALWAYS | {"servers": servers} for i in range(len(efforts))}
    ends = []
    for factor in (1, k):
        flow = [{"step": f"s{i}", "by": f"pool-{i}", "effort": longer(law, factor)} for i, law in enumerate(efforts)]
        log = history(tiny(flow, sources=listed([m * factor for m in minutes]), pools=pools), seed % 2**64)
        begin = int(BEGIN.astype("datetime64[us]").astype(np.int64))
        closed = np.flatnonzero(log.is_kind("closed"))
        ends.append(np.sort(log.end[closed] - begin))
    rounded = len(minutes) * len(efforts)
    assert (np.abs(ends[1] - k * ends[0]) <= (k + 1) * rounded).all()


def longer(law: Any, k: int) -> Any:
    if isinstance(law, str):
        number, unit = law.split()
        return f"{int(number) * k} {unit}"
    if "uniform" in law:
        return {"uniform": [longer(amount, k) for amount in law["uniform"]]}
    return law | {"mean": longer(law["mean"], k)}


# --- more servers


@QUICK
@given(arrivals, laws, st.integers(1, 3), st.integers(1, 3), st.sampled_from(("always", "office")), st.integers(0))
def test_more_servers_of_the_same_calendar_delay_no_case_of_a_first_come_first_served_station(
    minutes: list[int], law: Any, servers: int, more: int, calendar: str, seed: int
) -> None:
    """Kiefer and Wolfowitz 1955, in open time; presupposes one station, splittable work and speeds that are equal."""
    starts, ends = [], []
    for n in (servers, servers + more):
        flow = [{"step": "a", "by": "clerks", "effort": law}]
        pools = {"clerks": {"servers": n, "calendar": calendar}}
        log = history(tiny(flow, sources=listed(minutes), pools=pools), seed % 2**64)
        rows = works(log)
        rows = rows[np.argsort(log.cases.id[log.case[rows]])]
        starts.append(log.start[rows])
        ends.append(log.end[rows])
    assert (starts[1] <= starts[0]).all()
    assert (ends[1] <= ends[0]).all()


# --- common random numbers (rule 11)

Draws = dict[tuple[int, str, int, str], int]


def draws(log: EventLog) -> Draws:
    """What each execution of work and each wait drew, by case, step and visit."""
    rows = np.flatnonzero(log.is_kind("work", "wait") & (log.duration_us != NAT)).tolist()
    return {
        (int(log.cases.id[log.case[r]]), log.step[r] or "", int(log.visit[r]), str(log.kind[r])): int(
            log.duration_us[r]
        )
        for r in rows
    }


STEPS = ("a", "b", "c")
CHANGES = ("longer", "elsewhere", "left out", "before", "again")


@QUICK
@given(arrivals, st.sampled_from(STEPS), st.sampled_from(CHANGES), st.integers(0, 2**64 - 1))
def test_a_reform_of_one_step_changes_no_other_steps_draws(
    minutes: list[int], step: str, change: str, seed: int
) -> None:
    """Longer, by another pool, left out, with a new step before it, or done again: what the others draw stays."""
    law = {"mean": "9 min", "law": "exponential"}
    flow: list[dict[str, Any]] = [{"step": name, "by": "clerks", "effort": law} for name in STEPS]
    flow[1]["rework"] = {"share": 0.4, "at_most": 3}
    flow.append({"optional": "o", "share": 0.5, "flow": [{"wait": "w", "takes": law}]})
    place = STEPS.index(step)
    changed = [dict(each) for each in flow]
    if change == "longer":
        changed[place]["effort"] = {"mean": "31 min", "law": "exponential"}
    elif change == "elsewhere":
        changed[place]["by"] = "others"
    elif change == "left out":
        changed.pop(place)
    elif change == "before":
        changed.insert(place, {"step": "new", "by": "others", "effort": law})
    else:
        changed[place]["rework"] = {"share": 0.9, "at_most": 5}
    pools = {"clerks": ALWAYS | {"servers": 2}, "others": ALWAYS}
    found = [draws(history(tiny(each, sources=listed(minutes), pools=pools), seed)) for each in (flow, changed)]
    both = {key for key in found[0].keys() & found[1].keys() if key[1] != f"p/{step}"}
    assert {key: found[0][key] for key in both} == {key: found[1][key] for key in both}
    reached = [{key for key in each if key[1] not in (f"p/{step}", "p/new")} for each in found]
    if not (step == "b" and change in ("left out", "again")):  # there the rework of the others goes with it
        assert reached[0] == reached[1]


@QUICK
@given(models(), st.integers(1, 6), st.integers(0, 23), st.integers(0, 2**64 - 1))
def test_a_case_added_later_changes_no_draw_and_nothing_that_ended_before_it_came(
    model: Model, day: int, hour: int, seed: int
) -> None:
    """Any model; the case comes from a source of its own. Visits that both histories have draw the same."""
    first = model.study.window[0]
    when = np.datetime64(first, "us") + np.timedelta64(24 * day + hour, "h")
    added = {"name": "later", "process": next(iter(model.sources.values())).process}
    cases = [{"accepted": str(when).replace("T", " ")[:16], "attributes": {"kind": "x"}}]
    later = Source.model_validate(added | {"listed": cases})
    more = model.model_copy(update={"sources": {**model.sources, "zz-later": later}})
    one, two = history(model, seed), history(more, seed)
    before, after = draws(one), draws(two)
    common = before.keys() & after.keys()
    assert {key: before[key] for key in common} == {key: after[key] for key in common}
    arrival = int(when.astype(np.int64))
    assert ended_before(one, arrival) == ended_before(two, arrival)


def ended_before(log: EventLog, instant: int) -> set[tuple[Any, ...]]:
    def instants(row: int) -> tuple[int, ...]:
        return tuple(int(column[row]) for column in (log.ready, log.start, log.end, log.outcome))

    rows = np.flatnonzero((log.end != NAT) & (log.end < instant)).tolist()
    return {
        (int(log.cases.id[log.case[r]]), log.step[r], int(log.visit[r]), int(log.kind[r]), *instants(r)) for r in rows
    }
