"""口径对照表: every reading of a commitment, what it counts, what it took, and what it alone would say."""

from __future__ import annotations

from typing import NamedTuple

from sim.analysis.results import ReadingResult, Verdict
from sim.model.limits import Limit, Reading
from sim.report import cells, numbers
from sim.report.edition import Edition
from sim.report.verdict_words import MARKS, value_words
from sim.report.wording import describe_clock, describe_role, describe_statistic, short_unit


class ReadingRow(NamedTuple):
    """A reading: what it is, whether it decides, and what each scenario says under it."""

    name: str
    role: str
    statistic: str
    clock: str
    cells: list[tuple[str, str]]
    """The figure and the decision."""
    default: bool


def readings(edition: Edition, limit: str, *, alone: bool = False) -> list[ReadingRow]:
    """Every reading, what it counts, and what it says.

    ``alone``: also what those would say that only stand beside, were they the only ones (rule 20: they decide nothing).
    """
    found, promised = edition.across(limit), edition.limit(limit)
    by_id: dict[str, list[tuple[Verdict, ReadingResult | None]]] = {}
    for reading in promised.readings:
        for _, verdict in found:
            result = next((r for r in verdict.readings if r.reading.id == reading.id), None)
            by_id.setdefault(reading.id, []).append((verdict, result))
    listed = []
    for reading in promised.readings:
        statistic = reading.statistic or promised.statistic
        clock = describe_clock(promised.clock, reading, edition.folder, reading.classes or promised.classes)
        listed.append(
            ReadingRow(
                edition.say(reading.name),
                _role(edition, promised, reading),
                edition.choose("，", ", ").join(
                    edition.say(words)
                    for words in (describe_statistic(statistic) if statistic else None, short_unit(reading))
                    if words is not None
                ),
                edition.prose(clock),
                [_judged(edition, verdict, result, alone=alone) for verdict, result in by_id[reading.id]],
                reading.role == "default",
            )
        )
    return listed


def _role(edition: Edition, promised: Limit, reading: Reading) -> str:
    """Where the plan gives no number nothing is decided, and one reading leads."""
    if promised.value is None and not promised.is_ratio:
        return edition.choose("主要口径", "leads") if reading.role == "default" else edition.choose("并列", "beside")
    return edition.say(describe_role(reading.role))


def _judged(edition: Edition, verdict: Verdict, result: ReadingResult | None, *, alone: bool) -> tuple[str, str]:
    if result is None:
        return numbers.NONE, ""
    outcome = cells.outcome(edition, result)
    if result.decision is None or (result.reading.role == "beside" and not alone):
        decided = ""
    else:
        decided = f"{MARKS[result.decision]} {edition.say(value_words(result.decision, assumed=verdict.assumed))}"
    return edition.choose("，", ", ").join((outcome.leading, *(outcome.beside[:1]))), decided
