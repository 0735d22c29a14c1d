"""Rules 1, 10, 11, 12, 14 and 15 on tiny models: instants, random numbers, arrivals, begin and end, the log."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.prepared import prepare
from sim.engine.reference import simulate
from sim.engine.streams import case_identity, stream_id, uniform
from sim.eventlog import KINDS, NAT, NO_ROW, EventLog
from sim.model.open_time import instant_of
from sim.model.quantities import DAY_US
from tests.tiny import run, scenario, tiny, trace

WORK = {"step": "a", "by": "clerks", "effort": {"mean": "1 h", "cv": 0.8}}
POISSON = {"s": {"name": "s", "process": "p", "per_year": 500, "calendar": "office"}}


def times(log: EventLog, step: str) -> dict[str, list[int]]:
    """Durations of one step by case."""
    rows = np.flatnonzero(log.step.codes == log.step.code(step))
    labels = [log.cases.label[log.case[row]] for row in rows]
    found: dict[str, list[int]] = {}
    for label, row in zip(labels, rows, strict=True):
        found.setdefault(label, []).append(int(log.duration_us[row]))
    return found


# --- rule 11


def test_a_duration_is_the_quantile_of_the_keyed_uniform_number():
    log = run([WORK])
    u = uniform(1, 0, stream_id("p/a/duration"), case_identity(stream_id("s"), 1), 0)
    model = tiny([WORK])
    law = model.processes["p"].flow[0].effort.compile(None)
    assert times(log, "p/a") == {"s-000001": [law.draw_us(u)]}


def test_a_step_that_is_added_changes_no_other_steps_draws():
    alone = times(run([WORK], sources=POISSON), "p/a")
    beside = run([{"wait": "w", "takes": {"mean": "1 d", "law": "exponential"}}, WORK], sources=POISSON)
    both = times(beside, "p/a")
    common = alone.keys() & both.keys()
    assert len(common) > 30 and all(alone[label] == both[label] for label in common)


def test_replications_and_seeds_differ():
    draws = {
        (seed, r): tuple(times(run([WORK], seed=seed, replication=r), "p/a")["s-000001"])
        for seed in (1, 2)
        for r in (0, 1)
    }
    assert len(set(draws.values())) == 4


# --- rule 12


def test_case_k_arrives_where_the_cumulated_rate_reaches_the_sum_of_k_unit_exponentials():
    every = {"s": {"name": "s", "process": "p", "every": "2 h"}}
    model = tiny([WORK], sources=every)
    found = prepare(scenario(model)).arrivals(1, 0)
    reached = 0.0
    for k, arrival in enumerate(found, start=1):
        reached += -math.log(uniform(1, 0, stream_id("s/arrival"), case_identity(stream_id("s"), k), 0))
        exact = reached * 2 * 3_600_000_000
        assert abs(arrival.instant - model.study.begin - exact) <= 0.51  # rounded, and what the sum of hours loses


def test_arrivals_come_only_while_their_calendar_is_open():
    found = prepare(scenario(tiny([WORK], sources=POISSON))).arrivals(1, 0)
    office = prepare(scenario(tiny([WORK], sources=POISSON))).calendars["office"]
    assert len(found) > 50 and all(office.is_open(arrival.instant) for arrival in found)


def test_a_year_brings_per_year_cases_whatever_its_pattern():
    year = {"from": "2021-01-01", "to": "2021-12-31", "run_out": "1 d"}
    months = [0.5, 0.5, 1.4, 1.4, 1.4, 1, 1, 1.4, 1.4, 1.4, 1, 1]
    source = {"s": POISSON["s"] | {"per_year": 20_000, "months": months, "weekdays": {"mon": 2}, "hours": {9: 3}}}
    found = prepare(scenario(tiny([WORK], study=year, sources=source))).arrivals(5, 0)
    first, last = tiny([WORK], study=year).study.window
    inside = [a.instant for a in found if first <= a.instant < last]
    assert abs(len(inside) - 20_000) < 4 * math.sqrt(20_000)
    weekdays = np.bincount((np.array(inside) // DAY_US + 3) % 7, minlength=7) / [50, 50, 50, 50, 50, 1, 1]
    assert 1.8 < weekdays[0] / weekdays[1] < 2.2


def test_the_last_days_of_a_month_and_those_before_a_holiday_bring_more_and_the_year_as_many():
    year = {"from": "2021-01-01", "to": "2021-12-31", "run_out": "1 d"}
    days = [{"last": 2, "of": "month", "times": 3}, {"last": 3, "before": "spring-festival", "times": 2}]
    source = {"s": POISSON["s"] | {"per_year": 50_000, "days": days}}
    described = prepare(scenario(tiny([WORK], study=year, sources=source)))
    inside = [a.instant // DAY_US for a in described.arrivals(5, 0) if a.instant < described.window[1]]
    assert abs(len(inside) - 50_000) < 4 * math.sqrt(50_000)
    on = dict(zip(*np.unique(np.array(inside, "datetime64[D]").astype(str), return_counts=True), strict=True))
    usual = np.median(list(on.values()))
    # 2021: Spring Festival is 12 February, the days before it that are open are 8, 9 and 10 February (11 is a holiday)
    twice, thrice = ["2021-02-08", "2021-02-09", "2021-02-10"], ["2021-02-25", "2021-02-26", "2021-09-29", "2021-09-30"]
    ordinary = ["2021-02-05", "2021-02-18", "2021-02-24", "2021-09-28", "2021-12-29"]
    for dates, times in ((twice, 2), (thrice, 3), (ordinary, 1)):
        assert np.mean([on[date] for date in dates]) / usual == pytest.approx(times, rel=0.15), dates


def test_several_patterns_on_one_day_multiply_and_a_day_before_keeps_to_its_own_year():
    year = {"from": "2021-01-01", "to": "2021-12-31", "run_out": "1 d"}
    days = [
        {"last": 1, "of": "month", "times": 2},
        {"last": 30, "before": "10-01", "times": 2},
        {"last": 9, "before": "01-04", "times": 5},  # 1 to 3 January are no working days: none in its year
    ]
    source = {"s": POISSON["s"] | {"days": days}}
    rate = prepare(scenario(tiny([WORK], study=year, sources=source)))._rates["s"]
    by_day = dict(zip((rate.start // DAY_US).astype("datetime64[D]").astype(str), rate.per_us, strict=True))
    base = by_day["2021-07-01"]
    assert by_day["2021-09-30"] == pytest.approx(4 * base)
    assert by_day["2021-09-29"] == by_day["2021-08-20"] == pytest.approx(2 * base)  # the 30th open day before 1 October
    assert by_day["2021-08-19"] == by_day["2021-01-04"] == by_day["2021-12-30"] == base
    assert by_day["2021-12-31"] == pytest.approx(2 * base)


def test_a_changed_rate_moves_the_instants_and_keeps_ordinals_attributes_and_draws():
    kinds = {"attributes": {"kind": {"x": "50%", "y": "50%"}}}
    more = {"s": POISSON["s"] | kinds | {"per_year": 600}}
    a, b = run([WORK], sources={"s": POISSON["s"] | kinds}), run([WORK], sources=more)
    common = sorted(set(a.cases.label) & set(b.cases.label))
    assert len(common) > 30
    assert [times(a, "p/a")[x] for x in common] == [times(b, "p/a")[x] for x in common]
    kind = [{x: log.cases.attributes["kind"][i] for i, x in enumerate(log.cases.label)} for log in (a, b)]
    assert [kind[0][x] for x in common] == [kind[1][x] for x in common]


def test_a_batch_brings_consecutive_cases_at_one_instant_and_keeps_the_yearly_number():
    year = {"from": "2021-01-01", "to": "2021-12-31", "run_out": "1 d"}
    source = {"s": POISSON["s"] | {"per_year": 9000, "batch": {1: "50%", 5: "50%"}}}
    found = prepare(scenario(tiny([WORK], study=year, sources=source))).arrivals(1, 0)
    sizes = np.unique([a.instant for a in found], return_counts=True)[1]
    assert set(sizes.tolist()) == {1, 5}
    assert abs(len(found) - 9000) < 5 * math.sqrt(9000 * 13 / 3)  # variance of a compound Poisson: n E X^2 / E X
    assert [a.identity & 0xFFFFFFFF for a in found] == list(range(1, len(found) + 1))


# --- rule 10


@settings(max_examples=25)
@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_in_which_pools_and_processes_are_written_changes_nothing(order: list[str]):
    def described(names: list[str]) -> EventLog:
        pools = {f"pool-{n}": {"servers": 1, "calendar": "office"} for n in names}
        processes = {
            n: {"name": n, "flow": [{"step": "s", "by": [f"pool-{n}", "clerks"], "effort": "1 h"}]} for n in names
        }
        sources = {
            n: {"name": n, "process": n, "listed": [{"accepted": "2021-06-01 09:00"}, {"accepted": "2021-06-01 10:00"}]}
            for n in names
        }
        model = tiny(None, pools=pools, processes=processes, sources=sources)
        kept = {n: model.sources[n] for n in names}
        return simulate(scenario(model.model_copy(update={"sources": kept})), 1)

    assert trace(described(order)) == trace(described(sorted(order)))


# --- rule 14


def test_the_run_ends_when_the_cases_of_the_window_are_over():
    log = run([{"wait": "w", "takes": "40 d"}], ("2021-06-29 09:00", "2021-07-05 09:00"))
    assert trace(log) == ["1 w 06-29 09:00 | 06-29 09:00 | 08-08 09:00", "2 w 07-05 09:00 | 07-05 09:00 | - open"]
    assert log.end_of_run == instant_of(dt.datetime(2021, 8, 8, 9))


def test_the_run_ends_at_the_cap_at_the_latest_and_events_at_the_end_happen():
    capped = {"run_out": "10 d"}
    log = run([{"wait": "w", "takes": "20 d"}], ("2021-06-21 00:00", "2021-06-21 00:01"), study=capped)
    assert trace(log) == ["1 w 06-21 00:00 | 06-21 00:00 | 07-11 00:00", "2 w 06-21 00:01 | 06-21 00:01 | - open"]
    assert log.end_of_run == instant_of(dt.datetime(2021, 7, 11))


def test_what_follows_at_the_end_of_the_run_happens_too():
    flow = [{"wait": "w", "takes": "20 d"}, {"wait": "x", "takes": "0 h"}, {"wait": "y", "takes": "1 h"}]
    log = run(flow, ("2021-06-21 00:00",), study={"run_out": "10 d"})
    assert trace(log)[1:] == [
        "1 x 07-11 00:00 | 07-11 00:00 | 07-11 00:00",
        "1 y 07-11 00:00 | 07-11 00:00 | - open",
    ]


def test_a_longer_warm_up_lets_one_source_begin_earlier_and_moves_no_other_case():
    two = {"slow": {"name": "slow", "process": "p", "per_year": 300, "calendar": "office"}} | POISSON
    began: dict[str, list[dict[str, list[int]]]] = {"slow": [], "s": []}
    for study in ({}, {"longer_warm_up": {"slow": 2}}, {"longer_warm_up": {"slow": 2}, "warm_up_years": 0}):
        model = tiny([WORK], study={"warm_up_years": 1} | study, sources=two)
        for name, found in began.items():
            cases = [a for a in prepare(scenario(model)).arrivals(1, 0) if a.source == name]
            found.append({"instants": [a.instant for a in cases], "ids": [a.identity for a in cases]})
    assert began["s"][0] == began["s"][1]
    year = 365 * DAY_US
    assert 200 < len(began["slow"][1]["ids"]) - len(began["slow"][0]["ids"]) < 400
    assert began["slow"][0]["instants"][0] - began["slow"][1]["instants"][0] == pytest.approx(year, rel=0.1)
    window = tiny([WORK]).study.window[0]
    assert min(began["slow"][2]["instants"] + began["s"][2]["instants"]) >= window  # no warm-up for any source


def test_a_brief_source_brings_the_same_cases_as_ever_within_its_shorter_span():
    two = {"slow": {"name": "slow", "process": "p", "per_year": 300, "calendar": "office"}} | POISSON
    brief = {"brief": {"sources": ["slow"], "warm_up": "30 d", "run_out": "20 d"}}
    whole, some = (
        prepare(scenario(tiny([WORK], study={"warm_up_years": 1, "run_out": "90 d"} | study, sources=two)))
        for study in ({}, brief)
    )
    first, last = whole.window
    kept = [
        a for a in whole.arrivals(1, 0) if a.source == "s" or first - 30 * DAY_US <= a.instant <= last + 20 * DAY_US
    ]
    assert some.arrivals(1, 0) == kept and len(kept) < len(whole.arrivals(1, 0))
    in_arrays = some.brought(1, 0).items()
    assert sorted((a.instant, a.source) for a in kept) == sorted(
        (int(instant), name) for name, its in in_arrays for instant in its.instants
    )


OPEN_CASES = [
    {
        "case": "old-1",
        "process": "p",
        "accepted": "2021-05-20 09:00",
        "positions": [
            {"step": "p/a", "ready": "2021-05-31 15:00", "start": "2021-05-31 16:00", "servers": ["clerks/0/0"]}
        ],
    },
    {
        "case": "old-2",
        "process": "p",
        "accepted": "2021-05-21 09:00",
        "positions": [{"step": "p/a", "visit": 1, "ready": "2021-05-31 16:30"}],
    },
]


def test_a_run_goes_on_from_its_open_cases():
    flow = [{"step": "a", "by": "clerks", "effort": "3 h"}, {"wait": "w", "takes": "1 h"}]
    log = run(flow, ("2021-06-01 09:00",), initial=OPEN_CASES)
    assert trace(log) == [
        "1 a 05-31 15:00 | 05-31 16:00 | 06-01 11:00",  # 1 h was done, 3 h in all
        "2 a#1 05-31 16:30 | 06-01 11:00 | 06-01 15:00",
        "3 a 06-01 09:00 | 06-01 15:00 | 06-02 10:00",
        "1 w 06-01 11:00 | 06-01 11:00 | 06-01 12:00",
        "2 w 06-01 15:00 | 06-01 15:00 | 06-01 16:00",
        "3 w 06-02 10:00 | 06-02 10:00 | 06-02 11:00",
    ]


def test_the_patience_of_an_open_case_counts_from_when_it_was_ready_before_the_run():
    work = {"step": "a", "by": "clerks", "effort": "3 h", "patience": {"after": "18 h"}}
    log = run([work], ("2021-06-20 09:00",), initial=OPEN_CASES)  # until 11:00 the clerk works for the first one
    assert "2 a#1 05-31 16:30 | - | 06-01 10:30 withdrawn" in trace(log)


def test_an_open_case_resumes_in_every_branch_of_a_parallel_in_a_call_and_while_it_waits_for_a_child():
    flow = [
        {
            "parallel": [
                [{"wait": "x", "takes": "2 d"}],
                [{"call": "q"}],
                [{"spawn": "sp", "cases": "r"}],
                [{"wait": "y", "takes": "1 d"}],
            ]
        },
        {"wait": "z", "takes": "1 h"},
    ]
    processes = {
        "q": {"name": "q", "flow": [{"wait": "k", "takes": "2 d"}, {"wait": "l", "takes": "1 h"}]},
        "r": {"name": "r", "flow": [{"wait": "m", "takes": "3 d"}]},
    }
    initial = [
        {
            "case": "old",
            "process": "p",
            "accepted": "2021-05-30 09:00",
            "positions": [{"step": "p/x", "ready": "2021-05-31 09:00"}, {"step": "p/q/k", "ready": "2021-05-31 10:00"}],
        },
        {
            "case": "old-child",
            "process": "r",
            "accepted": "2021-05-30 12:00",
            "parent": "old",
            "spawned_by": "p/sp",
            "positions": [{"step": "r/m", "ready": "2021-05-30 12:00"}],
        },
    ]
    log = run(flow, ("2021-06-20 09:00",), processes=processes, initial=initial)
    assert [line for line in trace(log) if line[0] in "12"] == [
        "2 r/m 05-30 12:00 | 05-30 12:00 | 06-02 12:00",
        "1 x 05-31 09:00 | 05-31 09:00 | 06-02 09:00",
        "1 q/k 05-31 10:00 | 05-31 10:00 | 06-02 10:00",
        "1 q/l 06-02 10:00 | 06-02 10:00 | 06-02 11:00",
        "1 z 06-02 12:00 | 06-02 12:00 | 06-02 13:00",
    ]


def test_the_rework_of_an_open_case_counts_the_visits_before_the_run():
    again = {"share": ["100%", "0%"]}  # the first time it fails, the second time it passes
    log = run([{"step": "a", "by": "clerks", "effort": "1 h", "rework": again}], initial=[OPEN_CASES[1]])
    assert [line for line in trace(log) if line.startswith("1")] == ["1 a#1 05-31 16:30 | 06-01 09:00 | 06-01 10:00"]


def test_an_open_case_goes_on_with_the_visit_after_the_one_that_it_is_in():
    again = {"share": ["0%", "100%", "0%"]}
    log = run([{"step": "a", "by": "clerks", "effort": "1 h", "rework": again}], initial=[OPEN_CASES[1]])
    assert [line.split()[1] for line in trace(log) if line.startswith("1")] == ["a#1", "a#2"]


def test_work_that_has_been_open_for_e_lasts_by_its_law_given_that_it_lasted_so_long():
    law = {"uniform": ["0 h", "4 h"]}
    initial = [OPEN_CASES[0]]
    log = run([{"step": "a", "by": "clerks", "effort": law}], ("2021-06-01 09:00",), initial=initial)
    u = uniform(1, 0, stream_id("p/a/duration"), case_identity(stream_id("initial"), 1), 0)
    row = int(np.flatnonzero((log.case == log.cases.label.index("old-1")) & (log.kind == KINDS.index("work")))[0])
    lasted = log.calendars["office"].open_time(int(log.start[row]), int(log.end[row])) / 3_600_000_000
    assert lasted == pytest.approx(1 + u * 3, abs=1e-6)  # uniform on 1 h to 4 h


# --- rule 15


def test_every_row_is_ready_when_the_row_that_released_it_ended():
    flow = [
        WORK | {"rework": {"share": "30%", "first": [{"wait": "s", "takes": "1 d"}]}},
        {"parallel": [[{"wait": "x", "takes": {"mean": "1 d", "cv": 1}}], [WORK | {"step": "b"}], []]},
        {"spawn": "sp", "cases": {"process": "q", "n": 2}},
        {"mark": "m"},
    ]
    processes = {"q": {"name": "q", "flow": [WORK | {"step": "k", "patience": {"after": "2 d"}}]}}
    log = run(flow, sources=POISSON, processes=processes)
    released = np.flatnonzero(log.released_by != NO_ROW)
    assert released.size > 300
    assert (log.ready[released] == log.end[log.released_by[released]]).all()
    roots = np.flatnonzero(log.released_by == NO_ROW)
    assert (log.kind[roots] == KINDS.index("accepted")).all() and (log.cases.parent[log.case[roots]] == -1).all()


def test_cases_in_are_closed_open_or_withdrawn():
    flow = [WORK | {"patience": {"after": "3 h"}, "withdraw": "5%"}, {"wait": "x", "takes": {"mean": "20 d", "cv": 1}}]
    log = run(flow, sources=POISSON, study={"run_out": "5 d"})
    closed, withdrawn = log.case[log.is_kind("closed")], log.case[log.is_kind("withdrawn")]
    still = set(log.case[log.end == NAT].tolist())
    assert closed.size and withdrawn.size and still
    over = set(closed.tolist()) | set(withdrawn.tolist())
    assert not set(closed.tolist()) & set(withdrawn.tolist())
    assert over | still == set(range(len(log.cases.label))) and not set(closed.tolist()) & still


def test_a_researcher_may_give_a_wait_a_python_behaviour():
    def two_nights(engine, case):  # type: ignore[no-untyped-def]
        yield engine.env.timeout(2 * DAY_US)

    model = tiny([{"wait": "w", "takes": "1 h"}, {"wait": "v", "takes": "1 h"}])
    log = simulate(scenario(model), 1, behaviours={"p/w": two_nights})
    assert trace(log) == ["1 w 06-01 09:00 | 06-01 09:00 | 06-03 09:00", "1 v 06-03 09:00 | 06-03 09:00 | 06-03 10:00"]
