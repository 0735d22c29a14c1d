"""What the types of the model know about a path: which keys may stand there, and what kind of value."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, cast, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag
from pydantic.fields import FieldInfo

from sim.errors import Path
from sim.model.law_forms import LawForm
from sim.model.pools import Group, Pool
from sim.model.scenario import Folder


class Kind(NamedTuple):
    """One type that a value may have, with its tag where a union tells its members by tags."""

    type: Any
    tag: str | None = None


@cache
def kinds_of(annotation: Hashable) -> tuple[Kind, ...]:
    """The types that an annotation allows, one by one."""
    return tuple(_kinds(annotation))


def _kinds(annotation: Any) -> Iterator[Kind]:
    origin = get_origin(annotation)
    if origin is Annotated:
        tag = next((extra.tag for extra in annotation.__metadata__ if isinstance(extra, Tag)), None)
        yield from (Kind(kind.type, tag or kind.tag) for kind in _kinds(annotation.__origin__))
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _kinds(member)
    elif _is_a(annotation, RootModel):
        yield from _kinds(annotation.model_fields["root"].annotation)
    elif _is_a(annotation, LawForm) and annotation.__subclasses__():
        for form in annotation.__subclasses__():
            yield from _kinds(form)
    else:
        yield Kind(annotation)


def _is_a(annotation: Any, base: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, base)


FOLDER = kinds_of(Folder)


def below(kinds: Iterable[Kind], part: str | int) -> tuple[Kind, ...]:
    """The kinds one step further along a path; none where the model knows no such step."""
    return tuple(kind for parent in kinds for kind in _below(parent.type, part))


def _below(parent: Any, part: str | int) -> tuple[Kind, ...]:
    if _is_a(parent, BaseModel):
        field = next((f for name, f in _fields(parent) if name == part), None)
        return () if field is None else kinds_of(cast(Hashable, field.annotation))
    args = get_args(parent)
    if get_origin(parent) is dict:
        return kinds_of(args[1])
    if get_origin(parent) in (tuple, list) and isinstance(part, int):
        return kinds_of(args[0] if args[-1] is Ellipsis else args[min(part, len(args) - 1)])
    return ()


def at(path: Path, *, tags: bool = False) -> tuple[Kind, ...]:
    """The kinds of the value at a path; ``tags`` where it holds the kinds of elements, as pydantic's do."""
    kinds = FOLDER
    for part in path:
        kinds = (tags and tagged(kinds, part)) or below(kinds, part)
    return kinds


def tagged(kinds: Iterable[Kind], part: str | int) -> tuple[Kind, ...]:
    """The members of a union that have this tag."""
    return tuple(Kind(kind.type) for kind in kinds if kind.tag == part)


def is_plain_union(kinds: Iterable[Kind]) -> bool:
    """Whether a value may be of several types that no tag tells apart; the forms of a law tell themselves apart."""
    members = [kind.type for kind in kinds if kind.tag is None and kind.type is not type(None)]
    return len(members) > 1 and not all(_is_a(member, LawForm) for member in members)


def keys(kinds: Iterable[Kind]) -> list[str]:
    """The keys that a mapping of these kinds may have, each once, in the order of the description."""
    models = [kind.type for kind in kinds if _is_a(kind.type, BaseModel)]
    return list(dict.fromkeys(name for model in models for name, _ in _fields(model)))


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    yield from ((field.alias or name, field) for name, field in model.model_fields.items())
    if model is Pool:  # its only group is written flat
        yield from _fields(Group)


def written(data: Any, path: Path, *, tags: bool = False) -> Path:
    """The part of a model's path that stands in the files; ``tags`` as in :func:`at`.

    The model has names that the files leave out: a pool's only group, the list around a single need, the form of a
    bare number, and in pydantic's paths the kind of an element.
    """
    node, kinds = data, FOLDER
    found: Path = ()
    for part in path:
        if tags and (one := tagged(kinds, part)):
            kinds = one
            continue
        kinds = below(kinds, part) or kinds
        if isinstance(node, dict) and str(part) in node:
            node, found = node[str(part)], (*found, str(part))
        elif isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node):
            node, found = node[part], (*found, part)
    return found
