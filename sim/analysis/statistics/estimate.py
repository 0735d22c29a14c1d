"""A number that never travels without its interval, its n and its unit, and what every estimator needs to make one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.text import Text

Floats = npt.NDArray[np.float64]
Sides = Literal["both", "upper", "lower"]

CONFIDENCE = 0.95

NO_CASES = Text("没有办件", "no cases")
ONE_REPLICATION = Text(
    "有办件的模拟只有一次，无法给出区间",
    "only one replication had cases: no interval",
)
OPEN_CASES = Text(
    "另有未办结的办件，只计其已用时间：数值是下限，上限未知",
    "some cases are still open and count with the time they have taken so far: "
    "the value is a lower bound, and there is no upper one",
)
CENSUS = Text("全部办件逐件统计，无抽样误差", "census of the cases: no sampling error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with what it is worth.

    ``value`` is None when there is nothing to estimate from (no cases: never 0 days, never NaN); ``low`` and
    ``high`` are None where they are not defined. Whenever one of the three is missing, ``reason`` says why.
    ``n`` is the number of cases, ``replications`` the number of replications that had any, ``open`` how many of
    the n cases have no final value yet. ``confidence`` is that of the whole interval (two-sided: half of the
    risk on each side), or of the one bound where a one-sided one was asked for.
    """

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    n: int
    replications: int
    unit: str
    method: Text
    reason: Text | None = None
    open: int = 0

    def __post_init__(self) -> None:
        known = [x for x in (self.low, self.value, self.high) if x is not None]
        if not all(map(math.isfinite, known)) or known != sorted(known):
            raise ValueError(f"not an estimate: low {self.low}, value {self.value}, high {self.high}")
        if len(known) < 3 and self.reason is None:
            raise ValueError("an estimate that lacks a number needs the reason")

    @property
    def half_width(self) -> float | None:
        """Half of the interval's length; None where a bound is missing."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def nothing(reason: Text, *, confidence: float, n: int, replications: int, unit: str, method: Text) -> Estimate:
    """The estimate of what cannot be estimated."""
    return Estimate(
        value=None,
        low=None,
        high=None,
        confidence=confidence,
        n=n,
        replications=replications,
        unit=unit,
        method=method,
        reason=reason,
    )


def require(holds: bool, rule: Text, cure: Text, value: object) -> None:
    """Refuse at the door."""
    if not holds:
        raise InputError(rule, cure, value=value)


def tail(confidence: float, sides: Sides = "both") -> float:
    """The probability up to the upper bound: 0.975 for a two-sided 95%, 0.95 for a one-sided one."""
    require(
        0 < confidence < 1,
        Text("置信水平须在 0 与 1 之间", "a confidence lies between 0 and 1"),
        Text("例如 0.95", "for example 0.95"),
        confidence,
    )
    return (1 + confidence) / 2 if sides == "both" else confidence


def student(probability: float, degrees_of_freedom: float) -> float:
    """Quantile of Student's t. 2.262 for 0.975 and 9 degrees of freedom."""
    from scipy.special import stdtrit  # rule of the house: heavy imports late

    return float(stdtrit(degrees_of_freedom, probability))


def require_level(q: float) -> None:
    """A quantile's level lies between 0 and 1."""
    require(
        0 < q < 1,
        Text("分位数须在 0 与 1 之间", "a quantile lies between 0 and 1"),
        Text("例如 0.9", "for example 0.9"),
        q,
    )


def numbers(values: npt.ArrayLike) -> Floats:
    """A flat array of finite numbers, or a refusal."""
    array = np.asarray(values, dtype=np.float64).ravel()
    bad = array[~np.isfinite(array)]
    require(
        bad.size == 0,
        Text("统计的数值必须是有限的数", "what is estimated from is finite numbers"),
        Text("未办结的办件另行传入，不要写成 NaN 或无穷大", "pass open cases apart, not as NaN or infinity"),
        bad[:1].tolist(),
    )
    return array


def by_replication(
    values_by_replication: Sequence[npt.ArrayLike],
    open_elapsed: Sequence[npt.ArrayLike] | None,
) -> list[tuple[Floats, Floats]]:
    """(final values, elapsed times of the open cases) of each replication that has any case at all.

    A replication without cases says nothing about its cases, and is no degree of freedom either.
    """
    waiting = [()] * len(values_by_replication) if open_elapsed is None else open_elapsed
    require(
        len(waiting) == len(values_by_replication),
        Text("办结与未办结的模拟次数须相同", "finished and open cases come from the same replications"),
        Text("每次模拟各给一组，可为空", "give one array for each replication, empty where there are none"),
        (len(values_by_replication), len(waiting)),
    )
    pairs = ((numbers(a), numbers(b)) for a, b in zip(values_by_replication, waiting, strict=True))
    return [(a, b) for a, b in pairs if a.size + b.size]
