"""Numbers that a reform multiplies or adds to: the value, and the range that its evidence leaves.

A number of the plan, of a publication or of a log that a reform multiplies is none of these any more: what comes out
is an assumption, between the lowest and the highest of the products of both ranges, or without a range where neither
has one. Products are rounded to twelve digits, so that the order of two factors does not show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.model.figures import EVIDENCE_KINDS, Evidence, ShareForm
from sim.model.law_forms import LawForm, MeanSpread, Percentiles, ThreePoint
from sim.model.laws import Mixture
from sim.model.quantities import Quantity
from sim.model.reforms.change import changed

_DIGITS = 12


def rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def times(quantity: Quantity, factor: float) -> Quantity:
    """A duration multiplied."""
    return Quantity(rounded(quantity.amount * factor), quantity.unit)


def multiplied(figure: Any, factor: Any, *, whole: bool = False, at_most: float = float("inf")) -> Any:
    """A figure times a factor that is a figure itself; ``whole`` rounds to the nearest whole number, halves up."""

    def product(value: float, by: float) -> float:
        exact = min(rounded(value * by), at_most)
        return int(exact + 0.5) if whole else exact

    low, high = figure.range or (figure.value,) * 2
    least, most = factor.range or (factor.value,) * 2
    ranged = figure.range is not None or factor.range is not None
    return _assumed(
        figure, product(figure.value, factor.value), (product(low, least), product(high, most)) if ranged else None
    )


def shared_out(every: Any, factor: Any) -> Any:
    """The mean time between cases where there are so many times as many: it is divided by that."""
    low, high = every.range or (every.value,) * 2
    least, most = factor.range or (factor.value,) * 2
    between = None
    if every.range is not None or factor.range is not None:
        between = times(low, 1 / most), times(high, 1 / least)
    return _assumed(every, times(every.value, 1 / factor.value), between)


def added(figure: Any, more: int) -> Any:
    """A count with so many more, or fewer; not below zero."""
    low, high = figure.range or (figure.value,) * 2
    between = None if figure.range is None else (max(0, low + more), high + more)
    return _assumed(figure, figure.value + more, between)


def the_rest(share: ShareForm) -> ShareForm:
    """The share of the others, with the same evidence."""
    between = None if share.range is None else (rounded(1 - share.range[1]), rounded(1 - share.range[0]))
    kept: dict[str, Any] = {"value": rounded(1 - share.value)}
    if between is not None:
        kept["log" if share.log is not None else "assumption"] = between
    return changed(share, **kept)


def slower(law: LawForm, factor: Any) -> LawForm:
    """The law of durations that are all so many times as long; a limit on them (``at_most``) stays."""
    if isinstance(law, Mixture):
        return _of_each_part(law, lambda part: slower(part, factor))
    low, high = factor.range or (factor.value,) * 2
    between = None
    if law.leading is not None and (law.range is not None or factor.range is not None):
        bounds = law.range or (law.leading, law.leading)
        between = (times(bounds[0], low), times(bounds[1], high))
    return _assumed(law, None, between, **_mapped(law, lambda quantity: times(quantity, factor.value)))


def narrower(law: LawForm, factor: float) -> LawForm:
    """The law with so many times the spread, about the same middle: standardised work varies less.

    The coefficient of variation is multiplied; of p10 and p90 the distance from p50 in logarithms; of all other
    forms the distance from the usual duration or the mean.
    """
    match law:
        case Mixture():
            return _of_each_part(law, lambda part: narrower(part, factor))
        case MeanSpread(law="exponential"):
            return changed(law, law="gamma", cv=rounded(factor))
        case MeanSpread(sd=None):
            return changed(law, cv=rounded(law.spread * factor))
        case MeanSpread():
            return changed(law, sd=times(law.sd or law.mean, factor))
        case Percentiles():
            ends = {"p10": law.p10, "p90": law.p90}
            return changed(law, **{n: times(law.p50, (q.size / law.p50.size) ** factor) for n, q in ends.items()})
    middle = law.usual if isinstance(law, ThreePoint) else law.leading
    if middle is None:
        return law

    def towards(quantity: Quantity) -> Quantity:
        size = middle.size + (quantity.size - middle.size) * factor
        return Quantity(rounded(max(0.0, size) / Quantity(1.0, quantity.unit).size), quantity.unit)

    return changed(law, **_mapped(law, towards))


def _of_each_part(law: Mixture, edit: Callable[[LawForm], LawForm]) -> LawForm:
    return changed(law, mixture=tuple(changed(part, of=edit(part.of)) for part in law.mixture))


def _mapped(law: LawForm, edit: Callable[[Quantity], Quantity]) -> dict[str, Any]:
    """The law's own numbers, edited; evidence and limit left out."""
    own = set(type(law).model_fields) - set(Evidence.model_fields) - {"at_most"}
    return {name: _edited(getattr(law, name), edit) for name in own}


def _edited(value: Any, edit: Callable[[Quantity], Quantity]) -> Any:
    if isinstance(value, Quantity):
        return edit(value)
    if isinstance(value, tuple):
        return tuple(_edited(item, edit) for item in value)
    if isinstance(value, dict):
        return {key: _edited(item, edit) for key, item in value.items()}
    return value


def _assumed(figure: Any, value: Any, between: tuple[Any, Any] | None, **fields: Any) -> Any:
    """The figure with another value, as the assumption that it has become."""
    fields |= dict.fromkeys(EVIDENCE_KINDS, None) | {"assumption": between or True}
    if value is not None:
        fields["value"] = value
    return changed(figure, **fields)
