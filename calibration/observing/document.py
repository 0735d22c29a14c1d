"""``verdicts.json`` of an observation: the same limits and readings as a study's, of what happened."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from calibration.importing.findings import Findings
from calibration.observing.change import Change, Check, LimitChange
from calibration.observing.observed import Facts, Observation, Observed, first_and_last
from sim.analysis.census import CensusResult
from sim.analysis.statistics import Estimate
from sim.text import Text

_DAYS, _SHARE = 4, 6
MOST_LATE = 1_000
"""Late cases of a limit in the document; the workbook has them all."""


def written(
    observation: Observation,
    source: dict[str, Any],
    findings: Findings | None,
    change: Change | None = None,
    findings_before: Findings | None = None,
) -> str:
    """The document as it is written; the same bytes for the same log."""
    content = {
        "schema": 1,
        "kind": "observed",
        "source": source,
        "period": _period(observation.period),
        "missing": list(observation.log.missing),
        "limits": [_limit(each) for each in observation.limits],
        "cases_without_limit": observation.without_limit,
        "change": change and _change(change),
        "findings": _found(findings),
        "findings_before": _found(findings_before),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _found(findings: Findings | None) -> list[dict[str, Any]]:
    return [] if findings is None else [vars(found) | {"examples": found.examples} for found in findings]


def _change(change: Change) -> dict[str, Any]:
    """The raw change of a limit is withheld where the periods must not be compared."""
    limits = [
        {
            "id": each.id,
            "comparable": change.comparable and each.comparable,
            "checks": [_check(check) for check in each.checks],
            "due_before": each.due[0],
            "due_after": each.due[1],
            "late_before": round(each.before, _SHARE),
            "late_after": round(each.after, _SHARE),
            "classes_of_one_period": [{"class": c, "before": n, "after": m} for c, n, m in each.one_sided],
        }
        | (_changed(each) if change.comparable and each.comparable else {})
        for each in change.limits
    ]
    return {
        "periods": {key: _period(its) for key, its in zip(("before", "after"), change.periods, strict=True)},
        "comparable": change.comparable,
        "checks": [_check(check) for check in change.checks],
        "limits": limits,
        "not_compared": [{"id": id_, "why": _words(why)} for id_, why in change.untold],
    }


def _changed(each: LimitChange) -> dict[str, Any]:
    return {
        key: None if its is None else {k: None if v is None else round(v, _SHARE) for k, v in its._asdict().items()}
        for key, its in (("change", each.change), ("adjusted", each.adjusted))
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "what": _words(check.what),
        "holds": check.holds,
        "before": _words(check.before),
        "after": _words(check.after),
    }


def _limit(each: Observed) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": _words(each.limit.name),
        "value": None if each.limit.value is None else str(each.limit.value),
        "quote": each.limit.quote,
        "cases": each.cases,
        "verdict": each.verdict.value,
        "missing": each.verdict.missing,
        "disagreeing": list(each.verdict.disagreeing),
        "readings": [_reading(result) for result in each.verdict.readings],
        "withheld": [
            {"reading": id_, "why": _words(error.rule), "lacks": str(error.value)}
            for id_, error in each.verdict.withheld
        ],
        "facts": None if each.facts is None else _facts(each.facts),
    }


def _reading(result: CensusResult) -> dict[str, Any]:
    return {
        "id": result.reading.id,
        "role": result.reading.role,
        "decision": result.decision,
        "missing": result.missing,
        "closed": result.closed,
        "late": result.late,
        "open_late": result.open_beyond_limit,
        "open_undecided": result.open_undecided,
        "late_share": _estimate(result.late_share, _SHARE),
        "mean": _estimate(result.mean, _DAYS),
        "median": _estimate(result.median, _DAYS),
        "future_late_share": _estimate(result.future, _SHARE),
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "reading": facts.reading.id,
        "unit": facts.unit,
        "accepted": facts.accepted,
        "late_share_of_due": _estimate(facts.late_share, _SHARE),
        "by_acceptance": facts.curve
        and {f"p{round(100 * q)}": _estimate(facts.curve.quantile(q), _DAYS) for q in (0.5, 0.9)}
        | {"mean": _estimate(facts.curve.restricted_mean(facts.seen), _DAYS), "mean_up_to": round(facts.seen, _DAYS)},
        "by": {key: [vars(group) for group in groups] for key, groups in facts.groups.items()},
        "where_late_cases_stuck": dict(facts.stuck),
        "late_cases": [
            vars(case) | {"accepted": _time(case.accepted), "stopped": _time(case.stopped)}
            for case in facts.late[:MOST_LATE]
        ],
        "late_cases_not_listed": max(len(facts.late) - MOST_LATE, 0),
    }


def _estimate(estimate: Estimate, decimals: int) -> dict[str, Any]:
    def shown(value: float | None) -> float | None:
        return None if value is None else round(value, decimals)

    told = {"value": shown(estimate.value), "low": shown(estimate.low), "high": shown(estimate.high)}
    return told if estimate.reason is None else told | {"reason": _words(estimate.reason)}


def _period(period: tuple[int, int]) -> dict[str, str]:
    return dict(zip(("from", "to"), first_and_last(period), strict=True))


def _time(instant: int | None) -> str | None:
    return None if instant is None else str(np.datetime64(instant, "us"))[:19]


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
