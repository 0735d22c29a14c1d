"""Things by their names; a name that nobody knows is refused with the nearest known one (BAD_INPUT 15)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeVar

from sim.errors import InputError
from sim.text import Text

Thing = TypeVar("Thing")

_MOST_COMPARED, _MOST_TOLD = 1000, 12


def find(known: Mapping[str, Thing], name: str, kind: Text) -> Thing:
    """What has that name. Errors: :class:`InputError` with the nearest name otherwise."""
    if name in known:
        return known[name]
    rule = Text(f"没有这个{kind.zh}", f"there is no such {kind.en}")
    raise InputError(rule, nearest(name, known), value=name)


def nearest(name: str, known: Iterable[str]) -> Text:
    """The cure for a name that nobody knows: the nearest known one, else what there is."""
    known = list(islice(known, _MOST_COMPARED))
    if (near := near_to(name, known)) is not None:
        return Text("是否想写 {near}?", "did you mean {near}?").format(near=near)
    if not known:
        return Text("删去", "take it out")
    shown = ", ".join(known[:_MOST_TOLD]) + (", …" if len(known) > _MOST_TOLD else "")
    return Text("可用的有: {names}", "there are: {names}").format(names=shown)


def near_to(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    known = list(known)
    same = (one for one in known if one.casefold() == name.casefold())
    return next(same, None) or next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.5)), None)
