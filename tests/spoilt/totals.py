"""合计: a printed table, with subtotals by month, a total, the header again on each page, remarks, empty rows."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.exports import delimited, written
from tests.spoilt.clean import HEADER, Spoilt, clean, plain

_PAGE = 25
REMARKS = ("备注:数据截至2021年9月30日", "制表人:示例一  审核人:示例二")


def spoil(folder: Path) -> Spoilt:
    width = len(HEADER)
    rows: list[list[str]] = [["2021年高压报装明细"], ["填报单位:包头供电局"], list(HEADER)]
    body: list[list[str]] = []
    for month, cases in groupby(clean(), key=lambda case: case.times[0].month):
        its = [case.cells(plain) for case in cases]
        body += [*its, [f"{month}月小计" if month % 2 else "小计", f"{len(its)}件"]]
    for page in range(0, len(body), _PAGE):
        rows += [*body[page : page + _PAGE], ["", ""], list(HEADER)]
    rows += [["合 计", f"{len(clean())}件"], *([remark] for remark in REMARKS)]
    content = delimited([[*row, *[""] * (width - len(row))] for row in rows])
    months, pages = len({case.times[0].month for case in clean()}), -(-len(body) // _PAGE)
    found = {"title-line": 2, "total-row": months + 1, "repeated-header": pages, "remark-row": 2, "blank-row": pages}
    return Spoilt(written(folder / "报装.csv", content), clean(), found)
