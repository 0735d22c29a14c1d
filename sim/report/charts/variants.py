"""The different forms that a process has in the scenarios of a study, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sim.model.base import Model
from sim.model.process import Call, Element, Process, Spawn
from sim.report.charts.lanes import Layout, lay_out
from sim.report.edition import Edition

Tag = Literal["new", "changed", "gone"]


@dataclass(frozen=True)
class Variant:
    """A process as some scenarios have it; ``tags`` tell by the ids of elements what differs from the first form."""

    scenarios: tuple[str, ...]
    model: Model
    process: Process
    layout: Layout
    tags: dict[str, Tag]


def variants(edition: Edition, id_: str) -> list[Variant]:
    """The different forms of a process, in the order of the scenarios."""
    found: list[Variant] = []
    for name, scenario in edition.scenarios.items():
        own = scenario.model.processes.get(id_)
        if own is None:
            continue
        same = next((i for i, variant in enumerate(found) if variant.process == own), None)
        if same is not None:
            found[same] = replace(found[same], scenarios=(*found[same].scenarios, name))
            continue
        tags = _differences(found[0].process, own) if found else {}
        found.append(Variant((name,), scenario.model, own, lay_out(scenario.model, id_), tags))
    if len(found) == 2:  # with more of them "gone" would not say from which
        kept = {element.id for element in found[1].process.elements()}
        gone: dict[str, Tag] = {id_: "gone" for id_ in _steps(found[0].process) if id_ not in kept}
        found[0] = replace(found[0], tags=gone)
    return found


def processes(edition: Edition) -> list[str]:
    """The processes of the classes of commitments, and those that they call or spawn; one step alone is left out."""
    classes = [name for limit in edition.measured for name in edition.limit(limit).classes]
    models = [scenario.model for scenario in edition.scenarios.values()]
    known = [model.classes() for model in models]
    found = list(dict.fromkeys(process for name in classes for of in known for process in of.get(name, ())))
    for id_ in found:  # grows while it is read
        for element in (e for m in models if id_ in m.processes for e in m.processes[id_].elements()):
            found += [target for target in _targets(element) if target not in found]
    return [id_ for id_ in found if any(len(_steps(m.processes[id_])) > 1 for m in models if id_ in m.processes)]


def _targets(element: Element) -> list[str]:
    match element:
        case Call():
            return [element.target]
        case Spawn():
            return list(dict.fromkeys(child.process for child in element.cases))
        case _:
            return []


def _differences(first: Process, own: Process) -> dict[str, Tag]:
    """Elements that the first form lacks, and those that are not the same there."""
    known = _steps(first)
    tags: dict[str, Tag] = {}
    for id_, element in _steps(own).items():
        if id_ not in known:
            tags[id_] = "new"
        elif known[id_] != element:
            tags[id_] = "changed"
    return tags


def _steps(process: Process) -> dict[str, Element]:
    """What is a box of its own, by id; blocks are told by what stands in them."""
    boxes = (
        e for e in process.elements() if not (hasattr(e, "flow") or hasattr(e, "branches") or hasattr(e, "parallel"))
    )
    return {element.id: element for element in boxes if element.id}
