"""Figures put in by path, from ``figures.csv`` or the command line; the files stay as they are (DESIGN part 5).

A path joins ids and keys by ``/``: ``pools/customer-managers/servers``, ``sources/hv-single/per_year``,
``limits/E4/tolerance``, ``study/replications``. An element of a process is found by its name wherever it stands:
``processes/hv-single/survey/effort/mean``. An item of a list is named by its number from 0, or by its id.

What is put in replaces the figure as a whole, its evidence with it: a number says where it comes from, or nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_origin

from sim.errors import InputError, InputErrors, Path
from sim.model import described, yaml_source
from sim.model.figures import Evidence
from sim.model.hours import KINDS_OF_DAY, Hours
from sim.model.law_forms import LawForm
from sim.model.patterns import Pattern
from sim.model.places import Document, Place
from sim.model.pools import Group
from sim.model.process import element_kind
from sim.model.quantities import Quantity
from sim.names import near_to, nearest
from sim.text import Text

_MOST_TOLD = 8
_EVIDENCE = tuple(Evidence.model_fields)
_LEADING = {"fixed", "mean", "p50", "usual", "value"}
"""The keys of the numbers that a range of evidence is about."""


def apply_settings(document: Document, settings: Mapping[str, str]) -> None:
    """Put in the figures of the command line: assumptions of whoever runs it."""
    errors = []
    given: dict[Path, str] = {}
    for written, value in settings.items():
        place = Place(f"--set {written}")
        try:
            path = find(document, written)
            if (other := given.setdefault(path, written)) != written:
                raise InputError(
                    Text(f"与 --set {other} 是同一个数据项", f"this is the same figure as --set {other}"),
                    Text("只保留一个", "keep one of the two"),
                    value=f"{settings[other]}, {value}",
                )
            _refuse_part(document, path, written, new := readable(value))
            evidence = {"assumption": True, "by": "--set"} if carries_evidence(path) else {}
            put(document, path, new, evidence, place)
        except InputError as error:
            errors.append(error.at(str(place)))
    if errors:
        raise InputErrors(errors)


def _refuse_part(document: Document, path: Path, written: str, value: Any) -> None:
    """One value in the stead of a whole part of the model is a path that stops too early."""
    around = document.value(path[:-1])
    node = around.get(path[-1]) if isinstance(around, dict) else None
    if isinstance(node, dict) and not isinstance(value, dict) and not carries_evidence(path):
        names = ", ".join(f"{written}/{name}" for name in list(_children(path, node))[:_MOST_TOLD])
        raise InputError(
            Text("这里不是一个数据项,其下还有若干项", "this is no figure: there are several below it"),
            Text("写到数据项: {names}", "go on to a figure: {names}").format(names=names),
            value=written,
        )


def readable(text: str) -> Any:
    """A value of a cell or an option as a file would have it: a scalar, or ``{mean: 2 h, cv: 0.5}``."""
    text = text.strip()
    if text[:1] in ("{", "["):
        return yaml_source.parse(f"value: {text}", "").data["value"]
    return yaml_source.scalar(text)


def find(document: Document, written: str) -> Path:
    """Where in the description a path leads; the last key may be one that the files leave out.

    Errors: :class:`InputError` with the nearest path that exists, or with all places of a name that stands in several.
    """
    parts = written.strip().split("/")
    path: Path = ()
    for i, part in enumerate(parts):
        known = _children(path, document.value(path))
        if part not in known and i == len(parts) - 1 and (left_out := _left_out(path, document.value(path), part)):
            known = {part: [left_out]}
        found = known.get(part, [])
        if len(found) != 1:
            around, rest = parts[:i], parts[i + 1 :]
            names = [*known, *described.keys(described.at(path))] if not rest else list(known)
            raise _several(path, found) if found else _nothing(written, part, around, rest, names)
        path += found[0]
    return path


def carries_evidence(path: Path) -> bool:
    """Whether a number at this path says where it comes from."""
    return _is_figure(path) or _is_leading(path)


def is_duration(path: Path) -> bool:
    """Whether the value at this path is written with a unit of time."""
    kinds = described.at(path)
    return _has(kinds, LawForm) or any(kind.type is Quantity for kind in (*kinds, *described.below(kinds, "value")))


def has_range(path: Path) -> bool:
    """Whether the evidence of what stands at this path may have a range."""
    return not _has(described.at(path if _is_figure(path) else path[:-1]), Pattern)


def put(document: Document, path: Path, value: Any, evidence: Mapping[str, Any], place: Place) -> None:
    """Write a value and its evidence in the stead of what the files say.

    A bare number with evidence takes its long form. Errors: :class:`InputError` where a value carries no evidence.
    """
    if _is_figure(path):
        if evidence:
            value = {**(value if _is_form(path, value) else {_long_form(path): value}), **evidence}
        document.put(path, value, place)
    elif _is_leading(path):
        figure = document.value(path[:-1])
        kept = {key: old for key, old in figure.items() if key not in _EVIDENCE}
        for key in [key for key in figure if key not in kept]:
            del figure[key]
        for key, new in [(path[-1], value), *evidence.items()]:
            document.put((*path[:-1], key), new, place)
        document.marks[path[:-1]] = document.marks[path]
    elif evidence:
        raise InputError(
            Text("这个值不带依据", "this value carries no evidence"),
            Text(
                "low、high、evidence、source、by 留空;分布的依据写在其主要数值(如 mean)一行",
                "leave low, high, evidence, source, by empty; a law's evidence goes with its leading number, as mean",
            ),
        )
    else:
        document.put(path, value, place)


def _children(path: Path, node: Any) -> dict[str, list[Path]]:
    """The names that may come next, and where each leads."""
    found: dict[str, list[Path]] = {}
    if isinstance(node, list):
        for i, item in enumerate(node):
            for name in (str(i), *_names(item)):
                found.setdefault(name, []).append((i,))
    elif isinstance(node, dict):
        if len(path) == 2 and path[0] == "processes":
            for name, place in _named(node.get("flow"), ("flow",)):
                found.setdefault(name, []).append(place)
        if group := _only_group(path, node):
            found |= {key: [("groups", 0, key)] for key in group}
        found |= {key: [(key,)] for key in node}
    return found


def _names(item: Any) -> Iterator[str]:
    kind = element_kind(item)
    name = item.get("id") if kind is None and isinstance(item, dict) else item[kind] if kind else None
    if isinstance(name, str):
        yield name


def _named(node: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """The elements of a flow at any depth, by name."""
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(node, list):
        children = list(enumerate(node))
        yield from ((name, (*path, i)) for i, item in children if element_kind(item) for name in _names(item))
    elif isinstance(node, dict):
        children = node.items()
    for part, child in children:
        yield from _named(child, (*path, part))


def _only_group(path: Path, node: dict[str, Any]) -> dict[str, Any] | None:
    groups = node.get("groups") if len(path) == 2 and path[0] == "pools" else None
    return groups[0] if isinstance(groups, list) and len(groups) == 1 and isinstance(groups[0], dict) else None


def _left_out(path: Path, node: Any, key: str) -> Path | None:
    """A key that the model knows and the files do not give."""
    if not isinstance(node, dict) or key not in described.keys(described.at(path)):
        return None
    return ("groups", 0, key) if _only_group(path, node) is not None and key in Group.model_fields else (key,)


def _has(kinds: Iterable[described.Kind], base: type) -> bool:
    return any(isinstance(kind.type, type) and issubclass(kind.type, base) for kind in kinds)


def _is_figure(path: Path) -> bool:
    kinds = described.at(path)
    one_of_several = [kind for kind in kinds if get_origin(kind.type) is tuple]  # one share stands for a list of one
    return _has([*kinds, *described.below(one_of_several, 0)], Evidence)


def _is_leading(path: Path) -> bool:
    kinds = described.at(path[:-1])
    return (path[-1] in _LEADING and _has(kinds, Evidence)) or (path[-1] in KINDS_OF_DAY and _has(kinds, Hours))


def _is_form(path: Path, value: Any) -> bool:
    """Whether a value is the long form of a figure, and not a mapping that needs one around it."""
    mapping = any(get_origin(kind.type) is dict for kind in described.below(described.at(path), "value"))
    return isinstance(value, dict) and (not mapping or "value" in value)


def _long_form(path: Path) -> str:
    return "fixed" if _has(described.at(path), LawForm) else "value"


def _nothing(written: str, part: str, around: list[str], rest: list[str], names: list[str]) -> InputError:
    if not around and (near := near_to(part, names)) is not None:
        names = [near]  # the nearest section, not whichever path happens to end alike
    where = "/".join(around)
    whole = ["/".join([*around, name, *rest]) for name in dict.fromkeys(names)]
    return InputError(
        Text("{where} 里没有“{part}”", "there is no `{part}` in {where}").format(part=part, where=where)
        if where
        else Text("没有“{part}”这一部分", "there is no section `{part}`").format(part=part),
        nearest(written, whole),
        value=written,
    )


def _several(path: Path, found: list[Path]) -> InputError:
    places = ", ".join("/".join(map(str, (*path, *place))) for place in found)
    return InputError(
        Text("这个名称在流程中不止一处", "this name stands in the process more than once"),
        Text("写全路径: {places}", "write the whole path: {places}").format(places=places),
    )
