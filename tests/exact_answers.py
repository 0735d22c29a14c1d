"""The exact numbers of scenarios/verification, worked out anew, in the order of each expected.toml."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from tests import theory as t

Number = float | list[float]


def weekday_end(start: float, work: float) -> float:
    """When ``work`` hours that begin at an hour of the week end, Monday to Friday 09-17; hours from Monday on."""
    at, left = start, work
    while True:
        day, hour = divmod(at, 24)
        if day % 7 < 5 and hour < 17:
            begin = max(hour, 9.0)
            if left <= 17 - begin:
                return day * 24 + begin + left
            left -= 17 - begin
        at = (day + 1) * 24


def unsplit_end(start: float, work: float) -> float:
    """The same for work that begins only on a day on which it can end."""
    at = start
    while True:
        day, hour = divmod(at, 24)
        if day % 7 < 5 and max(hour, 9.0) + work <= 17:
            return day * 24 + max(hour, 9.0) + work
        at = (day + 1) * 24


def gm1(sigma: float) -> list[Number]:
    return [sigma / (1 - sigma), sigma]


MMC_TIMES = (0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 10)
MM1_TIMES = (0.5, 1, 2, 3, 4, 5, 7, 10, 14, 20)
GM1_TIMES = (0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)
MD1_TIMES = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6)
ERLANG_TIMES = (5, 10, 15, 20, 25, 30, 40, 50)
S_E2 = t.gm1_root(lambda s: (2 / (2 + 1.25 * s)) ** 2, 1)
S_D = t.gm1_root(lambda s: math.exp(-1.25 * s), 1)
S_U = t.gm1_root(lambda s: (1 - math.exp(-2.5 * s)) / (2.5 * s), 1)
S_H2 = t.gm1_root(lambda s: 0.6 / (1 + 0.5 * s) + 0.4 / (1 + 2.5 * s), 1)
C3, C20 = t.erlang_c(3, 2.5), t.erlang_c(20, 18)
LN_SIGMA = math.sqrt(math.log(1.25))
LN_MU = math.log(10) - LN_SIGMA**2 / 2
PERT = stats.beta(2, 4, loc=2, scale=12)
TRIANGULAR = stats.triang(0.25, loc=2, scale=12)
MMN_M = t.impatient(10, 10, 1, t.patience_j(10, 10, 1, lambda x: 2 * (1 - np.exp(-x / 2)), 60))
MMN_D = t.impatient(5, 5.5, 1, t.patience_j(5, 5.5, 1, lambda x: np.minimum(x, 0.5), 60))
MD2, MD5 = t.md_c(2, 1.6, 1), t.md_c(5, 4.25, 1)
FEEDBACK = np.linalg.solve(np.array([[1, -0.25, -0.1], [-0.6, 1, 0], [-0.4, 0, 1]]), np.array([0.5, 0, 0]))
LOADS = FEEDBACK / np.array([1, 0.7, 0.6])
REPAIR = t.machine_repair(6, 1 / 10, 1 / 2)
PATTERN = [2.0] * 6 + [5.0] * 2 + [20.0] * 4 + [10.0] * 6 + [5.0] * 4 + [2.0] * 2

EXACT: dict[str, list[Number]] = {
    "Q01": [4.0, 5.0, 4.0],
    "Q02": [math.log(20) / 0.2, math.log(0.8 / 0.05) / 0.2],
    "Q03": [C3, C3 / 0.5, 2.5 * C3 / 0.5],
    "Q04": [C20, C20 / 2, C20 * math.exp(-2)],
    "Q09": [t.pollaczek_khinchine(0.7, 1, 5)],
    "Q13": [2.0, 0.2, t.md1_wait(0.8, 1, 2)],
    "Q20": [*t.cobham([0.3, 0.4], [1, 1], [2, 2])],
    "Q27": [1 / 0.7, 0.4 / 0.7, (0.4 / 0.7) / (1 - 0.4 / 0.7) / 0.4],
    "Q28": [1 / 0.2 + 1 / 0.5, 1 - (0.5 * math.exp(-0.2 * 10) - 0.2 * math.exp(-0.5 * 10)) / 0.3],
    "Q33": [1 + 2 + 4 - 1 / 1.5 - 1 / 1.25 - 1 / 0.75 + 1 / 1.75],
    "Q34": [MMN_M[0], MMN_M[1], MMN_M[1] / 0.5],
    "Q43": [0.75 * (1 + 9 / 3) / (2 * 0.25), 8.0],
    "Q48": [3.5, 2 / 7],
    "P01": [1 - math.exp(-15 * 0.2 * 0.8), 6.25, 6.25**2],
    "P02": [1 - t.erlang_tail(5, 30 / 4)],
    "P03": [(1 - t.erlang_tail(2, 4)) * (1 - math.exp(-20 / 8))],
    "P05": [
        LN_MU,
        LN_SIGMA,
        math.exp(LN_MU + stats.norm.ppf(0.95) * LN_SIGMA),
        float(stats.norm.cdf((math.log(20) - LN_MU) / LN_SIGMA)),
    ],
    "P06": [float(x) for x in (PERT.mean(), PERT.std(), PERT.cdf(10), PERT.ppf(0.95))],
    "P07": [float(x) for x in (TRIANGULAR.mean(), TRIANGULAR.std(), TRIANGULAR.median(), TRIANGULAR.ppf(0.95))],
    "V01": [t.mmc_wait_law(3, 2.5, 1, MMC_TIMES)],
    "V02": [[1 - math.exp(-0.2 * x) for x in MM1_TIMES]],
    "V03": [[t.md1_wait(0.8, 1, x) for x in MD1_TIMES]],
    "V04": [t.pollaczek_khinchine(0.7, 1, 4 / 3), 0.7],
    "V05": [t.pollaczek_khinchine(0.7, 1, 2 * (0.5 * 0.25 + 0.5 * 2.25)), 0.7],
    "V06": gm1(S_E2),
    "V07": gm1(S_D),
    "V08": [*gm1(S_U), [1 - S_U * math.exp(-(1 - S_U) * x) for x in GM1_TIMES]],
    "V09": gm1(S_H2),
    "V10": [*MD2],
    "V11": [*MD5],
    "V12": [t.erlang_b(10, 8), 8 * (1 - t.erlang_b(10, 8)) / 10],
    "V13": [t.erlang_b(10, 8)],
    "V14": [*MMN_D],
    "V15": [*t.cobham_mmc(3, [0.5, 0.9, 1.0], 1)],
    "V16": [*t.cobham([0.6, 0.25], [0.5, 2], [0.25, 8])],
    "V17": [0.7 * (1 + 7.5 / 2.5) / (2 * 0.3), (1 + 7.5 / 2.5) / (2 * 0.3)],
    "V18": [0.8 / (2 * 0.2) + 12 / (2 * 4 * 0.2)],
    "V19": [t.over_the_week(lambda x: weekday_end(x, 12) - x)],
    "V20": [
        t.over_the_week(lambda x: unsplit_end(x, 5) - x),
        t.over_the_week(lambda x: float(unsplit_end(x, 5) - x <= 5 + 1e-9)),
    ],
    "V21": [2.0, 0.8 * math.exp(-0.2 * 4)],
    "V22": [t.committee(10, 8 / 7, 7)],
    "V23": [25 / 14, 4 / 7 * 1 / 4],
    "V24": [5.5, 2 / 7],
    "V25": [float(LOADS[0]), float(LOADS[1]), float(sum(LOADS / (1 - LOADS))), float(sum(LOADS / (1 - LOADS)) / 0.5)],
    "V26": [t.erlang_c(2, 1.6) / 0.4 + 1 + t.erlang_c(3, 2.4) / (3 / 1.5 - 1.6) + 1.5],
    "V27": [*REPAIR],
    "V28": [t.transient_mm1(2, 2.5, 1), t.transient_mm1(2, 2.5, 3), t.transient_mm1(2, 2.5, 6)],
    "V29": [
        20 * (1 - math.exp(-1)),
        20 * (1 - math.exp(-3)),
        20 * (1 - math.exp(-6)),
        20 * (1 - math.exp(-6)) * math.exp(-3),
    ],
    "V30": [t.periodic_infinite_server(PATTERN, 2, h) for h in (8, 12, 20)],
    "V31": [60.0, 40.0, 20.0],
    "V32": [t.ordered_servers(1.2, 1.5, 0.5)],
    "V33": [(12 - 0.7) / 8 / 0.3],
    "V34": [sum(2 / k for k in range(1, 6))],
    "V35": [2 * 5 / 3 + 3 * 5 / 6, 5 / 3],
    "V36": [4 * (1 + 0.5 * 0.5 + 0.25 * 0.25 + 0.125 * 0.25), 1.875],
    "V37": [6.0],
    "V38": [t.erlang_c(2, 1.6) / 0.4, t.erlang_c(2, 1.6)],
    "V39": [[1 - t.erlang_tail(5, x / 4) for x in ERLANG_TIMES]],
    "V40": [4.0],
    "V41": [0.6 * 0.5 + 0.4 * 3, 0.6 * math.exp(-4 / 0.5) + 0.4 * math.exp(-4 / 3)],
    "V42": [8 * 24 + 18.0],
    "V43": [10 + (121**2 / 2 + 10 * 121) / 365, 244 / 365 - 10 / 365],
    "V44": [3 - 9 / 14, 4 / 7, 3 - 9 / 14 + 3 / 7 / 24],
    "V45": [30.0],
    "V46": [*t.regular_arrivals(3, 1 / 2.5, 1)],
    "V47": [1.5],
}
