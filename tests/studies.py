"""A tiny scenario folder for tests: one desk, one wait, two limits, before and after a second clerk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.analysis.results import StudyResult
from sim.model.base import Model
from sim.model.scenario import Folder
from sim.study import run_study
from tests.tiny import tiny

WORDS = {
    "name": {"zh": "窗口办结时限", "en": "done at the desk"}, "service": "permits", "item": "(六)11",
    "quote": "不超3个工作日", "english": "not over 3 working days",
    "responsible": "市审批服务局", "deadline": "6月15日",
}  # fmt: skip
READINGS: list[dict[str, Any]] = [
    {"id": "fractions", "name": "f", "role": "default", "unit": "fraction"},
    {"id": "whole", "name": "w", "role": "plausible", "unit": "whole-days"},
    {"id": "mean", "name": "m", "role": "beside", "unit": "fraction", "statistic": "mean"},
]
LIMIT = WORDS | {"classes": ["p"], "value": "3 wd", "statistic": "every-case", "readings": READINGS}
FLOW: list[Any] = [
    {"step": "desk", "by": "clerks", "stage": "desk", "effort": {"mean": "2 h", "cv": 0.5, "assumption": True}},
    {"wait": "papers", "owner": "customer", "takes": {"mean": "1 d", "cv": 1, "assumption": True}},
]


def folder(flow: list[Any] | None = None, every: str = "4 h", **more: Any) -> Folder:
    """Scenarios ``before`` and ``plan``; the plan has a second clerk."""
    known: dict[str, Any] = {
        "services": {"permits": {"name": "审批"}},
        "owners": {"utility": {"name": "u"}, "customer": {"name": "c"}},
        "stages": {"desk": {"name": "d"}},
        "sources": {"s": {"name": "s", "process": "p", "every": every, "calendar": "office"}},
        "limits": {"L1": LIMIT, "L2": WORDS},
    }
    base = tiny(flow or FLOW, **(known | more))
    described = {
        "reforms": {"more-clerks": {"name": "m", "changes": [{"servers": "clerks", "to": 2}]}},
        "scenarios": {"before": {"name": "before"}, "plan": {"name": "plan", "reforms": ["more-clerks"]}},
    }
    return Folder.model_validate({name: getattr(base, name) for name in Model.model_fields} | described)


def study(its: Folder | None = None, out: Path | None = None, **more: Any) -> StudyResult:
    known: dict[str, Any] = {
        "name": "tiny",
        "seed": 1,
        "replications": 3,
        "command": "shixian compare tiny before plan",
    }
    return run_study(its or folder(), ["before", "plan"], out=out, **(known | more))
