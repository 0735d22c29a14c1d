"""What an export and the limits call one thing: steps in the file's own words, and clocks that ask for what lacks."""

from __future__ import annotations

import re

from calibration.importing.executions import PROCESS
from calibration.importing.mapping import Mapping, Means
from sim.errors import InputError
from sim.eventlog import EventLog
from sim.model.clocks import Clock, names_step
from sim.text import Text

_TIME = re.compile(r"(?<=.)(时间|日期|时刻)$")


def words_of_steps(mapping: Mapping | None) -> dict[str, str]:
    """What the file calls each step, by its path in the log; the first word where it has several.

    >>> words_of_steps(Mapping(form="wide", case="编号", milestones={"装表接电时间": {"step": "metering"}}))
    {'export/metering': '装表接电'}
    """
    if mapping is None:
        return {}
    pairs = [(f"{PROCESS}/{means.step}", _TIME.sub("", word)) for word, means in _said(mapping) if means.step]
    return dict(reversed(pairs))


def refuse_unnamed(log: EventLog, mapping: Mapping | None, clock: Clock) -> None:
    """Errors: InputError where a clock runs from, to or over what neither the export nor its mapping knows: all cases
    would seem to be open, or to have taken no time. A log of Shixian itself, without a mapping, knows all it needs.
    """
    if mapping is None:
        return
    means = [each for _, each in _said(mapping)]
    paths = {*log.step.names, *(f"{PROCESS}/{name}" for each in means for name in (each.step, each.mark) if name)}
    stages = {*log.stage.names, *(each.stage for each in means)}
    owners = {*log.owner.names, *(each.owner for each in means)}

    def known(step: str) -> bool:
        return any(names_step(step, path) for path in paths)

    lacking = [event.step for event in (clock.start, clock.stop) if event.step is not None and not known(event.step)]
    if (its := clock.count) is not None and not (
        owners.intersection(its.owners) or stages.intersection(its.stages) or any(map(known, its.steps))
    ):
        lacking += [*its.owners, *its.stages, *its.steps]
    if lacking:
        raise InputError(
            Text("数据和映射中都没有这个口径所指的步骤或时点", "neither data nor mapping have what this counts"),
            Text("在映射中写明哪一列或哪个环节是它", "say in the mapping which column or step it is"),
            value=", ".join(dict.fromkeys(lacking)),
        )


def _said(mapping: Mapping) -> list[tuple[str, Means]]:
    return [*mapping.milestones.items(), *mapping.steps.items()]
