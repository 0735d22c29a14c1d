"""What a study of Baotou's electricity could have found: made by hand, for the report's own tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.results import (
    Change,
    ClassCount,
    MonthShare,
    PoolLoad,
    ReadingResult,
    ScenarioResult,
    Sticking,
    StudyResult,
    TimePart,
    Value,
    Verdict,
)
from sim.analysis.statistics import Comparison, Decision, Estimate
from sim.analysis.statistics.estimate import NO_CASES
from sim.model import files
from sim.model.figure_paths import assumptions_of
from sim.model.limits import Limit, Reading
from sim.model.scenario import Folder
from sim.text import Text

BAOTOU = Path(__file__).parent.parent / "scenarios" / "baotou"
HAND = Text("手工编写", "made by hand")
MONTHS = [f"2021-{m:02}" for m in range(7, 13)] + [f"2022-{m:02}" for m in range(1, 7)]

# limit: per scenario the mean, the spread, cases, conclusion
FOUND: dict[str, dict[str, tuple[float, float, int, Value]]] = {
    "E1": {"before": (14.3, 0.9, 24310, "not-met"), "plan": (9.1, 0.8, 24310, "met")},
    "E2": {"before": (4.9, 0.4, 14620, "not-met"), "plan": (1.9, 0.35, 14620, "depends-on-reading")},
    "E3": {"before": (4.1, 0.35, 7790, "not-met"), "plan": (2.6, 0.25, 7790, "met")},
    "E4": {"before": (14.8, 0.3, 4655, "not-met"), "plan": (11.9, 0.2, 4655, "undecided")},
    "E5": {"before": (24.4, 0.25, 688, "not-met"), "plan": (21.0, 0.22, 688, "not-met")},
}
STICKING = {
    "E1": [("three-zero-works/grid-works/outage", 2.9), ("three-zero-works/grid-works/materials", 2.1)],
    "E2": [("three-zero-direct/survey-booking", 0.8), ("three-zero-direct/metering", 0.5)],
    "E3": [("low-voltage-other/metering", 0.9), ("low-voltage-other/survey", 0.6)],
    "E4": [("hv-single/scheme-meeting", 3.1), ("hv-single/completion-inspection", 2.2), ("hv-single/scheme", 1.7)],
    "E5": [("hv-dual/scheme-reply", 4.2), ("hv-dual/scheme-meeting", 3.4), ("hv-dual/drawing-review", 3.0)],
}
SPLIT = [
    ("work", "utility", 2.4), ("waiting-for-staff", "utility", 3.1), ("waiting-for-opening-hours", "utility", 2.2),
    ("off-hours", "utility", 1.1), ("waiting-for-session", "utility", 4.8), ("in-session", "utility", 0.1),
    ("wait", "utility", 9.7), ("wait", "customer", 31.2), ("wait", "permit-office", 12.9),
    ("waiting-for-staff", "permit-office", 0.6), ("wait", "season", 6.3),
]  # fmt: skip
LOADS = {
    "customer-managers": (24, 0.66, 0.6), "project-managers": (12, 0.63, 1.9), "drawing-reviewers": (3, 0.74, 9.8),
    "inspection-teams": (6, 0.81, 14.2), "meter-teams": (8, 0.58, 2.4), "live-line-crews": (3, 0.77, 11.3),
    "line-crews": (18, 0.84, 7.7), "road-permit-officers": (3, 0.55, 3.1),
}  # fmt: skip


def estimate(value: float | None, half: float = 0.0, *, n: int = 100, **more: Any) -> Estimate:
    """A value with an interval around it."""
    low, high = (None, None) if value is None else (max(0.0, value - half), value + half)
    reason = NO_CASES if value is None else None
    return Estimate(**{
        "value": value, "low": low, "high": high, "confidence": 0.95, "n": n if value is not None else 0,
        "replications": 10, "unit": "wd", "method": HAND, "reason": reason,
    } | more)  # fmt: skip


def part(value: float, half: float, n: int) -> Estimate:
    """A share with its interval."""
    return estimate(value, n=n, unit="share", low=max(0.0, value - half), high=min(1.0, value + half))


def times(mean: float, cv: float) -> np.ndarray:
    """Ten thousand times, the same each time."""
    sigma = float(np.sqrt(np.log(1 + cv**2)))
    return np.random.default_rng(7).lognormal(np.log(mean) - sigma**2 / 2, sigma, 10_000)


def reading_result(
    limit: Limit, reading: Reading, mean: float, cv: float, cases: int, decision: Decision | None, stuck: str
) -> ReadingResult:
    """One reading; the half-widths are those of ten replications."""
    drawn, value = times(mean, cv), limit.value.amount if limit.value else None
    within = float(np.mean(drawn <= (value or 60.0))) if limit.tells_late(reading) else 1.0
    p90, median = (float(np.quantile(drawn, q)) for q in (0.9, 0.5))
    statistic = reading.statistic or limit.statistic
    return ReadingResult(
        reading=reading,
        statistic=statistic,
        limit_value=value,
        tolerance=limit.tolerance if statistic and statistic.kind == "every-case" else None,
        decision=decision,
        cases=cases,
        finished=cases - 3,
        replications=10,
        open_beyond_limit=3 if within < 1 else 0,
        open_undecided=0,
        late=part(1 - within, 0.02, cases),
        late_per_year=estimate((1 - within) * cases / 10, (1 - within) * cases / 120, n=cases),
        mean=estimate(mean, mean * 0.03, n=cases),
        share_within=part(within, 0.02, cases) if limit.tells_late(reading) else estimate(None),
        p90=estimate(p90, p90 * 0.04, n=cases),
        median=estimate(median, median * 0.03, n=cases),
        longest=estimate(float(drawn.max()) * 0.9, 2.0, n=cases),
        longest_days=float(drawn.max()),
        longest_replication=4,
        longest_case="hv-single 312",
        longest_stuck_at=stuck,
        ratio=estimate(0.5, 0.02, unit="ratio") if limit.is_ratio else None,
        backlog_years=7.3 if reading.backlog else None,
        quantiles=tuple(float(q) for q in np.quantile(drawn, np.linspace(0, 1, 101))),
    )


def _others(limit: Limit, scenario: str) -> tuple[float, float, int, Value] | None:
    """What the city's other commitments took: half as long under the plan; none of what nothing is timed of."""
    if limit.default_reading() is None:
        return None
    mean = (limit.value.amount if limit.value else 40.0) * (1.6 if scenario == "before" else 0.8)
    value: Value = "met" if scenario == "plan" else "not-met"
    return mean, 0.4, 480, value if limit.value or limit.is_ratio else "no-number"


def verdict(folder: Folder, id_: str, scenario: str, *, assumed: bool = True) -> Verdict:
    """The verdict of a limit in a scenario, from the table above."""
    limit = folder.limits[id_]
    found = FOUND[id_][scenario] if id_ in FOUND else _others(limit, scenario)
    if found is None:
        none = estimate(None)
        return Verdict(id_, scenario, "no-number", assumed, None, None, (), (), none, none, none, (), (), none, (), ())
    mean, cv, cases, value = found
    sticking = STICKING.get(id_, [(f"{id_}/somewhere", 1.0)])
    decided: dict[Value, Decision | None] = {"met": "met", "not-met": "not-met", "no-number": None}
    decision = decided.get(value, "undecided")
    factors = {"whole-days": 1.0, "fraction": 1.04, "calendar-days": 1.4, "half-days": 1.0, "hours": 1.4}
    readings = []
    for reading in limit.readings:
        is_default = reading.role == "default"
        shown = mean * factors[reading.unit] * (1.0 if is_default else 0.95 if reading.per == "case" else 0.7)
        decides = decision if is_default or decision is None else "met"
        readings.append(reading_result(limit, reading, shown, cv, cases, decides, sticking[0][0]))
    shrink = 1.0 if scenario == "before" else 0.72
    split = tuple(TimePart(kind, owner, days * shrink * mean / 15) for kind, owner, days in SPLIT)
    months = tuple(
        MonthShare(
            m, cases // 12, max(0.0, min(1.0, 0.97 - 0.3 * (i in (4, 5)) - 0.05 * (i % 3))) * shrink**-0.1 / 1.04, mean
        )
        for i, m in enumerate(MONTHS)
    )
    readings = [replace(r, months=months) if r.reading.role == "default" else r for r in readings]
    return Verdict(
        limit=id_,
        scenario=scenario,
        value=value,
        assumed=assumed,
        missing="runs" if value == "undecided" else None,
        default=next(r for r in readings if r.reading.role == "default"),
        readings=tuple(readings),
        disagreeing=("mean",) if value == "depends-on-reading" else (),
        stages=estimate(6.0 if scenario == "before" else 4.0, 0.1),
        elapsed=estimate(sum(p.days for p in split), 1.4, unit="d"),
        elapsed_kept=estimate(sum(p.days for p in split) - 1, 1.4, unit="d"),
        time_split=split,
        sticking=tuple(Sticking(step, "wait", days * shrink) for step, days in sticking),
        completed_within=part(0.8, 0.03, cases),
        assumptions=tuple(figure.path for figure in assumptions_of(folder.scenario(scenario).model, id_)),
        growing=(),
        within_baseline=None if limit.baseline is None else part(0.97, 0.01, cases),
    )  # fmt: skip


def scenario_result(folder: Folder, id_: str) -> ScenarioResult:
    """All verdicts of a scenario."""
    gain = 0.0 if id_ == "before" else 0.06
    return ScenarioResult(
        id=id_,
        hash="5f" * 32,
        reforms=folder.scenarios[id_].reforms,
        verdicts=tuple(verdict(folder, limit, id_) for limit in folder.limits),
        pools=tuple(PoolLoad(p, n, part(load - gain, 0.02, 10), wait) for p, (n, load, wait) in LOADS.items()),
        classes=tuple(ClassCount(c, n, n - 4, 1, 3) for c, n in (("three-zero-direct", 14620), ("hv-single", 4655))),
    )


def comparison(difference: Estimate, ratio: float) -> Comparison:
    """Before less after."""
    return Comparison(
        difference=difference, welch=difference, welch_degrees_of_freedom=9.0, ratio=estimate(ratio, 0.03),
        variance_reduction=0.6,
    )  # fmt: skip


def change(id_: str) -> Change:
    """What the plan saves."""
    (before, *_), (after, *_) = FOUND[id_]["before"], FOUND[id_]["plan"]
    late, less_late = (verdict(baotou(), id_, scenario).default for scenario in ("before", "plan"))
    assert late is not None and late.share_within.value is not None
    assert less_late is not None and less_late.share_within.value is not None
    gained = late.share_within.value - less_late.share_within.value
    return Change(
        id_,
        "before",
        "plan",
        comparison(estimate(before - after, 0.4), after / before),
        comparison(estimate(gained, low=gained - 0.03, high=gained + 0.03, unit="share"), 1.1),
    )


@cache
def baotou() -> Folder:
    """The shipped folder with the commitments of electricity alone: those that the table above has figures for."""
    whole = files.load(BAOTOU)
    return whole.model_copy(update={"limits": {id_: its for id_, its in whole.limits.items() if id_[0] == "E"}})


@cache
def city() -> Folder:
    """The shipped folder with all its services."""
    return files.load(BAOTOU, only=["before", "plan"])


@cache
def city_study() -> StudyResult:
    """Before and the plan, of all commitments."""
    return replace(study(), scenarios=tuple(scenario_result(city(), id_) for id_ in ("before", "plan")))


@cache
def study() -> StudyResult:
    """Before and the plan."""
    return StudyResult(
        folder="scenarios/baotou",
        seed=2021,
        replications=10,
        engine="reference",
        window=("2021-07-01", "2022-06-30"),
        begin="2020-07-01",
        years=1.0,
        scenarios=tuple(scenario_result(baotou(), id_) for id_ in ("before", "plan")),
        changes=tuple(change(id_) for id_ in FOUND),
        command="shixian compare scenarios/baotou before plan --seed 2021 --replications 10",
    )
