"""Attributes of cases and their values: where the folder describes them, no other is known (BAD_INPUT 15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sim.errors import InputError, Path
from sim.model.attributes import CLASS
from sim.model.base import Model
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.process import Choice, DurationPart, Optional
from sim.text import Text

Use = tuple[Path, str, str]
"""Where a value stands, its attribute, and the value."""


def check(whole: Whole) -> Iterator[InputError]:
    """What the folder's own description of attributes leaves out; columns of lists may be more than it describes."""
    model = whole.model
    known = model.attributes
    if CLASS in known:
        yield wrong(
            ("attributes", CLASS),
            Text("class 是办件类别,名称取自来源", "class is the class of the case, which is called as its source"),
            Text("删去", "take it out"),
        )
    for id_, source in model.sources.items() if known else ():
        for name in source.attributes:
            if name not in known:
                rule = Text("attributes 中没有这个属性", "`attributes` describes no such attribute")
                yield unknown(("sources", id_, "attributes", name), rule, name, known)
    for path, name, value in (*_of_cases(model), *_of_conditions(whole)):
        if name in known and known[name].values and value not in known[name].values:
            rule = Text("属性 {name} 没有这个取值", "attribute {name} has no such value").format(name=name)
            yield unknown(path, rule, value, known[name].values)


def without_names(model: Model) -> dict[str, set[str]]:
    """Attributes without a name, and of the others the values without one."""
    found: dict[str, set[str]] = {}
    for name, values in values_of(model).items():
        named = model.attributes.get(name)
        if name != CLASS and (named is None or values - named.values.keys()):
            found[name] = values if named is None else values - named.values.keys()
    return found


def values_of(model: Model) -> dict[str, set[str]]:
    """The values that each attribute takes."""
    found: dict[str, set[str]] = {CLASS: {source.class_() for source in model.sources.values()}}
    for _, name, value in _of_cases(model):
        found.setdefault(name, set()).add(value)
    return found


def _of_cases(model: Model) -> Iterator[Use]:
    for id_, source in model.sources.items():
        for name, values in source.attributes.items():
            path: Path = ("sources", id_, "attributes", name)
            yield from [(path, name, values)] if isinstance(values, str) else [((*path, v), name, v) for v in values]
        for i, listed in enumerate(source.listed or ()):
            yield from _given(("sources", id_, "listed", i), listed.attributes)
    for i, case in enumerate(model.initial):
        yield from _given(("initial", i), case.attributes)


def _given(path: Path, attributes: Mapping[str, str]) -> Iterator[Use]:
    return (((*path, "attributes", name), name, value) for name, value in attributes.items())


def _of_conditions(whole: Whole) -> Iterator[Use]:
    for site in whole.sites:
        match site.element:
            case Choice(by=str(name)):
                for i, branch in enumerate(site.element.branches):
                    yield from _when((*site.path, "branches", i), name, branch.when)
            case Optional(by=str(name)):
                yield from _when(site.path, name, site.element.when)
        if isinstance(site.element, DurationPart) and site.element.factor is not None:
            factor = site.element.factor
            yield from (((*site.path, "factor", "values", v), factor.attribute, v) for v in factor.values)


def _when(path: Path, name: str, values: Iterable[str] | None) -> Iterator[Use]:
    return (((*path, "when", i), name, value) for i, value in enumerate(values or ()))
