"""Formulas of queueing theory, written down from the books: the independent route to every exact number.

Nothing of the project is used. Rates are per hour (or day), times in the same unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, special, stats

Floats = NDArray[np.float64]


def erlang_c(c: int, a: float) -> float:
    """Probability of waiting in M/M/c with offered load a (Erlang 1917)."""
    b = erlang_b(c, a)
    return b / (1 - a / c * (1 - b))


def erlang_b(c: int, a: float) -> float:
    """Loss in M/G/c/c (Erlang 1917), by the recursion over servers."""
    b = 1.0
    for k in range(1, c + 1):
        b = a * b / (k + a * b)
    return b


def mmc_wait_law(c: int, lam: float, mu: float, times: Sequence[float]) -> list[float]:
    """P(W <= t) = 1 - C exp(-(c mu - lam) t)."""
    return [1 - erlang_c(c, lam / mu) * math.exp(-(c * mu - lam) * t) for t in times]


def pollaczek_khinchine(lam: float, mean: float, second: float) -> float:
    return lam * second / (2 * (1 - lam * mean))


def md1_wait(lam: float, d: float, t: float) -> float:
    """P(W <= t) in M/D/1 (Erlang 1909)."""
    terms = (
        (-lam * (t - k * d)) ** k / math.factorial(k) * math.exp(lam * (t - k * d))
        for k in range(math.floor(t / d) + 1)
    )
    return (1 - lam * d) * sum(terms)


def gm1_root(transform: Callable[[float], float], mu: float) -> float:
    """sigma in (0, 1) with sigma = A*(mu (1 - sigma)), A* the Laplace transform of the time between arrivals."""
    return float(optimize.brentq(lambda s: transform(mu * (1 - s)) - s, 1e-9, 1 - 1e-6, xtol=1e-15))


def cobham(rates: Sequence[float], means: Sequence[float], seconds: Sequence[float]) -> list[float]:
    """Mean waits by class in M/G/1 with non-preemptive priorities, the first class first."""
    w0 = sum(r * s for r, s in zip(rates, seconds, strict=True)) / 2
    sums = np.concatenate([[0.0], np.cumsum(np.multiply(rates, means))])
    return [float(w0 / ((1 - a) * (1 - b))) for a, b in pairwise(sums)]


def cobham_mmc(c: int, rates: Sequence[float], mu: float) -> list[float]:
    """The same with c servers and one exponential service."""
    sums = np.concatenate([[0.0], np.cumsum(rates)]) / (c * mu)
    w0 = erlang_c(c, sum(rates) / mu) / (c * mu)
    return [float(w0 / ((1 - a) * (1 - b))) for a, b in pairwise(sums)]


def bulk(c: int, mean: float, most: int = 400) -> Floats:
    """Stationary law of N -> max(N - c, 0) + Poisson(mean): M/D/c at any instant (Crommelin 1932), and the queue
    just before a session of capacity c (Bailey 1954).
    """
    arrivals = stats.poisson.pmf(np.arange(most), mean)
    step = np.zeros((most, most))
    for n in range(most):
        left = max(n - c, 0)
        step[n, left:] = arrivals[: most - left]
    step[:, -1] += 1 - step.sum(axis=1)
    equations = np.vstack([step.T - np.eye(most), np.ones(most)])
    solution: Floats = linalg.lstsq(equations, np.append(np.zeros(most), 1.0))[0]
    return solution


def mean_beyond(law: Floats, c: int) -> float:
    return float(np.maximum(np.arange(law.size) - c, 0) @ law)


def md_c(c: int, lam: float, d: float) -> tuple[float, float]:
    """(mean wait, P(no wait)) in M/D/c."""
    law = bulk(c, lam * d)
    return mean_beyond(law, c) / lam, float(law[:c].sum())


def committee(capacity: int, lam: float, period: float) -> float:
    """Mean wait for a session of so many entries every ``period``: what is left over, and half a period."""
    return mean_beyond(bulk(capacity, lam * period), capacity) / lam + period / 2


def regular_arrivals(c: int, between: float, mu: float, most: int = 150) -> tuple[float, float]:
    """(mean wait, P(wait)) in D/M/c, from the numbers that arrivals find: a chain of pure deaths between them."""
    deaths = np.diag(mu * np.minimum(np.arange(1, most + 1), c), -1)
    step = linalg.expm((deaths - np.diag(deaths.sum(axis=1))) * between)[1:, :-1]
    equations = np.vstack([step.T - np.eye(most), np.ones(most)])
    found: Floats = linalg.lstsq(equations, np.append(np.zeros(most), 1.0))[0]
    return mean_beyond(found, c - 1) / (c * mu), float(found[c:].sum())


def impatient(n: int, lam: float, mu: float, j: float) -> tuple[float, float]:
    """(P(wait), P(abandon)) in M/M/n+G (Zeltyn and Mandelbaum 2005), J the integral over the law of patience."""
    a = lam / mu
    e = sum(a**k / math.factorial(k) for k in range(n)) / (a ** (n - 1) / math.factorial(n - 1))
    return lam * j / (e + lam * j), (1 + (lam - n * mu) * j) / (e + lam * j)


def patience_j(n: int, lam: float, mu: float, spent: Callable[[Floats], Floats], end: float) -> float:
    """J = integral of exp(lam * integral of P(patience > u) from 0 to x - n mu x) dx."""
    x = np.linspace(0, end, 2_000_001)
    y = np.exp(lam * spent(x) - n * mu * x)
    return float(np.trapezoid(y, x))


def stationary(rates: Floats) -> Floats:
    """Of a continuous-time Markov chain, from the rates between its states."""
    generator = rates - np.diag(rates.sum(axis=1))
    equations = np.vstack([generator.T, np.ones(len(rates))])
    solution: Floats = linalg.lstsq(equations, np.append(np.zeros(len(rates)), 1.0))[0]
    return solution


def transient_mm1(lam: float, mu: float, t: float, most: int = 150) -> float:
    """Mean number at t in M/M/1 that began empty, by the exponential of the generator."""
    rates = np.diag([lam] * (most - 1), 1) + np.diag([mu] * (most - 1), -1)
    law = linalg.expm((rates - np.diag(rates.sum(axis=1))) * t)[0]
    return float(law @ np.arange(most))


def ordered_servers(lam: float, fast: float, slow: float, most: int = 400) -> float:
    """Mean number in M/M/2 with two speeds where a free fast server is taken first (Gumbel 1960)."""
    rates = np.zeros((most + 1, most + 1))  # 0 empty, 1 fast works, 2 slow works, n + 1: n cases, both work
    rates[0, 1] = lam
    rates[1, 3] = rates[2, 3] = lam
    rates[1, 0], rates[2, 0] = fast, slow
    rates[3, 1], rates[3, 2] = slow, fast
    for n in range(3, most):
        rates[n, n + 1] = lam
        rates[n + 1, n] = fast + slow
    return float(stationary(rates) @ np.concatenate([[0, 1, 1], np.arange(2, most)]))


def machine_repair(machines: int, fails: float, repairs: float) -> tuple[float, float]:
    """(share of time that the one repairman works, mean number broken)."""
    rates = np.zeros((machines + 1, machines + 1))
    for n in range(machines):
        rates[n, n + 1] = (machines - n) * fails
        rates[n + 1, n] = repairs
    law = stationary(rates)
    return float(1 - law[0]), float(law @ np.arange(machines + 1))


def periodic_infinite_server(hourly: Sequence[float], mean: float, at: int) -> float:
    """Mean number at an hour of the day in Mt/M/inf, rate constant within each hour, every day alike (Eick et al.)."""
    ago = [hourly[(at - 1 - k) % 24] * math.exp(-k / mean) for k in range(24)]
    return sum(ago) * mean * (1 - math.exp(-1 / mean)) / (1 - math.exp(-24 / mean))


def erlang_tail(k: int, x: float) -> float:
    return float(special.gammaincc(k, x))


def over_the_week(elapsed: Callable[[float], float]) -> float:
    """Mean over a week, of 168 hours, of what a request at each hour takes; linear between full minutes."""
    minutes = np.arange(168 * 60) + 0.5
    return float(np.mean([elapsed(m / 60) for m in minutes]))
