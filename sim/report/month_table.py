"""A commitment month by month of acceptance, under each of its readings, as a table for the terminal."""

from __future__ import annotations

from sim.analysis.results import MonthShare, ReadingResult, ScenarioResult, Verdict
from sim.report import numbers
from sim.report.edition import Edition
from sim.report.table import plain


def month_table(edition: Edition, limit: str) -> str:
    """A block for each scenario: a row for each month, a column for each reading with share in time and mean."""
    blocks = [_block(edition, found, verdict) for found, verdict in edition.across(limit)]
    return "\n\n".join(blocks)


def _block(edition: Edition, found: ScenarioResult, verdict: Verdict) -> str:
    from rich import box
    from rich.table import Table

    say = edition.choose
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("受理月份", "accepted in"), no_wrap=True)
    table.add_column(say("件数", "cases"), justify="right", no_wrap=True)
    shown = [result for result in verdict.readings if result.months]
    for result in shown:
        table.add_column(edition.say(result.reading.name), overflow="fold")
    for i, month in enumerate(verdict.months):
        cells = [_cell(edition, result, result.months[i]) for result in shown]
        table.add_row(month.month, f"{month.cases:,}", *cells)
    name = edition.say(edition.limit(verdict.limit).name)
    title = f"{verdict.limit} {name}{say('，', ', ')}{edition.scenario_name(found.id)}"
    return f"{title}\n{plain(table)}"


def _cell(edition: Edition, result: ReadingResult, month: MonthShare) -> str:
    if month.mean is None:
        return numbers.NONE
    mean = edition.amount(numbers.days(month.mean), result)
    if month.within is None:
        return mean
    words = edition.choose(f"按时 {numbers.share(month.within)}，", f"in time {numbers.share(month.within)}, ")
    return f"{words}{mean}"
