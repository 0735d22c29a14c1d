"""The cases of a limit parted by month, district, unit and class; late shares with months as clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.census import MONTHS, ONE_MONTH
from sim.analysis.clock_times import ClockTimes
from sim.analysis.statistics import Estimate, share, slowest_tenth
from sim.eventlog import NAT, EventLog, Grouped, Ints

Flags = NDArray[np.bool_]
OF_CASES = ("district", "unit", "class")


@dataclass(frozen=True)
class Group:
    """Cases of a limit that have something in common: finished, open, and late ones of both; days of the unit."""

    name: str
    finished: int
    late: int
    still_open: int
    open_late: int
    mean: float | None
    median: float | None

    @property
    def on_time(self) -> float | None:
        """按时办结率, of those that were due; None without any."""
        return on_time(self.finished, self.late, self.open_late)


def on_time(finished: int, late: int, open_late: int) -> float | None:
    """Of the cases that were due (应办结), finished or open beyond the limit, those in time; None without any."""
    due = finished + open_late
    return 1 - (late + open_late) / due if due else None


@dataclass(frozen=True, eq=False)
class Parted:
    """The cases of one limit, each array (cases,): finished in the period, open at its end, accepted in it, late."""

    log: EventLog
    times: ClockTimes
    done: Flags
    still_open: Flags
    accepted: Flags
    late: Flags

    @property
    def due(self) -> Flags:
        return self.done | (self.still_open & self.late)

    def groups(self) -> dict[str, tuple[Group, ...]]:
        """By month of the end, of the acceptance, by district, unit and class, where the log tells of more than one."""
        both = self.done | self.still_open
        parted = {
            "month": (_months(self.times.stop), self.done),
            "accepted": (_months(self.log.cases.accepted[self.times.case]), self.accepted),
        } | {key: (column, both) for key in OF_CASES if (column := self._column(key)) is not None}
        found = {key: tuple(self._groups(*column, which)) for key, (column, which) in parted.items()}
        return {key: groups for key, groups in found.items() if len(groups) > 1}

    def late_share(self) -> Estimate:
        """Of the cases that were due."""
        return self._late_share(self.due)

    def late_by_class(self) -> dict[str, Estimate]:
        """The same of each class that was due."""
        codes, names = self._column("class") or (np.zeros(self.due.size, np.int64), ("",))
        due = np.flatnonzero(self.due)
        return {
            names[code]: self._late_share(np.isin(np.arange(self.due.size), due[its], assume_unique=True))
            for code, its in Grouped.by(codes[due], len(names)).places()
        }

    def _column(self, key: str) -> tuple[Ints, Sequence[str]] | None:
        cases = self.log.cases
        column = cases.case_class if key == "class" else cases.attributes.get(key)
        return None if column is None else (column.codes[self.times.case].astype(np.int64) + 1, ("", *column.names))

    def _groups(self, codes: Ints, names: Sequence[str], which: Flags) -> Iterator[Group]:
        rows = np.flatnonzero(which)
        for code, its in Grouped.by(codes[rows], len(names)).places():
            each = rows[its]
            late, over = self.late[each], self.still_open[each]
            days = self.times.days[each[~over]]
            yield Group(
                name=names[code],
                finished=days.size,
                late=int(np.count_nonzero(late & ~over)),
                still_open=int(np.count_nonzero(over)),
                open_late=int(np.count_nonzero(late & over)),
                mean=float(days.mean()) if days.size else None,
                median=float(np.quantile(days, 0.5, method="inverted_cdf")) if days.size else None,
            )

    def _late_share(self, due: Flags) -> Estimate:
        """Months are those of the end; what is still open and late has that in which the log ends."""
        month = _months(np.where(self.done, self.times.stop, self.log.end_of_run))[0][due]
        late, days = self.late[due], self.times.days[due]
        members = [its for _, its in Grouped.by(month, int(month.max(initial=-1)) + 1).places()]
        hits = [int(np.count_nonzero(late[its])) for its in members]
        found = share(hits, [its.size for its in members], slow=slowest_tenth([days[its] for its in members]))
        few = found.value is not None and found.low is None
        return replace(found, method=MONTHS, reason=ONE_MONTH if few else found.reason)


def _months(instants: Ints) -> tuple[Ints, Sequence[str]]:
    """The month of each instant, counted from the first one; and their names."""
    known = instants != NAT
    month = instants.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    first = int(month[known].min()) if known.any() else 0
    last = int(month[known].max()) if known.any() else 0
    return np.where(known, month - first, 0), [str(np.datetime64(m, "M")) for m in range(first, last + 1)]
