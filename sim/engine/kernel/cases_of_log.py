"""The cases of a finished run as the log shows them, in the order of their identities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel.world import World
from sim.engine.program.layout import NONE
from sim.errors import RunError
from sim.eventlog import CaseTable, Coded
from sim.text import Text

Array = NDArray[Any]
_ORDINAL = 0xFFFFFFFF


def case_table(world: World) -> tuple[CaseTable, Array]:
    """The table, and the place in it of each case of the run."""
    program = world.program
    known = world.arrays["known"][: world.run["known"]]
    labels = _labels(world, known)
    rank = np.arange(known.size)
    identity = known["identity"]
    if (identity[1:] <= identity[:-1]).any():
        order = np.argsort(identity, kind="stable")
        known, labels = known[order], labels[order]
        rank[order] = np.arange(order.size)
        _refuse_twins(known["identity"])
    parent = np.where(known["parent"] == NONE, -1, rank[known["parent"]]) if known.size else rank
    tables = program.tables
    classes = coded(known["class_code"], tables.values_of("class"))
    attributes = {"class": classes} if known.size else {}
    matrix = world.arrays["attributes"].reshape(len(tables.attributes), int(world.run["roots"]))
    for name, codes in zip(tables.attributes, matrix, strict=True):
        column = coded(codes[known["root"]], tables.values_of(name))
        if column.names:
            attributes[name] = column
    table = CaseTable(
        id=np.ascontiguousarray(known["identity"]),
        label=tuple(labels.tolist()),
        case_class=classes,
        process=coded(known["process"], list(tables.processes)),
        parent=parent,
        accepted=np.ascontiguousarray(known["accepted"]),
        attributes={name: attributes[name] for name in sorted(attributes, key=str.encode)},
    )
    return table, rank


def coded(codes: Array, values: Sequence[str | None]) -> Coded:
    """A column of words from their numbers; words that no row has are left out, None is no word."""
    used = np.bincount(codes, minlength=len(values)) > 0
    words = sorted((word for word, is_used in zip(values, used, strict=True) if is_used and word is not None),
                   key=str.encode)  # fmt: skip
    place = {word: i for i, word in enumerate(words)} | {None: -1}
    return Coded(np.array([place.get(word, -1) for word in values], np.int32)[codes], tuple(words))


def _refuse_twins(identity: Array) -> None:
    twins = np.flatnonzero(identity[1:] == identity[:-1])
    if twins.size:
        raise RunError(  # rule 11
            Text("两个办件的标识相同", "two cases have one identity"),
            Text("换一个随机种子或更改来源的名称", "take another seed, or rename a source"),
            value=int(identity[twins[0]]),
        )


def _labels(world: World, known: Array) -> Array:
    """What readers call the cases: by source and ordinal, as the initial state does, or by parent and spawn."""
    program, arrivals = world.program, world.arrays["arrivals"]
    labels = np.empty(known.size, object)
    first = known["spawn"] == NONE
    opened = first & (known["root"] >= arrivals.size)
    for number in np.flatnonzero(opened).tolist():
        labels[number] = program.opening.described[known["root"][number] - arrivals.size].case
    arrived = np.flatnonzero(first & ~opened)
    source = arrivals["source"][known["root"][arrived]]
    ordinals = (known["identity"][arrived] & np.uint64(_ORDINAL)).astype(np.int64)
    for place, name in enumerate(program.tables.model.sources):
        some = source == place
        if some.any():
            labels[arrived[some]] = program.labels(name, int(ordinals[some].max()))[ordinals[some] - 1]
    for number in np.flatnonzero(~first).tolist():
        child = known[number]
        spawn = program.tables.spawn_names[int(child["spawn"])].rsplit("/", 1)[-1]
        labels[number] = f"{labels[child['parent']]}/{spawn}-{child['visit'] + 1}-{child['ordinal'] + 1}"
    return labels
