"""``observed.xlsx``: the same figures as cells of their kinds, with filters, for whoever works on the late list."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import chain, count, islice
from typing import Any

import numpy as np

from calibration.importing.findings import Findings
from calibration.importing.rejects import safe
from calibration.observing import words
from calibration.observing.change import Change
from calibration.observing.observed import Observation
from calibration.observing.tables import OverviewRow, finding_rows, overview
from sim.errors import InputError
from sim.model.quantities import DAY_US
from sim.text import Language, Text

LATE_HEADS = (
    words.ID, words.CASE, words.CLASS, words.DISTRICT, words.ACCEPTED, words.STOPPED, words.DAYS, words.ALLOWED,
    words.OVER, words.STEP, words.CAUSE,
)  # fmt: skip
MOST_LATE = 20_000
"""Late cases of a limit in the workbook, the most over first; with more, all are in ``late.csv`` as well."""
_WIDEST = 46
_EPOCH = 25_569
"""The first day of 1970 in a workbook."""
_MOST_ROWS, _MOST_LETTERS = 2**20 - 1, 2**15 - 1
"""Of a sheet below its head, and of a cell; what is more, Excel does not take."""


def workbook(
    observation: Observation,
    findings: Findings | None,
    lang: Language,
    change: Change | None = None,
    findings_before: Findings | None = None,
) -> bytes:
    """``observed.xlsx``. Errors: as :func:`need_workbooks`."""
    need_workbooks()
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": np.datetime64(observation.period[1], "us").item()})  # the same bytes every time
    sheets = _Sheets(book, lang)
    sheets.add(
        words.FACTS,
        (words.ID, words.PROMISE, words.LIMIT, words.READING, words.CONCLUSION, words.FINISHED, words.LATE,
         words.STILL_OPEN, words.OPEN_LATE, words.ON_TIME, words.MEAN, words.MEDIAN),
        (_facts(row) for row in overview(observation, lang)),
    )  # fmt: skip
    sheets.add(
        words.LATE_LIST,
        LATE_HEADS,
        _late(observation, lang),
    )  # fmt: skip
    stuck = [(each.id, step, n) for each in observation.limits if each.facts for step, n in each.facts.stuck]
    if stuck:
        sheets.add(words.STEP, (words.ID, words.STEP, words.LATE), stuck)
    for key, name in words.COLUMN_OF_GROUP.items():
        parts = [
            (each.id, group.name, group.finished, group.late, group.still_open, group.open_late, group.on_time,
             group.mean, group.median)
            for each in observation.limits
            if each.facts is not None
            for group in each.facts.groups.get(key, ())
        ]  # fmt: skip
        if parts:
            heads = (words.ID, name, words.FINISHED, words.LATE, words.STILL_OPEN, words.OPEN_LATE, words.ON_TIME,
                     words.MEAN, words.MEDIAN)  # fmt: skip
            sheets.add(name, heads, parts)
    if change is not None:
        sheets.add(words.COMPARABILITY, (words.ID, words.CHECK, words.BEFORE, words.AFTER, words.ALIKE),
                   _checks(change, lang))  # fmt: skip
    for name, found in ((words.QUALITY, findings), (words.QUALITY_BEFORE, findings_before)):
        if found is not None:
            columns = (words.KIND, words.REACTION, words.COUNT, words.MEANING, words.EXAMPLES)
            sheets.add(name, columns, finding_rows(found, lang))
    book.close()
    return out.getvalue()


def need_workbooks() -> None:
    """Errors: InputError where the package that writes workbooks is not installed."""
    if find_spec("xlsxwriter") is None:
        raise InputError(
            Text("没有安装写工作簿的软件包", "the package that writes workbooks is not installed"),
            Text('安装 "shixian[report]"', 'install "shixian[report]"'),
            value="xlsxwriter",
        )


class _Sheets:
    """Sheets of one book, all alike: a frozen head with filters, cells by their kind."""

    def __init__(self, book: Any, lang: Language) -> None:
        self._book, self._lang = book, lang
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._share = book.add_format({"num_format": "0.0%"})
        self._days = book.add_format({"num_format": "0.0"})

    def add(self, name: Text, heads: Sequence[Text], rows: Iterable[Sequence[Any]]) -> None:
        """Rows that one sheet cannot hold go on in others."""
        left = iter(rows)
        self._add(name.in_(self._lang), heads, islice(left, _MOST_ROWS))
        for number in count(2):
            if (row := next(left, None)) is None:
                return
            self._add(f"{name.in_(self._lang)} {number}", heads, chain([row], islice(left, _MOST_ROWS - 1)))

    def _add(self, name: str, heads: Sequence[Text], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(name[:31])
        shares = {i for i, head in enumerate(heads) if head is words.ON_TIME}
        widths = [len(head.in_(self._lang)) * 2 for head in heads]
        for i, head in enumerate(heads):
            sheet.write_string(0, i, head.in_(self._lang), self._head)
        n = 0
        for n, row in enumerate(rows, 1):
            for i, value in enumerate(row):
                widths[i] = max(widths[i], self._write(sheet, n, i, value, self._share if i in shares else self._days))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, n, len(heads) - 1)
        for i, width in enumerate(widths):
            sheet.set_column(i, i, min(width + 2, _WIDEST))

    def _write(self, sheet: Any, row: int, column: int, value: Any, of_number: Any) -> int:
        if value is None or value == "":
            return 0
        if isinstance(value, str):
            sheet.write_string(row, column, value[:_MOST_LETTERS])
            return len(value) if value.isascii() else sum(2 if ord(letter) > 0x2E7F else 1 for letter in value)
        if isinstance(value, _Instant):
            sheet.write_number(row, column, value, self._time)
            return 16
        sheet.write_number(row, column, value, of_number if isinstance(value, float) else None)
        return 8


class _Instant(float):
    """Days since the last one of 1899, as workbooks count them."""

    @classmethod
    def of(cls, microseconds: int) -> _Instant:
        return cls(microseconds / DAY_US + _EPOCH)


def _facts(row: OverviewRow) -> tuple[Any, ...]:
    return (row.id, row.name, row.limit, row.reading, row.conclusion, row.finished, row.late, row.still_open,
            row.open_late, row.on_time, row.mean, row.median)  # fmt: skip


def _checks(change: Change, lang: Language) -> Iterator[tuple[str, ...]]:
    every = [("", check) for check in change.checks] + [(each.id, c) for each in change.limits for c in each.checks]
    for id_, check in every:
        yield id_, *(text.in_(lang) for text in (check.what, check.before, check.after, words.alike(check.holds)))


def _late(observation: Observation, lang: Language) -> Iterable[tuple[Any, ...]]:
    for each in observation.limits:
        for case in each.facts.late[:MOST_LATE] if each.facts is not None else ():
            stopped = words.OPEN.in_(lang) if case.stopped is None else _Instant.of(case.stopped)
            yield (each.id, case.label, case.case_class, case.district, _Instant.of(case.accepted), stopped,
                   case.days, case.limit, case.over, case.step, "")  # fmt: skip


def late_list(observation: Observation, lang: Language) -> bytes | None:
    """``late.csv``: all late cases, where a limit has more than its workbook lists; else None."""
    if not any(each.facts is not None and len(each.facts.late) > MOST_LATE for each in observation.limits):
        return None
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([head.in_(lang) for head in LATE_HEADS])
    for each in observation.limits:
        late = () if each.facts is None else each.facts.late
        accepted, stopped = (
            np.datetime_as_string(np.array(instants, "datetime64[us]"), unit="m").tolist()
            for instants in ([case.accepted for case in late], [case.stopped or 0 for case in late])
        )
        for case, came, went in zip(late, accepted, stopped, strict=True):
            went = words.OPEN.in_(lang) if case.stopped is None else went.replace("T", " ")
            named = map(safe, (case.label, case.case_class, case.district))
            told = (f"{case.days:.4g}", case.limit, "" if case.over is None else f"{case.over:.4g}")
            out.writerow((each.id, *named, came.replace("T", " "), went, *told, safe(case.step or ""), ""))
    return text.getvalue().encode("utf-8-sig")
