"""The first rows of a table, looked at column by column: times, ids, words, and which comes before which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from calibration.importing.cells import is_missing, normal
from calibration.importing.headers import Role, means_time
from calibration.importing.personal import Kind
from calibration.importing.raw import RawTable
from calibration.importing.times import TimeColumn
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.text import Text

ROWS = 20_000
_TIMES = 0.9
_ENOUGH = 200


@dataclass
class Column:
    """A column as the sample has it."""

    name: str
    filled: int
    distinct: int
    examples: list[str]
    """The commonest different cells, normalised."""
    times: Ints | None = None
    resolution: str = ""
    """``day``, ``minute`` or ``second`` where it is a column of times."""
    trouble: Text | None = None
    role: Role | None = None
    rank: int = 0
    synonym: str = ""
    personal: Kind | None = None

    @property
    def is_time(self) -> bool:
        return self.times is not None

    @property
    def is_id(self) -> bool:
        """Mostly filled, with many different words, and no time."""
        return not self.is_time and self.filled > 0 and self.distinct > 0.02 * self.filled and self.distinct > 1


@dataclass
class Sample:
    """The first rows."""

    columns: list[Column]
    rows: int
    cells: dict[str, list[str | None]] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, table: RawTable) -> Sample:
        """Read the first rows. Errors: InputError for a table without rows."""
        import pyarrow as pa

        gathered: dict[str, list[pa.Array]] = {name: [] for name in table.columns}
        numbers: list[Ints] = []
        n = 0
        for batch in table.batches():
            for name in table.columns:
                gathered[name].append(batch.columns[name])
            numbers.append(batch.row)
            n += len(batch)
            if n >= ROWS:
                break
        if not n:
            raise InputError(
                Text("文件里只有表头,没有数据行", "the file has a header and no rows"),
                Text("重新导出", "export it again"),
                where=table.source.name,
            )
        row = np.concatenate(numbers)[:ROWS]
        columns, cells = [], {}
        for name, chunks in gathered.items():
            whole = pa.concat_arrays([chunk.cast(pa.string()) for chunk in chunks]).slice(0, ROWS)
            cells[name] = whole.to_pylist()
            columns.append(_column(name, whole, cells[name], row, name in table.typed and table.typed[name] == "date"))
        return cls(columns, int(row.size), cells)

    def words(self, column: str) -> list[str]:
        """The different cells of a column in the sample, normalised."""
        return list(dict.fromkeys(normal(cell) for cell in self.cells[column] if cell))

    def constant_within(self, case: str, column: str) -> bool:
        """Whether all rows of each case have the same cell."""
        first: dict[str | None, str | None] = {}
        pairs = zip(self.cells[case], self.cells[column], strict=True)
        return all(first.setdefault(id_, cell) == cell for id_, cell in pairs)

    def in_order_of_times(self, columns: Sequence[Column]) -> list[Column]:
        """By how many of the others each comes after in most rows that have both; ties as in the file."""
        after = [0.0] * len(columns)
        for i, one in enumerate(columns):
            for other in columns:
                assert one.times is not None and other.times is not None
                both = (one.times != NAT) & (other.times != NAT)
                if both.any():
                    later, sooner = (one.times > other.times)[both].mean(), (one.times < other.times)[both].mean()
                    after[i] += float(later > sooner)
        return [columns[i] for i in sorted(range(len(columns)), key=lambda i: after[i])]


def words_of(table: RawTable, columns: Sequence[str]) -> dict[str, list[str]]:
    """The different cells of some columns over the whole file, normalised, the commonest first."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in columns}
    if not columns:
        return {}
    for batch in table.batches():
        for name, count in counts.items():
            for one in batch.columns[name].value_counts().to_pylist():
                if one["values"] is not None and not is_missing(word := normal(one["values"])):
                    count[word] += one["counts"]
    return {name: [word for word, _ in count.most_common()] for name, count in counts.items()}


def _column(name: str, whole: object, cells: Sequence[str | None], row: Ints, dated: bool) -> Column:
    filled = [word for cell in cells if cell and not is_missing(word := normal(cell))]
    count = Counter(filled)
    column = Column(name, len(filled), len(count), [word for word, _ in count.most_common(_ENOUGH)])
    numeric = all(word.replace(".", "").isdigit() for word in column.examples)
    if filled and (dated or not numeric or means_time(name)):
        _read_times(column, whole, row)
    return column


def _read_times(column: Column, whole: object, row: Ints) -> None:
    clock = TimeColumn(column.name)
    try:
        wrong = clock.read(whole, row)
        if wrong.sum() > (1 - _TIMES) * column.filled:
            return
        column.times = clock.settled()
    except InputError as error:  # day and month, or zones: the user decides
        column.times = np.full(row.size, NAT, np.int64)
        column.trouble = Text(f"{error.rule.zh};{error.cure.zh}", f"{error.rule.en}; {error.cure.en}")
        return
    known = column.times[column.times != NAT]
    if not known.size:
        column.times = None
        return
    second = 1_000_000
    units = ((86_400 * second, "day"), (60 * second, "minute"))
    column.resolution = next((name for unit, name in units if (known % unit == 0).mean() > 0.99), "second")
