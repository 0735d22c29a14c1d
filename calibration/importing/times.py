"""A column of times over all batches: cells of any style to microseconds of civil local time (rule 1).

A style is recognised by the shape of a cell and read for all cells of that shape at once. Whether 03/04 is the third of
April or the fourth of March is decided by the whole column, or refused; what cannot be read is no time, and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import ERRORS, MISSING, normalised, text_buffers
from calibration.importing.dates import Shape, shape_of
from calibration.importing.findings import Example, Findings
from calibration.importing.instants import Digits, instants_of, times_of
from calibration.importing.mapping import Order
from calibration.importing.zones import LOCAL, Zone
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.model.quantities import DAY_US
from sim.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

YEARS = range(1970, 2101)
"""Other years are refused; those of ``_NEVER`` mean "no date"."""

_HOUR_US = DAY_US // 24
_NEVER = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "9999-12-31", "2999-12-31", "9999-09-09")
_NEVER_US = np.array([np.datetime64(day, "D").astype(np.int64) for day in _NEVER]) * DAY_US
_FIRST_US = int(np.datetime64("1900-01-01", "us").astype(np.int64))
_EPOCH_US = (0, 8 * _HOUR_US)  # 1970-01-01 00:00, and as Shanghai shows it
_ZERO = np.uint8(ord("0"))
_DIGITS = np.arange(256, dtype=np.uint8)
_DIGITS[ord("0") : ord("9") + 1] = ord("9")
_ERRORS = {word.replace("0", "9") for word in ERRORS}
_ORDERS: tuple[Order, Order] = ("day-first", "month-first")


class _Ordered(NamedTuple):
    """Cells of an ordered date: their places over all batches, and what they are day first and month first."""

    place: Ints
    row: Ints
    readings: tuple[Ints, Ints]
    impossible: tuple[NDArray[np.bool_], NDArray[np.bool_]]


class TimeColumn:
    """Reads a column batch by batch; :meth:`settled` gives its times when all evidence is in."""

    def __init__(
        self, name: str, order: Order | None = None, zone: str | None = None, *, since_1904: bool = False
    ) -> None:
        self.name, self.order, self.zone, self._since_1904 = name, order, zone, since_1904
        self.findings = Findings()
        self._offsets = Zone(zone or LOCAL)
        self._read: list[Ints] = []
        self._n = 0
        self._ordered: list[_Ordered] = []
        self._styles: Counter[str] = Counter()
        self._samples: dict[str, Example] = {}
        self.naive: Example | None = None
        self.aware: Example | None = None

    def read(self, given: pa.Array, rows: Ints) -> NDArray[np.bool_]:
        """One more batch; which of its cells are neither a time nor a word for "nothing".

        Errors: InputError for a year of two digits whose place is open, and for a serial number of days since 1904.
        """
        cells, changed = normalised(given)
        examples = [Example(int(rows[i]), self.name, given[int(i)].as_py()) for i in changed[:5]]
        self.findings.add("full-width", "repaired", changed.size, examples)
        found = np.full(len(cells), NAT, np.int64)
        wrong = np.zeros(len(cells), np.bool_)
        offsets, data = text_buffers(cells)
        length = np.diff(offsets)
        for text, places in _by_shape(offsets, data):
            self._read_shape(text, places, length, offsets, data, rows, found, wrong)
        self._read.append(found)
        self._n += found.size
        return wrong

    def settled(self) -> Ints:
        """The times of all rows, NAT where there is none.

        Errors: InputError where the order of day and month stays open.
        """
        times = np.concatenate(self._read) if self._read else np.zeros(0, np.int64)
        self._read = []
        if self._ordered:
            self._put_in_order(times)
        self._tell_styles()
        return times

    def _tell_styles(self) -> None:
        if len(self._styles) > 1:
            common = self._styles.most_common()
            listed = "; ".join(f"{self._samples[name].value} ×{n}" for name, n in common[:6])
            others = [self._samples[name] for name, _ in common[1:6]]
            n = sum(self._styles.values()) - common[0][1]
            self.findings.add("date-styles", "repaired", n, others, column=self.name, styles=listed)

    # --- one shape

    def _read_shape(
        self,
        text: str,
        places: Ints,
        length: NDArray[np.int32],
        offsets: NDArray[np.int32],
        data: NDArray[np.uint8],
        rows: Ints,
        found: Ints,
        wrong: NDArray[np.bool_],
    ) -> None:
        shape = shape_of(text)

        def cell(i: int) -> str:
            return bytes(data[offsets[i] : offsets[i] + length[i]]).decode("utf-8")

        if shape is None:
            # "无" and its like have no digits, so their shape is the word itself
            if text.lower() in MISSING or text.lower() in _ERRORS:
                shown = [Example(int(rows[i]), self.name, cell(int(i))) for i in places[:5]]
                kind = "missing-word" if text.lower() in MISSING else "cell-error"
                self.findings.add(kind, "missing", places.size, shown)
            else:
                wrong[places] = True
            return
        first = Example(int(rows[places[0]]), self.name, cell(int(places[0])))
        digits = Digits(data, offsets[places], int(length[places[0]]))
        if shape.style in ("ordered-date", "two-digit-date"):
            self._read_ordered(shape, digits, places, rows, first, wrong, found)
        else:
            times, good = times_of(shape, digits)
            if shape.aware:
                times = self._offsets.local(times, good)
                self.findings.add("zone-converted", "told", places.size, [first], zone=self.zone or LOCAL)
            never = _never(times, good)
            good = never | (good & _in_range(times))
            times[never | ~good] = NAT
            if never.any():
                shown = [Example(int(rows[i]), self.name, cell(int(i))) for i in places[never][:5]]
                self.findings.add("sentinel-date", "missing", int(never.sum()), shown)
            found[places] = times
            wrong[places[~good]] = True
        self._note(shape, first, places.size)

    def _note(self, shape: Shape, first: Example, n: int) -> None:
        self._samples.setdefault(shape.name, first)
        self._styles[shape.name] += n
        if shape.aware:
            self.aware = self.aware or first
        else:
            self.naive = self.naive or first
        if shape.style == "serial":
            if self._since_1904:
                raise InputError(
                    Text(
                        "工作簿采用 1904 日期系统,写成数字的日期会差四年",
                        "the workbook counts days from 1904: dates as plain numbers would be four years off",
                    ),
                    Text(
                        "在原工作簿中把该列设为日期格式再保存", "format the column as dates in the workbook and save it"
                    ),
                    where=f"{self.name}, row {first.row}",
                    value=first.value,
                )
            self.findings.add("excel-serial", "repaired", n, [first])
        elif shape.style.endswith("seconds"):
            self.findings.add("epoch", "repaired", n, [first])
        if not shape.century:
            self.findings.add("two-digit-year", "repaired", n, [first])

    # --- day and month in an order that the cell does not tell

    def _read_ordered(
        self,
        shape: Shape,
        digits: Digits,
        places: Ints,
        rows: Ints,
        first: Example,
        wrong: NDArray[np.bool_],
        found: Ints,
    ) -> None:
        if shape.style == "two-digit-date" and self.order is None:
            raise InputError(  # BAD_INPUT 32
                Text("年份只有两位,年、月、日的次序不能确定", "a year of two digits: the order of the parts is open"),
                _SAY_ORDER,
                where=f"{self.name}, row {first.row}",
                value=first.value,
            )
        a, b, c = (digits.number(part) for part in shape.parts)
        if shape.style == "two-digit-date" and self.order == "year-first":
            times, good = instants_of(shape, digits, 2000 + a, b, c)
            found[places] = np.where(good, times, NAT)
            wrong[places[~good]] = True
            return
        year = c if shape.century else 2000 + c
        readings, impossible = [], []
        for day, month in ((a, b), (b, a)):
            times, good = instants_of(shape, digits, year, month, day)
            if shape.aware:
                times = self._offsets.local(times, good)
            readings.append(np.where(good & _in_range(times), times, NAT))
            impossible.append(~good)
        hopeless = impossible[0] & impossible[1]
        wrong[places[hopeless]] = True
        self._ordered.append(
            _Ordered(
                places + self._n,
                rows[places],
                (readings[0], readings[1]),
                (impossible[0] & ~hopeless, impossible[1] & ~hopeless),
            )
        )

    def _put_in_order(self, times: Ints) -> None:
        """Decide once for the column: some day must be above 12 in one order only."""
        against = [sum(int(part.impossible[k].sum()) for part in self._ordered) for k in (0, 1)]
        order = self.order if self.order in _ORDERS else None
        if order is None and (against[0] > 0) != (against[1] > 0):
            order = _ORDERS[0] if against[0] == 0 else _ORDERS[1]
            n = sum(part.place.size for part in self._ordered)
            self.findings.add("date-order", "told", n, [self._sample()], order=order, column=self.name)
        if order is None or against[_ORDERS.index(order)]:
            raise InputError(  # BAD_INPUT 32
                Text("分不清哪个是日、哪个是月", "which number is the day and which the month cannot be told"),
                _SAY_ORDER,
                where=f"{self.name}, row {self._sample().row}",
                value=self._sample().value,
            )
        for part in self._ordered:
            times[part.place] = part.readings[_ORDERS.index(order)]
        self._ordered = []

    def _sample(self) -> Example:
        return next(example for name, example in self._samples.items() if name[:1] == "9" and "9" in name)


_SAY_ORDER = Text(
    "在映射中写明 dates: year-first、day-first 或 month-first",
    "say so in the mapping: dates: year-first, day-first or month-first",
)


def refuse_mixed_zones(columns: Sequence[TimeColumn], zone: str | None) -> None:
    """Errors: InputError where times with an offset stand beside times without one, in one column or in two, and
    nobody says of which zone those are (BAD_INPUT 33)."""
    aware = next(((column.name, column.aware) for column in columns if column.aware), None)
    naive = next(((column.name, column.naive) for column in columns if column.naive), None)
    if aware is not None and naive is not None and zone is None:
        raise InputError(
            Text("有的时间带时区,有的不带", "times with an offset stand beside times without one"),
            Text("在映射中写明 zone,例如 zone: Asia/Shanghai", "give the zone in the mapping: zone: Asia/Shanghai"),
            where=f"{naive[0]}, row {naive[1].row}",
            value=f"{naive[1].value}; {aware[0]}, row {aware[1].row}: {aware[1].value}",
        )


def _by_shape(offsets: NDArray[np.int32], data: NDArray[np.uint8]) -> list[tuple[str, Ints]]:
    """The shapes of a column's cells with their places; empty cells have none."""
    import pyarrow as pa

    if not data.size:
        return []
    length = int(offsets[1])
    if data.size == length * (offsets.size - 1) and (np.diff(offsets) == length).all():
        first = np.tile(data[:length], offsets.size - 1)
        digits = first - _ZERO < 10
        if ((data - _ZERO < 10) == digits).all() and ((data == first) | digits).all():
            return [(bytes(_DIGITS[data[:length]]).decode(), np.arange(offsets.size - 1))]  # one style, as mostly
    kind = pa.large_string() if offsets.dtype == np.int64 else pa.string()
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(_DIGITS[data])]
    shapes = pa.Array.from_buffers(kind, offsets.size - 1, buffers).dictionary_encode()
    codes, texts = shapes.indices.to_numpy(), shapes.dictionary.to_pylist()
    if len(texts) == 1:
        return [(texts[0], np.arange(codes.size))]
    order = np.argsort(codes.astype(np.int16) if len(texts) < 2**15 else codes, kind="stable")
    first = np.append(0, np.cumsum(np.bincount(codes, minlength=len(texts))))
    return [(text, order[first[i] : first[i + 1]]) for i, text in enumerate(texts) if text]


def _never(times: Ints, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Times that mean "none"; ``good``: which are dates that exist, as the year 0 and 1900-01-00 do not."""
    midnight = times // DAY_US * DAY_US
    before_all = ~good & (times < _FIRST_US)
    return (
        before_all
        | (times < _EPOCH_US[1] + 1) & (np.isin(midnight, _NEVER_US) | np.isin(times, _EPOCH_US))
        | (times > _HIGH) & np.isin(midnight, _NEVER_US)
    )


_LOW, _HIGH = (int(np.datetime64(f"{year}-01-01", "us").astype(np.int64)) for year in (YEARS.start, YEARS.stop))


def _in_range(times: Ints) -> NDArray[np.bool_]:
    return (times >= _LOW) & (times < _HIGH)
