"""``report.html``: page one for whoever signs, annexes for whoever asks; one file that can be mailed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder
from sim.report import (
    assumption_words,
    cells,
    glossary,
    indicators,
    numbers,
    page_one,
    reform_words,
    sentences,
    typography,
    wording,
)
from sim.report.charts.canvas import Picture
from sim.report.charts.finished import finished
from sim.report.charts.loads import loads, ordered
from sim.report.charts.months import months
from sim.report.charts.process import process
from sim.report.charts.standing import standing
from sim.report.charts.time_split import time_split
from sim.report.charts.variants import processes
from sim.report.edition import Edition
from sim.report.inline_svg import InlineSvg
from sim.text import Language

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST_ON_PAGE_ONE = 12
"""Lines of scenarios in the chart of page one, beyond which it would not leave room for the table."""


class Charts(NamedTuple):
    """The pictures of a report by the names of their files."""

    standing: dict[str, Picture]
    limits: dict[str, dict[str, Picture]]
    loads: dict[str, Picture]
    processes: dict[str, dict[str, Picture]]

    def all(self) -> dict[str, Picture]:
        """Every picture."""
        groups = [self.standing, *self.limits.values(), self.loads, *self.processes.values()]
        return {name: picture for group in groups for name, picture in group.items()}


def write_report(result: StudyResult, folder: Folder, out: Path, lang: Language) -> None:
    """Write ``out/report.html`` and ``out/charts/*.png`` and ``*.svg``: the same bytes for the same result.

    Errors: EnvironmentFailure where ``out`` cannot be written.
    """
    from sim.whole_files import write_whole

    edition = Edition(result, folder, lang)
    charts = draw(edition)
    for name, picture in charts.all().items():
        write_whole(out / "charts" / f"{name}.png", picture.png)
        write_whole(out / "charts" / f"{name}.svg", picture.svg)
    write_whole(out / "report.html", page(edition, charts).encode())


def draw(edition: Edition) -> Charts:
    """All pictures."""
    numbered = edition.limits(numbered=True)
    limits = {}
    for id_ in numbered:
        found = {"time": time_split(edition, id_), "finished": finished(edition, id_), "months": months(edition, id_)}
        limits[id_] = {_name(id_, kind): picture for kind, picture in found.items() if picture is not None}
    busy = loads(edition)
    drawn = {}
    for id_ in processes(edition):
        pictures = process(edition, id_)
        names = (
            [_name("process", id_)]
            if len(pictures) == 1
            else [_name("process", id_, str(i + 1)) for i in range(len(pictures))]
        )
        drawn[id_] = dict(zip(names, pictures, strict=True))
    return Charts(
        {"standing": standing(edition)} if numbered else {}, limits, {} if busy is None else {"loads": busy}, drawn
    )


def _name(*parts: str) -> str:
    return typography.file_name("-".join(parts))


def page(edition: Edition, charts: Charts) -> str:
    """The whole report as HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    inline = InlineSvg()

    def figure(picture: Picture) -> Markup:
        return Markup(inline.element(picture))

    lines = len(edition.limits(numbered=True)) * len(edition.result.scenarios)
    return environment.get_template("report.html").render(
        e=edition,
        r=edition.result,
        t=edition.choose,
        say=edition.say,
        prose=edition.prose,
        charts=charts,
        figure=figure,
        chart_first=lines <= _MOST_ON_PAGE_ONE,
        rows=page_one.rows(edition),
        summary=sentences.summary(edition),
        growing=sentences.growing(edition),
        glossary=glossary.words(edition),
        assumptions=assumption_words.assumptions(edition),
        pools=ordered(edition),
        cells=cells,
        numbers=numbers,
        wording=wording,
        findings=lambda id_: sentences.findings(edition, id_),
        indicators=indicators,
        reforms=lambda id_: reform_words.reforms(edition, edition.scenarios[id_]),
    )
