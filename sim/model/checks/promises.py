"""What is promised can be read from the cases it is promised to: their clocks start, then stop (BAD_INPUT 12, 13)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from sim.errors import InputError, Path
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.clock_order import can_run
from sim.model.clocks import Clock, Event
from sim.model.limits import Statistic
from sim.text import Text

_LIMIT_ID = re.compile(r"[A-Za-z0-9]+([-.][A-Za-z0-9]+)*")


def check(whole: Whole) -> Iterator[InputError]:
    """The ids of limits and readings, and the events of every clock in the processes of its classes."""
    for id_, limit in whole.model.limits.items():
        path: Path = ("limits", id_)
        if not _LIMIT_ID.fullmatch(id_):
            yield wrong(
                path,
                Text(
                    "承诺事项的编号只用英文字母、数字、连字符和点",
                    "the id of a limit has letters, digits, hyphens and dots",
                ),
                Text(
                    "例如 E4;注意形近字母(如西里尔字母)",
                    "for example E4; mind letters that only look alike, as Cyrillic",
                ),
                value=ascii(id_),
            )
        seen: set[str] = set()
        for i, reading in enumerate(limit.readings):
            if reading.id in seen:
                yield wrong(
                    (*path, "readings", i, "id"),
                    Text("口径的标识重复", "two readings of the limit have this id"),
                    Text("换一个标识", "choose another id"),
                    value=reading.id,
                )
            seen.add(reading.id)
            yield from _measured(whole, reading.statistic or limit.statistic, (*path, "readings", i, "statistic", "of"))
            if reading.clock is not None:
                classes = reading.classes or limit.classes
                yield from _clock(whole, reading.clock, (*path, "readings", i, "clock"), classes)
        read_so = (r.classes or () for r in limit.readings if r.clock is None)
        classes = tuple(dict.fromkeys(chain(limit.classes, *read_so)))
        yield from _clock(whole, limit.clock, (*path, "clock"), classes)


def _measured(whole: Whole, statistic: Statistic | None, path: Path) -> Iterator[InputError]:
    """What a ratio is of is there, and promises days of one kind now and before."""
    limits = whole.model.limits
    known = [*limits, *(f"{id_}/{reading.id}" for id_, limit in limits.items() for reading in limit.readings)]
    for name in statistic.of if statistic is not None else ():
        promised = limits.get(name)
        if name not in known:
            yield unknown(path, Text("没有这项承诺或口径", "there is no such limit or reading"), name, known)
        elif promised is not None and (
            promised.value is None or (promised.baseline is not None and promised.baseline.unit != promised.value.unit)
        ):
            yield wrong(
                path,
                Text("比值两端须是同一种时限", "both sides of a ratio are limits in the same unit"),
                Text(
                    "写有数字的承诺,baseline 与 value 同为 wd 或 d",
                    "name limits with a number, baseline and value in wd or d",
                ),
                value=name,
            )


def _clock(whole: Whole, clock: Clock, path: Path, classes: Sequence[str]) -> Iterator[InputError]:
    missing = list(_missing(whole, clock, path, classes))
    yield from missing
    for class_ in classes if not missing else ():
        handled_by = whole.classes.get(class_, ())
        if handled_by and not any(can_run(whole.elements(process), clock) for process in handled_by):
            yield wrong(
                (*path, "stop", clock.stop.at) if clock.stop.step else (*path, "stop"),
                Text(
                    "{c} 类办件走完全程,终点也不会晚于起点,计时无从谈起",
                    "on no path of cases of {c} does the clock's stop come after its start, so it would never run",
                ).format(c=class_),
                Text("对调起止点,或以起点之后的步骤或节点为终点", "swap the two, or stop at something after the start"),
                value=f"{_written(clock.start)} -> {_written(clock.stop)}",
            )
            break


def _written(event: Event) -> str:
    return event.at if event.step is None else f"{event.at}: {event.step}"


def _missing(whole: Whole, clock: Clock, path: Path, classes: Sequence[str]) -> Iterator[InputError]:
    for end, event in (("start", clock.start), ("stop", clock.stop)):
        for class_ in classes if event.step is not None else ():
            known = whole.events(class_, marks=event.at == "mark")
            if event.step not in known:
                yield unknown(
                    (*path, end, event.at),  # as it is usually written: {mark: power-on}
                    Text("{c} 类办件中没有这个起止点", "this never happens to cases of {c}").format(c=class_),
                    str(event.step),
                    known,
                )
                break
