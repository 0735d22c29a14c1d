"""A clean table of high-voltage connections, and its figures counted date by date; nothing of the project is used."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from tests.day_by_day import works_on

Time = dt.datetime
State = Literal["归档", "在办", "终止"]
MILESTONES = (
    "受理时间", "现场勘查时间", "供电方案答复时间", "设计文件送审时间", "设计审查时间", "竣工报验时间", "竣工检验时间",
    "装表接电时间",
)  # fmt: skip
CUSTOMERS = ("设计文件送审时间", "竣工报验时间")
"""What the customer does, and so the steps that end with it, are the customer's time."""
PAUSES = ("挂起时间", "解挂时间")
HEADER = ("申请编号", "用户名称", "区县", "供电电源数", *MILESTONES, "流程状态")
LIMITS = {"单电源": ("single", 18), "双电源": ("dual", 26)}
_DISTRICTS = ("昆都仑区", "青山区", "东河区", "九原区")
_LONGEST = (0, 2, 7, 14, 5, 20, 5, 4)


@dataclass(frozen=True)
class Case:
    """``times``: of the milestones in their order, as far as the case has come."""

    id: str
    name: str
    district: str
    source: str
    times: tuple[Time, ...]
    state: State
    pause: tuple[Time, Time | None] | None = None

    def cells(self, write: Callable[[Time], str], nothing: str = "") -> list[str]:
        """As a row under ``HEADER``."""
        times = [write(time) for time in self.times] + [nothing] * (len(MILESTONES) - len(self.times))
        return [self.id, self.name, self.district, self.source, *times, self.state]

    def pause_cells(self, write: Callable[[Time], str]) -> list[str]:
        """As the cells under ``PAUSES``."""
        return ["" if time is None else write(time) for time in self.pause or (None, None)]


class Truth(NamedTuple):
    """Of one limit: how many are done, and by case how many days over those done late and those open and late are."""

    done: int
    late: dict[str, int]
    open_late: dict[str, int]


class Spoilt(NamedTuple):
    """A file, what it says of which cases, and what has to be found in it.

    ``refused``: words of the error with which it is refused as it is; ``edit``: what a person writes into the mapping
    that ``inspect`` proposed, so that it is read after all.
    """

    path: Path
    cases: Sequence[Case]
    found: Mapping[str, int] = MappingProxyType({})
    refused: str = ""
    edit: Callable[[str], str] | None = None


@cache
def clean(paused: bool = False) -> tuple[Case, ...]:
    """Sixty cases of 2021, two thirds closed; with ``paused`` every fourth was suspended once."""
    chance = random.Random(20210604)
    return tuple(_case(number, chance, paused) for number in range(60))


def plain(time: Time) -> str:
    """As a system writes it."""
    return time.strftime("%Y-%m-%d %H:%M")


def _case(number: int, chance: random.Random, paused: bool) -> Case:
    source = "双电源" if number % 3 == 0 else "单电源"
    slow = 2.2 if number % 5 == 1 else 0.9
    day = _working(dt.date(2021, 3, 1) + dt.timedelta(3 * number))
    times = [_hour(day, chance)]
    for longest in _LONGEST[1:]:
        day = _working(day + dt.timedelta(max(1, round(longest * slow * chance.uniform(0.4, 1.3)))))
        times.append(_hour(day, chance))
    state: State = "终止" if number % 13 == 7 else "在办" if number % 4 == 3 else "归档"
    come = len(times) if state == "归档" else chance.randrange(1, len(times) - 1)
    pause = None
    if paused and number % 4 == 0:
        at = chance.randrange(1, come) if come > 1 else 1
        began = times[at - 1] + dt.timedelta(hours=1)
        over = _hour(_working((times[at] if number % 8 else began).date() + dt.timedelta(6)), chance)
        pause = (began, None if number % 16 == 0 else over)
        for place in range(at, len(times)):  # all that came after it came later
            least = max(times[place].date() + dt.timedelta(9), times[place - 1].date() + dt.timedelta(1))
            times[place] = _hour(_working(least), chance)
    known = tuple(times[:come])
    return Case(f"BT2021{number:06}", f"示例企业{number:02}", _DISTRICTS[number // 9 % 4], source, known, state, pause)


def _working(day: dt.date) -> dt.date:
    while not works_on(day):
        day += dt.timedelta(1)
    return day


def _hour(day: dt.date, chance: random.Random) -> Time:
    hour, minute = chance.choice([(9, 0), (10, 0), (15, 0), (16, 0)])
    return Time(day.year, day.month, day.day, hour, minute + chance.randrange(50))


def truth_of(cases: Sequence[Case]) -> dict[str, Truth]:
    """The figures of each limit, judged at the latest instant that any of the cases tells of."""
    now = max(time for case in cases for time in (*case.times, *(case.pause or ())) if time is not None)
    found = {}
    for source, (limit, most) in LIMITS.items():
        its = [case for case in cases if case.source == source and case.state != "终止"]
        done, open_ = ([case for case in its if (case.state == "归档") == closed] for closed in (True, False))
        over = {case.id: _days(case, now) - most for case in its}
        late, open_late = ({case.id: over[case.id] for case in some if over[case.id] > 0} for some in (done, open_))
        found[limit] = Truth(len(done), late, open_late)
    return found


def _days(case: Case, now: Time) -> int:
    """The working days on which the utility had the case, less the one of the acceptance."""
    ends = [*case.times, now] if case.state == "在办" else [*case.times]
    dates = set()
    for place in range(1, len(ends)):
        if MILESTONES[place] not in CUSTOMERS:
            for begin, end in _without_pause(ends[place - 1], ends[place], case, now):
                span = (end.date() - begin.date()).days
                dates |= {begin.date() + dt.timedelta(day) for day in range(span + 1)}
    return max(len({day for day in dates if works_on(day)}) - 1, 0)


def _without_pause(begin: Time, end: Time, case: Case, now: Time) -> list[tuple[Time, Time]]:
    if case.pause is None:
        return [(begin, end)]
    over = case.times[-1] if case.state != "在办" else now
    stop, resume = case.pause[0], min(case.pause[1] or over, over)
    parts = [(begin, min(end, stop)), (max(begin, resume), end)]
    return [(a, b) for a, b in parts if a < b]
