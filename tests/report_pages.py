"""The pages of a report as tests read them: of parts of a study, without pictures, as text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

from sim.analysis.results import StudyResult, Verdict
from sim.model.scenario import Folder
from sim.report import pages, pictures
from sim.report.edition import Edition
from sim.text import Language


def changed(result: StudyResult, change: Callable[[Verdict], Verdict]) -> StudyResult:
    """A study with all its verdicts changed."""
    scenarios = tuple(replace(s, verdicts=tuple(map(change, s.verdicts))) for s in result.scenarios)
    return replace(result, scenarios=scenarios)


def only(result: StudyResult, *limits: str) -> StudyResult:
    """A study of these commitments alone."""
    scenarios = tuple(replace(s, verdicts=tuple(v for v in s.verdicts if v.limit in limits)) for s in result.scenarios)
    return replace(result, scenarios=scenarios, changes=tuple(c for c in result.changes if c.limit in limits))


def untimed(result: StudyResult, *limits: str) -> StudyResult:
    """The same study, had these commitments no reading."""
    scenarios = tuple(
        replace(s, verdicts=tuple(
            replace(v, default=None, readings=(), sticking=()) if v.limit in limits else v for v in s.verdicts
        ))
        for s in result.scenarios
    )  # fmt: skip
    return replace(result, scenarios=scenarios, changes=tuple(c for c in result.changes if c.limit not in limits))


def written(result: StudyResult, folder: Folder, language: Language = "zh") -> str:
    """The report without its pictures."""
    edition = Edition(result, folder, language)
    none = pictures.LimitCharts(None, None, None)
    charts = pictures.Charts(None, {}, dict.fromkeys(edition.measured, none), None, {}, {})
    return pages.page(edition, charts)


def text_of(page: str) -> str:
    """What a reader sees."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)))
