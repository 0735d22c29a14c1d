"""The rows that are in no case of the log, in a file beside the result: to be corrected, or to be looked into."""

from __future__ import annotations

import csv
import io
import re

import numpy as np

from calibration.importing.event_log import Imported
from calibration.importing.mapping import Mapping
from calibration.importing.raw import RawTable
from sim.text import Language, Text

ROW, REASON = Text("行号", "row"), Text("原因", "reason")

_BLANKS = " \u00a0\u3000\ufeff\u200b"
_FORMULA = re.compile(rf"[{_BLANKS}]*[=+\-@\t\r\n|%]|.*[\r\n\t][=+\-@]", re.DOTALL)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (BAD_INPUT 43): an apostrophe before what looks like one.

    >>> safe("=cmd|'/C calc'!A0"), safe("-3.5"), safe("受理")
    ("'=cmd|'/C calc'!A0", '-3.5', '受理')
    """
    return f"'{cell}" if _FORMULA.match(cell) and not _is_number(cell.lstrip(_BLANKS)) else cell


def rejected_rows(table: RawTable, imported: Imported, mapping: Mapping, language: Language = "zh") -> bytes | None:
    """Number, reason and cells of every rejected row as CSV; None without any.

    Columns of persons and of staff are left out, and so are all cells of a row that could not be cut into columns. The
    file is read once more.
    """
    numbers, reasons = imported.rejected
    if not numbers.size:
        return None
    hidden = {*mapping.personal, mapping.who}
    names = [name for name in table.columns if name not in hidden]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([ROW.in_(language), REASON.in_(language), *map(safe, names)])
    words = [_words(kind, language) for kind in reasons.names]
    cells: dict[int, list[str]] = {}
    for batch in table.batches():
        place = np.flatnonzero(np.isin(batch.row, numbers, assume_unique=True))
        columns = [batch.columns[name].take(place).to_pylist() for name in names]
        for i, number in enumerate(batch.row[place].tolist()):
            cells[number] = [column[i] or "" for column in columns]
    for number, code in zip(numbers.tolist(), reasons.codes.tolist(), strict=True):
        out.writerow([number, words[code], *map(safe, cells.get(number, []))])
    return text.getvalue().encode("utf-8-sig")


def _words(kind: str, language: Language) -> str:
    from calibration.importing.words import WORDS

    return WORDS[kind][0].in_(language) if kind in WORDS else kind


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
