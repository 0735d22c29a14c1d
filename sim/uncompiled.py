"""What stands in for numba where it cannot run: names of types, and functions as plain Python.

A plain function gets its arguments, and gives its result, as a compiled one does: words as unsigned numbers of
64 bits, counts and instants as integers, shares and durations as floats.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Type:
    """A type by its name; called with the types of arguments it is a signature, and indexed an array."""

    name: str

    def __call__(self, *arguments: Type) -> Signature:
        return Signature(self, arguments)

    def __getitem__(self, _: object) -> Type:
        return ARRAY

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Signature:
    """What a function takes and gives; numba's own have these names, too."""

    return_type: Type
    args: tuple[Type, ...]


ARRAY = Type("array")
float64, int64, uint64 = map(Type, ("float64", "int64", "uint64"))
int32, int8, bool_, void = map(Type, ("int32", "int8", "bool", "void"))

_TO: dict[str, Callable[[Any], Any]] = {"float64": float, "int64": int, "uint64": np.uint64}
_FROM: dict[str, Callable[[Any], Any]] = {"float64": float, "int64": int, "uint64": int}


def Array(*_: object, **__: object) -> Type:  # noqa: N802 - as numba calls it
    return ARRAY


def UniTuple(of: Type, n: int) -> Type:  # noqa: N802
    return Type(f"UniTuple({of} x {n})")


def Tuple(of: tuple[Type, ...]) -> Type:  # noqa: N802
    return Type(f"Tuple({', '.join(map(str, of))})")


def plain(signature: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is, for a signature of these types or of numba's."""
    takes = [_TO.get(str(kind), _as_it_is) for kind in signature.args]
    gives = str(signature.return_type)
    several = gives.startswith("UniTuple(")
    given = _FROM.get(gives.removeprefix("UniTuple(").partition(" ")[0], _as_it_is)

    @functools.wraps(function)
    def called(*arguments: Any) -> Any:
        found = function(*(convert(argument) for convert, argument in zip(takes, arguments, strict=True)))
        return tuple(map(given, found)) if several else given(found)

    return called


def _as_it_is(value: Any) -> Any:
    return value
