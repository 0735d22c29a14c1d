"""Chart E: a process as steps in lanes by owner, its forms side by side where they fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sim.report.charts.canvas import PAGE, Picture, Sheet, settings
from sim.report.charts.drawing import BETWEEN, HEAD, Drawing
from sim.report.charts.key import Key
from sim.report.charts.marks import signs
from sim.report.charts.rows import Rows
from sim.report.charts.variants import Tag, Variant, variants
from sim.report.edition import Edition

WIDTH, TOP = PAGE, 8.6
_NARROWEST, _WIDEST, _TALLEST = 21.0, 52.0, 256.0
"""The width of a column; the height of a process that is not parted from its other forms."""


def process(edition: Edition, id_: str) -> list[Picture]:
    """The pictures of a process: one where all forms fit side by side with all their words, else one each."""
    found = variants(edition, id_)
    with settings():
        column, rows = _grid(edition, found)
        cut = column < _NARROWEST or any(each.cut for each in rows)
        if not cut and max(each.height for each in rows) <= _TALLEST:
            return [_picture(edition, id_, found, column, rows)]
        return [_picture(edition, id_, [variant], *_grid(edition, [variant])) for variant in found]


def _grid(edition: Edition, shown: Sequence[Variant]) -> tuple[float, list[Rows]]:
    """The width of a column that all forms have together, and the rows of each."""
    number = sum(sum(variant.layout.columns().values()) for variant in shown)
    column = min(_WIDEST, (WIDTH - BETWEEN * (len(shown) - 1)) / number)
    return column, [Rows.of(edition, variant, column) for variant in shown]


def _picture(edition: Edition, id_: str, shown: Sequence[Variant], column: float, rows: list[Rows]) -> Picture:
    columns = [sum(variant.layout.columns().values()) for variant in shown]
    key = Key(WIDTH, [("", signs(edition, shown))])
    height = TOP + HEAD + max(each.height for each in rows) + key.height
    name = edition.process_name(id_)
    title = edition.choose(f"办理流程：{name}", f"Process: {name}")
    sheet = Sheet(WIDTH, height, title, _differences(edition, shown), stamp=edition.stamp)
    left = 0.0
    for variant, its_rows, number in zip(shown, rows, columns, strict=True):
        Drawing(edition, sheet, variant, its_rows, left, height - TOP, column).draw()
        left += column * number + BETWEEN
    key.draw(sheet)
    return sheet.picture()


def _differences(edition: Edition, shown: Sequence[Variant]) -> str:
    """How many steps the forms shown add, change and drop."""
    if len(edition.scenarios) > 1 and len(shown) == 1 and len(shown[0].scenarios) == len(edition.scenarios):
        return edition.choose("各情景相同", "The same in all scenarios")
    counted = Counter(tag for variant in shown for tag in variant.tags.values())
    words: dict[Tag, str] = {
        "new": edition.choose("新增 {} 步", "{} new"),
        "changed": edition.choose("改动 {} 步", "{} changed"),
        "gone": edition.choose("取消 {} 步", "{} gone"),
    }
    found = edition.choose("，", ", ").join(words[tag].format(counted[tag]) for tag in words if counted[tag])
    return edition.choose("", "Steps: ") + found if found else ""
