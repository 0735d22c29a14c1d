"""Places in files: where each key and value of a description was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.errors import Path


class Place(NamedTuple):
    """Where something stands in a file; lines and columns from 1, none for an option of the command line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in self if part)


class Marks(NamedTuple):
    """Where a value stands, and the key (or the dash) before it."""

    key: Place
    value: Place


@dataclass
class Document:
    """What files say: nested dicts, lists and scalars, and the marks of each path in it."""

    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Path, Marks] = field(default_factory=dict)

    def value(self, path: Path) -> Any:
        """What stands at a path."""
        node: Any = self.data
        for part in path:
            node = node[part]
        return node

    def put(self, path: Path, value: Any, place: Place) -> None:
        """Write a value in the stead of what the files say; from now on it stands at ``place``."""
        parent = self.value(path[:-1])
        self._forget(path, dict(_children(parent)).get(path[-1]))
        parent[path[-1]] = value
        self.marks[path] = Marks(place, place)

    def place(self, path: Path, *, key: bool = False) -> Place | None:
        """Where a path stands: its key when it is a mapping or a list or when asked, else its value.

        What has no place of its own stands where the nearest mapping around it does.
        """
        for length in range(len(path), -1, -1):
            if (marks := self.marks.get(path[:length])) is not None:
                whole = length == len(path) and not isinstance(self.value(path), (dict, list))
                return marks.value if whole and not key else marks.key
        return None

    def order(self, path: Path) -> Place:
        """The place as a key to sort by."""
        return self.place(path) or Place("")

    def _forget(self, path: Path, value: Any) -> None:
        self.marks.pop(path, None)
        for part, child in _children(value):
            self._forget((*path, part), child)


def _children(node: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()
