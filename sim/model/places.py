"""Places in files: where each key and value of a description was written."""

from __future__ import annotations

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
    """What files say: nested dicts, lists and scalars, and the marks of each path in it.

    ``overridden`` has the places of the values that ``figures.csv`` or the command line have put in.
    """

    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Path, Marks] = field(default_factory=dict)
    overridden: dict[Path, Place] = field(default_factory=dict)

    def value(self, path: Path) -> Any:
        """What stands at a written path."""
        node: Any = self.data
        for part in path:
            node = node[part]
        return node

    def place(self, path: Path, *, key: bool = False) -> Place | None:
        """Where a written path stands: its key when it is a mapping or a list or when asked, else its value."""
        for length in range(len(path), 0, -1):
            if (place := self.overridden.get(path[:length])) is not None:
                return place
        for length in range(len(path), -1, -1):
            if (marks := self.marks.get(path[:length])) is not None:
                return marks.key if key or length < len(path) or self._is_block(path) else marks.value
        return None

    def order(self, path: Path) -> Place:
        """The place as a key to sort by."""
        return self.place(path) or Place("")

    def _is_block(self, path: Path) -> bool:
        return isinstance(self.value(path), (dict, list))
