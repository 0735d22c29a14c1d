"""The names of all random streams of a model; no two may have one CRC-32 (rule 11)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from sim.errors import InputError, Path
from sim.model.base import Model
from sim.model.checks.whole import Whole, wrong
from sim.model.process import (
    Call,
    Choice,
    DurationPart,
    Element,
    Flow,
    Optional,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
    subflows,
)
from sim.text import Text

INITIAL = "initial"
"""The source of the cases that are open when the run begins."""
_MOST = 200_000

Named = tuple[Path, str]


def check(whole: Whole) -> Iterator[InputError]:
    """Streams, sources and spawns: what is drawn or identified by the CRC-32 of its name."""
    model = whole.model
    sources = [((), INITIAL), *((("sources", id_), id_) for id_ in model.sources)]
    for names in (stream_names(model), iter(sources), spawn_names(model)):
        taken: dict[int, tuple[str, object]] = {}
        for n, (path, name) in enumerate(names):
            if n > _MOST:
                yield wrong(
                    path,
                    Text(
                        "流程经层层调用后多于 {n} 个步骤", "through its calls the process has more than {n} steps"
                    ).format(n=_MOST),
                    Text("减少 call 的层数", "call less deeply"),
                )
                return
            named = name, path[:1]  # an attribute of a source may be called as a step's duration is
            other = taken.setdefault(zlib.crc32(name.encode()), named)
            if other != named:
                yield wrong(
                    path,
                    Text(
                        "两个名称的 CRC-32 相同,会抽到相同的随机数",
                        "two names have one CRC-32 and would draw the same numbers",
                    ),
                    Text("改动其中一个名称", "rename one of them"),
                    value=f"{other[0]}, {name}",
                )


def stream_names(model: Model) -> Iterator[Named]:
    """Every stream with the place of what it is for; a step in two branches of a choice is there twice."""
    for id_, source in model.sources.items():
        path: Path = ("sources", id_)
        yield path, f"{id_}/arrival"
        if source.batch is not None:
            yield (*path, "batch"), f"{id_}/batch"
        for attribute in source.attributes:
            yield (*path, "attributes", attribute), f"{id_}/attribute/{attribute}"
    for id_ in model.processes:
        for path, name, element in named_elements(model, id_):
            yield from ((path, f"{name}/{purpose}") for purpose in _purposes(element))


def spawn_names(model: Model) -> Iterator[Named]:
    """The names by which spawned cases are told apart."""
    for id_ in model.processes:
        for path, name, element in named_elements(model, id_):
            if isinstance(element, Spawn):
                yield path, name


def _purposes(element: Element) -> Iterator[str]:
    match element:
        case WorkStep() | WaitStep() | SessionStep():
            if isinstance(element, DurationPart):
                yield "duration"
            if element.rework is not None:
                yield "rework"
            if element.withdraw is not None:
                yield "withdrawal"
            if element.patience is not None:
                yield "patience"
        case Choice() | Optional() if element.by is None:
            yield "choice"
        case Walk():
            yield "walk"


def named_elements(model: Model, process: str) -> Iterator[tuple[Path, str, Element]]:
    """The elements of a case's process by the path through calls that names them."""
    return _in_flow(model, model.processes[process].flow, ("processes", process), process)


def _in_flow(model: Model, flow: Flow, path: Path, prefix: str) -> Iterator[tuple[Path, str, Element]]:
    for element in flow:
        name = f"{prefix}/{element.id}"
        yield path, name, element
        if isinstance(element, Call):
            yield from _in_flow(model, model.processes[element.target].flow, path, name)
        for inner in subflows(element):
            yield from _in_flow(model, inner, path, prefix)
