"""What a model has to beat: whole cases drawn again, and what is only noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calibration.histories import Histories
from calibration.validating.split import Split, behind
from sim.eventlog import NAT, Ints
from sim.model.quantities import HOUR_US


def redrawn(split: Split, rng: np.random.Generator) -> Histories:
    """Cases of the first part drawn again whole, in place of those that were to come.

    New ones arrive at the rate of each hour of the week; a case in progress goes on as one that took longer than it
    has taken so far. It is no model, and a serious yardstick.
    """
    known = split.known
    begun, size = known.begun, np.diff(known.first)
    took = known.last - begun
    whole = np.flatnonzero((known.over != NAT) & (size > 0))
    at = _arrivals(begun, split.cut, split.end, rng)
    drawn, since = [rng.choice(whole, at.size)], [at]
    for case in np.flatnonzero(known.over == NAT).tolist():
        longer = whole[took[whole] > split.cut - begun[case]]
        drawn.append(rng.choice(longer if longer.size else whole[[np.argmax(took[whole])]], 1))
        since.append(begun[[case]])
    cases, instants = np.concatenate(drawn), np.concatenate(since)
    of = np.repeat(np.arange(cases.size), size[cases])
    first = np.append(0, np.cumsum(size[cases]))
    row = np.arange(of.size) - first[of] + known.first[cases[of]]
    moved = (instants - begun[cases])[of]
    found = replace(
        known,
        first=first,
        activity=known.activity[row],
        start=known.start[row] + moved,
        end=known.end[row] + moved,
        accepted=instants,
        over=instants,
    )
    return behind(replace(found, over=found.last), split.cut, split.end)


def halves(log: Histories, rng: np.random.Generator) -> tuple[Histories, Histories]:
    """One random half of the cases, and the other: what lies between them is noise."""
    one = np.zeros(len(log), np.bool_)
    one[rng.permutation(len(log))[: len(log) // 2]] = True
    return log.where(one), log.where(~one)


def _arrivals(begun: Ints, cut: int, end: int, rng: np.random.Generator) -> Ints:
    def hours_of_week(hour: Ints) -> Ints:
        return (hour + 3 * 24) % (7 * 24)

    spent = np.arange(begun.min() // HOUR_US, cut // HOUR_US + 1)
    came = np.bincount(hours_of_week(begun // HOUR_US), minlength=168)
    rate = came / np.maximum(np.bincount(hours_of_week(spent), minlength=168), 1)
    to_come = np.arange(cut // HOUR_US, end // HOUR_US + 1)
    hours = np.repeat(to_come, rng.poisson(rate[hours_of_week(to_come)]))
    at = hours * HOUR_US + rng.integers(0, HOUR_US, hours.size)
    return np.sort(at[(at > cut) & (at <= end)])
