"""``report.html``: page one for whoever signs, annexes for whoever asks; one file that can be mailed."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder
from sim.report import (
    assumption_words,
    cells,
    contents,
    glossary,
    indicators,
    notes,
    numbers,
    overview,
    page_one,
    rankings,
    readings,
    reform_words,
    sentences,
    service_rows,
    stopped_words,
    wording,
)
from sim.report.charts.loads import ordered
from sim.report.edition import Edition
from sim.report.inline_svg import InlineSvg
from sim.report.pictures import Charts, Each, draw, draw_overview
from sim.text import Language
from sim.whole_files import unwritable, write_whole

if TYPE_CHECKING:
    from jinja2 import Template

PAGE, CHARTS = "report.html", "charts"
_NAMED = re.compile(rb'<meta name="shixian-charts" content="([A-Za-z0-9_.\- ]*)">')
_MOST_ON_PAGE_ONE = 12
"""Lines of scenarios in the chart of page one, beyond which it would not leave room for the table."""
_MOST_IN_FULL = 8
"""Commitments in the table of page one, beyond which its type is small."""
_LONG = 8
"""Parts of a report, beyond which it has a table of contents."""


def write_report(result: StudyResult, folder: Folder, out: Path, lang: Language, each: Each | None = None) -> None:
    """Write ``out/report.html`` and ``out/charts/*.png`` and ``*.svg``: the same bytes for the same result.

    Of many scenarios the page is an overview (:mod:`sim.report.overview`), with no pictures but those of the reforms.
    Pictures of an earlier report in ``out`` that this one does not have go; what is not ours stays. ``each``: draws
    the pictures elsewhere (:func:`sim.report.pictures.draw`).

    Errors: EnvironmentFailure where ``out`` cannot be written.
    """
    edition = Edition(result, folder, lang)
    if overview.is_long(edition):
        charts = draw_overview(edition)
        written = long_page(edition, charts)
    else:
        charts = draw(edition, each)
        written = page(edition, charts)
    for name, picture in charts.files().items():
        write_whole(out / CHARTS / f"{name}.png", picture.png)
        write_whole(out / CHARTS / f"{name}.svg", picture.svg)
    remove_earlier(out, {*charts.files()})
    write_whole(out / PAGE, written.encode())


def remove_earlier(out: Path, but: Collection[str]) -> None:
    """Remove the pictures that the report in ``out`` names, ``but`` these, and nothing else.

    Errors: EnvironmentFailure where ``out`` cannot be written.
    """
    for name in pictures_of(out).difference(but):
        for ending in ("png", "svg"):
            path = out / CHARTS / f"{name}.{ending}"
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(error, path) from error


def pictures_of(out: Path) -> set[str]:
    """The pictures that the report in ``out`` names; none where there is no report."""
    try:
        named = _NAMED.search((out / PAGE).read_bytes())
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise unwritable(error, out / PAGE) from error
    return set() if named is None else {*named[1].decode().split()}


def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    ).get_template(name)


def long_page(edition: Edition, charts: Charts) -> str:
    """The overview of many scenarios as HTML."""
    return _template("overview.html").render(
        e=edition,
        r=edition.result,
        t=edition.choose,
        say=edition.say,
        tables=overview.tables(edition),
        signs=overview.signs(edition),
        signs_of=overview.SIGNS,
        told=rankings.told(edition),
        charts=charts,
        figure=InlineSvg().element,
        marks=page_one.marks(edition),
        numbers=numbers,
        stopped=stopped_words.stopped(edition),
    )


def page(edition: Edition, charts: Charts) -> str:
    """The whole report as HTML."""
    assumptions = assumption_words.assumptions(edition)
    told = rankings.told(edition)
    empty = {"readings": edition.measured, "rankings": told, "processes": charts.processes, "assumptions": assumptions}
    parts = contents.parts(edition, without={anchor for anchor, its in empty.items() if not its})
    dense = len(edition.limits(numbered=True)) > _MOST_IN_FULL
    lines = len(edition.limits(numbered=True)) * len(edition.result.scenarios)
    return _template("report.html").render(
        e=edition,
        r=edition.result,
        t=edition.choose,
        say=edition.say,
        prose=edition.prose,
        charts=charts,
        figure=InlineSvg().element,
        chart_first=not dense and lines <= _MOST_ON_PAGE_ONE,
        parts=parts,
        numbered={part.anchor: part for one in parts for part in (one, *one.limits)},
        long=sum(1 + len(one.limits) for one in parts) > _LONG,
        told=told,
        dense=dense,
        marks=page_one.marks(edition),
        groups=page_one.groups(edition),
        unnumbered=page_one.unnumbered(edition),
        deciding=set(edition.limits(numbered=True)),
        without_reading=page_one.without_reading(edition),
        service_rows=lambda service: service_rows.rows(edition, service),
        service_notes=lambda service: notes.notes(edition, edition.services[service]),
        summary=sentences.summary(edition),
        notes=notes.notes(edition),
        growing=sentences.growing(edition),
        stopped=stopped_words.stopped(edition),
        glossary=glossary.words(edition),
        assumptions=assumptions,
        legend=assumption_words.legend(edition),
        pools=ordered(edition),
        cells=cells,
        numbers=numbers,
        wording=wording,
        findings=lambda id_: sentences.findings(edition, id_),
        indicators=indicators,
        readings=lambda id_, alone=False: readings.readings(edition, id_, alone=alone),
        reforms=lambda id_: reform_words.reforms(edition, edition.scenarios[id_]),
    )
