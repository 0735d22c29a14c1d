"""A file as rows of text with their row numbers: what every format is read as, before anything is interpreted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.importing.findings import Findings

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["csv", "html", "xlsx", "xls", "parquet", "xes"]


class Source(NamedTuple):
    """What a file is: how it was read, so that a mapping can say it and a report can print it."""

    name: str
    format: Format
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_rows: tuple[int, ...] = (1,)
    """The rows, as the file counts them, whose cells name the columns; empty where the format names them itself."""
    since_1904: bool = False
    """A workbook whose serial numbers of days begin in 1904, and not in 1900."""


class Rejected(NamedTuple):
    """A row that cannot be read: its number, the kind of finding that says why, its text as the file has it."""

    row: int
    kind: str
    text: str


@dataclass(frozen=True)
class RawBatch:
    """Some rows: every column is text (null: an empty cell), each row with its number in the file.

    The number is the one that a spreadsheet shows: the first row is 1, empty rows count, a row whose quoted cells
    contain line breaks counts once. In XES it is the number of the event, in Parquet that of the row.
    """

    columns: dict[str, pa.Array]
    row: NDArray[np.int64]
    rejected: tuple[Rejected, ...] = ()

    def __len__(self) -> int:
        return int(self.row.size)


@dataclass(frozen=True)
class RawTable:
    """A file's rows, streamed. A date cell of a workbook is written ``2021-06-04 14:30:00``, a number as short as can
    be (``44351.6``, ``20210604``); which of its columns held numbers or dates is in ``typed``.

    ``batches()`` starts anew at each call and adds to ``findings`` what it meets on the way the first time.
    """

    source: Source
    columns: tuple[str, ...]
    """As the header has them, made different where two are equal (``名称``, ``名称 (2)``)."""
    typed: dict[str, Literal["number", "date"]]
    findings: Findings
    batches: Callable[[], Iterator[RawBatch]]
