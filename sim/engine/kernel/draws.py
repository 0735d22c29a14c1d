"""Keyed random numbers and durations (rules 3 and 11)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.bounds import VISITS
from sim.engine.kernel import memory
from sim.engine.kernel.memory import World
from sim.engine.program.layout import CLASS_OF_CASE, NONE
from sim.engine.streams import uniform
from sim.jit import inner
from sim.model.quantiles import drawn_us, residual_us

TOO_MANY_VISITS = 1
_unsigned: Any = np.uint64  # compiled code mixes it with plain integers as float64


@inner
def share_of(world: World, stream: int, case: Any, visit: int, node_number: int) -> float:
    """The keyed random number of one purpose."""
    run = memory.run(world)[0]
    if visit >= VISITS:
        run.trouble, run.trouble_node, run.trouble_stream = TOO_MANY_VISITS, node_number, stream
    return uniform(run.seed, run.replication, stream, case.identity, _unsigned(visit))


@inner
def value_of(world: World, attribute: int, case: Any) -> int:
    """The number of a case's value of an attribute; 0 when it has none."""
    if attribute == CLASS_OF_CASE:
        return case.class_code
    if attribute == NONE:
        return 0
    return memory.attributes(world)[attribute * memory.run(world)[0].roots + case.root]


@inner
def prepare_draw(world: World, execution: Any, node: Any, case: Any) -> None:
    """The number and the factors that a duration is drawn with, before it is known who does the work."""
    execution.share = share_of(world, node.draw_stream, case, execution.visit, execution.node)
    execution.repeat = 1.0
    if node.n_repeats > 0 and execution.visit > 0:
        execution.repeat = memory.repeats(world)[node.repeats + min(execution.visit, node.n_repeats) - 1]
    execution.factor = 1.0
    if node.factors != NONE:
        execution.factor = memory.factors(world)[node.factors + value_of(world, node.attribute, case)]


@inner
def duration_us(world: World, execution: Any, law_number: int, speed: float) -> int:
    """The duration with the slowest of the servers (rules 3 and 4)."""
    law = memory.laws(world)[law_number]
    return drawn_us(
        law.kind, memory.table_of(law), memory.grid_of(law), law.at_most, execution.share, 1.0, execution.repeat,
        execution.factor, 1.0 / speed,
    )  # fmt: skip


@inner
def rest_us(world: World, execution: Any, law_number: int, elapsed: int, speed: float) -> int:
    """The rest of what has been open for ``elapsed`` when the run begins (rule 14)."""
    law = memory.laws(world)[law_number]
    return residual_us(
        law.kind, memory.table_of(law), law.at_most, execution.share, elapsed, 1.0, execution.repeat,
        execution.factor, 1.0 / speed,
    )  # fmt: skip


@inner
def patience_us(world: World, law_number: int, share: float) -> int:
    law = memory.laws(world)[law_number]
    grid = memory.grid_of(law)
    return drawn_us(law.kind, memory.table_of(law), grid, law.at_most, share, 1.0, 1.0, 1.0, 1.0)
