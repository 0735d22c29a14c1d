"""The cases of a process in a log, and what the log calls each element of the process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.importing.executions import PROCESS as EXPORT
from calibration.observing.part_of import part_of
from sim.errors import InputError
from sim.eventlog import EventLog
from sim.model.base import Model
from sim.model.paths import elements_of
from sim.names import find
from sim.text import Text

FEWEST_CASES = 20
_TOLD = 12


@dataclass(frozen=True)
class Matched:
    """The log of the process alone; ``names``: what it calls the elements that it shows, by their ids.

    ``unused``: steps of the log that the process does not have, with how often they occur. ``others``: cases of other
    classes, which are left out.
    """

    log: EventLog
    process: str
    names: dict[str, str]
    unused: dict[str, int]
    others: int
    whole: EventLog
    """With the cases of other processes: the same people may do them."""
    kept: NDArray[np.bool_]
    """Which cases of the whole are the process's."""


def match(log: EventLog, model: Model, process: str) -> Matched:
    """Errors: InputError for an unknown process, for no case of it, for no step in common, for too few cases."""
    find(model.processes, process, Text("流程", "process"))
    kept = _cases(log, model, process)
    others, whole = int((~kept).sum()), log
    if others:
        log = part_of(log, kept)
    imported = log.cases.process.names == (EXPORT,)
    known: dict[str, str] = {}
    for at in elements_of(model, process):
        if at.element.id is not None and not any(block in ("spawned", "apart") for block, _ in at.place):
            name = f"{EXPORT}/{at.element.id}" if imported else at.path
            if name in log.step.names:
                known.setdefault(at.element.id, name)
    count = np.bincount(log.step.codes[log.step.codes >= 0], minlength=len(log.step.names)).tolist()
    told = {name: n for name, n in zip(log.step.names, count, strict=True) if name and n}
    names = {id_: name for id_, name in known.items() if name in told}
    if not names:
        its = ", ".join(name.rpartition("/")[2] for name in sorted(told, key=lambda name: -told[name])[:_TOLD])
        steps = ", ".join(str(at.element.id) for at in elements_of(model, process) if at.element.id)
        raise InputError(
            Text("日志的环节与流程的环节没有一个对得上", "no step of the log is a step of the process"),
            Text(
                f"在映射的 steps 中写明每个环节是流程的哪一步;流程有:{steps}",
                f"say under `steps` of the mapping which step of the process each one is; the process has {steps}",
            ),
            where=f"processes/{process}",
            value=its,
        )
    if len(log.cases) < FEWEST_CASES:
        raise InputError(
            Text(f"办件太少:至少 {FEWEST_CASES} 件才能拟合", f"too few cases: {FEWEST_CASES} at least are fitted"),
            Text("延长取数时段", "take a longer period"),
            where=f"processes/{process}",
            value=len(log.cases),
        )
    unused = {name.rpartition("/")[2]: n for name, n in told.items() if name not in names.values()}
    return Matched(log, process, names, unused, others, whole, kept)


def _cases(log: EventLog, model: Model, process: str) -> NDArray[np.bool_]:
    """Those of the process, where the log names processes; else those of its classes, where it has classes."""
    table = log.cases
    if table.process.names != (EXPORT,):
        kept = table.process.isin([process])
        wanted = [process]
    else:
        wanted = [class_ for class_, processes in model.classes().items() if process in processes]
        kept = table.case_class.isin(wanted)
        if not (table.case_class.codes >= 0).any():
            kept = np.ones(len(table), np.bool_)
    if not kept.any():
        names = table.process.names if table.process.names != (EXPORT,) else table.case_class.names
        raise InputError(
            Text("日志中没有这一流程的办件", "the log has no case of this process"),
            Text(
                f"在映射的 classes 中把办件归入 {'、'.join(wanted)},或选另一个流程",
                f"let `classes` of the mapping give its cases the class {', '.join(wanted)}, or choose another process",
            ),
            where=f"processes/{process}",
            value=", ".join(names[:_TOLD]),
        )
    return kept
