"""The families of laws that are fitted, on the logarithm of time.

Each has two sets of parameters: *natural* ones, in which its likelihood is easiest to climb, and those that a scenario
file has: the logarithms of mean and cv.
"""

from __future__ import annotations

import math
from typing import ClassVar, Protocol

import numpy as np
from scipy import special

from calibration.durations.observations import Floats
from sim.model.compiled_laws import weibull_shape
from sim.model.law_forms import Family as FamilyName

_ROOT_2PI = 0.5 * math.log(2 * math.pi)


class Family(Protocol):
    """A family on y = log t: densities are of t, and -inf or inf stand for no time and for ever."""

    name: ClassVar[FamilyName]
    parameters: ClassVar[int]

    @staticmethod
    def log_density(y: Floats, natural: Floats) -> Floats: ...

    @staticmethod
    def log_survival(y: Floats, natural: Floats) -> Floats: ...

    @staticmethod
    def reported(natural: Floats) -> Floats:
        """(log mean, log cv), or (log mean,) where the family has no other parameter."""
        ...

    @staticmethod
    def natural(reported: Floats) -> Floats: ...


class Lognormal:
    """mu and log sigma."""

    name: ClassVar[FamilyName] = "lognormal"
    parameters: ClassVar[int] = 2

    @staticmethod
    def log_density(y: Floats, natural: Floats) -> Floats:
        z = (y - natural[0]) * math.exp(-natural[1])
        return -z * z / 2 - natural[1] - _ROOT_2PI - y

    @staticmethod
    def log_survival(y: Floats, natural: Floats) -> Floats:
        return special.log_ndtr((natural[0] - y) * math.exp(-natural[1]))

    @staticmethod
    def reported(natural: Floats) -> Floats:
        variance = math.exp(min(2 * natural[1], 100.0))
        return np.array([natural[0] + variance / 2, _log_cv(variance)])

    @staticmethod
    def natural(reported: Floats) -> Floats:
        variance = math.log1p(math.exp(2 * reported[1]))
        return np.array([reported[0] - variance / 2, math.log(variance) / 2])


class Weibull:
    """Logarithms of scale and shape."""

    name: ClassVar[FamilyName] = "weibull"
    parameters: ClassVar[int] = 2

    @staticmethod
    def log_density(y: Floats, natural: Floats) -> Floats:
        z = (y - natural[0]) * math.exp(natural[1])
        return natural[1] + z - _exp(z) - y

    @staticmethod
    def log_survival(y: Floats, natural: Floats) -> Floats:
        return -_exp((y - natural[0]) * math.exp(natural[1]))

    @staticmethod
    def reported(natural: Floats) -> Floats:
        shape = math.exp(natural[1])
        one, two = math.lgamma(1 + 1 / shape), math.lgamma(1 + 2 / shape)
        return np.array([natural[0] + one, _log_cv(two - 2 * one)])

    @staticmethod
    def natural(reported: Floats) -> Floats:
        shape = weibull_shape(math.exp(reported[1]))
        return np.array([reported[0] - math.lgamma(1 + 1 / shape), math.log(shape)])


class Gamma:
    """Logarithms of mean and shape."""

    name: ClassVar[FamilyName] = "gamma"
    parameters: ClassVar[int] = 2

    @staticmethod
    def log_density(y: Floats, natural: Floats) -> Floats:
        shape, z = math.exp(natural[1]), y - natural[0]
        constant = shape * natural[1] - math.lgamma(shape)
        return constant + shape * (z - _exp(z)) - y

    @staticmethod
    def log_survival(y: Floats, natural: Floats) -> Floats:
        shape = math.exp(natural[1])
        x = shape * _exp(y - natural[0])
        below = special.gammainc(shape, x)
        right = below > 0.5
        out = np.log1p(-np.where(right, 0.0, below))
        out[right] = _log_upper_gamma(shape, x[right])
        return out

    @staticmethod
    def reported(natural: Floats) -> Floats:
        return np.array([natural[0], -natural[1] / 2])

    @staticmethod
    def natural(reported: Floats) -> Floats:
        return np.array([reported[0], -2 * reported[1]])


class Exponential:
    """Logarithm of the mean."""

    name: ClassVar[FamilyName] = "exponential"
    parameters: ClassVar[int] = 1

    @staticmethod
    def log_density(y: Floats, natural: Floats) -> Floats:
        return -natural[0] - _exp(y - natural[0])

    @staticmethod
    def log_survival(y: Floats, natural: Floats) -> Floats:
        return -_exp(y - natural[0])

    @staticmethod
    def reported(natural: Floats) -> Floats:
        return natural

    @staticmethod
    def natural(reported: Floats) -> Floats:
        return reported


FAMILIES: tuple[type[Family], ...] = (Exponential, Lognormal, Gamma, Weibull)


def _log_cv(log_square: float) -> float:
    """log cv from log(1 + cv^2)."""
    return math.log(math.expm1(min(max(log_square, 1e-300), 700.0))) / 2


def _exp(z: Floats) -> Floats:
    return np.exp(np.minimum(z, 700.0))


def _log_upper_gamma(shape: float, x: Floats) -> Floats:
    """log Q(shape, x), by its asymptotic series where Q is below the smallest double (Abramowitz and Stegun 6.5.32)."""
    upper = special.gammaincc(shape, x)
    with np.errstate(divide="ignore"):
        found = np.log(upper)
    far = upper < 1e-290
    series = (shape - 1) * np.log(x[far]) - x[far] - math.lgamma(shape) + np.log1p((shape - 1) / x[far])
    found[far] = series
    return found
