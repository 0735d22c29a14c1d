"""Routing as figures: shares of branches, of optional parts, of rework by visit, of withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.fit.figures import FittedFigure, before_of, element_path, flow_text
from calibration.routing import UNSURE, FittedRouting, FittedShares, differ
from sim.analysis.statistics.estimate import Estimate
from sim.errors import Path
from sim.model.base import Model
from sim.model.process import Choice, Optional, SessionStep, WaitStep, WorkStep
from sim.text import Text

FEWEST = 20
_OTHERWISE = 0.01
_NOT_SEEN = Text("日志看不出走了哪一支", "the log does not tell which way was taken")
_FEW = Text("日志中这一决定只有 {n} 次,少于 {least} 次", "the log has only {n} of these decisions, fewer than {least}")
_UNSURE = Text("有 {share} 的决定看不出走了哪一支", "of {share} of the decisions the log does not tell the outcome")
_WORDS = Text("决定 {n} 次(在办未定 {open} 次)", "{n} decisions ({open} of open cases not to be seen yet)")
_OPENS = 4


def shares_of(
    model: Model, elements: list[tuple[Path, Any]], routing: FittedRouting
) -> tuple[list[FittedFigure], dict[Path, Text]]:
    """The shares that could be fitted, and the reasons for those that could not."""
    found: list[FittedFigure] = []
    reasons: dict[Path, Text] = {}
    for where, element in elements:
        path = element_path(model, where)
        if isinstance(element, Choice) and element.by is None:
            its = routing.of("choice", element.id)
            if (why := _refused(its)) is not None:
                reasons[(*where, "branches")] = why
                continue
            values = _summing([float(e.value or 0.0) for e in its[0].shares], len(element.branches))
            for i, value in enumerate(values):
                own = its[0].shares[i] if i < len(its[0].shares) else its[0].shares[-1]
                place = (*where, "branches", i, "share")
                found.append(_figure(model, element, place, f"{path}/branches/{i}/share", its[0], own, value, i))
        elif isinstance(element, Optional) and element.by is None:
            _one(model, element, (*where, "share"), f"{path}/share", routing.of("optional", element.id), found, reasons)
        elif isinstance(element, WorkStep | WaitStep | SessionStep):
            if element.withdraw is not None:
                its, place = routing.of("withdraw", element.id), (*where, "withdraw")
                _one(model, element, place, f"{path}/withdraw", its, found, reasons)
            if element.rework is not None:
                _rework(model, element, where, path, routing.of("rework", element.id), found, reasons)
    return found, reasons


def _one(model: Model, element: Any, where: Path, path: str, its: Sequence[FittedShares], found: list[FittedFigure],
         reasons: dict[Path, Text]) -> None:  # fmt: skip
    if (why := _refused(its)) is not None:
        reasons[where] = why
    else:
        share = its[0].shares[0]
        found.append(_figure(model, element, where, path, its[0], share, 100 * float(share.value or 0.0), 0))


def _rework(model: Model, element: Any, where: Path, path: str, its: Sequence[FittedShares],
            found: list[FittedFigure], reasons: dict[Path, Text]) -> None:  # fmt: skip
    """One share for all visits, unless the scenario has several or the log shows that later ones differ."""
    place, path = (*where, "rework", "share"), f"{path}/rework/share"
    by_visit = [each for each in its if each.visit is not None and each.worth >= FEWEST]
    several = len(element.rework.share) > 1 or (len(by_visit) == 2 and differ(*by_visit) < _OTHERWISE)
    if not several or len(by_visit) < 2:
        if len(element.rework.share) > 1 and _refused(its) is None:
            reasons[place] = _FEW.format(n=min(each.n for each in its), least=FEWEST)
            return
        _one(model, element, place, path, its, found, reasons)
        return
    if (why := _refused(its)) is not None:
        reasons[place] = why
        return
    values = [
        {"value": _percent(each.shares[0].value), "log": [_percent(each.shares[0].low), _percent(each.shares[0].high)]}
        for each in by_visit
    ]

    def draw(n: int, rng: np.random.Generator) -> list[Any]:
        each = [_beta(its, n, rng) for its in by_visit]
        return [flow_text([_percent(p) for p in pair]) for pair in zip(*each, strict=True)]

    whole = its[0]
    found.append(
        FittedFigure(
            "routing",
            _name(element),
            place,
            path,
            flow_text(values),
            "",
            "",
            "",
            before_of(model, place if len(element.rework.share) == 1 else (*place, 0))
            if element.rework
            else Text("", ""),
            whole.n,
            whole.open,
            _WORDS.format(n=whole.n, open=whole.open),
            plain=True,
            draw=draw,
        )
    )


def _refused(its: Sequence[FittedShares]) -> Text | None:
    if not its:
        return _NOT_SEEN
    if its[0].unsure > UNSURE:
        return _UNSURE.format(share=f"{100 * its[0].unsure:.0f}%")
    if its[0].worth < FEWEST:
        return _FEW.format(n=its[0].n, least=FEWEST)
    return None


def _figure(model: Model, element: Any, where: Path, path: str, its: FittedShares, share: Estimate, value: float,
            outcome: int) -> FittedFigure:  # fmt: skip
    low, high = (100 * float(bound if bound is not None else value) for bound in (share.low, share.high))
    text = f"{value:.8g}" if its.kind == "choice" else f"{value:.5g}"
    before = before_of(model, where if its.kind != "rework" else (*where, 0))
    return FittedFigure(
        "routing", _name(element), where, path, text, f"{min(low, value):.6g}", f"{max(high, value):.6g}",
        "%", before, its.n, its.open, _WORDS.format(n=its.n, open=its.open),
        draw=None if its.kind == "choice" else lambda n, rng: [_percent(p) for p in _beta(its, n, rng)],
    )  # fmt: skip


def _name(element: Any) -> Text:
    name = getattr(element, "name", None)
    return name if isinstance(name, Text) else Text(str(element.id), str(element.id))


def _percent(share: float | None) -> str:
    return f"{round(100 * float(share or 0.0), _OPENS):.10g}%"


def _beta(its: FittedShares, n: int, rng: np.random.Generator) -> list[float]:
    p = float(its.shares[0].value or 0.0)
    return [float(x) for x in rng.beta(its.worth * p + 0.5, its.worth * (1 - p) + 0.5, n)]


def branch_draws(its: FittedShares, branches: int, n: int, rng: np.random.Generator) -> list[list[float]]:
    """Shares of a choice that the data might have given as well: Dirichlet, in percent that sum to 100."""
    p = np.array([float(share.value or 0.0) for share in its.shares])
    p = np.append(p, np.zeros(max(branches - p.size, 0)))
    return [_summing(list(row), branches) for row in rng.dirichlet(its.worth * p + 0.5, n)]


def _summing(shares: list[float], branches: int) -> list[float]:
    """In percent, to four decimals, so that they sum to 100 exactly."""
    shares = [*shares, *[0.0] * (branches - len(shares))]
    found = [round(100 * share, _OPENS) for share in shares]
    largest = int(np.argmax(found))
    found[largest] = round(100 - sum(each for i, each in enumerate(found) if i != largest), _OPENS)
    return found
