"""What was read of a file: the columns that the mapping names, and the rows that could not be used."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.eventlog import Coded, Ints

TOO_MANY = 0.1
"""Above this share of wrong rows the file or the mapping is wrong, not the rows (BAD_INPUT 31)."""
FEW = 10


@dataclass
class RejectedRows:
    """Rows that are in no case of the log: their numbers in the file, and the kind of finding that says why."""

    row: list[Ints] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, kind: str, rows: Ints) -> None:
        """Some more."""
        if rows.size:
            self.row.append(rows)
            self.kind.append(kind)

    def listed(self) -> tuple[Ints, Coded]:
        """Each row once, ascending, with the first reason given."""
        if not self.row:
            return np.zeros(0, np.int64), Coded(np.zeros(0, np.int32), ())
        names = tuple(sorted(set(self.kind)))
        codes = np.concatenate(
            [np.full(rows.size, names.index(kind), np.int32) for rows, kind in zip(self.row, self.kind, strict=True)]
        )
        row, first = np.unique(np.concatenate(self.row), return_index=True)
        return row, Coded(codes[first], names)


@dataclass(frozen=True)
class Columns:
    """What a file has of the mapping: by column, one entry a row.

    ``row`` is the number in the file, ``case`` codes into ``ids``, which are in the order of their bytes. ``unread``:
    rows of which a time could not be read. ``spoilt``: the cases that such a row belongs to; they are in no figure,
    since a part of them would be missing.
    """

    row: Ints
    case: NDArray[np.int32]
    ids: tuple[str, ...]
    times: dict[str, Ints]
    words: dict[str, Coded]
    rejected: RejectedRows
    rows_read: int
    unread: NDArray[np.bool_]
    spoilt: NDArray[np.bool_]

    def where(self, which: NDArray[np.bool_] | Ints) -> Columns:
        """The same with fewer rows, or in another order."""
        return replace(
            self,
            row=self.row[which],
            case=self.case[which],
            unread=self.unread[which],
            times={name: column[which] for name, column in self.times.items()},
            words={name: Coded(column.codes[which], column.names) for name, column in self.words.items()},
        )
