"""Where the table begins on the page: title lines above it, one or two header rows, the names of its columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from calibration.importing.findings import Example, Findings
from calibration.importing.reading.opening import problem
from sim.text import Text

Cells = Sequence[str]
SAMPLE_ROWS = 200
"""How many rows are looked at; the header has to be among them."""
_FARTHEST_HEADER = 50
_FILLED = 0.75
_USED = 0.1
"""A column without a name is one when so many rows fill it; a stray cell beside the table makes none."""
_DATA = re.compile(
    r"[-+]?\d[\d,]*(\.\d*)?%?|.*\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}.*|)|\d{1,2}[-/.]\w{1,3}[-/.]\d{2,4}.*|.*\d{1,2}:\d{2}.*|.*\d{6}.*"
)
_BREAK = re.compile(r"\s*[\r\n]+\s*")
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060]")


class Merged(NamedTuple):
    """An area of cells that a page shows as one; rows and columns from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Layout(NamedTuple):
    """The rows (the first is 1) that name the columns, and the names; what lies above is no data."""

    header_rows: tuple[int, ...]
    columns: tuple[str, ...]

    @property
    def first(self) -> int:
        """The first row of data."""
        return self.header_rows[-1] + 1 if self.header_rows else 1


def layout_of(
    rows: Sequence[Cells],
    findings: Findings,
    path: Path,
    wanted: tuple[int, ...] | None = None,
    merged: Sequence[Merged] = (),
) -> Layout:
    """Find the header in the first rows of a page, each filled up to the same or an own length.

    A cell that a workbook merged over rows makes those rows one header. Title lines, a second header row and columns
    without or with equal names are counted in ``findings``.

    Errors: InputError where no row names the columns, or ``wanted`` rows are not there.
    """
    header = wanted if wanted is not None else _header(rows, path, merged)
    if not header or header[0] < 1 or header[-1] > len(rows) or list(header) != sorted(set(header)):
        raise problem(
            Text("没有这样的表头行", "there are no such header rows"),
            Text(f"写 1 到 {len(rows)} 之间的行号,从小到大", f"give rows from 1 to {len(rows)}, ascending"),
            path,
            value=", ".join(map(str, header)),
        )
    above = [(number, cells) for number, cells in enumerate(rows[: header[0] - 1], 1) if any(c.strip() for c in cells)]
    findings.add("title-line", "dropped", len(above), [Example(n, "", _shown(cells)) for n, cells in above])
    named = [rows[number - 1] for number in header]
    _check_legible(named, path, header[0])
    if len(header) > 1:
        findings.add("second-header", "told", 1, [Example(header[-1], "", _shown(named[-1]))])
    return Layout(tuple(header), _names(named, rows[header[-1] :], header[-1], findings))


def filled(cells: Cells) -> int:
    """How many cells are not empty."""
    return sum(1 for cell in cells if cell.strip())


def is_data(cell: str) -> bool:
    """A number, a date, a time or an id, which no column is named."""
    return _DATA.fullmatch(unicodedata.normalize("NFKC", cell).strip()) is not None


def _header(rows: Sequence[Cells], path: Path, merged: Sequence[Merged]) -> tuple[int, ...]:
    width = max(map(filled, rows), default=0)
    for number, cells in enumerate(rows[:_FARTHEST_HEADER], 1):
        count = filled(cells)
        if not count or any(map(is_data, cells)):
            continue
        below = rows[number] if number < len(rows) else ()
        last = max((area.last_row for area in merged if area.first_row == number), default=number)
        if last > number and count > 1:
            return tuple(range(number, min(last, len(rows)) + 1))
        if _is_second(cells, below, width):
            return (number, number + 1)
        if count >= _FILLED * width:
            return (number,)
    first = next((cells for cells in rows if filled(cells)), ())
    raise problem(
        Text("找不到写着列名的表头行", "no row names the columns"),
        Text(
            "在数据上方加一行列名;或在映射文件里用 file.header_rows 写明表头在第几行",
            "add a row of names above the data, or say in the mapping's file.header_rows which row it is",
        ),
        path,
        1,
        value=_shown(first),
    )


def _is_second(above: Cells, below: Cells, width: int) -> bool:
    """Whether two rows are one header: names of groups over names of their columns, together without a gap."""
    if not filled(above) or not above[0].strip() or not filled(below) or any(map(is_data, below)):
        return False
    pairs = list(zip_longest(map(str.strip, above), map(str.strip, below), fillvalue=""))
    together = sum(1 for upper, lower in pairs if upper or lower)
    grouped = any(lower and not upper for upper, lower in pairs[: len(above)])
    lowers = [lower for _, lower in pairs if lower]
    # Over a full row of different names there stands a title, not the names of groups.
    is_group = any(upper and not lower for upper, lower in pairs) or len(set(lowers)) < len(lowers)
    return filled(above) > 1 and together >= _FILLED * width and grouped and is_group


def _names(header: Sequence[Cells], body: Sequence[Cells], last: int, findings: Findings) -> tuple[str, ...]:
    wide = max(map(len, header))
    grouped = [_clean(cells, wide) for cells in header]
    for upper, lower in pairwise(grouped):
        _spread(upper, lower)
    names = ["/".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*grouped, strict=True)]
    usual = Counter(map(len, body)).most_common(1)
    whole = [cells for cells in body if len(cells) == usual[0][0]]
    filled_in = Counter(column for cells in whole for column, cell in enumerate(cells) if cell.strip())
    used = max((column + 1 for column, count in filled_in.items() if count >= _USED * len(whole)), default=0)
    names += [""] * (used - len(names))
    while len(names) > used and not names[-1]:
        names.pop()
    seen: dict[str, int] = {}
    for column, name in enumerate(names):
        if not name:
            name = f"第{column + 1}列"
            findings.add("unnamed-column", "told", 1, [Example(last, name)])
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            findings.add("duplicate-column", "repaired", 1, [Example(last, name)])
            name = f"{name} ({seen[name]})"
            seen[name] = 1
        names[column] = name
    return tuple(names)


def _check_legible(header: Sequence[Cells], path: Path, row: int) -> None:
    """Errors: InputError for Chinese that was read in a wrong encoding and saved so, before it came here."""
    text = "".join(cell for cells in header for cell in cells)
    for encoding in ("gb18030", "cp1252"):
        meant = text.encode(encoding, "replace").decode("utf-8", "replace")
        if sum(1 for c in meant if "\u4e00" <= c <= "\u9fff") > 3 * max(meant.count("\ufffd"), 1):
            raise problem(
                Text("列名是乱码:文件曾按错误的编码读入再保存", "garbled names: read in a wrong encoding and saved so"),
                Text("从原系统重新导出", "export it again from the system it comes from"),
                path,
                row,
                value=f"{_shown(header[-1])} <- {meant}",
            )
    if "\ufffd" in text:
        raise problem(
            Text("列名里有丢失的字(�)", "characters of the names of columns are lost (\ufffd)"),
            Text("从原系统重新导出", "export it again from the system it comes from"),
            path,
            row,
            value=_shown(header[-1]),
        )


def _clean(cells: Cells, wide: int) -> list[str]:
    clean = [_INVISIBLE.sub("", _BREAK.sub("", cell)).strip() for cell in cells]
    return clean + [""] * (wide - len(clean))


def _spread(upper: list[str], lower: list[str]) -> None:
    """The name of a group over all of its columns."""
    for column in range(1, len(upper)):
        if lower[column] and not upper[column]:
            upper[column] = upper[column - 1]


def _shown(cells: Cells) -> str:
    return " | ".join(cell.strip() for cell in cells if cell.strip())
