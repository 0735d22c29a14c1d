"""``report.html``: page one for whoever signs, annexes for whoever asks; one file that can be mailed."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder
from sim.report.edition import Edition
from sim.report.table import verdict_table
from sim.text import Language


def write_report(result: StudyResult, folder: Folder, out: Path, lang: Language) -> None:
    """Write ``out/report.html`` and ``out/charts/*.png`` and ``*.svg``."""
    from jinja2 import Environment, PackageLoader

    from sim.whole_files import write_whole

    edition = Edition(result, folder, lang)
    environment = Environment(loader=PackageLoader("sim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template("report.html").render(edition=edition, table=verdict_table(result, folder, lang))
    write_whole(out / "report.html", page.encode())
