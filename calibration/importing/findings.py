"""What was found wrong with a file, and what was done: counted, with examples by row number, never silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sim.text import Text

Reaction = Literal["repaired", "missing", "dropped", "rejected", "excluded", "warned", "told"]
"""Repaired: read as what it clearly means. Missing: a word for "nothing" taken as nothing. Dropped: a column or row
that is no case (totals, titles, personal data). Rejected: a row that cannot be read, put into a file of its own.
Excluded: a case kept out of the figures. Warned: nothing changed, but a figure may mislead. Told: how it was read.
What must be refused is an :class:`sim.errors.InputError` and no finding."""

_EXAMPLES = 5


class Example(NamedTuple):
    """Where: the row as the file counts it (the first line is 1; 0: the file as a whole), its column, its value."""

    row: int
    column: str = ""
    value: str = ""


@dataclass
class Finding:
    """One kind of problem: how often, and the first few places."""

    kind: str
    reaction: Reaction
    count: int = 0
    examples: list[Example] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    """What the words of the kind ask for: ``{encoding}``, ``{share}``, ..."""


class Findings:
    """All findings of an import, by kind; the words of each kind are in ``calibration.importing.words``."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Finding] = {}

    def add(
        self, kind: str, reaction: Reaction, count: int = 1, examples: Iterable[Example] = (), **details: str
    ) -> None:
        """Count ``count`` more of a kind; the first examples and details stay."""
        if not count:
            return
        found = self._by_kind.setdefault(kind, Finding(kind, reaction, details=details))
        found.count += count
        found.examples += list(examples)[: _EXAMPLES - len(found.examples)]

    def merge(self, other: Findings) -> None:
        """Add those of a later part of the file."""
        for found in other:
            self.add(found.kind, found.reaction, found.count, found.examples, **found.details)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._by_kind.values())

    def __getitem__(self, kind: str) -> Finding:
        return self._by_kind[kind]

    def __contains__(self, kind: str) -> bool:
        return kind in self._by_kind

    def counts(self) -> dict[str, int]:
        """How often each kind was found."""
        return {found.kind: found.count for found in self._by_kind.values()}


Words = Mapping[str, tuple[Text, Text]]
"""Of each kind: what it is, and what it means for the figures or what to do about it."""
