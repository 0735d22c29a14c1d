"""What a run will cost, roughly, known before it begins; and what is too much (BAD_INPUT 46).

Cases are what the sources bring on average until the window ends, since a run seldom goes on for long after it; rows of
the log are what their processes come to on average; time and memory are these times what was measured with the city.
Half or double is to be expected.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sim.engine.engines import ENGINE, EngineName
from sim.engine.replicate import expected_cases
from sim.errors import InputError
from sim.model.base import Model
from sim.model.process import (
    Call,
    Choice,
    Element,
    Flow,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
)
from sim.model.scenario import Scenario
from sim.text import Text

MOST_HOURS, MOST_GB = "SHIXIAN_MAX_HOURS", "SHIXIAN_MAX_GB"
"""Environment variables that set the caps: 24 hours, and the machine's memory."""
_HOURS = 24.0
_GB = 1 << 30
_ROW_S: dict[EngineName, float] = {"kernel": 2e-6, "reference": 4e-5, "both": 4e-5}
_REPLICATION_S = 5e-3
"""Seconds of one processor for a row of the log, analysis included, and for a replication whatever its rows."""
_ROW_BYTES, _SERVER_BYTES, _CASE_BYTES, _PROGRAM_BYTES = 300, 300, 50, 450e6
"""Memory for a row and for a server of a replication under way, for a case in its sample, for the program itself."""


AT_A_TIME = 6
"""Scenarios whose samples are in memory together: of a city they take 20 MB for each replication."""
_KEPT = 2
"""Scenarios whose samples stay: the one that others are compared with, and the one whose reforms are told apart."""


class Cost(NamedTuple):
    """Of a whole run: cases and rows of all replications, seconds of the clock, bytes of memory."""

    cases: float
    rows: float
    seconds: float
    bytes: float

    def words(self) -> Text:
        """About 2 h and 3 GB of memory for 1.5 million cases."""
        time, memory = time_in_words(self.seconds), f"{self.bytes / _GB:.2g} GB"
        return Text(
            f"约 {time.zh}、内存 {memory}({self.cases:,.0f} 件,{self.rows:,.0f} 步;粗略估计)",
            f"about {time.en} and {memory} of memory ({self.cases:,.0f} cases, {self.rows:,.0f} steps; roughly)",
        )


def cost(scenarios: Sequence[Scenario], replications: int, *, engine: EngineName = ENGINE, workers: int = 1) -> Cost:
    """What so many replications of each of these scenarios cost together."""
    of_each = [_once(scenario) for scenario in scenarios]
    cases, rows = (replications * sum(its[i] for its in of_each) for i in (0, 1))
    at_once = max(1, min(workers, replications * len(scenarios)))
    largest = max(its[1] * _ROW_BYTES + its[2] * _SERVER_BYTES for its in of_each)
    held = replications * sum(sorted(its[0] for its in of_each)[-AT_A_TIME - _KEPT :]) * _CASE_BYTES
    return Cost(cases, rows, rows * _ROW_S[engine] / at_once, _PROGRAM_BYTES + at_once * largest + held)


def affordable(
    scenarios: Sequence[Scenario], replications: int, *, engine: EngineName = ENGINE, workers: int = 1
) -> Cost:
    """What a run costs. Errors: InputError where that is beyond the caps, with what to do."""
    its = cost(scenarios, replications, engine=engine, workers=workers)
    hours, memory = _cap(MOST_HOURS, _HOURS), _cap(MOST_GB, _memory_gb())
    where, value = f"{replications} × {', '.join(scenario.id for scenario in scenarios[:3])}", its.words()
    if its.seconds > hours * 3600:
        raise InputError(
            Text(
                f"这次运行{value.zh},超过上限 {hours:g} 小时", f"this run takes {value.en}, more than {hours:g} hours"
            ),
            Text(
                f"减少模拟次数、件量或统计期;确要运行,设环境变量 {MOST_HOURS}={its.seconds / 3600 * 2:.0f}",
                "fewer replications, fewer cases or a shorter window; to carry it out all the same, set the "
                f"environment variable {MOST_HOURS}={its.seconds / 3600 * 2:.0f}",
            ),
            where=where,
        )
    if its.bytes > memory * _GB:
        raise InputError(
            Text(
                f"这次运行{value.zh},超过内存 {memory:.2g} GB", f"this run takes {value.en}; there are {memory:.2g} GB"
            ),
            Text(
                f"减少 --workers、件量、人数或模拟次数;确要运行,设环境变量 {MOST_GB}={its.bytes / _GB * 2:.0f}",
                "fewer --workers, cases, servers or replications; to carry it out all the same, set the environment "
                f"variable {MOST_GB}={its.bytes / _GB * 2:.0f}",
            ),
            where=where,
        )
    return its


@lru_cache(maxsize=128)
def _once(scenario: Scenario) -> tuple[float, float, int]:
    """Cases, rows and servers of one replication."""
    model = scenario.model
    rows = _Rows(model)
    brought = expected_cases(scenario)
    of_sources = sum(n * rows.of_case(model.sources[name].process) for name, n in brought.items())
    of_initial = sum(rows.of_case(case.process) for case in model.initial)
    servers = sum(pool.servers for pool in model.pools.values())
    return sum(brought.values()) + len(model.initial), of_sources + of_initial, servers


class _Rows:
    """How many rows of the log a case comes to on average, those of the cases that it brings included."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: dict[str, float] = {}

    def of_case(self, process: str) -> float:
        return 2 + self._of_process(process)  # accepted, closed

    def _of_process(self, id_: str) -> float:
        if id_ not in self._known:
            self._known[id_] = 0  # what goes in a circle is not followed
            self._known[id_] = self._of_flow(self._model.processes[id_].flow)
        return self._known[id_]

    def _of_flow(self, flow: Flow) -> float:
        total = 0.0
        for element in flow:
            total += self._of_element(element)
            if isinstance(element, WorkStep | WaitStep | SessionStep) and element.rework:
                again = _times_again(element)
                total += again * self._of_flow(element.rework.first)
                total += again * (total if element.rework.back_to else 1)
        return total

    def _of_element(self, element: Element) -> float:
        match element:
            case Parallel():
                return sum(map(self._of_flow, element.parallel))
            case Choice() | Optional():
                branches = element.branches if isinstance(element, Choice) else element.branches()
                even = 1 / len(branches)  # of cases by an attribute, which differs from source to source
                return sum((b.share.value if b.share else even) * self._of_flow(b.flow) for b in branches)
            case Call():
                return self._of_process(element.target)
            case Spawn():
                return sum(child.n.value * self.of_case(child.process) for child in element.cases)
            case Walk():
                return self._of_flow(element.steps)
            case _:
                return 1


def _times_again(step: WorkStep | WaitStep | SessionStep) -> float:
    """How often a step is done again on average."""
    assert step.rework is not None
    total, share = 0.0, 1.0
    for visit in range(min(step.rework.at_most or _VISITS, _VISITS)):
        share *= step.rework.share_at(visit)
        total += share
    return total


_VISITS = 100


def time_in_words(seconds: float) -> Text:
    """12 min, 3 h, 5 days."""
    for unit, zh, en in ((86400, "天", "days"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= 2 * unit:
            return Text(f"{seconds / unit:,.0f} {zh}", f"{seconds / unit:,.0f} {en}")
    return Text(f"{seconds:.0f} 秒", f"{seconds:.0f} s")


def _cap(name: str, default: float) -> float:
    said = os.environ.get(name)
    try:
        return default if said is None else float(said)
    except ValueError:
        raise InputError(
            Text("须为数字", "this is a number"), Text("例如 48", "for example 48"), where=name, value=said
        ) from None


def _memory_gb() -> float:
    """The machine's memory, without end where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GB
    except (AttributeError, ValueError, OSError):
        return float("inf")
