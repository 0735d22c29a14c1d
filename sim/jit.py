"""The one way this project compiles a function: numba, without the GIL, kept on disk where that is possible.

What is compiled for the engines is kept in a folder of the user's cache whose name is a fingerprint of all their
sources, of numba and of the processor: numba alone keeps a caller although a function that it calls from another
file has changed, which would let the two engines differ. Everything else is kept beside its source, under a name
that holds a fingerprint of what it calls. Where nothing can be written, functions are compiled anew each time.

Where numba cannot run, functions stay plain Python (:mod:`sim.uncompiled`), and :func:`why_not` says why; the kernel
then refuses to be imported.

Import it late: numba takes a quarter of a second.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sim import uncompiled

LINE = 64
"""So many bytes a processor fetches from memory at once, at least."""
F = TypeVar("F", bound=Callable[..., Any])

_troubles: list[str] = []
types: Any = uncompiled
try:
    import numba
    from numba.core import cgutils as numba_cgutils
    from numba.core import config as numba_config
    from numba.core.dispatcher import Dispatcher
    from numba.core.registry import cpu_target
    from numba.extending import intrinsic, overload

    _config: Any = numba_config
    if _config.DISABLE_JIT:
        raise ImportError("NUMBA_DISABLE_JIT")
    types = numba.types
    cgutils: Any = numba_cgutils
except Exception as error:  # it may be missing, or be there and not go with numpy or with this machine
    _troubles.append(str(error) or type(error).__name__)

_HERE = Path(__file__).parent
_ENGINE_SOURCES = ("jit.py", "bounds.py", "eventlog.py", "engine/streams.py", "engine/arrivals.py",
                   "engine/program/**/*.py", "engine/kernel/**/*.py", "model/open_time.py", "model/quantiles.py",
                   "model/law_kinds.py")  # fmt: skip
"""All that is compiled for the engines, and what it takes its constants from."""


def compiled(signature: Any) -> Callable[[F], F]:
    """Compile a function for one signature; its arguments are converted to it."""

    def compile_(function: F) -> F:
        if why_not():
            return uncompiled.plain(signature, function)  # type: ignore[return-value]
        of_engine = function.__module__.startswith("sim.engine")
        name = function.__qualname__
        function.__qualname__ = f"{name}_{engine_fingerprint() if of_engine else _fingerprint(function)}"
        try:
            with _kept_in(engine_folder() if of_engine else None):
                return _njit(signature, function)
        finally:
            function.__qualname__ = name

    return compile_


def inner(function: F) -> F:
    """A function that only compiled functions call: it is compiled into them, and kept with them."""
    if why_not():
        return function
    called: Any = numba.njit(nogil=True, forceinline=True, error_model="numpy")(function)
    return called


def fetch_ahead(array: Any, place: Any) -> None:
    """Let the processor fetch an element of an array that will soon be read: memory is far, and it can wait for it
    while it computes. Changes no result."""


def why_not() -> str:
    """Why functions are not compiled here, in the system's words; nothing where they are."""
    return _troubles[0] if _troubles else ""


def is_kept(function: str) -> bool:
    """Whether a function of the engines has been compiled here before, in this version."""
    return any(engine_folder().rglob(f"*.{function}_*.nbc"))


def engine_folder() -> Path:
    """Where the engines' compiled code is kept; it is there when they have been compiled before."""
    return _cache() / f"engine-{engine_fingerprint()}"


@functools.cache
def engine_fingerprint() -> str:
    """Of the sources of the engines, of numba and of the processor."""
    sources = sorted(path for pattern in _ENGINE_SOURCES for path in _HERE.glob(pattern))
    processor = str(cpu_target.target_context.codegen().magic_tuple())
    known = [path.relative_to(_HERE).as_posix().encode() + path.read_bytes() for path in sources]
    return hashlib.sha256(b"\0".join([*known, numba.__version__.encode(), processor.encode()])).hexdigest()[:16]


def _cache() -> Path:
    """The user's cache, or the one that numba is told to use."""
    if _config.CACHE_DIR:
        return Path(_config.CACHE_DIR)
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(home or Path("~").expanduser() / ".cache") / "shixian"
    except RuntimeError:  # a user without a home: nothing is kept
        return Path(os.devnull) / "shixian"


@contextmanager
def _kept_in(folder: Path | None) -> Iterator[None]:
    before = _config.CACHE_DIR
    _config.CACHE_DIR = before if folder is None else str(folder)
    try:
        yield
    finally:
        _config.CACHE_DIR = before


def _njit(signature: Any, function: F) -> F:
    for kept in (True, False):  # where no folder can be written, or what is there is broken, it is not kept
        try:
            found: F = numba.njit(signature, cache=kept, nogil=True)(function)
            return found
        except Exception as error:
            trouble = error
    _troubles.append(f"{type(trouble).__name__}: {trouble}")
    return uncompiled.plain(signature, function)  # type: ignore[return-value]


def fetch(builder: Any, at: Any) -> None:
    """The processor's instruction to fetch the line of memory at an address."""
    word, byte = cgutils.ir.IntType(32), cgutils.voidptr_t
    kind = cgutils.ir.FunctionType(cgutils.ir.VoidType(), [byte, word, word, word])
    read_most_local_data = (cgutils.ir.Constant(word, number) for number in (0, 3, 1))
    builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0"), [at, *read_most_local_data])


def _fetching(_: Any, array: Any, place: Any) -> Any:
    def generate(context: Any, builder: Any, called: Any, arguments: Any) -> Any:
        view = context.make_array(called.args[0])(context, builder, arguments[0])
        fetch(builder, builder.bitcast(builder.gep(view.data, [arguments[1]]), cgutils.voidptr_t))
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


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


if not _troubles:
    _fetch: Any = intrinsic(_fetching)
    overload(fetch_ahead)(lambda array, place: lambda array, place: _fetch(array, place))
