"""Instants of UTC as civil times of a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.eventlog import Ints
from sim.text import Text

LOCAL = "Asia/Shanghai"
"""The zone of China; it has known no summer time since 1991."""
_SECOND = 1_000_000
_QUARTER = 900 * _SECOND


class Zone:
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
