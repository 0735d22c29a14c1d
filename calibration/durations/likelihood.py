"""The likelihood of observations under a law, and where it is highest.

An observation adds the log of the chance of what was seen of it, given that it could be seen: density where exact,
S(low) - S(high) where between bounds, S(low) where open, each over S(entered) (Klein and Moeschberger, Survival
analysis, 2nd ed., section 3.5). Where the start is a date, chances are averaged over the starts that it allows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from calibration.durations.observations import Floats, Observations

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_LEAST = 1e-300
_STEP = 1e-4
_CONVERGED = 1e-9
_MOST_STEPS = 60


class Curve(Protocol):
    """A law at given parameters, on y = log t."""

    def log_density(self, y: Floats) -> Floats: ...

    def log_survival(self, y: Floats) -> Floats: ...


class Derivatives(NamedTuple):
    value: float
    gradient: Floats
    hessian: Floats


class Optimum(NamedTuple):
    """Where a likelihood is highest; ``converged`` is false where it has no inner maximum."""

    at: Floats
    value: float
    hessian: Floats
    converged: bool


class Likelihood:
    """Observations above zero, ready to be looked at again and again, in units of ``scale`` microseconds."""

    def __init__(self, observations: Observations, scale: float) -> None:
        o = self.observations = observations
        self.scale, self.weight = scale, o.weight
        blurred = o.start_within > 0
        finite = np.isfinite(o.high)
        self.exact = np.flatnonzero(o.is_exact)
        self.between = np.flatnonzero(~o.is_exact & finite & ~blurred)
        self.open = np.flatnonzero(~finite & ~blurred)
        self.blurred = np.flatnonzero(blurred)
        self.late = np.flatnonzero(~blurred & (o.entered > 0))
        self.y_exact = self._log(o.low[self.exact])
        self.y_low, self.y_high = self._log(o.low[self.between]), self._log(o.high[self.between])
        self.y_open, self.y_late = self._log(o.low[self.open]), self._log(o.entered[self.late])
        after = _NODES * o.start_within[self.blurred, None]
        high = o.high[self.blurred, None] - o.start_within[self.blurred, None] + after
        self.blurred_low = self._log(o.low[self.blurred, None] + after)
        self.blurred_high = self._log(high)
        entered = o.entered[self.blurred, None]
        self.blurred_late = self._log(np.where(entered > 0, entered + after, 0.0))

    def _log(self, time: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(time, 0.0) / self.scale)

    def seen(self, law: Curve) -> Floats:
        """(n,) the log of the chance of what was seen."""
        if self.exact.size == len(self.observations):
            return law.log_density(self.y_exact)
        out = np.empty(len(self.observations))
        if self.exact.size:
            out[self.exact] = law.log_density(self.y_exact)
        if self.between.size:
            out[self.between] = log_difference(law.log_survival(self.y_low), law.log_survival(self.y_high))
        if self.open.size:
            out[self.open] = law.log_survival(self.y_open)
        if self.blurred.size:
            chance = _survival(law, self.blurred_low) - _survival(law, self.blurred_high)
            out[self.blurred] = np.log(np.maximum(chance @ _WEIGHTS, _LEAST))
        return out

    def could_be_seen(self, law: Curve) -> Floats:
        """(n,) the log of the chance of having been seen at all."""
        out = np.zeros(len(self.observations))
        if self.late.size:
            out[self.late] = law.log_survival(self.y_late)
        if self.blurred.size and self.observations.entered[self.blurred].any():
            out[self.blurred] = np.log(np.maximum(_survival(law, self.blurred_late) @ _WEIGHTS, _LEAST))
        return out

    def value(self, law: Curve) -> float:
        value = float(self.weight @ (self.seen(law) - self.could_be_seen(law)))
        return value if np.isfinite(value) else -np.inf


def log_difference(larger: Floats, smaller: Floats) -> Floats:
    """log(exp(larger) - exp(smaller)), at least the smallest double."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = larger + np.log(-np.expm1(smaller - larger))
    return np.where(np.isfinite(found), np.maximum(found, np.log(_LEAST)), np.log(_LEAST))


def _survival(law: Curve, y: Floats) -> Floats:
    flat = y.ravel()
    out = np.zeros(flat.size)
    finite = flat < np.inf
    out[finite] = np.exp(law.log_survival(flat[finite]))
    return out.reshape(y.shape)


def differences(function: Callable[[Floats], float], at: Floats) -> Derivatives:
    """Value, gradient and Hessian by central differences; not finite at the edge of what is possible."""
    with np.errstate(invalid="ignore"):
        return _differences(function, at)


def _differences(function: Callable[[Floats], float], at: Floats) -> Derivatives:
    d, middle = at.size, function(at)
    steps = _STEP * np.eye(d)
    up, down = (np.array([function(at + sign * step) for step in steps]) for sign in (1, -1))
    hessian = np.diag((up - 2 * middle + down) / _STEP**2)
    for i in range(d):
        for j in range(i):
            both = function(at + steps[i] + steps[j]) + function(at - steps[i] - steps[j])
            hessian[i, j] = hessian[j, i] = (both - up[i] - down[i] - up[j] - down[j] + 2 * middle) / (2 * _STEP**2)
    return Derivatives(middle, (up - down) / (2 * _STEP), hessian)


def climb(
    function: Callable[[Floats], float],
    start: Floats,
    derivatives: Callable[[Floats], Derivatives] | None = None,
    steps: int = _MOST_STEPS,
) -> Optimum:
    """Newton's way up: each step upwards, by at most 1 in any parameter."""
    at = start
    for _ in range(steps):
        here = derivatives(at) if derivatives else differences(function, at)
        if not (np.isfinite(here.value) and np.isfinite(here.hessian).all()):
            return Optimum(at, -np.inf, np.eye(at.size), False)
        curvature, axes = np.linalg.eigh(-here.hessian)
        least = 1e-6 * max(np.abs(curvature).max(), 1e-6)
        step = axes @ ((axes.T @ here.gradient) / np.maximum(np.abs(curvature), least))
        gain = float(here.gradient @ step)
        if gain < _CONVERGED * max(1.0, 1e-6 * abs(here.value)):
            return Optimum(at, here.value, here.hessian, bool(curvature.min() > least))
        step *= min(1.0, 1.0 / np.abs(step).max())
        for _ in range(20):
            if function(at + step) > here.value:
                break
            step /= 2
        else:
            return Optimum(at, here.value, here.hessian, bool(curvature.min() > least))
        at = at + step
    return Optimum(at, here.value, here.hessian, False)
