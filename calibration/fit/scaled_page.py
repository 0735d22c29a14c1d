"""Page and document of a fit to aggregates."""

from __future__ import annotations

import json

from calibration.fit.aggregates import LIMITS, Scaled
from sim.report.typography import shown
from sim.text import Language


def scaled_page(its: Scaled, process: str, file: str, lang: Language) -> str:
    """``calibration.html``: the factor, what was reached, and what an aggregate does not tell."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader("calibration.fit"), PackageLoader("sim.report")])
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=StrictUndefined)
    return environment.get_template("aggregates.html").render(
        t=lambda zh, en: zh if lang == "zh" else en,
        say=lambda text: shown(text.in_(lang), lang),
        its=its,
        process=process,
        file=file,
        limits=LIMITS,
        lang=lang,
    )


def scaled_document(its: Scaled, process: str, file: str) -> str:
    """``calibration.json``."""
    content = {
        "schema": 1,
        "kind": "scaled-to-aggregates",
        "process": process,
        "source": {"file": file},
        "factor": {"value": round(its.factor, 5), "low": round(its.low, 5), "high": round(its.high, 5)},
        "met_within_5_percent": its.met,
        "aggregates": [
            {"limit": a.limit, "statistic": a.statistic, "value": a.value, "n": a.n, "simulated": round(value, 5)}
            for a, value in its.reached
        ],
        "figures": [{"path": row["path"], "value": row["value"], "evidence": "assumption"} for row in its.rows],
        "limits_of_this_fit": [note._asdict() for note in LIMITS],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
