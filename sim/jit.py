"""The one way this project compiles a function: numba, without the GIL, kept on disk where that is possible.

Import it late: numba takes a quarter of a second.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.dispatcher import Dispatcher

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: Any) -> Callable[[F], F]:
    """Compile a function for one signature; its arguments are converted to it.

    The compiled code is kept beside the source, or in the user's cache, or nowhere when neither can be written.
    numba keeps a caller although a function that it calls from another file has changed, which would let the two
    engines differ; so the name under which a function is kept holds a fingerprint of what it calls.
    """

    def compile_(function: F) -> F:
        name = function.__qualname__
        function.__qualname__ = f"{name}_{_fingerprint(function)}"
        try:
            return _njit(signature, function)
        finally:
            function.__qualname__ = name

    return compile_


def inner(function: F) -> F:
    """A function that only compiled functions call: it is compiled with them, and kept with them."""
    called: F = njit(nogil=True, forceinline=True)(function)
    return called


def _njit(signature: Any, function: F) -> F:
    try:
        kept: F = njit(signature, cache=True, nogil=True)(function)
    except RuntimeError:  # no folder can be written: "cannot cache function: no locator available"
        kept = njit(signature, nogil=True)(function)
    return kept


def _fingerprint(function: Callable[..., Any]) -> str:
    """The sources of a function's file and of all compiled functions that the file imports, in eight digits."""
    seen: dict[str, str] = {}
    _gather(function, seen)
    return hashlib.sha256("".join(seen[name] for name in sorted(seen)).encode()).hexdigest()[:8]


def _gather(function: Callable[..., Any], seen: dict[str, str]) -> None:
    file = function.__code__.co_filename
    if file in seen:
        return
    seen[file] = _digest(file)
    for value in list(function.__globals__.values()):
        if isinstance(value, Dispatcher):
            _gather(value.py_func, seen)


@functools.cache
def _digest(file: str) -> str:
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:  # a function without a file is not kept either
        return file
