"""A process of a scenario fitted to a log: matched, each part fitted, and what stays as it was with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.fit.demand import Brought, demand_of
from calibration.fit.figures import FittedFigure, KeptFigure, own_elements, rest
from calibration.fit.laws import Hours, StepLaw, fit_laws
from calibration.fit.matching import Matched, match
from calibration.fit.shares import branch_draws, shares_of
from calibration.fit.staff import FoundHours, hours_of, pools_used, staff_of
from calibration.pools import FittedPools
from calibration.routing import FittedRouting, fit_routing
from sim.errors import InputError, Path
from sim.eventlog import EventLog
from sim.model.base import Model
from sim.model.process import Choice
from sim.text import Text

_LEFT = Text("日志不记录这一项,未拟合", "a log does not tell this figure: it is not fitted")
_STRANGE = Text(
    "{share} 的前后环节不合流程的次序,最多的是 {pairs}:核对流程或映射",
    "{share} of the steps do not follow one another as the process has it, most often {pairs}: see to the process or "
    "the mapping",
)
_UNUSED = Text("日志中这些环节不在流程里,未用:{steps}", "the process does not have these steps of the log: {steps}")
_OTHERS = Text("其他类别的办件 {n} 件,未用", "{n} cases of other classes are left out")
_NOTHING = Text("没有一个数据项能由这份日志拟合", "no figure could be fitted to this log")
ASSUMED = (
    Text(
        "开始时间取日志所记的开始;系统把分派或打开记作开始的,办理时间会偏长",
        "work begins when the log says so; where a system writes the assignment or the opening of a case as its start, "
        "efforts come out too long",
    ),
    Text("在办件到取数时为止仍在办;取数之后的事不知道", "open cases were open when the data were taken, and no later"),
    Text(
        "各次决定、各件时长相互独立;比例为 Wilson 区间,时长为剖面似然或自助法区间,均为95%",
        "decisions and durations are independent of each other; shares have Wilson's interval, durations that of the "
        "profile likelihood or of a bootstrap, all of 95%",
    ),
)


@dataclass(frozen=True, eq=False)
class Fit:
    """Everything that a log says about a process of a scenario.

    ``figures`` go into the scenario, ``kept`` stay as they were. ``notes``: what is to be known before it is believed.
    """

    process: str
    name: Text
    file: str
    matched: Matched
    figures: tuple[FittedFigure, ...]
    kept: tuple[KeptFigure, ...]
    laws: tuple[StepLaw, ...]
    routing: FittedRouting
    arrivals: dict[str, Brought]
    pools: FittedPools
    hours: tuple[FoundHours, ...]
    notes: tuple[Text, ...]
    model: Model

    def rows(self) -> list[dict[str, str]]:
        """The lines of ``figures.csv``."""
        return [figure.row(self.file) for figure in self.figures]

    def draws(self, n: int, seed: int = 0) -> dict[str, list[Any]]:
        """By path, n values that the data might have given as well; figures of one choice are drawn together."""
        found: dict[str, list[Any]] = {}
        for i, figure in enumerate(self.figures):
            if figure.draw is not None:
                found[figure.path] = figure.draw(n, np.random.default_rng((seed, i)))
        for where, element in own_elements(self.model, self.process):
            its = self.routing.of("choice", element.id) if isinstance(element, Choice) else ()
            paths = [f.path for f in self.figures if f.where[: len(where) + 1] == (*where, "branches")]
            if its and len(paths) == len(element.branches) and paths[0].endswith("branches/0/share"):
                rows = branch_draws(its[0], len(paths), n, np.random.default_rng((seed, len(self.figures), len(where))))
                found |= {path: [f"{row[i]:.8g}%" for row in rows] for i, path in enumerate(paths)}
        return found


def fit_process(log: EventLog, model: Model, process: str, *, file: str, calendars: bool = False) -> Fit:
    """Fit one process of a scenario to a log; ``calendars``: put fitted opening hours in, too.

    Errors: InputError for an unknown process, a log that shows nothing of it, too few cases, or nothing to fit.
    """
    matched = match(log, model, process)
    elements = own_elements(model, process)
    reasons: dict[Path, Text] = {}
    pools, staff, why = staff_of(matched, model)
    reasons |= why
    found_hours, hour_figures, why, instead = hours_of(matched, model, calendars)
    reasons |= why
    hours = Hours(model, matched.log, instead)
    busy = {step: pool.overlap for pool in pools.pools for step in pool.steps}
    laws, durations, why = fit_laws(matched, model, elements, hours, busy)
    reasons |= why
    routing = fit_routing(matched.log, model, process, matched.names)
    shares, why = shares_of(model, elements, routing)
    reasons |= why
    arrivals, demand, why, notes = demand_of(matched, model, hours)
    reasons |= why
    figures = (*durations, *shares, *demand, *staff, *hour_figures)
    if not figures:
        first = next(iter(reasons.values()), _LEFT)
        raise InputError(
            _NOTHING,
            Text("先处理所列原因", "see to the reason"),
            where=f"processes/{process}",
            value=f"{first.en} / {first.zh}",
        )
    sections: list[Path] = [("processes", process)]
    sections += [("sources", id_) for id_, source in model.sources.items() if source.process == process]
    sections += [("pools", id_) for id_ in pools_used(model, process)]
    sections += [("calendars", each.id) for each in found_hours]
    return Fit(
        process, model.processes[process].name, file, matched, figures,
        tuple(rest(model, sections, figures, reasons, _LEFT)),
        tuple(laws), routing, arrivals, pools, tuple(found_hours), (*_notes(matched, routing), *notes), model,
    )  # fmt: skip


def _notes(matched: Matched, routing: FittedRouting) -> list[Text]:
    notes = []
    if matched.unused:
        steps = ", ".join(f"{name} ({n})" for name, n in sorted(matched.unused.items(), key=lambda each: -each[1])[:10])
        notes.append(_UNUSED.format(steps=steps))
    if matched.others:
        notes.append(_OTHERS.format(n=matched.others))
    if routing.strange > 0.01:
        pairs = ", ".join(f"{a.rpartition('/')[2]} → {b.rpartition('/')[2]} ({n})" for a, b, n in routing.strangest[:3])
        notes.append(_STRANGE.format(share=f"{100 * routing.strange:.0f}%", pairs=pairs))
    return notes
