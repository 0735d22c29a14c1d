"""Opening hours fitted to the instants at which somebody did something."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Floats
from calibration.day_kinds import (
    Dates,
    HolidaysKept,
    Stretch,
    closed_dates,
    holidays_kept,
    kinds_of,
    open_weekdays,
    opened_dates,
)
from calibration.opening import DayShape, Hour, counted_once, density, hours_of, shape_of, together
from calibration.resolution import Resolution, resolution_of
from calibration.seasons import summer_of
from sim.analysis.statistics.estimate import Estimate
from sim.analysis.statistics.shares import wilson
from sim.errors import InputError
from sim.eventlog import NAT, Ints
from sim.model.calendars import Calendar, CalendarSpec
from sim.model.hours import WEEK, Hours, Shift
from sim.model.open_time import date_of, midnight
from sim.model.quantities import DAY_US, HOUR_US
from sim.model.spans import Closure, Opening, Season
from sim.model.statutory import NO_OWN_TABLE, StatutoryTable
from sim.text import Text

THIN = 0.1
"""A stretch of the day with less than this share of the density that the median instant meets is closed."""
SMALL = 0.01
"""A shift with less than this share of the instants of its days is none: a nightly job of a system."""
SHORT_US = HOUR_US // 2
"""A shorter shift needs as large a share as may lie outside."""
MOST_OUTSIDE = 0.05
"""No larger share of the instants is left outside: thin stretches, the densest first, are opened until it is not."""
FEW = 20
"""Of fewer instants no calendar is fitted."""
_WHOLE_DAY = Shift(0, DAY_US)
_Months = tuple[int, ...]
_ALL_YEAR: _Months = tuple(range(1, 13))


@dataclass(frozen=True)
class FittedHour:
    """A shift of some days of the week, in some months of the year (all twelve, or those of summer or winter hours),
    with its evidence.

    ``n``: instants within it. ``opens`` and ``closes``: between which times of day (microseconds after midnight) the
    edges lie with 95% certainty each; the shift has the likeliest round ones. ``outside``: the share of the instants
    of these days that lie in no shift.
    """

    days: tuple[str, ...]
    months: tuple[int, ...]
    shift: Shift
    n: int
    opens: tuple[int, int]
    closes: tuple[int, int]
    outside: Estimate


@dataclass(frozen=True)
class FittedCalendar:
    """A calendar as a scenario file writes it, and what speaks for it.

    ``outside`` is the share of all instants that fall outside it, with Wilson's interval (instants taken as
    independent). ``days_only``: the instants tell no time of day, so that days are open as a whole. ``statutory``
    tells what happened on public holidays and make-up days; ``closed`` and ``opened`` are the dates that the log
    alone gives. Dates outside ``first`` .. ``last`` have the hours of the week.
    """

    spec: CalendarSpec
    hours: tuple[FittedHour, ...]
    outside: Estimate
    n: int
    days_only: bool
    statutory: HolidaysKept
    closed: tuple[Stretch, ...]
    opened: tuple[Stretch, ...]
    first: dt.date
    last: dt.date
    own_table: StatutoryTable = NO_OWN_TABLE

    def compile(self, first_us: int, last_us: int) -> Calendar:
        """The open intervals from ``first_us`` to ``last_us``, for open-time arithmetic (``open_times``, ``after``).

        Errors: InputError for a year without statutory data, where the log keeps public holidays.
        """
        return self.spec.compile(first_us, last_us, statutory=self.own_table)


def fit_calendar(
    instants: Ints,
    *,
    name: Text | None = None,
    first: int | None = None,
    last: int | None = None,
    statutory: bool | None = None,
    own_table: StatutoryTable = NO_OWN_TABLE,
    closures: bool = True,
    seasons: bool = False,
) -> FittedCalendar:
    """The opening hours of a week, public holidays and closed days, from instants of activity (microseconds, NAT
    left out).

    ``first``, ``last``: the stretch that the log covers, that of the instants where left out. ``statutory``: whether
    China's public holidays are kept; None lets the log decide, and takes them as kept where it cannot. ``closures``:
    look for dates that this log alone has closed or opened (not for a person, whose leave is no calendar). ``seasons``:
    look for summer hours as well (``spec.seasons``); else the hours are those of the whole year.
    Errors: InputError for fewer than 20 instants.
    """
    instants = np.sort(instants[instants != NAT])
    if instants.size < FEW:
        raise InputError(
            Text("活动记录太少,定不出工作时间", "there is too little activity to fit opening hours to"),
            Text(
                f"至少 {FEW} 条;或沿用上级单位的工作时间", f"at least {FEW} instants; or take the calendar of the whole"
            ),
            value=int(instants.size),
        )
    found = resolution_of(instants)
    cut = 0 if found.days_only else _quietest(instants[found.timed])
    moment = instants - np.where(found.timed, cut, 0)
    day = moment // DAY_US
    reach = [moment[0], moment[-1], *(edge for edge in (first, None if last is None else last - 1) if edge is not None)]
    number = np.arange(min(reach) // DAY_US, max(reach) // DAY_US + 1)
    count = _by_date(day - number[0], moment, found, number.size)
    kept = holidays_kept(number, count, own_table)
    follows = kept.verdict != "not kept" and _known(number, own_table) if statutory is None else statutory
    dates = Dates(number, count, kinds_of(number, own_table if follows else None))
    open_kinds = open_weekdays(dates)
    every = replace(dates, count=np.bincount(day - number[0], minlength=number.size).astype(np.float64))
    closed = closed_dates(every, open_kinds) if closures else []
    opened = opened_dates(dates, open_kinds) if closures else []
    regular = _regular(dates, closed, opened)
    fitted: dict[_Months, list[_Group]] = {}
    if found.days_only:
        fitted[_ALL_YEAR] = _whole_days(dates, open_kinds, regular)
    else:
        timed = found.timed & np.isin(regular.kind[day - number[0]], np.flatnonzero(open_kinds[:5]))
        summer = summer_of(day[timed], (moment % DAY_US)[timed]) if seasons else None
        for months in _parts(summer):
            part = replace(regular, kind=np.where(np.isin(_month(number), months), regular.kind, -1))
            fitted[months] = _week(instants, day, cut, found, part, open_kinds)
        if len({tuple(sorted(_shifts(its).items())) for its in fitted.values()}) == 1:
            fitted = {_ALL_YEAR: _week(instants, day, cut, found, regular, open_kinds)}
    spec = _spec(name, fitted, follows, kept.makeup_worked, closed, opened)
    return _judged(spec, fitted, instants, found, kept, (closed, opened), own_table)


def _parts(summer: tuple[int, int] | None) -> list[_Months]:
    """The months of the winter and of the summer, or of the whole year."""
    if summer is None:
        return [_ALL_YEAR]
    its = tuple(range(summer[0], summer[1] + 1))
    return [tuple(month for month in _ALL_YEAR if month not in its), its]


def _month(number: Ints) -> Ints:
    """1 for January, of days since 1970."""
    return (number * DAY_US).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12 + 1


def _known(number: Ints, own: StatutoryTable) -> bool:
    """Whether the tables have the years of these dates."""
    try:
        kinds_of(number, own)
    except InputError:
        return False
    return True


def _by_date(day: Ints, moment: Ints, found: Resolution, days: int) -> Floats:
    """Independent instants of each date: quarters of an hour in which something happened, weighted; where there are
    no times of day, all."""
    if found.days_only:
        return np.bincount(day, minlength=days).astype(np.float64)
    slots, weight = counted_once(day * 96 + moment % DAY_US // (DAY_US // 96))
    return np.bincount(slots // 96, weight, days).astype(np.float64)


def _quietest(instants: Ints) -> int:
    """The time of day at which a working day begins: midnight, unless work goes on over it and stops at another time;
    then the middle of the longest quiet stretch."""
    weight = shape_of(instants % DAY_US, instants // DAY_US, 1, 15).weight
    busy = weight >= THIN * (weight**2).sum() / weight.sum()
    around = np.concatenate([busy[-2:], busy[:2]])
    if not around.all() or busy.all():
        return 0
    quiet = np.flatnonzero(busy)
    gaps = np.diff(np.append(quiet, quiet[0] + busy.size))
    longest = int(np.argmax(gaps))
    middle = int(quiet[longest] + (gaps[longest] + 1) // 2) % busy.size
    return middle * (DAY_US // busy.size)


def _regular(dates: Dates, closed: list[Stretch], opened: list[Stretch]) -> Dates:
    """Without the dates that are no ordinary day of their kind: kind -1."""
    kind = dates.kind.copy()
    for stretch in (*closed, *opened):
        low, high = (midnight(day) // DAY_US for day in (stretch.first, stretch.last))
        kind[(dates.number >= low) & (dates.number <= high)] = -1
    return Dates(dates.number, dates.count, kind)


Flags = NDArray[np.bool_]
_Group = tuple[tuple[int, ...], tuple[Hour, ...]]


def _whole_days(dates: Dates, open_kinds: Flags, regular: Dates) -> list[_Group]:
    days = tuple(np.flatnonzero(open_kinds[:7]).tolist())
    n = int(dates.count[np.isin(regular.kind, days)].sum())
    return [(days, (Hour(_WHOLE_DAY, n, (0, 0), (DAY_US, DAY_US)),))]


def _week(instants: Ints, day: Ints, cut: int, found: Resolution, regular: Dates, open_kinds: Flags) -> list[_Group]:
    """The shifts of each open kind of day, kinds of the same hours together; kind 8 is the public holiday."""
    timed = found.timed
    kind = regular.kind[day[timed] - regular.number[0]]
    of_day, on = (instants[timed] - cut) % DAY_US, day[timed]

    def shape(each: int) -> DayShape:
        its = kind == each
        return shape_of(of_day[its], on[its], int((regular.kind == each).sum()), found.minutes)

    kinds = np.flatnonzero(open_kinds[:7]).tolist()
    shapes = [shape(each) for each in kinds]
    groups = [tuple(kinds[i] for i in group) for group in together(shapes)]
    merged = [_sum([shapes[kinds.index(each)] for each in group]) for group in groups]
    if (holidays := shape(8)).of_day.size:
        groups, merged = [*groups, (8,)], [*merged, holidays]
    is_open = _open(merged)
    result: list[_Group] = []
    for group, its, bins in zip(groups, merged, is_open, strict=True):
        hours = hours_of(its, bins)
        result.extend(_moved(group, tuple(hour for hour in hours if _is_shift(hour, hours)), cut))
    return result


def _is_shift(hour: Hour, of: Sequence[Hour]) -> bool:
    """Not a job of a system: long enough, or with more of the instants than may lie outside."""
    share = hour.n / sum(each.n for each in of)
    return share >= (SMALL if hour.shift.closes - hour.shift.opens >= SHORT_US else MOST_OUTSIDE)


def _sum(shapes: list[DayShape]) -> DayShape:
    total = shapes[0]
    for shape in shapes[1:]:
        total = total + shape
    return total


def _open(shapes: list[DayShape]) -> list[Flags]:
    """The open bins of each kind of day: those of a tenth of the density that the median instant meets, or of less
    where too many instants would lie outside."""
    dense = [density(shape) for shape in shapes]
    every, weight = np.concatenate(dense), np.concatenate([shape.weight for shape in shapes])
    order = np.argsort(every)
    share = np.cumsum(weight[order]) / weight.sum()
    median = every[order][np.searchsorted(share, 0.5)]
    bound = every[order][np.searchsorted(share, MOST_OUTSIDE, side="right")]
    return [its >= min(THIN * median, bound) for its in dense]


def _moved(kinds: tuple[int, ...], hours: tuple[Hour, ...], cut: int) -> list[_Group]:
    """Times counted from the begin of a working day as times of the date on which a shift opens."""
    if not cut:
        return [(kinds, hours)]
    result: dict[int, list[Hour]] = {0: [], 1: []}
    for hour in hours:
        later = (hour.shift.opens + cut) // DAY_US
        move = cut - later * DAY_US
        shift = Shift(*(edge + move for edge in hour.shift))
        opens, closes = (tuple(edge + move for edge in edges) for edges in (hour.opens, hour.closes))
        result[later].append(Hour(shift, hour.n, (opens[0], opens[1]), (closes[0], closes[1])))
    moved = tuple(8 if kind == 8 else (kind + 1) % 7 for kind in kinds)
    return [(days, tuple(its)) for days, its in ((kinds, result[0]), (moved, result[1])) if its]


def _shifts(fitted: list[_Group]) -> dict[int, tuple[Shift, ...]]:
    """The shifts of each kind of day, 8 for public holidays."""
    found: dict[int, list[Shift]] = {kind: [] for kind in (*range(7), 8)}
    for kinds, hours in fitted:
        for kind in kinds:
            found[kind] += [hour.shift for hour in hours]
    return {kind: tuple(sorted(its)) for kind, its in found.items()}


def _spec(
    name: Text | None,
    seasons: dict[_Months, list[_Group]],
    statutory: bool,
    makeup_worked: bool,
    closed: list[Stretch],
    opened: list[Stretch],
) -> CalendarSpec:
    each = [_shifts(its) for its in seasons.values()]
    usual = [Counter(shifts[kind] for kind in range(5)).most_common(1)[0][0] for shifts in each]
    own = [
        kind for kind in range(7) if any(s[kind] != (u if kind < 5 else ()) for s, u in zip(each, usual, strict=True))
    ]
    written: list[dict[str, Any]] = []
    for shifts, workdays in zip(each, usual, strict=True):
        written.append({"workdays": workdays, **{WEEK[kind]: shifts[kind] for kind in own}, "log": True})
        if statutory and any(its[8] for its in each):
            written[-1]["holidays"] = shifts[8]
        if statutory and not makeup_worked:
            written[-1]["makeup"] = ()
    added = usual[0] or next((its for its in each[0].values() if its), (_WHOLE_DAY,))
    return CalendarSpec(
        name=name or Text("实际工作时间", "hours as worked"),
        statutory=statutory,
        hours=Hours.model_validate(written[0]),
        seasons=tuple(_season(months, its) for months, its in zip([*seasons][1:], written[1:], strict=True)),
        closures=tuple(_closure(i, stretch) for i, stretch in enumerate(closed, 1)),
        openings=tuple(_opening(stretch, added) for stretch in opened),
    )


def _season(months: _Months, written: dict[str, Any]) -> Season:
    first, last = months[0], months[-1]
    days = {"from": f"{first:02d}-01", "to": f"{last:02d}-{monthrange(2001, last)[1]:02d}"}
    return Season.model_validate({"name": Text("夏季作息", "summer hours"), **days, "hours": written})


def _closure(number: int, stretch: Stretch) -> Closure:
    name = Text("无业务日", "no activity")
    days = {"from": f"{stretch.first}", "to": f"{stretch.last}"}
    return Closure.model_validate({"id": f"closed-{number}", "name": name, **days})


def _opening(stretch: Stretch, hours: tuple[Shift, ...]) -> Opening:
    its = {"value": hours, "log": True}
    return Opening.model_validate({"from": f"{stretch.first}", "to": f"{stretch.last}", "hours": its})


def _judged(
    spec: CalendarSpec,
    seasons: dict[_Months, list[_Group]],
    instants: Ints,
    found: Resolution,
    kept: HolidaysKept,
    dates: tuple[list[Stretch], list[Stretch]],
    own_table: StatutoryTable,
) -> FittedCalendar:
    begin, end = int(instants[0] // DAY_US) * DAY_US, int(instants[-1] // DAY_US + 1) * DAY_US
    calendar = spec.compile(begin, end, statutory=own_table)
    place = np.searchsorted(calendar.opens, instants, side="right") - 1
    inside = (place >= 0) & (instants <= calendar.closes[np.maximum(place, 0)])
    if not found.days_only:
        inside |= ~found.timed & np.isin(instants // DAY_US, calendar.opens // DAY_US)
    weekday, month = (instants // DAY_US + 3) % 7, _month(instants // DAY_US)
    hours = []
    for months, fitted in seasons.items():
        for kinds, its in fitted:
            of_these = np.isin(weekday, kinds) & np.isin(month, months)
            outside = wilson(int((of_these & ~inside).sum()), int(of_these.sum()))
            days = tuple(WEEK[kind] if kind < 7 else "holidays" for kind in kinds)
            hours += [FittedHour(days, months, each.shift, each.n, each.opens, each.closes, outside) for each in its]
    return FittedCalendar(
        spec,
        tuple(hours),
        wilson(int((~inside).sum()), instants.size),
        int(instants.size),
        found.days_only,
        kept,
        tuple(dates[0]),
        tuple(dates[1]),
        date_of(begin),
        date_of(end - 1),
        own_table,
    )
