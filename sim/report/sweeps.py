"""A sweep as a table: what one or two varied figures do to a commitment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.analysis.results import Verdict
from sim.report import cells
from sim.report.assumption_words import figure_name
from sim.report.edition import Edition
from sim.report.table import plain
from sim.report.verdict_words import GROWING, MARKS
from sim.report.wording import describe_limit


class Point(NamedTuple):
    """The values of the varied figures, one for each, and the edition of what was found there."""

    values: tuple[str, ...]
    edition: Edition

    def verdict(self, limit: str) -> Verdict:
        """What the one scenario of this point says about a commitment."""
        return next(v for v in self.edition.last.verdicts if v.limit == limit)


def sweep_table(points: Sequence[Point], axes: Sequence[str], limit: str) -> str:
    """One figure: a row for each value. Two: a row for each value of the first, a column for each of the second."""
    from rich import box
    from rich.table import Table

    edition = points[0].edition
    promised = edition.limit(limit)
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    names = [figure_name(edition, axis) for axis in axes]
    headings, rows = _one(points, names, limit) if len(axes) == 1 else _two(points, names, limit)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    title = f"{limit} {edition.say(promised.name)}{edition.choose('：', ': ')}{edition.say(describe_limit(promised))}"
    return f"{title}\n{plain(table)}"


def _one(points: Sequence[Point], axes: Sequence[str], limit: str) -> tuple[list[str], list[list[str]]]:
    edition = points[0].edition
    say = edition.choose
    headings = [axes[0], say("模拟结果", "found"), say("另列", "beside"), say("结论", "conclusion")]
    rows = []
    for point in points:
        verdict = point.verdict(limit)
        found = cells.outcome(point.edition, verdict.default)
        remarks = [
            cells.remark(point.edition, verdict),
            " ".join(cells.sticks(point.edition, verdict)) if verdict.growing else "",
        ]
        beside = say("，", ", ").join(found.beside)
        conclusion = "\n".join(filter(None, [cells.conclusion(point.edition, verdict), *remarks]))
        rows.append([point.values[0], _with_interval(found), beside, conclusion])
    return headings, rows


def _two(points: Sequence[Point], axes: Sequence[str], limit: str) -> tuple[list[str], list[list[str]]]:
    across = list(dict.fromkeys(point.values[1] for point in points))
    headings = [f"{axes[0]} \\ {axes[1]}", *across]
    rows: dict[str, list[str]] = {}
    for point in points:
        verdict = point.verdict(limit)
        outcome = cells.outcome(point.edition, verdict.default)
        found = point.edition.say(GROWING) if verdict.growing else _with_interval(outcome)
        rows.setdefault(point.values[0], [point.values[0]]).append(f"{MARKS[verdict.value]} {found}")
    return headings, list(rows.values())


def _with_interval(found: cells.Outcome) -> str:
    return f"{found.leading} [{found.interval}]" if found.interval else found.leading
