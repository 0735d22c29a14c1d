"""The parts of a report and their numbers: a chapter for each service where there are several, then the annexes."""

from __future__ import annotations

from typing import NamedTuple

from sim.report.edition import Edition
from sim.text import Text

_AT_THE_END = {
    "readings": Text("口径对照表", "All commitments under all their readings"),
    "rankings": Text("举措逐项贡献", "What each reform brings, first in and last out"),
    "reforms": Text("情景与改革举措", "Scenarios and reforms"),
    "loads": Text("班组负荷", "Load of the pools"),
    "processes": Text("办理流程图", "The processes"),
    "assumptions": Text("假设清单", "The assumptions"),
    "method": Text("办件统计与复现", "Counts, and how to reproduce"),
}


class Part(NamedTuple):
    """A part of the report: where a link leads, its number, its title, and what stands inside it."""

    anchor: str
    number: str
    title: str
    service: str = ""
    limits: tuple[Part, ...] = ()


def parts(edition: Edition, *, without: set[str]) -> list[Part]:
    """All parts in their order; ``without`` those annexes that would be empty."""
    found: list[Part] = []
    ids = {service: [i for i in its if i in edition.measured] for service, its in edition.services.items()}
    ids = {service: its for service, its in ids.items() if its}
    if len(ids) > 1:
        for i, (service, its) in enumerate(ids.items(), 1):
            inside = tuple(_of_limit(edition, id_, f"{i}.{j}") for j, id_ in enumerate(its, 1))
            found.append(Part(f"service-{service}", str(i), edition.service_name(service), service, inside))
    else:
        found += [_of_limit(edition, id_, str(i)) for i, id_ in enumerate((i for its in ids.values() for i in its), 1)]
    last = len(found)
    titles = {anchor: edition.say(title) for anchor, title in _AT_THE_END.items() if anchor not in without}
    return [*found, *(Part(anchor, str(last + i), title) for i, (anchor, title) in enumerate(titles.items(), 1))]


def _of_limit(edition: Edition, id_: str, number: str) -> Part:
    return Part(id_, number, f"{id_} {edition.say(edition.limit(id_).name)}")
