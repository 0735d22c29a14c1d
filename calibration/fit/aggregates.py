"""One factor on all durations of a process, so that the simulation meets yearly figures (simulated moments).

Means of commitments and shares on time are all that some utilities publish. They do not tell one step from another, nor
work from waiting; so the laws keep their form, and one factor moves them all. The same random numbers serve every
factor, which makes the simulated figure a smooth function of it (McFadden, Econometrica 57 (1989) 995-1026).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.fit.figures import BY, before_of, element_path, flow_text, own_elements
from calibration.routing import share_of
from sim.analysis.sampling import sample
from sim.engine.engines import simulate
from sim.errors import InputError
from sim.model import encodings, files
from sim.model.figures_csv import COLUMNS
from sim.model.process import WaitStep, WorkStep
from sim.model.quantities import Quantity, parse
from sim.model.scenario import Scenario
from sim.model.tables import rows
from sim.names import find
from sim.text import Text

STATISTICS = ("mean", "on-time")
_NEEDED, _KNOWN = ("limit", "statistic", "value"), ("limit", "statistic", "value", "n")
_LEAST, _MOST = 0.1, 10.0
_REPLICATIONS, _NEAR, _STEPS, _STRIDE = 4, 0.005, 12, math.log(2)
LIMITS = (
    Text(
        "只由汇总数拟合:一个系数乘以本流程所有时长,各步之间、办理与等待之间的比例沿用原假设,汇总数看不出来",
        "fitted to aggregates alone: one factor on all durations of the process; how they are parted among steps, and "
        "between work and waiting, is as it was assumed, and no aggregate shows it",
    ),
    Text(
        "人数、来量、走向、分布形状未动;它们若有偏差,系数一并承担",
        "staff, demand, routing and the form of the laws were not touched: what is wrong with them is in the factor",
    ),
)


@dataclass(frozen=True)
class Aggregate:
    """A figure of a year: the mean of a commitment in days of its default reading, or its share on time, 0 to 1."""

    limit: str
    statistic: str
    value: float
    n: int | None


@dataclass(frozen=True)
class Scaled:
    """The factor with its range, what was simulated with it, and the lines of ``figures.csv``."""

    factor: float
    low: float
    high: float
    reached: tuple[tuple[Aggregate, float], ...]
    rows: tuple[dict[str, str], ...]
    met: bool


def read_aggregates(path: Path) -> list[Aggregate]:
    """Columns limit, statistic (mean, on-time), value (days; 92%), n where it is known. Errors: InputError."""
    found = []
    if not path.is_file():
        raise InputError(
            Text("没有这个文件", "there is no such file"), Text("检查文件名", "see to its name"), where=str(path)
        )
    text = encodings.utf8_or_gb18030(path.read_bytes(), str(path))
    for place, row in rows(text, str(path), _NEEDED, _KNOWN):
        written, percent = row["value"].removesuffix("%"), row["value"].endswith("%")
        try:
            value = float(written) / (100 if percent else 1)
            n = int(row["n"]) if row.get("n") else None
        except ValueError:
            value, n = math.nan, None
        known = row["statistic"] in STATISTICS
        if not (known and value > 0 and (row["statistic"] == "mean" or value <= 1)):
            raise InputError(
                Text(
                    "statistic 为 mean(value 为天数)或 on-time(value 为比例)",
                    "statistic is mean (value in days) or on-time (value a share)",
                ),
                Text("例如 L1,mean,2.1 或 L1,on-time,92%", "for example L1,mean,2.1 or L1,on-time,92%"),
                where=str(place),
                value=",".join(row.values()),
            )
        found.append(Aggregate(row["limit"], row["statistic"], value, n))
    if not found:
        raise InputError(
            Text("表中没有一行", "the table has no line"), Text("填入汇总数", "fill it in"), where=str(path)
        )
    return found


def scale_to(folder: Path, process: str, aggregates: Sequence[Aggregate], file: str) -> Scaled:
    """The factor at which the first scenario of a folder comes nearest to the aggregates.

    Errors: InputError for an unknown process or limit, a limit without reading, a figure that no factor moves.
    """
    model = files.load(folder)
    find(model.processes, process, Text("流程", "process"))
    for each in aggregates:
        if find(model.limits, each.limit, Text("承诺", "commitment")).default_reading() is None:
            raise InputError(
                Text("这项承诺没有口径", "this commitment has no reading"),
                Text("写一个口径", "give it one"),
                where=f"limits/{each.limit}",
            )
    laws = _laws(model, process)
    tried: dict[float, list[list[float]]] = {}

    def simulated(x: float) -> list[list[float]]:
        """By aggregate, its value in each replication, with durations times exp(x)."""
        if x not in tried:
            tried[x] = _simulated(folder, {path: flow_text(_times(law, math.exp(x))) for path, law in laws.items()},
                                  aggregates)  # fmt: skip
        return tried[x]

    def beyond(x: float) -> float:
        """How far the simulation lies above the aggregates, in sum; a share on time falls as durations grow."""
        return math.fsum(
            (float(np.mean(values)) / each.value - 1) * (1 if each.statistic == "mean" else -1)
            for each, values in zip(aggregates, simulated(x), strict=True)
        )

    x, slope = _root(beyond)
    values = simulated(x)
    noise = _noise(aggregates, values) / abs(slope)
    reached = tuple((each, float(np.mean(v))) for each, v in zip(aggregates, values, strict=True))
    met = all(abs(value / each.value - 1) < 0.05 for each, value in reached)
    factor, low, high = (math.exp(each) for each in (x, x - 1.96 * noise, x + 1.96 * noise))
    told = "; ".join(f"{a.limit} {a.statistic} {a.value:g}" for a in aggregates)
    source = f"{file}: {told}; factor {factor:.4g} [{low:.4g}, {high:.4g}]"
    lines = tuple(_row(path, law, factor, source) for path, law in laws.items())
    return Scaled(factor, low, high, reached, lines, met)


def _root(beyond: Any) -> tuple[float, float]:
    """Where it is zero, by the secant within brackets, and its slope there."""
    x, y = 0.0, beyond(0.0)
    low, at_low, high, at_high = x, y, x, y
    while at_low > 0 and low > math.log(_LEAST):
        low, at_low = max(low - _STRIDE, math.log(_LEAST)), beyond(max(low - _STRIDE, math.log(_LEAST)))
    while at_high < 0 and high < math.log(_MOST):
        high, at_high = min(high + _STRIDE, math.log(_MOST)), beyond(min(high + _STRIDE, math.log(_MOST)))
    if at_low > 0 or at_high < 0:
        raise InputError(
            Text(
                "把时长乘以 0.1 至 10 倍都达不到这些汇总数",
                "no factor between 0.1 and 10 on the durations reaches these aggregates",
            ),
            Text("检查口径、单位、承诺,或改来量和人数", "see to reading, unit and commitment, or to demand and staff"),
            value=f"{at_low:+.2f} … {at_high:+.2f}",
        )
    for _ in range(_STEPS):
        if abs(y) < _NEAR:
            break
        if y < 0:
            low, at_low = x, y
        else:
            high, at_high = x, y
        x = low + (high - low) * min(max(-at_low / max(at_high - at_low, 1e-9), 0.1), 0.9)
        y = beyond(x)
    step = 0.1
    slope = (beyond(x + step) - beyond(x - step)) / (2 * step)
    return x, slope if abs(slope) > 1e-9 else 1e-9


def _noise(aggregates: Sequence[Aggregate], values: Sequence[Sequence[float]]) -> float:
    """The standard error of what :func:`scale_to` brings to zero: of the runs, and of a share of n cases."""
    columns = [
        np.array(v) / a.value * (1 if a.statistic == "mean" else -1) for a, v in zip(aggregates, values, strict=True)
    ]
    total = np.sum(columns, axis=0)
    variance = float(total.var(ddof=1)) / total.size
    for each in aggregates:
        if each.n is not None and each.statistic == "on-time":
            half = share_of(each.value, each.n, each.n)
            variance += ((float(half.high or 0.0) - float(half.low or 0.0)) / 3.92 / each.value) ** 2
    return math.sqrt(variance)


def _simulated(folder: Path, settings: Mapping[str, str], aggregates: Sequence[Aggregate]) -> list[list[float]]:
    model = files.load(folder, settings, only=[None])
    base = (
        model.scenario(next(iter(model.scenarios))) if model.scenarios else Scenario("base", model.name, model.base())
    )
    asked = {each.limit for each in aggregates}
    limits = {id_: limit for id_, limit in base.model.limits.items() if id_ in asked}
    scenario = Scenario(base.id, base.name, base.model.model_copy(update={"limits": limits}))
    found: list[list[float]] = [[] for _ in aggregates]
    for replication in range(_REPLICATIONS):
        log = simulate(scenario, model.study.seed, replication, lean=True)
        limits_of = sample(log, scenario.model).limits
        for each, values in zip(aggregates, found, strict=True):
            its = limits_of[each.limit]
            seen = its.readings[str(its.default)]
            cases = np.concatenate([seen.finished, seen.open_late, seen.open_undecided])
            if not cases.size:
                raise InputError(
                    Text("模拟中这项承诺没有办件", "the simulation has no case of this commitment"),
                    Text("检查统计期和类别", "see to the window and the classes"),
                    where=f"limits/{each.limit}",
                )
            late = seen.late + seen.open_late.size
            values.append(float(cases.mean()) if each.statistic == "mean" else 1 - late / cases.size)
    return found


def _laws(model: Any, process: str) -> dict[str, tuple[dict[str, Any], Text]]:
    """By path, the laws of the process's own work and waits as files write them, and what each was."""
    found = {}
    for where, element in own_elements(model, process):
        if isinstance(element, WorkStep | WaitStep):
            key = "effort" if isinstance(element, WorkStep) else "takes"
            law = getattr(element, key).model_dump(mode="json", exclude_none=True, exclude_unset=True, by_alias=True)
            bare = {k: v for k, v in law.items() if k not in ("plan", "published", "log", "assumption", "source", "by")}
            found[f"{element_path(model, where)}/{key}"] = (bare, before_of(model, (*where, key)))
    return found


def _times(law: Any, factor: float) -> Any:
    """Every duration of a law times a factor; shares and numbers without a unit stay."""
    its = law[0] if isinstance(law, tuple) else law
    if isinstance(its, dict):
        return {key: value if key == "share" else _times([value], factor)[0] for key, value in its.items()}
    if isinstance(its, list):
        return [_times(each, factor) for each in its]
    if isinstance(its, str) and any(c.isdigit() for c in its) and " " in its:
        quantity = parse(its)
        return str(Quantity(float(f"{quantity.amount * factor:.6g}"), quantity.unit))
    return its


def _row(path: str, law: tuple[dict[str, Any], Text], factor: float, source: str) -> dict[str, str]:
    """An assumption still: that every duration is wrong by the same factor."""
    found = dict.fromkeys(COLUMNS, "") | {"path": path, "value": flow_text(_times(law, factor))}
    return found | {"evidence": "" if "mixture" in law[0] else "assumption", "source": source, "by": BY}
