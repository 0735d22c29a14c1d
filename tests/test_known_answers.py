"""Known answers of queueing and reliability theory through the reference engine.

Each case is one of ``verify/known_answers.json`` (its id in the name) with its source. A simulated mean must lie within
4.5 standard errors over independent replications of the exact value, and the standard error must be small enough to
tell. Cases that have not left by the end of a run would bias the means short, so the run-out lets them all leave.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.engine.reference import simulate
from sim.eventlog import EventLog
from tests.tiny import scenario, tiny

HOUR_US = 3_600_000_000
ROUND_THE_CLOCK = {"clerks": {"servers": 1, "calendar": "always"}}


def exponential(mean: str) -> dict[str, str]:
    return {"mean": mean, "law": "exponential"}


WINDOW = np.datetime64("2018-01-01")


def histories(flow: list[object], every: str, days: int, replications: int, **sections: object) -> list[EventLog]:
    study = {"from": str(WINDOW), "to": str(WINDOW + days - 1), "run_out": "700 d"}
    source = {"s": {"name": "s", "process": "p", "every": every}}
    described = scenario(tiny(flow, sources=source, study=study, **sections))
    assert described.model.study.window[0] == int(WINDOW.astype("datetime64[us]").astype(np.int64))
    return [simulate(described, 7, replication) for replication in range(replications)]


def sojourns(log: EventLog, days: int, skip: int = 0) -> NDArray[np.float64]:
    """Hours from acceptance to closing of the cases accepted in the window of so many days, less the first ``skip``.

    Cases accepted in the run-out are left out: those of them that have closed when the run ends are the short ones.
    """
    end = int((WINDOW + days).astype("datetime64[us]").astype(np.int64))
    in_window = log.cases.accepted < end
    closed = np.flatnonzero(log.is_kind("closed") & in_window[log.case])
    assert closed.size == in_window.sum()
    case = log.case[closed]
    hours = (log.end[closed] - log.cases.accepted[case]) / HOUR_US
    return np.asarray(hours[np.argsort(log.cases.accepted[case])][skip:])


def agrees(estimates: list[float], exact: float, precision: float) -> None:
    """The mean of independent estimates is the exact value, as far as its standard error can tell."""
    error = np.std(estimates, ddof=1) / np.sqrt(len(estimates))
    assert error <= precision * exact, f"too few runs to tell: {error / exact:.3f}"
    assert abs(np.mean(estimates) - exact) <= 4.5 * error, f"{np.mean(estimates)} +- {error}, exact {exact}"


def test_q33_a_join_of_three_exponential_branches_lasts_their_maximum() -> None:
    """E max = sum 1/r - sum 1/(ri + rj) + 1/(r1 + r2 + r3), rates 1, 0.5, 0.25 (Ross, Probability Models)."""
    flow = [
        {"parallel": [[{"wait": n, "takes": exponential(t)}] for n, t in (("a", "1 h"), ("b", "2 h"), ("c", "4 h"))]}
    ]
    logs = histories(flow, "1 h", 80, 8)
    agrees([float(sojourns(log, 80).mean()) for log in logs], 4.77142857143, 0.01)


def test_p01_rework_until_accepted_is_a_geometric_sum() -> None:
    """A step Exp(5 d) rejected with 0.2: exponential with mean 6.25 d, P(total <= 15) = 0.909282 (Feller, vol. 2)."""
    flow = [{"wait": "a", "takes": exponential("5 d"), "rework": {"share": "20%"}}]
    hours = [sojourns(log, 60) for log in histories(flow, "1 h", 60, 8)]
    agrees([float(each.mean()) / 24 for each in hours], 6.25, 0.01)
    agrees([float((each <= 360).mean()) for each in hours], 0.909282046711, 0.01)


def test_q48_the_wait_for_a_weekly_committee_is_uniform_over_the_week() -> None:
    """Mean 3.5 days, P(wait > 5 days) = 2/7 (renewal theory: residual life, PASTA)."""
    weekly = {"committee": {"name": "c", "calendar": "always", "on": ["tue"], "at": "14:00", "length": "1 min"}}
    logs = histories([{"session": "r", "at": "committee"}], "1 h", 63, 6, sessions=weekly)
    days = [sojourns(log, 63) / 24 for log in logs]
    agrees([float(each.mean()) for each in days], 3.5 + 1 / 1440, 0.01)
    agrees([float((each > 5 + 1 / 1440).mean()) for each in days], 2 / 7, 0.02)


def test_twelve_working_hours_from_a_random_hour_of_the_week_take_53_142857_hours() -> None:
    """Monday to Friday 09-17; averaged over the week by hand (the issue on verification gives the figure, too)."""
    nine = {
        "nine": {
            "name": "n",
            "statutory": False,
            "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00"),
        }
    }
    flow = [{"wait": "w", "takes": "12 h", "calendar": "nine"}]
    logs = histories(flow, "20 min", 70, 6, calendars=nine)
    agrees([float(sojourns(log, 70).mean()) for log in logs], 53.142857142857, 0.01)


@pytest.mark.slow
def test_q01_the_sojourn_in_an_mm1_queue() -> None:
    """lambda 0.8, mu 1: W = 5 (Gross and Harris, Fundamentals of Queueing Theory, sec. 2.2)."""
    flow = [{"step": "a", "by": "clerks", "effort": exponential("1 h")}]
    logs = histories(flow, "1.25 h", 365, 30, pools=ROUND_THE_CLOCK)
    agrees([float(sojourns(log, 365, 500).mean()) for log in logs], 5.0, 0.02)


@pytest.mark.slow
def test_q03_and_q20_many_servers_and_priorities() -> None:
    """M/M/3, lambda 2.5: Wq = 1.40449 (Erlang 1917); two priorities at one server: Wq 1 and 3.3333 (Cobham 1954)."""
    flow: list[object] = [{"step": "a", "by": "clerks", "effort": exponential("1 h")}]
    logs = histories(flow, "0.4 h", 200, 20, pools={"clerks": {"servers": 3, "calendar": "always"}})
    agrees([float(sojourns(log, 200, 500).mean()) for log in logs], 1 + 1.40449438202, 0.02)
    first = {"step": "u", "by": "clerks", "effort": exponential("1 h"), "priority": -1}
    kinds = [{"choice": "c", "branches": [{"share": 3 / 7, "flow": [first]}, {"share": 4 / 7, "flow": flow}]}]
    pools = {"clerks": {"servers": 1, "calendar": "always", "discipline": "priority"}}
    logs = histories(kinds, f"{1 / 0.7:.10f} h", 365, 20, pools=pools)
    for step, exact in (("p/u", 1.0), ("p/a", 10 / 3)):
        waits = []
        for log in logs:
            rows = np.flatnonzero((log.step.codes == log.step.code(step)) & (log.start > 0))[200:]
            waits.append(float((log.start[rows] - log.ready[rows]).mean()) / HOUR_US)
        agrees(waits, exact, 0.04)


@pytest.mark.slow
def test_q34_abandonment_from_a_critically_loaded_queue() -> None:
    """M/M/10+M, lambda 10, mu 1, theta 0.5: P(abandon) = 0.103914 (Palm 1957; Garnett, Mandelbaum and Reiman 2002)."""
    step = {"step": "a", "by": "clerks", "effort": exponential("1 h"), "patience": {"after": exponential("2 h")}}
    logs = histories([step], "6 min", 60, 10, pools={"clerks": {"servers": 10, "calendar": "always"}})
    gone = [float(log.is_kind("withdrawn").sum()) / len(log.cases) for log in logs]
    agrees(gone, 0.103913212326, 0.02)
