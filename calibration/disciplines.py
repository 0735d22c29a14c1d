"""In which order a queue is worked off: the order of starts against that of rules, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.activity import Activity
from sim.analysis.statistics.estimate import Estimate
from sim.analysis.statistics.shares import wilson
from sim.eventlog import NAT, Coded, Ints
from sim.model.pools import Discipline

Flags = NDArray[np.bool_]
Rule = Literal["first-come", "last-come", "priority", "earliest-due", "random"]
AHEAD = 200
"""The one that was passed over is looked for among so many next starts."""
MOST = 20_000
FEWEST = 20
CLEAR = 0.6
"""With a smaller share of pairs in its order no rule is named."""
SIGNIFICANT = 0.01


@dataclass(frozen=True)
class FittedDiscipline:
    """The rule that most pairs keep, and the share of pairs in the order of each rule.

    A pair is a case that was taken and one, drawn at random, that waited at that instant too and was taken later; each
    start is in one pair. ``better``: p-value of the sign test that the rule keeps more pairs than first-come does (for
    first-come: than chance). ``classes``: from the first served to the last, for ``priority``. ``told``: the log tells
    when each entry was ready; else the time since the row before counts as waiting, be it the customer's, and a case
    that one person carries on with looks as if it had been let in first.
    """

    rule: Rule
    shares: dict[Rule, Estimate]
    pairs: int
    better: float
    told: bool
    classes: tuple[str, ...] = ()

    @property
    def described(self) -> Discipline:
        """What a scenario file can say: another rule than first-come only where the log tells what was ready."""
        return self.rule if self.told and self.rule in ("priority", "earliest-due") else "first-come"


def fit_discipline(
    its: Activity, *, case_class: Coded | None = None, due: Ints | None = None, seed: int = 1
) -> FittedDiscipline | None:
    """The discipline of one pool's queue; None where fewer than 40 times somebody had a choice.

    ``case_class`` and ``due`` (NAT for none) are by case of the log. The order of classes is read from the earlier
    half of the pairs; all rules are judged on the later one. A rule must keep significantly more pairs than those
    before it (in the order of the keys of ``shares``), and is none below 60%.
    """
    taken, left = _pairs(its, np.random.default_rng(seed))
    differ = its.ready[taken] != its.ready[left]
    taken, left = taken[differ], left[differ]
    if taken.size < 2 * FEWEST:
        return None
    kept: dict[Rule, Flags] = {"first-come": its.ready[taken] < its.ready[left]}
    kept["last-come"] = ~kept["first-come"]
    if due is not None:
        one_due, other_due = due[its.case[taken]], due[its.case[left]]
        known = (one_due != NAT) & (other_due != NAT) & (one_due != other_due)
        if known.sum() >= FEWEST:
            kept["earliest-due"] = np.where(known, one_due < other_due, kept["first-come"])
    classes: tuple[str, ...] = ()
    late = np.arange(taken.size) >= taken.size // 2
    if case_class is not None:
        one, two = (case_class.codes[its.case[side]] for side in (taken, left))
        if ((one != two) & late).sum() >= FEWEST:
            order = _order(one[~late], two[~late], len(case_class.names))
            rank = np.append(np.argsort(order), len(order))
            kept["priority"] = np.where(one == two, kept["first-come"], rank[one] < rank[two])
            classes = tuple(case_class.names[i] for i in order if (np.append(one, two) == i).any())
    shares: dict[Rule, Estimate] = {rule: _share(keeps[late]) for rule, keeps in kept.items()}
    best: Rule = "first-come"
    for rule in kept:
        if rule != best and _sign(kept[rule][late], kept[best][late]) < SIGNIFICANT:
            best = rule
    better = _sign(kept[best][late], None if best == "first-come" else kept["first-come"][late])
    clear = (shares[best].value or 0) >= CLEAR and better < SIGNIFICANT
    return FittedDiscipline(
        best if clear else "random",
        shares,
        int(late.sum()),
        better,
        its.ready_told,
        classes if best == "priority" else (),
    )


def _pairs(its: Activity, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """(taken, passed over) as places of the activity, in the order of starts."""
    order = np.lexsort((its.ready, its.begins))
    ready, begins = its.ready[order], its.begins[order]
    firsts = np.arange(order.size - 1)
    if firsts.size > MOST:
        firsts = np.sort(rng.choice(firsts, MOST, replace=False))
    ahead = np.minimum(firsts[:, None] + np.arange(1, min(AHEAD, order.size) + 1), order.size - 1)
    waits = (ready[ahead] < begins[firsts][:, None]) & (begins[ahead] > begins[firsts][:, None])
    waits &= ready[firsts][:, None] < begins[firsts][:, None]  # who came and was served at once was not chosen
    some = waits.any(axis=1)
    weight = waits[some] * rng.random(waits[some].shape)
    return order[firsts[some]], order[ahead[some, np.argmax(weight, axis=1)]]


def _order(one: NDArray[np.int32], two: NDArray[np.int32], classes: int) -> list[int]:
    """Classes from the one that most often goes before another class."""
    differ = (one != two) & (one >= 0) & (two >= 0)
    first, second = (np.bincount(side[differ], minlength=classes) for side in (one, two))
    return np.argsort(-first / np.maximum(first + second, 1), kind="stable").tolist()


def _share(keeps: Flags) -> Estimate:
    return wilson(int(keeps.sum()), keeps.size)


def _sign(keeps: Flags, others: Flags | None) -> float:
    """One-sided sign test that ``keeps`` holds more often than ``others`` does, or than chance."""
    from scipy.special import bdtrc

    wins = keeps if others is None else keeps & ~others
    n = keeps.size if others is None else int((keeps != others).sum())
    return float(bdtrc(int(wins.sum()) - 1, n, 0.5)) if wins.any() else 1.0
