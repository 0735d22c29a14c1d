"""Reforms applied to a model: contradictions refused, then phase by phase, whatever their order in the scenario.

The changes of all reforms are applied by phase (see :mod:`sim.model.reforms.change`), within a phase the narrow before
the wide, then by the ids of the reforms, within a reform as listed. So the order in which a scenario lists its reforms
never shows.

Two changes of different reforms contradict each other where both touch one aspect, or one touches what the other
needs, except that two additions or two multiplications go together, and that two may set the same to the same. The
same change in two reforms is applied once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sim.errors import InputError, Path
from sim.model.base import Model
from sim.model.reforms.change import CLOCK, Change, Touch, restated
from sim.model.reforms.references import problems
from sim.model.reforms.reform import Reform
from sim.model.reforms.steps import Remove
from sim.model.reforms.words import fill, quoted
from sim.text import Text


@dataclass(frozen=True)
class Planned:
    """A change of a reform, with the place where it is described."""

    path: Path
    reform: str
    name: Text
    change: Change


@dataclass(frozen=True)
class Reformed:
    """A model after the changes of the process, and after those of the clock too."""

    process: Model
    model: Model


def reformed(base: Model, reforms: Iterable[tuple[Path, str, Reform]], where: Path = ()) -> Reformed:
    """The base with reforms, each given with its path and id; ``where`` is the path of their list.

    Errors: :class:`InputError` for two reforms that contradict each other, with both names; for a change that does not
    fit, with its path; for a rework, a kept server, a clock or an open case that no longer finds its step.
    """
    planned = [
        Planned((*path, kind, i), id_, reform.name, one)
        for path, id_, reform in reforms
        for kind, changes in (("changes", reform.changes), ("clock_changes", reform.clock_changes))
        for i, change in enumerate(changes)
        for one in _single(change)
    ]
    _refuse_contradictions(base, planned, where)
    states = [base]
    steps = _in_order(base, planned)
    for step in steps:
        states.append(_applied(states[-1], step))
    _refuse_lost_names(base, states, steps)
    of_process = sum(step.change.phase != CLOCK for step in steps)
    return Reformed(states[of_process], states[-1])


def _single(change: Change) -> Sequence[Change]:
    """A removal of several steps is several removals, so that two reforms may agree on one of them."""
    if isinstance(change, Remove):
        return [Remove(remove=(path,)) for path in change.remove]
    return [change]


def _in_order(base: Model, planned: Iterable[Planned]) -> list[Planned]:
    result: list[Planned] = []
    for step in sorted(planned, key=lambda step: (step.change.phase, step.change.extent(base), step.reform)):
        same = (step.change == other.change and step.reform != other.reform for other in result)
        if step.change.operation != "set" or not any(same):
            result.append(step)
    return result


def _applied(model: Model, step: Planned) -> Model:
    try:
        return step.change.apply(model)
    except InputError as error:
        raise _named(step, error) from None


def _named(step: Planned, error: InputError) -> InputError:
    """The error with the name of the reform and the place of the change."""
    rule = fill(Text("{name}:{rule}", "{name}: {rule}"), name=quoted(step.name), rule=error.rule)
    path = error.path if error.path[:1] == (step.change.key(),) else (step.change.key(), *error.path)
    return restated(error, path=(*step.path, *path), rule=rule)


def _refuse_contradictions(base: Model, planned: Sequence[Planned], where: Path) -> None:
    reach: list[frozenset[Touch]] = []
    for step in planned:
        try:
            reach.append(step.change.touches(base) | step.change.needs(base))
        except InputError as error:
            raise _named(step, error) from None
    for (one, its), (other, others) in combinations(zip(planned, reach, strict=True), 2):
        if one.reform != other.reform and _meet(its, others) and contradict(base, one.change, other.change):
            raise InputError(
                fill(
                    Text("{a}({x})与{b}({y})相互矛盾", "{a} ({x}) and {b} ({y}) contradict each other"),
                    a=quoted(one.name),
                    x=one.change.describe(base),
                    b=quoted(other.name),
                    y=other.change.describe(base),
                ),
                Text(
                    "只选其一,或修改其中之一,使二者不再改动同一处",
                    "keep one, or edit one so that they no longer change the same",
                ),
                path=where,
                value=f"{one.reform}, {other.reform}",
            )


def contradict(base: Model, one: Change, other: Change) -> bool:
    """Whether two changes of different reforms exclude each other."""
    if one == other and one.operation == "set":
        return False
    touched, touched_too = one.touches(base), other.touches(base)
    if _meet(one.needs(base), touched_too) or _meet(touched, other.needs(base)):
        return True
    if not _meet(touched, touched_too):
        return False
    if one.operation == other.operation != "set":
        return False
    return not _agree(base, one, other)


def _meet(some: Iterable[Touch], others: Iterable[Touch]) -> bool:
    others = list(others)
    return any(a[: len(b)] == b or b[: len(a)] == a for a in some for b in others)


def _agree(base: Model, one: Change, other: Change) -> bool:
    """Whether both orders end the same, as when both set the same to the same."""
    try:
        return one.apply(other.apply(base)) == other.apply(one.apply(base))
    except InputError:
        return False


def _refuse_lost_names(base: Model, states: Sequence[Model], steps: Sequence[Planned]) -> None:
    if not (found := problems(states[-1])) or not (lost := sorted(found - problems(base))):
        return
    problem = lost[0]
    last_without = max(i for i, state in enumerate(states) if problem not in problems(state))
    step = steps[last_without]
    rule = fill(Text("{name}:{rule}", "{name}: {rule}"), name=quoted(step.name), rule=problem[0])
    raise InputError(rule, problem[1], path=(*step.path, step.change.key()))
