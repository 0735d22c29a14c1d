"""The compiled kernel: rules 1 to 15 over the arrays of :mod:`sim.engine.program`, the same log as the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim import jit
from sim.bounds import VISITS
from sim.engine.kernel.instant import CALENDAR, ENDLESS, FINISHED, ROOM, go_on
from sim.engine.kernel.lean import leave_out
from sim.engine.kernel.log import log_of
from sim.engine.kernel.world import World
from sim.engine.program import compile_program
from sim.engine.streams import check_replication, check_visit
from sim.errors import InputError, RunError
from sim.eventlog import EventLog
from sim.model.scenario import Scenario
from sim.text import Text

if jit.why_not():
    raise ImportError(jit.why_not())


def simulate(
    scenario: Scenario,
    seed: int,
    replication: int = 0,
    behaviours: Mapping[str, Any] | None = None,
    *,
    lean: bool = False,
) -> EventLog:
    """One simulated history, equal to that of :func:`sim.engine.reference.simulate`.

    ``lean``: without the cases of which the reporting window has nothing (:mod:`sim.engine.kernel.lean`).
    Errors: :class:`InputError` for Python behaviours; those of the reference engine otherwise.
    """
    if behaviours:
        raise InputError(
            Text("编译引擎不能执行 Python 编写的步骤", "the compiled kernel cannot run steps written in Python"),
            Text(
                '改用参考引擎:engine="reference"(命令行: --engine reference)',
                'use the reference engine: engine="reference" (on the command line --engine reference)',
            ),
            value=", ".join(behaviours),
        )
    check_replication(replication)
    world = World(compile_program(scenario), seed, replication)
    while (why := go_on(world.address)) != FINISHED:
        if why == ROOM:
            world.make_room()
        elif why == CALENDAR:
            world.meet_calendars()
        else:
            raise _trouble(world)
    if lean:
        leave_out(world)
    return log_of(world)


def _trouble(world: World) -> RunError:
    program, run = world.program, world.run
    if run["trouble"] == ENDLESS:
        names = program.tables.names
        last = next(name for name in map(names.__getitem__, world.arrays["row_node"][run["rows"] - 1 :: -1]) if name)
        return RunError(
            Text("同一时刻的事件循环不止", "an endless loop at one instant"),
            Text("给循环中的步骤以时长,或限制退回次数", "give a step of the loop a duration, or limit its repeats"),
            path=tuple(last.split("/")),
        )
    try:
        check_visit(VISITS, program.stream_name(int(run["trouble_stream"])))
    except RunError as error:
        return error
    raise AssertionError("unreachable")


__all__ = ["simulate"]
