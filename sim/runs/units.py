"""Finished units of a run as files: what one replication of a scenario contributes, checked before it is believed.

A file begins with one line: the format, the unit's key (what it is a sample of, and by which program) and the SHA-256
of all that follows. What follows is a pickle that may name the classes of a sample and nothing else, so that a folder
from elsewhere cannot make this program do something.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.samples import (
    ClassSample,
    LimitSample,
    LongestCase,
    MonthCount,
    PoolSample,
    ReadingSample,
    Sample,
)
from sim.text import Text
from sim.whole_files import write_whole

_FORMAT = b"shixian-unit-1"
_PARTS = (Sample, LimitSample, ReadingSample, LongestCase, MonthCount, PoolSample, ClassSample)
_KNOWN = {
    Sample.__module__: {part.__name__ for part in _PARTS},
    "numpy": {"ndarray", "dtype"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
}


class Place(NamedTuple):
    """Where a unit is kept: its file, its key, and the file of its event log if that is kept.

    ``put``: where the log goes in the end, and is already if the run was stopped between the two.
    """

    file: Path
    key: str
    log: Path | None
    put: Path | None


class Unusable(Exception):
    """A unit that is there and not to be believed."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


def keep(place: Place, sample: Sample, log: bytes | None) -> None:
    """Write a unit, its log first: a unit that is there has its log. Errors as :func:`sim.whole_files.write_whole`."""
    if place.log is not None and log is not None:
        write_whole(place.log, log, make_folder=False)
    body = pickle.dumps((sample, None if log is None else _digest(log)), protocol=5)
    write_whole(place.file, b"%s %s %s\n%s" % (_FORMAT, place.key.encode(), _digest(body).encode(), body), False)


def kept(place: Place) -> Sample | None:
    """The sample that was kept, None where there is none.

    Errors: :class:`Unusable` where it is damaged, without its log, or that of another scenario, seed or program.
    """
    try:
        head, _, body = place.file.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError:
        raise Unusable(Text("无法读取", "it cannot be read")) from None
    words = head.split(b" ")
    if len(words) != 3 or words[0] != _FORMAT or words[2] != _digest(body).encode():
        raise Unusable(Text("已损坏", "it is damaged"))
    if words[1] != place.key.encode():
        raise Unusable(Text("属于别的情景、种子或版本", "it is of another scenario, seed or version"))
    try:
        sample, log = _Reader(io.BytesIO(body)).load()
    except (pickle.UnpicklingError, AttributeError, TypeError, ValueError, EOFError, IndexError):
        raise Unusable(Text("内容不是一次模拟的结果", "it is no replication's sample")) from None
    if place.log is not None and log not in (_digest_of(path) for path in (place.log, place.put)):
        raise Unusable(Text("其事件日志缺失或已损坏", "its event log is missing or damaged"))
    assert isinstance(sample, Sample)
    return sample


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in _KNOWN.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path | None) -> str | None:
    try:
        return None if path is None else _digest(path.read_bytes())
    except OSError:
        return None
