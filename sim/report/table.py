"""The one table in the terminal: what was promised, what was found, what it means."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder
from sim.report import cells, overview, page_one
from sim.report.edition import Edition
from sim.report.notes import notes
from sim.report.page_one import unnumbered, without_reading
from sim.report.sentences import growing
from sim.report.stopped_words import stopped
from sim.report.verdict_words import lacking, value_words, verdict_words
from sim.report.wording import describe_limit
from sim.text import Language

WIDTH = 100


def verdict_table(result: StudyResult, folder: Folder, lang: Language) -> str:
    """All commitments, one a row, by service where there are several, scenarios side by side; the lines fit WIDTH."""
    from rich import box
    from rich.table import Table

    edition = Edition(result, folder, lang)
    if overview.is_long(edition):
        return _long_table(edition)
    say, names = edition.choose, [edition.scenario_name(found.id) for found in result.scenarios]
    table = Table(box=box.SIMPLE_HEAD, width=WIDTH, show_lines=False, pad_edge=False, leading=1)
    headings = (say("承诺事项", "commitment"), say("承诺时限", "limit"), *names)
    for heading in (*headings, say("结论", "conclusion"), say("主要堵点", "where it sticks")):
        table.add_column(heading, overflow="fold", ratio=3 if heading == headings[0] else 2)
    numbered = edition.limits(numbered=True)
    for service, ids in edition.services.items():
        its = [id_ for id_ in ids if id_ in numbered]
        if its and len(edition.services) > 1:
            table.add_row(say(f"【{edition.service_name(service)}】", f"[{edition.service_name(service)}]"))
        for id_ in its:
            table.add_row(*_row(edition, id_))
    return plain(table, *_below(edition))


def _long_table(edition: Edition) -> str:
    """Many scenarios: a table for each service, a line a scenario, a column a commitment."""
    from rich import box
    from rich.table import Table

    shown: list[Any] = []
    for its in overview.tables(edition):
        table = Table(title=its.name, title_justify="left", box=box.SIMPLE_HEAD, width=WIDTH, pad_edge=False)
        table.add_column(edition.choose("情景", "scenario"), overflow="fold", ratio=3)
        for column in its.columns:
            table.add_column(column.id, overflow="fold", ratio=2)
        for row in its.rows:
            figures = (" ".join(filter(None, (f.mark, overview.SIGNS[f.against], f.leading))) for f in row.figures)
            table.add_row(row.id, *figures)
        shown.append(table)
        for words, rows in its.left_out(edition):
            shown.append(edition.choose("：", ": ").join([words, ", ".join(row.id for row in rows)]))
    signs = edition.choose("；", "; ").join([*page_one.marks(edition), *overview.signs(edition)])
    below = filter(None, [edition.assumed and f"*** {edition.stamp} ***", stopped(edition)])
    return plain(*shown, signs, *below)


def plain(*shown: Any) -> str:
    """Tables and lines as the terminal gets them: WIDTH wide, no colour, nothing to the right of a line's end."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=WIDTH, color_system=None, force_terminal=False, emoji=False, markup=False, highlight=False
    )
    for each in shown:
        console.print(each)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())


def _row(edition: Edition, id_: str) -> list[str]:
    limit, found = edition.limit(id_), edition.across(id_)
    outcomes = [cells.outcome(edition, verdict.default) for _, verdict in found]
    last = found[-1][1]
    missing = lacking(last)
    return [
        f"{id_} {edition.say(limit.name)}",
        edition.say(describe_limit(limit)),
        *("\n".join([o.leading, *o.beside[:1]]) for o in outcomes),
        "\n".join(edition.say(words) for words in (verdict_words(last), missing) if words is not None),
        "\n".join(filter(None, cells.sticks(edition, last))),
    ]


def _below(edition: Edition) -> list[str]:
    """The stamp, the readings that disagree, what else must not be hidden, the commitments without a number."""
    lines = [f"*** {edition.stamp} ***"] if edition.assumed else []
    for id_ in edition.limits(numbered=True):
        verdict = edition.across(id_)[-1][1]
        if verdict.disagreeing:
            lines.append(f"{id_} {cells.remark(edition, verdict)}")
    lines += [*growing(edition), *notes(edition)]
    lines += filter(None, [stopped(edition) or edition.few()])
    return [*lines, *_unnumbered(edition)]


def _unnumbered(edition: Edition) -> Iterator[str]:
    """The commitments without a number: ``H2 …：平均 198.1 → 118.3 天，10月15日前 45% → 73%``."""
    say, rows, others = edition.choose, unnumbered(edition), without_reading(edition)
    if rows or others:
        yield f"{value_words('no-number', assumed=False).in_(edition.language)}{say('：', ':')}"
    for row in rows:
        yield f"  {row.id} {row.name}{say('：', ': ')}{row.change}"
    for names in others:
        yield f"  {names}"
