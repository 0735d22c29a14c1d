"""``calibration.json``: every fit, what stays as it was, and draws of the figures for the doubt about inputs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from calibration.arrivals import FittedArrivals
from calibration.fit.fitted import ASSUMED, Fit
from calibration.fit.laws import StepLaw
from calibration.fit.staff import FoundHours
from calibration.levels import Profile
from calibration.pools import FittedPool
from calibration.routing import FittedShares
from sim.analysis.statistics import Estimate
from sim.text import Text

SCHEMA = 1
_DIGITS = 6


def written(fit: Fit, draws: int) -> str:
    """The document; the same bytes for the same log and scenario.

    ``bootstrap/figures`` has by path so many values, row i of all of them one set of figures that the data might have
    given as well; each is as ``--set PATH=VALUE`` takes it.
    """
    log = fit.matched.log
    content = {
        "schema": SCHEMA,
        "kind": "calibrated",
        "process": fit.process,
        "source": {
            "file": fit.file, "cases": len(log.cases), "closed": int((log.to_end == 0).sum()),
            "other_cases": fit.matched.others, "until": _day(log.end_of_run), "missing": list(log.missing),
        },
        "matched": dict(sorted(fit.matched.names.items())),
        "not_in_process": fit.matched.unused,
        "figures": [_figure(fit, i) for i in range(len(fit.figures))],
        "kept": [
            {"path": k.path, "was": _words(k.before), "reason": _words(k.reason)} for k in fit.kept
        ],
        "durations": [_law(law) for law in fit.laws],
        "routing": {
            "decisions": [_shares(each) for each in fit.routing.shares],
            "not_as_the_process": round(fit.routing.strange, _DIGITS),
            "strangest": [{"step": a, "next": b, "n": n} for a, b, n in fit.routing.strangest],
        },
        "arrivals": {id_: _arrivals(each.fitted) for id_, each in fit.arrivals.items()},
        "pools": [_pool(pool) for pool in fit.pools.pools],
        "nobody_known_for": list(fit.pools.nobody),
        "sessions": [
            {"step": s.step, "weekdays": list(s.weekdays), "meetings": s.meetings, "regular": _estimate(s.regular)}
            for s in fit.pools.sessions
        ],
        "hours": [_hours(each) for each in fit.hours],
        "notes": [_words(note) for note in fit.notes],
        "assumed": [_words(note) for note in ASSUMED],
        "bootstrap": {"draws": draws, "seed": 0, "figures": fit.draws(draws)},
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _figure(fit: Fit, i: int) -> dict[str, Any]:
    figure = fit.figures[i]
    return {
        "path": figure.path, "group": figure.group, "name": _words(figure.name), "value": figure.value,
        "low": figure.low or None, "high": figure.high or None, "unit": figure.unit or None, "n": figure.n,
        "open": figure.open, "was": _words(figure.before), "fit": _words(figure.words),
    }  # fmt: skip


def _law(law: StepLaw) -> dict[str, Any]:
    its = law.fitted
    return {
        "path": law.path, "kind": its.kind, "hours": law.hours,
        "from_ends_alone": law.from_ends, "n": round(its.n), "open": round(its.observations.open),
        "mean": _estimate(its.mean_interval), "unit": its.unit, "cv": _estimate(its.cv_interval),
        "share_of_zeros": round(its.zero, _DIGITS), "guessed_beyond_data": round(its.beyond, _DIGITS),
        "candidates": [
            {
                "law": c.name, "aicc": round(c.aicc, 2), "chosen": c is its.chosen,
                "p": None if c.goodness is None else round(c.goodness.p, _DIGITS),
                "test": None if c.goodness is None else c.goodness.test,
            }
            for c in its.candidates
        ],
    }  # fmt: skip


def _shares(each: FittedShares) -> dict[str, Any]:
    return {
        "kind": each.kind, "id": each.id, "visit": each.visit, "n": each.n, "open": each.open,
        "worth": round(each.worth, 1), "not_told": round(each.unsure, _DIGITS),
        "shares": [_estimate(share) for share in each.shares],
        "depends_on": [
            {"attribute": d.attribute, "p": float(f"{d.p:.3g}"),
             "by_value": {v: {"n": n, "share": round(share, _DIGITS)} for v, (n, share) in d.shares.items()}}
            for d in each.depends
        ],
    }  # fmt: skip


def _arrivals(each: FittedArrivals) -> dict[str, Any]:
    return {
        "n": each.n, "from": _day(each.first), "to": _day(each.last - 1), "per_year": _estimate(each.per_year),
        "per_year_last_quarter": _estimate(each.recent), "trend": _estimate(each.trend),
        "variance_over_poisson": {key: round(float(value), 3) for key, value in _numbers(each.scatter).items()},
        "months": _profile(each.months), "weekdays": _profile(each.weekdays), "hours": _profile(each.hours),
        "dates_only": each.days_only,
    }  # fmt: skip


def _numbers(its: Any) -> dict[str, float]:
    named = its._asdict() if hasattr(its, "_asdict") else getattr(its, "__dict__", {})
    return {key: value for key, value in named.items() if isinstance(value, (int, float))}


def _profile(each: Profile) -> dict[str, Any]:
    return {"in_scenario": each.real, "p": None if each.test is None else float(f"{each.test.p:.3g}"),
            "value": [round(v, 4) for v in each.value]}  # fmt: skip


def _pool(pool: FittedPool) -> dict[str, Any]:
    """Without names: pseudonyms of people stay in the log."""
    return {
        "steps": [step.rpartition("/")[2] for step in pool.steps], "people": len(pool.members),
        "servers": pool.servers, "at_once": _estimate(pool.at_once), "on_duty": _estimate(pool.on_duty),
        "present": _estimate(pool.present), "several_in_hand": round(pool.overlap, 4),
        "groups": [{"days": list(g.days), "people": len(g.members), "servers": g.servers} for g in pool.groups],
    }  # fmt: skip


def _hours(each: FoundHours) -> dict[str, Any]:
    its = each.fitted
    given = {} if its.spec.hours is None else its.spec.hours.given()
    return {
        "calendar": each.id, "replaced": each.replaced, "n": its.n, "dates_only": its.days_only,
        "hours": {day: [str(shift) for shift in shifts] for day, shifts in given.items()},
        "holidays": its.statutory.verdict, "outside": _estimate(its.outside),
        "closed": [{"from": str(s.first), "to": str(s.last)} for s in its.closed],
        "opened": [{"from": str(s.first), "to": str(s.last)} for s in its.opened],
    }  # fmt: skip


def _estimate(its: Estimate) -> dict[str, Any]:
    def shown(value: float | None) -> float | None:
        return None if value is None else float(f"{value:.{_DIGITS}g}")

    found: dict[str, Any] = {"value": shown(its.value), "low": shown(its.low), "high": shown(its.high)}
    return found | ({"reason": _words(its.reason)} if its.reason is not None else {})


def _day(instant: int) -> str:
    return str(np.datetime64(instant, "us"))[:10]


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
