"""Cells of one shape as microseconds: their digits taken together, dates that do not exist told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.importing.dates import Field, Shape
from sim.eventlog import Ints
from sim.model.quantities import DAY_US

_SECOND = 1_000_000
_SERIAL_ZERO = -25_569  # 1899-12-30: Excel's 1900 system, with the 29 February 1900 that it believes in behind it
_SERIALS = (20_000, 80_000)  # 1954 to 2119
# For each month from January of year 0: its first day and how many days it has.
_MONTH_FIRST = np.arange(np.datetime64("0000-01"), np.datetime64("10000-02")).astype("M8[D]").astype(np.int64)
_MONTH_DAYS = np.diff(_MONTH_FIRST)


class Digits:
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


def times_of(shape: Shape, digits: Digits) -> tuple[Ints, NDArray[np.bool_]]:
    """Microseconds of the cells of a shape that says where year, month and day stand, and which of them exist; of an
    aware shape they are UTC."""
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
    return instants_of(shape, digits, year if shape.century else 2000 + year, month, day)


def instants_of(shape: Shape, digits: Digits, year: Ints, month: Ints, day: Ints) -> tuple[Ints, NDArray[np.bool_]]:
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
