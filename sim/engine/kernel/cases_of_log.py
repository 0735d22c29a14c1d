"""The cases of a finished run as the log shows them, in the order of their identities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel.world import World
from sim.engine.program import Program
from sim.engine.program.layout import NONE
from sim.errors import RunError
from sim.eventlog import CaseTable, Coded, Grouped, combinations
from sim.text import Text

Array = NDArray[Any]
_ORDINAL = 0xFFFFFFFF


class _Cases(CaseTable):
    """A table whose cases get their labels when somebody reads them: they are what takes longest to write."""

    _labels: Callable[[Array], list[str]]

    def __init__(self, labels: Callable[[Array], list[str]], **columns: Any) -> None:
        self.__dict__.update(columns, _labels=labels)

    @cached_property
    def label(self) -> tuple[str, ...]:
        found = tuple(self._labels(np.arange(len(self))))
        self.__dict__["_labels"] = lambda cases: [found[case] for case in cases.tolist()]  # the run's arrays may go
        return found

    def labels_of(self, cases: Sequence[int] | Array) -> list[str]:
        """Of a few of them alone, with those that spawned them."""
        its = np.unique(cases)
        while (parents := np.setdiff1d(self.parent[its], np.append(its, -1))).size:
            its = np.union1d(its, parents)
        found = self._labels(its)
        return [found[place] for place in np.searchsorted(its, cases).tolist()]

    def __reduce__(self) -> tuple[Any, ...]:
        return CaseTable, tuple(getattr(self, field.name) for field in fields(CaseTable))


def case_table(world: World) -> tuple[CaseTable, Array | None]:
    """The table, and the place in it of each case of the run; None where that is the order in which they came."""
    program, tables, arrivals = world.program, world.program.tables, world.arrays["arrivals"]
    known = world.arrays["known"][: world.run["known"]]
    order = rank = None
    identity = known["identity"]
    if (identity[1:] <= identity[:-1]).any():
        order = np.argsort(identity)
        known = known.take(order)
        rank = np.empty(order.size, np.int32)
        rank[order] = np.arange(order.size)
        _refuse_twins(known["identity"])
    parent = known["parent"] if rank is None else rank[known["parent"]]
    classes = coded(known["class_code"], tables.values_of("class"))
    attributes = {"class": classes} if known.size else {}
    matrix = world.arrays["attributes"].reshape(len(tables.attributes), int(world.run["roots"]))
    for name, codes in zip(tables.attributes, matrix, strict=True):
        column = coded(codes[known["root"]], tables.values_of(name))
        if column.names:
            attributes[name] = column
    place = np.where(known["parent"] == NONE, -1, parent).astype(np.int64)
    table = _Cases(
        lambda cases: _labels(program, arrivals["source"], known[cases], np.searchsorted(cases, place[cases])),
        id=np.ascontiguousarray(known["identity"]),
        case_class=classes,
        process=coded(known["process"], list(tables.processes)),
        parent=place,
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


def _labels(program: Program, source: Array, known: Array, parent: Array) -> list[str]:
    """What readers call cases: by source and ordinal, as the initial state does, or by parent, its place, and spawn."""
    labels = np.empty(known.size, object)
    first = known["spawn"] == NONE
    opened = first & (known["root"] >= source.size)
    for number in np.flatnonzero(opened).tolist():
        labels[number] = program.opening.described[known["root"][number] - source.size].case
    arrived = np.flatnonzero(first & ~opened)
    source = source[known["root"][arrived]]
    ordinals = (known["identity"][arrived] & np.uint64(_ORDINAL)).astype(np.int64)
    for number, name in enumerate(program.tables.model.sources):
        some = source == number
        if some.any():
            labels[arrived[some]] = program.labels(name, int(ordinals[some].max()))[ordinals[some] - 1]
    for spawned, end in _spawned(program, known, parent, ~first):
        labels[spawned] = [f"{label}{end}" for label in labels[parent[spawned]].tolist()]
    return labels.tolist()


def _spawned(program: Program, known: Array, parent: Array, spawned: Array) -> Iterator[tuple[Array, str]]:
    """Spawned cases with one end of their labels, all after their parents."""
    which = ("spawn", "visit", "ordinal")
    unlabelled = spawned.copy()
    while unlabelled.any():
        some = np.flatnonzero(unlabelled & ~unlabelled[parent])
        codes, ends = combinations([(known[name][some], int(known[name][some].max()) + 1) for name in which])
        for code, members in Grouped.by(codes, len(ends)).places():
            spawn, visit, ordinal = ends[code]
            name = program.tables.spawn_names[spawn].rsplit("/", 1)[-1]
            yield some[members], f"/{name}-{visit + 1}-{ordinal + 1}"
        unlabelled[some] = False
