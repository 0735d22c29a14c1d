"""One law, or several of a family with their shares (a mixture), at given parameters and at the likeliest ones.

The score and the information of a mixture follow from those of its parts (Louis, JRSS B 44 (1982) 226-233): with
r the chance that an observation belongs to a part, s and H the derivatives of its log chance under that part,
the gradient is the mean of s under r, the Hessian that of H + s s' less the square of the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from calibration.durations.families import Family
from calibration.durations.likelihood import Curve, Derivatives, Likelihood, Optimum, climb
from calibration.durations.observations import Floats, Observations

_STEP = 1e-4
_CELLS, _FEW_CELLS = 1024, 96
_EM_STEPS, _EM_TRIES = 20, 5
_EM_GAIN = 1e-2
_FEW_STEPS, _MANY_STEPS = 12, 25
_SUBSAMPLE = 600
_LEAST_SPREAD = 0.01
"""A part that spreads less (cv) is a heap of rounded values, or of a timer, and no law."""
_LEAST_CASES = 5.0
"""A part with fewer is an outlier or two."""
_LARGEST_CV = 20.0


@dataclass(frozen=True, eq=False)
class Part:
    """A family at its natural parameters."""

    family: type[Family]
    natural: Floats

    def log_density(self, y: Floats) -> Floats:
        return self.family.log_density(y, self.natural)

    def log_survival(self, y: Floats) -> Floats:
        return self.family.log_survival(y, self.natural)


@dataclass(frozen=True, eq=False)
class Blend:
    """Parts of one family; ``shares`` (k,) sum to 1, ``natural`` is (k, p). k = 1 is no mixture."""

    family: type[Family]
    shares: Floats
    natural: Floats

    @property
    def parts(self) -> list[Part]:
        return [Part(self.family, row) for row in self.natural]

    @property
    def theta(self) -> Floats:
        """(k - 1 + k p,) the logits of all shares but the first, then the parts' natural parameters."""
        return np.concatenate([np.log(self.shares[1:] / self.shares[0]), self.natural.ravel()])

    def at(self, theta: Floats) -> Blend:
        k = self.shares.size
        return Blend(self.family, special.softmax(np.append(0.0, theta[: k - 1])), theta[k - 1 :].reshape(k, -1))

    def log_density(self, y: Floats) -> Floats:
        return self._over(lambda part: part.log_density(y))

    def log_survival(self, y: Floats) -> Floats:
        return self._over(lambda part: part.log_survival(y))

    def _over(self, of: Callable[[Curve], Floats]) -> Floats:
        if self.shares.size == 1:
            return of(self.parts[0])
        return _log_sum([np.log(share) + of(part) for share, part in zip(self.shares, self.parts, strict=True)])

    @property
    def reported(self) -> Floats:
        """(k, p) logarithms of mean and cv of the parts."""
        return np.array([self.family.reported(row) for row in self.natural])

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and cv of the whole."""
        reported = self.reported
        means = np.exp(reported[:, 0])
        cvs = np.exp(reported[:, 1]) if reported.shape[1] > 1 else np.ones(means.size)
        mean = float(self.shares @ means)
        second = float(self.shares @ (means**2 * (1 + cvs**2)))
        return mean, float(np.sqrt(max(second - mean**2, 0.0))) / mean

    @property
    def sensible(self) -> bool:
        """Whether a scenario file can say it, and each part is a law and no heap."""
        reported = self.reported
        if not np.isfinite(reported).all():
            return False
        cvs = np.exp(reported[:, 1:])
        least = _LEAST_SPREAD if self.shares.size > 1 else 1e-3
        return bool(((cvs >= least) & (cvs <= _LARGEST_CV)).all())


def derivatives(likelihood: Likelihood, blend: Blend) -> tuple[Derivatives, Floats]:
    """Value, gradient and Hessian of the log likelihood in ``theta``, and each observation's score (n, d)."""
    seen, scores, information = _louis(blend, likelihood.seen, likelihood.weight)
    if likelihood.observations.entered.any():
        could, entry_scores, entry_information = _louis(blend, likelihood.could_be_seen, likelihood.weight)
        seen, scores, information = seen - could, scores - entry_scores, information - entry_information
    weight = likelihood.weight
    return Derivatives(float(weight @ seen), weight @ scores, information), scores


def _louis(blend: Blend, of: Callable[[Curve], Floats], weight: Floats) -> tuple[Floats, Floats, Floats]:
    k, p = blend.natural.shape
    d = k - 1 + k * p
    own = [_part_derivatives(part, of) for part in blend.parts]
    terms = np.array([values for values, _, _ in own]) + np.log(blend.shares)[:, None]
    seen = _log_sum(terms)
    chance = np.exp(terms - seen)
    scores, hessian = np.zeros((weight.size, d)), np.zeros((d, d))
    inner = -(np.diag(blend.shares) - np.outer(blend.shares, blend.shares))[1:, 1:]
    hessian[: k - 1, : k - 1] = inner * weight.sum()
    for i, (_, gradient, second) in enumerate(own):
        here = slice(k - 1 + i * p, k - 1 + (i + 1) * p)
        part_score = np.zeros((weight.size, d))
        part_score[:, : k - 1] = (np.arange(1, k) == i) - blend.shares[1:]
        part_score[:, here] = gradient
        weighted = (weight * chance[i])[:, None]
        hessian += part_score.T @ (weighted * part_score)
        hessian[here, here] += np.tensordot(weighted[:, 0], second, axes=1)
        scores += chance[i][:, None] * part_score
    return seen, scores, hessian - scores.T @ (weight[:, None] * scores)


def _log_sum(terms: Floats | list[Floats]) -> Floats:
    return np.logaddexp.reduce(terms, axis=0)


def _part_derivatives(part: Part, of: Callable[[Curve], Floats]) -> tuple[Floats, Floats, Floats]:
    """Of each observation's term in the part's parameters: value (n,), gradient (n, p), Hessian (n, p, p)."""

    def moved(step: Floats) -> Floats:
        return of(Part(part.family, part.natural + step))

    p, middle = part.natural.size, of(part)
    steps = _STEP * np.eye(p)
    up, down = [moved(step) for step in steps], [moved(-step) for step in steps]
    gradient = np.stack([(u - d) / (2 * _STEP) for u, d in zip(up, down, strict=True)], axis=1)
    hessian = np.empty((middle.size, p, p))
    for i in range(p):
        hessian[:, i, i] = (up[i] - 2 * middle + down[i]) / _STEP**2
        for j in range(i):
            both = moved(steps[i] + steps[j]) + moved(-steps[i] - steps[j])
            mixed = (both - up[i] - down[i] - up[j] - down[j] + 2 * middle) / (2 * _STEP**2)
            hessian[:, i, j] = hessian[:, j, i] = mixed
    return middle, gradient, hessian


def likeliest(likelihood: Likelihood, start: Blend, steps: int = 60) -> tuple[Blend, Optimum]:
    """The maximum of the likelihood next to ``start``."""
    found = climb(
        lambda theta: likelihood.value(start.at(theta)),
        start.theta,
        lambda theta: derivatives(likelihood, start.at(theta))[0],
        steps,
    )
    return start.at(found.at), found


def fit_one(likelihood: Likelihood, family: type[Family]) -> tuple[Blend, Optimum]:
    """The likeliest law of a family."""
    observations = likelihood.observations
    start = Blend(family, np.ones(1), _guess(family, _middles(likelihood), likelihood.weight)[None])
    if len(observations) > 3 * _SUBSAMPLE:
        some = np.argsort(observations.low, kind="stable")[:: len(observations) // _SUBSAMPLE]
        first, found = likeliest(Likelihood(observations.take(some), likelihood.scale), start)
        start = first if found.converged else start
    return likeliest(likelihood, start)


def fit_several(likelihood: Likelihood, family: type[Family], k: int) -> tuple[Blend, Optimum]:
    """The likeliest mixture of k parts: EM from several divisions by size (each M-step one step of Newton), then all
    parameters together. Exact durations are put into 1024 cells of equal width in their logarithm."""
    few = Likelihood(in_cells(likelihood.observations, _FEW_CELLS), likelihood.scale)
    best = max((_em(few, blend, _EM_TRIES) for blend in _divisions(few, family, k)), key=few.value)
    near, _ = likeliest(few, _em(few, best, _EM_STEPS), _FEW_STEPS)
    many = Likelihood(in_cells(likelihood.observations, _CELLS), likelihood.scale)
    blend, found = likeliest(many, near, _MANY_STEPS)
    converged = found.converged and bool((blend.shares * likelihood.weight.sum() >= _LEAST_CASES).all())
    return blend, Optimum(found.at, likelihood.value(blend), found.hessian, converged)


def _middles(likelihood: Likelihood) -> Floats:
    """(n,) a value of log time for each observation, to begin from."""
    o = likelihood.observations
    longest = np.where(np.isfinite(o.high), o.high, 2 * np.maximum(o.low, 0.0))
    middle = (np.maximum(o.low, 0.0) + longest) / 2
    return np.log(np.maximum(middle, 1e-9 * likelihood.scale) / likelihood.scale)


def _guess(family: type[Family], y: Floats, weight: Floats) -> Floats:
    mean = float(np.average(y, weights=weight))
    sigma = min(max(float(np.sqrt(np.average((y - mean) ** 2, weights=weight))), 0.05), 2.0)
    log_mean = float(special.logsumexp(y, b=weight / weight.sum()))
    if family.parameters == 1:
        return np.array([log_mean])
    if family.name == "lognormal":
        return np.array([mean, np.log(sigma)])
    if family.name == "gamma":
        return np.array([log_mean, -2 * np.log(sigma)])
    return np.array([mean + 0.45 * sigma, np.log(1.28 / sigma)])


def in_cells(o: Observations, cells: int) -> Observations:
    """Exact ones, and open ones, each in cells of equal width in their logarithm."""
    plain = (o.entered == 0) & (o.start_within == 0) & (o.low > 0)
    groups = [plain & o.is_exact, plain & np.isinf(o.high)]
    found = [o.take(~(groups[0] | groups[1]))]
    for rows in groups:
        if rows.sum() <= cells:
            found.append(o.take(rows))
            continue
        y, weight = np.log(o.low[rows]), o.weight[rows]
        cell = np.minimum(((y - y.min()) * (cells / max(np.ptp(y), 1e-9))).astype(np.int64), cells - 1)
        total = np.bincount(cell, weight, cells)
        used = total > 0
        middle = np.exp(np.bincount(cell, weight * y, cells)[used] / total[used])
        found.append(Observations.of(middle, middle if rows is groups[0] else np.inf, weight=total[used]))
    return Observations(*(np.concatenate([getattr(one, name) for one in found]) for name in o.__slots__))


def _divisions(likelihood: Likelihood, family: type[Family], k: int) -> Iterator[Blend]:
    y, weight = _middles(likelihood), likelihood.weight
    order = np.argsort(y, kind="stable")
    below = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    for cuts in ([0.5], [0.2], [0.8]) if k == 2 else ([1 / 3, 2 / 3], [0.15, 0.5], [0.5, 0.85]):
        group = np.empty(y.size, np.int64)
        group[order] = np.searchsorted(cuts, below)
        members = [group == i for i in range(k)]
        if all(member.any() for member in members):
            shares = np.array([weight[member].sum() for member in members]) / weight.sum()
            yield Blend(family, shares, np.array([_guess(family, y[m], weight[m]) for m in members]))


def _em(likelihood: Likelihood, blend: Blend, steps: int) -> Blend:
    last = -np.inf
    for _ in range(steps):
        own = [_part_derivatives(part, likelihood.seen) for part in blend.parts]
        terms = np.array([values for values, _, _ in own]) + np.log(np.maximum(blend.shares, 1e-12))[:, None]
        seen = _log_sum(terms)
        value = float(likelihood.weight @ seen)
        if not value - last > _EM_GAIN:
            break
        last = value
        belongs = np.exp(terms - seen) * likelihood.weight
        natural = blend.natural.copy()
        for i, (_, gradient, second) in enumerate(own):
            slope, bend = belongs[i] @ gradient, -np.tensordot(belongs[i], second, axes=1)
            curvature, axes = np.linalg.eigh(bend)
            step = axes @ ((axes.T @ slope) / np.maximum(np.abs(curvature), 1e-3))
            natural[i] += step * min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-300))
        natural[:, 1] = (
            np.clip(natural[:, 1], -6.0, 8.0) if blend.family.name != "lognormal" else np.clip(natural[:, 1], -4.0, 3.0)
        )
        blend = Blend(blend.family, belongs.sum(axis=1) / likelihood.weight.sum(), natural)
    return blend
