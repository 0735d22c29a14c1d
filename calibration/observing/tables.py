"""Rows of the tables that the page and the workbook share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calibration.importing.findings import Findings
from calibration.importing.words import WORDS
from calibration.observing import words
from calibration.observing.grouping import on_time
from calibration.observing.observed import Observation
from sim.report.verdict_words import value_words
from sim.report.wording import describe_limit
from sim.text import Language


@dataclass(frozen=True)
class OverviewRow:
    """One limit under its default reading; what is withheld is None, and ``conclusion`` says so."""

    id: str
    name: str
    limit: str
    reading: str
    conclusion: str
    value: str
    finished: int | None
    late: int | None
    still_open: int | None
    open_late: int | None
    on_time: float | None
    mean: float | None
    median: float | None


def overview(observation: Observation, lang: Language) -> Iterator[OverviewRow]:
    """All limits that have cases in the log, in the order of the folder."""
    for each in observation.limits:
        if not each.cases:
            continue
        reading = each.limit.default_reading()
        assert reading is not None
        facts = (each.id, each.limit.name.in_(lang), describe_limit(each.limit).in_(lang), reading.name.in_(lang))
        result = each.default
        if result is None:
            why = dict(each.verdict.withheld).get(reading.id)
            lacking = "" if why is None else words.lacked(str(why.value).split(", ")).in_(lang)
            told = f"{words.WITHHELD.in_(lang)}: {lacking}"
            yield OverviewRow(*facts, told, each.verdict.value, *(7 * [None]))
            continue
        yield OverviewRow(
            *facts,
            conclusion=value_words(each.verdict.value, assumed=False).in_(lang),
            value=each.verdict.value,
            finished=result.closed,
            late=result.late if each.limit.tells_late(reading) else None,
            still_open=result.open_beyond_limit + result.open_undecided,
            open_late=result.open_beyond_limit if each.limit.tells_late(reading) else None,
            on_time=on_time(result.closed, result.late, result.open_beyond_limit)
            if each.limit.tells_late(reading)
            else None,
            mean=result.mean.value,
            median=result.median.value,
        )


def finding_rows(findings: Findings, lang: Language) -> Iterator[tuple[str, str, int, str, str]]:
    """What was found in the file: problem, what was done, how often, what it means, examples by row."""
    for found in findings:
        what, means = WORDS[found.kind]
        details = {key: str(value) for key, value in found.details.items()}
        rows = ", ".join(f"{e.row} {e.value}".strip() for e in found.examples if e.row)
        told = words.REACTIONS[found.reaction].in_(lang)
        yield what.format(**details).in_(lang), told, found.count, means.format(**details).in_(lang), rows
