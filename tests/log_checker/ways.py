"""Where the walk of a case is, and what lets it go on (rules 8 and 15)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.model.process import Flow
from tests.log_checker.reading import Row


class Came(NamedTuple):
    """What lets a case go on: the row that the log names, and all rows that had to end for it."""

    row: Row
    needed: tuple[Row, ...]
    tied: bool = False
    """Children ended as the case was withdrawn: which of both came first is not in the log."""


class Nothing(Exception):
    """Nothing follows: something is open, or the case is withdrawn."""


@dataclass(eq=False)
class Entered:
    """One entry into a sequence."""

    flow: Flow
    at: int = 0
    times: Counter[str] = field(default_factory=Counter)


class Back(Exception):
    """Rework goes back in a sequence."""

    def __init__(self, to: Entered, at: int, came: Came) -> None:
        self.to, self.at, self.came = to, at, came


class Where(NamedTuple):
    """The process, the path through calls, and the sequences that a rework may go back to."""

    process: str
    path: str
    around: tuple[Entered, ...] = ()

    def name(self, element: Any) -> str:
        return f"{self.path}/{element.id}"
