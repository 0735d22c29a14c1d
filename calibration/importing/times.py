"""A column of times over all batches: cells of any style to microseconds of civil local time (rule 1).

A style is recognised by the shape of a cell and read for all cells of that shape at once. Whether 03/04 is the third of
April or the fourth of March is decided by the whole column, or refused; what cannot be read is no time, and told.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import MISSING, normalised, text_buffers
from calibration.importing.dates import Field, Shape, shape_of
from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import Order
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.model.quantities import DAY_US
from sim.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

LOCAL = "Asia/Shanghai"
YEARS = range(1970, 2101)
"""Other years are refused; those of ``_NEVER`` mean "no date"."""

_SECOND = 1_000_000
_QUARTER = 900 * _SECOND
_SERIAL_ZERO = -25_569  # 1899-12-30: Excel's 1900 system, with the 29 February 1900 that it believes in behind it
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_NEVER = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "9999-12-31", "2999-12-31", "9999-09-09")
_NEVER_US = np.array([np.datetime64(day, "D").astype(np.int64) for day in _NEVER]) * DAY_US
_FIRST_US = int(np.datetime64("1900-01-01", "us").astype(np.int64))
_EPOCH_US = (0, 8 * 3600 * _SECOND)  # 1970-01-01 00:00, and as Shanghai shows it
_ZERO = np.uint8(ord("0"))
_DIGITS = np.arange(256, dtype=np.uint8)
_DIGITS[ord("0") : ord("9") + 1] = ord("9")
_ORDERS: tuple[Order, Order] = ("day-first", "month-first")
# For each month from January of year 0: its first day and how many days it has.
_MONTH_FIRST = np.arange(np.datetime64("0000-01"), np.datetime64("10000-02")).astype("M8[D]").astype(np.int64)
_MONTH_DAYS = np.diff(_MONTH_FIRST)


class _Ordered(NamedTuple):
    """Cells of an ordered date: their places over all batches, and what they are day first and month first."""

    place: Ints
    row: Ints
    readings: tuple[Ints, Ints]
    impossible: tuple[NDArray[np.bool_], NDArray[np.bool_]]


class TimeColumn:
    """Reads a column batch by batch; :meth:`settled` gives its times when all evidence is in."""

    def __init__(self, name: str, order: Order | None = None, zone: str | None = None) -> None:
        self.name, self.order, self.zone = name, order, zone
        self.findings = Findings()
        self._offsets = _Zone(zone or LOCAL)
        self._read: list[Ints] = []
        self._n = 0
        self._ordered: list[_Ordered] = []
        self._styles: Counter[str] = Counter()
        self._samples: dict[str, Example] = {}
        self._naive: Example | None = None
        self._aware: Example | None = None

    def read(self, given: pa.Array, rows: Ints) -> NDArray[np.bool_]:
        """One more batch; which of its cells are neither a time nor a word for "nothing"."""
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

        Errors: InputError where the order of day and month stays open, or naive times stand beside aware ones.
        """
        times = np.concatenate(self._read) if self._read else np.zeros(0, np.int64)
        self._read = []
        if self._ordered:
            self._put_in_order(times)
        if self._naive and self._aware and self.zone is None:
            raise InputError(  # BAD_INPUT 33
                Text("同一列中有的时间带时区,有的不带", "times with an offset stand beside times without one"),
                Text("在映射中写明 zone,例如 zone: Asia/Shanghai", "give the zone in the mapping: zone: Asia/Shanghai"),
                where=self.name,
                value=f"{self._aware.row}: {self._aware.value}; {self._naive.row}: {self._naive.value}",
            )
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
            if text.lower() in MISSING:
                shown = [Example(int(rows[i]), self.name, cell(int(i))) for i in places[:5]]
                self.findings.add("missing-word", "missing", places.size, shown)
            else:
                wrong[places] = True
            return
        first = Example(int(rows[places[0]]), self.name, cell(int(places[0])))
        digits = _Digits(data, offsets[places], int(length[places[0]]))
        if shape.style in ("ordered-date", "two-digit-date"):
            self._read_ordered(shape, digits, places, rows, first, wrong, found)
        else:
            times, good = _times_of(shape, digits)
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
            self._aware = self._aware or first
        else:
            self._naive = self._naive or first
        if shape.style == "serial":
            self.findings.add("excel-serial", "repaired", n, [first])
        elif shape.style.endswith("seconds"):
            self.findings.add("epoch", "repaired", n, [first])
        if not shape.century:
            self.findings.add("two-digit-year", "repaired", n, [first])

    # --- day and month in an order that the cell does not tell

    def _read_ordered(
        self,
        shape: Shape,
        digits: _Digits,
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
            times, good = _instants(shape, digits, 2000 + a, b, c)
            found[places] = np.where(good, times, NAT)
            wrong[places[~good]] = True
            return
        year = c if shape.century else 2000 + c
        readings, impossible = [], []
        for day, month in ((a, b), (b, a)):
            times, good = _instants(shape, digits, year, month, day)
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


class _Digits:
    """The digits of cells of one shape and so of one length; ``first`` is the place of each cell in the bytes."""

    def __init__(self, data: NDArray[np.uint8], first: NDArray[np.int32], length: int) -> None:
        self.size, self.length = first.size, length
        if first.size * length == data.size:  # the whole column has this shape
            self._cells = data.reshape(first.size, length)
        else:
            self._cells = data[first[:, None] + np.arange(length, dtype=first.dtype)]

    def number(self, field: Field) -> Ints:
        """The number that stands in these places of every cell, 0 for an empty field."""
        begin, width = field
        value: NDArray[Any] = np.zeros(self.size, np.int32 if width < 10 else np.int64)
        for place in range(begin, begin + width):
            value *= 10
            value += self._cells[:, place]
            value -= ord("0")
        return value.astype(np.int64)


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


def _times_of(shape: Shape, digits: _Digits) -> tuple[Ints, NDArray[np.bool_]]:
    if shape.style == "serial":
        days, width = digits.number((0, 5)), min(max(digits.length - 6, 0), 15)
        part = digits.number((6, width)) / 10.0**width
        times = (days + _SERIAL_ZERO) * DAY_US + np.rint(part * (DAY_US / _SECOND)).astype(np.int64) * _SECOND
        return times, (days >= _SERIALS[0]) & (days <= _SERIALS[1])
    if shape.style.endswith("seconds"):
        unit = {"seconds": _SECOND, "milliseconds": 1000, "microseconds": 1}[shape.style]
        return digits.number((0, digits.length)) * unit, np.ones(digits.size, np.bool_)
    year, month, day = (digits.number(part) for part in shape.parts)
    if shape.month:
        month = np.full_like(day, shape.month)
    return _instants(shape, digits, year if shape.century else 2000 + year, month, day)


def _instants(shape: Shape, digits: _Digits, year: Ints, month: Ints, day: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Microseconds, and which of them are dates that exist and times of a day."""
    good = (month >= 1) & (month <= 12)
    index = year * 12 + month - 1
    if not good.all():
        index = np.where(good, index, np.where(year == 0, 0, 2000 * 12))
    good &= (day >= 1) & (day <= _MONTH_DAYS[index])
    times = (_MONTH_FIRST[index] + (day - 1)) * DAY_US
    if not shape.hour[1]:
        return times, good
    hour, minute, second = digits.number(shape.hour), digits.number(shape.minute), digits.number(shape.second)
    hour, possible = _of_24(hour, shape.half)
    fraction = (
        digits.number(shape.fraction) * 10 ** max(6 - shape.fraction[1], 0) // 10 ** max(shape.fraction[1] - 6, 0)
    )
    good &= possible & (minute < 60) & (second <= 60)  # a leap second is the next minute (BAD_INPUT 28)
    good &= (hour < 24) | ((hour == 24) & (minute + second == 0))
    seconds = hour * 3600 + minute * 60 + second
    if shape.zone:
        seconds -= shape.zone * (digits.number(shape.offset_hour) * 3600 + digits.number(shape.offset_minute) * 60)
    return times + seconds * _SECOND + fraction, good


def _of_24(hour: Ints, half: str) -> tuple[Ints, NDArray[np.bool_]]:
    """Hours of the day: 下午2时 and 下午14时 are both 14, 上午12时 is midnight as in spreadsheets, 中午1时 is 13."""
    if half == "am":
        return np.where(hour == 12, 0, hour), hour <= 12
    if half == "pm":
        return np.where(hour < 12, hour + 12, hour), hour >= 1
    if half == "noon":
        return np.where(hour < 3, hour + 12, hour), (hour >= 11) & (hour <= 14) | (hour >= 1) & (hour <= 2)
    if half == "evening":
        return np.where(hour < 12, hour + 12, hour), (hour >= 5) & (hour != 12)
    return hour, np.ones(hour.size, np.bool_)


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


class _Zone:
    """Local time of a zone: its offset is looked up once for each quarter of an hour that occurs."""

    def __init__(self, name: str) -> None:
        try:
            self._zone = timezone(timedelta(hours=8)) if name == LOCAL else ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InputError(  # BAD_INPUT 28
                Text("没有这个时区", "there is no such zone"),
                Text("写成 Asia/Shanghai 之类", "write it like Asia/Shanghai"),
                path=("zone",),
                value=name,
            ) from None
        self._known: dict[int, int] = {}

    def local(self, utc: Ints, good: NDArray[np.bool_]) -> Ints:
        """Instants of UTC as civil times of the zone."""
        if isinstance(self._zone, timezone):
            return utc + 8 * 3600 * _SECOND
        low, high = (int(np.datetime64(f"{year}-01-01", "us").astype(np.int64)) for year in (1900, 2200))
        quarters, place = np.unique(np.where(good, np.clip(utc, low, high), 0) // _QUARTER, return_inverse=True)
        return utc + np.array([self._offset(quarter) for quarter in quarters.tolist()], np.int64)[place]

    def _offset(self, quarter: int) -> int:
        if quarter not in self._known:
            instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=quarter * 900)
            offset = instant.astimezone(self._zone).utcoffset() or timedelta()
            self._known[quarter] = offset // timedelta(microseconds=1)
        return self._known[quarter]
