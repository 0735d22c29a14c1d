"""All pictures of a report, drawn one after another or side by side by processes: the same bytes either way."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sim.report import typography
from sim.report.charts.canvas import Picture
from sim.report.charts.contributions import contributions
from sim.report.charts.finished import finished
from sim.report.charts.loads import loads
from sim.report.charts.months import months
from sim.report.charts.process import process
from sim.report.charts.standing import standing
from sim.report.charts.time_split import time_split
from sim.report.charts.variants import processes
from sim.report.edition import Edition

Each = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Carries out a function of every one of a sequence, perhaps elsewhere, and comes back with the results in order."""


class LimitCharts(NamedTuple):
    """The pictures of a commitment; None where there was nothing to draw."""

    time: Picture | None
    finished: Picture | None
    months: Picture | None


class Charts(NamedTuple):
    """All pictures of a report."""

    standing: Picture | None
    services: dict[str, Picture | None]
    limits: dict[str, LimitCharts]
    loads: Picture | None
    processes: dict[str, list[Picture]]
    contributions: dict[str, Picture]

    def files(self) -> dict[str, Picture]:
        """The pictures by the names of their files, which differ on every file system."""
        named = [("standing", self.standing), ("loads", self.loads)]
        named += [(f"standing-{id_}", picture) for id_, picture in self.services.items()]
        named += [(f"reforms-{id_}", picture) for id_, picture in self.contributions.items()]
        for id_, charts in self.limits.items():
            named += [(f"{id_}-{kind}", picture) for kind, picture in charts._asdict().items()]
        for id_, pictures in self.processes.items():
            numbers_ = [""] if len(pictures) == 1 else [f"-{i + 1}" for i in range(len(pictures))]
            named += [(f"process-{id_}{n}", picture) for n, picture in zip(numbers_, pictures, strict=True)]
        found: dict[str, Picture] = {}
        for name, picture in named:
            if picture is not None:
                found[typography.file_name(name, found)] = picture
        return found


class _Asked(NamedTuple):
    """A picture to be drawn: its kind, and of what."""

    kind: str
    of: str = ""


_DRAWN: dict[str, Callable[[Edition, str], Picture | list[Picture] | None]] = {
    "process": process,
    "time": time_split,
    "standing": lambda edition, of: standing(edition, edition.services[of] if of else None),
    "loads": lambda edition, _: loads(edition),
    "finished": finished,
    "months": months,
}
"""How each kind is drawn; those that take longest stand first, so that no process draws them when all others rest."""


def draw_overview(edition: Edition) -> Charts:
    """Those that an overview has."""
    return Charts(None, {}, {}, None, {}, _contributions(edition))


def _contributions(edition: Edition) -> dict[str, Picture]:
    """What the reforms bring, by service; none where they are not ranked."""
    ranked = edition.services if edition.result.ranking else ()
    drawn = {service: contributions(edition, service) for service in ranked}
    return {service: picture for service, picture in drawn.items() if picture}


def draw(edition: Edition, each: Each | None = None) -> Charts:
    """All pictures."""
    services = [*edition.services] if len(edition.services) > 1 else []
    of_kind = dict.fromkeys(_DRAWN, edition.measured) | {
        "process": processes(edition), "standing": ["", *services], "loads": [""],
    }  # fmt: skip
    asked = [_Asked(kind, of) for kind, ofs in of_kind.items() for of in ofs]
    if each is None:
        drawn = [_picture(edition, one) for one in asked]
    else:
        parts = pickle.dumps((edition.result, edition.folder, edition.language))
        drawn = each(partial(_drawn_elsewhere, parts), asked)
    found = dict(zip(asked, drawn, strict=True))

    def picture(kind: str, of: str = "") -> Picture | None:
        one = found[_Asked(kind, of)]
        assert not isinstance(one, list)
        return one

    return Charts(
        picture("standing"),
        {id_: picture("standing", id_) for id_ in services},
        {id_: LimitCharts(*(picture(kind, id_) for kind in LimitCharts._fields)) for id_ in edition.measured},
        picture("loads"),
        {id_: its for id_ in of_kind["process"] if isinstance(its := found[_Asked("process", id_)], list)},
        _contributions(edition),
    )


def _picture(edition: Edition, asked: _Asked) -> Picture | list[Picture] | None:
    return _DRAWN[asked.kind](edition, asked.of)


def _drawn_elsewhere(parts: bytes, asked: _Asked) -> Picture | list[Picture] | None:
    return _picture(_edition(parts), asked)


@lru_cache(maxsize=1)
def _edition(parts: bytes) -> Edition:
    """The same edition for all pictures of a process: what it looks up, it looks up once."""
    return Edition(*pickle.loads(parts))
