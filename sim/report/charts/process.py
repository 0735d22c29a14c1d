"""Chart E: a process as steps in lanes by owner, its forms side by side where they fit."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.charts.canvas import PAGE, SMALL, SOFT, TITLE, Picture, Sheet, settings
from sim.report.charts.drawing import BETWEEN, HEAD, TINY, Drawing, Rows
from sim.report.charts.lettering import shortened, wrapped
from sim.report.charts.variants import Variant, variants
from sim.report.edition import Edition

WIDTH, TOP, STAMP = PAGE, 8.0, 7.5
_NARROWEST, _WIDEST, _TALLEST = 21.0, 40.0, 250.0
_LEGEND_LINE = 2.8


def process(edition: Edition, id_: str) -> list[Picture]:
    """The pictures of a process: one where all forms fit side by side, else one each."""
    found = variants(edition, id_)
    with settings():
        column, rows = _grid(edition, found)
        if column >= _NARROWEST and max(each.height for each in rows) <= _TALLEST:
            return [_picture(edition, id_, found, column, rows)]
        return [_picture(edition, id_, [variant], *_grid(edition, [variant])) for variant in found]


def _grid(edition: Edition, shown: Sequence[Variant]) -> tuple[float, list[Rows]]:
    """The width of a column that all forms have together, and the rows of each."""
    number = sum(sum(variant.layout.columns().values()) for variant in shown)
    column = min(_WIDEST, (WIDTH - BETWEEN * (len(shown) - 1)) / number)
    return column, [Rows.of(edition, variant, column) for variant in shown]


def _picture(edition: Edition, id_: str, shown: Sequence[Variant], column: float, rows: list[Rows]) -> Picture:
    columns = [sum(variant.layout.columns().values()) for variant in shown]
    legend = wrapped(_legend(edition), TINY, WIDTH - 2, lines=3)
    foot = STAMP + _LEGEND_LINE * len(legend)
    name = edition.process_name(id_)
    title = edition.choose(f"办理流程：{name}", f"Process: {name}")
    height = TOP + HEAD + max(each.height for each in rows) + foot
    sheet = Sheet(WIDTH, height, shortened(title, TITLE, WIDTH - 4), stamp=edition.stamp)
    left = 0.0
    for variant, its_rows, number in zip(shown, rows, columns, strict=True):
        Drawing(edition, sheet, variant, its_rows, left, height - TOP, column).draw()
        left += column * number + BETWEEN
    for i, line in enumerate(reversed(legend)):
        sheet.text(0, STAMP + _LEGEND_LINE * (i + 0.3), line, size=TINY, color=SOFT, va="center")
    if len(edition.scenarios) > 1 and len(shown) == 1 and len(shown[0].scenarios) == len(edition.scenarios):
        words = edition.choose("各情景相同", "the same in all scenarios")
        sheet.text(WIDTH, height - 1.2, words, size=SMALL, color=SOFT, ha="right", va="top")
    return sheet.picture()


def _legend(edition: Edition) -> str:
    """What the forms of the boxes mean."""
    before = edition.scenario_name(edition.result.scenarios[0].id)
    return edition.choose(
        "实线框：占用人手的办理；虚线框：等候或他方办理；双线框：集中办理；双侧线：子流程；左侧双线：另立办件；"
        f"黑条：并行；白条：按情形分流；虚线箭头：退回及比例；粗框：与“{before}”不同",
        "solid box: work of a pool; dashed: wait or others' work; double: session; double sides: sub-process; double "
        "left side: cases of their own; black bar: parallel; white bar: choice; dashed arrow: back, with its share; "
        f"heavy box: not as “{before}”",
    )
